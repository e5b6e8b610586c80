# SPDX-License-Identifier: Apache-2.0
"""Charts and maps: what is drawn is what was counted, and no words are cut or overlap."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from itertools import combinations
from typing import Any

import made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.mission import Mark
from foedus.pipeline import Run
from foedus.publication import charts, svg
from foedus.publication.axes import ticks
from foedus.publication.calendars import months, weeks_around
from foedus.publication.counts import binned, compared
from foedus.publication.labels import Box, text_width
from foedus.publication.maps import DARKEST, Map, covering, round_counts
from foedus.publication.places import Spot, places, possible

SVG = "{http://www.w3.org/2000/svg}"
FIRST = made.day_us(date(2014, 1, 1))
LAST = made.day_us(date(2022, 2, 24))
BOX = made.mission().box
SHAPES = st.lists(
    st.tuples(st.integers(0, 2900), st.integers(1, 60), st.integers(0, 3000)), max_size=30
)
MARKS = st.lists(
    st.tuples(st.integers(0, 2970), st.text("abcdeMW ’", min_size=1, max_size=18), st.booleans()),
    max_size=9,
)


def incidents(shapes: list[tuple[int, int, int]]) -> Any:
    """Return incidents by first day, number of days, deaths."""
    rows = [
        made.incident(
            n,
            FIRST + day * made.DAY_US,
            FIRST + (day + long) * made.DAY_US,
            deaths_best=deaths,
            deaths_high=deaths + 1,
        )
        for n, (day, long, deaths) in enumerate(shapes)
    ]
    return made.table(rows)


def marks(found: list[tuple[int, str, bool]]) -> list[Mark]:
    """Return marks by day, label, whether compared."""
    return [
        Mark(
            on="",
            on_us=FIRST + day * made.DAY_US,
            title=label,
            short=label,
            source_url="",
            evidence="S",
            compare=compare,
        )
        for day, label, compare in found
    ]


def parsed(drawn: str) -> ET.Element:
    """Return a drawing as a tree."""
    return ET.fromstring(drawn)  # noqa: S314 - the drawing is our own


def text_boxes(drawn: str) -> list[tuple[str, Box]]:
    """Return the words of a drawing outside its map, each with the box that they may fill."""
    boxes = []
    for found in parsed(drawn).iter(f"{SVG}text"):
        words, x, y = found.text or "", float(found.get("x", 0)), float(found.get("y", 0))
        width = text_width(words, 12.0 if found.get("class") == "tick" else 13.0)
        anchor = found.get("text-anchor", "start")
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        boxes.append((words, Box(left, y - 10, left + width, y + 2)))
    return boxes


def size(drawn: str) -> Box:
    """Return the edges of a drawing."""
    edges = [float(part) for part in parsed(drawn).get("viewBox", "").split()]
    return Box(edges[0] - 0.1, edges[1] - 0.1, edges[2] + 0.1, edges[3] + 0.1)


@given(SHAPES, MARKS, st.sampled_from((360.0, 920.0)))
@settings(max_examples=40)
def test_no_words_of_the_monthly_chart_overlap(
    shapes: list[tuple[int, int, int]], found: list[tuple[int, str, bool]], width: float
) -> None:
    """Whatever the figures and dates, no label may be cut, and no two may overlap."""
    counted = binned(incidents(shapes), months(FIRST, LAST, made.ZONE))
    drawn = charts.monthly(counted, marks(found), width, "reported fatal events", made.ZONE)
    boxes = [(words, box) for words, box in text_boxes(drawn) if words]
    for words, box in boxes:
        assert box.within(size(drawn)), words
    # Tests lay the boxes on whole letters; a unit of contact is not an overlap.
    inner = [(w, Box(b.left + 1, b.top + 1, b.right - 1, b.bottom - 1)) for w, b in boxes]
    for one, other in combinations(inner, 2):
        assert not one[1].meets(other[1]), (one, other)


@given(SHAPES)
def test_bars_stand_for_what_was_counted(shapes: list[tuple[int, int, int]]) -> None:
    """Heights of bars must be in proportion to deaths, hatched parts included."""
    bins = weeks_around(FIRST + 1500 * made.DAY_US, made.ZONE, 26)
    found = compared(incidents(shapes), bins)
    drawn = parsed(charts.weekly(found, 440.0, 210.0))
    bars = [bar for bar in drawn.iter(f"{SVG}rect") if bar.get("class", "").startswith("death")]
    height = sum(float(bar.get("height", 0)) for bar in bars)
    total = int(found.weekly.best.sum())
    if total:
        highest = ticks(int(found.weekly.best.max()))[-1]
        room = 210 - 22 - (2 * charts.SIZE * 1.25 + 8)
        assert height == pytest.approx(total / highest * room, abs=0.06 * len(bars) + 0.1)


@given(st.integers(0, 10**7))
def test_ticks_hold_the_highest(highest: int) -> None:
    """Ticks must be few, even, and reach at least to the highest count."""
    found = ticks(highest)
    assert found[0] == 0
    assert found[-1] >= highest
    assert 2 <= len(found) <= 6
    assert len(set(np.diff(found))) == 1


def test_places_are_apart() -> None:
    """Exact, rough, outside and unknown places must add up to all incidents."""
    rows = [
        made.incident(1, 0, 1),
        made.incident(2, 0, 1, radius_m=25_000),
        made.incident(3, 0, 1, latitude_e7=500_000_000, longitude_e7=300_000_000),
        made.incident(4, 0, 1, radius_m=None),
        made.incident(5, 0, 1),
    ]
    found = places(made.table(rows), BOX)
    assert found.exact == [Spot(37.8, 48.0, 3_000, 2, "Place")]
    assert [spot.radius_m for spot in found.rough] == [25_000]
    assert (found.outside, found.unknown) == (1, 1)


def test_discs_are_as_large_as_the_error() -> None:
    """A disc's radius on paper must be the error radius in the scale of the map."""
    drawn = Map(BOX, (), 440.0, "events")
    panel = parsed(drawn.rough([Spot(37.8, 48.0, 25_000, 3, "Place")]))
    disc = next(one for one in panel.iter(f"{SVG}circle") if one.get("class") == "haze")
    across = float(disc.get("r", 0)) / drawn.projection.units_per_metre
    assert across == pytest.approx(25_000, rel=5e-3)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_darkness_tells_the_count(numbers: list[int]) -> None:
    """Discs laid over each other must be as dark as one disc of all their incidents."""
    most = sum(numbers)
    light = np.prod([1 - covering(number, most) for number in numbers])
    assert 1 - light == pytest.approx(covering(most, most)) == pytest.approx(DARKEST)


