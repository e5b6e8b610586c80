# SPDX-License-Identifier: Apache-2.0
"""How the runs of ladders arise from decisions: which rung is reached, and how its clock stands.

For every case with a determined breach, every ladder, and every reading of its text:
1. the decisions of the case, in the order in which they were determined;
2. for each rung in its order: whether its event was determined, by a party that it names, not
   before the time that it sets, and after the rung that must come first;
3. whether what it needs holds, and whether the guarantee was forfeited or suspended;
4. the clock: the anchor that the text names, taken from the decision of the rung that it counts
   from, and the deadline by the one calculus;
5. what was decided about it, in time or late; and where nobody decided, what the text says then.

Takes decisions by type: whatever is merely indicated is refused. Pure: the instant asked about is
an argument. Where a text does not say, or nobody has decided, the answer is unknown, never no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from foedus.base.encoding import digest
from foedus.base.evidence import Answer, Judgement
from foedus.cases.record import Decision
from foedus.errors import Fault, PartyError
from foedus.guarantee.clocks import begun_at, clock_of
from foedus.guarantee.forfeiture import CONTESTED, STANDS, effect
from foedus.guarantee.record import Fulfilled, Run, Rung
from foedus.guarantee.response import Settled, settled
from foedus.guarantee.standing import Standing
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import ALL, NOT_STATED, ForfeitureRule, RungRule

TEXT: Final = "text"
_GRAVITY: Final = {
    "breach": ("single", "persistent", "extended", "not-stated"),
    "persistence": ("persistent", "extended"),
    "extended-attack": ("extended",),
    "armed-attack": ("extended",),
    "non-performance": ("single", "persistent", "extended", "not-stated"),
}
"""Event of a rung -> severities of a determined breach that are it."""
_UNSTATED: Final = "not-stated"


class Question(NamedTuple):
    """What a run is asked of: one case under one ladder by one reading, at an instant."""

    agreement: Agreement
    ladder: str
    reading: str
    decisions: tuple[Decision, ...]
    standing: Standing
    stands_for: Mapping[str, tuple[str, ...]]
    at_us: int

    @property
    def case(self) -> str:
        """The case."""
        return self.decisions[0].case

    def rungs(self) -> list[tuple[Term, RungRule]]:
        """Return the rungs that hold under the reading, in their order."""
        found = [
            (term, term.rule)
            for term in self.agreement.terms
            if isinstance(term.rule, RungRule)
            and term.rule.ladder == self.ladder
            and (self.reading == TEXT or term.holds_under(self.reading))
        ]
        return sorted(found, key=lambda one: one[1].step)


class Reached(NamedTuple):
    """Whether the event of a rung took place, and by which decision."""

    answer: Answer
    decision: Decision | None
    reason: str


def runs(
    decisions: Iterable[Decision],
    ladders: Sequence[Agreement],
    standing: Standing,
    at_us: int,
    stands_for: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Run, ...]:
    """Return the runs of all ladders over all cases, at an instant.

    By case, in the order of their first decisions, then agreement, ladder and reading. Raises
    `PartyError` where something else than a decision is handed in.
    """
    known = [_decision(one) for one in decisions]
    ordered = sorted(known, key=lambda one: (one.case, one.determined.from_us, one.decision))
    found = []
    for _, group in groupby(ordered, key=lambda one: one.case):
        breaches = tuple(one for one in group if one.verdict == "breach")
        for agreement in ladders if breaches else ():
            for ladder in ladders_of(agreement):
                for reading in _readings(agreement):
                    asked = Question(
                        agreement, ladder, reading, breaches, standing, stands_for or {}, at_us
                    )
                    found.append(_run(asked))
    first = {one.case: one.determined.from_us for one in reversed(ordered)}
    return tuple(sorted(found, key=lambda run: (first[run.case], run.case)))


def ladders_of(agreement: Agreement) -> tuple[str, ...]:
    """Return the names of the ladders of an agreement, in the order of the text."""
    rules = (term.rule for term in agreement.terms)
    return tuple(dict.fromkeys(rule.ladder for rule in rules if isinstance(rule, RungRule)))


def _decision(found: object) -> Decision:
    if not isinstance(found, Decision):
        hint = "what is indicated must be determined by a commission first"
        fault = Fault(expected="a decision of people", got=type(found).__name__, hint=hint)
        raise PartyError(fault)
    return found


def _readings(agreement: Agreement) -> tuple[str, ...]:
    return tuple(reading.id for reading in agreement.head.readings) or (TEXT,)


def _run(asked: Question) -> Run:
    rungs: list[Rung] = []
    events: dict[str, Reached] = {}
    for term, rule in asked.rungs():
        reached = _reached(asked, rule, events)
        events[rule.id] = reached
        rungs.append(_rung(asked, term, rule, events))
    key = [asked.agreement.id, asked.ladder, asked.case, asked.reading]
    return Run(
        run=digest(key)[:16],
        agreement=asked.agreement.id,
        ladder=asked.ladder,
        case=asked.case,
        reading=asked.reading,
        rungs=tuple(rungs),
        assumed=any(one.assumed for one in asked.decisions),
    )


def _reached(asked: Question, rule: RungRule, events: Mapping[str, Reached]) -> Reached:
    """Numbered step 2."""
    if rule.event == "activation":
        return Reached(Answer.SURE, asked.decisions[0], "nothing but what it needs")
    if rule.after_rung is not None:
        before = events.get(rule.after_rung)
        if before is None or before.answer is Answer.NO:
            return Reached(Answer.NO, None, f"{rule.after_rung} has not been reached")
    doubts: list[Reached] = []
    for decision in asked.decisions:
        found = _fits(asked, rule, decision, events)
        if found.answer is Answer.SURE:
            return found
        doubts.append(found)
    best = [one for one in doubts if one.answer is Answer.POSSIBLE]
    return best[0] if best else doubts[0]


def _fits(
    asked: Question, rule: RungRule, decision: Decision, events: Mapping[str, Reached]
) -> Reached:
    """Return whether one decision is the event of a rung."""
    if rule.of and decision.term not in rule.of:
        return Reached(Answer.NO, None, f"a breach of {decision.term} is no event of it")
    if decision.severity not in _GRAVITY[rule.event]:
        if decision.severity != _UNSTATED:
            return Reached(Answer.NO, None, f"no {rule.event} has been determined")
        return Reached(Answer.POSSIBLE, decision, "how grave the breach is, was not stated")
    by = _by(asked, rule, decision)
    if by is not Answer.SURE:
        who = decision.party or "nobody: it cannot be attributed"
        return Reached(by, decision, f"the breach is attributed to {who}")
    if rule.not_before is not None:
        counted = events.get(rule.counted_from or "")
        first = counted.decision if counted and counted.decision else decision
        begun = begun_at(rule.not_before, first, decision.occurred, asked.agreement.head.zone)
        if begun is not Answer.SURE:
            return Reached(begun, decision, "it came before the time from which it counts")
    return Reached(Answer.SURE, decision, f"{rule.event} was determined")


def _by(asked: Question, rule: RungRule, decision: Decision) -> Answer:
    if ALL in rule.by and decision.party is not None:
        return Answer.SURE
    if decision.party is None:
        return Answer.POSSIBLE
    meant = set(asked.stands_for.get(decision.party, (decision.party,)))
    if meant and meant <= set(rule.by):
        return Answer.SURE
    return Answer.POSSIBLE if meant & set(rule.by) else Answer.NO


def _rung(asked: Question, term: Term, rule: RungRule, events: Mapping[str, Reached]) -> Rung:
    reached = events[rule.id]
    needs = tuple(
        Fulfilled(
            predicate=one.id,
            text=one.text,
            holds=asked.standing.fact(asked.agreement.id, one.id),
        )
        for one in rule.needs
    )
    counted = events.get(rule.counted_from or rule.id, reached)
    anchoring = None if reached.answer is Answer.NO else counted.decision
    clock = clock_of(rule, anchoring, asked.agreement.head.zone)
    conduct, conduct_reasons = _conduct(asked, rule)
    answered = settled(asked.case, rule, clock, asked.standing.answers, asked.at_us)
    state, reasons = _state(asked, reached, needs, conduct, answered)
    return Rung(
        rung=rule.id,
        article=term.article,
        step=rule.step,
        text=rule.text,
        state=state,
        decisions=tuple(
            dict.fromkeys(
                one.decision for one in (reached.decision, counted.decision) if one is not None
            )
        ),
        anchor=clock.anchor,
        anchored=clock.anchored,
        due=clock.due,
        not_computable=clock.not_computable,
        needs=needs,
        bearer=rule.bearer,
        minimum=rule.minimum,
        menu=rule.menu,
        finder=rule.finder,
        attributes=rule.attributes,
        decider=rule.decider,
        standard=rule.standard,
        silence=rule.silence,
        undecided=_undecided(rule, state, answered),
        responses=answered.acts,
        reasons=tuple(reason for reason in (*reasons, *conduct_reasons) if reason),
        is_verified=term.is_verified,
    )


def _conduct(asked: Question, rule: RungRule) -> tuple[str, list[str]]:
    rules = [asked.agreement.term(name).rule for name in rule.unless]
    losses = [one for one in rules if isinstance(one, ForfeitureRule)]
    said = {
        name: conduct
        for (agreement, name), conduct in asked.standing.conduct.items()
        if agreement == asked.agreement.id
    }
    return effect(losses, said)


def _state(
    asked: Question,
    reached: Reached,
    needs: Sequence[Fulfilled],
    conduct: str,
    answered: Settled,
) -> tuple[str, list[str]]:
    """Numbered steps 3 and 5; the first that holds decides."""
    if (asked.case, asked.ladder) in asked.standing.ended:
        return "stood-down", ["the run was ended"]
    if reached.answer is Answer.NO:
        return "armed", [reached.reason]
    missing = [one for one in needs if one.holds is Judgement.NO]
    if missing:
        return "armed", [f"it does not hold that: {one.text}" for one in missing]
    if (asked.agreement.id, asked.ladder) in asked.standing.suspended:
        return "suspended", [reached.reason]
    if conduct != STANDS:
        return conduct, [reached.reason]
    disputed = [one for one in needs if one.holds is Judgement.CONTESTED]
    if disputed:
        return CONTESTED, [f"it is disputed that: {one.text}" for one in disputed]
    open_ = [one for one in needs if one.holds is Judgement.UNKNOWN]
    if reached.answer is Answer.POSSIBLE or open_:
        told = [f"nobody has said whether it holds that: {one.text}" for one in open_]
        return "unknown", [reached.reason, *told]
    return answered.state, [reached.reason, *answered.reasons]


def _undecided(rule: RungRule, state: str, answered: Settled) -> str:
    if answered.acts or state not in ("due", "eligible", "missed", "pending", "deemed"):
        return ""
    return "nobody is named to decide" if rule.decider == NOT_STATED else rule.decider
