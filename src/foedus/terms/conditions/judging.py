# SPDX-License-Identifier: Apache-2.0
"""A condition under one valuation, judged at all instants at once.

Follows the three judgements of docs/reference/conditions.md: `sure` are the positions with S,
`possible` those with P, and `episodes` intervals with E that have no known instant. Each operator
is one step on spans. Which valuations there are is left to `candidates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from foedus.terms.conditions.record import Record, Valuation, Value
from foedus.terms.conditions.spans import (
    ALL,
    EMPTY,
    Span,
    Spans,
    at_least,
    complement,
    covers,
    intersection,
    union,
)
from foedus.terms.conditions.syntax import (
    Always,
    And,
    Body,
    Compare,
    Comparison,
    Condition,
    Constant,
    Counted,
    CountIs,
    Exists,
    Facts,
    Not,
    Once,
    Or,
    Pattern,
    Since,
    Tally,
    Until,
    Values,
    Variable,
    Window,
)


class Judged(NamedTuple):
    """Where a condition is sure, where possible, and in which intervals it surely once is."""

    sure: Spans
    possible: Spans
    episodes: tuple[Span, ...] = ()


class Counts(NamedTuple):
    """A count: in each of `low` one is surely counted, in each of `high` one possibly."""

    low: list[Span]
    high: list[Span]
    open: Spans
    """Where there is no end to what may be counted."""


class Judge:
    """Judges the parts of one condition on one record."""

    def __init__(self, condition: Condition, record: Record) -> None:
        self.condition, self.record, self.axis = condition, record, record.axis
        self._domains: dict[str, tuple[Value, ...]] = {}

    def judge(self, body: Body, valuation: Valuation) -> Judged:
        """Return how a condition stands under a valuation of its free variables."""
        match body:
            case Pattern():
                return self._pattern(body, valuation)
            case Not(body=inner):
                return negated(self.judge(inner, valuation))
            case And(parts=parts):
                return conjunction([self.judge(part, valuation) for part in parts])
            case Or(parts=parts):
                return disjunction([self.judge(part, valuation) for part in parts])
            case Exists(declared=declared, body=inner):
                return disjunction(self.each(declared.name, declared.sort, inner, valuation))
            case Compare():
                held = ALL if is_so(body, valuation) else EMPTY
                return Judged(held, held)
            case Tally() | CountIs():
                return self._numbered(body, valuation)
            case _:
                return self._in_time(body, valuation)

    def _numbered(self, body: Tally | CountIs, valuation: Valuation) -> Judged:
        match body:
            case Tally(comparison=comparison, number=number, counted=counted):
                return compared(self.count(counted, valuation), comparison, number)
            case CountIs(variable=variable, counted=counted):
                number = int(valuation[variable.name])
                return compared(self.count(counted, valuation), "=", number)

    def _in_time(self, body: Once | Always | Since | Until, valuation: Valuation) -> Judged:
        match body:
            case Once(body=inner, window=window):
                return self._once(self.judge(inner, valuation), window)
            case Always(body=inner, window=window):
                return negated(self._once(negated(self.judge(inner, valuation)), window))
            case Since(left=left, right=right) | Until(left=left, right=right):
                pair = self.judge(left, valuation), self.judge(right, valuation)
                return self._lasting(*pair, body.window)

    def each(self, name: str, sort: str, body: Body, valuation: Valuation) -> list[Judged]:
        """Return how a condition stands for each value of a variable, in the domain's order."""
        if sort not in self._domains:
            self._domains[sort] = self.record.domain(sort, self.condition)
        values = self._domains[sort]
        return [self.judge(body, {**valuation, name: value}) for value in values]

    def count(self, counted: Counted, valuation: Valuation) -> Counts:
        """Return the count of facts or of values, at all positions."""
        if isinstance(counted, Values):
            found = self.each(counted.declared.name, counted.declared.sort, counted.body, valuation)
            low = [span for judged in found for span in judged.sure]
            return Counts(low, [span for judged in found for span in judged.possible], EMPTY)
        return self._facts(counted, valuation)

    def _facts(self, counted: Facts, valuation: Valuation) -> Counts:
        matches = list(self.record.matches(counted.pattern, valuation))
        window, axis = counted.window, self.axis
        low = [axis.enclosing(window, m.placed.span) for m in matches if m.is_sure]
        high = [axis.reached(window, m.placed.span) for m in matches]
        is_open = counted.pattern.fact is None
        reach = axis.reached(window, self.record.open)
        return Counts(
            [span for span in low if span[0] <= span[1]], high, (reach,) if is_open else ()
        )

    def _pattern(self, pattern: Pattern, valuation: Valuation) -> Judged:
        matches = list(self.record.matches(pattern, valuation))
        spans = [match.placed.span for match in matches if match.is_sure]
        possible = [match.placed.span for match in matches]
        if pattern.fact is None:
            possible.append(self.record.open)
        return Judged(
            union(span for span in spans if span[0] == span[1]),
            union(possible),
            tuple(sorted({span for span in spans if span[0] < span[1]})),
        )

    def _once(self, body: Judged, window: Window) -> Judged:
        axis = self.axis
        sure = [axis.reached(window, span) for span in body.sure]
        sure += [axis.enclosing(window, span) for span in body.episodes]
        possible = [axis.reached(window, span) for span in body.possible]
        return Judged(union(sure), union(possible))

    def _lasting(self, left: Judged, right: Judged, window: Window) -> Judged:
        """Return since for a window before, until for one after."""
        run = self._since if window.direction == "before" else self._until
        sure = [span for held in left.sure for span in run(held, right, window)]
        possible = [
            span for held in left.possible for span in run(held, Judged(right.possible, ()), window)
        ]
        now = not window.least_us
        return Judged(
            union([*sure, *(right.sure if now else ())]),
            union([*possible, *(right.possible if now else ())]),
        )

    def _since(self, held: Span, right: Judged, window: Window) -> Iterable[Span]:
        """Yield where `right` was before or in a stretch of `left`, which has lasted since."""
        for span in right.sure:
            seen = (max(span[0], held[0] - 1), min(span[1], held[1]))
            if seen[0] <= seen[1]:
                first, last = self.axis.reached(window, seen)
                yield (first, min(last, held[1]))
        for episode in right.episodes:
            if held[0] <= episode[0] + 1 <= held[1]:
                first, last = self.axis.enclosing(window, episode)
                yield (first, min(last, held[1]))

    def _until(self, held: Span, right: Judged, window: Window) -> Iterable[Span]:
        """Yield where `right` will be in or just after a stretch of `left`, which lasts until."""
        for span in right.sure:
            seen = (max(span[0], held[0]), min(span[1], held[1] + 1))
            if seen[0] <= seen[1]:
                first, last = self.axis.reached(window, seen)
                yield (max(first, held[0]), last)
        for episode in right.episodes:
            if held[0] <= episode[1] - 1 <= held[1]:
                first, last = self.axis.enclosing(window, episode)
                yield (max(first, held[0]), last)


