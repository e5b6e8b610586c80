# SPDX-License-Identifier: Apache-2.0
"""Where incidents are, as a map needs it: places that they share, with how many and how exact.

Counted from the public incidents, so the places are as coarse as the policy has made them. Drawing
them is left to `maps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.mission import Box
from foedus.publication.basemap import METRES_PER_DEGREE
from foedus.publication.counts import EXACT_PLACE_M, Mask, ints

TRIED: Final = 500
"""Centres at which the most incidents that may lie at one place are looked for."""


class Spot(NamedTuple):
    """A place that incidents share: degrees, error radius in metres, how many, its name."""

    longitude: float
    latitude: float
    radius_m: int
    incidents: int
    name: str


class Places(NamedTuple):
    """Where incidents are: those with an exact place, all others, and what cannot be drawn."""

    exact: list[Spot]
    rough: list[Spot]
    outside: int
    """Incidents whose centre lies outside the box."""
    unknown: int
    """Incidents without a place or without an error radius."""


def places(incidents: pa.Table, box: Box) -> Places:
    """Return the places of incidents in `box`, most incidents first."""
    latitude, has_latitude = ints(incidents, "latitude_e7")
    longitude, has_longitude = ints(incidents, "longitude_e7")
    radius, has_radius = ints(incidents, "radius_m")
    known = has_latitude & has_longitude & has_radius
    inside = (
        known
        & (longitude >= box.west * 1e7)
        & (longitude <= box.east * 1e7)
        & (latitude >= box.south * 1e7)
        & (latitude <= box.north * 1e7)
    )
    exact = inside & (radius <= EXACT_PLACE_M)
    return Places(
        exact=_spots(incidents, exact),
        rough=_spots(incidents, inside & ~exact),
        outside=int((known & ~inside).sum()),
        unknown=int((~known).sum()),
    )


def _spots(incidents: pa.Table, mask: Mask) -> list[Spot]:
    keys = ["longitude_e7", "latitude_e7", "radius_m"]
    named = incidents.filter(pa.array(mask)).select([*keys, "region", "place_name"])
    counted = named.group_by(keys, use_threads=False).aggregate(
        [([], "count_all"), ("region", "first"), ("place_name", "first")]
    )
    spots = [
        Spot(
            row["longitude_e7"] / 1e7,
            row["latitude_e7"] / 1e7,
            row["radius_m"],
            row["count_all"],
            row["place_name_first"] or row["region_first"] or "",
        )
        for row in counted.to_pylist()
    ]
    return sorted(spots, key=lambda spot: (-spot.incidents, spot[:3]))


def possible(spots: Sequence[Spot]) -> int:
    """Return how many incidents may at most lie at one place: those whose discs all hold it.

    Looked for at the centres of the `TRIED` discs with most incidents, of spots in that order.
    """
    if not spots:
        return 0
    x, y, radius, number = (
        np.array([float(spot[field]) for spot in spots]) for field in (0, 1, 2, 3)
    )
    return int(max(_over(x, y, radius, number, at) for at in range(min(len(spots), TRIED))))


def _over(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    radius: npt.NDArray[np.float64],
    number: npt.NDArray[np.float64],
    at: int,
) -> float:
    east = (x - x[at]) * np.cos(np.radians(y[at])) * METRES_PER_DEGREE
    north = (y - y[at]) * METRES_PER_DEGREE
    return float(number[np.hypot(east, north) <= radius].sum())
