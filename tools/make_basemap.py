# SPDX-License-Identifier: Apache-2.0
"""Make the base map that ships with Foedus, from `countries-10m.json` of npm's world-atlas.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/make_basemap.py package/countries-10m.json

The steps: (1) decode TopoJSON 1.0 (quantised, delta-encoded arcs); (2) mend what Natural Earth's
default view draws as it is held, not as it is recognised: Crimea goes to Ukraine (UN General
Assembly resolution 68/262), the north of Cyprus and the buffer zone to Cyprus (Security Council
resolution 541); (3) clip to the region; (4) write one Parquet file, the same bytes each time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

REGION: Final = (-12.0, 24.0, 65.0, 72.0)
OUT: Final = Path(__file__).parent.parent / "src/foedus/library/basemap/countries.parquet"
SIMFEROPOL: Final = Point(34.10, 44.95)
GRID_DEGREE: Final = 1e-5
MERGED: Final = {
    "Baikonur": "Kazakhstan",
    "Cyprus U.N. Buffer Zone": "Cyprus",
    "N. Cyprus": "Cyprus",
}
RENAMED: Final = {
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Faeroe Is.": "Faroe Islands",
    "Macedonia": "North Macedonia",
    "Turkey": "Türkiye",
}
CREDIT: Final = {
    "title": "Countries of Europe and its surroundings, 1:10m",
    "source": "Natural Earth (public domain), by world-atlas 2.0.2 (ISC)",
    "mended": "Crimea drawn in Ukraine; the north of Cyprus drawn in Cyprus",
}

Arc = list[tuple[float, float]]


def main(path: str) -> None:
    """Read the TopoJSON at `path` and write the base map into the library."""
    topology = json.loads(Path(path).read_text("utf-8"))
    countries = mended(decoded(topology))
    rows = []
    for name in sorted(countries):
        shape = shapely.clip_by_rect(countries[name], *REGION)
        shape = shapely.set_precision(shapely.make_valid(shape), GRID_DEGREE)
        if not shape.is_empty:
            rows.append(row(RENAMED.get(name, name), polygons(shape)))
    table = pa.Table.from_pylist(rows).replace_schema_metadata(CREDIT)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, OUT, compression="zstd", compression_level=19, use_dictionary=False)
    print(f"{OUT.name}: {table.num_rows} countries, {OUT.stat().st_size} bytes")


def decoded(topology: dict[str, Any]) -> dict[str, BaseGeometry]:
    """(1) Return each country's shape by name, in degrees."""
    arcs = absolute(topology)
    shapes: dict[str, BaseGeometry] = {}
    for item in topology["objects"]["countries"]["geometries"]:
        parts = item["arcs"] if item["type"] == "MultiPolygon" else [item["arcs"]]
        rings = [[ring(arcs, indices) for indices in part] for part in parts]
        # Quantisation makes islets of one or two points; they have no area.
        kept = [[one for one in part if len(one) >= 4] for part in rings if len(part[0]) >= 4]
        shape = MultiPolygon([Polygon(part[0], part[1:]) for part in kept])
        shapes[item["properties"]["name"]] = shapely.make_valid(shape)
    return shapes


def absolute(topology: dict[str, Any]) -> list[Arc]:
    """Undo the quantisation and the deltas of every arc."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(arc)
    return arcs


def ring(arcs: list[Arc], indices: list[int]) -> Arc:
    """Join arcs into a ring; a negative index is the arc `~index` read backwards."""
    joined: Arc = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        joined += arc[1:] if joined else arc
    return joined


def mended(shapes: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """(2) Return the shapes with the recognised borders."""
    crimea = [part for part in polygons(shapes["Russia"]).geoms if part.contains(SIMFEROPOL)]
    if len(crimea) != 1:
        raise SystemExit(f"expected one Russian polygon around Simferopol, got {len(crimea)}")
    moved = dict(shapes)
    moved["Russia"] = shapely.difference(shapes["Russia"], crimea[0])
    moved["Ukraine"] = shapely.union(shapes["Ukraine"], crimea[0])
    for part, whole in MERGED.items():
        moved[whole] = shapely.union(moved[whole], moved.pop(part))
    return moved


def polygons(shape: BaseGeometry) -> MultiPolygon:
    """Return only the polygons of a shape, without the lines that clipping may leave."""
    pieces = shapely.get_parts(shapely.get_parts(shape))
    parts = [part for part in pieces if isinstance(part, Polygon)]
    return MultiPolygon(sorted(parts, key=lambda part: part.bounds))


def row(name: str, shape: MultiPolygon) -> dict[str, Any]:
    """Return one row of the file: the name, the box in degrees, the shape as WKB."""
    west, south, east, north = shape.bounds
    box = {"west": west, "south": south, "east": east, "north": north}
    return {"name": name, **box, "wkb": shapely.to_wkb(shape)}


if __name__ == "__main__":
    main(*sys.argv[1:2])
