# SPDX-License-Identifier: Apache-2.0
"""Made conditions and made histories, drawn from a source of chance that may be hypothesis' own.

Every condition is well formed and of right sorts; windows count in microseconds, so that a naive
evaluator can look at each instant. Histories have facts that are exact, known to an interval, of
unknown arguments, late, withdrawn and corrected.
"""

from __future__ import annotations

from random import Random
from typing import Final

from foedus.terms.conditions.history import DETERMINED, INDICATED, Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import (
    Always,
    And,
    Argument,
    Body,
    Compare,
    Comparison,
    Condition,
    Constant,
    Counted,
    CountIs,
    Declaration,
    Direction,
    Duration,
    Exists,
    Facts,
    Not,
    Once,
    Or,
    Pattern,
    Role,
    Since,
    Sort,
    Tally,
    Until,
    Values,
    Variable,
    Window,
)
from foedus.terms.conditions.variables import free, sorts

VALUES: Final[dict[str, tuple[str, ...]]] = {
    "party": ("north", "south"),
    "zone": ("east", "west"),
    "term": ("1", "2"),
    "guarantor": ("g-one",),
}
NAMED: Final[dict[str, Sort]] = {"p": "party", "z": "zone", "t": "term", "g": "guarantor"}
BOUND: Final[dict[str, Sort]] = {"q": "party", "w": "zone"}
FACT_KINDS: Final = ("breach", "breach", "breach", "notice", "report", "response")
DAY_US: Final = 12
"""Instants asked about, from 0."""


