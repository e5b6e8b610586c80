# SPDX-License-Identifier: Apache-2.0
"""Private keys in files, encrypted under a passphrase: PKCS 8 in PEM, or as OpenSSH writes them.

Neither key nor passphrase is ever printed or written elsewhere; a fault names the file alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from foedus.errors import Fault, OperatorError
from foedus.trust.signatures import HeldKey

OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
MAX_BYTES = 20_000


def write_key(path: Path, passphrase: bytes) -> str:
    """Make a key and write it to a new file that only its owner can read; return its public name.

    Raises `OperatorError` where the passphrase is empty or the file is there already.
    """
    if not passphrase:
        raise OperatorError(Fault(file=str(path), expected="a passphrase", got="an empty one"))
    if path.exists():
        raise _fault(path, "a new file", "one that is there", "no key is ever written over")
    private = Ed25519PrivateKey.generate()
    data = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
    return HeldKey(private).key


def read_key_file(path: Path, passphrase: bytes) -> HeldKey:
    """Return the key in an encrypted file.

    Raises `OperatorError` where the file holds no encrypted Ed25519 key, or the passphrase is not
    its own.
    """
    data = path.read_bytes()[:MAX_BYTES]
    load = load_ssh_private_key if data.lstrip().startswith(OPENSSH) else load_pem_private_key
    try:
        private = load(data, passphrase or None)
    except TypeError as error:
        raise _fault(path, "an encrypted key with its passphrase", "one of both") from error
    except UnsupportedAlgorithm as error:
        hint = "encrypt it anew with ssh-keygen -p, or give it to an agent with ssh-add"
        raise _fault(path, "an Ed25519 key under a usual cipher", str(error), hint) from error
    except ValueError as error:
        got = "another file, or another passphrase"
        raise _fault(path, "an Ed25519 key that the passphrase opens", got) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _fault(path, "an Ed25519 key", "a key of another kind")
    if not passphrase:
        raise _fault(path, "a key encrypted under a passphrase", "one that lies open")
    return HeldKey(private)


def _fault(path: Path, expected: str, got: str, hint: str = "") -> OperatorError:
    return OperatorError(Fault(file=str(path), expected=expected, got=got, hint=hint))
