# SPDX-License-Identifier: Apache-2.0
"""An exception or a release stands open only for those who may rely on it."""

from __future__ import annotations

from typing import Any

import pytest

from findings.made import run
from foedus.base.readings import moment
from foedus.findings.checker import recomputed
from foedus.terms.document import load_text
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY

BEARER = "bearer: [ua, dpr, lpr]\nburden:"
AT_US = moment("2020-09-01 12:00", "Europe/Kyiv").from_us
FIRE = {
    "occurred_from_us": AT_US,
    "occurred_to_us": AT_US + 1,
    "kind": "small-arms-exchange",
    "region": "Donetsk oblast",
}


def measures(bearer: str) -> Agreement:
    """Return the measures of July 2020, their return fire being for some alone."""
    path = LIBRARY / "agreements" / "tcg-2020.md"
    text = path.read_text("utf-8")
    assert text.count(BEARER) == 1
    found = load_text(text.replace(BEARER, f"bearer: [{bearer}]\nburden:"), path).agreement
    assert found is not None
    return found


def exception(bearer: str, **named: Any) -> str:
    """Return the answer of the step of exceptions to the ban on fire."""
    rows = run([FIRE | named], measures(bearer)).findings.to_pylist()
    (row,) = [row for row in rows if row["term_id"] == "no-fire"]
    assert tuple(recomputed(row["steps"])) == (row["verdict"], row["probability_ppm"])
    (step,) = [step for step in row["steps"] if step.startswith("exception")]
    assert ("return-fire" in row["open_exceptions"]) is ("return-fire" in step)
    return step.split()[1]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"actor": "ua"}, "relied on"),
        ({"actor": "dpr"}, "none"),
        ({"parties": ["ua", "dpr"]}, "relied on"),
        ({"parties": ["dpr", "lpr"]}, "none"),
        ({}, "relied on"),
    ],
)
def test_who_may_not_rely_on_it_has_no_exception(named: dict[str, Any], expected: str) -> None:
    """Return fire for one side serves nobody of whom all that is named is another."""
    found = exception("ua", **named)
    assert (found == "none") is (expected == "none")
    assert exception("ua, dpr, lpr", **named) != "none"


@pytest.mark.parametrize(("actor", "other"), [("ua", "dpr"), ("dpr", "ua")])
def test_sides_are_treated_alike(actor: str, other: str) -> None:
    """What holds for one side with an exception of its own holds for the other."""
    assert exception(actor, actor=actor) == exception(other, actor=other)
    assert exception(actor, actor=other) == exception(other, actor=actor) == "none"
