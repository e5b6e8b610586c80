# SPDX-License-Identifier: Apache-2.0
"""A text read into a condition, by the grammar in `grammar.lark`, with the place of each part.

A name of one letter, digits after it or not, is a variable, as is each name that the text declares;
any other is a constant, and so is everything in quotes. A text that breaks off the grammar has one
fault, at the first word that does not fit. Whether words name anything is left to `checking`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.terms.conditions.kinds import SORTS, singular
from foedus.terms.conditions.syntax import (
    START,
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
    Operator,
    Or,
    Pattern,
    Place,
    Role,
    Since,
    Sort,
    Tally,
    Until,
    Values,
    Variable,
    Window,
)

LIMIT_CHARACTERS: Final = 4_096
LIMIT_DEPTH: Final = 40
IS_VARIABLE: Final = re.compile(r"[a-z][0-9]*")
_SORT_OF: Final = {plural: sort for sort, plural in SORTS.items()}
_UNITS: Final = {
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "d": "day",
    "days": "day",
    "weeks": "week",
}
_COMPARISONS: Final[dict[str, Comparison]] = {
    "at_least": ">=",
    "at_most": "<=",
    "exactly": "=",
    "more_than": ">",
    "fewer_than": "<",
}
_WORDS: Final = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a name in quotes",
    "SORT": "zone, party, case, guarantor or term",
    "OPERATOR": "a comparison such as >=",
    "UNIT": "a unit such as h",
    "COLON": "a colon",
    "COMMA": "a comma",
    "LPAR": "a bracket",
    "RPAR": "a closing bracket",
    "EQUAL": "=",
    "$END": "the end",
}
_KEYWORDS: Final = {"PREPOSITION": ("of", "by", "in"), "DIRECTION": ("before", "after")}
Node = Tree[Token]


def parse(text: str, file: str = "") -> Condition:
    """Return the condition that a text says; raises `DrafterError` with the place of the fault."""
    found = read_condition(text, file)
    if isinstance(found, Fault):
        raise DrafterError(found)
    return found


def read_condition(text: str, file: str = "", origin: Place = START) -> Condition | Fault:
    """Return the condition or the fault; `origin` is where the text begins in its file."""
    if len(text) > LIMIT_CHARACTERS:
        got = f"{len(text)} characters"
        return _fault(file, origin, f"at most {LIMIT_CHARACTERS} characters", got)
    try:
        tree = parser().parse(text)
    except UnexpectedInput as error:
        return _syntax(error, text, file, origin)
    try:
        return _Building(tree, origin).condition()
    except _MisbuiltError as error:
        return _fault(file, error.place, error.expected, error.got, error.hint)


@cache
def parser() -> Lark:
    """Return the parser of the grammar that ships with the package."""
    grammar = Path(__file__).with_name("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)


class _MisbuiltError(Exception):
    """What the grammar lets pass and no condition can hold; becomes a fault at the border."""

    def __init__(self, place: Place, expected: str, got: str, hint: str = "") -> None:
        super().__init__(expected)
        self.place, self.expected, self.got, self.hint = place, expected, got, hint


class _Building:
    """A tree of the grammar on its way into the records of the syntax."""

    def __init__(self, tree: Node, origin: Place) -> None:
        self.tree, self.origin = tree, origin
        self.declared = {str(name) for name in _declared(tree)}
        self.depth = 0

    def condition(self) -> Condition:
        """Return the whole."""
        declarations, body = self.tree.children
        parts = declarations.children if isinstance(declarations, Tree) else []
        declared = tuple(self.declaration(*_tree(part).children) for part in parts)
        return Condition(declared, self.body(body), place=self.at(self.tree))

    def body(self, node: Any) -> Body:
        """Return the condition that a node of any rule holds."""
        self.depth += 1
        if self.depth > LIMIT_DEPTH:
            expected = f"at most {LIMIT_DEPTH} conditions inside each other"
            raise _MisbuiltError(self.at(node), expected, "more")
        build: Callable[..., Body] = getattr(self, f"_{node.data}")
        found = build(node, *node.children)
        self.depth -= 1
        return found

    def at(self, node: Tree[Token] | Token) -> Place:
        """Return where a node begins in the file."""
        where: Any = node.meta if isinstance(node, Tree) else node
        return _shifted(Place(where.line, where.column), self.origin)

    def declaration(self, sort: Any, name: Any) -> Declaration:
        """Return a variable that is declared, with its sort in the singular."""
        word = _SORT_OF.get(str(sort), str(sort))
        return Declaration(cast("Sort", word), str(name), place=self.at(name))

    def argument(self, token: Any) -> Argument:
        """Return a variable or a constant."""
        text, place = str(token), self.at(token)
        if token.type == "STRING":
            return Constant(text[1:-1], place=place)
        if token.type == "NAME" and (IS_VARIABLE.fullmatch(text) or text in self.declared):
            return Variable(text, place=place)
        return Constant(text, place=place)

    def variable(self, token: Any) -> Variable:
        """Return the variable that stands where nothing else can."""
        return Variable(str(token), place=self.at(token))

    def whole(self, token: Any) -> int:
        """Return a whole number."""
        if "." in token or len(token) > 9:
            raise _MisbuiltError(
                self.at(token), "a whole number below a thousand million", str(token)
            )
        return int(token)

    def window(self, node: Any, direction: Direction) -> Window | None:
        """Return a window or its limits; None where there is none."""
        if node is None:
            return None
        limits = node
        if node.data == "window":
            limits, *last = node.children
            if isinstance(limits, Token):
                return Window(cast("Direction", str(limits)), None, None, place=self.at(node))
            direction = self._direction(node, limits, last[0])
        lengths = [self.duration(part) for part in limits.children]
        least = None if limits.data == "within" else lengths[0]
        most = None if limits.data == "from_on" else lengths[-1]
        return Window(direction, least, most, place=self.at(node))

    def _direction(self, node: Any, limits: Any, word: Any) -> Direction:
        if word is None and limits.data != "within":
            hint = "before: it has been; after: it will be"
            raise _MisbuiltError(self.at(node), "before or after at its end", "neither", hint)
        return cast("Direction", str(word or "before"))

    def duration(self, node: Any) -> Duration:
        """Return a length of time; an unknown unit is kept for `checking` to tell."""
        amount, unit = node.children
        word = _UNITS.get(str(unit), str(unit))
        return Duration(self.whole(amount), word, place=self.at(node))

    def counted(self, node: Any) -> Counted:
        """Return what is counted."""
        if node.data == "facts":
            pattern, window = node.children
            held = self.window(window, "before")
            return Facts(self._pattern(pattern, *pattern.children), held, place=self.at(node))
        sort, name, body = node.children
        return Values(self.declaration(sort, name), self.body(body), place=self.at(node))

    def _pattern(self, node: Any, kind: Any, fact: Any, *roles: Any) -> Pattern:
        named = None if fact is None else self.variable(fact)
        found = tuple(
            Role(str(part.children[0]), self.argument(part.children[1]), place=self.at(part))
            for part in roles
        )
        return Pattern(singular(str(kind)), named, found, place=self.at(node))

    def _alternatives(self, node: Any, *parts: Any) -> Body:
        return Or(tuple(self.body(part) for part in parts), place=self.at(node))

    def _conjunction(self, node: Any, *parts: Any) -> Body:
        return And(tuple(self.body(part) for part in parts), place=self.at(node))

    def _since(self, node: Any, left: Any, limits: Any, right: Any) -> Body:
        window = self.window(limits, "before") or Window("before", None, None)
        return Since(self.body(left), self.body(right), window, place=self.at(node))

    def _until(self, node: Any, left: Any, limits: Any, right: Any) -> Body:
        window = self.window(limits, "after") or Window("after", None, None, place=self.at(node))
        return Until(self.body(left), self.body(right), window, place=self.at(node))

    def _negation(self, node: Any, body: Any) -> Body:
        return Not(self.body(body), place=self.at(node))

    def _exists(self, node: Any, sort: Any, name: Any, body: Any) -> Body:
        return Exists(self.declaration(sort, name), self.body(body), place=self.at(node))

    def _no_value(self, node: Any, sort: Any, name: Any, body: Any) -> Body:
        return Not(self._exists(node, sort, name, body), place=self.at(node))

    def _no_event(self, node: Any, pattern: Any, window: Any) -> Body:
        body = self._pattern(pattern, *pattern.children)
        held = self.window(window, "before")
        inner = body if held is None else Once(body, held, place=self.at(pattern))
        return Not(inner, place=self.at(node))

    def _tally(self, node: Any, comparison: Any, number: Any, counted: Any) -> Body:
        word = _COMPARISONS[comparison.data]
        return Tally(word, self.whole(number), self.counted(counted), place=self.at(node))

    def _count_is(self, node: Any, name: Any, counted: Any) -> Body:
        return CountIs(self.variable(name), self.counted(counted), place=self.at(node))

    def _compared(self, node: Any, left: Any, operator: str, right: Argument | int) -> Body:
        name = cast("Operator", operator)
        return Compare(self.variable(left), name, right, place=self.at(node))

    def _compare_number(self, node: Any, left: Any, operator: Any, right: Any) -> Body:
        return self._compared(node, left, str(operator), self.whole(right))

    def _equal_number(self, node: Any, left: Any, right: Any) -> Body:
        return self._compared(node, left, "=", self.whole(right))

    def _compare_name(self, node: Any, left: Any, operator: Any, right: Any) -> Body:
        return self._compared(node, left, str(operator), self.variable(right))

    def _equal_name(self, node: Any, left: Any, right: Any) -> Body:
        return self._compared(node, left, "=", self.variable(right))

    def _is_value(self, node: Any, left: Any, right: Any) -> Body:
        return self._compared(node, left, "is", self.argument(right))

    def _is_no_value(self, node: Any, left: Any, right: Any) -> Body:
        return self._compared(node, left, "is not", self.argument(right))

    def _once(self, node: Any, body: Any, window: Any) -> Body:
        held = self.window(window, "before") or Window("before", None, None)
        return Once(self.body(body), held, place=self.at(node))

    def _always(self, node: Any, body: Any, window: Any) -> Body:
        held = self.window(window, "before") or Window("before", None, None)
        return Always(self.body(body), held, place=self.at(node))

    _timed = _once


def _tree(node: Any) -> Node:
    assert isinstance(node, Tree)
    return node


def _declared(tree: Node) -> list[Token]:
    """Return the names that declare a variable, wherever they stand."""
    found: list[Token] = []
    for node in tree.iter_subtrees():
        parts = node.children
        if node.data in ("declaration", "exists", "no_value", "values"):
            found.append(cast("Token", parts[1]))
        elif node.data == "count_is":
            found.append(cast("Token", parts[0]))
        elif node.data == "pattern" and parts[1] is not None:
            found.append(cast("Token", parts[1]))
    return found


def _shifted(place: Place, origin: Place) -> Place:
    """Return a place of the text as a place of its file."""
    column = place.column + (origin.column - 1 if place.line == 1 else 0)
    return Place(place.line + origin.line - 1, column)


def _fault(file: str, place: Place, expected: str, got: str, hint: str = "") -> Fault:
    return Fault(
        file=file,
        line=place.line,
        column=str(place.column),
        expected=expected,
        got=got,
        hint=hint,
    )


def _syntax(error: UnexpectedInput, text: str, file: str, origin: Place) -> Fault:
    """Return the fault at the first word that does not fit."""
    where: Any = error
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    at = len(text.rstrip()) if is_end else where.pos_in_stream
    before = text[:at]
    place = Place(before.count("\n") + 1, at - before.rfind("\n"))
    word = re.match(r"[\w.-]+|\S?", text[at:])
    got = repr(word[0]) if word and word[0] else "the end"
    names = _allowed(error)
    hint = ""
    if word and word[0].isalpha():
        near = did_you_mean(word[0], [item for name in names for item in _keywords(name)])
        hint = near if near.startswith("did") else ""
    return _fault(file, _shifted(place, origin), _listed(names), got, hint)


def _listed(names: set[str]) -> str:
    """Return the words that may stand here: what is not a keyword first, keywords in quotes."""
    kinds = sorted(_WORDS[name] for name in names if name in _WORDS)
    words = sorted(f"'{word}'" for name in names for word in _keywords(name))
    *others, last = dict.fromkeys([*kinds, *words]) or ("another text",)
    return f"{', '.join(others)} or {last}" if others else last


def _keywords(name: str) -> tuple[str, ...]:
    """Return the keywords of a terminal: itself, as a rule."""
    return _KEYWORDS.get(name, () if name in _WORDS else (name.lower(),))


def _allowed(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    if isinstance(error, UnexpectedCharacters):
        return set(error.allowed or ())
    return set()
