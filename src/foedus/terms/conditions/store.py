# SPDX-License-Identifier: Apache-2.0
"""The facts that a monitor holds, sorted by time, in columns that grow and shrink.

Facts that come in the order of time are appended; one that comes late costs a move of those after
it. What changed tells which facts went and which came. Words and their codes are left to `lexicon`,
room for growth to `rooms`, judging to `live`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from foedus.terms.conditions.coded import UNKNOWN
from foedus.terms.conditions.history import COLUMNS
from foedus.terms.conditions.lexicon import Lexicon
from foedus.terms.conditions.rooms import Room
from foedus.terms.conditions.windows import Ints

NEVER_US: Final = 1 << 62
"""The end of what stands."""
LEAST_FORGOTTEN: Final = 4_096
"""A store of fewer facts lets none go."""


class Cell(IntEnum):
    """The columns of the store; words stand as codes."""

    FIRST = 0
    """The first and the last microsecond at which the fact may be."""
    LAST = 1
    ROW = 2
    """Its place in the order of the record."""
    KNOWN = 3
    UNTIL = 4
    """Since when and until when the record has it so."""
    ID = 5
    KIND = 6
    TERM = 7
    PARTY = 8
    ZONE = 9
    CASE = 10
    GUARANTOR = 11


WORDS: Final = {"fact_id": Cell.ID, "kind": Cell.KIND} | {
    name: Cell[name.upper()] for name in COLUMNS
}


class Change(NamedTuple):
    """Facts that went and facts that came, as columns of cells."""

    gone: Ints
    come: Ints

    def both(self) -> Ints:
        """Return all that changed."""
        return np.concatenate([self.gone, self.come], axis=1)


@njit(cache=True, nogil=True)
def located(first: Ints, ids: Ints, wanted_first: Ints, wanted: Ints) -> Ints:
    """Return the place of each wanted id among facts sorted by `first`; -1 if it is not there."""
    found = np.full(wanted.size, -1)
    for i in range(wanted.size):
        at = np.searchsorted(first, wanted_first[i])
        while at < first.size and first[at] == wanted_first[i]:
            if ids[at] == wanted[i]:
                found[i] = at
            at += 1
    return found


class Store:
    """Facts by time, a column for each."""

    def __init__(
        self, named: Mapping[str, Iterable[str]], wanted: Iterable[str] = tuple(WORDS)
    ) -> None:
        self.wanted = {"fact_id": Cell.ID} | {name: WORDS[name] for name in wanted}
        self._room = Room(len(Cell))
        self.longest_us = 0
        self.lexicons = {name: Lexicon(sorted(named.get(name, ()))) for name in WORDS}
        self.moved: set[str] = set()
        """Columns in which the last change brought a first value or took a last one."""
        self.next_end_us = NEVER_US
        self._first_of = Room(1, NEVER_US)
        self._uses = {name: np.zeros(0, np.int64) for name in COLUMNS}
        self._named = {name: np.arange(len(self.lexicons[name])) for name in COLUMNS}

    @property
    def size(self) -> int:
        """How many facts it holds."""
        return self._room.size

    def held(self, begin: int = 0, end: int | None = None) -> Ints:
        """Return the facts from one place to before another."""
        return self._room.held(begin, end)

    def between(self, first_us: int, last_us: int) -> tuple[int, int]:
        """Return places between which all facts lie that overlap some time."""
        first = self.held()[Cell.FIRST]
        begin = np.searchsorted(first, first_us - self.longest_us)
        return int(begin), int(np.searchsorted(first, last_us, side="right"))

    def place(self, ids: Ints) -> Ints:
        """Return where facts stand, by the codes of their ids; -1 for one that is not held."""
        self._first_of.resize(max(int(ids.max(initial=-1)) + 1, self._first_of.size))
        held, first_of = self.held(), self._first_of.held()[0]
        return np.asarray(located(held[Cell.FIRST], held[Cell.ID], first_of[ids], ids))

    def change(self, gone: Ints, come: Ints) -> Change:
        """Take facts out, by their places, and put others in."""
        change = Change(self.held()[:, gone], come)
        begin = int(
            np.searchsorted(self.held()[Cell.FIRST], come[Cell.FIRST].min(initial=NEVER_US))
        )
        begin = min(begin, int(gone.min(initial=self.size)))
        stays = np.ones(self.size - begin, np.bool_)
        stays[gone - begin] = False
        tail = np.concatenate([self.held(begin)[:, stays], come], axis=1)
        order = np.lexsort((tail[Cell.ROW], tail[Cell.FIRST]))
        self._room.resize(begin + tail.shape[1])
        self._room.write(slice(begin, self.size), tail[:, order])
        self.moved = {name for name in COLUMNS if self._is_moved(name, change)}
        ends = self.held()[Cell.UNTIL] if gone.size else come[Cell.UNTIL]
        self.next_end_us = int(ends.min(initial=NEVER_US if gone.size else self.next_end_us))
        self._first_of.write(change.gone[Cell.ID], NEVER_US)
        self._first_of.write(come[Cell.ID], come[Cell.FIRST])
        lengths = come[Cell.LAST] - come[Cell.FIRST]
        self.longest_us = max(self.longest_us, int(lengths.max(initial=0)))
        return change

    def forget(self, before_us: int, kinds: Iterable[str]) -> Ints | None:
        """Let go of facts that ended before a time, but for some kinds, once that halves the store.

        Returns the new code of each id, -1 for one that went; None: nothing was let go. The values
        of what went stay in their domains.
        """
        held = self.held()
        codes = [self.lexicons["kind"].code_of(kind) for kind in kinds]
        stays = (held[Cell.LAST] >= before_us) | np.isin(held[Cell.KIND], codes)
        if 2 * np.count_nonzero(stays) > max(self.size, LEAST_FORGOTTEN):
            return None
        kept = held[:, stays]
        ids = self.lexicons["fact_id"]
        code = np.full(len(ids), UNKNOWN)
        code[kept[Cell.ID]] = np.arange(kept.shape[1])
        self.lexicons["fact_id"] = Lexicon(ids.spoken(kept[Cell.ID]).to_pylist())
        kept[Cell.ID] = code[kept[Cell.ID]]
        self._room.replace(kept)
        self._first_of.replace(kept[[Cell.FIRST]])
        return code

    def domain(self, name: str) -> Ints:
        """Return the codes of the values of a column, held or named."""
        return np.union1d(np.flatnonzero(self._uses[name]), self._named[name])

    def _is_moved(self, name: str, change: Change) -> bool:
        """Count the uses of a column's values, and return whether any came first or went last."""
        gone, come = (cells[WORDS[name]] for cells in change)
        codes = np.unique(np.concatenate([gone, come]))
        codes = codes[codes != UNKNOWN]
        uses = self._uses[name]
        missing = int(codes.max(initial=-1)) + 1 - uses.size
        if missing > 0:
            uses = self._uses[name] = np.append(uses, np.zeros(2 * missing, np.int64))
        before = uses[codes] > 0
        np.add.at(uses, gone[gone != UNKNOWN], -1)
        np.add.at(uses, come[come != UNKNOWN], 1)
        return bool(np.any(before != (uses[codes] > 0)))
