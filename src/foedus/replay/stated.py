# SPDX-License-Identifier: Apache-2.0
"""The conditions that a mission's agreements state, and those that somebody asks of them.

A trigger is asked as the condition that it means, and the terms that it counts are called by its
id. Each condition comes with the names by which it calls what the record has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.findings.facts import Naming
from foedus.findings.record import TEXT
from foedus.terms.breach_counts import condition_of
from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.checking import Known, load_condition
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.reasons import substituted
from foedus.terms.conditions.syntax import Condition, Constant, Variable
from foedus.terms.conditions.variables import columns, patterns, sorts
from foedus.terms.failings.found import term_names
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import ALL, ConditionRule, TriggerRule, ZoneRule


class Stated(NamedTuple):
    """A condition under one reading of an agreement."""

    agreement: Agreement
    reading: str
    term: str
    """Id of the term that states it; empty where somebody asks it."""
    article: str
    text: str
    follows: tuple[str, ...]
    """What it opens or sets off."""
    written: str
    condition: Condition
    naming: Naming
    by: tuple[str, ...] | None
    """Parties whose breaches count; None: all."""


def stated_in(
    agreements: Sequence[Agreement], means: Mapping[str, tuple[str, ...]]
) -> Iterator[Stated]:
    """Yield the triggers and conditions of agreements under each reading, in their order."""
    for agreement in agreements:
        for reading in readings_of(agreement):
            for term in agreement.terms:
                if term.holds_under(reading):
                    yield from _of_term(agreement, reading, term, means)


def readings_of(agreement: Agreement) -> tuple[str, ...]:
    """Return the readings of an agreement, or the one of its text."""
    return tuple(one.id for one in agreement.head.readings) or (TEXT,)


def _of_term(
    agreement: Agreement, reading: str, term: Term, means: Mapping[str, tuple[str, ...]]
) -> Iterator[Stated]:
    rule = term.rule
    if isinstance(rule, TriggerRule):
        counted = rule.of or tuple(one.id for one in agreement.terms)
        text, naming = condition_of(rule), Naming(means, dict.fromkeys(counted, rule.id))
        by = None if ALL in rule.by else rule.by
        follows: tuple[str, ...] = (rule.opens,)
    elif isinstance(rule, ConditionRule):
        text, naming, by = rule.when, Naming(means, called(parse(rule.when), agreement)), None
        follows = rule.sets_off
    else:
        return
    yield Stated(
        agreement, reading, term.id, term.article, rule.text, follows, text, parse(text),
        naming, by,
    )  # fmt: skip


def asked_of(
    agreement: Agreement, text: str, means: Mapping[str, tuple[str, ...]]
) -> Iterator[Stated]:
    """Yield a condition that somebody asks, under each reading; raises `DrafterError`."""
    names = {name for term in agreement.terms for name in term_names(term)}
    zones = tuple(term.id for term in agreement.terms if isinstance(term.rule, ZoneRule))
    bound = agreement.bound
    known = Known(party=bound, zone=zones, term=tuple(sorted(names)), guarantor=None)
    condition = load_condition(text, known, "--condition")
    naming = Naming(means, called(condition, agreement))
    for reading in readings_of(agreement):
        yield Stated(agreement, reading, "", "", "", (), text, condition, naming, None)


def zones_named(condition: Condition) -> list[str] | None:
    """Return the zones that a condition names; None: all, as a variable ranges over them."""
    found = [
        role.argument
        for pattern in patterns(condition.body)
        for role in pattern.roles
        if KINDS[pattern.kind].roles[role.preposition] == "zone"
    ]
    named = sorted({argument.value for argument in found if isinstance(argument, Constant)})
    return None if any(isinstance(argument, Variable) for argument in found) else named


def by_zone(one: Stated) -> Iterator[Stated]:
    """Yield a condition for each zone that its variable may be, each with that zone's name.

    Zones may overlap, and a fact has one zone: so each zone is asked by itself. A condition that
    names its zones, or counts or seeks them, is yielded as it is.
    """
    sort_of, free = sorts(one.condition), columns(one.condition)
    names = [name for name, sort in sort_of.items() if sort == "zone"]
    if len(names) != 1 or names[0] not in free:
        yield one
        return
    declared = tuple(item for item in one.condition.declared if item.name != names[0])
    for term in one.agreement.terms:
        if isinstance(term.rule, ZoneRule) and term.holds_under(one.reading):
            body = substituted(one.condition.body, {names[0]: term.id})
            condition = Condition(declared, body)
            yield one._replace(condition=condition, written=written(condition))


def called(condition: Condition, agreement: Agreement) -> dict[str, str]:
    """Return the name by which a condition calls each term that it names."""
    named = {
        role.argument.value
        for pattern in patterns(condition.body)
        for role in pattern.roles
        if role.preposition == "of" and isinstance(role.argument, Constant)
    }
    return {
        term.id: name
        for term in agreement.terms
        for name in sorted(named & set(term_names(term)), reverse=True)
    }


def chosen(
    found: Sequence[Stated], agreement: str | None, term: str | None, reading: str | None
) -> list[Stated]:
    """Return those of an agreement, a term or article of it, a reading; raises `OperatorError`."""
    kept = list(found)
    for option, wanted, names in (
        ("--agreement", agreement, lambda one: (one.agreement.id,)),
        ("--term", term, lambda one: (one.term, one.article)),
        ("--reading", reading, lambda one: (one.reading,)),
    ):
        if wanted is None:
            continue
        known = sorted({name for one in kept for name in names(one) if name})
        kept = [one for one in kept if wanted in names(one)]
        if not kept:
            hint = did_you_mean(wanted, known) if known else "no agreement here states a condition"
            expected = "one under which a condition is stated"
            raise OperatorError(
                Fault(column=option, expected=expected, got=repr(wanted), hint=hint)
            )
    return kept
