# SPDX-License-Identifier: Apache-2.0
"""One record in many layouts: each, by its own profile, must yield the same report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.reports.samples import read_bytes

HEAD = """
[source]
id = "s"
title = "S"
citation = "C"
licence = "CC0-1.0"
[columns]
item_id = "id"
place_name = "place"
"""
TIME = """
[time]
start = "when"
format = ["%Y-%m-%dT%H:%M:%SZ"]
precision = "minute"
"""
DEGREES = """
[place]
latitude = "lat"
longitude = "lon"
default_radius_m = 500
"""

PLAIN = "id,when,place,lat,lon\n7,2015-02-15T06:30:00Z,Пески,48.0159,37.8029\n"
LAYOUTS = {
    "plain": (HEAD + TIME + DEGREES, PLAIN),
    "cp1251": (
        HEAD + TIME + DEGREES + '[format]\nencoding = "cp1251"\n',
        "id,when,place,lat,lon\n7,2015-02-15T06:30:00Z,Пески,48.0159,37.8029\n".encode("cp1251"),
    ),
    "semicolons with decimal comma": (
        HEAD + TIME + DEGREES + '[format]\ndelimiter = ";"\ndecimal = ","\n',
        "id;when;place;lat;lon\r\n7;2015-02-15T06:30:00Z;Пески;48,0159;37,8029\r\n",
    ),
    "degrees, minutes, seconds": (
        HEAD + TIME + DEGREES + 'notation = "dms"\n',
        'id,when,place,lat,lon\n7,2015-02-15T06:30:00Z,Пески,"48°00\'57.24""N",E37 48 10.44\n',
    ),
    "date and clock apart, with a zone": (
        HEAD + DEGREES + '[time]\nstart = "day"\nclock = "hour"\nzone = "column:tz"\n'
        'precision = "minute"\nformat = ["%d.%m.%Y"]\n',
        "id,day,hour,tz,place,lat,lon\n7,15.02.2015,08:30,EET,Пески,48.0159,37.8029\n",
    ),
    "another zone": (
        HEAD + DEGREES + '[time]\nstart = "day"\nclock = "hour"\nzone = "column:tz"\n'
        'precision = "minute"\nformat = ["%d.%m.%Y"]\n',
        "id,day,hour,tz,place,lat,lon\n7,15.02.2015,9:30,MSK,Пески,48.0159,37.8029\n",
    ),
    "offset in the time": (
        HEAD + DEGREES + '[time]\nstart = "when"\nprecision = "minute"\n'
        'format = ["%Y%m%d %I:%M %p %z"]\n',
        "id,when,place,lat,lon\n7,20150215 8:30 AM +02:00,Пески,48.0159,37.8029\n",
    ),
    "WKT": (
        HEAD + TIME + '[place]\nwkt = "geom"\ndefault_radius_m = 500\n',
        "id,when,place,geom\n7,2015-02-15T06:30:00Z,Пески,POINT (37.8029 48.0159)\n",
    ),
    "WKT with height": (
        HEAD + TIME + '[place]\nwkt = "geom"\ndefault_radius_m = 500\n',
        "id,when,place,geom\n7,2015-02-15T06:30:00Z,Пески,SRID=4326;Point Z(37.8029 48.0159 120)\n",
    ),
    "tabs without quotes": (
        HEAD + TIME + DEGREES + '[format]\ndelimiter = "\\t"\nquote = ""\n',
        "id\twhen\tplace\tlat\tlon\n7\t2015-02-15T06:30:00Z\tПески\t48.0159\t37.8029\n",
    ),
    "byte order mark": (
        HEAD + TIME + DEGREES,
        "\ufeffid,when,place,lat,lon\n7,2015-02-15T06:30:00Z,Пески,48.0159,37.8029\n",
    ),
    "JSON Lines": (
        HEAD + TIME + DEGREES + '[format]\nkind = "jsonl"\n',
        (
            '{"id": 7, "when": "2015-02-15T06:30:00Z", "place": "Пески", '
            '"lat": 48.0159, "lon": 37.8029}\n'
        ),
    ),
}  # fmt: skip


def check(row: dict[str, object]) -> None:
    """The one report that every layout stands for."""
    start = int(datetime(2015, 2, 15, 6, 30, tzinfo=UTC).timestamp()) * 1_000_000
    assert row["item_id"] == "7"
    assert (row["occurred_from_us"], row["occurred_to_us"]) == (start, start + 60_000_000)
    assert (row["latitude_e7"], row["longitude_e7"]) == (480159000, 378029000)
    assert (row["radius_m"], row["place_name"]) == (500, "Пески")
    assert row["known_basis"] == "stand-in"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(tmp_path: Path, layout: str) -> None:
    """The layout reads, without a fault, as the one report."""
    profile, data = LAYOUTS[layout]
    found = read_bytes(tmp_path, data.encode() if isinstance(data, str) else data, profile)
    assert found.reasons == []
    check(found.rows[0])


def test_parquet(tmp_path: Path) -> None:
    """Typed columns of Parquet read as the text they stand for."""
    when = pa.array([datetime(2015, 2, 15, 6, 30, tzinfo=UTC)], pa.timestamp("ns", "Europe/Kyiv"))
    table = pa.table(
        {"id": pa.array([7]), "when": when, "place": ["Пески"], "lat": [48.0159], "lon": [37.8029]}
    )
    path = tmp_path / "table.parquet"
    pq.write_table(table, path)
    profile = HEAD + TIME + DEGREES + '[format]\nkind = "parquet"\n'
    check(read_bytes(tmp_path, path.read_bytes(), profile).rows[0])


def test_cp1252(tmp_path: Path) -> None:
    """Text in cp1252 is told as it is meant; a byte that it leaves undefined is a fault."""
    profile = HEAD + TIME + DEGREES + '[format]\nencoding = "cp1252"\n'
    head = b"id,when,place,lat,lon\n"
    good = "7,2015-02-15T06:30:00Z,“Piesky” – Orlová,48.0159,37.8029\n".replace("á", "é")
    bad = b"8,2015-02-15T06:30:00Z,\x81,48.0159,37.8029\n"
    found = read_bytes(tmp_path, head + good.encode("cp1252") + bad, profile)
    assert found.rows[0]["place_name"] == "“Piesky” – Orlové"
    assert found.reasons == [(3, "place", "encoding")]


DMS = {
    "48°00'57.24\"S": -480159000,
    "48 00 57.24": 480159000,
    "-48:00:57.24": -480159000,
    "N48° 0′ 57.24″": 480159000,
    "48°S": -480000000,
    "48 30,6 N": 485100000,
    "48.0159": 480159000,
    "48°61'00\"N": None,
    "48°00'57\"E": None,
}


@pytest.mark.parametrize("written", DMS)
def test_degrees_minutes_seconds(tmp_path: Path, written: str) -> None:
    """A written latitude is read to 1e-7 degree, or refused where it is none."""
    profile = HEAD + TIME + DEGREES + 'notation = "dms"\n'
    cell = written.replace('"', '""')
    data = f'id,when,place,lat,lon\n7,2015-02-15T06:30:00Z,P,"{cell}",37\n'
    found = read_bytes(tmp_path, data.encode(), profile)
    assert [row["latitude_e7"] for row in found.rows] == [DMS[written]] * (DMS[written] is not None)
    assert found.reasons in ([], [(2, "lat", "place-format")])
