# SPDX-License-Identifier: Apache-2.0
"""Local days, weeks, months and years."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.publication.calendars import day_of, months, start_us, weeks_around, years

ZONES = st.sampled_from(("Europe/Kyiv", "Europe/Moscow", "UTC", "America/New_York"))
DAYS = st.dates(date(1995, 1, 1), date(2035, 1, 1))


@given(DAYS, ZONES)
def test_a_day_begins_on_itself(day: date, zone: str) -> None:
    """The first moment of a day must fall on that day, and the moment before on the one before."""
    start = start_us(day, zone)
    assert day_of(start, zone) == day
    assert day_of(start - 1, zone) == day - timedelta(days=1)


@pytest.mark.parametrize(("day", "hours"), [(date(2015, 3, 29), 23), (date(2015, 10, 25), 25)])
def test_days_when_clocks_change(day: date, hours: int) -> None:
    """A day on which clocks change must have 23 or 25 hours."""
    length = start_us(day + timedelta(days=1), "Europe/Kyiv") - start_us(day, "Europe/Kyiv")
    assert length == hours * 3_600_000_000


@given(DAYS, st.integers(1, 900), ZONES)
def test_months_and_years_cover_the_span(first: date, days: int, zone: str) -> None:
    """Bins must be consecutive, begin at or before the span and end at or after it."""
    start, end = start_us(first, zone), start_us(first + timedelta(days=days), zone)
    for bins in (months(start, end, zone), years(start, end, zone)):
        assert bins.edges[0] <= start < bins.edges[1]
        assert bins.edges[-2] < end <= bins.edges[-1]
        assert (np.diff(bins.edges) > 0).all()
        assert len(bins.edges) == len(bins.days) + 1


@given(DAYS, st.integers(1, 30))
def test_weeks_around_a_day(day: date, weeks: int) -> None:
    """As many weeks must lie before a mark as after it, and its own day after."""
    bins = weeks_around(start_us(day, "Europe/Kyiv") + 60_000_000, "Europe/Kyiv", weeks)
    assert len(bins.days) == 2 * weeks
    assert bins.days[weeks] == day
