# SPDX-License-Identifier: Apache-2.0
"""What fusion keeps between corrections: features, cells, candidate pairs and groups, by slot.

Every report has a slot, which it keeps; a corrected report gets a new one. What was worked out at
first lies in sorted arrays that are never moved; what corrections brought lies beside or over them
in dictionaries, and a look-up asks both. Which rows a correction touches, and what follows from
that, is left to `amend`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import Final

import numpy as np
import pyarrow as pa

from foedus.incidents.likelihood import FIRST_HOUR, Ints
from foedus.incidents.memberships import CERTAIN
from foedus.incidents.pairs import Pairs
from foedus.incidents.settling import Mask

NOTHING: Ints = np.zeros(0, np.int64)
MANY: Final = 4_096
"""Keys that may be kept beside a sorted array."""


class Lists:
    """The slots of each key: a sorted array, and what was added since."""

    def __init__(self, key: Ints, slot: Ints) -> None:
        order = np.argsort(key, kind="stable")
        self._key, self._slot = key[order], slot[order]
        self._added: dict[int, list[int]] = {}
        self._added_keys: list[int] = []

    def add(self, key: int, slot: int) -> None:
        """Add a slot to a key; what was added is brought into the array where it grows large."""
        if len(self._added_keys) > max(MANY, self._key.size // 8):
            self._settle()
        if key not in self._added:
            insort(self._added_keys, key)
        self._added.setdefault(key, []).append(slot)

    def _settle(self) -> None:
        key = np.repeat(self._added_keys, [len(self._added[one]) for one in self._added_keys])
        slot = [slot for one in self._added_keys for slot in self._added[one]]
        self._key = np.concatenate([self._key, key])
        self._slot = np.concatenate([self._slot, np.array(slot, np.int64)])
        order = np.argsort(self._key, kind="stable")
        self._key, self._slot = self._key[order], self._slot[order]
        self._added, self._added_keys = {}, []

    def between(self, low: Ints, high: Ints) -> Ints:
        """Return the slots of all keys from a `low` up to but not including its `high`."""
        begin, end = np.searchsorted(self._key, low), np.searchsorted(self._key, high)
        found = [self._slot[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
        for a, b in zip(low.tolist(), high.tolist(), strict=True):
            keys = self._added_keys[
                bisect_left(self._added_keys, a) : bisect_left(self._added_keys, b)
            ]
            found += [np.array(self._added[key], np.int64) for key in keys]
        return np.concatenate(found) if found else NOTHING


class Members:
    """The slots of each group, which is named by the first of them."""

    def __init__(self, group: Ints) -> None:
        self._order = np.argsort(group, kind="stable")
        self._group = group[self._order]
        self._over: dict[int, Ints] = {}

    def of(self, group: int) -> Ints:
        """Return the slots of a group."""
        if group in self._over:
            return self._over[group]
        low, high = np.searchsorted(self._group, [group, group + 1])
        return self._order[low:high]

    def set(self, group: int, slots: Ints) -> None:
        """Say which slots a group has; none if it is gone."""
        self._over[group] = slots


class Ties:
    """The candidate pairs, from either end."""

    def __init__(self, pairs: Pairs, count: int) -> None:
        self._pairs = pairs
        self._count = count
        self._first = np.searchsorted(pairs.first, np.arange(count + 1))
        self._back = np.argsort(pairs.second, kind="stable")
        self._second = np.searchsorted(pairs.second[self._back], np.arange(count + 1))
        self._over: dict[int, tuple[Ints, Ints]] = {}
        self._owners: dict[int, set[int]] = {}

    def owned(self, slot: int) -> tuple[Ints, Ints]:
        """Return the later reports with which a report is paired, and the gains."""
        if slot in self._over:
            return self._over[slot]
        if slot >= self._count:
            return NOTHING, NOTHING
        low, high = self._first[slot], self._first[slot + 1]
        return self._pairs.second[low:high], self._pairs.gain[low:high]

    def owners(self, slot: int) -> list[int]:
        """Return the earlier reports that are paired with a report."""
        found = list(self._owners.get(slot, ()))
        if slot < self._count:
            low, high = self._second[slot], self._second[slot + 1]
            earlier = self._pairs.first[self._back[low:high]].tolist()
            found += [owner for owner in earlier if owner not in self._over]
        return found

    def replace(self, slot: int, second: Ints, gain: Ints) -> set[int]:
        """Set the pairs that a report owns; return the reports of those that changed."""
        before = set(zip(*(part.tolist() for part in self.owned(slot)), strict=True))
        after = set(zip(second.tolist(), gain.tolist(), strict=True))
        if before == after:
            return set()
        for other, _ in before:
            self._owners.get(other, set()).discard(slot)
        for other, _ in after:
            self._owners.setdefault(other, set()).add(slot)
        self._over[slot] = (second, gain)
        return {slot, *(other for other, _ in before ^ after)}

    def neighbours(self, slots: Iterable[int]) -> set[int]:
        """Return all reports that are paired with one of these."""
        found: set[int] = set()
        for slot in slots:
            found.update(self.owned(slot)[0].tolist())
            found.update(self.owners(slot))
        return found

    def among(self, slots: Ints) -> Pairs:
        """Return the pairs with both ends in `slots`, as positions there."""
        at = {slot: position for position, slot in enumerate(slots.tolist())}
        found = [
            (position, at[other], gain)
            for slot, position in at.items()
            for other, gain in zip(*(part.tolist() for part in self.owned(slot)), strict=True)
            if other in at
        ]
        columns = np.array(found, np.int64).reshape(-1, 3).T
        return Pairs(*(np.ascontiguousarray(column) for column in columns))


class Rows:
    """Arrays by slot, which grow: the first slots are the first reports in canonical order."""

    def __init__(self, features: Ints, hour: Ints, ids: pa.Array) -> None:
        self.size = features.shape[0]
        self.features, self.hour = features, hour
        self.group, self.gain = np.arange(self.size), np.zeros(self.size, np.int64)
        self.doubt = np.full(self.size, CERTAIN)
        self.alive: Mask = np.ones(self.size, np.bool_)
        self._first_hour = features[: len(ids), FIRST_HOUR].copy()
        self._ids = ids
        self._later: dict[int, tuple[int, tuple[int, str]]] = {}

    def add(self, features: Ints, hour: Ints, ids: list[str]) -> Ints:
        """Give new reports their slots, each alone in its group."""
        slots = np.arange(self.size, self.size + hour.size)
        self._reserve(self.size + hour.size)
        self.features[slots], self.hour[slots] = features, hour
        self.group[slots], self.gain[slots], self.doubt[slots] = slots, 0, CERTAIN
        self.alive[slots] = True
        for slot, report_id in zip(slots.tolist(), ids, strict=True):
            first = int(self.features[slot, FIRST_HOUR])
            self._later[slot] = (self._place(first, report_id), (first, report_id))
        self.size += hour.size
        return slots

    def _reserve(self, size: int) -> None:
        more = max(1_024, size // 16)
        if size > self.features.shape[0]:
            self.features = np.vstack([self.features, np.zeros((more, 14), np.int64)])
            self.hour, self.group, self.gain, self.doubt = (
                np.append(part, np.zeros(more, np.int64))
                for part in (self.hour, self.group, self.gain, self.doubt)
            )
            self.alive = np.append(self.alive, np.zeros(more, np.bool_))

    def _place(self, first: int, report_id: str) -> int:
        """A number between those of the first reports before and behind; slot s has 2 s + 1."""
        low, high = (int(at) for at in np.searchsorted(self._first_hour, [first, first + 1]))
        while low < high:
            middle = (low + high) // 2
            if self._ids[middle].as_py() < report_id:
                low = middle + 1
            else:
                high = middle
        return 2 * low

    def ordered(self, slots: Iterable[int]) -> Ints:
        """Return slots in canonical order."""
        keys = {slot: self._later.get(slot, (2 * slot + 1, (0, ""))) for slot in slots}
        return np.array(sorted(keys, key=keys.__getitem__), np.int64)
