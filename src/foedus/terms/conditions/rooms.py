# SPDX-License-Identifier: Apache-2.0
"""Columns of whole numbers that grow without a step in which all of them are copied.

When half of the place is used, a larger one is opened, and each growth moves a share of what stands
into it; until all has moved, what is written is written to both. What the columns mean is left to
`store` and `ledger`.
"""

from __future__ import annotations

import mmap
from typing import Final

import numpy as np

from foedus.terms.conditions.windows import Ints

LEAST: Final = 1_024
"""Places of the smallest room."""
SHARE: Final = 4
"""Columns moved for each that comes: enough that all have moved before the room is full."""


class Room:
    """Some rows of whole numbers, of which the first `size` columns are in use."""

    def __init__(self, rows: int, fill: int = 0) -> None:
        self.size = 0
        self._fill = fill
        self._cells = opened(rows, LEAST)
        self._next: Ints | None = None
        self._moved = 0

    def held(self, begin: int = 0, end: int | None = None) -> Ints:
        """Return the columns from one place to before another, as a view."""
        return self._cells[:, begin : self.size if end is None else end]

    def resize(self, size: int) -> None:
        """Take more columns into use, which hold the fill, or fewer."""
        come = max(size - self.size, 0)
        if self._next is None and 2 * size > self._cells.shape[1]:
            room = max(2 * self._cells.shape[1], 2 * size)
            self._next, self._moved = opened(len(self._cells), room), 0
        if self._next is not None:
            self._move(size, SHARE * come + LEAST)
        if come and self._fill:
            self._put(slice(self.size, size), self._fill)
        self.size = size

    def write(self, at: slice | Ints, columns: Ints | int) -> None:
        """Put columns into places in use."""
        self._put(at, columns)

    def replace(self, columns: Ints) -> None:
        """Hold these columns and nothing else."""
        self._cells = opened(len(columns), 2 * columns.shape[1] + LEAST)
        self._next = None
        self.size = columns.shape[1]
        self._cells[:, : self.size] = columns

    def _move(self, size: int, share: int) -> None:
        assert self._next is not None
        number = self.size if size > self._cells.shape[1] else min(self.size, self._moved + share)
        self._next[:, self._moved : number] = self._cells[:, self._moved : number]
        self._moved = max(self._moved, number)
        if self._moved >= self.size:
            self._cells, self._next = self._next, None

    def _put(self, at: slice | Ints, columns: Ints | int) -> None:
        self._cells[:, at] = columns
        if self._next is not None:
            self._next[:, at] = columns


def opened(rows: int, number: int) -> Ints:
    """Return zeros in pages that are small and taken when first written.

    numpy asks for huge pages where an array is large, and the first write to each row of such a
    room would clear one: 2 MB a row in a single step.
    """
    pages = mmap.mmap(-1, rows * number * np.dtype(np.int64).itemsize)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        pages.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(pages, np.int64).reshape(rows, number)
