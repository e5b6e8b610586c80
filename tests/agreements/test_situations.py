# SPDX-License-Identifier: Apache-2.0
"""Every situation of this folder comes out of the shipped documents as a lawyer wrote it down."""

from __future__ import annotations

from functools import cache, singledispatch
from typing import Any

import agreement_situations as ask
import pytest
from agreement_answers import (
    distance_verdicts,
    holds,
    readings_of,
    verdict,
    waiting,
    worst,
)
from agreement_times import (
    day_of,
    due_of,
    held_by,
    instant_of,
    notice_due,
    renewed,
    renewed_until,
)

from foedus.base.dues import Limit
from foedus.base.evidence import Answer
from foedus.base.moments import HOUR_US
from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.rules import (
    DutyRule,
    ExceptionRule,
    InForceRule,
    PresenceRule,
    ReleaseRule,
    RenewalRule,
)
from foedus.terms.vocabulary import LIBRARY


@cache
def shipped(agreement_id: str) -> Agreement:
    """Return an agreement of the library."""
    return read_agreement(LIBRARY / "agreements" / f"{agreement_id}.md")


def rule(agreement: Agreement, term_id: str, kind: type[Any]) -> Any:
    """Return the rule of a term, which must be of that kind."""
    found = agreement.term(term_id).rule
    assert isinstance(found, kind)
    return found


CASES = ask.all_situations()


@pytest.mark.parametrize(
    ("agreement_id", "asked"), CASES, ids=[f"{name}: {case.title}" for name, case in CASES]
)
def test_situation(agreement_id: str, asked: ask.AnySituation) -> None:
    """The document answers as the situation expects."""
    check(asked, shipped(agreement_id))


@singledispatch
def check(asked: object, agreement: Agreement) -> None:
    """Ask the agreement and compare."""
    raise TypeError(type(asked), agreement.id)


@check.register
def _(asked: ask.VerdictAsked, agreement: Agreement) -> None:
    assert set(asked.verdict) == set(readings_of(agreement))
    found = {reading: verdict(agreement, reading, asked) for reading in asked.verdict}
    assert found == asked.verdict


@check.register
def _(asked: ask.DistanceAsked, agreement: Agreement) -> None:
    found = distance_verdicts(agreement, asked)
    assert found
    assert worst(found.values()) == asked.verdict
    assert [term for term, said in found.items() if said == "breach"] == list(asked.terms)


@check.register
def _(asked: ask.ExemptAsked, agreement: Agreement) -> None:
    found = holds(rule(agreement, asked.by, ExceptionRule), asked.facts)
    assert found is Answer(asked.exempt)


@check.register
def _(asked: ask.LengthAsked, agreement: Agreement) -> None:
    held = held_by(agreement, asked.of)
    assert isinstance(held.begins, Limit)
    assert isinstance(held.ends, Limit)
    assert held.ends.earliest_us - held.begins.earliest_us == asked.hours * HOUR_US


@check.register
def _(asked: ask.BeginAsked, agreement: Agreement) -> None:
    assert instant_of(held_by(agreement, asked.of).begins) == asked.instant


@check.register
def _(asked: ask.BeginDayAsked, agreement: Agreement) -> None:
    assert day_of(agreement, held_by(agreement, asked.of).begins) == asked.day


@check.register
def _(asked: ask.EndAsked, agreement: Agreement) -> None:
    assert day_of(agreement, held_by(agreement, asked.of).ends) == asked.day


@check.register
def _(asked: ask.DueAsked, agreement: Agreement) -> None:
    found = due_of(agreement, asked)
    if asked.instant:
        assert instant_of(found) == asked.instant
    else:
        assert day_of(agreement, found) == asked.day


@check.register
def _(asked: ask.NoticeAsked, agreement: Agreement) -> None:
    found = notice_due(agreement, rule(agreement, asked.of, RenewalRule))
    assert day_of(agreement, found.limit) == asked.day


@check.register
def _(asked: ask.RenewalAsked, agreement: Agreement) -> None:
    again = rule(agreement, asked.of, RenewalRule)
    assert renewed(agreement, again, asked.notice) is Answer(asked.renewed)
    if asked.then_until:
        assert day_of(agreement, renewed_until(agreement, again)) == asked.then_until


@check.register
def _(asked: ask.ReleaseAsked, agreement: Agreement) -> None:
    release = rule(agreement, asked.by, ReleaseRule)
    assert asked.claimed_by in agreement.bound
    assert release.effect == "released-by-party"
    assert release.judged_by == "self"
    dated = [t.rule for t in agreement.terms if isinstance(t.rule, InForceRule)]
    assert {r.released_by for r in dated} == {release.id}
    said = f"released by {asked.claimed_by}, as {asked.claimed_by} claims"
    assert said == asked.status
    others = {party for party in agreement.bound if party != asked.claimed_by}
    assert others == set(asked.others_still_bound)


@check.register
def _(asked: ask.JudgeAsked, agreement: Agreement) -> None:
    assert rule(agreement, asked.of, ReleaseRule).judged_by == asked.judge


@check.register
def _(asked: ask.DeadlockAsked, agreement: Agreement) -> None:
    assert waiting(agreement, asked.under) == set(asked.duties)


@check.register
def _(asked: ask.DutiesAsked, agreement: Agreement) -> None:
    for reading, expected in asked.under.items():
        rules = [term.rule for term in agreement.under(reading)]
        found = [r.id for r in rules if isinstance(r, DutyRule) and r.what == asked.what]
        assert found == list(expected)


@check.register
def _(asked: ask.WrittenAsked, agreement: Agreement) -> None:
    assert agreement.head.written is asked.is_


@check.register
def _(asked: ask.SilenceAsked, agreement: Agreement) -> None:
    assert agreement.head.monitor.text == asked.monitor
    assert agreement.head.consequence.text == asked.consequence


@check.register
def _(asked: ask.RoleAsked, agreement: Agreement) -> None:
    roles = {party.id: party.role for party in agreement.head.parties}
    assert roles[asked.of] == asked.role


@check.register
def _(asked: ask.WidthsAsked, agreement: Agreement) -> None:
    for term_id, width in asked.total_width_m.items():
        held = rule(agreement, term_id, PresenceRule)
        assert held.total_width_m == width == 2 * held.distance_m


@check.register
def _(asked: ask.UnverifiedAsked, agreement: Agreement) -> None:
    assert [term.id for term in agreement.terms if not term.is_verified] == list(asked.terms)
