# SPDX-License-Identifier: Apache-2.0
"""When a period of time ends, on the clock of one zone: the counting rules, each by its name.

A period is a `Duration` counted from a time of day by a `Count`. Hours are time that has passed;
every other unit is counted on the calendar. A month ends on the day with the same number, or on the
last day of a shorter month (31 January + 1 month = 28 or 29 February). The rules:

- from-the-hour: a momento ad momentum; the period ends at the time of day at which it began.
- from-next-day: the day on which it begins does not count; it ends when its last day closes (as in
  Germany's Civil Code, sections 187(1) and 188).
- from-that-day: that day is the first; it ends when its last day closes (sections 187(2), 188).
- ec-1182-71: Regulation (EEC, Euratom) No 1182/71, article 3: neither the hour nor the day of the
  event counts; a last day that is not a working day is carried to the next working day, and two
  days or more hold at least two working days. Months and weeks end on the day of the same number or
  name as that of the event (Court of Justice, C-171/03).

What the clock's changes do to these times, and what is not known of the beginning, is left to
`deadlines`.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from foedus.base.calendars import ONE_DAY, Calendar, DayKind

PeriodUnit = Literal[
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "sitting-days",
    "working-days",
    "fixed-date",
    "next-session",
    "not-computable",
]
CountingRule = Literal["from-the-hour", "from-next-day", "from-that-day", "ec-1182-71"]
Roll = Literal["none", "working-day", "sitting-day", "session"]
Runs = Literal["after", "before"]


class Duration(msgspec.Struct, frozen=True, kw_only=True):
    """How long: a number of units, a date, or words that no clock can count."""

    unit: PeriodUnit
    amount: int = 0
    date: str = ""
    """For fixed-date: 2025-10-18, or 12-31 for that day of every year."""
    text: str = ""
    """The words of the text; for not-computable all that there is."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How a period is counted."""

    rule: CountingRule = "from-the-hour"
    runs: Runs = "after"
    roll: Roll = "none"
    closes: str = "24:00"
    """Time of day at which a last day closes."""
    calendar: Calendar | None = None


class Ending(msgspec.Struct, frozen=True):
    """When a period ends, on the face of a clock that is always the zone's."""

    at: datetime
    is_edge: bool
    """Whether it is the border between two days, and no time of a clock."""
    unknown: str = ""
    """Why it may end later than this; empty: it does not."""


class NotComputable(msgspec.Struct, frozen=True, kw_only=True):
    """A time that cannot be told, and why."""

    written: str
    reason: str


def ending(start: datetime, duration: Duration, count: Count) -> Ending | NotComputable:
    """Return when a period that is not in hours ends, if it begins at the naive time `start`.

    Counted backwards, it is when the period begins: what must be done before it is late then.
    """
    if duration.unit == "not-computable":
        reason = f"{duration.text!r} needs somebody's judgement"
        return NotComputable(written=duration.text, reason=reason)
    if count.rule == "from-the-hour" and duration.unit in ("days", "weeks", "months", "years"):
        day = _shifted(start.date(), duration, -1 if count.runs == "before" else 1)
        return Ending(datetime.combine(day, start.time()), is_edge=False)
    last = _last_day(start.date(), duration, count)
    if isinstance(last, NotComputable):
        return last
    carried = _carried(start.date(), last, duration, count)
    return Ending(
        _close(carried or last, count.closes), count.closes == "24:00", _doubt(carried, last, count)
    )


