# SPDX-License-Identifier: Apache-2.0
"""Three-valued answers obey Kleene's laws, and sayings add up whatever their order."""

from __future__ import annotations

from itertools import product

import pytest

from foedus.base.evidence import ITEM_GRADES, SOURCE_GRADES, Answer, Judgement

PAIRS = list(product(Answer, repeat=2))
TRIPLES = list(product(Answer, repeat=3))
SAYINGS = list(product(Judgement, repeat=3))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_and_or_not_are_kleenes(one: Answer, other: Answer) -> None:
    """Each connective gives sure or no only if every way of settling what is open gives it."""
    settled = {Answer.SURE: {True}, Answer.NO: {False}, Answer.POSSIBLE: {True, False}}
    back = {(True,): Answer.SURE, (False,): Answer.NO, (False, True): Answer.POSSIBLE}
    ways = [(a, b) for a in settled[one] for b in settled[other]]
    assert one & other is back[tuple(sorted({a and b for a, b in ways}))]
    assert one | other is back[tuple(sorted({a or b for a, b in ways}))]
    assert ~one is back[tuple(sorted({not a for a in settled[one]}))]


@pytest.mark.parametrize(("a", "b", "c"), TRIPLES)
def test_answers_form_a_de_morgan_lattice(a: Answer, b: Answer, c: Answer) -> None:
    """And, or commute, associate, absorb and distribute; not turns one into the other, and back."""
    assert (a & b, a | b) == (b & a, b | a)
    assert (a & b) & c is a & (b & c)
    assert (a | b) | c is a | (b | c)
    assert a & (a | b) is a
    assert a & (b | c) is (a & b) | (a & c)
    assert ~(a & b) is ~a | ~b
    assert ~~a is a


def test_the_excluded_middle_does_not_hold() -> None:
    """Unknown or not unknown is still unknown: this is what keeps it from becoming false."""
    assert Answer.POSSIBLE | ~Answer.POSSIBLE is Answer.POSSIBLE
    assert Answer.POSSIBLE & ~Answer.POSSIBLE is Answer.POSSIBLE


@pytest.mark.parametrize(("a", "b", "c"), SAYINGS)
def test_sayings_add_up_in_any_order(a: Judgement, b: Judgement, c: Judgement) -> None:
    """The sum commutes, associates, repeats nothing, and unknown adds nothing to it."""
    assert a + b is b + a
    assert (a + b) + c is a + (b + c)
    assert a + a is a
    assert a + Judgement.UNKNOWN is a
    assert a + Judgement.CONTESTED is Judgement.CONTESTED


def test_yes_and_no_are_contested() -> None:
    """Two that disagree are not averaged, and a third voice does not settle it."""
    contested = Judgement.YES + Judgement.NO
    assert contested is Judgement.CONTESTED
    assert contested + Judgement.YES is Judgement.CONTESTED


def test_joined_is_the_sum() -> None:
    """Of no sayings nothing is known; of several, their sum."""
    assert Judgement.joined([]) is Judgement.UNKNOWN
    assert Judgement.joined([Judgement.UNKNOWN, Judgement.YES]) is Judgement.YES


def test_grades_are_those_of_the_admiralty_system() -> None:
    """Sources are graded A to F, items 1 to 6, and the last of each says that nobody can judge."""
    assert "".join(SOURCE_GRADES) == "ABCDEF"
    assert list(ITEM_GRADES) == [1, 2, 3, 4, 5, 6]
    assert "cannot be judged" in SOURCE_GRADES["F"]
    assert "cannot be judged" in ITEM_GRADES[6]
