# SPDX-License-Identifier: Apache-2.0
"""How a bulk stage is run: a pure kernel over blocks of an Arrow table, in order.

An engine knows no stage. It is given a kernel (a pure function from one table to one table) and
blocks that no other block's result depends on, and gives the results back in the blocks' order, so
that every engine yields the same bytes. Cutting a table into blocks is left to the stage, which
knows how far its rows reach: see `Cut`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

import pyarrow as pa

Kernel = Callable[[pa.Table], pa.Table]


class Cut(NamedTuple):
    """One block of a table that is sorted by time: the rows it owns and those it only sees."""

    first_seen: int
    first_owned: int
    end_owned: int
    end_seen: int


class Engine(Protocol):
    """Whatever can run a kernel over blocks."""

    @property
    def slots(self) -> int:
        """How many blocks it can work on at once."""

    def map(self, kernel: Kernel, blocks: Iterable[pa.Table]) -> list[pa.Table]:
        """Return the kernel's result for each block, in the order of the blocks."""
