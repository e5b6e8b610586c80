# SPDX-License-Identifier: Apache-2.0
"""The one form of state machine: a table of state, act, guard and next state, and one pure step.

Instruments, consents, cases and obligations are tables of this form. An act that the table does not
foresee in a state is refused with the reason, and so is one whose guard does not hold; a guard that
can be neither affirmed nor denied leaves the state as it was and says that it may have moved. No
clock is read: that a time limit has passed is an act like any other, and whoever calls says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from foedus.base.evidence import Answer
from foedus.errors import DrafterError, Fault, did_you_mean

C = TypeVar("C")
"""What a guard looks at."""


class Guard(msgspec.Struct, Generic[C], frozen=True):
    """A condition of a move: a test, and what is missing where it does not hold."""

    holds: Callable[[C], Answer]
    words: str


class Move(msgspec.Struct, Generic[C], frozen=True, kw_only=True):
    """One row of the table: in any of these states, this act leads there if the guard holds."""

    states: tuple[str, ...]
    act: str
    to: str
    guard: Guard[C] | None = None


class Lifecycle(msgspec.Struct, Generic[C], frozen=True, kw_only=True):
    """A table of moves; the states stand in their order, the first being where everything begins.

    Raises `DrafterError` where a move names a state that is not listed.
    """

    name: str
    states: dict[str, str]
    """State -> what it means, in words."""
    moves: tuple[Move[C], ...]

    def __post_init__(self) -> None:
        named = {state for move in self.moves for state in (*move.states, move.to)}
        unknown = sorted(named - set(self.states))
        if unknown:
            hint = did_you_mean(unknown[0], self.states)
            raise DrafterError(Fault(expected="a state of the table", got=unknown[0], hint=hint))

    @property
    def first(self) -> str:
        """The state in which everything begins."""
        return next(iter(self.states))

    @property
    def acts(self) -> tuple[str, ...]:
        """Every act that some state foresees, each once, in the order of the table."""
        return tuple(dict.fromkeys(move.act for move in self.moves))

    def foreseen(self, state: str) -> tuple[str, ...]:
        """Return the acts that may be taken in `state`."""
        return tuple(dict.fromkeys(move.act for move in self.moves if state in move.states))


class Step(msgspec.Struct, frozen=True):
    """What came of one act: the state after it, whether it was taken, and if not, why."""

    state: str
    taken: Answer
    reason: str = ""


def step(cycle: Lifecycle[C], state: str, act: str, about: C) -> Step:
    """Return the state after `act`, which is taken, refused, or neither as its guard is unknown.

    The first move that fits is taken. `about` is what the guards look at.
    """
    moves = [move for move in cycle.moves if move.act == act and state in move.states]
    if not moves:
        return Step(state, Answer.NO, _unforeseen(cycle, state, act))
    doubts: list[str] = []
    for move in moves:
        holds = Answer.SURE if move.guard is None else move.guard.holds(about)
        if holds is Answer.SURE and not doubts:
            return Step(move.to, Answer.SURE)
        if move.guard is not None and holds is Answer.POSSIBLE:
            doubts.append(f"not known: {move.guard.words}")
    if doubts:
        return Step(state, Answer.POSSIBLE, "; ".join(doubts))
    words = "; ".join(move.guard.words for move in moves if move.guard is not None)
    return Step(state, Answer.NO, f"{act!r} needs: {words}")


def folded(cycle: Lifecycle[C], acts: Iterable[str], about: C) -> tuple[str, tuple[Step, ...]]:
    """Return the state after all `acts` in their order, and the step that each of them was."""
    state, taken = cycle.first, []
    for act in acts:
        found = step(cycle, state, act, about)
        taken.append(found)
        state = found.state
    return state, tuple(taken)


def _unforeseen(cycle: Lifecycle[C], state: str, act: str) -> str:
    if act not in cycle.acts:
        return f"{act!r} is no act of {cycle.name}; {did_you_mean(act, cycle.acts)}"
    foreseen = ", ".join(cycle.foreseen(state)) or "nothing"
    return f"{act!r} is not foreseen while {cycle.name} is {state!r}: only {foreseen}"
