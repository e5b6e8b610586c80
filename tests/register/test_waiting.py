# SPDX-License-Identifier: Apache-2.0
"""Circles of waiting are found where there are any, and only there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foedus.register.waiting import circles

NODES = st.sampled_from("abcdef")
GRAPHS = st.dictionaries(NODES, st.lists(NODES, max_size=3), max_size=6)


def comes_back(start: str, graph: dict[str, list[str]]) -> bool:
    """Return whether a walk from a node can come back to it."""
    reached, new = set(), set(graph.get(start, []))
    while new:
        reached |= new
        new = {after for node in new for after in graph.get(node, [])} - reached
    return start in reached


@given(GRAPHS)
def test_a_circle_is_found_for_every_node_in_one(graph: dict[str, list[str]]) -> None:
    """A circle is a closed walk of the graph without repeats; none is there only if none can be."""
    found = circles(graph)
    for circle in found:
        assert len(set(circle)) == len(circle)
        assert all(
            after in graph[node]
            for node, after in zip(circle, (*circle[1:], circle[0]), strict=True)
        )
    assert bool(found) == any(comes_back(node, graph) for node in graph)


@given(GRAPHS)
def test_the_order_of_conditions_does_not_matter(graph: dict[str, list[str]]) -> None:
    """Told in another order, the same conditions give the same circles."""
    turned = {node: list(reversed(graph[node])) for node in reversed(list(graph))}
    assert circles(turned) == circles(graph)


def test_the_shortest_circle_stands_for_its_group() -> None:
    """Of two circles through one node the shorter is shown."""
    assert circles({"a": ["b"], "b": ["c", "a"], "c": ["a"]}) == (("a", "b"),)
    assert circles({"a": ["a"]}) == (("a",),)
