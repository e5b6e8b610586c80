# SPDX-License-Identifier: Apache-2.0
"""A new run taken up without a restart: noticed, held, made ready beside the old one, served.

1. Whether the folder holds another run, or the mission was changed, is seen by the identity of
   their files.
2. The run is held as it was found, and made ready in a process of its own.
3. What is asked first is asked once, so that no reader waits for it.
4. The new edition takes the place of the old one, which ends with its last request.
A run that cannot be made ready leaves the old edition where it is; why is told once. When to look
is left to `serving`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
from pyarrow import ArrowException

from foedus.errors import Fault, FoedusError, OperatorError
from foedus.mission import FILE, read_mission
from foedus.publication.answers import SIGN
from foedus.publication.edition import When, open_edition
from foedus.trust.stores import Store, StoreError
from foedus.web.app import ANSWERS
from foedus.web.current import Current
from foedus.web.hold import Identity, held, holding_place, identity, put_back
from foedus.web.making import Before, Maker
from foedus.web.routes import BY_NAME
from foedus.web.served import Question, Served
from foedus.web.tiles import make_tiles

FIRST_ASKED: Final = ("today", "map", "ground", "counts", "agreements")
"""What takes longest to be asked first: the kernels, the counts and the clocks."""


class Renewal:
    """Makes the runs of one mission ready, one after the other."""

    def __init__(
        self,
        mission: str,
        run: Path,
        make: Callable[[Path, Path], Served],
        tell: Callable[[str], object],
    ) -> None:
        self.mission = mission
        self.run = run.absolute()
        self.make = make
        """Opens a run that was made ready: the folder where it is held, and its own."""
        self.tell = tell
        self.maker = Maker()
        self.place = holding_place(self.run)
        self.seen: tuple[Identity | None, ...] = ()
        self.told: tuple[Fault, ...] = ()

    def first(self) -> Served:
        """Return the run that is there, ready to be served.

        Raises `OperatorError` where there is none, or it cannot be made ready.
        """
        self.seen = self._found(read_mission(self.mission).folder)
        return self._prepared()

    def look(self, current: Current) -> None:
        """Serve the run that is there if it is another one; return when that is done."""
        found = self._found(current.served.edition.mission.folder)
        if found == self.seen or found[0] is None:
            return
        self.seen = found
        current.begin()
        try:
            self._renew(current)
        except (FoedusError, OSError, duckdb.Error, ArrowException) as error:
            current.fail(faults_of(error))
            self._tell_once(current.faults)
            if isinstance(error, StoreError):
                # The log may be there again soon, and then the run is as good as any.
                self.seen = ()
        except BaseException:
            current.fail((Fault(expected="a program without this fault", got="see its console"),))
            raise

    def _tell_once(self, faults: tuple[Fault, ...]) -> None:
        if faults != self.told and not self.maker.is_stopped:
            self.told = faults
            for fault in faults:
                self.tell(f"The new run is not served: {fault}")

    def _found(self, mission: Path) -> tuple[Identity | None, ...]:
        return identity(self.run / SIGN), identity(mission / FILE)

    def _renew(self, current: Current) -> None:
        edition = current.served.edition
        fresh = self._prepared(Before(edition.kept, edition.digest, edition.made_s))
        if fresh.edition.digest == edition.digest:
            self.let_go(fresh)
            current.stay()
            return
        current.take(fresh)
        self.told = ()
        self.tell(f"{fresh.edition.mission.title}: edition {fresh.edition.digest[:12]}")

    def _prepared(self, before: Before | None = None) -> Served:
        folder = held(self.run, self.place, read_mission(self.mission).id)
        try:
            self.maker.make_ready(self.mission, folder, before)
            served = self.make(folder, self.run)
            warm(served)
            self._put_back(served)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return served

    def _put_back(self, served: Served) -> None:
        """Keep what was made for the next start, if the folder may be written."""
        try:
            put_back(served.edition.folder, self.run, served.edition.kept.name)
        except OSError as error:
            self.tell(f"What was made ready is not kept for the next start: {error}")

    def let_go(self, served: Served) -> None:
        """Close an edition that is no longer served, and hold its run no longer."""
        served.close()
        shutil.rmtree(served.edition.folder, ignore_errors=True)

    def stop(self) -> None:
        """End what is being made ready; no other run is taken up."""
        self.maker.stop()

    def end(self) -> None:
        """Hold nothing any longer."""
        shutil.rmtree(self.place, ignore_errors=True)


def faults_of(error: Exception) -> tuple[Fault, ...]:
    """Return what is wrong, by whatever it was raised."""
    if isinstance(error, FoedusError):
        return error.faults
    return (Fault(expected="a run that can be made ready", got=str(error)),)


def opened(
    mission: str,
    run: Path,
    open_store: Callable[[], Store] | None,
    now_us: Callable[[], int],
    version: str = "",
    home: Path | None = None,
    tell: Callable[[str], object] = lambda _line: None,
) -> Served:
    """Open the run in a folder, and make of it what is not made yet.

    `home` is the run's own folder where `run` only holds it. Raises `OperatorError` where it cannot
    be opened, or it or the log is another mission's.
    """
    found = read_mission(mission)
    edition = open_edition(found, run)
    served = Served(edition, open_store, now_us, version, home=home or run, tell=tell)
    try:
        _require_own(found.id, edition.summary["mission"], f"a run of {found.id}", str(run))
        with served.log() as log:
            if log is not None:
                served.is_exercise = log.standing.exercise
                name = log.store.name
                _require_own(found.id, log.standing.mission, f"a log of {found.id}", name)
        make_tiles(edition)
    except BaseException:
        served.close()
        raise
    return served


def _require_own(mission: str, got: str, expected: str, file: str) -> None:
    if got not in ("", mission):
        raise OperatorError(Fault(file=file, expected=expected, got=f"one of {got}"))


def warm(served: Served) -> None:
    """Ask once what takes longest to be asked first."""
    for name in FIRST_ASKED:
        ANSWERS[name](Question(served, BY_NAME[name], When(), "", {}))
