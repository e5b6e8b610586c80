# SPDX-License-Identifier: Apache-2.0
"""The addresses of a site: every route, with an id of the record where one stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from foedus.web.routes import ROUTES, Route

LISTS = {
    "incident": ("/incidents.json", "lineage_id"),
    "finding": ("/findings.json", "finding_id"),
    "case": ("/cases.json", "case"),
    "agreement": ("/agreements.json", "id"),
}
"""Route with an id -> where ids are listed, and under which name."""


def addresses(client: Any) -> Iterator[tuple[Route, str]]:
    """Yield every route with an address of it; those of which the record has no id are left out."""
    for route in ROUTES:
        if "{id}" not in route.path:
            yield route, route.path
            continue
        path, name = LISTS[route.name]
        rows = client.get(path).json()["rows"]
        if rows:
            yield route, route.path.replace("{id}", rows[-1][name])


def in_form(path: str, form: str) -> str:
    """Return the address of a route in a form."""
    before = "/today" if path == "/" and form != "html" else path
    return before if form == "html" else f"{before}.{form}"
