# SPDX-License-Identifier: Apache-2.0
"""How likely a condition is met on indicated facts: never a verdict, and never added to one.

Determined facts are taken as there, each indicated one as there with its probability, independent
of the others or in a way that nobody knows. What the record leaves open (an interval, an unknown
argument) widens the answer to two figures: that the condition is sure, and that it is possible. A
`Likelihood` has no arithmetic with `LegalTruth`: what people determined has no probability.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Literal

import msgspec
import numpy as np
import pyarrow as pa

from foedus.errors import Fault, OperatorError, SourceError
from foedus.terms.conditions.candidates import candidates
from foedus.terms.conditions.history import COLUMNS, INDICATED, Fact
from foedus.terms.conditions.judging import Judge
from foedus.terms.conditions.probabilities import (
    Bounds,
    at_least,
    bounds_at_least,
    clopper_pearson,
    hoeffding,
)
from foedus.terms.conditions.record import (
    Asked,
    Domains,
    Match,
    Record,
    Valuation,
    Value,
    facts_of,
    known,
)
from foedus.terms.conditions.sampled import count_hits, counted, held, hits
from foedus.terms.conditions.sampled import worlds as worlds_of
from foedus.terms.conditions.spans import covers, within
from foedus.terms.conditions.syntax import (
    Body,
    Condition,
    CountIs,
    Facts,
    Not,
    Pattern,
    Tally,
    Window,
)
from foedus.terms.conditions.variables import children, columns, patterns

Dependence = Literal["independent", "unknown"]
Method = Literal["exact", "bounds", "samples"]
RISK: Final = 1e-6
"""Risk that the interval of an estimate misses the probability."""
MOST_SAMPLES: Final = 1_000_000


class Likelihood(msgspec.Struct, frozen=True):
    """A probability by indicated facts; it stands by itself, beside a legal truth."""

    method: Method
    low: float
    """No smaller, but for the risk of samples."""
    high: float
    """No greater, but for the risk of samples."""
    sure: float | None
    """That the condition is sure: a value or an estimate; None where only bounds are known."""
    possible: float | None
    """That the condition is possible at least."""
    samples: int = 0
    seed: int | None = None
    risk: float = 0.0
    error: float = 0.0
    """Hoeffding's bound of the error of both estimates, at that risk."""


def likelihood_at(
    condition: Condition,
    history: pa.Table,
    asked: Asked,
    valuation: Valuation,
    at_us: int,
    dependence: Dependence = "independent",
) -> Likelihood:
    """Return how likely a count of facts is reached at one instant: exact, or as bounds.

    The condition is one `at least` or `more than` of facts in a window. Raises `OperatorError` for
    any other, which needs `likelihood_ever`; `SourceError` where a fact has no probability.
    """
    pattern, window, number = _needed(condition)
    record = Record(_held(history, asked), asked, {})
    position = record.axis.first(at_us)
    if position >= record.open_from:
        raise _unfit("an instant at which the record is closed")
    matches = list(record.matches(pattern, valuation))
    return _of_counts(*_chances(record, matches, window, position, number), number, dependence)


def bounds_ever(
    condition: Condition, history: pa.Table, asked: Asked, valuation: Valuation
) -> Likelihood:
    """Return bounds that a count of facts is reached at some instant, whatever the dependence.

    The lower is the best of those at the instants at which a fact may come into the window, the
    upper that so many facts are there at all, as far as a window asked about can hold them. Both
    hold; they need not be sharp. Takes and raises what `likelihood_at` does.
    """
    pattern, window, number = _needed(condition)
    record = Record(_held(history, asked), asked, {})
    first, last = record.asked_span
    matches = list(record.matches(pattern, valuation))
    ends = {end for match in matches for end in record.axis.enclosing(window, match.placed.span)}
    low = max(
        (
            bounds_at_least(_chances(record, matches, window, position, number)[0], number).low
            for position in ends
            if first <= position <= last
        ),
        default=0.0,
    )
    hull = (record.axis.seen_from(window, first)[0], record.axis.seen_from(window, last)[1])
    there = [_probability(m.placed.fact) for m in matches if within((m.placed.span,), hull)]
    if hull[1] >= record.open_from:
        there += [1.0] * number
    return Likelihood("bounds", low, bounds_at_least(there, number).high, None, None)


