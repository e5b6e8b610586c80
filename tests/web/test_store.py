# SPDX-License-Identifier: Apache-2.0
"""A log in a store of its own: read with the least right, and missed without harm while away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from litestar.testing import TestClient
from made_log import NOW_US, fill
from sites import Site

from databases import empty_schema
from foedus.commands.signing import store_at
from foedus.errors import OperatorError
from foedus.trust.stores import Store, StoreError
from foedus.web.app import application
from foedus.web.served import RETRY_US, Served
from foedus.web.serving import ready

ROLE = "reader_of_{schema}"
TABLES = ("form", "entries", "acts", "tile_hashes", "checkpoints")
GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    *(f"GRANT SELECT ON {{schema}}.{table} TO {{role}}" for table in TABLES),
)
"""As docs/how-to/serve-a-record.md tells them."""
FORBIDDEN = (
    b"INSERT INTO checkpoints VALUES (9, '')", b"DELETE FROM acts", b"CREATE TABLE t (n INT)",
    b"UPDATE entries SET known_us = 0", b"DROP TABLE form",
)  # fmt: skip
READ = ("/log.json", "/", "/bound.json", "/obligations.json", "/ladder")
UNTOUCHED = ("/bulletins", "/sources.json", "/incidents", "/health", "/method")


class Kept(NamedTuple):
    """A log in a store, and how the store goes away and comes back."""

    address: str
    away: Callable[[], object]
    back: Callable[[], object]


@contextmanager
def in_sqlite(tmp: Path) -> Iterator[Kept]:
    """Keep a log in a file, which may be moved away."""
    path, elsewhere = tmp / "acts.log", tmp / "elsewhere"
    fill(store_at(str(path)), "ukraine-2026")
    yield Kept(str(path), partial(path.rename, elsewhere), partial(elsewhere.rename, path))


@contextmanager
def in_postgres() -> Iterator[Kept]:
    """Keep a log in a database, and read it by a role that may only read, or not even that."""
    with empty_schema() as url:
        fill(store_at(url), "ukraine-2026")
        names = {"schema": url.rpartition("%3D")[2]}
        names["role"] = ROLE.format(**names)

        def run(*statements: str) -> None:
            with psycopg.connect(url, autocommit=True) as db:
                for one in statements:
                    db.execute(one.format(**names).encode())

        run("CREATE ROLE {role} LOGIN", *GRANTS)
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        reader = urlunsplit(parts._replace(netloc=f"{names['role']}@{host}"))
        try:
            away = partial(run, "ALTER ROLE {role} NOLOGIN")
            yield Kept(reader, away, partial(run, "ALTER ROLE {role} LOGIN"))
        finally:
            run("DROP OWNED BY {role}", "DROP ROLE {role}")


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Return a log in each store."""
    with in_sqlite(tmp_path) if request.param == "sqlite" else in_postgres() as found:
        yield found


def test_a_store_that_goes_away_is_missed_and_comes_back(ukraine: Site, kept: Kept) -> None:
    """Pages of acts say 503 while the store is away, all others answer; it recovers by itself."""
    clock, told = [NOW_US + 86_400_000_000], list[str]()
    opening: Callable[[], Store] = partial(store_at, kept.address, read_only=True)
    served = Served(ukraine.served.edition, opening, lambda: clock[0], tell=told.append)
    with TestClient(application(served)) as web:
        assert [web.get(path).status_code for path in READ] == [200] * len(READ)
        before = web.get("/log.json").json()
        kept.away()
        clock[0] += 60_000_000
        for path in READ:
            answer = web.get(path)
            assert answer.status_code == 503, path
            assert int(answer.headers["retry-after"]) > 0
            assert "a log that can be read" in answer.text
            assert (urlsplit(kept.address).netloc or kept.address) not in answer.text
        assert web.get("/feed.atom").status_code == 200
        assert web.get("/calendar.ics").status_code == 503
        assert [web.get(path).status_code for path in UNTOUCHED] == [200] * len(UNTOUCHED)
        (line,) = told
        assert line.startswith("The log cannot be read: ")
        kept.back()
        assert web.get("/log.json").status_code == 503, "asked again at once"
        clock[0] += RETRY_US
        assert web.get("/log.json").json() == before
        assert [web.get(path).status_code for path in READ] == [200] * len(READ)
        assert told[1:] == ["The log can be read again."]


def test_the_reader_can_only_read(kept: Kept) -> None:
    """What the web is given cannot write, and the role of the how-to could not if it tried."""
    store = store_at(kept.address, read_only=True)
    with pytest.raises(StoreError), store.writing():
        store.add_checkpoint(1, "forged")
    store.close()
    if not kept.address.startswith("postgres"):
        with sqlite3.connect(f"file:{kept.address}?mode=ro", uri=True) as db:
            assert db.execute("SELECT count(*) FROM entries").fetchone() == (3,)
        return
    with psycopg.connect(kept.address, autocommit=True) as db:
        for statement in FORBIDDEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(statement)


def test_a_store_that_is_away_at_the_start_is_told(kept: Kept, ukraine: Site) -> None:
    """Whoever starts a server learns where the log was looked for."""
    kept.away()
    mission: Any = ukraine.served.edition
    opening = partial(store_at, kept.address, read_only=True)
    with pytest.raises(OperatorError, match="log"):
        ready(str(mission.mission.folder), mission.folder, opening)
    kept.back()
