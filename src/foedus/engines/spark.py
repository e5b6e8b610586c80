# SPDX-License-Identifier: Apache-2.0
"""Runs kernels on Spark, each block as one task: the same kernels as `local`, and the same bytes.

This is the only module that needs the extra `spark` (PySpark 4, Java 17). Blocks are put side by
side in one table with the number of their block, grouped by it, and given to the kernel through
`applyInArrow`; the number of the block brings the results back in order. The driver cuts the record
and settles what meets at the cuts; it holds the features and the pairs, not what the kernels use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from foedus.engines.engine import Kernel
from foedus.errors import Fault, OperatorError

BLOCK: Final = "block_number"
PLACE: Final = "place_in_block"
SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.adaptive.enabled": "false",
}


class SparkEngine:
    """Engine of a Spark cluster; `master` is its address, by default all processors here."""

    def __init__(self, master: str | None = None, settings: dict[str, str] | None = None) -> None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.appName("foedus").master(master or "local[*]")
        for name, value in {**SETTINGS, **(settings or {})}.items():
            builder = builder.config(name, value)
        try:
            self._session = builder.getOrCreate()
        except (PySparkException, RuntimeError) as error:
            raise OperatorError(
                Fault(
                    expected="a Spark master that answers, and Java 17",
                    got=str(error).splitlines()[0],
                    hint="set JAVA_HOME to a Java 17; --master spark://HOST:7077 or local[*]",
                )
            ) from error
        self._session.sparkContext.setLogLevel("ERROR")

    def __enter__(self) -> Self:
        """Return the engine, which is stopped at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the session."""
        self.stop()

    @property
    def slots(self) -> int:
        """How many tasks the cluster runs at once."""
        return int(self._session.sparkContext.defaultParallelism)

    def stop(self) -> None:
        """End the session and free what it holds."""
        self._session.stop()

    def map(self, kernel: Kernel, blocks: Iterable[pa.Table]) -> list[pa.Table]:
        """Return the kernel's result for each block, in the order of the blocks.

        What a kernel gives for a block without rows tells its columns.
        """
        parts = [_numbered(part, number) for number, part in enumerate(blocks)]
        if not parts:
            return []
        layout = _run(kernel, parts[0].slice(0, 0)).schema

        def run(block: pa.Table) -> pa.Table:
            return _run(kernel, block)

        self._session.conf.set("spark.sql.shuffle.partitions", str(len(parts)))
        done = (
            self._session.createDataFrame(pa.concat_tables(parts))
            .groupBy(BLOCK)
            .applyInArrow(run, from_arrow_schema(layout))
            .toArrow()
            .cast(layout)
        )
        return [_of(done, number) for number in range(len(parts))]


def _numbered(block: pa.Table, number: int) -> pa.Table:
    """The block with its number and the place of each row in it."""
    numbers = pa.array(np.full(block.num_rows, number))
    places = pa.array(np.arange(block.num_rows))
    return block.append_column(BLOCK, numbers).append_column(PLACE, places)


def _plain(block: pa.Table) -> pa.Table:
    """The block as it was, its rows in their places, which shuffling does not keep."""
    return block.sort_by(PLACE).drop_columns([BLOCK, PLACE]).combine_chunks()


def _run(kernel: Kernel, block: pa.Table) -> pa.Table:
    """The kernel's result for one numbered block, numbered alike."""
    number = block.column(BLOCK)[0].as_py() if block.num_rows else 0
    return _numbered(kernel(_plain(block)), number)


def _of(done: pa.Table, number: int) -> pa.Table:
    """What the kernel gave for one block."""
    return _plain(done.filter(pc.equal(done.column(BLOCK), number)))
