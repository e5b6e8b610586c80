# SPDX-License-Identifier: Apache-2.0
"""Times of a text as limits: instants of which an interval may be all that is known.

A time of day is exact: what begins at 00:00 binds from 00:00:00, what ends at 00:00 ends there. A
day without an hour leaves the hour open. Deadlines are handed to `base.deadlines`; which anchor
means which moment of the agreement is left to `in_force`.
"""

from __future__ import annotations

from typing import Final, Literal, cast

from foedus.base.dues import Limit
from foedus.base.durations import read_duration
from foedus.base.moments import Moment
from foedus.base.periods import CountingRule, Duration
from foedus.base.time_limits import ANCHORS, Deadline
from foedus.terms.rules import EVENT, Due

_EXACT: Final = ("instant", "minute", "hour")


def limit_at(moment: Moment, edge: Literal["start", "end"]) -> Limit:
    """Return the limit at which something starts or ends that a text dates with `moment`."""
    if moment.precision in _EXACT:
        return Limit(earliest_us=moment.from_us, latest_us=moment.from_us)
    latest_us = moment.to_us if edge == "end" else moment.to_us - 1
    return Limit(earliest_us=moment.from_us, latest_us=latest_us)


def deadline_of(due: Due, zone: str) -> Deadline | None:
    """Return a deadline that runs from an anchor; None for one that names its moment."""
    duration = read_duration(due.within) if due.within is not None else None
    if not isinstance(duration, Duration) or due.after is None:
        return None
    is_anchor = due.after in ANCHORS
    return Deadline(
        anchor=due.after if is_anchor else "completion",
        of=due.event if due.after == EVENT else "" if is_anchor else due.after,
        duration=duration,
        kind=due.kind,
        rule=cast("CountingRule", due.counted or "from-the-hour"),
        zone=zone,
        calendar=due.calendar or "",
    )
