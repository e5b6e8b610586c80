# SPDX-License-Identifier: Apache-2.0
"""Many sightings at once: from where observers stood and what they told to places with an error.

Does for arrays what `places.place_of` does for one sighting, by the same law: the smallest round
place about the middle of a piece of an annulus that surely holds all of it. What a column of a
form means, and what is assumed where nothing is told, is left to `reports.sighted`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.base.places import E7, MEAN_RADIUS_M, SPHERE_ERROR, Floats, Integers


class Sightings(NamedTuple):
    """What observers tell, row by row; arrays of one length."""

    latitude_e7: Integers
    """Where the observer stood, WGS 84."""
    longitude_e7: Integers
    radius_m: Integers
    """How far from there the observer may have stood."""
    range_from_m: Integers
    range_to_m: Integers
    bearing_deg: Floats
    """True bearing, clockwise from north; NaN where only a distance is told."""
    bearing_error_deg: Floats
    """How far the bearing may be off to either side; NaN where there is none."""


class Discs(NamedTuple):
    """Places, row by row; arrays of one length, int64."""

    latitude_e7: Integers
    longitude_e7: Integers
    radius_m: Integers


def places_of(told: Sightings) -> Discs:
    """Return for each sighting the round place that holds every point which fits it.

    Ranges must be 0 <= from <= to metres and errors not below zero; whoever reads them sees to it.
    """
    has_bearing = ~np.isnan(told.bearing_deg)
    middle_m = np.where(has_bearing, (told.range_from_m + told.range_to_m) / 2, 0.0)
    bearing = np.radians(np.where(has_bearing, told.bearing_deg, 0.0))
    spread = np.radians(np.where(has_bearing, np.minimum(told.bearing_error_deg, 180.0), 0.0))
    # No point of the piece is farther from its middle than an outer corner.
    reach_m = _third_side(middle_m, told.range_to_m.astype(np.float64), spread)
    radius_m = np.ceil(reach_m + SPHERE_ERROR * told.range_to_m + told.radius_m)
    latitude, longitude = _onward(told, bearing, middle_m / MEAN_RADIUS_M)
    return Discs(_e7(latitude), _e7(longitude), radius_m.astype(np.int64))


def _third_side(one_m: Floats, other_m: Floats, turn: Floats) -> Floats:
    square = one_m**2 + other_m**2 - 2 * one_m * other_m * np.cos(turn)
    found: Floats = np.sqrt(np.maximum(square, 0.0))
    return found


def _onward(told: Sightings, bearing: Floats, angle: Floats) -> tuple[Floats, Floats]:
    """Return the points in degrees at an angle along great circles of the mean sphere."""
    start = np.radians(told.latitude_e7 / E7)
    sine = np.sin(start) * np.cos(angle) + np.cos(start) * np.sin(angle) * np.cos(bearing)
    turn = np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(start), np.cos(angle) - np.sin(start) * sine
    )
    longitude = (np.degrees(turn) + told.longitude_e7 / E7 + 180) % 360 - 180
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), longitude


def _e7(degrees: Any) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.rint(degrees * E7).astype(np.int64)
    return found
