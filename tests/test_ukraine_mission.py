# SPDX-License-Identifier: Apache-2.0
"""The mission ukraine-2026: by its record nobody is bound, and one vote changes that everywhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

import foedus
from foedus.errors import DrafterError, OperatorError
from foedus.publication.binding import bound, notices, told_of
from foedus.publication.binding_page import bound_page, write_bound
from foedus.register.procedure_files import shipped_procedures
from foedus.register.public_record import FOLDER, read_acts
from foedus.register.record import KINDS
from foedus.trust.kinds import payload_faults, table
from source_files import ROOT

MISSION: Final = ROOT / "missions" / "ukraine-2026"
NEVER_CITED: Final = (
    "co2unting.com",
    "eaimenina.com",
    "hotdisk.org",
    "q1mediahydraplatform.com",
    "news-pravda.com",
    "mid-dnr.su",
    "vegasvibe.top",
)
VOTE: Final = """\
note: Invented, for a test.
acts:
  - on: 2026-05-20
    known: 2026-05-21
    act:
      kind: consent.step
      state: "EE"
      act: deploy
      matter: land
      what: riigikogu
      how: limited
      ceiling: 150
      until: 2027-05-20
      says: The Riigikogu gives a mandate.
      source: https://example.org/mandate
      evidence: S
"""


@pytest.fixture(name="scratch")
def _scratch(tmp_path: Path) -> Path:
    """Return a copy of the mission with one act more: a vote that passed."""
    copy = tmp_path / "ukraine-2026"
    shutil.copytree(MISSION, copy)
    (copy / FOLDER / "vote.yaml").write_text(VOTE, "utf-8")
    return copy


def test_nobody_is_bound_by_the_record() -> None:
    """No consent is complete, no binding instrument in force; each live pledge lacks something."""
    answer = bound(MISSION)
    assert answer.bound.bound == ()
    assert not [cell for cell in answer.bound.cells.values() if cell.owed_by]
    assert all(cell.missing for cell in answer.bound.pledges)
    assert (answer.on, answer.known, answer.is_at_end) == ("2026-05-12", "2026-05-12", True)
    assert {"FR/land", "GB/land", "DE/neighbour", "TR/sea", "EE/land"} <= set(answer.bound.cells)


def test_one_vote_turns_the_pledge_binding_everywhere(scratch: Path) -> None:
    """Table, JSON, history and page change at once, and nothing of any other state changes."""
    before, after = (bound(place, on="2026-05-22") for place in (MISSION, scratch))
    assert [cell.key for cell in after.bound.bound] == ["EE/land"]
    assert after.bound.cells["EE/land"].legal == "legally-consented"
    assert after.bound.cells["EE/land"].mandate.ceiling == 150
    assert told_of(after)["bound"] == ["EE/land"]
    others = {key for key in before.bound.cells if not key.startswith("EE/")}
    assert {key: before.bound.cells[key] for key in others} == {
        key: after.bound.cells[key] for key in others
    }
    acts = foedus.history(scratch, "EE/land")["acts"]
    assert [act["kind"] for act in acts] == ["commitment.step", "consent.step"]
    page = bound_page(after)
    assert "Law stands behind 1 of 24 pledges." in page
    assert "nobody is legally bound" not in page


def test_before_the_vote_was_known_it_does_not(scratch: Path) -> None:
    """Asked by what was known before, nobody is bound, whatever day is asked about."""
    for on in (None, "2026-05-22", "2027-01-01"):
        assert bound(scratch, on=on, known="2026-05-20").bound.bound == ()
    assert bound(scratch, on="2026-05-20", known="2026-05-21").bound.bound
    assert bound(scratch, on="2026-05-19").bound.bound == ()


def test_the_command_line_says_the_same(scratch: Path) -> None:
    """`foedus bound --json` lists the cell with the vote, and none with --known before it."""
    call = [sys.executable, "-m", "foedus.cli", "bound", str(scratch), "--json"]
    told = [
        json.loads(subprocess.run([*call, *more], check=True, capture_output=True).stdout)["bound"]
        for more in ([], ["--known", "2026-05-20"])
    ]
    assert told == [["EE/land"], []]


def test_waiting_in_a_circle_is_found() -> None:
    """Ukraine's settlement and the guarantee of the United States wait for each other."""
    assert bound(MISSION).bound.circles == (("UA/settlement", "US/guarantee"),)
    assert bound(MISSION, known="2026-03-01").bound.circles == ()


