# SPDX-License-Identifier: Apache-2.0
"""A condition asked of a history: sure, possible or no, for each valuation and instant.

`legal_truth` looks at determined facts only, and its result is a type of its own: it is never added
to what `likelihood` says of indicated facts. This is the evaluator for every condition; that it
agrees with the definition is tested against a naive one. Speed on plain forms is left to monitors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import pyarrow as pa

from foedus.base.evidence import Answer
from foedus.terms.conditions.candidates import candidates
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.judging import Judge, Judged
from foedus.terms.conditions.record import (
    Asked,
    Domains,
    Record,
    Valuation,
    Value,
    determined,
    facts_of,
)
from foedus.terms.conditions.spans import (
    Axis,
    Span,
    Spans,
    complement,
    covers,
    intersection,
    within,
)
from foedus.terms.conditions.syntax import Condition
from foedus.terms.conditions.variables import columns


class Instant(NamedTuple):
    """A microsecond, and the rank in it where the order of a log decides."""

    us: int
    rank: int = 0


class Stretch(NamedTuple):
    """All instants from the first to the last."""

    first: Instant
    last: Instant


class Verdicts(NamedTuple):
    """How a condition stands under one valuation, in the time asked about; elsewhere it is no."""

    valuation: tuple[Value, ...]
    """Values in the order of the columns."""
    sure: tuple[Stretch, ...]
    possible: tuple[Stretch, ...]
    """Where it is possible and not sure."""
    episodes: tuple[Stretch, ...]
    """Shortest stretches in which it is sure at an instant that is not known."""

    def at(self, us: int, rank: int = 0) -> Answer:
        """Return the verdict at an instant of the time asked about."""
        instant = Instant(us, rank)
        if any(stretch.first <= instant <= stretch.last for stretch in self.sure):
            return Answer.SURE
        is_possible = any(stretch.first <= instant <= stretch.last for stretch in self.possible)
        return Answer.POSSIBLE if is_possible else Answer.NO


class LegalTruth(msgspec.Struct, frozen=True):
    """What follows from the facts that people have determined, and from nothing else."""

    columns: tuple[str, ...]
    verdicts: tuple[Verdicts, ...]
    """By valuation; those that are no throughout are left out."""


def legal_truth(
    condition: Condition, history: pa.Table, asked: Asked, domains: Domains | None = None
) -> LegalTruth:
    """Return how a condition stands on the determined facts of a history.

    The condition has passed `checking`. Raises `SourceError` where facts of one time known are at
    odds with themselves, `OperatorError` where the time asked about ends before it begins.
    """
    facts = determined(facts_of(history))
    return LegalTruth(columns(condition), tuple(verdicts(condition, facts, asked, domains or {})))


def verdicts(
    condition: Condition, facts: Iterable[Fact], asked: Asked, domains: Domains
) -> list[Verdicts]:
    """Return the verdicts on whatever facts are given, by valuation."""
    judge = Judge(condition, Record(facts, asked, domains))
    names = columns(condition)
    found = []
    for values in candidates(condition, judge):
        told = _told(judge, condition, dict(zip(names, values, strict=True)))
        if told.sure or told.possible or told.episodes:
            found.append(told)
    return found


def _told(judge: Judge, condition: Condition, valuation: Valuation) -> Verdicts:
    judged = judge.judge(condition.body, valuation)
    asked, axis = judge.record.asked_span, judge.axis
    doubtful = intersection(judged.possible, complement(judged.sure))
    return Verdicts(
        tuple(valuation.values()),
        _stretches(within(judged.sure, asked), axis),
        _stretches(within(doubtful, asked), axis),
        _stretches(episodes_in(judged, asked), axis),
    )


def episodes_in(judged: Judged, asked: Span) -> Spans:
    """Return the shortest episodes inside a time that hold no instant known to be sure."""
    inside = [span for span in judged.episodes if covers((asked,), span)]
    unsettled = [span for span in inside if not intersection(judged.sure, (span,))]
    return tuple(
        span
        for span in unsettled
        if not any(other != span and covers((span,), other) for other in inside)
    )


def _stretches(spans: Spans, axis: Axis) -> tuple[Stretch, ...]:
    return tuple(Stretch(_instant(first, axis), _instant(last, axis)) for first, last in spans)


def _instant(position: int, axis: Axis) -> Instant:
    return Instant(axis.us(position), axis.rank(position))
