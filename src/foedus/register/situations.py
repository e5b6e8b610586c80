# SPDX-License-Identifier: Apache-2.0
"""What is known of one matter before a state: facts, numbers, and what has happened so far.

The words are those of the procedure: a fact is true, false or not told; a happening is an anchor of
`time_limits.ANCHORS`, or the id of a step with how it ended. What follows is left to `consent`.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.register.procedures import Route

How = Literal["done", "limited", "no", "objected", "recalled"]
HOW: Final[dict[How, str]] = {
    "done": "it was done, or consent was given",
    "limited": "consent was given with limits",
    "no": "it was refused",
    "objected": "silence was broken by whoever may break it",
    "recalled": "a consent was taken back",
}


_TOLD: Final = {True: Answer.SURE, False: Answer.NO}


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    what: str
    """An anchor's word, or the id of a step."""
    how: How = "done"
    on: Moment


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one matter."""

    facts: dict[str, bool] = {}
    personnel: int | None = None
    happened: tuple[Happened, ...] = ()
    """In any order."""

    def by(self, at_us: int) -> tuple[Happened, ...]:
        """Return what may have happened by an instant, in the order of its beginning."""
        past = [item for item in self.happened if item.on.from_us <= at_us]
        return tuple(sorted(past, key=lambda item: (item.on.from_us, item.on.to_us)))

    def moment_of(self, what: str, at_us: int) -> Moment | None:
        """Return when something was last done by an instant; None: it was not."""
        done = [item.on for item in self.by(at_us) if item.what == what and item.how != "no"]
        return done[-1] if done else None


def agrees(when: dict[str, bool], facts: dict[str, bool]) -> Answer:
    """Return whether facts are as `when` demands; what nobody has told is possible."""
    told = [
        Answer.POSSIBLE if name not in facts else _TOLD[facts[name] == wanted]
        for name, wanted in when.items()
    ]
    return _all(told)


def is_open(route: Route, situation: Situation) -> Answer:
    """Return whether a route is open: its facts, and the number of people sent."""
    return agrees(route.when, situation.facts) & _in_bounds(route, situation.personnel)


def not_told(route: Route, situation: Situation) -> tuple[str, ...]:
    """Return the facts on which a route hangs and of which nothing is told."""
    names = [name for name in route.when if name not in situation.facts]
    bounded = route.personnel_from is not None or route.personnel_to is not None
    return (*names, *(["personnel"] if bounded and situation.personnel is None else []))


def _in_bounds(route: Route, personnel: int | None) -> Answer:
    if route.personnel_from is None and route.personnel_to is None:
        return Answer.SURE
    if personnel is None:
        return Answer.POSSIBLE
    low = route.personnel_from or 0
    high = personnel if route.personnel_to is None else route.personnel_to
    return _TOLD[low <= personnel <= high]


def _all(answers: list[Answer]) -> Answer:
    found = Answer.SURE
    for answer in answers:
        found &= answer
    return found
