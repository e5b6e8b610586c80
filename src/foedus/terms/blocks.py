# SPDX-License-Identifier: Apache-2.0
"""The YAML 1.2 of a fenced block, as nodes whose lines are those of the file.

Only what a lawyer would write is read: mappings, lists and plain values. Anchors, aliases and tags
are faults, so that a small text can never stand for a large one, and nothing is ever constructed
from it. What the keys mean is left to `fields`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from foedus.base.nodes import composed
from foedus.terms.articles import Fence
from foedus.terms.faults import Faults

LIMIT_BYTES: Final = 65_536
BLOCKS_KEPT: Final = 128
"""Blocks whose nodes are kept; more than one agreement has."""
_CORE: Final = "tag:yaml.org,2002:"
_TAGS: Final = tuple(
    _CORE + name for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
)


def read_block(fence: Fence, faults: Faults) -> MappingNode | None:
    """Return the mapping that a block holds, or None after adding what is wrong with it."""
    if len(fence.text.encode()) > LIMIT_BYTES:
        got = f"{len(fence.text.encode())} bytes"
        faults.add(fence.line, "", f"a block of at most {LIMIT_BYTES} bytes", got)
        return None
    try:
        node = _composed(fence.text)
    except MarkedYAMLError as error:
        _syntax(error, fence, faults)
        return None
    except (YAMLError, RecursionError) as error:
        faults.add(fence.line, "", "YAML 1.2", str(error).splitlines()[0])
        return None
    if not isinstance(node, MappingNode):
        faults.add(fence.line, "", "keys and values", "none" if node is None else "another thing")
        return None
    return node if _is_plain(node, fence, faults) else None


@lru_cache(maxsize=BLOCKS_KEPT)
def _composed(text: str) -> Node | None:
    """Return the nodes of a text, which nobody changes: a check reads each block twice."""
    return composed(text)


def line_in(fence: Fence, node: Node) -> int:
    """Return the line of the file in which a node begins."""
    return int(fence.line) + int(node.start_mark.line) + 1


def _syntax(error: MarkedYAMLError, fence: Fence, faults: Faults) -> None:
    mark = error.problem_mark or error.context_mark
    line = fence.line + 1 + (mark.line if mark else 0)
    column = str(mark.column + 1) if mark else ""
    problem = " ".join(part for part in (error.context, error.problem) if part)
    hint = ""
    if error.context_mark and error.context_mark.line != mark.line:
        hint = f"it begins in line {error.context_mark.line + 1 + fence.line}"
    if "\\t" in problem:
        hint = "indent with blanks, not tabs"
    elif "mapping values" in problem:
        hint = "put a text that holds a colon in quotes"
    faults.add(min(line, fence.end), column, "YAML 1.2", problem, hint)


def _is_plain(node: Node, fence: Fence, faults: Faults) -> bool:
    """Add a fault for each anchor and tag; nodes that aliases share are met once."""
    stack, seen, plain = [node], set(), True
    while stack:
        at = stack.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        if at.anchor is not None:
            hint = "write the value out where it is used"
            faults.add(line_in(fence, at), "", "no anchors and aliases", f"&{at.anchor}", hint)
            plain = False
        if str(at.tag) not in _TAGS:
            hint = "leave the tag out"
            faults.add(line_in(fence, at), "", "a plain value", repr(str(at.tag)), hint)
            plain = False
        if isinstance(at, MappingNode):
            stack += [part for pair in at.value for part in pair]
        elif isinstance(at, SequenceNode):
            stack += at.value
    return plain


def scalar(node: Node) -> str | None:
    """Return the text of a scalar as written, or None of a mapping, a list or null."""
    is_text = isinstance(node, ScalarNode) and str(node.tag) != _CORE + "null"
    return str(node.value) if is_text else None


def kind_of(node: Node) -> str:
    """Return the name of a node's type in YAML's core schema: str, int, map, seq …"""
    return str(node.tag).removeprefix(_CORE)


def shown(node: Node) -> str:
    """Return what a node is, for a message."""
    names = {"map": "keys and values", "seq": "a list", "null": "nothing"}
    if isinstance(node, SequenceNode) and not node.value:
        return "an empty list"
    kind = kind_of(node)
    return names.get(kind) or repr(str(node.value)[:80])
