# SPDX-License-Identifier: Apache-2.0
"""Signed notes: the checkpoints of a log, and the cosignatures of its witnesses.

Follows C2SP signed-note, tlog-checkpoint and tlog-cosignature, with Ed25519. A checkpoint says
origin, size and root of a log, signed by its key. A witness adds a line with the time in
seconds at which this was the largest consistent tree that it had seen. Verifiers' keys are written
as `name+hash+key`. Law without I/O.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable
from typing import Final, NamedTuple

from foedus.errors import Fault, PartyError
from foedus.trust.merkle import HASH_BYTES
from foedus.trust.signatures import Signed, Signer, is_signed, key_name, public_bytes

PLAIN: Final = 1
"""The type of a log's signature."""
COSIGNED: Final = 4
"""The type of a witness's signature with its time."""
DASH: Final = "— "
MAX_NOTE_BYTES: Final = 64_000


class NoteKey(NamedTuple):
    """Whose signature stands under a note: name, type and public key."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names the key."""
        return hashlib.sha256(
            self.name.encode() + b"\n" + bytes([self.type]) + self.public
        ).digest()[:4]

    def __str__(self) -> str:
        key = b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


class Line(NamedTuple):
    """One signature line: the name, the id of the key, the bytes of the signature."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {b64encode(self.key_id + self.value).decode()}\n"


class Checkpoint(NamedTuple):
    """A log at one size, and who signed that it was so."""

    origin: str
    size: int
    root: bytes
    lines: tuple[Line, ...] = ()

    @property
    def body(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    def __str__(self) -> str:
        return self.body + "\n" + "".join(map(str, self.lines))


class Cosignature(NamedTuple):
    """A witness's statement, and when it was made, in seconds since 1970."""

    name: str
    time_s: int


def log_key(origin: str, key: str) -> NoteKey:
    """Return the key of a log's checkpoints from its name in acts."""
    return NoteKey(origin, PLAIN, public_bytes(key))


def witness_key(name: str, key: str) -> NoteKey:
    """Return the key of a witness from its name in acts."""
    return NoteKey(name, COSIGNED, public_bytes(key))


def read_key(text: str) -> NoteKey:
    """Return a key written as `name+hash+key`; raises `PartyError` where it is none."""
    parts = text.strip().split("+", 2)
    data = _base64(parts[2]) if len(parts) == 3 else b""
    if len(data) == 1 + HASH_BYTES and data[0] in (PLAIN, COSIGNED):
        key = NoteKey(parts[0], data[0], data[1:])
        if str(key) == text.strip():
            return key
    raise PartyError(Fault(expected="a key written as name+hash+key", got=repr(text)[:120]))


def signed_checkpoint(origin: str, size: int, root: bytes, signer: Signer) -> Checkpoint:
    """Return a checkpoint under the log's signature."""
    bare = Checkpoint(origin, size, root)
    key = log_key(origin, signer.key)
    return bare._replace(lines=(Line(origin, key.id, signer.sign(bare.body.encode())),))


def cosigned(checkpoint: Checkpoint, name: str, signer: Signer, time_s: int) -> Checkpoint:
    """Return the checkpoint with a witness's line added."""
    value = time_s.to_bytes(8, "big") + signer.sign(_witnessed(checkpoint, time_s))
    line = Line(name, witness_key(name, signer.key).id, value)
    return checkpoint._replace(lines=(*checkpoint.lines, line))


def _witnessed(checkpoint: Checkpoint, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{checkpoint.body}".encode()


def read_checkpoint(text: str, file: str = "") -> Checkpoint:
    """Return a checkpoint; signatures are not checked. Raises `PartyError` where it is none."""
    body, _, tail = text.partition("\n\n")
    head = body.split("\n")
    lines = [_line(line) for line in tail.splitlines()]
    if len(text) <= MAX_NOTE_BYTES and len(head) == 3 and head[1].isdecimal() and head[0]:
        good = tuple(line for line in lines if line is not None)
        checkpoint = Checkpoint(head[0], int(head[1]), _base64(head[2]), good)
        if str(checkpoint) == text and len(checkpoint.root) == HASH_BYTES and good:
            return checkpoint
    expected = "a checkpoint: origin, size, root, an empty line, signatures"
    raise PartyError(Fault(file=file, expected=expected, got=repr(text[:80])))


def _line(text: str) -> Line | None:
    name, _, value = text.removeprefix(DASH).partition(" ")
    data = _base64(value)
    return Line(name, data[:4], data[4:]) if text.startswith(DASH) and len(data) > 4 else None


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NoBase64, ValueError):
        return b""


def is_signed_by(checkpoint: Checkpoint, key: NoteKey) -> bool:
    """Return whether the log's key signed the checkpoint."""
    named = [line for line in checkpoint.lines if (line.name, line.key_id) == (key.name, key.id)]
    body = checkpoint.body.encode()
    checks = [is_signed(Signed(key_name(key.public), line.value, body)) for line in named]
    return bool(checks) and all(checks)


def cosignatures(checkpoint: Checkpoint, keys: Iterable[NoteKey]) -> list[Cosignature]:
    """Return the statements of those witnesses among `keys` that cosigned the checkpoint."""
    found = []
    for key in keys:
        for line in checkpoint.lines:
            if (line.name, line.key_id) != (key.name, key.id) or len(line.value) != 72:
                continue
            time_s = int.from_bytes(line.value[:8], "big")
            data = _witnessed(checkpoint, time_s)
            if is_signed(Signed(key_name(key.public), line.value[8:], data)):
                found.append(Cosignature(key.name, time_s))
    return found
