# SPDX-License-Identifier: Apache-2.0
"""The one deadline calculus: what a text says of a time limit, and when that limit falls.

A `Deadline` is an anchor, a duration, the rule by which it is counted, and what silence does. `due`
takes the moment of the anchor, of which an interval may be all that is known, and gives the stretch
in which something may or must be done (`dues.Due`). Ceasefire duties, national procedures, ladders,
remedies and snap-back share it. Pure: no clock is read and no file. The rules are those of
`periods`; here stands what a clock's changes do to them:

1. Hours are time that has passed, whatever the clock shows.
2. Other units keep the time of day on the clock of the deadline's zone: a day may have 23 or 25
   hours.
3. A limit at a time of day that the clock showed twice may be either; one that the clock skipped is
   the instant at which it did so.
4. An anchor known to an interval gives the interval of all limits that its instants give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from foedus.base.calendars import Calendar
from foedus.base.dues import Due, Limit, limit_of
from foedus.base.moments import HOUR_US, Moment
from foedus.base.periods import Count, Duration, NotComputable, ending
from foedus.base.readings import Uncomputable
from foedus.base.time_limits import ANCHORS, Deadline, faults_of
from foedus.base.zones import Zone, local_time, reading, utc_us, zone_named
from foedus.errors import DrafterError, Fault

__all__ = [
    "ANCHORS",
    "Deadline",
    "Due",
    "Duration",
    "Limit",
    "NotComputable",
    "due",
    "faults_of",
]

_DAY_US: Final = 24 * HOUR_US
_NO_CALENDARS: Final[Mapping[str, Calendar]] = MappingProxyType({})


def due(
    deadline: Deadline,
    anchor: Moment | Uncomputable,
    calendars: Mapping[str, Calendar] = _NO_CALENDARS,
) -> Due | NotComputable:
    """Return when a deadline opens and closes, given the moment of its anchor.

    `calendars` are those of which its `calendar` names one. Nobody's guess fills a gap: where the
    text leaves it to judgement, or the calendar does not reach, the answer is NotComputable with
    the reason. Where only the carrying to a later day is unknown, so is the latest instant alone.
    Raises `DrafterError` with all faults of the deadline, or where the anchor's zone is no zone.
    """
    if faults := faults_of(deadline):
        raise DrafterError(*faults)
    if isinstance(anchor, Uncomputable):
        reason = f"the anchor hangs on {anchor.needs}"
        return NotComputable(written=anchor.written, reason=reason)
    zone = _zone(deadline, anchor)
    count = Count(
        rule=deadline.rule,
        runs=deadline.runs,
        roll=deadline.roll,
        closes=deadline.closes,
        calendar=calendars.get(deadline.calendar),
    )
    limit = _limit(anchor, deadline.duration, count, zone)
    opens = _limit(anchor, deadline.opens, count, zone) if deadline.opens else None
    if isinstance(limit, NotComputable):
        return limit
    if isinstance(opens, NotComputable):
        return opens
    if deadline.kind == "latest-by" and deadline.runs == "after":
        opens = limit_of(anchor)
    return Due(
        kind=deadline.kind,
        opens=limit if deadline.kind == "earliest-from" else opens,
        closes=None if deadline.kind == "earliest-from" else limit,
        silence=deadline.silence,
        soft=deadline.soft,
    )


def _zone(deadline: Deadline, anchor: Moment) -> Zone:
    """Return the clock alone: an abbreviation binds the text that has it, not what is counted."""
    zone = zone_named(deadline.zone or anchor.zone)
    if isinstance(zone, Fault):
        hint = zone.hint if deadline.zone else "state the zone of the deadline"
        raise DrafterError(msgspec.structs.replace(zone, column="zone", hint=hint))
    return Zone(zone.written, zone.name)


def _limit(anchor: Moment, duration: Duration, count: Count, zone: Zone) -> Limit | NotComputable:
    """Return the limits of all instants of the anchor: those of the few that are outermost."""
    limits = []
    for at_us in _outermost(anchor, zone):
        limit = _limit_from(at_us, duration, count, zone)
        if isinstance(limit, NotComputable):
            return limit
        limits.append(limit)
    latest = [limit.latest_us for limit in limits if limit.latest_us is not None]
    return Limit(
        earliest_us=min(limit.earliest_us for limit in limits),
        latest_us=max(latest) if len(latest) == len(limits) else None,
        unknown=next((limit.unknown for limit in limits if limit.unknown), ""),
    )


def _limit_from(at_us: int, duration: Duration, count: Count, zone: Zone) -> Limit | NotComputable:
    if duration.unit == "hours":
        end_us = _hours_after(at_us, duration.amount, count, zone)
        return Limit(earliest_us=end_us, latest_us=end_us)
    found = ending(local_time(at_us, zone).replace(tzinfo=None), duration, count)
    if isinstance(found, NotComputable):
        return found
    first_us, last_us = _instants(found.at, zone)
    latest_us = first_us if found.is_edge else last_us
    return Limit(
        earliest_us=first_us,
        latest_us=None if found.unknown else latest_us,
        unknown=found.unknown,
    )


def _hours_after(at_us: int, amount: int, count: Count, zone: Zone) -> int:
    if count.runs == "before":
        return at_us - amount * HOUR_US
    if count.rule == "ec-1182-71":
        # Article 3(1): the hour of the event is not counted.
        face = local_time(at_us, zone)
        past = timedelta(minutes=face.minute, seconds=face.second, microseconds=face.microsecond)
        at_us += HOUR_US - past // timedelta(microseconds=1)
    return at_us + amount * HOUR_US


def _instants(face: datetime, zone: Zone) -> tuple[int, int]:
    """Return the first and the last instant that a time of day can mean (rule 3)."""
    instants = reading(face, zone).instants_us
    if instants:
        return instants[0], instants[-1]
    # A clock put forward: the time lies between the readings before and after the change.
    offsets = [face.replace(tzinfo=zone.clock, fold=fold) for fold in (0, 1)]
    low, high = sorted(utc_us(aware) for aware in offsets)
    skipped_us = _first(low, high, lambda at: local_time(at, zone).replace(tzinfo=None) >= face)
    return skipped_us, skipped_us


def _outermost(anchor: Moment, zone: Zone) -> Iterator[int]:
    """Yield the instants of an anchor whose limits bound those of all others.

    They are its ends and, where clocks were put back near them, the instants at which that was
    done: there the clock, and with it whatever is counted by it, runs back once.
    """
    first_us, last_us = anchor.from_us, anchor.to_us - 1
    yield from (first_us, last_us)
    for low_us, high_us in (
        (first_us, min(last_us, first_us + _DAY_US)),
        (max(first_us, last_us - _DAY_US), last_us),
    ):
        changed_us = _put_back(low_us, high_us, zone)
        if changed_us is not None:
            yield from (changed_us - 1, changed_us)


def _put_back(low_us: int, high_us: int, zone: Zone) -> int | None:
    """Return the instant between the two at which the clock was put back; None: it was not."""
    before = _offset(low_us, zone)
    if _offset(high_us, zone) >= before:
        return None
    return _first(low_us, high_us, lambda at_us: _offset(at_us, zone) < before)


def _offset(at_us: int, zone: Zone) -> timedelta:
    return local_time(at_us, zone).utcoffset() or timedelta()


def _first(low_us: int, high_us: int, holds: Callable[[int], bool]) -> int:
    """Return the first instant from `low_us` to `high_us` from which on `holds` is true."""
    while low_us < high_us:
        middle_us = (low_us + high_us) // 2
        low_us, high_us = (low_us, middle_us) if holds(middle_us) else (middle_us + 1, high_us)
    return low_us
