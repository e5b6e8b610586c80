# SPDX-License-Identifier: Apache-2.0
"""The bulletin: what it says is what was counted, and it asks for nothing from anywhere."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page import Page

from foedus.mission import Policy
from foedus.pipeline import Run
from foedus.publication.bulletin import bulletin, change, change_range
from foedus.publication.counts import Sum
from foedus.publication.facts import facts
from foedus.publication.material import Material
from foedus.publication.numbers import THIN
from foedus.publication.tables import published

START = made.mission().period_from_us


def page_of(given_: Material) -> str:
    """Return the bulletin of made material."""
    return bulletin(given_, published(given_))


def rows(number: int, **changes: Any) -> list[dict[str, Any]]:
    """Return incidents, one every thirty days."""
    return [
        made.incident(
            n, START + n * 30 * made.DAY_US, START + (n * 30 + 1) * made.DAY_US, **changes
        )
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def page(donbas: Run) -> str:
    """Return the bulletin of the shipped mission."""
    return (donbas.out / "bulletin.html").read_text("utf-8")


@pytest.fixture(scope="module")
def source_rows(donbas: Run) -> list[dict[str, str]]:
    """Return the rows of the file that the shipped mission reads."""
    path = donbas.mission.sources[0].files[0]
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_page_is_well_formed(page: str) -> None:
    """Every element must be closed, and no id stand twice."""
    read = Page(page)
    assert read.open == []
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_page_asks_for_nothing(page: str) -> None:
    """No script, style sheet, font or picture from elsewhere: only links that a reader clicks."""
    for tag, attributes in Page(page).elements:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "image", "use"}
        assert not any(name.startswith("on") for name in attributes)
        for name, value in attributes.items():
            if value and re.match(r"(https?:)?//", value):
                assert (tag, name) in {("a", "href"), ("svg", "xmlns")}
    assert "@import" not in page
    assert re.findall(r"url\(([^)]*)\)", page) == ["#hatch-death", "#hatch-event"]


def test_headline_figures(page: str) -> None:
    """A cold reader must find how many, when it was worst, where, what changed, how imprecise."""
    head = Page(page[: page.index("</header>")] + "</header></body></html>").text
    assert "3077 reported fatal events" in head
    assert "8342 best estimate; lowest 7857, highest 9322" in head
    assert "August 2014 1344 deaths in 589 events" in head
    assert "Donetsk oblast 69% of the events" in head
    assert "After 15 February 2015" in head
    assert "After 27 July 2020" in head
    assert re.search(r"How much is imprecise \d\d% lack an exact day or an exact place", head)


def test_years_reconcile_with_the_file(page: str, source_rows: list[dict[str, str]]) -> None:
    """Each year's row must hold the sums of the file, computed here from its text."""
    sums: dict[str, Counter[str]] = {}
    for row in source_rows:
        year = sums.setdefault(row["year"], Counter())
        year["rows"] += 1
        year.update({name: int(row[name]) for name in ("low", "best", "high")})
    text = Page(page).text
    for year, found in sums.items():
        told = " ".join(str(found[name]) for name in ("rows", "low", "best", "high"))
        assert f"{year} {told} {told} yes" in text
    assert "all 3077 7857 8342 9322 3077 7857 8342 9322 yes" in text


def test_share_that_is_exact(page: str, source_rows: list[dict[str, str]]) -> None:
    """The share exact in day and place must be that of the file's own precision codes."""
    both = sum(row["date_prec"] in "01" and row["where_prec"] == "1" for row in source_rows)
    assert f"{both} of 3077, with" in Page(page).text


def test_what_is_set_apart_is_said(page: str) -> None:
    """The six rows of the other conflict must be named, counted, and said to be in the sums."""
    text = Page(page).text
    assert "6 events with 88 deaths" in text
    assert "without them it has 3071 events and 8254 deaths" in text


def test_quarantine_and_warnings_are_said(page: str) -> None:
    """Read, accepted and quarantined must stand there, and the rows that are odd."""
    text = Page(page).text
    assert "3077 read = 3077 accepted + 0 in quarantine" in text
    assert re.search(r"13 events rest on rows that are odd", text)


