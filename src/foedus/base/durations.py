# SPDX-License-Identifier: Apache-2.0
"""A duration as people write it: "24 h", "3 days", "21 sitting days", "31 December each year".

What is left to somebody's judgement ("as soon as possible", "immediately", "not stated") is read as
not computable and keeps its words. A number without a unit is a fault: thirty of what? How a
duration is counted is left to `periods`.
"""

from __future__ import annotations

import re
from typing import Final

from foedus.base.dates import DATES, unit
from foedus.base.periods import Duration, PeriodUnit
from foedus.errors import Fault, did_you_mean

_UNITS: Final[dict[str, PeriodUnit]] = {
    "h": "hours",
    "hour": "hours",
    "hours": "hours",
    "day": "days",
    "days": "days",
    "calendar day": "days",
    "calendar days": "days",
    "week": "weeks",
    "weeks": "weeks",
    "month": "months",
    "months": "months",
    "year": "years",
    "years": "years",
    "sitting day": "sitting-days",
    "sitting days": "sitting-days",
    "working day": "working-days",
    "working days": "working-days",
}
_COUNTED: Final = re.compile(r"(\d{1,6})\s*([a-z][a-z -]*)")
_SESSION: Final = re.compile(r"(?:the )?(?:opening of the )?next session")
_YEARLY: Final = re.compile(r"(.+?)\s+(?:each|every) year")
_JUDGEMENT: Final = re.compile(
    r"immediately|at once|as soon as (?:possible|practicable)|without (?:undue )?delay|forthwith"
    r"|promptly|in due course|within a reasonable time|not[ -]stated|unknown"
)


def read_duration(written: str) -> Duration | Fault:
    """Return the duration that `written` names, or the fault, so that a caller can gather them."""
    text = " ".join(written.split()).lower()
    if _JUDGEMENT.fullmatch(text):
        return Duration(unit="not-computable", text=written)
    if _SESSION.fullmatch(text):
        return Duration(unit="next-session", amount=1, text=written)
    counted = _COUNTED.fullmatch(text)
    if counted and not _YEARLY.fullmatch(text):
        return _counted(int(counted[1]), counted[2].replace("-", " "), written)
    return _dated(text, written)


def _counted(amount: int, named: str, written: str) -> Duration | Fault:
    if named in _UNITS:
        return Duration(unit=_UNITS[named], amount=amount, text=written)
    hint = did_you_mean(named, _UNITS)
    if isinstance(_dated(f"{amount} {named} 2000", written), Duration):
        hint = "a date needs its year, or: each year"
    return Fault(expected="a unit of time", got=repr(written), hint=hint)


def _dated(text: str, written: str) -> Duration | Fault:
    """Return a fixed date: a day with its year, or a day of every year."""
    yearly = _YEARLY.fullmatch(text)
    # A leap year, so that 29 February can be written.
    day = f"{yearly[1]} 2000" if yearly else text
    for pattern in DATES:
        found = pattern.fullmatch(day)
        days = unit(found) if found else None
        if days is not None and days.precision == "day":
            date = days.first.isoformat()
            return Duration(
                unit="fixed-date", date=date[len("2000-") :] if yearly else date, text=written
            )
    hint = "such as 24 h, 14 days, 21 sitting days, 31 December each year, next session"
    return Fault(expected="a duration with its unit", got=repr(written), hint=hint)
