# SPDX-License-Identifier: Apache-2.0
"""What a step brings, read into the cells of a store: facts that end and facts that come.

A row of a history says how the record has a fact from `known_from_us` on. A row whose time known
is over ends the version that began when it did; any other comes, or takes the place of the version
that began when it did. Faults are told together, and then nothing is changed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.errors import Fault, SourceError
from foedus.terms.conditions.coded import LIMIT, UNKNOWN, Bools
from foedus.terms.conditions.history import DETERMINED
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.store import NEVER_US, Cell, Store
from foedus.terms.conditions.windows import Ints

FARTHEST_US: Final = LIMIT >> 4
"""No instant of a monitored fact is farther from 1970, either way: 1,141 years."""


class Arrivals(NamedTuple):
    """Places of facts in the store that end, and the cells of those that come."""

    gone: Ints
    come: Ints


def arrivals(
    store: Store, rows: pa.Table, asked: Asked, first_row: int, oldest_us: int
) -> Arrivals:
    """Return what determined rows of a history bring to a store; raises `SourceError`.

    `first_row` is how many rows came before, `oldest_us` the first instant that is not too late.
    """
    rows = rows.filter(pc.equal(rows["verdict"].cast(pa.string()), DETERMINED))
    cells = _cells(store, rows, first_row)
    place, held = store.place(cells[Cell.ID]), store.held()
    there = np.flatnonzero(place >= 0)
    same = there[held[Cell.KNOWN][place[there]] == cells[Cell.KNOWN][there]]
    cells[Cell.ROW][same] = held[Cell.ROW][place[same]]
    gone = np.unique(place[same])
    if store.next_end_us <= asked.known_us:
        gone = np.union1d(gone, np.flatnonzero(held[Cell.UNTIL] <= asked.known_us))
    stands = cells[Cell.UNTIL] > asked.known_us
    again = stands & (place >= 0) & ~np.isin(place, gone)
    _check(rows["fact_id"], _wrong(cells, asked, again, oldest_us))
    return Arrivals(gone, cells[:, stands])


def _cells(store: Store, rows: pa.Table, first_row: int) -> Ints:
    cells = np.full((len(Cell), rows.num_rows), UNKNOWN, np.int64)
    cells[Cell.FIRST] = rows["occurred_from_us"].to_numpy()
    cells[Cell.LAST] = rows["occurred_to_us"].to_numpy() - 1
    cells[Cell.ROW] = first_row + np.arange(rows.num_rows)
    cells[Cell.KNOWN] = rows["known_from_us"].to_numpy()
    cells[Cell.UNTIL] = pc.fill_null(rows["known_to_us"], NEVER_US).to_numpy()
    for name, cell in store.wanted.items():
        cells[cell] = store.lexicons[name].coded(rows[name])
    return cells


def _wrong(cells: Ints, asked: Asked, again: Bools, oldest_us: int) -> dict[str, Bools]:
    """Return which rows are not what they must be: what is expected -> rows."""
    stands = cells[Cell.UNTIL] > asked.known_us
    ids, times = np.unique(cells[Cell.ID][stands], return_counts=True)
    is_twice = again | (stands & np.isin(cells[Cell.ID], ids[times > 1]))
    length = cells[Cell.LAST] - cells[Cell.FIRST]
    far = np.maximum(np.abs(cells[Cell.FIRST]), np.abs(cells[Cell.LAST])) > FARTHEST_US
    return {
        "each fact once at one time known": is_twice,
        "an interval that begins before it ends": length < 0,
        "one instant of each fact": (length > 0) & (asked.ties == "ordered"),
        "an instant within a thousand years": far,
        "a fact that is known by now": cells[Cell.KNOWN] > asked.known_us,
        "a fact no later than the monitor waits for": cells[Cell.FIRST] < oldest_us,
    }


def _check(ids: pa.ChunkedArray, wrong: dict[str, Bools]) -> None:
    """Raise where any row is not what it must be."""
    faults = [
        Fault(expected=expected, got=repr(ids[int(at)].as_py()))
        for expected, rows in wrong.items()
        for at in np.flatnonzero(rows)
    ]
    if faults:
        raise SourceError(*faults)
