# SPDX-License-Identifier: Apache-2.0
"""Ladders as reported: two readings of 72 hours, forfeiture, snap-back, silence, other times."""

from __future__ import annotations

import msgspec
import pytest
from decided import IN_FORCE, after, decision, hours_until, ladder, run_of, rung
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.evidence import Judgement
from foedus.base.readings import moment
from foedus.errors import PartyError
from foedus.findings.duties import deadline_findings
from foedus.findings.record import Finding
from foedus.findings.rulebook import Rulebook
from foedus.guarantee.from_cases import runs
from foedus.guarantee.record import REACHED, STATES
from foedus.guarantee.standing import Answered, Conduct, Standing

EARLIEST, LATEST = "seventy-two-hours-earliest", "seventy-two-hours-latest"
BREACH, PERSISTS, WIDENS = (
    decision(0),
    decision(24, "persistent"),
    decision(30, "extended"),
)
RULEBOOK = Rulebook(agreements=(ladder("minsk-2"),), known_us=after(0).from_us)
ALL = [BREACH, PERSISTS, WIDENS]


def answered(rung_id: str, hours: float, decides: str = "respond", decider: str = "us") -> Answered:
    """Return a decision on a rung at that hour."""
    return Answered(
        case="case-1", rung=rung_id, decider=decider, decides=decides, at=after(hours), act="a"
    )


def test_reading_a_opens_the_third_step_after_72_hours() -> None:
    """Breach at T0, persists at T0+24 h, widens at T0+30 h: the earliest is T0+72 h."""
    for hours, state in ((31, "pending"), (71.9, "pending"), (72, "eligible"), (500, "eligible")):
        third = rung(run_of(ALL, hours, EARLIEST), 3)
        assert third.state == state
        assert third.due is not None
        assert hours_until(third.due.opens) == 72
        assert third.due.closes is None


def test_reading_b_closes_the_third_step_after_72_hours() -> None:
    """The same facts under the other reading: the latest is T0+72 h, and then it is missed."""
    for hours, state in ((31, "due"), (71.9, "due"), (72, "missed"), (500, "missed")):
        third = rung(run_of(ALL, hours, LATEST), 3)
        assert third.state == state
        assert third.due is not None
        assert hours_until(third.due.closes) == 72


@given(st.floats(0, 200), st.lists(st.sampled_from(ALL), unique_by=lambda one: one.decision))
def test_readings_differ_only_where_their_clause_differs(hours: float, decisions: list) -> None:
    """The first two steps are the same under both readings, whatever was determined."""
    given_ = [one for one in decisions if one.verdict == "breach"]
    if not given_:
        return
    one, other = (run_of(given_, hours, reading) for reading in (EARLIEST, LATEST))
    assert one.rungs[:2] == other.rungs[:2]


def test_a_warning_is_due_within_a_day_and_missed_after_it() -> None:
    """The first step runs from the breach; nobody is named to decide, and that is told."""
    due, missed = (rung(run_of([BREACH], hours, EARLIEST), 1) for hours in (1, 24))
    assert (due.state, missed.state) == ("due", "missed")
    assert missed.undecided == "nobody is named to decide"
    assert "the text does not say what follows if nobody decides" in missed.reasons


def test_a_response_in_time_late_or_declined_is_told() -> None:
    """What was decided stands with the act, also when it came too late."""
    for hours, decides, state in ((5, "respond", "met"), (30, "respond", "late")):
        said = msgspec.structs.replace(IN_FORCE, answers=(answered("warning", hours, decides),))
        first = rung(run_of([BREACH], 48, EARLIEST, said), 1)
        assert (first.state, first.responses) == (state, ("a",))
    said = msgspec.structs.replace(IN_FORCE, answers=(answered("warning", 5, "decline"),))
    assert rung(run_of([BREACH], 48, EARLIEST, said), 1).state == "declined"


def test_what_is_decided_later_changes_nothing_before() -> None:
    """A response of the tenth hour is not there in the ninth."""
    said = msgspec.structs.replace(IN_FORCE, answers=(answered("warning", 10),))
    assert rung(run_of([BREACH], 9, EARLIEST, said), 1).state == "due"


def test_without_a_ceasefire_in_force_nothing_is_due() -> None:
    """Nobody has said so: unknown. Somebody denies it: armed. Both: contested."""
    for said, state in (
        (Judgement.UNKNOWN, "unknown"),
        (Judgement.NO, "armed"),
        (Judgement.CONTESTED, "contested"),
    ):
        standing = Standing(facts={("ladder-2026", "ceasefire-in-force"): said})
        assert {one.state for one in run_of([BREACH], 1, EARLIEST, standing).rungs} <= {
            state,
            "armed",
        }
        assert rung(run_of([BREACH], 1, EARLIEST, standing), 1).state == state


def test_what_cannot_be_attributed_reaches_no_rung_and_denies_none() -> None:
    """A breach by nobody known leaves the ladder unknown."""
    nobody = decision(party=None)
    assert rung(run_of([nobody], 1, EARLIEST), 1).state == "unknown"


def test_another_partys_breach_reaches_no_rung() -> None:
    """The reported ladder answers to one party's breaches; another's are told as not its event."""
    first = rung(run_of([decision(party="ua")], 1, EARLIEST), 1)
    assert first.state == "armed"
    assert "the breach is attributed to ua" in first.reasons


