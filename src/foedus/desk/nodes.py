# SPDX-License-Identifier: Apache-2.0
"""One step of a chain of reasons, and what it rests on in turn: the tree that `why` tells.

A node whose chain ends although it should go on says why it is broken. What a node says of an act
can be compared with the act, and an id that is a digest can be worked out anew (`Link`), so that a
file of grounds can be checked by somebody who has neither record nor log (`trust.grounds`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from foedus.base.encoding import digest
from foedus.trust.grounds import LEAVES


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an id follows from what it names: the first digits of a SHA-256 of its canonical JSON."""

    of: Any
    digits: int
    prefix: str = ""
    """What stands before the digits."""


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step: what it is, and its grounds."""

    kind: str
    """obligation, rung, article, decision, vote, case, finding, incident, report, pledge, …"""
    id: str
    text: str
    says: dict[str, Any] = {}
    """Fields of the act's payload that `text` tells."""
    act: str = ""
    """Id of the signed act that it is; empty: none."""
    link: Link | None = None
    url: str = ""
    broken: str = ""
    """Why the chain ends here although it should go on; empty where it does not."""
    grounds: tuple[Node, ...] = ()


def broken(node: Node) -> Iterator[Node]:
    """Yield every node at which a chain breaks: it says so, or ends where none may end."""
    if node.broken or not (node.grounds or node.kind in LEAVES):
        yield node
    for inner in node.grounds:
        yield from broken(inner)


def linked(prefix: str, value: Any, digits: int = 16) -> Link:
    """Return the link of an id made by `base.encoding.digest`."""
    return Link(of=value, digits=digits, prefix=prefix)


def is_linked(node: Node) -> bool:
    """Return whether the id of a node is what its link gives."""
    link = node.link
    return link is None or node.id == link.prefix + digest(link.of)[: link.digits]


def lines_of(node: Node, depth: int = 0) -> Iterator[str]:
    """Yield a tree as lines, each step beneath what rests on it."""
    name = f"{node.kind} {node.id}" if node.id else node.kind
    address = f"  {node.url}" if node.url else ""
    yield f"{'  ' * depth}{name}: {node.text}{address}"
    if node.broken:
        yield f"{'  ' * (depth + 1)}BROKEN: {node.broken}"
    for inner in node.grounds:
        yield from lines_of(inner, depth + 1)


def told_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """Yield an answer of `why` that holds a tree as lines; the marking stands before everything."""
    if answer["marking"]:
        yield f"{answer['marking']}:"
    yield from lines_of(msgspec.convert(answer["tree"], Node))
    breaks = answer["breaks"]
    yield f"{len(breaks)} chains break" if breaks else "every chain goes down to its end"
