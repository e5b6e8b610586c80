# SPDX-License-Identifier: Apache-2.0
"""States of incidents: what one was, from when until when; and which of them are worth telling.

An incident that has always stood as it stands needs no state beside its row: `apart` leaves these
out. How states come about is left to `history`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.incidents.from_reports import Fused
from foedus.incidents.record import Disagreement, Incident, MemberState


class History(NamedTuple):
    """States of incidents; by lineage, then by time."""

    incidents: pa.Table
    """`Incident`, known from when this state came until another took its place."""
    members: pa.Table
    """`MemberState`: the members of each state, with its times."""
    disagreements: pa.Table
    """`Disagreement`, each once for each content id."""


NO_HISTORY: Final = History(
    *(schema(record).empty_table() for record in (Incident, MemberState, Disagreement))
)
"""Nothing has stood otherwise, or it was not asked."""


def in_order(
    incidents: pa.Table,
    members: pa.Table,
    disagreements: pa.Table = NO_HISTORY.disagreements,
) -> History:
    """Return states in the order of this stage, with the columns of their records."""
    state = [("lineage_id", "ascending"), ("known_from_us", "ascending")]
    once = disagreements.group_by(disagreements.column_names, use_threads=False).aggregate([])
    told = [(name, "ascending") for name in ("lineage_id", "incident_id", "field", "report_id")]
    return History(
        incidents.select(schema(Incident).names).sort_by(state),
        members.select(schema(MemberState).names).sort_by([*state, ("report_id", "ascending")]),
        once.sort_by(told),
    )


def together(one: History, other: History) -> History:
    """Return the states of both, in order."""
    return in_order(*(pa.concat_tables(pair) for pair in zip(one, other, strict=True)))


def apart(states: History, whole: Fused, moving: pa.Array, *, is_growing: bool) -> History:
    """Return the states of all incidents that did not always stand as `whole` has them.

    `moving` are the ids of the reports whose states these are; `is_growing` if none of them was
    ever withdrawn, so that `whole` is the last of their states. An incident that `whole` has and
    that stood at no moment gets a state without length, so that it is known not to have stood.
    """
    moves = pc.is_in(whole.members["report_id"], value_set=moving)
    lineages = pc.unique(whole.members.filter(moves)["lineage_id"])
    rows = whole.incidents.filter(pc.is_in(whole.incidents["lineage_id"], value_set=lineages))
    never = rows.filter(
        pc.invert(pc.is_in(rows["lineage_id"], value_set=pc.unique(states.incidents["lineage_id"])))
    )
    known = never["known_from_us"].to_pylist()
    found = [
        pa.concat_tables(
            [states.incidents, timed(never, known, known).select(schema(Incident).names)]
        ),
        states.members,
        states.disagreements,
    ]
    if is_growing:
        plain = _plain(states.incidents, rows)
        found = [one.filter(pc.invert(pc.is_in(one["lineage_id"], plain))) for one in found]
    return in_order(*found)


def _plain(states: pa.Table, rows: pa.Table) -> pa.Array:
    """Return the lineages of which the one state is the row that stands."""
    names = ("lineage_id", "incident_id", "known_from_us", "known_to_us")
    stands = set(zip(*(rows[name].to_pylist() for name in names), strict=True))
    lineage = states["lineage_id"].combine_chunks().dictionary_encode()
    count = np.bincount(lineage.indices.to_numpy(), minlength=len(lineage.dictionary))
    once = count[lineage.indices.to_numpy()] == 1
    told = zip(*(states[name].to_pylist() for name in names), strict=True)
    same = [row in stands and bool(one) for row, one in zip(told, once, strict=True)]
    return states["lineage_id"].filter(pa.array(same, pa.bool_())).combine_chunks()


def timed(table: pa.Table, from_us: Sequence[int], to_us: Sequence[int | None]) -> pa.Table:
    """Put the times of states into a table."""
    for name, values in (("known_from_us", from_us), ("known_to_us", to_us)):
        if name in table.column_names:
            table = table.drop_columns(name)
        column = pa.array(values, pa.int64())
        table = table.append_column(schema(MemberState).field(name), column)
    return table
