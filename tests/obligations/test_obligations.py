# SPDX-License-Identifier: Apache-2.0
"""Who owes what follows from a reached rung and each guarantor's own law, and from nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.evidence import Judgement
from foedus.base.moments import HOUR_US
from foedus.guarantee.from_cases import runs
from foedus.guarantee.standing import Standing
from foedus.obligations.facts import owed_facts
from foedus.obligations.from_guarantee import Roster, obligations
from foedus.obligations.record import FORCES, STATES, Obligation
from foedus.register.bound import Bound
from foedus.register.record import Amount
from foedus.trust.folding import Entry
from guarantee.decided import IN_FORCE, T0, after, decision, ladder
from register.acts_of import DAY_US, answered, ceasefire, pledge, record, treaty, vote

ROSTER = Roster(
    members={"coalition": ("EE", "LT", "IT")},
    components={"forces": ("land",)},
    owed_to=("ua",),
)
DAY = T0.from_us // DAY_US
COMPANY = Amount(stated="a company", unit="person", low=100, high=150)
PLEDGED = ((treaty(), 1), (pledge("EE", amount=COMPANY), 2), (pledge("LT"), 2),
           (pledge("IT", "excluded"), 2))  # fmt: skip
VOTED = (*PLEDGED, (vote("EE", "riigikogu"), DAY - 9), (ceasefire(holds=True), DAY - 8))
TWO = [decision(0), decision(24, "persistent"), decision(30, "extended")]
LATEST = "seventy-two-hours-latest"


def owed(
    bound: Bound, hours: float, *acts: Entry, standing: Standing = IN_FORCE
) -> dict[str, Obligation]:
    """Return the obligations of the third step under its latest-by reading, by guarantor."""
    at_us = after(hours).from_us
    found = runs(TWO, [ladder("ladder-2026")], standing, at_us)
    told = obligations(found, bound, ROSTER, acts, at_us)
    return {
        one.guarantor: one
        for one in told
        if one.ground.reading == LATEST and one.ground.rung == "coordinated-response-latest"
    }


def act(obligation: Obligation, kind: str, hours: float, **said: Any) -> Entry:
    """Return an act about an obligation."""
    at_us = T0.from_us + round(hours * HOUR_US)
    payload = {"state": obligation.guarantor, "text": "made up", **said}
    return Entry(1, at_us, obligation.obligation, kind, at_us, at_us + 1, "act-1", payload)


def test_a_political_pledge_owes_nothing_in_law_and_says_what_was_promised() -> None:
    """An offer without a vote is a promise; what was promised and what is missing stand beside."""
    found = owed(answered(record(*PLEDGED), on=DAY), 40)
    estonia = found["EE"]
    assert (estonia.state, estonia.force) == ("not-owed", "promise")
    assert estonia.amount == "a company"
    assert any("Riigikogu" in item for item in estonia.missing)
    assert (found["IT"].state, found["IT"].force) == ("not-owed", "excluded")


def test_a_vote_makes_it_due_and_the_clock_makes_it_overdue() -> None:
    """What Estonia owes once its parliament has voted, until T0 + 72 h; default is not inferred."""
    bound = answered(record(*VOTED), on=DAY)
    assert (owed(bound, 40)["EE"].state, owed(bound, 40)["EE"].force) == ("due", "law")
    assert owed(bound, 72)["EE"].state == "overdue"
    assert owed(bound, 40)["LT"].state == "not-owed"


def test_a_condition_that_nobody_found_keeps_it_waiting() -> None:
    """The state's own condition is told, and unknown is not false."""
    bound = answered(record(*PLEDGED, (vote("EE", "riigikogu"), DAY - 9)), on=DAY)
    estonia = owed(bound, 40)["EE"]
    assert (estonia.state, estonia.subject_to) == ("waiting", ("a ceasefire is in force",))


def test_a_guarantor_that_withdraws_in_the_middle_owes_what_its_law_says_that_day() -> None:
    """Recalled consent ends what is owed from then on, and not before."""
    acts = record(*VOTED, (vote("EE", "riigikogu", "recalled"), DAY + 2))
    assert owed(answered(acts, on=DAY + 1), 40)["EE"].force == "law"
    assert owed(answered(acts, on=DAY + 3), 71)["EE"].force == "promise"


