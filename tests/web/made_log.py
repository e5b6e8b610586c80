# SPDX-License-Identifier: Apache-2.0
"""A small log for tests: opened, a clerk admitted, something noted, a checkpoint cosigned."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foedus.register.record import KINDS as REGISTER
from foedus.trust import keyring, kinds
from foedus.trust.acts import Act, Draft, sealed, signed
from foedus.trust.log import Log
from foedus.trust.notes import cosigned
from foedus.trust.signatures import HeldKey
from foedus.trust.stores import Store

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
