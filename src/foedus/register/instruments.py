# SPDX-License-Identifier: Apache-2.0
"""Where each state stands with an instrument: attended, adopted, signed, in force are four things.

A table of moves says which step may follow which. Nothing enters into force that cannot bind by its
form, and nothing moves by evidence that is contested or was not checked. Steps that are refused
stay on record with the reason. What an instrument contains is left to `record`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from foedus.base.evidence import Answer
from foedus.base.lifecycle import Guard, Lifecycle, Move, step
from foedus.register.record import BINDING, FORMS, MOVING, InstrumentMade, InstrumentStep
from foedus.trust.folding import Entry

STATES: Final = {
    "none": "took no part",
    "attended": "was there",
    "adopted": "adopted it with others, as a political text",
    "signed": "has signed it",
    "consent-pending": "has signed it, and its own law must consent",
    "in-force": "is bound by it",
    "suspended": "is not bound by it for the time being",
    "denounced": "has left it",
    "expired": "was bound by it until it ended",
    "superseded": "was bound by it until another took its place",
}


def _can_bind(made: InstrumentMade | None) -> Answer:
    if made is None:
        return Answer.POSSIBLE
    return Answer.SURE if made.form in BINDING else Answer.NO


_BINDS: Final[Guard[InstrumentMade | None]] = Guard(_can_bind, "an instrument that can bind by law")
INSTRUMENT: Final[Lifecycle[InstrumentMade | None]] = Lifecycle(
    name="an instrument",
    states=STATES,
    moves=(
        Move(states=("none",), act="attend", to="attended"),
        Move(states=("none", "attended"), act="adopt", to="adopted"),
        Move(states=("none", "attended", "adopted"), act="sign", to="signed"),
        Move(states=("signed",), act="submit", to="consent-pending", guard=_BINDS),
        Move(
            states=("signed", "consent-pending"),
            act="enter-into-force",
            to="in-force",
            guard=_BINDS,
        ),
        Move(states=("in-force",), act="suspend", to="suspended"),
        Move(states=("suspended",), act="resume", to="in-force"),
        Move(states=("in-force", "suspended"), act="denounce", to="denounced"),
        Move(states=("in-force", "suspended"), act="expire", to="expired"),
        Move(states=("in-force", "suspended"), act="supersede", to="superseded"),
    ),
)


class Refused(msgspec.Struct, frozen=True):
    """An act that moved nothing, and why."""

    act: str
    """Its id."""
    reason: str


class InstrumentState(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument as it stands: what it is, and where each state stands with it."""

    made: InstrumentMade | None = None
    by_state: dict[str, str] = {}
    steps: tuple[InstrumentStep, ...] = ()
    refused: tuple[Refused, ...] = ()

    def of(self, state: str) -> str:
        """Return where a state stands."""
        return self.by_state.get(state, INSTRUMENT.first)


def after(
    held: InstrumentState, entry: Entry, said: InstrumentMade | InstrumentStep
) -> InstrumentState:
    """Return the instrument after one act."""
    if isinstance(said, InstrumentMade):
        return msgspec.structs.replace(held, made=said)
    if said.evidence not in MOVING:
        reason = f"evidence {said.evidence}: it stays on record and moves nothing"
        return _refusing(held, entry, said, reason)
    found = step(INSTRUMENT, held.of(said.state), said.does, held.made)
    if found.taken is not Answer.SURE:
        form = f"; it is a {FORMS[held.made.form]}" if held.made else ""
        return _refusing(held, entry, said, found.reason + form)
    by_state = {**held.by_state, said.state: found.state}
    return msgspec.structs.replace(held, by_state=by_state, steps=(*held.steps, said))


def _refusing(
    held: InstrumentState, entry: Entry, said: InstrumentStep, reason: str
) -> InstrumentState:
    refused = (*held.refused, Refused(entry.act, reason))
    return msgspec.structs.replace(held, steps=(*held.steps, said), refused=refused)
