# SPDX-License-Identifier: Apache-2.0
"""What the `agreement` block of a document refers to, and whether its ids are in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from foedus.errors import did_you_mean
from foedus.terms.faults import Faults, Lines, line_of
from foedus.terms.names import repeated
from foedus.terms.record import Head, Statement
from foedus.terms.references import STRENGTH, References
from foedus.terms.times import Times

AGREED: Final = "agreed"
TEXT: Final = "text"
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check_id(name: str, line: int, key: tuple[str, ...], faults: Faults) -> None:
    """Add a fault if an id is not of small letters, digits and hyphens."""
    if not _ID.fullmatch(name):
        mended = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
        hint = f"such as {mended}" if mended else ""
        faults.add(line, key, "an id of small letters, digits and hyphens", repr(name), hint)


def check_head(head: Head, lines: Lines, stem: str, references: References, times: Times) -> None:
    """Add what is wrong with the meaning of a head: ids, dates, sources, who reads it how."""
    _Head(head, lines, references, times).check(stem)


class _Head:
    """One head, with the lines of its keys."""

    def __init__(self, head: Head, lines: Lines, references: References, times: Times) -> None:
        self.head, self.lines, self.references, self.times = head, lines, references, times
        self.faults = references.faults

    def check(self, stem: str) -> None:
        """Check every part of the head."""
        if self.head.id != stem:
            line, hint = self._line("id"), f"name the file {self.head.id}.md, or mend the id"
            self.faults.add(line, "id", f"{stem!r}, as the file is named", repr(self.head.id), hint)
        for key in ("parties", "readings"):
            self._ids(key)
        self._sources()
        for position, signing in enumerate(self.head.signed):
            place = ("signed", str(position))
            self.times.moment(self._line(*place, "on"), (*place, "on"), signing.on)
            self._source((*place, "source"), signing.source)
        self._readings()
        self._statement("monitor", self.head.monitor)
        self._statement("consequence", self.head.consequence)

    def _line(self, *key: str) -> int:
        """Return the line of a key of the head."""
        return line_of(self.lines, key)

    def _ids(self, key: str) -> None:
        """Check that ids are written as ids and stand once."""
        entries = getattr(self.head, key)
        places = [(key, str(position), "id") for position in range(len(entries))]
        stated = [
            (entry.id, self._line(*place), place)
            for entry, place in zip(entries, places, strict=True)
        ]
        repeated(stated, "an id", self.faults)
        for name, line, place in stated:
            check_id(name, line, place, self.faults)

    def _sources(self) -> None:
        """Check keys and addresses of the sources."""
        for key, entry in self.head.sources.items():
            check_id(key, self._line("sources", key), ("sources", key), self.faults)
            if not entry.url.startswith(("http://", "https://")):
                place = ("sources", key, "url")
                got = repr(entry.url)
                self.faults.add(self._line(*place), place, "an address, http or https", got)
            if entry.date:
                place = ("sources", key, "date")
                self.times.moment(self._line(*place), place, entry.date)

    def _readings(self) -> None:
        """Check who holds a reading, and on which sources it rests."""
        known = (AGREED, TEXT, *(self.references.names.parties or ()))
        for position, reading in enumerate(self.head.readings):
            place = ("readings", str(position))
            for number, holder in enumerate(reading.held_by):
                if holder not in known:
                    key = (*place, "held_by", str(number))
                    hint = did_you_mean(holder, known)
                    expected = "a party's id, agreed or text"
                    self.faults.add(self._line(*key), key, expected, repr(holder), hint)
            for source in reading.sources:
                self._source((*place, "sources"), source)
            borne = [
                self.head.sources[s].evidence for s in reading.sources if s in self.head.sources
            ]
            self._borne((*place, "evidence"), reading.evidence, borne)

    def _statement(self, key: str, statement: Statement) -> None:
        """Check the source of a sentence, and that it is not stated better than that."""
        self._source((key, "source"), statement.source)
        source = self.head.sources.get(statement.source)
        if statement.evidence and source:
            self._borne((key, "evidence"), statement.evidence, [source.evidence])

    def _borne(self, key: tuple[str, ...], stated: str, borne: Sequence[str]) -> None:
        """Check that evidence is no better than the best of the sources that bear it."""
        best = max(borne, key=STRENGTH.__getitem__, default="S")
        if STRENGTH[stated] > STRENGTH[best]:
            hint = f"its best source is of evidence {best}"
            self.faults.add(self._line(*key), key, f"evidence no better than {best}", stated, hint)

    def _source(self, key: tuple[str, ...], source: str) -> None:
        """Check the key of a source."""
        self.references.used["source"].add(source)
        known = self.references.names.sources or {}
        if source not in known:
            hint = did_you_mean(source, known) if known else ""
            self.faults.add(self._line(*key), key, "the key of a source", repr(source), hint)
