# SPDX-License-Identifier: Apache-2.0
"""Whether a condition means something: kinds, roles, names, sorts, windows, and bound variables.

Every fault is told, with its place and a hint, before anybody evaluates anything. What passes ends:
its windows are closed, its future is bounded, and each variable ranges over a finite domain that
is declared or on record. Which ways there are round a condition is left to the lint of agreements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.terms.conditions.kinds import KINDS, Kind
from foedus.terms.conditions.parsing import read_condition
from foedus.terms.conditions.syntax import (
    START,
    US_OF,
    Always,
    Body,
    Compare,
    Condition,
    Constant,
    Counted,
    CountIs,
    Duration,
    Exists,
    Facts,
    Once,
    Pattern,
    Place,
    Role,
    Since,
    Tally,
    Until,
    Values,
    Variable,
    Window,
)
from foedus.terms.conditions.variables import (
    children,
    declarations,
    guarded,
    occurrences,
    patterns,
    sorts,
    walk,
)

LIMIT_US: Final = 1_000 * 366 * US_OF["day"]
"""No window is longer than a thousand years."""
_UNCOUNTED: Final = ("month", "months", "year", "years", "working", "sitting", "calendar")
_NUMERIC: Final = (">=", "<=", "=", ">", "<")


class Known(NamedTuple):
    """The names that exist, by sort; None: any name will do."""

    party: tuple[str, ...] | None = None
    zone: tuple[str, ...] | None = None
    term: tuple[str, ...] | None = None
    """Ids of terms, and labels of articles."""
    guarantor: tuple[str, ...] | None = None
    case: tuple[str, ...] | None = None

    def of(self, sort: str) -> tuple[str, ...] | None:
        """Return the names of a sort."""
        names: tuple[str, ...] | None = getattr(self, sort, None)
        return names


ANY: Final = Known()


class Checked(NamedTuple):
    """What came of a text: the condition if it has no fault, and the faults by place."""

    condition: Condition | None
    faults: tuple[Fault, ...]


def check_text(text: str, known: Known = ANY, file: str = "", origin: Place = START) -> Checked:
    """Return the condition that a text says, or all that is wrong with it."""
    found = read_condition(text, file, origin)
    if isinstance(found, Fault):
        return Checked(None, (found,))
    faults = check_condition(found, known, file)
    return Checked(None if faults else found, faults)


def load_condition(text: str, known: Known = ANY, file: str = "") -> Condition:
    """Return the condition that a text says; raises `DrafterError` with all of its faults."""
    found = check_text(text, known, file)
    if found.condition is None:
        raise DrafterError(*found.faults)
    return found.condition


def check_condition(condition: Condition, known: Known = ANY, file: str = "") -> tuple[Fault, ...]:
    """Return everything that is wrong with a condition, in the order of its text."""
    found = sorted(_Checking(condition, known).run(), key=lambda wrong: wrong.place)
    return tuple(
        Fault(
            file=file,
            line=wrong.place.line,
            column=str(wrong.place.column),
            expected=wrong.expected,
            got=wrong.got,
            hint=wrong.hint,
        )
        for wrong in dict.fromkeys(found)
    )


class _Wrong(NamedTuple):
    """A fault on its way: where, what was expected, what came, how to mend it."""

    place: Place
    expected: str
    got: str
    hint: str = ""


class _Checking:
    def __init__(self, condition: Condition, known: Known) -> None:
        self.condition, self.known = condition, known
        self.sorts = sorts(condition)
        self.heads = {item.name for item in condition.declared}

    def run(self) -> Iterator[_Wrong]:
        """Yield what is wrong, check by check."""
        yield from self._declared()
        yield from self._one_sort_each()
        for pattern in patterns(self.condition.body):
            yield from self._pattern(pattern)
        for part in walk(self.condition.body):
            yield from self._part(part)
        yield from self._scopes(self.condition.body, frozenset(self.heads))
        yield from self._bound()

    def _declared(self) -> Iterator[_Wrong]:
        """Each name is declared once, and used."""
        first: dict[str, Place] = {}
        used = set(_uses(self.condition.body))
        for item in declarations(self.condition):
            if item.name in first:
                hint = f"the first stands at column {first[item.name].column}; take another name"
                yield _Wrong(item.place, "each variable declared once", repr(item.name), hint)
            first.setdefault(item.name, item.place)
            if item.name not in used:
                hint = "name it in a fact, or leave it out"
                yield _Wrong(item.place, "a variable that is used", repr(item.name), hint)

    def _one_sort_each(self) -> Iterator[_Wrong]:
        for variable, sort in occurrences(self.condition):
            first = self.sorts[variable.name]
            if sort != first:
                got = f"{variable.name!r} as a {sort}"
                yield _Wrong(variable.place, f"{variable.name!r} as a {first}", got)

    def _pattern(self, pattern: Pattern) -> Iterator[_Wrong]:
        kind = KINDS.get(pattern.kind)
        if kind is None:
            words = [word for item in KINDS.values() for word in (item.name, item.plural)]
            hint = did_you_mean(pattern.kind, words)
            yield _Wrong(pattern.place, "a kind of fact", repr(pattern.kind), hint)
            return
        seen = set()
        for role in pattern.roles:
            yield from self._role(role, kind)
            if role.preposition in seen:
                yield _Wrong(role.place, "each preposition once", repr(role.preposition))
            seen.add(role.preposition)

    def _role(self, role: Role, kind: Kind) -> Iterator[_Wrong]:
        sort = kind.roles.get(role.preposition)
        if sort is None:
            takes = ", ".join(f"{word} {what}" for word, what in kind.roles.items())
            got = repr(role.preposition)
            yield _Wrong(role.place, f"a role of {kind.name}", got, f"it takes: {takes}")
        elif isinstance(role.argument, Constant):
            yield from self._name(role.argument, sort)

    def _name(self, constant: Constant, sort: str) -> Iterator[_Wrong]:
        names = self.known.of(sort)
        if names is not None and constant.value not in names:
            hint = did_you_mean(constant.value, names) if names else f"there is no {sort}"
            yield _Wrong(constant.place, f"the id of a {sort}", repr(constant.value), hint)

    def _part(self, part: Body) -> Iterator[_Wrong]:
        match part:
            case Once(window=window) | Always(window=window):
                yield from self._window(window, part.place)
            case Since(window=window) | Until(window=window):
                yield from self._window(window, part.place)
            case Tally(counted=counted) | CountIs(counted=counted):
                yield from self._counted(counted)
            case Compare():
                yield from self._compare(part)

    def _counted(self, counted: Counted) -> Iterator[_Wrong]:
        if not isinstance(counted, Facts):
            return
        if counted.window is None:
            hint = "such as: within 72 h; before, for all that was"
            yield _Wrong(counted.place, "a window in which to count", "none", hint)
        else:
            yield from self._window(counted.window, counted.place)
        if counted.pattern.fact is not None:
            got = repr(counted.pattern.fact.name)
            hint = "what is counted is many facts; leave the variable out"
            yield _Wrong(counted.pattern.fact.place, "no name for one fact", got, hint)

    def _window(self, window: Window, around: Place) -> Iterator[_Wrong]:
        place = window.place if window.place != START else around
        lengths = [item for item in (window.least, window.most) if item is not None]
        wrong = [item for length in lengths for item in self._duration(length)]
        yield from wrong
        if window.direction == "after" and window.most is None:
            hint = "nothing on record could ever say no: write within, such as within 14 days after"
            yield _Wrong(place, "a future with an end", "one without", hint)
        if not wrong and window.most_us is not None and window.least_us > window.most_us:
            hint = "the nearer end comes first"
            yield _Wrong(place, "a window that begins before it ends", "the reverse", hint)

    def _duration(self, length: Duration) -> Iterator[_Wrong]:
        if length.unit in _UNCOUNTED:
            hint = "it has no fixed length: count in days of 24 hours, or use a deadline"
            yield _Wrong(length.place, "a unit of fixed length", repr(length.unit), hint)
        elif length.unit not in US_OF:
            hint = did_you_mean(length.unit, US_OF)
            yield _Wrong(length.place, "a unit of time", repr(length.unit), hint)
        elif length.us > LIMIT_US:
            yield _Wrong(length.place, "at most a thousand years", "a longer time")

    def _compare(self, compare: Compare) -> Iterator[_Wrong]:
        sort = self.sorts.get(compare.left.name)
        right = compare.right
        other = self.sorts.get(right.name) if isinstance(right, Variable) else None
        if sort is not None and (compare.operator in _NUMERIC) != (sort == "count"):
            expected = "a count" if sort != "count" else "a comparison such as >= or ="
            hint = f"{compare.left.name!r} is a {sort}"
            yield _Wrong(compare.place, expected, repr(compare.operator), hint)
        elif sort is not None and other is not None and sort != other:
            assert isinstance(right, Variable)
            yield _Wrong(right.place, f"a {sort}", f"{right.name!r}, which is a {other}")
        elif isinstance(right, Constant) and sort is not None:
            yield from self._name(right, sort)

    def _scopes(self, body: Body, inside: frozenset[str]) -> Iterator[_Wrong]:
        """Yield the variables that are used outside of the part which declares them."""
        names = {item.name for item in declarations(self.condition)} - inside
        for variable in _variables(body):
            if variable.name in names:
                hint = "it is declared in another part of the condition only"
                yield _Wrong(
                    variable.place, "a variable that is known here", repr(variable.name), hint
                )
        match body:
            case Exists(declared=declared):
                inside |= {declared.name}
            case Tally(counted=Values(declared=declared)):
                inside |= {declared.name}
            case CountIs(counted=Values(declared=declared)):
                inside |= {declared.name}
        for child in children(body):
            yield from self._scopes(child, inside)

    def _bound(self) -> Iterator[_Wrong]:
        """Yield the free variables that have no sort, or that nothing binds."""
        inner = {item.name for item in declarations(self.condition)}
        bound = guarded(self.condition.body) | inner
        told = set()
        for part in walk(self.condition.body):
            for variable in _variables(part):
                name = variable.name
                if name in told or name in bound:
                    continue
                told.add(name)
                yield self._unbound(variable)

    def _unbound(self, variable: Variable) -> _Wrong:
        sort = self.sorts.get(variable.name)
        if sort is None:
            hint = f'no fact says what it is; a constant of that name is written "{variable.name}"'
        elif sort in ("fact", "count"):
            hint = f"name the {sort} where it must be, not only under not, no, or in one of several"
        else:
            hint = f"declare it: for each {sort} {variable.name}: …"
        expected = "a variable that some fact must name"
        return _Wrong(variable.place, expected, repr(variable.name), hint)


def _variables(body: Body) -> Iterator[Variable]:
    """Yield the variables that stand in a condition itself, not in those inside it."""
    match body:
        case Pattern():
            yield from _of_pattern(body)
        case Tally(counted=Facts(pattern=pattern)):
            yield from _of_pattern(pattern)
        case CountIs(variable=variable, counted=counted):
            yield variable
            if isinstance(counted, Facts):
                yield from _of_pattern(counted.pattern)
        case Compare(left=left, right=right):
            yield left
            if isinstance(right, Variable):
                yield right


def _of_pattern(pattern: Pattern) -> Iterator[Variable]:
    if pattern.fact is not None:
        yield pattern.fact
    for role in pattern.roles:
        if isinstance(role.argument, Variable):
            yield role.argument


def _uses(body: Body) -> Iterator[str]:
    for part in walk(body):
        yield from (variable.name for variable in _variables(part))
