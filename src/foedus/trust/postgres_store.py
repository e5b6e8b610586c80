# SPDX-License-Identifier: Apache-2.0
"""The shared store: one log in a schema of a PostgreSQL database; needs the extra `postgres`.

The address is a connection URL. Which schema the tables stand in is said there, by
`options=-csearch_path%3Dname`. Writers wait for each other at one advisory lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from foedus.errors import Fault
from foedus.trust.stores import FORM, BriefRow, Row, StoreError, TileHash

SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS form (said TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS entries (
        idx BIGINT PRIMARY KEY, commitment BYTEA NOT NULL, known_us BIGINT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS acts (
        idx BIGINT PRIMARY KEY REFERENCES entries, act BYTEA NOT NULL UNIQUE, subject TEXT NOT NULL,
        kind TEXT NOT NULL, on_from_us BIGINT NOT NULL, on_to_us BIGINT NOT NULL,
        about_keys BOOLEAN NOT NULL, envelope BYTEA, signatures BYTEA, payload BYTEA,
        seal BYTEA)""",
    "CREATE INDEX IF NOT EXISTS acts_by_subject ON acts (subject, idx)",
    "CREATE INDEX IF NOT EXISTS acts_about_keys ON acts (idx) WHERE about_keys",
    """CREATE TABLE IF NOT EXISTS tile_hashes (
        level INTEGER, idx BIGINT, hash BYTEA NOT NULL, PRIMARY KEY (level, idx))""",
    "CREATE TABLE IF NOT EXISTS checkpoints (size BIGINT PRIMARY KEY, note TEXT NOT NULL)",
)
_ROWS: Final = (
    "SELECT idx, commitment, known_us, act, subject, kind, on_from_us, on_to_us, about_keys,"
    " envelope, signatures, payload, seal FROM entries JOIN acts USING (idx)"
)
_BRIEF: Final = (
    "SELECT idx, known_us, subject, kind, on_from_us, on_to_us, act, payload"
    " FROM entries JOIN acts USING (idx) WHERE idx >= %s AND idx < %s AND kind <> '' ORDER BY idx"
)
ERASE: Final = "UPDATE acts SET payload = NULL, seal = NULL WHERE idx = %s"
ERASE_WHOLE: Final = (
    "UPDATE acts SET payload = NULL, seal = NULL, envelope = NULL, signatures = NULL, subject = '',"
    " kind = '', on_from_us = 0, on_to_us = 0 WHERE idx = %s"
)
_LOCK: Final = 0x466F65647573
"""The number of the advisory lock that a writer holds; it is the project's name in ASCII."""
_END: Final = 2**62
PATIENCE: Final[dict[str, Any]] = {"connect_timeout": 10, "tcp_user_timeout": 30_000}
"""Seconds to connect, milliseconds until a lost connection is noticed; the URL may say others."""


