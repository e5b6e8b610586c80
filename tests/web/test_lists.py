# SPDX-License-Identifier: Apache-2.0
"""Lists that are replaced in place: the address, Back, focus and what is said aloud stay right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from seen import Seen
from sites import Site

from foedus.web.pages import HTMX

HEARD = "#heard"


@pytest.fixture
def seen(browser: Browser) -> Iterator[Seen]:
    """Open a page that is watched."""
    found = Seen(browser)
    yield found
    found.context.close()


def stay(page: Page) -> None:
    """Mark this document, so that one loaded anew is told from it."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    """Return whether the document is still the one that was marked."""
    return bool(page.evaluate("window.stayed === true"))


def narrowed(page: Page, name: str, value: str) -> None:
    """Choose a filter and press Enter on the button."""
    page.select_option(f".filters select[name={name}]", value)
    page.focus(".filters button")
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/incidents", "verdict", "breach"),
        ("/findings", "verdict", "undetermined"),
        ("/obligations", "guarantor", "FR"),
    ],
)
def test_a_filter_replaces_the_list(
    donbas: Site, seen: Seen, path: str, name: str, value: str
) -> None:
    """A filter changes list, heading, address and links to data; focus stays; the total is said."""
    page = seen.at(donbas.address + path)
    before = page.inner_text("h1")
    stay(page)
    narrowed(page, name, value)
    page.wait_for_url(f"**{path}?{name}={value}")
    expect(page.locator("h1")).not_to_have_text(before)
    expect(page.locator(HEARD)).to_have_text(page.inner_text("h1"))
    assert stayed(page)
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    assert page.get_attribute(".forms a", "href") == f"{path}.json?{name}={value}"
    direct = seen.context.new_page()
    direct.goto(page.url)
    assert direct.inner_text("main") == page.inner_text("main")
    assert (
        direct.inner_text("#imprint").split("Printed")[0]
        == (page.inner_text("#imprint").split("Printed")[0])
    )
    page.go_back()
    expect(page.locator("h1")).to_have_text(before)
    assert page.url == donbas.address + path
    page.go_forward()
    expect(page.locator("h1")).to_have_text(direct.inner_text("h1"))
    assert page.input_value(f".filters select[name={name}]") == value
    assert seen.faults == []


@pytest.mark.parametrize("path", ["/incidents?verdict=breach", "/findings?agreement=minsk-1"])
def test_the_next_rows_come_below(donbas: Site, seen: Seen, path: str) -> None:
    """The next rows stand behind those before, each once; focus is on the first; it is said."""
    page = seen.at(donbas.address + path)
    stay(page)
    for pressed in (1, 2):
        page.focus("#pager a[rel=next]")
        page.keyboard.press("Enter")
        expect(page.locator("#rows > tr")).to_have_count(50 * (pressed + 1))
        expect(page.locator(HEARD)).to_contain_text(f"{50 * (pressed + 1)} of")
        row = page.evaluate("document.activeElement.closest('tr').sectionRowIndex")
        assert row == 50 * pressed
    assert stayed(page)
    assert page.url == donbas.address + path
    answer = donbas.client.get(path.replace("?", ".json?") + "&limit=150").json()
    name = "lineage_id" if "incidents" in path else "finding_id"
    links = page.evaluate(
        """() => [...document.querySelectorAll("#rows > tr")].map((row) =>
            row.querySelector(".head a").getAttribute("href").split("/").pop())"""
    )
    assert links == [row[name] for row in answer["rows"]]
    assert page.inner_text("#pager > span").startswith("150 of")
    assert seen.faults == []


def test_another_time_is_asked_in_place(donbas: Site, seen: Seen) -> None:
    """The form of times replaces the answer; links are about that time, filters stay."""
    page = seen.at(f"{donbas.address}/incidents?verdict=breach")
    stay(page)
    page.click("details.asking summary")
    page.fill("form.times input[name=known]", "2015-03-05")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents?verdict=breach&known=2015-03-05")
    expect(page.locator(".asof")).to_contain_text("2015-03-05")
    expect(page.locator(HEARD)).to_have_text(page.inner_text("h1"))
    assert stayed(page)
    assert page.evaluate("document.activeElement.id") == "main"
    assert "2015-03-05" in page.inner_text("details.asking summary")
    links = page.eval_on_selector_all(
        "nav a, main tbody a", "all => all.map((one) => one.getAttribute('href'))"
    )
    assert [one for one in links if "known=2015-03-05" not in one] == []
    assert page.input_value(".filters select[name=verdict]") == "breach"
    page.go_back()
    page.wait_for_url("**/incidents?verdict=breach")
    expect(page.locator(".asof")).to_have_count(0)
    assert seen.faults == []


def test_a_wrong_filter_is_told_at_its_address(donbas: Site, seen: Seen) -> None:
    """What cannot be answered is a page of its own that says why; Back leads to the list."""
    page = seen.at(f"{donbas.address}/incidents")
    page.fill(".filters input[name=from]", "some day")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents?from=some%20day")
    expect(page.locator("h1")).to_have_text("This cannot be answered")
    assert "from" in page.inner_text(".faults")
    page.go_back()
    expect(page.locator("#rows > tr")).to_have_count(50)


@pytest.mark.parametrize("settings", [{"java_script_enabled": False}, {"blocked": True}])
def test_lists_work_without_htmx(donbas: Site, browser: Browser, settings: Any) -> None:
    """Without a script, or where htmx did not arrive, filters and next rows are pages."""
    is_blocked = settings.pop("blocked", False)
    seen = Seen(browser, **settings)
    page = seen.page
    if is_blocked:
        page.route("**/htmx.js", lambda route: route.abort())
    page.goto(f"{donbas.address}/incidents")
    before = page.inner_text("h1")
    narrowed(page, "verdict", "breach")
    page.wait_for_url("**verdict=breach**")
    assert page.inner_text("h1") != before
    page.click("#pager a[rel=next]")
    page.wait_for_url("**after=**")
    assert "From the beginning" in page.inner_text("#pager")
    page.click("details.asking summary")
    page.fill("form.times input[name=known]", "2015-03-05")
    page.keyboard.press("Enter")
    page.wait_for_url("**known=2015-03-05**")
    assert "2015-03-05" in page.inner_text(".asof")
    assert "verdict=breach" in page.url
    seen.context.close()


def test_htmx_is_held_to_the_policy(donbas: Site, seen: Seen) -> None:
    """Htmx takes the settings of the page: no style of its own, and no copy of a page is kept."""
    page = seen.at(f"{donbas.address}/incidents")
    names = list(HTMX)
    known = page.evaluate("(names) => names.map((name) => htmx.config[name])", names)
    assert known == list(HTMX.values())
    assert page.evaluate("document.querySelectorAll('style').length") == 0
    narrowed(page, "verdict", "breach")
    page.wait_for_url("**verdict=breach")
    kept = page.evaluate("Object.keys({...localStorage, ...sessionStorage})")
    assert kept == ["htmx-current-path-for-history"]
    assert seen.faults == []
