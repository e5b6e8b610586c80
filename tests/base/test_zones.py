# SPDX-License-Identifier: Apache-2.0
"""Zones are found by every name that texts give them, and follow the tz database."""

from __future__ import annotations

from datetime import datetime

import pytest

from foedus.base.zones import Zone, is_zone, local_time, reading, start_us, zone_named, zone_names
from foedus.errors import Fault


@pytest.mark.parametrize(
    ("words", "name", "abbreviation"),
    [
        ("Europe/Kyiv", "Europe/Kyiv", None),
        ("Kyiv time", "Europe/Kyiv", None),
        ("Kiev time", "Europe/Kyiv", None),
        ("moscow  time", "Europe/Moscow", None),
        ("EET", "Europe/Kyiv", "EET"),
        ("eest", "Europe/Kyiv", "EEST"),
        ("MSK", "Europe/Moscow", "MSK"),
        ("UTC", "UTC", None),
        ("Z", "UTC", None),
        ("GMT", "UTC", None),
        ("+03:00", "+03:00", None),
        ("UTC+3", "+03:00", None),
        ("-0330", "-03:30", None),
        ("+00:00", "UTC", None),
    ],
)
def test_zone_is_found_by_its_words(words: str, name: str, abbreviation: str | None) -> None:
    """The words are kept, and what they mean stands beside them."""
    assert zone_named(words) == Zone(words, name, abbreviation)


def test_local_time_is_that_of_the_given_place() -> None:
    """Local time means the clock of a place, which the text must have from elsewhere."""
    assert zone_named("local time", "Kyiv time") == Zone("local time", "Europe/Kyiv")
    assert isinstance(zone_named("local time"), Fault)


@pytest.mark.parametrize("words", ["", "Mars time", "../../etc/passwd", "/etc", "+25:00"])
def test_unknown_zone_is_a_fault(words: str) -> None:
    """What is no zone is a fault, and no path into the machine."""
    assert isinstance(zone_named(words), Fault)
    assert not is_zone(words)


def test_every_zone_of_the_database_has_a_clock() -> None:
    """Each name that the database lists can be read, whatever the machine has installed."""
    assert len(zone_names()) > 400
    for name in zone_names():
        assert local_time(0, Zone(name, name)).utcoffset() is not None


@pytest.mark.parametrize(
    ("local", "count"),
    [("2015-03-29T03:30", 0), ("2015-03-29T04:00", 1), ("2015-10-25T03:30", 2)],
)
def test_clock_shows_a_time_once_twice_or_never(local: str, count: int) -> None:
    """Clocks that are put forward skip times, those that are put back show them twice."""
    kyiv = Zone("Kyiv time", "Europe/Kyiv")
    assert len(reading(datetime.fromisoformat(local), kyiv).instants_us) == count


def test_day_begins_although_midnight_was_skipped() -> None:
    """Where clocks go forward at midnight, the day begins at the instant they do."""
    beirut = Zone("", "Asia/Beirut")
    begins = local_time(start_us(datetime(2015, 3, 29), beirut), beirut)
    assert f"{begins:%Y-%m-%d %H:%M}" == "2015-03-29 01:00"
