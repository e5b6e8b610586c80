# SPDX-License-Identifier: Apache-2.0
"""The line of a day: from statements alone, with its width, and undecidable within it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.areas import NO, UNDECIDABLE, YES, membership
from foedus.base.places import E7, distances_m
from foedus.base.projections import unproject
from foedus.errors import DrafterError
from foedus.terms.boundaries import FIRST, SECOND, WIDEST_M
from foedus.terms.lines import Line, line_on, near_line, side_of
from foedus.terms.settlement_files import read_line, read_settlements
from foedus.terms.settlements import (
    UNCARRIED,
    WITHOUT_LIMIT,
    Carrying,
    Ledger,
    Settlement,
    Side,
    side_on,
)

DAYS = st.dates(date(2014, 9, 5), date(2022, 2, 1))
POINTS = st.tuples(st.integers(468_000_000, 492_000_000), st.integers(370_000_000, 400_000_000))
HEAD = """\
id: small
title: Two settlements
licence: CC0-1.0
sources: [made]
sides: {government: a, formations: b, contested: c}
moves: []
unverified: []
"""
ONE = """\
  - name: West
    name_uk: Захід
    point: {latitude: 48.0, longitude: 37.8, radius_m: 500, evidence: S}
    point_from: made
    stated:
      - {on: 2015-03-01, side: government, evidence: S, source: 'https://example.org/1'}
