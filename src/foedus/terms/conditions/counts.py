# SPDX-License-Identifier: Apache-2.0
"""How many facts of a pattern are seen from a position: surely (low) and possibly (high).

Each fact is counted at the positions from whose window it is seen; so a count at a position is the
number of such spans that hold it. Facts are laid in layers by which of their arguments are known:
one whose zone is unknown is possibly counted for every zone. Follows low and high of
docs/reference/conditions.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from foedus.terms.conditions.coded import LIMIT, UNKNOWN, Bools, Coded
from foedus.terms.conditions.keys import Keys, keyed
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.plan import Counting
from foedus.terms.conditions.syntax import Pattern, Variable, Window
from foedus.terms.conditions.windows import Ints, Shelf, depth, shelved

ENDLESS: Final = 1 << 40
"""A count without end, where the record is open."""


class Matches(NamedTuple):
    """The facts that match a pattern, surely or possibly."""

    row: Ints
    sure: Bools
    keys: dict[str, Ints]
    """Column of each variable -> codes."""


class Layer(NamedTuple):
    """Facts whose arguments are known in the same columns, by key, with where each is counted."""

    keys: Keys
    first: Shelf
    last: Shelf
    is_low: bool
    is_high: bool


class Counter(NamedTuple):
    """All layers of one count, and from where on it has no end."""

    layers: tuple[Layer, ...]
    endless_from: int


class Counts(NamedTuple):
    """The least and the greatest number that a count may be, for each row."""

    low: Ints
    high: Ints


def matching(pattern: Pattern, record: Coded) -> Matches:
    """Return the facts that match a pattern, under some valuation of its variables."""
    kind = record.words("kind")
    row = np.flatnonzero(kind.code == record.code_of("kind", pattern.kind))
    sure = np.ones(row.size, np.bool_)
    keys = {}
    for role in pattern.roles:
        column = KINDS[pattern.kind].roles[role.preposition]
        words = record.words(column)
        if isinstance(role.argument, Variable):
            keys[column] = words.code[row]
            continue
        code = words.code[row]
        is_it = code == record.code_of(column, role.argument.value)
        kept = is_it | (code == UNKNOWN)
        row, sure = row[kept], (sure & is_it)[kept]
        keys = {name: codes[kept] for name, codes in keys.items()}
    return Matches(row, sure, keys)


def seers(window: Window | None, position: Ints, ties: int) -> tuple[Ints, Ints]:
    """Return the first and the last position from whose window each position is seen."""
    if window is None:
        return position, position
    far = LIMIT // ties
    us = position if ties == 1 else position // ties
    least = min(window.least_us, far)
    most = None if window.most_us is None else min(window.most_us, far)
    if window.direction == "before":
        first = (us + least) * ties if least else position
        last = np.full_like(us, 2 * LIMIT) if most is None else (us + most) * ties + ties - 1
    else:
        first = np.full_like(us, -2 * LIMIT) if most is None else (us - most) * ties
        last = (us - least) * ties + ties - 1 if least else position
    return first, last


def counter(counting: Counting, record: Coded, has_values: Mapping[str, bool]) -> Counter:
    """Return the layers of a count; `has_values`: whether some value of a sort is known."""
    found = matching(counting.pattern, record)
    for column in counting.anything:
        is_known = found.keys.pop(column) != UNKNOWN
        kept = is_known | has_values[column]
        found = _taken(found._replace(sure=found.sure & is_known), np.flatnonzero(kept))
    layers = tuple(
        layer for part in _by_unknown(found) for layer in _layers(part, counting.window, record)
    )
    is_open = all(has_values[column] for column in counting.anything)
    begin, _ = seers(counting.window, np.array([record.open_from]), record.ties)
    return Counter(layers, int(begin[0]) if is_open else 2 * LIMIT)


def _taken(found: Matches, at: Ints) -> Matches:
    keys = {name: codes[at] for name, codes in found.keys.items()}
    return Matches(found.row[at], found.sure[at], keys)


def _by_unknown(found: Matches) -> Iterator[Matches]:
    """Yield the matches apart by which of their keys are unknown, without those."""
    mask = np.zeros(found.row.size, np.int64)
    for bit, codes in enumerate(found.keys.values()):
        mask |= (codes == UNKNOWN).astype(np.int64) << bit
    if not mask.any():
        yield found
        return
    for value in np.unique(mask):
        part = _taken(found, np.flatnonzero(mask == value))
        keys = {name: c for bit, (name, c) in enumerate(part.keys.items()) if not value >> bit & 1}
        yield Matches(part.row, part.sure & (value == 0), keys)


def _layers(part: Matches, window: Window | None, record: Coded) -> Iterator[Layer]:
    """Yield the layer of what may be counted and that of what surely is; one if they are equal."""
    first, last = record.first[part.row], record.last[part.row]
    keys, key = keyed(part.keys, tuple(part.keys), part.row.size)
    begin, end = seers(window, first, record.ties)
    is_exact = bool(part.sure.all()) and np.array_equal(first, last)
    late_begin, late_end = (begin, end) if is_exact else seers(window, last, record.ties)
    shelves = shelved(key, (begin, late_end), keys.number)
    yield Layer(keys, shelves[0], shelves[1], is_low=is_exact, is_high=True)
    if not is_exact:
        inside = np.flatnonzero(part.sure & (late_begin <= end))
        shelves = shelved(key[inside], (late_begin[inside], end[inside]), keys.number)
        yield Layer(keys, shelves[0], shelves[1], is_low=True, is_high=False)


def counts(counter: Counter, keys: Mapping[str, Ints], position: Ints) -> Counts:
    """Return the count at each position, under the valuation that the keys give."""
    low = np.zeros(position.size, np.int64)
    high = np.zeros(position.size, np.int64)
    for layer in counter.layers:
        key = layer.keys.of(keys, position.size)
        number = depth(key, position, layer.first, layer.last)
        if layer.is_low:
            low += number
        if layer.is_high:
            high += number
    high[position >= counter.endless_from] = ENDLESS
    return Counts(low, high)
