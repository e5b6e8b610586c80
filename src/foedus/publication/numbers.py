# SPDX-License-Identifier: Apache-2.0
"""Numbers and dates as people read them: thin separators (ISO 80000-1, 7.3.1), unknown in words."""

from __future__ import annotations

from datetime import date
from typing import Final

THIN: Final = "\u202f"
UNTOLD: Final = "not told"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def whole(number: int | None) -> str:
    """Return a whole number with thin separators from four digits on; None is not told."""
    return UNTOLD if number is None else f"{number:,}".replace(",", THIN)


def span(low: int | None, high: int | None) -> str:
    """Return a range of whole numbers, low to high."""
    return f"{whole(low)}–{whole(high)}"


def share(part: int, total: int) -> str:
    """Return a share in per cent: whole, but `under 1` and `over 99` where that would mislead."""
    if total == 0:
        return "–"
    percent = round(100 * part / total)
    if percent == 0 and part:
        return f"under 1{THIN}%"
    if percent == 100 and part < total:
        return f"over 99{THIN}%"
    return f"{percent}{THIN}%"


def weeks(number: int) -> str:
    """Return a number of weeks with its noun."""
    return f"{whole(number)} week" + ("" if number == 1 else "s")


def rate(count: int | None, days: int) -> str:
    """Return a count per day with as many decimals as it needs."""
    if count is None:
        return UNTOLD
    value = count / days
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def long_day(day: date) -> str:
    """Return a day as `15 February 2015`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """Return a day as `15 Feb 2015`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def long_month(day: date) -> str:
    """Return the month of a day as `August 2014`."""
    return f"{MONTHS[day.month - 1]} {day.year}"
