# SPDX-License-Identifier: Apache-2.0
"""The embedded store: one SQLite file, with a write-ahead log that is flushed at every commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from foedus.errors import Fault
from foedus.trust.stores import FORM, BriefRow, Row, StoreError, TileHash

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS form (said TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    idx INTEGER PRIMARY KEY, commitment BLOB NOT NULL, known_us INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS acts (
    idx INTEGER PRIMARY KEY REFERENCES entries, act BLOB NOT NULL UNIQUE, subject TEXT NOT NULL,
    kind TEXT NOT NULL, on_from_us INTEGER NOT NULL, on_to_us INTEGER NOT NULL,
    about_keys INTEGER NOT NULL, envelope BLOB, signatures BLOB, payload BLOB, seal BLOB);
CREATE INDEX IF NOT EXISTS acts_by_subject ON acts (subject, idx);
CREATE INDEX IF NOT EXISTS acts_about_keys ON acts (idx) WHERE about_keys = 1;
CREATE TABLE IF NOT EXISTS tile_hashes (
    level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
"""
_ROWS: Final = (
    "SELECT idx, commitment, known_us, act, subject, kind, on_from_us, on_to_us, about_keys,"
    " envelope, signatures, payload, seal FROM entries JOIN acts USING (idx)"
)
_BRIEF: Final = (
    "SELECT idx, known_us, subject, kind, on_from_us, on_to_us, act, payload"
    " FROM entries JOIN acts USING (idx) WHERE idx >= ? AND idx < ? AND kind <> '' ORDER BY idx"
)
ERASE: Final = "UPDATE acts SET payload = NULL, seal = NULL WHERE idx = ?"
ERASE_WHOLE: Final = (
    "UPDATE acts SET payload = NULL, seal = NULL, envelope = NULL, signatures = NULL, subject = '',"
    " kind = '', on_from_us = 0, on_to_us = 0 WHERE idx = ?"
)
_END: Final = 2**62


class SqliteStore:
    """A log in one SQLite file; several processes may write, one after the other."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.name = str(path)
        mode = "ro" if read_only else "rwc"
        self._is_read_only = read_only
        with self._told():
            self._db = sqlite3.connect(
                f"file:{quote(str(path))}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=30,
                check_same_thread=False,
            )
            self._open()

    def _open(self) -> None:
        if not self._is_read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA wal_autocheckpoint = 8000")
            self._db.executescript(SCHEMA)
            if self._db.execute("SELECT count(*) FROM form").fetchone() == (0,):
                self._db.execute("INSERT INTO form VALUES (?)", (FORM,))
        found = self._db.execute("SELECT said FROM form").fetchone()
        if found != (FORM,):
            raise StoreError(Fault(file=self.name, expected=FORM, got=repr(found)))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell an error of the database as one of ours, with the file."""
        try:
            yield
        except sqlite3.Error as error:
            expected, hint = "a whole log", "log verify says what is damaged"
            if _is_about_writing(error):
                expected, hint = "a log that can be written", ""
            elif "not a database" in str(error):
                expected, hint = "a log in a SQLite file", "is it the right file?"
            fault = Fault(file=self.name, expected=expected, got=str(error), hint=hint)
            raise StoreError(fault) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one right to write: all is on disk at the end, or nothing."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def size(self) -> int:
        """Return how many entries there are."""
        with self._told():
            found = self._db.execute("SELECT max(idx) FROM entries").fetchone()[0]
        return 0 if found is None else int(found) + 1

    def add(self, rows: Sequence[Row], hashes: Sequence[TileHash]) -> None:
        """Keep more entries."""
        self._db.executemany("INSERT INTO entries VALUES (?, ?, ?)", [row[:3] for row in rows])
        self._db.executemany(
            "INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(row[0], *row[3:]) for row in rows],
        )
        self._db.executemany("INSERT INTO tile_hashes VALUES (?, ?, ?)", hashes)

    def rows(self, start: int = 0, end: int | None = None) -> Iterator[Row]:
        """Yield entries in order."""
        with self._told():
            found = self._db.execute(
                f"{_ROWS} WHERE idx >= ? AND idx < ? ORDER BY idx",
                (start, _END if end is None else end),
            )
            yield from map(_row, found)

    def brief_rows(self, start: int = 0, end: int | None = None) -> Iterator[BriefRow]:
        """Yield what folds need of the entries, in order; not of those erased as a whole."""
        with self._told():
            yield from self._db.execute(_BRIEF, (start, _END if end is None else end))

    def rows_of(self, subject: str) -> list[Row]:
        """Return the entries about one subject, in order."""
        with self._told():
            found = self._db.execute(f"{_ROWS} WHERE subject = ? ORDER BY idx", (subject,))
            return [_row(row) for row in found]

    def key_rows(self, start: int) -> list[Row]:
        """Return the entries about keys from `start` on, in order."""
        with self._told():
            found = self._db.execute(
                f"{_ROWS} WHERE about_keys = 1 AND idx >= ? ORDER BY idx", (start,)
            )
            return [_row(row) for row in found]

    def commitments(self, start: int, end: int) -> list[bytes]:
        """Return the commitments of entries, in order."""
        query = "SELECT commitment FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"
        with self._told():
            return [row[0] for row in self._db.execute(query, (start, end))]

    def tile_hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the hashes over full tiles of a level, in order."""
        query = "SELECT hash FROM tile_hashes WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
        with self._told():
            return [row[0] for row in self._db.execute(query, (level, start, end))]

    def places(self, acts: Iterable[bytes]) -> dict[bytes, int]:
        """Return the index of each act that is there, by its id."""
        query = "SELECT idx FROM acts WHERE act = ?"
        with self._told():
            found = {act: self._db.execute(query, (act,)).fetchone() for act in acts}
        return {act: row[0] for act, row in found.items() if row is not None}

    def beginning_with(self, digits: str) -> list[int]:
        """Return the indices of at most two acts whose ids begin with hexadecimal `digits`."""
        low = bytes.fromhex(digits.ljust(64, "0"))
        high = bytes.fromhex(digits.ljust(64, "f"))
        query = "SELECT idx FROM acts WHERE act >= ? AND act <= ? LIMIT 2"
        with self._told():
            return [row[0] for row in self._db.execute(query, (low, high))]

    def erase(self, index: int, *, whole: bool) -> None:
        """Erase payload and seal of an entry; with `whole` all but commitment, time and id."""
        with self._told():
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute(ERASE_WHOLE if whole else ERASE, (index,))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def add_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint, in place of one of the same size."""
        self._db.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (size, note))

    def checkpoints(self) -> list[str]:
        """Return the signed checkpoints, by size."""
        with self._told():
            found = self._db.execute("SELECT note FROM checkpoints ORDER BY size")
            return [row[0] for row in found]

    def faults(self) -> list[str]:
        """Return what SQLite itself finds damaged."""
        try:
            found = [row[0] for row in self._db.execute("PRAGMA integrity_check(20)")]
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _is_about_writing(error: sqlite3.Error) -> bool:
    words = ("readonly", "unable to open", "locked", "full", "disk I/O")
    return any(word in str(error) for word in words)


def _row(values: tuple[object, ...]) -> Row:
    row = Row._make(values)
    return row._replace(is_about_keys=bool(row.is_about_keys))
