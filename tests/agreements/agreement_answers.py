# SPDX-License-Identifier: Apache-2.0
"""What a loaded agreement says of one act, one weapon or one exception: naive, for the tests alone.

Three-valued throughout: what a situation does not tell is unknown, and never turns into no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from agreement_situations import DistanceAsked, Fact, VerdictAsked
from agreement_times import moment_at

from foedus.base.evidence import Answer
from foedus.terms.in_force import Binding
from foedus.terms.record import Agreement
from foedus.terms.rules import ALL, ANY, BanRule, DutyRule, ExceptionRule, PresenceRule
from foedus.terms.vocabulary import leaves, load_vocabulary

WORDS = load_vocabulary()
FACTS = {"yes": Answer.SURE, "no": Answer.NO, "unknown": Answer.POSSIBLE}
PLACES = {"inside": Answer.SURE, "outside": Answer.NO, "unknown": Answer.POSSIBLE}


def either(is_so: bool) -> Answer:  # noqa: FBT001
    """Return sure or no."""
    return Answer.SURE if is_so else Answer.NO


def readings_of(agreement: Agreement) -> tuple[str, ...]:
    """Return the ids of the readings; an agreement without any is read as its text stands."""
    return tuple(reading.id for reading in agreement.head.readings) or ("text",)


def bears(agreement: Agreement, bearer: Iterable[str], party: str) -> bool:
    """Return whether a party is among the bearers."""
    return party in bearer or (ALL in bearer and party in agreement.bound)


def is_act(rule: BanRule, act: str) -> Answer:
    """Return whether an act is one of those banned."""
    if act == "unknown":
        return Answer.POSSIBLE
    banned = {kind for name in rule.acts for kind in (name, *WORDS.kinds_of(name))}
    return either(act in banned)


def is_target(rule: BanRule, target: str) -> Answer:
    """Return whether a target is on the list, if there is one."""
    if ANY in rule.targets:
        return Answer.SURE
    if target == "unknown":
        return Answer.POSSIBLE
    listed = {leaf for name in rule.targets for leaf in (name, *leaves(WORDS.targets, name))}
    return either(target in listed)


def holds(rule: ExceptionRule, facts: Mapping[str, Fact]) -> Answer:
    """Return whether all predicates of an exception hold; a fact that is not told is unknown."""
    answers = (FACTS[facts.get(predicate.id, "unknown")] for predicate in rule.all)
    return reduce(Answer.__and__, answers, Answer.SURE)


def excused(
    agreement: Agreement, reading: str, term_id: str, party: str, facts: Mapping[str, Fact]
) -> Answer:
    """Return whether an exception to a term serves a party."""
    rules = [term.rule for term in agreement.under(reading)]
    found = [
        holds(rule, facts)
        for rule in rules
        if isinstance(rule, ExceptionRule)
        and term_id in rule.to
        and (ALL in rule.bearer or party in rule.bearer)
    ]
    return reduce(Answer.__or__, found, Answer.NO)


def verdict_of(forbidden: Answer, excuse: Answer) -> str:
    """Return the verdict on one term."""
    if forbidden is Answer.NO:
        return "not covered"
    if excuse is Answer.SURE:
        return "permitted"
    return "breach" if (forbidden & ~excuse) is Answer.SURE else "undetermined"


def worst(verdicts: Iterable[str]) -> str:
    """Return the verdict on all terms together: one breach is enough."""
    found = set(verdicts)
    ranked = ("breach", "undetermined", "permitted", "not covered")
    return next((verdict for verdict in ranked if verdict in found), "not covered")


def verdict(agreement: Agreement, reading: str, asked: VerdictAsked) -> str:
    """Return what all bans together say of an act under a reading."""
    at = moment_at(agreement, asked.at)
    binding = Binding(agreement=agreement, reading=reading)
    found = []
    for term in agreement.under(reading):
        rule = term.rule
        if not isinstance(rule, BanRule) or not bears(agreement, rule.bearer, asked.by):
            continue
        place = PLACES[asked.place.get(rule.zone, "unknown")] if rule.zone else Answer.SURE
        forbidden = is_act(rule, asked.act) & is_target(rule, asked.target) & place
        forbidden &= binding.in_force(rule.id, at)
        excuse = excused(agreement, reading, rule.id, asked.by, asked.facts)
        found.append(verdict_of(forbidden, excuse))
    return worst(found)


def too_near(rule: PresenceRule, party: str, metres: Mapping[str, object]) -> Answer:
    """Return whether a weapon is nearer to its side's line than the rule has it."""
    base = rule.baseline.get(party) or rule.baseline[ALL]
    told = metres[base.on]
    nearest, farthest = told if isinstance(told, tuple) else (told, told)
    assert isinstance(nearest, float)
    assert isinstance(farthest, float)
    assert rule.distance_m is not None
    if farthest < rule.distance_m:
        return Answer.SURE
    return Answer.NO if nearest >= rule.distance_m else Answer.POSSIBLE


def distance_verdicts(agreement: Agreement, asked: DistanceAsked) -> dict[str, str]:
    """Return term -> verdict for every distance that holds for a weapon of a party."""
    found = {}
    for term in agreement.terms:
        rule = term.rule
        if not isinstance(rule, PresenceRule) or rule.distance_m is None:
            continue
        classes = {leaf for name in rule.weapons for leaf in (name, *leaves(WORDS.weapons, name))}
        if asked.weapon in classes and bears(agreement, rule.bearer, asked.by):
            near = too_near(rule, asked.by, asked.metres)
            excuse = excused(agreement, "text", rule.id, asked.by, asked.facts)
            verdict = verdict_of(near, excuse)
            found[rule.id] = "permitted" if verdict == "not covered" else verdict
    return found


def waiting(agreement: Agreement, reading: str) -> set[str]:
    """Return the duties that come round to themselves by what must be done first."""
    rules = [term.rule for term in agreement.under(reading)]
    first = {rule.id: set(rule.after) for rule in rules if isinstance(rule, DutyRule)}
    return {duty for duty in first if duty in before(first, duty)}


def before(first: Mapping[str, set[str]], duty: str) -> set[str]:
    """Return all that must be done before a duty."""
    found: set[str] = set()
    ahead = set(first[duty])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead |= first.get(name, set())
    return found
