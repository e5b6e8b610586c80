# SPDX-License-Identifier: Apache-2.0
"""Why a verdict is what it is: a trace of where each part of a condition is sure and possible.

A proof holds the verdict at one instant and, for each part of the condition, the stretch of time
that matters for it with its spans and episodes, down to the facts. It can be checked part by part
against the definition: `proof_checker` does so and shares no code with this. Telling it in words
is left to `reasons`.
"""

from __future__ import annotations

from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.judging import Judge
from foedus.terms.conditions.record import Record, Valuation
from foedus.terms.conditions.spans import FOREVER, NEVER, Span, Spans, covers, holds, within
from foedus.terms.conditions.syntax import (
    Always,
    Body,
    Condition,
    CountIs,
    Exists,
    Facts,
    Once,
    Pattern,
    Since,
    Tally,
    Until,
    Values,
    Window,
)
from foedus.terms.conditions.traces import Ends, Proof, Trace, facts_in
from foedus.terms.conditions.variables import children, columns


def prove(
    condition: Condition, record: Record, valuation: Valuation, at_us: int, rank: int = 0
) -> Proof:
    """Return the proof of the verdict at an instant, under a valuation of all columns."""
    position = record.axis.first(at_us) + rank
    values = {name: valuation[name] for name in columns(condition)}
    judge = Judge(condition, record)
    trace = _Tracing(judge).trace(condition.body, values, (position, position))
    judged = judge.judge(condition.body, values)
    is_sure, is_possible = holds(judged.sure, position), holds(judged.possible, position)
    used = set(facts_in(trace))
    return Proof(
        condition=written(condition),
        valuation=values,
        at_us=at_us,
        rank=rank,
        ties=record.axis.ties,
        open_from=record.open_from,
        verdict="sure" if is_sure else "possible" if is_possible else "no",
        facts=tuple(item.fact for item in record.placed if item.fact.fact_id in used),
        trace=trace,
    )


class _Tracing:
    def __init__(self, judge: Judge) -> None:
        self.judge, self.axis = judge, judge.axis

    def trace(self, body: Body, valuation: Valuation, span: Span) -> Trace:
        """Return the trace of a part in a stretch, with those of the parts inside it."""
        judged = self.judge.judge(body, valuation)
        inner = self._needed(body, span)
        values, parts = self._parts(body, valuation, inner)
        return Trace(
            span=_ends(span),
            sure=_all_ends(within(judged.sure, span)),
            possible=_all_ends(within(judged.possible, span)),
            episodes=_all_ends(tuple(e for e in judged.episodes if covers((span,), e))),
            facts=self._facts(body, valuation, inner),
            values=values,
            parts=parts,
        )

    def _needed(self, body: Body, span: Span) -> Span:
        """Return the stretch in which what is inside a part bears on it in a stretch."""
        match body:
            case Once(window=window) | Always(window=window):
                return self._hull(window, span)
            case Since(window=window) | Until(window=window):
                first, last = self._hull(window, span)
                return (min(first, span[0]), max(last, span[1]))
            case Tally(counted=Facts(window=window)) | CountIs(counted=Facts(window=window)):
                return self._hull(window, span)
            case _:
                return span

    def _hull(self, window: Window | None, span: Span) -> Span:
        """Return the stretch that the windows of a stretch cover together."""
        first = NEVER if span[0] == NEVER else self.axis.seen_from(window, span[0])[0]
        return (first, self.axis.seen_from(window, span[1])[1])

    def _parts(
        self, body: Body, valuation: Valuation, span: Span
    ) -> tuple[tuple[str, ...], tuple[Trace, ...]]:
        match body:
            case Exists(declared=declared, body=inner):
                pass
            case Tally(counted=Values(declared=declared, body=inner)):
                pass
            case CountIs(counted=Values(declared=declared, body=inner)):
                pass
            case _:
                return (), tuple(self.trace(part, valuation, span) for part in children(body))
        values = self.judge.record.domain(declared.sort, self.judge.condition)
        named = [{**valuation, declared.name: value} for value in values]
        return tuple(map(str, values)), tuple(self.trace(inner, v, span) for v in named)

    def _facts(self, body: Body, valuation: Valuation, span: Span) -> tuple[str, ...]:
        match body:
            case Pattern():
                pattern = body
            case Tally(counted=Facts(pattern=pattern)) | CountIs(counted=Facts(pattern=pattern)):
                pass
            case _:
                return ()
        return tuple(
            found.placed.fact.fact_id
            for found in self.judge.record.matches(pattern, valuation)
            if found.placed.first <= span[1] and span[0] <= found.placed.last
        )


def _ends(span: Span) -> Ends:
    first, last = span
    return (None if first == NEVER else first, None if last == FOREVER else last)


def _all_ends(spans: Spans) -> tuple[Ends, ...]:
    return tuple(_ends(span) for span in spans)
