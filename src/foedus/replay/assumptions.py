# SPDX-License-Identifier: Apache-2.0
"""What a replay assumes that people would have decided: from a named file, and from nowhere else.

The machine finds and people decide; a replay has no commission. So whoever asks writes down which
findings they assume would have been determined as breaches, and how late. Triggers that a text has
not may be assumed too, and the events that a warning should have come before are named with their
source. Whatever rests on this bears the marks REPLAY and ASSUMED.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from foedus.base.moments import Moment
from foedus.base.readings import read_moment
from foedus.errors import DrafterError, Fault, OperatorError
from foedus.findings.record import BREACH, CONTESTED, UNDETERMINED
from foedus.terms.breach_counts import length_us
from foedus.terms.faults import Faults, line_of
from foedus.terms.rules import ALL, OPEN, Entry, TriggerRule
from foedus.terms.yaml_files import read_entry


class Decide(Entry, frozen=True, kw_only=True):
    """Findings that are assumed to be determined as breaches."""

    of: tuple[str, ...] = ()
    """Ids of terms; none: all."""
    verdicts: tuple[Literal["breach", "undetermined", "contested"], ...] = (BREACH,)
    after: str = "0 hours"
    """How long after the record knew of it the decision comes."""
    least_probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """Of a finding whose probability is told: at least so much."""


class AssumedTrigger(Entry, frozen=True, kw_only=True):
    """A trigger that the text has not."""

    id: str
    of: tuple[str, ...] = ()
    by: tuple[str, ...] = (ALL,)
    zone: str | None = None
    """Zone of the agreement in which alone they count."""
    count: Annotated[int, msgspec.Meta(ge=1)]
    within: str = OPEN

    def rule(self) -> TriggerRule:
        """Return it as a rule."""
        return TriggerRule(
            id=self.id, text=f"assumed: {self.id}", source="assumed", of=self.of, by=self.by,
            zone=self.zone, count=self.count, within=self.within, opens="nothing",
        )  # fmt: skip


class Event(Entry, frozen=True, kw_only=True):
    """Something before which a warning should have come."""

    on: str
    title: str
    url: str
    evidence: Literal["S", "P"]


class AssumptionsFile(Entry, frozen=True, kw_only=True):
    """All of the file."""

    id: str
    text: str
    """What is assumed, in a plain sentence."""
    assumed_by: str
    """Who assumes it."""
    decide: tuple[Decide, ...]
    triggers: tuple[AssumedTrigger, ...] = ()
    events: tuple[Event, ...] = ()
    horizon: str = "30 days"
    """How long before an event a firing still warns of it."""


class Dated(NamedTuple):
    """An event with its moment."""

    event: Event
    on: Moment


class Assumptions(NamedTuple):
    """A file of assumptions, read."""

    file: str
    sha256: str
    stated: AssumptionsFile
    events: tuple[Dated, ...]
    horizon_us: int


def read_assumptions(path: Path, zone: str) -> Assumptions:
    """Read a file; times without a zone are in `zone`.

    Raises `OperatorError` if it is not there, `DrafterError` with all of its faults.
    """
    if not path.is_file():
        fault = Fault(column="--assume", expected="a file of assumptions", got=repr(str(path)))
        raise OperatorError(fault)
    stated, lines, faults = read_entry(path, AssumptionsFile)
    if stated is None:
        raise DrafterError(*faults.in_order)
    read = _Read(stated, lines, faults, zone)
    events = tuple(read.events())
    horizon = read.length(("horizon",), stated.horizon)
    for number, one in enumerate(stated.decide):
        read.length(("decide", str(number), "after"), one.after)
    for number, trigger in enumerate(stated.triggers):
        if trigger.within != OPEN:
            read.length(("triggers", str(number), "within"), trigger.within)
    if faults.found:
        raise DrafterError(*faults.in_order)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Assumptions(str(path), digest, stated, events, horizon)


class _Read:
    """The times of a file, with every fault at its line."""

    def __init__(
        self, stated: AssumptionsFile, lines: dict[tuple[str, ...], int], faults: Faults, zone: str
    ) -> None:
        self.stated, self.lines, self.faults, self.zone = stated, lines, faults, zone

    def length(self, key: tuple[str, ...], written: str) -> int:
        """Return a duration in microseconds; 0 after adding a fault."""
        found = length_us(written)
        if found is None:
            hint = "a number of hours, days or weeks"
            line = line_of(self.lines, key)
            self.faults.add(line, key, "a duration of fixed length", repr(written), hint)
        return found or 0

    def events(self) -> list[Dated]:
        """Return the events with their moments."""
        found = []
        for number, event in enumerate(self.stated.events):
            on = read_moment(event.on, self.zone)
            if isinstance(on, Moment):
                found.append(Dated(event, on))
            else:
                key = ("events", str(number), "on")
                line = line_of(self.lines, key)
                self.faults.add(line, key, "a day or a moment", repr(event.on), "as 2015-02-18")
        return found


PLAIN: Final = (BREACH, UNDETERMINED, CONTESTED)
"""Verdicts that may be assumed to be determined."""
