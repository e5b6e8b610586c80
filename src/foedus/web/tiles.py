# SPDX-License-Identifier: Apache-2.0
"""Vector tiles of an edition's incidents: sums by spot and verdict, for any times and filters.

They hold sums of what the public sees, and nothing else. A spot is a square of the map's grid, as
fine as a tile has room for, so that a tile stays small however many incidents lie in it; the
numbers always add up to those of the page. What is asked without times and filters is made once,
when an edition is published, into one PMTiles file; all else is one query for each tile. The
format is that of Mapbox Vector Tiles 2.1 and PMTiles 3, by their libraries.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import mapbox_vector_tile
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from foedus.base.zones import Zone, local_time
from foedus.publication.edition import EVER, FINEST, STANDING, Edition, Row, When
from foedus.web.happenings import ANY, WANTED, wanted
from foedus.web.served import Question
from foedus.web.squares import Square, square_named

LAYER: Final = "incidents"
FILE: Final = "incidents.pmtiles"
FIRST: Final = 3
LAST: Final = 9
"""Zooms of the file; what lies deeper is asked tile by tile."""
DEEPEST: Final = 12
"""The last zoom that is asked for; a map that zooms further in enlarges its tiles."""
EXTENT: Final = 4096
FINE: Final = 7
STEPS: Final = 3
"""A tile has 2^7 spots along its side at most, and is made coarser by half at most so often."""
LIMIT: Final = 800
"""Features of a tile at most, but for the coarsest spots."""
SIDE_PX: Final = 512
"""Points of a screen that a tile measures at its own zoom, at least."""
RADIUS: Final = (3.0, 0.22)
"""A dot's radius on a screen is 3 n^0.22 points; `map.js` and the legend draw it so."""
CROWDED: Final = 0.7
"""Share of the ground about the spots of a tile that their dots may cover, but for the coarsest."""
EXACT_M: Final = 5_000
"""Error radius above which a place is rough."""
SPOTS: Final = f"""
with fine as (
    select square_x >> $fine as gx, square_y >> $fine as gy, coalesce(verdict, 'none') as verdict,
        count(*) as n, count(*) filter (coalesce(radius_m, 1000000) > $exact_m) as rough,
        sum(square_x) as sx, sum(square_y) as sy, min(kind) as kind, max(kind) as other,
        min(occurred_from_us) as first_us, max(occurred_from_us) as last_us,
        any_value(lineage_id) as lineage
    from incidents where {WANTED} group by all
), dots as (
    select step, gx >> step as gx, gy >> step as gy, verdict, sum(n) as n
    from fine, range(0, $steps) as steps(step) group by all
), sizes as (
    select step, count(*) as features, sum(case when is_largest then pow(n, 2 * $power) end)
        * pi() * pow($radius, 2) as covered
    from (
        select step, n, row_number() over (
            partition by step, gx, gy order by n desc
        ) = 1 as is_largest from dots
    ) group by step
), ground as (
    select count(distinct (gx >> $steps, gy >> $steps)) * pow($coarse_px, 2) as px from fine
), level as (
    select coalesce(min(step) filter (features <= $limit and covered <= $crowded * px), $steps)
        as step from sizes, ground
), spots as (
    select step, gx >> step as gx, gy >> step as gy, verdict, sum(n)::bigint as n,
        sum(rough)::bigint as rough, sum(sx) as sx, sum(sy) as sy, min(kind) as kind,
        max(other) as other, min(first_us) as first_us, max(last_us) as last_us,
        any_value(lineage) as lineage
    from fine, level group by all
)
select * exclude (sx, sy), (sum(sx) over spot // sum(n) over spot)::bigint as x,
    (sum(sy) over spot // sum(n) over spot)::bigint as y
from spots window spot as (partition by gx, gy)
order by n desc, gx, gy, verdict
"""
"""The largest first, so that the smaller are drawn above them."""
OCCUPIED: Final = f"""select distinct square_x >> $step as x, square_y >> $step as y
    from incidents where square_x is not null and {STANDING}"""
SIDES: Final = f"""select min(longitude_e7) as west, max(longitude_e7) as east
    from incidents where square_x is not null and {STANDING}"""


