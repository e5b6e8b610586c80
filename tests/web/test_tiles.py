# SPDX-License-Identifier: Apache-2.0
"""Tiles are sums of what the public sees: for any times and filters they add up, and stay small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from gzip import decompress
from itertools import pairwise
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, Reader, all_tiles
from sites import Site

from foedus.errors import OperatorError
from foedus.publication.edition import FINEST, STANDING
from foedus.web import tiles
from foedus.web.squares import Square, square_named

PROPERTIES = {"n", "r", "v", "g", "a", "b", "k", "id"}
ASKED = (
    "",
    "known=2015-03-01",
    "on=2015-02-20&known=2015-03-01",
    "on=2014-08",
    "known=2013-01-01",
    "party=dpr&from=2014-06&to=2014-09",
    "verdict=breach&known=2016-01-01",
    "kind=fatal-event-means-not-stated&verdict=none",
    "region=luhansk",
)


def features(path: Path) -> dict[int, list[list[dict[str, Any]]]]:
    """Return the features of every tile of a file, by zoom."""
    found: dict[int, list[list[dict[str, Any]]]] = {}
    with path.open("rb") as stream:
        for (zoom, _, _), body in all_tiles(MmapSource(stream)):
            found.setdefault(zoom, []).append(told(decompress(body)))
    return found


def told(body: bytes) -> list[dict[str, Any]]:
    """Return what the features of a tile tell."""
    layers = mapbox_vector_tile.decode(body)
    return [row["properties"] for row in layers.get(tiles.LAYER, {"features": []})["features"]]


def asked_tiles(site: Site, zoom: int, asked: str) -> Iterator[tuple[Square, list[dict[str, Any]]]]:
    """Yield each tile of a zoom in which something can lie, as it is answered."""
    occupied = """select distinct square_x >> $step as x, square_y >> $step as y from incidents
        where square_x is not null"""
    for row in site.served.edition.ask(occupied, step=FINEST - zoom):
        answer = site.client.get(f"/tiles/incidents/{zoom}/{row['x']}/{row['y']}.mvt?{asked}")
        assert answer.status_code == (200 if answer.content else 204)
        yield Square(zoom, row["x"], row["y"]), told(answer.content) if answer.content else []


@pytest.mark.parametrize("name", ["donbas", "energy"])
def test_the_file_adds_up(name: str, request: pytest.FixtureRequest) -> None:
    """At each zoom the sums by verdict are those of the published incidents."""
    site: Site = request.getfixturevalue(name)
    edition = site.served.edition
    rows = edition.ask(f"""select coalesce(verdict, 'none') as verdict, count(*) as number
        from incidents where latitude_e7 is not null and {STANDING} group by all""")  # noqa: S608 - a constant of ours
    expected = {row["verdict"]: row["number"] for row in rows}
    found = features(edition.kept / tiles.FILE)
    assert set(found) == set(range(tiles.FIRST, tiles.LAST + 1))
    for zoom, of_zoom in found.items():
        sums: Counter[str] = Counter()
        for one in of_zoom:
            assert len(one) <= tiles.LIMIT
            for properties in one:
                sums[properties["v"]] += properties["n"]
        assert sums == expected, zoom


@pytest.mark.parametrize("asked", ASKED)
def test_the_map_follows_what_is_asked(donbas: Site, asked: str) -> None:
    """Whatever times and filters are asked, tiles add up to the figures of page and list."""
    page = donbas.client.get(f"/map.json?{asked}").json()
    listed = donbas.client.get(f"/incidents.json?limit=1&{asked}").json()
    assert page["total"] == listed["total"]
    for zoom in (3, 6, 11):
        numbers = [row["n"] for _, one in asked_tiles(donbas, zoom, asked) for row in one]
        assert sum(numbers) == page["total"] - page["unplaced"]


def test_what_is_asked_differs(donbas: Site) -> None:
    """The cases above ask for different numbers, one of them for none."""
    totals = [donbas.client.get(f"/map.json?{asked}").json()["total"] for asked in ASKED]
    assert 0 in totals
    assert len(set(totals)) == len(ASKED)


def test_a_kind_has_what_lies_beneath_it(energy: Site) -> None:
    """A class that the page offers counts the kinds beneath it, and its tiles have them all."""
    kinds = energy.client.get("/map.json").json()["kinds"]
    parents = [row for row in kinds if any(one["parent"] == row["id"] for one in kinds)]
    for row in kinds:
        answer = energy.client.get(f"/map.json?kind={row['id']}").json()
        assert answer["total"] == row["incidents"]
    for row in parents:
        own = sum(one["incidents"] for one in kinds if one["parent"] == row["id"])
        assert 0 < own <= row["incidents"]


def test_a_spot_is_a_list(donbas: Site) -> None:
    """What a spot sums is what the list has for its square, verdict by verdict."""
    seen = 0
    for square, one in asked_tiles(donbas, 9, "known=2015-03-01"):
        answer = donbas.client.get(f"/tiles/incidents/{square.z}/{square.x}/{square.y}.mvt"
                                   "?known=2015-03-01")  # fmt: skip
        layer = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
        for feature in layer[tiles.LAYER]["features"][:4]:
            row = feature["properties"]
            shift = row["g"] - square.z
            x, y = (
                (at << shift) + int(place) * (1 << shift) // tiles.EXTENT
                for at, place in zip(
                    (square.x, square.y), feature["geometry"]["coordinates"], strict=True
                )
            )
            where = f"square={row['g']}/{x}/{y}&verdict={row['v']}&known=2015-03-01"
            listed = donbas.client.get(f"/incidents.json?{where}").json()
            assert listed["total"] == row["n"]
            assert row["n"] > 1 or listed["rows"][0]["lineage_id"] == row["id"]
            seen += 1
        assert one
        if seen > 60:
            break
    assert seen > 20


def test_a_tile_has_nothing_else(donbas: Site) -> None:
    """No tile tells more than a sum is told by; only a place by itself names its incident."""
    edition = donbas.served.edition
    ids = {row["lineage_id"] for row in edition.ask("select lineage_id from incidents")}
    of_file = [one for of_zoom in features(edition.kept / tiles.FILE).values() for one in of_zoom]
    of_request = [one for _, one in asked_tiles(donbas, 11, "on=2015-06-01")]
    for one in of_file + of_request:
        for properties in one:
            assert set(properties) <= PROPERTIES
            assert ("id" in properties) == (properties["n"] == 1)
            assert properties.get("id") in {None, *ids}
            assert properties.get("r", 0) <= properties["n"]
            assert properties["a"] <= properties["b"]
        assert all(row["n"] >= after["n"] for row, after in pairwise(one))


def test_a_crowded_tile_becomes_coarse(donbas: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room, by number or by ground, spots are joined, and nothing is lost."""
    edition = donbas.served.edition
    counted = f"select count(square_x) as number from incidents where {STANDING}"  # noqa: S608
    (placed,) = edition.ask(counted)
    fine = [told(decompress(body)) for _, body in tiles._tiles(edition, 7)]
    for name, value in (("LIMIT", 60), ("CROWDED", 0.01)):
        with monkeypatch.context() as patch:
            patch.setattr(tiles, name, value)
            coarse = [told(decompress(body)) for _, body in tiles._tiles(edition, 7)]
        assert sum(row["n"] for one in coarse for row in one) == placed["number"]
        assert sum(map(len, coarse)) < sum(map(len, fine))
        assert min(row["g"] for one in coarse for row in one) == 7 + tiles.FINE - tiles.STEPS


