# SPDX-License-Identifier: Apache-2.0
"""Everything that the terms of one document can refer to by name.

Gathered from what fits, even where the rest of a block does not, so that one faulty block does not
make every reference to it a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from foedus.terms.articles import Fence
from foedus.terms.faults import Faults, Key, line_of
from foedus.terms.fields import Fitted
from foedus.terms.record import Article
from foedus.terms.rules import ALL, AnyRule

_ID_LINE: Final = re.compile(r"^id: *([a-z0-9-]+) *$", re.MULTILINE)


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """A term's block on its way into a term: where it stands and what of it fits."""

    fence: Fence
    article: Article | None
    fitted: Fitted
    rule: AnyRule | None
    """None where the block does not fit."""

    def line(self, *key: str) -> int:
        """Return the line of a key, or of the nearest one around it."""
        return line_of(self.fitted.lines, key)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of a document; None where the block that declares them cannot be read."""

    parties: tuple[str, ...] | None
    sources: dict[str, str] | None
    """Key -> evidence."""
    readings: tuple[str, ...] | None
    terms: dict[str, str]
    """Id -> rule; empty where the rule cannot be read."""

    @property
    def bearers(self) -> tuple[str, ...] | None:
        """Words that a bearer may be: parties, or all."""
        return None if self.parties is None else (ALL, *self.parties)

    def terms_of(self, *rules: str) -> tuple[str, ...]:
        """Return the ids of all terms that are, or may be, of these rules."""
        return tuple(name for name, rule in self.terms.items() if rule in (*rules, ""))


def gather_names(head: Fitted | None, clauses: Iterable[Clause]) -> Names:
    """Return every id that the head and the blocks declare, faulty or not."""
    tree = head.tree if head else {"readings": None}
    sources = tree.get("sources")
    return Names(
        parties=_ids(tree.get("parties")),
        sources=None if sources is None else {k: _evidence(v) for k, v in sources.items()},
        readings=_ids(tree.get("readings", [])),
        terms={
            str(clause.fitted.tree["id"]): str(clause.fitted.tree.get("rule", ""))
            for clause in reversed(tuple(clauses))
            if clause.fitted.tree.get("id")
        },
    )


def salvaged(fence: Fence) -> dict[str, str]:
    """Return the id of a block that cannot be read, if one of its lines still states it."""
    found = _ID_LINE.search(fence.text)
    return {"id": found[1]} if found else {}


def _evidence(source: Any) -> str:
    return str((source or {}).get("evidence") or "S")


def _ids(entries: Any) -> tuple[str, ...] | None:
    if entries is None:
        return None
    return tuple(str(entry["id"]) for entry in entries if entry and entry.get("id"))


def repeated(pairs: Iterable[tuple[str, int, Key]], what: str, faults: Faults) -> None:
    """Add a fault for every id that came before: id, line and key of each."""
    first: dict[str, int] = {}
    for name, line, key in pairs:
        if name in first:
            hint = f"the first stands in line {first[name]}"
            faults.add(line, key, f"{what} of its own", repr(name), hint)
        first.setdefault(name, line)
