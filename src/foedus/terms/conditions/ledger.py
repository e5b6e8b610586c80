# SPDX-License-Identifier: Apache-2.0
"""The verdicts that stand, by the fact that triggers them, and what a step changes in them.

A fact's verdicts are a block of rows. A block that is replaced leaves a place that the next one of
its size takes, so that nothing is ever packed anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from foedus.terms.conditions.rooms import Room
from foedus.terms.conditions.windows import Ints, listed

SETTLED: Final = "settled"
CHANGES: Final = pa.array(["told", "taken back", "settled"])
TOLD, TAKEN, SETTLES = range(3)
BEGIN, COUNT = range(2)


class Ledger:
    """Rows of whole numbers in blocks, a block for each fact."""

    def __init__(self, width: int) -> None:
        self._rows = Room(width)
        self._index = Room(2)
        """Where the block of each fact begins, and how many rows it has."""
        self._free: dict[int, list[int]] = defaultdict(list)
        """Size of a block -> places that one of it left."""

    def of(self, facts: Ints) -> Ints:
        """Return the rows of some facts, given by the codes of their ids."""
        begin, count = self._index.held()[:, facts[facts < self._index.size]]
        at, _ = listed(begin, begin + count)
        return self._rows.held()[:, at]

    def none(self) -> Ints:
        """Return no rows."""
        return self._rows.held(0, 0)

    def all(self) -> Ints:
        """Return the rows of all facts."""
        return self.of(np.flatnonzero(self._index.held()[COUNT]))

    def replace(self, facts: Ints, rows: Ints) -> None:
        """Put `rows`, sorted by fact in the first column, in the place of those of some facts."""
        self._index.resize(max(int(facts.max(initial=-1)) + 1, self._index.size))
        self._leave(*self._index.held()[:, facts])
        self._index.write(facts, 0)
        ids, count = np.unique(rows[0], return_counts=True)
        begin = self._taken(count)
        self._index.write(ids, np.stack([begin, count]))
        at, _ = listed(begin, begin + count)
        self._rows.write(at, rows)

    def recode(self, code: Ints, others: Sequence[int]) -> None:
        """Give facts new codes, in the first row and some others; -1: its rows go."""
        rows = self.all()
        rows = rows[:, code[rows[0]] >= 0]
        for row in (0, *others):
            rows[row] = code[rows[row]]
        self._rows, self._index = Room(len(rows)), Room(2)
        self._free.clear()
        self.replace(np.unique(rows[0]), rows[:, np.argsort(rows[0], kind="stable")])

    def _leave(self, begin: Ints, count: Ints) -> None:
        for size in np.unique(count[count > 0]).tolist():
            self._free[size] += begin[count == size].tolist()

    def _taken(self, count: Ints) -> Ints:
        """Return where blocks of some sizes may begin: in places that were left, then behind."""
        begin = np.empty_like(count)
        for size in np.unique(count).tolist():
            wanting, free = np.flatnonzero(count == size), self._free[size]
            again = free[max(len(free) - wanting.size, 0) :]
            del free[len(free) - len(again) :]
            begin[wanting[: len(again)]] = again
            fresh = wanting[len(again) :]
            begin[fresh] = self._rows.size + size * np.arange(fresh.size)
            self._rows.resize(self._rows.size + size * fresh.size)
        return begin


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
