# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a commission's log: refused or recorded, with a sentence that says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import foedus
from desk.made_desk import (
    CASE,
    MISSION,
    Said,
    act,
    at,
    call,
    decided,
    determination,
    facts,
    filed,
    mandate,
    notice,
    opened,
    opening,
    reply,
    votes,
    whole,
)
from foedus.desk.docket import Docket, case
from foedus.desk.docket_lines import case_lines
from foedus.errors import PartyError
from foedus.obligations.record import Obligation
from foedus.trust.acts import act_id

HEARD: list[Said] = [opening(), notice(), reply()]
REMEDY: dict[str, Any] = {"id": "r1", "bearer": "ru", "what": "withdraw", "within": "24 hours"}
YES: dict[str, Any] = {"verdict": "breach", "party": "ru"}
REFUSED: dict[str, tuple[list[Said], str]] = {
    "a decision without quorum": (
        [*HEARD, call(4), *votes(4.1)[:2], determination(4.5)],
        "the quorum is 3 of 5 members; 2 voted",
    ),
    "a decision that the votes do not carry": (
        [*HEARD, call(4), *votes(4.1), determination(4.5, party="ua")],
        "simple majority needs",
    ),
    "a vote after the deadline": (
        [*HEARD, call(4), ("case.vote", 10.5, "fr", CASE, {"member": "fr"} | YES)],
        "it was cast after the vote was closed",
    ),
    "a vote of nobody's": (
        [*HEARD, call(4), ("case.vote", 4.2, "fr", CASE, {"member": "xx"} | YES)],
        "xx is no member of the commission",
    ),
    "a vote of one who has stepped aside": (
        [*HEARD, ("case.step-aside", 3.5, "ua", CASE, {"member": "ua", "text": "own side"}),
         call(4), ("case.vote", 4.2, "ua", CASE, {"member": "ua"} | YES)],
        "ua has stepped aside in this case",
    ),
    "a judgement unheard": (
        [opening(), notice(), call(3)],
        "that every accused party has replied or had its time to reply",
    ),
    "a reply of one who was not asked": (
        [opening(), notice(), reply(party="ua")],
        "a party that was notified",
    ),
    "a remedy without a breach": (
        [*HEARD, ("case.remedy", 4.0, "officer", CASE, REMEDY)],
        "'case.remedy' is not foreseen while a case is 'notified'",
    ),
    "a remedy carried out that nobody ordered": (
        [*HEARD, *decided(4), ("case.fulfil", 5, "ru", CASE, {"remedy": "r9", "text": "x"})],
        "a remedy of this case",
    ),
    "a determination twice": (
        [*HEARD, *decided(4), determination(5)],
        "'case.determine' is not foreseen while a case is 'determined'",
    ),
}  # fmt: skip


def made(folder: Path, *said: Said) -> Path:
    """Return the log of these acts."""
    path = folder / "acts.sqlite"
    held = opened(path)
    filed(held, *said)
    held.store.close()
    return path


def docket(log: Path, hours: float) -> Docket:
    """Return the docket at an hour."""
    return case(MISSION, at=at(hours), log=log)


@pytest.mark.parametrize("fault", REFUSED)
def test_an_act_without_effect_stays_on_record_with_the_reason(tmp_path: Path, fault: str) -> None:
    """It is told in the case, and nothing follows from it."""
    acts, sentence = REFUSED[fault]
    found = docket(made(tmp_path, *acts), 20)
    (one,) = found.cases
    told = "\n".join(case_lines(found))
    assert "acts without effect" in told
    assert sentence in told.partition("acts without effect")[2]
    refused = {refusal.act for refusal in one.case.refusals}
    assert not refused & {decision.decision for decision in found.due.decisions}


def test_a_key_without_the_role_does_not_get_in(tmp_path: Path) -> None:
    """A party cannot determine, nor a guarantor vote: the log refuses the act."""
    log = opened(tmp_path / "acts.sqlite")
    filed(log, *HEARD, call(4))
    for kind, hours, _, subject, payload in (determination(5), votes(5)[0]):
        for signer in ("ru", "guarantor"):
            with pytest.raises(PartyError, match="role"):
                filed(log, (kind, hours, signer, subject, payload))
    log.store.close()


def estonia(log: Path, hours: float) -> Obligation:
    """Return what Estonia owes under the latest-by reading of the third step."""
    (one,) = (
        one
        for one in docket(log, hours).due.obligations
        if one.guarantor == "EE" and one.ground.rung == "coordinated-response-latest"
    )
    return one


def test_a_guarantor_that_withdraws_in_the_middle(tmp_path: Path) -> None:
    """Its parliament recalls the mandate: owed in law until then, and promised from then on."""
    log = made(tmp_path, *whole(), mandate(40, "recalled"))
    assert (estonia(log, 39).force, estonia(log, 39).state) == ("law", "due")
    after = estonia(log, 41)
    assert (after.force, after.state) == ("promise", "not-owed")
    assert any("Riigikogu" in item for item in after.missing)


