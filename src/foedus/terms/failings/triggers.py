# SPDX-License-Identifier: Apache-2.0
"""Whether a trigger can be evaded: yes or no, decided exactly. By which pattern is never told.

Evaded means: some party can break some term without end, and no trigger ever fires. A breach is of
a term, by a party, in a zone that a term names or outside all of them; zones count as apart. A
trigger counts the breaches that fit it, of each party by itself. Then a party that breaks a term so
can go on for ever if and only if every trigger that counts such breaches (1) counts two or more (2)
within a window; a count without a window only grows. Where no trigger counts a breach, this holds
of itself. A rung that any breach reaches is a trigger of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from foedus.terms.failings.found import Found, bearers, has, terms_of
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import ALL, OPEN, BanRule, PresenceRule, RungRule, TriggerRule

ELSEWHERE: Final = ""
"""Outside all zones that a term names."""


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
        here = self.zone is None or self.zone == breach.zone
        return breach.term in self.of and breach.party in self.by and here


def trigger_evadable(agreement: Agreement) -> Iterator[Found]:
    """Yield the triggers at fault where some breach can be repeated without end and never fires."""
    if not has(agreement, TriggerRule):
        return
    countings = countings_of(agreement)
    evading = [breach for breach in breaches_of(agreement) if can_evade(breach, countings)]
    if not evading:
        return
    # What does not count a breach at all has a gap as well as what counts it too slowly.
    for one in countings:
        if isinstance(one.term.rule, TriggerRule):
            yield Found(one.term, "yes: a rule can be broken without end, and it never fires")


def can_evade(breach: Breach, countings: list[Counting]) -> bool:
    """Return whether a breach can be repeated for ever without any trigger firing; see above."""
    met = [one for one in countings if one.counts(breach)]
    return all(one.least > 1 and one.has_window for one in met)


def breaches_of(agreement: Agreement) -> list[Breach]:
    """Return every kind of breach that the triggers of an agreement could tell apart."""
    zones = {rule.zone for _, rule in terms_of(agreement, TriggerRule) if rule.zone}
    found = []
    for term in agreement.terms:
        if isinstance(term.rule, (BanRule, PresenceRule)):
            places = {term.rule.zone} if term.rule.zone else zones | {ELSEWHERE}
            for party in bearers(agreement, term.rule):
                found += [Breach(term.id, party, zone) for zone in sorted(places)]
    return found


def countings_of(agreement: Agreement) -> list[Counting]:
    """Return all that fires: the triggers, and the rungs that one breach reaches."""
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
    return found


def _who(agreement: Agreement, named: tuple[str, ...]) -> frozenset[str]:
    return frozenset(agreement.bound if ALL in named else named)
