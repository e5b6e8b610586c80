# SPDX-License-Identifier: Apache-2.0
"""A plane on which distances near one latitude are those on the ground.

Lambert's conformal conic projection of the WGS 84 ellipsoid, one standard parallel (Snyder, Map
Projections: A Working Manual, USGS Professional Paper 1395, 1987, pages 104-110). At d radians of
latitude from the parallel a length is too long by d squared over two: 0.1 % at 2.5 degrees (280
km), whatever the longitude. What lies on the plane is left to `areas`.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from foedus.base.kernels import kernel
from foedus.base.places import E7, EQUATOR_RADIUS_M, FLATTENING, Floats
from foedus.errors import DrafterError, Fault

_ECCENTRICITY: Final = math.sqrt(FLATTENING * (2 - FLATTENING))
_ROUNDS: Final = 6
"""Rounds of the inverse's fixed point; each gains over two digits."""
STEEPEST_DEG: Final = 1.0
"""Parallels nearer to the equator make the cone too flat to reckon with."""


class Frame(NamedTuple):
    """A plane: the point at its origin, in degrees; x runs east and y north, in metres."""

    latitude_deg: float
    longitude_deg: float


def frame_about(latitude_e7: Any, longitude_e7: Any) -> Frame:
    """Return the plane about the middle of some points in 1e-7 degree, rounded to a tenth degree.

    Raises `DrafterError` within a degree of the equator or the poles, where no cone fits.
    """
    middle = [
        round((int(np.min(axis)) + int(np.max(axis))) / (2 * E7), 1)
        for axis in (latitude_e7, longitude_e7)
    ]
    if not STEEPEST_DEG <= abs(middle[0]) <= 90 - STEEPEST_DEG:
        expected = f"a latitude of {STEEPEST_DEG} to {90 - STEEPEST_DEG} degrees"
        raise DrafterError(Fault(column="latitude", expected=expected, got=str(middle[0])))
    return Frame(middle[0], middle[1])


def project(frame: Frame, latitude_e7: Any, longitude_e7: Any) -> tuple[Floats, Floats]:
    """Return x and y in metres (float64) of points in 1e-7 degree (int64 arrays or integers)."""
    latitude, longitude = np.broadcast_arrays(
        np.asarray(latitude_e7, np.float64), np.asarray(longitude_e7, np.float64)
    )
    flat = (np.ascontiguousarray(np.atleast_1d(axis).ravel()) for axis in (latitude, longitude))
    points = np.empty((2, latitude.size))
    _projected(points, *_cone(frame), frame.longitude_deg, *flat)
    return points[0].reshape(latitude.shape), points[1].reshape(latitude.shape)


@kernel
def _projected(
    points: Floats,
    cone: float,
    scale: float,
    base: float,
    middle: float,
    latitude: Floats,
    longitude: Floats,
) -> None:
    for row in range(len(latitude)):
        sine = math.sin(math.radians(latitude[row] / E7))
        isometric = math.atanh(sine) - _ECCENTRICITY * math.atanh(_ECCENTRICITY * sine)
        turn = (longitude[row] / E7 - middle + 180) % 360 - 180
        across, angle = scale * math.exp(-cone * isometric), cone * math.radians(turn)
        points[0, row] = across * math.sin(angle)
        points[1, row] = base - across * math.cos(angle)


def unproject(frame: Frame, x_m: Any, y_m: Any) -> tuple[Floats, Floats]:
    """Return latitude and longitude in degrees (float64) of points in metres on the plane."""
    cone, scale, base = _cone(frame)
    side = math.copysign(1.0, cone)
    x, y = side * np.asarray(x_m, np.float64), side * (base - np.asarray(y_m, np.float64))
    longitude = frame.longitude_deg + np.degrees(np.arctan2(x, y)) / cone
    isometric = -np.log(np.hypot(x, y) / abs(scale)) / cone
    sine = np.tanh(isometric)
    for _ in range(_ROUNDS):
        sine = np.tanh(isometric + _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    return np.degrees(np.arcsin(sine)), longitude


def _cone(frame: Frame) -> tuple[float, float, float]:
    """Return the constant of the cone, its scale in metres, and the origin's radius on it."""
    latitude = math.radians(frame.latitude_deg)
    sine = math.sin(latitude)
    normal_m = EQUATOR_RADIUS_M / math.sqrt(1 - (_ECCENTRICITY * sine) ** 2)
    base = normal_m / math.tan(latitude)
    isometric = math.atanh(sine) - _ECCENTRICITY * math.atanh(_ECCENTRICITY * sine)
    scale = base * math.exp(sine * isometric)
    return sine, scale, base
