# SPDX-License-Identifier: Apache-2.0
"""Keys held by an OpenSSH agent, asked over its socket (draft-ietf-sshm-ssh-agent).

The private key stays with the agent, or in the hardware behind it; what comes back is the plain
Ed25519 signature of the bytes that are sent (RFC 8709), so it checks like any other.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from foedus.errors import Fault, OperatorError
from foedus.trust.signatures import key_name, public_bytes

LIST: Final = 11
LISTED: Final = 12
SIGN: Final = 13
SIGNED: Final = 14
ED25519: Final = b"ssh-ed25519"
MAX_ANSWER: Final = 262_144
TIMEOUT_S: Final = 60
"""A person may have to touch a device."""


class AgentKey:
    """One key of an agent, which signs when asked."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self.key = key

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`; raises `OperatorError` where the agent refuses."""
        blob = _string(ED25519) + _string(public_bytes(self.key))
        answer = _asked(self._path, bytes([SIGN]) + _string(blob) + _string(data) + bytes(4))
        if answer[:1] != bytes([SIGNED]):
            raise _refused(self._path, "a signature", "a refusal")
        (signature,) = _strings(answer[1:], 1, self._path)
        form, value = _strings(signature, 2, self._path)
        if form != ED25519 or len(value) != 64:
            raise _refused(self._path, "an Ed25519 signature", form.decode("ascii", "replace"))
        return value


def agent_keys(path: Path) -> list[AgentKey]:
    """Return the Ed25519 keys that the agent at a socket holds; raises `OperatorError`."""
    answer = _asked(path, bytes([LIST]))
    if answer[:1] != bytes([LISTED]):
        raise _refused(path, "a list of keys", "a refusal")
    count = int.from_bytes(answer[1:5], "big")
    parts = _strings(answer[5:], 2 * count, path)
    found = []
    for blob in parts[::2]:
        if blob.startswith(_string(ED25519)):
            _, public = _strings(blob, 2, path)
            found.append(AgentKey(path, key_name(public)))
    return found


def agent_key(path: Path, wanted: str) -> AgentKey:
    """Return the key of an agent that has this name, or a beginning of it that fits no other.

    Raises `OperatorError` where there is none, or several.
    """
    keys = agent_keys(path)
    found = [key for key in keys if key.key.startswith(wanted)]
    if len(found) != 1:
        got = ", ".join(key.key for key in keys) or "no Ed25519 key"
        raise _refused(path, f"one key of the agent that begins with {wanted!r}", got)
    return found[0]


def _asked(path: Path, message: bytes) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(TIMEOUT_S)
            link.connect(str(path))
            link.sendall(_string(message))
            length = int.from_bytes(_received(link, 4), "big")
            if not 0 < length <= MAX_ANSWER:
                raise _refused(path, f"an answer of at most {MAX_ANSWER} bytes", str(length))
            return _received(link, length)
    except OSError as error:
        raise _refused(path, "an agent that answers", str(error)) from error


def _received(link: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = link.recv(length - len(data))
        if not more:
            raise ConnectionResetError("it closed the connection")
        data += more
    return data


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _strings(data: bytes, count: int, path: Path) -> list[bytes]:
    found = list(_parts(data))
    if len(found) < count or count > len(data):
        raise _refused(path, f"{count} parts in its answer", str(len(found)))
    return found[:count]


def _parts(data: bytes) -> Iterator[bytes]:
    """The strings of which data consists; a torn one ends it."""
    while len(data) >= 4:
        end = 4 + int.from_bytes(data[:4], "big")
        if end > len(data):
            return
        yield data[4:end]
        data = data[end:]


def _refused(path: Path, expected: str, got: str) -> OperatorError:
    return OperatorError(Fault(file=f"agent at {path}", expected=expected, got=got))
