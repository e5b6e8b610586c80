# SPDX-License-Identifier: Apache-2.0
"""The desk's commands on the shipped mission: examples of their help run, marked as a replay."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from foedus.cli import app
from foedus.commands.calling import CODES
from foedus.errors import OperatorError
from foedus.pipeline import run
from foedus.trust.enclosed import proofs_in
from small_mission import copy_mission

COMMANDS = ("case", "paper", "feed", "watch")
MARK = "REPLAY, ASSUMED"
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the shipped mission, run and not published, and its register."""
    folder = tmp_path_factory.mktemp("desk")
    mission = copy_mission(folder / "missions" / "donbas")
    with chdir(folder):
        run(mission)
        yield folder


def call(*words: str) -> Any:
    """Call the command line."""
    return CliRunner().invoke(app, words, env={"COLUMNS": "100", "NO_COLOR": "1"})


@pytest.mark.slow
@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("command", COMMANDS)
def test_examples_in_help_run(command: str) -> None:
    """Every example that a command's --help shows, but for those that need a log."""
    shown = call(command, "--help").stdout
    examples = re.findall(r"^ *foedus (.+?) *$", shown.partition("Examples")[2], re.MULTILINE)
    own = [example for example in examples if "--log" not in example]
    assert own
    for example in own:
        done = call(*shlex.split(example))
        assert done.exit_code == 0, (example, done.output)


@pytest.mark.usefixtures("place")
def test_a_replay_is_marked_everywhere(tmp_path: Path) -> None:
    """The docket, a case, a calendar, a document: each says REPLAY, ASSUMED, and proves nothing."""
    assert call("case", "donbas").stdout.startswith(MARK)
    assert call("case", "donbas", "debaltseve-to-nobody").stdout.startswith(MARK)
    assert f"SUMMARY:{MARK}".replace(",", "\\,") in call("feed", "donbas").stdout
    asked = ("paper", "donbas", "debaltseve-to-nobody", "--kind", "file", "-o", str(tmp_path))
    assert call(*asked).exit_code == 0
    page = (tmp_path / "debaltseve-to-nobody-file.html").read_bytes()
    assert page.count(MARK.encode()) >= 2
    assert proofs_in(page) == []
    done = call("verify", str(tmp_path / "debaltseve-to-nobody-file.html"))
    assert (done.exit_code, done.stdout.strip().endswith("no proof")) == (4, True)


@pytest.mark.usefixtures("place")
def test_drafts_are_written_one_by_one_and_open_nothing(tmp_path: Path) -> None:
    """Each is a payload that `act new` takes; the line that signs it is told."""
    done = call("case", "donbas", "--propose", "-o", str(tmp_path / "drafts"))
    files = sorted((tmp_path / "drafts").iterdir())
    assert f"{len(files)} drafts; nothing is opened" in done.stdout
    assert json.loads(files[0].read_text("utf-8"))["by"] == "finding"
    assert "foedus act new LOG case.open --subject case/" in done.stdout
    told = json.loads(call("case", "donbas", "--propose", "--json").stdout)
    assert len(told["drafts"]) == len(files)


@pytest.mark.usefixtures("place")
def test_why_finds_what_a_replay_makes_owed() -> None:
    """An obligation's id, and nothing else, is enough where the mission was run."""
    told = json.loads(call("due", "donbas", "--json").stdout)
    (owed, *_) = told["obligations"]
    done = call("why", owed["obligation"])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{MARK}:\nobligation {owed['obligation']}")
    assert "every chain goes down to its end" in done.stdout


@pytest.mark.usefixtures("place")
def test_calls_that_contradict_themselves_are_told() -> None:
    """A case and the queue, or a case and drafts, are not asked for at once."""
    for words in (("--queue",), ("--propose",)):
        done = call("case", "donbas", "debaltseve-to-nobody", *words)
        assert done.exit_code == CODES[OperatorError]
        assert "either a case or" in done.stderr


@pytest.mark.usefixtures("place")
def test_times_are_told_on_the_readers_clock() -> None:
    """The same instants and the same time left, on another clock; what is no zone is told."""
    for command in ("due", "case"):
        here = call(command, "donbas", "--at", "2015-02-16T12:00+02:00").stdout
        there = call(
            command, "donbas", "--at", "2015-02-16T12:00+02:00", "--zone", "America/New_York"
        ).stdout
        assert "12:00 Europe/Kyiv (2015-02-16T10:00Z)" in here
        assert "05:00 America/New_York (2015-02-16T10:00Z)" in there
        assert re.findall(r"\d+ h \d+ min \w+", here) == re.findall(r"\d+ h \d+ min \w+", there)
    done = call("due", "donbas", "--zone", "Nowhere/City")
    assert (done.exit_code, "--zone" in done.stderr) == (CODES[OperatorError], True)
