# SPDX-License-Identifier: Apache-2.0
"""Coordinates as they are written: decimal degrees, degrees-minutes-seconds, WKT points.

Each is read exactly, in decimal arithmetic, to 1e-7 degree. A WKT point (OGC 06-103r4) has its
longitude first, and may carry a height, a measure or the SRID 4326; any other reference system is a
fault, since turning it into WGS 84 is the source's work. Whole columns are read by the readers of
reports.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from foedus.base.places import E7, Place
from foedus.errors import Fault

Axis = Literal["latitude", "longitude"]
LIMIT: Final[dict[Axis, int]] = {"latitude": 90, "longitude": 180}
_LETTERS: Final[dict[Axis, str]] = {"latitude": "NS", "longitude": "EW"}
_DMS = re.compile(
    r"(?P<before>[NSEW])?\s*(?P<sign>[+\u2212-])?\s*(?P<degrees>\d{1,3}(?:\.\d+)?)"
    r"(?:[°º:\s]+(?P<minutes>\d{1,2}(?:\.\d+)?)"
    r"(?:['′’:\s]+(?P<seconds>\d{1,2}(?:\.\d+)?)(?:[\"″”]|'')?|['′’])?|[°º])?"
    r"\s*(?P<after>[NSEW])?",
    re.IGNORECASE,
)
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_WKT = re.compile(
    rf"(?:SRID=(?P<srid>\d+);)?\s*POINT\s*(?:ZM|Z|M)?\s*\(\s*(?P<longitude>{_NUMBER})"
    rf"\s+(?P<latitude>{_NUMBER})(?:\s+{_NUMBER}){{0,2}}\s*\)",
    re.IGNORECASE,
)


def degrees_e7(written: str, axis: Axis) -> int | Fault:
    """Return a latitude or longitude in 1e-7 degree; decimal, or degrees, minutes and seconds.

    A letter N, S, E or W may stand before or after, in place of a sign and never with one.
    """
    text = written.strip()
    found = _DMS.fullmatch(text)
    if found is None:
        hint = "such as 48.0083, 48°00'30\"N or 48 00 30"
        return Fault(column=axis, expected="degrees", got=repr(written), hint=hint)
    letter = (found["before"] or found["after"] or "").upper()
    two = found["before"] and found["after"]
    if two or (letter and (found["sign"] or letter not in _LETTERS[axis])):
        expected = f"one sign, or one of {' and '.join(_LETTERS[axis])}"
        return Fault(column=axis, expected=expected, got=repr(written))
    parts = [found[part] for part in ("degrees", "minutes", "seconds") if found[part]]
    sizes = [Decimal(part) for part in parts] + [Decimal(0)] * (3 - len(parts))
    if any(size >= 60 for size in sizes[1:]) or any("." in part for part in parts[:-1]):
        expected = "minutes and seconds below 60, and no fraction but in the last"
        return Fault(column=axis, expected=expected, got=repr(written))
    size = sizes[0] + sizes[1] / 60 + sizes[2] / 3600
    is_negative = letter in ("S", "W") or found["sign"] in ("-", "\u2212")
    return _in_range(-size if is_negative else size, axis, written)


def point(written: str) -> Place | Fault:
    """Return the place of a WKT point; its error radius is unknown."""
    found = _WKT.fullmatch(written.strip())
    if found is None:
        hint = "longitude first: POINT(37.80 48.01)"
        return Fault(column="wkt", expected="a point", got=repr(written), hint=hint)
    if found["srid"] not in (None, "4326"):
        expected = "WGS 84, which is SRID 4326"
        return Fault(column="wkt", expected=expected, got=f"SRID {found['srid']}")
    latitude = _in_range(Decimal(found["latitude"]), "latitude", written)
    longitude = _in_range(Decimal(found["longitude"]), "longitude", written)
    if isinstance(latitude, Fault):
        return latitude
    if isinstance(longitude, Fault):
        return longitude
    return Place(latitude_e7=latitude, longitude_e7=longitude)


def _in_range(degrees: Decimal, axis: Axis, written: str) -> int | Fault:
    expected = f"-{LIMIT[axis]} to {LIMIT[axis]} degrees"
    if abs(degrees) > LIMIT[axis]:
        hint = "latitude and longitude may have changed places" if axis == "latitude" else ""
        return Fault(column=axis, expected=expected, got=repr(written), hint=hint)
    return int((degrees * E7).quantize(Decimal(1), ROUND_HALF_EVEN))
