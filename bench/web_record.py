# SPDX-License-Identifier: Apache-2.0
"""Makes a run of as many incidents as asked for, as its published tables have it: no truth in it.

Places lie about a few thousand settlements, times over eight years, a third of the incidents
have a finding, and each of several reports stood with fewer before. Columns are those of the
policy, drawn from a seeded generator. What a pipeline makes of so many reports is measured
elsewhere (`fusion.py`, `findings.py`).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foedus.base.encoding import canonical, schema
from foedus.mission import Mission, read_mission
from foedus.publication.policy import PUBLIC
from foedus.publication.record import TABLES

MISSIONS: Final = Path(__file__).resolve().parent.parent / "missions"
DAY_US: Final = 86_400_000_000
FIRST_US: Final = 1_390_348_800_000_000
DAYS: Final = 2_950
PLACES: Final = 4_000
KINDS: Final = (
    "artillery-shelling", "small-arms-exchange", "air-strike", "mortar-fire", "drone-strike",
)  # fmt: skip
SIDES: Final = ((), ("ua",), ("dpr",), ("ua", "dpr"))
STEPS: Final = [
    "reading sure - text", "act sure - {act}", "target sure - any", "bearer sure - ua,dpr",
    "time sure - in-force", "place sure 1000000 zone", "exempt no - none",
    "exception none - none", "accounts agree - none",
]  # fmt: skip


def mission(folder: Path) -> Mission:
    """Copy the Donbas mission without its replay, with the acts of another; return it."""
    shutil.copytree(MISSIONS / "donbas", folder)
    shutil.copytree(MISSIONS / "ukraine-2026" / "acts", folder / "acts")
    path = folder / "mission.toml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("replay =")), "utf-8")
    return read_mission(folder)


def make_run(found: Mission, out: Path, number: int) -> None:
    """Write a run of `number` incidents into `out`."""
    (out / "record").mkdir(parents=True)
    (out / "tables").mkdir()
    draw = np.random.default_rng(7)
    incidents = _incidents(draw, number)
    findings, members = _findings(draw, incidents, found), _members(incidents)
    tables = {
        "incidents": incidents,
        "members": members,
        "findings": findings,
        "counts": findings.group_by(PUBLIC["counts"][:-1]).aggregate([([], "count_all")]),
        "sources": _sources(number),
        **_states(incidents, members, findings),
    }
    for name, (record, _) in TABLES.items():
        table = tables.get(name, schema(record).empty_table().select(PUBLIC[name]))
        pq.write_table(table.rename_columns(PUBLIC[name]), out / "tables" / f"{name}.parquet")
    summary: dict[str, Any] = {
        "mission": found.id, "title": found.title, "zone": found.zone, "on": None, "known": None,
        "parameters": "0" * 64, "parties": [], "sources": [], "inputs": [],
        "past": {"told": True, "reports": number, "by_day": False},
    }  # fmt: skip
    (out / "record" / "run.json").write_text(json.dumps(summary), "utf-8")
    (out / "record" / "agreements.json").write_bytes(canonical(found.governing.agreements))


def _table(name: str, columns: dict[str, Any], rows: int) -> pa.Table:
    whole = schema(TABLES[name][0])
    made = [
        pa.array(columns[one], whole.field(one).type)
        if one in columns
        else pa.nulls(rows, whole.field(one).type)
        for one in PUBLIC[name]
    ]
    return pa.table(made, schema=pa.schema([whole.field(one) for one in PUBLIC[name]]))


def _incidents(draw: np.random.Generator, number: int) -> pa.Table:
    ids = [f"{key:016x}" for key in draw.permutation(number).astype(np.int64) * 2654435761 % 2**60]
    home = draw.integers(0, PLACES, number) ** 2 // PLACES
    centres = np.column_stack([draw.uniform(46.9, 49.9, PLACES), draw.uniform(36.3, 39.9, PLACES)])
    at = centres[home] + draw.normal(0, 0.004, (number, 2))
    first = FIRST_US + draw.integers(0, DAYS, number) * DAY_US
    exact = draw.random(number) < 0.4
    reports = draw.integers(1, 5, number)
    deaths = draw.integers(0, 6, number)
    names = np.array([f"settlement {place}" for place in range(PLACES)])
    parties = [["ua", "dpr"] if one else ["ua", "lpr"] for one in draw.random(number) < 0.6]
    sides = [list(SIDES[one]) for one in draw.integers(0, len(SIDES), number)]
    columns = {
        "incident_id": [one * 4 for one in ids],
        "lineage_id": ids,
        "occurred_from_us": first,
        "occurred_to_us": first + DAY_US,
        "occurred_precision": ["day"] * number,
        "latitude_e7": np.rint(at[:, 0] * 1e7).astype(np.int64),
        "longitude_e7": np.rint(at[:, 1] * 1e7).astype(np.int64),
        "radius_m": np.where(exact, 1_000, 15_000),
        "place_name": names[home],
        "region": np.where(at[:, 1] < 38.2, "Donetsk oblast", "Luhansk oblast"),
        "kind": np.array(KINDS)[draw.integers(0, len(KINDS), number)],
        "target": ["unknown"] * number,
        "weapon": ["unknown"] * number,
        "parties": parties,
        "party_deaths": [[]] * number,
        "deaths_low": deaths,
        "deaths_best": deaths,
        "deaths_high": deaths + 1,
        "report_count": reports,
        "source_count": np.minimum(reports, 3),
        "independent_count": np.minimum(reports, 3),
        "article_count": reports,
        "sides": sides,
        "disagreements": [[]] * number,
        "warnings": [[]] * number,
        "known_from_us": first + draw.integers(1, 5, number) * DAY_US,
    }
    return _table("incidents", columns, number)


def _members(incidents: pa.Table) -> pa.Table:
    rows = np.repeat(np.arange(incidents.num_rows), incidents["report_count"].to_numpy())
    taken = incidents.select(["incident_id", "lineage_id"]).take(rows)
    columns = {
        "incident_id": taken["incident_id"].combine_chunks(),
        "lineage_id": taken["lineage_id"].combine_chunks(),
        "report_id": [f"ucdp-ged:{one}" for one in range(len(rows))],
        "probability_ppm": np.full(len(rows), 990_000),
        "score_micronat": np.full(len(rows), 4_000_000),
    }
    return _table("members", columns, len(rows))


def _findings(draw: np.random.Generator, incidents: pa.Table, found: Mission) -> pa.Table:
    agreement = next(one for one in found.governing.agreements if one.id == "minsk-2")
    term = agreement.term("no-fire")
    chosen = np.flatnonzero(draw.random(incidents.num_rows) < 0.35)
    taken = incidents.take(chosen)
    number = len(chosen)
    breach = draw.random(number) < 0.6
    ids = [f"{one}-{term.id[:8]:0<16}" for one in taken["lineage_id"].to_pylist()]
    columns = {
        "finding_id": ids,
        "subject_kind": ["incident"] * number,
        "lineage_id": taken["lineage_id"].combine_chunks(),
        "incident_id": taken["incident_id"].combine_chunks(),
        "agreement_id": [agreement.id] * number,
        "term_id": [term.id] * number,
        "article": [term.article] * number,
        "reading": ["text"] * number,
        "verdict": np.where(breach, "breach", "undetermined"),
        "causes": [[] if one else ["place"] for one in breach],
        "open_exceptions": [[]] * number,
        "attributed": [[]] * number,
        "attributed_ppm": [[]] * number,
        "unattributed_ppm": np.full(number, 1_000_000),
        "steps": [[one.format(act="fire") for one in STEPS]] * number,
        "evidence": ["S"] * number,
        "known_from_us": taken["known_from_us"].combine_chunks(),
    }
    return _table("findings", columns, number)


def _states(incidents: pa.Table, members: pa.Table, findings: pa.Table) -> dict[str, pa.Table]:
    """Of each incident of several reports: as it stood with one, with two, up to all of them."""
    count = incidents["report_count"].to_numpy()
    some = np.flatnonzero(count > 1)
    row = np.repeat(some, count[some])
    held = _upto(count[some]) + 1
    begins = _began(incidents, row, held)
    states = _put(incidents.take(pa.array(row)), {"report_count": held, **begins})
    first = np.cumsum(count) - count
    member = np.repeat(first[row], held) + _upto(held)
    times = {name: np.repeat(values, held) for name, values in begins.items()}
    tied = members.take(pa.array(member))
    for name, values in times.items():
        tied = tied.append_column(schema(TABLES["member_states"][0]).field(name), _ints(values))
    place = np.searchsorted(np.sort(found := _rows(findings, incidents)), row)
    order = np.argsort(found)
    has = found[order][np.minimum(place, len(order) - 1)] == row
    told = findings.take(pa.array(order[place[has]]))
    judged = _put(told, {name: values[has] for name, values in begins.items()})
    return {"incident_states": states, "member_states": tied, "finding_states": judged}


def _began(incidents: pa.Table, row: np.ndarray, held: np.ndarray) -> dict[str, np.ndarray]:
    """A report a day, the last of them when the record has the whole."""
    count = incidents["report_count"].to_numpy()[row]
    last = incidents["known_from_us"].to_numpy()[row]
    since = last - (count - held) * DAY_US
    return {"known_from_us": since, "known_to_us": np.where(held == count, -1, since + DAY_US)}


def _upto(count: np.ndarray) -> np.ndarray:
    """0, 1, … to below each count, one after the other."""
    found: np.ndarray = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return found


def _rows(findings: pa.Table, incidents: pa.Table) -> np.ndarray:
    ids = incidents["lineage_id"].combine_chunks()
    found: np.ndarray = pc.index_in(findings["lineage_id"], value_set=ids).to_numpy()
    return found


def _put(table: pa.Table, columns: dict[str, np.ndarray]) -> pa.Table:
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), _ints(values))
    return table


def _ints(values: np.ndarray) -> pa.Array:
    """Whole numbers, of which -1 is unknown."""
    return pa.array(values, pa.int64(), mask=values == -1)


def _sources(number: int) -> pa.Table:
    columns = {
        "source_id": ["ucdp-ged"], "title": ["made"], "side": [None], "grade": ["C"],
        "already_merged": [False], "selection": ["drawn"], "citation": ["made"],
        "licence": ["CC0-1.0"], "url": ["made"], "read": [number], "accepted": [number],
        "quarantined": [0], "reports": [number], "articles": [number],
    }  # fmt: skip
    return _table("sources", columns, 1)
