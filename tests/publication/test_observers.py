# SPDX-License-Identifier: Apache-2.0
"""Do no harm to observers: where they stood cannot be found from anything that is published."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import made
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.errors import FoedusError
from foedus.mission import Policy
from foedus.pipeline import Run, run
from foedus.publication.from_run import publish_run
from foedus.publication.past import unwatched
from foedus.publication.policy import PUBLIC, STEPS, at_least_default, in_force, public, veiled
from foedus.reports import observation_form as form
from foedus.reports.profile import Columns, Format, Identity, Profile, Time

TOML = """
[mission]
id = "posts"
title = "Posts"
zone = "Europe/Kyiv"
summary = "Made."
period_from = "2017-01-01"
period_to = "2017-12-31"

[[source]]
profile = "posts.toml"
files = ["posts.csv"]

[policy]
place_cell_m = 0
delay_h = 0
reason = "asked for, and must not be followed"
"""
PROFILE = """
[source]
id = "posts"
title = "Posts"
citation = "Made"
licence = "CC0-1.0"
[format]
kind = "observations"
[columns]
item_id = "id"
[time]
start = "from"
"""
FORM = Profile(
    source=Identity(id="posts", title="Posts", citation="Made", licence="CC0-1.0"),
    format=Format(kind=form.KIND),
    columns=Columns(item_id="id"),
    time=Time(start="from"),
)
ROW: dict[str, str] = {
    "record": "observation",
    "means": "heard",
    "from": "2017-01-29T18:05",
    "zone": "EET",
    "observer": "SECRETPOST",
    "observer_latitude": "48.0161234",
    "observer_longitude": "37.8035678",
    "observer_radius_m": "37",
    "bearing": "NW",
    "range_from_km": "7",
    "range_to_km": "10",
    "place_name": "SECRETPLACE",
    "observation": "explosion",
    "count": "3",
    "count_is": "exact",
    "description": "SECRETTEXT",
}
MISSED = {"record": "not-looked", "from": "2017-03-01", "place_name": ""} | dict.fromkeys(
    ("means", "observation", "count", "count_is", "bearing", "range_from_km", "range_to_km"), ""
)
LATE = {"from": "2017-06-01T12:00", "zone": "EEST"}
NOW_US = 1_488_700_000_000_000
"""5 March 2017: before what is late."""
PUBLISH = partial(publish_run, now_us=NOW_US)
ASKED = Policy(place_cell_m=0, delay_h=0, reason="test")


def ran(folder: Path, *rows: dict[str, str]) -> Run:
    """Run a mission over rows of the form, with a policy that asks for all; return the run."""
    folder.mkdir()
    (folder / "mission.toml").write_text(TOML, "utf-8")
    (folder / "posts.toml").write_text(PROFILE, "utf-8")
    lines = [",".join(form.COLUMNS)]
    for number, row in enumerate(rows):
        cells = row | {"id": f"SECRETID-{number}"}
        lines.append(",".join(cells.get(name, "") for name in form.COLUMNS))
    (folder / "posts.csv").write_text("\n".join((*lines, "")), "utf-8")
    return run(folder, out=folder / "out", publish=PUBLISH)


def published(done: Run) -> dict[str, bytes]:
    """Return every published file with its bytes: all that is not the record."""
    found = sorted(path for path in done.out.rglob("*") if path.is_file())
    return {
        path.relative_to(done.out).as_posix(): path.read_bytes()
        for path in found
        if path.relative_to(done.out).parts[0] != "record"
    }


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of one observation, one time of not looking, and a late observation."""
    return ran(tmp_path_factory.mktemp("posts") / "one", ROW, ROW | MISSED, ROW | LATE)


def test_a_mission_cannot_ask_for_more(posts: Run) -> None:
    """With cell and delay at zero, the edition has the default's cell and delay, and says so."""
    table = pq.read_table(posts.out / "tables" / "incidents.parquet")
    assert table.num_rows == 1
    (row,) = table.to_pylist()
    assert row["radius_m"] >= 10_000 * (1 + np.sqrt(0.5))
    assert row["place_name"] is None
    assert b"rests on observers" in table.schema.metadata[b"policy"]
    assert posts.incidents == 2


def test_nothing_of_the_observer_is_published(posts: Run) -> None:
    """Code, coordinates, text, id and place of the form stand in no published file."""
    files = published(posts)
    assert "bulletin.html" in files
    for name, data in files.items():
        for secret in (b"SECRET", b"480161", b"378035", b"48.0161", b"37.8035", b"4008"):
            assert secret not in data, name
    record = pq.read_table(posts.out / "record" / "incidents.parquet").to_pylist()
    for incident in record:
        assert not any(incident["incident_id"].encode() in data for data in files.values())
    for item in posts.inputs:
        assert not any(item.sha256.encode() in data for data in files.values())


def test_what_nobody_looked_at_is_not_published(posts: Run) -> None:
    """A time of not looking is in the record of reports, and in no incident and no edition."""
    assert form.NO_OBSERVATION in posts.tables["reports"]["kind"].to_pylist()
    assert form.NO_OBSERVATION not in posts.tables["incidents"]["kind"].to_pylist()
    assert not any(form.NO_OBSERVATION.encode() in data for data in published(posts).values())
    row = made.incident(1, 0, 1, kind=form.NO_OBSERVATION)
    assert public(made.table([row]), ASKED, NOW_US).num_rows == 0


