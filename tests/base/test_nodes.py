# SPDX-License-Identifier: Apache-2.0
"""What is read in C is what ruamel.yaml reads: every node, its value, its type and its place."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from foedus.base import nodes
from source_files import ROOT

FILES = sorted((ROOT / "src").rglob("*.yaml")) + sorted((ROOT / "missions").rglob("*.yaml"))
PIECES = (
    "a: no\n",
    "b: {x: 1, y: [2.5, '2015-02-18']}\n",
    "c:\n  - 2015-02-18\n  - k: v\n    l: |\n      text\n      more\n",
    "d: >-\n  folded\n  twice\n\n  after\n",
    'e: "a\\tb\\u00e9"\n',
    "f: https://example.org/a#b # a comment\n",
    "g: 'it''s'\n",
    "h: [a,\n    b]\n",
)
SCRAPS = (*" \n:-?[]{},#|>'\"%@`=~!&*<.0179ab/\\+_é\t\x85\r", ": ", "- ", "? ", "\n- ", " #")
SCRAPS += ("|\n", ">+\n", "{a: b}", "---\n", "<<: ", "key: ", "null", "0o7", "1e3", "\\/", "\n  ")


def slowly(text: str) -> Node | None:
    """What ruamel.yaml reads, or None where it finds a fault."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except YAMLError:
        return None
    return node


def told(node: Node) -> Any:
    """All of a node that anything here asks for."""
    place = (node.start_mark.line, node.start_mark.column)
    if isinstance(node, ScalarNode):
        return str(node.tag), node.value, place
    if isinstance(node, SequenceNode):
        return str(node.tag), [told(item) for item in node.value], place
    assert isinstance(node, MappingNode)
    pairs = [(told(key), told(value)) for key, value in node.value]
    return str(node.tag), pairs, place, bool(node.flow_style)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Texts near to YAML: good ones, into which scraps are thrown."""
    text = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4)))
    for scrap in draw(st.lists(st.sampled_from(SCRAPS), max_size=4)):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + scrap + text[at + draw(st.integers(0, 2)) :]
    return text


@settings(max_examples=400)
@given(written())
def test_what_is_read_in_c_is_what_is_read_in_python(text: str) -> None:
    """Whatever libyaml is trusted with, ruamel.yaml takes as well, and as the same."""
    quick = nodes._quick(text)
    assume(quick is not None)
    assert quick is not None
    slow = slowly(text)
    assert slow is not None
    assert told(quick) == told(slow)


@settings(max_examples=400)
@given(written())
def test_plain_values_are_those_of_the_slow_way(text: str) -> None:
    """A tree of plain values equals what ruamel.yaml makes of the text."""
    tree = nodes.plain_tree(text)
    assume(tree is not None)
    assert tree == YAML(typ="rt").load(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_read_in_c(path: Path) -> None:
    """Nothing that ships takes the slow way, and all of it means the same on both."""
    text = path.read_text("utf-8")
    quick, slow = nodes._quick(text), slowly(text)
    assert quick is not None
    assert slow is not None
    assert told(quick) == told(slow)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "%YAML 1.1\n---\na: no\n",
        "a: 1\n---\nb: 2\n",
        "a:\tb\n",
        "a:\n",
        "? a\n: b\n",
        "plain\n",
        "a: [" * (nodes.DEEPEST + 1) + "]" * (nodes.DEEPEST + 1) + "\n",
        "a: [1\n",
        "",
    ],
)
def test_what_parts_the_two_is_left_to_the_slow_way(text: str) -> None:
    """Anchors, tags, directives, several documents, tabs, things left out, depth and faults."""
    assert nodes._quick(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no\n", "no"),
        ("a: on\n", "on"),
        ("a: 1:30\n", "1:30"),
        ("a: true\n", True),
        ("a: '1'\n", "1"),
        ("a: -12.50\n", -12.5),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    """`no` is a text, a time of day is no number, quotes make a text."""
    assert nodes.plain_tree(text) == {"a": value}


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "a: 0o17\n", "a: 2015-02-30\n", "1: a\n", "- a\n"]
)
def test_a_tree_of_plain_values_holds_no_others(text: str) -> None:
    """A key that stands twice, other numbers, days that are none: read with marks instead."""
    assert nodes.plain_tree(text) is None


def test_without_libyaml_all_is_read_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PyYAML without its part in C costs time only."""
    monkeypatch.setattr(nodes, "CParser", None)
    found = nodes.composed("a: no\n")
    assert found is not None
    key, value = found.value[0]
    assert (key.value, value.value, str(value.tag)[-3:]) == ("a", "no", "str")
