# SPDX-License-Identifier: Apache-2.0
"""Any condition, asked anew of all that a store holds: right for each, and fast for none."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.terms.conditions.batch import monitored
from foedus.terms.conditions.history import DETERMINED, SCHEMA
from foedus.terms.conditions.ledger import SETTLED
from foedus.terms.conditions.reach import horizon_us
from foedus.terms.conditions.record import Asked, Domains
from foedus.terms.conditions.store import WORDS, Cell, Change, Store
from foedus.terms.conditions.syntax import Condition

ORDER: Final = ("first_us", "first_rank", "verdict", "last_us", "last_rank")


class Whole:
    """The verdicts of a condition, kept up with a store."""

    def __init__(self, condition: Condition, domains: Domains, store: Store) -> None:
        self._condition, self._domains, self._store = condition, domains, store
        self._horizon_us = horizon_us(condition.body)
        self._told: pa.Table | None = None

    def step(self, _change: Change, _was: Asked | None, asked: Asked) -> pa.Table:
        """Ask anew, and return what changed."""
        found = self.verdicts(asked)
        settled = pc.less(pc.add(found["last_us"], self._horizon_us), asked.on_us)
        words = [
            (name, column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column)
            for name, column in zip(found.column_names, found.columns, strict=True)
        ]
        trigger = ("trigger", pa.nulls(len(found), pa.string()))
        told = pa.table(dict([trigger, *words, (SETTLED, settled)]))
        before, self._told = self._told, told
        return changes(told.slice(0, 0) if before is None else before, told)

    def verdicts(self, asked: Asked) -> pa.Table:
        """Return the verdicts of the condition, as `batch` gives them."""
        return monitored(self._condition, self._history(), asked, self._domains)

    def _history(self) -> pa.Table:
        """Return the facts that the store holds, in the order of the record."""
        cells = self._store.held()
        cells = cells[:, cells[Cell.ROW].argsort()]
        columns = {
            name: self._store.lexicons[name].spoken(cells[cell]) for name, cell in WORDS.items()
        }
        numbers = {
            "occurred_from_us": cells[Cell.FIRST],
            "occurred_to_us": cells[Cell.LAST] + 1,
            "known_from_us": cells[Cell.KNOWN],
        }
        columns |= {name: pa.array(values) for name, values in numbers.items()}
        columns["verdict"] = pa.repeat(DETERMINED, cells.shape[1])
        empty = {f.name: pa.nulls(cells.shape[1], f.type) for f in SCHEMA}
        return pa.table({**empty, **columns})


def changes(before: pa.Table, after: pa.Table) -> pa.Table:
    """Return what changed between two tables of verdicts, in the order of their instants.

    `change` is `told` for a row that is new, `taken back` for one that is gone, and `settled` for
    one that stands and can no longer be changed by what is still to occur.
    """
    names = [name for name in after.column_names if name != SETTLED]
    sides = [
        side.append_column("there", pa.repeat(np.int64(there), len(side)))
        for side, there in ((before, 1), (after, 2))
    ]
    wanted = [("there", "sum"), (SETTLED, "sum"), (SETTLED, "max")]
    whole = pa.concat_tables(sides).group_by(names, use_threads=False).aggregate(wanted)
    there, settled = whole["there_sum"], whole["settled_sum"]
    change = pc.case_when(
        pc.make_struct(pc.equal(there, 1), pc.equal(there, 2), pc.equal(settled, 1)),
        "taken back",
        "told",
        "settled",
    )
    found = whole.select(names).append_column(SETTLED, whole["settled_max"])
    found = found.append_column("change", change).filter(pc.is_valid(change))
    return found.sort_by([(name, "ascending") for name in ORDER])
