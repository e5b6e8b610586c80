# SPDX-License-Identifier: Apache-2.0
"""Times as agreements and reports write them come out right, or are told as what they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.moments import MINUTE_US, Moment, window
from foedus.base.readings import Uncomputable, moment, read_moment
from foedus.base.zones import utc_us
from foedus.errors import DrafterError, Fault


def at(written: str) -> int:
    """Return a UTC time as microseconds since 1970."""
    return utc_us(datetime.fromisoformat(written).replace(tzinfo=UTC))


STARTS = [
    ("2015-02-15 00:00", "Kyiv time", "2015-02-14T22:00"),
    ("00:00 (Kyiv time) on 15 February 2015", None, "2015-02-14T22:00"),
    ("12 a.m. local time on 15 February 2015", "Europe/Kyiv", "2015-02-14T22:00"),
    ("12am Kyiv time on 15 February 2015", None, "2015-02-14T22:00"),
    ("12 p.m. on 15 February 2015", "UTC", "2015-02-15T12:00"),
    ("noon, 15 February 2015", "UTC", "2015-02-15T12:00"),
    ("Sept. 5, 2014 18:00 Kyiv time", None, "2014-09-05T15:00"),
    ("2020-07-27 00:01", "Europe/Kyiv", "2020-07-26T21:01"),
    ("2020-11-10 00:00 Moscow time", None, "2020-11-09T21:00"),
    ("2016-03-04 00:00 Kyiv time", None, "2016-03-03T22:00"),
    ("12 April 2015 18:00 EEST", None, "2015-04-12T15:00"),
    ("2024-11-27T04:00+02:00", None, "2024-11-27T02:00"),
    ("2024-11-27T02:00:00Z", None, "2024-11-27T02:00"),
    ("27.11.2024 04:00 UTC+2", None, "2024-11-27T02:00"),
    ("2014-08-01 12:00 MSK", None, "2014-08-01T08:00"),
    ("2014-10-26 00:00 MSK", None, "2014-10-25T20:00"),
    ("2015-08-01 12:00 MSK", None, "2015-08-01T09:00"),
    ("2015-10-25 03:30 EEST", None, "2015-10-25T00:30"),
    ("2015-10-25 03:30 EET", None, "2015-10-25T01:30"),
    ("start of 12 April 2026", "Kyiv time", "2026-04-11T21:00"),
    ("end of 12 April 2026", "Kyiv time", "2026-04-12T21:00"),
    ("close of 2026-04-12", "Moscow time", "2026-04-12T21:00"),
    ("2025-04-20 24:00", "Moscow time", "2025-04-20T21:00"),
    ("2024-12-31 24:00", "UTC", "2025-01-01T00:00"),
]


@pytest.mark.parametrize(("written", "zone", "expected"), STARTS)
def test_time_names_this_instant(written: str, zone: str | None, expected: str) -> None:
    """The first instant that a text names is the one that its clock showed so."""
    assert moment(written, zone).from_us == at(expected)


@pytest.mark.parametrize(
    ("start", "end", "zone", "hours"),
    [
        pytest.param("2025-04-19 18:00", "2025-04-20 24:00", "Moscow time", 30, id="easter-2025"),
        pytest.param("16:00 11 April 2026", "end of 12 April 2026", "Kyiv time", 32, id="easter"),
        pytest.param("16:00 11 April 2026", "end of 12 April 2026", "Moscow time", 32, id="msk"),
        pytest.param("2025-05-08 00:00", "2025-05-11 00:00", "Moscow time", 72, id="may-2025"),
        pytest.param("8 May 2025", "end of 10 May 2025", "Moscow time", 72, id="may-in-days"),
        pytest.param("2015-03-28 12:00", "2015-03-29 12:00", "Kyiv time", 23, id="summer-begins"),
        pytest.param("2015-10-24 12:00", "2015-10-25 12:00", "Kyiv time", 25, id="summer-ends"),
    ],
)
def test_truce_lasts_these_hours(start: str, end: str, zone: str, hours: int) -> None:
    """The hours between two written times are hours that passed, not hours on a dial."""
    assert window(moment(start, zone), moment(end, zone)).hours == hours


@pytest.mark.parametrize(
    ("written", "precision", "end"),
    [
        ("2015-02-15T10:00:05.25Z", "instant", "2015-02-15T10:00:05.260000"),
        ("2015-02-15T10:00:05Z", "instant", "2015-02-15T10:00:06"),
        ("2015-02-15 10:00 UTC", "minute", "2015-02-15T10:01"),
        ("2015-02-15T10Z", "hour", "2015-02-15T11:00"),
        ("15 February 2015 UTC", "day", "2015-02-16T00:00"),
        ("2015-W07 UTC", "week", "2015-02-16T00:00"),
        ("February 2015 UTC", "month", "2015-03-01T00:00"),
        ("2015-12 UTC", "month", "2016-01-01T00:00"),
        ("2015 UTC", "year", "2016-01-01T00:00"),
    ],
)
def test_time_is_as_wide_as_it_was_written(written: str, precision: str, end: str) -> None:
    """A time stated to the day is the whole day, one stated to the second is that second."""
    found = moment(written)
    assert (found.precision, found.to_us) == (precision, at(end))


def test_hour_that_came_twice_keeps_both_readings() -> None:
    """03:30 on the night when clocks went back may be either; nobody picks one."""
    found = moment("2015-10-25 03:30", "Europe/Kyiv")
    assert (found.from_us, found.to_us) == (at("2015-10-25T00:30"), at("2015-10-25T01:31"))
    assert found.precision == "span"


@pytest.mark.parametrize(
    ("written", "needs"),
    [
        ("upon signature", "signature"),
        ("within 24 hours of the adoption of this memorandum", "adoption"),
        ("on its entry into force", "entry into force"),
        ("immediately", "judgement"),
        ("as soon as possible", "judgement"),
        ("without delay after 15 February 2015", "judgement"),
    ],
)
def test_time_that_hangs_on_something_is_not_guessed(written: str, needs: str) -> None:
    """A time that no clock can tell says what it needs, and is an error where one must be told."""
    assert read_moment(written, "UTC") == Uncomputable(written=written, needs=needs)
    with pytest.raises(DrafterError, match=needs):
        moment(written, "UTC")


FAULTS = [
    ("", "UTC", "a date"),
    ("tomorrow", "UTC", "a date"),
    ("18:00 Kyiv time", None, "a date"),
    ("2015-02-15 00:00", None, "a time zone"),
    ("2015-02-15 00:00 local time", None, "a zone for local time"),
    ("2015-02-15 00:00 Europ/Kyiv", None, "did you mean 'Europe/Kyiv'"),
    ("2015-02-15 00:00 +15:00", None, "an offset"),
    ("2015-02-30", "UTC", "in the calendar"),
    ("2015-W60", "UTC", "in the calendar"),
    ("2015-02-15 25:00", "UTC", "from 00:00 to 24:00"),
    ("2015-02-15 24:01", "UTC", "from 00:00 to 24:00"),
    ("13 p.m. 15 February 2015", "UTC", "from 00:00 to 24:00"),
    ("2015-03-29 03:30", "Europe/Kyiv", "write 04:30"),
    ("2015-02-15 12:00 EEST", None, "write EET"),
    ("2015-07-15 EET", None, "write EEST"),
    ("2015-07-15 12:00 EET", None, "write EEST"),
    ("midnight of 5 May 2025", "UTC", "00:00 or 24:00"),
    ("04/05/2025", "UTC", "4 May 2025"),
    ("end of 2015-02-15 12:00", "UTC", "no beginning or end"),
    ("February 2015 12:00", "UTC", "one whole day"),
    ("2025-04-19 18:00 2025-04-20", "UTC", "a time zone"),
    ("between 12:00 and 13:00 on 15 February 2015", "UTC", "a time zone"),
]


@pytest.mark.parametrize(("written", "zone", "told"), FAULTS)
def test_faulty_time_is_told_with_a_way_to_mend_it(
    written: str, zone: str | None, told: str
) -> None:
    """What cannot be read, or can be read in two ways, is a fault and never a guess."""
    fault = read_moment(written, zone)
    assert isinstance(fault, Fault)
    assert told in str(fault)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 30)))
def test_written_in_utc_is_read_back(local: datetime) -> None:
    """A time of UTC that is written to the microsecond comes back as that microsecond."""
    found = moment(f"{local:%Y-%m-%dT%H:%M:%S.%f}Z")
    at_us = utc_us(local.replace(tzinfo=UTC))
    assert (found.from_us, found.to_us) == (at_us, at_us + 1)


@given(
    st.datetimes(datetime(1992, 1, 1), datetime(2036, 12, 31)),
    st.sampled_from(["Europe/Kyiv", "Europe/Moscow", "Asia/Beirut", "America/New_York"]),
)
def test_every_reading_is_what_the_clock_showed(local: datetime, zone: str) -> None:
    """The interval of a local minute holds it; only a minute that was skipped has none."""
    local = local.replace(second=0, microsecond=0)
    found = read_moment(f"{local:%Y-%m-%d %H:%M}", zone)
    if isinstance(found, Fault):
        assert "forward" in found.hint
    else:
        assert isinstance(found, Moment)
        assert found.to_us - found.from_us in (MINUTE_US, 61 * MINUTE_US)
