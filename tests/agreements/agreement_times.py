# SPDX-License-Identifier: Apache-2.0
"""When the terms of a loaded agreement bind, fall due and are renewed, as the situations ask it.

What binds when is asked of `terms.in_force`; notice against a renewal of `base.deadlines`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from agreement_situations import DueAsked

from foedus.base.deadlines import Deadline, Limit, NotComputable, due
from foedus.base.deadlines import Due as Stretch
from foedus.base.dues import in_time, moment_of
from foedus.base.durations import read_duration
from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.base.periods import Duration, Runs
from foedus.base.readings import moment
from foedus.base.zones import local_time, zone_named
from foedus.errors import Fault
from foedus.terms.in_force import Binding, Held
from foedus.terms.record import Agreement
from foedus.terms.rules import DutyRule, ExtensionRule, RenewalRule

NEVER = "not computable"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_at(agreement: Agreement, written: str) -> Moment:
    """Return a time that a situation names, in the zone of the agreement."""
    return moment(written, agreement.head.zone)


def reading_of(agreement: Agreement, term_id: str) -> str:
    """Return a reading under which a term holds; empty: it holds under all."""
    return next(iter(agreement.term(term_id).rule.readings), "")


def held_by(agreement: Agreement, in_force_id: str) -> Held:
    """Return the one stretch of time of an in-force."""
    binding = Binding(agreement=agreement, reading=reading_of(agreement, in_force_id))
    (held,) = binding.held(in_force_id)
    return held


def due_of(agreement: Agreement, asked: DueAsked) -> Limit | NotComputable:
    """Return when a duty is due."""
    duty = agreement.term(asked.of).rule
    assert isinstance(duty, DutyRule)
    assert duty.deadline is not None
    if asked.before_extension:
        terms = tuple(t for t in agreement.terms if not isinstance(t.rule, ExtensionRule))
        agreement = msgspec.structs.replace(agreement, terms=terms)
    known = {}
    if asked.anchor is not None:
        assert duty.deadline.after is not None
        known[duty.deadline.after] = moment_at(agreement, asked.anchor)
    reading = reading_of(agreement, asked.of)
    found = Binding(agreement=agreement, reading=reading, known=known).due(asked.of)
    assert found is not None
    return found.limit if isinstance(found, Stretch) else found


def day_of(agreement: Agreement, found: Limit | NotComputable | None) -> str:
    """Return the day of a limit; an end at 00:00 belongs to the day before."""
    if not isinstance(found, Limit) or found.latest_us is None:
        return NEVER
    zone = zone_named(agreement.head.zone)
    assert not isinstance(zone, Fault)
    shift = 1 if found.earliest_us == found.latest_us else 0
    first = local_time(found.earliest_us - shift, zone).date()
    last = local_time(found.latest_us - 1, zone).date()
    return first.isoformat() if first == last else f"{first} to {last}"


def instant_of(found: Limit | NotComputable | None) -> str:
    """Return a limit that is one instant, as RFC 3339 in UTC."""
    assert isinstance(found, Limit)
    assert found.earliest_us == found.latest_us
    return f"{EPOCH + timedelta(microseconds=found.earliest_us):%Y-%m-%dT%H:%M:%SZ}"


def expiry(agreement: Agreement, rule: RenewalRule) -> Moment:
    """Return the end of the term that a renewal follows."""
    ends = held_by(agreement, rule.of).ends
    assert isinstance(ends, Limit)
    found = moment_of(ends, "the end of the term")
    assert isinstance(found, Moment)
    return found


def counted(agreement: Agreement, written: str, anchor: Moment, runs: Runs) -> Stretch:
    """Return the stretch of a duration that runs after an anchor, or before it."""
    duration = read_duration(written)
    assert isinstance(duration, Duration)
    zone = agreement.head.zone
    found = due(Deadline(anchor="expiry", duration=duration, runs=runs, zone=zone), anchor)
    assert isinstance(found, Stretch)
    return found


def notice_due(agreement: Agreement, rule: RenewalRule) -> Stretch:
    """Return until when notice can be given against a renewal."""
    return counted(agreement, rule.notice, expiry(agreement, rule), "before")


def renewed(agreement: Agreement, rule: RenewalRule, notice: str | None) -> Answer:
    """Return whether a term goes on, given when notice came; None: none came."""
    if notice is None:
        return Answer.SURE
    return ~in_time(notice_due(agreement, rule), moment_at(agreement, notice))


def renewed_until(agreement: Agreement, rule: RenewalRule) -> Limit:
    """Return the end of the term that follows."""
    return counted(agreement, rule.lasts, expiry(agreement, rule), "after").limit
