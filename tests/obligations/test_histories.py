# SPDX-License-Identifier: Apache-2.0
"""Random histories of acts, from a case's opening to what a guarantor owes: what always holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.acted import DETERMINE, MEMBERS, OPEN
from foedus.base.evidence import Judgement
from foedus.base.moments import HOUR_US
from foedus.cases.docket import docket
from foedus.cases.procedure import COMMISSION, case_fold, commission_of
from foedus.cases.record import Case, Decision
from foedus.guarantee.from_cases import runs
from foedus.guarantee.record import STATES, Run
from foedus.guarantee.standing import Standing, standing
from foedus.obligations.from_guarantee import Roster, obligations
from foedus.obligations.record import FORCES, Obligation
from foedus.obligations.record import STATES as OWED
from foedus.register.bound import Bound
from foedus.register.record import Amount
from foedus.terms.record import Agreement
from foedus.terms.rules import RungRule
from foedus.trust.folding import Entry, Snapshot, advanced, known_by, states
from foedus.trust.kinds import WITHDRAWAL
from foedus.trust.times import utc
from guarantee.decided import T0, ladder
from register.acts_of import answered, ceasefire, pledge, record, treaty, vote

LADDERS = ("ladder-2026", "paris-2026", "plan-20-points-2025")
CASES = ("case-1", "case-2")
ROSTER = Roster(
    members={"coalition": ("EE", "LT", "IT"), "us": ("US",)},
    components={"forces": ("land",)},
    owed_to=("ua",),
)
SWAP = {"ru": "ua", "ua": "ru"}


@cache
def bound() -> Bound:
    """A register: one bound by its own law, one that has only promised, one that will not come."""
    company = Amount(stated="a company", unit="person", low=100, high=150)
    acts = ((treaty(), 1), (pledge("EE", amount=company), 2), (pledge("LT"), 2),
            (pledge("IT", "excluded"), 2), (vote("EE", "riigikogu"), 3),
            (ceasefire(holds=True), 4))  # fmt: skip
    return answered(record(*acts), on=20_000)


class Drawn(NamedTuple):
    """One act as it is drawn: what, about which case, how long after the one before, dated back."""

    what: str
    case: str
    party: str
    member: str
    severity: str
    said: str
    wait_h: int
    back_h: int


WHATS = ("open", "notify", "reply", "call", "vote", "determine", "correct", "withdraw", "fact",
         "forfeit", "respond", "suspend", "stand-down", "perform", "default", "aside",
         "remedy", "fulfil", "close")  # fmt: skip
MOSTLY = ("open", "notify", "reply", "call", "vote", "vote", "vote", "determine", "fact")
DRAWN = st.builds(
    Drawn,
    what=st.one_of(st.sampled_from(MOSTLY), st.sampled_from(WHATS)),
    case=st.sampled_from(CASES),
    party=st.sampled_from(["ru", "ru", "ua"]),
    member=st.sampled_from(MEMBERS),
    severity=st.sampled_from(["single", "persistent", "extended", "not-stated"]),
    said=st.sampled_from(["yes", "yes", "no", "unknown"]),
    wait_h=st.integers(0, 12),
    back_h=st.sampled_from([0, 0, 0, 2, 30]),
)
WAY = ("open", "notify", "reply", "call", "vote", "vote", "determine")
AGAIN = ("call", "vote", "vote", "determine")


def decided(way: tuple[str, ...], one: Drawn) -> list[Drawn]:
    """Return the acts that bring a case to a determination, the members voting in turn."""
    members = iter(MEMBERS)
    told = []
    for what in way:
        member = next(members) if what == "vote" else one.member
        told.append(one._replace(what=what, member=member, wait_h=min(one.wait_h, 2), back_h=0))
    return told


BLOCK = st.one_of(
    DRAWN.map(lambda one: [one]),
    st.builds(decided, st.sampled_from((WAY, WAY, AGAIN)), DRAWN),
)
HISTORY = st.lists(BLOCK, max_size=8).map(lambda blocks: [one for block in blocks for one in block])


def payload(one: Drawn, at_us: int, before: Sequence[Entry]) -> tuple[str, str, dict[str, Any]]:
    """Return kind, subject and payload of a drawn act."""
    soon = utc(at_us + 6 * HOUR_US)
    ended = before[-1].act if before else "none"
    told: dict[str, tuple[str, str, dict[str, Any]]] = {
        "open": ("case.open", one.case, OPEN[2] | {"accused": [one.party]}),
        "notify": ("case.notify", one.case, {"party": one.party, "until": soon, "text": "x"}),
        "reply": ("case.reply", one.case, {"party": one.party, "text": "x"}),
        "call": ("case.call-vote", one.case, {"until": soon}),
        "vote": ("case.vote", one.case,
                 {"member": one.member, "verdict": "breach", "party": one.party}),
        "determine": ("case.determine", one.case, DETERMINE[2] | {
            "party": one.party, "severity": one.severity,
            "occurred": utc(at_us - 3 * HOUR_US)}),
        "correct": ("case.correct", one.case, {"reason": "x"}),
        "withdraw": (WITHDRAWAL.name, before[-1].subject if before else one.case,
                     {"act": ended, "reason": "x"}),
        "fact": ("guarantee.fact", "ladder-2026",
                 {"predicate": "ceasefire-in-force", "holds": one.said, "source": "x"}),
        "forfeit": ("guarantee.forfeit", "plan-20-points-2025",
                    {"forfeiture": "unprovoked-fire", "happened": one.said, "source": "x"}),
        "respond": ("guarantee.respond", one.case,
                    {"rung": "warning", "decider": "us", "decides": "respond", "text": "x"}),
        "suspend": ("guarantee.suspend", "ladder-2026",
                    {"ladder": "response", "suspended": one.said == "yes", "text": "x"}),
        "stand-down": ("guarantee.stand-down", one.case, {"ladder": "response", "text": "x"}),
        "perform": ("obligation.perform", "", {"state": "EE", "component": "land", "text": "x"}),
        "default": ("obligation.default", "", {"state": "EE", "text": "x"}),
        "aside": ("case.step-aside", one.case, {"member": one.member, "text": "x"}),
        "remedy": ("case.remedy", one.case,
                   {"id": "r", "bearer": one.party, "what": "x", "within": "24 hours"}),
        "fulfil": ("case.fulfil", one.case, {"remedy": "r", "text": "x"}),
        "close": ("case.close", one.case, {"text": "x"}),
    }  # fmt: skip
    return told[one.what]


CONSTITUTED = {"body": "Special Commission", "members": list(MEMBERS), "quorum": 2,
               "majority": "simple", "standard": "clear", "source": "made up"}  # fmt: skip


def entries_of(drawn: Sequence[Drawn]) -> list[Entry]:
    """Return the acts of a log: known in their order, some dated back."""
    at_us = T0.from_us
    made = [
        Entry(0, at_us, COMMISSION, "commission.constitute", at_us, at_us + 1, "0", CONSTITUTED)
    ]
    for number, one in enumerate(drawn, start=1):
        at_us += one.wait_h * HOUR_US
        kind, subject, said = payload(one, at_us, made[1:])
        if not subject:
            owed = chain(made, at_us).owed
            subject = owed[number % len(owed)].obligation if owed else "none"
        on_us = at_us - one.back_h * HOUR_US
        made.append(Entry(number, at_us, subject, kind, on_us, on_us + 1, str(number), said))
    return made


class Chain(NamedTuple):
    """What a log comes to at an instant."""

    cases: dict[str, Case]
    decisions: tuple[Decision, ...]
    runs: tuple[Run, ...]
    owed: tuple[Obligation, ...]


def chain(
    entries: Sequence[Entry],
    at_us: int,
    ladders: Sequence[Agreement] | None = None,
    turn: Callable[[Decision], Decision] = lambda one: one,
) -> Chain:
    """Work the whole chain out anew from all acts that were known at an instant."""
    known = list(known_by(entries, at_us))
    commission = commission_of([one for one in known if one.subject == COMMISSION])
    about = [one for one in known if one.subject in CASES]
    folded = states(case_fold(commission), about)
    decisions = tuple(turn(one) for name in sorted(folded) for one in folded[name].decisions)
    texts = [ladder(name) for name in LADDERS] if ladders is None else list(ladders)
    found = runs(decisions, texts, with_ceasefire(standing(known, on_us=at_us)), at_us)
    return Chain(folded, decisions, found, obligations(found, bound(), ROSTER, known, at_us))


def with_ceasefire(said: Standing) -> Standing:
    """Add what the register knows: that a ceasefire is in force."""
    facts = dict(said.facts)
    for name in LADDERS:
        key = (name, "ceasefire-in-force")
        facts[key] = facts.get(key, Judgement.UNKNOWN) + Judgement.YES
    return msgspec.structs.replace(said, facts=facts)


def moments(entries: Sequence[Entry]) -> list[int]:
    """Return the instants at which acts became known, and one long after."""
    return [*sorted({one.known_us for one in entries}), entries[-1].known_us + 200 * HOUR_US]


@settings(max_examples=80, deadline=None)
@given(HISTORY)
def test_no_later_knowledge_leaks(drawn: list[Drawn]) -> None:
    """At every instant, what the log holds of later changes nothing, dated back or not."""
    entries = entries_of(drawn)
    for at_us in moments(entries):
        prefix = [one for one in entries if one.known_us <= at_us]
        assert chain(entries, at_us) == chain(prefix, at_us)


@settings(max_examples=80, deadline=None)
@given(HISTORY)
def test_taken_act_by_act_it_is_what_it_is_at_once(drawn: list[Drawn]) -> None:
    """Cases brought up to date by each act, and what follows, equal a fold from the start."""
    entries = entries_of(drawn)
    commission = commission_of(entries[:1])
    fold = case_fold(commission)
    snapshot: Snapshot[Case] = Snapshot(0, {})
    for place, one in enumerate(entries[1:], start=2):
        if one.subject not in CASES:
            continue
        so_far = [item for item in entries[:place] if item.subject in CASES]
        of = lambda name, held=so_far: [item for item in held if item.subject == name]  # noqa: E731
        snapshot = advanced(snapshot, fold, [one], of)
        assert snapshot.states == states(fold, so_far)
    whole = chain(entries, entries[-1].known_us)
    assert {name: case.decisions for name, case in snapshot.states.items()} == {
        name: case.decisions for name, case in whole.cases.items()
    }


@settings(max_examples=80, deadline=None)
@given(HISTORY)
def test_every_act_is_taken_or_refused_with_a_sentence(drawn: list[Drawn]) -> None:
    """None is lost: each stands in its case, and one without effect says why."""
    entries = entries_of(drawn)
    found = chain(entries, entries[-1].known_us)
    withdrawn = {
        one.payload["act"] for one in entries if one.kind == WITHDRAWAL.name and one.payload
    }
    for name, case in found.cases.items():
        own = [
            one.act
            for one in entries
            if one.subject == name and one.kind.startswith("case.") and one.act not in withdrawn
        ]
        assert sorted(case.acts) == sorted(own)
        assert all(refusal.reason for refusal in case.refusals)


@settings(max_examples=80, deadline=None)
@given(HISTORY)
def test_what_is_owed_rests_on_decisions_in_effect(drawn: list[Drawn]) -> None:
    """Article, run, decisions of that case, and a pledge or an instrument; words that are known."""
    entries = entries_of(drawn)
    found = chain(entries, moments(entries)[-1])
    decided = {one.decision: one for one in found.decisions}
    for run in found.runs:
        assert all(rung.state in STATES for rung in run.rungs)
        assert {decided[name].case for rung in run.rungs for name in rung.decisions} <= {run.case}
    for one in found.owed:
        assert (one.state in OWED, one.force in FORCES) == (True, True)
        assert one.ground.article
        assert one.ground.decisions
        assert set(one.ground.decisions) <= decided.keys()
        for name in one.ground.decisions:
            assert decided[name].votes, "somebody decided"
            assert decided[name].findings, "on what was found"
            assert decided[name].incidents, "about what happened"
        assert one.force != "law" or one.ground.pledge or one.ground.instruments
        assert one.guarantor != "LT" or one.state == "not-owed", "it has only promised"


@cache
def parting(agreement_id: str) -> frozenset[str]:
    """Return the rungs that hang on one that not every reading has."""
    rules = [term.rule for term in ladder(agreement_id).terms if isinstance(term.rule, RungRule)]
    found = {rule.id for rule in rules if rule.readings}
    for _ in rules:
        found |= {rule.id for rule in rules if {rule.after_rung, rule.counted_from} & found}
    return frozenset(found)


@settings(max_examples=80, deadline=None)
@given(HISTORY)
def test_readings_differ_only_where_their_clause_differs(drawn: list[Drawn]) -> None:
    """A rung that holds under several readings, and hangs on no other that parts, is the same."""
    entries = entries_of(drawn)
    found = chain(entries, moments(entries)[-1])
    for _, group in groupby(found.runs, key=lambda run: (run.case, run.agreement, run.ladder)):
        shared: dict[str, set[str]] = {}
        for run in group:
            rules = {term.id: term.rule for term in ladder(run.agreement).terms}
            for rung in run.rungs:
                rule = rules[rung.rung]
                assert isinstance(rule, RungRule)
                if not rule.readings and rung.rung not in parting(run.agreement):
                    shared.setdefault(rung.rung, set()).add(repr(rung))
        assert all(len(told) == 1 for told in shared.values())


def turned(one: Decision) -> Decision:
    """Return a decision with the parties exchanged."""
    return msgspec.structs.replace(one, party=SWAP.get(one.party or "", one.party))


@cache
def turned_ladder(name: str) -> Agreement:
    """Return a ladder that answers the other side's breaches."""
    agreement = ladder(name)
    terms = tuple(
        msgspec.structs.replace(
            term,
            rule=msgspec.structs.replace(
                term.rule, by=tuple(SWAP.get(party, party) for party in term.rule.by)
            ),
        )
        if isinstance(term.rule, RungRule)
        else term
        for term in agreement.terms
    )
    return msgspec.structs.replace(agreement, terms=terms)


