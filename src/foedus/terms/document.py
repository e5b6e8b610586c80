# SPDX-License-Identifier: Apache-2.0
"""One literate document read into an agreement, with every fault told at its line.

Steps, each over the whole document before the next: (1) bytes to text; (2) text to articles and
blocks; (3) blocks to records; (4) records to what they refer to, when they bind, and what they do
to each other. Nothing is raised before the end. Whether the file is in its canonical form is left
to `formatting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from foedus.base.zones import is_zone, zone_names
from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.terms.articles import AGREEMENT, Page, read_page
from foedus.terms.blocks import read_block
from foedus.terms.conflicts import check_conflicts, deadlocks
from foedus.terms.faults import Faults, Remark, line_of
from foedus.terms.fields import Fitted, fit
from foedus.terms.head import check_head, check_id
from foedus.terms.names import Clause, gather_names, repeated, salvaged
from foedus.terms.record import Agreement, Head, Term
from foedus.terms.references import STRENGTH, References, zones
from foedus.terms.rules import AnyRule, Evidence
from foedus.terms.stated_conditions import check_stated_conditions
from foedus.terms.times import Times
from foedus.terms.vocabulary import load_vocabulary

LIMIT_BYTES: Final = 1_048_576
_UTC: Final = "UTC"


class Loaded(NamedTuple):
    """What came of a document: the agreement if it has no fault, and all that was found."""

    agreement: Agreement | None
    faults: tuple[Fault, ...]
    remarks: tuple[Remark, ...]


def read_agreement(path: Path) -> Agreement:
    """Read a document; raises `DrafterError` with all of its faults, in the order of lines."""
    found = load_agreement(path)
    if found.agreement is None:
        raise DrafterError(*found.faults)
    return found.agreement


def load_agreement(path: Path) -> Loaded:
    """Read a document, and return the agreement or the faults, in the order of lines."""
    faults = Faults(str(path))
    text = read_text(path, faults)
    if text is None:
        return Loaded(None, faults.in_order, ())
    return _Reading(text, path, faults).load()


def load_text(text: str, path: Path) -> Loaded:
    """Return what comes of a text that would stand at `path`; nothing is read from there."""
    return _Reading(text, path, Faults(str(path))).load()


def read_text(path: Path, faults: Faults) -> str | None:
    """Return the text of a file in UTF-8, or None after adding why it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        faults.add(None, "", "a file that can be read", error.strerror or "none")
        return None
    if len(content) > LIMIT_BYTES:
        faults.add(None, "", f"at most {LIMIT_BYTES} bytes", f"{len(content)} bytes")
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "save the file in UTF-8"
        faults.add(line, "", "UTF-8", f"byte {content[error.start]:#04x}", hint)
        return None
    for number, line_text in enumerate(text.split("\n"), start=1):
        if "\0" in line_text:
            faults.add(number, str(line_text.index("\0") + 1), "text", "a NUL", "take it out")
            return None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


