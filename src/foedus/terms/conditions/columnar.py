# SPDX-License-Identifier: Apache-2.0
"""Any condition judged over columns, for all valuations at once: as `judging` does for one.

Each part of a condition gives sets of positions, one owner for each valuation: where it is sure,
where possible, and its episodes. Line by line it follows the table of judgements of
docs/reference/conditions.md. A condition that tells a count is not taken; nor is one whose
valuations, or pairs of valuation and fact, are too many: `None` then, for the general evaluator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from foedus.terms.conditions.answering import Answered, Question
from foedus.terms.conditions.coded import LIMIT, UNKNOWN, Coded, column_of
from foedus.terms.conditions.counts import matching
from foedus.terms.conditions.keys import keyed
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.plan import Every, Plan
from foedus.terms.conditions.spans import Span
from foedus.terms.conditions.spans_by_owner import (
    FAR,
    Sets,
    at_least,
    complement,
    covered,
    distinct,
    everything,
    intersection,
    joined,
    met,
    nothing,
    union,
)
from foedus.terms.conditions.stretches import Stretches, episodes
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
from foedus.terms.conditions.valuations import TooManyError, Valuations, valuations
from foedus.terms.conditions.variables import columns, sorts, walk
from foedus.terms.conditions.windows import Ints, gathered, listed

MOST_PAIRS: Final = 1 << 26
"""Pairs of a valuation and a fact that are looked at, at most."""
NO_PLAN: Final = Plan(None, (), Every(()), {}, ())


class Judged(NamedTuple):
    """Where a part is sure, where it is possible, and its episodes, by valuation."""

    sure: Sets
    possible: Sets
    episodes: Sets


class Counts(NamedTuple):
    """Ranges that count surely, ranges that count possibly, and where there is no end."""

    low: Sets
    high: Sets
    open: Sets


def is_columnar(condition: Condition) -> bool:
    """Whether a condition tells no count, and looks no farther than positions reach."""
    has_count = any(isinstance(part, CountIs) for part in walk(condition.body))
    return not has_count and _reach_us(condition.body) < LIMIT >> 3


def _reach_us(body: Body) -> int:
    """Return how far a condition looks either way, but for windows without an end."""
    parts = list(walk(body))
    holders = [*parts, *(part.counted for part in parts if isinstance(part, Tally))]
    found = [getattr(holder, "window", None) for holder in holders]
    windows = [window for window in found if window is not None]
    return sum((window.most_us or 0) + window.least_us for window in windows)


def judged(condition: Condition, record: Coded, span: Span) -> tuple[Answered, Question] | None:
    """Return how a condition stands in a span of positions; None: too many valuations or pairs."""
    names, sort_of = columns(condition), sorts(condition)
    if _reach_us(condition.body) * record.ties >= LIMIT >> 3:
        return None
    try:
        found = valuations(condition, record)
        verdict = _Judge(sort_of, record).judge(condition.body, found)
    except TooManyError:
        return None
    question = Question(NO_PLAN, sort_of, names, record, span)
    return _answered(verdict, found, names, span), question


def _answered(verdict: Judged, found: Valuations, names: Sequence[str], span: Span) -> Answered:
    asked = everything(found.size)._replace(
        first=np.full(found.size, span[0]), last=np.full(found.size, span[1])
    )
    if span[0] > span[1]:
        asked = nothing()
    sure = intersection(verdict.sure, asked)
    doubtful = intersection(verdict.possible, complement(verdict.sure, found.size))
    may = intersection(doubtful, asked)
    once = verdict.episodes.taken(covered(verdict.episodes, asked))
    shortest = episodes(_stretches(once), _stretches(sure))
    codes = {name: found.codes[name] for name in names}
    return Answered(codes, _stretches(sure), _stretches(may), shortest)


def _stretches(spans: Sets) -> Stretches:
    return Stretches(spans.owner, spans.owner, spans.first, spans.last)


class _Judge:
    """Judges the parts of one condition on one record."""

    def __init__(self, sort_of: dict[str, str], record: Coded) -> None:
        self.sorts, self.record = sort_of, record

    def judge(self, body: Body, of: Valuations) -> Judged:
        """Return how a part stands under each valuation."""
        match body:
            case Pattern():
                return self.pattern(body, of)
            case Not(body=inner):
                return negated(self.judge(inner, of), of.size)
            case And(parts=parts):
                return conjunction([self.judge(part, of) for part in parts], of.size)
            case Or(parts=parts):
                return disjunction([self.judge(part, of) for part in parts])
            case Exists(declared=declared, body=inner):
                wide, size = self.each(declared.name, declared.sort, of)
                found = self.judge(inner, wide)
                return disjunction([_narrowed(found, size)])
            case Compare():
                held = everything(of.size).taken(self.is_so(body, of))
                return Judged(held, held, nothing())
            case Tally(comparison=comparison, number=number, counted=counted):
                return compared(self.count(counted, of), comparison, number, of.size)
            case _:
                return self.in_time(body, of)

    def in_time(self, body: Body, of: Valuations) -> Judged:
        """Return how a part about other instants stands."""
        match body:
            case Once(body=inner, window=window):
                return self.once(self.judge(inner, of), window)
            case Always(body=inner, window=window):
                absent = negated(self.judge(inner, of), of.size)
                return negated(self.once(absent, window), of.size)
            case Since(left=left, right=right) | Until(left=left, right=right):
                return self.lasting(self.judge(left, of), self.judge(right, of), body.window)
        raise TooManyError

    def each(self, name: str, sort: str, of: Valuations) -> tuple[Valuations, int]:
        """Return each valuation with each value of a variable, and how many values there are."""
        values = self.record.domain(column_of(sort))
        return of.crossed(name, values), values.size

    def is_so(self, compare: Compare, of: Valuations) -> Ints:
        """Return the valuations whose values compare as said."""
        name = compare.left.name
        right: Ints | int
        match compare.right:
            case Variable(name=other):
                right = of.codes[other]
            case Constant(value=value):
                right = self.record.code_of(column_of(self.sorts[name]), value)
            case number:
                right = number
        same = of.codes[name] == right
        return np.flatnonzero(same if compare.operator in ("is", "=") else ~same)

    def matches(self, pattern: Pattern, of: Valuations) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Yield row of the fact, valuation, and whether the fact surely matches, by layers."""
        found = matching(pattern, self.record)
        codes = dict(found.keys)
        names = {
            KINDS[pattern.kind].roles[role.preposition]: role.argument.name
            for role in pattern.roles
            if isinstance(role.argument, Variable)
        }
        if pattern.fact is not None:
            codes["fact_id"] = self.record.words("fact_id").code[found.row]
            names["fact_id"] = pattern.fact.name
        mask = np.zeros(found.row.size, np.int64)
        for bit, column in enumerate(codes):
            mask |= (codes[column] == UNKNOWN).astype(np.int64) << bit
        for value in np.unique(mask):
            at = np.flatnonzero(mask == value)
            known = [c for bit, c in enumerate(codes) if not value >> bit & 1]
            fact, owner = _paired(
                {column: codes[column][at] for column in known},
                {column: of.codes[names[column]] for column in known},
                at.size,
                of.size,
            )
            yield found.row[at][fact], owner, found.sure[at][fact] & (value == 0)

    def spans(self, pattern: Pattern, of: Valuations) -> tuple[Sets, Ints]:
        """Return the positions of the facts that match, by valuation, and which surely do."""
        parts = list(self.matches(pattern, of))
        if not parts:
            return nothing(), np.zeros(0, np.bool_)
        row, owner, sure = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Sets(owner, self.record.first[row], self.record.last[row]), sure

    def pattern(self, pattern: Pattern, of: Valuations) -> Judged:
        """Return where a fact is."""
        spans, sure = self.spans(pattern, of)
        is_exact = spans.first == spans.last
        parts = [spans]
        if pattern.fact is None:
            parts.append(
                everything(of.size)._replace(first=np.full(of.size, self.record.open_from))
            )
        return Judged(
            union(spans.taken(sure & is_exact)),
            union(joined(*parts)),
            distinct(spans.taken(sure & ~is_exact)),
        )

    def count(self, counted: Counted, of: Valuations) -> Counts:
        """Return a count of facts, or of the values of a variable."""
        if isinstance(counted, Values):
            wide, size = self.each(counted.declared.name, counted.declared.sort, of)
            found = _narrowed(self.judge(counted.body, wide), size)
            return Counts(found.sure, found.possible, nothing())
        spans, sure = self.spans(counted.pattern, of)
        low = self.enclosing(counted.window, spans.taken(sure))
        ends = (
            self.reached(counted.window, self.open(of))
            if counted.pattern.fact is None
            else nothing()
        )
        return Counts(low, self.reached(counted.window, spans), ends)

    def open(self, of: Valuations) -> Sets:
        """Return where the record is open, for each valuation."""
        return everything(of.size)._replace(first=np.full(of.size, self.record.open_from))

    def once(self, body: Judged, window: Window) -> Judged:
        """Return where a part is seen in a window."""
        seen = [self.reached(window, body.sure), self.enclosing(window, body.episodes)]
        return Judged(union(joined(*seen)), union(self.reached(window, body.possible)), nothing())

    def lasting(self, left: Judged, right: Judged, window: Window) -> Judged:
        """Return since for a window before, until for one after."""
        is_past = window.direction == "before"
        sure = [self.run(left.sure, right.sure, window, is_past=is_past)]
        sure.append(self.run_once(left.sure, right.episodes, window, is_past=is_past))
        possible = [self.run(left.possible, right.possible, window, is_past=is_past)]
        if not window.least_us:
            sure.append(right.sure)
            possible.append(right.possible)
        return Judged(union(joined(*sure)), union(joined(*possible)), nothing())

    def run(self, held: Sets, spans: Sets, window: Window, *, is_past: bool) -> Sets:
        """Return where one set was, or will be, in or beside a stretch of another that lasts."""
        at, other = met(held, spans, 1, 0) if is_past else met(held, spans, 0, 1)
        within, seen = held.taken(at), spans.taken(other)
        first = np.maximum(seen.first, within.first - 1 if is_past else within.first)
        last = np.minimum(seen.last, within.last if is_past else within.last + 1)
        return self.cut(
            self.reached(window, Sets(within.owner, first, last)), within, is_past=is_past
        )

    def run_once(self, held: Sets, spans: Sets, window: Window, *, is_past: bool) -> Sets:
        """Return the same for spans in which a part is surely once."""
        end = spans.first if is_past else spans.last
        order = np.lexsort((end, spans.owner))
        spans, end = spans.taken(order), end[order]
        points = Sets(spans.owner, end, end)
        # What begins before a stretch may end just before it, and the other way round.
        at, other = met(held, points, 1, -1) if is_past else met(held, points, -1, 1)
        within = held.taken(at)
        return self.cut(self.enclosing(window, spans.taken(other)), within, is_past=is_past)

    def cut(self, seen: Sets, within: Sets, *, is_past: bool) -> Sets:
        """Cut spans where the stretches end in which they lie."""
        if is_past:
            return seen._replace(last=np.minimum(seen.last, within.last))
        return seen._replace(first=np.maximum(seen.first, within.first))

    def reached(self, window: Window | None, spans: Sets) -> Sets:
        """Return the positions whose window has a position of each span."""
        first, _ = self.seers(window, spans.first)
        _, last = self.seers(window, spans.last)
        return spans._replace(first=first, last=last)

    def enclosing(self, window: Window | None, spans: Sets) -> Sets:
        """Return the positions whose window has all of each span; it may be empty."""
        _, last = self.seers(window, spans.first)
        first, _ = self.seers(window, spans.last)
        return spans._replace(first=first, last=last)

    def seers(self, window: Window | None, position: Ints) -> tuple[Ints, Ints]:
        """Return the first and the last position from whose window each position is seen."""
        if window is None:
            return position, position
        ties, least, most = self.record.ties, window.least_us, window.most_us
        us = position // ties
        if window.direction == "before":
            first = (us + least) * ties if least else position
            last = np.full_like(us, FAR) if most is None else (us + most) * ties + ties - 1
        else:
            first = np.full_like(us, -FAR) if most is None else (us - most) * ties
            last = (us - least) * ties + ties - 1 if least else position
        is_end = np.abs(position) == FAR
        return np.where(is_end, position, first), np.where(is_end, position, last)


