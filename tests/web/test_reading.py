# SPDX-License-Identifier: Apache-2.0
"""How pages are read: the answer first, in order, by keyboard and by touch, and on paper."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from seen import SITES, Seen, pages_of
from sites import Site

TOUCH_PX = 44
WRONG = ("/nothing/here", "/incidents?party=nobody")
ANSWERS = """() => [...document.querySelectorAll("[data-answer], #map")].map((one) => {
    const box = one.getBoundingClientRect();
    return {
        tag: one.tagName, top: box.top, bottom: box.bottom, left: box.left, right: box.right,
        words: one.innerText.trim(),
    };
})"""
OUTLINE = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    return {
        href: at.getAttribute("href") || "", outline: style.outlineStyle,
        width: parseFloat(style.outlineWidth),
        body: Boolean(at.closest("tbody")),
        rests: Boolean(at.closest("h2#rests ~ .scroll")),
    };
}"""
STRUCTURE = """() => ({
    levels: [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1])),
    mains: document.querySelectorAll("main").length,
    unnamed: [...document.querySelectorAll("table")].filter((one) => !one.caption).length,
    unscoped: [...document.querySelectorAll("th:not([scope])")].length,
    rows: document.querySelectorAll("ul > :not(li), ol > :not(li)").length,
    current: [...document.querySelectorAll("nav [aria-current]")].map((one) => one.innerText),
})"""


