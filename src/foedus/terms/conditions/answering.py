# SPDX-License-Identifier: Apache-2.0
"""A plan run over a coded record: where each valuation is sure, possible, or surely once.

The steps are: (1) anchors, (2) the counts around them, (3) pieces of anchors in which no count
changes, (4) what must hold of the counts, in three values, (5) one valuation for each count that is
told, (6) the pieces of each valuation joined.
"""

from __future__ import annotations

import operator
from typing import Final, NamedTuple

import numpy as np

from foedus.terms.conditions.coded import Bools, Coded, column_of
from foedus.terms.conditions.counts import Counts, counter, counts
from foedus.terms.conditions.keys import keyed
from foedus.terms.conditions.pieces import (
    IS,
    ONCE,
    Anchors,
    Pieces,
    everywhere,
    pieces,
    triggered,
)
from foedus.terms.conditions.plan import Every, Formula, Neither, Plan, Some, Test
from foedus.terms.conditions.spans import Span
from foedus.terms.conditions.stretches import Stretches, episodes, rest, stretches
from foedus.terms.conditions.syntax import Compare, Constant, Variable
from foedus.terms.conditions.windows import Ints, is_apart, listed

OPERATORS: Final = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "is": operator.eq,
    "is not": operator.ne,
}


class Truth(NamedTuple):
    """Where a formula is sure, and where it is possible; what is sure is possible."""

    sure: Bools
    possible: Bools


class Answered(NamedTuple):
    """Valuations as codes or numbers, one row each time, and the stretches that name their rows."""

    columns: dict[str, Ints]
    """Variable -> code of its value, or the number that it is."""
    sure: Stretches
    possible: Stretches
    """Where it is possible and not sure."""
    episodes: Stretches


class Rows(NamedTuple):
    """Pieces at which the condition is possible, each under one valuation."""

    columns: dict[str, Ints]
    owner: Ints
    first: Ints
    last: Ints
    sure: Bools
    """Whether all but the trigger is sure."""

    def taken(self, at: Ints | Bools) -> Rows:
        """Return some of them."""
        columns = {name: codes[at] for name, codes in self.columns.items()}
        return Rows(columns, self.owner[at], self.first[at], self.last[at], self.sure[at])


def holds(formula: Formula, counted: list[Counts], size: int) -> Truth:
    """Return where a formula of counts holds, by Kleene's strong logic."""
    match formula:
        case Test(counting=number):
            return compared(counted[number], formula)
        case Neither(part=part):
            inner = holds(part, counted, size)
            return Truth(~inner.possible, ~inner.sure)
        case Every(parts=parts):
            whole = Truth(np.ones(size, np.bool_), np.ones(size, np.bool_))
            for part in parts:
                inner = holds(part, counted, size)
                whole = Truth(whole.sure & inner.sure, whole.possible & inner.possible)
            return whole
        case Some(parts=parts):
            return holds(Neither(Every(tuple(Neither(part) for part in parts))), counted, size)


def compared(count: Counts, test: Test) -> Truth:
    """Return where a count compares so with a number."""
    low, high, number = count.low, count.high, test.number
    match test.comparison:
        case ">=":
            return Truth(low >= number, high >= number)
        case ">":
            return Truth(low > number, high > number)
        case "<=":
            return Truth(high <= number, low <= number)
        case "<":
            return Truth(high < number, low < number)
        case "=":
            return Truth((low == number) & (high == number), (low <= number) & (high >= number))


class Question(NamedTuple):
    """A plan with what it is asked of."""

    plan: Plan
    sorts: dict[str, str]
    names: tuple[str, ...]
    """The variables of a valuation, in order."""
    record: Coded
    asked: Span


def answered(question: Question) -> Answered | None:
    """Return how the condition stands; None if it has too many valuations."""
    found = _anchors(question)  # (1)
    return None if found is None else around(question, found)


def around(question: Question, found: Anchors, *, by_fact: bool = False) -> Answered:
    """Return how the condition stands at some anchors; `by_fact`: at those of each fact apart.

    Apart, the column "" of the answer has the row of the fact.
    """
    plan, record = question.plan, question.record
    has_values = {
        column: bool(question.record.domain(column).size)
        for counting in plan.countings
        for column in counting.anything
    }
    counters = [counter(counting, record, has_values) for counting in plan.countings]  # (2)
    parts = pieces(found, counters, question.asked)  # (3)
    is_cut = not np.array_equal(parts.owner, np.arange(found.first.size))
    keys = found.taken(parts.owner).keys if is_cut else found.keys
    counted = [counts(each, keys, parts.first) for each in counters]
    rows = _rows(question, found, parts, counted)  # (4), (5)
    if by_fact:
        rows.columns[""] = found.fact[rows.owner]
    number = np.bincount(parts.owner, minlength=found.first.size)
    return _joined(question, found, rows, number)  # (6)


