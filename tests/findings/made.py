# SPDX-License-Identifier: Apache-2.0
"""Incidents made for tests: a few columns are given, all others stand empty.

Random ones mix every word, time, place and dispute that a step may meet. Running the stage on them
is left to the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from hypothesis import strategies as st

from foedus.base.encoding import schema
from foedus.base.moments import HOUR_US
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import Findings, found
from foedus.findings.rulebook import Rulebook
from foedus.incidents.record import Disagreement, Incident
from foedus.terms.document import load_text, read_agreement
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY, load_vocabulary

SHIPPED: Final = tuple(path.stem for path in sorted((LIBRARY / "agreements").glob("*.md")))
WORDS: Final = load_vocabulary()
EARLY_US: Final = 1_388_534_400_000_000
"""1 January 2014."""
LATE_US: Final = 1_772_323_200_000_000
"""1 March 2026."""
Row = dict[str, Any]
TRUCE: Final = """# A truce for tests

```agreement
id: made
title: {en: A truce for tests, uk: Перемир'я, ru: Перемирие, fr: Une trêve}
written: true
zone: Europe/Kyiv
signed:
  - {document: Truce, on: 2015-01-01, source: text}
parties:
  - id: ua
    names: {en: A, uk: А, ru: А, fr: A}
    side: a
    role: party
  - id: dpr
    names: {en: B, uk: Б, ru: Б, fr: B}
    side: b
    role: party
  - id: osce
    names: {en: M, uk: М, ru: М, fr: M}
    side: m
    role: monitor
sources:
  text:
    url: https://example.org/truce
    title: The text
    date: 2015-01-01
    evidence: S
monitor: {text: none, source: text}
consequence: {text: none-written, source: text}
```

Made for tests.

## Article 1. It holds

From a day on.

```term
rule: in-force
id: in-force
text: It holds from a day on.
source: text
from: 2015-02-15 00:00
to: 2020-02-15 00:00
```

```term
rule: zone
id: somewhere
text: Two regions.
source: text
area: {kind: regions, names: [Donetsk, Luhansk]}
```

```term
rule: zone
id: round
text: Ten kilometres about a town.
source: text
area: {kind: circle, latitude: 48.0, longitude: 37.8, radius_m: 10000}
```

```term
rule: ban
id: no-fire
text: Nobody fires there.
source: text
bearer: [ua, dpr]
acts: [use-of-force]
zone: somewhere
```

```term
rule: ban
id: no-fire-in-town
text: Nobody fires near the town.
source: text
bearer: [ua, dpr]
acts: [use-of-force]
zone: round
```
"""
"""A made agreement: two bans on fire, in two regions and about a town, from 2015 to 2020."""


@cache
def shipped(agreement_id: str) -> Agreement:
    """Return an agreement of the library."""
    return read_agreement(LIBRARY / "agreements" / f"{agreement_id}.md")


def written(text: str, name: str = "made") -> Agreement:
    """Return an agreement that a test wrote."""
    loaded = load_text(text, Path(f"{name}.md"))
    assert loaded.agreement is not None, [str(fault) for fault in loaded.faults]
    return loaded.agreement


def table_of(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return the table of incidents of some rows; ids come from their place in it if not given."""
    return pa.Table.from_pylist(
        [_whole(number, row) for number, row in enumerate(rows)], schema(Incident)
    )


def _whole(number: int, row: Mapping[str, Any]) -> Row:
    ids = {"incident_id": f"incident-{number:07}", "lineage_id": f"lineage-{number:07}"}
    whole: Row = {}
    for field in schema(Incident):
        is_list, is_text = pa.types.is_list(field.type), pa.types.is_string(field.type)
        whole[field.name] = None if field.nullable else "unknown" if is_text else 0
        if is_list:
            whole[field.name] = []
    assert set(row) <= set(whole), set(row) - set(whole)
    return whole | ids | {"occurred_to_us": row["occurred_from_us"] + 1} | dict(row)


def disputes_of(rows: Iterable[tuple[str, str, str]]) -> pa.Table:
    """Return the table of disagreements: incident id, field and what one account says."""
    told = [
        {
            "incident_id": incident,
            "lineage_id": incident,
            "field": field,
            "report_id": f"r{number}",
            "says": says,
        }
        for number, (incident, field, says) in enumerate(rows)
    ]
    return pa.Table.from_pylist(told, schema(Disagreement))


def run(
    rows: Iterable[Mapping[str, Any]] | pa.Table,
    *agreements: Agreement,
    disputes: pa.Table | None = None,
    **known: Any,
) -> Findings:
    """Return the findings of some rows under some agreements."""
    table = rows if isinstance(rows, pa.Table) else table_of(rows)
    return found(table, Rulebook(agreements=agreements, **known), LocalEngine(1), disputes)


def parties() -> st.SearchStrategy[list[str]]:
    """Return parties that are named as involved."""
    return st.lists(st.sampled_from(("ua", "dpr", "lpr", "ru", "uafn", "osce")), max_size=3)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Return the row of an incident with whatever may be known, unknown or in dispute."""
    start = draw(st.integers(EARLY_US, LATE_US))
    placed = draw(st.booleans())
    named = ("Donetsk oblast", "Luhansk", "Rostov oblast", None)
    at = {
        "latitude_e7": draw(st.integers(468_000_000, 492_000_000)),
        "longitude_e7": draw(st.integers(365_000_000, 400_000_000)),
        "radius_m": draw(st.sampled_from((0, 800, 3_000, 25_000, 100_000, None))),
    }
    return {
        "occurred_from_us": start,
        "occurred_to_us": start + draw(st.sampled_from((1, HOUR_US, 24 * HOUR_US, 720 * HOUR_US))),
        **(at if placed else {}),
        "region": draw(st.sampled_from(named)),
        "kind": draw(st.sampled_from((*WORDS.kinds, "unknown"))),
        "target": draw(st.sampled_from((*WORDS.targets, "unknown"))),
        "weapon": draw(st.sampled_from((*WORDS.weapons, "unknown"))),
        "actor": draw(st.sampled_from(("ua", "dpr", "ru", "us", None, None))),
        "parties": draw(parties()),
        "disagreements": draw(
            st.lists(
                st.sampled_from(("kind", "target", "occurred", "place", "actor")),
                unique=True,
                max_size=2,
            )
        ),
        "known_from_us": start,
    }


def several(least: int = 1, most: int = 6) -> st.SearchStrategy[list[Row]]:
    """Return some rows."""
    return st.lists(rows(), min_size=least, max_size=most)
