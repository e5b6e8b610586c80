# SPDX-License-Identifier: Apache-2.0
"""Serving: a mission's run is made ready, requests are answered, a new run is looked for.

The only place of the web that asks the clock or listens.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, NoReturn
from urllib.parse import urlsplit

import uvicorn

from foedus.errors import Fault, OperatorError
from foedus.mission import default_out, read_mission
from foedus.trust.stores import Store
from foedus.web.app import application
from foedus.web.current import Current
from foedus.web.patience import PatientProtocol
from foedus.web.renewal import Renewal, opened
from foedus.web.served import Served

LOOK_S: Final = 2.0
"""Seconds between two looks for a new run."""
CONNECTIONS: Final = 1_000
"""Connections at most; beyond, a reader is told 503 at once."""
GRACE_S: Final = 10
"""Seconds that requests under way are given to end, when the server is stopped."""


class Serving(NamedTuple):
    """How a mission is served."""

    mission: str
    run: Path | None
    """The folder of the run; None: the mission's own."""
    open_store: Callable[[], Store] | None
    at: tuple[str, int]
    """Address and port."""
    version: str
    base: str = ""
    """The address of the web as its readers write it; empty: as each of them does."""


def serving(wanted: Serving, tell: Callable[[str], object]) -> None:
    """Serve a mission until it is stopped; raises `OperatorError` where it cannot be served."""
    _require_base(wanted.base)
    run = wanted.run or default_out(read_mission(wanted.mission).id)

    def make(folder: Path, home: Path) -> Served:
        mission, version = wanted.mission, wanted.version
        served = opened(mission, folder, wanted.open_store, _now_us, version, home, _warn)
        served.base = wanted.base
        return served

    with _stopped_by_signal():
        renewal = Renewal(wanted.mission, run, make, _warn)
        try:
            current = Current(renewal.first(), renewal.let_go)
            with _looking(renewal, current):
                _listen(current, wanted.at, tell)
            current.served.close()
        finally:
            renewal.end()


def _require_base(base: str) -> None:
    parts = urlsplit(base)
    is_good = parts.scheme in ("http", "https") and parts.netloc and not parts.path.strip("/")
    if base and not (is_good and not parts.query and not parts.fragment):
        expected, hint = "an address without a path", "such as https://record.example"
        raise OperatorError(Fault(column="--base", expected=expected, got=repr(base), hint=hint))


def _listen(current: Current, at: tuple[str, int], tell: Callable[[str], object]) -> None:
    family = socket.AF_INET6 if ":" in at[0] else socket.AF_INET
    bound = socket.create_server(at, family=family)
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    tell(f"{current.served.edition.mission.title}: http://{shown}:{port}/")
    config = uvicorn.Config(
        application(current),
        http=PatientProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        backlog=CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_S,
    )
    uvicorn.Server(config).run(sockets=[bound])


@contextmanager
def _looking(renewal: Renewal, current: Current) -> Iterator[None]:
    """Look for a new run in a thread of its own until the block ends."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(LOOK_S):
            renewal.look(current)

    thread = threading.Thread(target=look, name="renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        renewal.stop()
        thread.join(timeout=GRACE_S)


@contextmanager
def _stopped_by_signal() -> Iterator[None]:
    """Let the signal by which a service is stopped end the block as an error does, and no later."""

    def stop(*_: object) -> NoReturn:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def ready(
    mission: str,
    run: Path | None,
    open_store: Callable[[], Store] | None = None,
    version: str = "",
) -> Served:
    """Open a mission's run in this process, and make ready what the web needs of it."""
    folder = run or default_out(read_mission(mission).id)
    return opened(mission, folder, open_store, _now_us, version)


def _warn(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _now_us() -> int:
    return time.time_ns() // 1000
