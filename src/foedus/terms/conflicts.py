# SPDX-License-Identifier: Apache-2.0
"""What the terms of one document do to each other.

Two exceptions to one term without a stated order, exceptions that take each other back, two times
in force under one reading, and a reading without any are faults. Duties that wait for each other
are no fault of the document but of the text: they are remarked upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from foedus.terms.faults import Faults, Remark
from foedus.terms.names import Clause, Names
from foedus.terms.rules import (
    ALL,
    AnyRule,
    Due,
    DutyRule,
    ExceptionRule,
    ExtensionRule,
    InForceRule,
    Time,
    ZoneRule,
)


def check_conflicts(clauses: Iterable[Clause], names: Names, faults: Faults) -> None:
    """Add a fault for everything in which the terms of a document contradict each other."""
    whole = [clause for clause in clauses if clause.rule is not None]
    _overlapping(whole, faults)
    _circles(whole, faults)
    _twice_in_force(whole, faults)
    _not_in_force(whole, names, faults)
    _zones_elsewhere(whole, faults)


def deadlocks(clauses: Iterable[Clause]) -> Iterator[Remark]:
    """Yield a remark for each circle of duties that wait for each other."""
    duties = {c.rule.id: c for c in clauses if isinstance(c.rule, DutyRule)}
    waits = {name: tuple(_awaited(clause.rule)) for name, clause in duties.items()}
    for circle in loops(waits):
        places = _places(circle, duties).removeprefix("a circle: ")
        apart = any(
            not _meet(one.readings, other.readings)
            for one, other in combinations([duties[name].rule for name in circle], 2)
            if one is not None and other is not None
        )
        told = ", under readings that nobody holds together" if apart else ""
        yield Remark(duties[circle[0]].line(), f"duties wait for each other{told}: {places}")


def _awaited(rule: AnyRule | None) -> Iterator[str]:
    if isinstance(rule, DutyRule):
        yield from rule.after
        if isinstance(rule.deadline, Due) and rule.deadline.after:
            yield rule.deadline.after


def _overlapping(clauses: list[Clause], faults: Faults) -> None:
    exceptions = [(c, c.rule) for c in clauses if isinstance(c.rule, ExceptionRule)]
    for (first, one), (second, other) in combinations(exceptions, 2):
        shared = [name for name in one.to if name in other.to]
        if not shared or not _meet(one.readings, other.readings) or _ordered(one, other):
            continue
        if not _meet(_without_all(one.bearer), _without_all(other.bearer)):
            continue
        faults.add(
            second.line("to"),
            "to",
            f"an order between the exceptions to {', '.join(shared)}",
            f"{other.id!r} beside {one.id!r} in line {first.line('to')}",
            "give both an `order`, 1 being asked first",
        )


def _ordered(one: ExceptionRule, other: ExceptionRule) -> bool:
    return None not in (one.order, other.order) and one.order != other.order


def _without_all(bearer: tuple[str, ...]) -> tuple[str, ...]:
    return () if ALL in bearer else bearer


def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two lists, of which an empty one means everything, have anything in common."""
    return not one or not other or bool(set(one) & set(other))


def _circles(clauses: list[Clause], faults: Faults) -> None:
    """Add a fault for each circle of exceptions, and of ends that hang on each other."""
    named = {clause.rule.id: clause for clause in clauses if clause.rule}
    takes_back = {c.rule.id: c.rule.to for c in clauses if isinstance(c.rule, ExceptionRule)}
    for circle in loops(takes_back):
        hint = "let one of them except a rule, or take it out"
        line = named[circle[0]].line("to")
        faults.add(line, "to", "exceptions that end at a rule", _places(circle, named), hint)
    hangs_on = {name: tuple(_dated_by(clause.rule)) for name, clause in named.items()}
    for circle in loops(hangs_on):
        hint = "date one of them by another anchor"
        line = named[circle[0]].line()
        faults.add(line, "", "times that begin somewhere", _places(circle, named), hint)


def _places(circle: tuple[str, ...], named: Mapping[str, Clause]) -> str:
    return "a circle: " + " -> ".join(f"{name} (line {named[name].line()})" for name in circle)


def _dated_by(rule: AnyRule | None) -> Iterator[str]:
    """Yield the ids of the terms on whose ends the times of a rule hang."""
    times: tuple[Time, ...] = ()
    if isinstance(rule, InForceRule):
        times = (rule.from_, rule.to)
    elif isinstance(rule, ExtensionRule):
        yield rule.of
        times = (rule.to,)
    for time in times:
        if isinstance(time, Due) and time.after:
            yield time.after


def loops(edges: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield each circle once, from its first member in declared order back to it."""
    met: set[frozenset[str]] = set()
    for start in edges:
        stack: list[tuple[str, ...]] = [(start,)]
        seen: set[str] = set()
        while stack:
            path = stack.pop()
            for after in edges.get(path[-1], ()):
                if after == start and frozenset(path) not in met:
                    met.add(frozenset(path))
                    yield (*path, start)
                elif after in edges and after not in seen:
                    seen.add(after)
                    stack.append((*path, after))


def _zones_elsewhere(clauses: list[Clause], faults: Faults) -> None:
    """Add a fault for each term whose zone does not hold under all of the term's readings."""
    zones = {c.rule.id: c.rule.readings for c in clauses if isinstance(c.rule, ZoneRule)}
    for clause in clauses:
        zone = getattr(clause.rule, "zone", None)
        held = zones.get(zone, ()) if zone else ()
        stated = clause.rule.readings if clause.rule else ()
        if held and not (stated and set(stated) <= set(held)):
            expected = "a zone that holds under all readings of the term"
            hint = f"it holds under {', '.join(held)} alone"
            faults.add(clause.line("zone"), "zone", expected, repr(zone), hint)


def _twice_in_force(clauses: list[Clause], faults: Faults) -> None:
    dated = [(c, c.rule) for c in clauses if isinstance(c.rule, InForceRule)]
    for (first, one), (second, other) in combinations(dated, 2):
        same = set(one.of) == set(other.of) or bool(set(one.of) & set(other.of))
        if same and _meet(one.readings, other.readings):
            faults.add(
                second.line(),
                "",
                "one in-force for the same terms under one reading",
                f"{other.id!r} beside {one.id!r} in line {first.line()}",
                "name the terms in `of`, or the readings that part them",
            )


def _not_in_force(clauses: list[Clause], names: Names, faults: Faults) -> None:
    """Add a fault if nothing says when the agreement, or a reading of it, binds."""
    dated = [c.rule for c in clauses if isinstance(c.rule, InForceRule)]
    if not dated and not names.terms_of("in-force"):
        hint = "write from: not-stated if nobody said when"
        faults.add(1, "", "a term of rule in-force", "none", hint)
    elif dated and not any(not rule.readings for rule in dated):
        covered = {reading for rule in dated for reading in rule.readings}
        for reading in names.readings or ():
            if reading not in covered:
                hint = "add one, with from: not-stated or unknown if need be"
                faults.add(1, "", f"an in-force under the reading {reading!r}", "none", hint)
