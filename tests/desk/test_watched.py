# SPDX-License-Identifier: Apache-2.0
"""A watch tells what has changed since the last look, once, and loses nothing when it is ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from desk.made_chain import MISSION, breaches, make_chain, make_log, steps
from desk.made_desk import CASE, T0, at, decided, filed, notice, opening, reply
from foedus.cli import app
from foedus.commands.kinds import KINDS
from foedus.desk.watch_lines import lines_of
from foedus.desk.watched import Look, Rerun, look, seen_folder
from foedus.mission import Mission
from foedus.pipeline import Run, run
from foedus.replay.consequences import State, consequences
from foedus.trust.log import Log
from foedus.trust.sqlite_store import SqliteStore
from small_mission import DATA

HOUR_US = 3_600_000_000


@pytest.fixture
def done(tmp_path: Path) -> Iterator[Run]:
    """The mission, run in a folder of its own."""
    made = make_chain(tmp_path)
    with chdir(tmp_path):
        yield made


def rerun(mission: Mission) -> Run:
    """Run the mission anew, without a bulletin."""
    return run(mission)


def looked(hours: float, by: Rerun = rerun, log: Path | None = Path("acts.sqlite")) -> Look:
    """Look at an hour after the first breach."""
    return look(MISSION, by, at=at(hours), log=log, now_us=T0 + round(hours * HOUR_US))


def entered(log: Path, *said: Any) -> None:
    """Let acts enter."""
    store = SqliteStore(log)
    filed(Log(store, KINDS), *said)
    store.close()


def without(done: Run, report: str) -> None:
    """Take a report out of the file that the source delivered."""
    path = done.mission.folder / DATA
    lines = path.read_text("utf-8").splitlines(keepends=True)
    item = report.partition(":")[2]
    kept = [line for line in lines if not line.startswith(f"{item},")]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), "utf-8")


def report_of(done: Run, finding: dict[str, Any]) -> str:
    """Return a report of the incident of a finding."""
    members = done.tables["members"].to_pylist()
    (report,) = (row["report_id"] for row in members if row["lineage_id"] == finding["lineage_id"])
    return str(report)


def test_the_first_look_has_nothing_to_compare_with(done: Run) -> None:
    """It says so; the second says that nothing has changed."""
    make_log(Path("acts.sqlite"))
    first, second = looked(0), looked(0)
    assert done.mission.id == MISSION
    assert (first.since_us, first.is_still, first.has_run) == (None, True, False)
    assert second.is_still
    assert "nothing has changed" in "\n".join(lines_of(second))


def test_new_acts_are_told_with_what_follows(done: Run) -> None:
    """A decision enters, and the clocks that it starts and what is owed are told, once."""
    finding = breaches(done)[0]
    log = make_log(Path("acts.sqlite"))
    looked(0)
    entered(log, *steps(finding)[:9])
    found = looked(5)
    assert [one.kind for one in found.acts].count("case.vote") == 4
    clocks = {one.id.rpartition("/")[2]: one.clock for one in found.found.rungs}
    assert clocks["warning"] == "would have started"
    assert looked(5).is_still, "nothing is told twice"


def test_time_that_passes_is_a_change(done: Run) -> None:
    """Nobody acts, and after a day the warning is missed."""
    make_log(Path("acts.sqlite"), *steps(breaches(done)[0])[:9])
    looked(5)
    found = looked(25)
    assert found.acts == ()
    moved = {(one.before, one.after) for one in found.found.rungs if one.id.endswith("/warning")}
    assert moved == {("due", "missed")}


def test_a_report_that_falls_is_told_down_to_who_had_relied_on_it(done: Run) -> None:
    """The mission is run anew, and the difference is that of the two runs."""
    finding = breaches(done)[0]
    make_log(Path("acts.sqlite"), *steps(finding))
    looked(40)
    without(done, report_of(done, finding))
    found = looked(40)
    assert found.has_run
    assert [one.change for one in found.found.incidents] == ["gone"]
    assert {one.change for one in found.found.decisions} == {"groundless"}
    assert {one.kind for one in found.found.relied} >= {"case.open", "case.vote", "case.determine"}
    fresh = run(MISSION, out=Path("other"))
    state = found.before
    assert state is not None
    before = State(done.tables, state.decisions, state.runs, state.obligations,
                   state.register.entries)  # fmt: skip
    assert found.found == consequences(before, before._replace(tables=fresh.tables))
    told = "\n".join(lines_of(found))
    assert "it was run anew" in told
    assert "groundless" in told


def test_a_look_that_is_ended_is_told_by_the_next(done: Run) -> None:
    """Interrupted in the run: record and what was seen stay, and the next look tells all of it."""
    finding = breaches(done)[0]
    make_log(Path("acts.sqlite"), *steps(finding))
    looked(40)
    without(done, report_of(done, finding))
    seen = {path.name: path.read_bytes() for path in seen_folder(MISSION).iterdir()}

    def ended(mission: Mission) -> None:
        """End as Ctrl-C does, with half a run written."""

        def publish(_: Run, __: Path) -> None:
            raise KeyboardInterrupt

        run(mission, publish=publish)

    with pytest.raises(KeyboardInterrupt):
        looked(40, ended)
    assert seen == {path.name: path.read_bytes() for path in seen_folder(MISSION).iterdir()}
    found = looked(40)
    assert [one.change for one in found.found.incidents] == ["gone"]


def test_what_was_run_by_hand_between_two_looks_is_told(done: Run) -> None:
    """What was seen is kept beside the run, not in it."""
    looked(0, log=None)
    without(done, report_of(done, breaches(done)[0]))
    run(MISSION)
    found = looked(1, log=None)
    assert not found.has_run
    assert [one.change for one in found.found.incidents] == ["gone"]


def test_a_decision_that_is_corrected_takes_its_clocks_back(done: Run) -> None:
    """People take the case up again, and what had been owed is not."""
    log = make_log(Path("acts.sqlite"), *steps(breaches(done)[0]))
    looked(40)
    entered(log, ("case.correct", 41.0, "officer", CASE, {"reason": "the report fell"}))
    found = looked(42)
    assert {one.after for one in found.found.rungs} == {"none"}
    assert {one.after for one in found.found.obligations} == {"none"}
    again = [opening(43, "case/2", accused=["dpr"]), notice(44, "case/2", party="dpr")]
    entered(log, *again, reply(45, "case/2", "dpr"), *decided(46, case="case/2", party="dpr"))
    assert any(one.before == "none" for one in looked(47).found.rungs)


def test_the_command_looks_once(done: Run) -> None:
    """As lines, and as one object on one line, marked as the log is."""
    log = make_log(Path("acts.sqlite"), *steps(breaches(done)[0]))

    def call(*words: str) -> Any:
        asked = ("watch", MISSION, "--once", "--log", str(log), *words)
        return CliRunner().invoke(app, asked, env={"COLUMNS": "100", "NO_COLOR": "1"})

    assert call("--at", at(5)).exit_code == 0
    shown = call("--at", at(40)).stdout
    assert shown.startswith("EXERCISE: ")
    assert "warning: due -> missed" in shown
    done_ = call("--at", at(40), "--json")
    told = json.loads(done_.stdout)
    assert (told["marking"], told["is_still"], done_.stdout.count("\n")) == ("EXERCISE", True, 1)
