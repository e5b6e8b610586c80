# SPDX-License-Identifier: Apache-2.0
"""One tree of errors, by who must mend them.

Holds `Fault` (one thing wrong, with its place, what was expected, what came and a hint) and the
errors that carry one or many faults. A document is read to its end before an error is raised, so
that all of its faults are told at once. Printing them is left to the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong: where it stands, what was expected, what came, how to mend it.

    `line` counts from 1; in a data file it is the row's number, the header being row 1.
    """

    file: str = ""
    line: int | None = None
    column: str | None = None
    expected: str
    got: str
    hint: str = ""

    @property
    def place(self) -> str:
        """The place as `file:line:column`, without the parts that are not known."""
        parts = (self.file, None if self.line is None else str(self.line), self.column)
        return ":".join(part for part in parts if part)

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        tail = f" ({self.hint})" if self.hint else ""
        return f"{head}expected {self.expected}, got {self.got}{tail}"


class FoedusError(Exception):
    """Root of the tree; carries every fault that was found, in the order of their places."""

    mender = "somebody"

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class SourceError(FoedusError):
    """What a source delivered cannot be used; the source, or who maps it, must mend it."""

    mender = "the source"


class DrafterError(FoedusError):
    """A document of terms, a mapping or a mission is faulty; whoever drafted it must mend it."""

    mender = "the drafter"


class PartyError(FoedusError):
    """A party or member handed in something that it may not, or that is not in order."""

    mender = "the party"


class OperatorError(FoedusError):
    """The call or the machine is at fault; whoever runs the program must mend it."""

    mender = "the operator"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the known word nearest to `word`, or lists what is known."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return "known: " + ", ".join(words[:12]) + (", …" if len(words) > 12 else "")
