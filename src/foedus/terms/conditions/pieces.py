# SPDX-License-Identifier: Apache-2.0
"""Anchors, and the pieces into which counts cut them.

An anchor is a span of positions under one valuation at which a condition may hold: a fact that
matches the trigger, or, without a trigger, all the time asked about. Within one piece no count
changes, so that its first position answers for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.terms.conditions.coded import UNKNOWN, Coded
from foedus.terms.conditions.counts import Counter, matching
from foedus.terms.conditions.spans import Span
from foedus.terms.conditions.syntax import Pattern
from foedus.terms.conditions.windows import Ints, Shelf, listed, places

MAY: Final = 0
"""A fact that may match, or of another valuation."""
IS: Final = 1
"""At every position of the anchor the trigger surely holds."""
ONCE: Final = 2
"""At one position of the anchor it surely holds, it is not known at which."""
MOST_VALUATIONS: Final = 1 << 21


class Anchors(NamedTuple):
    """Spans with their valuation: column -> code; sorted by first position."""

    keys: dict[str, Ints]
    fact: Ints
    """The row of the fact in its record; without a trigger 0."""
    first: Ints
    last: Ints
    grade: npt.NDArray[np.int8]

    def taken(self, at: Ints) -> Anchors:
        """Return some of them."""
        keys = {name: codes[at] for name, codes in self.keys.items()}
        return Anchors(keys, self.fact[at], self.first[at], self.last[at], self.grade[at])


class Pieces(NamedTuple):
    """Parts of anchors: the anchor of each, its first and its last position."""

    owner: Ints
    first: Ints
    last: Ints


def triggered(trigger: Pattern, record: Coded, asked: Span) -> Anchors:
    """Return an anchor for each fact that may be the trigger, under each valuation it may have."""
    found = matching(trigger, record)
    keys = dict(found.keys)
    if trigger.fact is not None:
        keys["fact_id"] = record.words("fact_id").code[found.row]
    first, last = record.first[found.row], record.last[found.row]
    grade = np.full(first.size, IS, np.int8)
    grade[first != last] = ONCE
    grade[~found.sure] = MAY
    near = (last >= asked[0]) & (first <= asked[1])
    whole = Anchors(keys, found.row, first, last, grade)
    if not near.all():
        whole = whole.taken(np.flatnonzero(near))
    for column in found.keys:
        whole = _valued(whole, column, record)
    return _sorted(whole)


def _valued(anchors: Anchors, column: str, record: Coded) -> Anchors:
    """Give an unknown argument each value of its domain: none of them is sure."""
    unknown = np.flatnonzero(anchors.keys[column] == UNKNOWN)
    if not unknown.size:
        return anchors
    values = record.domain(column)
    known = np.flatnonzero(anchors.keys[column] != UNKNOWN)
    whole = anchors.taken(np.concatenate([known, np.repeat(unknown, values.size)]))
    whole.keys[column][known.size :] = np.tile(values, unknown.size)
    whole.grade[known.size :] = MAY
    return whole


def _sorted(anchors: Anchors) -> Anchors:
    if np.any(anchors.first[1:] < anchors.first[:-1]):
        return anchors.taken(np.argsort(anchors.first, kind="stable"))
    return anchors


def everywhere(columns: Sequence[str], record: Coded, asked: Span) -> Anchors | None:
    """Return an anchor for each valuation of the domains; None if they are too many."""
    domains = [record.domain(column) for column in columns]
    size = int(np.prod([values.size for values in domains], dtype=np.float64))
    if size > MOST_VALUATIONS:
        return None
    grid = np.indices([values.size for values in domains]).reshape(len(domains), size)
    keys = {column: values[at] for column, values, at in zip(columns, domains, grid, strict=True)}
    ends = [np.full(size, end) for end in asked]
    nothing = np.zeros(size, np.int64)
    kept = Anchors(keys, nothing, ends[0], ends[1], np.full(size, IS, np.int8))
    return kept if asked[0] <= asked[1] else kept.taken(np.zeros(0, np.int64))


def pieces(anchors: Anchors, counters: Sequence[Counter], asked: Span) -> Pieces:
    """Return the anchors, as far as they are asked about, cut where any count changes."""
    first, last = np.maximum(anchors.first, asked[0]), np.minimum(anchors.last, asked[1])
    owner = np.arange(first.size)
    wide = np.flatnonzero(first < last)
    if not wide.size:
        return Pieces(owner, first, last)
    keys = anchors.taken(wide).keys
    found = [(owner, first)]
    for counter in counters:
        for at, start in _changes(counter, keys, first[wide], last[wide]):
            found.append((wide[at], start))
    owner, start = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((start, owner))
    owner, start = owner[order], start[order]
    is_new = np.ones(owner.size, np.bool_)
    is_new[1:] = (owner[1:] != owner[:-1]) | (start[1:] != start[:-1])
    return _ended(owner[is_new], start[is_new], last)


def _ended(owner: Ints, start: Ints, last: Ints) -> Pieces:
    """End each piece before the next of its anchor; sort them by their first position."""
    end = last[owner]
    goes_on = owner[1:] == owner[:-1]
    end[:-1][goes_on] = start[1:][goes_on] - 1
    order = np.argsort(start, kind="stable")
    return Pieces(owner[order], start[order], end[order])


def _changes(
    counter: Counter, keys: dict[str, Ints], first: Ints, last: Ints
) -> Iterator[tuple[Ints, Ints]]:
    """Yield anchors and the positions after their first at which a count changes."""
    for layer in counter.layers:
        key = layer.keys.of(keys, first.size)
        yield _edges(layer.first, key, first, last, 0)
        yield _edges(layer.last, key, first, last, 1)
    inside = np.flatnonzero((first < counter.endless_from) & (counter.endless_from <= last))
    yield inside, np.full(inside.size, counter.endless_from)


def _edges(shelf: Shelf, key: Ints, first: Ints, last: Ints, step: int) -> tuple[Ints, Ints]:
    """Return anchors and the values of their key, plus a step, that lie in (first, last]."""
    begin = places(key, first + 1 - step, shelf)
    end = places(key, last + 1 - step, shelf)
    number, at = listed(begin, end)
    return at, shelf.value[number] + step
