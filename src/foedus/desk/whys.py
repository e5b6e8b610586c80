# SPDX-License-Identifier: Apache-2.0
"""Why, of whatever has an id: an incident, a finding, a decision, a case or an obligation.

What a run holds is answered by `publication.reasons`. What people decided, and what follows, is
answered by `grounds`, from the acts of a log or from the decisions that a mission assumes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from foedus.desk.docket import Docket, case
from foedus.desk.enclosures import mission_of
from foedus.desk.grounds import grounds_of, holds
from foedus.desk.nodes import broken
from foedus.errors import OperatorError
from foedus.mission import FILE, HOME, Mission, find_mission, read_mission
from foedus.pipeline import Run
from foedus.publication.answers import read_summary, run_folder, runs
from foedus.publication.reasons import why as why_of_record

Row = dict[str, Any]
ID: Final = re.compile(r"[\w#/.-]{4,}")
"""What may be the id of something that people decided, or that follows from it."""


def why(
    asked: str,
    run: str | Path | Run | None = None,
    *,
    at: str | None = None,
    log: Path | None = None,
    assume: Path | None = None,
    now_us: int | None = None,
) -> Row:
    """Return all that something rests on, down to addresses and files.

    An incident, a report or a finding is looked for in `run`, or in all runs, as
    `publication.reasons.why` does. Where there is none of that id, or `log` or `assume` is named,
    obligations, decisions, cases and the findings that these cite are: then the answer holds
    `asked`, `marking`, `tree` (a `desk.nodes.Node`) and `breaks`, the steps at which a chain
    breaks. Raises `OperatorError` if nothing or more than one thing fits.
    """
    if log is not None or assume is not None:
        mission = mission_of(log) if run is None and log is not None else _mission(run)
        return told(case(mission, at=at, log=log, assume=assume, now_us=now_us), asked)
    try:
        return why_of_record(asked, run)
    except OperatorError:
        for found in _replays(run, at) if ID.fullmatch(asked) else ():
            if holds(found, asked):
                return told(found, asked)
        raise


def told(found: Docket, asked: str) -> Row:
    """Return the tree of something that people decided, or that follows from it."""
    node = grounds_of(found, asked)
    return {
        "asked": asked,
        "marking": found.marking,
        "at_us": found.due.at_us,
        "tree": msgspec.to_builtins(node),
        "breaks": [{"kind": one.kind, "id": one.id, "broken": one.broken} for one in broken(node)],
    }


def _replays(run: str | Path | Run | None, at: str | None) -> Iterator[Docket]:
    """Yield the dockets of missions that were run and name decisions that they assume."""
    folders = runs() if run is None else [run_folder(run)]
    for folder in folders:
        path = HOME / read_summary(folder)["mission"] / FILE
        mission = read_mission(path) if path.is_file() else None
        if mission is not None and mission.guarantee.replay:
            yield case(mission, at=at)


def _mission(run: str | Path | Run | None) -> Mission:
    """Return the mission that is named, or that of a run's folder."""
    if isinstance(run, Run):
        return read_mission(find_mission(read_summary(run.out)["mission"]))
    return read_mission(find_mission("" if run is None else run))
