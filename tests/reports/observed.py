# SPDX-License-Identifier: Apache-2.0
"""A row of the observation form in the manner of an annex table, and ways to read such rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.reports.samples import Reading, joined

from foedus.reports import observation_form as form
from foedus.reports.profile import Profile, read_profile
from foedus.reports.readers import read_source

ROOT = Path(__file__).parents[2]
PROFILE = ROOT / "src" / "foedus" / "library" / "sources" / "observations.toml"
HEARD: dict[str, Any] = {
    "id": "1",
    "record": "observation",
    "means": "heard",
    "from": "2017-01-29T18:05",
    "to": "2017-01-29T18:20",
    "zone": "EET",
    "observer": "P1",
    "observer_latitude": "48.0159",
    "observer_longitude": "37.8029",
    "observer_radius_m": "50",
    "bearing": "north-west",
    "range_from_km": "7",
    "range_to_km": "10",
    "observation": "explosion",
    "effect": "outgoing",
    "count": "3",
    "count_is": "exact",
    "weapon": "82 mm mortar",
    "exercise": "no",
    "grade": "2",
    "description": "three in a row",
}
NOWHERE = dict.fromkeys(
    ("observer_latitude", "observer_longitude", "observer_radius_m", "bearing")
) | dict.fromkeys(("range_from_km", "range_to_km"))
NOTHING_SEEN = dict.fromkeys((*form.ONLY_OBSERVED, "means", "bearing")) | dict.fromkeys(
    ("range_from_km", "range_to_km")
)


def csv_of(*rows: dict[str, Any]) -> bytes:
    """Return rows as a file of the form."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(form.COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in rows)
    return out.getvalue().encode()


def json_of(*rows: dict[str, Any]) -> bytes:
    """Return rows as JSON Lines of the form."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def shipped() -> Profile:
    """Return the profile that ships."""
    return read_profile(PROFILE)


def read(data: bytes, name: str = "form.csv", batch_rows: int = 65536) -> Reading:
    """Read a file of the form by the shipped profile."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return joined(list(read_source(shipped(), [path], batch_rows)))


def one(**changes: Any) -> dict[str, Any]:
    """Return the report of one row, which must be accepted."""
    found = read(csv_of(HEARD | changes))
    assert found.reasons == []
    (row,) = found.rows
    return dict(row)
