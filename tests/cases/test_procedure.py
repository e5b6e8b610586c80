# SPDX-License-Identifier: Apache-2.0
"""A case goes its way step by step; what may not be is refused with a sentence that says why."""

from __future__ import annotations

import msgspec
from acted import CALL, DETERMINE, HEARD, NOTIFY, OPEN, REPLY, case_of, commission, entry, vote
from hypothesis import given
from hypothesis import strategies as st

from foedus.cases.kinds import KINDS
from foedus.cases.procedure import PROCEDURE, case_fold
from foedus.trust.folding import state
from foedus.trust.kinds import payload_faults, table

THREE = (vote("fr"), vote("gb"), vote("pl"))


def test_from_a_finding_to_a_decision() -> None:
    """Opened, notified, heard, voted upon, determined: a decision that cites its ground."""
    found = case_of(*HEARD, *THREE, DETERMINE)
    assert found.state == "determined"
    assert found.refusals == ()
    decision = found.decision
    assert decision is not None
    assert (decision.verdict, decision.party, decision.article) == ("breach", "ru", "Point 1")
    assert (decision.incidents, decision.findings, decision.grounds) == (("i1",), ("f1",), ("f1",))
    assert [cast.member for cast in decision.votes] == ["fr", "gb", "pl"]


def test_a_decision_without_quorum_is_refused() -> None:
    """Two of five voted where three must."""
    found = case_of(*HEARD, *THREE[:2], DETERMINE)
    assert found.decision is None
    assert found.refusals[-1].reason == "the quorum is 3 of 5 members; 2 voted"


def test_a_decision_that_the_votes_do_not_carry_is_refused() -> None:
    """A majority for something else is none for this."""
    found = case_of(*HEARD, vote("fr"), vote("gb", "no-breach", None), vote("pl", "abstain", None),
                    DETERMINE)  # fmt: skip
    assert found.decision is None
    assert "simple majority needs 2 votes for it; 1 were" in found.refusals[-1].reason


def test_majorities_are_those_of_the_composition() -> None:
    """Absolute counts all members, two thirds those who voted, consensus nobody against."""
    split = (vote("fr"), vote("gb"), vote("pl", "no-breach", None))
    for majority, votes, is_carried in (
        ("simple", split, True),
        ("absolute", split, False),
        ("absolute", THREE, True),
        ("two-thirds", split, True),
        ("two-thirds", (*split, vote("tr", "no-breach", None)), False),
        ("consensus", split, False),
        ("consensus", THREE, True),
    ):
        found = case_of(*HEARD, *votes, DETERMINE, by=commission(majority))
        assert (found.decision is not None) is is_carried, majority


def test_a_vote_after_the_deadline_does_not_count() -> None:
    """It is kept, with the reason."""
    found = case_of(*HEARD, vote("fr"), vote("gb"), vote("pl", hours=30.0))
    assert [cast.member for cast in found.votes] == ["fr", "gb"]
    assert found.refusals[-1].reason == "it was cast after the vote was closed"


def test_a_vote_that_is_dated_back_does_not_count() -> None:
    """What matters is when the record knew it."""
    acts = [entry(n, *one[:2], one[2], "c") for n, one in enumerate((*HEARD, vote("fr")))]
    late = msgspec.structs.replace(acts[-1], known_us=entry(0, "", 30, {}, "").known_us)
    found = state(case_fold(commission()), "c", [*acts[:-1], late])
    assert found.votes == ()
    assert found.refusals[-1].reason == "it was cast after the vote was closed"


def test_who_is_no_member_has_no_vote() -> None:
    """A sentence names who it was."""
    found = case_of(*HEARD, vote("xx"))
    assert found.refusals[-1].reason == "xx is no member of the commission"


def test_a_members_later_vote_takes_the_place_of_the_earlier() -> None:
    """One member, one vote."""
    found = case_of(*HEARD, vote("fr"), vote("fr", "no-breach", None, 15.0))
    assert [(cast.member, cast.verdict) for cast in found.votes] == [("fr", "no-breach")]


