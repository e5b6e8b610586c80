# SPDX-License-Identifier: Apache-2.0
"""What was hit: told where sources tell it, passed over in silence where none does."""

from __future__ import annotations

from typing import Any

import made

from foedus.publication.bulletin import bulletin
from foedus.publication.facts import facts
from foedus.publication.material import Material
from foedus.publication.tables import published

START = made.mission().period_from_us


def given(*targets: str, **changes: Any) -> Material:
    """Return a mission with one incident for each target."""
    rows = []
    for number, target in enumerate(targets):
        at = START + number * made.DAY_US
        rows.append(made.incident(number, at, at + made.DAY_US, target=target, **changes))
    return made.material(rows)


def test_targets_are_counted() -> None:
    """Each kind must bear its number; a class and the unknown must say that they are no kind."""
    material = given("refinery", "refinery", "refinery", "energy", "energy", "unknown")
    found = facts(material, published(material)).targets
    assert [(name, told.incidents) for name, told in found] == [
        ("refinery or gas processing", 3),
        ("energy: several, or which is not told", 2),
        ("not told, or of several classes", 1),
    ]


def test_no_target_no_section() -> None:
    """Where no source tells a target the page must have no such heading."""
    material = given("unknown", "unknown")
    assert facts(material, published(material)).targets == ()
    assert "What was hit, or aimed at" not in bulletin(material, published(material))
    told = given("refinery")
    assert "What was hit, or aimed at" in bulletin(told, published(told))


def test_deaths_are_columns_only_where_told() -> None:
    """The table by year must have no columns of deaths where nobody tells of any."""
    untold = dict.fromkeys(("deaths_low", "deaths_best", "deaths_high"))
    without = given("refinery", **untold)
    assert not facts(without, published(without)).deadly
    assert "deaths, lowest" not in bulletin(without, published(without))
    some = given("refinery", **(untold | {"deaths_low": 1}))
    assert facts(some, published(some)).deadly
    assert "deaths, lowest" in bulletin(some, published(some))