def _anchors(question: Question) -> Anchors | None:
    trigger = question.plan.trigger
    if trigger is not None:
        return triggered(trigger, question.record, question.asked)
    sorts = [question.sorts[name] for name in question.names]
    return everywhere([s for s in sorts if s != "count"], question.record, question.asked)


def _rows(question: Question, anchors: Anchors, parts: Pieces, counted: list[Counts]) -> Rows:
    """Return the pieces at which the condition is possible, one valuation each: (4), (5)."""
    plan = question.plan
    truth = holds(plan.formula, counted, parts.first.size)
    kept = np.flatnonzero(truth.possible & (parts.first <= parts.last))
    owner = parts.owner[kept]
    columns = {
        name: anchors.keys[column_of(question.sorts[name])][owner]
        for name in question.names
        if name not in plan.values
    }
    rows = Rows(columns, owner, parts.first[kept], parts.last[kept], truth.sure[kept])
    rows = _with_values(rows, {n: _at(counted[c], kept) for n, c in plan.values.items()})
    for compare in plan.comparisons:
        rows = rows.taken(_is_so(compare, rows, question))
    return rows


def _at(count: Counts, at: Ints) -> Counts:
    return Counts(count.low[at], count.high[at])


def _with_values(rows: Rows, values: dict[str, Counts]) -> Rows:
    """Give each row every number that its counts may be; it is sure of none but an exact one."""
    at = np.arange(rows.first.size)
    for name, count in values.items():
        low, high = count.low[at], count.high[at]
        if np.array_equal(low, high):
            rows.columns[name] = low
            continue
        number, source = listed(low, high + 1)
        exact = (low == high)[source]
        rows = rows.taken(source)
        rows = rows._replace(sure=rows.sure & exact)
        rows.columns[name] = number
        at = at[source]
    return rows


def _is_so(compare: Compare, rows: Rows, question: Question) -> Bools:
    """Return whether two values of each row compare as said."""
    name = compare.left.name
    left = rows.columns[name]
    right: Ints | int
    match compare.right:
        case Variable(name=other):
            right = rows.columns[other]
        case Constant(value=value):
            right = question.record.code_of(column_of(question.sorts[name]), value)
        case number:
            right = number
    return np.asarray(OPERATORS[compare.operator](left, right), np.bool_)


def _joined(question: Question, anchors: Anchors, rows: Rows, number: Ints) -> Answered:
    """Join the pieces of each valuation; `number` is how many pieces each anchor has: (6)."""
    keys, value = keyed(rows.columns, tuple(rows.columns), rows.first.size)
    grade = anchors.grade[rows.owner]
    sure = np.flatnonzero(rows.sure & (grade == IS))
    once = np.flatnonzero(rows.sure & (grade == ONCE))
    at = np.arange(rows.first.size)
    if not once.size and is_apart(value, keys.number, rows.first, rows.last):
        is_sure = np.zeros(at.size, np.bool_)
        is_sure[sure] = True
        parts = (np.flatnonzero(is_sure), np.flatnonzero(~is_sure), once)
        spans = [Stretches(part, value[part], rows.first[part], rows.last[part]) for part in parts]
        return Answered(rows.columns, spans[0], spans[1], spans[2])
    certain = stretches(sure, value[sure], rows.first[sure], rows.last[sure])
    whole = stretches(at, value, rows.first, rows.last)
    spans_once = _whole(once, value, rows, anchors, number)
    inside = (spans_once.first >= question.asked[0]) & (spans_once.last <= question.asked[1])
    spans_once = Stretches(*(column[inside] for column in spans_once))
    return Answered(rows.columns, certain, rest(whole, certain), episodes(spans_once, certain))


def _whole(once: Ints, value: Ints, rows: Rows, anchors: Anchors, number: Ints) -> Stretches:
    """Return the anchors all of whose pieces are sure under one valuation."""
    order = once[np.lexsort((rows.owner[once], value[once]))]
    owner, of = rows.owner[order], value[order]
    begins = np.ones(order.size, np.bool_)
    begins[1:] = (owner[1:] != owner[:-1]) | (of[1:] != of[:-1])
    begin = np.flatnonzero(begins)
    size = np.diff(np.append(begin, order.size))
    begin = begin[size == number[owner[begin]]]
    at = owner[begin]
    return Stretches(order[begin], of[begin], anchors.first[at], anchors.last[at])
