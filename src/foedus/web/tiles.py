# SPDX-License-Identifier: Apache-2.0
"""Vector tiles of an edition's incidents, in one PMTiles file, made once when it is published.

They hold sums of what the public sees, and nothing else: incidents are gathered by spot, month,
kind, verdict, parties and sides of their sources. Spots and months are as fine as a tile has room
for (`LEVELS`), so that a tile stays small however many incidents lie in it; the numbers always add
up. The format is that of Mapbox Vector Tiles 2.1 and PMTiles 3, by their libraries.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import mapbox_vector_tile
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from foedus.publication.edition import Edition

LAYER: Final = "incidents"
FILE: Final = "incidents.pmtiles"
FIRST: Final = 3
LAST: Final = 9
"""Zooms of tiles; a map that zooms further in enlarges the last ones."""
EXTENT: Final = 4096
LIMIT: Final = 4_000
"""Features of a tile at most, but for the coarsest level."""
EXACT_M: Final = 5_000
"""Error radius above which a place is drawn as rough."""


class Level(NamedTuple):
    """How fine a tile is: spots along its side, and months that are summed."""

    spots: int
    months: int


LEVELS: Final = (
    Level(4096, 1), Level(512, 1), Level(256, 1), Level(128, 1), Level(64, 1), Level(64, 3),
    Level(32, 3), Level(32, 12), Level(16, 12), Level(8, 12), Level(4, 120),
)  # fmt: skip
POINTS: Final = """
create temp table points as select lineage_id,
    (longitude_e7 / 1e7 + 180) / 360 as x,
    (1 - asinh(tan(radians(least(greatest(latitude_e7 / 1e7, -85), 85)))) / pi()) / 2 as y,
    (year(make_timestamp(occurred_from_us)) - 1970) * 12
        + month(make_timestamp(occurred_from_us)) - 1 as month,
    kind, coalesce(verdict, 'none') as verdict,
    '|' || array_to_string(list_sort(parties), '|') || '|' as parties,
    '|' || array_to_string(list_sort(sides), '|') || '|' as sides,
    coalesce(radius_m, 1000000) > $exact_m as rough
from incidents where latitude_e7 is not null and longitude_e7 is not null
"""
GROUPS: Final = """
select floor(x * $across)::bigint as tx, floor(y * $across)::bigint as ty,
    floor(x * $across * $spots)::bigint as gx, floor(y * $across * $spots)::bigint as gy,
    month // $months * $months as m, kind, verdict, parties, sides, rough,
    count(*) as n, avg(x) as ax, avg(y) as ay, min(lineage_id) as lineage
from points where ($tiles is null
    or list_contains($tiles, floor(x * $across)::bigint * 65536 + floor(y * $across)::bigint))
group by all
"""
SIZES: Final = f"select tx, ty, count(*) from ({GROUPS}) group by tx, ty"
FEATURES: Final = f"select * from ({GROUPS}) order by tx, ty, gx, gy, m, lineage"

Tile = tuple[int, int, int]


def make_tiles(edition: Edition) -> Path:
    """Make the file of tiles of an edition, unless it is there; whole or not at all."""
    target = edition.kept / FILE
    if target.is_file():
        return target
    with tempfile.TemporaryDirectory(dir=edition.kept) as name:
        partial = Path(name) / FILE
        with edition.database.cursor() as cursor, partial.open("wb") as stream:
            cursor.execute(POINTS, {"exact_m": EXACT_M})
            writer: Any = Writer
            _write(writer(stream), cursor)
            cursor.execute("drop table points")
        partial.replace(target)
    return target


def _write(writer: Any, cursor: duckdb.DuckDBPyConnection) -> None:
    bounds = [180.0, 90.0, -180.0, -90.0]
    for zoom in range(FIRST, LAST + 1):
        found = {zxy_to_tileid(z, x, y): body for (z, x, y), body in _tiles(cursor, zoom)}
        for tile_id in sorted(found):
            writer.write_tile(tile_id, found[tile_id])
    row = cursor.execute("select min(x), min(y), max(x), max(y) from points").fetchone()
    if row is not None and row[0] is not None:
        bounds = [row[0] * 360 - 180, -85.0, row[2] * 360 - 180, 85.0]
    else:
        bounds = [-180.0, -85.0, 180.0, 85.0]
        # The library writes no file without a tile.
        writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(_encoded([]), mtime=0))
    west, south, east, north = (round(side * 1e7) for side in bounds)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": FIRST,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    fields = {"n": "Number", "m": "Number", "k": "String", "v": "String"}
    layers = [{"id": LAYER, "fields": fields, "minzoom": FIRST, "maxzoom": LAST}]
    writer.finalize(header, {"vector_layers": layers})


def _tiles(cursor: duckdb.DuckDBPyConnection, zoom: int) -> Iterator[tuple[Tile, bytes]]:
    """Yield the tiles of a zoom, each as fine as it has room for."""
    across = 1 << zoom
    left: list[int] | None = None
    for level in LEVELS:
        asked = {"across": across, "spots": level.spots, "months": level.months, "tiles": left}
        sizes = cursor.execute(SIZES, asked).fetchall()
        is_last = level == LEVELS[-1]
        fits = [tx * 65536 + ty for tx, ty, size in sizes if size <= LIMIT or is_last]
        left = [tx * 65536 + ty for tx, ty, size in sizes if size > LIMIT and not is_last]
        if fits:
            cursor.execute(FEATURES, asked | {"tiles": fits})
            yield from _encoded_tiles(cursor, zoom)
        if not left:
            return


def _encoded_tiles(cursor: duckdb.DuckDBPyConnection, zoom: int) -> Iterator[tuple[Tile, bytes]]:
    at: tuple[int, int] | None = None
    features: list[dict[str, Any]] = []
    while rows := cursor.fetchmany(10_000):
        for row in rows:
            if (row[0], row[1]) != at:
                if at is not None:
                    yield (zoom, *at), gzip.compress(_encoded(features), mtime=0)
                at, features = (row[0], row[1]), []
            features.append(_feature(row, zoom))
    if at is not None:
        yield (zoom, *at), gzip.compress(_encoded(features), mtime=0)


def _feature(row: tuple[Any, ...], zoom: int) -> dict[str, Any]:
    tx, ty, _, _, month, kind, verdict, parties, sides, rough, number, x, y, lineage = row
    across = 1 << zoom
    place = [int((x * across - tx) * EXTENT), int((y * across - ty) * EXTENT)]
    told = {"n": number, "m": month, "k": kind, "v": verdict, "p": parties, "s": sides}
    if rough:
        told["r"] = 1
    if number == 1 and zoom >= LAST - 1:
        told["id"] = lineage
    return {"geometry": {"type": "Point", "coordinates": place}, "properties": told}


def _encoded(features: list[dict[str, Any]]) -> bytes:
    found: bytes = mapbox_vector_tile.encode(
        {"name": LAYER, "features": features},
        default_options={"extents": EXTENT, "y_coord_down": True},
    )
    return found
