# SPDX-License-Identifier: Apache-2.0
"""Probabilities of conditions, each against the enumeration of all worlds."""

from __future__ import annotations

import os
from itertools import pairwise, product
from math import prod
from random import Random
from typing import Any, Final

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from foedus.base.encoding import to_table
from foedus.errors import OperatorError, SourceError
from foedus.terms.conditions.candidates import candidates
from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.checking import load_condition
from foedus.terms.conditions.evaluation import LegalTruth, legal_truth, verdicts
from foedus.terms.conditions.history import COLUMNS, DETERMINED, INDICATED, Fact
from foedus.terms.conditions.judging import Judge
from foedus.terms.conditions.likelihood import (
    Likelihood,
    _of_samples,
    bounds_ever,
    likelihood_at,
    likelihood_ever,
    likelihoods_ever,
)
from foedus.terms.conditions.probabilities import (
    at_least,
    bounds_at_least,
    clopper_pearson,
    hoeffding,
    samples_for,
)
from foedus.terms.conditions.record import Asked, Record, Valuation, known
from foedus.terms.conditions.spans import covers, within
from foedus.terms.conditions.syntax import Condition, Facts, Tally
from foedus.terms.conditions.variables import columns, patterns, sorts
from terms.conditions.made import VALUES, Maker

EXAMPLES: Final = 400 if os.environ.get("CI") else 60
CHANCES = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=6)
ASKED = Asked(0, 40, 100)
TEXT = "for each party p: at least 2 breaches by p within 5 us"


def worlds(chances: list[float]) -> list[tuple[tuple[bool, ...], float]]:
    """Return every world of independent facts with its probability."""
    return [
        (there, prod(c if is_there else 1 - c for c, is_there in zip(chances, there, strict=True)))
        for there in product((True, False), repeat=len(chances))
    ]


@given(CHANCES, st.integers(0, 7))
def test_counts_are_exact(chances: list[float], number: int) -> None:
    """The distribution of a count is the sum over all worlds."""
    wanted = sum(p for there, p in worlds(chances) if sum(there) >= number)
    assert at_least(chances, number) == pytest.approx(wanted)


@settings(max_examples=60)
@given(CHANCES, st.integers(1, 6))
def test_bounds_are_sharp(chances: list[float], number: int) -> None:
    """The bounds are those of a linear programme over all joint distributions, no wider."""
    there = list(product((0, 1), repeat=len(chances)))
    equal = np.array([*np.array(there).T, np.ones(len(there))])
    cost = np.array([float(sum(world) >= number) for world in there])
    margins = [*chances, 1.0]
    low = linprog(cost, A_eq=equal, b_eq=margins, bounds=(0, 1)).fun
    high = -linprog(-cost, A_eq=equal, b_eq=margins, bounds=(0, 1)).fun
    found = bounds_at_least(chances, number)
    assert found.low == pytest.approx(low, abs=1e-7)
    assert found.high == pytest.approx(high, abs=1e-7)


@given(CHANCES)
def test_bounds_are_those_of_frechet(chances: list[float]) -> None:
    """Of any, and of all, the bounds are the known ones."""
    any_of, all_of = bounds_at_least(chances, 1), bounds_at_least(chances, len(chances))
    assert any_of == pytest.approx((max(chances), min(1.0, sum(chances))))
    assert all_of == pytest.approx((max(0.0, sum(chances) - len(chances) + 1), min(chances)))


def breaches(chances: list[float | None], *, width: int = 1, zone: str | None = "Z") -> list[Fact]:
    """Return breaches by X, three microseconds apart; without a chance they are determined."""
    return [
        Fact(
            fact_id=f"b{number}",
            kind="breach",
            party="X",
            zone=zone,
            term="1",
            occurred_from_us=3 * number,
            occurred_to_us=3 * number + width,
            known_from_us=0,
            verdict=DETERMINED if chance is None else INDICATED,
            probability_ppm=None if chance is None else round(chance * 1_000_000),
        )
        for number, chance in enumerate(chances)
    ]


