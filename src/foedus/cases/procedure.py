# SPDX-License-Identifier: Apache-2.0
"""How a case arises from its acts: the one procedure, step by step, as a fold.

1. A case is open once it was opened, by a finding or a complaint.
2. Each accused party is notified, and may reply until its time is over.
3. A vote may be called once every accused party has replied or had its time; votes that come after
   the call's last instant have no effect.
4. A determination takes effect if the votes carry it (`voting`); else it is kept as refused.
5. Remedies follow a determined breach. A breach that goes on or widens is voted upon again: each
   determination stands beside those before it.
6. A conflict of role is put on record by anybody who takes part; a member that steps aside has no
   vote. What was signed off is told, and binds nobody.
7. A corrected case is taken up again: its votes are void, and its decisions stay on record without
   effect.

Pure: when something was done is what the act says. An act that has no effect is a `Refusal` with
its reason; nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import msgspec

from foedus.base.evidence import Answer
from foedus.base.lifecycle import Guard, Lifecycle, Move, step
from foedus.base.moments import Moment
from foedus.cases import kinds
from foedus.cases.record import Case, Cast, Commission, Decision, Ordered, Refusal
from foedus.cases.voting import objection
from foedus.trust.folding import Entry, Fold, state
from foedus.trust.kinds import Kind, read_payload
from foedus.trust.times import held

COMMISSION: Final = "commission"
"""Subject of the acts by which a commission is set up."""


class Done(NamedTuple):
    """One act with what it is about: what guards look at."""

    case: Case
    said: Any
    at: Moment
    entry: Entry
    commission: Commission | None


def _sure(holds: bool) -> Answer:  # noqa: FBT001 - a fact is turned into an answer
    return Answer.SURE if holds else Answer.NO


def _heard(done: Done) -> Answer:
    """Every accused party has replied, or its time to reply is over."""
    opening = done.case.opening
    replied = {reply.party for reply in done.case.replies}
    late = {notice.party for notice in done.case.notices if is_over(notice.until, done.at)}
    accused = set(opening.accused) if opening else set()
    return _sure(accused <= replied | late)


def is_over(until: str, at: Moment) -> bool:
    """Return whether an instant that an act names lies before `at`, wholly."""
    end = held(until, at.zone)
    return isinstance(end, Moment) and at.from_us >= end.to_us


def _in_time(done: Done) -> Answer:
    """A vote counts when it is on record: one that was dated back comes too late as well."""
    until, recorded_us = done.case.vote_until, max(done.at.from_us, done.entry.known_us)
    return _sure(until is not None and recorded_us < until.to_us)


def _is_member(done: Done) -> Answer:
    members = done.commission.members if done.commission else ()
    return _sure(done.said.member in members)


def _is_aside(done: Done) -> bool:
    return done.said.member in {one.member for one in done.case.aside}


def _may_vote(done: Done) -> Answer:
    return _is_member(done) & _in_time(done) & _sure(not _is_aside(done))


def _is_carried(done: Done) -> Answer:
    return _sure(not objection(done.said, done.case.votes, done.commission))


def _is_breach(done: Done) -> Answer:
    decision = done.case.decision
    return _sure(decision is not None and decision.verdict == "breach")


def _is_ordered(done: Done) -> Answer:
    return _sure(any(one.remedy.id == done.said.remedy for one in done.case.remedies))


def _is_notified(done: Done) -> Answer:
    return _sure(done.said.party in {notice.party for notice in done.case.notices})


def _stay(act: Kind, *states: str, guard: Guard[Done] | None = None) -> tuple[Move[Done], ...]:
    return tuple(Move(states=(one,), act=act.name, to=one, guard=guard) for one in states)


PROCEDURE: Final = Lifecycle[Done](
    name="a case",
    states={
        "new": "nobody has opened it",
        "open": "it was opened",
        "notified": "a party was notified",
        "voting": "a vote was called",
        "determined": "the commission has decided",
        "closed": "it was closed",
    },
    moves=(
        Move(states=("new",), act=kinds.OPEN.name, to="open"),
        *_stay(kinds.JOIN, "open", "notified"),
        Move(states=("open", "notified"), act=kinds.NOTIFY.name, to="notified"),
        *_stay(
            kinds.REPLY,
            "notified",
            "voting",
            guard=Guard(_is_notified, "a party that was notified"),
        ),
        *_stay(kinds.SUPPOSE, "open", "notified", "voting"),
        *_stay(kinds.CONFLICT, "open", "notified", "voting", "determined"),
        *_stay(
            kinds.RECUSE,
            "open",
            "notified",
            "voting",
            guard=Guard(_is_member, "a member of the commission"),
        ),
        *_stay(kinds.SIGN_OFF, "open", "notified", "voting"),
        Move(
            states=("open", "notified", "determined"),
            act=kinds.CALL.name,
            to="voting",
            guard=Guard(_heard, "that every accused party has replied or had its time to reply"),
        ),
        *_stay(
            kinds.VOTE,
            "voting",
            guard=Guard(_may_vote, "a vote of a member before the vote is closed"),
        ),
        Move(
            states=("voting",),
            act=kinds.DETERMINE.name,
            to="determined",
            guard=Guard(_is_carried, "votes that carry it"),
        ),
        *_stay(kinds.REMEDY, "determined", guard=Guard(_is_breach, "a determined breach")),
        *_stay(kinds.FULFIL, "determined", guard=Guard(_is_ordered, "a remedy of this case")),
        Move(states=("determined", "closed"), act=kinds.CORRECT.name, to="open"),
        Move(states=("open", "notified", "determined"), act=kinds.CLOSE.name, to="closed"),
    ),
)
_BY_NAME: Final = {kind.name: kind for kind in kinds.KINDS}


def commission_of(entries: Iterable[Entry]) -> Commission | None:
    """Return the commission as it was last set up; None if none was."""
    return state(Fold(lambda _: None, _constituted), COMMISSION, entries)


def _constituted(before: Commission | None, entry: Entry) -> Commission | None:
    if entry.kind != kinds.CONSTITUTE.name or entry.payload is None:
        return before
    said: kinds.Constitution = read_payload(entry.payload, kinds.CONSTITUTE)
    return msgspec.convert(msgspec.structs.asdict(said), Commission)


def case_fold(commission: Commission | None) -> Fold[Case]:
    """Return the fold by which the acts of one subject become a case."""
    return Fold(lambda subject: Case(id=subject, state=PROCEDURE.first), _after(commission))


def _after(commission: Commission | None) -> Callable[[Case, Entry], Case]:
    def after(case: Case, entry: Entry) -> Case:
        kind = _BY_NAME.get(entry.kind)
        if kind is None:
            return case
        case = msgspec.structs.replace(case, acts=(*case.acts, entry.act))
        if entry.payload is None:
            return _refused(case, entry, "its payload is withheld or erased")
        at = _moment(entry)
        done = Done(case, read_payload(entry.payload, kind), at, entry, commission)
        found = step(PROCEDURE, case.state, entry.kind, done)
        if found.taken is not Answer.SURE:
            return _refused(case, entry, _reason(done, found.reason))
        return msgspec.structs.replace(_CHANGES[entry.kind](done), state=found.state)

    return after


def _moment(entry: Entry) -> Moment:
    return Moment(
        written="",
        zone="UTC",
        from_us=entry.on_from_us,
        to_us=entry.on_to_us,
        precision="instant" if entry.on_to_us - entry.on_from_us == 1 else "span",
    )


def _refused(case: Case, entry: Entry, reason: str) -> Case:
    refusal = Refusal(act=entry.act, kind=entry.kind, reason=reason)
    return msgspec.structs.replace(case, refusals=(*case.refusals, refusal))


def _reason(done: Done, reason: str) -> str:
    """Say more closely what stands against a determination or a vote."""
    if isinstance(done.said, kinds.Determination) and done.case.state == "voting":
        return objection(done.said, done.case.votes, done.commission) or reason
    if isinstance(done.said, kinds.Vote) and done.case.state == "voting":
        if _is_member(done) is not Answer.SURE:
            return f"{done.said.member} is no member of the commission"
        if _is_aside(done):
            return f"{done.said.member} has stepped aside in this case"
        return "it was cast after the vote was closed"
    return reason


def _opened(done: Done) -> Case:
    said: kinds.Opening = done.said
    return msgspec.structs.replace(
        done.case, opening=said, opened=done.at, incidents=said.incidents, findings=said.findings
    )


def _joined(done: Done) -> Case:
    return msgspec.structs.replace(
        done.case,
        incidents=tuple(dict.fromkeys((*done.case.incidents, *done.said.incidents))),
        findings=tuple(dict.fromkeys((*done.case.findings, *done.said.findings))),
    )


def _added(field: str) -> Callable[[Done], Case]:
    def added(done: Done) -> Case:
        grown = (*getattr(done.case, field), done.said)
        return msgspec.structs.replace(done.case, **{field: grown})

    return added


def _stepped_aside(done: Done) -> Case:
    """A vote that the member had cast before falls with it."""
    votes = tuple(one for one in done.case.votes if one.member != done.said.member)
    return msgspec.structs.replace(done.case, aside=(*done.case.aside, done.said), votes=votes)


def _called(done: Done) -> Case:
    return msgspec.structs.replace(done.case, vote_until=_told(done.said.until), votes=())


def _voted(done: Done) -> Case:
    """A member's later vote takes the place of the earlier one."""
    said: kinds.Vote = done.said
    cast = Cast(
        member=said.member,
        verdict=said.verdict,
        party=said.party,
        dissent=said.dissent or "",
        act=done.entry.act,
    )
    others = tuple(vote for vote in done.case.votes if vote.member != said.member)
    return msgspec.structs.replace(done.case, votes=(*others, cast))


