# SPDX-License-Identifier: Apache-2.0
"""Which reports could be one happening: candidate pairs, found in cells and scored in place.

Reports are in canonical order, by first possible hour. A block owns its first reports and sees the
later ones that these may still reach; the pair (i, j) with i < j belongs to the owner of i. Pairs
are scored inside the kernel and only those that gain are kept: a dense year's pairs cannot be
stored. Where the record is cut, and how the grid is laid, changes nothing. The score itself is left
to `likelihood`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from foedus.base.kernels import kernel, part
from foedus.incidents.likelihood import (
    ACTOR,
    FIRST_HOUR,
    KIND,
    LATITUDE,
    LOG_DENSITY,
    LONGITUDE,
    METRES_PER_E7,
    MICRONAT,
    RADIUS,
    SOURCE,
    TARGET,
    TIME_ROW,
    Beliefs,
    Floats,
    Ints,
    Whole,
    metres,
    pair_evidence,
    shared_time,
)


class Pairs(NamedTuple):
    """Pairs of reports (rows in canonical order, first < second) and their gain in micronats."""

    first: Ints
    second: Ints
    gain: Ints


class Grid(NamedTuple):
    """The cell of each report, and how many columns a row of cells has around the globe."""

    cell: Ints
    columns: int


def grid(features: Ints, max_width_m: int) -> Grid:
    """Lay a grid whose cells are at least as wide and high as any pair can be apart.

    Two reports of one pair then stand in the same or in neighbouring cells.
    """
    reach_m = min(4 * int(features[:, RADIUS].max(initial=1)), max_width_m)
    return grid_of(features[:, LATITUDE], features[:, LONGITUDE], reach_m)


def grid_of(latitude: Ints, longitude: Ints, reach_m: int) -> Grid:
    """Lay a grid of cells that are at least `reach_m` wide and high, for points in 1e-7 degree."""
    height = int(np.ceil(reach_m / METRES_PER_E7))
    farthest = float(np.abs(latitude).max(initial=0)) * 1e-7
    shrink = float(np.cos(np.radians(min(farthest + 1.0, 89.0))))
    columns = max(int(3_600_000_000 * shrink // height), 3)
    width = -(-3_600_000_000 // columns)
    row = (latitude + 900_000_000) // height
    column = (longitude + 1_800_000_000) % 3_600_000_000 // width
    return Grid(row * columns + column, columns)


@part
def grown(values: Ints) -> Ints:
    """The same values with twice the room."""
    room = np.empty(2 * values.size, np.int64)
    for at in range(values.size):
        room[at] = values[at]
    return room


@part
def kept(pairs: Pairs, at: Whole, first: int, second: int, gain: int) -> Pairs:
    """The pairs with one more at `at`; their room grows by doubling."""
    if at == pairs.first.size:
        pairs = Pairs(grown(pairs.first), grown(pairs.second), grown(pairs.gain))
    pairs.first[at] = first
    pairs.second[at] = second
    pairs.gain[at] = gain
    return pairs


@njit(cache=True, nogil=True, inline="always")
def most_by_place(features: Ints, i: int, j: int, outside: float) -> float:
    """No less than the density that place can add to a pair, per square metre; 0 if too far."""
    east, north = metres(features, i, j)
    squared = east * east + north * north
    reach = float(features[i, RADIUS] + features[j, RADIUS])
    if squared > 4.0 * reach * reach:
        return 0.0
    large = float(max(features[i, RADIUS], features[j, RADIUS]))
    full = 1.0 / (np.pi * large * large)
    return outside * full * 1.25 if squared > reach * reach else full


@part
def neighbours(sorted_cell: Ints, order: Ints, key: int, after: int) -> Ints:
    """The reports of one cell that come later than `after`, in canonical order."""
    at = np.searchsorted(sorted_cell, key)
    end = at + np.searchsorted(sorted_cell[at:], key, side="right")
    return order[at + np.searchsorted(order[at:end], after, side="right") : end]


@part
def promising(
    features: Ints, beliefs: Beliefs, i: int, near: Ints, floor: Floats, found: Ints, size: Whole
) -> Whole:
    """Add to `found` those of `near` whose bound of the likelihood ratio with i reaches the floor.

    `near` is in canonical order; the bound knows labels and time, and the most of place and text.
    At most `max_candidates` are added. Returns how many `found` then holds.
    """
    kind, actor, target = beliefs.kind.pair, beliefs.actor.pair, beliefs.target.pair
    last_hour = features[i, FIRST_HOUR] + beliefs.time_length[features[i, TIME_ROW]]
    alone, density, length = beliefs.merged[features[i, SOURCE]], beliefs.time, beliefs.time_length
    outside, least = beliefs.outside_share, floor[i] / beliefs.most_by_text
    full = size + beliefs.max_candidates
    for j in near:
        if features[j, FIRST_HOUR] >= last_hour or size == full:
            break
        if alone and features[i, SOURCE] == features[j, SOURCE]:
            continue
        ratio = most_by_place(features, i, j, outside)
        if ratio > 0.0:
            ratio *= kind[features[i, KIND], features[j, KIND]]
            ratio *= actor[features[i, ACTOR], features[j, ACTOR]]
            ratio *= target[features[i, TARGET], features[j, TARGET]]
            needed = least * floor[j]
            if ratio * beliefs.most_by_time > needed:
                ratio *= shared_time(features, density, length, i, j)
                if ratio > needed:
                    found[size] = j
                    size += 1
    return size


@kernel
def scored(
    features: Ints, beliefs: Beliefs, place: Grid, order: Ints, owners: Ints, least: Whole
) -> Pairs:
    """Each pair of an owner that gains more than `least`; `order` sorts the rows by cell."""
    sorted_cell = place.cell[order]
    floor = np.exp((features[:, LOG_DENSITY] + least) / (2.0 * MICRONAT)) * (1.0 - 1e-6)
    pairs = Pairs(np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.int64))
    near = np.empty(9 * beliefs.max_candidates, np.int64)
    found: Whole = np.int64(0)
    for i in owners:
        row, column = place.cell[i] // place.columns, place.cell[i] % place.columns
        size: Whole = np.int64(0)
        for step in range(9):
            key = (row + step // 3 - 1) * place.columns + (column + step % 3 - 1) % place.columns
            later = neighbours(sorted_cell, order, key, i)
            size = promising(features, beliefs, i, later, floor, near, size)
        if size > beliefs.max_candidates:
            near[:size].sort()
            size = beliefs.max_candidates
        for j in near[:size]:
            gain = pair_evidence(features, beliefs, i, j, least)
            if gain > least:
                pairs = kept(pairs, found, i, j, gain)
                found += 1
    return Pairs(pairs.first[:found], pairs.second[:found], pairs.gain[:found])


def scored_pairs(features: Ints, beliefs: Beliefs, place: Grid, owners: Ints, least: int) -> Pairs:
    """Return each pair that gains more than `least` micronats, in canonical order of its first.

    `owners` are the rows whose pairs with later rows are wanted. Of the promising later ones, each
    is scored with the first `max_candidates` in canonical order, however the grid is laid.
    """
    order = np.argsort(place.cell, kind="stable")
    found: Pairs = scored(features, beliefs, place, order, owners, np.int64(least))
    return found