class Maker:
    """Draws conditions and histories from one source of chance."""

    def __init__(self, chance: Random, *, with_facts: bool = True) -> None:
        self.chance, self.with_facts = chance, with_facts

    def condition(self, depth: int = 3) -> Condition:
        """Return a condition with at most that many operators inside each other."""
        body = self.body(depth, ())
        if self.chance.random() < 0.2:
            count = CountIs(Variable("n"), self.counted(depth - 1, ()))
            compare = Compare(Variable("n"), self.comparison(), self.chance.randint(0, 3))
            parts: tuple[Body, ...] = (count, compare)
            body = And((body, *parts) if self.chance.random() < 0.5 else parts)
        names = {name: sort for name, sort in NAMED.items() if name in free(body)}
        names = dict(self.chance.sample(sorted(names.items()), len(names)))
        declared = tuple(Declaration(sort, name) for name, sort in names.items())
        found = Condition(declared, body)
        return found if self.are_sorted(found) else self.condition(depth)

    def are_sorted(self, condition: Condition) -> bool:
        """Whether each variable shows its sort somewhere."""
        known = sorts(condition)
        return all(name in known for name in free(condition.body))

    def body(self, depth: int, bound: tuple[str, ...]) -> Body:
        """Return a condition in which the variables in `bound` may stand."""
        if depth <= 0 or self.chance.random() < 0.15:
            return self.pattern(bound)
        makers = (
            self.pattern,
            lambda b: Not(self.body(depth - 1, b)),
            lambda b: And(self.parts(depth, b)),
            lambda b: Or(self.parts(depth, b)),
            lambda b: Once(self.body(depth - 1, b), self.window()),
            lambda b: Always(self.body(depth - 1, b), self.window()),
            lambda b: self.lasting(depth, b),
            lambda b: self.exists(depth, b),
            lambda b: self.tally(depth, b),
            self.compare,
        )
        weights = (2, 2, 4, 2, 4, 1, 3, 1, 3, 1)
        return self.chance.choices(makers, weights)[0](bound)

    def parts(self, depth: int, bound: tuple[str, ...]) -> tuple[Body, ...]:
        """Return two or three conditions."""
        return tuple(self.body(depth - 1, bound) for _ in range(self.chance.choice((2, 2, 3))))

    def lasting(self, depth: int, bound: tuple[str, ...]) -> Body:
        """Return a since or an until."""
        left, right = self.body(depth - 1, bound), self.body(depth - 1, bound)
        if self.chance.random() < 0.6:
            return Since(left, right, self.window("before"))
        return Until(left, right, self.window("after"))

    def exists(self, depth: int, bound: tuple[str, ...]) -> Body:
        """Return a quantified condition; the name is one that is not bound around it."""
        names = [name for name in BOUND if name not in bound]
        if not names:
            return self.pattern(bound)
        name = self.chance.choice(names)
        return Exists(Declaration(BOUND[name], name), self.body(depth - 1, (*bound, name)))

    def tally(self, depth: int, bound: tuple[str, ...]) -> Body:
        """Return a count compared with a number."""
        number = self.chance.choice((0, 1, 2, 2, 3))
        return Tally(self.comparison(), number, self.counted(depth - 1, bound))

    def counted(self, depth: int, bound: tuple[str, ...]) -> Counted:
        """Return what is counted: facts as a rule."""
        names = [name for name in BOUND if name not in bound]
        if names and self.chance.random() < 0.3:
            name = self.chance.choice(names)
            body = self.body(max(depth, 0), (*bound, name))
            return Values(Declaration(BOUND[name], name), body)
        window = self.window() if self.chance.random() < 0.9 else None
        return Facts(self.pattern(bound), window)

    def compare(self, bound: tuple[str, ...]) -> Body:
        """Return a comparison of two parties or zones."""
        name = self.chance.choice(("p", "z", *bound))
        sort = {**NAMED, **BOUND}[name]
        others = [Variable(o) for o in bound if BOUND[o] == sort and o != name]
        right: Argument = self.chance.choice([*others, Constant(VALUES[sort][0])])
        return Compare(Variable(name), self.chance.choice(("is", "is not")), right)

    def comparison(self) -> Comparison:
        """Return one of the comparisons, at least more often than others."""
        choices: tuple[Comparison, ...] = (">=", ">=", ">=", "<=", "=", ">", "<")
        return self.chance.choice(choices)

    def window(self, direction: Direction | None = None) -> Window:
        """Return a window of a few microseconds; one of the past may have no end."""
        words: tuple[Direction, ...] = ("before", "before", "after")
        direction = direction or self.chance.choice(words)
        least = self.chance.choice((None, None, 0, 1, 2))
        most = (least or 0) + self.chance.randint(0, 4)
        is_open = direction == "before" and self.chance.random() < 0.2
        return Window(
            direction,
            None if least is None else Duration(least, "us"),
            None if is_open else Duration(most, "us"),
        )

    def pattern(self, bound: tuple[str, ...]) -> Pattern:
        """Return a pattern with some of its roles."""
        kind = KINDS[self.chance.choice(FACT_KINDS)]
        roles = []
        for preposition, sort in kind.roles.items():
            if sort in VALUES and self.chance.random() < 0.6:
                roles.append(Role(preposition, self.argument(sort, bound)))
        is_named = self.with_facts and self.chance.random() < 0.08
        return Pattern(kind.name, Variable("k") if is_named else None, tuple(roles))

    def argument(self, sort: str, bound: tuple[str, ...]) -> Argument:
        """Return a variable or a constant of a sort."""
        names = [name for name in ("p", "z", "t", "g", *bound) if {**NAMED, **BOUND}[name] == sort]
        if self.chance.random() < 0.3:
            return Constant(self.chance.choice(VALUES[sort]))
        return Variable(self.chance.choice(names))

    def history(self, *, is_exact: bool = False) -> list[Fact]:
        """Return up to eight facts in the order of the record; exact ones have one instant each."""
        facts = [self.fact(f"f{n}", is_exact=is_exact) for n in range(self.chance.randint(0, 8))]
        corrected = []
        for fact in facts:
            corrected.append(fact)
            if fact.known_to_us is not None and self.chance.random() < 0.4:
                again = self.fact(fact.fact_id, is_exact=is_exact)
                start = fact.known_to_us
                corrected.append(_known(again, start, None))
        return corrected

    def fact(self, fact_id: str, *, is_exact: bool = False) -> Fact:
        """Return a fact of the asked-about time or near it."""
        kind = KINDS[self.chance.choice(FACT_KINDS)]
        start = self.chance.randint(-4, DAY_US + 2)
        length = 1 if is_exact else self.chance.choice((1, 1, 1, 2, 4))
        known_from = self.chance.choice((0, 0, 0, 5, 9))
        withdrawn = self.chance.choice((None, None, None, known_from + 3))
        is_found = self.chance.random() < 0.2
        return Fact(
            fact_id=fact_id,
            kind=kind.name,
            occurred_from_us=start,
            occurred_to_us=start + length,
            known_from_us=known_from,
            known_to_us=withdrawn,
            verdict=INDICATED if is_found else DETERMINED,
            probability_ppm=self.chance.randrange(0, 1_000_001, 50_000) if is_found else None,
            **{sort: self.value(sort) for sort in kind.roles.values() if sort in VALUES},
        )

    def value(self, sort: str) -> str | None:
        """Return a value of a sort, now and then unknown."""
        return None if self.chance.random() < 0.15 else self.chance.choice(VALUES[sort])

    def asked(self) -> Asked:
        """Return what is asked: of the whole time, known early or late."""
        return Asked(0, DAY_US, self.chance.choice((4, 8, 20)))


def _known(fact: Fact, start: int, end: int | None) -> Fact:
    values = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return Fact(**{**values, "known_from_us": start, "known_to_us": end})
