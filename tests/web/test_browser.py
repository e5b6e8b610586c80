# SPDX-License-Identifier: Apache-2.0
"""Pages in a real browser: readable at every width, by everybody, with nothing from elsewhere.

Where FOEDUS_PICTURES names a folder, a picture of each page at each width is left there to be
looked at.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from seen import SITES, VECTORS, WIDTHS, Seen, pages_of
from sites import Site

SERIOUS = ("serious", "critical")


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SITES)
def test_pages_at_every_width(
    name: str, width: int, browser: Browser, request: pytest.FixtureRequest
) -> None:
    """No page is wider than its window, has a script error, or asks anyone else for anything."""
    site: Site = request.getfixturevalue(name)
    seen = Seen(browser, width)
    for page_name, path in pages_of(site):
        page = seen.at(site.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        if folder := os.environ.get("FOEDUS_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{page_name}-{width}.png")
    assert seen.faults == []
    assert seen.hosts == {urlsplit(site.address).netloc}
    seen.context.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        *((name, scheme, 1280) for name in SITES for scheme in ("light", "dark")),
        ("donbas", "light", 390),
        ("ukraine", "dark", 390),
    ],
)
def test_pages_can_be_read_by_everybody(
    name: str, scheme: Any, width: int, browser: Browser, request: pytest.FixtureRequest
) -> None:
    """Axe finds no serious fault, in the light or in the dark, at a desk or on a phone."""
    site: Site = request.getfixturevalue(name)
    seen = Seen(browser, width, color_scheme=scheme)
    for _, path in pages_of(site):
        answer = Axe().run(seen.at(site.address + path)).response
        assert len(answer["passes"]) > 10, "axe looked at nothing"
        faults = [
            f"{path}: {one['id']}: {one['nodes'][0]['html'][:120]}"
            for one in answer["violations"]
            if one["impact"] in SERIOUS
        ]
        assert faults == []
    seen.context.close()


def test_times_are_on_the_readers_clock(donbas: Site, browser: Browser) -> None:
    """A moment is told on the reader's clock, else on the mission's, with UTC beside."""
    told = []
    for script in (True, False):
        seen = Seen(browser, java_script_enabled=script)
        seen.page.goto(f"{donbas.address}/cases")
        moment = seen.page.query_selector("tbody time.at")
        assert moment is not None
        told.append(moment.inner_text())
        seen.context.close()
    with_script, without = told
    assert with_script == "16 Feb 2015 11:00 (16 Feb 10:00 UTC)"
    assert without == "16 Feb 2015 12:00 (16 Feb 10:00 UTC)"


def test_a_newcomer_finds_the_report(donbas: Site, browser: Browser) -> None:
    """From the first page to the report behind an obligation in three clicks, and back again."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/")
    page.click("nav >> text=Obligations")
    page.click("tbody td a >> nth=0")
    page.click("text=What it rests on >> xpath=following::tbody[1] >> a >> nth=0")
    report = page.query_selector("h2:has-text('Who says so') ~ .scroll code")
    assert report is not None
    assert report.inner_text().startswith("ucdp-ged:")
    page.go_back()
    page.go_back()
    assert urlsplit(page.url).path == "/obligations"
    assert seen.faults == []
    seen.context.close()


def test_links_keep_the_time_asked_about(donbas: Site, browser: Browser) -> None:
    """From a page about a past day, every page of this web is about that day."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/incidents?known=2015-03-05&on=2015-03-03")
    page.click("tbody a >> nth=0")
    assert "known=2015-03-05" in page.url
    assert "on=2015-03-03" in page.url
    assert "As it held on 2015-03-03" in page.inner_text("main")
    seen.context.close()


WIDE = "() => new Promise((done) => { foedusMap.once('idle', done); foedusMap.jumpTo({zoom: 3}); })"
DRAWN = """() => foedusMap.queryRenderedFeatures({layers: ["spots"]})
    .reduce((sum, one) => sum + one.properties.n, 0)"""
PLACED = """(total) => Number(document.querySelector("h1").textContent.split(",")[0]
    .replace(/\\D/g, "")) === total"""
LARGEST = """() => {
    const [one] = foedusMap.queryRenderedFeatures({layers: ["spots"]})
        .sort((a, b) => b.properties.n - a.properties.n);
    const at = foedusMap.project(one.geometry.coordinates);
    const box = foedusMap.getCanvas().getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];
}"""


def drawn(page: Page, site: Site) -> int:
    """Wait until the map draws what the address asks, far out, and return how many that is."""
    total = site.client.get(f"/map.json?{urlsplit(page.url).query}").json()["total"]
    page.wait_for_function(f"() => ({DRAWN})() === {total}", timeout=10_000)
    page.wait_for_function(PLACED, arg=total, timeout=10_000)
    return int(total)


def test_the_map_keeps_its_filters_in_the_address(donbas: Site, browser: Browser) -> None:
    """A filter changes what is drawn, the figures and the address; back undoes it.

    The address alone gives it again, with a script and without.
    """
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/map")
    page.evaluate(WIDE)
    every = drawn(page, donbas)
    page.select_option("select[name=verdict]", "breach")
    page.wait_for_url("**/map?verdict=breach")
    fewer = drawn(page, donbas)
    assert 0 < fewer < every
    page.focus("#slide-to")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/map?verdict=breach&from=2014-01&to=2021-11")
    assert page.get_attribute("#slide-to", "aria-valuetext") == "Nov 2021"
    assert drawn(page, donbas) < fewer
    again = seen.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("#map.ready")
    again.evaluate(WIDE)
    assert drawn(again, donbas) == drawn(page, donbas)
    assert again.input_value("select[name=verdict]") == "breach"
    page.select_option("#map-year", "2015")
    page.wait_for_url("**/map?verdict=breach&from=2015-01&to=2015-12")
    assert drawn(page, donbas) < fewer
    while "verdict" in page.url:
        page.go_back()
    assert drawn(page, donbas) == every
    assert page.input_value("select[name=verdict]") == ""
    assert seen.faults == []
    seen.context.close()


@pytest.mark.parametrize("asked", ["known=2015-03-01", "on=2014-09-01", "known=2013-01-01"])
def test_the_map_follows_the_times(donbas: Site, browser: Browser, asked: str) -> None:
    """With `on` or `known` in the address the map draws what the page counts."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/map?{asked}")
    page.evaluate(WIDE)
    drawn(page, donbas)
    assert seen.faults == []
    seen.context.close()


