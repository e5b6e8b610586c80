# SPDX-License-Identifier: Apache-2.0
"""The engine of this process."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

from foedus.engines.local import LocalEngine


def doubled(block: pa.Table) -> pa.Table:
    """A kernel that dawdles on early blocks, so that later ones finish first."""
    time.sleep(0.01 / (1 + block["x"][0].as_py()))
    return pa.table({"x": [2 * value for value in block["x"].to_pylist()]})


@pytest.mark.parametrize("threads", [1, 4])
def test_results_come_in_the_order_of_the_blocks(threads: int) -> None:
    """Whatever finishes first, results stand in the blocks' order."""
    blocks = [pa.table({"x": [n]}) for n in range(8)]
    found = LocalEngine(threads).map(doubled, blocks)
    assert [table["x"].to_pylist() for table in found] == [[2 * n] for n in range(8)]


def test_a_faulty_kernel_is_heard() -> None:
    """An error in a kernel reaches the caller."""

    def faulty(block: pa.Table) -> pa.Table:
        raise ValueError(f"kernel {block.num_rows}")

    with pytest.raises(ValueError, match="kernel"):
        LocalEngine(2).map(faulty, [pa.table({"x": [1]}), pa.table({"x": [2]})])