class _Reading:
    """One document on its way into an agreement."""

    def __init__(self, text: str, path: Path, faults: Faults) -> None:
        self.text, self.path, self.faults = text, path, faults

    def load(self) -> Loaded:
        """Take the steps (2) to (4)."""
        page = read_page(self.text, self.faults)
        fitted = self._head(page)
        clauses = tuple(self._clauses(page))
        names = gather_names(fitted, clauses)
        head = fitted.record(Head) if fitted and fitted.fits else None
        zone = self._zone(fitted)
        references = References(names, load_vocabulary(), self.faults)
        times = Times(zone, names, self.faults)
        if head is not None and fitted is not None:
            check_head(head, fitted.lines, self.path.stem, references, times)
        self._meaning(page, clauses, references, times)
        # What a block that does not fit would use is not known.
        if head is not None and fitted is not None and all(clause.rule for clause in clauses):
            self._unused(fitted, clauses, references)
        if self.faults.found or head is None:
            return Loaded(None, self.faults.in_order, ())
        return Loaded(self._agreement(head, page, clauses), (), tuple(deadlocks(clauses)))

    def _head(self, page: Page) -> Fitted | None:
        """Return the one agreement block, which stands under the first heading."""
        blocks = [fence for fence in page.fences if fence.word == AGREEMENT]
        if not blocks:
            hint = "write one under the first heading"
            self.faults.add(1, "", "an agreement block", "none", hint)
            return None
        for second in blocks[1:]:
            hint = f"the first stands in line {blocks[0].line}: one file, one agreement"
            self.faults.add(second.line, "", "one agreement block", "a second one", hint)
        first = blocks[0]
        if page.title_line is None or page.title_line > first.line or first.article is not None:
            hint = "the file begins with `# Title`, and the agreement block follows it"
            got = "one further down"
            self.faults.add(
                first.line, "", "the agreement block under the first heading", got, hint
            )
        node = read_block(first, self.faults)
        return None if node is None else fit(node, first, Head, self.faults)

    def _zone(self, fitted: Fitted | None) -> str:
        """Return the zone in which times are read; UTC where the head names none that exists."""
        zone = fitted.tree.get("zone") if fitted else None
        if fitted is None or zone is None or is_zone(zone):
            return zone or _UTC
        line, hint = line_of(fitted.lines, ("zone",)), did_you_mean(zone, zone_names())
        self.faults.add(line, "zone", "an IANA zone", repr(zone), hint)
        return _UTC

    def _clauses(self, page: Page) -> Iterable[Clause]:
        for fence in page.fences:
            if fence.word == AGREEMENT:
                continue
            if fence.article is None:
                hint = "write the heading of its article above it"
                self.faults.add(fence.line, "", "a term under an article", "no heading", hint)
            node = read_block(fence, self.faults)
            fitted = Fitted({}, {(): fence.line}, fits=False)
            if node is not None:
                fitted = fit(node, fence, AnyRule, self.faults)
            if not fitted.tree:
                fitted = msgspec.structs.replace(fitted, tree=salvaged(fence))
            rule: Any = fitted.record(AnyRule) if fitted.fits else None
            yield Clause(fence=fence, article=fence.article, fitted=fitted, rule=rule)

    def _meaning(
        self, page: Page, clauses: tuple[Clause, ...], references: References, times: Times
    ) -> None:
        """Check what the terms and the prose refer to, when, and against each other."""
        ids = [(str(c.fitted.tree["id"]), c.line("id"), ("id",)) for c in _named(clauses)]
        repeated(ids, "an id", self.faults)
        for name, line, key in ids:
            check_id(name, line, key, self.faults)
        for clause in clauses:
            references.check(clause)
            times.check(clause)
        check_stated_conditions(clauses, page.articles, references, self.faults)
        references.cited(page.cited)
        check_conflicts(clauses, references.names, self.faults)
        for article in {c.article.line: c.article for c in clauses if c.article}.values():
            if not article.prose:
                hint = "say in your own words what the article says"
                self.faults.add(article.line, "", "prose under the heading", "none", hint)

    def _unused(self, fitted: Fitted, clauses: tuple[Clause, ...], references: References) -> None:
        """Add a fault for every source, reading and zone that nothing uses."""
        names = references.names
        sources = {key: line_of(fitted.lines, ("sources", key)) for key in names.sources or ()}
        references.unused("source", sources, "cite it as [@key], or take it out")
        readings = {
            name: line_of(fitted.lines, ("readings", str(position)))
            for position, name in enumerate(names.readings or ())
        }
        references.unused("reading", readings, "no term holds under it alone")
        references.unused("zone", dict(zones(clauses)), "no term refers to it")

    def _agreement(self, head: Head, page: Page, clauses: tuple[Clause, ...]) -> Agreement:
        """Return the agreement of a document without a fault."""
        terms = tuple(
            Term(
                article=clause.article.label,
                anchor=clause.article.anchor,
                line=clause.fence.line,
                evidence=evidence_of(clause.rule, head),
                rule=clause.rule,
            )
            for clause in clauses
            if clause.rule is not None and clause.article is not None
        )
        return Agreement(file=self.path.name, head=head, articles=page.articles, terms=terms)


def evidence_of(rule: AnyRule, head: Head) -> Evidence:
    """Return the weakest evidence of a rule, of its source and of the source of its numbers."""
    stated: list[Evidence] = [rule.evidence] if rule.evidence else []
    keys = [rule.source, *([rule.value_source] if rule.value_source else [])]
    stated += [head.sources[key].evidence for key in keys]
    return min(stated, key=STRENGTH.__getitem__)


def _named(clauses: Iterable[Clause]) -> list[Clause]:
    return [clause for clause in clauses if clause.fitted.tree.get("id")]
