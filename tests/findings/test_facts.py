# SPDX-License-Identifier: Apache-2.0
"""Findings as facts of conditions: shares add up, zones are sure, none, or not known."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from findings.made import LATE_US, TRUCE, Row, run, several, table_of, written
from foedus.findings.facts import OPEN, Naming, breach_facts, refusal_facts
from foedus.findings.in_zones import OUTSIDE, zones_of
from foedus.findings.rulebook import no_lines
from foedus.terms.conditions.history import INDICATED, SCHEMA
from foedus.terms.conditions.record import Asked, Record, facts_of

NAMING = Naming({"uafn": ("dpr", "lpr"), "x": ("ua",)}, {"no-fire": "1"})
AT_US = 1_430_000_000_000_000
"""April 2015: the truce holds."""


def facts(rows: list[Row] | pa.Table, *, by_party: bool = True) -> list[Any]:
    """Return the facts that some incidents indicate under the made truce."""
    table = rows if isinstance(rows, pa.Table) else table_of(rows)
    agreement = written(TRUCE)
    found = run(table, agreement).findings
    zones = zones_of(table, agreement, no_lines)
    made = breach_facts(found, table, zones, NAMING, by_party=by_party)
    assert made.schema == SCHEMA
    return facts_of(made)


def shot(**told: Any) -> Row:
    """Return an incident in which somebody fired."""
    return {"occurred_from_us": AT_US, "kind": "fatal-event", "target": "unknown", **told}


@settings(max_examples=40, deadline=None)
@given(several())
def test_each_finding_gives_its_facts(rows: list[Row]) -> None:
    """One fact of each finding that leaves a breach open; by party, shares of it that add up."""
    table = table_of(rows)
    found = run(table, written(TRUCE)).findings.to_pylist()
    open_ = {r["finding_id"]: r for r in found if r["incident_id"] and r["verdict"] in OPEN}
    whole = {fact.fact_id: fact for fact in facts(table, by_party=False)}
    assert whole.keys() == open_.keys()
    parts = defaultdict(list)
    for fact in facts(table):
        parts[fact.fact_id[: len(next(iter(open_)))]].append(fact)
    for name, row in open_.items():
        assert whole[name].probability_ppm == row["probability_ppm"]
        assert whole[name].verdict == INDICATED
        shares = [fact.probability_ppm for fact in parts[name]]
        if row["probability_ppm"] is None:
            assert set(shares) <= {None}
        else:
            assert row["probability_ppm"] - len(shares) <= sum(shares) <= row["probability_ppm"]
    # What comes out can be asked: each fact once, each interval the right way round.
    Record(facts(table), Asked(0, LATE_US, LATE_US), {})


def test_who_stands_for_several_is_not_known() -> None:
    """A party of the record is the agreement's that it stands for, if that is one."""
    for own, meant in (("ua", "ua"), ("x", "ua"), ("uafn", None)):
        assert NAMING.party(own) == meant


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ({"region": "Donetsk"}, "somewhere"),
        ({"region": "Kharkiv oblast"}, OUTSIDE),
        ({}, None),
        ({"region": "Kharkiv", "latitude_e7": 480_000_000, "longitude_e7": 378_000_000,
          "radius_m": 100}, "round"),
        ({"region": "Donetsk", "latitude_e7": 480_000_000, "longitude_e7": 378_000_000,
          "radius_m": 100}, None),
        ({"region": "Kharkiv", "latitude_e7": 480_900_000, "longitude_e7": 378_000_000,
          "radius_m": 5_000}, None),
    ],
)  # fmt: skip
def test_a_zone_is_sure_or_not_told(told: Row, zone: str | None) -> None:
    """In one zone, in none, or unknown: near an edge, without a place, or in two at once."""
    outside = {"latitude_e7": 500_000_000, "longitude_e7": 300_000_000, "radius_m": 100}
    row = shot(**(outside | told if told else told))
    table = table_of([row])
    agreement = written(TRUCE)
    assert zones_of(table, agreement, no_lines).to_pylist() == [zone]


def test_only_zones_that_are_asked_about_count() -> None:
    """Asked of one zone alone, a place in two is in that one."""
    row = shot(region="Donetsk", latitude_e7=480_000_000, longitude_e7=378_000_000, radius_m=100)
    found = zones_of(table_of([row]), written(TRUCE), no_lines, ["round"])
    assert found.to_pylist() == ["round"]


def test_terms_bear_the_name_that_is_asked() -> None:
    """A term is called as the condition calls it, others by their id."""
    found = facts([shot(region="Donetsk")])
    assert {fact.term for fact in found} <= {"1", "no-fire-in-town"}
    assert "1" in {fact.term for fact in found}


def test_a_refusal_of_access_is_a_fact_without_probability() -> None:
    """What a source reports of a monitor that was not let through; nobody determined it."""
    row = shot(kind="monitor-denied-access", actor="x")
    table = table_of([row, shot()])
    zones = zones_of(table, written(TRUCE), no_lines)
    (fact,) = facts_of(refusal_facts(table, zones, NAMING))
    assert (fact.kind, fact.party, fact.verdict) == ("refusal", "ua", INDICATED)
    assert fact.probability_ppm is None
