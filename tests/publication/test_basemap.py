# SPDX-License-Identifier: Apache-2.0
"""The base map: recognised borders, and a projection that keeps its promises."""

from __future__ import annotations

import pytest
import shapely

from foedus.mission import Box
from foedus.publication.basemap import Projection, read_countries, rings

REGION = Box(west=20.0, south=40.0, east=50.0, north=60.0)
DONBAS = Box(west=36.4, south=46.8, east=40.3, north=50.1)

PLACES = [
    ("Simferopol", 34.10, 44.95, "Ukraine"),
    ("Sevastopol", 33.55, 44.58, "Ukraine"),
    ("Kerch", 36.45, 45.36, "Ukraine"),
    ("Yalta", 34.15, 44.51, "Ukraine"),
    ("Armiansk", 33.69, 46.10, "Ukraine"),
    ("Donetsk", 37.81, 48.00, "Ukraine"),
    ("Luhansk", 39.30, 48.57, "Ukraine"),
    ("Kyiv", 30.52, 50.45, "Ukraine"),
    ("Taman peninsula", 36.90, 45.20, "Russia"),
    ("Temryuk", 37.38, 45.27, "Russia"),
    ("Rostov-on-Don", 39.72, 47.25, "Russia"),
    ("Tiraspol", 29.63, 46.84, "Moldova"),
    ("Sukhumi", 41.02, 43.01, "Georgia"),
]


@pytest.mark.parametrize(("place", "longitude", "latitude", "country"), PLACES)
def test_places_lie_in_their_country(
    place: str, longitude: float, latitude: float, country: str
) -> None:
    """A place must lie in the country to which it is recognised to belong, and in no other."""
    found = [
        one.name
        for one in read_countries(REGION)
        if shapely.contains_xy(one.shape, longitude, latitude)
    ]
    assert found == [country], place


def test_shapes_are_sound_and_cut() -> None:
    """Every shape must be valid and lie within the map's box."""
    edges = shapely.box(DONBAS.west, DONBAS.south, DONBAS.east, DONBAS.north)
    countries = read_countries(DONBAS)
    assert [one.name for one in countries] == ["Russia", "Ukraine"]
    for one in countries:
        assert one.shape.is_valid
        assert edges.buffer(1e-9).covers(one.shape)


def test_projection_is_true_to_its_edges() -> None:
    """The corners of the box must be the corners of the drawing, and 50 km as long as it says."""
    flat = Projection(DONBAS, 440.0)
    assert flat.at(DONBAS.west, DONBAS.north) == (0.0, 0.0)
    assert flat.at(DONBAS.east, DONBAS.south) == pytest.approx((440.0, flat.height))
    one, other = flat.at(37.0, 48.0), flat.at(37.0, 48.5)
    assert (one[1] - other[1]) / flat.units_per_metre == pytest.approx(0.5 * 111_195, rel=1e-3)


def test_rings_are_drawn_inside() -> None:
    """No ring may leave the drawing."""
    flat = Projection(DONBAS, 440.0)
    for country in read_countries(DONBAS):
        for ring in rings(country.shape, flat):
            assert all(
                -1e-6 <= x <= 440 + 1e-6 and -1e-6 <= y <= flat.height + 1e-6 for x, y in ring
            )
