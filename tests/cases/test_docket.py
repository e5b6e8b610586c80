# SPDX-License-Identifier: Apache-2.0
"""The docket puts what is grave and urgent first, and says who must do what next."""

from __future__ import annotations

from acted import CALL, DETERMINE, HEARD, NOTIFY, OPEN, START_US, case_of, commission, vote
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.moments import HOUR_US
from foedus.cases.clocks import clocks_of
from foedus.cases.docket import conflicts, docket, waits_for
from foedus.cases.procedure import PROCEDURE
from foedus.cases.record import Case

THREE = (vote("fr"), vote("gb"), vote("pl"))
REMEDY = ("case.remedy", 21.0, {"id": "r1", "bearer": "ru", "what": "go", "within": "24 hours"})


def made(name: str, severity: str = "not-stated", opened: float = 1.0, until: int = 12) -> Case:
    """Return a notified case of that gravity, with a reply due at an hour of the first day."""
    act = ("case.open", opened, OPEN[2] | {"severity": severity})
    notice = ("case.notify", opened, NOTIFY[2] | {"until": f"2026-03-02T{until:02}:00:00Z"})
    values = {field: getattr(case_of(act, notice), field) for field in Case.__struct_fields__}
    return Case(**values | {"id": name})


def order(*cases: Case, hours: float = 6.0) -> list[str]:
    """Return the ids of the cases in their order."""
    return [one.case.id for one in docket(cases, commission(), START_US + round(hours * HOUR_US))]


def test_the_graver_stands_first_and_unknown_is_not_slight() -> None:
    """An extended attack before a single breach; what nobody has graded stands between."""
    cases = [made(name, name) for name in ("single", "not-stated", "extended", "persistent")]
    assert order(*cases) == ["extended", "persistent", "not-stated", "single"]


def test_among_equals_the_clock_that_closes_first() -> None:
    """Not the newest: the one whose time is over, or will be soonest."""
    assert order(made("late", until=20), made("soon", until=8), made("over", until=3)) == [
        "over",
        "soon",
        "late",
    ]


def test_among_equal_clocks_the_oldest() -> None:
    """The newest never stands first for being new."""
    assert order(made("new", opened=3.0), made("old", opened=1.0)) == ["old", "new"]


def test_a_case_that_waits_for_nobody_stands_last() -> None:
    """However grave it was."""
    done = case_of(*HEARD, *THREE, ("case.determine", 20.0, DETERMINE[2] | {
        "severity": "extended"}))  # fmt: skip
    assert order(done, made("slight", "single"), hours=22)[-1] == done.id


GRAVITY = st.sampled_from(["single", "persistent", "extended", "not-stated"])


@given(
    st.lists(st.tuples(GRAVITY, st.integers(1, 5), st.integers(6, 20)), max_size=8), st.randoms()
)
def test_the_order_hangs_on_the_cases_alone(told: list, random: object) -> None:
    """However they are handed in, and each once."""
    cases = [
        made(str(n), severity, float(hour), until) for n, (severity, hour, until) in enumerate(told)
    ]
    mixed = list(cases)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert order(*mixed) == order(*cases)
    assert sorted(order(*cases)) == sorted(one.id for one in cases)


def said(case: Case, hours: float) -> tuple[str, ...]:
    """Return whom a case waits for at an hour."""
    at_us = START_US + round(hours * HOUR_US)
    return waits_for(case, commission(), at_us, clocks_of(case, commission()))


def test_it_says_whose_turn_it_is() -> None:
    """From the opening to the remedy, each step names who must do what."""
    for acts, hours, expected in (
        ((OPEN,), 1.5, "case officer: notify ru"),
        ((OPEN, NOTIFY), 2.5, "ru: reply of ru"),
        ((OPEN, NOTIFY), 12.5, "ru: reply of ru, its time is over"),
        ((*HEARD, vote("fr")), 15, "gb, pl, tr, ua: vote of gb, pl, tr, ua"),
        ((*HEARD, *THREE, DETERMINE, REMEDY), 22, "ru: go"),
        ((*HEARD, *THREE, DETERMINE, REMEDY), 45, "ru: go, its time is over"),
    ):
        assert expected in said(case_of(*acts), hours), expected
    assert said(case_of(*HEARD, *THREE, DETERMINE), 22) == ()


def test_every_state_has_its_next_step_or_waits_for_nobody() -> None:
    """A case that is not decided waits for somebody, whatever was done."""
    for acts in ((OPEN,), (OPEN, NOTIFY), HEARD, (*HEARD, *THREE)):
        found = case_of(*acts)
        assert found.state in PROCEDURE.states
        assert said(found, 30), found.state


def test_a_remedy_of_a_decision_that_fell_has_no_clock() -> None:
    """A corrected case keeps its remedies on record, and nobody is late with them."""
    correct = ("case.correct", 30.0, {"reason": "the report fell"})
    found = case_of(*HEARD, *THREE, DETERMINE, REMEDY, correct)
    assert len(found.remedies) == 1
    assert clocks_of(found, commission()) == ()


def test_a_remedy_whose_time_no_clock_can_tell_says_so() -> None:
    """What is to be done immediately is left to judgement, and no day is guessed."""
    soon = ("case.remedy", 21.0, REMEDY[2] | {"within": "immediately"})
    (clock,) = clocks_of(case_of(*HEARD, *THREE, DETERMINE, soon), commission())
    assert clock.due is None
    assert clock.not_computable


def test_ids_of_clocks_stay_when_moments_change() -> None:
    """A notice that gives more time moves the clock and is the same clock."""
    short, longer = (clocks_of(made("c", until=hour)) for hour in (8, 20))
    assert short[0].clock == longer[0].clock
    assert short[0].limit_us != longer[0].limit_us


def test_conflicts_of_role_are_told_stated_or_evident() -> None:
    """A member that is accused stands in conflict whether or not anybody says so."""
    own = ("case.open", 1.0, OPEN[2] | {"accused": ["ua"]})
    stated = ("case.conflict", 1.5, {"who": "fr", "role": "member", "text": "has a stake"})
    assert conflicts(case_of(own, stated), commission()) == (
        "fr (member): has a stake",
        "ua is a member, and its own side is accused; it has not stepped aside",
    )


def test_who_has_stepped_aside_has_no_vote() -> None:
    """Its vote falls, and a later one is refused with the reason."""
    aside = ("case.step-aside", 14.5, {"member": "fr", "text": "our own side"})
    found = case_of(*HEARD, vote("fr"), aside, vote("fr", hours=15.0))
    assert found.votes == ()
    assert found.refusals[-1].reason == "fr has stepped aside in this case"


def test_a_file_that_was_signed_off_is_open_again_after_a_correction() -> None:
    """What was approved was another file."""
    approve = ("case.sign-off", 12.0, {"officer": "o", "text": "complete"})
    acts = (OPEN, NOTIFY, approve, CALL, *THREE, DETERMINE)
    assert len(case_of(*acts).approvals) == 1
    assert case_of(*acts, ("case.correct", 40.0, {"reason": "x"})).approvals == ()
