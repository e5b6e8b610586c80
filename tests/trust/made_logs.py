# SPDX-License-Identifier: Apache-2.0
"""Made logs in either store, for tests that hold for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from made_acts import KINDS, NOW, admission, note, opening, us

from databases import empty_schema
from foedus.trust.log import Log
from foedus.trust.postgres_store import PostgresStore
from foedus.trust.sqlite_store import SqliteStore
from foedus.trust.stores import Store

STORES = ("sqlite", "postgres")
_OPEN: list[Store] = []


@contextmanager
def address(store: str, folder: Path) -> Iterator[str]:
    """Yield where a new log may be kept; what was opened is closed, a schema goes away after."""
    try:
        with _place(store, folder) as found:
            yield found
            close_all()
    finally:
        close_all()


def close_all() -> None:
    """Let go of every store that a test has opened."""
    while _OPEN:
        _OPEN.pop().close()


@contextmanager
def _place(store: str, folder: Path) -> Iterator[str]:
    if store == "sqlite":
        yield str(folder / "log.sqlite")
        return
    with empty_schema() as address:
        yield address


def open_store(where: str, *, read_only: bool = False) -> Store:
    """Open a store at an address."""
    is_shared = where.startswith("postgresql:")
    kind = PostgresStore if is_shared else lambda path, **asked: SqliteStore(Path(path), **asked)
    _OPEN.append(kind(where, read_only=read_only))
    return _OPEN[-1]


def filled(where: str, notes: int = 0) -> Log:
    """Return a log that was opened, knows a clerk, and holds some notes."""
    log = Log(open_store(where), KINDS)
    first = [opening("registrar"), admission("clerk", "recorder")]
    log.append(first + [note(f"note {n}", subject=f"made/{n % 7}") for n in range(notes)], us(NOW))
    return log