def _paired(
    facts: dict[str, Ints], wanted: dict[str, Ints], rows: int, owners: int
) -> tuple[Ints, Ints]:
    """Return each fact with each valuation that has its values: place of the fact, valuation."""
    keys, key = keyed(facts, tuple(facts), rows)
    order, start = gathered(key, keys.number)
    asked = keys.of(wanted, owners)
    begin = np.where(asked < 0, 0, start[np.maximum(asked, 0)])
    end = np.where(asked < 0, 0, start[np.maximum(asked, 0) + 1])
    if int((end - begin).sum()) > MOST_PAIRS:
        raise TooManyError
    at, owner = listed(begin, end)
    return order[at], owner


def _narrowed(found: Judged, values: int) -> Judged:
    """Return what each value of a variable gives to the valuation around it."""
    if not values:
        return Judged(nothing(), nothing(), nothing())
    return Judged(*(part._replace(owner=part.owner // values) for part in found))


def negated(body: Judged, owners: int) -> Judged:
    """Return the negation: sure where it is not possible, possible where it is not sure."""
    return Judged(complement(body.possible, owners), complement(body.sure, owners), nothing())


def conjunction(parts: Sequence[Judged], owners: int) -> Judged:
    """Return all of the parts; an episode stays one where all others are sure throughout it."""
    sure, possible, found = everything(owners), everything(owners), []
    for part in parts:
        sure, possible = intersection(sure, part.sure), intersection(possible, part.possible)
    for at, part in enumerate(parts):
        spans = part.episodes
        for other in (*parts[:at], *parts[at + 1 :]):
            spans = spans.taken(covered(spans, other.sure))
        found.append(spans)
    return Judged(sure, possible, distinct(joined(*found)))


def disjunction(parts: Sequence[Judged]) -> Judged:
    """Return any of the parts."""
    sure, possible, found = (joined(*column) for column in zip(*parts, strict=True))
    return Judged(union(sure), union(possible), distinct(found))


def compared(count: Counts, comparison: Comparison, number: int, owners: int) -> Judged:
    """Return where a count compares so with a number."""
    if comparison == ">":
        return compared(count, ">=", number + 1, owners)
    if comparison == "<":
        return _at_most(count, number - 1, owners)
    if comparison == "<=":
        return _at_most(count, number, owners)
    many = _many(count, number, owners)
    if comparison == ">=":
        return many
    return conjunction([many, _at_most(count, number, owners)], owners)


def _many(count: Counts, number: int, owners: int) -> Judged:
    high = joined(at_least(count.high, number, owners), count.open)
    return Judged(at_least(count.low, number, owners), union(high), nothing())


def _at_most(count: Counts, number: int, owners: int) -> Judged:
    return negated(_many(count, number + 1, owners), owners)
