# SPDX-License-Identifier: Apache-2.0
"""Whether a trigger can be evaded, held against a search through histories of small triggers."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.terms.check import check as check_files
from foedus.terms.check import lines_of
from foedus.terms.document import load_text
from foedus.terms.failings.triggers import Breach, Counting, can_evade
from foedus.terms.lint import lint
from foedus.terms.record import Term
from foedus.terms.rules import TriggerRule

CLEAR: Final = Path(__file__).parent / "good" / "clear-truce.md"
BREACHES: Final = [Breach(t, p, z) for t, p, z in product("ab", ("n", "s"), ("", "z"))]
RULE: Final = TriggerRule(id="t", text="t", source="s", count=1, opens="x")
TERM: Final = Term(article="A", anchor="a", line=1, evidence="S", rule=RULE)


@st.composite
def triggers(draw: st.DrawFn) -> list[tuple[Counting, int]]:
    """Draw triggers with the length of their window in steps; 0 for none."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        steps = draw(st.integers(0, 3))
        counting = Counting(
            TERM,
            frozenset(draw(st.sets(st.sampled_from("ab"), min_size=1))),
            frozenset(draw(st.sets(st.sampled_from(["n", "s"]), min_size=1))),
            draw(st.sampled_from([None, "z"])),
            draw(st.integers(1, 3)),
            steps > 0,
        )
        found.append((counting, steps))
    return found


def can_go_on(breach: Breach, drawn: list[tuple[Counting, int]]) -> bool:
    """Search all histories of one kind of breach for one that goes on for ever and fires nothing.

    A state is how long ago the last breaches were, as far as any trigger remembers; a history goes
    on for ever if it comes back to a state after a breach. Windows are closed: a breach `steps` ago
    is still within a window of `steps`.
    """
    met = [(one, steps) for one, steps in drawn if one.counts(breach)]
    longest = max((steps for _, steps in met), default=0)
    most = max((one.least for one, _ in met), default=1)
    seen: set[tuple[tuple[int, ...], int]] = set()
    stack: list[tuple[tuple[int, ...], int]] = [((), 0)]
    edges: dict[tuple[tuple[int, ...], int], list[tuple[tuple[tuple[int, ...], int], bool]]] = {}
    while stack:
        state = stack.pop()
        if state in seen:
            continue
        seen.add(state)
        ages, total = state
        aged = tuple(age + 1 for age in ages if age + 1 <= longest)
        edges[state] = [((aged, total), False)]
        after = ((0, *aged), min(total + 1, most))
        if not any(_fires(one, steps, *after) for one, steps in met):
            edges[state].append((after, True))
        stack += [target for target, _ in edges[state]]
    return any(
        is_breach and _reaches(edges, target, state)
        for state, outgoing in edges.items()
        for target, is_breach in outgoing
    )


def _fires(one: Counting, steps: int, ages: tuple[int, ...], total: int) -> bool:
    within = [age for age in ages if age <= steps]
    return (len(within) if steps else total) >= one.least


def _reaches(edges: dict, start: object, goal: object) -> bool:  # type: ignore[type-arg]
    stack, seen = [start], set()
    while stack:
        state = stack.pop()
        if state == goal:
            return True
        if state not in seen:
            seen.add(state)
            stack += [target for target, _ in edges[state]]
    return False


@settings(max_examples=60)
@given(triggers(), st.sampled_from(BREACHES))
def test_the_answer_is_exact(drawn: list[tuple[Counting, int]], breach: Breach) -> None:
    """Yes exactly where a search through all histories finds one that goes on and fires nothing."""
    assert can_evade(breach, [one for one, _ in drawn]) == can_go_on(breach, drawn)


CASES: Final = {
    "a single breach fires": ([("count: 3\nwithin: 3 days", "count: 1\nwithin: 3 days")], False),
    "an open count fires": ([("count: 3\nwithin: 3 days\n", "count: 3\n")], False),
    "counts in a window": ([("event: breach\n", "event: extended-attack\n")], True),
    "a rung for one side alone": ([("by: [all]\nfinder", "by: [north]\nfinder")], True),
}


@pytest.mark.parametrize("name", CASES)
def test_yes_and_the_clause_but_never_how(name: str) -> None:
    """A text is told that its trigger can be evaded, at which clause, and not by whom or how."""
    changes, evaded = CASES[name]
    text = CLEAR.read_text("utf-8").replace("of: [no-fire]\ncount", "count")
    if not evaded:
        text = text.replace("event: breach\n", "event: extended-attack\n")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    agreement = load_text(text, CLEAR).agreement
    assert agreement is not None
    found = [one for one in lint(agreement) if one.check.id == "trigger-evadable"]
    assert bool(found) == evaded
    for weakness in found:
        assert weakness.term == "three-in-three-days"
        assert weakness.told == "yes: a rule can be broken without end, and it never fires"


CONDITIONS: Final = {
    "at least 3 breaches of no-fire within 72 h": True,
    "for each zone z: more than 2 breaches of 1 in z within 1 week": True,
    "at least 1 breach within 72 h": False,
    "more than 0 breaches of no-fire within 72 h": True,
    "at least 3 breaches before": False,
    "for each party p, zone z: at least 3 breaches by p in z before": True,
    "for each party p: at least 2 breaches by p within 1 h or no notice by p within 24 h": False,
}
"""Condition in the place of the trigger -> whether it is told that it can be evaded."""


@pytest.mark.parametrize("when", CONDITIONS)
def test_conditions_that_count_are_decided_alike(when: str) -> None:
    """A bare count in the language of conditions is decided as a trigger is; of others, nothing."""
    text = CLEAR.read_text("utf-8").replace("event: breach\n", "event: extended-attack\n")
    head, _, rest = text.partition("rule: trigger\n")
    trigger, _, tail = rest.partition("```")
    assert "three-in-three-days" in trigger
    said = "id: counted\ntext: So many breaches.\nsource: text\n"
    condition = f"rule: condition\n{said}when: '{when}'\n"
    found = load_text(f"{head}{condition}```{tail}", CLEAR)
    assert found.agreement is not None, [str(fault) for fault in found.faults]
    told = {(one.check.id, one.term) for one in lint(found.agreement)}
    assert told == ({("trigger-evadable", "counted")} if CONDITIONS[when] else set())


def test_nothing_of_a_pattern_is_printed(tmp_path: Path) -> None:
    """What is printed of a trigger names no party, zone, number or time of an evasion."""
    path = tmp_path / CLEAR.name
    text = CLEAR.read_text("utf-8").replace("event: breach\n", "event: extended-attack\n")
    path.write_text(text, "utf-8")
    (checked,) = check_files([path], examine=True)
    line = next(line for line in lines_of(checked) if "trigger-evadable" in line)
    said = line.partition("three-in-three-days): ")[2]
    assert said
    assert not any(word in said for word in ("north", "south", "harbour", "day", "3", "two"))
