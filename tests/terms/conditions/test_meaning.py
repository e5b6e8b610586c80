# SPDX-License-Identifier: Apache-2.0
"""What three values are worth: a sure verdict is true, and a no false, in every completion.

Completions are drawn at random: each interval becomes an instant, each unknown argument a value,
and facts come to be where the record is open.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.encoding import to_table
from foedus.errors import OperatorError, SourceError
from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.checking import load_condition
from foedus.terms.conditions.evaluation import legal_truth, verdicts
from foedus.terms.conditions.history import INDICATED, Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.record import Asked, known
from foedus.terms.conditions.variables import columns
from terms.conditions.made import DAY_US, VALUES, Maker

LATER: Final = 200
"""An instant up to which a completion is whole: beyond it no window of a condition reaches."""


def completed(facts: list[Fact], chance: Random) -> list[Fact]:
    """Return one way in which all may have been: every fact exact, known, and whole."""
    whole = []
    for fact in facts:
        values = {name: getattr(fact, name) for name in fact.__struct_fields__}
        at = chance.randrange(fact.occurred_from_us, fact.occurred_to_us)
        values |= {"occurred_from_us": at, "occurred_to_us": at + 1}
        for sort in KINDS[fact.kind].roles.values():
            if values[sort] is None and sort in VALUES:
                values[sort] = chance.choice(VALUES[sort])
        whole.append(Fact(**values))
    for number in range(chance.randint(0, 4)):
        kind = KINDS[chance.choice(("breach", "notice", "report", "response"))]
        at = DAY_US + chance.randint(0, 12)
        arguments = {s: chance.choice(VALUES[s]) for s in kind.roles.values() if s in VALUES}
        whole.append(
            Fact(
                fact_id=f"later-{number}",
                kind=kind.name,
                occurred_from_us=at,
                occurred_to_us=at + 1,
                known_from_us=0,
                **arguments,
            )
        )
    return whole


@given(st.integers(0, 1_000_000).map(Random))
def test_sure_and_no_hold_in_every_completion(chance: Random) -> None:
    """Nothing that turns out can make a sure verdict false, or a no true."""
    maker = Maker(chance, with_facts=False)
    condition, facts, asked = maker.condition(), maker.history(), maker.asked()
    domains = {sort: VALUES[sort] for sort in ("party", "zone", "term", "guarantor")}
    told = {v.valuation: v for v in verdicts(condition, facts, asked, domains)}
    whole = Asked(asked.since_us, LATER, asked.known_us)
    for _ in range(4):
        world = completed(known(facts, asked.known_us), chance)
        for fact in world:
            assert fact.occurred_to_us == fact.occurred_from_us + 1
        world = [f for f in world if f.known_to_us is None or asked.known_us < f.known_to_us]
        true = {v.valuation: v for v in verdicts(condition, world, whole, domains)}
        for valuation in {*told, *true}:
            agree(told.get(valuation), true.get(valuation), written(condition))


def agree(told: Any, true: Any, message: str) -> None:
    """Hold that a verdict on what is known does not contradict the one on a completion."""
    for us in range(DAY_US):
        before = told.at(us).value if told else "no"
        after = true.at(us).value if true else "no"
        assert after != "possible", message
        if before != "possible":
            assert before == after, f"{message} at {us}"
    for episode in told.episodes if told else ():
        instants = range(episode.first.us, episode.last.us + 1)
        assert any(true and true.at(us).value == "sure" for us in instants), message


def fact(fact_id: str, at: int, **values: Any) -> Fact:
    """Return a breach of 1 by X in Z at an instant, known from the beginning."""
    return Fact(
        **{
            "fact_id": fact_id,
            "kind": "breach",
            "term": "1",
            "party": "X",
            "zone": "Z",
            "occurred_from_us": at,
            "occurred_to_us": at + 1,
            "known_from_us": 0,
            **values,
        }
    )


TWO = load_condition("for each party p: at least 2 breaches by p within 5 us")


def truth(facts: list[Fact], known_us: int = 50, on_us: int = 20) -> dict[int, str]:
    """Return the verdicts on X, by instant, where they are not no."""
    found = legal_truth(TWO, to_table(Fact, facts), Asked(0, on_us, known_us))
    assert found.columns == ("p",)
    (verdict,) = found.verdicts or (None,)
    if verdict is None:
        return {}
    answers = {us: verdict.at(us).value for us in range(on_us)}
    return {us: answer for us, answer in answers.items() if answer != "no"}


SURE = dict.fromkeys((4, 5, 6), "sure")


def test_what_is_known_later_or_withdrawn_is_not_known_now() -> None:
    """A late fact counts from when it is known; a withdrawn one counts until it is."""
    pair = [fact("a", 1), fact("b", 4, known_from_us=30)]
    assert truth(pair, known_us=29) == {}
    assert truth(pair, known_us=30) == SURE
    withdrawn = [fact("a", 1), fact("b", 4, known_to_us=40)]
    assert truth(withdrawn, known_us=39) == SURE
    assert truth(withdrawn, known_us=40) == {}


def test_what_is_indicated_is_no_legal_truth() -> None:
    """Only what people have determined counts."""
    assert truth([fact("a", 1), fact("b", 4, verdict=INDICATED, probability_ppm=999_999)]) == {}


def test_both_ends_of_a_window_count() -> None:
    """Facts exactly five microseconds apart are within five microseconds, six are not."""
    assert truth([fact("a", 1), fact("b", 6)]) == {6: "sure"}
    assert truth([fact("a", 1), fact("b", 7)]) == {}


def test_what_is_not_known_is_possible() -> None:
    """An unknown party may be the one; an interval across the window's edge may be in it."""
    assert set(truth([fact("a", 1), fact("b", 4, party=None)]).values()) == {"possible"}
    wide = [fact("a", 1), fact("b", 4, occurred_to_us=9)]
    assert truth(wide) == dict.fromkeys((4, 5, 6), "possible")
    assert truth([fact("a", 1), fact("b", 2, occurred_to_us=4)])[5] == "sure"


def test_a_breach_of_that_day_is_an_episode() -> None:
    """A breach at an unknown instant without notice is sure in its day and at no instant of it."""
    condition = load_condition("breach by p in z and no notice by p for z within 3 us before")
    facts = [fact("a", 5, occurred_to_us=9)]
    (verdict,) = verdicts(condition, facts, Asked(0, 20, 50), {})
    assert verdict.sure == ()
    assert [(e.first.us, e.last.us) for e in verdict.episodes] == [(5, 8)]
    assert verdict.at(6).value == "possible"


def test_a_record_at_odds_with_itself_is_refused() -> None:
    """A fact that stands twice, ends before it begins or lacks its place in a log is told."""
    asked = Asked(0, 20, 50)
    for facts, ties in (
        ([fact("a", 1), fact("a", 2)], "simultaneous"),
        ([fact("a", 5, occurred_to_us=5)], "simultaneous"),
        ([fact("a", 5, occurred_to_us=7)], "ordered"),
    ):
        with pytest.raises(SourceError):
            verdicts(TWO, facts, asked._replace(ties=ties), {})
    with pytest.raises(OperatorError):
        verdicts(TWO, [], Asked(20, 0, 50), {})
    assert columns(TWO) == ("p",)
