# SPDX-License-Identifier: Apache-2.0
"""The published tables: three forms of the same rows, each told what it is."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import made
import pyarrow.parquet as pq
import pytest

from foedus.base.encoding import schema
from foedus.pipeline import Run
from foedus.publication.bulletin import publish
from foedus.publication.record import TABLES
from foedus.publication.tables import published, tables_reference

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "tables.md"
START = made.mission().period_from_us
ROWS = [
    made.incident(n, START + n * 40 * made.DAY_US, START + (n * 40 + 1) * made.DAY_US)
    for n in range(9)
]
REFUSED = [
    {
        "source_id": "made",
        "batch_id": f"made/{name}.csv",
        "row": 2,
        "column": column,
        "reason": "latitude-range",
        "expected": "a latitude",
        "got": "91",
    }
    for name in ("one", "two")
    for column in ("lat", "latitude")
]


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the published tables of a made run."""
    publish(made.material(ROWS, refusals=REFUSED), tmp_path)
    return tmp_path / "tables"


@pytest.mark.parametrize("name", TABLES)
def test_forms_say_the_same(folder: Path, name: str) -> None:
    """CSV must hold the rows of Parquet, with lists joined and times beside the microseconds."""
    table = pq.read_table(folder / f"{name}.parquet")
    for row, told in zip(table.to_pylist(), read_csv(folder / f"{name}.csv"), strict=True):
        for key, value in row.items():
            if isinstance(value, list):
                assert told[key] == "|".join(map(str, value))
            elif isinstance(value, bool):
                assert told[key] == str(value).lower()
            else:
                assert told[key] == ("" if value is None else str(value))


def test_times_are_also_told_in_iso(folder: Path) -> None:
    """Beside every column in microseconds must stand the same in ISO 8601."""
    first = read_csv(folder / "incidents.csv")[0]
    assert first["occurred_from_us"] == "1420063200000000"
    assert first["occurred_from"] == "2014-12-31T22:00:00Z"
    assert first["known_to"] == ""


def test_geojson_follows_its_standard(folder: Path) -> None:
    """GeoJSON must be in degrees, longitude first, with an id and the licence (RFC 7946)."""
    found = json.loads((folder / "incidents.geojson").read_text("utf-8"))
    assert found["type"] == "FeatureCollection"
    assert found["licence"] == "CC0-1.0"
    assert len(found["features"]) == len(ROWS)
    feature = found["features"][0]
    assert feature["geometry"] == {"type": "Point", "coordinates": [37.8, 48.0]}
    assert feature["id"] == feature["properties"]["lineage_id"]


def test_a_place_not_known_has_no_geometry(tmp_path: Path) -> None:
    """An incident without a place must be there, with a null geometry."""
    publish(made.material([ROWS[0] | {"latitude_e7": None, "longitude_e7": None}]), tmp_path)
    found = json.loads((tmp_path / "tables" / "incidents.geojson").read_text("utf-8"))
    assert found["features"][0]["geometry"] is None


@pytest.mark.parametrize("name", TABLES)
def test_parquet_tells_what_it_is(folder: Path, name: str) -> None:
    """Licence, attribution and the meaning of every column must stand in the file."""
    found = pq.read_schema(folder / f"{name}.parquet")
    assert found.metadata[b"licence"] == b"CC0-1.0"
    assert found.metadata[b"attribution"] == b"Made (2020)."
    assert all(field.metadata[b"description"] for field in found)


def test_data_package_describes_every_column_of_every_file(folder: Path) -> None:
    """The data package must name the columns of each CSV file, in their order."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert {resource["name"] for resource in package["resources"]} == set(TABLES)
    for resource in package["resources"]:
        header = (folder / resource["path"]).read_text("utf-8").splitlines()[0].replace('"', "")
        assert [field["name"] for field in resource["schema"]["fields"]] == header.split(",")
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_rows_with_several_faults_count_once(folder: Path) -> None:
    """A row counts once for each fault, and equal row numbers of two files are two rows."""
    found = pq.read_table(folder / "quarantine.parquet").to_pylist()
    assert [(row["column"], row["rows"], row["faults"]) for row in found] == [
        ("lat", 2, 2),
        ("latitude", 2, 2),
    ]


def test_read_is_accepted_and_quarantined(folder: Path) -> None:
    """The sums of a source must add up."""
    (source,) = pq.read_table(folder / "sources.parquet").to_pylist()
    assert source["read"] == source["accepted"] + source["quarantined"] == len(ROWS) + len(REFUSED)
    assert (source["reports"], source["articles"]) == (len(ROWS), len(ROWS))


def test_months_reconcile(folder: Path) -> None:
    """The months must hold every incident, each in the month in which it begins."""
    found = pq.read_table(folder / "months.parquet").to_pylist()
    assert [row["month"] for row in found][:2] == ["2015-01", "2015-02"]
    assert len(found) == 12
    assert sum(row["incidents"] for row in found) == len(ROWS)
    assert sum(row["deaths_best"] for row in found) == len(ROWS)


def test_same_material_gives_the_same_bytes(tmp_path: Path) -> None:
    """Publishing twice must give the same bytes in every file."""
    one, other = (
        publish(made.material(ROWS, refusals=REFUSED), tmp_path / name) for name in ("a", "b")
    )
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_no_incidents_at_all(tmp_path: Path) -> None:
    """A run without a single incident must still give every table and the bulletin."""
    for path in publish(made.material([]), tmp_path):
        assert path.stat().st_size > 0
    assert pq.read_table(tmp_path / "tables" / "incidents.parquet").num_rows == 0


def test_published_tables_keep_their_types() -> None:
    """Every published table must have the types of its record."""
    for name, table in published(made.material(ROWS)).items():
        whole = schema(TABLES[name][0])
        assert all(field.type == whole.field(field.name).type for field in table.schema)


def test_reference_page_is_up_to_date() -> None:
    """The page in docs/ must be the one that the records give; `make docs` writes it."""
    assert REFERENCE.read_text("utf-8") == tables_reference()


def test_donbas_reconciles_with_the_file(donbas: Run) -> None:
    """The shipped mission: as many incidents as rows, and the sums of deaths of the file."""
    table = pq.read_table(donbas.out / "tables" / "incidents.parquet")
    assert table.num_rows == 3077
    sums = [sum(table[f"deaths_{name}"].to_pylist()) for name in ("low", "best", "high")]
    assert sums == [7857, 8342, 9322]
