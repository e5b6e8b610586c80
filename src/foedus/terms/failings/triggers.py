# SPDX-License-Identifier: Apache-2.0
"""Whether a trigger can be evaded: yes or no, decided exactly. By which pattern is never told.

Evaded means: some party can break some term without end, and no trigger ever fires. A breach is of
a term, by a party, in a zone that a term names or outside all of them; zones count as apart. A
trigger counts the breaches that fit it, of each party by itself. Then a party that breaks a term so
can go on for ever if and only if every trigger that counts such breaches (1) counts two or more (2)
within a window; a count without a window only grows. Where no trigger counts a breach, this holds
of itself. A rung that any breach reaches is a trigger of one; a condition is a trigger if it is the
bare count of breaches, in each zone by itself or of all parties together. Where any other condition
asks for breaches, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from foedus.terms.breach_counts import breach_count
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.syntax import Condition, Constant
from foedus.terms.conditions.variables import patterns
from foedus.terms.failings.found import Found, bearers, has, term_names
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import (
    ALL,
    OPEN,
    BanRule,
    ConditionRule,
    PresenceRule,
    RungRule,
    TriggerRule,
)

ELSEWHERE: Final = ""
"""Outside all zones that a term names."""
EACH_ZONE: Final = "*"
"""Of a count that is made for each zone by itself."""


class Breach(NamedTuple):
    """A kind of breach: of which term, by whom, where."""

    term: str
    party: str
    zone: str


class Counting(NamedTuple):
    """What fires after how many breaches of which kinds, in a window or ever."""

    term: Term
    of: frozenset[str]
    by: frozenset[str]
    zone: str | None
    least: int
    has_window: bool

    def counts(self, breach: Breach) -> bool:
        """Return whether a breach is counted."""
        here = self.zone in (None, breach.zone) or (
            self.zone == EACH_ZONE and breach.zone != ELSEWHERE
        )
        return breach.term in self.of and breach.party in self.by and here


def trigger_evadable(agreement: Agreement) -> Iterator[Found]:
    """Yield the triggers at fault where some breach can be repeated without end and never fires."""
    countings = countings_of(agreement)
    if countings is None or not has(agreement, TriggerRule, ConditionRule):
        return
    if not any(can_evade(breach, countings) for breach in breaches_of(agreement, countings)):
        return
    # What does not count a breach at all has a gap as well as what counts it too slowly.
    for one in countings:
        if isinstance(one.term.rule, (TriggerRule, ConditionRule)):
            yield Found(one.term, "yes: a rule can be broken without end, and it never fires")


def can_evade(breach: Breach, countings: list[Counting]) -> bool:
    """Return whether a breach can be repeated for ever without any trigger firing; see above."""
    met = [one for one in countings if one.counts(breach)]
    return all(one.least > 1 and one.has_window for one in met)


def breaches_of(agreement: Agreement, countings: Iterable[Counting]) -> list[Breach]:
    """Return every kind of breach that the triggers of an agreement could tell apart."""
    zones = {one.zone for one in countings if one.zone not in (None, EACH_ZONE)}
    found = []
    for term in agreement.terms:
        if isinstance(term.rule, (BanRule, PresenceRule)):
            places = {term.rule.zone} if term.rule.zone else zones | {ELSEWHERE}
            for party in bearers(agreement, term.rule):
                found += [Breach(term.id, party, str(zone)) for zone in sorted(map(str, places))]
    return found


def countings_of(agreement: Agreement) -> list[Counting] | None:
    """Return all that fires: triggers, conditions, and the rungs that one breach reaches.

    None where a condition on breaches is no bare count, so that nothing can be said.
    """
    every = frozenset(
        term.id for term in agreement.terms if isinstance(term.rule, (BanRule, PresenceRule))
    )
    found = []
    for term in agreement.terms:
        rule = term.rule
        if isinstance(rule, TriggerRule):
            of, by = frozenset(rule.of) or every, _who(agreement, rule.by)
            window = rule.within != OPEN
            found.append(Counting(term, of, by, rule.zone, rule.count, window))
        elif isinstance(rule, RungRule) and rule.event == "breach" and not rule.needs:
            of, by = frozenset(rule.of) or every, _who(agreement, rule.by)
            found.append(Counting(term, of, by, None, 1, has_window=False))
        elif isinstance(rule, ConditionRule):
            condition = parse(rule.when)
            if any(pattern.kind == "breach" for pattern in patterns(condition.body)):
                counting = _bare_count(term, condition, agreement, every)
                if counting is None:
                    return None
                found.append(counting)
    return found


def _bare_count(
    term: Term, condition: Condition, agreement: Agreement, every: frozenset[str]
) -> Counting | None:
    """Return a condition that is the bare count of breaches as what it counts; None for others."""
    found = breach_count(condition)
    if found is None:
        return None
    each = EACH_ZONE if found.zone else None
    return Counting(
        term,
        _named(agreement, found.of.value) if isinstance(found.of, Constant) else every,
        frozenset([found.by.value] if isinstance(found.by, Constant) else agreement.bound),
        found.zone.value if isinstance(found.zone, Constant) else each,
        found.least,
        found.within_us is not None,
    )


def _named(agreement: Agreement, name: str) -> frozenset[str]:
    """Return the terms that a condition names: by id, by their article's label or its number."""
    return frozenset(term.id for term in agreement.terms if name in term_names(term))


def _who(agreement: Agreement, named: tuple[str, ...]) -> frozenset[str]:
    return frozenset(agreement.bound if ALL in named else named)
