# SPDX-License-Identifier: Apache-2.0
"""How many independent sources tell of an incident: copies of one text count once.

Two sources are not independent in an incident if accounts of theirs carry the same content key, or
if one declares that it copies the other. A source that tells twice is one source.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foedus.base.kernels import kernel
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


@kernel
def joined(start: Ints, source: Ints, content: Ints, related: Relation) -> Ints:
    """Return for each member the first member of its group that it is not independent of."""
    first = np.arange(source.size)
    for group in range(start.size - 1):
        for b in range(start[group] + 1, start[group + 1]):
            for a in range(start[group], b):
                same_text = content[a] >= 0 and content[a] == content[b]
                if same_text or related[source[a], source[b]]:
                    one, other = root(first, a), root(first, b)
                    first[max(one, other)] = min(one, other)
        for member in range(start[group], start[group + 1]):
            first[member] = root(first, member)
    return first


def voices(start: Ints, source: Ints, content: Ints, related: Relation) -> Ints:
    """Return for each member the first member of the independent voice to which it belongs.

    The members of group g are `start[g]` to `start[g + 1]`; `content` is -1 without text.
    """
    if start.size - 1 == source.size:
        return np.arange(source.size)
    return np.asarray(joined(start, source, content, related), np.int64)


def independent_sources(start: Ints, voice: Ints) -> Ints:
    """Return how many independent voices each group has; `voice` is that of `voices`."""
    own = np.append(0, np.cumsum(voice == np.arange(voice.size)))
    return np.asarray(own[start[1:]] - own[start[:-1]], np.int64)