def test_what_is_contested_moves_nothing() -> None:
    """Poland's hosting rests on a source of doubtful quality: on record, and no pledge."""
    cell = bound(MISSION).bound.cells["PL/neighbour"]
    assert (cell.legal, len(cell.pledge.stated), cell.pledge.current) == ("none", 1, None)


def test_no_act_cites_what_may_not_be_cited() -> None:
    """No source is a generated or partisan page, and each act has its words and level."""
    entries = read_acts(MISSION / FOLDER, "Europe/Kyiv", shipped_procedures())
    for entry in entries:
        assert entry.payload is not None
        assert not [host for host in NEVER_CITED if host in entry.payload["source"]]
        assert entry.payload["says"]
        assert entry.payload["evidence"] in ("S", "P", "?")


def test_every_act_could_be_signed_as_it_is() -> None:
    """Each payload is one that a log of signed acts takes: same kinds, same fields."""
    kinds = table(KINDS)
    for entry in read_acts(MISSION / FOLDER, "Europe/Kyiv", shipped_procedures()):
        assert payload_faults(entry.payload or {}, entry.kind, kinds) == []


def test_the_page_stands_alone_and_cites_everything(tmp_path: Path) -> None:
    """No script, nothing loaded, same bytes again, and every number leads to a listed source."""
    first, second = (
        write_bound(bound(MISSION).mission, tmp_path / name, on=None, known=None).read_bytes()
        for name in ("a.html", "b.html")
    )
    assert first == second
    text = first.decode()
    assert not re.search(r"<script|<img|<link|@import|url\(http", text)
    listed = len(re.findall(r"<li><a href=", text[text.index('class="sources"') :]))
    cited = {int(number) for number in re.findall(r"\[<a href=\"[^\"]+\">(\d+)</a>,", text)}
    assert cited == set(range(1, listed + 1))
    assert "it ends in the middle of may 2026" in text.lower()


def test_a_run_writes_the_page(tmp_path: Path) -> None:
    """`foedus run` works on a mission without reports, and its bulletin is this page."""
    done = foedus.run(str(MISSION), out=tmp_path / "out")
    page = (done.out / "bulletin.html").read_text("utf-8")
    assert "nobody is legally bound to deploy" in page
    assert page == bound_page(bound(MISSION))


FAULTY: Final = """\
acts:
  - on: soon
    known: 2026-01-06
    act:
      kind: consent.step
      state: "EE"
      act: deploy
      matter: lend
      what: riigikog
      facts: {arms: true}
      says: x
      source: example.org
      evidence: S
  - on: 2026-01-06
    known: 2026-01-06
    act:
      kind: commitment.step
      state: "ZZ"
      component: land
      does: offered
      conditions:
        - {of: US/nothing, says: x}
      says: x
      source: https://example.org
      evidence: S
"""


def test_every_fault_of_every_file_is_told(scratch: Path) -> None:
    """Times, names and sources that are none are told at their lines, with a hint each."""
    (scratch / FOLDER / "vote.yaml").write_text(FAULTY, "utf-8")
    with pytest.raises(DrafterError) as raised:
        bound(scratch)
    told = [(fault.line, (fault.column or "").rpartition(".")[2]) for fault in raised.value.faults]
    assert told == [
        (2, "on"),
        (8, "matter"),
        (9, "what"),
        (10, "arms"),
        (12, "source"),
        (18, "state"),
        (22, "of"),
    ]
    assert all(fault.hint for fault in raised.value.faults)


