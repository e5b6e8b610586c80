# SPDX-License-Identifier: Apache-2.0
"""Acts of the public record: files of a mission's folder `acts/`, read as a log would give them.

What governments did in public is on record without their signature. Such acts are files: each says
when it held, when it became public, and what it says, with its source. Nobody signed them, and no
output says so: they are an unsigned, cited record, which somebody with a recorder's key can append
to a log, act by act. Every fault of every file is told at its line. A day counts as known from its
end. Signed acts are read from the log, by `trust`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from foedus.base.encoding import digest
from foedus.base.moments import Moment
from foedus.base.readings import Uncomputable, read_moment
from foedus.base.time_limits import ANCHORS
from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.register.consent import RECALL
from foedus.register.procedures import FACTS, ProcedureFile
from foedus.register.record import (
    AnyPayload,
    CommitmentStep,
    Condition,
    ConsentStep,
    DeploymentStep,
    InstrumentMade,
    InstrumentStep,
    subject_of,
)
from foedus.terms.articles import Fence
from foedus.terms.blocks import read_block
from foedus.terms.document import read_text
from foedus.terms.faults import Faults, Key, Lines, line_of
from foedus.terms.fields import fit
from foedus.trust.acts import plain
from foedus.trust.folding import Entry

FOLDER: Final = "acts"
COALITION: Final = "COALITION"
"""Stands for the members of a coalition that acted together and were not listed."""


class RecordedAct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One act of a file."""

    on: str
    """When it held: a day or a moment in the mission's zone."""
    known: str
    """When it became public."""
    act: AnyPayload


class ActFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of one file."""

    note: str = ""
    acts: tuple[RecordedAct, ...]


class _Read(NamedTuple):
    """One file that has its form."""

    path: Path
    file: ActFile
    lines: Lines
    faults: Faults


def read_acts(folder: Path, zone: str, procedures: dict[str, ProcedureFile]) -> tuple[Entry, ...]:
    """Return the acts of a folder in the order in which they became public; none: no folder.

    Raises `DrafterError` with all faults of all files, those of form first.
    """
    read: list[_Read] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        found = Faults(str(path))
        loaded = _load(path, found)
        faults += found.in_order
        if loaded is not None:
            read.append(loaded)
    if faults:
        raise DrafterError(*faults)
    known = _Known(read, procedures)
    for item in read:
        _Check(item, known, zone).check()
        faults += item.faults.in_order
    if faults:
        raise DrafterError(*faults)
    return _in_order(read, zone)


def _load(path: Path, faults: Faults) -> _Read | None:
    text = read_text(path, faults)
    if text is None:
        return None
    fence = Fence("acts", text, 0, text.count("\n") + 1, None, is_whole=True)
    node = read_block(fence, faults)
    fitted = fit(node, fence, ActFile, faults) if node is not None else None
    if fitted is None or not fitted.fits:
        return None
    return _Read(path, fitted.record(ActFile), fitted.lines, faults)


def _in_order(read: Iterable[_Read], zone: str) -> tuple[Entry, ...]:
    told = [
        (_moment(item.known, zone).to_us - 1, place, item)
        for place, item in enumerate(act for one in read for act in one.file.acts)
    ]
    told.sort(key=lambda triple: triple[:2])
    return tuple(_entry(n, known, item, zone) for n, (known, _, item) in enumerate(told))


def _entry(index: int, known_us: int, item: RecordedAct, zone: str) -> Entry:
    payload: dict[str, Any] = plain(item.act)
    kind = payload.pop("kind")
    subject, on = subject_of(item.act), _moment(item.on, zone)
    named = {
        "kind": kind,
        "known": item.known,
        "on": item.on,
        "payload": payload,
        "subject": subject,
        "zone": zone,
    }
    return Entry(
        index=index,
        known_us=known_us,
        subject=subject,
        kind=kind,
        on_from_us=on.from_us,
        on_to_us=on.to_us,
        act=digest(named),
        payload=payload,
    )


def _moment(written: str, zone: str) -> Moment:
    found = read_moment(written, zone)
    if isinstance(found, Moment):
        return found
    raise DrafterError(Fault(expected="a time that can be computed", got=repr(written)))


class _Known:
    """The names that acts may use: those that acts of any file make."""

    def __init__(self, read: Iterable[_Read], procedures: dict[str, ProcedureFile]) -> None:
        made = [
            item.act
            for one in read
            for item in one.file.acts
            if isinstance(item.act, InstrumentMade)
        ]
        self.instruments = [item.instrument for item in made]
        self.components = [part.id for item in made for part in item.components]
        self.states = [*procedures, COALITION]
        self.procedures = procedures


class _Check:
    """One file, and what its words refer to."""

    def __init__(self, read: _Read, known: _Known, zone: str) -> None:
        self.read, self.known, self.zone = read, known, zone

    def check(self) -> None:
        """Check every act of the file."""
        for number, item in enumerate(self.read.file.acts):
            key = ("acts", str(number))
            for name in ("on", "known"):
                self._time((*key, name), getattr(item, name))
            self._act((*key, "act"), item.act)

    def _fault(self, key: Key, expected: str, got: str, hint: str = "mend it") -> None:
        self.read.faults.add(line_of(self.read.lines, key), key, expected, repr(got), hint)

    def _time(self, key: Key, written: str) -> None:
        found = read_moment(written, self.zone)
        if isinstance(found, Fault):
            self._fault(key, found.expected, written, found.hint or "such as 2026-01-06")
        elif isinstance(found, Uncomputable):
            self._fault(key, "a time that can be computed", written, f"it needs {found.needs}")

    def _act(self, key: Key, said: AnyPayload) -> None:
        if not said.source.startswith(("http://", "https://")):
            self._fault((*key, "source"), "an address, http or https", said.source)
        if isinstance(said, (InstrumentStep, CommitmentStep, ConsentStep, DeploymentStep)):
            self._name((*key, "state"), "a state", said.state, self.known.states)
        if isinstance(said, (CommitmentStep, DeploymentStep)):
            name = said.component
            self._name((*key, "component"), "a component", name, self.known.components)
        if isinstance(said, InstrumentStep):
            name = said.instrument
            self._name((*key, "instrument"), "an instrument", name, self.known.instruments)
        if isinstance(said, CommitmentStep):
            self._conditions(key, said.conditions)
        if isinstance(said, ConsentStep):
            self._consent(key, said)

    def _name(self, key: Key, what: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        if name not in names:
            self._fault(key, f"{what} that is on record", name, did_you_mean(name, names))

    def _conditions(self, key: Key, conditions: Iterable[Condition]) -> None:
        for number, item in enumerate(conditions):
            state, _, component = item.of.partition("/")
            if item.of and (
                state not in self.known.states or component not in self.known.components
            ):
                place = (*key, "conditions", str(number), "of")
                self._fault(place, "state/component", item.of, "such as US/guarantee")

    def _consent(self, key: Key, said: ConsentStep) -> None:
        words = [*ANCHORS, RECALL, *_steps(self.known.procedures.get(said.state), said)]
        self._name((*key, "what"), "a step of its procedure", said.what, words)
        matters = [*self.known.components, *self.known.instruments, "*"]
        self._name((*key, "matter"), "a component or instrument", said.matter, matters)
        for name in said.facts:
            self._name((*key, "facts", name), "a fact of procedures", name, FACTS)
        if said.until:
            self._time((*key, "until"), said.until)


def _steps(file: ProcedureFile | None, said: ConsentStep) -> Iterator[str]:
    procedure = file.procedure(said.act) if file is not None else None
    for route in procedure.routes if procedure is not None else ():
        yield from (step.id for step in route.steps)