def test_members_of_observed_incidents_are_not_published(posts: Run) -> None:
    """Probabilities follow from exact places; of these incidents no member is published."""
    assert posts.tables["members"].num_rows == 2
    assert pq.read_table(posts.out / "tables" / "members.parquet").num_rows == 0


def test_an_observer_who_stood_elsewhere_looks_alike(posts: Run, tmp_path: Path) -> None:
    """A move of the observer by half a kilometre, and another range, change no published byte."""
    moved = {"observer_latitude": "48.0205", "observer_longitude": "37.8090", "bearing": "NNW"}
    other = ran(tmp_path / "two", *(ROW | moved | own for own in ({}, MISSED, LATE)))
    assert published(other) == published(posts)


@given(
    st.integers(-600_000_000, 600_000_000),
    st.integers(-1_700_000_000, 1_700_000_000),
    st.lists(st.integers(0, 10_000), min_size=2, max_size=2),
)
def test_radius_tells_only_its_step(latitude: int, longitude: int, radii: list[int]) -> None:
    """Sightings of one cell and step must be published alike, however far their observers were."""
    rows = [
        made.incident(1, 0, 1, latitude_e7=latitude, longitude_e7=longitude, radius_m=radius)
        for radius in radii
    ]
    shown = [
        veiled(made.table([row]), 10_000, pa.array([row["incident_id"]])).to_pylist()
        for row in rows
    ]
    assert shown[0] == shown[1]


@given(st.integers(0, 900_000))
def test_disc_still_holds_the_sighting(radius_m: int) -> None:
    """The public disc is wider than the record's by what the cell takes, and is of a few sizes."""
    row = made.incident(1, 0, 1, radius_m=radius_m)
    table = veiled(made.table([row]), 10_000, pa.array([row["incident_id"]]))
    (shown,) = table.to_pylist()
    step_m = int(min(step for step in 10_000 * STEPS if step >= radius_m))
    assert shown["radius_m"] == 2 * step_m
    assert shown["radius_m"] >= step_m * (1 + np.sqrt(0.5))


def test_unknown_radius_stays_unknown() -> None:
    """An observed incident without a radius has none in public, and the widest cell."""
    row = made.incident(1, 0, 1) | {"radius_m": None}
    (shown,) = veiled(made.table([row]), 10_000, pa.array([row["incident_id"]])).to_pylist()
    assert shown["radius_m"] is None


def test_other_incidents_are_as_without_it() -> None:
    """Beside an observed incident, others look as they look without one."""
    rows = [made.incident(number, 0, 1) for number in (1, 2)]
    seen = pa.array([rows[0]["incident_id"]])
    first, second = public(made.table(rows), Policy(), 10**18, seen).to_pylist()
    assert first["incident_id"] != rows[0]["incident_id"]
    assert [second] == public(made.table(rows[1:]), Policy(), 10**18).to_pylist()


@given(st.integers(0, 50_000), st.integers(0, 500))
def test_policy_is_never_below_the_default(cell_m: int, delay_h: int) -> None:
    """Whatever a mission asks, with an observers' form it gets the default or less."""
    asked = Policy(place_cell_m=cell_m, delay_h=delay_h, reason="asked")
    held = in_force(asked, {"posts": FORM, "made": made.PROFILE})
    assert held == at_least_default(asked)
    assert held.place_cell_m == max(cell_m, 10_000)
    assert held.delay_h == max(delay_h, 72)
    assert in_force(asked, {"made": made.PROFILE}) == asked


def test_public_refuses_a_finer_policy_of_itself() -> None:
    """Even where a caller hands in a policy of zero, an observed incident comes out coarse."""
    row = made.incident(1, 0, 1)
    seen = pa.array([row["incident_id"]])
    (shown,) = public(made.table([row]), ASKED, 10**18, seen).to_pylist()
    assert shown["radius_m"] > 10_000
    assert public(made.table([row]), ASKED, 0, seen).num_rows == 0


def test_no_public_column_is_of_the_observer() -> None:
    """No published column bears the name of anything that the form asks of the observer."""
    names: set[str] = {name for columns in PUBLIC.values() for name in columns}
    private: tuple[Any, ...] = ("observer", "bearing", "range", "text", "place_precision")
    assert not any(name.startswith(private) for name in names)


def test_a_faulty_form_stops_nothing(tmp_path: Path) -> None:
    """A row in quarantine is told by its reason, and not by what stood in it."""
    try:
        done = ran(tmp_path / "bad", ROW | {"observer_latitude": "SECRET48"}, ROW)
    except FoedusError as error:  # pragma: no cover
        pytest.fail(str(error))
    assert done.quarantined == 1
    assert not any(b"SECRET" in data for data in published(done).values())


def test_no_state_rests_on_an_observers_form() -> None:
    """When an observer's report came is told by no state: not of the incident that it joined, nor
    of one that ended when the report brought the two together.
    """
    told = [
        ("watched", "a", "press:1"),
        ("watched", "b", "press:1"),
        ("watched", "b", "press:3"),
        ("watched", "b", "posts:1"),
        ("ended", "d", "press:3"),
        ("free", "c", "press:2"),
    ]
    names = ("lineage_id", "incident_id", "report_id")
    members = pa.table({name: [row[at] for row in told] for at, name in enumerate(names)})
    ids = ["press:1", "press:2", "press:3", "posts:1"]
    reports = pa.table({"report_id": ids, "source_id": [one.partition(":")[0] for one in ids]})
    profiles = {"posts": FORM}
    assert set(unwatched(members, members, reports, profiles)["lineage_id"].to_pylist()) == {"free"}
