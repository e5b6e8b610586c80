# SPDX-License-Identifier: Apache-2.0
"""What a state has said it would do: one pledge for each state and component.

A later statement takes the place of an earlier one. Two of the same day that differ contradict each
other: the pledge is contested, both stay, and the weaker of them counts, so that nobody is held to
more than all sources say. A pledge is a word: whether law stands behind it is left to `bound`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from foedus.base.evidence import Answer
from foedus.base.lifecycle import Lifecycle, Move, step
from foedus.register.instruments import Refused
from foedus.register.record import MOVING, CommitmentStep
from foedus.trust.folding import Entry

STATES: Final = {
    "none": "nothing was said",
    "excluded": "was said not to come",
    "withdrawn": "was said, and taken back",
    "possible": "was called possible",
    "conditional": "was promised under conditions that the state itself sets",
    "offered": "was offered",
}
"""From the weakest to the strongest."""
_ANY: Final = tuple(STATES)
PLEDGE: Final[Lifecycle[None]] = Lifecycle(
    name="a pledge",
    states=STATES,
    moves=(
        Move(states=_ANY, act="possible", to="possible"),
        Move(states=_ANY, act="conditional", to="conditional"),
        Move(states=_ANY, act="offered", to="offered"),
        Move(states=_ANY, act="excluded", to="excluded"),
        Move(states=("possible", "conditional", "offered"), act="withdraw", to="withdrawn"),
    ),
)


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, with the act that holds it."""

    act: str
    on_us: int
    said: CommitmentStep
    is_moving: bool


class CommitmentState(msgspec.Struct, frozen=True, kw_only=True):
    """A pledge as it stands, and everything that was said of it."""

    state: str = PLEDGE.first
    stated: tuple[Stated, ...] = ()
    contested: bool = False
    refused: tuple[Refused, ...] = ()

    @property
    def current(self) -> CommitmentStep | None:
        """The statement that counts; None: nothing that could count was said."""
        counting = [item for item in self.stated if item.is_moving and _to(item) == self.state]
        return counting[-1].said if counting else None


def after(held: CommitmentState, entry: Entry, said: CommitmentStep) -> CommitmentState:
    """Return the pledge after one statement."""
    if said.evidence not in MOVING:
        reason = f"evidence {said.evidence}: it stays on record and moves nothing"
        return _keeping(held, entry, said, reason)
    found = step(PLEDGE, held.state, said.does, None)
    if found.taken is not Answer.SURE:
        return _keeping(held, entry, said, found.reason)
    item = Stated(act=entry.act, on_us=entry.on_from_us, said=said, is_moving=True)
    rivals = [one for one in held.stated if one.is_moving and one.on_us == entry.on_from_us]
    states = {_to(one) for one in (*rivals, item)}
    return msgspec.structs.replace(
        held,
        state=min(states, key=_ANY.index) if rivals else found.state,
        stated=(*held.stated, item),
        contested=len(states) > 1,
    )


def _to(item: Stated) -> str:
    return next(move.to for move in PLEDGE.moves if move.act == item.said.does)


def _keeping(
    held: CommitmentState, entry: Entry, said: CommitmentStep, reason: str
) -> CommitmentState:
    item = Stated(act=entry.act, on_us=entry.on_from_us, said=said, is_moving=False)
    refused = (*held.refused, Refused(entry.act, reason))
    return msgspec.structs.replace(held, stated=(*held.stated, item), refused=refused)
