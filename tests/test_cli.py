# SPDX-License-Identifier: Apache-2.0
"""The command line: what it prints, what it exits with, and that its own examples run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from foedus.cli import EPILOG, app
from foedus.commands.calling import CODES, INTERRUPTED
from small_mission import ROOT, Rows, all_rows, cut, make_mission

COMMANDS = ("run", "incidents", "why", "sources", "check", "count", "exposure", "replay", "ask")
TRUCE = "may-2025.md"
Call = Callable[..., Result]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """A cut of the shipped record."""
    return cut(all_rows())


@pytest.fixture(scope="module")
def place(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small mission, named donbas, that has been run."""
    folder = tmp_path_factory.mktemp("place")
    make_mission(folder / "missions" / "donbas", rows)
    assert call_in(folder, "run", "donbas").exit_code == 0
    shutil.copy(ROOT / "src" / "foedus" / "library" / "agreements" / TRUCE, folder)
    return folder


@pytest.fixture
def call(place: Path) -> Call:
    """Call the command line in the folder with the small mission."""
    return lambda *words: call_in(place, *words)


def call_in(folder: Path, *words: str) -> Result:
    """Call the command line in a folder, with a wide terminal and no colours."""
    with chdir(folder):
        return CliRunner().invoke(app, words, env={"COLUMNS": "100", "NO_COLOR": "1"})


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_in_help_run(command: str, call: Call) -> None:
    """Every example that a command's --help shows runs, and exits with 0."""
    shown = call(command, "--help").stdout
    examples = re.findall(r"^ *foedus (.+?) *$", shown.partition("Examples")[2], re.MULTILINE)
    assert examples
    for example in examples:
        done = call(*shlex.split(example))
        assert done.exit_code == 0, (example, done.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_json_is_one_object(command: str, call: Call) -> None:
    """With --json, standard output is one line that holds one JSON object."""
    asked = {"why": ["ucdp-ged:147997"], "check": [TRUCE], "replay": ["minsk-2", "donbas"]}
    done = call(command, *asked.get(command, ["donbas"]), "--json")
    assert done.stdout.count("\n") == 1
    assert isinstance(json.loads(done.stdout), dict)


def test_run_figures(call: Call, rows: Rows) -> None:
    """`run --json` tells the sums, the seconds of each step, the peak of memory and the folder."""
    figures = json.loads(call("run", "donbas", "--json").stdout)
    assert figures["read"] == figures["accepted"] + figures["quarantined"] == len(rows)
    assert figures["incidents"] == len(rows)
    assert set(figures["seconds"]) >= {"reports", "incidents", "publish"}
    assert figures["peak_mb"] > 0
    assert figures["out"] == "out/donbas"


def test_run_prints_the_sum(call: Call, rows: Rows) -> None:
    """`run` prints read = accepted + quarantined, always."""
    assert (
        f"read {len(rows)} = accepted {len(rows)} + quarantined 0" in call("run", "donbas").stdout
    )


def test_refused_rows_are_told(place: Path, call: Call, rows: Rows) -> None:
    """`run` tells rows in quarantine with file, row, column, expected and got, and exits with 0."""
    bad = [rows[0] | {"latitude": "91"}, *rows[1:]]
    make_mission(place / "missions" / "bad", bad, lambda text: text.replace('"donbas"', '"bad"', 1))
    done = call("run", "bad")
    assert done.exit_code == 0
    assert f"accepted {len(rows) - 1} + quarantined 1" in done.stdout
    assert "ucdp_ged_ukraine_2014_2022.csv:2:latitude: expected" in done.stdout


def test_filters_narrow(call: Call) -> None:
    """Each filter of `incidents` keeps those that fit, and all of them."""
    every = json.loads(call("incidents", "donbas", "--json").stdout)["incidents"]

    def ask(*options: str) -> list[str]:
        found = json.loads(call("incidents", "donbas", *options, "--json").stdout)["incidents"]
        return [item["lineage_id"] for item in found]

    def fits(test: Callable[[dict[str, object]], object]) -> list[str]:
        return [str(item["lineage_id"]) for item in every if test(item)]

    assert ask("--party", "lpr") == fits(lambda item: "lpr" in item["parties"])  # type: ignore[operator]
    assert ask("--kind", "fatal-event") == fits(bool)
    assert ask("--region", "luhansk") == fits(
        lambda item: "luhansk" in f"{item['region']} {item['place_name']}".lower()
    )
    assert ask("--limit", "3") == fits(bool)[:3]
    assert 0 < len(ask("--precise")) < len(every)


@pytest.mark.parametrize("text", ["'; drop table reports; --", "%", '"', "$incidents", "\\"])
def test_what_is_asked_is_never_a_query(call: Call, text: str) -> None:
    """What a user writes is compared as it stands: it narrows to nothing and breaks nothing."""
    done = call("incidents", "donbas", "--region", text, "--json")
    assert json.loads(done.stdout) == {"incidents": []}
    assert call("why", text).exit_code == 2


def test_time_is_sure_or_possible(call: Call) -> None:
    """An incident whose interval reaches out of the time asked for fits possibly, not surely."""
    asked = ("incidents", "donbas", "--from", "2014-07-01", "--to", "2014-07-31", "--json")
    for item in json.loads(call(*asked).stdout)["incidents"]:
        inside = item["occurred_from_us"] >= 1404162000000000
        inside = inside and item["occurred_to_us"] <= 1406840400000000
        assert item["fits"] == ("sure" if inside else "possible")


def test_why_goes_down_to_the_file(call: Call) -> None:
    """`why` tells the reports, their articles, their digests and the file they came in."""
    answer = json.loads(call("why", "ucdp-ged:147997", "--json").stdout)
    (member,) = answer["members"]
    assert member["report_id"] == "ucdp-ged:147997"
    assert len(member["articles"]) == 5
    assert member["articles"][0]["outlet"] == "Agence France Presse"
    assert len(member["digest"]) == len(member["input"]["sha256"]) == 64
    by_lineage = json.loads(call("why", answer["incident"]["lineage_id"][:12], "--json").stdout)
    assert by_lineage["incident"] == answer["incident"]
    shown = call("why", "ucdp-ged:147997").stdout
    for told in ("Agence France Presse", member["digest"], member["input"]["sha256"]):
        assert told in shown


def test_sources_tell_who_spoke(call: Call, rows: Rows) -> None:
    """`sources` tells title, licence, that it is merged already, sums and outlets."""
    (source,) = json.loads(call("sources", "donbas", "--json").stdout)["sources"]
    assert source["already_merged"] is True
    assert source["read"] == source["accepted"] == source["reports"] == len(rows)
    assert source["outlets"][0]["articles"] >= source["outlets"][-1]["articles"]
    shown = call("sources", "donbas").stdout
    assert source["title"] in shown
    assert source["licence"] in shown


ERRORS = {
    "unknown mission": (["run", "dombas"], 2, "did you mean 'donbas'?"),
    "no run yet": (["incidents", "missions/other"], 2, "first: foedus run missions/other"),
    "bad date": (["run", "donbas", "--known", "2015-02-30"], 2, "--known: expected"),
    "bad moment": (["incidents", "donbas", "--from", "soon"], 2, "--from: expected"),
    "unknown kind": (["incidents", "donbas", "--kind", "mortar-fir"], 2, "did you mean"),
    "unknown party": (["incidents", "donbas", "--party", "dbr"], 2, "did you mean 'dpr'?"),
    "unknown id": (["why", "ucdp-ged:0"], 2, "list ids with"),
    "ambiguous prefix": (["why", ""], 2, "expected"),
    "foreign folder": (["run", "donbas", "--out", "missions"], 2, "choose another folder"),
    "file as a folder": (
        ["run", "donbas", "--out", "missions/donbas/mission.toml/x"],
        2,
        "expected a file or folder that can be used",
    ),
    "damaged record": (["sources", "damaged"], 2, "run the mission again"),
    "damaged summary": (["sources", "garbled"], 2, "run the mission again"),
    "unknown option": (["run", "donbas", "--knwon", "x"], 2, "No such option"),
    "faulty mission": (["run", "missions/faulty"], 3, "mission.toml:8:mission.zone: expected"),
    "empty file": (["run", "missions/empty"], 1, "ucdp_ged_ukraine_2014_2022.csv"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error_is_told(name: str, call: Call, place: Path, rows: Rows) -> None:
    """Each error a new user makes is told on standard error, with a hint and its exit code."""
    words, code, told = ERRORS[name]
    make_mission(
        place / "missions" / "other", rows, lambda text: text.replace('"donbas"', '"o"', 1)
    )
    make_mission(place / "missions" / "faulty", rows, lambda text: text.replace("Kyiv", "Kiyv"))
    empty = make_mission(place / "missions" / "empty", rows)
    (empty / "data" / "ucdp_ged_ukraine_2014_2022.csv").write_text("")
    for name_, file, text in (("damaged", "reports.parquet", "PAR1"), ("garbled", "run.json", "{")):
        shutil.copytree(place / "out" / "donbas", place / name_, dirs_exist_ok=True)
        (place / name_ / "record" / file).write_text(text)
    done = call(*words)
    assert done.exit_code == code
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_no_run_at_all(tmp_path: Path) -> None:
    """`why` where nothing was run yet says what to do first."""
    done = call_in(tmp_path, "why", "abc")
    assert done.exit_code == 2
    assert "first: foedus run MISSION" in done.stderr


def test_ambiguous_beginning(call: Call) -> None:
    """A beginning that fits several incidents names some of them and asks for more."""
    ids = json.loads(call("incidents", "donbas", "--json").stdout)["incidents"]
    firsts = [item["lineage_id"][0] for item in ids]
    twice = next(letter for letter in firsts if firsts.count(letter) > 1)
    done = call("why", twice)
    assert done.exit_code == 2
    assert "which fits" in done.stderr
    assert "give more of it" in done.stderr


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_pipe_that_closes(place: Path, options: list[str]) -> None:
    """A reader that has enough, as head has, ends the command without a complaint."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "foedus.cli", "incidents", "donbas", *options]
    child = subprocess.Popen(
        command, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.close()
    _, told = child.communicate(timeout=60)
    assert told == b""


def test_help_loads_nothing_heavy() -> None:
    """`foedus --help` loads neither Arrow nor numba, shapely, DuckDB or numpy."""
    heavy = ("numba", "shapely", "pyarrow", "duckdb", "numpy")
    script = (
        "import sys; sys.argv = ['foedus', '--help']\n"
        "from foedus.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().endswith("[]")


def test_exit_codes_are_told() -> None:
    """Every exit code that an error has stands in the help."""
    for code in (0, *CODES.values(), INTERRUPTED):
        assert re.search(rf"\b{code} ", EPILOG)


def test_check_tells_each_fault_with_its_line(call: Call, tmp_path: Path) -> None:
    """A faulty agreement is told by file and line, and ends with the drafter's exit code."""
    source = ROOT / "src" / "foedus" / "library" / "agreements" / TRUCE
    faulty = tmp_path / TRUCE
    faulty.write_text(source.read_text("utf-8").replace("rule: ban", "rule: bann"), "utf-8")
    done = call("check", str(faulty))
    assert done.exit_code == 3
    assert re.search(rf"{TRUCE}:\d+.*expected .*, got 'bann' \(did you mean 'ban'\?\)", done.stdout)


def test_check_of_nothing_is_the_operators(call: Call, tmp_path: Path) -> None:
    """A folder without an agreement is told as a fault of the call."""
    done = call("check", str(tmp_path))
    assert done.exit_code == 2
    assert "expected a Markdown file" in done.stderr


def test_a_shipped_agreement_is_checked_by_its_id(call: Call) -> None:
    """An id stands for the file that ships; one that is not there is answered with the nearest."""
    done = call("check", "minsk-2", "--lint")
    assert done.exit_code == 0
    assert "no-finder" in done.stdout
    wrong = call("check", "minsk-22")
    assert wrong.exit_code == 2
    assert "did you mean 'minsk-2'?" in wrong.stderr


def test_shipped_agreements_are_clean(call: Call) -> None:
    """Every agreement that ships has no fault."""
    done = call("check", str(ROOT / "src" / "foedus" / "library" / "agreements"), "--json")
    documents = json.loads(done.stdout)["documents"]
    assert done.exit_code == 0
    assert len(documents) == 14
    assert all(document["is_clean"] for document in documents)