def test_what_persists_before_the_day_is_over_does_not_reach_the_second_step() -> None:
    """The second step counts what goes on after 24 hours."""
    early = rung(run_of([BREACH, decision(20, "persistent")], 48, EARLIEST), 2)
    assert early.state == "armed"
    assert rung(run_of([BREACH, PERSISTS], 48, EARLIEST), 2).state == "eligible"


def test_fire_back_of_unknown_provocation_contests_the_guarantee_and_does_not_void_it() -> None:
    """Twenty-point plan, 5b: while nobody has said that it was unprovoked, it is contested."""
    attack = [decision(0, "extended")]
    for saved, state in (
        ({}, "contested"),
        ({"provoked": Judgement.CONTESTED}, "contested"),
        ({"provoked": Judgement.NO}, "void"),
        ({"provoked": Judgement.YES}, "due"),
    ):
        fire = Conduct(happened=Judgement.YES, saved=saved)
        standing = Standing(conduct={("plan-20-points-2025", "unprovoked-fire"): fire})
        run = run_of(attack, 1, "text", standing, "plan-20-points-2025")
        assert rung(run, 1).state == state


def test_an_invasion_of_its_own_voids_the_guarantee() -> None:
    """Nothing saves it where the text names nothing that would."""
    conduct = {("plan-20-points-2025", "own-invasion"): Conduct(happened=Judgement.YES)}
    run = run_of(
        [decision(0, "extended")], 1, "text", Standing(conduct=conduct), "plan-20-points-2025"
    )
    assert rung(run, 1).state == "void"


def test_snap_back_comes_by_itself_unless_a_decision_declines_it_in_time() -> None:
    """Resolution 2231: measures return at the thirtieth day unless a resolution continues."""
    noticed = [decision(0, "not-stated", party="addressee")]
    silent = run_of(noticed, 24 * 29, "text", Standing(), "resolution-2231")
    assert rung(silent, 1).state == "due"
    back = run_of(noticed, 24 * 30, "text", Standing(), "resolution-2231")
    assert rung(back, 1).state == "deemed"
    kept = Standing(answers=(answered("measures-return", 24 * 20, "decline", "council"),))
    assert rung(run_of(noticed, 24 * 30, "text", kept, "resolution-2231"), 1).state == "declined"
    late = Standing(answers=(answered("measures-return", 24 * 31, "decline", "council"),))
    assert rung(run_of(noticed, 24 * 40, "text", late, "resolution-2231"), 1).state == "deemed"


def test_hours_run_on_across_a_change_to_summer_time() -> None:
    """Twenty-four hours are time that has passed: clocks go forward in Kyiv on 29 March 2026."""
    breach = [decision(at=moment("2026-03-28T12:00:00+02:00"))]
    for written, state in (
        ("2026-03-29T12:59:59+03:00", "due"),
        ("2026-03-29T13:00:01+03:00", "missed"),
    ):
        run = runs(breach, [ladder("ladder-2026")], IN_FORCE, moment(written).from_us)[0]
        assert rung(run, 1).state == state


def test_a_day_that_is_only_known_to_be_that_day_leaves_the_end_open() -> None:
    """A breach known to its day makes a limit that may be any instant of the next."""
    vague = decision(at=moment("2026-03-02", "Europe/Kyiv"))
    at_us = moment("2026-03-03T12:00:00+02:00").from_us
    first = rung(runs([vague], [ladder("ladder-2026")], IN_FORCE, at_us)[0], 1)
    assert first.state == "due"
    assert "whether its time is over is not known" in first.reasons


def test_two_cases_run_two_ladders() -> None:
    """A second, different breach starts a clock of its own."""
    second = decision(40, case="case-2", decision="other")
    found = runs([BREACH, second], [ladder("ladder-2026")], IN_FORCE, after(41).from_us)
    states = {(run.case, run.reading): rung(run, 1).state for run in found}
    assert states[("case-1", EARLIEST)] == "missed"
    assert states[("case-2", EARLIEST)] == "due"


def test_a_run_that_was_ended_or_suspended_is_told_so() -> None:
    """Neither is a missed clock."""
    ended = msgspec.structs.replace(IN_FORCE, ended=frozenset({("case-1", "response")}))
    held = msgspec.structs.replace(IN_FORCE, suspended=frozenset({("ladder-2026", "response")}))
    assert rung(run_of([BREACH], 48, EARLIEST, ended), 1).state == "stood-down"
    assert rung(run_of([BREACH], 48, EARLIEST, held), 1).state == "suspended"


def test_a_finding_is_refused() -> None:
    """What is merely indicated can set off nothing: only a decision of people can."""
    (indicated,) = deadline_findings(RULEBOOK).slice(0, 1).to_pylist()
    finding = msgspec.convert(indicated, Finding)
    with pytest.raises(PartyError, match="a decision of people"):
        runs([finding], [ladder("ladder-2026")], IN_FORCE, 0)  # type: ignore[list-item]


def test_an_assumed_decision_marks_the_run() -> None:
    """Whatever rests on an assumption says so."""
    assert run_of([decision(assumed=True)], 1, EARLIEST).assumed
    assert not run_of([BREACH], 1, EARLIEST).assumed


def test_every_state_has_its_words() -> None:
    """States with consequences are states."""
    assert set(REACHED) <= set(STATES)
