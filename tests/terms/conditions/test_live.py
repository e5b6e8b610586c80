# SPDX-License-Identifier: Apache-2.0
"""A monitor that is fed step by step knows what a batch run on the same record knows."""

from __future__ import annotations

import doctest
import os
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.encoding import to_table
from foedus.errors import OperatorError, SourceError
from foedus.terms.conditions.batch import monitored
from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.live import Monitor
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.record import Asked
from source_files import ROOT
from terms.conditions.made_plans import PlanMaker

EXAMPLES: Final = 1_000 if os.environ.get("CI") else 60
SECOND: Final = 1_000_000


def amended(fact: Fact, known_to_us: int | None) -> Fact:
    """Return a fact whose time known ends otherwise."""
    values = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return Fact(**{**values, "known_to_us": known_to_us})


def steps(maker: PlanMaker, facts: list[Fact]) -> Iterator[tuple[list[Fact], list[Fact], int, int]]:
    """Yield what comes, the record with it, `on` and `known`.

    Facts are late and in any order; of some it is told beforehand when they will end.
    """
    chance = maker.chance
    chance.shuffle(facts)
    foretold = {id(fact): chance.random() < 0.5 for fact in facts}
    record: dict[tuple[str, int], Fact] = {}
    on = 0
    for known in sorted(chance.sample(range(22), chance.randint(2, 6))):
        on = min(12, on + chance.choice((0, 1, 2, 4, 6)))
        come = []
        for fact in facts:
            key = (fact.fact_id, fact.known_from_us)
            is_over = fact.known_to_us is not None and fact.known_to_us <= known
            now = fact if is_over or foretold[id(fact)] else amended(fact, None)
            if fact.known_from_us <= known and record.get(key) != now:
                come.append(now)
                record[key] = now
        yield come, list(record.values()), on, known


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 1 << 32))
def test_live_is_batch_after_every_step(seed: int) -> None:
    """Whatever comes, late, withdrawn or corrected: verdicts are those of a batch run then."""
    maker = PlanMaker(Random(seed))
    is_ordered = seed % 4 == 3
    ties = "ordered" if is_ordered else "simultaneous"
    condition = maker.covered() if seed % 5 else maker.condition(2)
    monitor = Monitor(condition, 0, ties=ties)
    for come, record, on, known in steps(maker, maker.many(is_exact=is_ordered)):
        monitor.step(to_table(Fact, come), on, known)
        wanted = monitored(condition, to_table(Fact, record), Asked(0, on, known, ties))
        assert monitor.verdicts().to_pylist() == wanted.to_pylist(), written(condition)


@pytest.mark.slow
@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(st.integers(0, 1 << 32))
def test_what_is_told_adds_up(seed: int) -> None:
    """All that was told, less what was taken back, is what a monitor fed at once tells."""
    maker = PlanMaker(Random(seed))
    condition = maker.covered()
    monitor, standing = Monitor(condition, 0), dict[tuple[Any, ...], bool]()
    for come, record, on, known in steps(maker, maker.many(is_exact=False)):
        for row in monitor.step(to_table(Fact, come), on, known).to_pylist():
            apply(row, standing)
        fresh = dict[tuple[Any, ...], bool]()
        for row in Monitor(condition, 0).step(to_table(Fact, record), on, known).to_pylist():
            apply(row, fresh)
        assert standing == fresh, written(condition)


def apply(row: dict[str, Any], standing: dict[tuple[Any, ...], bool]) -> None:
    """Change what stands as one row says; a row says nothing that was so before."""
    change, settled = row.pop("change"), row.pop("settled")
    key = tuple(row.values())
    if change == "taken back":
        assert standing.pop(key) == settled
    else:
        assert (key in standing) is (change == "settled")
        assert settled or change == "told"
        standing[key] = settled


def breach(fact_id: str, second: int, **other: Any) -> Fact:
    """Return a breach by north in the east at a second, known at once."""
    times = {
        "occurred_from_us": second * SECOND,
        "occurred_to_us": second * SECOND + 1,
        "known_from_us": second * SECOND,
    }
    return Fact(**{"fact_id": fact_id, "kind": "breach", "party": "north", **times, **other})


def told(monitor: Monitor, facts: list[Fact], on: int, known: int | None = None) -> list[str]:
    """Return what a step tells, sorted: change, verdict and trigger."""
    known_us = (on if known is None else known) * SECOND
    table = monitor.step(to_table(Fact, facts), on * SECOND, known_us)
    return sorted(f"{row['change']} {row['verdict']} {row['trigger']}" for row in table.to_pylist())


