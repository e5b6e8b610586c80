# SPDX-License-Identifier: Apache-2.0
"""Who is bound follows from acts alone: every key, condition, mandate and step counts."""

from __future__ import annotations

import pytest
from acts_of import DAY_US, answered, ceasefire, entry, pact, pledge, record, sends, treaty, vote
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.evidence import Answer, Judgement
from foedus.register.holdings import at
from foedus.register.instruments import INSTRUMENT
from foedus.register.mandates import breaches
from foedus.register.record import AnyPayload, Condition

KEY = "EE/land"
BASE: tuple[tuple[AnyPayload, int], ...] = ((treaty(), 1), (pledge("EE"), 2))


def test_a_pledge_alone_binds_nobody() -> None:
    """An offer stays an offer, and what is missing is named with the body whose turn it is."""
    cell = answered(record(*BASE)).cells[KEY]
    assert (cell.legal, cell.is_bound) == ("offered", False)
    assert [(item.what, item.by) for item in cell.missing] == [
        ("votes", "Riigikogu"),
        ("condition", ""),
    ]


def test_a_vote_turns_the_pledge_binding_and_conditions_make_it_due() -> None:
    """Consent makes it legally consented; once the ceasefire is found, it is deployable."""
    voted = (*BASE, (vote("EE", "riigikogu"), 3))
    assert answered(record(*voted)).cells[KEY].legal == "legally-consented"
    assert answered(record(*voted, (ceasefire(holds=True), 4))).cells[KEY].legal == "deployable"
    both = answered(record(*voted, (ceasefire(holds=False), 4))).cells[KEY]
    assert [(item.what, item.is_known) for item in both.missing] == [("condition", True)]


def test_a_condition_that_nobody_found_is_not_known() -> None:
    """An unknown condition is neither met nor failed, and a contested one likewise."""
    (item,) = answered(record(*BASE, (vote("EE", "riigikogu"), 3))).cells[KEY].missing
    assert not item.is_known
    rivals = ((ceasefire(holds=True), 4), (ceasefire(holds=False), 4))
    found = answered(record(*BASE, (vote("EE", "riigikogu"), 3), *rivals))
    assert found.facts["ceasefire-in-force"] is Judgement.CONTESTED
    assert found.cells[KEY].legal == "legally-consented"


def test_a_recall_takes_consent_back_and_a_lost_vote_gives_none() -> None:
    """Consent taken back is gone; a vote that is lost is told as a refusal."""
    acts = (*BASE, (vote("EE", "riigikogu"), 3), (vote("EE", "riigikogu", "recalled"), 5))
    assert answered(record(*acts), on=4).cells[KEY].is_bound
    assert not answered(record(*acts), on=6).cells[KEY].is_bound
    lost = answered(record(*BASE, (vote("EE", "riigikogu", "no"), 3))).cells[KEY]
    assert lost.consent is not None
    assert (lost.consent.state, lost.legal) == ("refused", "offered")


def test_one_state_does_not_bind_another() -> None:
    """The vote of one state changes no cell of another."""
    acts = (*BASE, (pledge("LT"), 2), (vote("EE", "riigikogu"), 3))
    cells = answered(record(*acts)).cells
    assert [key for key, cell in cells.items() if cell.is_bound] == [KEY]


def test_what_is_excluded_lacks_nothing() -> None:
    """A state that excludes something is asked for no vote and waits for no condition."""
    cell = answered(record((treaty(), 1), (pledge("EE", "excluded"), 2))).cells[KEY]
    assert (cell.legal, cell.missing) == ("excluded", ())


def test_two_statements_of_one_day_contest_each_other() -> None:
    """Both stay on record, and the weaker counts; a later one settles it."""
    acts = [(treaty(), 1), (pledge("EE"), 2), (pledge("EE", "possible"), 2)]
    held = answered(record(*acts)).cells[KEY].pledge
    assert (held.state, held.contested, len(held.stated)) == ("possible", True, 2)
    later = answered(record(*acts, (pledge("EE", "conditional"), 3))).cells[KEY].pledge
    assert (later.state, later.contested) == ("conditional", False)


@pytest.mark.parametrize("level", ["K", "?"])
def test_what_is_not_verified_moves_nothing(level: str) -> None:
    """Acts of evidence K or ? stay on record with the reason, and change no state."""
    doubtful = (
        (vote("EE", "riigikogu", evidence=level), 3),
        (ceasefire(holds=True, evidence=level), 3),
        (pledge("EE", "excluded", evidence=level), 3),
        (pact("EE", "sign", evidence=level), 3),
    )
    register = at(record(*BASE, *doubtful))
    assert register.facts["ceasefire-in-force"].holds is Judgement.UNKNOWN
    assert register.instruments["pact"].of("EE") == "none"
    assert answered(record(*BASE, *doubtful)).cells[KEY].legal == "offered"
    assert all(
        level in register.subjects[subject].refused[0].reason  # type: ignore[union-attr]
        for subject in ("commitment:EE/land", "instrument:pact", "consent:EE/deploy/land")
    )


