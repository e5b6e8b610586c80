# SPDX-License-Identifier: Apache-2.0
"""A time as people write it, read as a `Moment`, an `Uncomputable` or a `Fault`.

Read are ISO 8601 dates and times (RFC 3339 offsets, `24:00`, weeks), and the English of agreements:
"00:00 (Kyiv time) on 15 February 2015", "end of 12 April 2026", "12 a.m.". What depends on an act
("upon signature") or on somebody's judgement ("immediately") is told apart and never guessed, and
so is what has two readings ("midnight of 5 May", 04/05/2025). A text is read whole: a word that is
not understood is a fault.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from foedus.base.dates import CLOCKS, DATES, TimeOfDay, Unit, time_of_day, unit
from foedus.base.moments import Moment
from foedus.base.zones import Zone, reading, start_us, zone_named
from foedus.errors import DrafterError, Fault

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?)(.*)", re.DOTALL)
_EDGE = re.compile(r"\b(end|close|beginning|start) of\b", re.IGNORECASE)
_FILLING = re.compile(r"\b(?:on|at|from|the|of|hours?|hrs|o'clock)\b|[(),]", re.IGNORECASE)
_ACT = re.compile(
    r"\b(?:up)?on\s+(?:its\s+|the\s+)?(signature|signing|adoption|ratification|acceptance"
    r"|entry into force|completion|notification)\b"
    r"|\b(?:with)?in\b.*\b(?:of|after|from)\s+(?:its\s+|the\s+)?"
    r"(signature|signing|adoption|ratification|acceptance|entry into force)\b",
    re.IGNORECASE,
)
_JUDGEMENT = re.compile(
    r"\b(immediately|immediate|as soon as (?:possible|practicable)|without (?:undue )?delay"
    r"|forthwith|promptly|in due course|within a reasonable time)\b",
    re.IGNORECASE,
)
_TWO_WAYS: Final = (
    (
        re.compile(r"\bmidnight\b", re.IGNORECASE),
        "00:00 or 24:00 of a day",
        "midnight is at both ends of a day: write 00:00 or 24:00",
    ),
    (
        re.compile(r"\b\d\d?/\d\d?/\d{2,4}\b"),
        "a date with the month in letters, or as year-month-day",
        "day and month can be taken for each other: write 2025-05-04 or 4 May 2025",
    ),
)


class Uncomputable(msgspec.Struct, frozen=True, kw_only=True):
    """A time that no clock can tell: it hangs on an act, or on somebody's judgement."""

    written: str
    needs: str
    """The act on which it hangs, such as signature; or judgement."""


def moment(written: str, zone: str | None = None) -> Moment:
    """Return what `written` says; `zone` is whose clock is meant where the text names none.

    Raises `DrafterError` where it says no time that can be computed.
    """
    found = read_moment(written, zone)
    if isinstance(found, Uncomputable):
        raise DrafterError(
            Fault(
                expected="a time that can be computed",
                got=repr(written),
                hint=f"it needs {found.needs}; state when that was",
            )
        )
    if isinstance(found, Fault):
        raise DrafterError(found)
    return found


def read_moment(written: str, zone: str | None = None) -> Moment | Uncomputable | Fault:
    """Return what `written` says, so that a caller can gather the faults of a whole document.

    `zone` (any words that `zone_named` reads) is whose clock is meant where the text names none.
    """
    text = " ".join(written.split())
    if act := _ACT.search(text):
        return Uncomputable(written=written, needs=(act[1] or act[2]).lower())
    if _JUDGEMENT.search(text):
        return Uncomputable(written=written, needs="judgement")
    for pattern, expected, hint in _TWO_WAYS:
        if pattern.search(text):
            return Fault(expected=expected, got=repr(written), hint=hint)
    return _Text(written, text, zone).read()


