# SPDX-License-Identifier: Apache-2.0
"""Laws that the findings of any incidents obey, under every agreement that ships."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findings.made import SHIPPED, TRUCE, Row, run, several, shipped, table_of, written
from foedus.engines.engine import Kernel
from foedus.engines.local import LocalEngine
from foedus.findings import from_incidents
from foedus.findings.from_incidents import Findings, found
from foedus.findings.record import NOT_COVERED, VERDICTS, Finding
from foedus.findings.rulebook import Rulebook
from foedus.terms.record import Agreement
from foedus.terms.rules import PresenceRule

ALL = [shipped(agreement_id) for agreement_id in SHIPPED]
KNOWN_US = 1_645_567_200_000_000
FEW = settings(max_examples=15)


def cells(findings: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table, row by row."""
    return list(zip(*(findings.column(name).to_pylist() for name in columns), strict=True))


@given(rows=several())
@FEW
def test_every_finding_cites_an_article_that_exists(rows: list[Row]) -> None:
    """Agreement, term, article and reading of a finding are all in the agreement, as they stand."""
    table = run(rows, *ALL, known_us=KNOWN_US).findings
    for name, term, article, reading in cells(
        table, "agreement_id", "term_id", "article", "reading"
    ):
        agreement = shipped(name)
        assert agreement.term(term).article == article
        assert article in {one.label for one in agreement.articles}
        assert reading in ([one.id for one in agreement.head.readings] or ["text"])


@given(rows=several())
@FEW
def test_no_finding_names_a_party_that_no_source_names(rows: list[Row]) -> None:
    """Who is said to have acted is who a source claims has; what is left cannot be attributed."""
    table = run(rows, *ALL, known_us=KNOWN_US).findings
    claimed = {f"lineage-{number:07}": row["actor"] for number, row in enumerate(rows)}
    named = {f"lineage-{number:07}": set(row["parties"]) for number, row in enumerate(rows)}
    columns = ("lineage_id", "attributed", "attributed_ppm", "unattributed_ppm", "steps")
    for lineage, attributed, shares, rest, steps in cells(table, *columns):
        actor = claimed.get(lineage)
        assert attributed == ([actor] if actor else [])
        assert sum(shares) + rest == 1_000_000
        told = [step.split(" ", 3)[3] for step in steps if step.startswith("bearer")]
        for detail in told:
            assert set(detail.split(",")) <= named[lineage] | {actor, "unknown"}


def test_donbas_attributes_nothing(donbas: dict[str, pa.Table]) -> None:
    """The record never says who acted, so no finding of the mission names anybody."""
    table = run(donbas["incidents"], *ALL, known_us=KNOWN_US).findings
    assert set(map(tuple, table.column("attributed").to_pylist())) == {()}
    assert set(table.column("unattributed_ppm").to_pylist()) == {1_000_000}


def test_a_real_strike_parts_the_readings(energy: dict[str, pa.Table]) -> None:
    """A real strike of March 2025 is a breach under one reading and outside of the other."""
    partings = run(energy["incidents"], shipped("energy-2025")).partings
    told = cells(partings, "readings", "verdicts")
    assert (["from-18-march", "from-25-march"], ["breach", NOT_COVERED]) in told


@given(rows=several())
@FEW
def test_counts_add_up(rows: list[Row]) -> None:
    """Under each term and reading every subject has one verdict; partings are where these part."""
    result = run(rows, *ALL)
    by: dict[tuple[str, ...], int] = {}
    for *key, verdict, number in cells(
        result.counts, "agreement_id", "term_id", "reading", "verdict", "findings"
    ):
        assert verdict in VERDICTS
        by[tuple(key)] = by.get(tuple(key), 0) + number
    for (name, term, _), number in by.items():
        if not isinstance(shipped(name).term(term).rule, PresenceRule):
            assert number == len(rows)
    keys = ("agreement_id", "term_id", "lineage_id")
    given_: dict[tuple[str, ...], set[str]] = {}
    for *key, verdict in cells(result.findings, *keys, "verdict"):
        given_.setdefault(tuple(key), set()).add(verdict)
    parted = {key for key, verdicts in given_.items() if len(verdicts) > 1}
    assert set(cells(result.partings, *keys)) == parted
    alone = {key for key, verdicts in given_.items() if verdicts == {NOT_COVERED}}
    assert not alone


