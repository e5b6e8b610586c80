# SPDX-License-Identifier: Apache-2.0
"""A condition as it is written: the abstract syntax, with the place of each part.

Two conditions are equal if they say the same in the same order: places do not count. What the parts
mean is defined in docs/reference/conditions.md; reading a text is left to `parsing`, writing one to
`canonical`, names and units to `checking`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Sort = Literal["party", "zone", "case", "guarantor", "term", "fact", "count"]
Unit = Literal["us", "s", "min", "h", "day", "week"]
Direction = Literal["before", "after"]
Comparison = Literal[">=", "<=", "=", ">", "<"]
Operator = Literal[">=", "<=", "=", ">", "<", "is", "is not"]

US_OF: Final[dict[str, int]] = {
    "us": 1,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
"""Unit -> microseconds: a day is 24 hours, on whatever clock."""


class Place(NamedTuple):
    """Where a part stands in its text; both count from 1."""

    line: int
    column: int


START: Final = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """What every part has: its place, which does not count when two are compared."""

    place: Place = field(default=START, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Variable(Part):
    """A name that stands for any value of its sort."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant(Part):
    """A value: the id of a party, zone, case, guarantor or term, or an article's label."""

    value: str


Argument = Variable | Constant


@dataclass(frozen=True, slots=True)
class Role(Part):
    """A preposition with what follows it: by whom, in which zone."""

    preposition: str
    """of, by, in or for; what it names depends on the kind, as `kinds` says."""
    argument: Argument


@dataclass(frozen=True, slots=True)
class Pattern(Part):
    """A kind of fact with its roles; as a condition: such a fact is at this instant."""

    kind: str
    """As written, in the singular where the kind is known."""
    fact: Variable | None
    """Variable that stands for the fact itself."""
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Duration(Part):
    """A length of time of whole units."""

    amount: int
    unit: str

    @property
    def us(self) -> int:
        """Its microseconds; only where the unit is known."""
        return self.amount * US_OF[self.unit]


@dataclass(frozen=True, slots=True)
class Window(Part):
    """Instants at a distance from now, both ends included; `most` None: without an end."""

    direction: Direction
    least: Duration | None
    most: Duration | None

    @property
    def least_us(self) -> int:
        """The nearer end, 0 where it is now."""
        return 0 if self.least is None else self.least.us

    @property
    def most_us(self) -> int | None:
        """The farther end; None: no end."""
        return None if self.most is None else self.most.us


@dataclass(frozen=True, slots=True)
class Declaration(Part):
    """A variable with its sort."""

    sort: Sort
    name: str


@dataclass(frozen=True, slots=True)
class Not(Part):
    """The negation of a condition."""

    body: Body


@dataclass(frozen=True, slots=True)
class And(Part):
    """All of two or more conditions."""

    parts: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Or(Part):
    """One or more of two or more conditions."""

    parts: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Once(Part):
    """At some instant of the window."""

    body: Body
    window: Window


@dataclass(frozen=True, slots=True)
class Always(Part):
    """At every instant of the window."""

    body: Body
    window: Window


@dataclass(frozen=True, slots=True)
class Since(Part):
    """`right` was at some instant of the window, and `left` at every instant after it until now."""

    left: Body
    right: Body
    window: Window


@dataclass(frozen=True, slots=True)
class Until(Part):
    """`right` will be at some instant of the window, and `left` from now to just before it."""

    left: Body
    right: Body
    window: Window


@dataclass(frozen=True, slots=True)
class Exists(Part):
    """For some value of the variable."""

    declared: Declaration
    body: Body


@dataclass(frozen=True, slots=True)
class Facts(Part):
    """What is counted: facts of a pattern in a window; None: at this instant."""

    pattern: Pattern
    window: Window | None


@dataclass(frozen=True, slots=True)
class Values(Part):
    """What is counted: values of a variable for which a condition holds now."""

    declared: Declaration
    body: Body


Counted = Facts | Values


@dataclass(frozen=True, slots=True)
class Tally(Part):
    """The count compared with a number."""

    comparison: Comparison
    number: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class CountIs(Part):
    """The count as a value: the variable is equal to it."""

    variable: Variable
    counted: Counted


@dataclass(frozen=True, slots=True)
class Compare(Part):
    """Two values compared: `is` and `is not` for any sort, the others for counts."""

    left: Variable
    operator: Operator
    right: Argument | int


Body = Pattern | Not | And | Or | Once | Always | Since | Until | Exists | Tally | CountIs | Compare


@dataclass(frozen=True, slots=True)
class Condition(Part):
    """A whole condition: the variables declared for each, in order, and what must hold."""

    declared: tuple[Declaration, ...]
    body: Body
