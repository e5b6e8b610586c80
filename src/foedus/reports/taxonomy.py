# SPDX-License-Identifier: Apache-2.0
"""The shared words for kinds of happening, of target and of weapon: classes and leaves.

Read from `library/taxonomy`, with titles in four languages. `unknown` is never a node: it is the
absence of one. Which of a source's labels means which node is declared in the source's profile.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.reports.document import read_document

UNKNOWN: Final = "unknown"
FOLDER: Final = Path(__file__).parent.parent / "library" / "taxonomy"


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word of a taxonomy; a node without a parent is a class."""

    id: str
    parent: str | None = None
    title: dict[str, str]
    """Language -> title."""
    calibre_mm: int | None = None
    """Of a weapon: its least calibre."""
    systems: tuple[str, ...] = ()
    """Of a weapon: names of systems that reports use."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node: tuple[Node, ...] = ()
    weapon: tuple[Node, ...] = ()


class Taxonomy(msgspec.Struct, frozen=True):
    """Nodes in declared order; a leaf stands directly under its class."""

    nodes: dict[str, Node]

    def __contains__(self, node_id: object) -> bool:
        return node_id in self.nodes

    def class_of(self, node_id: str) -> str:
        """Return the class of a node; of a class, itself. Raises `KeyError` for no node."""
        return self.nodes[node_id].parent or node_id

    def leaves(self, node_id: str) -> tuple[str, ...]:
        """Return the leaves under a class in declared order; of a leaf, itself."""
        under = tuple(key for key, node in self.nodes.items() if node.parent == node_id)
        return under or (node_id,)

    def common(self, node_ids: Iterable[str]) -> str:
        """Return what several nodes agree on: the one node, their one class, or unknown."""
        found = dict.fromkeys(node_ids)
        if len(found) == 1:
            return next(iter(found))
        classes = {self.class_of(node_id) for node_id in found}
        return classes.pop() if len(classes) == 1 else UNKNOWN

    def title(self, node_id: str, language: str = "en") -> str:
        """Return the title in `language`, else in English, else the id."""
        node = self.nodes.get(node_id)
        return node_id if node is None else node.title.get(language, node.title.get("en", node_id))


def read_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy file; raises `DrafterError` with every repeated id and unknown parent."""
    document = read_document(path, _File)
    table = "node" if document.record.node else "weapon"
    entries: tuple[Node, ...] = getattr(document.record, table)
    nodes: dict[str, Node] = {}
    faults = []
    for position, node in enumerate(entries):
        line = document.line(table, str(position))
        if node.id in nodes or node.id == UNKNOWN:
            faults.append(Fault(file=str(path), line=line, expected="a new id", got=repr(node.id)))
        nodes[node.id] = node
    for position, node in enumerate(entries):
        if node.parent is not None and node.parent not in nodes:
            line = document.line(table, str(position), "parent")
            hint = did_you_mean(node.parent, nodes)
            got = repr(node.parent)
            faults.append(Fault(file=str(path), line=line, expected="a class", got=got, hint=hint))
    if faults:
        raise DrafterError(*faults)
    return Taxonomy(nodes)


@cache
def load_kinds() -> Taxonomy:
    """Return the kinds of happening that ship with the package."""
    return read_taxonomy(FOLDER / "kinds.toml")


@cache
def load_targets() -> Taxonomy:
    """Return the kinds of target that ship with the package."""
    return read_taxonomy(FOLDER / "targets.toml")


@cache
def load_weapons() -> Taxonomy:
    """Return the classes of weapons that ship with the package."""
    return read_taxonomy(FOLDER / "weapons.toml")