class Backwards:
    """An engine that works from the last block to the first."""

    slots = 1

    def map(self, kernel: Kernel, blocks: Sequence[pa.Table]) -> list[pa.Table]:
        """Return the results in the blocks' order."""
        return [kernel(block) for block in reversed(blocks)][::-1]


def stored(result: Findings) -> list[bytes]:
    """Return the bytes of the three tables as the record has them."""
    streams = [BytesIO() for _ in result]
    for stream, table in zip(streams, result, strict=True):
        pq.write_table(table.combine_chunks(), stream, compression="zstd")
    return [stream.getvalue() for stream in streams]


@given(rows=several(2, 12), size=st.integers(1, 400), data=st.data())
@settings(max_examples=8)
def test_neither_engine_nor_blocks_nor_order_matter(
    rows: list[Row], size: int, data: st.DataObject
) -> None:
    """The same bytes come out on any engine, on any number of threads, in any cut and order."""
    rulebook = Rulebook(agreements=tuple(ALL), known_us=KNOWN_US)
    table = table_of(rows)
    whole = stored(found(table, rulebook, LocalEngine(1)))
    order = data.draw(st.permutations(range(len(rows))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_incidents, "BLOCK_ANSWERS", size)
        for engine in (LocalEngine(1), LocalEngine(3), Backwards()):
            assert stored(found(table.take(order), rulebook, engine)) == whole


def test_threads_may_enter_the_kernels_at_once(donbas: dict[str, pa.Table]) -> None:
    """Many blocks on several threads, with a drawn zone each, give what one thread gives."""
    text = TRUCE
    rulebook = Rulebook(agreements=(written(text), *ALL))
    once = found(donbas["incidents"], rulebook, LocalEngine(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_incidents, "BLOCK_ANSWERS", 2_000)
        assert stored(found(donbas["incidents"], rulebook, LocalEngine(4))) == stored(once)


EXCEPTION = """
```term
rule: exception
id: answer
text: Fire may be answered.
source: text
to: [no-fire]
all:
  - id: answer
    text: It is an answer.
burden: {burden}
```
"""
EXEMPTION = """
```term
rule: exemption
id: spared
text: It does not hold here.
source: text
to: [no-fire]
{limits}
```
"""
LIMITS = (
    "zone: round",
    "during: {from: 2016-01-01 00:00, to: 2017-01-01 00:00}",
    "bearer: [ua]",
    "acts: [mortar-fire]",
    "bearer: [osce]\nacts: [air-attack]",
    "zone: round\nduring: {from: 2016-01-01, to: 2018-01-01}",
)
EXCUSES = [
    *(EXCEPTION.format(burden=word) for word in ("finder", "who-invokes", "not-stated")),
    *(EXEMPTION.replace("{limits}", limits) for limits in LIMITS),
]


def given_by(agreement: Agreement, rows: list[Row]) -> dict[str, set[str]]:
    """Return verdict -> lineages to which the ban gives it."""
    table = run(rows, agreement).findings
    mine = table.filter(pc.equal(table["term_id"], "no-fire"))
    told: dict[str, set[str]] = {verdict: set() for verdict in VERDICTS}
    for lineage, verdict in cells(mine, "lineage_id", "verdict"):
        told[verdict].add(lineage)
    return told


def telling(row: Row) -> Row:
    """Return an incident that the ban covers more often than not."""
    start = 1_424_000_000_000_000 + row["occurred_from_us"] % 160_000_000_000_000
    return row | {
        "occurred_from_us": start,
        "occurred_to_us": start + row["occurred_to_us"] - row["occurred_from_us"],
        "region": row["region"] and "Donetsk",
        "kind": row["kind"] if "heavy" in row["kind"] else "mortar-fire",
        "parties": ["ua", "dpr"],
        "latitude_e7": 480_000_000 + start % 2_000_000,
        "longitude_e7": 378_000_000,
        "radius_m": row.get("radius_m", 500),
    }


@given(rows=several(4, 10), excuse=st.sampled_from(EXCUSES))
@settings(max_examples=30)
def test_what_excuses_never_widens_a_ban(rows: list[Row], excuse: str) -> None:
    """With an exception or exemption more, no more is a breach, and no more is covered."""
    rows = [telling(row) for row in rows]
    strict, lenient = written(TRUCE), written(TRUCE + excuse)
    before, after = given_by(strict, rows), given_by(lenient, rows)
    assert after["breach"] <= before["breach"]
    covered = [set().union(*told.values()) - told[NOT_COVERED] for told in (before, after)]
    assert covered[0] == covered[1]
    assert before["permitted"] == set()


def test_each_excuse_matters() -> None:
    """The excuses of the law before are no idle ones: all but two take a breach away."""
    at = {"occurred_from_us": 1_460_000_000_000_000, "kind": "mortar-fire", "region": "Donetsk"}
    row = at | {"parties": ["ua", "dpr"], "actor": "ua"}
    row |= {"latitude_e7": 480_000_000, "longitude_e7": 378_000_000, "radius_m": 100}
    idle = []
    for number, excuse in enumerate(EXCUSES):
        told = given_by(written(TRUCE + excuse), [row])
        assert len(told["breach"]) == (number in (1, 7)), excuse
        idle += [number] if told["breach"] else []
    assert idle == [1, 7]


SWAP = {"ua": "dpr", "dpr": "ua"}


def swapped(rows: list[Row]) -> list[Row]:
    """Return rows with two parties swapped throughout."""
    return [
        row
        | {
            "actor": SWAP.get(row["actor"], row["actor"]),
            "parties": [SWAP.get(party, party) for party in row["parties"]],
        }
        for row in rows
    ]


def is_asymmetric(agreement: Agreement, term_id: str) -> bool:
    """Return whether a term treats the two parties differently: in whom it binds, or from where."""
    rule = agreement.term(term_id).rule
    bearer = getattr(rule, "bearer", ("all",))
    base = rule.baseline if isinstance(rule, PresenceRule) else {}
    lines = {base.get(party) for party in SWAP}
    return len(lines) > 1 or (("ua" in bearer) != ("dpr" in bearer) and "all" not in bearer)


def test_asymmetric_terms_are_those_listed() -> None:
    """These terms of the agreements on Donbas treat the two sides differently, and no others."""
    names = ("minsk-1", "minsk-2", "tcg-2020")
    found_ = [
        f"{name} {term.id}"
        for name in names
        for term in shipped(name).terms
        if is_asymmetric(shipped(name), term.id)
    ]
    assert found_ == [
        "minsk-1 law-on-self-government",
        "minsk-2 artillery-back",
        "minsk-2 rocket-launchers-back",
        "minsk-2 long-range-back",
        "minsk-2 resolution-on-territory",
        "minsk-2 amnesty",
        "minsk-2 constitution",
        "minsk-2 tanks-back",
        "minsk-2 light-weapons-back",
    ]


@given(rows=several())
@FEW
def test_party_swap(rows: list[Row]) -> None:
    """Swap the parties, and every finding swaps with them, but under terms that are asymmetric."""
    names = ("minsk-1", "minsk-2", "tcg-2020")
    agreements = [shipped(name) for name in names]
    plain, other = (run(some, *agreements).findings for some in (rows, swapped(rows)))
    told = [
        {
            (row["finding_id"], row["verdict"], row["probability_ppm"], *row["causes"]): row
            for row in table.to_pylist()
            if not is_asymmetric(shipped(row["agreement_id"]), row["term_id"])
        }
        for table in (plain, other)
    ]
    assert told[0].keys() == told[1].keys()
    for key, row in told[0].items():
        assert [SWAP.get(name, name) for name in row["attributed"]] == told[1][key]["attributed"]


def test_findings_have_their_schema() -> None:
    """Nothing found, and no incident at all, are tables of the same columns."""
    for result in (run([], *ALL), run([])):
        assert result.findings.schema.names == list(Finding.__struct_fields__)
        assert result.findings.num_rows == 0
