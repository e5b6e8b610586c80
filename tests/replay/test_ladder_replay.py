# SPDX-License-Identifier: Apache-2.0
"""A ladder run over the Donbas record: three attributions, two readings, nobody bound in law."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.errors import DrafterError, OperatorError
from foedus.guarantee.record import Run
from foedus.pipeline import Run as Done
from foedus.replay.clock_lines import as_told, lines_of
from foedus.replay.clocks import assumed_due
from foedus.replay.decisions import read_decisions
from foedus.replay.ladders import MARKING, moments_of, play
from source_files import ROOT

FILE = ROOT / "missions" / "donbas" / "assumed" / "ladder-2026.yaml"
ZONE = "Europe/Kyiv"
CASES = ("debaltseve-to-formations", "debaltseve-to-nobody", "debaltseve-to-ukraine")


@pytest.fixture(scope="module")
def tables(donbas: Done) -> dict[str, pa.Table]:
    """The record of the shipped mission."""
    return dict(donbas.tables)


def states(runs: tuple[Run, ...], case: str, reading: str) -> list[str]:
    """Return the states of the rungs of a case under a reading."""
    (run,) = (one for one in runs if (one.case, one.reading) == (case, reading))
    return [rung.state for rung in run.rungs]


def test_the_readings_part_on_the_third_step_alone(tables: dict[str, pa.Table]) -> None:
    """On 20 February the door of the one reading is open and that of the other is closed."""
    found = play(FILE, tables, ZONE).runs
    earliest = states(found, CASES[0], "seventy-two-hours-earliest")
    latest = states(found, CASES[0], "seventy-two-hours-latest")
    assert earliest == ["missed", "eligible", "eligible"]
    assert latest == ["missed", "eligible", "missed"]


def test_what_is_not_attributed_is_unknown_and_the_other_side_sets_nothing_off(
    tables: dict[str, pa.Table],
) -> None:
    """The reported ladder answers to one side; the replay shows that, and does not hide it."""
    found = play(FILE, tables, ZONE).runs
    assert set(states(found, CASES[1], "seventy-two-hours-latest")) == {"unknown"}
    assert set(states(found, CASES[2], "seventy-two-hours-latest")) == {"armed"}


def test_nobody_owes_anything_in_law(tables: dict[str, pa.Table]) -> None:
    """By the register of May 2026 what was promised was promised, and no more."""
    owed = play(FILE, tables, ZONE).obligations
    assert owed
    assert {one.state for one in owed} == {"not-owed"}
    assert {one.force for one in owed} == {"promise", "excluded"}
    assert all(one.missing for one in owed if one.force == "promise")
    assert all(one.assumed for one in owed)


def test_every_decision_goes_down_to_reports(tables: dict[str, pa.Table]) -> None:
    """Each rests on incidents and findings of the record, under the clause that it names."""
    findings = {row["finding_id"]: row for row in tables["findings"].to_pylist()}
    for decision in play(FILE, tables, ZONE).decisions:
        assert decision.incidents
        assert decision.findings
        for name in decision.findings:
            assert (findings[name]["term_id"], findings[name]["verdict"]) == ("no-fire", "breach")


@given(st.integers(0, 200))
@settings(max_examples=15, deadline=None)
def test_no_later_knowledge_leaks(donbas: Done, hours: int) -> None:
    """At any instant, only what had been decided by then is there."""
    start_us = 1_424_000_000_000_000
    at_us = start_us + hours * 3_600_000_000
    found = play(FILE, donbas.tables, ZONE, at_us=at_us)
    known = {one.decision for one in found.decisions if one.known_us <= at_us}
    assert all(set(rung.decisions) <= known for run in found.runs for rung in run.rungs)


def test_every_line_says_that_it_is_a_replay(donbas: Done) -> None:
    """People and machines are told what is assumed, and by whom."""
    found = assumed_due(donbas.mission, play(FILE, donbas.tables, ZONE))
    lines = list(lines_of(found))
    assert lines[0].startswith(MARKING)
    assert any(line.startswith("ASSUMED: ") for line in lines)
    assert "  upon a breach: none-written" in lines
    told: dict[str, Any] = json.loads(json.dumps(as_told(found), default=str))
    assert told["marking"] == MARKING
    assert len(told["runs"]) == 6


def test_the_moments_of_a_replay_are_in_order(tables: dict[str, pa.Table]) -> None:
    """Between them nothing changes."""
    moments = list(moments_of(play(FILE, tables, ZONE)))
    assert moments == sorted(set(moments))


def test_faults_are_told_at_their_lines(tmp_path: Path, tables: dict[str, pa.Table]) -> None:
    """A day that is none, a decision before its breach, and reports that the record has not."""
    text = FILE.read_text("utf-8")
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(
        text.replace("at: 2015-02-20", "at: 2015-02-30").replace(
            "determined: 2015-02-18T20:00:00+02:00", "determined: 2015-02-01"
        ),
        "utf-8",
    )
    with pytest.raises(DrafterError) as told:
        read_decisions(faulty, ZONE)
    lines = faulty.read_text("utf-8").split("\n")
    found = [(lines[(fault.line or 1) - 1].strip(), fault.expected) for fault in told.value.faults]
    assert found == [
        ("at: 2015-02-30", "a day or a moment"),
        ("determined: 2015-02-01", "a decision after what it is about"),
    ]
    faulty.write_text(text.replace("ucdp-ged:203406", "ucdp-ged:0"), "utf-8")
    with pytest.raises(DrafterError, match="a report of this record"):
        play(faulty, tables, ZONE)
    with pytest.raises(OperatorError):
        read_decisions(tmp_path / "none.yaml", ZONE)