def _determined(done: Done) -> Case:
    said: kinds.Determination = done.said
    opening, commission = done.case.opening, done.commission
    assert opening is not None
    assert commission is not None
    decision = Decision(
        decision=done.entry.act,
        case=done.case.id,
        agreement=opening.agreement,
        term=opening.term,
        article=opening.article,
        reading=opening.reading,
        verdict=said.verdict,
        party=said.party,
        severity=said.severity,
        occurred=_told(said.occurred),
        detected=_told(said.detected) if said.detected else None,
        verified=_told(said.verified) if said.verified else None,
        determined=done.at,
        body=commission.body,
        standard=commission.standard,
        votes=done.case.votes,
        incidents=done.case.incidents,
        findings=done.case.findings,
        grounds=said.grounds,
        text=said.text,
        known_us=done.entry.known_us,
    )
    return msgspec.structs.replace(done.case, decisions=(*done.case.decisions, decision))


def _told(written: str) -> Moment:
    """Return a moment that a payload states; whether it can be read was checked with the act."""
    found = held(written, "UTC")
    assert isinstance(found, Moment)
    return found


def _ordered(done: Done) -> Case:
    decision = done.case.decision
    assert decision is not None
    one = Ordered(remedy=done.said, act=done.entry.act, decision=decision.decision)
    return msgspec.structs.replace(done.case, remedies=(*done.case.remedies, one))


