# SPDX-License-Identifier: Apache-2.0
"""Which ids a source has given before: a set of 64-bit fingerprints, eight bytes an id.

Memory grows with the number of ids only, 11 to 22 bytes for each: ten million ids take 134 MB. Two
different ids can share a fingerprint; among ten million the chance that any two do is 3 in a
million, and the row is then told in quarantine, never lost. The first item with an id is accepted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.base.kernels import kernel, part
from foedus.reports.cells import Bools, spans

_FULL = 0.75


class SeenIds:
    """The ids of one source, over all batches and files of a run."""

    def __init__(self) -> None:
        self._slots: npt.NDArray[np.uint64] = np.zeros(1 << 14, np.uint64)
        self._count = 0

    def add(self, ids: pa.Array, wanted: Bools) -> Bools:
        """Add the ids of the rows under `wanted`; return where one was there before."""
        seen = spans(ids)
        while self._count + seen.rows > _FULL * len(self._slots):
            larger = np.zeros(2 * len(self._slots), np.uint64)
            _rehash(self._slots, larger)
            self._slots = larger
        repeated = np.zeros(seen.rows, np.bool_)
        self._count += _add(seen.offsets, seen.data, wanted & seen.valid, self._slots, repeated)
        return repeated


@part
def _fingerprint(data, start, stop):  # type: ignore[no-untyped-def]
    """FNV-1a of the bytes, mixed as splitmix64 does; never 0, which marks a free slot."""
    mark = np.uint64(0xCBF29CE484222325)
    for at in range(start, stop):
        mark = (mark ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
    mark = (mark ^ (mark >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mark = (mark ^ (mark >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mark = mark ^ (mark >> np.uint64(31))
    return mark if mark != np.uint64(0) else np.uint64(1)


@part
def _put(slots, mark):  # type: ignore[no-untyped-def]
    last = np.uint64(len(slots) - 1)
    at = mark & last
    while slots[at] != np.uint64(0):
        if slots[at] == mark:
            return False
        at = (at + np.uint64(1)) & last
    slots[at] = mark
    return True


@kernel
def _rehash(slots, larger):  # type: ignore[no-untyped-def]
    for mark in slots:
        if mark != np.uint64(0):
            _put(larger, mark)


@kernel
def _add(offsets, data, wanted, slots, repeated):  # type: ignore[no-untyped-def]
    added = 0
    for row in range(len(wanted)):
        if wanted[row]:
            if _put(slots, _fingerprint(data, offsets[row], offsets[row + 1])):
                added += 1
            else:
                repeated[row] = True
    return added
