# SPDX-License-Identifier: Apache-2.0
"""Answers about what people decided: cases, rungs of ladders with their clocks, and who owes what.

All is what `replay.clocks.due` answers, told field by field. Where a replay was asked, every answer
carries its marking and what it assumes. Nothing is decided here, and nothing is worked out anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from foedus.base.dues import Due as Deadline
from foedus.base.dues import Limit
from foedus.cases.record import Decision
from foedus.guarantee.record import STATES, Rung
from foedus.obligations.record import FORCES, Obligation
from foedus.publication.binding_page import name_of
from foedus.publication.edition import STANDING, Row
from foedus.replay.clock_lines import rungs_told
from foedus.replay.clocks import Due
from foedus.terms.record import Agreement
from foedus.terms.rules import RungRule
from foedus.web.served import Question, missing

OF_CASE: Final = f"""select * from incidents where list_contains($ids, lineage_id) and {STANDING}
    order by occurred_from_us, lineage_id"""
RUNNING: Final = ("pending", "due", "eligible", "unknown", "contested")
"""States of a rung that may still move."""
BEHIND: Final = 50
"""Incidents behind obligations that are told beside them, at most."""


def heading(found: Due | None) -> Row:
    """Return what stands before everything that follows from decisions."""
    if found is None:
        return {"marking": "", "assumed": "", "at_us": None}
    return {"marking": found.marking, "assumed": found.assumed, "at_us": found.at_us}


def clocks(found: Due | None) -> list[Row]:
    """Return every rung of every run; those alike under all readings once."""
    if found is None:
        return []
    rows = []
    for case in dict.fromkeys(run.case for run in found.runs):
        own = [run for run in found.runs if run.case == case]
        for key in dict.fromkeys((run.agreement, run.ladder) for run in own):
            group = [run for run in own if (run.agreement, run.ladder) == key]
            for reading, rung in rungs_told(group):
                rows.append(_clock(found, case, key, reading, rung))
    return rows


def _clock(found: Due, case: str, ladder: tuple[str, str], reading: str, rung: Rung) -> Row:
    return {
        "case": case,
        "case_title": found.titles.get(case, case),
        "agreement": ladder[0],
        "ladder": ladder[1],
        "article": rung.article,
        "rung": rung.rung,
        "step": rung.step,
        "text": rung.text,
        "state": rung.state,
        "meaning": STATES[rung.state],
        "reading": reading,
        **_times(rung.due),
        "counted_from": rung.anchor,
        "undecided": rung.undecided,
        "decider": rung.decider,
        "silence": rung.silence,
        "bearer": rung.bearer,
        "minimum": rung.minimum,
        "menu": rung.menu,
        "reasons": rung.reasons,
        "is_verified": rung.is_verified,
    }


def _times(due: Deadline | None) -> Row:
    opens = due.opens if due is not None and due.kind != "latest-by" else None
    closes = due.closes if due is not None else None
    return {
        "opens_us": opens and opens.earliest_us,
        "closes_us": closes and closes.earliest_us,
        "closes_latest_us": closes and closes.latest_us,
        "open_until": _unknown(closes),
    }


def _unknown(limit: Limit | None) -> str:
    return limit.unknown if limit is not None and limit.latest_us is None else ""


def decisions(found: Due | None) -> list[Row]:
    """Return every decision that stands at the moment asked about, in order of time."""
    if found is None:
        return []
    known = [one for one in found.decisions if one.known_us <= found.at_us]
    return [_decision(found, one) for one in sorted(known, key=lambda one: one.known_us)]


def _decision(found: Due, one: Decision) -> Row:
    return {
        "decision": one.decision,
        "case": one.case,
        "case_title": found.titles.get(one.case, one.case),
        "agreement": one.agreement,
        "term": one.term,
        "article": one.article,
        "reading": one.reading,
        "verdict": one.verdict,
        "party": one.party,
        "severity": one.severity,
        "occurred_from_us": one.occurred.from_us,
        "occurred_to_us": one.occurred.to_us,
        "occurred_precision": one.occurred.precision,
        "known_us": one.known_us,
        "body": one.body,
        "standard": one.standard,
        "text": one.text,
        "incidents": one.incidents,
        "findings": one.findings,
        "grounds": one.grounds,
        "votes": [f"{cast.member}: {cast.verdict}" for cast in one.votes],
        "assumed": one.assumed,
    }


def obligations(question: Question) -> Row:
    """Return who owes or has promised what, with the case and the incidents behind each."""
    found = question.served.due(question.when)
    wanted = {name: question.word(name) for name in ("guarantor", "case", "state")}
    every = list(_owed(found))
    rows = [
        row
        for row in every
        if all(word is None or row[name] == word for name, word in wanted.items())
    ]
    rows.sort(key=lambda row: (tuple(FORCES).index(row["force"]), row["guarantor_name"]))
    sums = Counter((row["force"], row["state"]) for row in rows)
    behind = list(dict.fromkeys(name for row in rows for name in row["incidents"]))[:BEHIND]
    return {
        **heading(found),
        "total": len(rows),
        "rows": rows,
        "sums": [
            {"force": force, "state": state, "obligations": number}
            for (force, state), number in sums.items()
        ],
        "guarantors": _choices(every, "guarantor", "guarantor_name", ("id", "name")),
        "behind": question.edition.ask(OF_CASE, question.when, ids=behind) if behind else [],
        "open_cases": _choices(every, "case", "case_title", ("case", "case_title")),
        "register": None
        if found is None
        else {"mission": found.register.mission.title, "on": found.register.on},
    }


def _choices(rows: list[Row], key: str, title: str, names: tuple[str, str]) -> list[Row]:
    """Return what a filter may ask for: each key of the rows once, by its title."""
    found = sorted({(row[title], row[key]) for row in rows})
    return [dict(zip(names, (word, told), strict=True)) for told, word in found]


def _owed(found: Due | None) -> Iterator[Row]:
    if found is None:
        return
    behind = {one.decision: one.incidents for one in found.decisions}
    for one in found.obligations:
        yield _obligation(found, one, behind)


def _obligation(found: Due, one: Obligation, behind: dict[str, tuple[str, ...]]) -> Row:
    ground = one.ground
    return {
        "obligation": one.obligation,
        "guarantor": one.guarantor,
        "guarantor_name": name_of(one.guarantor),
        "component": one.component,
        "state": one.state,
        "force": one.force,
        "what": one.what,
        "amount": one.amount,
        "owed_to": one.owed_to,
        **_times(one.due),
        "subject_to": one.subject_to,
        "missing": one.missing,
        "waits": _waits(found, one),
        "reasons": one.reasons,
        "case": ground.case,
        "case_title": found.titles.get(ground.case, ground.case),
        "agreement": ground.agreement,
        "ladder": ground.ladder,
        "rung": ground.rung,
        "article": ground.article,
        "reading": ground.reading,
        "decisions": ground.decisions,
        "incidents": list(
            dict.fromkeys(name for one in ground.decisions for name in behind.get(one, ()))
        ),
        "assumed": one.assumed,
    }


def _waits(found: Due, one: Obligation) -> list[Row]:
    """Return what an obligation waits for: steps of the guarantor's own law, then conditions."""
    cell = found.bound.cells.get(f"{one.guarantor}/{one.component}")
    items = cell.missing if cell is not None else ()
    rows = [{"what": item.what, "by": item.by, "why": item.why} for item in items]
    return sorted(rows, key=lambda row: row["what"] == "condition")


