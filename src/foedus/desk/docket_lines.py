# SPDX-License-Identifier: Apache-2.0
"""A docket told to people, line by line, and to machines as one object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from foedus.cases.docket import Docketed, conflicts
from foedus.cases.record import Case, Cast, Decision, Ordered
from foedus.desk import words
from foedus.desk.docket import Docket
from foedus.trust.folding import Entry

NONE: Final = "no case is on record"
SHORT: Final = 16


def queue_lines(found: Docket) -> Iterator[str]:
    """Yield the cases in the order in which they ask for attention, with why."""
    mark = f"{found.marking}: " if found.marking else ""
    yield f"{mark}{found.due.mission.title}"
    yield f"at {words.instant(found.due.at_us, found.due.mission.zone)}"
    if found.due.assumed:
        yield f"ASSUMED: {found.due.assumed}"
    if not found.cases:
        yield NONE
    for number, one in enumerate(found.cases, start=1):
        late = "  TIME IS OVER" if one.is_over else ""
        yield ""
        yield f"{mark}{number}. {one.case.id}: {found.titled(one.case)}"
        yield f"   {one.case.state}, {words.SEVERITIES[one.severity]}{late}"
        if one.next is not None:
            yield f"   next: {_clock(one, found)}"
        yield from (f"   waits for {said}" for said in one.waits_for or ("nobody",))


def _clock(one: Docketed, found: Docket) -> str:
    assert one.next is not None
    return words.clock(one.next, found.due.at_us, found.due.mission.zone)


def case_lines(found: Docket) -> Iterator[str]:
    """Yield one case whole: everything that was said, decided, refused or is still to be done."""
    (one,) = found.cases
    case, zone = one.case, found.due.mission.zone
    mark = f"{found.marking}: " if found.marking else ""
    yield f"{mark}{case.id}: {found.titled(case)}"
    yield f"at {words.instant(found.due.at_us, zone)}: {case.state}"
    if found.due.assumed:
        yield f"ASSUMED: {found.due.assumed}"
    yield from _opening(case, zone)
    yield from _composition(found, case)
    yield from _heard(case)
    yield from _voted(case, zone)
    for decision in case.decisions:
        yield from _decision(decision, "determined", zone)
    for decision in case.overruled:
        yield from _decision(decision, "OVERRULED, on record without effect", zone)
    yield from _remedies(case, zone)
    yield from _section("clocks", [words.clock(own, found.due.at_us, zone) for own in one.clocks])
    yield from _section("waits for", one.waits_for)
    yield from _section(
        "acts without effect", [f"{no.kind} {no.act[:SHORT]}: {no.reason}" for no in case.refusals]
    )
    yield from _section("acts", [_act(found.acts[act], zone) for act in case.acts])


def _opening(case: Case, zone: str) -> Iterator[str]:
    opening = case.opening
    if opening is None or case.opened is None:
        yield "nobody has opened it"
        return
    by = opening.by if opening.complainant is None else f"{opening.by} of {opening.complainant}"
    yield f"opened {words.moment(case.opened, zone)} by {by}: {opening.text}"
    yield f"  on {opening.agreement}, {opening.article}, reading {opening.reading}"
    yield f"  accused: {', '.join(opening.accused) or 'nobody'}"
    yield from (f"  incident {name}" for name in case.incidents)
    yield from (f"  finding {name}" for name in case.findings)


def _composition(found: Docket, case: Case) -> Iterator[str]:
    body = found.commission
    if body is not None:
        yield f"{body.body}: {', '.join(body.members)}"
        majority = f"{body.majority} majority, quorum {body.quorum}"
        yield f"  {majority}, standard of proof: {body.standard} ({body.source})"
    yield from _section("conflicts of role", conflicts(case, body))


def _heard(case: Case) -> Iterator[str]:
    yield from _section(
        "notices", [f"{one.party}, reply until {one.until}: {one.text}" for one in case.notices]
    )
    yield from _section("replies", [f"{one.party}: {one.text}" for one in case.replies])
    told = []
    for one in case.hypotheses:
        told.append(f"{one.id}, {one.actor or 'nobody named'}: {one.text}")
        told += [f"  for it: {name}" for name in one.supports]
        told += [f"  against it: {name}" for name in one.contradicts]
    yield from _section("explanations", told)
    yield from _section("signed off", [f"{one.officer}: {one.text}" for one in case.approvals])


def _voted(case: Case, zone: str) -> Iterator[str]:
    if case.state == "voting" and case.vote_until is not None:
        until = words.moment(case.vote_until, zone)
        yield from _section(f"votes, open until {until}", [_vote(one) for one in case.votes])


def _vote(one: Cast) -> str:
    party = f" by {one.party}" if one.party else ""
    dissent = f"; DISSENT: {one.dissent}" if one.dissent else ""
    return f"{one.member}: {one.verdict}{party}{dissent}"


def _decision(one: Decision, mark: str, zone: str) -> Iterator[str]:
    yield f"{mark} {words.moment(one.determined, zone)}: {words.VERDICTS[one.verdict]}"
    if one.verdict == "breach":
        yield f"  attributed to {words.attributed(one)}; {words.SEVERITIES[one.severity]}"
    yield f"  occurred {words.moment(one.occurred, zone)}"
    yield f"  by {one.body}, standard of proof: {one.standard}"
    yield f"  {one.text}"
    yield from (f"  ground: {name}" for name in one.grounds)
    yield from (f"  {_vote(vote)}" for vote in one.votes)


def _remedies(case: Case, zone: str) -> Iterator[str]:
    yield from _section("remedies", [_remedy(one, zone) for one in case.remedies])


def _remedy(one: Ordered, zone: str) -> str:
    remedy = one.remedy
    done = "not carried out on record"
    if one.fulfilled is not None:
        done = f"carried out {words.moment(one.fulfilled, zone)}, by somebody's word"
    return f"{remedy.id}: {remedy.bearer}: {remedy.what}, within {remedy.within}; {done}"


def _section(title: str, told: Any) -> Iterator[str]:
    if told:
        yield f"{title}:"
        yield from (f"  {line}" for line in told)


def _act(entry: Entry, zone: str) -> str:
    return f"{entry.kind} {entry.act[:SHORT]}, known {words.instant(entry.known_us, zone)}"


def as_told(found: Docket) -> dict[str, Any]:
    """Return a docket as one object for machines; instants in UTC microseconds."""
    return {
        "marking": found.marking,
        "mission": found.due.mission.id,
        "at_us": found.due.at_us,
        "assumed": found.due.assumed,
        "commission": msgspec.to_builtins(found.commission),
        "cases": [
            msgspec.to_builtins(one)
            | {
                "title": found.titled(one.case),
                "conflicts": list(conflicts(one.case, found.commission)),
            }
            for one in found.cases
        ],
    }
