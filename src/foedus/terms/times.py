# SPDX-License-Identifier: Apache-2.0
"""Whether the times of a document can be read, and come in an order that is possible.

A time is a moment in words, `open`, `not-stated`, `unknown`, or a deadline. What does not exist
(31 June, an hour that the clocks skipped), ends before it begins, or lacks its unit is a fault;
what hangs on an act or on judgement is kept as written. When a term binds is told by `bounds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from foedus.base.durations import read_duration
from foedus.base.moments import Moment
from foedus.base.periods import CountingRule
from foedus.base.readings import Uncomputable, read_moment
from foedus.base.time_limits import ANCHORS, faults_of
from foedus.errors import Fault, did_you_mean
from foedus.terms.breach_counts import length_us
from foedus.terms.faults import Faults, Key
from foedus.terms.limits import deadline_of, limit_at
from foedus.terms.names import Clause, Names
from foedus.terms.rules import (
    DE_FACTO,
    EVENT,
    NOT_STATED,
    OPEN,
    UNKNOWN,
    AnyRule,
    Buffer,
    Due,
    During,
    DutyRule,
    ExemptionRule,
    ExtensionRule,
    FinderRule,
    InForceRule,
    PresenceRule,
    RenewalRule,
    RungRule,
    SunsetRule,
    Time,
    TriggerRule,
    ZoneRule,
)
from foedus.terms.vocabulary import load_vocabulary

ENTRY: Final = "entry-into-force"
WORDS: Final = (OPEN, NOT_STATED, UNKNOWN)


def read_time(written: str, zone: str) -> Moment | Uncomputable | Fault:
    """Return what a time in words says; open, not-stated and unknown are not computable."""
    if written in WORDS:
        return Uncomputable(written=written, needs=written)
    return read_moment(written, zone)


class Times:
    """The times of one document, checked term by term in its zone."""

    def __init__(self, zone: str, names: Names, faults: Faults) -> None:
        self.zone, self.names, self.faults = zone, names, faults

    def check(self, clause: Clause) -> None:
        """Add a fault for every time of a term that cannot be."""
        if clause.rule is None:
            return
        for key, time in _times(clause.rule):
            self._time(clause, key, time)
        match clause.rule:
            case InForceRule() as rule:
                self._order(clause, (), rule.from_, rule.to)
                self._must_begin(clause, ("from",), rule.from_)
            case ExemptionRule(during=During() as during):
                self._order(clause, ("during",), during.from_, during.to)
            case RenewalRule() as rule:
                self._length(clause, ("lasts",), rule.lasts)
                self._length(clause, ("notice",), rule.notice)
            case TriggerRule(within=within) if within != OPEN:
                self._window(clause, within)
            case ZoneRule(area=Buffer() as strip):
                self._day(clause, ("area", "on"), strip.on)
            case PresenceRule() as rule:
                for party, base in rule.baseline.items():
                    self._day(clause, ("baseline", party, "on"), base.on)

    def _window(self, clause: Clause, within: str) -> None:
        """Check the window of a trigger, whose length must be the same wherever it lies."""
        known = len(self.faults.found)
        self._length(clause, ("within",), within)
        if len(self.faults.found) == known and length_us(within) is None:
            expected, hint = "hours, days or weeks", "months and working days have no fixed length"
            self.faults.add(clause.line("within"), ("within",), expected, repr(within), hint)

    def moment(self, line: int, key: Key, written: str) -> Moment | None:
        """Return a time in words as a moment, or None; what cannot be read is a fault."""
        found = read_time(written, self.zone)
        if isinstance(found, Fault):
            hint = found.hint or f"or one of {', '.join(WORDS)}"
            self.faults.add(line, key, found.expected, found.got, hint)
        return found if isinstance(found, Moment) else None

    def _time(self, clause: Clause, key: Key, time: Time) -> None:
        if isinstance(time, str):
            self.moment(clause.line(*key), key, time)
            return
        if time.by is not None:
            self.moment(clause.line(*key, "by"), (*key, "by"), time.by)
        if (time.by is None) == (time.within is None):
            got = "neither" if time.by is None else "both"
            self.faults.add(clause.line(*key), key, "by a moment, or within a duration", got)
        elif time.within is not None:
            self._length(clause, (*key, "within"), time.within)
            self._anchor(clause, key, time)
        self._counting(clause, key, time)

    def _anchor(self, clause: Clause, key: Key, due: Due) -> None:
        known = (*ANCHORS, *self.names.terms_of("duty", "in-force", "extension"))
        line = clause.line(*key, "after")
        if due.after is None:
            hint = "such as signing or entry-into-force"
            self.faults.add(line, (*key, "after"), "an anchor", "none", hint)
        elif due.after not in known:
            hint, expected = did_you_mean(due.after, known), "an anchor, or the id of a dated term"
            self.faults.add(line, (*key, "after"), expected, repr(due.after), hint)
        elif (due.after == EVENT) != bool(due.event):
            got = repr(due.event) if due.event else "none"
            expected = f"words in `event` with after: {EVENT}, and only there"
            self.faults.add(line, (*key, "event"), expected, got)

    def _counting(self, clause: Clause, key: Key, due: Due) -> None:
        """Check the words of counting, and with what they may stand."""
        vocabularies = {"counted": get_args(CountingRule), "calendar": load_vocabulary().calendars}
        before = len(self.faults.found)
        for name, known in vocabularies.items():
            word = getattr(due, name)
            if word is not None and word not in known:
                hint = did_you_mean(word, known) if known else "none is shipped"
                line = clause.line(*key, name)
                self.faults.add(line, (*key, name), f"a known {name}", repr(word), hint)
        if len(self.faults.found) == before and (deadline := deadline_of(due, "UTC")):
            for fault in faults_of(deadline):
                line = clause.line(*key, "within")
                if fault.column != "anchor":
                    self.faults.add(line, key, fault.expected, fault.got, fault.hint)

    def _length(self, clause: Clause, key: Key, written: str) -> None:
        found = read_duration(written)
        if isinstance(found, Fault):
            line = clause.line(*key)
            self.faults.add(line, key, found.expected, found.got, found.hint)

    def _day(self, clause: Clause, key: Key, written: str) -> None:
        if written != DE_FACTO:
            self.moment(clause.line(*key), key, written)

    def _must_begin(self, clause: Clause, key: Key, start: Time) -> None:
        if start == OPEN:
            hint = "write not-stated or unknown if nobody said when"
            self.faults.add(clause.line(*key), key, "a time at which it begins", OPEN, hint)
        elif isinstance(start, Due) and start.after == ENTRY:
            line, hint = clause.line(*key, "after"), "such as signing, or an event"
            self.faults.add(line, (*key, "after"), "another anchor than its own start", ENTRY, hint)

    def _order(self, clause: Clause, key: Key, start: Time, end: Time) -> None:
        """Check that an end can come after its start; one day may be both."""
        if not isinstance(start, str) or not isinstance(end, str):
            return
        first, last = read_time(start, self.zone), read_time(end, self.zone)
        if not isinstance(first, Moment) or not isinstance(last, Moment):
            return
        latest_us = limit_at(last, "end").latest_us
        if latest_us is not None and latest_us <= limit_at(first, "start").earliest_us:
            line, got = clause.line(*key, "to"), f"{start} to {end}"
            hint = "swap them, or mend a date"
            self.faults.add(line, (*key, "to"), "an end after its start", got, hint)


def _times(rule: AnyRule) -> Iterator[tuple[Key, Time]]:
    """Yield the times of a rule with their keys."""
    match rule:
        case InForceRule():
            yield ("from",), rule.from_
            yield ("to",), rule.to
        case ExemptionRule(during=During() as during):
            yield ("during", "from"), during.from_
            yield ("during", "to"), during.to
        case ExtensionRule():
            yield ("to",), rule.to
        case SunsetRule():
            yield ("at",), rule.at
        case DutyRule(deadline=Due() as due):
            yield ("deadline",), due
        case RungRule() as rung:
            for key, found in (("deadline", rung.deadline), ("not_before", rung.not_before)):
                if found is not None:
                    yield (key,), found
        case FinderRule(deadline=Due() as due):
            yield ("deadline",), due
