# SPDX-License-Identifier: Apache-2.0
"""What the policy lets out: columns, places and times; nothing else, and nothing sooner."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import made
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.encoding import columns
from foedus.mission import Policy
from foedus.publication.bulletin import bulletin, publish
from foedus.publication.facts import facts
from foedus.publication.policy import EXACT_ONLY, HOUR_US, LADDER, PUBLIC, coarse, public
from foedus.publication.record import TABLES
from foedus.publication.tables import published

DEGREES = st.tuples(
    st.integers(-650_000_000, 700_000_000), st.integers(-1_799_999_999, 1_799_999_999)
)
FAR_US = made.NOW_US + 25 * 365 * made.DAY_US
ANYWHERE = st.tuples(
    st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000)
)
CELLS_M = st.sampled_from((500, 1_000, 10_000, 25_000))


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) in 1e-7 degree."""
    (a, b), (c, d) = ([radians(value / 1e7) for value in place] for place in (one, other))
    chord = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(chord))


def at(latitude: int, longitude: int, **changes: Any) -> dict[str, Any]:
    """Return an incident at a place."""
    return made.incident(1, 0, 1, latitude_e7=latitude, longitude_e7=longitude, **changes)


@given(DEGREES, CELLS_M, st.integers(0, 200_000))
def test_disc_still_holds_the_place(place: tuple[int, int], cell_m: int, radius_m: int) -> None:
    """The public disc must hold every place at which the record says that it may have been."""
    row = coarse(made.table([at(*place, radius_m=radius_m)]), cell_m).to_pylist()[0]
    moved = distance_m(place, (row["latitude_e7"], row["longitude_e7"]))
    assert moved + radius_m <= row["radius_m"]
    assert row["radius_m"] >= cell_m * sqrt(0.5)


@given(ANYWHERE, CELLS_M, st.integers(0, 200_000))
def test_coarse_places_are_places(place: tuple[int, int], cell_m: int, radius_m: int) -> None:
    """Near the poles and the date line too: in range, and the disc still holds the place."""
    row = coarse(made.table([at(*place, radius_m=radius_m)]), cell_m).to_pylist()[0]
    assert -900_000_000 <= row["latitude_e7"] <= 900_000_000
    assert -1_800_000_000 <= row["longitude_e7"] <= 1_800_000_000
    moved = distance_m(place, (row["latitude_e7"], row["longitude_e7"]))
    assert moved + radius_m <= row["radius_m"] + 1


@given(st.integers(0, 200_000), CELLS_M)
def test_the_private_radius_cannot_be_worked_out(radius_m: int, cell_m: int) -> None:
    """The public radius must be a step of the ladder, so that many private ones give it."""
    row = coarse(made.table([at(0, 0, radius_m=radius_m)]), cell_m).to_pylist()[0]
    assert row["radius_m"] in LADDER * cell_m


def test_no_id_is_made_from_an_exact_place() -> None:
    """Two accounts that differ only in where in a cell they lie must give the same ids."""
    start = made.mission().period_from_us
    rows = [made.incident(1, start, start + made.DAY_US, latitude_e7=e7) for e7 in (10, 20)]
    rows[1]["incident_id"] = "f" * 64
    first, second = (published(made.material([row], Policy())) for row in rows)
    assert first["incidents"].equals(second["incidents"])
    assert first["members"].equals(second["members"])
    assert first["incidents"]["incident_id"][0].as_py() not in ("f" * 64, rows[0]["incident_id"])
    pages = [bulletin(made.material([row], Policy()), first) for row in rows]
    assert pages[0] == pages[1]
    assert "0" * 64 not in pages[0]


def test_scores_leave_only_with_exact_places() -> None:
    """Where places are coarse, what depends on exact ones must not be in any table."""
    rows = [made.incident(1, 0, made.DAY_US)]
    for policy, withheld in ((Policy(), True), (made.NOTHING_HELD, False)):
        members = published(made.material(rows, policy))["members"]
        kept = set(EXACT_ONLY["members"]) & set(members.column_names)
        assert bool(kept) is not withheld


@given(DEGREES, CELLS_M, st.integers(-3, 3), st.integers(-3, 3))
def test_places_of_one_cell_look_alike(
    place: tuple[int, int], cell_m: int, north: int, east: int
) -> None:
    """Whoever sees the public place must not be able to tell where in its cell it was."""
    first = coarse(made.table([at(*place)]), cell_m).to_pylist()[0]
    centre = (first["latitude_e7"], first["longitude_e7"])
    step = cell_m / 111_195 * 1e7 / 8
    near = (round(centre[0] + north * step), round(centre[1] + east * step))
    second = coarse(made.table([at(*near)]), cell_m).to_pylist()[0]
    assert (second["latitude_e7"], second["longitude_e7"]) == centre


