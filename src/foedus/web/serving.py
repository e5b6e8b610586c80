# SPDX-License-Identifier: Apache-2.0
"""Serving: a mission's run is opened, what the web needs is made ready, and requests are answered.

The only place of the web that asks the clock or listens.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn

from foedus.errors import Fault, OperatorError
from foedus.mission import default_out, read_mission
from foedus.publication.edition import When, open_edition
from foedus.trust.stores import Store
from foedus.web.app import ANSWERS, application
from foedus.web.routes import BY_NAME
from foedus.web.served import Question, Served
from foedus.web.tiles import make_tiles


def serving(
    mission: str,
    run: Path | None,
    open_store: Callable[[], Store] | None,
    at: tuple[str, int],
    tell: Callable[[str], object],
    version: str,
) -> None:
    """Serve a mission until it is stopped; raises `OperatorError` where it cannot be served."""
    served = ready(mission, run, open_store, version)
    warm(served)
    family = socket.AF_INET6 if ":" in at[0] else socket.AF_INET
    bound = socket.create_server(at, family=family)
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    tell(f"{served.edition.mission.title}: http://{shown}:{port}/")
    config = uvicorn.Config(
        application(served),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
    )
    try:
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        served.edition.close()


def ready(
    mission: str,
    run: Path | None,
    open_store: Callable[[], Store] | None = None,
    version: str = "",
) -> Served:
    """Open a mission's run and make ready what the web needs of it."""
    found = read_mission(mission)
    edition = open_edition(found, run or default_out(found.id))
    served = Served(edition, open_store, _now_us, version)
    with served.log() as log:
        served.is_exercise = log is not None and log.standing.exercise
        own = ("", found.id)
        if log is not None and log.standing.mission not in own:
            got = f"one of {log.standing.mission}"
            fault = Fault(file=log.store.name, expected=f"a log of {found.id}", got=got)
            raise OperatorError(fault)
    make_tiles(edition)
    return served


def warm(served: Served) -> None:
    """Ask once what takes longest to be asked first: the kernels, the counts and the clocks."""
    for name in ("today", "map", "ground", "counts", "agreements"):
        ANSWERS[name](Question(served, BY_NAME[name], When(), "", {}))


def _now_us() -> int:
    return time.time_ns() // 1000
