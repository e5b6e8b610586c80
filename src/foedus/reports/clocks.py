# SPDX-License-Identifier: Apache-2.0
"""Local times to UTC in bulk, by the clock of each row.

A zone's changes of offset are found once from the `tzdata` package through `base.zones`, so that
every machine reads a file alike; columns are then converted by vectorised search. A time that the
clock showed twice has two readings; one that it skipped has none. EET and EEST say which of Kyiv's
two clocks is meant, and are no reading where Kyiv's clock showed the other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.base.zones import Zone, utc_us, zone_named
from foedus.reports.cells import Bools
from foedus.reports.dates import DAY_US, NO_OFFSET

Ints = npt.NDArray[np.int64]

MINUTE_US: Final = 60_000_000
_SHOWN: Final = {"EET": 120 * MINUTE_US, "EEST": 180 * MINUTE_US}
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(days=7)


class Universal(NamedTuple):
    """Local times on the clock of one zone, as UTC microseconds."""

    earliest_us: Ints
    latest_us: Ints
    skipped: Bools
    """True where the clock never showed that time; the instant of the change then stands for it."""


class _Changes(NamedTuple):
    at_us: Ints
    """Instants at which the offset changes, rising."""
    offset_us: Ints
    """The offsets before, between and after them: one more than the changes."""

    def offset_at(self, instants_us: Ints) -> Ints:
        return self.offset_us[np.searchsorted(self.at_us, instants_us, side="right")]


def known_zone(words: str) -> bool:
    """Return whether `words` name a zone."""
    return isinstance(zone_named(words), Zone)


def universal(local_us: Ints, words: str) -> Universal:
    """Return the readings of local times on the clock that `words` name; raises `ValueError`."""
    zone = _zone(words)
    never = np.zeros(len(local_us), np.bool_)
    if zone.name == "UTC":
        return Universal(local_us, local_us, never)
    readings = _readings(local_us, _changes(zone.name))
    shown_us = _SHOWN.get(zone.abbreviation or "")
    if shown_us is None:
        return readings
    fixed = local_us - shown_us
    other = (fixed != readings.earliest_us) & (fixed != readings.latest_us)
    return Universal(fixed, fixed, other)


@cache
def _zone(words: str) -> Zone:
    zone = zone_named(words)
    if isinstance(zone, Zone):
        return zone
    raise ValueError(str(zone))


def _readings(local_us: Ints, changes: _Changes) -> Universal:
    """Try the offsets in force a day before and a day after; the clock changes once in two days."""
    before = local_us - changes.offset_at(local_us - DAY_US)
    after = local_us - changes.offset_at(local_us + DAY_US)
    if np.array_equal(before, after):
        return Universal(before, after, np.zeros(len(local_us), np.bool_))
    before_holds = before + changes.offset_at(before) == local_us
    after_holds = after + changes.offset_at(after) == local_us
    skipped = ~before_holds & ~after_holds
    change = np.searchsorted(changes.at_us, np.minimum(before, after), side="right")
    moment = changes.at_us[np.minimum(change, len(changes.at_us) - 1)]
    earliest = np.where(before_holds, before, np.where(after_holds, after, moment))
    latest = np.where(after_holds, after, np.where(before_holds, before, moment))
    return Universal(np.minimum(earliest, latest), np.maximum(earliest, latest), skipped)


@cache
def _changes(name: str) -> _Changes:
    clock = _zone(name).clock
    at: list[int] = []
    offsets = [clock.utcoffset(_FIRST.astimezone(clock)) or timedelta()]
    here = _FIRST
    while here < _LAST:
        there = here + _STEP
        offset = there.astimezone(clock).utcoffset() or timedelta()
        if offset != offsets[-1]:
            at.append(utc_us(_change(here, there, offsets[-1], name)))
            offsets.append(offset)
        here = there
    return _Changes(
        np.array(at, np.int64),
        np.array([offset // timedelta(microseconds=1) for offset in offsets], np.int64),
    )


def _change(here: datetime, there: datetime, offset: timedelta, name: str) -> datetime:
    """Halve the week until the second after which another offset holds."""
    clock = _zone(name).clock
    seconds = int((there - here).total_seconds())
    low = 0
    while seconds - low > 1:
        middle = (low + seconds) // 2
        same = (here + timedelta(seconds=middle)).astimezone(clock).utcoffset() == offset
        low, seconds = (middle, seconds) if same else (low, middle)
    return here + timedelta(seconds=seconds)


class Clocks(NamedTuple):
    """By whose clock each row is written: one zone for all, or one of several by row."""

    names: tuple[str, ...]
    """The zones as written; row i goes by names[which[i]]."""
    which: Ints
    offset_min: npt.NDArray[np.int32]
    """Minutes east of UTC where the row itself states them, else NO_OFFSET; these come first."""

    def universal(self, local_us: Ints) -> Universal:
        """Return local times of these rows as UTC."""
        if len(self.names) == 1:
            result = universal(local_us, self.names[0])
        else:
            result = self._by_row(local_us)
        stated = self.offset_min != NO_OFFSET
        if not stated.any():
            return result
        fixed = local_us - self.offset_min.astype(np.int64) * MINUTE_US
        return Universal(
            np.where(stated, fixed, result.earliest_us),
            np.where(stated, fixed, result.latest_us),
            result.skipped & ~stated,
        )

    def with_offsets(self, offset_min: npt.NDArray[np.int32]) -> Clocks:
        """Return the same clocks with offsets that stand before them; NO_OFFSET leaves a row."""
        stated = offset_min != NO_OFFSET
        return self._replace(offset_min=np.where(stated, offset_min, self.offset_min))

    def _by_row(self, local_us: Ints) -> Universal:
        earliest, latest = local_us.copy(), local_us.copy()
        skipped = np.zeros(len(local_us), np.bool_)
        for number, name in enumerate(self.names):
            mine = self.which == number
            part = universal(local_us[mine], name)
            earliest[mine], latest[mine], skipped[mine] = part
        return Universal(earliest, latest, skipped)

    def written(self) -> pa.Array:
        """Return the zone of each row as it was written or declared."""
        names = list(self.names)
        which = self.which
        stated = self.offset_min != NO_OFFSET
        if stated.any():
            minutes, places = np.unique(self.offset_min[stated], return_inverse=True)
            which = which.copy()
            which[stated] = places + len(names)
            names += [_offset_text(int(minute)) for minute in minutes]
        return pa.array(names, pa.string()).take(pa.array(which))


def _offset_text(minutes: int) -> str:
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '-'}{hours:02}:{rest:02}"
