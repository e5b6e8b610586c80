# SPDX-License-Identifier: Apache-2.0
"""The record that a condition is asked of: the facts known at a time, on an axis, with domains.

Holds what can be looked up: which facts match a pattern under a valuation, surely or possibly, and
which values a variable ranges over. Nothing is judged here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import pyarrow as pa

from foedus.base.encoding import from_table
from foedus.errors import Fault, OperatorError, SourceError
from foedus.terms.conditions.history import COLUMNS, DETERMINED, Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.spans import FOREVER, Axis, Span
from foedus.terms.conditions.syntax import Condition, Constant, Pattern, Variable
from foedus.terms.conditions.variables import patterns

Value = str | int
Valuation = Mapping[str, Value]
Domains = Mapping[str, tuple[str, ...]]
"""Sort -> the values that are declared, such as the parties of an agreement."""


class Asked(NamedTuple):
    """What is asked: of which time, of a record known when, and whether its order decides ties."""

    since_us: int
    """First instant asked about."""
    on_us: int
    """First instant at which the record is open."""
    known_us: int
    """Time at which the record is read."""
    ties: Literal["simultaneous", "ordered"] = "simultaneous"


class Placed(NamedTuple):
    """A fact with the positions between which it lies."""

    fact: Fact
    first: int
    last: int

    @property
    def span(self) -> Span:
        """Both ends."""
        return (self.first, self.last)


class Match(NamedTuple):
    """A fact that matches a pattern, surely or only possibly."""

    placed: Placed
    is_sure: bool


def facts_of(table: pa.Table) -> list[Fact]:
    """Return the facts of a history; raises `msgspec.ValidationError` where a row does not fit."""
    return from_table(Fact, table)


def known(facts: Iterable[Fact], known_us: int) -> list[Fact]:
    """Return the facts that the record holds at a time, in their order."""
    return [
        fact
        for fact in facts
        if fact.known_from_us <= known_us
        and (fact.known_to_us is None or known_us < fact.known_to_us)
    ]


def determined(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that people have determined, in their order."""
    return [fact for fact in facts if fact.verdict == DETERMINED]


class Record:
    """The facts of one question, placed on its axis and indexed by kind and value."""

    def __init__(self, facts: Iterable[Fact], asked: Asked, domains: Domains) -> None:
        held = known(facts, asked.known_us)
        _check(held, asked)
        self.asked = asked
        self.axis, self.placed = _placed(held, asked)
        self.by_id = {placed.fact.fact_id: placed for placed in self.placed}
        self.open_from = _open_from(self.axis, self.placed, asked)
        self.declared = domains
        self._index: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
        for placed in self.placed:
            self._index[(placed.fact.kind,)].append(placed)
            for column in COLUMNS:
                value = getattr(placed.fact, column)
                key = (placed.fact.kind, column, "unknown" if value is None else f"={value}")
                self._index[key].append(placed)

    @property
    def open(self) -> Span:
        """The positions at which the record is open."""
        return (self.open_from, FOREVER)

    @property
    def asked_span(self) -> Span:
        """The positions asked about."""
        return (self.axis.first(self.asked.since_us), self.open_from - 1)

    def domain(self, sort: str, condition: Condition) -> tuple[Value, ...]:
        """Return the values of a sort: on record, in the condition, and declared; sorted."""
        if sort == "fact":
            return tuple(sorted(self.by_id))
        values = {*self.declared.get(sort, ()), *_constants(sort, condition)}
        values |= {getattr(placed.fact, sort) for placed in self.placed} - {None}
        return tuple(sorted(values))

    def matches(self, pattern: Pattern, valuation: Valuation) -> Iterator[Match]:
        """Yield the facts that match; a variable without a value may be anything."""
        wanted = list(_wanted(pattern, valuation))
        for placed in self._near(pattern, wanted, valuation):
            values = [(getattr(placed.fact, column), value) for column, value in wanted]
            if all(has is None or has == value for has, value in values):
                yield Match(placed, all(has is not None for has, _ in values))

    def _near(
        self, pattern: Pattern, wanted: list[tuple[str, Value]], valuation: Valuation
    ) -> list[Placed]:
        """Return facts of which those that match are a part, by the index that has fewest."""
        if pattern.fact is not None and pattern.fact.name in valuation:
            placed = self.by_id.get(str(valuation[pattern.fact.name]))
            return [placed] if placed and placed.fact.kind == pattern.kind else []
        found = self._index.get((pattern.kind,), [])
        for column, value in wanted:
            exact = self._index.get((pattern.kind, column, f"={value}"), [])
            unknown = self._index.get((pattern.kind, column, "unknown"), [])
            if len(exact) + len(unknown) < len(found):
                found = exact + unknown
        return found


def _wanted(pattern: Pattern, valuation: Valuation) -> Iterator[tuple[str, Value]]:
    """Yield column and value that a fact must have."""
    roles = KINDS[pattern.kind].roles
    for role in pattern.roles:
        match role.argument:
            case Constant(value=value):
                yield roles[role.preposition], value
            case Variable(name=name) if name in valuation:
                yield roles[role.preposition], valuation[name]


def _constants(sort: str, condition: Condition) -> Iterator[str]:
    for pattern in patterns(condition.body):
        for role in pattern.roles:
            is_of_sort = KINDS[pattern.kind].roles[role.preposition] == sort
            if is_of_sort and isinstance(role.argument, Constant):
                yield role.argument.value


def _placed(facts: list[Fact], asked: Asked) -> tuple[Axis, list[Placed]]:
    if asked.ties == "simultaneous":
        return Axis(), [Placed(f, f.occurred_from_us, f.occurred_to_us - 1) for f in facts]
    ranks: Counter[int] = Counter()
    ranked = []
    for fact in facts:
        ranked.append((fact, ranks[fact.occurred_from_us]))
        ranks[fact.occurred_from_us] += 1
    axis = Axis(ties=max(ranks.values(), default=0) + 1)
    places = [(fact, axis.first(fact.occurred_from_us) + rank) for fact, rank in ranked]
    return axis, [Placed(fact, place, place) for fact, place in places]


def _open_from(axis: Axis, placed: list[Placed], asked: Asked) -> int:
    """Return the first open position: `on`, or behind the last rank on record at it."""
    if asked.ties == "simultaneous":
        return asked.on_us
    there = [item.last for item in placed if axis.us(item.last) == asked.on_us]
    return max(there, default=axis.first(asked.on_us) - 1) + 1


def _check(facts: list[Fact], asked: Asked) -> None:
    """Raise where a fact stands twice, ends before it begins, or has no place in an ordered log."""
    faults = []
    times = Counter(fact.fact_id for fact in facts)
    for fact_id, number in times.items():
        if number > 1:
            got = f"{number} of {fact_id!r}"
            faults.append(Fault(expected="each fact once at one time known", got=got))
    for fact in facts:
        length = fact.occurred_to_us - fact.occurred_from_us
        if length < 1:
            got = f"{length} microseconds of {fact.fact_id!r}"
            faults.append(Fault(expected="an interval that begins before it ends", got=got))
        elif length > 1 and asked.ties == "ordered":
            got = f"{length} microseconds of {fact.fact_id!r}"
            hint = "an order of facts is known only where their instants are"
            faults.append(Fault(expected="one instant of each fact", got=got, hint=hint))
    if faults:
        raise SourceError(*faults)
    if asked.since_us > asked.on_us:
        got = f"{asked.since_us} to {asked.on_us}"
        raise OperatorError(Fault(expected="a time that begins before it ends", got=got))