@pytest.mark.parametrize(
    ("hours", "said", "state"),
    [
        (50, {"quantity": 120, "unit": "person"}, "met"),
        (80, {"quantity": 120, "unit": "person"}, "late"),
        (50, {"quantity": 20, "unit": "person"}, "contested"),
        (50, {"quantity": 3, "unit": "ship"}, "contested"),
        (50, {"quantity": 120, "unit": "person", "component": "sea"}, "contested"),
    ],
)
def test_performance_is_checked_against_the_duty(
    hours: float, said: dict[str, Any], state: str
) -> None:
    """Amount, kind and time decide; what is not what was owed is contested, with the reason."""
    bound = answered(record(*VOTED), on=DAY)
    done = act(owed(bound, 40)["EE"], "obligation.perform", hours, **{"component": "land", **said})
    found = owed(bound, 90, done)["EE"]
    assert found.state == state
    assert (found.reasons == ()) == (state == "met")


def test_a_duty_met_in_the_wrong_place_is_not_met() -> None:
    """The mandate's area is the place where it is owed."""
    mandate = vote("EE", "riigikogu", ceiling=150, area=("UA",))
    bound = answered(record(*PLEDGED, (mandate, DAY - 9), (ceasefire(holds=True), DAY - 8)), on=DAY)
    said = {"component": "land", "quantity": 120, "unit": "person"}
    elsewhere = act(owed(bound, 40)["EE"], "obligation.perform", 50, **said, place="PL")
    found = owed(bound, 60, elsewhere)["EE"]
    assert found.state == "contested"
    assert found.reasons == ("it was done in PL, not where owed",)
    there = act(found, "obligation.perform", 50, **said, place="UA")
    assert owed(bound, 60, there)["EE"].state == "met"


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("obligation.waive", "waived"),
        ("obligation.impossible", "impossible"),
        ("obligation.contest", "contested"),
        ("obligation.default", "defaulted"),
    ],
)
def test_what_people_state_is_its_state(kind: str, state: str) -> None:
    """Each is said by somebody, and stands from then on."""
    bound = answered(record(*VOTED), on=DAY)
    said = act(owed(bound, 40)["EE"], kind, 80)
    assert owed(bound, 79, said)["EE"].state == "overdue"
    assert owed(bound, 81, said)["EE"].state == state


def test_a_contested_guarantee_makes_contested_obligations() -> None:
    """Doubt about the rung is doubt about what law stands behind, and turns no promise into law."""
    standing = Standing(facts={("ladder-2026", "ceasefire-in-force"): Judgement.CONTESTED})
    bound = answered(record(*VOTED), on=DAY)
    found = owed(bound, 40, standing=standing)
    assert {name: one.state for name, one in found.items()} == {
        "EE": "contested",
        "LT": "not-owed",
        "IT": "not-owed",
    }


def test_every_obligation_has_an_unbroken_ground() -> None:
    """Article, decisions and, where it was pledged, the act of the pledge."""
    for one in owed(answered(record(*VOTED), on=DAY), 40).values():
        assert one.ground.article == "Step 3"
        assert set(one.ground.decisions) == {"decision-single-0", "decision-extended-30"}
        assert one.ground.pledge
        assert one.state in STATES
        assert one.force in FORCES


@given(st.floats(0, 100), st.floats(0, 100))
def test_what_is_done_later_changes_nothing_before(hours: float, done: float) -> None:
    """An act of a later hour is not there in an earlier one."""
    bound = answered(record(*VOTED), on=DAY)
    before = owed(bound, hours)
    later = hours + done + 0.001
    acts = [act(one, "obligation.waive", later) for one in before.values()]
    assert owed(bound, hours, *acts) == before


def test_what_is_owed_in_law_is_an_activation_and_what_was_done_a_response() -> None:
    """A promise activates nothing; an act of performance answers, by the case's name."""
    voted, pledged = (answered(record(*acts), on=DAY) for acts in (VOTED, PLEDGED))
    done = act(owed(voted, 40)["EE"], "obligation.perform", 50, component="land")
    (activation, response) = owed_facts(owed(voted, 60).values(), TWO, [done])
    assert (activation.kind, response.kind) == ("activation", "response")
    for fact in (activation, response):
        assert (fact.guarantor, fact.case) == ("EE", "case-1")
    assert activation.occurred_from_us == after(30).from_us
    assert response.occurred_from_us == after(50).from_us
    assert list(owed_facts(owed(pledged, 60).values(), TWO, [])) == []
