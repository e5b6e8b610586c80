# SPDX-License-Identifier: Apache-2.0
"""Zones: yes, no or undecidable, against geodesics that are reckoned in another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.areas import (
    NO,
    SHARE_ERROR,
    UNDECIDABLE,
    YES,
    along,
    circle,
    grown,
    membership,
    polygon,
    shares,
)
from foedus.base.places import E7, Place
from foedus.base.projections import Frame, frame_about, project, unproject
from foedus.errors import DrafterError

LATITUDES = st.integers(465_000_000, 495_000_000)
LONGITUDES = st.integers(365_000_000, 400_000_000)
RADII = st.floats(0, 30_000)
EQUATOR_M, FLATTENING = 6_378_137.0, 1 / 298.257223563


def geodesic_m(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The inverse formula of Vincenty (Survey Review 23, 1975), to 0.1 mm."""
    polar_m = EQUATOR_M * (1 - FLATTENING)
    turn = math.radians((other[1] - one[1]) / E7)
    up, down = (
        math.atan((1 - FLATTENING) * math.tan(math.radians(point[0] / E7)))
        for point in (one, other)
    )
    guess = turn
    for _ in range(100):
        a = math.cos(down) * math.sin(guess)
        b = math.cos(up) * math.sin(down) - math.sin(up) * math.cos(down) * math.cos(guess)
        sine = math.hypot(a, b)
        if sine == 0:
            return 0.0
        cosine = math.sin(up) * math.sin(down) + math.cos(up) * math.cos(down) * math.cos(guess)
        angle = math.atan2(sine, cosine)
        azimuth = math.cos(up) * math.cos(down) * math.sin(guess) / sine
        square = 1 - azimuth**2
        middle = cosine - 2 * math.sin(up) * math.sin(down) / square
        part = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
        inner = angle + part * sine * (middle + part * cosine * (2 * middle**2 - 1))
        last, guess = guess, turn + (1 - part) * FLATTENING * azimuth * inner
        if abs(guess - last) < 1e-12:
            break
    u = square * (EQUATOR_M**2 - polar_m**2) / polar_m**2
    big = 1 + u / 16384 * (4096 + u * (u * (320 - 175 * u) - 768))
    small = u / 1024 * (256 + u * (u * (74 - 47 * u) - 128))
    tail = small / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    delta = small * sine * (middle + small / 4 * (cosine * (2 * middle**2 - 1) - tail))
    return polar_m * big * (angle - delta)


def of(latitude: float, longitude: float, radius_m: int | None = 0) -> Place:
    """A place in degrees."""
    return Place(
        latitude_e7=round(latitude * E7), longitude_e7=round(longitude * E7), radius_m=radius_m
    )


def test_the_oracle_gives_a_published_line() -> None:
    """Vincenty's formula as written here must give the meridian arc of one degree at 48 N."""
    # NIMA TR 8350.2, 1997, radii of curvature: 111 200 m for the degree about 48.5 N.
    assert geodesic_m((480_000_000, 0), (490_000_000, 0)) == pytest.approx(111_200, abs=20)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_plane_distances_are_geodesic_to_a_thousandth(a: int, b: int, c: int, d: int) -> None:
    """On the plane of the region a distance must be that of Vincenty within 0.1 %."""
    x, y = project(Frame(48.0, 38.0), np.array([a, c]), np.array([b, d]))
    true_m = geodesic_m((a, b), (c, d))
    assert math.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(true_m, rel=1e-3, abs=0.02)


@given(LATITUDES, LONGITUDES)
def test_there_and_back(latitude: int, longitude: int) -> None:
    """A point projected and brought back must be the same to 1e-9 degree, on either hemisphere."""
    for sign in (1, -1):
        frame = Frame(sign * 48.0, 38.0)
        found = unproject(frame, *project(frame, sign * latitude, longitude))
        assert float(found[0]) == pytest.approx(sign * latitude / E7, abs=1e-9)
        assert float(found[1]) == pytest.approx(longitude / E7, abs=1e-9)


@given(LATITUDES, LONGITUDES, RADII, st.floats(0, 150_000))
def test_circle_agrees_with_the_geodesic(
    latitude: int, longitude: int, radius_m: float, range_m: float
) -> None:
    """Membership must be what the geodesic distance says, but within 0.1 % of a border."""
    centre = of(48.0, 38.0, 500)
    apart_m = geodesic_m((centre.latitude_e7, centre.longitude_e7), (latitude, longitude))
    area = circle(centre, range_m)
    found = membership(area, np.array([latitude]), np.array([longitude]), np.array([radius_m]))[0]
    slack_m = radius_m + 500
    if abs(apart_m + slack_m - range_m) > 1e-3 * apart_m + 1 < abs(apart_m - slack_m - range_m):
        inside, outside = apart_m + slack_m <= range_m, apart_m - slack_m > range_m
        assert found == (YES if inside else NO if outside else UNDECIDABLE)


