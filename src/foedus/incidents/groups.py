# SPDX-License-Identifier: Apache-2.0
"""Groups of reports that are one happening: pairs, best-first joining, weighing, on an engine.

The three kernels take and give Arrow tables of whole numbers and know nothing outside them, so that
any engine may run them. Pairs are found in runs of time, each run seeing as far ahead as a report
can reach. Joining goes by runs too, each with the pairs inside it; where groups of two runs meet,
`settling` makes of them what one search over all would have found. Memberships are weighed at last,
each run seeing the groups that pairs tie to its own. Runs are cut by load, so that a dense day is
cut as well. All give the same rows however cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.engines.engine import Engine
from foedus.incidents.agglomerate import agglomerated
from foedus.incidents.likelihood import COLUMNS, FIRST_HOUR, SOURCE, TIME_ROW, Beliefs, Ints
from foedus.incidents.memberships import CERTAIN, weighed
from foedus.incidents.pairs import Pairs, grid, scored_pairs
from foedus.incidents.settling import settled

BLOCKS_PER_SLOT: Final = 4
PAIRS_AT_LEAST = 1 << 14
"""Fewer pairs are not cut: to settle what is cut costs more, and has to be compiled."""
PAIRS_AT_ONCE: Final = 1 << 20
"""A run of joining has no more pairs than this, so that memory does not grow with the record."""
REPORTS_AT_ONCE: Final = 1 << 18
"""A run of finding pairs owns no more reports than this."""
PAIRS: Final = ("second", "gain")


class Grouped(NamedTuple):
    """The group of each report, named by its first report, and how it holds the report."""

    group: Ints
    gain: Ints
    """What the group loses without the report, in micronats; 0 for a report alone."""
    doubt: Ints
    """What speaks for all else, in micronats (`memberships`)."""


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
    owners = np.flatnonzero(block.column("owned").to_numpy())
    found = scored_pairs(features, beliefs, place, owners, least)
    return pa.table({"first": row[found.first], "second": row[found.second], "gain": found.gain})


def group_kernel(block: pa.Table, beliefs: Beliefs, least: int) -> pa.Table:
    """Join the reports of a block, each row with a list of its pairs; gives row and group."""
    features = from_block(block)
    row = block.column("row").to_numpy()
    later = block.column("second").combine_chunks()
    first = np.array(pc.list_parent_indices(later))
    second, gain = (np.array(pc.list_flatten(block.column(name))) for name in PAIRS)
    owner, _ = agglomerated(features, beliefs, first, np.searchsorted(row, second), gain, least)
    return pa.table({"row": row, "group": row[owner]})


def weigh_kernel(block: pa.Table, beliefs: Beliefs) -> pa.Table:
    """Weigh the memberships of a block's own groups; gives row, gain and doubt of their members.

    Each row has its group, whether that is the block's own, and a list of its pairs.
    """
    features = from_block(block)
    row = block.column("row").to_numpy()
    owner = np.searchsorted(row, block.column("group").to_numpy())
    own = np.flatnonzero(block.column("owned").to_numpy())
    later = block.column("second").combine_chunks()
    first = np.array(pc.list_parent_indices(later))
    second = np.searchsorted(row, pc.list_flatten(later).to_numpy())
    pairs = Pairs(first, second, second)
    found = weighed(features, beliefs, owner, pairs, np.unique(owner[own]))
    return pa.table({"row": row[own], "gain": found.gain[own], "doubt": found.doubt[own]})


def runs(features: Ints, beliefs: Beliefs, count: int) -> Iterator[pa.Table]:
    """Cut the record into runs of equally many owned reports, each with what it may reach."""
    total = features.shape[0]
    hour = features[:, FIRST_HOUR]
    edges = np.unique(np.linspace(0, total, count + 1).astype(np.int64))
    for begin, end in pairwise(edges.tolist()):
        length = beliefs.time_length[features[begin:end, TIME_ROW]]
        seen = int(np.searchsorted(hour, (hour[begin:end] + length).max()))
        row = np.arange(begin, max(seen, end))
        owned = (row < end).astype(np.int64)
        yield to_block(features[begin : max(seen, end)], {"row": row, "owned": owned})


def parts_of(total: int, pairs: Pairs, count: int) -> Ints:
    """Number the run of each report, so that each run has about equally many pairs."""
    load = np.cumsum(np.bincount(pairs.first, minlength=total) + 1)
    return np.asarray((load - 1) * count // int(load[-1]), np.int64)


def parts(features: Ints, pairs: Pairs, part: Ints) -> Iterator[pa.Table]:
    """Cut the paired reports into runs, each with the pairs inside it; `part` numbers the runs."""
    edges = np.searchsorted(part, np.arange(int(part[-1]) + 2))
    at = np.searchsorted(pairs.first, edges)
    for end, low, high in zip(edges[1:], at[:-1], at[1:], strict=True):
        inside = pairs.second[low:high] < end
        found = Pairs(*(values[low:high][inside] for values in pairs))
        tied = np.unique(np.concatenate([found.first, found.second]))
        if tied.size:
            yield to_block(features[tied], {"row": tied, **lists(found, tied)})


def lists(pairs: Pairs, rows: Ints) -> dict[str, pa.Array]:
    """Return the pairs of each row as lists, by column; `rows` hold all that come first in one."""
    offsets = pa.array(np.searchsorted(pairs.first, np.append(rows, rows[-1] + 1)), pa.int32())
    return {
        name: pa.ListArray.from_arrays(offsets, pa.array(getattr(pairs, name))) for name in PAIRS
    }


def surroundings(features: Ints, pairs: Pairs, owner: Ints, part: Ints) -> Iterator[pa.Table]:
    """Cut groups into runs, each with the groups that pairs tie to it; `part` numbers the runs."""
    run = part[owner]
    for number in range(int(part[-1]) + 1):
        own = run == number
        chosen = own[pairs.first] | own[pairs.second]
        seen = Pairs(*(values[chosen] for values in pairs))
        marked = np.zeros(owner.size, np.bool_)
        marked[owner[seen.first]] = marked[owner[seen.second]] = True
        rows = np.flatnonzero(marked[owner])
        if rows.size:
            extra = {"row": rows, "group": owner[rows], "owned": own[rows].astype(np.int64)}
            tied = lists(seen, rows)["second"]
            yield to_block(features[rows], {**extra, "second": tied})


def may_pair(features: Ints, beliefs: Beliefs) -> bool:
    """Return whether any two reports could be one happening, their sources being what they are."""
    heard = np.unique(features[:, SOURCE])
    return features.shape[0] > 1 and (heard.size > 1 or not beliefs.merged[heard].all())


def found_pairs(features: Ints, beliefs: Beliefs, least: int, engine: Engine) -> Pairs:
    """Return all pairs that gain more than `least`, in canonical order of their first."""
    if not may_pair(features, beliefs):
        return Pairs(*(np.zeros(0, np.int64) for _ in Pairs._fields))
    kernel = partial(pair_kernel, beliefs=beliefs, least=least)
    count = max(engine.slots * BLOCKS_PER_SLOT, features.shape[0] // REPORTS_AT_ONCE)
    found = engine.map(kernel, runs(features, beliefs, count))
    columns = ([table.column(name).to_numpy() for table in found] for name in Pairs._fields)
    return Pairs(*(np.concatenate(parts) for parts in columns))


def joined(features: Ints, beliefs: Beliefs, pairs: Pairs, least: int, engine: Engine) -> Grouped:
    """Return the groups into which best-first joining brings the reports."""
    total = features.shape[0]
    owner, gain, doubt = np.arange(total), np.zeros(total, np.int64), np.full(total, CERTAIN)
    if not pairs.first.size:
        return Grouped(owner, gain, doubt)
    few = min(engine.slots, 1 + pairs.first.size // PAIRS_AT_LEAST)
    part = parts_of(total, pairs, max(few, pairs.first.size // PAIRS_AT_ONCE))
    joining = partial(group_kernel, beliefs=beliefs, least=least)
    for done in engine.map(joining, parts(features, pairs, part)):
        owner[done.column("row").to_numpy()] = done.column("group").to_numpy()
    crossing = np.asarray(part[pairs.first] != part[pairs.second])
    owner = settled(features, beliefs, pairs, owner, crossing, least)
    weighing = partial(weigh_kernel, beliefs=beliefs)
    for done in engine.map(weighing, surroundings(features, pairs, owner, part)):
        row = done.column("row").to_numpy()
        gain[row] = done.column("gain").to_numpy()
        doubt[row] = done.column("doubt").to_numpy()
    return Grouped(owner, gain, doubt)


def group(features: Ints, beliefs: Beliefs, least: int, engine: Engine) -> Grouped:
    """Return the groups of reports in canonical order; joining must gain more than `least`."""
    pairs = found_pairs(features, beliefs, least, engine)
    return joined(features, beliefs, pairs, least, engine)