@given(
    st.lists(
        st.builds(
            Spot,
            st.floats(36.5, 40),
            st.floats(47, 50),
            st.integers(1, 50_000),
            st.integers(1, 99),
            st.just(""),
        ),
        max_size=9,
    )
)
def test_possible_is_between_one_place_and_all(spots: list[Spot]) -> None:
    """At one place there may lie no fewer than one spot's incidents and no more than all."""
    counts = [spot.incidents for spot in spots]
    assert max(counts, default=0) <= possible(spots) <= sum(counts)


@given(st.integers(1, 10**8))
def test_legend_counts_are_round(most: int) -> None:
    """A legend must begin with one, stay within the highest, and have at most three signs."""
    found = round_counts(most)
    assert found[0] == 1
    assert found[-1] <= most
    assert len(found) <= 3


def test_map_of_the_mission_has_no_overlapping_names(donbas: Run) -> None:
    """On the shipped mission's map no name may overlap another or be cut."""
    box = donbas.mission.box
    assert box is not None
    drawn = Map(box, donbas.mission.towns, 440.0, "events")
    found = places(donbas.tables["incidents"], box)
    for panel in (drawn.exact(found.exact), drawn.rough(found.rough)):
        boxes = [item for item in text_boxes(panel) if item[0]]
        assert len(boxes) > 12
        assert all(one.within(size(panel)) for _, one in boxes)
        for one, other in combinations(boxes, 2):
            assert not one[1].meets(other[1]), (one, other)


def test_svg_escapes_what_it_is_given() -> None:
    """Words and attributes must be escaped once, and only once."""
    inner = svg.text(1, 2, "a < b & c")
    assert str(svg.group(inner)) == '<g><text x="1" y="2">a &lt; b &amp; c</text></g>'
    assert str(svg.element("a", class_='"')) == '<a class="&#34;"/>'


@pytest.mark.parametrize(("value", "said"), [(1.0, "1"), (-0.01, "0"), (2.25, "2.2"), (3, "3")])
def test_coordinates_are_short(value: float, said: str) -> None:
    """A coordinate must have at most one decimal, and zero no sign."""
    assert svg.number(value) == said