SQUARE = (
    np.array([475_000_000, 475_000_000, 485_000_000, 485_000_000]),
    np.array([370_000_000, 385_000_000, 385_000_000, 370_000_000]),
)
AREAS = (
    circle(of(48.0, 38.0, 300), 20_000),
    polygon([SQUARE], 400),
    along(SQUARE[0], SQUARE[1], 15_000, 1_000),
)


@given(LATITUDES, LONGITUDES, RADII, RADII)
def test_a_greater_error_never_decides(a: int, b: int, one_m: float, other_m: float) -> None:
    """What is undecidable must stay so with a greater error, and yes never become no."""
    small, great = sorted((one_m, other_m))
    for area in AREAS:
        found = membership(area, np.array([a, a]), np.array([b, b]), np.array([small, great]))
        assert found[1] in (found[0], UNDECIDABLE)


@given(LATITUDES, LONGITUDES, RADII, st.floats(0, 40_000))
def test_a_wider_zone_holds_the_narrower(a: int, b: int, radius_m: float, more_m: float) -> None:
    """Growing a zone must never turn yes into anything else, nor anything into no."""
    order = {NO: 0, UNDECIDABLE: 1, YES: 2}
    point = (np.array([a]), np.array([b]), np.array([radius_m]))
    for area in AREAS:
        first, then = (membership(item, *point)[0] for item in (area, grown(area, more_m)))
        assert order[then] >= order[first]


@given(LATITUDES, LONGITUDES, RADII)
def test_sure_membership_has_a_whole_share(a: int, b: int, radius_m: float) -> None:
    """Yes must have a share of a million parts, no of none."""
    point = (np.array([a]), np.array([b]), np.array([radius_m]))
    for area in AREAS:
        expected = {YES: 1_000_000, NO: 0}.get(int(membership(area, *point)[0]))
        assert expected is None or shares(area, *point)[0] == expected


@given(st.floats(-1, 1))
def test_share_of_a_disc_that_a_border_cuts(part: float) -> None:
    """At a straight border the share must be that of the segment, within what is stated."""
    ring = (
        np.array([470_000_000, 470_000_000, 490_000_000, 490_000_000]),
        np.array([360_000_000, 380_000_000, 380_000_000, 360_000_000]),
    )
    area = polygon([ring])
    x, y = project(area.frame, 480_000_000, 380_000_000)
    latitude, longitude = unproject(area.frame, x - part * 5_000, y)
    point = (np.array([round(float(latitude) * E7)]), np.array([round(float(longitude) * E7)]))
    exact = 1 - (math.acos(part) - part * math.sqrt(1 - part**2)) / math.pi
    # The border is a meridian, which leans by a few metres over the disc.
    assert shares(area, *point, 5_000.0)[0] / 1e6 == pytest.approx(exact, abs=SHARE_ERROR)


def test_unknown_errors_decide_nothing() -> None:
    """A radius that is not known must leave membership undecidable and the share untold."""
    point = (np.array([480_000_000] * 2), np.array([380_000_000] * 2), np.array([np.nan, -1.0]))
    assert membership(AREAS[0], *point).tolist() == [UNDECIDABLE] * 2
    assert shares(AREAS[0], *point).tolist() == [-1, -1]


def test_a_hole_is_outside() -> None:
    """A ring within a ring must be left out, and a border of unknown place be undecidable."""
    hole = (
        np.array([479_000_000, 479_000_000, 481_000_000]),
        np.array([377_000_000, 379_000_000, 378_000_000]),
    )
    area = polygon([SQUARE, hole], 50)
    latitude = np.array([479_500_000, 477_000_000, 475_000_000])
    longitude = np.array([378_000_000, 375_000_000, 370_000_000])
    assert membership(area, latitude, longitude, 0.0).tolist() == [NO, YES, UNDECIDABLE]


def test_a_border_belongs_to_the_zone() -> None:
    """What lies exactly at the range must be inside."""
    area = circle(of(48.0, 38.0), 0)
    point = (np.array([480_000_000]), np.array([380_000_000]), np.array([0.0]))
    assert membership(area, *point).tolist() == [YES]


@pytest.mark.parametrize(
    "make",
    [
        lambda: circle(of(48.0, 38.0, None), 10),
        lambda: circle(of(48.0, 38.0), -1),
        lambda: circle(of(48.0, 38.0), math.inf),
        lambda: along(np.array([480_000_000]), np.array([380_000_000]), 10),
        lambda: polygon([(SQUARE[0][:2], SQUARE[1][:2])]),
        lambda: frame_about(0, 0),
    ],
)
def test_what_is_no_zone_is_told(make) -> None:  # type: ignore[no-untyped-def]
    """A zone without extent, place or range must be a fault, not an empty zone."""
    with pytest.raises(DrafterError, match="expected"):
        make()
