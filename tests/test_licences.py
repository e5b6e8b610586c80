# SPDX-License-Identifier: Apache-2.0
"""Every data file is listed with its licence, and no file tells on which machine it was written."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from source_files import ROOT, short

DATA: Final = {".csv", ".geojson", ".json", ".jsonl", ".gz", ".parquet", ".zip", ".tsv", ".txt"}
NOT_DATA: Final = re.compile(r"requirements(-\w+)?\.txt|package(-lock)?\.json")
LIST: Final = ROOT / "LICENSES" / "README.md"
INDEX: Final = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "proxy.golang" + ".org")
"""Hosts of package registries: which one is used is a matter of each machine."""


def shipped() -> list[Path]:
    """Return the files that stand in the repository: what is made here is left out."""
    made = set((ROOT / ".gitignore").read_text("utf-8").replace("/", "").split()) | {".git"}
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in made and name[-9:] != ".egg-info"]
        found += [Path(folder) / name for name in names]
    return sorted(found)


def is_data(path: Path) -> bool:
    """Whether a file holds facts of others: by its ending, or as a compilation of theirs."""
    compiled = path.parent.name == "lines" and path.suffix == ".yaml"
    return compiled or (path.suffix in DATA and not NOT_DATA.fullmatch(path.name))


def listed() -> dict[str, str]:
    """Return what is said of each file in the list of licences."""
    rows = re.findall(r"(?m)^\| `([^`]+)` \|(.+)\|$", LIST.read_text("utf-8"))
    return dict(rows)


def test_every_data_file_is_listed() -> None:
    """Each file of data has its row, and each row its file, with licence and attribution."""
    data = {short(p) for p in shipped() if is_data(p)}
    assert data == set(listed())
    for name, said in listed().items():
        cells = [cell.strip() for cell in said.split(" | ")]
        assert len(cells) == 4, name
        assert all(cells), name


def test_the_package_says_its_licence() -> None:
    """The code is under Apache-2.0, whose text is shipped."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")[:200]


def test_nothing_of_one_machine_is_written_down() -> None:
    """No file names the folder or home of whoever wrote it, nor a host of packages."""
    home = Path.home().as_posix()
    banned = [f"{ROOT.as_posix()}/", *INDEX, *([f"{home}/"] if home != "/" else [])]
    for path in shipped():
        data = path.read_bytes()
        found = [word for word in banned if word.encode() in data]
        assert not found, short(path)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-spark.txt"]
)
def test_requirements_are_hashed_and_name_no_index(name: str) -> None:
    """Each requirement has an exact version and hashes; where it comes from is not written."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line]
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:", line), line[:80]


def test_requirements_agree() -> None:
    """What users install is what was tested: the longer list has every pin of the shorter."""
    shorter, longer = (
        set(re.findall(r"(?m)^[\w.-]+==[^\s;]+", (ROOT / name).read_text("utf-8")))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert shorter <= longer
