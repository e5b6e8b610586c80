# SPDX-License-Identifier: Apache-2.0
"""Every language in a real browser: pages fit and offer the reader's own, scripts follow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser
from seen import VECTORS, Seen, pages_of
from sites import Site

from foedus.web.words import DRAFTS


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(DRAFTS))
@pytest.mark.parametrize("name", ["donbas", "ukraine"])
def test_longer_words_fit(
    name: str, language: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    """No page is wider than a telephone, nor its answer below the fold of one, in any language."""
    site: Site = request.getfixturevalue(name)
    seen = Seen(browser, 390)
    for _, path in pages_of(site):
        page = seen.at(f"{site.address}{path}?lang={language}")
        told = page.evaluate(
            """() => [document.documentElement.scrollWidth - innerWidth,
                innerHeight - document.querySelector("h1").getBoundingClientRect().bottom]"""
        )
        assert told[0] <= 0, path
        assert told[1] > 0, path
    assert seen.faults == []
    seen.context.close()


@pytest.mark.parametrize(
    ("preferred", "path", "offered"),
    [
        ("uk-UA", "/findings?known=2015-03-20", "Ця сторінка українською"),
        ("fr-CA", "/method", "Cette page en français"),
        ("fr-CA", "/method?lang=en", None),
        ("fr-CA", "/method?lang=uk", None),
        ("en-GB", "/method", None),
        ("de-DE", "/method", None),
    ],
)
def test_the_readers_language_is_offered(
    donbas: Site, browser: Browser, preferred: str, path: str, offered: str | None
) -> None:
    """A page offers the language that a browser prefers; whoever chose one is left with it."""
    seen = Seen(browser, locale=preferred)
    page = seen.at(donbas.address + path)
    offer = page.query_selector(".offer")
    assert (offer.inner_text() if offer else None) == offered
    if offer:
        offer.click()
        assert page.get_attribute("html", "lang") == preferred[:2]
        assert path.partition("?")[2] in page.url
        assert page.query_selector(".offer") is None
    seen.context.close()


def test_moments_are_told_in_the_language_of_the_page(donbas: Site, browser: Browser) -> None:
    """The reader's clock speaks the page's language, as the mission's does without a script."""
    told = []
    for script in (True, False):
        seen = Seen(browser, java_script_enabled=script)
        seen.page.goto(f"{donbas.address}/cases?lang=uk")
        told += [seen.page.inner_text("tbody time.at"), seen.page.inner_text("#clock")]
        title = seen.page.get_attribute("tbody time.at", "title")
        assert title == "16 лют. 2015 12:00 Europe/Kyiv"
        seen.context.close()
    assert told == [
        "16 лют. 2015 11:00 (16 лют. 10:00 UTC)",
        "Час подано за вашим годинником, Europe/Paris, поруч UTC.",
        "16 лют. 2015 12:00 (16 лют. 10:00 UTC)",
        "Час подано за годинником місії, Europe/Kyiv, поруч UTC.",
    ]


def test_a_proof_is_told_in_the_language_of_the_page(ukraine: Site, browser: Browser) -> None:
    """Steps of a good and of a bad proof are said in the page's words, ids and keys as they are."""
    seen = Seen(browser)
    for proof in (min(VECTORS.glob("*.proof")), *sorted((VECTORS / "bad").glob("*.proof"))):
        seen.page.goto(f"{ukraine.address}/log?lang=uk")
        seen.page.set_input_files("#proof-file", proof)
        seen.page.wait_for_selector("#proof-answer[data-holds]", timeout=10_000)
        for step in seen.page.locator("#proof-steps li").all_inner_texts():
            said = step.partition(": ")[2]
            assert re.search(r"[а-яіїєґ]{4}", said), (proof.name, step)
            assert not re.search(r"\b(expected|signed|payload|cosigned|admitted)\b", said), step
    seen.context.close()
