# SPDX-License-Identifier: Apache-2.0
"""How a condition can be answered fast: a trigger, and counts of facts in windows around it.

A condition is covered if it is a pattern (the trigger) joined by `and` with conditions that are
made with `and`, `or` and `not` of counts of one pattern each (once, no, at least, the count as a
value), whatever their windows, and with comparisons of values. The variables of a counted pattern
must be those of the trigger, so that each count has one key. Without a trigger, all valuations are
asked at all instants. `planned` returns None for every other shape, and the general evaluator
answers it. Running a plan is left to `answering`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from foedus.terms.conditions.syntax import (
    And,
    Body,
    Compare,
    Comparison,
    Condition,
    CountIs,
    Exists,
    Facts,
    Not,
    Once,
    Or,
    Pattern,
    Tally,
    Variable,
    Window,
)
from foedus.terms.conditions.variables import columns, of_pattern, sorts


class Counting(NamedTuple):
    """A count of the facts of one pattern in one window; without a window, at this instant."""

    pattern: Pattern
    window: Window | None
    anything: tuple[str, ...] = ()
    """Columns of the pattern's variables that stand for some value, whichever."""


@dataclass(frozen=True, slots=True)
class Test:
    """A count, by its number in the plan, compared with a whole number."""

    counting: int
    comparison: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class Neither:
    """Not that."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Every:
    """All of them; of none, true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One or more of them."""

    parts: tuple[Formula, ...]


Formula = Test | Neither | Every | Some


@dataclass(frozen=True, slots=True)
class Plan:
    """A trigger, what is counted around it, what must hold of the counts, and what is told."""

    trigger: Pattern | None
    """None: asked is at every instant, for each valuation."""
    countings: tuple[Counting, ...]
    formula: Formula
    values: dict[str, int]
    """Variable that is a count -> number of the count."""
    comparisons: tuple[Compare, ...]
    """What must be so of the values of a valuation."""


def planned(condition: Condition) -> Plan | None:
    """Return the plan of a condition that has passed `checking`; None: its shape is not covered."""
    parts = _conjuncts(condition.body)
    triggers = [part for part in parts if isinstance(part, Pattern)]
    if len(triggers) > 1:
        return None
    trigger = triggers[0] if triggers else None
    names = set(columns(condition)) if trigger is None else set(of_pattern(trigger))
    planning = _Planning(sorts(condition), names)
    try:
        plan = planning.plan(trigger, [part for part in parts if part is not trigger])
    except _UncoveredError:
        return None
    has_all = set(columns(condition)) <= names | plan.values.keys()
    return plan if has_all and "fact" not in planning.free_sorts(trigger) else None


def _conjuncts(body: Body) -> list[Body]:
    if isinstance(body, And):
        return [part for inner in body.parts for part in _conjuncts(inner)]
    return [body]


class _UncoveredError(Exception):
    """A part whose shape no plan covers; never leaves this module."""


class _Planning:
    """The countings of one condition, as they are met."""

    def __init__(self, sorts_of: dict[str, str], names: set[str]) -> None:
        self.sorts, self.names = sorts_of, names
        self.countings: list[Counting] = []
        self.values: dict[str, int] = {}
        self.comparisons: list[Compare] = []

    def plan(self, trigger: Pattern | None, parts: list[Body]) -> Plan:
        """Return the plan; counts that are told come before what compares them."""
        ordered = sorted(parts, key=lambda part: not isinstance(part, CountIs))
        formulas = tuple(self.part(part) for part in ordered)
        comparisons = tuple(self.comparisons)
        return Plan(trigger, tuple(self.countings), Every(formulas), self.values, comparisons)

    def free_sorts(self, trigger: Pattern | None) -> set[str]:
        """Return the sorts of the variables that a plan without a trigger runs through."""
        return set() if trigger else {self.sorts[name] for name in self.names}

    def part(self, body: Body) -> Formula:
        """Return what must hold of the counts for a part of the whole to hold."""
        match body:
            case CountIs(variable=variable, counted=Facts() as facts):
                self.tell(variable.name, facts)
                return Every(())
            case Compare():
                self.compare(body)
                return Every(())
        return self.formula(body)

    def formula(self, body: Body) -> Formula:
        """Return what must hold of the counts for a condition to hold, wherever it stands."""
        match body:
            case And(parts=parts):
                return Every(tuple(self.formula(part) for part in parts))
            case Or(parts=parts):
                return Some(tuple(self.formula(part) for part in parts))
            case Not(body=inner):
                return Neither(self.formula(inner))
            case Tally(comparison=comparison, number=number, counted=Facts() as facts):
                return Test(self.counting(facts.pattern, facts.window), comparison, number)
            case Once(window=window):
                return Test(self.seen(body.body, window, ()), ">=", 1)
            case Exists(declared=declared, body=Once(body=inner, window=window)):
                return Test(self.seen(inner, window, (declared.name,)), ">=", 1)
        raise _UncoveredError

    def seen(self, body: Body, window: Window, anything: tuple[str, ...]) -> int:
        """Return the number of the count of which one or more are asked for."""
        match body:
            case Exists(declared=declared, body=inner):
                return self.seen(inner, window, (*anything, declared.name))
            case Pattern():
                return self.counting(body, window, anything)
        raise _UncoveredError

    def tell(self, name: str, facts: Facts) -> None:
        """Note a count whose value is told; where the record is open, such a count has no end."""
        is_future = facts.window is not None and facts.window.direction == "after"
        if name in self.values or is_future:
            raise _UncoveredError
        self.names.add(name)
        self.values[name] = self.counting(facts.pattern, facts.window)

    def compare(self, body: Compare) -> None:
        """Note a comparison of values that a valuation has."""
        names = [body.left.name] + ([body.right.name] if isinstance(body.right, Variable) else [])
        if not set(names) <= self.names or len({self.sorts[name] for name in names}) > 1:
            raise _UncoveredError
        self.comparisons.append(body)

    def counting(
        self, pattern: Pattern, window: Window | None, anything: tuple[str, ...] = ()
    ) -> int:
        """Return the number of a count; counts of the same are one."""
        named = [name for name in of_pattern(pattern) if name in anything]
        is_bound = set(of_pattern(pattern)) <= self.names | set(anything)
        if pattern.fact is not None or not is_bound or len(named) != len(anything):
            raise _UncoveredError
        wanted = Counting(pattern, window, tuple(self.sorts[name] for name in named))
        if wanted not in self.countings:
            self.countings.append(wanted)
        return self.countings.index(wanted)
