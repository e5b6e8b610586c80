# SPDX-License-Identifier: Apache-2.0
"""By whose clock: the words in which texts name a zone, and what that clock showed.

A zone is named by its IANA name, by an offset, by an abbreviation (EET, EEST, MSK, UTC) or in words
("Kyiv time", "local time"). Clocks follow the IANA time zone database of the `tzdata` package, so
that every machine reads a text alike: Moscow kept UTC+4 from 2011-03-27 to 2014-10-26. What a text
says of date and hour is left to `moments`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from foedus.errors import Fault, did_you_mean

ABBREVIATIONS: Final = {"EET": "Europe/Kyiv", "EEST": "Europe/Kyiv", "MSK": "Europe/Moscow"}
"""Abbreviation -> the zone whose clock must have shown it; docs/adr/0004 tells why Kyiv's."""
_UNIVERSAL: Final = ("UTC", "GMT", "Z")
_CITY: Final = {"kyiv": "Europe/Kyiv", "kiev": "Europe/Kyiv", "moscow": "Europe/Moscow"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\u2212-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


class Zone(msgspec.Struct, frozen=True):
    """A clock: the words that named it, and what they mean."""

    written: str
    name: str
    """IANA name, or an offset such as +03:00."""
    abbreviation: str | None = None
    """What the clock must have shown, where the words demand it: EET or EEST, or MSK."""

    @property
    def clock(self) -> tzinfo:
        """The clock, to read or show times by."""
        return _clock(self.name)


class Reading(msgspec.Struct, frozen=True):
    """What a time on a clock can mean: one instant, two where clocks went back, none if skipped."""

    instants_us: tuple[int, ...]
    abbreviations: tuple[str, ...]


def zone_named(words: str, local: str | None = None) -> Zone | Fault:
    """Return the zone that `words` name, or the fault; "local time" needs the zone `local`."""
    plain = " ".join(words.split())
    bare = re.sub(r"\s*\btime$", "", plain, flags=re.IGNORECASE)
    if bare.upper() in _UNIVERSAL:
        return Zone(words, "UTC")
    if bare.upper() in ABBREVIATIONS:
        return Zone(words, ABBREVIATIONS[bare.upper()], bare.upper())
    if bare.lower() in _CITY:
        return Zone(words, _CITY[bare.lower()])
    if bare.lower() in ("local", ""):
        return _local(words, local)
    if offset := _OFFSET.fullmatch(bare):
        return _fixed(words, offset)
    if is_zone(bare):
        return Zone(words, bare)
    return Fault(expected="a time zone", got=repr(plain), hint=_nearest(bare))


def _nearest(words: str) -> str:
    hint = did_you_mean(words, (*zone_names(), *ABBREVIATIONS, "Kyiv", "Moscow", "UTC"))
    return hint if hint.startswith("did") else "such as Europe/Kyiv, Kyiv time, EET, +02:00 or UTC"


def _local(words: str, local: str | None) -> Zone | Fault:
    if local is None:
        hint = "state which place's clock is meant, such as Europe/Kyiv"
        return Fault(expected="a zone for local time", got=repr(words), hint=hint)
    zone = zone_named(local)
    return zone if isinstance(zone, Fault) else Zone(words or local, zone.name, zone.abbreviation)


def _fixed(words: str, offset: re.Match[str]) -> Zone | Fault:
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 14 or minutes > 59:
        return Fault(expected="an offset from -14:00 to +14:00", got=repr(words))
    sign = "+" if offset[1] == "+" else "-"
    return Zone(words, "UTC" if hours == minutes == 0 else f"{sign}{hours:02}:{minutes:02}")


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names in the IANA database, in its order."""
    return tuple((files("tzdata") / "zones").read_text("utf-8").split())


def is_zone(name: str) -> bool:
    """Return whether `name` is a zone of the IANA database, as it spells it."""
    return bool(_NAME.fullmatch(name)) and name in zone_names()


@cache
def _clock(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    if name[0] in "+-":
        size = timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
        return timezone(size if name[0] == "+" else -size)
    with (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def reading(local: datetime, zone: Zone) -> Reading:
    """Return what the naive time `local` on the clock of `zone` can mean, in UTC microseconds.

    Where the zone demands an abbreviation, only instants at which the clock showed it are kept.
    """
    instants: dict[int, str] = {}
    for fold in (0, 1):
        aware = local.replace(tzinfo=zone.clock, fold=fold)
        instant = aware.astimezone(UTC)
        shown = instant.astimezone(zone.clock)
        name = shown.tzname() or ""
        if shown.replace(tzinfo=None) == local and zone.abbreviation in (None, name):
            instants.setdefault(utc_us(instant), name)
    return Reading(tuple(sorted(instants)), tuple(instants[at] for at in sorted(instants)))


def start_us(local: datetime, zone: Zone) -> int:
    """Return the first instant at which the clock showed `local` or, if skipped, went past it."""
    return utc_us(local.replace(tzinfo=zone.clock, fold=0).astimezone(UTC))


def local_time(at_us: int, zone: Zone) -> datetime:
    """Return what the clock showed at `at_us` (UTC microseconds since 1970), zone attached."""
    return (_EPOCH + at_us * _MICROSECOND).astimezone(zone.clock)


def utc_us(aware: datetime) -> int:
    """Return an aware datetime as UTC microseconds since 1970."""
    return (aware - _EPOCH) // _MICROSECOND