def enumerated(text: str, facts: list[Fact], at: int | None) -> tuple[float, float]:
    """Return the probability that a condition is sure and possible, world by world."""
    condition, sure, possible = load_condition(text), 0.0, 0.0
    chances = [(f.probability_ppm or 0) / 1e6 if f.verdict == INDICATED else 1.0 for f in facts]
    for there, p in worlds(chances):
        held = [fact for fact, is_there in zip(facts, there, strict=True) if is_there]
        found = verdicts(condition, held, ASKED, {"party": ("X",)})
        for verdict in found:
            if at is None:
                is_sure = bool(verdict.sure or verdict.episodes)
                is_possible = is_sure or bool(verdict.possible)
            else:
                is_sure = verdict.at(at).value == "sure"
                is_possible = verdict.at(at).value != "no"
            sure += p * is_sure
            possible += p * is_possible
    return sure, possible


@settings(max_examples=40)
@given(
    st.lists(st.none() | st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=6),
    st.integers(1, 3),
    st.integers(0, 20),
)
def test_one_window_is_exact(chances: list[float | None], width: int, at: int) -> None:
    """In one window the probability is that of all worlds; with intervals, both ends of it are."""
    facts = breaches(chances, width=width)
    found = likelihood_at(load_condition(TEXT), to_table(Fact, facts), ASKED, {"p": "X"}, at)
    assert (found.sure, found.possible) == pytest.approx(enumerated(TEXT, facts, at))
    wide = likelihood_at(
        load_condition(TEXT), to_table(Fact, facts), ASKED, {"p": "X"}, at, "unknown"
    )
    assert wide.method == "bounds"
    assert wide.low - 1e-9 <= found.low <= found.high <= wide.high + 1e-9


@settings(max_examples=10)
@given(st.lists(st.none() | st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=5))
def test_ever_is_within_its_error(chances: list[float | None]) -> None:
    """The interval of an estimate holds the probability that all worlds give."""
    facts = breaches(chances, width=2)
    table = to_table(Fact, facts)
    found = likelihood_ever(load_condition(TEXT), table, ASKED, {"p": "X"}, samples=4_000)
    sure, possible = enumerated(TEXT, facts, None)
    assert found.low - 1e-9 <= sure
    assert possible <= found.high + 1e-9
    assert abs((found.sure or 0) - sure) <= found.error
    assert found == likelihood_ever(
        load_condition(TEXT), table, ASKED, {"p": "X"}, samples=4_000, seed=found.seed or 0
    )


@settings(max_examples=20)
@given(
    st.lists(st.none() | st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=5),
    st.integers(1, 3),
)
def test_bounds_of_ever_hold(chances: list[float | None], width: int) -> None:
    """Whatever the dependence, the bounds hold: independent facts, and facts that come together."""
    facts = breaches(chances, width=width)
    found = bounds_ever(load_condition(TEXT), to_table(Fact, facts), ASKED, {"p": "X"})
    sure, possible = enumerated(TEXT, facts, None)
    assert found.low - 1e-9 <= sure
    assert possible <= found.high + 1e-9
    together = [0.0, *sorted(1.0 if c is None else c for c in chances), 1.0]
    joint = [0.0, 0.0]
    for low, high in pairwise(together):
        held = [f for f, c in zip(facts, chances, strict=True) if c is None or c >= high > low]
        for verdict in verdicts(load_condition(TEXT), held, ASKED, {"party": ("X",)}):
            is_sure = bool(verdict.sure or verdict.episodes)
            joint[0] += (high - low) * is_sure
            joint[1] += (high - low) * (is_sure or bool(verdict.possible))
    assert found.low - 1e-9 <= joint[0]
    assert joint[1] <= found.high + 1e-9


def test_intervals_of_samples() -> None:
    """The known intervals of 0 and 10 of 10 at 5 %, and as many samples as Hoeffding asks for."""
    assert clopper_pearson(0, 10, 0.05) == pytest.approx((0.0, 0.30850), abs=1e-5)
    assert clopper_pearson(10, 10, 0.05) == pytest.approx((0.69150, 1.0), abs=1e-5)
    assert hoeffding(samples_for(0.01, 0.001), 0.001) <= 0.01