@pytest.mark.slow
@pytest.mark.parametrize("name", SITES)
def test_the_answer_stands_above_the_fold(
    name: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    """At 1280 x 800 whatever a page marks as its answer is seen whole, and more than its heading.

    Of a map the first part is enough, of a log or a fault the heading.
    """
    site: Site = request.getfixturevalue(name)
    seen = Seen(browser)
    for page_name, path in [*pages_of(site, every=True), *(("fault", path) for path in WRONG)]:
        page = seen.at(site.address + path)
        found = page.evaluate(ANSWERS)
        assert [one for one in found if one["tag"] == "H1"] or page_name in ("map", "case"), path
        assert len(found) > 1 or page_name in ("log", "map"), path
        for one in found:
            assert 0 <= one["left"] <= one["right"] <= 1280, (path, one)
            assert page_name == "map" or 0 <= one["top"] < one["bottom"] <= 800, (path, one)
            assert one["words"] or page_name == "map", (path, one)
    seen.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", SITES)
def test_pages_are_built_in_order(
    name: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    """One main heading, no level left out, tables with a name and scopes, one current page."""
    site: Site = request.getfixturevalue(name)
    seen = Seen(browser)
    for page_name, path in pages_of(site, every=True):
        found = seen.at(site.address + path).evaluate(STRUCTURE)
        levels = found["levels"]
        assert levels[0] == 1, path
        assert levels.count(1) == found["mains"] == 1, path
        assert all(b - a <= 1 for a, b in pairwise(levels)), (path, levels)
        assert page_name == "map" or found["unnamed"] == 0, path
        assert found["unscoped"] == found["rows"] == 0, path
        assert len(found["current"]) == 1, path
    assert seen.at(site.address + WRONG[0]).evaluate(STRUCTURE)["current"] == []
    seen.context.close()


def tab_to(page: Page, wanted: str, most: int = 120) -> int:
    """Press Tab until the focus is where `wanted` says; returns how often; each stop is seen."""
    for pressed in range(1, most):
        page.keyboard.press("Tab")
        at = page.evaluate(OUTLINE)
        assert at["outline"] != "none", at
        assert at["width"] >= 2, at
        if page.evaluate(f"(at) => {wanted}", at):
            return pressed
    raise AssertionError(f"{wanted} was not reached on {page.url}")


def test_the_keyboard_walks_to_the_report(donbas: Site, browser: Browser) -> None:
    """From the first page to the report behind an obligation by three presses of Enter."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/")
    tab_to(page, "at.href === '/obligations'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/obligations")
    tab_to(page, "at.href.startsWith('/cases/') && at.body")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    tab_to(page, "at.href.startsWith('/incidents/') && at.rests")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/*")
    report = page.query_selector("h2:has-text('Who says so') ~ .scroll code")
    assert report is not None
    assert report.inner_text().startswith("ucdp-ged:")
    assert seen.faults == []
    seen.context.close()


@pytest.mark.parametrize("path", ["/", "/incidents", "/obligations", "/nothing/here"])
def test_a_finger_hits_what_it_aims_at(donbas: Site, browser: Browser, path: str) -> None:
    """On a phone what leads on is as high as a finger is wide, and the page in view is named."""
    seen = Seen(browser, 390, has_touch=True, is_mobile=True)
    page = seen.at(donbas.address + path)
    low = page.evaluate(
        f"""() => [...document.querySelectorAll(
            "nav a, button, select, input:not([type=hidden]), summary, .languages a, .forms a"
        )].filter((one) => one.checkVisibility() && !one.closest(".marking")
            && one.getBoundingClientRect().height < {TOUCH_PX}).map((one) => one.outerHTML)"""
    )
    assert low == []
    current = page.query_selector("nav [aria-current]")
    assert path == "/nothing/here" or (current and current.bounding_box()["x"] < 390)  # type: ignore[index]
    seen.context.close()


def hidden(page: Page, selector: str) -> bool:
    """Return whether nothing that fits is shown."""
    return not any(one.is_visible() for one in page.query_selector_all(selector))


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("path", ["/", "/incidents?known=2015-03-05", "/obligations", "/log"])
def test_paper_shows_the_answer_and_where_it_is_from(
    donbas: Site, browser: Browser, path: str, *, script: bool
) -> None:
    """Printed from the dark: black on white, no forms, the address, its times and the edition."""
    seen = Seen(browser, color_scheme="dark", java_script_enabled=script)
    page = seen.page
    page.goto(donbas.address + path)
    page.emulate_media(media="print", color_scheme="dark")
    for what in ("nav", "form", ".skip", "#verify", ".languages", "details.asking", "button"):
        assert hidden(page, what), what
    look = (
        page.evaluate(
            """() => { const at = getComputedStyle(document.documentElement);
            return [at.color, at.backgroundColor]; }"""
        )
        if script
        else ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    )
    assert look == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    told = page.inner_text("#imprint")
    assert donbas.served.edition.digest in told
    assert ("2015-03-05" in told) == ("known" in path)
    permalink = page.get_attribute("a.permalink", "href") or ""
    assert permalink.startswith(path.partition("?")[0])
    assert donbas.served.edition.digest[:16] in permalink
    if script:
        assert donbas.address + permalink in told
        assert "UTC" in page.inner_text("[data-printed]")
    else:
        assert hidden(page, ".printed")
    seen.context.close()


def test_paper_opens_what_is_folded_and_repeats_heads(donbas: Site, browser: Browser) -> None:
    """What a page folds away is printed, heads of tables come again, rows are not cut."""
    seen = Seen(browser)
    page = seen.at(f"{donbas.address}/agreements/minsk-1")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shut = page.evaluate(
        """() => [...document.querySelectorAll("main details")]
            .filter((one) => !one.lastElementChild.checkVisibility()).length"""
    )
    assert page.query_selector_all("main details")
    assert shut == 0
    page = seen.at(f"{donbas.address}/obligations")
    found: list[Any] = page.evaluate(
        """() => [getComputedStyle(document.querySelector("thead")).display,
            getComputedStyle(document.querySelector("tbody tr")).breakInside,
            getComputedStyle(document.querySelector(".scroll")).overflowX]"""
    )
    assert found == ["table-header-group", "avoid", "visible"]
    assert len(page.pdf(format="A4")) > 50_000
    seen.context.close()


def test_moments_in_lists_have_utc_beside(donbas: Site, browser: Browser) -> None:
    """Wherever a page tells a moment, it is on the reader's clock with UTC beside it."""
    seen = Seen(browser)
    told = 0
    for path in ("/", "/cases", "/ladder", "/obligations"):
        page = seen.at(donbas.address + path)
        bad = page.evaluate(
            """() => [...document.querySelectorAll("main time.at")].filter((one) =>
                !/ UTC\\)$/.test(one.innerText) || one.dataset.zone !== "Europe/Paris").length"""
        )
        assert bad == 0, path
        told += len(page.query_selector_all("main time.at"))
    assert told > 20
    assert urlsplit(page.url).path == "/obligations"
    seen.context.close()
