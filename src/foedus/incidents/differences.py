# SPDX-License-Identifier: Apache-2.0
"""Where the members of an incident say different things: every account stays, side by side.

A text or a count differs if two members state different values; saying nothing is no contradiction.
The time differs if there is none that all members' statements allow; the place if the incident's
point lies outside a member's own error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.incidents.consensus import Mask, Point, Sorted, listed, metres_apart, shares_time
from foedus.incidents.likelihood import Ints
from foedus.incidents.record import Disagreement
from foedus.reports.taxonomy import UNKNOWN

COMPARED: Final = ("actor", "deaths_best")


class Difference(NamedTuple):
    """One field, the rows of the groups in which it differs, and what each of these rows says."""

    field: str
    row: Ints
    says: pa.Array


def by_value(members: Sorted, name: str, classes: Mapping[str, str]) -> Difference:
    """Find the groups whose members state different values in one column.

    `classes` gives the class of each word of a taxonomy: a class agrees with each of its leaves.
    """
    values = members.reports.column(name).combine_chunks().cast(pa.string())
    stated = pc.fill_null(pc.and_kleene(pc.is_valid(values), pc.not_equal(values, UNKNOWN)), False)
    row = np.flatnonzero(stated.to_numpy(zero_copy_only=False))
    said = values.take(pa.array(row)).dictionary_encode()
    group, code = members.group[row], said.indices.to_numpy()
    words = said.dictionary.to_pylist()
    leaf = np.array([classes.get(word) != word for word in words], np.bool_)
    whole = list(dict.fromkeys(classes.get(word, word) for word in words))
    class_of = np.array([whole.index(classes.get(word, word)) for word in words], np.int64)
    is_leaf = leaf[code] if row.size else np.zeros(0, np.bool_)
    differing = _several(members, group[is_leaf], code[is_leaf])
    if row.size:
        differing |= _several(members, group, class_of[code])
    row = row[differing[group]]
    return Difference(name, row, values.take(pa.array(row)))


def _several(members: Sorted, group: Ints, code: Ints) -> Mask:
    """Whether each group has more than one code."""
    distinct = np.unique(np.stack([group, code]), axis=1)[0] if group.size else group
    return np.asarray(np.bincount(distinct, minlength=members.groups) > 1, np.bool_)


def by_time(members: Sorted) -> Difference:
    """Find the groups whose members state no time in common."""
    apart = ~shares_time(members) & (np.diff(members.start) > 1)
    row = np.flatnonzero(apart[members.group])
    return Difference("occurred", row, _text(members, "occurred_written", row))


def by_place(members: Sorted, point: Point, radius_m: Ints) -> Difference:
    """Find the groups whose point lies outside the error of one of their members."""
    placed = pc.is_valid(members.reports.column("latitude_e7")).to_numpy()
    outside = placed & (metres_apart(members, point) > radius_m)
    row = _rows_of_groups(members, outside & (np.diff(members.start)[members.group] > 1))
    row = row[placed[row]]
    degrees = [
        pc.divide(members.reports.column(name).take(pa.array(row)).cast(pa.float64()), 1e7)
        for name in ("latitude_e7", "longitude_e7")
    ]
    texts = [one.cast(pa.string()) for one in degrees]
    return Difference("place", row, pc.binary_join_element_wise(*texts, ", ").combine_chunks())


def _rows_of_groups(members: Sorted, flagged: Mask) -> Ints:
    differing = np.bincount(members.group[flagged], minlength=members.groups) > 0
    return np.flatnonzero(differing[members.group])


def _text(members: Sorted, name: str, row: Ints) -> pa.Array:
    return members.reports.column(name).take(pa.array(row)).combine_chunks()


def fields(members: Sorted, found: list[Difference]) -> pa.Array:
    """Return for each group the list of fields in which its members differ."""
    group = np.concatenate([members.group[one.row] for one in found])
    names = np.repeat(np.arange(len(found)), [one.row.size for one in found])
    order = np.lexsort((names, group))
    words = pa.array([one.field for one in found], pa.string())
    return listed(members, group[order], words.take(pa.array(names[order])))


def table(
    members: Sorted, found: list[Difference], incident_id: pa.Array, lineage_id: pa.Array
) -> pa.Table:
    """Return one row for each member of a group that differs, by field, then in group order."""
    row = np.concatenate([one.row for one in found])
    group = pa.array(members.group[row])
    named = [pa.array([one.field] * one.row.size, pa.string()) for one in found]
    return pa.table(
        {
            "incident_id": incident_id.take(group),
            "lineage_id": lineage_id.take(group),
            "field": pa.concat_arrays(named),
            "report_id": _text(members, "report_id", row),
            "says": pa.concat_arrays([one.says.cast(pa.string()) for one in found]),
        },
        schema=schema(Disagreement),
    )
