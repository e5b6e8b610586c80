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


def test_the_map_keeps_its_filters_in_the_address(donbas: Site, browser: Browser) -> None:
    """A filter changes what is drawn and the address; the address alone gives it again."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/map")
    count = """() => foedusMap.queryRenderedFeatures({layers: ["exact", "rough"]})
        .reduce((sum, one) => sum + one.properties.n, 0)"""
    every = page.evaluate(count)
    page.select_option("select[name=v]", "breach")
    page.wait_for_timeout(800)
    fewer = page.evaluate(count)
    assert 0 < fewer < every
    assert page.url.endswith("#v=breach")
    again = seen.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("#map.ready")
    assert again.evaluate(count) == fewer
    assert again.input_value("select[name=v]") == "breach"
    page.evaluate("foedusMap.jumpTo({center: [37.8, 48.0], zoom: 9})")
    page.wait_for_timeout(800)
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
