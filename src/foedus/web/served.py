# SPDX-License-Identifier: Apache-2.0
"""What is served: one mission with its edition and its log, and a question asked of it.

`Served` is made once when the server starts; `Question` once for each request, with every word that
a reader sent checked. What costs more than a query, such as the fold of acts, is kept by the times
for which it was asked. The clock is handed in, and asked only where a log runs.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from foedus.base.moments import MINUTE_US
from foedus.errors import Fault, OperatorError
from foedus.findings.states import NO_STATES, STATES, record_at
from foedus.publication.binding import Answered, bound
from foedus.publication.edition import Edition, When
from foedus.register.public_record import FOLDER as ACTS
from foedus.register.record import KINDS
from foedus.replay.clocks import Due, assumed_due, due
from foedus.replay.decisions import read_decisions
from foedus.replay.ladders import play
from foedus.trust.keyring import KINDS as KEY_KINDS
from foedus.trust.kinds import KINDS as TRUST_KINDS
from foedus.trust.kinds import table
from foedus.trust.log import Log
from foedus.trust.stores import Store, StoreError
from foedus.web.routes import Route
from foedus.web.shelf import Shelf

T = TypeVar("T")
KEPT: Final = 256
"""Answers of folds that are kept."""
RETRY_US: Final = 2_000_000
"""How long a store that did not answer is left alone."""
PAGE: Final = 50
MOST: Final = 500
RECORD: Final = ("members", "incidents", "findings")


@dataclass
class Slot:
    """What is made once: nothing, or the one thing in the list."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: list[Any] = field(default_factory=list)


class Outage:
    """Since when a store did not answer, and why; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._error: StoreError | None = None
        self._again_us = 0

    def require_over(self, now_us: int) -> None:
        """Raise the last error again where it is too early to ask."""
        with self._lock:
            if self._error is not None and now_us < self._again_us:
                raise StoreError(*self._error.faults)

    def begins(self, error: StoreError, now_us: int) -> bool:
        """Note that the store did not answer; return whether it did before."""
        with self._lock:
            is_first = self._error is None
            self._error, self._again_us = error, now_us + RETRY_US
            return is_first

    def ends(self) -> bool:
        """Note that the store answered; return whether it did not before."""
        with self._lock:
            was_away, self._error = self._error is not None, None
            return was_away


@dataclass
class Served:
    """One mission as it is served."""

    edition: Edition
    open_store: Callable[[], Store] | None
    """Opens the store of a log for reading; None: no log is read."""
    now_us: Callable[[], int]
    version: str = ""
    """Of the program: an answer that was kept is another one after it changed."""
    is_exercise: bool = False
    """Whether the log that is read is one of an exercise; then every page says so."""
    home: Path | None = None
    """The run's own folder, where the edition is of one that is held; bulletins lie beside it."""
    shelf: Shelf = field(default_factory=Shelf)
    """Answers that were written."""
    base: str = ""
    """The address of this web as its readers write it, without a slash at its end; may be empty."""
    tell: Callable[[str], object] = lambda _line: None
    """Tells whoever runs the server."""
    outage: Outage = field(default_factory=Outage)
    kept: OrderedDict[Any, Slot] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def own_folder(self) -> Path:
        """Return the run's own folder, beside which other runs may lie."""
        return (self.home or self.edition.folder).resolve()

    def close(self) -> None:
        """Let go of the edition; nothing can be asked afterwards."""
        self.edition.close()

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """Return what was made for a key before, or make it; others with the same key wait."""
        with self.lock:
            slot = self.kept.setdefault(key, Slot())
            self.kept.move_to_end(key)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        with slot.lock:
            if not slot.made:
                slot.made = [make()]
            found: T = slot.made[0]
            return found

    @contextmanager
    def log(self) -> Iterator[Log | None]:
        """Open the log for reading, if there is one; raises `StoreError` if it cannot be read.

        A store that did not answer is not asked again at once, so that readers need not wait for it
        one after the other. Why it does not is told once, until it answers again.
        """
        if self.open_store is None:
            yield None
            return
        self.outage.require_over(self.now_us())
        try:
            store = self.open_store()
            try:
                yield Log(store, table(KEY_KINDS, TRUST_KINDS, KINDS))
            finally:
                store.close()
        except StoreError as error:
            if self.outage.begins(error, self.now_us()):
                self.tell(f"The log cannot be read: {error}")
            raise
        if self.outage.ends():
            self.tell("The log can be read again.")

    def minute_us(self) -> int | None:
        """Return the present minute where a log runs; None where nothing hangs on the clock."""
        return None if self.open_store is None else self.now_us() // MINUTE_US * MINUTE_US

    def whole_us(self) -> int:
        """Return the earliest `known` of which all is told that is told without one."""
        minute_us = self.minute_us()
        if minute_us is not None:
            return minute_us
        return self.once(("whole",), self.edition.whole_us)

    def bound(self, when: When) -> Answered | None:
        """Return who is bound to what; None where the mission has no acts."""
        mission = self.edition.mission
        if not (mission.folder / ACTS).is_dir() and self.open_store is None:
            return None

        def made() -> Answered:
            with self.log() as log:
                return bound(mission, on=when.on, known=when.known, log=log)

        return self.once(("bound", when, self.minute_us()), made)

    def due(self, when: When) -> Due | None:
        """Return which clocks run; None where the mission names no ladder to answer by."""
        mission = self.edition.mission
        if not mission.guarantee.ladders and not mission.guarantee.replay:
            return None
        return self.once(("due", when, self.minute_us()), lambda: self._due(when))

    def _due(self, when: When) -> Due:
        mission = self.edition.mission
        if self.open_store is None and mission.guarantee.replay:
            return self._replayed(when)
        with self.log() as log:
            return due(mission, at=when.on or when.known, log=log, now_us=self._moment_us())

    def _moment_us(self) -> int:
        minute_us = self.minute_us()
        return self.edition.mission.period_to_us - 1 if minute_us is None else minute_us

    def _replayed(self, when: When) -> Due:
        """Replay what the mission assumes, on the record as it was known then."""
        mission = self.edition.mission
        tables = {
            name: pq.read_table(self.edition.folder / "record" / f"{name}.parquet")
            for name in RECORD
        }
        if when.known_us is not None:
            tables = record_at(tables, self._states(), when.known_us)
        file = mission.folder / mission.guarantee.replay
        played = play(
            file,
            tables,
            mission.zone,
            at_us=self._end_us(file, when),
            is_whole=when.known_us is None,
        )
        return assumed_due(mission, played)

    def _end_us(self, file: Path, when: When) -> int | None:
        """Return how far a replay is played; None: to its own end.

        What was known later than that is not a reason to play on; `on` is.
        """
        if when.on_us is None:
            if when.known_us is None:
                return None
            own_us = read_decisions(file, self.edition.mission.zone).at.to_us - 1
            return min(when.known_us, own_us)
        return min(one for one in (when.on_us, when.known_us) if one is not None)

    def _states(self) -> dict[str, pa.Table]:
        """The states of the record; none where the run does not tell them."""
        if not self.edition.tells_past:
            return dict(NO_STATES)
        folder = self.edition.folder / "record"
        return {name: pq.read_table(folder / f"{name}.parquet") for name in STATES.values()}


