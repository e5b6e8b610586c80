# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962, section 2.1: roots, inclusion and consistency proofs.

1. A leaf is hashed behind a byte 0, a node behind a byte 1, so that neither passes for the other.
2. A tree of n leaves is split at the greatest power of two below n.
3. An inclusion proof holds what is missing between one leaf and the root; a consistency proof what
   is missing between an older root and a newer one.

Proofs are made from perfect subtrees that a `Nodes` yields, wherever it has them from. They are
checked as RFC 9162, sections 2.1.3.2 and 2.1.4.2, says. Law without I/O.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Nodes = Callable[[int, int], bytes]
"""Level and index -> the hash of the perfect subtree over 2**level leaves from index * 2**level."""

EMPTY: Final = hashlib.sha256(b"").digest()
HASH_BYTES: Final = 32


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return the greatest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes whose number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(*level[at : at + 2]) for at in range(0, len(level), 2)]
    return level[0]


class Frontier:
    """The right edge of a growing tree: a peak for each perfect subtree, the largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    @classmethod
    def at(cls, size: int, nodes: Nodes) -> Frontier:
        """Return the right edge of a tree of `size` leaves."""
        peaks, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(nodes(level, start >> level))
                start += 1 << level
        return cls(size, peaks)

    def add(self, hashed: bytes) -> list[bytes]:
        """Add the hash of one more leaf; return the roots of the subtrees that it completes."""
        completed = [hashed]
        size = self.size
        while size & 1:
            hashed = node_hash(self.peaks.pop(), hashed)
            completed.append(hashed)
            size >>= 1
        self.peaks.append(hashed)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root(hashes: Iterable[bytes]) -> bytes:
    """Return the root over the hashes of leaves."""
    frontier = Frontier()
    for hashed in hashes:
        frontier.add(hashed)
    return frontier.root()


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the root of the first `size` leaves."""
    return Frontier.at(size, nodes).root()


def _range_root(nodes: Nodes, start: int, end: int) -> bytes:
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + split(width)
    return node_hash(_range_root(nodes, start, middle), _range_root(nodes, middle, end))


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves, from the leaf upwards.

    Raises `ValueError` where it is not.
    """
    if not 0 <= index < size:
        raise ValueError(index)
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(_range_root(nodes, middle, end))
            end = middle
        else:
            path.append(_range_root(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with that of `old`.

    Raises `ValueError` unless 0 < old <= new; an empty tree is the beginning of every other.
    """
    if not 0 < old <= new:
        raise ValueError(old)
    path, start, end, is_known = [], 0, new, True
    while old < end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(_range_root(nodes, middle, end))
            end = middle
        else:
            path.append(_range_root(nodes, start, middle))
            start, is_known = middle, False
    if not is_known:
        path.append(_range_root(nodes, start, end))
    return path[::-1]


def root_from_inclusion(
    hashed: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes | None:
    """Return the root to which a proof leads from the hash of a leaf; None if it cannot be one."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, hashed
    for item in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(item, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, item)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether a proof shows that the newer tree begins with the older one."""
    if old in (0, new):
        return not path and (old_root == new_root if old else old_root == EMPTY)
    if old > new or not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for item in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(item, first), node_hash(item, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, item)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
