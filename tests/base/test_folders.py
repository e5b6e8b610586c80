# SPDX-License-Identifier: Apache-2.0
"""Folders that are replaced whole: old or new, never half of either."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foedus.base.folders import replaced, settle
from foedus.errors import OperatorError

SIGN = "sign"


def fill(target: Path, text: str) -> None:
    """Replace a folder by one that holds the sign with `text`."""
    with replaced(target, SIGN) as folder:
        (folder / SIGN).write_text(text)


def interrupted(target: Path) -> None:
    """Write half of a new folder, and be interrupted."""
    with replaced(target, SIGN) as folder:
        (folder / SIGN).write_text("half")
        raise KeyboardInterrupt


def test_new_takes_the_place_of_old(tmp_path: Path) -> None:
    """What was written takes the place of the old folder, and nothing else stays beside it."""
    target = tmp_path / "a" / "run"
    fill(target, "old")
    fill(target, "new")
    assert (target / SIGN).read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_error_leaves_old(tmp_path: Path) -> None:
    """An error within the block leaves the old folder as it was."""
    target = tmp_path / "run"
    fill(target, "old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(target)
    assert (target / SIGN).read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_killed_process_is_cleared(tmp_path: Path) -> None:
    """What a process that no longer runs left behind is cleared; what another writes is left."""
    target = tmp_path / "run"
    stale, living = tmp_path / ".run.partial-999999999", tmp_path / f".run.partial-{os.getppid()}"
    stale.mkdir()
    living.mkdir()
    settle(target)
    assert list(tmp_path.iterdir()) == [living]


def test_killed_between_two_renames(tmp_path: Path) -> None:
    """An old folder that was moved away, with none in its place, is put back."""
    target, moved = tmp_path / "run", tmp_path / ".run.previous"
    moved.mkdir()
    (moved / SIGN).write_text("old")
    settle(target)
    assert (target / SIGN).read_text() == "old"
    assert not moved.exists()


@pytest.mark.parametrize("foreign", ["file", "folder"])
def test_foreign_is_refused(tmp_path: Path, foreign: str) -> None:
    """A file, or a folder without the sign that is not empty, is refused and left as it is."""
    target = tmp_path / "own"
    if foreign == "folder":
        target.mkdir()
        (target / "thesis").write_text("mine")
    else:
        target.write_text("mine")
    with pytest.raises(OperatorError, match="would be lost"):
        fill(target, "new")
    assert target.exists()
    assert list(tmp_path.iterdir()) == [target]


def test_empty_folder_is_taken(tmp_path: Path) -> None:
    """An empty folder holds nothing that could be lost."""
    fill(tmp_path, "new")
    assert (tmp_path / SIGN).read_text() == "new"
