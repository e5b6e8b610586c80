# SPDX-License-Identifier: Apache-2.0
"""A time limit as a text lays it down, and every fault that it can have.

`Deadline` is what a document says; `faults_of` tells what in it is unknown, or cannot go together,
so that whoever reads a document can gather all faults before raising. Computing it is left to
`deadlines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, get_args

import msgspec

from foedus.base.calendars import Calendar
from foedus.base.dues import Kind, Silence
from foedus.base.periods import CountingRule, Duration, PeriodUnit, Roll, Runs
from foedus.base.zones import zone_named
from foedus.errors import Fault, did_you_mean

ANCHORS: Final = {
    "occurrence": "the event happened",
    "detection": "somebody first saw it",
    "report": "it was reported",
    "verification": "a verifier confirmed it",
    "attribution": "it was said who answers for it",
    "determination": "the body that decides has decided",
    "signing": "the text was signed",
    "entry-into-force": "the text began to bind",
    "laying": "the text was laid before a parliament",
    "distribution": "the printed paper was handed out",
    "start-of-intervention": "forces were committed",
    "notification": "notice was given",
    "request": "somebody asked for it",
    "completion": "another duty, told in `of`, was done",
    "expiry": "a term, told in `of`, ends",
    "event": "what `of` tells in words",
}
"""What a deadline may run from: a word, and what happened then."""


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit as a text lays it down."""

    anchor: str
    """A word of `ANCHORS`: what it runs from."""
    of: str = ""
    """Of what: an id or words, such as the withdrawal whose completion is the anchor."""
    duration: Duration
    opens: Duration | None = None
    """For a window: how long after the anchor it opens; `duration` is when it closes."""
    kind: Kind = "latest-by"
    runs: Runs = "after"
    rule: CountingRule = "from-the-hour"
    closes: str = "24:00"
    """Time of day at which the last day closes, where the rule counts whole days."""
    roll: Roll = "none"
    """Which day a last day must be; if it is none, it is carried to the next."""
    zone: str = ""
    """Whose clock; empty: that of the anchor as written."""
    calendar: str = ""
    """Id of the calendar of working days, sitting days or sessions."""
    silence: Silence = "none"
    soft: bool = False
    """True: the text only aims at it ("where possible")."""
    source: str = ""
    evidence: str = ""


CALENDAR_UNITS: Final = ("working-days", "sitting-days", "next-session")
MOST: Final = {
    "hours": 876_000,
    "days": 36_500,
    "weeks": 5_200,
    "months": 1_200,
    "years": 100,
    "sitting-days": 5_000,
    "working-days": 5_000,
}
"""The most of each unit, about a century: beyond it no calendar or clock is known."""
_CLOSES: Final = re.compile(r"24:00|(?:[01]\d|2[0-3]):[0-5]\d")
_YEARLY: Final = re.compile(r"\d\d-\d\d")


def faults_of(deadline: Deadline, calendars: Mapping[str, Calendar] | None = None) -> list[Fault]:
    """Return every fault of a deadline; with `calendars`, naming one that is missing is a fault."""
    faults = [*_words(deadline), *_duration("duration", deadline.duration, deadline)]
    if deadline.opens is not None:
        faults += _duration("opens", deadline.opens, deadline)
    faults += _combination(deadline)
    if not _CLOSES.fullmatch(deadline.closes):
        expected = "a time of day from 00:00 to 24:00"
        faults.append(_fault("closes", expected, repr(deadline.closes)))
    if deadline.zone and isinstance(zone := zone_named(deadline.zone), Fault):
        faults.append(msgspec.structs.replace(zone, column="zone"))
    if calendars is not None and deadline.calendar and deadline.calendar not in calendars:
        hint = did_you_mean(deadline.calendar, calendars)
        faults.append(_fault("calendar", "a calendar's id", repr(deadline.calendar), hint))
    return faults


def _words(deadline: Deadline) -> Iterator[Fault]:
    """Yield a fault for each word that is not in its vocabulary."""
    for field, known in (
        ("anchor", tuple(ANCHORS)),
        ("kind", get_args(Kind)),
        ("runs", get_args(Runs)),
        ("rule", get_args(CountingRule)),
        ("roll", get_args(Roll)),
        ("silence", get_args(Silence)),
    ):
        word = getattr(deadline, field)
        if word not in known:
            expected = "one of " + ", ".join(known)
            yield _fault(field, expected, repr(word), did_you_mean(str(word), known))


def _duration(field: str, duration: Duration, deadline: Deadline) -> Iterator[Fault]:
    unit, units = duration.unit, get_args(PeriodUnit)
    if unit not in units:
        expected = "one of " + ", ".join(units)
        yield _fault(f"{field}.unit", expected, repr(unit), did_you_mean(unit, units))
    elif unit == "fixed-date":
        yield from _fixed(f"{field}.date", duration.date)
    elif unit == "not-computable":
        if not duration.text:
            yield _fault(f"{field}.text", "the words of the text", "nothing")
    elif unit in MOST:
        is_first_day = deadline.rule == "from-that-day" and field == "duration"
        least = 1 if unit in CALENDAR_UNITS or is_first_day else 0
        if not least <= duration.amount <= MOST[unit]:
            expected = f"{least} to {MOST[unit]} {unit}"
            yield _fault(f"{field}.amount", expected, str(duration.amount))
    if unit in ("working-days", "sitting-days") and deadline.rule == "from-the-hour":
        hint = "from-next-day, if the day of the anchor does not count"
        yield _fault("rule", f"a rule that counts whole days, for {unit}", deadline.rule, hint)


def _fixed(field: str, written: str) -> Iterator[Fault]:
    """Yield a fault if that is no date; 29 February is one, since there are years that have it."""
    try:
        date.fromisoformat(f"2000-{written}" if _YEARLY.fullmatch(written) else written)
    except ValueError:
        hint = "such as 2025-10-18, or 12-31 for that day of every year"
        yield _fault(field, "a date", repr(written), hint)


def _combination(deadline: Deadline) -> Iterator[Fault]:
    """Yield a fault for each two fields that do not go together."""
    if (deadline.kind == "window") != (deadline.opens is not None):
        got = "none" if deadline.opens is None else f"one for {deadline.kind}"
        yield _fault("opens", "a duration for a window, and only for one", got)
    if deadline.kind == "earliest-from" and deadline.silence != "none":
        yield _fault("silence", "none, since earliest-from never closes", deadline.silence)
    if deadline.roll != "none" and deadline.rule in ("from-the-hour", "ec-1182-71"):
        hint = "ec-1182-71 carries by itself; else count from-next-day or from-that-day"
        yield _fault("roll", f"none with {deadline.rule}", deadline.roll, hint)
    if deadline.runs == "before":
        yield from _backwards(deadline)


def _backwards(deadline: Deadline) -> Iterator[Fault]:
    if deadline.rule in ("from-that-day", "ec-1182-71"):
        hint = "count from-the-hour or from-next-day"
        yield _fault("rule", "a rule that is laid down for counting back", deadline.rule, hint)
    if deadline.roll != "none":
        yield _fault("roll", "none, since what is counted back is not carried", deadline.roll)
    if deadline.duration.unit in ("fixed-date", "next-session"):
        yield _fault("duration.unit", "a unit that can be counted back", deadline.duration.unit)
    if deadline.kind == "window":
        yield _fault("kind", "latest-by or earliest-from, if counted back", deadline.kind)


def _fault(column: str, expected: str, got: str, hint: str = "") -> Fault:
    return Fault(column=column, expected=expected, got=got, hint=hint)
