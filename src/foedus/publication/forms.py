# SPDX-License-Identifier: Apache-2.0
"""The written forms of a published table: Parquet, CSV (RFC 4180) and GeoJSON (RFC 7946).

All three carry the same columns under the same names, and the same bytes each time. CSV adds to
every column in microseconds (`…_us`) one in ISO 8601 UTC, and joins lists with a vertical bar;
GeoJSON adds to these its geometry, in degrees, and leaves out the columns that it says. What may
be published is left to `policy`, what the columns mean to the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

E7: Final = 1e7
DEGREES: Final = 7
FORMULA: Final = r"^[=+\-@\t\r]"
"""How a text begins that spreadsheets take for a formula."""


def write_parquet(table: pa.Table, notes: Mapping[str, str], path: Path) -> None:
    """Write a table as Parquet; `notes` and each column's description stand in its metadata."""
    kept = table.schema.metadata or {}
    pq.write_table(
        table.replace_schema_metadata({**kept, **notes}), path, compression="zstd", version="2.6"
    )


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV in UTF-8 with one header row; texts are quoted, unknown is empty.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    csv.write_csv(as_cells(flat(table)), path)


def write_geojson(table: pa.Table, notes: Mapping[str, str], path: Path) -> None:
    """Write incidents as a FeatureCollection, one feature to a line; unknown places are null.

    `notes` become members of the collection beside `features` (RFC 7946, section 6.1).
    """
    told = with_iso(table).drop_columns(["latitude_e7", "longitude_e7"])
    encode = msgspec.json.encode
    lines = [
        encode({"type": "Feature", "id": row["lineage_id"], "geometry": point, "properties": row})
        for row, point in zip(told.to_pylist(), _points(table), strict=True)
    ]
    head = encode({"type": "FeatureCollection", **notes})[:-1]
    path.write_bytes(head + b',"features":[\n' + b",\n".join(lines) + b"\n]}\n")


def as_cells(table: pa.Table) -> pa.Table:
    """Return a table whose texts no spreadsheet takes for a formula: an apostrophe goes before."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = table[field.name]
            quoted = pc.binary_join_element_wise(pa.scalar("'"), texts, "")
            acts = pc.match_substring_regex(texts, FORMULA)
            table = table.set_column(index, field, pc.if_else(acts, quoted, texts))
    return table


def flat(table: pa.Table) -> pa.Table:
    """Return a table without lists, and with ISO times beside the microseconds."""
    for index, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            texts = table[field.name].cast(pa.list_(pa.string()))
            table = table.set_column(index, field.name, pc.binary_join(texts, "|"))
    return with_iso(table)


def with_iso(table: pa.Table) -> pa.Table:
    """Return a table with a column in ISO 8601 UTC after each column `…_us`."""
    for name in [name for name in table.column_names if name.endswith("_us")]:
        index = table.schema.get_field_index(name)
        # Whole seconds are enough for people: the microseconds stand beside them.
        seconds = table[name].cast(pa.timestamp("us")).cast(pa.timestamp("s"), safe=False)
        table = table.add_column(index + 1, name.removesuffix("_us"), _iso(seconds))
    return table


def _iso(seconds: pa.ChunkedArray) -> pa.Array:
    """Return times in ISO 8601; each that occurs is written once, since most are days."""
    coded = seconds.combine_chunks().dictionary_encode()
    return pc.strftime(coded.dictionary, format="%Y-%m-%dT%H:%M:%SZ").take(coded.indices)


def _points(table: pa.Table) -> Iterator[dict[str, Any] | None]:
    longitudes, latitudes = table["longitude_e7"].to_pylist(), table["latitude_e7"].to_pylist()
    return (_point(*at) for at in zip(longitudes, latitudes, strict=True))


def _point(longitude_e7: int | None, latitude_e7: int | None) -> dict[str, Any] | None:
    if longitude_e7 is None or latitude_e7 is None:
        return None
    place = [round(longitude_e7 / E7, DEGREES), round(latitude_e7 / E7, DEGREES)]
    return {"type": "Point", "coordinates": place}
