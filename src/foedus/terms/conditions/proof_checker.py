# SPDX-License-Identifier: Apache-2.0
"""A proof accepted or refused: each part of its trace is set against the row of the definition.

Shares no code with what judges conditions: it walks the text of the condition and the trace side by
side and looks up, it never searches. Between two neighbouring edges (of the part, of what is inside
it, or of these seen through the window) nothing changes, so that one instant of each piece tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from foedus.errors import FoedusError
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.syntax import (
    Always,
    And,
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
    Since,
    Tally,
    Until,
    Values,
    Variable,
    Window,
)
from foedus.terms.conditions.traces import Ends, Proof, Trace, facts_in
from foedus.terms.conditions.variables import children, columns, patterns, sorts

_BEGIN: Final = -(1 << 99)
_END: Final = 1 << 99
Valuation = Mapping[str, Any]
Pair = tuple[int, int]


def objections(
    proof: Proof, facts: Sequence[Fact], declared: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    """Return what is wrong with a proof, given what the record knows; nothing: it is accepted.

    `facts` is the whole record as it was known when it was asked, in its order; `declared` has the
    values that were declared for each sort, such as the parties of an agreement.
    """
    try:
        condition = parse(proof.condition)
    except FoedusError as error:
        return [f"the condition does not parse: {error}"]
    unmeant = [
        pattern.kind
        for pattern in patterns(condition.body)
        if pattern.kind not in KINDS
        or any(role.preposition not in KINDS[pattern.kind].roles for role in pattern.roles)
    ]
    if unmeant:
        return [f"the condition names {unmeant[0]!r} in a way that means nothing"]
    return list(_Checker(condition, proof, facts, declared or {}).run())


class _Checker:
    def __init__(
        self,
        condition: Condition,
        proof: Proof,
        facts: Sequence[Fact],
        declared: Mapping[str, Sequence[str]],
    ) -> None:
        self.condition, self.proof, self.facts = condition, proof, facts
        self.declared, self.ties = declared, proof.ties
        self.sorts = sorts(condition)

    def run(self) -> Iterator[str]:
        """Yield the objections: to the facts, to the verdict, then to each part of the trace."""
        if self.ties < 1 or not 0 <= self.proof.rank < self.ties:
            yield "the rank is none of its microsecond"
            return
        yield from self._on_record()
        if not self._is_valuation():
            yield "the valuation is not one of the condition"
            return
        self.places = self._placed()
        at = self.proof.at_us * self.ties + self.proof.rank
        trace = self.proof.trace
        if trace.span != (at, at):
            yield "the trace is of another instant than the verdict"
            return
        found = "sure" if trace.sure else "possible" if trace.possible else "no"
        if found != self.proof.verdict:
            yield f"the verdict is {self.proof.verdict}, its trace says {found}"
        yield from self.part(self.condition.body, trace, self.proof.valuation, "the whole")

    def _on_record(self) -> Iterator[str]:
        """Yield the facts that are not so on record, or that the trace does not use."""
        held = {fact.fact_id: fact for fact in self.facts}
        for fact in self.proof.facts:
            if held.get(fact.fact_id) != fact:
                yield f"fact {fact.fact_id!r} is not so on record"
        if {fact.fact_id for fact in self.proof.facts} != set(facts_in(self.proof.trace)):
            yield "the facts are not those of the trace"

    def _is_valuation(self) -> bool:
        values = self.proof.valuation
        is_whole = set(values) == set(columns(self.condition))
        return is_whole and all(
            isinstance(value, int) == (self.sorts.get(name) == "count")
            for name, value in values.items()
        )

    def _placed(self) -> dict[str, Pair]:
        """Return between which positions each fact lies; in a log, by its rank."""
        if self.ties == 1:
            return {f.fact_id: (f.occurred_from_us, f.occurred_to_us - 1) for f in self.facts}
        ranks: dict[int, int] = {}
        found = {}
        for fact in self.facts:
            rank = ranks.get(fact.occurred_from_us, 0)
            ranks[fact.occurred_from_us] = rank + 1
            position = fact.occurred_from_us * self.ties + rank
            found[fact.fact_id] = (position, position)
        return found

    def part(self, body: Any, trace: Trace, v: Valuation, name: str) -> Iterator[str]:
        """Yield the objections to one part and to all inside it."""
        wrong = self.form(body, trace, v)
        if wrong:
            yield f"{name} {wrong}"
            return
        yield from self.agrees(body, trace, v, name)
        inner = zip(trace.parts, self.inside(body, v), strict=True)
        for at, (child, (inside, u)) in enumerate(inner, start=1):
            yield from self.part(inside, child, u, f"part {at} of {name}")

    def form(self, body: Any, trace: Trace, v: Valuation) -> str:
        """Return what is wrong with the form of a part, before anything is asked of its content."""
        span = _pair(trace.span)
        if len(trace.parts) != len(list(self.inside(body, v))):
            return "has another number of parts than its text"
        if trace.values != self.values(body):
            return "has other values than the record and what was declared"
        if any(_pair(child.span) != self.needed(body, span) for child in trace.parts):
            return "does not reach just as far as its window"
        if any(not _inside(_pair(ends), span) for ends in _edges(trace)):
            return "says something of a time outside of its stretch"
        if set(trace.facts) != self.facts_of(body, span, v):
            return "has other facts than the record"
        return ""

    def values(self, body: Any) -> tuple[str, ...]:
        """Return the values that the variable of a part takes."""
        declared = _declared(body)
        if declared is None:
            return ()
        found = {*self.declared.get(declared.sort, ())}
        found |= {x for f in self.facts if (x := getattr(f, declared.sort)) is not None}
        for pattern in patterns(self.condition.body):
            for role in pattern.roles:
                is_of_sort = KINDS[pattern.kind].roles[role.preposition] == declared.sort
                if is_of_sort and isinstance(role.argument, Constant):
                    found.add(role.argument.value)
        return tuple(sorted(found))

    def inside(self, body: Any, v: Valuation) -> Iterator[tuple[Any, Valuation]]:
        """Yield the conditions directly inside one, each with its valuation."""
        declared = _declared(body)
        for inner in children(body):
            if declared is None:
                yield inner, v
            else:
                yield from ((inner, {**v, declared.name: x}) for x in self.values(body))

    def facts_of(self, body: Any, span: Pair, v: Valuation) -> set[str]:
        """Return the facts that bear on a pattern, or on a count of facts, in a stretch."""
        pattern = _pattern_of(body)
        if pattern is None:
            return set()
        first, last = self.needed(body, span)
        return {
            fact.fact_id
            for fact in self.facts
            if self.match(fact, pattern, v) != "no"
            and self.places[fact.fact_id][0] <= last
            and first <= self.places[fact.fact_id][1]
        }

    def needed(self, body: Any, span: Pair) -> Pair:
        """Return the stretch that must be known of what is inside a part."""
        match body:
            case Once(window=window) | Always(window=window):
                return (self.window(window, span[0])[0], self.window(window, span[1])[1])
            case Tally(counted=Facts(window=window)) | CountIs(counted=Facts(window=window)):
                return (self.window(window, span[0])[0], self.window(window, span[1])[1])
            case Since(window=window) | Until(window=window):
                ends = self.window(window, span[0])[0], self.window(window, span[1])[1]
                return (min(ends[0], span[0]), max(ends[1], span[1]))
            case _:
                return span

    def window(self, window: Window | None, i: int) -> Pair:
        """Return first and last position of W(i)."""
        if window is None:
            return (i, i)
        us, n = i // self.ties, self.ties
        far = None if window.most is None else window.most.us
        near = 0 if window.least is None else window.least.us
        if window.direction == "before":
            first = _BEGIN if far is None or i == _BEGIN else (us - far) * n
            return (first, (us - near) * n + n - 1 if near else i)
        first = (us + near) * n if near and i != _BEGIN else i
        return (first, _END if far is None else (us + far) * n + n - 1)

    def agrees(self, body: Any, trace: Trace, v: Valuation, name: str) -> Iterator[str]:
        """Yield an objection where the trace departs from the definition."""
        for i in self.instants(body, trace):
            wanted = self.judged(body, trace, v, i)
            if wanted != (_at(trace.sure, i), _at(trace.possible, i)):
                yield f"{name} is not as the trace has it at position {i}"
                return
        if set(map(_pair, trace.episodes)) != self.episodes(body, trace, v):
            yield f"{name} has other episodes than the trace"

    def instants(self, body: Any, trace: Trace) -> list[int]:
        """Return the last position of each piece in which nothing changes."""
        span = _pair(trace.span)
        edges = {e for ends in _edges(trace) for e in _pair(ends)}
        edges |= {e for part in trace.parts for ends in _edges(part) for e in _pair(ends)}
        edges |= {e for name in trace.facts for e in self.places[name]}
        edges.add(self.proof.open_from)
        near = {e + step for e in edges if _BEGIN < e < _END for step in (-1, 0, 1)}
        window = _window_of(body)
        if window is not None:
            near |= {x for e in near for x in self.through(window, e)}
        return sorted({e for e in near if span[0] <= e <= span[1]} | {span[1]})

    def through(self, window: Window, e: int) -> Iterator[int]:
        """Yield the positions at which an edge comes into a window or goes out of it."""
        sign = 1 if window.direction == "before" else -1
        for length in (window.least, window.most):
            us = e // self.ties + sign * (0 if length is None else length.us)
            yield from (us * self.ties + step for step in (-1, 0, self.ties - 1, self.ties))

    def judged(self, body: Any, trace: Trace, v: Valuation, i: int) -> tuple[bool, bool]:
        """Return S and P of a part at a position, from what is inside it."""
        parts = trace.parts
        sures = [_at(part.sure, i) for part in parts]
        possibles = [_at(part.possible, i) for part in parts]
        match body:
            case Pattern():
                return self.of_pattern(body, v, i)
            case Not():
                return not possibles[0], not sures[0]
            case And():
                return all(sures), all(possibles)
            case Or() | Exists():
                return any(sures), any(possibles)
            case Compare():
                held = _compares(body, v)
                return held, held
            case Tally(comparison=comparison, number=number, counted=counted):
                return _counts(comparison, self.count(counted, v, i, (sures, possibles)), number)
            case CountIs(variable=variable, counted=counted):
                low_high = self.count(counted, v, i, (sures, possibles))
                return _counts("=", low_high, int(v[variable.name]))
            case _:
                return self.in_time(body, trace, i)

    def of_pattern(self, pattern: Pattern, v: Valuation, i: int) -> tuple[bool, bool]:
        """Return whether a fact of the pattern is surely, or may be, at a position."""
        sure, possible = False, pattern.fact is None and i >= self.proof.open_from
        for fact in self.facts:
            first, last = self.places[fact.fact_id]
            answer = self.match(fact, pattern, v)
            if answer != "no" and first <= i <= last:
                possible = True
                sure = sure or (answer == "sure" and first == last)
        return sure, possible

    def match(self, fact: Fact, pattern: Pattern, v: Valuation) -> str:
        """Return whether a fact matches a pattern: sure, possible or no."""
        is_named = pattern.fact is not None and v[pattern.fact.name] != fact.fact_id
        if fact.kind != pattern.kind or is_named:
            return "no"
        roles, answer = KINDS[fact.kind].roles, "sure"
        for role in pattern.roles:
            has, wanted = getattr(fact, roles[role.preposition]), _value(role.argument, v)
            if has is None:
                answer = "possible"
            elif has != wanted:
                return "no"
        return answer

    def count(
        self, counted: Any, v: Valuation, i: int, parts: tuple[list[bool], list[bool]]
    ) -> tuple[int, float]:
        """Return the lowest and the highest count at a position."""
        if not isinstance(counted, Facts):
            return sum(parts[0]), sum(parts[1])
        low, high = 0, 0.0
        w = self.window(counted.window, i)
        for fact in self.facts:
            answer, place = self.match(fact, counted.pattern, v), self.places[fact.fact_id]
            low += answer == "sure" and _inside(place, w)
            high += answer != "no" and place[0] <= w[1] and w[0] <= place[1]
        is_open = counted.pattern.fact is None and w[1] >= self.proof.open_from
        return low, float("inf") if is_open else high

    def in_time(self, body: Any, trace: Trace, i: int) -> tuple[bool, bool]:
        """Return S and P of once, always, since and until at a position."""
        w = self.window(body.window, i)
        if isinstance(body, Once):
            return _meets(trace.parts[0], w), _touches(trace.parts[0].possible, w)
        if isinstance(body, Always):
            part = trace.parts[0]
            return _fills(part.sure, w), _fills(part.possible, w)
        left, right = trace.parts
        is_past = isinstance(body, Since)
        sure = self.lasting(left.sure, w, i, is_past=is_past)
        possible = self.lasting(left.possible, w, i, is_past=is_past)
        return _meets(right, sure), _touches(right.possible, possible)

    def lasting(self, held: Sequence[Ends], w: Pair, i: int, *, is_past: bool) -> Pair:
        """Return those positions of W(i) between which and i the left side held throughout."""
        step = -1 if is_past else 1
        reach = i
        # An instant before i, i itself must hold; at i itself nothing must.
        for ends in held:
            first, last = _pair(ends)
            if first <= i <= last:
                reach = (first if is_past else last) + step
        return (max(w[0], reach), w[1]) if is_past else (w[0], min(w[1], reach))

    def episodes(self, body: Any, trace: Trace, v: Valuation) -> set[Pair]:
        """Return the episodes that a part has in its stretch."""
        span, parts = _pair(trace.span), trace.parts
        match body:
            case Pattern():
                found = {
                    self.places[fact.fact_id]
                    for fact in self.facts
                    if self.match(fact, body, v) == "sure"
                }
                return {e for e in found if e[0] < e[1] and _inside(e, span)}
            case And():
                return {
                    _pair(e)
                    for at, part in enumerate(parts)
                    for e in part.episodes
                    if all(_fills(o.sure, _pair(e)) for n, o in enumerate(parts) if n != at)
                }
            case Or() | Exists():
                return {_pair(e) for part in parts for e in part.episodes}
            case _:
                return set()


def _declared(body: Any) -> Declaration | None:
    match body:
        case Exists(declared=declared):
            return declared
        case Tally(counted=Values(declared=declared)) | CountIs(counted=Values(declared=declared)):
            return declared
        case _:
            return None


def _pattern_of(body: Any) -> Pattern | None:
    match body:
        case Pattern():
            return body
        case Tally(counted=Facts(pattern=pattern)) | CountIs(counted=Facts(pattern=pattern)):
            return pattern
        case _:
            return None


def _window_of(body: Any) -> Window | None:
    match body:
        case Tally(counted=Facts(window=window)) | CountIs(counted=Facts(window=window)):
            return window
        case _:
            return getattr(body, "window", None)


def _pair(ends: Ends) -> Pair:
    return (_BEGIN if ends[0] is None else ends[0], _END if ends[1] is None else ends[1])


def _edges(trace: Trace) -> list[Ends]:
    return [*trace.sure, *trace.possible, *trace.episodes]


def _inside(inner: Pair, outer: Pair) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _at(spans: Sequence[Ends], i: int) -> bool:
    return any(first <= i <= last for first, last in map(_pair, spans))


def _touches(spans: Sequence[Ends], w: Pair) -> bool:
    found = map(_pair, spans)
    return w[0] <= w[1] and any(first <= w[1] and w[0] <= last for first, last in found)


def _fills(spans: Sequence[Ends], w: Pair) -> bool:
    return any(_inside(w, pair) for pair in map(_pair, spans))


def _meets(part: Trace, w: Pair) -> bool:
    """Whether a part is sure at some instant of a stretch: a known one, or that of an episode."""
    return _touches(part.sure, w) or any(_inside(_pair(e), w) for e in part.episodes)


def _value(argument: Variable | Constant, v: Valuation) -> Any:
    return v[argument.name] if isinstance(argument, Variable) else argument.value


def _counts(comparison: str, counted: tuple[int, float], number: int) -> tuple[bool, bool]:
    low, high = counted
    return {
        ">=": (low >= number, high >= number),
        ">": (low > number, high > number),
        "<=": (high <= number, low <= number),
        "<": (high < number, low < number),
        "=": (low == number == high, low <= number <= high),
    }[comparison]


def _compares(compare: Compare, v: Valuation) -> bool:
    left, right = v[compare.left.name], compare.right
    other = right if isinstance(right, int) else _value(right, v)
    if compare.operator in ("is", "=", "is not"):
        return bool(left == other) is (compare.operator != "is not")
    return bool(
        {">=": left >= other, "<=": left <= other, ">": left > other, "<": left < other}[
            compare.operator
        ]
    )
