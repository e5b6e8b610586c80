# SPDX-License-Identifier: Apache-2.0
"""Which variables a condition has, of which sort, and which of them some fact must name.

The sort of a variable follows from its declaration or from the role that it plays. A variable is
guarded where the condition can hold only if a fact on record, or a count, gives it a value; what is
neither guarded nor declared is told by `checking`.
"""

from __future__ import annotations

from collections.abc import Iterator

from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.syntax import (
    Always,
    And,
    Body,
    Compare,
    Condition,
    Constant,
    Counted,
    CountIs,
    Declaration,
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
)

Names = frozenset[str]
_NONE: Names = frozenset()


def children(body: Body) -> tuple[Body, ...]:
    """Return the conditions directly inside a condition, in the order of its text."""
    match body:
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Since(left=left, right=right) | Until(left=left, right=right):
            return (left, right)
        case Not(body=inner) | Once(body=inner) | Always(body=inner) | Exists(body=inner):
            return (inner,)
        case Tally(counted=Values(body=inner)) | CountIs(counted=Values(body=inner)):
            return (inner,)
        case _:
            return ()


def walk(body: Body) -> Iterator[Body]:
    """Yield a condition and all inside it, the outer before the inner."""
    yield body
    for child in children(body):
        yield from walk(child)


def patterns(body: Body) -> Iterator[Pattern]:
    """Yield every pattern of a condition, counted ones too, in the order of its text."""
    for part in walk(body):
        match part:
            case Pattern():
                yield part
            case Tally(counted=Facts(pattern=pattern)) | CountIs(counted=Facts(pattern=pattern)):
                yield pattern


def declarations(condition: Condition) -> Iterator[Declaration]:
    """Yield every declaration: those of the head, then those inside, in order."""
    yield from condition.declared
    for part in walk(condition.body):
        match part:
            case Exists(declared=declared):
                yield declared
            case (
                Tally(counted=Values(declared=declared))
                | CountIs(counted=Values(declared=declared))
            ):
                yield declared


def occurrences(condition: Condition) -> Iterator[tuple[Variable, str]]:
    """Yield each place at which the sort of a variable shows, with the sort."""
    for declared in declarations(condition):
        yield Variable(declared.name, place=declared.place), declared.sort
    for part in walk(condition.body):
        if isinstance(part, CountIs):
            yield part.variable, "count"
    for pattern in patterns(condition.body):
        if pattern.fact is not None:
            yield pattern.fact, "fact"
        kind = KINDS.get(pattern.kind)
        for role in pattern.roles:
            if isinstance(role.argument, Variable) and kind and role.preposition in kind.roles:
                yield role.argument, kind.roles[role.preposition]


def sorts(condition: Condition) -> dict[str, str]:
    """Return variable -> sort, as its first occurrence has it."""
    found: dict[str, str] = {}
    for variable, sort in occurrences(condition):
        found.setdefault(variable.name, sort)
    return found


def free(body: Body) -> tuple[str, ...]:
    """Return the variables that a condition leaves free, in the order of its text."""
    return tuple(dict.fromkeys(_free(body)))


def columns(condition: Condition) -> tuple[str, ...]:
    """Return the variables of a valuation: those declared for each, then the free ones."""
    declared = [item.name for item in condition.declared]
    return tuple(dict.fromkeys([*declared, *free(condition.body)]))


def _free(body: Body) -> Iterator[str]:
    match body:
        case Pattern():
            yield from of_pattern(body)
        case Tally(counted=counted):
            yield from _of_counted(counted)
        case CountIs(variable=variable, counted=counted):
            yield variable.name
            yield from _of_counted(counted)
        case Exists(declared=declared, body=inner):
            yield from (name for name in _free(inner) if name != declared.name)
        case Compare(left=left, right=right):
            yield left.name
            if isinstance(right, Variable):
                yield right.name
        case _:
            for child in children(body):
                yield from _free(child)


def of_pattern(pattern: Pattern) -> tuple[str, ...]:
    """Return the variables of a pattern, that of the fact first."""
    named = () if pattern.fact is None else (pattern.fact.name,)
    arguments = (role.argument for role in pattern.roles)
    return (*named, *(item.name for item in arguments if isinstance(item, Variable)))


def _of_counted(counted: Counted) -> Iterator[str]:
    if isinstance(counted, Facts):
        yield from of_pattern(counted.pattern)
    else:
        yield from (name for name in _free(counted.body) if name != counted.declared.name)


def guarded(body: Body) -> Names:
    """Return the variables to which a condition that holds gives their value."""
    match body:
        case And(parts=parts):
            return _NONE.union(*map(guarded, parts))
        case Or(parts=parts):
            return frozenset.intersection(*map(guarded, parts))
        case Once(body=inner) | Since(right=inner) | Until(right=inner):
            return guarded(inner)
        case Exists(declared=declared, body=inner):
            return guarded(inner) - {declared.name}
        case _:
            return _guarded_itself(body)


def _guarded_itself(body: Body) -> Names:
    match body:
        case Pattern():
            return frozenset(of_pattern(body))
        case Tally(counted=counted) if needs_one(body):
            return _guarded_by(counted)
        case CountIs(variable=variable):
            return frozenset({variable.name})
        case Compare(left=left, operator="is", right=Constant()):
            return frozenset({left.name})
        case _:
            return _NONE


def needs_one(tally: Tally) -> bool:
    """Whether a count compared so holds only where something is counted."""
    least = tally.number + (1 if tally.comparison == ">" else 0)
    return tally.comparison in (">=", ">", "=") and least >= 1


def _guarded_by(counted: Counted) -> Names:
    if isinstance(counted, Facts):
        return frozenset(of_pattern(counted.pattern))
    return guarded(counted.body) - {counted.declared.name}
