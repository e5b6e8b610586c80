# SPDX-License-Identifier: Apache-2.0
"""Groups of reports that are one happening: pairs, parts, best-first joining, on an engine.

The two kernels take and give Arrow tables of whole numbers and know nothing outside them, so that
any engine may run them: pairs by runs of time, each run seeing as far ahead as a report can reach;
joining by parts of the record that no pair ties together. Both give the same rows however cut.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from foedus.engines.engine import Engine
from foedus.incidents.agglomerate import agglomerated, belonging, components
from foedus.incidents.likelihood import COLUMNS, FIRST_HOUR, TIME_ROW, Beliefs, Ints
from foedus.incidents.pairs import Pairs, grid, scored_pairs

BLOCKS_PER_SLOT: Final = 4


class Grouped(NamedTuple):
    """The group of each report, named by its first report, and what the report adds to it."""

    group: Ints
    gain: Ints
    """What the group loses without the report, in micronats; 0 for a report alone."""


def to_block(features: Ints, extra: dict[str, Ints]) -> pa.Table:
    """Return features as a table of one column each, with further columns."""
    named = {name: features[:, at] for at, name in enumerate(COLUMNS)}
    return pa.table({**named, **extra})


def from_block(block: pa.Table) -> Ints:
    """Return the features of a block as a matrix of int64."""
    return np.stack([block.column(name).to_numpy() for name in COLUMNS], axis=1)


def pair_kernel(block: pa.Table, beliefs: Beliefs, least: int) -> pa.Table:
    """Score the pairs of a block; gives first, second (rows of the whole record) and gain."""
    features = from_block(block)
    place = grid(features, beliefs.max_width_m)
    row = block.column("row").to_numpy()
    owned = int(block.column("owned").to_numpy().sum())
    found = scored_pairs(features, beliefs, place.cell, place.columns, owned, least)
    return pa.table({"first": row[found.first], "second": row[found.second], "gain": found.gain})


def group_kernel(block: pa.Table, pairs: pa.Table, beliefs: Beliefs, least: int) -> pa.Table:
    """Join the reports of a block, given all pairs; gives row, group and gain."""
    features = from_block(block)
    row = block.column("row").to_numpy()
    inside = np.isin(pairs.column("first").to_numpy(), row)
    found = Pairs(*(pairs.column(name).to_numpy()[inside] for name in Pairs._fields))
    first, second = np.searchsorted(row, found.first), np.searchsorted(row, found.second)
    owner = agglomerated(features, beliefs, first, second, found.gain, least)
    return pa.table({"row": row, "group": row[owner], "gain": belonging(features, beliefs, owner)})


def runs(features: Ints, beliefs: Beliefs, count: int) -> list[pa.Table]:
    """Cut the record into runs of equally many owned reports, each with what it may reach."""
    total = features.shape[0]
    hour = features[:, FIRST_HOUR]
    edges = np.unique(np.linspace(0, total, count + 1).astype(np.int64))
    blocks = []
    for begin, end in pairwise(edges.tolist()):
        length = beliefs.time_length[features[begin:end, TIME_ROW]]
        seen = int(np.searchsorted(hour, (hour[begin:end] + length).max()))
        row = np.arange(begin, max(seen, end))
        owned = (row < end).astype(np.int64)
        blocks.append(to_block(features[row], {"row": row, "owned": owned}))
    return blocks


def parts(features: Ints, pairs: pa.Table, count: int) -> list[pa.Table]:
    """Cut the paired reports into blocks of whole components, about equally many pairs each."""
    first, second = pairs.column("first").to_numpy(), pairs.column("second").to_numpy()
    part = components(features.shape[0], first, second)
    load = np.bincount(part[first], minlength=part.size)
    block_of_part = np.cumsum(load) * count // (first.size + 1)
    paired = np.unique(np.concatenate([first, second]))
    block = block_of_part[part[paired]]
    rows = [paired[block == at] for at in range(count)]
    return [to_block(features[row], {"row": row}) for row in rows if row.size]


def group(features: Ints, beliefs: Beliefs, least: int, engine: Engine) -> Grouped:
    """Return the groups of reports in canonical order; joining must gain more than `least`."""
    total = features.shape[0]
    grouped = Grouped(np.arange(total), np.zeros(total, np.int64))
    if total < 2:
        return grouped
    kernel = partial(pair_kernel, beliefs=beliefs, least=least)
    found = engine.map(kernel, runs(features, beliefs, engine.slots * BLOCKS_PER_SLOT))
    pairs = pa.concat_tables(found).combine_chunks()
    joining = partial(group_kernel, pairs=pairs, beliefs=beliefs, least=least)
    for done in engine.map(joining, parts(features, pairs, engine.slots)):
        row = done.column("row").to_numpy()
        grouped.group[row] = done.column("group").to_numpy()
        grouped.gain[row] = done.column("gain").to_numpy()
    return grouped
