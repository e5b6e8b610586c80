# SPDX-License-Identifier: Apache-2.0
"""An agreement: who is bound, when, by which terms, each under its article, and how we know.

`Head` is what the `agreement` block of a document says, `Agreement` the whole document once it has
been read. The rules inside the terms stand in `rules`; reading a document is left to `document`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from foedus.base.parties import Parties, Party
from foedus.terms.rules import AnyRule, Entry, Evidence

Role = Literal[
    "party",
    "bound-non-signatory",
    "non-party",
    "broker",
    "guarantor",
    "monitor",
    "depositary",
    "host",
]


Capacity = Literal["own", "not-stated", "through-another", "as-mediator"]
"""In which capacity somebody is bound or signed: as itself; in none that is stated; because another
undertook it; as one who mediates and signs."""


class SourceEntry(Entry, frozen=True, kw_only=True):
    """Where a fact comes from, and how far it was checked."""

    url: str
    title: str
    """What the page is; the outlet or the document."""
    evidence: Evidence
    date: str = ""
    """When it was published, as far as that is known."""
    note: str = ""


class PartyEntry(Entry, frozen=True, kw_only=True):
    """Who takes part, and in which role."""

    id: str
    names: dict[str, str]
    """Language (BCP 47) -> name."""
    side: str
    role: Role
    capacity: Capacity = "own"
    note: str = ""


class Signing(Entry, frozen=True, kw_only=True):
    """When a document of the agreement was signed or declared."""

    document: str
    on: str
    source: str


class Reading(Entry, frozen=True, kw_only=True):
    """One way in which the text is read, and who reads it so."""

    id: str
    title: str
    held_by: tuple[str, ...]
    """Ids of parties; or `agreed`, or `text` for what the words say."""
    sources: tuple[str, ...]
    evidence: Evidence
    note: str = ""


class Statement(Entry, frozen=True, kw_only=True):
    """A sentence about the agreement, with its source."""

    text: str
    source: str
    evidence: Evidence | None = None


class Head(Entry, frozen=True, kw_only=True):
    """The `agreement` block."""

    id: str
    """Same as the name of the file, without `.md`."""
    title: dict[str, str]
    """Language (BCP 47) -> title."""
    written: bool
    """False if there is no text, only what people said."""
    zone: str
    """IANA zone in which times without a zone are read."""
    signed: tuple[Signing, ...] = ()
    parties: tuple[PartyEntry, ...]
    sources: dict[str, SourceEntry]
    readings: tuple[Reading, ...] = ()
    monitor: Statement
    """Who watches; `none` if nobody does."""
    consequence: Statement
    """What follows a breach; `none-written` if the text says nothing."""
    note: str = ""


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and the prose beneath it."""

    label: str
    """What a finding cites: the heading up to its first full stop or dash."""
    heading: str
    anchor: str
    """Fragment by which a page links to it, made from the label; it stays as the label does."""
    level: int
    line: int
    prose: str


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One formal rule with the article under which it stands."""

    article: str
    anchor: str
    line: int
    evidence: Evidence
    """The weakest of what it, its source and the source of its numbers state."""
    rule: AnyRule

    @property
    def id(self) -> str:
        """The id of its rule."""
        return self.rule.id

    @property
    def is_verified(self) -> bool:
        """Whether a source was read that says so (S) or reports it (P)."""
        return self.evidence in ("S", "P")

    def holds_under(self, reading: str) -> bool:
        """Whether the term holds under a reading."""
        return not self.rule.readings or reading in self.rule.readings


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """A literate document, read and checked."""

    file: str
    head: Head
    articles: tuple[Article, ...]
    terms: tuple[Term, ...]
    """In the order of the document."""

    @property
    def id(self) -> str:
        """Its id."""
        return self.head.id

    @property
    def parties(self) -> Parties:
        """Who takes part, in the order in which they were declared."""
        return Parties(tuple(Party(id=p.id, names=p.names, side=p.side) for p in self.head.parties))

    @property
    def bound(self) -> tuple[str, ...]:
        """Ids of those whom `all` means: the parties, and who is bound without having signed."""
        roles = ("party", "bound-non-signatory")
        return tuple(entry.id for entry in self.head.parties if entry.role in roles)

    def term(self, term_id: str) -> Term:
        """Return the term with that id; raises `KeyError` if there is none."""
        for term in self.terms:
            if term.id == term_id:
                return term
        raise KeyError(term_id)

    def under(self, reading: str) -> tuple[Term, ...]:
        """Return the terms that hold under a reading, in the order of the document."""
        return tuple(term for term in self.terms if term.holds_under(reading))
