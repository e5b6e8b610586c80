# SPDX-License-Identifier: Apache-2.0
"""Keys come from encrypted files or an agent, sign alike, and are told nowhere."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from foedus.errors import OperatorError
from foedus.trust.agent import agent_key, agent_keys
from foedus.trust.key_files import read_key_file, write_key
from foedus.trust.signatures import Signed, is_signed

PASSPHRASE = b"correct horse"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_written_key_is_read_back(tmp_path: Path) -> None:
    """A new key is encrypted, its owner's alone, and signs; none is written over it."""
    path = tmp_path / "key.pem"
    name = write_key(path, PASSPHRASE)
    held = read_key_file(path, PASSPHRASE)
    assert held.key == name
    assert is_signed(Signed(name, held.sign(b"data"), b"data"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in path.read_bytes()
    with pytest.raises(OperatorError, match="a new file"):
        write_key(path, PASSPHRASE)
    with pytest.raises(OperatorError, match="a passphrase"):
        write_key(tmp_path / "other.pem", b"")


def openssh(tmp_path: Path) -> Path:
    """Return an open key file in the form of OpenSSH."""
    path = tmp_path / "id_ed25519"
    path.write_bytes(PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    return path


def test_encrypted_openssh_key_is_read(tmp_path: Path) -> None:
    """A key that OpenSSH has encrypted is read as one of ours; another passphrase is told."""
    if shutil.which("ssh-keygen") is None:
        reason = "no ssh-keygen: install openssh-client"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    path = openssh(tmp_path)
    words = ["ssh-keygen", "-q", "-p", "-f", str(path), "-N", PASSPHRASE.decode()]
    subprocess.run(words, check=True, capture_output=True)
    held = read_key_file(path, PASSPHRASE)
    assert held.key.endswith(PRIVATE.public_key().public_bytes_raw().hex())
    with pytest.raises(OperatorError, match="another passphrase"):
        read_key_file(path, b"other")


def bad_files(tmp_path: Path) -> dict[str, tuple[bytes, bytes]]:
    """Return files that hold no usable key, each with the passphrase that is tried."""
    pkcs8, pem = PrivateFormat.PKCS8, Encoding.PEM
    lock = BestAvailableEncryption(PASSPHRASE)
    other = generate_private_key(SECP256R1())
    return {
        "other passphrase": (PRIVATE.private_bytes(pem, pkcs8, lock), b"other"),
        "lies open": (PRIVATE.private_bytes(pem, pkcs8, NoEncryption()), b""),
        "open, with passphrase": (PRIVATE.private_bytes(pem, pkcs8, NoEncryption()), PASSPHRASE),
        "no passphrase": (PRIVATE.private_bytes(pem, pkcs8, lock), b""),
        "other kind": (other.private_bytes(pem, pkcs8, lock), PASSPHRASE),
        "no key": (b"hello", PASSPHRASE),
        "openssh, open": (openssh(tmp_path).read_bytes(), b""),
    }


BAD_FILES = (
    "other passphrase",
    "lies open",
    "open, with passphrase",
    "no passphrase",
    "other kind",
    "no key",
    "openssh, open",
)


@pytest.mark.parametrize("name", BAD_FILES)
def test_unusable_file_is_told_without_secrets(name: str, tmp_path: Path) -> None:
    """The fault names the file, and neither passphrase nor key."""
    data, passphrase = bad_files(tmp_path)[name]
    path = tmp_path / "bad.pem"
    path.write_bytes(data)
    with pytest.raises(OperatorError) as error:
        read_key_file(path, passphrase)
    assert str(path) in str(error.value)
    for secret in (PASSPHRASE.decode(), "other", bytes(range(32)).hex()):
        assert secret not in str(error.value).replace(str(path), "").replace("another", "")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    """The socket of a real agent of OpenSSH that holds one key."""
    if shutil.which("ssh-agent") is None:
        reason = "no ssh-agent: install openssh-client"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    path = tmp_path / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    for _ in range(200):
        if path.exists():
            break
        threading.Event().wait(0.02)
    environment = os.environ | {"SSH_AUTH_SOCK": str(path)}
    added = ["ssh-add", "-q", str(openssh(tmp_path))]
    subprocess.run(added, env=environment, check=True, capture_output=True)
    yield path
    running.terminate()
    running.wait()


def test_agent_signs(agent: Path) -> None:
    """A key held by an OpenSSH agent signs as the key itself does."""
    (held,) = agent_keys(agent)
    assert agent_key(agent, held.key[:20]).key == held.key
    assert held.sign(b"the bytes") == PRIVATE.sign(b"the bytes")


def test_key_that_the_agent_has_not_is_told(agent: Path) -> None:
    """The fault says which keys the agent holds; a refusal to sign is told as one."""
    with pytest.raises(OperatorError, match="one key of the agent"):
        agent_key(agent, "ed25519:00")
    (held,) = agent_keys(agent)
    held.key = "ed25519:" + "0" * 64
    with pytest.raises(OperatorError, match="a refusal"):
        held.sign(b"the bytes")


def answering(path: Path, answer: bytes) -> threading.Thread:
    """Start an agent that gives one answer, whatever it is asked."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)

    def answer_once() -> None:
        link, _ = server.accept()
        link.recv(4096)
        link.sendall(answer)
        link.close()
        server.close()

    thread = threading.Thread(target=answer_once)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0\0\0\x05\x0c\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x01\x05",
        b"\0\0\0\x05\x0c\xff\xff\xff\xff",
        b"\0\0\0\x09\x0c\0\0\0\x01\0\0\0\xff",
    ],
)
def test_agents_answer_is_not_trusted(answer: bytes, tmp_path: Path) -> None:
    """An answer that is torn, too long or of another kind is a fault, and no crash."""
    thread = answering(tmp_path / "agent", answer)
    with pytest.raises(OperatorError, match="agent at"):
        agent_keys(tmp_path / "agent")
    thread.join()


def test_no_agent_is_told(tmp_path: Path) -> None:
    """Where nobody listens, the fault names the socket."""
    with pytest.raises(OperatorError, match="an agent that answers"):
        agent_keys(tmp_path / "nobody")