def test_unknown_place_stays_unknown() -> None:
    """A place or a radius that is not known must not become a known one."""
    row = coarse(made.table([at(0, 0) | {"latitude_e7": None, "radius_m": None}]), 10_000)
    assert row["latitude_e7"].null_count == 1
    assert row["radius_m"].null_count == 1


def test_names_finer_than_a_cell_go() -> None:
    """Where places are coarsened, their names must not give them away."""
    shown = coarse(made.table([at(480_000_000, 378_000_000)]), 10_000)
    assert shown["place_name"].to_pylist() == [None]
    assert shown["region"].to_pylist() == ["Region"]


def test_default_is_ten_kilometres_and_three_days() -> None:
    """A mission that declares nothing must get the policy that does least harm."""
    assert Policy() == Policy(place_cell_m=10_000, delay_h=72, reason="")


@given(st.lists(st.integers(0, 200), min_size=1), st.integers(0, 100), st.integers(0, 300))
def test_held_back_until_the_delay_is_over(ends_h: list[int], delay_h: int, known_h: int) -> None:
    """An incident must be shown if, and only if, it ended `delay_h` before the moment known."""
    rows = [made.incident(n, 0, end * HOUR_US) for n, end in enumerate(ends_h)]
    policy = Policy(place_cell_m=0, delay_h=delay_h, reason="test")
    shown = public(made.table(rows), policy, known_h * HOUR_US)["incident_id"].to_pylist()
    due = [
        r["incident_id"]
        for r in rows
        if delay_h == 0 or r["occurred_to_us"] <= (known_h - delay_h) * HOUR_US
    ]
    assert shown == due


@pytest.mark.parametrize("known_us", [None, 0, FAR_US], ids=["none", "earlier", "later"])
def test_nothing_lifts_the_delay(known_us: int | None) -> None:
    """Neither a time asked for that is yet to come nor a wrong date in a row may lift the delay."""
    rows = [made.incident(n, 0, made.NOW_US - n * 24 * HOUR_US) for n in range(7)]
    rows[6]["known_from_us"] = FAR_US
    given_ = made.material(rows, Policy(), known_us)
    assert given_.moment_us == min(made.NOW_US, FAR_US if known_us is None else known_us)
    assert published(given_)["incidents"].num_rows == (0 if known_us == 0 else 4)


def test_reports_are_as_public_as_their_incident() -> None:
    """No count of reports, rows or articles may tell of what is held back."""
    rows = [made.incident(n, 0, made.NOW_US - n * 24 * HOUR_US) for n in range(7)]
    given_ = made.material(rows, Policy())
    shown = published(given_)
    (source,) = shown["sources"].to_pylist()
    assert (source["reports"], source["articles"]) == (4, 4)
    assert (source["read"], source["accepted"]) == (None, None)
    assert shown["members"].num_rows == 4
    assert facts(given_, shown).file.incidents == 4
    page = bulletin(given_, shown)
    assert "not told while some of them are held back" in page
    assert "7 read" not in page


@pytest.mark.parametrize("name", TABLES)
def test_public_columns_are_columns_of_the_record(name: str) -> None:
    """Every public column must be described by its record."""
    assert set(PUBLIC[name]) <= {column.name for column in columns(TABLES[name][0])}


def test_only_public_columns_are_published(tmp_path: Path) -> None:
    """Every column of every published file must stand in the one table of public columns."""
    given_ = made.material([made.incident(1, made.mission().period_from_us, made.DAY_US)])
    assert {name: tuple(table.column_names) for name, table in published(given_).items()} == PUBLIC
    publish(given_, tmp_path)
    for name in PUBLIC:
        assert tuple(pq.read_schema(tmp_path / "tables" / f"{name}.parquet").names) == PUBLIC[name]


def test_text_and_address_of_reports_never_leave(tmp_path: Path) -> None:
    """What a report says in words must appear in no published file."""
    given_ = made.material([made.incident(1, made.mission().period_from_us, made.DAY_US)])
    for path in publish(given_, tmp_path):
        assert b"SECRET" not in path.read_bytes()
        assert b"secret" not in path.read_bytes()


def test_bulletin_shows_no_place_finer_than_a_cell() -> None:
    """Under the default policy no name of a place and no exact point must reach the page."""
    start = made.mission().period_from_us
    rows = [made.incident(n, start, start + made.DAY_US, place_name="Hidden") for n in range(3)]
    given_ = made.material(rows, Policy(), start + 30 * made.DAY_US)
    page = bulletin(given_, published(given_))
    assert "Hidden" not in page
    assert 'class="exact"' not in page
