# SPDX-License-Identifier: Apache-2.0
"""A made log of the shipped mission of 2026: a commission, a case, and what follows from it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foedus.base.moments import HOUR_US
from foedus.base.readings import moment
from foedus.commands.kinds import KINDS
from foedus.trust.acts import Act, Draft, act_id, sealed, signed
from foedus.trust.log import Log
from foedus.trust.signatures import HeldKey
from foedus.trust.sqlite_store import SqliteStore
from foedus.trust.times import utc

MISSION: Final = "ukraine-2026"
T0: Final = moment("2026-04-01T06:00:00Z").from_us
MEMBERS: Final = ("fr", "gb", "pl", "tr", "ua")
ROLES: Final = {
    "officer": ["case-officer"],
    "fr": ["commission-member"],
    "gb": ["commission-member"],
    "pl": ["commission-member"],
    "tr": ["commission-member"],
    "ua": ["commission-member", "beneficiary"],
    "ru": ["party"],
    "recorder": ["recorder"],
    "guarantor": ["guarantor"],
}
CASE: Final = "case/1"
Said = tuple[str, float, str, str, dict[str, Any]]
"""Kind, hours after the first breach, signer, subject, payload."""


def key(holder: str) -> HeldKey:
    """Return the key of a holder, which follows from its name."""
    return HeldKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(holder.encode()).digest()))


def at(hours: float) -> str:
    """Return the instant that many hours after the first breach, as envelopes write it."""
    return utc(T0 + round(hours * HOUR_US))


def act(said: Said, *, exercise: bool = True, mission: str = MISSION) -> Act:
    """Return an act, sealed and signed."""
    kind, hours, by, subject, payload = said
    draft = Draft(
        kind=kind, mission=mission, subject=subject, on=at(hours), payload=payload,
        exercise=exercise,
    )  # fmt: skip
    secret = hashlib.sha512(repr(said).encode()).digest()
    return signed(sealed(draft, key(by).key, at(hours), secret), key(by))


def opened(path: Path, *, exercise: bool = True, mission: str = MISSION) -> Log:
    """Return a new log with a commission of five, a month before the first breach."""
    log = Log(SqliteStore(path), KINDS)
    origin = f"log.example/{mission}" + ("/exercise" if exercise else "")
    opening = {
        "origin": origin, "checkpoint_key": key("operator").key, "registrars_needed": 1,
        "registrars": [{"key": key("registrar").key, "holder": "registrar"}],
    }  # fmt: skip
    first: list[Said] = [("log.open", -720, "registrar", "log", opening)]
    for holder, roles in ROLES.items():
        admitted = {"key": key(holder).key, "holder": holder, "roles": roles}
        first.append(("key.admit", -719, "registrar", f"key/{key(holder).key}", admitted))
    body = {
        "body": "Special Commission", "members": list(MEMBERS), "quorum": 3, "majority": "simple",
        "standard": "clear and convincing", "source": "made up",
    }  # fmt: skip
    first.append(("commission.constitute", -718, "registrar", "commission", body))
    for said in first:
        log.append([act(said, exercise=exercise, mission=mission)], T0 + round(said[1] * HOUR_US))
    return log


def filed(log: Log, *said: Said) -> list[str]:
    """Let acts enter at the hours at which they hold, and return their ids."""
    ids, standing = [], log.standing
    for one in said:
        made = act(one, exercise=standing.exercise, mission=standing.mission)
        log.append([made], T0 + round(one[1] * HOUR_US))
        ids.append(act_id(made.envelope))
    return ids


def opening(hours: float = 1.0, case: str = CASE, **more: Any) -> Said:
    """Return the act that opens a case."""
    payload = {
        "by": "finding", "agreement": "minsk-2", "term": "no-fire", "article": "Point 1",
        "incidents": ["incident-1"], "findings": ["finding-1"], "accused": ["ru"],
        "text": "shells on a town",
    }  # fmt: skip
    return ("case.open", hours, "officer", case, payload | more)


def notice(hours: float = 2.0, case: str = CASE, party: str = "ru") -> Said:
    """Return a notice with ten hours to reply."""
    said = {"party": party, "until": at(12), "text": "You are asked to state your view."}
    return ("case.notify", hours, "officer", case, said)


def reply(hours: float = 3.0, case: str = CASE, party: str = "ru") -> Said:
    """Return the reply of the accused."""
    return ("case.reply", hours, "ru", case, {"party": party, "text": "It was not us."})


def call(hours: float, case: str = CASE) -> Said:
    """Return the call of a vote that is open for six hours."""
    return ("case.call-vote", hours, "officer", case, {"until": at(hours + 6)})


def votes(hours: float, case: str = CASE, party: str = "ru") -> list[Said]:
    """Return three votes for a breach by the accused, and one against with its dissent."""
    said = {"verdict": "breach", "party": party}
    found: list[Said] = [
        ("case.vote", hours, member, case, {"member": member} | said)
        for member in ("fr", "gb", "pl")
    ]
    dissent = {"member": "tr", "verdict": "no-breach", "dissent": "One account is not enough."}
    return [*found, ("case.vote", hours, "tr", case, dissent)]


def determination(hours: float, severity: str = "single", case: str = CASE, **more: Any) -> Said:
    """Return the determination of a breach that happened at the given hour, or at the first."""
    said = {
        "verdict": "breach", "party": "ru", "severity": severity, "occurred": at(0),
        "grounds": ["finding-1"], "text": "Shells fell on a town; the accused fired them.",
    }  # fmt: skip
    return ("case.determine", hours, "officer", case, said | more)


def decided(hours: float, severity: str = "single", case: str = CASE, **more: Any) -> list[Said]:
    """Return call, votes and determination within an hour."""
    return [
        call(hours, case),
        *votes(hours + 0.1, case, more.get("party", "ru")),
        determination(hours + 0.5, severity, case, **more),
    ]


def facts(hours: float = -24.0) -> list[Said]:
    """Return the acts by which a ceasefire holds, is credible, and Ukraine has asked for help."""
    said = {"holds": True, "says": "made up", "source": "https://example.org", "evidence": "S"}
    return [
        ("fact.find", hours, "recorder", f"fact:{name}", {"fact": name} | said)
        for name in ("ceasefire-in-force", "credible-cessation", "host-request")
    ]


def mandate(hours: float = -23.0, how: str = "done") -> Said:
    """Return the vote by which the Riigikogu gives its mandate."""
    said = {
        "state": "EE", "act": "deploy", "matter": "land", "what": "riigikogu", "how": how,
        "says": "made up", "source": "https://example.org", "evidence": "S",
    }  # fmt: skip
    return ("consent.step", hours, "recorder", "consent:EE/deploy/land", said)


def whole() -> list[Said]:
    """Return a case from its opening to a remedy and an extended attack."""
    remedy = {"id": "r1", "bearer": "ru", "what": "withdraw the guns", "within": "24 hours"}
    suppose = {
        "id": "h1", "text": "Mortars from the east.", "actor": "ru", "supports": ["incident-1"],
    }  # fmt: skip
    conflict = {"who": "ua", "role": "member", "text": "its own discipline is asked about"}
    return [
        *facts(),
        mandate(),
        opening(),
        notice(),
        reply(),
        ("case.suppose", 3.5, "officer", CASE, suppose),
        ("case.conflict", 3.6, "officer", CASE, conflict),
        ("case.step-aside", 3.7, "ua", CASE, {"member": "ua", "text": "our own side"}),
        ("case.sign-off", 3.8, "officer", CASE, {"officer": "officer", "text": "complete"}),
        *decided(4.0),
        ("case.remedy", 5.0, "officer", CASE, remedy),
        *decided(26.0, "persistent", occurred=at(25)),
        *decided(30.0, "extended", occurred=at(29)),
    ]
