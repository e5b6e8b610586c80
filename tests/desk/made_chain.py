# SPDX-License-Identifier: Apache-2.0
"""A made mission with every link: reports, agreements, a ladder, a register, and a log."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from desk.made_desk import (
    CASE,
    Said,
    decided,
    facts,
    filed,
    mandate,
    notice,
    opened,
    opening,
    reply,
)
from foedus.pipeline import Run, run
from small_mission import REGISTER, all_rows, cut, make_mission

MISSION: Final = "chain"
GUARANTEE: Final = """\
[guarantee]
ladders = ["ladder-2026"]
owed_to = ["ua"]
[guarantee.members]
coalition = ["BE", "EE", "LT", "PL"]
us = ["US"]
[guarantee.components]
forces = ["land", "air", "sea"]
[guarantee.answers_to]
ru = ["dpr", "lpr"]
"""


def named(text: str) -> str:
    """Return a mission's file with another name and with a ladder."""
    text = text.replace('id = "donbas"', f'id = "{MISSION}"', 1)
    assert "[guarantee]\n" in text
    return text.replace("[guarantee]\n", GUARANTEE)


def make_chain(folder: Path) -> Run:
    """Write the mission below `folder`/missions, run it into `folder`/out, and return the run."""
    rows = all_rows()
    near = [row for row in rows if "Debal" in row["where_coordinates"]][:12]
    kept = {row["id"]: row for row in (*cut(rows)[:20], *near)}
    home = folder / "missions" / MISSION
    make_mission(home, list(kept.values()), named)
    shutil.copytree(REGISTER / "acts", home / "acts")
    return run(home, out=folder / "out" / MISSION)


def breaches(done: Run) -> list[dict[str, Any]]:
    """Return the indicated breaches of point 1 of the Package of Measures."""
    return [
        row
        for row in done.tables["findings"].to_pylist()
        if row["verdict"] == "breach" and row["agreement_id"] == "minsk-2"
    ]


def steps(finding: dict[str, Any], case: str = CASE) -> list[Said]:
    """Return a case on one finding, from its opening to an extended attack."""
    about = {"findings": [finding["finding_id"]], "incidents": [finding["lineage_id"]]}
    ground = {"party": "dpr", "grounds": [finding["finding_id"]]}
    return [
        opening(1.0, case, accused=["dpr"], **about),
        notice(2.0, case, party="dpr"),
        reply(3.0, case, party="dpr"),
        *decided(4.0, case=case, **ground),
        *decided(26.0, "persistent", case=case, **ground),
        *decided(30.0, "extended", case=case, **ground),
    ]


def make_log(path: Path, *said: Said) -> Path:
    """Write the log of the mission, with what makes Estonia owe by its own law, and these acts."""
    log = opened(path, mission=MISSION)
    filed(log, *facts(), mandate(), *said)
    log.store.close()
    return path
