# SPDX-License-Identifier: Apache-2.0
"""Making a run ready in a process of its own, so that those who read meanwhile do not wait for it.

Building an edition takes memory and minutes for a million incidents. The process is polite to
others, hands back the faults that it met, and leaves its memory to the machine when it ends.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final, NamedTuple

from foedus.errors import Fault, FoedusError, OperatorError
from foedus.mission import read_mission
from foedus.publication.edition import open_edition
from foedus.publication.succession import write_steps
from foedus.web.tiles import make_tiles

NICE: Final = 10


class Before(NamedTuple):
    """The edition that is served, while another one is made ready."""

    kept: Path
    digest: str
    made_s: int


class Maker:
    """Makes runs ready, one at a time, until it is stopped."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._lock = threading.Lock()
        self.is_stopped = False

    def make_ready(self, mission: str, folder: Path, before: Before | None = None) -> None:
        """Make what the web needs of the run in `folder`, and wait for it.

        How it differs from the edition `before` is kept beside it.

        Raises `OperatorError` with the faults that were met.
        """
        spawn = get_context("spawn")
        told, telling = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_made, args=(mission, folder, before, telling), daemon=True)
        with self._lock:
            if not self.is_stopped:
                self._process = process
                process.start()
        telling.close()
        try:
            faults: tuple[Fault, ...] = told.recv()
        except EOFError:
            got = f"an end with code {_code(process)}"
            faults = (Fault(file=str(folder), expected="a run that can be made ready", got=got),)
        finally:
            told.close()
            self._ended()
        if faults:
            raise OperatorError(*faults)

    def _ended(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.pid is not None:
            # Whatever it was, the answer is there or nobody waits for it.
            process.kill()
            process.join()

    def stop(self) -> None:
        """End what is being made, and make nothing any more."""
        with self._lock:
            self.is_stopped = True
            if self._process is not None:
                self._process.kill()


def _code(process: SpawnProcess) -> int | None:
    if process.pid is None:
        return None
    process.join()
    return process.exitcode


def _made(mission: str, folder: Path, before: Before | None, telling: Connection) -> None:
    # Ctrl-C goes to all processes of a terminal; the server ends this one itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    try:
        edition = open_edition(read_mission(mission), folder)
        make_tiles(edition)
        edition.close()
        if before is not None and before.digest != edition.digest:
            write_steps(edition.kept, before.kept, before.digest, before.made_s)
    except FoedusError as error:
        telling.send(error.faults)
    else:
        telling.send(())
