# SPDX-License-Identifier: Apache-2.0
"""A small mission for quick tests: the shipped one, with a cut of its rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
DONBAS = ROOT / "missions" / "donbas"
REGISTER = ROOT / "missions" / "ukraine-2026"
REPLAY = 'replay = "assumed/ladder-2026.yaml"\n'
DATA = Path("data") / "ucdp_ged_ukraine_2014_2022.csv"

Rows = list[dict[str, str]]


def all_rows() -> Rows:
    """Return every row of the shipped record, as text."""
    with (DONBAS / DATA).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def cut(rows: Rows) -> Rows:
    """Return about forty rows: the first, every eightieth, and those of both odd groups."""
    odd = [row for row in rows if float(row["low"]) > float(row["best"])]
    kept = [*rows[:2], *rows[77::80], *odd[:2]]
    return list({row["id"]: row for row in kept}.values())


def write_rows(path: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write rows as the record writes them."""
    kept = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, kept[0].keys())
        writer.writeheader()
        writer.writerows(kept)


def make_mission(folder: Path, rows: Rows, edit: Callable[[str], str] = lambda text: text) -> Path:
    """Write a mission with `rows` and an edited `mission.toml` into `folder`; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (DONBAS / "mission.toml").read_text("utf-8")
    # Decisions that are assumed rest on reports that a small record has not.
    assert REPLAY in text
    text = text.replace(REPLAY, "")
    (folder / "mission.toml").write_text(edit(text), "utf-8")
    write_rows(folder / DATA, rows)
    return folder


def copy_mission(folder: Path) -> Path:
    """Copy the shipped mission whole into `folder`, and that of the register beside it."""
    shutil.copytree(REGISTER, folder.parent / REGISTER.name, dirs_exist_ok=True)
    return Path(shutil.copytree(DONBAS, folder))
