# SPDX-License-Identifier: Apache-2.0
"""The verdicts that stand, by the fact that triggers them, and what a step changes in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from foedus.terms.conditions.windows import Ints, listed

SETTLED: Final = "settled"
CHANGES: Final = pa.array(["told", "taken back", "settled"])
TOLD, TAKEN, SETTLES = range(3)


class Ledger:
    """Rows of whole numbers in blocks, a block for each fact."""

    def __init__(self, width: int) -> None:
        self._rows = np.zeros((width, 1024), np.int64)
        self._size = 0
        self._begin = np.zeros(0, np.int64)
        self._count = np.zeros(0, np.int64)

    def of(self, facts: Ints) -> Ints:
        """Return the rows of some facts, given by the codes of their ids."""
        known = facts[facts < self._count.size]
        at, _ = listed(self._begin[known], self._begin[known] + self._count[known])
        return self._rows[:, at]

    def none(self) -> Ints:
        """Return no rows."""
        return self._rows[:, :0]

    def all(self) -> Ints:
        """Return the rows of all facts."""
        return self.of(np.flatnonzero(self._count))

    def replace(self, facts: Ints, rows: Ints) -> None:
        """Put `rows`, sorted by fact in the first column, in the place of those of some facts."""
        self._grow(int(facts.max(initial=-1)) + 1)
        self._count[facts] = 0
        if self._size + rows.shape[1] > self._rows.shape[1]:
            self._repack(rows.shape[1])
        end = self._size + rows.shape[1]
        self._rows[:, self._size : end] = rows
        ids, begin, count = np.unique(rows[0], return_index=True, return_counts=True)
        self._begin[ids], self._count[ids] = self._size + begin, count
        self._size = end

    def recode(self, code: Ints, others: Sequence[int]) -> None:
        """Give facts new codes, in the first row and some others; -1: its rows go."""
        rows = self.all()
        rows = rows[:, code[rows[0]] >= 0]
        for row in (0, *others):
            rows[row] = code[rows[row]]
        self._size = 0
        self._begin = self._count = np.zeros(0, np.int64)
        self.replace(np.unique(rows[0]), rows[:, np.argsort(rows[0], kind="stable")])

    def _grow(self, number: int) -> None:
        if number > self._count.size:
            room = np.zeros(2 * number - self._count.size, np.int64)
            self._begin, self._count = np.append(self._begin, room), np.append(self._count, room)

    def _repack(self, more: int) -> None:
        """Move the rows that stand together; what was replaced leaves its room."""
        facts = np.flatnonzero(self._count)
        rows = self.of(facts)
        self._begin[facts] = np.cumsum(self._count[facts]) - self._count[facts]
        self._size = rows.shape[1]
        self._rows = np.zeros((rows.shape[0], 2 * (self._size + more) + 1024), np.int64)
        self._rows[:, : self._size] = rows


def difference(before: Ints, after: Ints, span: int) -> Ints:
    """Return the rows that changed, by their instants, with a row more: the place in `CHANGES`.

    The last of the rows says whether each is settled; `span` is the first of the rows of instants.
    """
    rows = np.concatenate([before, after], axis=1)
    is_after = np.arange(rows.shape[1]) >= before.shape[1]
    order = np.lexsort((is_after, *rows[:-1]))
    rows, is_after = rows[:, order], is_after[order]
    same = np.all(rows[:-1, 1:] == rows[:-1, :-1], axis=0)
    is_first, is_second = np.zeros((2, order.size), np.bool_)
    is_first[:-1], is_second[1:] = same, same
    change = np.where(is_after, TOLD, TAKEN)
    settles = np.flatnonzero(same & (rows[-1, 1:] > rows[-1, :-1])) + 1
    change[settles] = SETTLES
    kept = ~is_first & ~is_second
    kept[settles] = True
    found = np.concatenate([rows, change[None]])[:, kept]
    return found[:, np.lexsort((found[0], *found[span - 1 : -2][::-1]))]