def _needed(condition: Condition) -> tuple[Pattern, Window | None, int]:
    """Return pattern, window and number of a condition that is one count of facts."""
    tally = condition.body
    if not isinstance(tally, Tally) or not isinstance(tally.counted, Facts):
        raise _unfit("one count of facts in one window")
    if tally.comparison not in (">=", ">"):
        raise _unfit("at least or more than")
    number = tally.number + (1 if tally.comparison == ">" else 0)
    return tally.counted.pattern, tally.counted.window, number


def _chances(
    record: Record, matches: Sequence[Match], window: Window | None, position: int, number: int
) -> tuple[list[float], list[float]]:
    """Return the probabilities of the facts surely in a window, and of those possibly in it."""
    seen = record.axis.seen_from(window, position)
    inside = [m for m in matches if m.is_sure and covers((seen,), m.placed.span)]
    possible = [_probability(m.placed.fact) for m in matches if within((m.placed.span,), seen)]
    if seen[1] >= record.open_from:
        possible += [1.0] * number
    return [_probability(match.placed.fact) for match in inside], possible


def _of_counts(
    sure: Sequence[float], possible: Sequence[float], number: int, dependence: Dependence
) -> Likelihood:
    if dependence == "unknown":
        low, high = bounds_at_least(sure, number).low, bounds_at_least(possible, number).high
        return Likelihood("bounds", low, high, None, None)
    low, high = at_least(sure, number), at_least(possible, number)
    return Likelihood("exact", low, high, low, high)


def likelihood_ever(
    condition: Condition,
    history: pa.Table,
    asked: Asked,
    valuation: Valuation,
    domains: Domains | None = None,
    samples: int = 20_000,
    seed: int = 1,
) -> Likelihood:
    """Return how likely a condition is met at some instant of the time asked about.

    An estimate from seeded samples of independent facts, with Clopper and Pearson's interval at the
    risk `RISK` on either side. Raises `SourceError` where a fact has no probability.
    """
    if not 0 < samples <= MOST_SAMPLES:
        raise _unfit(f"from 1 to {MOST_SAMPLES} samples")
    count = counted(condition)
    facts, values = _asked_of(condition, _held(history, asked), domains or {})
    chances = [_probability(fact) for fact in facts]
    if count is not None:
        drawn = held(Record(facts, asked, values), chances, samples, seed)
        return _of_samples(*count_hits(count, valuation, drawn), samples, seed)
    worlds, times = np.unique(worlds_of(chances, samples, seed), axis=0, return_counts=True)
    hits_sure = hits_possible = 0
    for world, number in zip(worlds, times, strict=True):
        there = [fact for fact, is_there in zip(facts, world, strict=True) if is_there]
        is_sure, is_possible = _ever(condition, there, asked, valuation, values)
        hits_sure += int(number) * is_sure
        hits_possible += int(number) * is_possible
    return _of_samples(hits_sure, hits_possible, samples, seed)


