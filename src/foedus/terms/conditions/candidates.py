# SPDX-License-Identifier: Apache-2.0
"""The valuations that can make a condition other than no: a superset, from the facts on record.

Facts that must be there give their values to the variables that they name; what no fact constrains
takes every value of its domain. Whether a valuation makes the condition possible or sure is left to
`judging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from foedus.terms.conditions.judging import Judge
from foedus.terms.conditions.record import Match, Valuation, Value
from foedus.terms.conditions.spans import deepest
from foedus.terms.conditions.syntax import (
    And,
    Body,
    Condition,
    CountIs,
    Exists,
    Facts,
    Once,
    Or,
    Pattern,
    Since,
    Tally,
    Variable,
)
from foedus.terms.conditions.variables import columns, needs_one, sorts, walk

Found = list[dict[str, Value]] | None
"""Valuations, some of whose variables may have no value yet; None: anything may hold."""


def candidates(condition: Condition, judge: Judge) -> list[tuple[Value, ...]]:
    """Return the valuations to be judged, in order, each in the order of the columns."""
    return _Search(condition, judge).run()


class _Search:
    def __init__(self, condition: Condition, judge: Judge) -> None:
        self.condition, self.judge, self.record = condition, judge, judge.record
        self.sorts, self.columns = sorts(condition), columns(condition)
        self.domains = {
            sort: self.record.domain(sort, condition)
            for sort in set(self.sorts.values())
            if sort != "count"
        }

    def run(self) -> list[tuple[Value, ...]]:
        """Return every valuation that the facts allow."""
        found = self.extend(self.condition.body, {})
        whole = {
            tuple(full[name] for name in self.columns)
            for valuation in ([{}] if found is None else found)
            for full in self._complete(valuation)
        }
        return sorted(whole, key=lambda values: [(isinstance(v, str), v) for v in values])

    def extend(self, body: Body, valuation: Valuation) -> Found:
        """Return the valuations under which a condition on the past may hold."""
        match body:
            case Pattern() | Tally(counted=Facts()):
                return self._by_facts(body, valuation)
            case And(parts=parts):
                return self._by_all(parts, valuation)
            case Or(parts=parts):
                return self._by_any(parts, valuation)
            case Once(body=inner, window=window) if window.direction == "before":
                return self.extend(inner, valuation)
            case Since(right=right):
                return self.extend(right, valuation)
            case Exists(declared=declared, body=inner):
                inside = self.extend(inner, valuation)
                return None if inside is None else _distinct(_without(inside, declared.name))
            case _:
                return None

    def _by_facts(self, body: Pattern | Tally, valuation: Valuation) -> Found:
        """Return what matching facts say; a window that reaches the open record says nothing."""
        if isinstance(body, Pattern):
            return _distinct(self._bound(body, valuation))
        assert isinstance(body.counted, Facts)
        window, pattern = body.counted.window, body.counted.pattern
        is_past = window is None or window.direction == "before"
        return _distinct(self._bound(pattern, valuation)) if is_past and needs_one(body) else None

    def _bound(self, pattern: Pattern, valuation: Valuation) -> Iterator[dict[str, Value]]:
        for found in self.record.matches(pattern, valuation):
            yield from self._of_match(pattern, found, valuation)

    def _of_match(
        self, pattern: Pattern, found: Match, valuation: Valuation
    ) -> Iterator[dict[str, Value]]:
        """Yield the valuations that a fact gives; an unknown argument may be any value."""
        values: dict[str, tuple[Value, ...]] = {}
        fact = found.placed.fact
        if pattern.fact is not None and pattern.fact.name not in valuation:
            values[pattern.fact.name] = (fact.fact_id,)
        for role in pattern.roles:
            if isinstance(role.argument, Variable) and role.argument.name not in valuation:
                name = role.argument.name
                value = getattr(fact, self.sorts[name])
                whole = self.domains[self.sorts[name]] if value is None else (value,)
                values[name] = tuple(v for v in whole if v in values.get(name, whole))
        for chosen in product(*values.values()):
            yield {**valuation, **dict(zip(values, chosen, strict=True))}

    def _by_all(self, parts: tuple[Body, ...], valuation: Valuation) -> Found:
        found: list[dict[str, Value]] = [dict(valuation)]
        is_bound = False
        # What names facts outright comes first: it leaves least to the others.
        for part in sorted(parts, key=lambda part: not isinstance(part, Pattern)):
            steps = [self.extend(part, valuation) for valuation in found]
            if any(step is None for step in steps):
                continue
            is_bound = True
            found = _distinct(item for step in steps for item in step or ())
        return found if is_bound else None

    def _by_any(self, parts: tuple[Body, ...], valuation: Valuation) -> Found:
        steps = [self.extend(part, valuation) for part in parts]
        if any(step is None for step in steps):
            return None
        return _distinct(item for step in steps for item in step or ())

    def _complete(self, valuation: Valuation) -> Iterator[dict[str, Value]]:
        """Yield a valuation with every variable given each value that it may have."""
        missing = [name for name in self.columns if name not in valuation]
        plain = [name for name in missing if self.sorts[name] != "count"]
        for chosen in product(*(self.domains[self.sorts[name]] for name in plain)):
            full = {**valuation, **dict(zip(plain, chosen, strict=True))}
            counted = [name for name in missing if self.sorts[name] == "count"]
            for numbers in product(*(range(self._most(name, full) + 1) for name in counted)):
                yield {**full, **dict(zip(counted, numbers, strict=True))}

    def _most(self, name: str, valuation: Valuation) -> int:
        """Return the greatest value that a count may have."""
        most = 0
        for part in walk(self.condition.body):
            if isinstance(part, CountIs) and part.variable.name == name:
                most = max(most, self._most_of(part, valuation))
        return most

    def _most_of(self, part: CountIs, valuation: Valuation) -> int:
        if not isinstance(part.counted, Facts):
            return len(self.domains[part.counted.declared.sort])
        window = part.counted.window
        if window is not None and window.direction == "after":
            return count_limit(self.judge, self.domains)
        return deepest(self.judge.count(part.counted, valuation).high)


def count_limit(judge: Judge, domains: dict[str, tuple[Value, ...]]) -> int:
    """Return the greatest count that is listed where the record is open."""
    return max(len(judge.record.placed), *map(len, domains.values()), 0)


def _without(valuations: Iterable[dict[str, Value]], name: str) -> Iterator[dict[str, Value]]:
    for valuation in valuations:
        yield {key: value for key, value in valuation.items() if key != name}


def _distinct(valuations: Iterable[dict[str, Value]]) -> list[dict[str, Value]]:
    """Return the valuations, each once, in the order in which they were found."""
    unique = {tuple(sorted(valuation.items())): valuation for valuation in valuations}
    return list(unique.values())