def cases(question: Question) -> Row:
    """Return what was decided, decision by decision."""
    found = question.served.due(question.when)
    return {**heading(found), "rows": decisions(found)}


def case(question: Question) -> Row:
    """Return one case: its decisions, the incidents beneath them, its clocks, what is owed."""
    found = question.served.due(question.when)
    own = [row for row in decisions(found) if row["case"] == question.id]
    if found is None or not own:
        raise missing("the id of a case with a decision", question.id)
    ids = list(dict.fromkeys(name for row in own for name in row["incidents"]))
    owed = Counter(
        (one.state, one.force) for one in found.obligations if one.ground.case == question.id
    )
    return {
        **heading(found),
        "case": question.id,
        "case_title": found.titles.get(question.id, question.id),
        "decisions": own,
        "incidents": question.edition.ask(OF_CASE, question.when, ids=ids),
        "clocks": [row for row in clocks(found) if row["case"] == question.id],
        "owed": [
            {"state": state, "force": force, "obligations": number}
            for (state, force), number in sorted(owed.items())
        ],
        "provided": [
            {"title": title, "monitor": monitor, "consequence": consequence}
            for title, monitor, consequence in found.provided
        ],
    }


def cases_of(question: Question, lineage: str) -> list[Row]:
    """Return the cases that rest on an incident."""
    found = question.served.due(question.when)
    rows = [row for row in decisions(found) if lineage in row["incidents"]]
    known = {row["case"]: row["case_title"] for row in rows}
    return [{"case": name, "case_title": title} for name, title in known.items()]


def ladder(question: Question) -> Row:
    """Return the rungs of the mission's ladders by their text, and where each case stands."""
    found = question.served.due(question.when)
    texts = found.ladders if found is not None else ()
    return {
        **heading(found),
        "rows": clocks(found),
        "texts": [row for agreement in texts for row in rungs(agreement)],
    }


def rungs(agreement: Agreement) -> Iterator[Row]:
    """Yield the rungs of an agreement as its text has them, in order of steps."""
    terms = [(one.rule, one) for one in agreement.terms if isinstance(one.rule, RungRule)]
    for rule, term in sorted(terms, key=lambda pair: (pair[0].ladder, pair[0].step)):
        due = rule.deadline
        within = "" if due is None else (due.within or due.by or "")
        after = "" if due is None or due.after is None else f" after {due.event or due.after}"
        yield {
            "agreement": agreement.id,
            "title": agreement.head.title.get("en", agreement.id),
            "article": term.article,
            "rung": rule.id,
            "step": rule.step,
            "text": rule.text,
            "event": rule.event,
            "finder": rule.finder,
            "decider": rule.decider,
            "deadline": within + after,
            "silence": rule.silence,
            "bearer": rule.bearer,
            "minimum": rule.minimum,
            "menu": rule.menu,
            "reading": ", ".join(rule.readings),
            "is_verified": term.is_verified,
        }
