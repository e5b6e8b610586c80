# SPDX-License-Identifier: Apache-2.0
"""An answer as data: JSON, CSV and GeoJSON, from the same fields that the page shows."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from foedus.publication.edition import Row
from foedus.web.routes import CSV, GEOJSON, Route, spread

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that spreadsheets take for a formula."""
PLACES: Final = 6
E7: Final = 1e7


def written(answer: Row, route: Route, form: str) -> bytes:
    """Return an answer that was cut to its public fields, in one form."""
    if form == CSV:
        return as_csv(answer[route.rows], list(spread(route.fields[route.rows])))
    if form == GEOJSON:
        return as_geojson(answer, route)
    return msgspec.json.encode(answer, enc_hook=_geometry) + b"\n"


def as_csv(rows: list[Row], names: list[str]) -> bytes:
    """Return rows as CSV (RFC 4180): unknown is empty, lists are joined by a vertical bar."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return "|".join(str(_cell(one)) for one in value)
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def as_geojson(answer: Row, route: Route) -> bytes:
    """Return rows as a FeatureCollection (RFC 7946); what has no place has a null geometry."""
    features = [
        {
            "type": "Feature",
            "id": row.get("lineage_id"),
            "geometry": _shape(row),
            "properties": {name: row[name] for name in row if name != "geometry"},
        }
        for row in answer[route.rows]
    ]
    beside = {name: answer[name] for name in answer if name != route.rows}
    found = {"type": "FeatureCollection", **beside, "features": features}
    return msgspec.json.encode(found, enc_hook=_geometry) + b"\n"


def _shape(row: Row) -> Any:
    if "geometry" in row:
        return row["geometry"]
    if row.get("latitude_e7") is None or row.get("longitude_e7") is None:
        return None
    return {"type": "Point", "coordinates": [row["longitude_e7"] / E7, row["latitude_e7"] / E7]}


def _geometry(value: Any) -> Any:
    """Return a shape as GeoJSON; raises `TypeError` for any other value that JSON has not."""
    if isinstance(value, BaseGeometry):
        kept = shapely.set_precision(value, 10**-PLACES)
        return msgspec.Raw(shapely.to_geojson(kept).encode())
    raise TypeError(f"no JSON for {type(value).__name__}")
