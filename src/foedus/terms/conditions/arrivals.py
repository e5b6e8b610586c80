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


def arrivals(store: Store, rows: pa.Table, asked: Asked, first_row: int) -> Arrivals:
    """Return what determined rows of a history bring to a store; raises `SourceError`."""
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
    _check(rows, cells, asked, stands & (place >= 0) & ~np.isin(place, gone))
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


def _check(rows: pa.Table, cells: Ints, asked: Asked, is_held: Bools) -> None:
    """Raise where a fact stands twice, has no place in time, or is not known yet."""
    stands = cells[Cell.UNTIL] > asked.known_us
    ids, times = np.unique(cells[Cell.ID][stands], return_counts=True)
    is_again = stands & np.isin(cells[Cell.ID], ids[times > 1])
    length = cells[Cell.LAST] - cells[Cell.FIRST]
    far = np.maximum(np.abs(cells[Cell.FIRST]), np.abs(cells[Cell.LAST])) > FARTHEST_US
    wrong = {
        "each fact once at one time known": is_held | is_again,
        "an interval that begins before it ends": length < 0,
        "one instant of each fact": (length > 0) & (asked.ties == "ordered"),
        "an instant within a thousand years": far,
        "a fact that is known by now": cells[Cell.KNOWN] > asked.known_us,
    }
    names = rows["fact_id"]
    faults = [
        Fault(expected=expected, got=repr(names[int(at)].as_py()))
        for expected, found in wrong.items()
        for at in np.flatnonzero(found)
    ]
    if faults:
        raise SourceError(*faults)