def negated(body: Judged) -> Judged:
    """Return the negation: sure where it is not possible, possible where it is not sure."""
    return Judged(complement(body.possible), complement(body.sure))


def conjunction(parts: Sequence[Judged]) -> Judged:
    """Return all of the parts; an episode stays one where all others are sure throughout it."""
    sure, possible = ALL, ALL
    for part in parts:
        sure, possible = intersection(sure, part.sure), intersection(possible, part.possible)
    episodes = {
        episode
        for at, part in enumerate(parts)
        for episode in part.episodes
        if all(covers(other.sure, episode) for n, other in enumerate(parts) if n != at)
    }
    return Judged(sure, possible, tuple(sorted(episodes)))


def disjunction(parts: Sequence[Judged]) -> Judged:
    """Return any of the parts."""
    return Judged(
        union(span for part in parts for span in part.sure),
        union(span for part in parts for span in part.possible),
        tuple(sorted({episode for part in parts for episode in part.episodes})),
    )


def compared(count: Counts, comparison: Comparison, number: int) -> Judged:
    """Return where a count compares so with a number."""
    if comparison in (">", "<"):
        return (
            compared(count, ">=", number + 1) if comparison == ">" else _at_most(count, number - 1)
        )
    if comparison == "<=":
        return _at_most(count, number)
    many = Judged(at_least(count.low, number), _high(count, number))
    return many if comparison == ">=" else conjunction([many, _at_most(count, number)])


def _at_most(count: Counts, number: int) -> Judged:
    return negated(Judged(at_least(count.low, number + 1), _high(count, number + 1)))


def _high(count: Counts, number: int) -> Spans:
    return union([*at_least(count.high, number), *count.open])


def is_so(compare: Compare, valuation: Valuation) -> bool:
    """Whether two values compare as said."""
    left: Value = valuation[compare.left.name]
    match compare.right:
        case Variable(name=name):
            right: Value = valuation[name]
        case Constant(value=value):
            right = value
        case number:
            right = number
    if compare.operator in ("is", "=", "is not"):
        return (left == right) is (compare.operator != "is not")
    difference = int(left) - int(right)
    signs = {">=": difference >= 0, "<=": difference <= 0, ">": difference > 0}
    return signs.get(compare.operator, difference < 0)
