# SPDX-License-Identifier: Apache-2.0
"""Where: a point on WGS 84 with the radius within which the true place lies.

Coordinates are integers of 1e-7 degree (11 mm), so that equal places have equal bytes. Distances
follow Lambert's formula for the ellipsoid (Lambert 1942; Thomas, NAVOCEANO SP-138, 1970): within
10 m of the geodesic up to 1,000 km, where a sphere is off by up to 0.6 %. Near the antipode it does
not hold. Areas and lines, and whether a place is inside one, are left to the terms.
"""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from foedus.base.evidence import Answer
from foedus.errors import DrafterError, Fault

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

EQUATOR_RADIUS_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
MEAN_RADIUS_M: Final = 6_371_008.8
SPHERE_ERROR: Final = 0.006
"""Largest relative error of a distance on the sphere, against the ellipsoid."""
E7: Final = 10_000_000


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A point, and how far from it the true place may lie."""

    latitude_e7: int
    longitude_e7: int
    radius_m: int | None = None
    """Error radius in metres; None is unknown, which is not zero."""

    def __post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise DrafterError(*faults)


def _faults(place: Place) -> list[Fault]:
    faults = []
    if abs(place.latitude_e7) > 90 * E7:
        got = str(place.latitude_e7 / E7)
        faults.append(Fault(column="latitude", expected="-90 to 90 degrees", got=got))
    if abs(place.longitude_e7) > 180 * E7:
        got = str(place.longitude_e7 / E7)
        faults.append(Fault(column="longitude", expected="-180 to 180 degrees", got=got))
    if place.radius_m is not None and place.radius_m < 0:
        got = str(place.radius_m)
        faults.append(Fault(column="radius_m", expected="zero metres or more", got=got))
    return faults


def distances_m(
    latitude_e7: Any, longitude_e7: Any, other_latitude_e7: Any, other_longitude_e7: Any
) -> Floats:
    """Return the distances in metres (float64) between points in 1e-7 degree, pair by pair.

    Arguments are integers or int64 arrays that broadcast against each other.
    """
    lat1, lat2 = (_reduced(item) for item in (latitude_e7, other_latitude_e7))
    turn = (np.asarray(other_longitude_e7, np.int64) - np.asarray(longitude_e7, np.int64)) / E7
    mean, half = (lat1 + lat2) / 2, (lat2 - lat1) / 2
    chord = np.sin(half) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(np.radians(turn) / 2) ** 2
    chord = np.clip(chord, 0.0, 1.0)
    angle = 2 * np.arcsin(np.sqrt(chord))
    along = (np.sin(mean) * np.cos(half)) ** 2 / np.maximum(1 - chord, 1e-12)
    across = (np.cos(mean) * np.sin(half)) ** 2 / np.where(chord > 0, chord, 1.0)
    flat = along * (angle - np.sin(angle)) + across * (angle + np.sin(angle))
    found: Floats = EQUATOR_RADIUS_M * (angle - FLATTENING / 2 * flat)
    return found


def _reduced(latitude_e7: Any) -> Floats:
    latitude = np.radians(np.asarray(latitude_e7, np.int64) / E7)
    reduced: Floats = np.arctan((1 - FLATTENING) * np.tan(latitude))
    return reduced


def distance_m(first: Place, second: Place) -> float:
    """Return the distance in metres between the points of two places, whatever their radii."""
    found = distances_m(
        first.latitude_e7, first.longitude_e7, second.latitude_e7, second.longitude_e7
    )
    return float(found)


def within(place: Place, centre: Place, range_m: float) -> Answer:
    """Return whether `place` truly lies within `range_m` of `centre`, given what both may be off.

    A range is closed: what lies at it is within it. Without a radius the answer is never sure.
    """
    apart_m = distance_m(place, centre)
    if place.radius_m is None or centre.radius_m is None:
        return Answer.POSSIBLE
    slack_m = place.radius_m + centre.radius_m
    if apart_m + slack_m <= range_m:
        return Answer.SURE
    return Answer.NO if apart_m - slack_m > range_m else Answer.POSSIBLE


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What an observer tells who sees or hears something at a distance: a piece of an annulus.

    Where the observer stood is not for publication, nor is a place from which it can be told.
    """

    observer: Place
    range_from_m: int
    range_to_m: int
    bearing_deg: float | None = None
    """True bearing, clockwise from north; None where only a distance is told."""
    bearing_error_deg: float = 0.0
    """How far the bearing may be off to either side."""


def place_of(sighting: Sighting) -> Place:
    """Return the smallest round place about the middle of a sighting that surely holds all of it.

    Reckoned on the sphere; its error (0.6 % of the range) is part of the radius, as is the
    observer's own. An observer whose own error is unknown gives a place whose error is unknown.
    Raises `DrafterError` for a range that ends before it begins, or an error below zero.
    """
    near_m, far_m = sighting.range_from_m, sighting.range_to_m
    if not 0 <= near_m <= far_m or sighting.bearing_error_deg < 0:
        got = f"{near_m} to {far_m} m, bearing off by {sighting.bearing_error_deg} degrees"
        raise DrafterError(Fault(expected="a range and an error not below zero", got=got))
    spread_deg = min(sighting.bearing_error_deg, 180.0)
    if sighting.bearing_deg is None:
        return _round(sighting.observer, sighting.observer, far_m, far_m)
    middle_m = (near_m + far_m) / 2
    centre = _from(sighting.observer, sighting.bearing_deg, middle_m)
    # No point of the piece is farther from its middle than an outer corner.
    reach_m = _apart_m(middle_m, far_m, spread_deg)
    return _round(sighting.observer, centre, reach_m, far_m)


def _apart_m(one_m: float, other_m: float, turn_deg: float) -> float:
    """Return the third side of a triangle, by the law of cosines; the sphere's is shorter."""
    product = one_m * other_m * math.cos(math.radians(turn_deg))
    return math.sqrt(max(one_m**2 + other_m**2 - 2 * product, 0.0))


def _round(observer: Place, centre: Place, reach_m: float, far_m: float) -> Place:
    radius_m = None
    if observer.radius_m is not None:
        radius_m = math.ceil(reach_m + SPHERE_ERROR * far_m + observer.radius_m)
    return Place(
        latitude_e7=centre.latitude_e7, longitude_e7=centre.longitude_e7, radius_m=radius_m
    )


def _from(start: Place, bearing_deg: float, range_m: float) -> Place:
    """Return the point at `range_m` from `start` on a great circle of the mean sphere."""
    latitude, bearing = math.radians(start.latitude_e7 / E7), math.radians(bearing_deg)
    angle = range_m / MEAN_RADIUS_M
    sine = math.sin(latitude) * math.cos(angle)
    sine += math.cos(latitude) * math.sin(angle) * math.cos(bearing)
    turn = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(latitude),
        math.cos(angle) - math.sin(latitude) * sine,
    )
    longitude = (math.degrees(turn) + start.longitude_e7 / E7 + 180) % 360 - 180
    return Place(
        latitude_e7=round(math.degrees(math.asin(max(-1.0, min(1.0, sine)))) * E7),
        longitude_e7=round(longitude * E7),
    )