def test_history_tells_what_moved_nothing_and_why() -> None:
    """Acts come with their sources; one that moved nothing says why, and a wrong id is hinted."""
    (act,) = foedus.history(MISSION, "PL/neighbour")["acts"]
    assert "moves nothing" in act["refused"]
    by_id: dict[str, Any] = foedus.history(MISSION, act["act"][:12])
    assert by_id["subjects"] == ["commitment:PL/neighbour"]
    with pytest.raises(OperatorError, match="EE/land"):
        foedus.history(MISSION, "EE/lnad")


def test_answers_are_json() -> None:
    """What is told to machines can be written as JSON, with a source beneath every pledge."""
    told = json.loads(msgspec.json.encode(told_of(bound(MISSION))))
    assert all(cell["source"] for cell in told["cells"] if cell["pledge"] != "none")
    assert told["circles"] == [["UA/settlement", "US/guarantee"]]


def test_a_mission_without_acts_is_told() -> None:
    """Asked of a mission that has no acts, the question is refused with what to do."""
    with pytest.raises(OperatorError, match="a mission with acts"):
        bound(ROOT / "missions" / "donbas")


BEGUN: Final = """\
acts:
  - on: 2026-06-01T08:00Z
    known: 2026-06-01
    act:
      kind: consent.step
      state: "FR"
      act: deploy
      matter: land
      what: government
      says: The government decides.
      source: https://example.org/decided
      evidence: S
  - on: 2026-06-01T08:00Z
    known: 2026-06-01
    act:
      kind: consent.step
      state: "FR"
      act: deploy
      matter: land
      what: start-of-intervention
      says: The first soldiers leave.
      source: https://example.org/left
      evidence: S
"""


def test_what_runs_and_what_is_overdue_is_told(scratch: Path) -> None:
    """Once France has begun, its two duties run; three days on the first of them is overdue."""
    (scratch / FOLDER / "begun.yaml").write_text(BEGUN, "utf-8")
    soon, late = (
        bound(scratch, on=day).bound.cells["FR/land"] for day in ("2026-06-02", "2026-06-05")
    )
    assert soon.legal == late.legal == "legally-consented"
    told = ["runs until" in notice for notice in notices(soon)]
    assert told == [True, True]
    (overdue,) = [notice for notice in notices(late) if "overdue since" in notice]
    assert "2026-06-04 08:00 UTC" in overdue
    assert overdue in bound_page(bound(scratch, on="2026-06-05"))


SESSIONS: Final = """\
id: fr-parliament
title: Invented sessions
source: Invented for this test
evidence: made
valid: {from: 2025-10-01, to: 2027-06-30}
sessions: [2025-10-01 to 2026-06-30, 2026-10-06 to 2027-06-30]
"""


def test_a_calendar_that_is_not_given_is_named_and_makes_time_countable(scratch: Path) -> None:
    """Without a calendar a limit is open; with a made one it falls where the next session opens."""
    (scratch / FOLDER / "begun.yaml").write_text(BEGUN, "utf-8")
    before = bound(scratch, on="2026-06-05")
    missing = {(item.state, item.calendar) for item in before.uncounted}
    assert ("FR", "fr-parliament") in missing
    assert not {state for state, _ in missing} - {cell.state for cell in before.bound.pledges}
    assert "no calendar of these parliaments is at hand" in bound_page(before)
    (limit,) = [told for told in notices(before.bound.cells["FR/land"]) if "runs until" in told]
    assert "or later" in limit
    (scratch / "calendars").mkdir()
    (scratch / "calendars" / "fr-parliament.yaml").write_text(SESSIONS, "utf-8")
    after = bound(scratch, on="2026-06-05")
    assert {(item.state, item.calendar) for item in after.uncounted} == missing - {
        ("FR", "fr-parliament")
    }
    (limit,) = [told for told in notices(after.bound.cells["FR/land"]) if "runs until" in told]
    assert "a time limit runs until 2026-10-06 " in limit
