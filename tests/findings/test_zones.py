# SPDX-License-Identifier: Apache-2.0
"""Where an incident lies, held against geodesics reckoned here in another way.

Distances are Vincenty's inverse solution on the WGS 84 ellipsoid (Survey Review 23(176), 1975);
distances from a line are the least of those to points that lie close together along it; shares are
counted over points that fill the error disc. What lies nearer to a border than both reckonings can
tell is left out, and the tests say how near that is.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from findings.made import TRUCE, Row, disputes_of, run, written
from foedus.base.areas import SHARE_ERROR, Area, along
from foedus.terms.record import Agreement

MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257223563
MINOR_M = MAJOR_M * (1 - FLATTENING)
TOLERANCE = 0.001
"""Part of a distance by which the plane may be off."""
SLACK_M = 15.0
"""And by so much the line between two of its points, and the points between them."""
CORNERS = ((48.0, 37.7), (48.1, 37.75), (48.12, 37.9), (48.3, 37.95))
AREAS = {
    "circle": "{kind: circle, latitude: 48.0, longitude: 37.8, radius_m: 10000}",
    "strip": "{kind: buffer, line: donbas, on: 2015-02-15, per_side_m: 4000}",
    "whole strip": "{kind: buffer, line: donbas, on: 2015-02-15, total_width_m: 9000}",
    "moving strip": "{kind: buffer, line: donbas, on: de-facto, per_side_m: 4000}",
}
RANGE_M = {"circle": 10_000.0, "strip": 4_000.0, "whole strip": 4_500.0, "moving strip": 4_000.0}
POLYGON = ((47.9, 37.6), (47.9, 37.9), (48.1, 37.9), (48.0, 37.75), (48.1, 37.6))


def vincenty_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the geodesic between two points in degrees, in metres."""
    u1, u2 = (math.atan((1 - FLATTENING) * math.tan(math.radians(p[0]))) for p in (one, other))
    apart = turn = math.radians(other[1] - one[1])
    if one == other:
        return 0.0
    for _ in range(100):
        across = math.cos(u2) * math.sin(turn)
        ahead = math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(turn)
        sine = math.hypot(across, ahead)
        cosine = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(turn)
        arc = math.atan2(sine, cosine)
        azimuth = math.cos(u1) * math.cos(u2) * math.sin(turn) / sine
        square = 1 - azimuth**2
        middle = cosine - 2 * math.sin(u1) * math.sin(u2) / square
        c = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
        step = middle + c * cosine * (2 * middle**2 - 1)
        last, turn = turn, apart + (1 - c) * FLATTENING * azimuth * (arc + c * sine * step)
        if abs(turn - last) < 1e-13:
            break
    u = square * (MAJOR_M**2 - MINOR_M**2) / MINOR_M**2
    a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    inner = cosine * (2 * middle**2 - 1)
    inner -= b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return MINOR_M * a * (arc - b * sine * (middle + b / 4 * inner))


