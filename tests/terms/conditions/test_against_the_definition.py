# SPDX-License-Identifier: Apache-2.0
"""The evaluator gives what the definition says, on made conditions and made histories.

In CI ten thousand pairs, at a desk a few hundred; a block of seeds each, so that a seed that fails
can be asked for alone.
"""

from __future__ import annotations

import os
from itertools import product
from random import Random
from typing import Any, Final

import pytest

from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.evaluation import Verdicts, verdicts
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.record import Asked
from terms.conditions.made import Maker
from terms.conditions.naive import Naive

BLOCKS: Final = 20
PER_BLOCK: Final = 500 if os.environ.get("CI") else 20


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_evaluator_is_the_definition(block: int) -> None:
    """At every instant, for every valuation, and in every interval the two say the same."""
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        maker = Maker(Random(seed))
        is_ordered = seed % 4 == 3
        condition, facts = maker.condition(), maker.history(is_exact=is_ordered)
        asked = maker.asked()
        if is_ordered:
            asked = asked._replace(ties="ordered")
        naive = Naive(condition, facts, asked, {})
        found = verdicts(condition, facts, asked, {})
        message = f"seed {seed}: {written(condition)}"
        assert by_instant(found, naive) == naive.run(), message
        if not is_ordered:
            same_intervals(found, naive, message)


LASTING: Final = (
    "no notice since breach",
    "no notice since within 3 us breach",
    "no notice since between 1 us and 4 us breach",
    "no notice until within 3 us breach",
    "no notice until between 1 us and 4 us breach",
)


@pytest.mark.parametrize("text", LASTING)
def test_lasting_to_or_from_an_unknown_instant(text: str) -> None:
    """What lasts since, or until, a fact of an interval is as defined, for every notice near it."""
    condition, asked = parse(text), Asked(0, 12, 0)
    for first, last, notice in product(range(4, 7), range(4, 8), range(2, 10)):
        if first <= last:
            facts = [dated("breach", first, last), dated("notice", notice, notice)]
            naive = Naive(condition, facts, asked, {})
            found = verdicts(condition, facts, asked, {})
            message = f"{text}: {first} to {last}, notice at {notice}"
            assert by_instant(found, naive) == naive.run(), message


def dated(kind: str, first: int, last: int) -> Fact:
    """Return a fact that lies between two instants."""
    return Fact(
        fact_id=kind, kind=kind, occurred_from_us=first, occurred_to_us=last + 1, known_from_us=0
    )


def by_instant(found: list[Verdicts], naive: Naive) -> dict[Any, dict[Any, str]]:
    """Return the verdicts of the evaluator in the form of the naive one."""
    told = {
        verdict.valuation: {
            instant: verdict.at(*instant).value
            for instant in naive.asked_instants()
            if verdict.at(*instant).value != "no"
        }
        for verdict in found
    }
    return {valuation: instants for valuation, instants in told.items() if instants}


def same_intervals(found: list[Verdicts], naive: Naive, message: str) -> None:
    """Hold that an interval is surely met where it holds a sure instant or an episode."""
    instants = naive.asked_instants()
    for verdict in found:
        valuation = dict(zip(naive.names, verdict.valuation, strict=True))
        for first in instants:
            for last in instants[instants.index(first) :]:
                known = any(s.first <= last and first <= s.last for s in verdict.sure)
                inside = any(first <= e.first and e.last <= last for e in verdict.episodes)
                wanted = naive.somewhere(naive.condition.body, valuation, first, last)
                assert (known or inside) == wanted, f"{message} {valuation} {first} {last}"