def test_a_deadline_that_passes_settles() -> None:
    """Without an answer it is possible, then sure; an answer known late takes it back."""
    monitor = Monitor(parse("breach by p and no report by p within 10 s after"), 0)
    assert told(monitor, [breach("a", 5)], 6) == ["told possible a"]
    assert told(monitor, [], 15) == []
    assert told(monitor, [], 16) == ["taken back possible a", "told sure a"]
    late = breach("r", 12, kind="report", known_from_us=40 * SECOND)
    assert told(monitor, [late], 20, 40) == ["taken back sure a"]
    gone = amended(late, 50 * SECOND)
    assert told(monitor, [gone], 20, 50) == ["told sure a"]


def test_a_correction_moves_a_count() -> None:
    """A breach that is dated anew counts where it now lies, and nowhere else."""
    monitor = Monitor(parse("breach by p and at least 2 breaches by p within 3 s"), 0)
    assert told(monitor, [breach("a", 1), breach("b", 3)], 9) == ["told sure b"]
    moved = [
        amended(breach("a", 1), 20 * SECOND),
        breach("a", 6, known_from_us=20 * SECOND),
    ]
    assert told(monitor, moved, 9, 20) == ["taken back sure b", "told sure a"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([breach("b", 3), breach("b", 4)], "each fact once"),
        ([breach("a", 3)], "each fact once"),
        ([breach("b", 3, occurred_to_us=0)], "begins before it ends"),
        ([breach("b", 3, known_from_us=99 * SECOND)], "known by now"),
        (
            [breach("b", 3, occurred_from_us=1 << 60, occurred_to_us=1 + (1 << 60))],
            "thousand years",
        ),
    ],
)
def test_what_is_at_odds_changes_nothing(facts: list[Fact], expected: str) -> None:
    """A step that is refused leaves the monitor as it was."""
    monitor = Monitor(parse("breach by p"), 0)
    told(monitor, [breach("a", 1)], 5)
    before = monitor.verdicts()
    with pytest.raises(SourceError, match=expected):
        told(monitor, facts, 6)
    assert monitor.verdicts().equals(before)
    assert told(monitor, [breach("c", 2)], 6) == ["told sure c"]


def test_time_does_not_run_backward() -> None:
    """Neither `on` nor `known` goes back."""
    monitor = Monitor(parse("breach by p"), 0)
    told(monitor, [], 5)
    with pytest.raises(OperatorError, match="or later"):
        told(monitor, [], 4, 6)


def test_an_empty_step_tells_nothing() -> None:
    """Without facts there is no verdict, whatever the kind of plan."""
    for text in ("breach by p", "for each party p: at least 2 breaches by p within 3 s"):
        table = Monitor(parse(text), 0).step(to_table(Fact, []), 9, 9)
        assert isinstance(table, pa.Table)
        assert table.num_rows == 0


def test_memory_is_bounded_where_lateness_is() -> None:
    """A monitor that waits an hour forgets what is older, and tells what one without does."""
    guards = "at least 2 breaches by p within 60 s and no report by p within 60 s after"
    text = f"breach k by p and {guards}"
    hour = 3_600 * SECOND
    bounded, keeping = (Monitor(parse(text), 0, lateness_us=wait) for wait in (hour, None))
    chance = Random(7)
    for first in range(0, 60_000, 3_000):
        kinds = chance.choices(("breach", "report"), (9, 1), k=1_000)
        facts = [
            breach(f"{first}-{at}", first + 3 * at, kind=kind) for at, kind in enumerate(kinds)
        ]
        step = to_table(Fact, facts), (first + 3_000) * SECOND, (first + 3_000) * SECOND
        assert bounded.step(*step).to_pylist() == keeping.step(*step).to_pylist()
    known = [len(monitor.verdicts()) for monitor in (bounded, keeping)]
    assert known[0] < known[1] / 3
    kept = bounded.verdicts().to_pylist()
    assert kept == keeping.verdicts().to_pylist()[-len(kept) :]
    assert bounded._store.size < 5_000
    with pytest.raises(SourceError, match="no later than the monitor waits"):
        bounded.step(to_table(Fact, [breach("late", 100)]), 60_000 * SECOND, 60_000 * SECOND)


def test_the_code_of_the_page_gives_what_is_shown() -> None:
    """Each line of Python on the page of monitoring gives the answer beneath it."""
    page = str(ROOT / "docs" / "reference" / "monitoring.md")
    done = doctest.testfile(page, module_relative=False, encoding="utf-8")
    assert done.attempted > 10
    assert done.failed == 0
