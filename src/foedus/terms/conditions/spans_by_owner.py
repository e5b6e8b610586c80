# SPDX-License-Identifier: Apache-2.0
"""Kernels over sets of positions of many owners at once: what `spans` does for one.

A set is three columns: owner, first, last; by owner, then by first position, neither touching nor
overlapping in an owner. Owners are whole numbers from 0. What an owner is, is left to `columnar`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from foedus.terms.conditions.coded import Bools
from foedus.terms.conditions.windows import Ints, united

FAR: Final = 1 << 61
"""After all positions, and its negative before all."""


class Sets(NamedTuple):
    """Spans by owner."""

    owner: Ints
    first: Ints
    last: Ints

    def taken(self, at: Ints | Bools) -> Sets:
        """Return some of the spans."""
        return Sets(self.owner[at], self.first[at], self.last[at])


def nothing() -> Sets:
    """Return no spans."""
    return Sets(*np.zeros((3, 0), np.int64))


def everything(owners: int) -> Sets:
    """Return all positions of each owner."""
    return Sets(np.arange(owners), np.full(owners, -FAR), np.full(owners, FAR))


def joined(*parts: Sets) -> Sets:
    """Return the spans of all parts, in any order."""
    return Sets(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def union(spans: Sets) -> Sets:
    """Return the set that spans in any order make, those that are empty left out."""
    spans = spans.taken(spans.first <= spans.last)
    spans = spans.taken(np.lexsort((spans.first, spans.owner)))
    at, first, last = united(spans.owner, spans.first, spans.last)
    return Sets(spans.owner[at], first, last)


def distinct(spans: Sets) -> Sets:
    """Return spans by owner, first and last, each once; they may overlap."""
    spans = spans.taken(np.lexsort((spans.last, spans.first, spans.owner)))
    new = np.ones(spans.owner.size, np.bool_)
    new[1:] = (
        (spans.owner[1:] != spans.owner[:-1])
        | (spans.first[1:] != spans.first[:-1])
        | (spans.last[1:] != spans.last[:-1])
    )
    return spans.taken(new)


@njit(cache=True, nogil=True)
def _complement(spans: Sets, owners: int) -> tuple[Ints, Ints, Ints]:
    size = spans.owner.size + owners
    owner, first, last = np.empty((3, size), np.int64)
    number = at = 0
    for one in range(owners):
        begin = -FAR
        while at < spans.owner.size and spans.owner[at] == one:
            if spans.first[at] > begin:
                owner[number], first[number], last[number] = one, begin, spans.first[at] - 1
                number += 1
            begin = spans.last[at] + 1
            at += 1
        if begin <= FAR:
            owner[number], first[number], last[number] = one, begin, FAR
            number += 1
    return owner[:number], first[:number], last[:number]


def complement(spans: Sets, owners: int) -> Sets:
    """Return what is not in the set of each owner."""
    return Sets(*_complement(spans, owners))


@njit(cache=True, nogil=True)
def _intersection(left: Sets, right: Sets) -> tuple[Ints, Ints, Ints]:
    size = left.owner.size + right.owner.size
    owner, first, last = np.empty((3, size), np.int64)
    number = at = other = 0
    while at < left.owner.size and other < right.owner.size:
        if left.owner[at] != right.owner[other]:
            if left.owner[at] < right.owner[other]:
                at += 1
            else:
                other += 1
            continue
        begin = max(left.first[at], right.first[other])
        end = min(left.last[at], right.last[other])
        if begin <= end:
            owner[number], first[number], last[number] = left.owner[at], begin, end
            number += 1
        if left.last[at] < right.last[other]:
            at += 1
        else:
            other += 1
    return owner[:number], first[:number], last[:number]


def intersection(left: Sets, right: Sets) -> Sets:
    """Return the positions of both."""
    return Sets(*_intersection(left, right))


@njit(cache=True, nogil=True)
def covered(spans: Sets, by: Sets) -> Bools:
    """Return which spans, by owner and first, lie whole in one span of a set."""
    found = np.zeros(spans.owner.size, np.bool_)
    at = 0
    for row in range(spans.owner.size):
        one, first = spans.owner[row], spans.first[row]
        while at < by.owner.size and (
            by.owner[at] < one or (by.owner[at] == one and by.last[at] < first)
        ):
            at += 1
        if at < by.owner.size and by.owner[at] == one:
            found[row] = by.first[at] <= first and spans.last[row] <= by.last[at]
    return found


def at_least(ranges: Sets, number: int, owners: int) -> Sets:
    """Return the positions that lie in so many or more of the ranges, which come in any order."""
    if number <= 0:
        return everything(owners)
    ranges = ranges.taken(ranges.first <= ranges.last)
    owner = np.concatenate([ranges.owner, ranges.owner])
    position = np.concatenate([ranges.first, ranges.last + 1])
    step = np.repeat(np.array([1, -1]), ranges.owner.size)
    order = np.lexsort((position, owner))
    return union(Sets(*_deep(owner[order], position[order], step[order], number)))


@njit(cache=True, nogil=True)
def _deep(owner: Ints, position: Ints, step: Ints, number: int) -> tuple[Ints, Ints, Ints]:
    found, first, last = np.empty((3, owner.size), np.int64)
    size = depth = row = begin = 0
    while row < owner.size:
        one, at, was = owner[row], position[row], depth
        while row < owner.size and owner[row] == one and position[row] == at:
            depth += step[row]
            row += 1
        if was < number <= depth:
            begin = at
        elif depth < number <= was:
            found[size], first[size], last[size] = one, begin, at - 1
            size += 1
    return found[:size], first[:size], last[:size]


@njit(cache=True, nogil=True)
def _met(held: Sets, spans: Sets, before: int, after: int) -> tuple[Ints, Ints]:
    """Return pairs of a held span, drawn out at its ends, and a span that shares a position."""
    size = at = 0
    pairs = np.empty((2, held.owner.size + spans.owner.size), np.int64)
    for row in range(held.owner.size):
        one, begin, end = held.owner[row], held.first[row] - before, held.last[row] + after
        while at < spans.owner.size and (
            spans.owner[at] < one or (spans.owner[at] == one and spans.last[at] < begin)
        ):
            at += 1
        other = at
        while other < spans.owner.size and spans.owner[other] == one and spans.first[other] <= end:
            if size == pairs.shape[1]:
                more = np.empty((2, 2 * size), np.int64)
                more[:, :size] = pairs
                pairs = more
            pairs[0, size], pairs[1, size] = row, other
            size += 1
            other += 1
    return pairs[0, :size], pairs[1, :size]


def met(held: Sets, spans: Sets, before: int, after: int) -> tuple[Ints, Ints]:
    """Return which held spans, drawn out by some positions, share one with which spans: rows.

    The spans are sorted by owner, and in each both by first and by last position.
    """
    return _met(held, spans, before, after)
