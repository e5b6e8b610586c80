# SPDX-License-Identifier: Apache-2.0
"""Made conditions of the shapes that plans cover: a trigger, or none, and counts around it."""

from __future__ import annotations

from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.plan import planned
from foedus.terms.conditions.syntax import (
    And,
    Body,
    Compare,
    Condition,
    Constant,
    CountIs,
    Declaration,
    Exists,
    Facts,
    Not,
    Once,
    Or,
    Pattern,
    Tally,
    Variable,
)
from foedus.terms.conditions.variables import free
from terms.conditions.made import NAMED, Maker


class PlanMaker(Maker):
    """Draws what a plan covers, and histories in which it is met more often than not."""

    def covered(self) -> Condition:
        """Return a condition that `planned` covers."""
        while True:
            condition = self.around_trigger() if self.chance.random() < 0.75 else self.everywhere()
            if planned(condition) is not None:
                return condition

    def around_trigger(self) -> Condition:
        """Return a trigger with up to three guards, its variables declared or not."""
        trigger = self.pattern(())
        parts: list[Body] = [trigger, *self.guards(2)]
        if self.chance.random() < 0.4:
            parts += self.told_count()
        self.chance.shuffle(parts)
        return Condition((), And(tuple(parts)) if len(parts) > 1 else trigger)

    def everywhere(self) -> Condition:
        """Return guards alone, for each value of their variables."""
        parts = (*self.guards(2), *(self.told_count() if self.chance.random() < 0.3 else ()))
        body = And(parts) if len(parts) > 1 else (parts or (self.guard(1),))[0]
        declared = (Declaration(sort, n) for n, sort in NAMED.items() if n in free(body))
        return Condition(tuple(declared), body)

    def joining(self) -> Condition:
        """Return facts that a variable joins, and what lasts between or about them."""
        parts: list[Body] = [self.pattern(()), self.lasting(2, ())]
        if self.chance.random() < 0.7:
            parts.append(Once(self.pattern(()), self.window()))
        if self.chance.random() < 0.3:
            parts.append(self.compare(()))
        self.chance.shuffle(parts)
        found = Condition((), And(tuple(parts)))
        return found if self.are_sorted(found) else self.joining()

    def guards(self, most: int) -> list[Body]:
        """Return some guards."""
        return [self.guard(2) for _ in range(self.chance.randint(0, most))]

    def guard(self, depth: int) -> Body:
        """Return a condition on counts."""
        draw = self.chance.random()
        if depth > 0 and draw < 0.15:
            return Or((self.guard(depth - 1), self.guard(depth - 1)))
        if depth > 0 and draw < 0.4:
            return Not(self.guard(depth - 1))
        if draw < 0.6:
            return Once(self.unnamed(), self.window())
        if draw < 0.75:
            return self.some()
        return Tally(self.comparison(), self.chance.choice((0, 1, 1, 2)), self.facts())

    def some(self) -> Body:
        """Return a fact in a window, of some party or zone."""
        pattern = self.unnamed(("q", "w"))
        names = [n for n in ("q", "w") if Variable(n) in {r.argument for r in pattern.roles}]
        body: Body = Once(pattern, self.window())
        for name, sort in (("q", "party"), ("w", "zone")):
            if name in names:
                body = Exists(Declaration(sort, name), body)
        return body

    def told_count(self) -> list[Body]:
        """Return a count that is told, and what it must be."""
        compare = Compare(Variable("n"), self.comparison(), self.chance.randint(0, 2))
        other = Compare(Variable("p"), "is not", Constant("north"))
        return [
            CountIs(Variable("n"), self.facts()),
            compare,
            *([other] * (self.chance.random() < 0.2)),
        ]

    def facts(self) -> Facts:
        """Return facts of a window, or of now."""
        return Facts(self.unnamed(), self.window() if self.chance.random() < 0.9 else None)

    def unnamed(self, bound: tuple[str, ...] = ()) -> Pattern:
        """Return a pattern without a variable for the fact."""
        pattern = self.pattern(bound)
        return Pattern(pattern.kind, None, pattern.roles)

    def many(self, *, is_exact: bool) -> list[Fact]:
        """Return up to three made histories as one, with ids of their own."""
        parts = [self.history(is_exact=is_exact) for _ in range(self.chance.randint(1, 3))]
        return [_renamed(fact, at) for at, part in enumerate(parts) for fact in part]


def _renamed(fact: Fact, at: int) -> Fact:
    values = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return Fact(**{**values, "fact_id": f"{fact.fact_id}-{at}"})