def test_a_mandate_that_came_too_late_is_not_read_into_the_past(tmp_path: Path) -> None:
    """Asked of an hour before the vote was known, nothing was owed in law."""
    acts = [said for said in whole() if said[0] != "consent.step"]
    log = made(tmp_path, *acts, mandate(40))
    assert (estonia(log, 39).force, estonia(log, 41).force) == ("promise", "law")


@pytest.mark.parametrize(
    ("done", "state", "sentence"),
    [
        ({"component": "land", "quantity": 1, "unit": "company"}, "met", ""),
        ({"component": "sea", "quantity": 1, "unit": "company"}, "contested", "sea was given"),
        ({"component": "land"}, "met", ""),
    ],
)
def test_what_was_done_is_checked_against_what_is_owed(
    tmp_path: Path, done: dict[str, Any], state: str, sentence: str
) -> None:
    """Another thing than what is owed is contested, and the sentence says what was given."""
    owed = estonia(made(tmp_path, *whole()), 40)
    (tmp_path / "acts.sqlite").unlink()
    said = {"state": "EE", "text": "made up"} | done
    perform: Said = ("obligation.perform", 50, "guarantor", owed.obligation, said)
    found = estonia(made(tmp_path, *whole(), perform), 60)
    assert found.state == state
    assert sentence in "; ".join(found.reasons)


def test_a_duty_done_after_its_time_is_late(tmp_path: Path) -> None:
    """Recorded as late, by the act that says so; default is stated by people or not at all."""
    owed = estonia(made(tmp_path, *whole()), 40)
    assert estonia(tmp_path / "acts.sqlite", 80).state == "overdue"
    (tmp_path / "acts.sqlite").unlink()
    said = {"state": "EE", "text": "x", "component": "land", "quantity": 1, "unit": "company"}
    perform: Said = ("obligation.perform", 90, "guarantor", owed.obligation, said)
    found = estonia(made(tmp_path, *whole(), perform), 100)
    assert (found.state, found.reasons) == ("late", ("it was not done in time",))


def test_days_and_hours_part_across_a_change_to_summer_time(tmp_path: Path) -> None:
    """On 29 March 2026 a day in Kyiv has 23 hours: a day is sooner over than 24 hours."""
    early = -96.0  # 28 March, six in the morning, UTC
    acts: list[Said] = [
        opening(early), notice(early + 1), reply(early + 2), *decided(early + 3),
        ("case.remedy", early + 4, "officer", CASE, REMEDY),
        ("case.remedy", early + 4, "officer", CASE, REMEDY | {"id": "r2", "within": "1 day"}),
    ]  # fmt: skip
    (one,) = docket(made(tmp_path, *acts), early + 5).cases
    limits = {clock.clock.rpartition("/")[2]: clock.limit_us for clock in one.clocks}
    assert limits["r1"] is not None
    assert limits["r2"] is not None
    assert limits["r1"] - limits["r2"] == 3_600_000_000


def test_a_decision_that_is_taken_back_leaves_nothing_owed(tmp_path: Path) -> None:
    """The act that reached the third step is withdrawn: the step is armed again from then on."""
    acts = whole()
    back = {"act": act_id(act(acts[-1]).envelope), "reason": "the vote was on another case"}
    log = made(tmp_path, *acts, ("act.withdraw", 45, "officer", CASE, back))
    assert estonia(log, 44).state == "due"
    rungs = {rung.rung: rung.state for run in docket(log, 46).due.runs for rung in run.rungs}
    assert rungs["coordinated-response-latest"] == "armed"
    assert not [
        one for one in docket(log, 46).due.obligations
        if one.ground.rung == "coordinated-response-latest"
    ]  # fmt: skip


def test_one_ladder_at_two_breaches_runs_twice(tmp_path: Path) -> None:
    """Two cases at once: each has its own clocks, and what is owed is owed under each."""
    second = [
        (kind, hours + 10, by, "case/2", payload)
        for kind, hours, by, subject, payload in whole()
        if subject == CASE and kind in ("case.open", "case.notify", "case.reply")
    ]
    log = made(
        tmp_path, *sorted([*whole(), *second, *decided(20, case="case/2")], key=lambda s: s[1])
    )
    found = docket(log, 60)
    warned = {
        run.case: rung.state
        for run in found.due.runs
        for rung in run.rungs
        if rung.rung == "warning"
    }
    assert set(warned) == {CASE, "case/2"}
    assert len({one.obligation for one in found.due.obligations}) == len(found.due.obligations)


def test_facts_that_are_disputed_make_what_is_owed_contested(tmp_path: Path) -> None:
    """Somebody says that no ceasefire holds: nothing is void, and nothing is simply owed."""
    said = {"predicate": "ceasefire-in-force", "holds": "no", "source": "made up"}
    log = made(tmp_path, *whole(), ("guarantee.fact", 35, "officer", "ladder-2026", said))
    assert (estonia(log, 34).state, estonia(log, 36).state) == ("due", "contested")


def test_the_python_verb_answers_as_the_command_does(tmp_path: Path) -> None:
    """The same docket, with the present moment where none is given."""
    log = made(tmp_path, *facts(), *HEARD)
    assert foedus.case(MISSION, at=at(20), log=log).cases == docket(log, 20).cases
