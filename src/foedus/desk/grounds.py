# SPDX-License-Identifier: Apache-2.0
"""Why somebody owes something: from an obligation down to articles, decisions, reports, addresses.

(1) The obligation: its rung, by whose decision it is reached, from which moment its clock counts;
(2) the rung's article and its source; (3) each decision, its votes and the case with its findings;
(4) findings with their article and reasons, incidents with their reports, articles and files, as
the mission's last run has them; (5) the guarantor's side: its pledge, its own law's steps, the
facts that its conditions ask for, each with its source; (6) what was done.

Where a link is missing the tree says so; it never ends in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

import msgspec

from foedus.cases.kinds import OPEN
from foedus.cases.record import Decision
from foedus.desk import words
from foedus.desk.docket import Docket
from foedus.desk.nodes import Node, linked
from foedus.desk.record_grounds import Record, finding_node, incident_node
from foedus.errors import Fault, OperatorError
from foedus.guarantee.record import Run, Rung
from foedus.obligations import kinds as duties
from foedus.obligations.record import FORCES, STATES, Obligation
from foedus.terms.record import Agreement, Term
from foedus.trust.folding import Entry

ABOUT: Final = ("commitment", "consent", "deployment")
"""Subjects of the register's acts about one state."""


def grounds_of(found: Docket, asked: str) -> Node:
    """Return the tree of an obligation, a decision, a case or a finding that a case cites.

    By its id or a beginning of it.

    Raises `OperatorError` where nothing or more than one thing fits.
    """
    known = _makers(found)
    fits = fitting(known, asked)
    if len(fits) != 1:
        expected = "the id of an obligation, a decision, a case, or a finding that one cites"
        got = f"{asked!r}, which fits {len(fits)}"
        hint = "foedus due MISSION --json and foedus case MISSION list them"
        raise OperatorError(Fault(expected=expected, got=got, hint=hint))
    return known[fits[0]]()


def holds(found: Docket, asked: str) -> bool:
    """Return whether one thing of a docket has that id, or that beginning of one."""
    return len(fitting(_makers(found), asked)) == 1


def fitting(known: Iterable[str], asked: str) -> list[str]:
    """Return the ids that a text names: itself, or all that begin so."""
    ids = list(known)
    return [asked] if asked in ids else [one for one in ids if asked and one.startswith(asked)]


def _makers(found: Docket) -> dict[str, Callable[[], Node]]:
    """Return how the tree of everything that has an id is made."""
    record = Record(found.due.mission.id, found.due.mission.zone)
    makers: dict[str, Callable[[], Node]] = {}
    for one in found.due.obligations:
        makers[one.obligation] = partial(_obligation, found, record, one)
    for decision in _decisions(found):
        makers[decision.decision] = partial(_decision, found, record, decision)
    for docketed in found.cases:
        makers[docketed.case.id] = partial(_case, found, record, docketed.case.id)
        for name in docketed.case.findings:
            makers.setdefault(name, partial(_cited, found, record, name))
    return makers


def _decisions(found: Docket) -> list[Decision]:
    return [one for docketed in found.cases for one in docketed.case.decisions]


def _obligation(found: Docket, record: Record, one: Obligation) -> Node:
    """Numbered steps 1, 5 and 6."""
    ground = one.ground
    run = next(run for run in found.due.runs if run.run == ground.run)
    rung = next(rung for rung in run.rungs if rung.rung == ground.rung)
    state = f"{STATES[one.state]}; {FORCES[one.force]}"
    reasons = "".join(f"; {reason}" for reason in one.reasons)
    return Node(
        kind="obligation",
        id=one.obligation,
        text=f"{one.guarantor}: {one.component}: {one.state}: {state}{reasons}",
        link=linked("", [ground.run, ground.rung, one.guarantor, one.component]),
        grounds=(
            _rung(found, record, run, rung),
            *_own_side(found, one),
            *(_statement("condition", item) for item in one.subject_to),
            *(_statement("condition", item) for item in one.missing),
            *_done(found, one),
        ),
    )


