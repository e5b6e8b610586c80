# SPDX-License-Identifier: Apache-2.0
"""When: a time as it was written, and the interval of instants that it can mean.

A `Moment` is one instant of which only an interval is known; a `Window` holds throughout. Intervals
are half open, from <= t < to, in UTC microseconds since 1970 (POSIX: no leap seconds). Questions
are answered sure, possible or no (`evidence.Answer`). Reading of texts is left to `readings`,
durations that a text demands to the terms.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, Literal

import msgspec

from foedus.base.evidence import Answer
from foedus.base.zones import Zone, local_time, start_us
from foedus.errors import DrafterError, Fault

DAY: Final = timedelta(days=1)
HOUR_US: Final = 3_600_000_000
MINUTE_US: Final = 60_000_000
SECOND_US: Final = 1_000_000


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One instant, of which it is known that it lies in from <= t < to."""

    written: str
    zone: str
    """The zone as written, or as declared where none was written."""
    from_us: int
    to_us: int
    precision: str
    """instant, minute, hour, day, span, week, month or year; span where none of them fits."""

    def __post_init__(self) -> None:
        if self.from_us >= self.to_us:
            got = f"{self.from_us} to {self.to_us}"
            raise DrafterError(Fault(expected="an interval that begins before it ends", got=got))


class Window(msgspec.Struct, frozen=True):
    """A time through which something holds, such as a truce: from <= t < to."""

    from_us: int
    to_us: int

    @property
    def hours(self) -> float:
        """Its length in hours."""
        return (self.to_us - self.from_us) / HOUR_US


def window(start: Moment, end: Moment) -> Window:
    """Return the window from `start` to `end`, each being the first instant that it names.

    A text that begins at 00:00 binds from 00:00:00, whatever precision a report so written has.
    Raises `DrafterError` where the end is not after the start.
    """
    if start.from_us >= end.from_us:
        got = f"{start.written!r} to {end.written!r}"
        raise DrafterError(Fault(expected="an end after the start", got=got))
    return Window(start.from_us, end.from_us)


def before(first: Moment, second: Moment) -> Answer:
    """Return whether `first` came before `second`, and not with it."""
    if first.to_us <= second.from_us:
        return Answer.SURE
    if first.from_us >= second.to_us - 1:
        return Answer.NO
    return Answer.POSSIBLE


def overlaps(first: Moment, second: Moment) -> Answer:
    """Return whether both were at one instant; sure only where both are known to it."""
    if first.to_us <= second.from_us or second.to_us <= first.from_us:
        return Answer.NO
    extent = max(first.to_us, second.to_us) - min(first.from_us, second.from_us)
    return Answer.SURE if extent == 1 else Answer.POSSIBLE


def within(moment: Moment, held: Window) -> Answer:
    """Return whether `moment` fell into the window `held`."""
    if held.from_us <= moment.from_us and moment.to_us <= held.to_us:
        return Answer.SURE
    if moment.to_us <= held.from_us or held.to_us <= moment.from_us:
        return Answer.NO
    return Answer.POSSIBLE


def days_of(
    moment: Moment,
    zone: Zone,
    day_begins: time = time(),
    named_by: Literal["start", "end"] = "start",
) -> tuple[date, date]:
    """Return the first and the last reporting day on which `moment` may fall.

    A reporting day begins at `day_begins` on the clock of `zone`. It bears the date on which it
    starts, or, as with a daily report "as of 19:30", the date on which it ends.
    """
    shift = DAY if named_by == "end" and day_begins != time() else timedelta()
    first = _day(moment.from_us, zone, day_begins)
    last = _day(moment.to_us - 1, zone, day_begins)
    return first + shift, last + shift


def day_of(
    moment: Moment,
    zone: Zone,
    day_begins: time = time(),
    named_by: Literal["start", "end"] = "start",
) -> date | None:
    """Return the one reporting day on which `moment` falls, or None if it may be one of several."""
    first, last = days_of(moment, zone, day_begins, named_by)
    return first if first == last else None


def _day(at_us: int, zone: Zone, day_begins: time) -> date:
    day = local_time(at_us, zone).date()
    begins_us = start_us(datetime.combine(day, day_begins), zone)
    return day if at_us >= begins_us else day - DAY


def same_day(first: Moment, second: Moment, zone: Zone, day_begins: time = time()) -> Answer:
    """Return whether both fell on one reporting day of `zone`."""
    one, other = days_of(first, zone, day_begins), days_of(second, zone, day_begins)
    if one[1] < other[0] or other[1] < one[0]:
        return Answer.NO
    return Answer.SURE if one == other and one[0] == one[1] else Answer.POSSIBLE


def shown(moment: Moment, zone: Zone) -> str:
    """Return `moment` on the clock of a reader's zone, no finer than it is known.

    An interval that is a year, month, day, hour or minute of that clock is shown as such; whole
    days as first – last; any other by both ends, since on another clock a day is no day.
    """
    start, end = local_time(moment.from_us, zone), local_time(moment.to_us, zone)
    if _is_midnight(start) and _is_midnight(end):
        return _days(start.date(), end.date() - DAY)
    if moment.to_us - moment.from_us <= MINUTE_US and _is_aligned(start, end, moment):
        form = "%Y-%m-%d %H:%M" if moment.precision == "minute" else "%Y-%m-%d %H:%M:%S"
        return f"{start.strftime(form)} {_zone_shown(start)}"
    last = end.strftime("%H:%M" if end.date() == start.date() else "%Y-%m-%d %H:%M")
    change = "" if start.tzname() == end.tzname() else f" {_zone_shown(start)}"
    return f"{start:%Y-%m-%d %H:%M}{change} – {last} {_zone_shown(end)}"


def _is_midnight(local: datetime) -> bool:
    return local.time() == time()


def _is_aligned(start: datetime, end: datetime, moment: Moment) -> bool:
    return moment.precision == "instant" or (start.second == end.second == 0)


def _days(first: date, last: date) -> str:
    after = last + DAY
    if first == last:
        return first.isoformat()
    if first.day == after.day == 1 and first.month == after.month == 1 == after.year - first.year:
        return f"{first:%Y}"
    if first.day == after.day == 1 and first.month == last.month and first.year == last.year:
        return f"{first:%Y-%m}"
    return f"{first} – {last}"


def _zone_shown(local: datetime) -> str:
    name = local.tzname() or ""
    if name and name[0] not in "+-":
        return name
    return f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]
