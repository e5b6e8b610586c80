# SPDX-License-Identifier: Apache-2.0
"""An address that names an edition: whether it is the one served, and what has changed since.

An answer hangs on the edition. An address that names one is answered from the edition that is
served, and says so where it is another. Where nothing that an answer of that day holds has changed,
it is as good as the edition that was named.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from foedus.errors import Fault, OperatorError
from foedus.publication.succession import Step, steps_of
from foedus.web.served import Question

LEAST: Final = 8
"""Digits of a digest that name an edition at least."""
DIGITS: Final = 64
LINKED: Final = 16
"""Digits in a permalink."""


APART: Final = frozenset(("log", "consistency", "ground"))
"""Routes whose answers hang on no edition."""


class Earlier(NamedTuple):
    """An edition that an address names, and that is not the one served."""

    named: str
    is_known: bool
    """Whether it was served before, so that the steps since then are known."""
    is_same: bool
    """Whether nothing differs in what this address asks for."""
    first_known_us: int | None = None
    """The earliest `known` of a question about incidents or findings whose answer differs."""
    changed: dict[str, int] | None = None
    """By table, how many rows came, went or ended since; None: they were not compared."""


class OtherEditionError(OperatorError):
    """Data was asked of an edition that is not served, and may differ."""


def named_edition(said: str | None) -> str:
    """Return the digits that name an edition; empty where none is named.

    Raises `OperatorError` for what cannot name one.
    """
    if not said:
        return ""
    named = said.lower()
    if not (LEAST <= len(named) <= DIGITS and set(named) <= set("0123456789abcdef")):
        expected = f"{LEAST} to {DIGITS} hexadecimal digits of an edition's digest"
        raise OperatorError(Fault(column="edition", expected=expected, got=repr(said[:40])))
    return named


def earlier(question: Question) -> Earlier | None:
    """Return what is to be told of the edition that an address names; None: it is the one served.

    Raises `OperatorError` where it names none.
    """
    edition, named = question.edition, named_edition(question.word("edition"))
    if not named or edition.digest.startswith(named) or question.route.name in APART:
        return None
    steps = steps_of(edition.kept)
    since = next((n for n, step in enumerate(steps) if step.digest.startswith(named)), None)
    if since is None:
        return Earlier(named, is_known=False, is_same=False)
    return _since(steps[since:], question, named)


def _since(steps: tuple[Step, ...], question: Question, named: str) -> Earlier:
    changes = [change for step in steps for change in (step.changes or {}).values()]
    if any(step.changes is None for step in steps):
        return Earlier(named, is_known=True, is_same=False)
    firsts = [one.first_known_us for one in changes if one.first_known_us is not None]
    first_us = min(firsts, default=None)
    known_us = question.when.known_us
    is_before = first_us is None or (known_us is not None and known_us < first_us)
    changed: dict[str, int] = {}
    for step in steps:
        for table, one in (step.changes or {}).items():
            changed[table] = changed.get(table, 0) + one.added + one.gone + one.ended
    return Earlier(
        named,
        is_known=True,
        is_same=question.route.is_timed and is_before,
        first_known_us=first_us,
        changed=changed,
    )


def require_same(question: Question) -> None:
    """Raise `OtherEditionError` for data that may differ from that of the edition named."""
    found = earlier(question)
    if found is not None and not found.is_same:
        expected = f"an edition that begins with {found.named}"
        hint = "leave out `edition` for what is served now"
        got = question.edition.digest[:LINKED]
        fault = Fault(column="edition", expected=expected, got=got, hint=hint)
        raise OtherEditionError(fault)