def test_the_two_are_never_mixed() -> None:
    """What people determined and how likely it is are two types, which nothing adds or orders."""
    table = to_table(Fact, breaches([None, 0.5, 0.9]))
    condition = load_condition(TEXT)
    legal: Any = legal_truth(condition, table, ASKED)
    likely: Any = likelihood_ever(condition, table, ASKED, {"p": "X"}, samples=100)
    assert isinstance(legal, LegalTruth)
    assert legal.verdicts == ()
    assert likely.sure > 0.3
    for mixed in (lambda: legal + likely, lambda: legal < likely, lambda: legal * likely.sure):
        with pytest.raises(TypeError):
            mixed()


def test_what_has_no_figure_is_refused() -> None:
    """Another form of condition, a fact without probability and no samples are each told."""
    table = to_table(Fact, breaches([0.5]))
    other = load_condition("breach by p within 5 us")
    fewer = load_condition("for each party p: fewer than 2 breaches by p within 5 us")
    with pytest.raises(OperatorError, match="one count of facts"):
        likelihood_at(other, table, ASKED, {"p": "X"}, 4)
    with pytest.raises(OperatorError, match="at least or more than"):
        likelihood_at(fewer, table, ASKED, {"p": "X"}, 4)
    with pytest.raises(OperatorError, match="closed"):
        likelihood_at(load_condition(TEXT), table, ASKED, {"p": "X"}, 40)
    with pytest.raises(OperatorError, match="samples"):
        likelihood_ever(other, table, ASKED, {"p": "X"}, samples=0)
    facts = breaches([0.5])
    unknown = Fact(**{n: getattr(facts[0], n) for n in Fact.__struct_fields__ if n[:4] != "prob"})
    with pytest.raises(SourceError, match="probability of each"):
        likelihood_ever(other, to_table(Fact, [unknown]), ASKED, {"p": "X"})


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 1 << 32))
def test_all_valuations_at_once_are_each_by_itself(seed: int) -> None:
    """Counts by their kernel, other conditions world by world: the hits are those of the judge."""
    maker = Maker(Random(seed), with_facts=False)
    body = Tally(">=", maker.chance.choice((1, 2, 3)), Facts(maker.pattern(()), maker.window()))
    condition = Condition((), body) if seed % 2 else maker.condition(2)
    while "count" in sorts(condition).values():
        # How far a count is listed where the record is open hangs on the facts of a world.
        condition = maker.condition(2)
    asked = maker.asked()
    facts = [
        fact
        if fact.verdict == DETERMINED or maker.chance.random() < 0.2
        else msgspec.structs.replace(
            fact, verdict=INDICATED, probability_ppm=maker.chance.randrange(0, 1_000_001, 50_000)
        )
        for fact in maker.history()
    ]
    table = to_table(Fact, facts)
    told = likelihoods_ever(condition, table, asked, VALUES, samples=60)
    names = columns(condition)
    for values, found in told.items():
        valuation = dict(zip(names, values, strict=True))
        assert found == by_judging(condition, facts, asked, valuation), written(condition)
    for values in candidates(condition, Judge(condition, Record(facts, asked, VALUES))):
        alone = by_judging(condition, facts, asked, dict(zip(names, values, strict=True)))
        assert values in told or not alone.possible, written(condition)


def by_judging(
    condition: Condition, facts: list[Fact], asked: Asked, valuation: Valuation
) -> Likelihood:
    """Return the estimate as the general evaluator gives it in each world, with no kernel."""
    kinds = {pattern.kind for pattern in patterns(condition.body)}
    held = [fact for fact in known(facts, asked.known_us) if fact.kind in kinds]
    chances = [(f.probability_ppm or 0) / 1e6 if f.verdict == INDICATED else 1.0 for f in held]
    draw = np.random.default_rng(1).random((60, len(held))) < np.array(chances)
    sure = possible = 0
    for there in draw:
        world = [fact for fact, is_there in zip(held, there, strict=True) if is_there]
        values = {sort: VALUES.get(sort, ()) for sort in COLUMNS}
        record = Record(world, asked, values)
        judged = Judge(condition, record).judge(condition.body, valuation)
        span = record.asked_span
        is_sure = bool(within(judged.sure, span)) or any(
            covers((span,), e) for e in judged.episodes
        )
        sure += is_sure
        possible += is_sure or bool(within(judged.possible, span))
    return _of_samples(sure, possible, 60, 1)
