# SPDX-License-Identifier: Apache-2.0
"""The canonical form of a document: what two people who say the same write alike.

Keys of a block stand in the order of its record, with `rule`, `id` and `readings` first and `note`
last; one blank line parts headings, blocks and prose; lines have no blanks at their end and end in
a line feed. Prose, comments and the values themselves are kept as they are, and a block that cannot
be read is left alone. Formatting a second time changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

from ruamel.yaml.nodes import MappingNode

from foedus.terms.articles import AGREEMENT, Fence, fenced, read_page
from foedus.terms.blocks import read_block, scalar
from foedus.terms.faults import Faults
from foedus.terms.fields import known_fields, structs, tag_of
from foedus.terms.record import Head
from foedus.terms.rules import AnyRule

_LAST: Final = "note"
_BLANKS: Final = " \t"


def formatted(text: str) -> str:
    """Return a document in its canonical form."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    for fence in reversed(read_page(text, Faults("")).fences):
        if fence.is_whole:
            lines[fence.line : fence.end - 1] = _block(fence)
    return _spaced("\n".join(lines))


def first_difference(text: str, canonical: str) -> int:
    """Return the line, from 1, at which a text departs from its canonical form."""
    pairs = zip(text.split("\n"), canonical.split("\n"), strict=False)
    for number, (found, wanted) in enumerate(pairs, start=1):
        if found != wanted:
            return number
    return min(text.count("\n"), canonical.count("\n")) + 1


def _block(fence: Fence) -> list[str]:
    """Return the lines of a block with its keys in order."""
    lines = fence.text.split("\n")[:-1]
    node = read_block(fence, Faults(""))
    if node is None or node.start_mark.column or node.flow_style:
        return lines
    order = _order(node, fence.word)
    starts = [_with_comments(lines, name.start_mark.line) for name, _ in node.value]
    pieces = [
        lines[start:stop] for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    names = [scalar(name) or "" for name, _ in node.value]
    ranked = sorted(range(len(names)), key=lambda at: order.get(names[at], len(order)))
    head = lines[: starts[0]] if starts else lines
    return [
        line.rstrip(_BLANKS)
        for line in [*head, *(line for at in ranked for line in pieces[at])]
        if line.strip(_BLANKS)
    ]


def _with_comments(lines: list[str], start: int) -> int:
    """Return the first line of the comments that stand directly above a key."""
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    return start


def _order(node: MappingNode, word: str) -> dict[str, int]:
    """Return key -> place for the record that a block holds."""
    record: Any = Head
    if word != AGREEMENT:
        stated = {scalar(name): scalar(value) for name, value in node.value}
        tags = {tag[1]: kind for kind in structs(AnyRule) if (tag := tag_of(kind))}
        record = tags.get(stated.get("rule") or "")
        if record is None:
            return {"rule": 0, "id": 1, "readings": 2, "text": 3}
    names = [name for name in known_fields(record) if name != _LAST]
    tag = tag_of(record)
    return {name: place for place, name in enumerate([*([tag[0]] if tag else []), *names, _LAST])}


def _spaced(text: str) -> str:
    """Return a page with one blank line around headings and fences, and none doubled."""
    inside = fenced(text)
    found: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if number in inside.lines:
            if number in inside.starts and found and found[-1]:
                found.append("")
            found.append(line if number not in inside.edges else line.rstrip(_BLANKS))
            continue
        if number - 1 in inside.ends and line.strip(_BLANKS):
            found.append("")
        if not line.strip(_BLANKS):
            if found and found[-1]:
                found.append("")
            continue
        if number in inside.headings and found and found[-1]:
            found.append("")
        found.append(_without_end(line))
        if number in inside.heading_ends:
            found.append("")
    while found and not found[-1]:
        found.pop()
    return "\n".join(found) + "\n"


def _without_end(line: str) -> str:
    """Return a line of prose without blanks at its end; two are a line break of Markdown."""
    bare = line.rstrip(_BLANKS)
    return bare + "  " if line.endswith("  ") and bare else bare
