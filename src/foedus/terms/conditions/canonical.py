# SPDX-License-Identifier: Apache-2.0
"""A condition as text in its canonical form: what two people who say the same write alike.

One blank between words, brackets only where the grammar needs them, units in their short form, the
plural where several are counted. Reading the text again gives an equal condition.
"""

from __future__ import annotations

import re
from typing import Final

from foedus.terms.conditions.kinds import KINDS, SORTS
from foedus.terms.conditions.parsing import IS_VARIABLE
from foedus.terms.conditions.syntax import (
    Always,
    And,
    Argument,
    Body,
    Compare,
    Condition,
    Constant,
    Counted,
    CountIs,
    Declaration,
    Duration,
    Exists,
    Facts,
    Not,
    Once,
    Or,
    Pattern,
    Since,
    Tally,
    Until,
    Variable,
    Window,
)
from foedus.terms.conditions.variables import declarations, walk

_KEYWORDS: Final = """
after always and at before between beyond by case cases count each exactly fewer for guarantor
guarantors in is least more most no not of once or parties party since some term terms than until
with within zone zones
"""
KEYWORDS: Final = frozenset(_KEYWORDS.split())
"""Words of the grammar: a constant of that name stands in quotes."""
_PLAIN: Final = re.compile(r"[a-z][a-z0-9_-]*|[0-9]+(\.[0-9]+)*")
_COMPARISONS: Final = {
    ">=": "at least",
    "<=": "at most",
    "=": "exactly",
    ">": "more than",
    "<": "fewer than",
}
_LOOSE, _ALL, _LASTING, _UNARY, _CLOSE = range(5)
"""How closely a condition holds together: or, and, since and until, one operator, a pattern."""


def written(condition: Condition) -> str:
    """Return a condition in its canonical form, on one line."""
    return _Writing(condition).whole()


class _Writing:
    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        # A constant that bears the name of a variable stands in quotes.
        self.names = {item.name for item in declarations(condition)} | {
            part.variable.name for part in walk(condition.body) if isinstance(part, CountIs)
        }

    def whole(self) -> str:
        """Return the text."""
        head = ", ".join(f"{item.sort} {item.name}" for item in self.condition.declared)
        body = self.body(self.condition.body, _LOOSE)
        return f"for each {head}: {body}" if head else body

    def body(self, body: Body, least: int) -> str:
        """Return a condition, in brackets if it holds together less closely than `least`."""
        closeness, text = self._with_closeness(body)
        return text if closeness >= least else f"({text})"

    def _with_closeness(self, body: Body) -> tuple[int, str]:
        match body:
            case Or(parts=parts):
                return _LOOSE, " or ".join(self.body(part, _ALL) for part in parts)
            case And(parts=parts):
                return _ALL, " and ".join(self.body(part, _LASTING) for part in parts)
            case Since(left=left, right=right) | Until(left=left, right=right):
                word = "since" if isinstance(body, Since) else "until"
                limits = _spaced(_limits(body.window, from_on="beyond"))
                return (
                    _LASTING,
                    f"{self.body(left, _UNARY)} {word}{limits} {self.body(right, _UNARY)}",
                )
            case Pattern():
                return _CLOSE, self.pattern(body)
            case _:
                return _UNARY, self._unary(body)

    def _unary(self, body: Body) -> str:
        match body:
            case Not(body=inner):
                return self._negation(inner)
            case Exists(declared=declared, body=inner):
                return f"some {self.of_values(declared, inner)}"
            case Once() | Always():
                return self._windowed(body)
            case Tally(comparison=comparison, number=number, counted=counted):
                plural = number != 1
                return f"{_COMPARISONS[comparison]} {number} {self.counted(counted, plural=plural)}"
            case CountIs(variable=variable, counted=counted):
                return f"{variable.name} = count of {self.counted(counted, plural=True)}"
            case Compare(left=left, operator=operator, right=right):
                other = str(right) if isinstance(right, int) else self.argument(right)
                return f"{left.name} {operator} {other}"
            case _:
                return self.body(body, _LOOSE)

    def _windowed(self, body: Once | Always) -> str:
        inner = self.body(body.body, _CLOSE)
        if isinstance(body, Always):
            limits = "" if _is_whole_past(body.window) else _spaced(_window(body.window))
            return f"always {inner}{limits}"
        if _is_whole_past(body.window):
            return f"once {inner}"
        return f"{inner} {_window(body.window)}"

    def _negation(self, inner: Body) -> str:
        match inner:
            case Pattern():
                return f"no {self.pattern(inner)}"
            case Once(body=Pattern() as pattern, window=window):
                return f"no {self.pattern(pattern)} {_window(window)}"
            case Exists(declared=declared, body=body):
                return f"no {self.of_values(declared, body)}"
            case _:
                return f"not {self.body(inner, _UNARY)}"

    def of_values(self, declared: Declaration, body: Body, *, plural: bool = False) -> str:
        """Return a variable with the condition on it."""
        sort = SORTS[declared.sort] if plural else declared.sort
        return f"{sort} {declared.name} with {self.body(body, _UNARY)}"

    def counted(self, counted: Counted, *, plural: bool) -> str:
        """Return what is counted."""
        if not isinstance(counted, Facts):
            return self.of_values(counted.declared, counted.body, plural=plural)
        window = "" if counted.window is None else _spaced(_window(counted.window, is_count=True))
        return self.pattern(counted.pattern, plural=plural) + window

    def pattern(self, pattern: Pattern, *, plural: bool = False) -> str:
        """Return a pattern."""
        kind = KINDS.get(pattern.kind)
        word = kind.plural if kind and plural else pattern.kind
        named = "" if pattern.fact is None else f" {pattern.fact.name}"
        roles = (f" {role.preposition} {self.argument(role.argument)}" for role in pattern.roles)
        return word + named + "".join(roles)

    def argument(self, argument: Argument) -> str:
        """Return a variable, or a constant in quotes where it could be taken for something else."""
        if isinstance(argument, Variable):
            return argument.name
        return self._constant(argument)

    def _constant(self, constant: Constant) -> str:
        text = constant.value
        is_taken = text in KEYWORDS or text in self.names or IS_VARIABLE.fullmatch(text)
        return text if _PLAIN.fullmatch(text) and not is_taken else f'"{text}"'


def _is_whole_past(window: Window) -> bool:
    return window.direction == "before" and window.least is None and window.most is None


def _window(window: Window, *, is_count: bool = False) -> str:
    """Return a window with its direction; a count that looks back needs none to be plain."""
    limits = _limits(window)
    is_plain = is_count and limits.startswith("within") and window.direction == "before"
    return limits if is_plain else f"{limits} {window.direction}".strip()


def _limits(window: Window, from_on: str = "at least") -> str:
    if window.least is None:
        return "" if window.most is None else f"within {_duration(window.most)}"
    if window.most is None:
        return f"{from_on} {_duration(window.least)}"
    return f"between {_duration(window.least)} and {_duration(window.most)}"


def _duration(duration: Duration) -> str:
    is_word = duration.unit in ("day", "week") and duration.amount != 1
    return f"{duration.amount} {duration.unit}{'s' if is_word else ''}"


def _spaced(text: str) -> str:
    return f" {text}" if text else ""
