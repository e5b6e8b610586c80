# SPDX-License-Identifier: Apache-2.0
"""What people do, signed: an envelope, a payload, and the commitment that the log keeps of both.

1. The payload is a flat object of named fields. Each field has a commitment of its own, salted by
   the payload's seal; the digest in the envelope is that of all commitments. So a payload can be
   shown in part, and what is not shown cannot be guessed.
2. The envelope says kind, mission, subject, author, both times, salt and payload digest. Its bytes
   are RFC 8785 JSON behind a line that says what they are; Ed25519 signs these bytes.
3. The log keeps one salted commitment for an act: without the salt it tells nothing.

This module is law without I/O: random bytes and times are arguments. Numbers in payloads are whole
and names are ASCII, so that canonical JSON is the same in every language. Whether an act may be is
left to `validation`, what kinds there are to the stages.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from foedus.trust.signatures import Signed, Signer

ACT_LINE: Final = b"foedus act 1\n"
FIELD_LINE: Final = b"foedus field 1\n"
PAYLOAD_LINE: Final = b"foedus payload 1\n"
LEAF_LINE: Final = b"foedus leaf 1\n"
SECRET_BYTES: Final = 32
"""Length of salts and seals in bytes."""

Payload = Mapping[str, Any]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What an author signs; every field is text, but for `exercise`."""

    author: str
    """The key that answers for the act; others may sign beside it."""
    exercise: bool = False
    kind: str
    """What is done, such as `key.admit`; the stage that reads it says what it means."""
    known: str
    """When the author signed, in UTC: 2026-01-06T12:00:00Z."""
    mission: str
    on: str
    """When what it tells held: a day, or an instant with its offset."""
    payload: str
    """Digest of the payload: 64 hexadecimal digits."""
    salt: str
    """64 hexadecimal digits; without it the log's commitment tells nothing."""
    subject: str
    """The id of what it is about; the acts of one subject are its history."""
    zone: str = "UTC"
    """Whose clock a day is counted by."""


class Signature(msgspec.Struct, frozen=True):
    """One signature over an envelope, in hexadecimal digits."""

    key: str
    value: str


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope with its signatures, and its payload unless that is withheld or erased."""

    envelope: Envelope
    signatures: tuple[Signature, ...] = ()
    payload: dict[str, Any] | None = None
    seal: str | None = None
    """64 hexadecimal digits from which the salts of the payload's fields follow."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an author wants to say, before it is sealed and signed."""

    kind: str
    mission: str
    subject: str
    on: str
    zone: str = "UTC"
    payload: dict[str, Any]
    exercise: bool = False


def written(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a value of text, whole numbers, booleans, lists and objects.

    Equal to `base.encoding.canonical` for names that are ASCII, at a fraction of its time.
    """
    return msgspec.json.encode(value, order="sorted")


def plain(payload: Any) -> dict[str, Any]:
    """Return a record as a payload: builtins, without the fields that are None."""
    found: dict[str, Any] = _without_none(msgspec.to_builtins(payload))
    return found


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value


def field_salt(seal: bytes, name: str) -> bytes:
    """Return the salt of one field; it tells nothing of the seal or of other salts."""
    return hmac.digest(seal, name.encode(), "sha256")


def field_commitment(salt: bytes, name: str, value: Any) -> bytes:
    """Return the 32 bytes that stand for one field, whether it is shown or not."""
    return hashlib.sha256(FIELD_LINE + salt + written([name, value])).digest()


def commitments(payload: Payload, seal: bytes) -> list[bytes]:
    """Return the commitments of all fields, sorted, so that their order tells nothing."""
    return sorted(
        field_commitment(field_salt(seal, name), name, value) for name, value in payload.items()
    )


def digest_of(field_commitments: Sequence[bytes]) -> str:
    """Return the digest of a payload from the sorted commitments of its fields."""
    return hashlib.sha256(PAYLOAD_LINE + b"".join(field_commitments)).hexdigest()


def payload_digest(payload: Payload, seal: bytes) -> str:
    """Return the digest of a payload under its seal: 64 hexadecimal digits."""
    return digest_of(commitments(payload, seal))


def bytes_to_sign(envelope: Envelope) -> bytes:
    """Return exactly what is signed: a line that says what it is, and canonical JSON."""
    return ACT_LINE + written(envelope)


def act_id(envelope: Envelope) -> str:
    """Return the id of an act: the SHA-256 of the bytes that are signed, in 64 digits."""
    return hashlib.sha256(bytes_to_sign(envelope)).hexdigest()


def sealed(draft: Draft, author: str, known: str, secret: bytes) -> Act:
    """Return the act of a draft, not yet signed; `secret` is 64 random bytes: salt, then seal."""
    salt, seal = secret[:SECRET_BYTES], secret[SECRET_BYTES : 2 * SECRET_BYTES]
    payload = plain(draft.payload)
    envelope = Envelope(
        author=author,
        exercise=draft.exercise,
        kind=draft.kind,
        known=known,
        mission=draft.mission,
        on=draft.on,
        payload=payload_digest(payload, seal),
        salt=salt.hex(),
        subject=draft.subject,
        zone=draft.zone,
    )
    return Act(envelope=envelope, payload=payload, seal=seal.hex())


def signed(act: Act, *signers: Signer) -> Act:
    """Return the act with the signatures of `signers` added to those that it has."""
    data = bytes_to_sign(act.envelope)
    fresh = tuple(Signature(signer.key, signer.sign(data).hex()) for signer in signers)
    return msgspec.structs.replace(act, signatures=act.signatures + fresh)


def to_be_checked(act: Act) -> list[Signed]:
    """Return the signatures of an act with what they must be over."""
    data = bytes_to_sign(act.envelope)
    return [Signed(item.key, _unhex(item.value), data) for item in act.signatures]


def _unhex(digits: str) -> bytes:
    """The bytes of lower-case digits; none where they are not, so that one form alone is valid."""
    if not set(digits) <= set("0123456789abcdef") or len(digits) % 2:
        return b""
    return bytes.fromhex(digits)


def commitment(act: Act, known_us: int) -> bytes:
    """Return the 32 bytes that the log keeps of an act which it came to know at `known_us`."""
    whole = hashlib.sha256(LEAF_LINE + bytes.fromhex(act.envelope.salt))
    whole.update(hashlib.sha256(bytes_to_sign(act.envelope)).digest())
    whole.update(hashlib.sha256(written(act.signatures)).digest())
    whole.update(known_us.to_bytes(8, "big", signed=True))
    return whole.digest()
