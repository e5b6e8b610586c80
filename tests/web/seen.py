# SPDX-License-Identifier: Apache-2.0
"""A page in a real browser that is watched, and which pages of a site are looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from addresses import addresses
from playwright.sync_api import Browser, Page
from sites import Site

WIDTHS = {390: 844, 1280: 800, 1920: 1080}
VECTORS = Path(__file__).parents[2] / "docs" / "reference" / "vectors"
SITES = ("donbas", "ukraine", "energy")
OWN = {
    "energy-2025": ("map", "incident", "finding", "sources"),
    "ukraine-2026": ("today", "map", "incidents", "obligations", "bound", "agreements", "log"),
}
"""Mission -> the pages that look otherwise there than at Donbas."""


class Seen:
    """A page that is watched: what it asked for, and what went wrong in it."""

    def __init__(self, browser: Browser, width: int = 1280, **settings: Any) -> None:
        size: Any = {"width": width, "height": WIDTHS[width]}
        self.context = browser.new_context(viewport=size, timezone_id="Europe/Paris", **settings)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        # A blob or data address is made in the page itself.
        if urlsplit(request.url).scheme in ("http", "https"):
            self.hosts.add(urlsplit(request.url).netloc)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def at(self, address: str) -> Page:
        """Go to an address, and wait until a map is drawn where there is one."""
        self.page.goto(address)
        if self.page.query_selector("#map"):
            self.page.wait_for_selector("#map.ready", timeout=30_000)
        return self.page


def pages_of(site: Site, *, every: bool = False) -> list[tuple[str, str]]:
    """Return name and path of each page of a site, or of those that look otherwise there."""
    found = [(route.name, path) for route, path in addresses(site.client) if "html" in route.forms]
    own = OWN.get(site.served.edition.mission.id, ())
    return [(name, path) for name, path in found if every or not own or name in own]
