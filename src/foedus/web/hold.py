# SPDX-License-Identifier: Apache-2.0
"""A run as it was found, held by links for as long as it is served.

A run replaces its folder whole (`base.folders`), while answers of the one before are still under
way. So the files of a run are linked into a folder beside it, which is named by the process that
serves; where no link is possible they are copied. `identity` says whether a folder holds another
run than before. What is made of a run is put back into its folder, for the next start.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from foedus.base.folders import clear_left
from foedus.errors import Fault, OperatorError
from foedus.publication.answers import SIGN
from foedus.publication.edition import FOLDER

MARK: Final = "served"
TRIES: Final = 5

Identity = tuple[int, int, int, int]


def identity(file: Path) -> Identity | None:
    """Return what tells a file from one that took its place; None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def holding_place(run: Path) -> Path:
    """Make the empty folder in which this process holds runs, beside the run if it may write there.

    What servers left behind that were killed is cleared first.
    """
    clear_left(run, MARK)
    place = run.parent / f".{run.name}.{MARK}-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir()
    except OSError:
        return Path(tempfile.mkdtemp(prefix=f"foedus-{MARK}-"))
    return place


def held(run: Path, place: Path, mission: str) -> Path:
    """Link the run as it stands into a new folder below `place`, and return that folder.

    Raises `OperatorError` where there is no run, or another one takes its place again and again.
    """
    for _ in range(TRIES):
        before = identity(run / SIGN)
        if before is None:
            hint = f"first: foedus run {mission}"
            raise OperatorError(Fault(file=str(run), expected="a run", got="none yet", hint=hint))
        folder = Path(tempfile.mkdtemp(dir=place))
        if _is_linked(run, folder) and identity(run / SIGN) == before:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
    got = "another one each time"
    raise OperatorError(Fault(file=str(run), expected="a run that stays while it is read", got=got))


def _is_linked(run: Path, folder: Path) -> bool:
    """Link a tree; False where a part of it went away meanwhile."""
    try:
        shutil.copytree(run, folder, copy_function=_linked, dirs_exist_ok=True)
    except (FileNotFoundError, shutil.Error):
        return False
    return True


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)
    return target


def put_back(folder: Path, run: Path, name: str) -> None:
    """Link what was made under `name` into the run's own folder, in place of all other editions.

    Nothing is done where another run stands there by now.
    """
    if identity(folder / SIGN) != identity(run / SIGN):
        return
    home = run / FOLDER
    home.mkdir(exist_ok=True)
    if not (home / name).is_dir():
        partial = Path(tempfile.mkdtemp(dir=home))
        shutil.copytree(folder / FOLDER / name, partial, copy_function=_linked, dirs_exist_ok=True)
        partial.rename(home / name)
    for other in home.iterdir():
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)
