# SPDX-License-Identifier: Apache-2.0
"""What the stage of the guarantee holds: rungs with their clocks, and the run of a ladder.

A run is one case under one ladder by one reading. Its rungs say what the text makes of what people
determined; which of them is to be obeyed, and by whom, is left to `obligations`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from foedus.base.dues import Due
from foedus.base.evidence import Judgement
from foedus.base.moments import Moment

STATES: Final = {
    "armed": "its event has not been determined, or what it needs does not hold",
    "unknown": "whether it is reached hangs on what nobody has determined",
    "contested": "whether it is reached is disputed, or whether the guarantee was forfeited",
    "void": "the guarantee was forfeited",
    "suspended": "the guarantee is suspended",
    "pending": "it is reached, and its response may not begin yet",
    "due": "it is reached, and its response is due",
    "eligible": "it is reached, and its response may begin",
    "met": "its response was decided in time",
    "late": "its response was decided, after its time",
    "declined": "its decider decided not to respond",
    "missed": "its time is over, and nothing was decided",
    "deemed": "nobody decided in time, and what the text lays down for silence took effect",
    "stood-down": "the run was ended",
}
"""State of a rung -> what it means."""
REACHED: Final = ("pending", "due", "eligible", "met", "late", "missed", "deemed")
"""States in which a rung has consequences."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the records of this stage."""


class Fulfilled(Record, frozen=True, kw_only=True):
    """A condition of a rung, and what was said of it."""

    predicate: str
    text: str
    holds: Judgement


class Rung(Record, frozen=True, kw_only=True):
    """One rung of a run at an instant."""

    rung: str
    article: str
    step: int
    text: str
    state: str
    """A word of `STATES`."""
    decisions: tuple[str, ...]
    """Ids of the decisions by which it is reached."""
    anchor: str
    """What its clock counts from: a word of `time_limits.ANCHORS`, or empty."""
    anchored: Moment | None
    due: Due | None
    """When its response is due or may begin; None: the text sets no time, or none is computable."""
    not_computable: str
    """Why no clock can tell."""
    needs: tuple[Fulfilled, ...]
    bearer: tuple[str, ...]
    minimum: str
    menu: tuple[str, ...]
    finder: str
    attributes: str
    decider: str
    standard: str
    silence: str
    undecided: str
    """Who has not decided, in words; empty where somebody has, or nothing was to be decided."""
    responses: tuple[str, ...]
    """Ids of the acts by which somebody decided."""
    reasons: tuple[str, ...]
    """Why it stands as it does, sentence by sentence."""
    is_verified: bool
    """False where the text behind it is not verified (evidence K or ?)."""


class Run(Record, frozen=True, kw_only=True):
    """One case under one ladder by one reading."""

    run: str
    """Digest of agreement, ladder, case and reading."""
    agreement: str
    ladder: str
    case: str
    reading: str
    rungs: tuple[Rung, ...]
    assumed: bool
    """True where a decision that it rests on was assumed."""
