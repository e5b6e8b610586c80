# SPDX-License-Identifier: Apache-2.0
"""When an agreement was in force, in words: both ends of each stretch, and how each is reckoned.

What the text leaves open stays open: a day without an hour is told as a day, an end that no clock
can tell as that. The reckoning itself is left to `terms.in_force`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from foedus.base.deadlines import Limit, NotComputable
from foedus.base.zones import Zone, local_time
from foedus.publication.calendars import day_of
from foedus.publication.numbers import long_day
from foedus.terms.in_force import Binding, Held
from foedus.terms.record import Term
from foedus.terms.rules import OPEN, Due, InForceRule, Time


class Stretch(NamedTuple):
    """One time through which terms of an agreement bind under a reading, in words."""

    term: Term
    reading: str
    begins: str
    ends: str
    reckoned: str
    """How the end is reckoned, where it is."""
    held: Held


def stretches_of(binding: Binding, zone: str) -> Iterator[Stretch]:
    """Yield the stretches that a reading has, in the order of the document; hours are of `zone`."""
    for term in binding.agreement.under(binding.reading):
        if not isinstance(term.rule, InForceRule):
            continue
        for held in binding.held(term.id):
            yield Stretch(
                term=term,
                reading=binding.reading,
                begins=_begin(held, term.rule.from_, zone),
                ends=_end(held, zone),
                reckoned=_reckoned(term.rule.to),
                held=held,
            )


def told(edge: Limit | NotComputable, zone: str) -> str:
    """Return a limit in words, no finer than it is known."""
    if isinstance(edge, NotComputable):
        return f"not known: {edge.reason}"
    if edge.latest_us is None:
        return f"not before {_hour(edge.earliest_us, zone)}: {edge.unknown}"
    first, last = day_of(edge.earliest_us, zone), day_of(edge.latest_us - 1, zone)
    if edge.latest_us == edge.earliest_us:
        return _hour(edge.earliest_us, zone)
    if first == last:
        return f"{long_day(first)}, hour not stated"
    return f"{long_day(first)} to {long_day(last)}: which day is not known"


def _begin(held: Held, time: Time, zone: str) -> str:
    if isinstance(held.begins, NotComputable):
        return f"a day that is not known ({_reckoned(time) or held.begins.reason})"
    return told(held.begins, zone)


def _end(held: Held, zone: str) -> str:
    if held.ends is None:
        return "no end stated"
    later = "; later if it was renewed" if held.may_renew else ""
    return told(held.ends, zone) + later


def _reckoned(time: Time) -> str:
    if isinstance(time, Due) and time.within is not None:
        return f"{time.within} after {(time.event or time.after or '').replace('-', ' ')}"
    return "" if time == OPEN else "as stated"


def _hour(at_us: int, zone: str) -> str:
    at = local_time(at_us, Zone(zone, zone))
    return f"{long_day(at.date())}, {at:%H:%M}"
