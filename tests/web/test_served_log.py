# SPDX-License-Identifier: Apache-2.0
"""The page of a log tells its size, checkpoints and witnesses, and nothing of what acts say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.testing import TestClient
from sites import Site

from databases import empty_schema
from foedus.commands.signing import store_at
from foedus.errors import OperatorError
from foedus.register.record import KINDS as REGISTER
from foedus.trust import keyring, kinds
from foedus.trust.acts import Act, Draft, sealed, signed
from foedus.trust.log import Log
from foedus.trust.notes import cosigned
from foedus.trust.signatures import HeldKey
from foedus.trust.stores import Store
from foedus.web.app import application
from foedus.web.routes import ROUTES
from foedus.web.served import Served
from foedus.web.serving import ready

WHEN = "2026-01-10T12:00:00Z"
NOW_US = 1_768_046_400_000_000
SECRET = "what a clerk has written"  # noqa: S105 - no password


def key(holder: str) -> HeldKey:
    """Return the key of a holder, which follows from its name."""
    return HeldKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(holder.encode()).digest()))


def act(
    kind: str, payload: dict[str, Any], by: str, mission: str, *, exercise: bool = False
) -> Act:
    """Return a signed act."""
    draft = Draft(
        kind=kind,
        payload=payload,
        mission=mission,
        subject="log",
        on="2026-01-06",
        exercise=exercise,
    )
    return signed(sealed(draft, key(by).key, WHEN, hashlib.sha512(kind.encode()).digest()), key(by))


def fill(store: Store, mission: str, *, exercise: bool = False) -> None:
    """Open a log, admit a clerk, note something, sign a checkpoint and have it cosigned."""
    log = Log(store, kinds.table(keyring.KINDS, kinds.KINDS, REGISTER))
    opening = {
        "origin": "log.example/made" + ("/exercise" if exercise else ""),
        "checkpoint_key": key("operator").key,
        "registrars": [{"key": key("registrar").key, "holder": "registrar"}],
        "registrars_needed": 1,
    }
    clerk = {"key": key("clerk").key, "holder": "clerk", "roles": ["recorder"]}
    log.append([act("log.open", opening, "registrar", mission, exercise=exercise)], NOW_US)
    log.append([act("key.admit", clerk, "registrar", mission, exercise=exercise)], NOW_US)
    log.append([act("record.note", {"text": SECRET}, "clerk", mission, exercise=exercise)], NOW_US)
    point = log.checkpoint(key("operator"))
    log.take_cosigned(cosigned(point, "witness.example/w", key("witness"), NOW_US // 1_000_000))
    store.close()


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
