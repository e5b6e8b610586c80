# SPDX-License-Identifier: Apache-2.0
"""Whether an act may enter a log: every reason why not, at once.

1. The envelope is well formed, and meant for this log: same mission, exercise or not.
2. The payload is there, is what the envelope's digest says, and fits its kind.
3. Its times can be read; it was not signed in the future. What it tells may lie in the past: the
   record knows it from now.
4. Every signature is by the key that it names, over these bytes; the author is among them.
5. Every signer's key is admitted, valid now, not revoked, and has the role; enough different
   holders signed.

Law without I/O: what the log holds comes as `Standing`. Whether an act is in the log already is
left to `log`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from foedus.base.moments import SECOND_US
from foedus.errors import Fault, PartyError
from foedus.trust.acts import Act, Envelope, act_id, payload_digest, to_be_checked, written
from foedus.trust.folding import Entry
from foedus.trust.keyring import (
    ADMIT,
    OPEN,
    REVOKE,
    Admission,
    Keyring,
    Revocation,
    Rotation,
    short,
    signer_faults,
    validity_faults,
)
from foedus.trust.kinds import MAX_PAYLOAD_BYTES, Kind, payload_faults, read_payload
from foedus.trust.signatures import are_signed, is_key
from foedus.trust.times import held, known_us

SKEW_US: Final = 300 * SECOND_US
"""How far an author's clock may be ahead of the log's."""
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_FORMS: Final = {
    "kind": (re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*"), "group and verb: key.admit"),
    "mission": (re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), "a mission's id"),
    "subject": (re.compile(r"[!-~]{1,200}"), "an id in ASCII without spaces"),
    "salt": (_HEX, "64 hexadecimal digits"),
    "payload": (_HEX, "64 hexadecimal digits"),
}


class Standing(NamedTuple):
    """What a log has come to, as far as the next act depends on it."""

    mission: str
    exercise: bool
    keyring: Keyring
    size: int
    known_us: int
    """When the record knew its last act."""


def faults_of(
    act: Act,
    standing: Standing,
    kinds: Mapping[str, Kind],
    now_us: int,
    checked: Sequence[bool] | None = None,
) -> list[Fault]:
    """Return every reason why an act may not enter; `checked` are its signatures, if done before.

    `now_us` is when the record comes to know it.
    """
    envelope = act.envelope
    faults = [
        *_form(envelope),
        *_meant_for(envelope, standing),
        *_times(envelope, now_us),
        *_payload(act, kinds),
        *_signatures(act, list(are_signed(to_be_checked(act))) if checked is None else checked),
    ]
    if envelope.kind in kinds and not faults:
        faults += _may_sign(act, standing, kinds[envelope.kind], now_us)
    return faults


def entry_of(act: Act, index: int, recorded_us: int) -> Entry:
    """Return a valid act as folds see it; raises `PartyError` where its time cannot be read."""
    when = held(act.envelope.on, act.envelope.zone)
    if isinstance(when, Fault):
        raise PartyError(when)
    return Entry(
        index=index,
        known_us=recorded_us,
        subject=act.envelope.subject,
        kind=act.envelope.kind,
        on_from_us=when.from_us,
        on_to_us=when.to_us,
        act=act_id(act.envelope),
        payload=act.payload,
    )


def _form(envelope: Envelope) -> Iterator[Fault]:
    for name, (form, expected) in _FORMS.items():
        value = getattr(envelope, name)
        if not form.fullmatch(value):
            yield Fault(column=name, expected=expected, got=repr(value)[:80])
    if not is_key(envelope.author):
        yield Fault(column="author", expected="a key: ed25519: and 64 digits", got=envelope.author)


def _meant_for(envelope: Envelope, standing: Standing) -> Iterator[Fault]:
    if envelope.mission != standing.mission:
        yield Fault(column="mission", expected=standing.mission, got=envelope.mission)
    if envelope.exercise != standing.exercise:
        words = {True: "an act of an exercise", False: "an act in earnest"}
        expected, got = words[standing.exercise], words[envelope.exercise]
        yield Fault(column="exercise", expected=expected, got=got)


def _times(envelope: Envelope, now_us: int) -> Iterator[Fault]:
    when, signed_us = held(envelope.on, envelope.zone), known_us(envelope.known)
    if isinstance(when, Fault):
        yield msgspec.structs.replace(when, column="on")
    if isinstance(signed_us, Fault):
        yield signed_us
    elif signed_us > now_us + SKEW_US:
        hint = "set the clock of whoever signed it right, and sign anew"
        yield Fault(column="known", expected="no time to come", got=envelope.known, hint=hint)


def _payload(act: Act, kinds: Mapping[str, Kind]) -> Iterator[Fault]:
    if act.payload is None or act.seal is None or not _HEX.fullmatch(act.seal):
        yield Fault(column="payload", expected="the payload with its seal", got="none")
        return
    faults = payload_faults(act.payload, act.envelope.kind, kinds)
    yield from faults
    if faults:
        return
    if len(written(act.payload)) > MAX_PAYLOAD_BYTES:
        got = f"{len(written(act.payload))} bytes"
        yield Fault(column="payload", expected=f"at most {MAX_PAYLOAD_BYTES} bytes", got=got)
    found = payload_digest(act.payload, bytes.fromhex(act.seal))
    if found != act.envelope.payload:
        hint = "payload or seal is not the one that was signed"
        expected = f"a payload with the digest {act.envelope.payload}"
        yield Fault(column="payload", expected=expected, got=found, hint=hint)


def _signatures(act: Act, checked: Sequence[bool]) -> Iterator[Fault]:
    names = [item.key for item in act.signatures]
    if act.envelope.author not in names:
        got = ", ".join(map(short, names)) or "no signature"
        yield Fault(column="signatures", expected="the author's signature", got=got)
    if len(set(names)) < len(names):
        yield Fault(column="signatures", expected="each key once", got="a key twice")
    for name, is_good in zip(names, checked, strict=True):
        if not is_good:
            expected = "a signature over the bytes of this act"
            yield Fault(column="signatures", expected=expected, got=f"one by {short(name)} not so")


def _may_sign(act: Act, standing: Standing, kind: Kind, now_us: int) -> list[Fault]:
    """Numbered step 5, for an act that is in order otherwise."""
    if (standing.size == 0) != (kind.name == OPEN.name):
        expected = "log.open as the first act, and only there"
        got = f"{kind.name} as number {standing.size}"
        return [Fault(column="kind", expected=expected, got=got)]
    ring = standing.keyring
    if kind.name == OPEN.name:
        ring = ring.after(Entry(0, now_us, "log", kind.name, now_us, now_us, "", act.payload))
    said = read_payload(act.payload or {}, kind)
    names = [item.key for item in act.signatures]
    faults = _key_faults(said, ring)
    if isinstance(said, Rotation):
        faults += _rotation_faults(said, names)
        names = [name for name in names if name != said.next_key]
    for name in names:
        faults += signer_faults(ring.keys.get(name), name, kind, now_us)
    if faults or isinstance(said, Rotation):
        return faults
    return [*_scope_faults(act, kind, ring), *_enough(act, kind, ring)]


def _key_faults(said: object, ring: Keyring) -> list[Fault]:
    """What an act about keys may not do: admit one twice, end one that is not there."""
    faults = []
    if isinstance(said, Admission):
        faults += validity_faults(said)
        if said.key in ring.keys:
            faults.append(_unfit("a key that was never admitted here", said.key))
    if isinstance(said, Rotation) and said.next_key in ring.keys:
        faults.append(_unfit("a key that was never admitted here", said.next_key))
    if isinstance(said, (Revocation, Rotation)) and said.key not in ring.keys:
        faults.append(_unfit("a key that was admitted", said.key))
    return faults


def _unfit(expected: str, key: str) -> Fault:
    return Fault(column="payload.key", expected=expected, got=short(key))


def _rotation_faults(said: Rotation, names: Sequence[str]) -> list[Fault]:
    wanted = {said.key: "the key that ends", said.next_key: "the next key"}
    return [
        Fault(column="signatures", expected=f"a signature by {what}", got="none")
        for key, what in wanted.items()
        if key not in names
    ]


def _scope_faults(act: Act, kind: Kind, ring: Keyring) -> Iterator[Fault]:
    if kind.scope is None or act.payload is None:
        return
    spoken_for = act.payload.get(kind.scope)
    for item in act.signatures:
        key = ring.keys[item.key]
        if key.scope and spoken_for not in key.scope:
            expected = f"a key that may speak for {spoken_for}"
            got = f"{key.holder}, for {', '.join(key.scope)}"
            yield Fault(column="signatures", expected=expected, got=got)


def _enough(act: Act, kind: Kind, ring: Keyring) -> Iterator[Fault]:
    needed = needed_for(kind, ring)
    holders = {ring.keys[item.key].holder for item in act.signatures}
    if len(holders) < needed:
        got = f"{len(holders)}: {', '.join(sorted(holders))}"
        yield Fault(column="signatures", expected=f"{needed} different holders", got=got)


def needed_for(kind: Kind, ring: Keyring) -> int:
    """Return how many different holders must sign an act of a kind in this log."""
    if ring.opening is None:
        return kind.at_least
    if kind.name in (OPEN.name, ADMIT.name, REVOKE.name):
        return ring.opening.registrars_needed
    return max(kind.at_least, ring.opening.at_least.get(kind.name, 1))
