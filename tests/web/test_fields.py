# SPDX-License-Identifier: Apache-2.0
"""What is public is listed by route and field, and nothing else leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from addresses import addresses, in_form
from litestar.testing import TestClient
from sites import Site

from foedus.mission import Policy
from foedus.publication.policy import PUBLIC
from foedus.web.app import ANSWERS, application
from foedus.web.routes import BY_NAME, OTHERS, PARAMETERS, ROUTES, TILE, Fields, public, spread

NEVER = {"text", "url", "report_url", "observer", "bearing_deg", "range_m", "digest", "content_key"}
"""Columns of reports that stay."""


def undeclared(answer: Any, fields: Fields | str, at: str = "") -> Iterator[str]:
    """Yield every field of an answer that its route does not list."""
    if isinstance(answer, list):
        for one in answer:
            yield from undeclared(one, fields, at)
    elif isinstance(answer, dict) and fields:
        known = spread(fields)
        for name, beneath in answer.items():
            if name not in known:
                yield f"{at}{name}"
            else:
                yield from undeclared(beneath, known[name], f"{at}{name}.")


@pytest.mark.parametrize("name", ["donbas", "ukraine", "energy"])
def test_every_field_is_listed(name: str, request: pytest.FixtureRequest) -> None:
    """Whatever an address answers as JSON or CSV stands in the list of its route."""
    site: Site = request.getfixturevalue(name)
    seen = set()
    for route, path in addresses(site.client):
        if "json" in route.forms:
            answer = site.client.get(in_form(path, "json"))
            assert answer.status_code == 200, path
            assert list(undeclared(answer.json(), route.fields)) == [], path
        if "csv" in route.forms:
            told = csv.reader(io.StringIO(site.client.get(in_form(path, "csv")).text))
            assert next(told) == list(spread(route.fields[route.rows])), path
        seen.add(route.name)
    if name == "donbas":
        assert seen == {route.name for route in ROUTES}


def test_every_address_is_listed(donbas: Site) -> None:
    """The application answers at no address that is neither a route nor listed beside them."""
    known = {route.path for route in ROUTES} | set(OTHERS)
    known |= {f"{route.path}.{form}" for route in ROUTES for form in route.forms}
    known |= {"/today", "/today.json", TILE.replace("{y}.mvt", "{id}")}
    for route in application(donbas.served).routes:
        path = route.path_format.replace("{name}", "{id}")
        assert path in known or path == "/tiles/{id}", path


def test_a_field_that_is_not_listed_stays(donbas: Site) -> None:
    """An answer is cut to its route's fields, however deep, before it is written."""
    fields = {"rows": "a", "deep": {"inner": "b"}}
    answer = {"rows": [{"a": 1, "c": 2}], "deep": {"inner": {"b": 1, "d": 2}}, "e": 3}
    assert public(answer, fields) == {"rows": [{"a": 1}], "deep": {"inner": {"b": 1}}}
    assert set(ANSWERS) == {route.name for route in ROUTES}
    assert donbas.client.get("/incidents.json").status_code == 200


def test_incidents_have_the_columns_of_the_policy() -> None:
    """Wherever incidents are listed, they have the policy's columns and the verdict on them."""
    columns = {*PUBLIC["incidents"], "verdict"}
    for name, key in (("incidents", "rows"), ("incident", "incident"), ("case", "incidents")):
        assert set(spread(BY_NAME[name].fields[key])) == columns
    joined = {"source_id", "source_title"}
    assert set(spread(BY_NAME["incident"].fields["members"])) == {*PUBLIC["members"], *joined}
    assert not NEVER & columns


def test_parameters_are_described() -> None:
    """Every parameter that a route takes has its type and meaning."""
    assert {name for route in ROUTES for name in route.parameters} <= set(PARAMETERS)


def test_a_coarse_mission_tells_no_count(donbas: Site) -> None:
    """Where a policy holds back or makes coarse, no count over all records is told."""
    edition = replace(donbas.served.edition, policy=Policy())
    served = type(donbas.served)(edition, None, donbas.served.now_us)
    with TestClient(application(served)) as client:
        answer = client.get("/counts.json").json()
    assert answer["rows"] == []
    assert answer["bridges"] == []
    assert "policy" in answer["withheld"]


def test_a_past_day_is_as_late_as_the_policy(donbas: Site) -> None:
    """With a delay, what was known shows only what had ended so long before."""
    edition = replace(donbas.served.edition, policy=Policy(place_cell_m=0, delay_h=240))
    served = type(donbas.served)(edition, None, donbas.served.now_us)
    asked = "/incidents.json?known=2015-03-05&limit=500&from=2015-02-01"
    with TestClient(application(served)) as client:
        late = client.get(asked).json()
    soon = donbas.client.get(asked).json()
    limit_us = 1_425_592_799_999_999 - 240 * 3_600_000_000
    assert 0 < late["total"] < soon["total"]
    assert all(row["occurred_to_us"] <= limit_us for row in late["rows"])