@settings(max_examples=80, deadline=None)
@given(HISTORY)
def test_swapped_parties_give_the_same_clocks(drawn: list[Drawn]) -> None:
    """A ladder turned round answers the other side's breaches just so; only names differ."""
    entries = entries_of(drawn)
    at_us = moments(entries)[-1]
    one = chain(entries, at_us)
    other = chain(entries, at_us, [turned_ladder(name) for name in LADDERS], turned)
    told = [
        [(rung.rung, rung.state, rung.due, rung.decisions, rung.responses) for rung in run.rungs]
        for run in one.runs
    ]
    assert told == [
        [(rung.rung, rung.state, rung.due, rung.decisions, rung.responses) for rung in run.rungs]
        for run in other.runs
    ]
    assert [(owed.obligation, owed.state, owed.force) for owed in one.owed] == [
        (owed.obligation, owed.state, owed.force) for owed in other.owed
    ]


@settings(max_examples=60, deadline=None)
@given(HISTORY)
def test_every_case_has_its_place_on_the_docket(drawn: list[Drawn]) -> None:
    """At every instant; one that is not decided or closed waits for somebody."""
    entries = entries_of(drawn)
    for at_us in moments(entries):
        found = chain(entries, at_us)
        commission = commission_of(entries[:1])
        placed = docket(found.cases.values(), commission, at_us)
        assert sorted(one.case.id for one in placed) == sorted(found.cases)
        for one in placed:
            if one.case.state in ("open", "notified", "voting"):
                assert one.waits_for, one.case


def test_two_ladders_at_once_run_side_by_side() -> None:
    """One breach sets off the steps of both texts, each by its own clock, and neither is lost."""
    one = Drawn("open", CASES[0], "ru", "fr", "extended", "yes", 0, 0)
    entries = entries_of(decided(WAY, one))
    both = chain(entries, moments(entries)[-1])
    ran = {run.agreement for run in both.runs if any(rung.decisions for rung in run.rungs)}
    assert ran == set(LADDERS)
    for name in LADDERS:
        alone = chain(entries, moments(entries)[-1], [ladder(name)])
        assert alone.runs == tuple(run for run in both.runs if run.agreement == name)


def test_histories_reach_the_end_of_the_chain() -> None:
    """The acts that are drawn are those that matter: one history makes Estonia owe, and fail."""
    one = Drawn("open", CASES[0], "ru", "fr", "extended", "yes", 0, 0)
    entries = entries_of(decided(WAY, one))
    found = chain(entries, moments(entries)[-1])
    assert {owed.force for owed in found.owed} >= {"law", "promise", "excluded"}
    assert "overdue" in {owed.state for owed in found.owed if owed.guarantor == "EE"}