def tile_asked(question: Question) -> bytes:
    """Return the tile that an address names, as of its times and filters; empty: nothing is there.

    Raises `OperatorError` for what is no tile, no time or no filter.
    """
    square = square_named(question.id, DEEPEST)
    return tile(question.edition, square, question.when, wanted(question))


def tile(edition: Edition, square: Square, when: When = EVER, filters: Row = ANY) -> bytes:
    """Return a square of the map as a vector tile; empty where nothing lies in it."""
    asking = {
        "fine": square.step - FINE,
        "steps": STEPS,
        "limit": LIMIT,
        "crowded": CROWDED,
        "radius": RADIUS[0],
        "power": RADIUS[1],
        "coarse_px": SIDE_PX >> (FINE - STEPS),
        "exact_m": EXACT_M,
    }
    rows = edition.ask(SPOTS, when, **filters | square.bounds() | asking)
    month = _months(edition.mission.zone)
    return _encoded([_feature(row, square, month) for row in rows]) if rows else b""


def _feature(row: Row, square: Square, month: Callable[[int], int]) -> Row:
    at = square.bounds()
    place = [(row["x"] - at["west"]) * EXTENT, (row["y"] - at["north"]) * EXTENT]
    told = {
        "n": row["n"],
        "v": row["verdict"],
        "g": square.z + FINE - row["step"],
    }
    if row["rough"]:
        told["r"] = row["rough"]
    if row["first_us"] is not None:
        told |= {"a": month(row["first_us"]), "b": month(row["last_us"])}
    if row["kind"] == row["other"]:
        told["k"] = row["kind"]
    if row["n"] == 1:
        told["id"] = row["lineage"]
    coordinates = [one >> square.step for one in place]
    return {"geometry": {"type": "Point", "coordinates": coordinates}, "properties": told}


def _months(zone: str) -> Callable[[int], int]:
    """Return what counts months since January 1970 on a zone's clock; each moment is read once."""
    clock, known = Zone(zone, zone), dict[int, int]()

    def month(at_us: int) -> int:
        if at_us not in known:
            local = local_time(at_us, clock)
            known[at_us] = (local.year - 1970) * 12 + local.month - 1
        return known[at_us]

    return month


def _encoded(features: list[Row]) -> bytes:
    found: bytes = mapbox_vector_tile.encode(
        {"name": LAYER, "features": features},
        default_options={"extents": EXTENT, "y_coord_down": True},
    )
    return found


def make_tiles(edition: Edition) -> Path:
    """Make the file of tiles of an edition, unless it is there; whole or not at all."""
    target = edition.kept / FILE
    if target.is_file():
        return target
    with tempfile.TemporaryDirectory(dir=edition.kept) as name:
        partial = Path(name) / FILE
        with partial.open("wb") as stream:
            writer: Any = Writer
            _write(writer(stream), edition)
        partial.replace(target)
    return target


def _write(writer: Any, edition: Edition) -> None:
    for zoom in range(FIRST, LAST + 1):
        found = {zxy_to_tileid(*square): body for square, body in _tiles(edition, zoom)}
        for tile_id in sorted(found):
            writer.write_tile(tile_id, found[tile_id])
    (sides,) = edition.ask(SIDES)
    west, east = sides["west"], sides["east"]
    if west is None:
        west, east = -1_800_000_000, 1_800_000_000
        # The library writes no file without a tile.
        writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(_encoded([]), mtime=0))
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": -850_000_000,
        "max_lon_e7": east,
        "max_lat_e7": 850_000_000,
        "center_zoom": FIRST,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": 0,
    }
    fields = {"n": "Number", "r": "Number", "v": "String"}
    layers = [{"id": LAYER, "fields": fields, "minzoom": FIRST, "maxzoom": LAST}]
    writer.finalize(header, {"vector_layers": layers})


def _tiles(edition: Edition, zoom: int) -> Iterator[tuple[Square, bytes]]:
    """Yield the tiles of a zoom in which something lies, compressed."""
    for row in edition.ask(OCCUPIED, step=FINEST - zoom):
        square = Square(zoom, row["x"], row["y"])
        yield square, gzip.compress(tile(edition, square), mtime=0)