@dataclass(frozen=True)
class Question:
    """What one request asks."""

    served: Served
    route: Route
    when: When
    id: str
    given: Mapping[str, str]
    """Parameters of the address, those that the route takes."""

    @property
    def edition(self) -> Edition:
        """The edition that is asked."""
        return self.served.edition

    def word(self, name: str) -> str | None:
        """Return a parameter; None where it is left out or empty."""
        return self.given.get(name) or None

    def limit(self) -> int:
        """Return how many rows are asked for; raises `OperatorError` for what is no such number."""
        said = self.word("limit")
        if said is None:
            return PAGE
        if not (said.isascii() and said.isdecimal() and len(said) < 5 and 1 <= int(said) <= MOST):
            fault = Fault(column="limit", expected=f"1 to {MOST}", got=repr(said[:40]))
            raise OperatorError(fault)
        return int(said)

    def after(self) -> tuple[int | None, str]:
        """Return the cursor: the time and id after which rows are asked for."""
        said = self.word("after")
        if said is None:
            return None, ""
        at, _, name = said.partition("~")
        digits = at.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 18 and name):
            hint = "take it from `next`"
            fault = Fault(column="after", expected="a cursor", got=repr(said[:40]), hint=hint)
            raise OperatorError(fault)
        return int(at), name


class NothingHereError(OperatorError):
    """There is nothing at this address."""


def missing(what: str, got: str, hint: str = "") -> NothingHereError:
    """Return the error that something asked for by its id is not there."""
    return NothingHereError(Fault(column="id", expected=what, got=repr(got[:80]), hint=hint))