"""


@cache
def donbas() -> Ledger:
    """The shipped file, read once."""
    return read_line("donbas")


@cache
def line(day: date, carrying: Carrying = WITHOUT_LIMIT) -> Line:
    """The line of a day, made once."""
    return line_on(donbas(), day, carrying)


def settlement(name: str) -> Settlement:
    """A settlement of the shipped file by its name."""
    return next(item for item in donbas().settlements if item.name == name)


def held(day: date, *names: str) -> list[int]:
    """Who holds the points of some settlements on a day, by the line."""
    places = [settlement(name).place for name in names]
    latitude = np.array([place.latitude_e7 for place in places])
    longitude = np.array([place.longitude_e7 for place in places])
    return [int(side) for side in side_of(line(day), latitude, longitude, 0.0)]


def test_the_file_is_as_its_page_says() -> None:
    """The shipped file must hold the numbers that the page on it gives, and no K statement."""
    items = donbas().settlements
    assert (len(items), sum(len(item.stated) for item in items)) == (150, 378)
    assert sum(item.point_evidence == "K" for item in items) == 12
    assert len(donbas().unverified) == 19
    assert all(said.evidence in "SP" for item in items for said in item.stated)


def test_debaltseve_changes_hands() -> None:
    """Before 18 February 2015 the bulge is held by the one side, after it by the other."""
    names = ("Debaltseve",)
    assert held(date(2014, 12, 1), *names) == [FIRST]
    assert held(date(2015, 2, 12), *names) == [UNDECIDABLE]
    assert held(date(2015, 3, 1), *names) == [SECOND]


def test_places_far_behind_are_held_all_along() -> None:
    """Cities far behind the line must be with their side before and after the winter of 2015."""
    for day in (date(2014, 9, 19), date(2015, 3, 1), date(2020, 7, 27)):
        assert held(day, "Kramatorsk", "Mariupol", "Luhansk", "Makiivka") == [1, 1, 0, 0]


def test_what_is_stated_is_kept() -> None:
    """A day and place with a statement must have its side, and no other place changes that."""
    for item in donbas().settlements:
        for said in item.stated:
            others = {other.side for other in item.stated if other.on == said.on}
            found = side_on(donbas(), item, said.on)
            assert found is not None
            assert found.side is (said.side if len(others) == 1 else Side.CONTESTED)


@given(DAYS, st.sampled_from(range(150)))
def test_nothing_holds_beyond_its_bracket(day: date, number: int) -> None:
    """Without carrying a side holds on a day of a statement, or between two that agree."""
    item = donbas().settlements[number]
    brackets = [
        (one.on, two.on, one.side) for one, two in pairwise(item.stated) if one.side is two.side
    ]
    found = side_on(donbas(), item, day)
    is_stated = any(said.on == day for said in item.stated)
    is_between = any(first < day < last for first, last, _ in brackets)
    assert (found is not None) == (is_stated or is_between)


@given(DAYS, st.sampled_from(range(150)), st.integers(0, 400), st.integers(0, 400))
def test_carrying_is_no_longer_than_declared(
    day: date, number: int, forward: int, backward: int
) -> None:
    """A carried side must be that of a statement within the days declared, and over no move."""
    item = donbas().settlements[number]
    found = side_on(donbas(), item, day, Carrying(forward, backward))
    if found is not None and found.carried_days:
        assert -backward <= found.carried_days <= forward
        said_on = day - timedelta(days=found.carried_days)
        assert found.side in {said.side for said in item.stated if said.on == said_on} | {
            Side.CONTESTED
        }
        moves = [move.on for move in donbas().moves if move.centre is None]
        assert not any(min(day, said_on) < move <= max(day, said_on) for move in moves)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([date(2014, 9, 19), date(2015, 3, 1), date(2018, 2, 1)]))
def test_the_line_is_equally_far_from_both(day: date) -> None:
    """The middle of each piece must be as far from one side as from the other, by the geodesic."""
    found = line(day)
    edges, halves = found.drawn
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    latitude, longitude = (
        np.rint(axis * E7).astype(np.int64) for axis in unproject(found.frame, *middle.T)
    )
    near = []
    for side in (Side.GOVERNMENT, Side.FORMATIONS):
        places = [item.place for item, hold in found.used if hold.side is side]
        apart = distances_m(
            latitude[:, None],
            longitude[:, None],
            np.array([place.latitude_e7 for place in places]),
            np.array([place.longitude_e7 for place in places]),
        )
        near.append(apart.min(1))
    assert np.allclose(near[0], near[1], rtol=1e-3, atol=5)
    assert np.all(halves * 1.001 + 5 >= near[0])
    assert halves.max() <= WIDEST_M


@given(POINTS, st.floats(0, 20_000), st.floats(0, 20_000))
def test_a_greater_error_never_decides(point: tuple[int, int], one: float, other: float) -> None:
    """What is undecidable must stay so with a greater error, and no side become the other."""
    radii = np.array(sorted((one, other)))
    found = side_of(line(date(2018, 2, 1)), np.full(2, point[0]), np.full(2, point[1]), radii)
    assert found[1] in (found[0], UNDECIDABLE)


@given(POINTS)
def test_near_the_line_no_side_is_told(point: tuple[int, int]) -> None:
    """A point that has a side must not be within its error of a settlement of the other side."""
    found = line(date(2018, 2, 1))
    side = int(side_of(found, np.array([point[0]]), np.array([point[1]]), 1_000.0)[0])
    if side == UNDECIDABLE:
        return
    other = Side.FORMATIONS if side == FIRST else Side.GOVERNMENT
    for item, hold in found.used:
        if hold.side is other:
            place = item.place
            apart_m = distances_m(*point, place.latitude_e7, place.longitude_e7)
            assert float(apart_m) > 1_000


def test_a_zone_about_the_line_has_its_width() -> None:
    """Far behind is outside of 15 km, on the line undecidable or inside, never outside."""
    found = line(date(2018, 2, 1))
    edges, _ = found.drawn
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    x_m, y_m = middle.T
    there = unproject(found.frame, x_m, y_m)
    latitude, longitude = (np.rint(axis * E7).astype(np.int64) for axis in there)
    area = near_line(found, 15_000)
    assert NO not in membership(area, latitude, longitude, 0.0)
    assert YES in membership(area, latitude, longitude, 0.0)
    far = settlement("Kramatorsk").place
    assert membership(area, far.latitude_e7, far.longitude_e7, 0.0).tolist() == [NO]


def test_swapped_sides_swap_the_answers() -> None:
    """With the sides swapped throughout, the line must lie where it lay and each side swap."""
    swap = {
        Side.GOVERNMENT: Side.FORMATIONS,
        Side.FORMATIONS: Side.GOVERNMENT,
        Side.CONTESTED: Side.CONTESTED,
    }
    swapped = donbas()._replace(
        settlements=tuple(
            item._replace(stated=tuple(said._replace(side=swap[said.side]) for said in item.stated))
            for item in donbas().settlements
        )
    )
    one, other = line(date(2018, 2, 1)), line_on(swapped, date(2018, 2, 1), WITHOUT_LIMIT)
    assert np.array_equal(one.edges_m, other.edges_m)
    rng = np.random.default_rng(7)
    point = rng.integers(468_000_000, 492_000_000, 500), rng.integers(370_000_000, 4 * 10**8, 500)
    first, then = (side_of(item, *point, 500.0) for item in (one, other))
    assert np.array_equal(np.where(first >= 0, 1 - first, first), then)


def test_the_same_bytes_come_out() -> None:
    """Two runs, and the settlements in another order, must give the same pieces."""
    turned = donbas()._replace(settlements=donbas().settlements[::-1])
    one, other = (line_on(item, date(2018, 2, 1), WITHOUT_LIMIT) for item in (donbas(), turned))
    assert np.allclose(one.edges_m, other.edges_m, atol=0.01)
    assert np.array_equal(one.edges_m, line(date(2018, 2, 1)).edges_m)


def test_without_both_sides_there_is_no_line(tmp_path: Path) -> None:
    """A day on which one side is not stated must be told, with a hint."""
    path = tmp_path / "small.yaml"
    path.write_text(HEAD + "settlements:\n" + ONE, "utf-8")
    with pytest.raises(DrafterError, match=r"both sides.*carry"):
        line_on(read_settlements(path), date(2015, 3, 1), UNCARRIED)


@dataclass(frozen=True)
class Bad:
    """A change that makes the small file faulty: where the fault is told, and what is."""

    old: str
    new: str
    line: int
    told: str


BAD = {
    "side-unknown": Bad("side: government", "side: kyiv", 14, "one of government"),
    "evidence-general-knowledge": Bad(
        "government, evidence: S", "government, evidence: K", 14, "S, P"
    ),
    "source-no-address": Bad("'https://example.org/1'", "told", 14, "an address"),
    "day-quoted": Bad("2015-03-01", "'2015-03-01'", 14, "a day"),
    "latitude-out-of-range": Bad("48.0", "148.0", 11, "degrees"),
    "radius-missing": Bad(", radius_m: 500", "", 11, "metres"),
    "key-misspelt": Bad("point_from", "point_form", 12, "did you mean 'point_from'"),
    "nothing-stated": Bad(ONE[ONE.index("      - ") :], "      []\n", 13, "unverified"),
    "name-twice": Bad(ONE, ONE + ONE, 15, "another name"),
    "days-out-of-order": Bad(
        ONE[ONE.index("      - ") :],
        ONE[ONE.index("      - ") :]
        + "      - {on: 2014-03-01, side: government, evidence: S, source: 'https://a.org'}\n",
        15,
        "2015-03-01 or later",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_faulty_file_is_told_at_its_line(tmp_path: Path, name: str) -> None:
    """Each faulty file must be refused, at the line of its fault."""
    bad = BAD[name]
    text = HEAD + "settlements:\n" + ONE.replace(bad.old, bad.new, 1)
    path = tmp_path / "bad.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(DrafterError) as caught:
        read_settlements(path)
    told = [fault for fault in caught.value.faults if bad.told in str(fault)]
    assert [fault.line for fault in told] == [bad.line]


def test_a_line_that_is_not_shipped_is_told() -> None:
    """An id that no file has must be answered with the one that is nearest."""
    with pytest.raises(DrafterError, match="did you mean 'donbas'"):
        read_line("donbass")
