# SPDX-License-Identifier: Apache-2.0
"""Several columns of codes as one dense key, so that a kernel can keep a place for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from foedus.terms.conditions.windows import Ints

ROOM: Final = 4
"""A key may have so many times more values than rows before it is made dense."""


class Keys(NamedTuple):
    """How the codes of some columns are one key: their sizes, and which numbers are in use."""

    columns: tuple[str, ...]
    size: tuple[int, ...]
    used: tuple[Ints | None, ...]
    """After each column the numbers in use, ascending; None: all of them are places."""
    number: int
    """How many keys there are."""

    def of(self, codes: Mapping[str, Ints], rows: int) -> Ints:
        """Return the key of each row; -1 where it is none that was seen."""
        key = np.zeros(rows, np.int64)
        for name, size, used in zip(self.columns, self.size, self.used, strict=True):
            code = codes[name]
            key *= size
            key += code
            is_none = (code < 0) | (code >= size) | (key < 0)
            if used is not None:
                at = np.minimum(np.searchsorted(used, key), max(used.size - 1, 0))
                is_none |= used[at] != key
                key = at
            key[is_none] = -1 - size
        return np.maximum(key, -1)


def keyed(codes: Mapping[str, Ints], columns: Sequence[str], rows: int) -> tuple[Keys, Ints]:
    """Return the keys of some rows, whose codes are all known, and the key of each."""
    key = np.zeros(rows, np.int64)
    sizes, everything = [], []
    number = 1
    for name in columns:
        size = int(codes[name].max(initial=0)) + 1
        key *= size
        key += codes[name]
        number *= size
        used = None
        if number > ROOM * rows + 1024:
            used, key = np.unique(key, return_inverse=True)
            number = used.size
        sizes.append(size)
        everything.append(used)
    return Keys(tuple(columns), tuple(sizes), tuple(everything), number), key
