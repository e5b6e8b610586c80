# SPDX-License-Identifier: Apache-2.0
"""A mission that was run, served in this process and on a port of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from litestar.testing import TestClient

import foedus
from foedus.web.app import application
from foedus.web.served import Served
from foedus.web.serving import ready
from small_mission import REGISTER, ROOT, copy_mission


class Site(NamedTuple):
    """A mission that is served: in this process, and at an address."""

    served: Served
    client: TestClient[Any]
    address: str


def folder_of(tmp: Path, name: str) -> Path:
    """Return a mission's folder below `tmp`, copied from those that ship."""
    home = tmp / "missions"
    if name == "donbas":
        return copy_mission(home / name)
    return Path(shutil.copytree(REGISTER.parent / name, home / name))


def served_mission(tmp: Path, name: str) -> Served:
    """Run a mission and make it ready to be served."""
    mission = folder_of(tmp, name)
    foedus.run(mission, out=tmp / "out" / name)
    return ready(str(mission), tmp / "out" / name)


def listening(served: Served, **settings: Any) -> tuple[uvicorn.Server, threading.Thread, str]:
    """Serve on a free port; returns the server, its thread and its address."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(application(served), log_level="error", lifespan="off", **settings)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, thread, f"http://127.0.0.1:{sock.getsockname()[1]}"


def site(tmp: Path, name: str) -> Iterator[Site]:
    """Yield a mission that is served, and end the server behind it."""
    served = served_mission(tmp, name)
    server, thread, address = listening(served)
    with TestClient(application(served), raise_server_exceptions=True) as client:
        yield Site(served, client, address)
    server.should_exit = True
    thread.join(timeout=20)
    served.edition.close()


def started(
    mission: Path, run: Path, said: Path | None = None
) -> tuple[subprocess.Popen[str], str]:
    """Start the command on a free port; returns the process and the address that it prints.

    What it says on standard error is written into the file `said`.
    """
    command = [sys.executable, "-m", "foedus.cli", "serve", str(mission), "--in", str(run)]
    with ExitStack() as files:
        errors = None if said is None else files.enter_context(said.open("w"))
        process = subprocess.Popen(
            [*command, "--port", "0"],
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    with process.stdout as told:
        found = re.search(r"http://\S+", told.readline())
    assert found is not None
    return process, found[0].rstrip("/")


def fetched(address: str) -> bytes:
    """Return the bytes at an address."""
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own
        return bytes(answer.read())
