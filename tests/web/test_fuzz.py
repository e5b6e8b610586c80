# SPDX-License-Identifier: Apache-2.0
"""Requests that nobody thought of: whatever is asked, the web answers, and as it says it does."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks as named
from schemathesis.specs.openapi import checks as openapi
from sites import Site

from foedus.web.app import application
from foedus.web.routes import PARAMETERS, ROUTES

EXAMPLES = int(os.environ.get("FOEDUS_FUZZ", "6"))
"""Requests to each operation; the bench asks for many more."""
CHECKS: list[Any] = [
    named.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
]


@pytest.fixture(scope="module")
def described(donbas: Site) -> Any:
    """Return the description of the web, as a reader gets it."""
    return schemathesis.openapi.from_asgi("/openapi.json", application(donbas.served))


@pytest.mark.slow
def test_the_web_is_as_described(described: Any) -> None:
    """No request makes the web fail, and each answer is one that its description has."""
    operations = [one.ok() for one in described.get_all_operations()]
    assert len(operations) > len(ROUTES)
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy())
        def asked(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        asked()


TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["0", "-1", "9" * 30, "2015-02-30", "0001-01-01", "9999-12-31", "2015", "\0", "' or 1=1",
         "%", "../..", "1~a", "-5~", "٣~x", "2015-02-15T24:00", "25:61", "null", "🜂", "x" * 301]
    ),
)  # fmt: skip


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    route=st.sampled_from(ROUTES),
    form=st.integers(0, 3),
    name=TEXTS,
    asked=st.dictionaries(st.sampled_from(sorted(PARAMETERS)), TEXTS, max_size=4),
)
def test_any_words_are_answered(
    donbas: Site, route: Any, form: int, name: str, asked: dict[str, str]
) -> None:
    """Any id and any parameters give an answer, or say what is wrong with them."""
    ending = route.forms[form % len(route.forms)]
    path = route.path.replace("{id}", quote(name or "x", safe=""))
    path = "/today" if path == "/" and ending != "html" else path
    address = path if ending == "html" else f"{path}.{ending}"
    answer = donbas.client.get(address, params=asked)
    assert answer.status_code in (200, 400, 404), (address, asked)