def _rung(found: Docket, record: Record, run: Run, rung: Rung) -> Node:
    """Numbered step 2."""
    agreement = next(one for one in found.due.ladders if one.id == run.agreement)
    zone = found.due.mission.zone
    clock = "" if rung.due is None else f"; {words.stretch(rung.due, zone)}"
    since = "" if rung.anchored is None else f" ({words.moment(rung.anchored, zone)})"
    counted = f", counted from {rung.anchor}{since}" if rung.anchor else ""
    decided = {one.decision: one for one in _decisions(found)}
    named = [decided[name] for name in rung.decisions if name in decided]
    told = f"{rung.text} {rung.state}{clock}{counted}; {'; '.join(rung.reasons)}"
    return Node(
        kind="rung",
        id=f"{run.run}/{rung.rung}",
        text=f"reading {run.reading}: {told}",
        grounds=(
            _run(run),
            _article(agreement, agreement.term(rung.rung)),
            *(_decision(found, record, one) for one in named),
            *_needed(found, agreement.id, rung),
        ),
        broken="" if named else "no decision is on record by which it is reached",
    )


def _run(run: Run) -> Node:
    key = [run.agreement, run.ladder, run.case, run.reading]
    text = f"{run.ladder} of {run.agreement}, case {run.case}, reading {run.reading}"
    return Node(kind="key", id=run.run, text=text, link=linked("", key))


def _article(agreement: Agreement, term: Term) -> Node:
    source = agreement.head.sources[term.rule.source]
    title = agreement.head.title["en"]
    doubt = "" if term.is_verified else " (not verified)"
    return Node(
        kind="article",
        id=f"{agreement.id}/{term.id}",
        text=f"{title}, {term.article}: {term.rule.text}{doubt}",
        grounds=(Node(kind="source", id="", text=source.title, url=source.url),),
    )


def _decision(found: Docket, record: Record, one: Decision) -> Node:
    """Numbered step 3."""
    zone = found.due.mission.zone
    votes = tuple(
        Node(
            kind="vote",
            id=vote.act,
            act=vote.act,
            text=f"{vote.member}: {vote.verdict} {vote.dissent}".strip(),
            says={"member": vote.member, "verdict": vote.verdict},
        )
        for vote in one.votes
    )
    text = f"{one.severity} {one.verdict} by {words.attributed(one)}; {one.text}"
    said = {"verdict": one.verdict, "severity": one.severity, "text": one.text}
    return Node(
        kind="decision",
        id=one.decision,
        act="" if one.assumed else one.decision,
        text=f"{one.body}, {words.moment(one.determined, zone)}: {text}",
        says={} if one.assumed else said | ({"party": one.party} if one.party else {}),
        grounds=(*votes, _case(found, record, one.case, one)),
        broken="ASSUMED: nobody decided it" if one.assumed and not one.text else "",
    )


def _case(found: Docket, record: Record, name: str, decision: Decision | None = None) -> Node:
    (one,) = (item for item in found.cases if item.case.id == name)
    findings = decision.findings if decision else one.case.findings
    incidents = decision.incidents if decision else one.case.incidents
    cited = {finding[:16] for finding in findings}
    told = one.case.opening.text if one.case.opening else ""
    nodes = (
        *(finding_node(record, item) for item in findings),
        *(incident_node(record, item) for item in incidents if item[:16] not in cited),
    )
    acts = tuple(
        _citation(found.acts[act], found.acts[act].payload or {})
        for act in one.case.acts
        if act in found.acts and (decision is None or found.acts[act].kind == OPEN.name)
    )
    texts = decision.grounds if decision else ()
    stated = [item for item in texts if item not in findings and item not in incidents]
    return Node(
        kind="case",
        id=name,
        text=f"{one.case.state}: {told}",
        grounds=(*nodes, *(_statement("statement", item) for item in stated), *acts),
        broken="" if nodes or stated else "nothing on which it rests is on record",
    )


