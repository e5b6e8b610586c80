# SPDX-License-Identifier: Apache-2.0
"""Calendar dates and times of day as people write them, before any zone is applied.

Holds the patterns of ISO 8601 and of the English of agreements, and what their parts mean: a date
is a run of whole days, a time of day what has passed since 00:00. A year has four digits. By whose
clock they are read is left to `readings`.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from foedus.base.moments import DAY, HOUR_US, MINUTE_US, SECOND_US

_MONTHS: Final = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr, ("",) * 9 + ("Sept",))
    for number, name in enumerate(names)
    if name
}
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR: Final = r"(?P<year>(?:19|20|21)\d\d)"
_SECONDS: Final = r"(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?"
DATES: Final = tuple(
    re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w-])", re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"{_YEAR}-W(?P<week>\d\d)",
        rf"{_YEAR}-(?P<month>\d\d)",
        rf"(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?P<name>{_MONTH})\.?\s+{_YEAR}",
        rf"(?P<name>{_MONTH})\.?\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"(?P<name>{_MONTH})\.?\s+{_YEAR}",
        rf"(?P<day>\d\d)\.(?P<month>\d\d)\.{_YEAR}",
        _YEAR,
    )
)
CLOCKS: Final = tuple(
    re.compile(rf"(?<![\w:.+\u2212-])(?:{pattern})(?![\w:])", re.IGNORECASE)
    for pattern in (
        rf"(?P<hour>\d\d?):(?P<minute>\d\d){_SECONDS}(?:\s*(?P<half>[ap])\.?m\.?)?",
        r"(?P<hour>\d\d?)\s*(?P<half>[ap])\.?m\.?",
        r"(?P<noon>noon)",
    )
)


class Unit(NamedTuple):
    """A run of whole days: its first day, the day after its last, and its precision."""

    first: date
    after: date
    precision: str


class TimeOfDay(NamedTuple):
    """A time of day: what has passed since 00:00, and how fine it was written."""

    since: timedelta
    width_us: int
    precision: str


def unit(found: re.Match[str]) -> Unit | None:
    """Return first day, day after and precision of a date; None if the calendar lacks it."""
    parts = found.groupdict()
    year = int(parts["year"])
    month = parts.get("month") or _MONTHS.get((parts.get("name") or "").lower())
    try:
        if week := parts.get("week"):
            first = date.fromisocalendar(year, int(week), 1)
            return Unit(first, first + 7 * DAY, "week")
        if day := parts.get("day"):
            first = date(year, int(month or 0), int(day))
            return Unit(first, first + DAY, "day")
        first = date(year, int(month or 1), 1)
    except ValueError:
        return None
    if month is None:
        return Unit(first, date(year + 1, 1, 1), "year")
    return Unit(first, (first + 31 * DAY).replace(day=1), "month")


def time_of_day(found: re.Match[str], *, only_hour: bool) -> TimeOfDay | None:
    """Return a time of day; 24:00 is the end of its day, 12 a.m. its beginning."""
    parts = found.groupdict()
    if parts.get("noon"):
        return TimeOfDay(timedelta(hours=12), MINUTE_US, "minute")
    hour, minute = int(parts["hour"]), int(parts.get("minute") or 0)
    second, fraction = int(parts.get("second") or 0), parts.get("fraction") or ""
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    micros = int(fraction.ljust(6, "0") or 0)
    since = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    if minute > 59 or second > 59 or since > DAY:
        return None
    if parts.get("second"):
        return TimeOfDay(since, SECOND_US // 10 ** len(fraction), "instant")
    if only_hour:
        return TimeOfDay(since, HOUR_US, "hour")
    return TimeOfDay(since, MINUTE_US, "minute")
