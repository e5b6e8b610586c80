# SPDX-License-Identifier: Apache-2.0
"""Failings of duties together: circles, a dated one behind an undated one, two that exclude.

Two terms are held to exclude each other only where that is sure: (1) a duty is due before one that
must come first may begin; (2) somebody must deploy into a zone from which the same forces or
weapons are banned for it. Other clashes are left to whoever reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from foedus.base.deadlines import Due as Stretch
from foedus.terms.conflicts import loops
from foedus.terms.failings.found import Found, bearers, share_a_reading, terms_of
from foedus.terms.in_force import Binding
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import DutyRule, PresenceRule


def awaited(rule: DutyRule) -> tuple[str, ...]:
    """Return the ids of all that must be done before a duty: by its `after` and its deadline's."""
    by_deadline = rule.deadline.after if rule.deadline else None
    return (*rule.after, *((by_deadline,) if by_deadline else ()))


def circular_duties(agreement: Agreement) -> Iterator[Found]:
    """Yield each circle of duties that wait for each other, at its first member."""
    waits = {term.id: awaited(rule) for term, rule in terms_of(agreement, DutyRule)}
    for circle in loops(waits):
        yield Found(agreement.term(circle[0]), " waits for ".join(circle))


def waits_for_undated(agreement: Agreement) -> Iterator[Found]:
    """Yield dated duties that wait for one without a date; circles are told apart."""
    duties = {term.id: (term, rule) for term, rule in terms_of(agreement, DutyRule)}
    for term, rule in duties.values():
        undated = [
            name for name in rule.after if name in duties and duties[name][1].deadline is None
        ]
        if rule.deadline is not None and undated:
            yield Found(term, f"it has a day, and waits for {', '.join(undated)}, which has none")


def cannot_both_be_met(agreement: Agreement) -> Iterator[Found]:
    """Yield the second of each two terms that surely exclude each other."""
    yield from chain(_late(agreement), _excluded(agreement))


def _late(agreement: Agreement) -> Iterator[Found]:
    """Yield duties that are due before one for which they must wait may begin."""
    readings = [one.id for one in agreement.head.readings] or [""]
    told: set[tuple[str, str]] = set()
    for reading in readings:
        binding = Binding(agreement=agreement, reading=reading)
        for term, rule in terms_of(agreement, DutyRule):
            if not term.holds_under(reading):
                continue
            for first in rule.after:
                if (term.id, first) not in told and _closes_before(binding, term, first, reading):
                    told.add((term.id, first))
                    yield Found(term, f"it is due before {first} may begin, which must come first")


def _closes_before(binding: Binding, term: Term, first: str, reading: str) -> bool:
    earlier = binding.agreement.term(first)
    if not isinstance(earlier.rule, DutyRule) or not earlier.holds_under(reading):
        return False
    mine, theirs = binding.due(term.id), binding.due(first)
    if not isinstance(mine, Stretch) or not isinstance(theirs, Stretch):
        return False
    if mine.closes is None or mine.closes.latest_us is None or theirs.opens is None:
        return False
    return mine.closes.latest_us <= theirs.opens.earliest_us


def _excluded(agreement: Agreement) -> Iterator[Found]:
    for term, duty in terms_of(agreement, DutyRule):
        for other, presence in terms_of(agreement, PresenceRule):
            if (
                duty.what == "deploy"
                and duty.zone is not None
                and duty.zone == presence.zone
                and set(bearers(agreement, duty)) & set(bearers(agreement, presence))
                and set(duty.weapons or ("armed-forces",)) & set(presence.weapons)
                and share_a_reading(term, other)
            ):
                yield Found(term, f"{other.id} bans from the zone what must be deployed there")