def test_attended_is_not_adopted_is_not_signed_is_not_in_force() -> None:
    """Each step leads to its own state, and nobody enters by attending."""
    steps = ["attend", "adopt", "sign", "submit", "enter-into-force", "denounce"]
    acts = [(treaty(), 1), *((pact("FR", does), 2 + n) for n, does in enumerate(steps))]
    states = [at(record(*acts[: n + 1])).instruments["pact"].of("FR") for n in range(len(acts))]
    assert states == [
        "none",
        "attended",
        "adopted",
        "signed",
        "consent-pending",
        "in-force",
        "denounced",
    ]
    skipped = at(record((treaty(), 1), (pact("FR", "attend"), 2), (pact("FR", "submit"), 3)))
    held = skipped.instruments["pact"]
    assert held.of("FR") == "attended"
    assert "not foreseen while an instrument is 'attended'" in held.refused[0].reason


@pytest.mark.parametrize("form", ["political", "intent", "plan"])
def test_a_political_text_enters_into_force_for_nobody(form: str) -> None:
    """Signed or not, what cannot bind by its form is not in force, and the reason says so."""
    acts = [(treaty(form), 1), (pact("FR", "sign"), 2), (pact("FR", "enter-into-force"), 3)]
    held = at(record(*acts)).instruments["pact"]
    assert held.of("FR") == "signed"
    assert "an instrument that can bind by law" in held.refused[0].reason


def test_two_clocks_run_apart() -> None:
    """A treaty in force owes it to others without consent to deploy, and the other way round."""
    signed = [(pact("EE", "sign"), 3), (pact("EE", "enter-into-force"), 4)]
    owed = answered(record(*BASE, *signed)).cells[KEY]
    assert (owed.owed_by, owed.legal) == (("pact",), "offered")
    free = answered(record(*BASE, (vote("EE", "riigikogu"), 3))).cells[KEY]
    assert (free.owed_by, free.legal) == ((), "legally-consented")


def test_a_deployment_is_tested_against_its_mandate() -> None:
    """Ceiling, area and term are each kept, broken, or not known; so is there being a consent."""
    limits = vote("EE", "riigikogu", "limited", ceiling=120, area=("UA-30",), until="1970-03-01")
    there = sends("EE", personnel=130, area="UA-32")
    cell = answered(record(*BASE, (limits, 3), (there, 4)), on=20).cells[KEY]
    assert cell.legal == "deployed"
    assert {item.limit for item in breaches(cell.tests)} == {"ceiling", "area"}
    late = answered(record(*BASE, (limits, 3), (there, 4)), on=90).cells[KEY]
    assert "duration" in {item.limit for item in breaches(late.tests)}
    silent = answered(record(*BASE, (limits, 3), (sends("EE"), 4)), on=20).cells[KEY]
    assert [item.keeps for item in silent.tests] == [
        Answer.SURE,
        Answer.POSSIBLE,
        Answer.POSSIBLE,
        Answer.SURE,
    ]
    bare = answered(record(*BASE, (sends("EE"), 4))).cells[KEY]
    assert (bare.legal, bare.is_bound) == ("deployed", False)
    assert [item.limit for item in breaches(bare.tests)] == ["consent"]


def test_a_circle_of_promises_is_found() -> None:
    """Two states that each wait for the other to be bound are shown as a circle."""
    first = Condition(of="LT/land", says="the other first")
    second = Condition(of="EE/land", says="the other first")
    acts = [
        (treaty(), 1),
        (pledge("EE", "conditional", conditions=(first,)), 2),
        (pledge("LT", "conditional", conditions=(second,)), 2),
    ]
    assert answered(record(*acts)).circles == (("EE/land", "LT/land"),)
    broken = [*acts, (pledge("LT", "offered"), 3)]
    assert answered(record(*broken)).circles == ()


def test_an_act_about_the_past_is_known_from_when_it_was_known() -> None:
    """What held on day 3 and was learned on day 9 counts on day 3, but only for who asks from 9."""
    entries = (*record(*BASE), entry(2, vote("EE", "riigikogu"), 3, known=9))
    assert answered(entries, on=4).cells[KEY].is_bound
    assert not answered(entries, on=4, known_us=8 * DAY_US).cells[KEY].is_bound
    assert not answered(entries, on=2).cells[KEY].is_bound


STEPS = st.sampled_from(
    [
        pledge("EE"),
        pledge("EE", "possible"),
        pledge("LT", "excluded"),
        vote("EE", "riigikogu"),
        vote("EE", "riigikogu", "no"),
        ceasefire(holds=True),
        ceasefire(holds=False),
        pact("EE", "attend"),
        pact("EE", "sign"),
        pact("EE", "enter-into-force"),
        sends("EE", personnel=3),
        sends("EE", "end"),
    ]
)


@given(st.lists(st.tuples(STEPS, st.integers(1, 30)), max_size=12), st.integers(0, 31))
def test_state_is_a_fold_and_a_prefix_gives_the_past(
    acts: list[tuple[AnyPayload, int]], day: int
) -> None:
    """The register as known on a day is that of a record which ends on that day."""
    acts = sorted(acts, key=lambda one: one[1])
    entries = record((treaty(), 0), *acts)
    known = tuple(item for item in entries if item.known_us <= day * DAY_US)
    assert at(entries, known_us=day * DAY_US) == at(known)
    assert answered(entries, known_us=day * DAY_US) == answered(known)


@given(st.lists(st.sampled_from(INSTRUMENT.acts), max_size=10))
def test_nobody_is_in_force_without_having_signed(acts: list[str]) -> None:
    """Whatever steps are recorded in whatever order, in force comes only after signing."""
    steps = [(pact("EE", does), 2 + n) for n, does in enumerate(acts)]
    stands = at(record((treaty(), 1), *steps)).instruments["pact"].of("EE")
    if stands not in ("none", "attended", "adopted"):
        assert "sign" in acts
