# SPDX-License-Identifier: Apache-2.0
"""Intervals by precision and zone; the bulk clocks against Python's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.zones import Zone, zone_named
from foedus.reports.cells import spans
from foedus.reports.clocks import Clocks, universal
from foedus.reports.dates import DAY_US, IMPOSSIBLE, NO_OFFSET, UNREAD, format_fault, read_dates
from foedus.reports.times import Stated, clock_us, interval

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
ZONES = ("Europe/Kyiv", "Europe/Moscow", "Europe/Dublin", "America/St_Johns", "Asia/Beirut", "UTC")


def local_us(moment: datetime) -> int:
    """Microseconds since 1970 on the clock that shows `moment`."""
    return (moment - EPOCH) // MICROSECOND


def utc_us(*parts: int) -> int:
    """Microseconds since 1970 of a moment in UTC."""
    return local_us(datetime(*parts))  # type: ignore[arg-type]


def clock_of(zone: str) -> tzinfo:
    """Python's own clock of a zone, by the same edition of the database."""
    named = zone_named(zone)
    assert isinstance(named, Zone)
    return named.clock


@given(
    st.datetimes(datetime(1920, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(ZONES),
)
def test_clock_agrees_with_zoneinfo(moment: datetime, zone: str) -> None:
    """Every local time has the readings that Python's zoneinfo gives it."""
    moment = moment.replace(microsecond=0)
    clock = clock_of(zone)
    folds = [moment.replace(tzinfo=clock, fold=fold) for fold in (0, 1)]
    readings = [fold.astimezone(UTC) for fold in folds]
    true = sorted(
        (reading.replace(tzinfo=None) - EPOCH) // MICROSECOND
        for reading in readings
        if reading.astimezone(clock).replace(tzinfo=None) == moment
    )
    found = universal(np.array([local_us(moment)]), zone)
    assert bool(found.skipped[0]) == (not true)
    if true:
        assert (int(found.earliest_us[0]), int(found.latest_us[0])) == (true[0], true[-1])


INTERVALS = {
    "a day": ("day", "2015-02-15", None, (2015, 2, 14, 22), (2015, 2, 15, 22)),
    "a day of 23 hours": ("day", "2015-03-29", None, (2015, 3, 28, 22), (2015, 3, 29, 21)),
    "days": ("span", "2015-02-15", "2015-02-17", (2015, 2, 14, 22), (2015, 2, 17, 22)),
    "a week": ("week", "2015-02-09", None, (2015, 2, 8, 22), (2015, 2, 15, 22)),
    "a month": ("month", "2015-02-15", None, (2015, 1, 31, 22), (2015, 2, 28, 22)),
    "a stated month": ("month", "2015-02-01", "2015-02-28", (2015, 1, 31, 22), (2015, 2, 28, 22)),
    "a year": ("year", "2015-02-15", None, (2014, 12, 31, 22), (2015, 12, 31, 22)),
    "an hour": ("hour", "2015-02-15T08:30:00", None, (2015, 2, 15, 6), (2015, 2, 15, 7)),
    "an hour twice": ("hour", "2015-10-25T03:30:00", None, (2015, 10, 25, 0), (2015, 10, 25, 2)),
    "Moscow is not Kyiv": ("day", "2014-10-26", None, (2014, 10, 25, 21), (2014, 10, 26, 22)),
}


@pytest.mark.parametrize("case", INTERVALS)
def test_interval(case: str) -> None:
    """A precision stands for its interval on Kyiv's clock, changes to and from summer time too."""
    precision, start, end, first, last = INTERVALS[case]
    written = [datetime.fromisoformat(item) for item in (start, end or start)]
    bounds = [np.array([local_us(item)]) for item in written]
    stated = Stated(bounds[0], bounds[1] if end else None, (precision,), np.zeros(1, np.int64))
    clock = one_clock("Europe/Kyiv")
    found = interval(stated, clock, clock, 0)
    assert (int(found.from_us[0]), int(found.to_us[0])) == (utc_us(*first), utc_us(*last))


def one_clock(zone: str, rows: int = 1) -> Clocks:
    """All rows on the clock of one zone."""
    return Clocks((zone,), np.zeros(rows, np.int64), np.full(rows, NO_OFFSET, np.int32))


def test_reporting_day() -> None:
    """A reporting day runs from the hour at which it begins to the same hour of the next day."""
    stated = Stated(np.array([utc_us(2015, 2, 15)]), None, ("day",), np.zeros(1, np.int64))
    begins_us, clock = clock_us("19:30") or 0, one_clock("Europe/Kyiv")
    later = interval(stated, clock, clock, begins_us)
    assert int(later.from_us[0]) == utc_us(2015, 2, 15, 17, 30)
    earlier = interval(stated, clock, clock, begins_us - DAY_US)
    assert int(earlier.from_us[0]) == utc_us(2015, 2, 14, 17, 30)


def test_abbreviations_say_which_clock() -> None:
    """EET and EEST tell the two readings of an hour apart, and are refused out of their season."""
    twice = np.array([utc_us(2015, 10, 25, 3, 30)])
    assert int(universal(twice, "EEST").earliest_us[0]) == utc_us(2015, 10, 25, 0, 30)
    assert int(universal(twice, "EET").latest_us[0]) == utc_us(2015, 10, 25, 1, 30)
    assert universal(np.array([utc_us(2015, 1, 10, 12)]), "EEST").skipped.all()


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)))
def test_written_dates_are_read_back(moment: datetime) -> None:
    """What strftime writes is read as the same moment."""
    written = pa.array([moment.isoformat(timespec="microseconds")])
    dates = read_dates(spans(written), ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f"))
    assert (dates.status[0], int(dates.local_us[0])) == (0, local_us(moment))


WRITTEN = {
    "24:00 is the next midnight": ("2015-02-15 24:00", (2015, 2, 16), 0),
    "not past 24:00": ("2015-02-15 24:01", None, IMPOSSIBLE),
    "month 13": ("2015-13-01 00:00", None, IMPOSSIBLE),
    "day 0": ("2015-01-00 00:00", None, IMPOSSIBLE),
    "year of two digits": ("15-01-01 00:00", None, UNREAD),
    "something after it": ("2015-01-01 00:00 or so", None, UNREAD),
    "leap day of 2000": ("2000-02-29 00:00", (2000, 2, 29), 0),
    "no leap day of 1900": ("1900-02-29 00:00", None, IMPOSSIBLE),
    "a year before the record": ("0215-01-01 00:00", None, IMPOSSIBLE),
    "a year after the record": ("2101-01-01 00:00", None, IMPOSSIBLE),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_written_date(case: str) -> None:
    """What cannot be is told apart from what is not in the format."""
    written, moment, status = WRITTEN[case]
    dates = read_dates(spans(pa.array([written])), ("%Y-%m-%d %H:%M",))
    assert dates.status[0] == status
    assert moment is None or int(dates.local_us[0]) == utc_us(*moment)


@pytest.mark.parametrize("written", ["%Y-%m", "%y-%m-%d", "today", "%"])
def test_bad_format(written: str) -> None:
    """A format that does not make a date is told before any file is read."""
    assert format_fault(written) is not None
