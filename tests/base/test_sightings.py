# SPDX-License-Identifier: Apache-2.0
"""Sightings in bulk: each place holds every point that fits, and is that of one sighting alone."""

from __future__ import annotations

from math import atan2, cos, degrees, pi, radians, sin, sqrt, tan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.places import E7, EQUATOR_RADIUS_M, FLATTENING, Place, Sighting, distances_m
from foedus.base.places import place_of as one_place_of
from foedus.base.sightings import Discs, Sightings, places_of

Told = tuple[int, int, int, int, int, float | None, float]
TOLD = st.tuples(
    st.integers(-70 * E7, 70 * E7),
    st.integers(-180 * E7, 180 * E7),
    st.integers(0, 2_000),
    st.integers(0, 60_000),
    st.integers(0, 60_000),
    st.none() | st.floats(0, 360),
    st.floats(0, 180),
)
SHARES = st.tuples(*[st.floats(0, 1)] * 4)


def sightings(*told: Told) -> Sightings:
    """Return sightings from tuples: latitude, longitude, radius, near, further, bearing, error."""
    return Sightings(
        np.array([one[0] for one in told], np.int64),
        np.array([one[1] for one in told], np.int64),
        np.array([one[2] for one in told], np.int64),
        np.array([one[3] for one in told], np.int64),
        np.array([one[3] + one[4] for one in told], np.int64),
        np.array([np.nan if one[5] is None else one[5] for one in told]),
        np.array([np.nan if one[5] is None else one[6] for one in told]),
    )


def direct(latitude: float, longitude: float, bearing_deg: float, range_m: float) -> list[float]:
    """Return the point at the end of a geodesic in degrees (Vincenty 1975, direct formula)."""
    polar_m = EQUATOR_RADIUS_M * (1 - FLATTENING)
    alpha = radians(bearing_deg)
    reduced = atan2((1 - FLATTENING) * tan(radians(latitude)), 1)
    along = atan2(tan(reduced), cos(alpha))
    equator = cos(reduced) * sin(alpha)
    square = (1 - equator**2) * (EQUATOR_RADIUS_M**2 - polar_m**2) / polar_m**2
    a = 1 + square / 16384 * (4096 + square * (-768 + square * (320 - 175 * square)))
    b = square / 1024 * (256 + square * (-128 + square * (74 - 47 * square)))
    sigma = range_m / (polar_m * a)
    for _ in range(20):
        middle = cos(2 * along + sigma)
        third = b / 6 * middle * (-3 + 4 * sin(sigma) ** 2) * (-3 + 4 * middle**2)
        turn = cos(sigma) * (-1 + 2 * middle**2) - third
        sigma = range_m / (polar_m * a) + b * sin(sigma) * (middle + b / 4 * turn)
    flat = sin(reduced) * sin(sigma) - cos(reduced) * cos(sigma) * cos(alpha)
    north = sin(reduced) * cos(sigma) + cos(reduced) * sin(sigma) * cos(alpha)
    found = atan2(north, (1 - FLATTENING) * sqrt(equator**2 + flat**2))
    east = cos(reduced) * cos(sigma) - sin(reduced) * sin(sigma) * cos(alpha)
    c = FLATTENING / 16 * (1 - equator**2) * (4 + FLATTENING * (4 - 3 * (1 - equator**2)))
    middle = cos(2 * along + sigma)
    inner = middle + c * cos(sigma) * (-1 + 2 * middle**2)
    bent = (1 - c) * FLATTENING * equator * (sigma + c * sin(sigma) * inner)
    return [degrees(found), longitude + degrees(atan2(sin(sigma) * sin(alpha), east) - bent)]


def e7(point: list[float]) -> tuple[int, int]:
    """Return a point in 1e-7 degree."""
    return round(point[0] * E7), round(((point[1] + 180) % 360 - 180) * E7)


def holds(disc: Discs, point: tuple[int, int]) -> bool:
    """Return whether the first disc holds a point, to the error of distances."""
    apart_m = float(distances_m(disc.latitude_e7[0], disc.longitude_e7[0], *point))
    return apart_m <= disc.radius_m[0] + 1


@given(TOLD, SHARES)
def test_a_place_holds_every_point_that_fits(
    told: Told, shares: tuple[float, float, float, float]
) -> None:
    """Wherever the observer stood and the thing was, if it fits what is told the disc holds it."""
    latitude, longitude, radius_m, near_m, further_m, bearing_deg, error_deg = told
    moved, strayed, out, turned = shares
    stood = direct(latitude / E7, longitude / E7, 360 * strayed, moved * radius_m)
    strays = (2 * turned - 1) * error_deg
    towards = 360 * turned if bearing_deg is None else bearing_deg + strays
    there = direct(stood[0], stood[1], towards, near_m + out * further_m)
    assert holds(places_of(sightings(told)), e7(there))


@given(st.lists(TOLD, min_size=1, max_size=20))
def test_many_are_as_one(told: list[Told]) -> None:
    """In bulk, each sighting has the place that it has alone, to the last digit but one."""
    found = places_of(sightings(*told))
    for row, one in enumerate(told):
        alone = one_place_of(
            Sighting(
                observer=Place(latitude_e7=one[0], longitude_e7=one[1], radius_m=one[2]),
                range_from_m=one[3],
                range_to_m=one[3] + one[4],
                bearing_deg=one[5],
                bearing_error_deg=one[6] if one[5] is not None else 0.0,
            )
        )
        assert abs(found.latitude_e7[row] - alone.latitude_e7) <= 1
        turn = abs(int(found.longitude_e7[row]) - alone.longitude_e7)
        assert min(turn, 360 * E7 - turn) <= 1
        assert alone.radius_m is not None
        assert abs(found.radius_m[row] - alone.radius_m) <= 1


@pytest.mark.parametrize(
    ("towards", "latitude", "longitude"),
    [(0, 48.0899, 37.8), (90, 47.9999, 37.9342), (180, 47.9101, 37.8), (270, 47.9999, 37.6658)],
)
def test_ten_kilometres_each_way(towards: float, latitude: float, longitude: float) -> None:
    """Ten kilometres from Donetsk lie where a map has them."""
    disc = places_of(sightings((48 * E7, 378_000_000, 0, 10_000, 0, towards, 0.0)))
    assert disc.latitude_e7[0] / E7 == pytest.approx(latitude, abs=1e-3)
    assert disc.longitude_e7[0] / E7 == pytest.approx(longitude, abs=1e-3)
    assert disc.radius_m[0] == 60


def test_the_oracle_goes_round_a_quarter() -> None:
    """The formula that the test leans on ends a quarter of the equator on at 90 degrees east."""
    quarter_m = EQUATOR_RADIUS_M * pi / 2
    assert direct(0, 0, 90, quarter_m) == pytest.approx([0, 90], abs=1e-6)


def test_none_at_all() -> None:
    """No sightings are no places."""
    assert [len(part) for part in places_of(sightings())] == [0, 0, 0]
