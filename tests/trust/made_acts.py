# SPDX-License-Identifier: Apache-2.0
"""Made keys, kinds and acts for the tests of acts and logs; every key follows from its holder."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foedus.trust import keyring, kinds
from foedus.trust.acts import Act, Draft, sealed, signed
from foedus.trust.signatures import HeldKey
from foedus.trust.times import known_us

MISSION = "made"
ORIGIN = "log.example/made"
NOW = "2026-01-10T12:00:00Z"


class Vote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A made payload: a body votes for a state."""

    state: str
    passed: bool
    votes: int | None = None


VOTE = kinds.Kind("consent.vote", ("parliament",), Vote, scope="state")
PAIR = kinds.Kind("decision.make", ("commission",), kinds.Note, at_least=2)
KINDS = kinds.table(keyring.KINDS, kinds.KINDS, (VOTE, PAIR))


def us(text: str) -> int:
    """Return the microseconds of an instant."""
    found = known_us(text)
    assert isinstance(found, int)
    return found


def key(holder: str) -> HeldKey:
    """Return the key of a holder."""
    return HeldKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(holder.encode()).digest()))


def act(kind: str, payload: dict[str, Any], *signers: HeldKey, **changes: Any) -> Act:
    """Return a signed act; `changes` are fields of the draft, or `known`."""
    known = changes.pop("known", "2026-01-06T12:00:00Z")
    fields = {"mission": MISSION, "subject": "made/1", "on": "2026-01-06"} | changes
    draft = Draft(kind=kind, payload=payload, **fields)
    secret = hashlib.sha512(repr((draft, known)).encode()).digest()
    return signed(sealed(draft, signers[0].key, known, secret), *signers)


def opening(*holders: str, needed: int = 1, **more: Any) -> Act:
    """Return the act that opens a log whose registrars are `holders`."""
    payload = {
        "origin": ORIGIN,
        "checkpoint_key": key("operator").key,
        "registrars": [{"key": key(name).key, "holder": name} for name in holders],
        "registrars_needed": needed,
        **more,
    }
    return act("log.open", payload, *map(key, holders), subject="log")


def admission(holder: str, *roles: str, by: tuple[str, ...] = ("registrar",), **more: Any) -> Act:
    """Return the act that admits the key of a holder with roles."""
    admitted = key(holder).key
    payload = {"key": admitted, "holder": holder, "roles": list(roles), **more}
    return act("key.admit", payload, *map(key, by), subject=f"key/{admitted}")


def note(text: str = "seen", by: str = "clerk", **changes: Any) -> Act:
    """Return a note on record."""
    return act("record.note", {"text": text}, key(by), **changes)
