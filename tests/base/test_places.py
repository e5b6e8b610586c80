# SPDX-License-Identifier: Apache-2.0
"""Distances agree with the geodesic, and questions about imprecise places stay three-valued."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from foedus.base.evidence import Answer
from foedus.base.places import (
    E7,
    EQUATOR_RADIUS_M,
    FLATTENING,
    Place,
    Sighting,
    distance_m,
    distances_m,
    place_of,
    within,
)
from foedus.errors import DrafterError

DONETSK = Place(latitude_e7=480_159_000, longitude_e7=378_028_000, radius_m=0)
places = st.builds(
    Place,
    latitude_e7=st.integers(-80 * E7, 80 * E7),
    longitude_e7=st.integers(-180 * E7, 180 * E7),
    radius_m=st.integers(0, 50_000),
)


def near(place: Place, north_e7: int, east_e7: int, radius_m: int | None = 0) -> Place:
    """Return a place that lies beside `place`."""
    return Place(
        latitude_e7=place.latitude_e7 + north_e7,
        longitude_e7=(place.longitude_e7 + east_e7 + 180 * E7) % (360 * E7) - 180 * E7,
        radius_m=radius_m,
    )


def geodesic_m(first: Place, second: Place) -> float:
    """Return the distance by Vincenty's inverse formula (Survey Review XXIII/176, 1975)."""
    minor_m = EQUATOR_RADIUS_M * (1 - FLATTENING)
    lat1, lat2 = (
        math.atan((1 - FLATTENING) * math.tan(math.radians(p.latitude_e7 / E7)))
        for p in (first, second)
    )
    turn = math.radians((second.longitude_e7 - first.longitude_e7) / E7)
    product = math.sin(lat1) * math.sin(lat2)
    change, last = turn, math.inf
    while abs(change - last) > 1e-13:
        east = math.cos(lat2) * math.sin(change)
        north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(change)
        sine = math.hypot(east, north)
        if sine == 0:
            return 0.0
        cosine = product + math.cos(lat1) * math.cos(lat2) * math.cos(change)
        angle = math.atan2(sine, cosine)
        alpha = math.cos(lat1) * math.cos(lat2) * math.sin(change) / sine
        square = 1 - alpha**2
        middle = cosine - 2 * product / square if square else 0.0
        c = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
        inner = middle + c * cosine * (2 * middle**2 - 1)
        last, change = change, turn + (1 - c) * FLATTENING * alpha * (angle + c * sine * inner)
    u = square * (EQUATOR_RADIUS_M**2 - minor_m**2) / minor_m**2
    a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    third = b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    correction = b * sine * (middle + b / 4 * (cosine * (2 * middle**2 - 1) - third))
    return minor_m * a * (angle - correction)


def test_distance_of_the_published_example() -> None:
    """Flinders Peak to Buninyong is 54,972.271 m (Geoscience Australia's test line)."""
    flinders = Place(latitude_e7=-379_510_334, longitude_e7=1_444_248_679)
    buninyong = Place(latitude_e7=-376_528_211, longitude_e7=1_439_264_955)
    assert distance_m(flinders, buninyong) == pytest.approx(54_972.271, abs=0.5)
    assert geodesic_m(flinders, buninyong) == pytest.approx(54_972.271, abs=0.02)


