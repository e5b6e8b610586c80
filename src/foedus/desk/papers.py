# SPDX-License-Identifier: Apache-2.0
"""Formal documents of a case: notifications, determinations and the case file, as HTML and PDF.

(1) The case as the docket has it; (2) for each document the acts that it states; (3) their proofs
from the log, enclosed in it; (4) a page by a template, and a PDF of that page. Nothing is fetched
from anywhere, and the same acts give the same bytes. A replay's document bears its marking and says
that nothing in it can be proven. What a document says is quoted from acts as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foedus.base.encoding import bytes_digest
from foedus.cases import kinds
from foedus.cases.kinds import Notice
from foedus.cases.record import Case, Decision
from foedus.desk import tables, words
from foedus.desk.docket import Docket
from foedus.desk.docket import case as asked_case
from foedus.desk.enclosures import Enclosed, Enclosures, enclosures
from foedus.desk.languages import spoken
from foedus.desk.pdf import pdf_of
from foedus.errors import Fault, OperatorError
from foedus.mission import Mission
from foedus.trust.enclosed import link
from foedus.trust.folding import Entry

Kind = Literal["notification", "determination", "file"]
KINDS: Final[tuple[Kind, ...]] = ("notification", "determination", "file")
TEMPLATES: Final = Path(__file__).parent / "templates"


class Document(NamedTuple):
    """One document: its name without an ending, its page, and what is enclosed in it."""

    name: str
    title: str
    html: str
    """The page, with its proofs as links."""
    printed: str
    """The page for paper, to which proofs are attached."""
    enclosed: Enclosures | None


class Part(NamedTuple):
    """What one document is about."""

    name: str
    number: str
    notice: Notice | None
    decision: Decision | None
    acts: tuple[Entry, ...]
    about: str = ""
    """The act by which it was sent or determined; empty: a file is about all of them."""


def papers(
    mission: str | Path | Mission,
    asked: str,
    kind: Kind,
    *,
    language: str = "en",
    witnesses: Sequence[str] = (),
    log: Path | None = None,
    **when: Any,
) -> tuple[Document, ...]:
    """Return the documents of one kind about a case: one for each notice, or each determination.

    `when` are `at`, `assume` and `now_us` as of `docket.case`. Raises `OperatorError` where there
    is nothing of that kind, or the log's checkpoint does not cover what would be stated.
    """
    found = asked_case(mission, asked, log=log, **when)
    (one,) = found.cases
    parts = list(_parts(found, one.case, kind))
    if not parts:
        expected = f"a case with a {kind}" if kind != "file" else "a case"
        raise OperatorError(Fault(expected=expected, got=f"{one.case.id}, which has none"))
    proven = log if not found.due.assumed else None
    return tuple(_document(found, kind, part, language, proven, witnesses) for part in parts)


def _parts(found: Docket, case: Case, kind: Kind) -> Iterator[Part]:
    """Numbered step 2."""
    acts = [found.acts[act] for act in case.acts if act in found.acts]
    refused = {one.act for one in case.refusals}
    taken = [entry for entry in acts if entry.act not in refused]
    seat = [entry for entry in found.acts.values() if entry.kind == kinds.CONSTITUTE.name]
    opened = [entry for entry in taken if entry.kind in (kinds.OPEN.name, kinds.JOIN.name)]
    stem = case.id.replace("/", "-")
    if kind == "file":
        yield Part(f"{stem}-file", case.id, None, None, (*seat, *acts))
    elif kind == "notification":
        sent = [entry for entry in taken if entry.kind == kinds.NOTIFY.name]
        for number, (notice, entry) in enumerate(zip(case.notices, sent, strict=True), start=1):
            name = f"{stem}-notification-{number}-{notice.party}"
            stated = (*seat, *opened, entry)
            yield Part(name, f"{case.id}/N{number}", notice, None, stated, entry.act)
    else:
        for number, decision in enumerate((*case.overruled, *case.decisions), start=1):
            own_acts = {decision.decision, *(vote.act for vote in decision.votes)}
            own_acts |= {one.act for one in case.remedies if one.decision == decision.decision}
            own = [entry for entry in taken if entry.act in own_acts]
            name = f"{stem}-determination-{number}"
            stated = (*seat, *opened, *own)
            yield Part(name, f"{case.id}/D{number}", None, decision, stated, decision.decision)


def _document(
    found: Docket,
    kind: Kind,
    part: Part,
    language: str,
    log: Path | None,
    witnesses: Sequence[str],
) -> Document:
    said = spoken(language)
    held = enclosures(log, part.acts, witnesses) if log is not None else None
    title = f"{said['names'][kind]} {part.number}"
    told = tables.told(found, part.decision, language, said, held)
    page = _environment().get_template(f"{kind}.html.jinja")
    given = {"said": said, "w": said["words"], "language": language, "title": title}
    given |= {"part": part, "found": found, "held": held, **told}
    given |= {"named": _names(found.due.mission, language), "signed": _signed(part, held)}
    links = [(one.file, link(one.proof)) for one in held.acts] if held else []
    html = page.render(**given, is_page=True, links=links)
    printed = page.render(**given, is_page=False, links=[])
    return Document(part.name, title, html, printed, held)


def _signed(part: Part, held: Enclosures | None) -> Enclosed | None:
    """The act that a document is about: the notice, or the determination."""
    if held is None or not part.about:
        return None
    return next(one for one in held.acts if one.act == part.about)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["party"] = named_party
    environment.globals.update(css=(TEMPLATES / "paper.css").read_text("utf-8"), words=words)
    return environment


def named_party(name: str, named: Mapping[str, str]) -> str:
    """Return a party's name with its id, or the id where the mission names no such party."""
    return f"{named[name]} ({name})" if name in named else name


def _names(mission: Mission, language: str) -> dict[str, str]:
    return {party.id: party.names.get(language, party.names["en"]) for party in mission.parties}


def write_papers(documents: Sequence[Document], folder: Path) -> list[Path]:
    """Write every document as HTML and as PDF, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in documents:
        for ending, data in ((".html", one.html.encode()), (".pdf", pdf(one))):
            path = folder / f"{one.name}{ending}"
            path.write_bytes(data)
            written.append(path)
    return written


def pdf(document: Document) -> bytes:
    """Return a document as a PDF with its proofs attached."""
    identifier = bytes_digest(document.printed.encode())
    return pdf_of(document.printed, identifier, document.enclosed.acts if document.enclosed else ())
