# SPDX-License-Identifier: Apache-2.0
"""Whether what was done is what was owed: component, amount, place, and time.

An amount that the pledge states in a unit is compared in that unit; another one, or none, leaves it
possible. A place outside of those that the mandate names is not the place that was owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from foedus.base.dues import Due, in_time
from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.obligations.kinds import Performance
from foedus.register.record import Amount


class Owed(NamedTuple):
    """What a performance is checked against."""

    component: str
    amount: Amount | None
    areas: Sequence[str]
    """Where it may be done; none: anywhere."""
    due: Due | None


class Checked(NamedTuple):
    """The answer to each question, and all together."""

    is_owed: Answer
    in_time: Answer
    reasons: tuple[str, ...]


def checked(done: Performance, at: Moment, owed: Owed) -> Checked:
    """Return whether one performance is what was owed, and whether it came in time."""
    reasons = []
    answer = Answer.SURE
    for part, reason in (_component(done, owed), _amount(done, owed), _place(done, owed)):
        answer = answer & part
        if part is not Answer.SURE:
            reasons.append(reason)
    timely = Answer.SURE if owed.due is None else in_time(owed.due, at)
    if timely is not Answer.SURE:
        reasons.append("it was not done in time" if timely is Answer.NO else "perhaps not in time")
    return Checked(answer, timely, tuple(reasons))


def _component(done: Performance, owed: Owed) -> tuple[Answer, str]:
    same = done.component == owed.component
    reason = f"{done.component} was given where {owed.component} is owed"
    return (Answer.SURE if same else Answer.NO), reason


def _amount(done: Performance, owed: Owed) -> tuple[Answer, str]:
    if owed.amount is None or owed.amount.low is None:
        return Answer.SURE, ""
    if done.quantity is None or done.unit != owed.amount.unit:
        return Answer.POSSIBLE, f"how much was given is not told in {owed.amount.unit}"
    enough = done.quantity >= owed.amount.low
    reason = f"{done.quantity} of {owed.amount.low} {owed.amount.unit}"
    return (Answer.SURE if enough else Answer.NO), reason


def _place(done: Performance, owed: Owed) -> tuple[Answer, str]:
    if not owed.areas:
        return Answer.SURE, ""
    if not done.place:
        return Answer.POSSIBLE, "where it was done is not told"
    there = done.place in owed.areas
    return (Answer.SURE if there else Answer.NO), f"it was done in {done.place}, not where owed"
