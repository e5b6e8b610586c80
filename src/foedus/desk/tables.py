# SPDX-License-Identifier: Apache-2.0
"""What the templates of formal documents are given: facts in words, and rows of tables.

All of it is quoted from acts and texts, in the language's fixed words. Nothing is concluded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from foedus.cases.clocks import Clock, remedy_clock
from foedus.cases.docket import conflicts
from foedus.cases.record import Case, Decision, Ordered
from foedus.cases.voting import ABSTAIN
from foedus.desk import words
from foedus.desk.docket import Docket
from foedus.desk.enclosures import Enclosed, Enclosures
from foedus.mission import default_out
from foedus.publication.answers import SIGN
from foedus.publication.indications import findings
from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY

Said = Mapping[str, Any]
SHORT: Final = 16
GONE: Final = "not in the last run"


def told(
    found: Docket,
    decision: Decision | None,
    language: str,
    said: Said,
    held: Enclosures | None,
) -> dict[str, Any]:
    """Return what every template may use, by name."""
    (one,) = found.cases
    case, zone = one.case, found.due.mission.zone
    agreement = agreement_of(case)
    decisions = [decision] if decision is not None else [*case.decisions]
    return {
        "case": case,
        "docketed": one,
        "zone": zone,
        "marking": found.marking,
        "as_known": words.instant(found.due.at_us, zone),
        "agreement_title": agreement_title(case, agreement, language, said),
        "article_text": article_text(case, agreement),
        "indicated": indicated(found, case) if decision is None else [],
        "conflicts": conflicts(case, found.commission),
        "decided": [decided(item, found, said) for item in decisions],
        "overruled": [decided(item, found, said) for item in case.overruled],
        "remedies": [
            remedy(item, case, said, zone)
            for item in case.remedies
            if decision is None or item.decision == decision.decision
        ],
        "clocks": [clock_row(item, said, zone) for item in one.clocks],
        "acts": [act_row(item, zone) for item in held.acts] if held else [],
    }


def indicated(found: Docket, case: Case) -> list[tuple[str, ...]]:
    """Return the findings of a case as rows, as the mission's last run has them; none without one.

    A finding that the run has no more keeps its id, and says so.
    """
    folder = default_out(found.due.mission.id)
    if not (folder / SIGN).is_file() or not case.findings:
        return []
    cited = set(case.findings)
    known = {row["finding_id"]: row for row in findings(folder) if row["finding_id"] in cited}
    zone = found.due.mission.zone
    return [_finding(name, known.get(name), zone) for name in case.findings]


def _finding(name: str, row: Mapping[str, Any] | None, zone: str) -> tuple[str, ...]:
    if row is None:
        return (name, "–", GONE, "–", "–")
    when = "–"
    if row["occurred_from_us"] is not None:
        when = words.span(row["occurred_from_us"], row["occurred_to_us"], zone)
    place = ", ".join(filter(None, (row["place_name"], row["region"])))
    return (name, row["article"], row["verdict"], when, f"{row['lineage_id']} {place}")


def agreement_of(case: Case) -> Agreement | None:
    """Return the shipped agreement on which a case was opened; None where it is none."""
    if case.opening is None:
        return None
    path = LIBRARY / "agreements" / f"{case.opening.agreement}.md"
    return read_agreement(path) if path.is_file() else None


def agreement_title(case: Case, agreement: Agreement | None, language: str, said: Said) -> str:
    """Return an agreement's title in a language, in English where it has none, or its id."""
    if agreement is not None:
        titles = agreement.head.title
        return titles.get(language, titles["en"])
    return case.opening.agreement if case.opening else str(said["words"]["not_stated"])


def article_text(case: Case, agreement: Agreement | None) -> str:
    """Return what the term says on which a case was opened, restated; empty where unknown."""
    if agreement is None or case.opening is None:
        return ""
    known = {term.id: term.rule.text for term in agreement.terms}
    return known.get(case.opening.term, "")


def decided(decision: Decision, found: Docket, said: Said) -> dict[str, Any]:
    """Return one determination: what was decided, when, by which votes."""
    zone = found.due.mission.zone
    body, counted = found.commission, _counted(decision)
    stated = said["words"]["not_stated"]
    return {
        "decision": decision,
        "verdict": said["verdicts"][decision.verdict],
        "party": decision.party or said["words"]["cannot"],
        "severity": said["severities"][decision.severity],
        "determined": words.moment(decision.determined, zone),
        "occurred": words.moment(decision.occurred, zone),
        "detected": words.moment(decision.detected, zone) if decision.detected else stated,
        "verified": words.moment(decision.verified, zone) if decision.verified else stated,
        "votes": [
            (vote.member, said["votes"][vote.verdict], vote.party or "–", vote.act[:SHORT])
            for vote in decision.votes
        ],
        "dissents": [(vote.member, vote.dissent) for vote in decision.votes if vote.dissent],
        "sum": said["words"]["sum"].format(**counted, quorum=body.quorum, members=len(body.members))
        if body
        else "",
    }


def _counted(decision: Decision) -> dict[str, int]:
    wanted = (decision.verdict, decision.party)
    agreed = sum((vote.verdict, vote.party) == wanted for vote in decision.votes)
    abstained = sum(vote.verdict == ABSTAIN for vote in decision.votes)
    against = len(decision.votes) - agreed - abstained
    return {"agreed": agreed, "against": against, "abstained": abstained}


def remedy(ordered: Ordered, case: Case, said: Said, zone: str) -> tuple[str, ...]:
    """Return a remedy as a row: what, who, within what time, until when, whether it was done."""
    decisions = {one.decision: one for one in (*case.overruled, *case.decisions)}
    clock = remedy_clock(case.id, ordered, decisions[ordered.decision], zone)
    due = _stretch(clock, said, zone)
    done = said["words"]["open"]
    if ordered.fulfilled is not None:
        done = words.moment(ordered.fulfilled, zone)
    return (ordered.remedy.what, ordered.remedy.bearer, clock.term, due, str(done))


def _stretch(clock: Clock, said: Said, zone: str) -> str:
    if clock.due is None:
        return clock.not_computable
    return words.stretch(clock.due, zone, said["words"]["not_before"], "")


def clock_row(clock: Clock, said: Said, zone: str) -> tuple[str, ...]:
    """Return a clock as a row: what, whose turn, until when, counted from what."""
    due = _stretch(clock, said, zone)
    return (clock.text, clock.who, due, "; ".join(filter(None, (clock.anchor, clock.term))))


def act_row(act: Enclosed, zone: str) -> tuple[str, ...]:
    """Return an act that is enclosed as a row: entry, kind, id, signers, when it entered."""
    signers = ", ".join(f"{holder} {key.partition(':')[2][:8]}…" for holder, key in act.signers)
    return (str(act.entry), act.kind, act.act[:SHORT], signers, words.instant(act.known_us, zone))
