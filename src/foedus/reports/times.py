# SPDX-License-Identifier: Apache-2.0
"""Which interval a stated time stands for: half open, in UTC microseconds, by its precision.

A day runs from the hour at which the source's day begins; a month and a year go by the calendar.
Where clocks were put back, both readings are covered; a stated time that the clocks skipped is
told. Clocks are left to `clocks`, digits to `dates`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.reports.cells import Bools
from foedus.reports.clocks import Clocks
from foedus.reports.dates import DAY_US

Ints = npt.NDArray[np.int64]

UNIT_US: Final = {
    "instant": 1,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": DAY_US,
    "span": DAY_US,
    "week": 7 * DAY_US,
    "month": 0,
    "year": 0,
}
"""Precision -> length of the interval that a bare start stands for; month and year by calendar."""
CLOCK_PRECISIONS: Final = ("instant", "minute", "hour")


def clock_us(written: str) -> int | None:
    """Return the microseconds since midnight of HH:MM, or None if it is no time of day."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", written)
    return None if found is None else (int(found[1]) * 60 + int(found[2])) * 60_000_000


class Interval(NamedTuple):
    """Half-open intervals in UTC microseconds."""

    from_us: Ints
    to_us: Ints
    skipped: Bools


class Stated(NamedTuple):
    """The local times that rows state, before any zone is applied."""

    start_us: Ints
    end_us: Ints | None
    """None where the source states no ends; equal to the start where a row has none."""
    precision: tuple[str, ...]
    """The precisions that occur; row i has precision[level[i]]."""
    level: npt.NDArray[np.int64]


def interval(stated: Stated, clocks: Clocks, end_clocks: Clocks, day_begins_us: int) -> Interval:
    """Return the interval that each row states: from its start to the end of its last unit.

    A start alone stands for one unit of its precision (a month and a year by the calendar); with an
    end, whole days are covered from the first to the last. A day begins `day_begins_us` after
    midnight of the date that it bears; less than 0 if it begins on the day before. The end goes by
    `end_clocks`: where it comes before the start, the interval ends before it begins.
    """
    local_from = stated.start_us.copy()
    local_to = stated.start_us.copy()
    has_clock = np.zeros(len(local_from), np.bool_)
    for number, precision in enumerate(stated.precision):
        mine = stated.level == number
        if not mine.any():
            continue
        end_us = None if stated.end_us is None else stated.end_us[mine]
        local_from[mine], local_to[mine] = _bounds(
            stated.start_us[mine], end_us, precision, day_begins_us
        )
        has_clock |= mine & (precision in CLOCK_PRECISIONS)
    first, last = clocks.universal(local_from), end_clocks.universal(local_to)
    return Interval(first.earliest_us, last.latest_us, first.skipped & has_clock)


def _bounds(start: Ints, end: Ints | None, precision: str, day_begins_us: int) -> tuple[Ints, Ints]:
    if precision in CLOCK_PRECISIONS:
        unit_us = UNIT_US[precision]
        start = start - start % unit_us
        stop = start if end is None else end - end % unit_us
        return start, stop + unit_us
    first = start - start % DAY_US
    if end is not None and (end != start).any():
        whole = end != start
        bare_from, bare_to = _calendar(first, precision)
        last = end - end % DAY_US + DAY_US
        first, last = np.where(whole, first, bare_from), np.where(whole, last, bare_to)
    else:
        first, last = _calendar(first, precision)
    return first + day_begins_us, last + day_begins_us


def _calendar(day: Ints, precision: str) -> tuple[Ints, Ints]:
    """The day, the seven days, or the calendar month or year that a bare day stands for."""
    unit_us = UNIT_US[precision]
    if unit_us:
        return day, day + unit_us
    units = day.astype("datetime64[us]").astype(f"datetime64[{precision[0].upper()}]")
    return tuple(  # type: ignore[return-value]
        moment.astype("datetime64[us]").astype(np.int64) for moment in (units, units + 1)
    )
