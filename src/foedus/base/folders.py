# SPDX-License-Identifier: Apache-2.0
"""A folder of results that is replaced whole, or not at all.

What is new is written into a folder beside the one that it will replace, and takes its place at
the end, by two renames. Whatever ends the work before leaves the last results as they were; what a
killed process left behind is cleared by the next. What stands in the folder is left to the caller.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foedus.errors import Fault, OperatorError


@contextmanager
def replaced(target: Path, sign: str) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `target` if the block ends without an error.

    `sign` is a path that every folder of results holds: a folder that is neither empty nor holds
    it is somebody's own, and is refused with `OperatorError` before anything is written.
    """
    _refuse_foreign(target, sign)
    target.parent.mkdir(parents=True, exist_ok=True)
    settle(target)
    partial = target.parent / f".{target.name}.partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        _put(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def settle(target: Path) -> None:
    """Clear what killed processes left beside `target`, and put back a folder they moved away."""
    previous = _previous(target)
    if previous.exists() and not target.exists():
        previous.rename(target)
    shutil.rmtree(previous, ignore_errors=True)
    clear_left(target, "partial")


def clear_left(target: Path, mark: str) -> None:
    """Clear the folders beside `target` that processes named by this mark and did not end with."""
    for left in target.parent.glob(f".{target.name}.{mark}-*"):
        if not _is_running(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)


def _put(partial: Path, target: Path) -> None:
    previous = _previous(target)
    if target.exists():
        target.rename(previous)
    partial.rename(target)
    shutil.rmtree(previous, ignore_errors=True)


def _previous(target: Path) -> Path:
    return target.parent / f".{target.name}.previous"


def _refuse_foreign(target: Path, sign: str) -> None:
    if not target.exists() or (target / sign).exists():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise OperatorError(
            Fault(
                file=str(target),
                expected="a new folder, an empty one, or one that a run wrote",
                got="something else, which would be lost",
                hint="choose another folder with --out",
            )
        )


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