def _cited(found: Docket, record: Record, name: str) -> Node:
    """Return a finding with the acts that cite it beside what it rests on."""
    node = finding_node(record, name)
    cited = tuple(
        _citation(
            entry, {key: said for key, said in (entry.payload or {}).items() if _names(said, name)}
        )
        for entry in found.acts.values()
        if entry.act not in found.due.register.unsigned
        and any(_names(said, name) for said in (entry.payload or {}).values())
    )
    return msgspec.structs.replace(node, grounds=(*node.grounds, *cited))


def _citation(entry: Entry, says: dict[str, Any]) -> Node:
    text = f"{entry.kind} on {entry.subject}"
    return Node(kind="citation", id=entry.act, act=entry.act, text=text, says=says)


def _names(said: Any, name: str) -> bool:
    return said == name or (isinstance(said, list | tuple) and name in said)


def _own_side(found: Docket, one: Obligation) -> Iterator[Node]:
    """Numbered step 5: what the register has of the guarantor, in the order of the record."""
    subjects = {f"{about}:{one.guarantor}/{one.component}" for about in ABOUT}
    entries = found.due.register.entries
    for entry in entries:
        if entry.subject in subjects or _is_consent(entry, one):
            yield act_node(found, entry, "pledge" if _is_pledge(entry, one) else "own law")
    for name in one.ground.instruments:
        own = [entry for entry in entries if entry.subject == f"instrument:{name}"]
        yield from (act_node(found, entry, "instrument") for entry in own)


def _is_consent(entry: Entry, one: Obligation) -> bool:
    begins = f"consent:{one.guarantor}/"
    matter = entry.subject.rpartition("/")[2]
    return entry.subject.startswith(begins) and matter in (one.component, "*")


def _is_pledge(entry: Entry, one: Obligation) -> bool:
    return entry.act == one.ground.pledge or entry.kind == "commitment.step"


def _needed(found: Docket, agreement: str, rung: Rung) -> Iterator[Node]:
    """Yield what a rung needs: as it stands, and the acts that say so."""
    mark = "ASSUMED: " if found.due.assumed else ""
    for one in rung.needs:
        yield _statement("condition", f"{mark}{one.text} {one.holds.value}")
    if not found.due.assumed:
        yield from _facts(found, agreement, [one.predicate for one in rung.needs])


def _facts(found: Docket, agreement: str, predicates: Iterable[str]) -> Iterator[Node]:
    wanted = set(predicates)
    for entry in found.due.register.entries:
        said = entry.payload or {}
        is_found = entry.subject.removeprefix("fact:") in wanted and entry.kind == "fact.find"
        is_stated = entry.subject == agreement and said.get("predicate") in wanted
        if is_found or is_stated:
            yield act_node(found, entry, "fact")


def act_node(found: Docket, entry: Entry, kind: str) -> Node:
    """Return an act of the register or the log: signed, or cited from the public record."""
    said = entry.payload or {}
    text = str(said.get("says") or said.get("text") or said.get("fact") or entry.kind)
    source = str(said.get("source") or "")
    is_signed = entry.act not in found.due.register.unsigned
    when = words.instant(entry.known_us, found.due.mission.zone)
    ground = Node(kind="url", id="", text="source", url=source) if source else None
    stated = _statement("statement", f"signed act {entry.act}")
    return Node(
        kind=kind,
        id=entry.act,
        act=entry.act if is_signed else "",
        text=f"{entry.kind}, known {when}: {text}",
        says={name: said[name] for name in sorted(said)} if is_signed else {},
        grounds=(ground,) if ground else (stated,),
        broken="" if is_signed or ground else "neither signed nor with a source",
    )


def _done(found: Docket, one: Obligation) -> Iterator[Node]:
    """Numbered step 6."""
    names = {kind.name for kind in duties.KINDS}
    for entry in found.acts.values():
        if entry.subject == one.obligation and entry.kind in names:
            yield act_node(found, entry, "done")


def _statement(kind: str, text: str) -> Node:
    return Node(kind=kind, id="", text=text)
