# SPDX-License-Identifier: Apache-2.0
"""Settlements, what was stated of who holds each, and who held it on a day.

Between two statements of the same side the side holds. Otherwise it is unknown, unless the caller
asks that statements be carried: a declared number of days forward and backward, never past the
next statement of the place, and never over a day on which the file says that the line moved there.
Nothing here draws a line: that is left to `lines`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from enum import Enum
from typing import Final, NamedTuple

from foedus.base.places import Place, distance_m


class Side(Enum):
    """Who held a place, in the words of the file."""

    GOVERNMENT = "government"
    FORMATIONS = "formations"
    CONTESTED = "contested"


class Statement(NamedTuple):
    """That a side held a place on a day, by a source."""

    on: date
    side: Side
    evidence: str
    source: str


class Settlement(NamedTuple):
    """A place and what is stated of it, in order of days; at least one statement."""

    name: str
    name_uk: str
    place: Place
    point_evidence: str
    stated: tuple[Statement, ...]


class Move(NamedTuple):
    """A day over which no statement is carried; within `circle_m` of `centre`, or everywhere."""

    on: date
    centre: Place | None
    circle_m: float


class Ledger(NamedTuple):
    """A file of settlements, read."""

    file: str
    title: str
    settlements: tuple[Settlement, ...]
    moves: tuple[Move, ...]
    unverified: tuple[str, ...]
    """Names of which a side is only generally known; they take no part."""


class Carrying(NamedTuple):
    """How many days a statement is carried beyond those that bracket a day."""

    forward_days: int = 0
    backward_days: int = 0


UNCARRIED: Final = Carrying()
"""Only what is stated on both sides of a day, or on it."""
WITHOUT_LIMIT: Final = Carrying(36_525, 36_525)
"""Until the next statement or move, however long."""


class Hold(NamedTuple):
    """Who held a place on a day, and how many days away the statement is that says so."""

    side: Side
    carried_days: int
    """0 where statements bracket the day; above 0 carried forward, below 0 backward."""


def side_on(
    ledger: Ledger, settlement: Settlement, day: date, carrying: Carrying = UNCARRIED
) -> Hold | None:
    """Return who held a settlement on a day; None is unknown.

    Statements of one day that differ make it contested; what is carried on is the last listed.
    """
    stated = settlement.stated
    days = [statement.on for statement in stated]
    start, stop = bisect_left(days, day), bisect_right(days, day)
    if start < stop:
        sides = {statement.side for statement in stated[start:stop]}
        return Hold(sides.pop() if len(sides) == 1 else Side.CONTESTED, 0)
    before = stated[start - 1] if start else None
    after = _first_of_day(stated, start)
    if before and after and before.side is after.side:
        return Hold(after.side, 0)
    moves = _moves_at(ledger, settlement.place)
    found = []
    if before and _carries(before.on, day, carrying.forward_days, moves):
        found.append(Hold(before.side, (day - before.on).days))
    if after and _carries(day, after.on, carrying.backward_days, moves):
        found.append(Hold(after.side, (day - after.on).days))
    # Two carried statements here differ: when the place changed hands is not known.
    return found[0] if len(found) == 1 else None


def _carries(first: date, last: date, most_days: int, moves: list[date]) -> bool:
    """Whether a statement reaches from one day to another: near enough, and no move between."""
    is_near = (last - first).days <= most_days
    return is_near and not any(first < move <= last for move in moves)


def _first_of_day(stated: tuple[Statement, ...], start: int) -> Statement | None:
    """Return the next statement; of a day on which statements differ, a contested one."""
    if start == len(stated):
        return None
    same = [item for item in stated[start:] if item.on == stated[start].on]
    if len({item.side for item in same}) > 1:
        return same[0]._replace(side=Side.CONTESTED)
    return same[0]


def _moves_at(ledger: Ledger, place: Place) -> list[date]:
    return [
        move.on
        for move in ledger.moves
        if move.centre is None or distance_m(place, move.centre) <= move.circle_m
    ]