@given(places, places)
def test_distance_agrees_with_the_geodesic(first: Place, second: Place) -> None:
    """Up to 1,000 km the distance is within 10 m and 0.002 % of Vincenty's."""
    second = near(first, second.latitude_e7 // 20, second.longitude_e7 // 40)
    truth_m = geodesic_m(first, second)
    assume(truth_m <= 1_000_000)
    assert abs(distance_m(first, second) - truth_m) <= min(10.0, 0.01 + truth_m * 2e-5)


@given(places, places)
def test_distance_is_symmetric(first: Place, second: Place) -> None:
    """Neither point comes first, and a point is no distance from itself."""
    assert distance_m(first, second) == pytest.approx(distance_m(second, first), rel=1e-12)
    assert distance_m(first, first) == 0.0


def test_distances_are_those_of_the_pairs() -> None:
    """The form for arrays gives for every pair what the form for two places gives."""
    others = [near(DONETSK, step * 10_000, -step * 7_000) for step in range(50)]
    found = distances_m(
        DONETSK.latitude_e7,
        DONETSK.longitude_e7,
        np.array([p.latitude_e7 for p in others]),
        np.array([p.longitude_e7 for p in others]),
    )
    assert found.tolist() == pytest.approx([distance_m(DONETSK, p) for p in others], rel=1e-12)


def test_distance_across_the_date_line_is_short() -> None:
    """Longitudes 179.9 and -179.9 lie beside each other."""
    east, west = (Place(latitude_e7=0, longitude_e7=sign * 1_799_000_000) for sign in (1, -1))
    assert distance_m(east, west) < 23_000


@given(places, places, st.integers(0, 100_000))
def test_answers_agree_with_distance_and_radii(place: Place, centre: Place, range_m: int) -> None:
    """Sure only if the farthest true place is in range, no only if the nearest is out of it."""
    place = near(centre, place.latitude_e7 // 100, 0, place.radius_m)
    apart_m = distance_m(place, centre)
    slack_m = (place.radius_m or 0) + (centre.radius_m or 0)
    answer = within(place, centre, range_m)
    assert (answer is Answer.SURE) == (apart_m + slack_m <= range_m)
    assert (answer is Answer.NO) == (apart_m - slack_m > range_m)


@given(places, places)
def test_unknown_radius_is_never_taken_for_zero(place: Place, centre: Place) -> None:
    """Without an error radius nothing is sure, and nothing is excluded."""
    vague = Place(latitude_e7=place.latitude_e7, longitude_e7=place.longitude_e7)
    assert within(vague, centre, 1_000) is Answer.POSSIBLE
    assert within(centre, vague, 1_000) is Answer.POSSIBLE


@pytest.mark.parametrize(
    ("latitude_e7", "longitude_e7", "radius_m", "column"),
    [
        (91 * E7, 0, 0, "latitude"),
        (0, -181 * E7, 0, "longitude"),
        (0, 0, -1, "radius_m"),
    ],
)
def test_impossible_place_is_refused(
    latitude_e7: int, longitude_e7: int, radius_m: int, column: str
) -> None:
    """A place off the globe, or nearer than exact, names what is wrong with it."""
    with pytest.raises(DrafterError) as caught:
        Place(latitude_e7=latitude_e7, longitude_e7=longitude_e7, radius_m=radius_m)
    assert [fault.column for fault in caught.value.faults] == [column]


bearings = st.floats(0, 360, exclude_max=True)


@given(
    bearings,
    st.floats(0, 180),
    st.integers(0, 30_000),
    st.integers(0, 30_000),
    st.floats(-1, 1),
    st.floats(0, 1),
)
def test_place_of_a_sighting_holds_all_of_it(
    bearing_deg: float,
    error_deg: float,
    first_m: int,
    second_m: int,
    turn: float,
    depth: float,
) -> None:
    """Wherever in the piece of the annulus the thing was, it lies within the radius."""
    near_m, far_m = sorted((first_m, second_m))
    told = Sighting(
        observer=DONETSK,
        bearing_deg=bearing_deg,
        bearing_error_deg=error_deg,
        range_from_m=near_m,
        range_to_m=far_m,
    )
    exact_m = round(near_m + depth * (far_m - near_m))
    true = Sighting(
        observer=DONETSK,
        bearing_deg=bearing_deg + turn * error_deg,
        range_from_m=exact_m,
        range_to_m=exact_m,
    )
    place, truth = place_of(told), place_of(true)
    assert place.radius_m is not None
    assert distance_m(place, truth) <= place.radius_m + 1


def test_exact_sighting_lies_on_its_bearing() -> None:
    """Ten kilometres due east of Donetsk lie east of it, at that distance."""
    told = Sighting(observer=DONETSK, bearing_deg=90, range_from_m=10_000, range_to_m=10_000)
    place = place_of(told)
    assert place.longitude_e7 > DONETSK.longitude_e7
    assert abs(place.latitude_e7 - DONETSK.latitude_e7) < 1_000
    assert distance_m(DONETSK, place) == pytest.approx(10_000, rel=0.006)
    assert place.radius_m == 60


def test_sighting_without_bearing_is_all_around() -> None:
    """A sound at up to 4 km is somewhere within 4 km, and the observer's own error is added."""
    observer = near(DONETSK, 0, 0, 100)
    place = place_of(Sighting(observer=observer, range_from_m=2_000, range_to_m=4_000))
    assert (place.latitude_e7, place.radius_m) == (DONETSK.latitude_e7, 4_124)


def test_sighting_from_an_unknown_post_stays_unknown() -> None:
    """If nobody knows how far the observer's place is off, nobody knows it of the thing seen."""
    observer = near(DONETSK, 0, 0, None)
    assert place_of(Sighting(observer=observer, range_from_m=0, range_to_m=9)).radius_m is None


def test_faulty_sighting_is_refused() -> None:
    """A range that ends before it begins is told with both of its ends."""
    with pytest.raises(DrafterError, match="4000 to 2000 m"):
        place_of(Sighting(observer=DONETSK, range_from_m=4_000, range_to_m=2_000))
