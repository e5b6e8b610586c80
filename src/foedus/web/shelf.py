# SPDX-License-Identifier: Apache-2.0
"""Answers that were written, kept by their ETag up to a number of bytes; the oldest go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, NamedTuple

LIMIT_BYTES: Final = 96 * 1024 * 1024


class Kept(NamedTuple):
    """An answer as it is sent."""

    form: str
    body: bytes
    packed: bytes | None
    """The same by gzip; None where that is not worth it."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.body) + len(self.packed or b"")


class Shelf:
    """What is kept; safe to use from several threads."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> Kept | None:
        """Return what is kept under a tag."""
        with self._lock:
            found = self._kept.get(tag)
            if found is not None:
                self._kept.move_to_end(tag)
            return found

    def put(self, tag: str, kept: Kept) -> None:
        """Keep an answer; one that would take more than a tenth of all is not kept."""
        if kept.size > self.limit_bytes // 10:
            return
        with self._lock:
            before = self._kept.pop(tag, None)
            self.size += kept.size - (before.size if before else 0)
            self._kept[tag] = kept
            while self.size > self.limit_bytes:
                self.size -= self._kept.popitem(last=False)[1].size
