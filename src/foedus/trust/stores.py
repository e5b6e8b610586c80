# SPDX-License-Identifier: Apache-2.0
"""Where a log is kept: rows, hashes of full tiles and checkpoints, behind one interface.

A store knows no law. It keeps what it is given in one order, whole or not at all, and has it on
disk before `writing` ends. The embedded store is `sqlite_store`, the shared one `postgres_store`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from foedus.errors import OperatorError

FORM: str = "foedus log 1"
"""What a store says that it holds."""


class StoreError(OperatorError):
    """A store cannot be read or written, or holds no log."""


class Row(NamedTuple):
    """One entry: what the log keeps for ever, and beside it what may be erased."""

    place: int
    commitment: bytes
    known_us: int
    act: bytes
    """The act's id, 32 bytes."""
    subject: str
    kind: str
    on_from_us: int
    on_to_us: int
    is_about_keys: bool
    envelope: bytes | None
    signatures: bytes | None
    payload: bytes | None
    seal: bytes | None


BriefRow = tuple[int, int, str, str, int, int, bytes, bytes | None]
"""Place, known_us, subject, kind, on_from_us, on_to_us, act, payload."""


class TileHash(NamedTuple):
    """The hash over a full tile: level 1 is over 256 leaves, level 2 over 256 of those."""

    level: int
    place: int
    value: bytes


class Store(Protocol):
    """What keeps one log."""

    @property
    def name(self) -> str:
        """Where it is, as errors tell it; without a password."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the one right to write: all of the block is kept on disk at its end, or nothing.

        Raises `StoreError` where the store cannot be written.
        """

    def size(self) -> int:
        """Return how many entries there are."""

    def add(self, rows: Sequence[Row], hashes: Sequence[TileHash]) -> None:
        """Keep more entries; within `writing` only."""

    def rows(self, start: int = 0, end: int | None = None) -> Iterator[Row]:
        """Yield entries in order."""

    def brief_rows(self, start: int = 0, end: int | None = None) -> Iterator[BriefRow]:
        """Yield what folds need of the entries, in order; not of those erased as a whole."""

    def rows_of(self, subject: str) -> list[Row]:
        """Return the entries about one subject, in order."""

    def key_rows(self, start: int) -> list[Row]:
        """Return the entries about keys from `start` on, in order."""

    def commitments(self, start: int, end: int) -> list[bytes]:
        """Return the commitments of entries, in order."""

    def tile_hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the hashes over full tiles of a level, in order."""

    def places(self, acts: Iterable[bytes]) -> dict[bytes, int]:
        """Return the index of each act that is there, by its id."""

    def beginning_with(self, digits: str) -> list[int]:
        """Return the indices of at most two acts whose ids begin with hexadecimal `digits`."""

    def erase(self, index: int, *, whole: bool) -> None:
        """Erase payload and seal of an entry; with `whole` all but commitment, time and id."""

    def add_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint, in place of one of the same size; within `writing` only."""

    def checkpoints(self) -> list[str]:
        """Return the signed checkpoints, by size."""

    def faults(self) -> list[str]:
        """Return what the database itself finds damaged."""

    def close(self) -> None:
        """Let go of the store."""
