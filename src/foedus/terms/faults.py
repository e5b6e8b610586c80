# SPDX-License-Identifier: Apache-2.0
"""The faults of one document, gathered while it is read to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from foedus.errors import Fault

Key = tuple[str, ...]
Lines = dict[Key, int]
"""Key -> line at which it stands, for one block."""


@dataclass
class Faults:
    """What is wrong with one file, in the order in which it was found."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(
        self, line: int | None, key: Key | str, expected: str, got: str, hint: str = ""
    ) -> None:
        """Keep one fault; `key` is the path of a key, or the number of a column."""
        column = key if isinstance(key, str) else ".".join(key)
        self.found.append(
            Fault(
                file=self.file,
                line=line,
                column=column or None,
                expected=expected,
                got=got,
                hint=hint,
            )
        )

    @property
    def in_order(self) -> tuple[Fault, ...]:
        """The faults by line; those of one line in the order in which they were found."""
        unique = {str(fault): fault for fault in self.found}
        return tuple(sorted(unique.values(), key=lambda fault: fault.line or 0))


def line_of(lines: Lines, key: Key) -> int:
    """Return the line of a key, or of the nearest key around it."""
    while key and key not in lines:
        key = key[:-1]
    return lines[key]


class Remark(NamedTuple):
    """Something about a document that is no fault of it, but that its reader should know."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.text}"
