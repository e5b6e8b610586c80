# SPDX-License-Identifier: Apache-2.0
"""Findings of changed incidents, put into the old ones, are those of a full run."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from findings.made import SHIPPED, Row, disputes_of, rows, several, shipped, table_of
from foedus.engines.local import LocalEngine
from foedus.findings.amend import amended, changed_lineages
from foedus.findings.from_incidents import Findings, found
from foedus.findings.rulebook import Rulebook

ENGINE = LocalEngine(1)
RULES = Rulebook(
    agreements=tuple(shipped(name) for name in SHIPPED), known_us=1_645_567_200_000_000
)


def told(rows: list[Row], disputes: pa.Table | None = None) -> tuple[pa.Table, Findings]:
    """Return incidents, and what a full run finds of them."""
    table = table_of(rows)
    return table, found(table, RULES, ENGINE, disputes)


def named(numbers: list[int], rows: list[Row], edition: str = "a") -> list[Row]:
    """Return rows with a lineage each; the content id changes with the edition."""
    return [
        row | {"lineage_id": f"lineage-{number:03}", "incident_id": f"{edition}-{number:03}"}
        for number, row in zip(numbers, rows, strict=True)
    ]


@given(old=several(2, 8), new=several(1, 4), gone=st.integers(0, 2), data=st.data())
@settings(max_examples=8)
def test_amended_equals_a_full_run(
    old: list[Row], new: list[Row], gone: int, data: st.DataObject
) -> None:
    """Incidents that change, go and come leave exactly what a full run would have found."""
    before = named(list(range(len(old))), old)
    numbers = data.draw(
        st.lists(st.integers(0, 12), min_size=len(new), max_size=len(new), unique=True)
    )
    now = {row["lineage_id"]: row for row in before[gone:]}
    now |= {row["lineage_id"]: row for row in named(numbers, new, "b")}
    table, first = told(before)
    after, whole = told(list(now.values()))
    changed = changed_lineages(table, after)
    assert {f"lineage-{number:03}" for number in numbers} <= changed
    result = amended(first.findings, after, changed, RULES, ENGINE)
    for one, other in zip(result, whole, strict=True):
        assert one.equals(other)


@given(row=rows())
@settings(max_examples=10)
def test_accounts_of_a_changed_incident_are_heard(row: Row) -> None:
    """What single accounts say of a changed incident counts as in a full run."""
    row |= {"kind": "unknown", "disagreements": ["kind"]}
    before = named([0, 1], [row, row])
    after = [before[0], before[1] | {"incident_id": "b-001"}]
    disputes = disputes_of([("b-001", "kind", kind) for kind in ("mortar-fire", "drone-strike")])
    table, first = told(before)
    now, whole = told(after, disputes)
    changed = changed_lineages(table, now)
    assert changed == {"lineage-001"}
    result = amended(first.findings, now, changed, RULES, ENGINE, disputes)
    assert result.findings.equals(whole.findings)


def test_nothing_changed(donbas: dict[str, pa.Table]) -> None:
    """Where nothing changed nothing is asked again, and everything stays."""
    rules = Rulebook(agreements=(shipped("minsk-2"),), known_us=RULES.known_us)
    first = found(donbas["incidents"], rules, ENGINE)
    assert changed_lineages(donbas["incidents"], donbas["incidents"]) == frozenset()
    result = amended(first.findings, donbas["incidents"], (), rules, ENGINE)
    for one, other in zip(result, first, strict=True):
        assert one.equals(other)


def test_a_part_of_donbas_changed(donbas: dict[str, pa.Table]) -> None:
    """Findings of every tenth incident made anew fit in where they were."""
    rules = Rulebook(agreements=(shipped("minsk-1"), shipped("tcg-2020")))
    incidents = donbas["incidents"]
    first = found(incidents, rules, ENGINE)
    changed = incidents["lineage_id"].to_pylist()[::10]
    kept = first.findings
    result = amended(kept, incidents, changed, rules, ENGINE)
    assert result.findings.equals(kept)
    fewer = incidents.slice(1)
    result = amended(kept, fewer, (), rules, ENGINE)
    assert result.findings.equals(found(fewer, rules, ENGINE).findings)