def test_nobody_is_judged_unheard() -> None:
    """Before the accused has replied, or had its time, no vote is called."""
    found = case_of(OPEN, NOTIFY, ("case.call-vote", 5.0, CALL[2]))
    assert found.state == "notified"
    assert "every accused party has replied" in found.refusals[-1].reason
    assert case_of(OPEN, NOTIFY, REPLY, CALL).state == "voting"
    assert case_of(OPEN, NOTIFY, CALL).state == "voting", "its time was over at noon"


def test_it_cannot_be_attributed_is_a_decision() -> None:
    """A breach by nobody known is determined, and names nobody."""
    said = {key: value for key, value in DETERMINE[2].items() if key != "party"}
    votes = [vote(member, party=None) for member in ("fr", "gb", "pl")]
    found = case_of(*HEARD, *votes, ("case.determine", 20.0, said))
    assert found.decision is not None
    assert found.decision.party is None


def test_a_breach_that_goes_on_is_determined_beside_the_first() -> None:
    """A second vote on the same case adds a decision, and takes none away."""
    said = DETERMINE[2] | {"severity": "persistent", "occurred": "2026-03-02T22:10:00Z"}
    again = ("case.call-vote", 26.0, {"until": "2026-03-04T00:00:00Z"})
    votes = [vote(member, hours=27.0) for member in ("fr", "gb", "pl")]
    found = case_of(*HEARD, *THREE, DETERMINE, again, *votes, ("case.determine", 28.0, said))
    assert [decision.severity for decision in found.decisions] == ["single", "persistent"]


def test_a_correction_takes_the_effect_and_keeps_the_record() -> None:
    """The decision is overruled, not deleted; the case is open again and its votes are void."""
    found = case_of(
        *HEARD, *THREE, DETERMINE, ("case.correct", 40.0, {"reason": "the report fell"})
    )
    assert (found.state, found.decisions, found.votes) == ("open", (), ())
    assert len(found.overruled) == 1


def test_remedies_follow_a_breach_and_are_carried_out() -> None:
    """A remedy before a determination is refused; one that is carried out says by which act."""
    remedy = (
        "case.remedy",
        21.0,
        {"id": "r1", "bearer": "ru", "what": "withdraw", "within": "24 hours"},
    )
    done = ("case.fulfil", 30.0, {"remedy": "r1", "text": "withdrawn"})
    assert case_of(OPEN, remedy).remedies == ()
    found = case_of(*HEARD, *THREE, DETERMINE, remedy, done)
    assert [one.fulfilled_by for one in found.remedies] == ["act-11"]


def test_without_a_commission_nobody_decides() -> None:
    """The text that names none leaves the case open."""
    fold = case_fold(None)
    acts = [entry(n, *one[:2], one[2], "c") for n, one in enumerate((*HEARD, DETERMINE))]
    assert state(fold, "c", acts).decision is None


def test_withheld_payloads_have_no_effect_and_are_told() -> None:
    """An erased act leaves its place, and the reason."""
    one = entry(1, "case.open", 1, OPEN[2], "c")
    found = state(case_fold(commission()), "c", [msgspec.structs.replace(one, payload=None)])
    assert (found.state, found.refusals[0].reason) == ("new", "its payload is withheld or erased")


STEPS = st.lists(st.sampled_from((*HEARD, *THREE, DETERMINE)), max_size=14)


@given(STEPS)
def test_every_act_is_taken_or_refused(acts: list) -> None:
    """Whatever the order, each act has its place: none is lost, none raises."""
    found = case_of(*acts)
    assert len(found.acts) == len(acts)
    assert found.state in PROCEDURE.states
    assert found.decision is None or len(found.decision.votes) >= 3


@given(STEPS, st.integers(0, 14))
def test_a_prefix_is_the_past(acts: list, size: int) -> None:
    """What came later changes nothing in what had been decided."""
    in_order = sorted(acts, key=lambda act: act[1])
    decided = case_of(*in_order[:size]).decisions
    whole = case_of(*in_order)
    assert (*whole.overruled, *whole.decisions)[: len(decided)] == decided


def test_payloads_that_cannot_be_read_are_faults() -> None:
    """An instant that is none is told when the act is checked, not when it is read."""
    kinds = table(KINDS)
    assert payload_faults(CALL[2], "case.call-vote", kinds) == []
    (fault,) = payload_faults({"until": "next Tuesday"}, "case.call-vote", kinds)
    assert "a day, or an instant" in fault.expected
