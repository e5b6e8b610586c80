# SPDX-License-Identifier: Apache-2.0
"""Coordinates are read exactly from every usual notation, and refused where they are faulty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.coordinates import Axis, degrees_e7, point
from foedus.base.places import E7, Place
from foedus.errors import Fault

GOOD: list[tuple[str, Axis, int]] = [
    ("48.0083", "latitude", 480_083_000),
    ("-33.5", "latitude", -335_000_000),
    ("48°00'30\"N", "latitude", 480_083_333),
    ("48 00 30", "latitude", 480_083_333),
    ("48:00:30 S", "latitude", -480_083_333),
    ("N 48° 0.5'", "latitude", 480_083_333),
    ("37º48′00″E", "longitude", 378_000_000),
    ("37° W", "longitude", -370_000_000),
    ("\u221237°48'", "longitude", -378_000_000),
    ("48°00'30''N", "latitude", 480_083_333),
    ("180", "longitude", 1_800_000_000),
]
BAD: list[tuple[str, Axis]] = [
    ("", "latitude"),
    ("north", "latitude"),
    ("91", "latitude"),
    ("-180.0000001", "longitude"),
    ("48°60'", "latitude"),
    ("48°00'60\"", "latitude"),
    ("48.5 30", "latitude"),
    ("-48 N", "latitude"),
    ("N 48 N", "latitude"),
    ("48 E", "latitude"),
    ("1234", "longitude"),
    ("48,5", "latitude"),
    ("nan", "latitude"),
]


@pytest.mark.parametrize(("written", "axis", "expected"), GOOD)
def test_notation_is_read_exactly(written: str, axis: Axis, expected: int) -> None:
    """Decimal degrees and degrees-minutes-seconds come out to 1e-7 degree."""
    assert degrees_e7(written, axis) == expected


@pytest.mark.parametrize(("written", "axis"), BAD)
def test_faulty_notation_is_told(written: str, axis: Axis) -> None:
    """What is no coordinate, or one of two, is a fault that repeats what came."""
    fault = degrees_e7(written, axis)
    assert isinstance(fault, Fault)
    assert repr(written) == fault.got
    assert fault.column == axis


@given(st.integers(-90 * E7, 90 * E7))
def test_what_is_shown_in_degrees_is_read_back(value_e7: int) -> None:
    """Every latitude that can be held survives being written with seven decimals."""
    sign, size = ("-" if value_e7 < 0 else ""), abs(value_e7)
    assert degrees_e7(f"{sign}{size // E7}.{size % E7:07}", "latitude") == value_e7


@pytest.mark.parametrize(
    "written",
    [
        "POINT(37.8 48.01)",
        "point (37.8   48.01)",
        "POINT Z (37.8 48.01 120)",
        "POINT ZM(37.8 48.01 120 4)",
        "SRID=4326;POINT(3.78e1 48.01)",
    ],
)
def test_wkt_point_is_read(written: str) -> None:
    """Longitude stands first; height, measure and the SRID of WGS 84 are allowed."""
    assert point(written) == Place(latitude_e7=480_100_000, longitude_e7=378_000_000)


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("POINT EMPTY", "wkt"),
        ("LINESTRING(37 48, 38 49)", "wkt"),
        ("POINT(37.8)", "wkt"),
        ("SRID=3857;POINT(37.8 48.01)", "wkt"),
        ("POINT(37.8 148.01)", "latitude"),
        ("POINT(237.8 48.01)", "longitude"),
    ],
)
def test_faulty_wkt_is_told(written: str, column: str) -> None:
    """Anything but a point on WGS 84 is a fault that names the part that is wrong."""
    fault = point(written)
    assert isinstance(fault, Fault)
    assert fault.column == column
