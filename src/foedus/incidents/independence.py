# SPDX-License-Identifier: Apache-2.0
"""How many independent sources tell of an incident: copies of one text count once.

Two sources are not independent in an incident if accounts of theirs carry the same content key, or
if one declares that it copies the other. A source that tells twice is one source.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from foedus.incidents.agglomerate import root
from foedus.incidents.beliefs import Setting
from foedus.incidents.likelihood import Ints

Relation = npt.NDArray[np.bool_]


def copying(setting: Setting) -> Relation:
    """Return for each two sources whether one declares that it copies the other."""
    source_ids = setting.source_ids
    relation = np.eye(len(source_ids), dtype=np.bool_)
    for at, source_id in enumerate(source_ids):
        for copied in setting.profiles[source_id].source.copies:
            if copied in source_ids:
                relation[at, source_ids.index(copied)] = True
    return relation | relation.T


@njit(cache=True, nogil=True)
def independent_sources(start: Ints, source: Ints, content: Ints, related: Relation) -> Ints:
    """Return the number of independent sources of each group.

    The members of group g are `start[g]` to `start[g + 1]`; `content` is -1 without text.
    """
    counts = np.empty(start.size - 1, np.int64)
    for group in range(counts.size):
        begin, size = start[group], start[group + 1] - start[group]
        parent = np.arange(size)
        for a in range(size):
            for b in range(a + 1, size):
                key = content[begin + a]
                same_text = key >= 0 and key == content[begin + b]
                if same_text or related[source[begin + a], source[begin + b]]:
                    first, second = root(parent, a), root(parent, b)
                    parent[max(first, second)] = min(first, second)
        count = 0
        for a in range(size):
            count += parent[a] == a
        counts[group] = count
    return counts
