# SPDX-License-Identifier: Apache-2.0
"""A proof in a sentence that a diplomat can read: met or not, by which facts, and what was missing.

Follows only the parts of a condition that decided: of what is not met the part that failed, of what
is met all that had to hold. The sentence is made from the proof and proves nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.syntax import (
    And,
    Body,
    Compare,
    Condition,
    Constant,
    CountIs,
    Facts,
    Not,
    Once,
    Or,
    Pattern,
    Tally,
    Variable,
)
from foedus.terms.conditions.traces import Proof, Trace

_HEADS: Final = {"sure": "met", "possible": "possibly met", "no": "not met"}
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_FIRST_ORDINALS: Final = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS: Final = tuple(_FIRST_ORDINALS.split(" "))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FACTS: Final = 5


def told(proof: Proof, facts: Sequence[Fact] = ()) -> str:
    """Return a proof in one sentence; with the record's facts, it also says what came too late."""
    condition = parse(proof.condition)
    reasons = _Telling(proof, facts).reasons(condition.body, proof.trace)
    return f"{_HEADS[proof.verdict]}: {'; '.join(dict.fromkeys(reasons))}"


class _Telling:
    def __init__(self, proof: Proof, facts: Sequence[Fact]) -> None:
        self.proof, self.facts = proof, facts
        self.by_id = {fact.fact_id: fact for fact in proof.facts}

    def reasons(self, body: Body, trace: Trace) -> list[str]:
        """Return what decided a part, the parts that made no difference left out."""
        match body:
            case And(parts=parts) | Or(parts=parts):
                pairs = list(zip(parts, trace.parts, strict=True))
                verdict = _verdict(trace)
                alone = verdict == ("no" if isinstance(body, And) else "sure")
                deciding = [(b, t) for b, t in pairs if _verdict(t) == verdict]
                chosen = deciding[:1] if alone else deciding
                return [reason for part, inner in chosen for reason in self.reasons(part, inner)]
            case Not(body=inner):
                return self.reasons(inner, trace.parts[0])
            case Tally(counted=Facts() as counted):
                return [self.tally(body, counted, trace)]
            case Pattern():
                return [self.at(body, trace)]
            case Once(body=Pattern()):
                return [self.once(body, trace.parts[0])]
            case CountIs(counted=Facts() as counted):
                phrase = self.phrase(Tally("=", 0, counted)).removeprefix("exactly 0 ")
                return [f"{len(trace.facts)} {phrase}{self.named(trace)}"]
            case Compare():
                return [self.compared(body, trace)]
            case _:
                return [f"{_verdict(trace)}: {self.phrase(body)}"]

    def compared(self, body: Compare, trace: Trace) -> str:
        """Return the value compared, and what was asked of it where it is not so."""
        name = body.left.name
        asked = written(Condition((), body))
        is_so = f"{name} is {self.proof.valuation.get(name, 'not bound')}"
        return is_so if trace.sure else f"{is_so}, and {asked} was asked"

    def tally(self, body: Tally, counted: Facts, trace: Trace) -> str:
        """Return a count beside the number that was asked for, and what came too late for it."""
        what = self.phrase(Tally(body.comparison, max(body.number, 2), counted))
        what = what.split(f" {max(body.number, 2)} ", 1)[1]
        if body.comparison == ">=" and _verdict(trace) == "no":
            late = self.late(body.number - len(trace.facts), body.number, counted)
            return f"{len(trace.facts)} of {body.number} {what}{self.named(trace)}{late}"
        if _verdict(trace) == "possible":
            return f"{len(trace.facts)} at most {what}{self.named(trace)}"
        sure = [name for name in trace.facts if self.is_inside(self.by_id[name], counted)]
        more = [name for name in trace.facts if name not in sure]
        rest = f", and perhaps {len(more)} more{_listed(more)}" if more else ""
        return f"{len(sure)} {what}{_listed(sure)}{rest}"

    def is_inside(self, fact: Fact, counted: Facts) -> bool:
        """Whether a fact is surely one of a pattern and surely in the window of the instant."""
        window, at_us = counted.window, self.proof.at_us
        if not self.is_one(fact, counted.pattern) or window is None:
            return self.is_one(fact, counted.pattern)
        ends = (fact.occurred_from_us, fact.occurred_to_us - 1)
        near, far = (at_us - ends[1], at_us - ends[0])
        if window.direction == "after":
            near, far = (ends[0] - at_us, ends[1] - at_us)
        return near >= window.least_us and (window.most is None or far <= window.most.us)

    def late(self, missing: int, number: int, counted: Facts) -> str:
        """Return by how much the window was missed, where it was by less than its own length."""
        window = counted.window
        if window is None or window.direction == "after" or window.most is None:
            return ""
        opens_us = self.proof.at_us - window.most.us
        ends = sorted(
            (
                fact.occurred_to_us - 1
                for fact in self.facts
                if fact.occurred_to_us - 1 < opens_us and self.is_one(fact, counted.pattern)
            ),
            reverse=True,
        )
        if not 0 < missing <= len(ends) or opens_us - ends[missing - 1] > window.most.us:
            return ""
        ordinal = _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"
        return f"; the {ordinal} came {lasting(opens_us - ends[missing - 1])} late"

    def is_one(self, fact: Fact, pattern: Pattern) -> bool:
        """Whether a fact is surely one of a pattern."""
        values = self.proof.valuation
        wanted = {
            KINDS[pattern.kind].roles[role.preposition]: (
                values.get(role.argument.name)
                if isinstance(role.argument, Variable)
                else role.argument.value
            )
            for role in pattern.roles
        }
        is_same = all(getattr(fact, column) == value for column, value in wanted.items())
        return fact.kind == pattern.kind and is_same

    def at(self, pattern: Pattern, trace: Trace) -> str:
        """Return whether a fact is at the instant itself."""
        when = instant(self.proof.at_us)
        if not trace.facts:
            return f"no {self.phrase(pattern)} at {when}"
        doubt = "perhaps " if _verdict(trace) == "possible" else ""
        return f"{doubt}{self.phrase(pattern)} at {when}{self.named(trace)}"

    def once(self, body: Once, inner: Trace) -> str:
        """Return whether a fact is in a window."""
        if not inner.facts:
            return self.phrase(Not(body))
        doubt = "" if inner.sure or inner.episodes else "perhaps "
        return f"{doubt}{self.phrase(body)}{self.named(inner)}"

    def named(self, trace: Trace) -> str:
        """Return the ids of the facts, so that they can be looked up."""
        return _listed(trace.facts)

    def phrase(self, body: Body) -> str:
        """Return a part in the words of the language, with the values in place of variables."""
        return written(Condition((), substituted(body, self.proof.valuation))).replace('"', "")


