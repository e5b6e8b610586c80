# SPDX-License-Identifier: Apache-2.0
"""Runs kernels in threads of this process; kernels release the interpreter lock while they work.

Blocks are cut while others are worked on: no more than one waits, however many there are.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa

from foedus.engines.engine import Kernel


class LocalEngine:
    """Engine of this process; `threads` defaults to the processors that it may use."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or len(os.sched_getaffinity(0))

    @property
    def slots(self) -> int:
        """How many threads it runs."""
        return self._threads

    def map(self, kernel: Kernel, blocks: Iterable[pa.Table]) -> list[pa.Table]:
        """Return the kernel's result for each block, in the order of the blocks."""
        if self._threads == 1:
            return [kernel(block) for block in blocks]
        done: list[pa.Table] = []
        running: deque[Future[pa.Table]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for block in blocks:
                running.append(pool.submit(kernel, block))
                if len(running) > self._threads:
                    done.append(running.popleft().result())
            return done + [one.result() for one in running]
