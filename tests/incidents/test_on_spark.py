# SPDX-License-Identifier: Apache-2.0
"""Spark gives the bytes that threads give; skipped loudly where there is none, required in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from accounts import account, profile, setting, table

import foedus
import fusion
import generate
from foedus.engines.local import LocalEngine
from foedus.errors import OperatorError
from foedus.incidents.from_reports import fuse

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAIN = generate.Options(reports=1_500, rate=30.0, barrages=0.1, chains=2)
SETS = {
    "disc": PLAIN,
    "heavy tails": PLAIN._replace(errors="heavy", seed=8),
    "dense and shifted": PLAIN._replace(rate=250.0, shift=True, seed=9),
    "repeats and copies": PLAIN._replace(repeats=4.0, copies=1.0, seed=10),
}
MISSIONS = sorted(path.parent for path in Path("missions").glob("*/mission.toml"))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """An engine of two tasks at once on this machine."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        message = "Spark was not tried: PySpark 4 and Java 17 are needed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from foedus.engines.spark import SparkEngine

    with SparkEngine("local[2]", {"spark.driver.memory": "1g"}) as engine:
        yield engine


def test_blocks_keep_their_order_and_their_rows(spark: Any) -> None:
    """Results stand in the blocks' order, and each block's rows in theirs."""

    def doubled(block: pa.Table) -> pa.Table:
        x = block["x"].to_numpy()
        before = pa.array([0, *x[:-1].tolist()][: x.size], pa.int64())
        return pa.table({"twice": 2 * x, "before": before})

    blocks = [pa.table({"x": list(range(n, n + 40))}) for n in (500, 0, 100)]
    assert spark.map(doubled, blocks) == LocalEngine(1).map(doubled, blocks)
    assert spark.map(doubled, []) == []


@pytest.mark.parametrize("merged", [False, True])
def test_dense_record_is_fused_alike(spark: Any, *, merged: bool) -> None:
    """A crowd that spans all runs gives the same tables."""
    sources = setting(*(profile(source, already_merged=merged) for source in "abc"))
    crowd = [
        account("abc"[n % 3], f"{n:03}", hour=n // 4, latitude_e7=480_000_000 + n % 7 * 9_000)
        for n in range(300)
    ]
    assert fuse(table(crowd), sources, spark) == fuse(table(crowd), sources, LocalEngine(2))


@pytest.mark.parametrize("made", SETS.values(), ids=SETS.keys())
def test_made_sets_are_fused_alike(spark: Any, made: generate.Options, tmp_path: Path) -> None:
    """Repeats, copies, barrages, chains and bearings give the same tables on either engine."""
    generate.write(made, tmp_path)
    sources = fusion.setting(tmp_path)
    reports = fusion.read(tmp_path, sources)
    assert fuse(reports, sources, spark) == fuse(reports, sources, LocalEngine(2))


@pytest.mark.parametrize("mission", MISSIONS, ids=lambda path: path.name)
def test_missions_are_run_alike(spark: Any, mission: Path, tmp_path: Path) -> None:
    """Every file of the record of a shipped mission is the same, to the byte."""
    for name, engine in (("local", None), ("spark", spark)):
        foedus.run(mission, out=tmp_path / name, engine=engine, now=NOW)
    for path in sorted((tmp_path / "local" / "record").iterdir()):
        assert path.read_bytes() == (tmp_path / "spark" / "record" / path.name).read_bytes()


def test_master_without_spark_is_refused() -> None:
    """A master makes sense for Spark only."""
    from foedus.commands.record import engine_of

    with pytest.raises(OperatorError, match="--engine spark"), engine_of("local", "local[1]"):
        pass
