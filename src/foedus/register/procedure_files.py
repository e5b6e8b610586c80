# SPDX-License-Identifier: Apache-2.0
"""A procedure file read and checked: YAML 1.2, one state each, every fault told at its line.

Steps, each over the whole file before the next: (1) bytes to nodes; (2) nodes to records; (3) what
ids, sources, facts, anchors and durations refer to. Nothing is raised before the end. The keys are
those that `docs/reference/procedures.md` explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from foedus.base.durations import read_duration
from foedus.base.time_limits import ANCHORS, Deadline, faults_of
from foedus.base.zones import is_zone, zone_names
from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.register.procedures import FACTS, Clock, ProcedureFile, Route
from foedus.terms.articles import Fence
from foedus.terms.blocks import read_block
from foedus.terms.document import read_text
from foedus.terms.faults import Faults, Key, Lines, line_of
from foedus.terms.fields import fit

FOLDER: Final = Path(str(files("foedus") / "library" / "procedures"))
CONSENT: Final = "consent"
"""A clock's anchor: the moment at which the last step before the start was taken."""


class Loaded(NamedTuple):
    """What came of a file: the procedures if it has no fault, and all that was found."""

    file: ProcedureFile | None
    faults: tuple[Fault, ...]


def read_procedures(folder: Path = FOLDER) -> dict[str, ProcedureFile]:
    """Return state -> its procedures, of every file of a folder or those that are shipped.

    Raises `DrafterError` with all faults of all files.
    """
    loaded = [load_procedures(path) for path in sorted(folder.glob("*.yaml"))]
    faults = [fault for item in loaded for fault in item.faults]
    if faults:
        raise DrafterError(*faults)
    return {item.file.state: item.file for item in loaded if item.file is not None}


@cache
def shipped_procedures() -> dict[str, ProcedureFile]:
    """Return the procedures that are shipped, by state; read once."""
    return read_procedures()


def load_procedures(path: Path) -> Loaded:
    """Read one file, and return what it says or its faults, in the order of lines."""
    faults = Faults(str(path))
    text = read_text(path, faults)
    if text is None:
        return Loaded(None, faults.in_order)
    fence = Fence("procedures", text, 0, text.count("\n") + 1, None, is_whole=True)
    node = read_block(fence, faults)
    fitted = fit(node, fence, ProcedureFile, faults) if node is not None else None
    if fitted is None or not fitted.fits:
        return Loaded(None, faults.in_order)
    found: ProcedureFile = fitted.record(ProcedureFile)
    _Check(found, fitted.lines, faults).check(path.stem)
    return Loaded(None if faults.found else found, faults.in_order)


class _Check:
    """One file that has its form, and what its words refer to."""

    def __init__(self, file: ProcedureFile, lines: Lines, faults: Faults) -> None:
        self.file, self.lines, self.faults = file, lines, faults
        self.used: set[str] = set()

    def check(self, stem: str) -> None:
        """Check every part of the file."""
        if self.file.state.lower() != stem:
            hint = f"name the file {self.file.state.lower()}.yaml, or mend the state"
            self.fault(("state",), f"{stem.upper()!r}, as the file is named", self.file.state, hint)
        if not is_zone(self.file.zone):
            hint = did_you_mean(self.file.zone, zone_names())
            self.fault(("zone",), "an IANA zone", self.file.zone, hint)
        for name, entry in self.file.sources.items():
            if not entry.url.startswith(("http://", "https://")):
                self.fault(("sources", name, "url"), "an address, http or https", entry.url)
        for number, procedure in enumerate(self.file.procedures):
            place = ("procedures", str(number))
            self._cited(place, procedure)
            self._unique((*place, "routes"), (route.id for route in procedure.routes))
            for position, route in enumerate(procedure.routes):
                self._route((*place, "routes", str(position)), route)
            for position, said in enumerate(procedure.rules):
                self._cited((*place, "rules", str(position)), said)
        for name in self.file.sources:
            if name not in self.used:
                self.fault(("sources", name), "a source that something cites", f"unused {name!r}")

    def fault(self, key: Key, expected: str, got: str, hint: str = "") -> None:
        """Keep one fault of what stands under `key`."""
        self.faults.add(line_of(self.lines, key), key, expected, repr(got), hint or "mend it")

    def _unique(self, key: Key, ids: Iterable[str]) -> None:
        seen: set[str] = set()
        for position, name in enumerate(ids):
            if name in seen:
                self.fault((*key, str(position), "id"), "an id of its own", name)
            seen.add(name)

    def _cited(self, key: Key, rule: Any) -> None:
        """Check that a rule's source is listed; one that is not checked (K) may have none."""
        self.used.add(rule.source)
        if rule.source in self.file.sources or (not rule.source and rule.evidence == "K"):
            return
        hint = did_you_mean(rule.source, self.file.sources) if self.file.sources else ""
        self.fault((*key, "source"), "the key of a source", rule.source, hint)

    def _route(self, key: Key, route: Route) -> None:
        self._cited(key, route)
        self._facts((*key, "when"), route.when)
        ids = [*(step.id for step in route.steps), *(end.id for end in route.ends)]
        self._unique((*key, "steps"), ids)
        for position, step in enumerate(route.steps):
            place = (*key, "steps", str(position))
            self._cited(place, step)
            self._clock((*place, "clock"), step.clock, ids)
            if step.does == "keeps-silent" and (step.clock is None or step.missed != "deemed"):
                hint = "add a clock, and `missed: deemed`"
                self.fault(place, "a silence with its time limit", step.id, hint)
        for position, end in enumerate(route.ends):
            place = (*key, "ends", str(position))
            self._cited(place, end)
            self._facts((*place, "when"), end.when)
            self._clock((*place, "clock"), end.clock, ids)

    def _facts(self, key: Key, when: dict[str, bool]) -> None:
        for name in when:
            if name not in FACTS:
                self.fault((*key, name), "a fact that is known", name, did_you_mean(name, FACTS))

    def _clock(self, key: Key, clock: Clock | None, ids: list[str]) -> None:
        if clock is None:
            return
        anchors = (*ANCHORS, CONSENT, *ids)
        for field, known in (("after", anchors), ("or_due", ("", *ids))):
            word = getattr(clock, field)
            if word not in known:
                self.fault((*key, field), "an anchor or a step", word, did_you_mean(word, known))
        for fault in _clock_faults(clock):
            self.fault((*key, fault.column or ""), fault.expected, fault.got, fault.hint)


def _clock_faults(clock: Clock) -> Iterator[Fault]:
    duration = read_duration(clock.lasts)
    if isinstance(duration, Fault):
        yield Fault(column="lasts", expected=duration.expected, got=clock.lasts, hint=duration.hint)
    else:
        yield from faults_of(deadline_of(clock, "UTC"))


def deadline_of(clock: Clock, zone: str) -> Deadline:
    """Return a clock as a deadline of the calculus; raises `DrafterError` if it has no duration."""
    duration = read_duration(clock.lasts)
    if isinstance(duration, Fault):
        raise DrafterError(duration)
    return Deadline(
        anchor=clock.after if clock.after in ANCHORS else "completion",
        of=clock.of or clock.after,
        duration=duration,
        rule=clock.counted,
        roll=clock.carried_to,
        zone=zone,
        calendar=clock.calendar,
        soft=clock.soft,
    )
