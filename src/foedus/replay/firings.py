# SPDX-License-Identifier: Apache-2.0
"""When the triggers of an agreement would have fired on assumed decisions.

Each finding that is assumed to be determined becomes a fact of a history; each trigger becomes a
condition, and the conditions' own evaluator says when it held. A breach that nobody is named for
counts for nobody named, and for no party. A firing is a stretch in which the condition was surely
met, or one at some unknown instant of which it was; what is met again before a whole window has
passed is the same firing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from foedus.base.moments import HOUR_US
from foedus.replay.assumptions import Assumptions, Decide
from foedus.terms.breach_counts import condition_of, length_us
from foedus.terms.conditions.evaluation import verdicts
from foedus.terms.conditions.history import DETERMINED, Fact
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import Condition, Constant
from foedus.terms.conditions.variables import patterns
from foedus.terms.failings.found import term_names
from foedus.terms.record import Term
from foedus.terms.rules import ALL, OPEN, ConditionRule, TriggerRule

NOBODY: Final = "nobody-named"
"""Who did what no source names a doer of."""
Row = Mapping[str, Any]


class Firing(NamedTuple):
    """A trigger met by the breaches of one party."""

    trigger: str
    party: str
    from_us: int
    """First instant at which it may have been met."""
    sure_us: int
    """Instant by which it surely was."""
    to_us: int
    """Last instant at which it was met."""
    decided_us: int
    """When so many had been determined, as assumed: not before this could anybody act on it."""


class Warned(NamedTuple):
    """How the firings of a trigger stand to the events that were to be warned of."""

    firings: int
    warned: int
    missed: int
    lead_days: tuple[float, ...]
    """For each event that was warned of: days to it from when the first firing was decided."""
    false_alarms: int
    """Firings that warned of no event."""


def facts_of(rows: Iterable[Row], assumed: Assumptions) -> list[Fact]:
    """Return the findings that are assumed to be determined, as facts of a history.

    `rows` are findings with `occurred_from_us` and `occurred_to_us` of their incidents, and `zone`
    where one is asked about. A finding that names several counts for each of them.
    """
    found = []
    for row in rows:
        decide = next((one for one in assumed.stated.decide if _is_decided(row, one)), None)
        if decide is None:
            continue
        known_us = row["known_from_us"] + (length_us(decide.after) or 0)
        found += [_fact(row, party, known_us) for party in row["attributed"] or (NOBODY,)]
    return found


def _fact(row: Row, party: str, known_us: int) -> Fact:
    return Fact(
        fact_id=f"{row['finding_id']}-{party}",
        kind="breach",
        term=row["term_id"],
        party=party,
        zone=row.get("zone"),
        occurred_from_us=row["occurred_from_us"],
        occurred_to_us=row["occurred_to_us"],
        known_from_us=known_us,
        verdict=DETERMINED,
    )


def _is_decided(row: Row, decide: Decide) -> bool:
    share = row["probability_ppm"]
    likely = share is None or share >= decide.least_probability * 1_000_000
    term = not decide.of or row["term_id"] in decide.of
    return likely and term and row["verdict"] in decide.verdicts


def fired(
    trigger: TriggerRule,
    facts: Iterable[Fact],
    since_us: int,
    on_us: int,
    means: Mapping[str, tuple[str, ...]],
) -> list[Firing]:
    """Return when a trigger was met, in order of time.

    `means` says for each party of the record which parties of the agreement it stands for; one that
    is not there stands for the party of its own id.
    """
    counted = [
        msgspec.structs.replace(fact, term=trigger.id)
        for fact in facts
        if _counts(trigger, fact, means)
    ]
    # With hindsight: all decisions are known at the end of the time asked about.
    latest = max((fact.known_from_us for fact in counted), default=on_us)
    asked = Asked(since_us, on_us, max(latest, on_us))
    slack_us = (length_us(trigger.within) or 0) if trigger.within != OPEN else 0
    found = []
    for told in verdicts(parse(condition_of(trigger)), counted, asked, {}):
        party = str(told.valuation[0])
        spans = [(s.first.us, s.first.us, s.last.us) for s in told.sure]
        spans += [(s.first.us, s.last.us, s.last.us) for s in told.episodes]
        own = [fact for fact in counted if fact.party == party]
        for first, sure, last in _joined(spans, slack_us):
            decided_us = _decided_us(trigger, own, sure, slack_us)
            found.append(Firing(trigger.id, party, first, sure, last, decided_us))
    return sorted(found, key=lambda one: (one.sure_us, one.party))


def met(
    rule: ConditionRule,
    facts: Iterable[Fact],
    since_us: int,
    on_us: int,
    means: Mapping[str, tuple[str, ...]],
    terms: Sequence[Term],
) -> list[Firing]:
    """Return when a condition of a text was met, in order of time.

    A party of the record counts as the one of the agreement for which it stands, if that is one. A
    fact bears the name by which the condition calls its term. A breach of which it is not known in
    which zone it was is at most possible where a zone is asked for, and fires nothing.
    """
    condition = parse(rule.when)
    known = {term.id: term_names(term) for term in terms}
    named = set(_terms_in(condition))
    counted = [_renamed(fact, named, known, means) for fact in facts]
    latest = max((fact.known_from_us for fact in counted), default=on_us)
    asked = Asked(since_us, on_us, max(latest, on_us))
    found = []
    for told in verdicts(condition, counted, asked, {}):
        who = ", ".join(str(value) for value in told.valuation)
        spans = [(s.first.us, s.first.us, s.last.us) for s in told.sure]
        spans += [(s.first.us, s.last.us, s.last.us) for s in told.episodes]
        for first, sure, last in _joined(spans, 0):
            seen = (f.known_from_us for f in counted if f.occurred_from_us <= sure)
            found.append(Firing(rule.id, who, first, sure, last, max(sure, *seen)))
    return sorted(found, key=lambda one: (one.sure_us, one.party))


def _terms_in(condition: Condition) -> Iterator[str]:
    for pattern in patterns(condition.body):
        for role in pattern.roles:
            if role.preposition == "of" and isinstance(role.argument, Constant):
                yield role.argument.value


def _renamed(
    fact: Fact,
    named: Iterable[str],
    known: Mapping[str, tuple[str, ...]],
    means: Mapping[str, tuple[str, ...]],
) -> Fact:
    names = known.get(str(fact.term), ())
    term = next((name for name in sorted(named) if name in names), fact.term)
    stands_for = means.get(str(fact.party), (str(fact.party),))
    party = stands_for[0] if len(stands_for) == 1 else fact.party
    return msgspec.structs.replace(fact, term=term, party=party)


def _decided_us(trigger: TriggerRule, own: Iterable[Fact], sure_us: int, window_us: int) -> int:
    """Return when enough of the breaches that met a trigger by `sure_us` had been determined."""
    since_us = sure_us - window_us if window_us else None
    known = sorted(
        fact.known_from_us
        for fact in own
        if fact.occurred_from_us <= sure_us and (since_us is None or fact.occurred_to_us > since_us)
    )
    return max(sure_us, known[min(trigger.count, len(known)) - 1])


def _counts(trigger: TriggerRule, fact: Fact, means: Mapping[str, tuple[str, ...]]) -> bool:
    party = str(fact.party)
    stands_for = means.get(party, (party,))
    who = ALL in trigger.by or party == NOBODY or bool(set(stands_for) & set(trigger.by))
    return who and (not trigger.of or fact.term in trigger.of)


def _joined(spans: Iterable[tuple[int, int, int]], slack_us: int) -> list[tuple[int, int, int]]:
    """Join spans no farther apart than the window; each keeps when it was first sure."""
    found: list[tuple[int, int, int]] = []
    for first, sure, last in sorted(spans):
        if found and first <= found[-1][2] + 1 + slack_us:
            before = found[-1]
            found[-1] = (before[0], min(before[1], sure), max(before[2], last))
        else:
            found.append((first, sure, last))
    return found


def warned(firings: Sequence[Firing], assumed: Assumptions) -> Warned:
    """Return which events a firing came before, and which firings came before none.

    A firing warns of an event if it was decided by then, and met at most the horizon before.
    """
    horizon_us = assumed.horizon_us
    starts = [event.on.from_us for event in assumed.events]
    leads = []
    for start in starts:
        ahead = [start - one.decided_us for one in firings if _warns(one, start, horizon_us)]
        if ahead:
            leads.append(round(min(max(ahead), horizon_us) / (24 * HOUR_US), 2))
    alone = [one for one in firings if not any(_warns(one, start, horizon_us) for start in starts)]
    return Warned(len(firings), len(leads), len(starts) - len(leads), tuple(leads), len(alone))


def _warns(one: Firing, start_us: int, horizon_us: int) -> bool:
    return one.decided_us <= start_us <= max(one.to_us, one.decided_us) + horizon_us
