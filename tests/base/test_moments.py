# SPDX-License-Identifier: Apache-2.0
"""Questions about imprecise times are answered sure, possible or no, and shown no finer."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.encoding import canonical
from foedus.base.evidence import Answer
from foedus.base.moments import (
    Moment,
    Window,
    before,
    day_of,
    days_of,
    overlaps,
    same_day,
    shown,
    window,
    within,
)
from foedus.base.readings import moment
from foedus.base.zones import Zone
from foedus.errors import DrafterError

KYIV = Zone("Kyiv time", "Europe/Kyiv")
UTC = Zone("UTC", "UTC")


def span(from_us: int, length_us: int) -> Moment:
    """Return a moment that is known to a span."""
    return Moment(
        written="", zone="UTC", from_us=from_us, to_us=from_us + length_us, precision="span"
    )


moments = st.builds(span, st.integers(-6, 6), st.integers(1, 5))
windows = st.builds(lambda at, size: Window(at, at + size), st.integers(-6, 6), st.integers(1, 9))


def answer(truths: set[bool]) -> Answer:
    """Return what to answer if these are the truths that can be."""
    return {(True,): Answer.SURE, (False,): Answer.NO}.get(tuple(truths), Answer.POSSIBLE)


def instants(item: Moment | Window) -> range:
    """Return every instant of an interval."""
    return range(item.from_us, item.to_us)


@given(moments, moments)
def test_before_is_true_of_every_pair_of_instants_or_not_sure(one: Moment, other: Moment) -> None:
    """The answer is the one that trying all instants of both intervals gives."""
    assert before(one, other) is answer({a < b for a in instants(one) for b in instants(other)})


@given(moments, moments)
def test_overlap_is_true_of_every_pair_of_instants_or_not_sure(one: Moment, other: Moment) -> None:
    """Two moments may be one if an instant is common to both, and are if there is no other."""
    assert overlaps(one, other) is answer({a == b for a in instants(one) for b in instants(other)})


@given(moments, windows)
def test_within_is_true_of_every_instant_or_not_sure(one: Moment, held: Window) -> None:
    """A moment fell into a window surely only if all of its instants do."""
    assert within(one, held) is answer({a in instants(held) for a in instants(one)})


@given(moments, moments)
def test_before_has_a_direction(one: Moment, other: Moment) -> None:
    """If one surely came before the other, the other did not come before it."""
    if before(one, other) is Answer.SURE:
        assert before(other, one) is Answer.NO


def test_empty_interval_is_refused() -> None:
    """A moment that can have been at no instant is no moment."""
    with pytest.raises(DrafterError):
        span(0, 0)


def test_window_that_ends_before_it_begins_is_refused() -> None:
    """Both written times are told."""
    with pytest.raises(DrafterError, match=r"2025.*2024"):
        window(moment("2025", "UTC"), moment("2024", "UTC"))


@pytest.mark.parametrize(
    ("written", "begins", "named_by", "expected"),
    [
        ("2015-02-15 19:29", "19:30", "end", "2015-02-15"),
        ("2015-02-15 19:30", "19:30", "end", "2015-02-16"),
        ("2015-02-15 19:29", "19:30", "start", "2015-02-14"),
        ("2015-02-15 19:30", "19:30", "start", "2015-02-15"),
        ("2015-02-15 00:00", "00:00", "start", "2015-02-15"),
        ("2015-02-15 23:59", "00:00", "end", "2015-02-15"),
        ("2015-02-15", "00:00", "start", "2015-02-15"),
        ("2015-02-15", "19:30", "start", None),
        ("2015-02", "00:00", "start", None),
    ],
)
def test_reporting_day(written: str, begins: str, named_by: str, expected: str | None) -> None:
    """A daily report as of 19:30 holds the evening before; a whole day may fall on two of them."""
    found = day_of(moment(written, "Kyiv time"), KYIV, time.fromisoformat(begins), named_by)
    assert found == (None if expected is None else date.fromisoformat(expected))


def test_day_of_another_zone_may_be_two_days() -> None:
    """A day in Moscow touches two days in Kyiv."""
    found = days_of(moment("2015-02-15", "Moscow time"), KYIV)
    assert found == (date(2015, 2, 14), date(2015, 2, 15))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2015-02-15 10:00", "2015-02-15 23:59", Answer.SURE),
        ("2015-02-15", "2015-02-15 12:00", Answer.SURE),
        ("2015-02-15", "2015-02-16", Answer.NO),
        ("2015-02-15", "2015-02", Answer.POSSIBLE),
    ],
)
def test_same_day(one: str, other: str, expected: Answer) -> None:
    """Two times fall on one day surely, possibly or not, by what is known of each."""
    first, second = moment(one, "Kyiv time"), moment(other, "Kyiv time")
    assert same_day(first, second, KYIV) is expected
    assert same_day(second, first, KYIV) is expected


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("2015-02-15 00:00 Kyiv time", UTC, "2015-02-14 22:00 UTC"),
        ("2015-02-15 00:00 Kyiv time", KYIV, "2015-02-15 00:00 EET"),
        ("2015-02-15 00:00 Kyiv time", Zone("", "+05:30"), "2015-02-15 03:30 UTC+05:30"),
        ("2015-02-15T10:00:05Z", UTC, "2015-02-15 10:00:05 UTC"),
        ("2015-02-15T10Z", UTC, "2015-02-15 10:00 – 11:00 UTC"),
        ("2015-02-15 Kyiv time", KYIV, "2015-02-15"),
        ("2015-02-15 Kyiv time", UTC, "2015-02-14 22:00 – 2015-02-15 22:00 UTC"),
        ("2015-W07 Kyiv time", KYIV, "2015-02-09 – 2015-02-15"),
        ("2015-02 Kyiv time", KYIV, "2015-02"),
        ("2015-12 Kyiv time", KYIV, "2015-12"),
        ("2015 Kyiv time", KYIV, "2015"),
        ("2015-10-25 03:30 Kyiv time", KYIV, "2015-10-25 03:30 EEST – 03:31 EET"),
    ],
)
def test_shown_no_finer_than_known(written: str, zone: Zone, expected: str) -> None:
    """A day is shown as a day where it is one, and by both of its ends on any other clock."""
    assert shown(moment(written), zone) == expected


def test_moment_keeps_what_was_written() -> None:
    """The words of the text and its zone are part of the record."""
    found = moment("12 a.m. local time on 15 February 2015", "Europe/Kyiv")
    assert (found.written, found.zone) == ("12 a.m. local time on 15 February 2015", "local time")
    assert b"local time" in canonical(found)