def plus_months(day: date, months: int) -> date:
    """Return the day with the same number so many months on, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _close(day: date, closes: str) -> datetime:
    hour, minute = closes.split(":")
    return datetime.combine(day, time()) + timedelta(hours=int(hour), minutes=int(minute))


def _shifted(day: date, duration: Duration, sign: int) -> date:
    """Return `day` moved by calendar units; the day itself is not counted."""
    amount = sign * duration.amount
    if duration.unit in ("months", "years"):
        return plus_months(day, amount * (12 if duration.unit == "years" else 1))
    return day + amount * (7 * ONE_DAY if duration.unit == "weeks" else ONE_DAY)


def _last_day(start: date, duration: Duration, count: Count) -> date | NotComputable:
    """Return the last day of a period; counted backwards, the day before its first."""
    if duration.unit in ("working-days", "sitting-days"):
        return _counted_day(start, duration.unit, duration.amount, count)
    if duration.unit == "next-session":
        return _opening(start, count)
    if duration.unit == "fixed-date":
        return _dated(start, duration.date, count)
    if count.runs == "before":
        return _shifted(start, duration, -1) - ONE_DAY
    if count.rule != "from-that-day":
        return _shifted(start, duration, 1)
    return _day_before(start, duration)


def _day_before(start: date, duration: Duration) -> date:
    """Return the day before the one on which the period began anew (section 188(2) and (3))."""
    anew = _shifted(start, duration, 1)
    is_clipped = duration.unit in ("months", "years") and anew.day != start.day
    return anew if is_clipped else anew - ONE_DAY


def _counted_day(start: date, kind: DayKind, number: int, count: Count) -> date | NotComputable:
    if count.calendar is None:
        return _unsaid(count, f"{kind} need a calendar")
    if count.runs == "before":
        first = count.calendar.counted(start, kind, number, -1)
        return first - ONE_DAY if first else _unsaid(count, _silent(count.calendar, kind))
    before = start - ONE_DAY if count.rule == "from-that-day" else start
    last = count.calendar.counted(before, kind, number)
    return last or _unsaid(count, _silent(count.calendar, kind))


def _opening(start: date, count: Count) -> date | NotComputable:
    if count.calendar is None:
        return _unsaid(count, "the next session needs a calendar")
    before = start - ONE_DAY if count.rule == "from-that-day" else start
    opening = count.calendar.opening_after(before)
    return opening or _unsaid(count, _silent(count.calendar, "the next session"))


def _unsaid(count: Count, reason: str) -> NotComputable:
    return NotComputable(written=count.calendar.id if count.calendar else "", reason=reason)


def _silent(named: Calendar, what: str) -> str:
    held = f"{named.valid_from} to {named.valid_to}"
    return f"calendar {named.id!r} ({held}) does not say enough of {what}"


def _dated(start: date, written: str, count: Count) -> date:
    """Return a fixed date; of a yearly one the first after `start`, or on it if that day counts."""
    if len(written) > len("12-31"):
        return date.fromisoformat(written)
    month, day = (int(part) for part in written.split("-"))
    first = start if count.rule == "from-that-day" else start + ONE_DAY
    days = (plus_months(date(2000, month, day), 12 * (first.year - 2000 + on)) for on in (0, 1))
    return next(found for found in days if found >= first)


def _carried(start: date, last: date, duration: Duration, count: Count) -> date | None:
    """Return the day to which a last day is carried: itself as a rule; None if nobody can say."""
    if count.rule == "ec-1182-71":
        return _carried_by_regulation(start, last, duration, count.calendar)
    if count.roll == "none":
        return last
    if count.calendar is None:
        return None
    if count.roll == "session":
        is_open = count.calendar.in_session(last)
        if is_open is None:
            return None
        return last if is_open else count.calendar.opening_after(last)
    kind: DayKind = "working-days" if count.roll == "working-day" else "sitting-days"
    return count.calendar.first_from(last, kind)


def _carried_by_regulation(
    start: date, last: date, duration: Duration, named: Calendar | None
) -> date | None:
    if duration.unit == "fixed-date":
        return last
    # Article 3(4): to the end of the next working day.
    day = named.first_from(last, "working-days") if named else None
    if named is None or day is None or (duration.unit == "days" and duration.amount < 2):
        return day
    # Article 3(5): at least two working days.
    number = named.number_between(start, day, "working-days")
    if number is None or number >= 2:
        return day if number is not None else None
    return named.counted(day, "working-days", 2 - number)


def _doubt(carried: date | None, last: date, count: Count) -> str:
    if carried is not None:
        return ""
    if count.calendar is None:
        return f"whether {last} is carried to a later day needs a calendar"
    return _silent(count.calendar, f"the days from {last}")
