# SPDX-License-Identifier: Apache-2.0
"""The compiled evaluator gives what the general one gives, row for row."""

from __future__ import annotations

import os
from random import Random
from typing import Final

import numpy as np
import pyarrow as pa
import pytest

from foedus.base.encoding import to_table
from foedus.errors import SourceError
from foedus.terms.conditions.batch import monitored, values_named
from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.coded import coded
from foedus.terms.conditions.columnar import is_columnar, judged
from foedus.terms.conditions.evaluation import legal_truth
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.keys import keyed
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.plan import planned
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.tables import table, told
from foedus.terms.conditions.windows import moved
from terms.conditions.made_plans import PlanMaker

BLOCKS: Final = 10
PER_BLOCK: Final = 500 if os.environ.get("CI") else 40
DOMAINS: Final = {"party": ("north", "south", "third"), "zone": ("nowhere",)}


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_compiled_is_general(block: int) -> None:
    """On made conditions of the covered shapes and made histories both give the same table."""
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        maker = PlanMaker(Random(seed))
        is_ordered = seed % 4 == 3
        condition, facts = maker.covered(), maker.many(is_exact=is_ordered)
        asked = maker.asked()._replace(ties="ordered" if is_ordered else "simultaneous")
        domains = DOMAINS if seed % 3 == 0 else {}
        history = to_table(Fact, facts)
        wanted = told(condition, legal_truth(condition, history, asked, domains))
        found = monitored(condition, history, asked, domains)
        assert found.to_pylist() == wanted.to_pylist(), f"seed {seed}: {written(condition)}"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_columnar_is_general(block: int) -> None:
    """On made conditions of every form, since, until and joins among them, both tables are one."""
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        maker = PlanMaker(Random(seed))
        is_ordered = seed % 4 == 3
        condition = maker.condition(1 + seed % 3) if seed % 2 else maker.joining()
        facts = maker.many(is_exact=is_ordered)
        asked = maker.asked()._replace(ties="ordered" if is_ordered else "simultaneous")
        domains = DOMAINS if seed % 3 == 0 else {}
        history = to_table(Fact, facts)
        record = coded(history, asked, values_named(condition, domains))
        if record is None or not is_columnar(condition):
            continue
        found = judged(condition, record, (asked.since_us * record.ties, record.open_from - 1))
        assert found is not None
        wanted = told(condition, legal_truth(condition, history, asked, domains))
        assert table(*found).to_pylist() == wanted.to_pylist(), f"seed {seed}: {written(condition)}"


@pytest.mark.parametrize(
    ("text", "is_covered"),
    [
        ("breach k by p in z and notice for z within 24 h before", True),
        ("for each zone z, party p: at least 3 breaches of 1 by p in z within 72 h", True),
        ("breach of 2 by p in z and not (no notice by p within 1 h or report by p before)", True),
        ("breach by p and some zone w with (notice for w within 1 h)", True),
        (
            "breach by p and n = count of breaches by p within 72 h and n >= 3 and p is not ua",
            True,
        ),
        ("breach by p in z and breach by q in z within 1 h and p is not q", False),
        ("for each zone z: no breach in z since within 30 days notice for z", False),
        ("breach by p and notice by p", False),
        ("opening of c and n = count of decisions of c within 14 days after and n < 1", False),
    ],
)
def test_covered_shapes(text: str, *, is_covered: bool) -> None:
    """The documentation's list of fast shapes is what is planned."""
    assert (planned(parse(text)) is not None) is is_covered


def test_how_words_are_held_does_not_matter() -> None:
    """Plain strings, dictionaries and chunks with dictionaries of their own give one table."""
    maker = PlanMaker(Random(5))
    history = to_table(Fact, maker.many(is_exact=False))
    condition = parse("breach by p in z and no notice by p for z within 2 s before")
    asked = Asked(0, 12, 20)
    coded = pa.table(
        {
            name: column.dictionary_encode() if pa.types.is_string(column.type) else column
            for name, column in zip(history.column_names, history.columns, strict=True)
        }
    )
    chunks = pa.concat_tables([history.slice(0, 2), history.slice(2)])
    tables = [monitored(condition, each, asked) for each in (history, coded, chunks)]
    assert tables[0].num_rows > 0
    assert all(each.to_pylist() == tables[0].to_pylist() for each in tables)


def test_a_record_at_odds_with_itself_is_refused() -> None:
    """A fact that stands twice is the source's fault, in both evaluators."""
    fact = Fact(fact_id="f", kind="breach", occurred_from_us=0, occurred_to_us=1, known_from_us=0)
    with pytest.raises(SourceError, match="2 of 'f'"):
        monitored(parse("breach"), to_table(Fact, [fact, fact]), Asked(0, 9, 9))


def test_nothing_on_record_is_no() -> None:
    """An empty history has no verdict, but where the record is open."""
    empty = to_table(Fact, [])
    assert monitored(parse("breach by p"), empty, Asked(0, 9, 9)).num_rows == 0
    ahead = monitored(
        parse("for each party p: no breach by p within 3 s after"), empty, Asked(0, 9, 9)
    )
    assert ahead.num_rows == 0


def test_keys_are_dense_and_know_strangers() -> None:
    """Equal codes have one key, others another; codes that were never seen have none."""
    codes = {"a": np.array([0, 9_000, 0]), "b": np.array([70_000, 1, 70_000])}
    keys, key = keyed(codes, ("a", "b"), 3)
    assert key[0] == key[2] != key[1]
    assert keys.number <= 3 * 4 + 1024
    others = {"a": np.array([0, 9_000, -1, 5]), "b": np.array([1, 1, 1, 70_000])}
    assert keys.of(others, 4).tolist() == [-1, key[1], -1, -1]


def test_a_place_is_found_from_any_start() -> None:
    """Wherever the search begins, it ends at the first value that is not under the limit."""
    value = np.array([1, 1, 3, 3, 3, 8, 9, 9, 20])
    for limit in range(22):
        for start in range(value.size + 1):
            wanted = int(np.searchsorted(value, limit))
            assert moved(value, start, 0, value.size, limit) == wanted
