# SPDX-License-Identifier: Apache-2.0
"""What was decided about a rung that is reached, and what its text says where nobody decided.

A response counts whether or not the text names who decides; one that comes after its time is kept
as late. With reverse burden the effect comes by itself, unless a decision in time declines it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from foedus.base.dues import EFFECTS, Due, begun, in_time, over
from foedus.base.evidence import Answer
from foedus.guarantee.clocks import Clock
from foedus.guarantee.standing import Answered
from foedus.terms.rules import NOT_STATED, RungRule


class Settled(NamedTuple):
    """State of a rung by what was decided, the acts behind it, and why."""

    state: str
    acts: tuple[str, ...]
    reasons: tuple[str, ...]


def settled(
    case: str, rule: RungRule, clock: Clock, answers: Iterable[Answered], at_us: int
) -> Settled:
    """Return how a rung stands at an instant, given that it is reached."""
    given = [
        one
        for one in answers
        if (one.case, one.rung) == (case, rule.id) and one.at.from_us <= at_us
    ]
    responses = [one for one in given if one.decides == "respond"]
    declined = [one for one in given if one.decides == "decline"]
    acts = tuple(one.act for one in given)
    if responses:
        return _responded(responses, clock.due, acts)
    if declined and _all_in_time(declined, clock.due):
        who = ", ".join(one.decider for one in declined)
        return Settled("declined", acts, (f"{who} decided not to respond",))
    return _silent(rule, clock, acts, at_us)


def _responded(responses: list[Answered], due: Due | None, acts: tuple[str, ...]) -> Settled:
    if due is None:
        return Settled("met", acts, ("a response was decided; the text sets no time",))
    timely = [in_time(due, one.at) for one in responses]
    if Answer.SURE in timely:
        return Settled("met", acts, ("a response was decided in time",))
    if Answer.POSSIBLE in timely:
        return Settled("met", acts, ("a response was decided; whether in time is not known",))
    is_early = due.kind == "earliest-from"
    when = "before its time" if is_early else "after its time"
    return Settled("late", acts, (f"a response was decided {when}",))


def _all_in_time(declined: list[Answered], due: Due | None) -> bool:
    return due is None or any(in_time(due, one.at) is not Answer.NO for one in declined)


def _silent(rule: RungRule, clock: Clock, acts: tuple[str, ...], at_us: int) -> Settled:
    says = _default(rule)
    if clock.due is None:
        return Settled("due", acts, (clock.not_computable, says))
    if clock.due.kind == "earliest-from":
        if begun(clock.due, at_us) is Answer.SURE:
            return Settled("eligible", acts, (says,))
        return Settled("pending", acts, ())
    ended = over(clock.due, at_us)
    if ended is not Answer.SURE:
        doubt = () if ended is Answer.NO else ("whether its time is over is not known",)
        return Settled("due", acts, doubt)
    return Settled("deemed" if rule.silence == "reverse-burden" else "missed", acts, (says,))


def _default(rule: RungRule) -> str:
    if rule.silence == NOT_STATED:
        return "the text does not say what follows if nobody decides"
    return EFFECTS[rule.silence]