def _fulfilled(done: Done) -> Case:
    remedies = tuple(
        msgspec.structs.replace(one, fulfilled_by=done.entry.act, fulfilled=done.at)
        if one.remedy.id == done.said.remedy
        else one
        for one in done.case.remedies
    )
    return msgspec.structs.replace(done.case, remedies=remedies)


def _reopened(done: Done) -> Case:
    case = done.case
    overruled = (*case.overruled, *case.decisions)
    return msgspec.structs.replace(
        case, votes=(), vote_until=None, approvals=(), decisions=(), overruled=overruled
    )


def _same(done: Done) -> Case:
    return done.case


_CHANGES: Final[dict[str, Callable[[Done], Case]]] = {
    kinds.OPEN.name: _opened,
    kinds.JOIN.name: _joined,
    kinds.NOTIFY.name: _added("notices"),
    kinds.REPLY.name: _added("replies"),
    kinds.SUPPOSE.name: _added("hypotheses"),
    kinds.CONFLICT.name: _added("conflicts"),
    kinds.RECUSE.name: _stepped_aside,
    kinds.SIGN_OFF.name: _added("approvals"),
    kinds.CALL.name: _called,
    kinds.VOTE.name: _voted,
    kinds.DETERMINE.name: _determined,
    kinds.REMEDY.name: _ordered,
    kinds.FULFIL.name: _fulfilled,
    kinds.CORRECT.name: _reopened,
    kinds.CLOSE.name: _same,
}
