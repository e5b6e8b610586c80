# SPDX-License-Identifier: Apache-2.0
"""Failings of time: no deadline, one that cannot be counted, no anchor, no hour, two starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foedus.base.durations import read_duration
from foedus.base.moments import Moment
from foedus.base.periods import Duration
from foedus.terms.failings.found import Found, share_a_reading, terms_of
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import (
    EVENT,
    NOT_STATED,
    UNKNOWN,
    Due,
    DutyRule,
    FinderRule,
    InForceRule,
    RungRule,
    Time,
)
from foedus.terms.times import read_time

STANDING: Final = (
    "stay-in-place", "respect", "prevent", "monitor", "open-access", "allow-aid",
    "keep-passage-open", "coordinate", "report", "discipline", "allow-return",
)  # fmt: skip
"""Deeds that always hold, and need no day by which they are done."""
FOUND_FIRST: Final = ("occurrence", "detection")
"""Anchors that somebody must find before a clock can run from them."""
_WHOLE_DAYS: Final = ("day", "week", "month", "year")


def no_deadline(agreement: Agreement) -> Iterator[Found]:
    """Yield duties that have no day by which they must be done, and are not such as always hold."""
    for term, rule in terms_of(agreement, DutyRule):
        if rule.deadline is None and rule.what not in STANDING:
            yield Found(term, f"{rule.what}: no day is given")


def deadline_not_computable(agreement: Agreement) -> Iterator[Found]:
    """Yield deadlines in words that no clock can count."""
    for term, due in _deadlines(agreement):
        duration = read_duration(due.within) if due.within is not None else None
        if isinstance(duration, Duration) and duration.unit == "not-computable":
            yield Found(term, f"{due.within!r} is no number with a unit")


def clock_without_anchor(agreement: Agreement) -> Iterator[Found]:
    """Yield clocks that start with an event, or before anybody has found that it happened."""
    for term, due in _deadlines(agreement):
        if due.after == EVENT:
            yield Found(term, f"it starts with an event that nobody is to state: {due.event}")
    for term, rule in terms_of(agreement, RungRule):
        for found in (rule.deadline, rule.not_before):
            if found and found.after in FOUND_FIRST and rule.finder == NOT_STATED:
                yield Found(term, f"it starts with the {found.after}, which nobody is to find")
                break


def hour_missing(agreement: Agreement) -> Iterator[Found]:
    """Yield starts and ends of which only the day is told."""
    for term, rule in terms_of(agreement, InForceRule):
        for name, time in (("start", rule.from_), ("end", rule.to)):
            if isinstance(time, str) and _is_day(time, agreement.head.zone):
                yield Found(term, f"the {name} has no hour: {time}")


def start_not_stated(agreement: Agreement) -> Iterator[Found]:
    """Yield terms in force of which nobody says, or nobody knows, when they begin."""
    for term, rule in terms_of(agreement, InForceRule):
        if rule.from_ in (NOT_STATED, UNKNOWN):
            yield Found(term, f"when it begins is {str(rule.from_).replace('-', ' ')}")


def start_contested(agreement: Agreement) -> Iterator[Found]:
    """Yield times in force that differ from another of the same terms under another reading."""
    dated = list(terms_of(agreement, InForceRule))
    for number, (term, rule) in enumerate(dated):
        for earlier, other in dated[:number]:
            same = set(rule.of) == set(other.of) and not share_a_reading(term, earlier)
            if same and (rule.from_, rule.to) != (other.from_, other.to):
                yield Found(term, f"under another reading {earlier.id} counts otherwise")
                break


def _deadlines(agreement: Agreement) -> Iterator[tuple[Term, Due]]:
    """Yield every deadline that runs from an anchor, with its term."""
    for term in agreement.terms:
        times: tuple[Time | None, ...] = ()
        if isinstance(term.rule, (DutyRule, FinderRule)):
            times = (term.rule.deadline,)
        elif isinstance(term.rule, RungRule):
            times = (term.rule.deadline, term.rule.not_before)
        elif isinstance(term.rule, InForceRule):
            times = (term.rule.from_,)
        for time in times:
            if isinstance(time, Due):
                yield term, time


def _is_day(written: str, zone: str) -> bool:
    found = read_time(written, zone)
    is_end = written.startswith("end of")
    return isinstance(found, Moment) and found.precision in _WHOLE_DAYS and not is_end
