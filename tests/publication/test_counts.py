# SPDX-License-Identifier: Apache-2.0
"""Sums: whatever way incidents are cut, the parts must add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import made
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from foedus.publication import counts
from foedus.publication.calendars import months, weeks_around

FIRST = made.day_us(date(2015, 1, 1))
DEATHS = st.none() | st.integers(0, 500)


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw up to forty incidents of 2015, with all that may be unknown sometimes unknown."""
    found = []
    for number in range(draw(st.integers(0, 40))):
        start = FIRST + draw(st.integers(0, 364)) * made.DAY_US
        found.append(
            made.incident(
                number,
                start,
                start + draw(st.integers(1, 90)) * made.DAY_US,
                deaths_low=draw(DEATHS),
                deaths_best=draw(DEATHS),
                deaths_high=draw(DEATHS),
                radius_m=draw(st.none() | st.integers(0, 700_000)),
                region=draw(st.none() | st.sampled_from(("a", "b"))),
                occurred_precision=draw(st.sampled_from(("day", "span", "month"))),
            )
        )
    return found


def added(sums: list[counts.Sum]) -> tuple[int, int, int]:
    """Return incidents, best deaths and untold ones of several sums."""
    return (
        sum(one.incidents for one in sums),
        sum(one.best or 0 for one in sums),
        sum(one.untold for one in sums),
    )


@given(rows())
def test_bins_add_up(found: list[dict[str, Any]]) -> None:
    """The months' counts must add up to the whole, and no whole part exceed its month."""
    table = made.table(found)
    end = max([FIRST + 1, *(row["occurred_to_us"] for row in found)])
    binned = counts.binned(table, months(FIRST, end, made.ZONE))
    total = counts.summed(table)
    assert binned.incidents.sum() == total.incidents
    assert (binned.best.sum(), binned.low.sum()) == (total.best or 0, total.low or 0)
    assert binned.untold.sum() == total.untold
    assert (binned.incidents_whole <= binned.incidents).all()
    assert (binned.best_whole <= binned.best).all()


@given(rows())
def test_groups_add_up(found: list[dict[str, Any]]) -> None:
    """Groups must add up to the whole, the unknown group among them."""
    table = made.table(found)
    groups = [one for _, one in counts.grouped(table, "region")]
    assert added(groups) == added([counts.summed(table)])
    assert [one.incidents for one in groups] == sorted((o.incidents for o in groups), reverse=True)


@given(rows())
def test_before_after_and_across_are_apart(found: list[dict[str, Any]]) -> None:
    """Each incident that begins near a mark must be before, after or across, and only one."""
    table = made.table(found)
    bins = weeks_around(made.day_us(date(2015, 6, 1)), made.ZONE, 26)
    result = counts.compared(table, bins)
    parts = [result.before, result.after, result.across]
    near = counts.binned(table, bins)
    assert sum(part.incidents for part in parts) == near.incidents.sum()
    assert result.weekly_across.sum() == (result.across.best or 0)
    assert (result.weekly_across <= near.best).all()


@given(rows())
def test_unknown_is_never_exact(found: list[dict[str, Any]]) -> None:
    """A place without an error radius must not count as exact, nor any time but a day."""
    table = made.table(found)
    exact = counts.exact_place(table)
    for row, place, day in zip(found, exact, counts.exact_day(table), strict=True):
        assert place == (row["radius_m"] is not None and row["radius_m"] <= counts.EXACT_PLACE_M)
        assert day == (row["occurred_precision"] == "day")


def test_sums_of_nothing_are_unknown() -> None:
    """Where no incident tells a number of deaths, the sum must be unknown and not zero."""
    silent = made.incident(1, FIRST, FIRST + 1, deaths_low=None, deaths_best=None, deaths_high=None)
    assert counts.summed(made.table([silent])) == counts.Sum(1, None, None, None, 1, 1, 1)


def test_classes_by_limit() -> None:
    """A value must fall in the class of the first limit that it does not exceed."""
    values, known = np.array([5, 6, 31, 0]), np.array([True, True, True, False])
    assert counts.classed(values, known, (5, 30)).tolist() == [0, 1, 2, 3]
