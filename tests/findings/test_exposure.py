# SPDX-License-Identifier: Apache-2.0
"""Exposure: who could look and when, what a silence is worth, and a fall that is one in access."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.counted_items import FIRST, at, item, rule
from foedus.findings.access import falls
from foedus.findings.counting import Figure, Item, counted
from foedus.findings.exposure import Cell, Watch, days_of, exposure
from foedus.findings.rates import chance_of_so_few, garwood, rate

BY = rule("foedus")
NEXT = FIRST + timedelta(days=2)
HOUR_US = 3_600_000_000


def watch(
    start: int, end: int, record: str = "watched", *, who: str = "P1", days: int = 0
) -> Watch:
    """Return a note of an observer from one full hour to another."""
    day_us = at(FIRST + timedelta(days=days), "00:00")
    return Watch(who, "R", record, day_us + start * HOUR_US, day_us + end * HOUR_US, is_timed=True)


def untimed(record: str) -> Watch:
    """Return a note that tells the day alone."""
    return watch(0, 24, record)._replace(is_timed=False)


def cell(*notes: Watch, items: list[Item] | None = None) -> Cell:
    """Return the cell of the first day."""
    of = items or []
    (found,) = exposure(notes, of, counted(of, BY), [FIRST])
    return found


CASES = {
    "one watch": ([watch(8, 12)], (4, 4), (4, 4)),
    "two watches of one": ([watch(8, 12), watch(10, 14)], (6, 6), (6, 6)),
    "two observers at once": ([watch(8, 12), watch(10, 14, who="P2")], (6, 6), (8, 8)),
    "kept out in between": ([watch(8, 12), watch(9, 10, "access-denied")], (3, 3), (3, 3)),
    "another was kept out": ([watch(8, 12), watch(9, 10, "jammed", who="P2")], (4, 4), (4, 4)),
    "all the time": ([watch(8, 12), watch(7, 13, "not-looked")], (0, 0), (0, 0)),
    "watched at some time": ([untimed("watched")], (0, 24), (0, 24)),
    "kept out at some time": ([watch(8, 12), untimed("access-denied")], (0, 4), (0, 4)),
    "into the next day": ([watch(20, 30)], (4, 4), (4, 4)),
}


@pytest.mark.parametrize("name", CASES)
def test_hours(name: str) -> None:
    """Watches less what kept the same observer from them, by the clock and by each observer."""
    notes, covered, together = CASES[name]
    found = cell(*notes)
    assert found.covered == pytest.approx(covered)
    assert found.observer_hours == pytest.approx(together)


STATE = {
    "not-known": [watch(8, 12, "access-denied")],
    "not-seen": [watch(8, 12)],
    "not-watched": [watch(8, 12, days=1)],
    "hardly-watched": [untimed("watched")],
}


@pytest.mark.parametrize("state", STATE)
def test_a_silence_is_worth_what_was_watched(state: str) -> None:
    """That nothing was recorded is told apart by who watched; nothing is said not to have been."""
    found = cell(*STATE[state])
    assert found.state == state
    assert (found.rate is None) == (state != "not-seen")
    assert cell(*STATE[state], items=[item(1)]).state == "seen"


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.390)]
)
def test_intervals_are_garwoods(count: int, low: float, high: float) -> None:
    """The exact 95 percent intervals of 0, 1 and 10 are those of the tables."""
    assert garwood(count) == pytest.approx((low, high), abs=0.001)


@given(st.integers(0, 40))
def test_intervals_hold_what_they_say(count: int) -> None:
    """At either end of the interval, what was seen or more extreme has a chance of 2.5 percent."""
    low, high = garwood(count)
    below = sum(exp(-high) * high**n / factorial(n) for n in range(count + 1))
    assert below == pytest.approx(0.025, abs=1e-6)
    if count:
        above = 1 - sum(exp(-low) * low**n / factorial(n) for n in range(count))
        assert above == pytest.approx(0.025, abs=1e-6)


def test_a_rate_is_as_wide_as_hours_and_count() -> None:
    """Least count over most hours, greatest over least; a floor has no upper end."""
    found = rate(Figure(10, 10), 5, 10)
    assert found == pytest.approx((2.0, 0.4795, 3.678), abs=0.001)
    assert rate(Figure(1, None), 1, 1).high is None


def test_the_chance_of_so_few_is_binomial() -> None:
    """Of four in equal hours, one or fewer of them fall to the second with 5 in 16."""
    assert chance_of_so_few(3, 10, 1, 10) == pytest.approx(5 / 16)


def days(before: int, hours_before: int, after: int, hours_after: int) -> list[Cell]:
    """Return two days with so many incidents and watched hours."""
    clocks = [f"{n // 60:02}:{n % 60:02}" for n in range(before + after)]
    of = [item(n, clocks[n], FIRST) for n in range(before)]
    of += [item(before + n, clocks[n], FIRST + timedelta(days=1)) for n in range(after)]
    notes = [watch(0, hours_before), watch(0, hours_after, days=1)]
    return exposure(notes, of, counted(of, BY), [FIRST, FIRST + timedelta(days=1)])


FALLS = {
    "access": (12, 20, 2, 4),
    "rate": (30, 12, 3, 12),
    "chance": (5, 12, 4, 12),
    "not-watched": (5, 12, 0, 0),
    "not-known": (5, 0, 1, 12),
}


@pytest.mark.parametrize("kind", FALLS)
def test_a_fall_in_access_is_told_apart(kind: str) -> None:
    """Fewer in fewer hours is one in access; fewer per hour than likely is one of what is seen."""
    cells = days(*FALLS[kind])
    (fall,) = falls(cells)
    assert fall.kind == kind
    assert (fall.count_before, fall.count_after) == FALLS[kind][::2]


def test_no_fall_where_there_is_none() -> None:
    """As many or more are no fall."""
    assert falls(days(3, 12, 3, 6)) == []
    assert falls([]) == []


@given(st.integers(1, 30), st.integers(1, 20))
def test_the_same_rate_is_never_a_fall_of_the_rate(count: int, hours: int) -> None:
    """Half as many in half the hours is never told as a fall of what happens per hour."""
    for fall in falls(days(2 * count, min(2 * hours, 20), count, max(min(2 * hours, 20) // 2, 1))):
        assert fall.kind in ("access", "chance")


def test_days_are_whole() -> None:
    """Days run from the first note to the last, those without any included."""
    found = days_of([watch(1, 2), watch(1, 2, days=3)], [], BY.day)
    assert len(found) == 3 + 1
    assert all(after - before == timedelta(days=1) for before, after in pairwise(found))
    assert days_of([], [], BY.day) == []
    assert NEXT in found
