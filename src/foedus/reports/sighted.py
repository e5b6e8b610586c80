# SPDX-License-Identifier: Apache-2.0
"""Where a row of the observation form says that it happened: stated, or by bearing and range.

A stated place goes before what an observer saw from afar. What is not told stays wide: no bearing
is any bearing, no far end of the range is `FARTHEST_M`, a bearing in degrees without an error is
off by as much as one of eight points of the compass. Geometry is left to `base.sightings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.sightings import Sightings, places_of
from foedus.reports import observation_form as form
from foedus.reports.cells import Bools, valid
from foedus.reports.faults import Faults
from foedus.reports.points import read_points
from foedus.reports.profile import Place
from foedus.reports.quantities import counts, fixed_point

Texts = Mapping[str, pa.Array]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NOTHING: Final = "nothing"
FROM_AFAR: Final = ("bearing", "bearing_error_deg", "range_from_km", "range_to_km")


class Where(NamedTuple):
    """The place of each row, null where it is not known, and how it is known."""

    latitude_e7: pa.Array
    longitude_e7: pa.Array
    radius_m: pa.Array
    way: pa.Array
    """place, bearing and range, range, observer or name."""
    range_unknown: Bools


class _Point(NamedTuple):
    latitude_e7: Ints
    longitude_e7: Ints
    radius_m: Ints
    there: Bools


def read_where(
    texts: Texts, stated: Mapping[str, pa.Array], at_observer: Bools, faults: Faults
) -> Where:
    """Return where each row says that it happened.

    `stated` holds `latitude_e7` and `longitude_e7` of the place; under `at_observer` are the rows
    that happened to the observer where no bearing and no range is told.
    """
    place = _point(texts, "place", stated["latitude_e7"], stated["longitude_e7"], faults)
    read = read_points(
        dict(texts),
        Place(latitude="observer_latitude", longitude="observer_longitude", may_be_missing=True),
        ".",
        faults,
    )
    observer = _point(texts, "observer", read.latitude_e7, read.longitude_e7, faults)
    afar = np.logical_or.reduce([valid(texts[name]) for name in FROM_AFAR])
    here = at_observer & ~afar
    told, unknown = _sightings(texts, observer, here, faults)
    _check_whole(texts, place.there, observer.there, faults)
    seen = places_of(told)
    known = place.there | observer.there
    sighted = observer.there & ~place.there
    latitude, longitude, radius = (
        pa.array(np.where(place.there, mine, theirs), pa.int64(), mask=~known)
        for mine, theirs in zip(place[:3], seen, strict=True)
    )
    return Where(
        latitude,
        longitude,
        radius,
        _way(place.there, sighted, here, valid(texts["bearing"])),
        unknown & sighted & ~here,
    )


def _point(
    texts: Texts, whose: str, latitude: pa.Array, longitude: pa.Array, faults: Faults
) -> _Point:
    """Read the radius beside a point; one without the other is a fault."""
    name = f"{whose}_radius_m"
    radius = counts(texts[name], name, ".", faults)
    written = valid(texts[f"{whose}_latitude"]) | valid(texts[f"{whose}_longitude"])
    alone = written & ~valid(texts[name])
    faults.add(alone, "place-incomplete", "metres", column=name, got=NOTHING)
    bare = ~written & valid(texts[name])
    column = f"{whose}_latitude"
    faults.add(bare, "place-incomplete", "both coordinates", column=column, got=NOTHING)
    there = valid(latitude) & valid(longitude) & valid(radius)
    return _Point(_whole(latitude), _whole(longitude), _whole(radius), there)


def _whole(column: pa.Array) -> Ints:
    return np.asarray(pc.fill_null(column, 0), np.int64)


def _sightings(
    texts: Texts, observer: _Point, here: Bools, faults: Faults
) -> tuple[Sightings, Bools]:
    """Read bearing and range of every row, and where the far end is not told."""
    bearing, error = _bearing(texts, faults)
    near_m, has_near = _range_m(texts, "range_from_km", faults)
    far_m, has_far = _range_m(texts, "range_to_km", faults)
    reversed_ = has_far & has_near & (far_m < near_m)
    expected = "a far end not nearer than the near end"
    faults.add(reversed_, "range-order", expected, column="range_to_km", got=texts["range_to_km"])
    far_m = np.where(has_far, far_m, np.maximum(near_m, form.FARTHEST_M))
    far_m = np.where(here, 0, np.maximum(far_m, near_m))
    told = Sightings(*observer[:3], np.where(here, 0, near_m), far_m, bearing, error)
    return told, ~has_far


def _range_m(texts: Texts, name: str, faults: Faults) -> tuple[Ints, Bools]:
    """Read kilometres as metres, and where they could be; what is absurdly far is a fault."""
    metres, read = fixed_point(texts[name], 3, ".")
    there = valid(texts[name])
    good = read & (metres >= 0) & (metres <= 1_000 * form.MOST_RANGE_KM)
    expected = f"kilometres from 0 to {form.MOST_RANGE_KM}"
    faults.add(there & ~good, "number-format", expected, column=name, got=texts[name])
    return np.where(good, metres, 0), good


def _bearing(texts: Texts, faults: Faults) -> tuple[Floats, Floats]:
    """Return bearing and its error in degrees; NaN where none is told or it cannot be read."""
    text = texts["bearing"]
    points = form.compass()
    at = pc.index_in(form.plain_texts(text), value_set=pa.array(list(points), pa.string()))
    number = np.asarray(pc.fill_null(at, len(points)), np.int64)
    table = np.array([*points.values(), (np.nan, np.nan)])
    thousandths, read = fixed_point(text, 3, ".")
    in_degrees = read & (thousandths >= 0) & (thousandths <= 360_000)
    bearing = np.where(in_degrees, thousandths / 1_000, table[number, 0])
    wrong = valid(text) & np.isnan(bearing)
    expected = "a point of the compass such as NW, or degrees from 0 to 360"
    faults.add(wrong, "bearing-format", expected, column="bearing", got=text)
    least = np.where(in_degrees, 0.0, table[number, 1])
    error = np.maximum(_error_deg(texts, faults), least)
    unsaid = in_degrees & ~valid(texts["bearing_error_deg"])
    return bearing, np.where(unsaid, form.HALF_POINT_DEG["wide"], error)


def _error_deg(texts: Texts, faults: Faults) -> Floats:
    name = "bearing_error_deg"
    thousandths, read = fixed_point(texts[name], 3, ".")
    good = read & (thousandths >= 0) & (thousandths <= 180_000)
    there = valid(texts[name])
    expected = "degrees from 0 to 180"
    faults.add(there & ~good, "number-format", expected, column=name, got=texts[name])
    alone = there & ~valid(texts["bearing"])
    faults.add(alone, "bearing-format", "a bearing", column="bearing", got=NOTHING)
    return np.where(good, thousandths / 1_000, 0.0)


def _check_whole(texts: Texts, placed: Bools, observed: Bools, faults: Faults) -> None:
    """Note rows without any place, and bearings and ranges from nowhere."""
    written = [
        valid(texts[name])
        for name in ("place_latitude", "place_longitude", "observer_latitude", "observer_longitude")
    ]
    nowhere = ~np.logical_or.reduce([*written, placed, observed, valid(texts["place_name"])])
    expected = "a place, an observer's place or the name of a place"
    faults.add(nowhere, "place-missing", expected, column="place_latitude", got=NOTHING)
    for name in ("bearing", "range_from_km", "range_to_km"):
        loose = valid(texts[name]) & ~written[2] & ~written[3]
        expected = "where the observer stood"
        faults.add(loose, "place-incomplete", expected, column="observer_latitude", got=NOTHING)


def _way(placed: Bools, sighted: Bools, here: Bools, bearing: Bools) -> pa.Array:
    names = pa.array(["name", "place", "observer", "bearing and range", "range"])
    way = np.where(placed, 1, np.where(~sighted, 0, np.where(here, 2, np.where(bearing, 3, 4))))
    return names.take(pa.array(way))
