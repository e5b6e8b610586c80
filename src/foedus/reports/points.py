# SPDX-License-Identifier: Apache-2.0
"""Where a row says it happened: written coordinates to WGS 84 in 1e-7 degrees, and an error radius.

Three notations: decimal degrees, degrees-minutes-seconds with or without a hemisphere, and WKT
points (OGC 06-103r4: longitude first). The radius comes from the source's precision code by the
profile; it is a declared belief about the source, not a measurement.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.reports.cells import Bools, valid
from foedus.reports.faults import Faults
from foedus.reports.profile import Place
from foedus.reports.quantities import fixed_point

E7: Final = 10_000_000
Columns = dict[str, pa.Array]

_DMS: Final = (
    r"^(?P<before>[NSEWnsew])?\s*(?P<sign>[-+\x{2212}])?(?P<degrees>\d{1,3})\s*(?:°|º|[dD]|\s|:)\s*"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*(?:'|′|’|[mM]|\s|:|$)\s*)?"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''|′′|[sS]|\s|$)\s*)?(?P<after>[NSEWnsew])?$"
)
_POINT: Final = (
    r"(?i)^(?:SRID=4326;)?\s*POINT\s*(?:ZM|Z|M)?\s*\(\s*(?P<longitude>[-+.\deE]+)\s+"
    r"(?P<latitude>[-+.\deE]+)(?:\s+[-+.\deE]+){0,2}\s*\)$"
)


class Points(NamedTuple):
    """Where each row is; null where it is not known."""

    latitude_e7: pa.Array
    longitude_e7: pa.Array
    radius_m: pa.Array
    precision: pa.Array
    """The source's own code."""
    null_island: Bools
    """True where the point is exactly 0 N 0 E."""


def read_points(columns: Columns, place: Place, decimal: str, faults: Faults) -> Points:
    """Read the place of every row as the profile's `place` says; what cannot be is a fault."""
    rows = len(faults.bad)
    precision = _optional(columns, place.precision, rows)
    if place.wkt is not None:
        latitude, longitude = _wkt(columns[place.wkt], place.wkt, faults)
        names: tuple[str | None, str | None] = (place.wkt, place.wkt)
    else:
        latitude, longitude = (
            _Axis.unknown(rows)
            if name is None
            else _degrees(columns[name], name, place, decimal, faults)
            for name in (place.latitude, place.longitude)
        )
        names = (place.latitude, place.longitude)
    _check_range(latitude, 90, "latitude", names[0], faults)
    _check_range(longitude, 180, "longitude", names[1], faults)
    known = latitude.there & longitude.there
    _check_whole(latitude, longitude, place, names, faults)
    radius_m = _radii(precision, known, place, faults)
    return Points(
        pa.array(latitude.e7, pa.int64(), mask=~known),
        pa.array(longitude.e7, pa.int64(), mask=~known),
        radius_m,
        precision,
        known & (latitude.e7 == 0) & (longitude.e7 == 0),
    )


class _Axis(NamedTuple):
    e7: npt.NDArray[np.int64]
    there: Bools
    written: pa.Array

    @classmethod
    def unknown(cls, rows: int) -> _Axis:
        nothing = pa.nulls(rows, pa.string())
        return cls(np.zeros(rows, np.int64), np.zeros(rows, np.bool_), nothing)


def _optional(columns: Columns, name: str | None, rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string()) if name is None else columns[name]


def _degrees(text: pa.Array, name: str, place: Place, decimal: str, faults: Faults) -> _Axis:
    there = valid(text)
    e7, read = fixed_point(text, 7, decimal)
    expected = "decimal degrees"
    if place.notation == "dms":
        by_dms, read_dms = _dms(text, "NS" if name == place.latitude else "EW")
        e7, read = np.where(read, e7, by_dms), read | read_dms
        expected = "degrees, minutes and seconds"
    faults.add(there & ~read, "place-format", expected, column=name, got=text)
    return _Axis(e7, there & read, text)


