# SPDX-License-Identifier: Apache-2.0
"""Tiles are sums of what the public sees: at every zoom they add up, and each stays small."""

from __future__ import annotations

from collections import Counter
from gzip import decompress
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from sites import Site

from foedus.web import tiles

PROPERTIES = {"n", "m", "k", "v", "p", "s", "r", "id"}


def features(path: Path) -> dict[int, list[list[dict[str, Any]]]]:
    """Return the features of every tile, by zoom."""
    found: dict[int, list[list[dict[str, Any]]]] = {}
    with path.open("rb") as stream:
        for (zoom, _, _), body in all_tiles(MmapSource(stream)):
            layers = mapbox_vector_tile.decode(decompress(body))
            rows = layers.get(tiles.LAYER, {"features": []})["features"]
            found.setdefault(zoom, []).append([row["properties"] for row in rows])
    return found


@pytest.mark.parametrize("name", ["donbas", "energy"])
def test_tiles_add_up(name: str, request: pytest.FixtureRequest) -> None:
    """At each zoom the sums by kind, verdict and month are those of the published incidents."""
    site: Site = request.getfixturevalue(name)
    edition = site.served.edition
    rows = edition.ask("""select kind, coalesce(verdict, 'none') as verdict, count(*) as number
        from incidents where latitude_e7 is not null group by all""")
    expected = {(row["kind"], row["verdict"]): row["number"] for row in rows}
    found = features(edition.kept / tiles.FILE)
    assert set(found) == set(range(tiles.FIRST, tiles.LAST + 1))
    for zoom, of_zoom in found.items():
        sums: Counter[tuple[str, str]] = Counter()
        for one in of_zoom:
            assert len(one) <= tiles.LIMIT
            for properties in one:
                sums[properties["k"], properties["v"]] += properties["n"]
        assert sums == expected, zoom


def test_a_tile_has_nothing_else(donbas: Site) -> None:
    """No tile tells more than a sum is told by; only a place by itself names its incident."""
    ids = {row["lineage_id"] for row in donbas.served.edition.ask("select * from incidents")}
    for of_zoom in features(donbas.served.edition.kept / tiles.FILE).values():
        for one in of_zoom:
            for properties in one:
                assert set(properties) <= PROPERTIES
                assert properties["n"] == 1 or "id" not in properties
                assert properties.get("id") in {None, *ids}


def test_a_crowded_tile_becomes_coarse(donbas: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room, spots and months are joined until there is, and nothing is lost."""
    monkeypatch.setattr(tiles, "LIMIT", 150)
    with donbas.served.edition.database.cursor() as cursor:
        cursor.execute(tiles.POINTS, {"exact_m": tiles.EXACT_M})
        made = list(tiles._tiles(cursor, 6))
        (placed,) = cursor.execute("select count(*) from points").fetchone() or (0,)
    total = 0
    for _, body in made:
        layer = mapbox_vector_tile.decode(decompress(body))[tiles.LAYER]
        assert len(layer["features"]) <= 150
        total += sum(row["properties"]["n"] for row in layer["features"])
    assert total == placed


def test_a_mission_without_places_has_a_file(ukraine: Site) -> None:
    """The map of a mission of acts alone is empty, and no fault."""
    with (ukraine.served.edition.kept / tiles.FILE).open("rb") as stream:
        assert Reader(MmapSource(stream)).header()["addressed_tiles_count"] == 1
