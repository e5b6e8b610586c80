# SPDX-License-Identifier: Apache-2.0
"""What a file of corrections would change, from the reports down to what guarantors owe.

`correct` answers for a mission that was run: (1) read the corrections against its record; (2) amend
the incidents, and nothing but what the corrections can reach; (3) set those that changed against
the agreements again; (4) find the decisions that cited what changed; (5) run the ladders as they
would have run, had no decision been made of which nothing holds any more; (6) tell the difference.
A decision stands until people correct it: what is told says what would follow if they did. Nothing
is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foedus.engines.local import LocalEngine
from foedus.findings.amend import amended
from foedus.findings.from_terms import rulebook_of
from foedus.incidents.amend import Diff, amend, stand
from foedus.incidents.beliefs import Setting
from foedus.incidents.parameters import read_parameters
from foedus.mission import Mission, last_us, read_mission
from foedus.pipeline import unborne_in
from foedus.publication.answers import read_summary, run_folder
from foedus.replay.clocks import Due, due
from foedus.replay.consequences import (
    Consequences,
    State,
    consequences,
    groundless,
    shaken_by,
)
from foedus.replay.corrections import Corrections, read_corrections
from foedus.reports.observation_form import happenings
from foedus.reports.profile import read_profile
from foedus.reports.taxonomy import load_kinds, load_targets, load_weapons
from foedus.trust.log import Log

RECORD: Final = ("reports", "incidents", "members", "findings")
Tables = Mapping[str, pa.Table]


class Correction(NamedTuple):
    """What a file of corrections would change."""

    corrections: Corrections
    mission: Mission
    found: Consequences
    before: Due | None
    """The clocks as they stand; None where no decision can be asked for."""


def correct(
    mission: str | Path | Mission,
    file: Path,
    *,
    at: str | None = None,
    log: Path | Log | None = None,
    assume: Path | None = None,
    now_us: int | None = None,
) -> Correction:
    """Return what the corrections in `file` would change in the mission's last run.

    Decisions are those of `log`, or those that `assume`, or the mission itself, names. Raises
    `OperatorError` for what is not there, `DrafterError` with every fault of the file.
    """
    found = mission if isinstance(mission, Mission) else read_mission(mission)
    folder = run_folder(found.id)
    tables = {name: pq.read_table(folder / "record" / f"{name}.parquet") for name in RECORD}
    corrections = read_corrections(file, tables["reports"], found)  # (1)
    after, lineages = amended_tables(found, tables, corrections, _asked_us(found, folder))
    clocks = None
    if log is not None or assume is not None or found.guarantee.replay:
        clocks = due(found, at=at, log=log, assume=assume, now_us=now_us)
    before = _state(tables, clocks)
    shaken = shaken_by(before.decisions, before, _state(after, None), lineages)  # (4)
    fallen = groundless(shaken)
    without = clocks
    if fallen:
        without = due(found, at=at, log=log, assume=assume, now_us=now_us, without=fallen)  # (5)
    diff = consequences(before, _state(after, without), lineages)  # (6)
    return Correction(corrections, found, diff, clocks)


def _asked_us(mission: Mission, folder: Path) -> int:
    """Return the instant at which the run asked about deadlines."""
    summary = read_summary(folder)
    asked = (last_us(summary[name], mission.zone, f"--{name}") for name in ("on", "known"))
    return min([mission.period_to_us, *(one for one in asked if one is not None)])


def _state(tables: Tables, clocks: Due | None) -> State:
    if clocks is None:
        return State(tables, (), (), ())
    entries = () if clocks.assumed else clocks.register.entries
    return State(tables, clocks.decisions, clocks.runs, clocks.obligations, entries)


def amended_tables(
    mission: Mission, tables: Tables, corrections: Corrections, asked_us: int
) -> tuple[Tables, frozenset[str]]:
    """Return the record as it would be, and the lineages of all incidents that were looked at.

    `asked_us` is when deadlines are asked about. A full run over the corrected reports gives the
    same tables.
    """
    engine = LocalEngine()
    standing = stand(happenings(tables["reports"]), _setting(mission), engine)
    touched = _happened(tables["reports"], corrections)
    diff = amend(standing, happenings(corrections.rows), touched)  # (2)
    fused = standing.fused()
    lineages = _looked_at(diff)
    rulebook = rulebook_of(mission.governing, asked_us)
    reports = _standing_reports(tables["reports"], corrections)
    indicated = amended(  # (3)
        tables["findings"],
        fused.incidents,
        lineages,
        rulebook,
        engine,
        fused.disagreements,
        unborne_in(mission, reports, fused.members),
    )
    after = {
        "incidents": fused.incidents,
        "members": fused.members,
        "findings": indicated.findings,
    }
    return after, lineages


def _standing_reports(reports: pa.Table, corrections: Corrections) -> pa.Table:
    """Return the reports as they would be: without what is withdrawn, with what takes its place."""
    gone = [*corrections.withdrawn, *corrections.rows["report_id"].to_pylist()]
    kept = pc.invert(pc.is_in(reports["report_id"], pa.array(gone, pa.string())))
    return pa.concat_tables([reports.filter(kept), corrections.rows.select(reports.column_names)])


def _happened(reports: pa.Table, corrections: Corrections) -> list[str]:
    """Return the withdrawn reports that tell of a happening: the others have no incident."""
    chosen = pc.is_in(reports["report_id"], pa.array(corrections.withdrawn, pa.string()))
    ids: list[str] = happenings(reports.filter(chosen))["report_id"].to_pylist()
    return ids


def _looked_at(diff: Diff) -> frozenset[str]:
    return frozenset(diff.changes["lineage_id"].to_pylist())


def _setting(mission: Mission) -> Setting:
    profiles = [read_profile(source.profile) for source in mission.sources]
    by_id = {profile.source.id: profile for profile in profiles}
    words = (load_kinds(), load_targets(), load_weapons())
    return Setting(by_id, *words, mission.parties, read_parameters(mission.parameters))