class _Text:
    """One text, from which edge, date and time of day are taken; what is left names the zone."""

    def __init__(self, written: str, text: str, zone: str | None) -> None:
        self.written, self.rest, self.declared = written, text, zone

    def read(self) -> Moment | Fault:
        """Take the parts out of the text, one after the other, and put them together."""
        iso = _ISO.fullmatch(self.rest)
        if iso:
            hour = iso[2] if ":" in iso[2] else f"{iso[2]}:00"
            self.rest = f"{iso[1]} {hour} {iso[3]}"
        edge = self.take((_EDGE,))
        day = self.take(DATES)
        clock = self.take(CLOCKS)
        if day is None:
            hint = "such as 2015-02-15, 15 February 2015 or 2015-02-15 00:00"
            return self.fault("a date with its year", hint)
        zone = self.zone()
        if isinstance(zone, Fault):
            return zone
        days = unit(day)
        if days is None:
            return self.fault("a day that is in the calendar")
        if clock is None:
            return self.of_days(days, zone, edge)
        if edge is not None or days.precision != "day":
            return self.fault("a time of day with one whole day, and no beginning or end of it")
        since = time_of_day(clock, only_hour=iso is not None and ":" not in iso[2])
        if since is None:
            return self.fault("a time of day from 00:00 to 24:00")
        return self.of_clock(datetime.combine(days.first, datetime.min.time()), since, zone)

    def take(self, patterns: tuple[re.Pattern[str], ...]) -> re.Match[str] | None:
        """Return the first match of the patterns, and take it out of what is left."""
        for pattern in patterns:
            if found := pattern.search(self.rest):
                self.rest = f"{self.rest[: found.start()]} {self.rest[found.end() :]}"
                return found
        return None

    def zone(self) -> Zone | Fault:
        """Read what is left, which must name a zone or nothing."""
        left = " ".join(_FILLING.sub(" ", self.rest).split())
        if left:
            return zone_named(left, self.declared)
        if self.declared is None:
            return self.fault("a time zone", "add one, such as Kyiv time, +02:00 or UTC")
        return zone_named(self.declared)

    def fault(self, expected: str, hint: str = "") -> Fault:
        """Return a fault of the whole text."""
        return Fault(expected=expected, got=repr(self.written), hint=hint)

    def of_days(self, days: Unit, zone: Zone, edge: re.Match[str] | None) -> Moment | Fault:
        """Return whole days, or the instant at their edge."""
        first, after, precision = days
        start, end = (
            start_us(datetime.combine(day, datetime.min.time()), zone) for day in (first, after)
        )
        if zone.abbreviation and not _shows(zone, start, end):
            return self.fault(*_not_in_force(zone, start))
        if edge is not None:
            at = end if edge[1].lower() in ("end", "close") else start
            return self.moment(zone, at, at + 1, "instant")
        return self.moment(zone, start, end, precision)

    def of_clock(self, day: datetime, clock: TimeOfDay, zone: Zone) -> Moment | Fault:
        """Return a time of day; where clocks were put back it spans both of its readings."""
        local = day + clock.since
        instants = reading(local, zone).instants_us
        if not instants:
            return self.fault(*_no_reading(local, zone))
        precision = clock.precision if len(instants) == 1 else "span"
        return self.moment(zone, instants[0], instants[-1] + clock.width_us, precision)

    def moment(self, zone: Zone, from_us: int, to_us: int, precision: str) -> Moment:
        """Return the moment with this text's words."""
        return Moment(
            written=self.written,
            zone=zone.written,
            from_us=from_us,
            to_us=to_us,
            precision=precision,
        )


def _shows(zone: Zone, start_at_us: int, end_at_us: int) -> bool:
    instants = (start_at_us, end_at_us - 1)
    return any(zone.abbreviation == _abbreviation(at, zone) for at in instants)


def _abbreviation(at_us: int, zone: Zone) -> str | None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    return at.astimezone(zone.clock).tzname()


def _not_in_force(zone: Zone, at_us: int) -> tuple[str, str]:
    name = _abbreviation(at_us, zone)
    hint = f"{zone.name} kept {name} then: write {name}, or the offset that is meant"
    return f"a day on which {zone.name} kept {zone.abbreviation}", hint


def _no_reading(local: datetime, zone: Zone) -> tuple[str, str]:
    """Return what was expected of a time that no clock showed, and how to mend it."""
    plain = Zone(zone.written, zone.name)
    if reading(local, plain).instants_us:
        return _not_in_force(zone, start_us(local, plain))
    past = start_us(local, plain)
    after = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=past)).astimezone(zone.clock)
    hint = f"clocks were put forward past it: write {after:%H:%M}, or the offset that is meant"
    return f"a time that the clock of {zone.name} showed", hint
