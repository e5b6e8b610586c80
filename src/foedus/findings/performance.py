# SPDX-License-Identifier: Apache-2.0
"""How a duty stands by what is stated of its doing, each party that it binds for itself.

1. Of a party counts what is said of it by name, or of all whom the duty binds, and was said by the
   moment that is asked about.
2. "Not done" counts where it is said as of a time when the deadline had surely passed.
3. Done in time and not done after all: disputed. Done after the deadline: late. Done, but nobody
   can tell whether in time: unsettled. Said that nobody can tell: unknown. Nothing said: none.
4. Of the whole duty, the first that holds: one not done; one late; one disputed; one unsettled; one
   unknown; all done; some done; none.

It turns statements into one answer, and gives no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from foedus.base.deadlines import Due as Stretch
from foedus.base.deadlines import NotComputable
from foedus.base.dues import in_time, over
from foedus.base.evidence import Answer
from foedus.terms.performance import DONE, NOT_DONE, UNKNOWN, Stated

NONE: Final = "none"
LATE: Final = "late"
DISPUTED: Final = "disputed"
UNSETTLED: Final = "unsettled"
PARTLY: Final = "partly"
_BROKEN: Final = (NOT_DONE, LATE)
_IN_ORDER: Final = (*_BROKEN, DISPUTED, UNSETTLED, UNKNOWN)


class Performed(NamedTuple):
    """How a duty stands, by which statements, and of whom by name it is said."""

    answer: str
    by: tuple[str, ...]
    """Parties that a statement names and that did not do it, or not in time."""
    resting_on: tuple[Stated, ...]


def performed(
    stated: Sequence[Stated], bound: Sequence[str], due: Stretch | NotComputable, known_us: int
) -> Performed:
    """Return how a duty stands; `stated` is all that is said of it, `bound` whom it binds."""
    heard = tuple(one for one in stated if one.on.to_us - 1 <= known_us)
    counts = tuple(one for one in heard if one.state != NOT_DONE or _is_after(due, one))
    each = {party: _of_party(_about(counts, party), due) for party in bound}
    answers = set(each.values())
    for answer in _IN_ORDER:
        if answer in answers:
            named = {party for one in counts for party in one.by}
            broken = (party for party in bound if each[party] in _BROKEN)
            return Performed(answer, tuple(party for party in broken if party in named), counts)
    if answers <= {NONE}:
        return Performed(NONE, (), ())
    return Performed(DONE if answers == {DONE} else PARTLY, (), counts)


def _about(stated: Sequence[Stated], party: str) -> list[Stated]:
    return [one for one in stated if not one.by or party in one.by]


def _is_after(due: Stretch | NotComputable, one: Stated) -> bool:
    return isinstance(due, Stretch) and over(due, one.on.from_us) is Answer.SURE


def _of_party(stated: Sequence[Stated], due: Stretch | NotComputable) -> str:
    said = {one.state for one in stated}
    deeds = [_when(due, one) for one in stated if one.state == DONE]
    if deeds and max(deeds, key=_rank) is not Answer.NO:
        if NOT_DONE in said:
            return DISPUTED
        return DONE if Answer.SURE in deeds else UNSETTLED
    if NOT_DONE in said:
        return NOT_DONE
    if deeds:
        return LATE
    return UNKNOWN if UNKNOWN in said else NONE


def _when(due: Stretch | NotComputable, one: Stated) -> Answer:
    return in_time(due, one.on) if isinstance(due, Stretch) else Answer.POSSIBLE


def _rank(answer: Answer) -> int:
    return (Answer.NO, Answer.POSSIBLE, Answer.SURE).index(answer)
