# SPDX-License-Identifier: Apache-2.0
"""Who waits for whom: conditions by which states hold each other up, and the circles in them.

A condition names a fact, or what another state must be bound to first. From the latter follows a
graph of state/component; where a way in it comes back to its beginning, nobody in that circle can
be the first, and the circle is shown. One shortest circle stands for each group of nodes that can
all reach each other; the graphs are as small as a table of states.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from foedus.base.evidence import Answer, Judgement
from foedus.register.record import Condition

Graph = Mapping[str, Iterable[str]]
"""state/component -> those that must be bound before it."""


def circles(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Return one shortest circle for every group that waits for itself, its least member first."""
    edges = {node: sorted(set(waits)) for node, waits in sorted(graph.items())}
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for node in edges:
        if node in seen:
            continue
        group = {other for other in _reached(node, edges) if node in _reached(other, edges)}
        if group:
            seen |= group
            found.append(_shortest(min(group), edges))
    return tuple(found)


def _reached(start: str, edges: Mapping[str, list[str]]) -> set[str]:
    """Return all that can be reached from a node by one step or more."""
    reached: set[str] = set()
    queue = deque(edges.get(start, ()))
    while queue:
        node = queue.popleft()
        if node not in reached:
            reached.add(node)
            queue.extend(edges.get(node, ()))
    return reached


def _shortest(start: str, edges: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the shortest way from a node back to it, without the return."""
    ways: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while ways:
        way = ways.popleft()
        for node in edges.get(way[-1], ()):
            if node == start:
                return way
            if node not in seen:
                seen.add(node)
                ways.append((*way, node))
    return (start,)


def holds(
    condition: Condition, facts: Mapping[str, Judgement], is_bound: Mapping[str, bool]
) -> Answer:
    """Return whether a condition holds; a fact that nobody found, or that is contested, may."""
    answers = []
    if condition.fact:
        found = facts.get(condition.fact, Judgement.UNKNOWN)
        answers.append(_ANSWERS[found])
    if condition.of:
        answers.append(Answer.SURE if is_bound.get(condition.of, False) else Answer.NO)
    found_all = Answer.SURE if answers else Answer.POSSIBLE
    for answer in answers:
        found_all &= answer
    return found_all


_ANSWERS = {
    Judgement.YES: Answer.SURE,
    Judgement.NO: Answer.NO,
    Judgement.UNKNOWN: Answer.POSSIBLE,
    Judgement.CONTESTED: Answer.POSSIBLE,
}