def _dms(text: pa.Array, letters: str) -> tuple[npt.NDArray[np.int64], Bools]:
    """Read 48°00'57.2"N and its like; the letter must be of the right axis."""
    parts = pc.extract_regex(text, _DMS)
    fitted = valid(parts)
    read = fitted.copy()
    total = np.zeros(len(text), np.int64)
    for name, share in (("degrees", 1), ("minutes", 60), ("seconds", 3600)):
        piece = pc.replace_substring(pc.struct_field(parts, name), ",", ".")
        value, _ = fixed_point(piece, 9, ".")
        if share > 1:
            read &= value < 60 * 10**9
        total += value // share
    sides = pc.utf8_upper(
        pc.binary_join_element_wise(
            pc.struct_field(parts, "before"), pc.struct_field(parts, "after"), ""
        )
    )
    side = np.asarray(pc.fill_null(sides, "").to_pylist(), dtype=np.str_)
    read &= np.isin(side, ["", *letters])
    sign = np.asarray(pc.fill_null(pc.struct_field(parts, "sign"), "").to_pylist(), dtype=np.str_)
    negative = (side == letters[1]) ^ np.isin(sign, ["-", "\u2212"])
    e7 = (total + 50) // 100
    return np.where(negative, -e7, e7), read


def _wkt(text: pa.Array, name: str, faults: Faults) -> tuple[_Axis, _Axis]:
    there = valid(text)
    empty = (
        there
        & valid(text)
        & np.asarray(
            pc.fill_null(pc.match_substring_regex(text, r"(?i)^\s*POINT\s+EMPTY\s*$"), False)
        )
    )
    parts = pc.extract_regex(text, _POINT)
    axes = []
    read = valid(parts)
    for field in ("latitude", "longitude"):
        e7, good = fixed_point(pc.struct_field(parts, field), 7, ".")
        read = read & good
        axes.append(e7)
    faults.add(
        there & ~read & ~empty, "place-format", "POINT (longitude latitude)", column=name, got=text
    )
    known = there & read
    return _Axis(axes[0], known, text), _Axis(axes[1], known, text)


def _check_range(axis: _Axis, most: int, which: str, name: str | None, faults: Faults) -> None:
    outside = axis.there & (np.abs(axis.e7) > most * E7)
    expected = f"{which} from -{most} to {most} degrees"
    faults.add(outside, f"{which}-range", expected, column=name, got=axis.written)


def _check_whole(
    latitude: _Axis,
    longitude: _Axis,
    place: Place,
    names: tuple[str | None, str | None],
    faults: Faults,
) -> None:
    given = [valid(axis.written) for axis in (latitude, longitude)]
    for axis, mine, other in ((0, given[0], given[1]), (1, given[1], given[0])):
        faults.add(
            other & ~mine, "place-incomplete", "both coordinates", column=names[axis], got="nothing"
        )
    if not place.may_be_missing and names[0] is not None:
        neither = ~given[0] & ~given[1]
        faults.add(neither, "place-missing", "a place", column=names[0], got="nothing")


def _radii(precision: pa.Array, known: Bools, place: Place, faults: Faults) -> pa.Array:
    """Error radius by precision code; a row without a code takes the code "" or the default."""
    default = place.radius_m.get("", place.default_radius_m)
    if place.precision is None:
        radius = pa.array([default], pa.int64()).take(pa.array(np.zeros(len(precision), np.int64)))
        return pc.if_else(pa.array(known), radius, pa.scalar(None, pa.int64()))
    coded = precision.dictionary_encode()
    codes = coded.dictionary.to_pylist()
    listed = pa.array([code in place.radius_m for code in codes] + [True], pa.bool_())
    radii = pa.array([place.radius_m.get(code) for code in codes] + [default], pa.int64())
    index = pc.fill_null(coded.indices, len(codes))
    unlisted = ~np.asarray(listed.take(index))
    expected = "one of " + ", ".join(sorted(code for code in place.radius_m if code))
    faults.add(unlisted, "place-precision-code", expected, column=place.precision, got=precision)
    return pc.if_else(pa.array(known), radii.take(index), pa.scalar(None, pa.int64()))