class PostgresStore:
    """A log in one schema of a database; many may write, one after the other."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        parts = conninfo_to_dict(url)
        self.name = f"postgresql://{parts.get('host', '')}/{parts.get('dbname', '')}"
        with self._told():
            patience = {name: value for name, value in PATIENCE.items() if name not in parts}
            self._db = psycopg.connect(url, autocommit=True, **patience)
            self._db.read_only = read_only
            try:
                self._open(read_only=read_only)
            except BaseException:
                self._db.close()
                raise

    def _open(self, *, read_only: bool) -> None:
        if not read_only:
            with self.writing():
                for statement in SCHEMA:
                    self._db.execute(statement)
                if self._db.execute("SELECT count(*) FROM form").fetchone() == (0,):
                    self._db.execute("INSERT INTO form VALUES (%s)", (FORM,))
        found = self._db.execute("SELECT said FROM form").fetchone()
        if found != (FORM,):
            raise StoreError(Fault(file=self.name, expected=FORM, got=repr(found)))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell an error of the database as one of ours, with its address."""
        try:
            yield
        except psycopg.Error as error:
            if isinstance(error, psycopg.errors.UndefinedTable):
                hint, expected = "log open makes a new one", "a log in this database"
                fault = Fault(file=self.name, expected=expected, got="no log", hint=hint)
                raise StoreError(fault) from error
            is_read_only = isinstance(error, psycopg.errors.ReadOnlySqlTransaction)
            expected = "a log that can be written" if is_read_only else "a log in this database"
            got = str(error).strip()
            raise StoreError(Fault(file=self.name, expected=expected, got=got)) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one right to write: all is on disk at the end, or nothing."""
        with self._told(), self._db.transaction():
            self._db.execute("SET LOCAL synchronous_commit = on")
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    def size(self) -> int:
        """Return how many entries there are."""
        with self._told():
            found = self._db.execute("SELECT max(idx) FROM entries").fetchone()
        return 0 if found is None or found[0] is None else int(found[0]) + 1

    def add(self, rows: Sequence[Row], hashes: Sequence[TileHash]) -> None:
        """Keep more entries."""
        with self._db.cursor() as cursor:
            with cursor.copy("COPY entries FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row[:3])
            with cursor.copy("COPY acts FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((row[0], *row[3:]))
            cursor.executemany("INSERT INTO tile_hashes VALUES (%s, %s, %s)", hashes)

    def rows(self, start: int = 0, end: int | None = None) -> Iterator[Row]:
        """Yield entries in order."""
        values = (start, _END if end is None else end)
        with self._told(), self._db.transaction(), self._db.cursor(name="rows") as cursor:
            cursor.itersize = 5_000
            cursor.execute(f"{_ROWS} WHERE idx >= %s AND idx < %s ORDER BY idx", values)
            yield from map(Row._make, cursor)

    def brief_rows(self, start: int = 0, end: int | None = None) -> Iterator[BriefRow]:
        """Yield what folds need of the entries, in order; not of those erased as a whole."""
        values = (start, _END if end is None else end)
        with self._told(), self._db.transaction(), self._db.cursor(name="brief") as cursor:
            cursor.itersize = 5_000
            cursor.execute(_BRIEF, values)
            yield from cursor

    def rows_of(self, subject: str) -> list[Row]:
        """Return the entries about one subject, in order."""
        with self._told():
            found = self._db.execute(f"{_ROWS} WHERE subject = %s ORDER BY idx", (subject,))
            return [Row._make(row) for row in found]

    def key_rows(self, start: int) -> list[Row]:
        """Return the entries about keys from `start` on, in order."""
        with self._told():
            found = self._db.execute(
                f"{_ROWS} WHERE about_keys AND idx >= %s ORDER BY idx", (start,)
            )
            return [Row._make(row) for row in found]

    def commitments(self, start: int, end: int) -> list[bytes]:
        """Return the commitments of entries, in order."""
        query = "SELECT commitment FROM entries WHERE idx >= %s AND idx < %s ORDER BY idx"
        with self._told():
            return [row[0] for row in self._db.execute(query, (start, end))]

    def tile_hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the hashes over full tiles of a level, in order."""
        query = (
            "SELECT hash FROM tile_hashes WHERE level = %s AND idx >= %s AND idx < %s ORDER BY idx"
        )
        with self._told():
            return [row[0] for row in self._db.execute(query, (level, start, end))]

    def places(self, acts: Iterable[bytes]) -> dict[bytes, int]:
        """Return the index of each act that is there, by its id."""
        query = "SELECT act, idx FROM acts WHERE act = ANY(%s)"
        with self._told():
            return {row[0]: row[1] for row in self._db.execute(query, (list(acts),))}

    def beginning_with(self, digits: str) -> list[int]:
        """Return the indices of at most two acts whose ids begin with hexadecimal `digits`."""
        low = bytes.fromhex(digits.ljust(64, "0"))
        high = bytes.fromhex(digits.ljust(64, "f"))
        query = "SELECT idx FROM acts WHERE act >= %s AND act <= %s LIMIT 2"
        with self._told():
            return [row[0] for row in self._db.execute(query, (low, high))]

    def erase(self, index: int, *, whole: bool) -> None:
        """Erase payload and seal of an entry; with `whole` all but commitment, time and id."""
        with self._told():
            self._db.execute(ERASE_WHOLE if whole else ERASE, (index,))
            self._db.execute("VACUUM acts")

    def add_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint, in place of one of the same size."""
        self._db.execute(
            "INSERT INTO checkpoints VALUES (%s, %s) ON CONFLICT (size) DO UPDATE SET note = %s",
            (size, note, note),
        )

    def checkpoints(self) -> list[str]:
        """Return the signed checkpoints, by size."""
        with self._told():
            found = self._db.execute("SELECT note FROM checkpoints ORDER BY size")
            return [row[0] for row in found]

    def faults(self) -> list[str]:
        """Return what the database itself finds damaged: pages are its own to check."""
        return []

    def close(self) -> None:
        """Let go of the connection."""
        self._db.close()
