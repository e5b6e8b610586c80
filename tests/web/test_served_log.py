# SPDX-License-Identifier: Apache-2.0
"""The page of a log tells its size, checkpoints and witnesses, and nothing of what acts say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from litestar.testing import TestClient
from made_log import NOW_US, SECRET, fill, key
from sites import Site

from databases import empty_schema
from foedus.commands.signing import store_at
from foedus.errors import OperatorError
from foedus.trust.stores import Store
from foedus.web.app import application
from foedus.web.routes import ROUTES
from foedus.web.served import Served
from foedus.web.serving import ready


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return where a log may be kept, in each store."""
    if request.param == "sqlite":
        yield str(tmp_path / "acts.log")
        return
    with empty_schema() as found:
        yield found


def served(ukraine: Site, open_store: Callable[[], Store]) -> Served:
    """Return the mission of acts with a log beside its public record."""
    return Served(ukraine.served.edition, open_store, lambda: NOW_US + 86_400_000_000)


def test_a_log_is_told_by_its_checkpoint(ukraine: Site, address: str) -> None:
    """Size, root, key and cosignatures are there; no act is listed and no payload leaves."""
    fill(store_at(address), "ukraine-2026")
    with TestClient(
        application(served(ukraine, partial(store_at, address, read_only=True)))
    ) as web:
        answer = web.get("/log.json").json()
        assert answer["size"] == 3
        (point,) = answer["checkpoints"]
        assert point["root"] == answer["root"]
        assert point["cosigned_by"] == ["witness.example/w"]
        assert answer["log_key"].startswith("log.example/made+")
        pages = ("/log", "/log.json", "/", "/bound", "/bound.json", "/obligations", "/method")
        for path in pages:
            told = web.get(path)
            assert told.status_code == 200, path
            assert SECRET not in told.text
            assert key("clerk").key not in told.text
        assert web.get("/").headers["cache-control"].startswith("public, max-age=0")


def test_a_log_of_another_mission_is_refused(ukraine: Site, tmp_path: Path) -> None:
    """What another mission's acts say is not served as this one's."""
    path = str(tmp_path / "other.log")
    fill(store_at(path), "elsewhere")
    edition = ukraine.served.edition
    with pytest.raises(OperatorError, match="elsewhere"):
        ready(str(edition.mission.folder), edition.folder, partial(store_at, path, read_only=True))


def test_an_exercise_says_so_on_every_page(ukraine: Site, tmp_path: Path) -> None:
    """With the log of an exercise, no page and no feed can be taken for earnest."""
    path = str(tmp_path / "drill.log")
    fill(store_at(path), "ukraine-2026", exercise=True)
    edition = ukraine.served.edition
    opening = partial(store_at, path, read_only=True)
    drill = ready(str(edition.mission.folder), edition.folder, opening)
    with TestClient(application(drill)) as web:
        for route in ROUTES:
            if "html" in route.forms and "{id}" not in route.path:
                assert "<b>EXERCISE</b>" in web.get(route.path).text, route.path
        assert "EXERCISE" in web.get("/feed.atom").text
    drill.edition.close()
