# SPDX-License-Identifier: Apache-2.0
"""No word of a page escapes the catalogues: each page is rendered by one that marks what it says.

The catalogue of this test puts «…» around every message that the English one has, and leaves alone
what it has not. What a reader then sees without marks is a word that nobody can translate; what
stands marked within `lang="en"` is said to be English and is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from addresses import addresses
from litestar.testing import TestClient
from sites import Site

from foedus.web import words
from foedus.web.app import application
from foedus.web.shelf import Shelf
from make_catalogues import read

SITES: Final = ("donbas", "energy", "ukraine")
LANGUAGE: Final = "uk"
"""Of the pages: names that are data in four languages are not in Latin letters then."""
SILENT: Final = frozenset(("script", "style", "code", "pre", "title", "svg"))
"""Elements without words, with ids alone, or that cannot mark a name of the record."""
VOID: Final = frozenset(("meta", "link", "input", "br", "img", "hr", "wbr"))
SEEN: Final = ("title", "aria-label", "alt", "placeholder", "data-good", "data-bad", "data-held",
               "data-failed", "data-insecure", "data-yours")  # fmt: skip
"""Attributes that a reader sees or hears."""
SAME: Final = frozenset(
    (
        "Foedus",
        "II",
        "JSON",
        "CSV",
        "GEOJSON",
        "Atom",
        "iCalendar",
        "OpenAPI",
        "UTC",
        "Europe",
        "Kyiv",
    )
)  # fmt: skip
"""Words that are alike in every language: names, forms of data, and of zones."""
WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’-]+")


class Marking(NullTranslations):
    """A catalogue that marks what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.known = {
            text
            for one in read("en")
            if one.id
            for text in ([one.id] if isinstance(one.id, str) else one.id)
        }

    def gettext(self, message: str) -> str:
        """Return a message with its words marked, its values not; as it is where it is unknown."""
        if message not in self.known:
            return message
        parts = re.split(r"(\{\w+\})", message)
        return "".join(f"«{one}»" if n % 2 == 0 and one else one for n, one in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return one of two forms, marked."""
        return self.gettext(msgid1 if n == 1 else msgid2)


class Words(HTMLParser):
    """Gathers what of a page is not marked, and what is marked in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.bare: list[str] = []
        self.in_vain: list[str] = []

    @property
    def is_outside(self) -> bool:
        """Whether what stands here is in another language, or no language at all."""
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note whether an element is outside, and look at what it says by itself."""
        given = {name: value or "" for name, value in attrs}
        own = given.get("lang")
        is_outside = self.is_outside if own is None else own != LANGUAGE
        is_outside = is_outside or tag in SILENT or given.get("translate") == "no"
        if not is_outside:
            for name in SEEN:
                self._look(given.get(name, ""))
        if tag not in VOID:
            self.open.append((tag, is_outside))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, with all within it that nobody closed."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Look at a text."""
        if not self.is_outside:
            self._look(data)
        elif "«" in data and not any(tag in SILENT for tag, _ in self.open):
            self.in_vain.append(data.strip())

    def _look(self, text: str) -> None:
        rest = re.sub(r"«[^»]*»|\{\w+\}", " ", text)
        if set(WORD.findall(rest)) - SAME:
            self.bare.append(text.strip())


def read_page(html: str) -> Words:
    """Return what was found in a page."""
    found = Words()
    found.feed(html)
    found.close()
    return found


@pytest.fixture
def _marking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages be said by the catalogue that marks."""
    known = Marking()
    monkeypatch.setattr(words, "catalogue", lambda _: known)


def pages_of(site: Site) -> Iterator[str]:
    """Yield the address of every page, once as all is known, once as it was; and of faults."""
    for route, path in addresses(site.client):
        if "html" in route.forms:
            yield path
            if route.is_timed and "{id}" not in route.path:
                yield f"{path}?known=2015-03-20"
    yield from ("/nowhere", "/incidents?kind=xx", "/incidents/xx", "/findings?party=xx", "/?on=xx")


@pytest.mark.usefixtures("_marking")
@pytest.mark.parametrize("name", SITES)
def test_no_word_escapes(name: str, request: pytest.FixtureRequest) -> None:
    """Every word that a reader of any page sees is said by a catalogue, or marked as English."""
    site: Site = request.getfixturevalue(name)
    bare, in_vain = set(), set()
    # With a shelf of its own: marked pages are kept for nobody else.
    client: TestClient[Any] = TestClient(application(replace(site.served, shelf=Shelf())))
    for path in pages_of(site):
        page = client.get(f"{path}{'&' if '?' in path else '?'}lang={LANGUAGE}")
        assert "«" in page.text, path
        found = read_page(page.text)
        bare |= {(path.split("?")[0], one) for one in found.bare}
        in_vain |= {(path, one) for one in found.in_vain}
    assert bare == set()
    assert in_vain == set()


def test_the_marks_find_what_is_bare() -> None:
    """A word without a mark is found, in text and in attributes; ids and the record's are not."""
    html = (
        '<html lang="uk"><p title="seen">«known» bare <span lang="en">record</span><br>'
        '<code>id</code> «n» UTC</p><p lang="en">«vain»</p><b translate="no">name</b></html>'
    )
    found = read_page(html)
    assert found.bare == ["seen", "«known» bare"]
    assert found.in_vain == ["«vain»"]
