# SPDX-License-Identifier: Apache-2.0
"""Ed25519 keys as they are named in acts, and signatures by them (RFC 8032).

A key is named by itself: `ed25519:` and the 64 hexadecimal digits of the public key. Whose it is
and what it may sign is said by acts (`keyring`). Where a private key is kept is left to `key_files`
and `agent`; both give a `Signer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SCHEME: Final = "ed25519:"
_KEY: Final = re.compile(r"ed25519:[0-9a-f]{64}")
_CHUNK: Final = 256


class Signer(Protocol):
    """Whoever can sign with one private key, wherever it is kept."""

    @property
    def key(self) -> str:
        """The public key, as acts name it."""

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the signature of `data`."""


class HeldKey:
    """A private key held in memory; it shows itself nowhere, only its public part."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = key_name(private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"HeldKey({self.key})"

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the signature of `data`."""
        return self._private.sign(data)


class Signed(NamedTuple):
    """A signature to be checked: by whom, over what."""

    key: str
    value: bytes
    data: bytes


def key_name(public: bytes) -> str:
    """Return the name of a public key of 32 bytes."""
    return SCHEME + public.hex()


def is_key(name: str) -> bool:
    """Return whether `name` has the form of a key's name; it may still be no point of the curve."""
    return _KEY.fullmatch(name) is not None


def public_bytes(name: str) -> bytes:
    """Return the 32 bytes of a key's name; raises `ValueError` where it is none."""
    if not is_key(name):
        raise ValueError(name)
    return bytes.fromhex(name.removeprefix(SCHEME))


@lru_cache(maxsize=4096)
def _public(name: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_bytes(name))


def is_signed(signed: Signed) -> bool:
    """Return whether the signature is by that key over those bytes."""
    try:
        _public(signed.key).verify(signed.value, signed.data)
    except (InvalidSignature, ValueError):
        return False
    return True


def are_signed(many: Sequence[Signed], pool: Executor | None = None) -> Iterable[bool]:
    """Return `is_signed` of each, in order.

    A pool of processes shares the work of many, and begins at once: the answers are waited for when
    they are taken.
    """
    if pool is None or len(many) <= _CHUNK:
        return [is_signed(signed) for signed in many]
    return pool.map(is_signed, many, chunksize=_CHUNK)
