# SPDX-License-Identifier: Apache-2.0
"""The definition of conditions, word by word: each judgement asked of each instant by itself.

Follows the table in docs/reference/conditions.md, row by row, and shares nothing with the evaluator
but the syntax. It is slow, and right if it is read beside the definition. Time is a stretch of
instants so long on both sides that nothing beyond it makes a difference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import product
from typing import Any

from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import (
    Always,
    And,
    Body,
    Compare,
    Condition,
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
from foedus.terms.conditions.variables import columns, patterns, sorts

Instant = tuple[int, int]
Valuation = dict[str, Any]
MARGIN = 18


class Naive:
    """One condition on one history."""

    def __init__(
        self, condition: Condition, facts: list[Fact], asked: Asked, domains: dict[str, Any]
    ) -> None:
        self.condition, self.asked, self.declared = condition, asked, domains
        self.facts = [f for f in facts if f.known_from_us <= asked.known_us]
        self.facts = [
            f for f in self.facts if f.known_to_us is None or asked.known_us < f.known_to_us
        ]
        self.names = columns(condition)
        self.place: dict[str, tuple[Instant, Instant]] = {}
        ranks: dict[int, int] = {}
        for f in self.facts:
            rank = ranks.get(f.occurred_from_us, 0) if asked.ties == "ordered" else 0
            ranks[f.occurred_from_us] = rank + 1
            self.place[f.fact_id] = ((f.occurred_from_us, rank), (f.occurred_to_us - 1, rank))
        most = max(ranks.values(), default=0) + 1 if asked.ties == "ordered" else 1
        self.time = [
            (us, rank)
            for us in range(asked.since_us - 2 * MARGIN, asked.on_us + MARGIN)
            for rank in range(most)
        ]
        at_on = ranks.get(asked.on_us, 0) if asked.ties == "ordered" else 0
        self.open_from = (asked.on_us, at_on)
        self.memo: dict[Any, Any] = {}

    def run(self) -> dict[tuple[Any, ...], dict[Instant, str]]:
        """Return the verdict at each instant asked about, by valuation; no is left out."""
        names = self.names
        kinds = sorts(self.condition)
        found = {}
        for values in product(*(self.domain(kinds[name]) for name in names)):
            v = dict(zip(names, values, strict=True))
            told = {
                i: "sure" if self.sure(self.condition.body, v, i) else "possible"
                for i in self.asked_instants()
                if self.possible(self.condition.body, v, i)
            }
            if told:
                found[values] = told
        return found

    def asked_instants(self) -> list[Instant]:
        """Return the instants from `since` to where the record is open."""
        return [i for i in self.time if (self.asked.since_us, 0) <= i < self.open_from]

    def domain(self, sort: str) -> list[Any]:
        """Return the values over which a variable of a sort ranges."""
        if sort == "fact":
            return [f.fact_id for f in self.facts]
        if sort == "count":
            others = ("party", "zone", "case", "guarantor", "term")
            used = {s for s in sorts(self.condition).values() if s in others}
            return list(range(max([len(self.facts), *(len(self.domain(s)) for s in used)]) + 1))
        values = {getattr(f, sort) for f in self.facts} - {None}
        values |= set(self.declared.get(sort, ()))
        for pattern in patterns(self.condition.body):
            for role in pattern.roles:
                is_of_sort = KINDS[pattern.kind].roles[role.preposition] == sort
                if is_of_sort and not isinstance(role.argument, Variable):
                    values.add(role.argument.value)
        return sorted(values)

    # The window of an instant, and the match of a fact.

    def window(self, w: Window | None, i: Instant) -> list[Instant]:
        """Return the instants of W(i), in order."""
        if w is None:
            return [i]
        key = ("W", id(w), i)
        if key not in self.memo:
            # Before all facts every instant is alike: one of them stands for those without end.
            whole = max(i[0] - self.asked.since_us + MARGIN, w.least_us)
            far = w.most_us if w.most_us is not None else whole
            side = self.between(self.time[0], i)
            if w.direction == "after":
                side = self.between(i, self.time[-1])
            self.memo[key] = [j for j in side if w.least_us <= abs(i[0] - j[0]) <= far]
        return list(self.memo[key])

    def match(self, f: Fact, pattern: Pattern, v: Valuation) -> str:
        """Return whether a fact matches a pattern surely, possibly or not."""
        if f.kind != pattern.kind:
            return "no"
        if pattern.fact is not None and v[pattern.fact.name] != f.fact_id:
            return "no"
        found = "sure"
        for role in pattern.roles:
            held = getattr(f, KINDS[pattern.kind].roles[role.preposition])
            argument = role.argument
            wanted = v[argument.name] if isinstance(argument, Variable) else argument.value
            if held is None:
                found = "possible"
            elif held != wanted:
                return "no"
        return found

    def low(self, counted: Any, v: Valuation, i: Instant) -> int:
        """Return how many are surely counted at an instant."""
        if isinstance(counted, Values):
            return sum(self.sure(counted.body, u, i) for u in self.each(counted.declared, v))
        w = set(self.window(counted.window, i))
        return sum(
            self.match(f, counted.pattern, v) == "sure" and set(self.interval(f)) <= w
            for f in self.facts
        )

    def high(self, counted: Any, v: Valuation, i: Instant) -> float:
        """Return how many are possibly counted at an instant."""
        if isinstance(counted, Values):
            return sum(self.possible(counted.body, u, i) for u in self.each(counted.declared, v))
        w = self.window(counted.window, i)
        if counted.pattern.fact is None and any(j >= self.open_from for j in w):
            return float("inf")
        return sum(
            self.match(f, counted.pattern, v) != "no" and bool(set(self.interval(f)) & set(w))
            for f in self.facts
        )

    def interval(self, f: Fact) -> list[Instant]:
        """Return the instants at which a fact may lie."""
        first, last = self.place[f.fact_id]
        return self.between(first, last)

    def each(self, declared: Any, v: Valuation) -> list[Valuation]:
        """Return a valuation for each value of a variable."""
        return [{**v, declared.name: value} for value in self.domain(declared.sort)]

    def between(self, i: Instant, j: Instant) -> list[Instant]:
        """Return the instants from i to j."""
        return self.time[bisect_left(self.time, i) : bisect_right(self.time, j)]

    # The three judgements.

    def sure(self, a: Body, v: Valuation, i: Instant) -> bool:
        """Return S(A, i)."""
        return self.once_only("S", a, v, (i,), self._sure)

    def possible(self, a: Body, v: Valuation, i: Instant) -> bool:
        """Return P(A, i)."""
        return self.once_only("P", a, v, (i,), self._possible)

    def somewhere(self, a: Body, v: Valuation, i: Instant, j: Instant) -> bool:
        """Return E(A, i, j)."""
        return self.once_only("E", a, v, (i, j), self._somewhere)

    def once_only(
        self, name: str, a: Body, v: Valuation, at: tuple[Instant, ...], ask: Callable[..., bool]
    ) -> bool:
        """Return what was found before, or ask; it changes nothing but the time it takes."""
        key = (name, id(a), tuple(v.values()), at)
        if key not in self.memo:
            self.memo[key] = ask(a, v, *at)
        return bool(self.memo[key])

    def _sure(self, a: Body, v: Valuation, i: Instant) -> bool:
        match a:
            case Pattern():
                return any(
                    self.match(f, a, v) == "sure" and self.interval(f) == [i] for f in self.facts
                )
            case Not(body=b):
                return not self.possible(b, v, i)
            case And(parts=parts):
                return all(self.sure(b, v, i) for b in parts)
            case Or(parts=parts):
                return any(self.sure(b, v, i) for b in parts)
            case Once(body=b, window=w):
                held = self.window(w, i)
                return bool(held) and self.somewhere(b, v, held[0], held[-1])
            case Always(body=b, window=w):
                return self.sure(self.not_once_not(a, b, w), v, i)
            case Since(left=b, right=c, window=w):
                held = self.window(w, i)
                return any(
                    self.somewhere(c, v, i1, j1)
                    for i1 in held
                    if all(self.sure(b, v, k) for k in self.between(i1, i)[1:])
                    for j1 in held
                    if i1 <= j1
                )
            case Until(left=b, right=c, window=w):
                held = self.window(w, i)
                return any(
                    self.somewhere(c, v, i1, j1)
                    for j1 in held
                    if all(self.sure(b, v, k) for k in self.between(i, j1)[:-1])
                    for i1 in held
                    if i1 <= j1
                )
            case Exists(declared=declared, body=b):
                return any(self.sure(b, u, i) for u in self.each(declared, v))
            case Tally(comparison=comparison, number=c, counted=counted):
                low, high = self.low(counted, v, i), self.high(counted, v, i)
                return self.counts_surely(comparison, low, high, c)
            case CountIs(variable=n, counted=counted):
                low, high = self.low(counted, v, i), self.high(counted, v, i)
                return self.counts_surely("=", low, high, v[n.name])
            case Compare():
                return self.compares(a, v)

    def _possible(self, a: Body, v: Valuation, i: Instant) -> bool:
        match a:
            case Pattern():
                is_open = i >= self.open_from and a.fact is None
                return is_open or any(
                    self.match(f, a, v) != "no" and i in self.interval(f) for f in self.facts
                )
            case Not(body=b):
                return not self.sure(b, v, i)
            case And(parts=parts):
                return all(self.possible(b, v, i) for b in parts)
            case Or(parts=parts):
                return any(self.possible(b, v, i) for b in parts)
            case Once(body=b, window=w):
                return any(self.possible(b, v, k) for k in self.window(w, i))
            case Always(body=b, window=w):
                return self.possible(self.not_once_not(a, b, w), v, i)
            case Since(left=b, right=c, window=w):
                return any(
                    self.possible(c, v, j)
                    and all(self.possible(b, v, k) for k in self.between(j, i)[1:])
                    for j in self.window(w, i)
                )
            case Until(left=b, right=c, window=w):
                return any(
                    self.possible(c, v, j)
                    and all(self.possible(b, v, k) for k in self.between(i, j)[:-1])
                    for j in self.window(w, i)
                )
            case Exists(declared=declared, body=b):
                return any(self.possible(b, u, i) for u in self.each(declared, v))
            case Tally(comparison=comparison, number=c, counted=counted):
                low, high = self.low(counted, v, i), self.high(counted, v, i)
                return self.counts_possibly(comparison, low, high, c)
            case CountIs(variable=n, counted=counted):
                low, high = self.low(counted, v, i), self.high(counted, v, i)
                return self.counts_possibly("=", low, high, v[n.name])
            case Compare():
                return self.compares(a, v)

    def _somewhere(self, a: Body, v: Valuation, i: Instant, j: Instant) -> bool:
        match a:
            case Pattern():
                return any(
                    self.match(f, a, v) == "sure"
                    and i <= self.place[f.fact_id][0]
                    and self.place[f.fact_id][1] <= j
                    for f in self.facts
                )
            case And(parts=parts):
                return any(
                    self.somewhere(b, v, i1, j1)
                    and all(
                        self.sure(other, v, k)
                        for other in parts
                        if other is not b
                        for k in self.between(i1, j1)
                    )
                    for b in parts
                    for i1 in self.between(i, j)
                    for j1 in self.between(i1, j)
                )
            case Or(parts=parts):
                return any(self.somewhere(b, v, i, j) for b in parts)
            case Exists(declared=declared, body=b):
                return any(self.somewhere(b, u, i, j) for u in self.each(declared, v))
            case _:
                return any(self.sure(a, v, k) for k in self.between(i, j))

    def not_once_not(self, a: Body, b: Body, w: Window) -> Not:
        """Return `not once not B`, one record for each `always`, so that memory finds it again."""
        made = self.memo.setdefault(("made", id(a)), Not(Once(Not(b), w)))
        assert isinstance(made, Not)
        return made

    @staticmethod
    def counts_surely(comparison: str, low: float, high: float, c: int) -> bool:
        """Return whether a count from low to high surely compares so with c."""
        return {
            ">=": low >= c,
            ">": low > c,
            "<=": high <= c,
            "<": high < c,
            "=": low == c == high,
        }[comparison]

    @staticmethod
    def counts_possibly(comparison: str, low: float, high: float, c: int) -> bool:
        """Return whether a count from low to high may compare so with c."""
        return {
            ">=": high >= c,
            ">": high > c,
            "<=": low <= c,
            "<": low < c,
            "=": low <= c <= high,
        }[comparison]

    @staticmethod
    def compares(a: Compare, v: Valuation) -> bool:
        """Return whether two values compare as said."""
        left = v[a.left.name]
        right: Any = a.right
        if isinstance(right, Variable):
            right = v[right.name]
        elif not isinstance(right, int):
            right = right.value
        if a.operator in ("is", "="):
            return bool(left == right)
        if a.operator == "is not":
            return bool(left != right)
        return {
            ">=": left >= right,
            "<=": left <= right,
            ">": left > right,
            "<": left < right,
        }[a.operator]
