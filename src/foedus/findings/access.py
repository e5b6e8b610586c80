# SPDX-License-Identifier: Apache-2.0
"""A fall in what was counted, told apart from a fall in who could look.

Two days of one region, the one right before the other. If fewer were counted and fewer hours were
watched, and so few would be likely had the rate per hour stayed, then the fall is one in access as
far as anybody can tell. Only a count that is too low for its hours is told as a fall, and only as
one of what is recorded per hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from foedus.findings.exposure import Cell
from foedus.findings.rates import chance_of_so_few

UNLIKELY: Final = 0.025
"""Below this chance a count is too low for its hours; one side of the 95 percent interval."""
FALLS: Final = {
    "access": "fewer were counted, and fewer hours watched: the fall may be one in access alone",
    "not-watched": "nobody surely watched on the later day: nothing can be said of a fall",
    "not-known": "no watch is noted: whether fewer happened or fewer looked cannot be told",
    "chance": "fewer were counted in no fewer hours; so few are no surprise",
    "rate": "fewer were counted per watched hour than the day before would make likely",
}
"""What a fall is -> in words."""


class Fall(NamedTuple):
    """Fewer counted on a day than on the day before, and what that is worth."""

    region: str
    before: date
    after: date
    count_before: int
    count_after: int
    chance: float | None
    """Of so few or fewer at the rate of the day before; None where hours are not known."""
    kind: str
    """Key of `FALLS`."""


def falls(cells: Iterable[Cell]) -> list[Fall]:
    """Return every fall from one day to the next, in the order of the cells."""
    by_place = {(cell.region, cell.day): cell for cell in cells}
    return list(_falls(by_place))


def _falls(by_place: dict[tuple[str, date], Cell]) -> Iterator[Fall]:
    for (region, day), after in by_place.items():
        before = by_place.get((region, day - timedelta(days=1)))
        if before is not None and after.figure.low < before.figure.low:
            kind, chance = _judged(before, after)
            counts = before.figure.low, after.figure.low
            yield Fall(region, before.day, after.day, *counts, chance, kind)


def _judged(before: Cell, after: Cell) -> tuple[str, float | None]:
    if before.covered is None or after.covered is None or not before.covered.low:
        return "not-known", None
    if not after.covered.low:
        return "not-watched", None
    # Hours as favourable to "nothing but access" as the record allows: unknown is never false.
    hours = before.covered.high, after.covered.low
    chance = chance_of_so_few(before.figure.low, hours[0], after.figure.low, hours[1])
    if chance < UNLIKELY:
        return "rate", chance
    return ("access" if hours[1] < hours[0] else "chance"), chance
