# SPDX-License-Identifier: Apache-2.0
"""Kernels over spans of positions, key by key: how many hold a position, and where they end.

Keys are dense codes, 0 <= code < keys; -1 is a key that nothing has. Spans are closed at both ends.
Everything may come in any order; what comes sorted by time, as logs do, takes a constant number of
steps for each count. What a key, a span or a position means is left to `counts` and `pieces`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]


class Shelf(NamedTuple):
    """Values put together by key, ascending in each, and where each key's values begin."""

    value: Ints
    start: Ints


@njit(cache=True, nogil=True)
def gathered(code: Ints, keys: int) -> tuple[Ints, Ints]:
    """Return the rows by key, in their order within each, and where each key begins."""
    start = np.zeros(keys + 1, np.int64)
    for key in code:
        start[key + 1] += 1
    for key in range(keys):
        start[key + 1] += start[key]
    free = start[:-1].copy()
    order = np.empty(code.size, np.int64)
    for row in range(code.size):
        order[free[code[row]]] = row
        free[code[row]] += 1
    return order, start


def shelved(code: Ints, columns: tuple[Ints, ...], keys: int) -> list[Shelf]:
    """Return each column by key, ascending in each; sorts only what does not come sorted."""
    if all(np.all(value[1:] >= value[:-1]) for value in columns):
        order, start = gathered(code, keys)
        return [Shelf(value[order], start) for value in columns]
    if len(columns) > 1:
        return [shelf for value in columns for shelf in shelved(code, (value,), keys)]
    sorting = np.argsort(columns[0], kind="stable")
    return shelved(code[sorting], (columns[0][sorting],), keys)


@njit(cache=True, nogil=True)
def moved(value: Ints, at: int, begin: int, end: int, limit: int) -> int:
    """Return the first place in value[begin:end], ascending, that is not under `limit`.

    The search starts at `at` and doubles its steps, so that near places are found at once.
    """
    step = 1
    if at < end and value[at] < limit:
        while at + step < end and value[at + step] < limit:
            at += step
            step *= 2
        begin, end = at + 1, min(at + step, end)
    else:
        while at - step >= begin and value[at - step] >= limit:
            at -= step
            step *= 2
        begin, end = max(at - step + 1, begin), at
    while begin < end:
        middle = (begin + end) // 2
        if value[middle] < limit:
            begin = middle + 1
        else:
            end = middle
    return begin


@njit(cache=True, nogil=True)
def places(code: Ints, limit: Ints, shelf: Shelf) -> Ints:
    """Return for each row the place of the first value of its key that is not under its limit."""
    found = np.zeros(code.size, np.int64)
    last = shelf.start[:-1].copy()
    for row in range(code.size):
        key = code[row]
        if key >= 0:
            ends = shelf.start[key], shelf.start[key + 1]
            last[key] = moved(shelf.value, last[key], ends[0], ends[1], limit[row])
            found[row] = last[key]
    return found


@njit(cache=True, nogil=True)
def depth(code: Ints, position: Ints, first: Shelf, last: Shelf) -> Ints:
    """Return how many spans of each row's key hold its position; ends stand on two shelves."""
    found = np.zeros(code.size, np.int64)
    begun = first.start[:-1].copy()
    ended = last.start[:-1].copy()
    for row in range(code.size):
        key = code[row]
        if key >= 0:
            begin, end = first.start[key], first.start[key + 1]
            begun[key] = moved(first.value, begun[key], begin, end, position[row] + 1)
            ended[key] = moved(last.value, ended[key], begin, end, position[row])
            found[row] = begun[key] - ended[key]
    return found


@njit(cache=True, nogil=True)
def listed(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return each whole number from begin to before end of each row, and the row it is from."""
    size = 0
    for row in range(begin.size):
        size += max(end[row] - begin[row], 0)
    number = np.empty(size, np.int64)
    owner = np.empty(size, np.int64)
    at = 0
    for row in range(begin.size):
        for value in range(begin[row], end[row]):
            number[at], owner[at] = value, row
            at += 1
    return number, owner


@njit(cache=True, nogil=True)
def is_apart(code: Ints, keys: int, first: Ints, last: Ints) -> bool:
    """Whether spans, sorted by `first`, neither touch nor overlap others of their key."""
    end = np.full(keys, np.iinfo(np.int64).min)
    for row in range(code.size):
        if first[row] - 1 <= end[code[row]]:
            return False
        end[code[row]] = last[row]
    return True


@njit(cache=True, nogil=True)
def united(code: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the union of each key's spans, which come sorted by key and `first`.

    Gives for each span of the union a row of its key, its first and its last position.
    """
    row_of = np.empty(code.size, np.int64)
    begin, end = np.empty_like(first), np.empty_like(last)
    size = 0
    for row in range(code.size):
        same = size > 0 and code[row_of[size - 1]] == code[row]
        if same and first[row] - 1 <= end[size - 1]:
            end[size - 1] = max(end[size - 1], last[row])
        else:
            row_of[size], begin[size], end[size] = row, first[row], last[row]
            size += 1
    return row_of[:size], begin[:size], end[:size]