def _listed(facts: Sequence[str]) -> str:
    if not facts:
        return ""
    more = len(facts) - _MOST_FACTS
    rest = f" and {more} more" if more > 0 else ""
    return f" ({', '.join(facts[:_MOST_FACTS])}{rest})"


def _verdict(trace: Trace) -> str:
    return "sure" if trace.sure else "possible" if trace.possible else "no"


def substituted(part: Any, values: dict[str, Any]) -> Any:
    """Return a part with constants in place of the variables that have a value."""
    if isinstance(part, Pattern):
        named = part.fact and Variable(str(values.get(part.fact.name, part.fact.name)))
        return replace(part, fact=named, roles=substituted(part.roles, values))
    if isinstance(part, Variable):
        value = values.get(part.name)
        return Constant(value) if isinstance(value, str) else part
    if isinstance(part, tuple) and not hasattr(part, "_fields"):
        return tuple(substituted(item, values) for item in part)
    if is_dataclass(part) and not isinstance(part, type):
        names = [item.name for item in fields(part) if item.name not in ("place", "variable")]
        return replace(part, **{name: substituted(getattr(part, name), values) for name in names})
    return part


def lasting(us: int) -> str:
    """Return a length of time by its two largest units: 1 hour 40 minutes."""
    left, said = us // 1_000_000, []
    for seconds, unit in _UNITS:
        number, left = divmod(left, seconds)
        if number:
            said.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return " ".join(said[:2]) or "less than a second"


def instant(us: int) -> str:
    """Return an instant on the clock of UTC."""
    return f"{_EPOCH + timedelta(microseconds=us):%Y-%m-%d %H:%M:%S} UTC"
