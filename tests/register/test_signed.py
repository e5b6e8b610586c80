# SPDX-License-Identifier: Apache-2.0
"""Signed acts in a log count beside the public record, for whom their key may speak."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from databases import empty_schema
from foedus.cli import app
from foedus.errors import OperatorError, PartyError
from foedus.publication.binding import bound, history
from foedus.register.record import KINDS, RECORDER, STATE
from foedus.trust import keyring, kinds
from foedus.trust.acts import Act, Draft, act_id, sealed, signed
from foedus.trust.log import Log
from foedus.trust.postgres_store import PostgresStore
from foedus.trust.signatures import HeldKey
from foedus.trust.sqlite_store import SqliteStore
from foedus.trust.stores import Store
from foedus.trust.times import known_us
from source_files import ROOT

MISSION: Final = ROOT / "missions" / "ukraine-2026"
TABLE: Final = kinds.table(keyring.KINDS, kinds.KINDS, KINDS)
SIGNED: Final = "2026-06-01T12:00:00Z"
SUBJECT: Final = "consent:EE/deploy/land"
VOTE: Final = {
    "state": "EE",
    "act": "deploy",
    "matter": "land",
    "what": "riigikogu",
    "says": "The Riigikogu gives a mandate.",
    "source": "https://example.org/mandate",
    "evidence": "S",
}


def key(holder: str) -> HeldKey:
    """Return the key of a holder, which follows from the name."""
    return HeldKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(holder.encode()).digest()))


def act(kind: str, subject: str, payload: dict[str, Any], by: str, *, drill: bool = False) -> Act:
    """Return a signed act of 1 June 2026."""
    draft = Draft(
        kind=kind,
        mission="ukraine-2026",
        subject=subject,
        on="2026-06-01",
        payload=payload,
        exercise=drill,
    )
    secret = hashlib.sha512(repr(draft).encode()).digest()
    return signed(sealed(draft, key(by).key, SIGNED, secret), key(by))


def opened(where: Path | Store, *, drill: bool = False) -> Log:
    """Return a log with keys for Estonia and for a recorder, in a file or another store."""
    log = Log(SqliteStore(where) if isinstance(where, Path) else where, TABLE)
    opening = {
        "origin": "log.example/ukraine" + ("/exercise" if drill else ""),
        "checkpoint_key": key("operator").key,
        "registrars": [{"key": key("registrar").key, "holder": "registrar"}],
        "registrars_needed": 1,
    }
    acts = [act("log.open", "log", opening, "registrar", drill=drill)]
    for holder, role, scope in (("ee", STATE, ["EE"]), ("recorder", RECORDER, [])):
        payload: dict[str, Any] = {
            "key": key(holder).key,
            "holder": holder,
            "roles": [role],
            "scope": scope,
        }
        acts.append(act("key.admit", f"key/{key(holder).key}", payload, "registrar", drill=drill))
    log.append(acts, now())
    return log


def now(seconds: int = 0) -> int:
    """Return the microseconds at which the log learns of acts."""
    found = known_us(SIGNED)
    assert isinstance(found, int)
    return found + seconds * 1_000_000


def test_a_signed_vote_binds_and_its_withdrawal_unbinds(tmp_path: Path) -> None:
    """Estonia's own act turns its pledge binding; taken back, it counts no more from then on."""
    path = tmp_path / "acts.db"
    log = opened(path)
    vote = act("consent.step", SUBJECT, VOTE, "ee")
    log.append([vote], now())
    assert [cell.key for cell in bound(MISSION, log=path).bound.bound] == ["EE/land"]
    assert bound(MISSION).bound.bound == ()
    assert bound(MISSION, log=path, known="2026-05-31").bound.bound == ()
    back = {"act": act_id(vote.envelope), "reason": "The count was wrong."}
    log.append([act("act.withdraw", SUBJECT, back, "ee")], now(86_400))
    assert bound(MISSION, log=path).bound.bound == ()
    assert bound(MISSION, log=path, known="2026-06-01").bound.bound
    told = history(MISSION, "EE/land", log=path)["acts"]
    assert "it was withdrawn" in [one["refused"] for one in told]


def test_a_key_speaks_only_for_its_state(tmp_path: Path) -> None:
    """Estonia's key cannot sign a vote of Lithuania, and the log says why."""
    log = opened(tmp_path / "acts.db")
    other = {**VOTE, "state": "LT", "what": "seimas"}
    with pytest.raises(PartyError, match="a key that may speak for LT"):
        log.append([act("consent.step", "consent:LT/deploy/land", other, "ee")], now())


def test_an_exercise_says_so(tmp_path: Path) -> None:
    """Acts of an exercise mark the whole answer."""
    path = tmp_path / "drill.db"
    opened(path, drill=True).append([act("consent.step", SUBJECT, VOTE, "ee", drill=True)], now())
    assert bound(MISSION, log=path).is_exercise
    assert not bound(MISSION).is_exercise


def test_a_log_that_is_none_is_told(tmp_path: Path) -> None:
    """A missing file is told, and nothing is made in its place."""
    with pytest.raises(OperatorError, match="the file of a log"):
        bound(MISSION, log=tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def shared() -> Iterator[str]:
    """The address of an empty schema in a database."""
    with empty_schema() as address:
        yield address


def test_a_shared_log_is_asked_like_a_file(shared: str) -> None:
    """Acts in a database bind as acts in a file do, in Python and on the command line."""
    call = ["bound", str(MISSION), "--log", shared, "--json"]
    told = CliRunner().invoke(app, call)
    assert told.exit_code != 0
    assert "log open makes a new one" in told.output
    store = PostgresStore(shared)
    log = opened(store)
    log.append([act("consent.step", SUBJECT, VOTE, "ee")], now())
    assert [cell.key for cell in bound(MISSION, log=log).bound.bound] == ["EE/land"]
    store.close()
    assert json.loads(CliRunner().invoke(app, call).stdout)["bound"] == ["EE/land"]
    told = CliRunner().invoke(app, ["history", str(MISSION), "EE/land", "--log", shared])
    assert "consent.step" in told.output
