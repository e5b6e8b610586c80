# SPDX-License-Identifier: Apache-2.0
"""A text in YAML 1.2 as nodes with their places: read in C where that reads the same.

libyaml is twelve times faster than ruamel.yaml in Python, but follows YAML 1.1. The two part over
anchors, tags, directives, tabs, line breaks, values that are left out and how deep a thing may go,
and over the words of a fault; so whatever holds one of these, and whatever libyaml does not take,
is read by ruamel.yaml, which has the last word (`docs/adr/0033-yaml-in-c.md`). What a plain value
means (`no` is a text) is always asked of it. What keys and values mean is left to those who read a
file of theirs.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any, Final

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

DEEPEST: Final = 40
"""How deep a thing may go to be read in C."""
_PARTING: Final = re.compile(
    r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe]"  # tabs, other line breaks, not printed
    r"|^(?:%|---|\.\.\.)"  # directives, marks of documents
    r"|(?:^|[\s\[{,])\?(?:\s|$)"  # keys that are marked as such
    r"|[|>][0-9+-]*#"  # what looks like a comment
    r"|[^\n]\Z",  # a last line without its end
    re.MULTILINE,
)
CParser: Final[Any] = yaml.cyaml.CParser if yaml.__with_libyaml__ else None
_CORE: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?[0-9]+\.[0-9]+")
_RESOLVER: Final = VersionedResolver()
_TEXT, _LIST, _MAP = (Tag(suffix=_CORE + kind) for kind in ("str", "seq", "map"))


class _OddError(Exception):
    """Something that is read by ruamel.yaml, or not as plain values."""


def composed(text: str) -> Node | None:
    """Return the node of a text, None of an empty one.

    Raises `YAMLError` of ruamel.yaml, or `RecursionError` where it goes too deep.
    """
    node = _quick(text)
    return YAML(typ="safe", pure=True).compose(text) if node is None else node


def plain_tree(text: str) -> dict[str, Any] | None:
    """Return a text's keys and values as Python has them: text, numbers, days, truth and lists.

    None of any text that holds more, or a fault: those who tell its line read it with marks.
    """
    node = _quick(text)
    try:
        return _entries(node) if isinstance(node, MappingNode) else None
    except (_OddError, ValueError):
        return None


def _quick(text: str) -> Node | None:
    """Return the node that libyaml gives, None where it may not be what ruamel.yaml gives."""
    if CParser is None or _PARTING.search(text):
        return None
    parser = CParser(text)
    try:
        return _document(parser)
    except (_OddError, yaml.YAMLError):
        return None
    finally:
        parser.dispose()


def _document(parser: Any) -> Node:
    parser.get_event()
    if not parser.check_event(yaml.DocumentStartEvent):
        raise _OddError
    parser.get_event()
    node = _node(parser, parser.get_event(), DEEPEST)
    if isinstance(node, ScalarNode):
        raise _OddError
    parser.get_event()
    if not parser.check_event(yaml.StreamEndEvent):
        raise _OddError
    return node


def _node(parser: Any, event: Any, depth: int) -> Node:
    """Return the node that begins with an event."""
    kind = type(event)
    if kind is yaml.AliasEvent or event.anchor is not None or event.tag is not None or not depth:
        raise _OddError
    if kind is yaml.ScalarEvent:
        # A value that is left out stands elsewhere for each of the two.
        if event.implicit[0] and not event.value:
            raise _OddError
        tag = _tag(event.value) if event.implicit[0] else _TEXT
        return ScalarNode(tag, event.value, event.start_mark, event.end_mark, event.style or None)
    found: list[Any] = []
    if kind is yaml.SequenceStartEvent:
        while type(item := parser.get_event()) is not yaml.SequenceEndEvent:
            found.append(_node(parser, item, depth - 1))
        return SequenceNode(_LIST, found, event.start_mark, item.end_mark, event.flow_style)
    while type(item := parser.get_event()) is not yaml.MappingEndEvent:
        key = _node(parser, item, depth - 1)
        found.append((key, _node(parser, parser.get_event(), depth - 1)))
    return MappingNode(_MAP, found, event.start_mark, item.end_mark, event.flow_style)


@lru_cache(maxsize=4096)
def _tag(written: str) -> Tag:
    """Return the tag of a value without quotes, as YAML 1.2 has it."""
    tag: Tag = _RESOLVER.resolve(ScalarNode, written, (True, False))
    return tag


def _entries(node: MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or key.tag != _TEXT.suffix or key.value in found:
            raise _OddError
        found[key.value] = _value(value)
    return found


def _value(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return _entries(node)
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    tag, written = str(node.tag).removeprefix(_CORE), node.value
    if tag == "str":
        return written
    if tag == "int" and _INTEGER.fullmatch(written):
        return int(written)
    if tag == "float" and _DECIMAL.fullmatch(written):
        return float(written)
    if tag == "timestamp":
        return date.fromisoformat(written)
    if tag == "bool":
        return written.lower() == "true"
    if tag == "null":
        return None
    raise _OddError
