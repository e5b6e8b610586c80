# SPDX-License-Identifier: Apache-2.0
"""What people did in cases is a fact of conditions, and nothing else of a case is."""

from __future__ import annotations

from foedus.cases.facts import decided_facts, opened_facts
from foedus.cases.kinds import Opening
from foedus.cases.record import Case
from foedus.terms.conditions.history import DETERMINED
from guarantee.decided import after, decision


def test_a_decision_is_a_fact_and_a_breach_one_more() -> None:
    """Each decision was made; only one that says so is a breach, by the agreement's own names."""
    decisions = [
        decision(1),
        decision(2, verdict="no-breach", decision="cleared"),
        decision(3, party=None, decision="by-nobody"),
    ]
    found = list(decided_facts(decisions, lambda _: "bridge", lambda _: "north", lambda _: "1"))
    assert [fact.kind for fact in found] == ["decision", "breach", "decision", "decision", "breach"]
    assert {fact.verdict for fact in found} == {DETERMINED}
    breaches = [fact for fact in found if fact.kind == "breach"]
    assert [(fact.term, fact.party, fact.zone) for fact in breaches] == [
        ("1", "north", "bridge"),
        ("1", None, "bridge"),
    ]
    assert breaches[0].occurred_from_us == after(1).from_us
    assert len({fact.fact_id for fact in found}) == len(found)


def test_a_case_is_opened_by_a_finding_or_a_complaint() -> None:
    """A complaint has a party, a finding none; what was never opened is no fact."""
    said = {"agreement": "minsk-2", "term": "no-fire", "article": "Point 1", "text": "made up"}
    complaint = Opening(by="complaint", complainant="ua", **said)  # type: ignore[arg-type]
    finding = Opening(by="finding", **said)  # type: ignore[arg-type]
    cases = [
        Case(id="one", state="open", opening=complaint, opened=after(1)),
        Case(id="two", state="open", opening=finding, opened=after(2)),
        Case(id="three", state="none"),
    ]
    found = list(opened_facts(cases, after(9).from_us))
    assert [(fact.case, fact.party) for fact in found] == [("one", "ua"), ("two", None)]