def likelihoods_ever(
    condition: Condition,
    history: pa.Table,
    asked: Asked,
    domains: Domains | None = None,
    samples: int = 20_000,
    seed: int = 1,
) -> dict[tuple[Value, ...], Likelihood]:
    """Return what `likelihood_ever` gives for each valuation that may hold, in their order.

    Valuations stand in the order of `variables.columns`; one that is left out is not possible. A
    number that is a count's value is listed as far as the facts of a world go.
    """
    if not 0 < samples <= MOST_SAMPLES:
        raise _unfit(f"from 1 to {MOST_SAMPLES} samples")
    facts, values = _asked_of(condition, _held(history, asked), domains or {})
    record = Record(facts, asked, values)
    drawn = held(record, [_probability(fact) for fact in facts], samples, seed)
    count, names = counted(condition), columns(condition)
    if count is None:
        found = hits(condition, asked, values, drawn)
    else:
        # A count only grows with its facts: what no world of all facts allows, none allows.
        valuations = candidates(condition, Judge(condition, record))
        found = {
            each: count_hits(count, dict(zip(names, each, strict=True)), drawn)
            for each in valuations
        }
    ordered = sorted(found.items(), key=lambda item: [(isinstance(v, str), v) for v in item[0]])
    return {each: _of_samples(*told, samples, seed) for each, told in ordered if told.possible}


def only_grows(body: Body, kinds: Collection[str]) -> bool:
    """Whether more facts of some kinds can never make a condition less sure or less possible.

    Then leaving out those of unknown probability gives a lower figure, and taking them as there a
    higher one.
    """
    if not any(pattern.kind in kinds for pattern in patterns(body)):
        return True
    match body:
        case Tally(comparison=comparison, counted=counted) if comparison in (">=", ">"):
            return isinstance(counted, Facts) or only_grows(counted.body, kinds)
        case Tally() | Not() | CountIs():
            return False
        case _:
            return all(only_grows(child, kinds) for child in children(body))


def _asked_of(
    condition: Condition, facts: Sequence[Fact], domains: Domains
) -> tuple[list[Fact], Domains]:
    """Return the facts of the kinds of a condition, and the domains of every world."""
    kinds = {pattern.kind for pattern in patterns(condition.body)}
    return [fact for fact in facts if fact.kind in kinds], _values(facts, domains)


def _values(facts: Sequence[Fact], domains: Domains) -> Domains:
    """Return the domains of every world: a fact that is not there still names its values."""
    named = {
        sort: {value for fact in facts if (value := getattr(fact, sort)) is not None}
        for sort in COLUMNS
    }
    return {sort: tuple(sorted({*domains.get(sort, ()), *named[sort]})) for sort in COLUMNS}


def _of_samples(hits_sure: int, hits_possible: int, samples: int, seed: int) -> Likelihood:
    sure: Bounds = clopper_pearson(hits_sure, samples, RISK)
    possible: Bounds = clopper_pearson(hits_possible, samples, RISK)
    return Likelihood(
        "samples",
        sure.low,
        possible.high,
        hits_sure / samples,
        hits_possible / samples,
        samples,
        seed,
        RISK,
        hoeffding(samples, RISK),
    )


def _ever(
    condition: Condition, facts: list[Fact], asked: Asked, valuation: Valuation, domains: Domains
) -> tuple[bool, bool]:
    """Return whether a condition is sure, and possible, at some instant of the time asked about."""
    record = Record(facts, asked, domains)
    judged = Judge(condition, record).judge(condition.body, valuation)
    span = record.asked_span
    is_sure = bool(within(judged.sure, span)) or any(covers((span,), e) for e in judged.episodes)
    return is_sure, is_sure or bool(within(judged.possible, span))


def _held(history: pa.Table, asked: Asked) -> list[Fact]:
    """Return the facts known, determined and indicated; raises where one has no probability."""
    facts = known(facts_of(history), asked.known_us)
    unknown = [f for f in facts if f.verdict == INDICATED and f.probability_ppm is None]
    if unknown:
        expected, hint = (
            "a probability of each indicated fact",
            "leave the fact out, or give it one",
        )
        told = (f"none of {fact.fact_id!r}" for fact in unknown)
        raise SourceError(*(Fault(expected=expected, got=got, hint=hint) for got in told))
    return facts


def _probability(fact: Fact) -> float:
    if fact.verdict != INDICATED:
        return 1.0
    assert fact.probability_ppm is not None
    return fact.probability_ppm / 1_000_000


def _unfit(expected: str) -> OperatorError:
    return OperatorError(Fault(expected=expected, got="another question"))
