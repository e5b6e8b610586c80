# SPDX-License-Identifier: Apache-2.0
"""The excess: pairs that are near in space and time, beyond those that chance brings as near.

Reports of one happening are near each other in space and time; so are reports of different ones,
but these are as near a week apart. `pair_counts` counts pairs of two sources by distance, by hours
apart and by what they say; what two and a half days have more than as long a time a week off are
pairs that tell of one happening. Nothing is grouped. What the excess teaches is left to `learning`
and `confusions`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from foedus.incidents.features import HOUR_US, column, hours_spanned
from foedus.incidents.likelihood import METRES_PER_E7, Floats, Ints
from foedus.incidents.pairs import Grid, grid_of, neighbours

BIN_M: Final = 500
BINS: Final = 60
NEAR_H: Final = 60
FAR_H: Final = (144, 204)
"""Two and a half days each, so that days and hours have the same share of either; ends half."""
CLOSE_M: Final = 6_000
LABELS_M: Final = 3_000
LEAST_SIGMA: Final = 6.0


class Told(NamedTuple):
    """What counting needs of each report, ascending by hour."""

    hour: Ints
    latitude: Ints
    longitude: Ints
    source: Ints
    code: Ints
    """Code of precision."""
    span: Ints
    """1 where the time is a day or wider, else 0."""
    kind: Ints
    """Number of the way in which the kind is said; 0 says nothing."""
    actor: Ints


class Counts(NamedTuple):
    """Pairs of reports by two sources."""

    by_distance: Ints
    """code x code x near or far in time x bins of `BIN_M`, in halves of a pair."""
    by_hours: Ints
    """Hour-precise or not x hours apart, near or far, of pairs within `CLOSE_M`."""
    by_kind: Ints
    """Near or far in time x kind x kind of pairs within `LABELS_M`, in halves of a pair."""
    by_actor: Ints
    """The same by actor."""
    anywhere: Ints
    """Hours apart, of pairs at any distance: a short record has fewer that are far apart."""


def told(reports: pa.Table, source: Ints, kind: Ints, actor: Ints) -> tuple[Told, list[str]]:
    """Return what counting needs of placed reports, which ascend by hour, and their codes."""
    stated = pc.fill_null(reports.column("place_precision"), "").combine_chunks()
    encoded = stated.dictionary_encode()
    found = Told(
        column(reports, "occurred_from_us") // HOUR_US,
        column(reports, "latitude_e7"),
        column(reports, "longitude_e7"),
        source,
        encoded.indices.to_numpy().astype(np.int64),
        (hours_spanned(reports) > 6).astype(np.int64),
        kind,
        actor,
    )
    return found, encoded.dictionary.to_pylist()


def pair_counts(of: Told) -> Counts:
    """Count the pairs of reports by two sources; reports ascend by hour."""
    sizes = [int(values.max(initial=0)) + 1 for values in (of.code, of.kind, of.actor)]
    counts = Counts(
        np.zeros((sizes[0], sizes[0], 2, BINS), np.int64),
        np.zeros((2, FAR_H[1] + 1), np.int64),
        np.zeros((2, sizes[1], sizes[1]), np.int64),
        np.zeros((2, sizes[2], sizes[2]), np.int64),
        pairs_anywhere(of.hour, of.source),
    )
    if of.hour.size:
        _count(of, grid_of(of.latitude, of.longitude, BIN_M * BINS), counts)
    return counts


@njit(cache=True, nogil=True)
def _count(of: Told, place: Grid, counts: Counts) -> None:
    order = np.argsort(place.cell, kind="mergesort")
    sorted_cell = place.cell[order]
    for i in range(of.hour.size):
        row, at = place.cell[i] // place.columns, place.cell[i] % place.columns
        scale = METRES_PER_E7 * np.cos(np.radians(of.latitude[i] * 1e-7))
        for step in range(9):
            key = (row + step // 3 - 1) * place.columns + (at + step % 3 - 1) % place.columns
            for j in neighbours(sorted_cell, order, key, i):
                apart = of.hour[j] - of.hour[i]
                if apart > FAR_H[1]:
                    break
                if of.source[i] != of.source[j] and (apart <= NEAR_H or apart >= FAR_H[0]):
                    _count_pair(of, counts, i, j, scale)


@njit(cache=True, nogil=True, inline="always")
def _count_pair(of: Told, counts: Counts, i: int, j: int, scale: float) -> None:
    """Count a pair of two sources; `scale` is the length of 1e-7 degree of longitude there."""
    north = (of.latitude[j] - of.latitude[i]) * METRES_PER_E7
    east = (of.longitude[j] - of.longitude[i]) * scale
    squared = north * north + east * east
    if squared >= float(BIN_M * BINS) ** 2:
        return
    distance, apart = np.sqrt(squared), of.hour[j] - of.hour[i]
    which = 0 if apart <= NEAR_H else 1
    weight = 1 if apart in (NEAR_H, FAR_H[0], FAR_H[1]) else 2
    low, high = min(of.code[i], of.code[j]), max(of.code[i], of.code[j])
    counts.by_distance[low, high, which, int(distance // BIN_M)] += weight
    if distance <= LABELS_M:
        counts.by_kind[which, of.kind[i], of.kind[j]] += weight
        counts.by_actor[which, of.actor[i], of.actor[j]] += weight
    if distance <= CLOSE_M and of.span[i] == of.span[j]:
        counts.by_hours[of.span[i], apart] += 1


def pairs_anywhere(hour: Ints, source: Ints) -> Ints:
    """Return how many pairs of two sources are so many hours apart, wherever they are."""
    when, at = np.unique(hour, return_inverse=True)
    held = np.zeros((when.size, int(source.max(initial=0)) + 1), np.int64)
    np.add.at(held, (at, source), 1)
    return np.asarray(_anywhere(when, held), np.int64)


@njit(cache=True, nogil=True)
def _anywhere(when: Ints, held: Ints) -> Ints:
    """The same from how many reports each source has at each hour at which there is one."""
    found = np.zeros(FAR_H[1] + 1, np.int64)
    whole = held.sum(axis=1)
    for i in range(when.size):
        for j in range(i, when.size):
            apart = when[j] - when[i]
            if apart > FAR_H[1]:
                break
            pairs = whole[i] * whole[j] - (held[i] * held[j]).sum()
            found[apart] += pairs // 2 if i == j else pairs
    return found


def rarity(anywhere: Ints) -> float:
    """Return by how much the record has fewer pairs that are far apart in time than near."""
    ends = np.array([anywhere[NEAR_H], anywhere[FAR_H[0]] + anywhere[FAR_H[1]]]) / 2.0
    near = float(anywhere[: NEAR_H + 1].sum() - ends[0])
    far = float(anywhere[FAR_H[0] :].sum() - ends[1])
    return near / far if far > 0.0 else 1.0


def pairs_in(near: Floats, far: Floats, shape: Floats) -> float:
    """Return how many pairs of this shape explain the excess best (weighted least squares)."""
    weight = 1.0 / (near + far + 1.0)
    fitted = (weight * (near - far) * shape).sum() / (weight * shape * shape).sum()
    return max(float(fitted), 0.0)


def misfit(near: Floats, far: Floats, shape: Floats) -> float:
    """Return how badly an excess of this shape explains the near counts (weighted squares)."""
    left = near - far - pairs_in(near, far, shape) * shape
    return float((left**2 / (near + far + 1.0)).sum())


def is_told(near: Floats, far: Floats) -> bool:
    """Return whether the excess stands well above what chance would give in any run of bins."""
    excess, noise = np.cumsum(near - far), np.sqrt(np.cumsum(near + far) + 1.0)
    return bool((excess / noise).max() >= LEAST_SIGMA)
