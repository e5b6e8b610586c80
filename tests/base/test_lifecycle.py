# SPDX-License-Identifier: Apache-2.0
"""A table of states and acts is a state machine that refuses with reasons and never guesses."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.evidence import Answer
from foedus.base.lifecycle import Guard, Lifecycle, Move, folded, step
from foedus.errors import DrafterError

IS_SURE: Final[Guard[Answer]] = Guard(lambda answer: answer, "the key is turned")
DOOR: Final[Lifecycle[Answer]] = Lifecycle(
    name="a door",
    states={"shut": "nobody passes", "open": "all pass", "locked": "nobody may open it"},
    moves=(
        Move(states=("shut",), act="push", to="open"),
        Move(states=("open",), act="pull", to="shut"),
        Move(states=("shut",), act="lock", to="locked", guard=IS_SURE),
        Move(states=("locked",), act="unlock", to="shut", guard=IS_SURE),
    ),
)


def test_an_act_that_is_foreseen_is_taken() -> None:
    """From the state and by the act of a move, its next state is reached."""
    assert step(DOOR, "shut", "push", Answer.NO) == step(DOOR, "shut", "push", Answer.SURE)
    assert step(DOOR, "shut", "push", Answer.NO).state == "open"


def test_an_act_that_is_not_foreseen_is_refused_with_what_is() -> None:
    """The reason names the state and the acts that may be taken in it."""
    refused = step(DOOR, "open", "lock", Answer.SURE)
    assert (refused.state, refused.taken) == ("open", Answer.NO)
    assert refused.reason == "'lock' is not foreseen while a door is 'open': only pull"
    assert "did you mean 'unlock'" in step(DOOR, "open", "unlok", Answer.SURE).reason


@pytest.mark.parametrize(
    ("holds", "state"), [(Answer.SURE, "locked"), (Answer.POSSIBLE, "shut"), (Answer.NO, "shut")]
)
def test_a_guard_decides(holds: Answer, state: str) -> None:
    """A guard that holds moves, one that fails refuses, and one that is unknown says so."""
    found = step(DOOR, "shut", "lock", holds)
    assert (found.state, found.taken) == (state, holds)
    assert ("the key is turned" in found.reason) == (holds is not Answer.SURE)


def test_a_move_must_name_known_states() -> None:
    """A table with a state that it does not list is refused when it is made."""
    with pytest.raises(DrafterError, match="opn"):
        Lifecycle(name="x", states={"open": ""}, moves=(Move(states=("open",), act="a", to="opn"),))


@given(st.lists(st.sampled_from([*DOOR.acts, "kick"])), st.sampled_from(list(Answer)))
def test_a_fold_is_its_steps(acts: list[str], holds: Answer) -> None:
    """A fold stays in the table and ends at its last step; a prefix of acts gives the past."""
    state, steps = folded(DOOR, acts, holds)
    assert state in DOOR.states
    assert [one.state for one in steps] == [
        folded(DOOR, acts[: number + 1], holds)[0] for number in range(len(acts))
    ]
    assert all(one.reason for one in steps if one.taken is not Answer.SURE)