def test_words_are_neutral(page: str) -> None:
    """The page must not say who is to blame, nor that an agreement caused a change."""
    text = Page(page).text.lower()
    for word in ("terrorist", "separatist", "rebel", "aggress", "because of", "caused by"):
        assert word not in text


def test_hostile_words_are_shown_as_words() -> None:
    """Markup in a name, a place or an outlet must be shown, never obeyed."""
    bad = '<script>alert("x")</script>'
    given_ = made.material(rows(3, place_name=bad, region=bad, warnings=[bad]))
    text = page_of(given_)
    assert "<script" not in text
    assert "Outlet &amp; Sons" in text
    assert bad in Page(text).text


def test_the_same_material_gives_the_same_page() -> None:
    """Two bulletins of the same material must be the same bytes."""
    assert page_of(made.material(rows(9))) == page_of(made.material(rows(9)))


def test_unknown_deaths_are_not_zero() -> None:
    """Where no source tells of deaths, the page must not count them."""
    silent = rows(5, deaths_low=None, deaths_best=None, deaths_high=None, kind="drone-strike")
    text = Page(page_of(made.material(silent))).text
    assert "5 reported incidents" in text
    assert "How many deaths" not in text
    assert "drone strike" in text


def test_a_page_of_nothing_can_be_read() -> None:
    """Without a single incident the page must still say so, in full."""
    read = Page(page_of(made.material([])))
    assert read.open == []
    assert "0 reported incidents" in read.text


def test_moments_are_told_only_if_given() -> None:
    """No clock: a moment stands on the page only if the caller gave one."""
    plain = made.material(rows(2))
    assert "As the record knew it" not in page_of(plain)
    dated = Material(**{**vars(plain), "known": "2015-02-15", "known_us": START})
    assert "As the record knew it on 2015-02-15" in page_of(dated)


def test_weeks_that_are_not_covered_are_not_compared() -> None:
    """Where the record ends soon after a date, no more weeks before it may be set against it."""
    late = made.mission().marks[0].on_us + 24 * made.DAY_US
    told = [row for row in rows(12) if row["occurred_to_us"] <= late]
    plain = made.material(told, known_us=late)
    (one,) = facts(plain, published(plain)).compared
    assert one.weeks == 3
    assert one.found.days == 21
    early = made.material(told[:2], known_us=START + 60 * made.DAY_US)
    assert facts(early, published(early)).compared == ()
    assert "What changed after" not in page_of(early)


def test_what_is_held_back_changes_no_figure() -> None:
    """Incidents that are not yet public must leave no trace on the page, not even in sums."""
    late = START + 340 * made.DAY_US
    old, policy = rows(5), Policy(place_cell_m=0, delay_h=72, reason="test")
    new = made.incident(99, late, late + made.DAY_US, region="Elsewhere", deaths_best=777)
    held = made.material([*old, new], policy, late + made.DAY_US)
    text = Page(page_of(held)).text
    assert "5 reported fatal events" in text
    assert "777" not in text
    assert "Elsewhere" not in text


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_change_has_the_right_sign(before: int, after: int) -> None:
    """A change must be told as less, more or the same."""
    said = change(before, after)
    if said[0] == "−":
        assert after < before
    elif said[0] == "+":
        assert after > before


def test_change_is_told_as_a_range() -> None:
    """Estimates, and what lies on both sides of a date, must widen the change to both ends."""
    sums = [Sum(1, n, n, n, 0) for n in (100, 50, 50)]
    nothing = Sum(0, None, None, None, 0)
    assert change_range(*sums) == (f"−67{THIN}%", f"±0{THIN}%")
    assert change_range(Sum(1, 80, 90, 100, 0), Sum(1, 10, 20, 40, 0), nothing) == (
        f"−90{THIN}%",
        f"−50{THIN}%",
    )
    assert change_range(sums[0], Sum(1, None, None, None, 0), nothing) is None


def test_page_is_one_file_of_moderate_size(donbas: Run) -> None:
    """The page must stay small enough to be sent by mail."""
    assert Path(donbas.out / "bulletin.html").stat().st_size < 1_000_000