def line_points() -> list[tuple[float, float]]:
    """Return points along the line, each nearer than 120 m to the next."""
    return [
        (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
        for start, end in pairwise(CORNERS)
        for part in np.linspace(0, 1, 200)
    ]


LINE = line_points()


def from_line_m(point: tuple[float, float]) -> float:
    """Return how far a point lies from the line: rough first, then exactly where it is nearest."""
    rough = [math.hypot(point[0] - p[0], 0.67 * (point[1] - p[1])) for p in LINE]
    nearest = np.argsort(rough)[:8]
    return min(vincenty_m(point, LINE[number]) for number in nearest)


def from_zone_m(zone: str, point: tuple[float, float]) -> float:
    """Return how far a point lies from the middle of a zone."""
    return vincenty_m(point, (48.0, 37.8)) if zone == "circle" else from_line_m(point)


def made_line(_line: str, _day: str) -> Area:
    """The line of these tests, with an exact border."""
    axes = np.round(np.array(CORNERS).T * 1e7).astype(np.int64)
    return along(axes[0], axes[1], 0.0)


def truce(area: str) -> Agreement:
    """Return the made agreement with another zone about the town."""
    circle = AREAS["circle"]
    assert circle in TRUCE
    return written(TRUCE.replace(circle, area))


TRUCES = {name: truce(area) for name, area in AREAS.items()}
CORNER_TEXT = ", ".join(f"{{latitude: {a}, longitude: {b}}}" for a, b in POLYGON)
TRUCES["polygon"] = truce(f"{{kind: polygon, corners: [{CORNER_TEXT}]}}")


def placed(point: tuple[float, float], radius_m: int | None) -> Row:
    """Return an incident that would surely be a breach where the zone is."""
    return {
        "occurred_from_us": 1_460_000_000_000_000,
        "latitude_e7": round(point[0] * 1e7),
        "longitude_e7": round(point[1] * 1e7),
        "radius_m": radius_m,
        "kind": "mortar-fire",
        "parties": ["ua", "dpr"],
    }


def answer(zone: str, row: Row) -> dict[str, Any]:
    """Return the one finding of the ban near the town, or that there is none."""
    told = run([row], TRUCES[zone], lines=made_line).findings.to_pylist()
    mine = [one for one in told if one["term_id"] == "no-fire-in-town"]
    return mine[0] if mine else {"verdict": "not-covered", "probability_ppm": 0}


def points() -> st.SearchStrategy[tuple[float, float]]:
    """Return points about the zones."""
    return st.tuples(st.floats(47.8, 48.4), st.floats(37.5, 38.1))


@pytest.mark.parametrize("zone", AREAS)
@given(point=points(), radius_m=st.sampled_from((0, 200, 3_000, 12_000)))
@settings(max_examples=25)
def test_membership_agrees_with_geodesics(
    zone: str, point: tuple[float, float], radius_m: int
) -> None:
    """A whole disc inside is a breach, a whole one outside is not covered, a torn one is open."""
    row = placed(point, radius_m)
    apart_m = from_zone_m(zone, (row["latitude_e7"] / 1e7, row["longitude_e7"] / 1e7))
    near, far, limit = apart_m - radius_m, apart_m + radius_m, RANGE_M[zone]
    off_m = TOLERANCE * apart_m + SLACK_M
    assume(abs(near - limit) > off_m and abs(far - limit) > off_m)
    expected = "breach" if far < limit else "not-covered" if near > limit else "undetermined"
    assert answer(zone, row)["verdict"] == expected


def disc(point: tuple[float, float], radius_m: float, count: int) -> list[tuple[float, float]]:
    """Return points that fill a disc about a point, ring by ring, each standing for as much."""
    latitude = math.radians(point[0])
    square = FLATTENING * (2 - FLATTENING)
    bend = 1 - square * math.sin(latitude) ** 2
    north_m, east_m = MAJOR_M * (1 - square) / bend**1.5, MAJOR_M / math.sqrt(bend)
    found = []
    for ring in range(count):
        out = radius_m * math.sqrt((ring + 0.5) / count)
        for spoke in range(count):
            angle = 2 * math.pi * (spoke + 0.37 * ring) / count
            found.append(
                (
                    point[0] + math.degrees(out * math.cos(angle) / north_m),
                    point[1] + math.degrees(out * math.sin(angle) / (east_m * math.cos(latitude))),
                )
            )
    return found


@pytest.mark.parametrize("zone", ["circle", "strip"])
@given(point=points(), radius_m=st.sampled_from((3_000, 12_000, 25_000)))
@settings(max_examples=6)
def test_share_agrees_with_a_filled_disc(
    zone: str, point: tuple[float, float], radius_m: int
) -> None:
    """The probability is the share of the error disc inside, within the error that is stated."""
    told = answer(zone, placed(point, radius_m))
    assume(told["verdict"] == "undetermined")
    spots = disc(point, radius_m, 25)
    share = sum(from_zone_m(zone, spot) <= RANGE_M[zone] for spot in spots) / len(spots)
    assert abs(told["probability_ppm"] / 1e6 - share) <= SHARE_ERROR


def in_polygon(point: tuple[float, float]) -> float:
    """Return the turns that the corners make about a point: 0 outside, one or minus one inside."""
    turned = 0.0
    for start, end in zip(POLYGON, [*POLYGON[1:], POLYGON[0]], strict=True):
        angles = [math.atan2(p[0] - point[0], p[1] - point[1]) for p in (start, end)]
        turned += (angles[1] - angles[0] + math.pi) % (2 * math.pi) - math.pi
    return turned / (2 * math.pi)


@given(point=points())
@settings(max_examples=40)
def test_polygon_agrees_with_the_winding_number(point: tuple[float, float]) -> None:
    """A point is inside where the border winds about it; nearer than 50 m nothing is asked."""
    row = placed(point, 50)
    told = answer("polygon", row)["verdict"]
    assume(told != "undetermined")
    assert (told == "breach") == (abs(in_polygon(point)) > 0.5)


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ("48.0, 37.80001", "breach"),
        ("48.05, 37.8", "breach"),
        ("48.2, 37.8", "contested"),
        ("48.0, 38.2", "contested"),
    ],
)
def test_accounts_of_the_place_are_heard(other: str, verdict: str) -> None:
    """Where accounts name several places, a breach is indicated if all of them lie in the zone."""
    row = placed((48.0, 37.8), 300) | {"disagreements": ["place"]}
    disputes = disputes_of(("incident-0000000", "place", said) for said in ("48.0, 37.8", other))
    told = run([row], TRUCES["circle"], disputes=disputes).findings.to_pylist()
    (mine,) = [one for one in told if one["term_id"] == "no-fire-in-town"]
    assert mine["verdict"] == verdict


@pytest.mark.parametrize("zone", TRUCES)
def test_unknown_places_decide_nothing(zone: str) -> None:
    """Without a point, or without its error, an incident may lie anywhere: open, and no share."""
    nowhere = placed((48.0, 37.8), None)
    for row in (nowhere, nowhere | {"latitude_e7": None, "longitude_e7": None}):
        told = answer(zone, row)
        assert (told["verdict"], told["probability_ppm"]) == ("undetermined", None)
        assert told["causes"] == ["line" if "strip" in zone else "place"]


@pytest.mark.parametrize("zone", ["strip", "moving strip"])
def test_a_line_that_nobody_knows_decides_nothing(zone: str) -> None:
    """Where the line of a day cannot be told, all that hangs on it is open for that reason."""
    told = run([placed((48.0, 37.7), 0)], TRUCES[zone]).findings.to_pylist()
    mine = [one for one in told if one["term_id"] == "no-fire-in-town"]
    assert [(one["verdict"], one["causes"]) for one in mine] == [("undetermined", ["line"])]


def test_the_oracle_knows_a_published_geodesic() -> None:
    """Flinders Peak to Buninyon, on another ellipsoid, is 54,972 m; on WGS 84 it is as long."""
    peak = (-(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600)
    buninyon = (-(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600)
    assert vincenty_m(peak, buninyon) == pytest.approx(54_972.271, abs=0.01)