@pytest.mark.parametrize(
    "asked",
    ["13/0/0.mvt", "3/8/0.mvt", "3/0/8.mvt", "-1/0/0.mvt", "a/0/0.mvt", "3/0/0x.mvt",
     "3/0/0.mvt?on=2015-13-01", "3/0/0.mvt?known=soon", "3/0/0.mvt?kind=none-such",
     "3/0/%D9%A3.mvt", "3/0/99999999999.mvt", "3/0/0.mvt?from=x"],
)  # fmt: skip
def test_what_is_no_tile_is_told(donbas: Site, asked: str) -> None:
    """What is no tile, time or filter is told with 400, and why."""
    answer = donbas.client.get(f"/tiles/incidents/{asked}")
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["expected"]


def test_a_tile_is_kept(donbas: Site) -> None:
    """A tile has a tag by its times, an empty one too; what is known is not sent again."""
    path = "/tiles/incidents/6/38/22.mvt?known=2015-03-01"
    first, other = donbas.client.get(path), donbas.client.get(path.replace("2015", "2016"))
    tag = first.headers["etag"]
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert tag != other.headers["etag"]
    assert donbas.client.get(path).content == first.content
    assert donbas.client.get(path, headers={"if-none-match": tag}).status_code == 304
    for _ in range(2):
        empty = donbas.client.get("/tiles/incidents/6/0/0.mvt")
        assert (empty.status_code, empty.content) == (204, b"")
        assert empty.headers["etag"]
    assert donbas.client.get("/tiles/incidents/6/38/22.png").status_code == 404


@settings(max_examples=200)
@given(st.data())
def test_squares_are_halved(data: st.DataObject) -> None:
    """Every square is named as it is read, and its four halves have its numbers and no others."""
    z = data.draw(st.integers(0, FINEST - 1))
    x, y = (data.draw(st.integers(0, (1 << z) - 1)) for _ in range(2))
    square = Square(z, x, y)
    assert square_named(f"{z}/{x}/{y}") == square
    halves = [Square(z + 1, 2 * x + a, 2 * y + b).bounds() for a in (0, 1) for b in (0, 1)]
    bounds = square.bounds()
    for low, high in (("west", "east"), ("north", "south")):
        ranges = sorted({(one[low], one[high]) for one in halves})
        assert (ranges[0][0], ranges[1][1]) == (bounds[low], bounds[high])
        assert ranges[0][1] + 1 == ranges[1][0]


@pytest.mark.parametrize("written", ["", "1/2", "32/0/0", "2/4/0", "2/0/4", "1/-1/0", "1/0/0/0"])
def test_no_square(written: str) -> None:
    """What names no square of the grid is refused."""
    with pytest.raises(OperatorError):
        square_named(written)


def test_a_mission_without_places_has_a_file(ukraine: Site) -> None:
    """The map of a mission of acts alone is empty, and no fault."""
    with (ukraine.served.edition.kept / tiles.FILE).open("rb") as stream:
        assert Reader(MmapSource(stream)).header()["addressed_tiles_count"] == 1
    assert ukraine.client.get("/tiles/incidents/3/4/2.mvt?on=2026-02-01").status_code == 204
