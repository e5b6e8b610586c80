# SPDX-License-Identifier: Apache-2.0
"""Pages that show commands and code: what they show is run, and what they say must come out."""

from __future__ import annotations

import doctest
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import typer

import foedus
from foedus.cli import app
from foedus.mission import MissionFile
from foedus.publication.answers import Wanted
from foedus.publication.indications import Sought
from small_mission import DONBAS, ROOT, copy_mission

DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    text = (DOCS / page).read_text("utf-8")
    return [body for found, body in FENCE.findall(text) if found == language]


def calls(page: str) -> list[tuple[str, str]]:
    """Return the commands of a page, each with what it must print."""
    found = []
    for body in blocks(page, "console"):
        for part in re.split(r"(?m)^\$ ", body)[1:]:
            command, _, wanted = part.partition("\n")
            found.append((command, wanted))
    return found


def said(folder: Path, command: str) -> str:
    """Return what a command prints on both outputs, without the rule under a table's head."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "foedus.cli", *shlex.split(command)[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def check_console(folder: Path, page: str) -> None:
    """Run every command of a page in `folder` and compare what it prints with what is shown."""
    for command, wanted in calls(page):
        printed = said(folder, command)
        message = f"$ {command}\n{printed}"
        assert doctest.OutputChecker().check_output(wanted, printed, FLAGS), message


def test_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command and each line of Python in the tutorial gives what the tutorial shows."""
    copy_mission(tmp_path / "missions" / "donbas")
    monkeypatch.chdir(tmp_path)
    check_console(tmp_path, "tutorial/first-bulletin.md")
    (code,) = blocks("tutorial/first-bulletin.md", "python")
    test = doctest.DocTestParser().get_doctest(code, {}, "tutorial", None, None)
    assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0


def test_question_a_finding(tmp_path: Path) -> None:
    """What the page shows of a finding is what the commands and the checker say of it."""
    page = "how-to/question-a-finding.md"
    shutil.copytree(ROOT / "missions" / "energy-2025", tmp_path / "missions" / "energy-2025")
    said(tmp_path, "foedus run energy-2025")
    check_console(tmp_path, page)
    (code,) = blocks(page, "python")
    test = doctest.DocTestParser().get_doctest(code, {}, page, None, None)
    assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0


def test_start_a_mission(tmp_path: Path) -> None:
    """The mission that the page writes down runs, and says what the page shows."""
    page = "how-to/start-a-mission.md"
    folder = tmp_path / "missions" / "bridge"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "sightings.csv").write_text(blocks(page, "csv")[0], "utf-8")
    profile, mission = blocks(page, "toml")
    (folder / "sightings.toml").write_text(profile, "utf-8")
    (folder / "mission.toml").write_text(mission, "utf-8")
    check_console(tmp_path, page)


def test_command_line_reference() -> None:
    """The reference of the command line is what the commands say with --help."""
    made = runpy.run_path(str(ROOT / "tools" / "make_cli_reference.py"))
    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    assert page == made["cli_reference"](), "run tools/make_cli_reference.py"


def test_every_command_is_in_the_reference() -> None:
    """No command is left out of the page."""
    made = runpy.run_path(str(ROOT / "tools" / "make_cli_reference.py"))
    assert set(commands(typer.main.get_command(app))) == set(made["COMMANDS"])


def commands(group: Any, *above: str) -> Iterator[str]:
    """Yield the words of every command of a group, and of the groups in it."""
    for name, inner in group.commands.items():
        if hasattr(inner, "commands"):
            yield from commands(inner, *above, name)
        else:
            yield " ".join((*above, name))


def sections(page: str) -> dict[str, str]:
    """Return the sections of a page by heading."""
    parts = re.split(r"(?m)^## (.+)\n", (DOCS / page).read_text("utf-8"))[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_key_of_a_mission_is_documented() -> None:
    """Each key of mission.toml has a row in its table's section, and no row is without a key."""
    found = sections("reference/missions.md")
    tables = {heading.strip("[]"): heading for heading in found}
    within = {"agreement.moment", "agreement.performance"}
    assert set(tables) == {*MissionFile.__struct_fields__, *within}
    for table, heading in tables.items():
        keys = re.findall(r"(?m)^\| `(\w+)` \|", found[heading])
        assert keys == list(fields(*table.split("."))), heading


def fields(*table: str) -> tuple[str, ...]:
    """Return the keys of one table of mission.toml, or of a table within one."""
    struct: Any = MissionFile
    for name in table:
        hint = get_type_hints(struct)[name]
        (struct,) = {one for one in (hint, *get_args(hint)) if isinstance(one, type(MissionFile))}
    names: tuple[str, ...] = struct.__struct_fields__
    return names


def test_every_verb_is_documented() -> None:
    """Each name of the package, and each thing that can be wanted, stands in its reference."""
    found = sections("reference/python.md")
    assert set(found) == {f"foedus.{name}" for name in foedus.__all__}
    wanted = set(re.findall(r"`(\w+)`", found["foedus.incidents"]))
    assert set(Wanted.__annotations__) <= wanted
    sought = set(re.findall(r"`(\w+)`", found["foedus.findings"]))
    assert set(Sought.__annotations__) <= sought


def test_a_stage_does_not_hide_a_verb() -> None:
    """`foedus.incidents` is the verb, although a stage's folder bears the name too."""
    script = "import foedus, foedus.incidents.record; print(callable(foedus.incidents))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.strip() == "True"
    assert dir(foedus)


def test_unknown_verb() -> None:
    """A name that is no verb is an attribute error, as for any module."""
    with pytest.raises(AttributeError, match="no attribute 'verdicts'"):
        foedus.verdicts  # noqa: B018


def test_mission_readme_names_every_file() -> None:
    """The shipped mission's page names its data, their licence and whom to cite."""
    page = (DONBAS / "README.md").read_text("utf-8")
    for path in (DONBAS / "data").iterdir():
        assert path.name in page
    for word in ("CC BY 4.0", "Sundberg", "Davies", "DPR", "stand"):
        assert word in page