def test_the_months_pass(donbas: Site, browser: Browser) -> None:
    """Let loose, the months pass by themselves until they are held; a step goes on from there."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/map?from=2014-03&to=2014-03")
    page.click("#map-play")
    page.wait_for_url("**/map?from=2014-06&to=2014-06", timeout=20_000)
    page.click("#map-play")
    held = page.url
    page.wait_for_timeout(1_500)
    assert page.url == held
    page.click("#map-earlier")
    assert page.url < held
    assert seen.faults == []
    seen.context.close()


@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_spot_tells_what_it_sums(donbas: Site, browser: Browser, language: str) -> None:
    """A spot opens a card in the page's words, and its link the list of just these incidents."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/map?known=2015-03-01&lang={language}")
    page.mouse.click(*page.evaluate(LARGEST))
    card = page.wait_for_selector(".map-card")
    assert card is not None
    told = int(page.inner_text(".map-card p:first-child b").replace("\xa0", ""))
    words = page.evaluate("JSON.parse(document.getElementById('map').dataset.words)")
    assert card.inner_text().startswith(words["here"])
    assert (
        page.get_attribute(".maplibregl-ctrl-zoom-in", "title")
        == words["controls"]["NavigationControl.ZoomIn"]
    )
    page.click(".map-card a")
    page.wait_for_url("**/incidents?*square=*")
    assert f"lang={language}" in page.url
    listed = donbas.client.get(f"/incidents.json?{urlsplit(page.url).query}").json()
    assert listed["total"] == told > 1
    assert seen.faults == []
    seen.context.close()


def test_the_map_is_a_table_without_a_script(donbas: Site, browser: Browser) -> None:
    """Without a script the page of the map tells the same sums by region."""
    seen = Seen(browser, java_script_enabled=False)
    seen.page.goto(f"{donbas.address}/map")
    rows = seen.page.query_selector_all("main tbody tr")
    assert len(rows) > 2
    seen.context.close()


def verified(page: Page, address: str, proof: Path) -> str | None:
    """Return what the page makes of a proof file: true, false, or None."""
    page.goto(f"{address}/log")
    page.set_input_files("#proof-file", proof)
    page.wait_for_selector("#proof-answer[data-holds]", timeout=10_000)
    return page.get_attribute("#proof-answer", "data-holds")


def test_a_proof_is_checked_in_the_page(ukraine: Site, browser: Browser) -> None:
    """Good proofs hold, each bad one fails, as `verify` says; nothing is sent."""
    seen = Seen(browser)
    for proof in sorted(VECTORS.glob("*.proof")):
        assert verified(seen.page, ukraine.address, proof) == "true", proof.name
        seen.page.fill("#proof-key", "another.example+00000000+AAAA")
        seen.page.click("#proof-check")
        seen.page.wait_for_selector("#proof-answer[data-holds=false]")
    for proof in sorted((VECTORS / "bad").glob("*.proof")):
        assert verified(seen.page, ukraine.address, proof) == "false", proof.name
    assert seen.faults == []
    assert seen.hosts == {urlsplit(ukraine.address).netloc}
    seen.context.close()


def test_the_keyboard_reaches_the_answer(donbas: Site, browser: Browser) -> None:
    """The first key of a reader without a mouse offers the way past the navigation."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/obligations")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    seen.context.close()
