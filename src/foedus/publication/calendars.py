# SPDX-License-Identifier: Apache-2.0
"""Days, weeks, months and years in a mission's own zone, as edges in UTC microseconds.

A day there may have 23 or 25 hours (IANA tz database); every edge is local midnight. What falls
into which bin is left to `counts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Bins(NamedTuple):
    """Consecutive half-open bins: the first day of each, and n + 1 edges in UTC microseconds."""

    days: tuple[date, ...]
    edges: npt.NDArray[np.int64]


def day_of(moment_us: int, zone: str) -> date:
    """Return the local day on which a moment falls."""
    return (EPOCH + timedelta(microseconds=moment_us)).astimezone(ZoneInfo(zone)).date()


def start_us(day: date, zone: str) -> int:
    """Return the local midnight at which `day` begins, in UTC microseconds."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    return (midnight.astimezone(UTC) - EPOCH) // MICROSECOND


def months(from_us: int, to_us: int, zone: str) -> Bins:
    """Return the months that hold the half-open span."""
    return _stepped(day_of(from_us, zone).replace(day=1), to_us, zone, 1)


def years(from_us: int, to_us: int, zone: str) -> Bins:
    """Return the years that hold the half-open span."""
    return _stepped(day_of(from_us, zone).replace(month=1, day=1), to_us, zone, 12)


def weeks_around(mark_us: int, zone: str, weeks: int) -> Bins:
    """Return `weeks` weeks before and after the local day of a moment; that day counts as after."""
    day = day_of(mark_us, zone)
    days = [day + timedelta(weeks=number) for number in range(-weeks, weeks + 1)]
    return _bins(days, zone)


def _stepped(first: date, to_us: int, zone: str, step: int) -> Bins:
    days = [first]
    while len(days) < 2 or start_us(days[-1], zone) < to_us:
        ahead = days[-1].year * 12 + days[-1].month - 1 + step
        days.append(date(ahead // 12, ahead % 12 + 1, 1))
    return _bins(days, zone)


def _bins(days: Iterable[date], zone: str) -> Bins:
    edges = list(days)
    return Bins(tuple(edges[:-1]), np.array([start_us(day, zone) for day in edges], np.int64))
