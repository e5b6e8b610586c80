# SPDX-License-Identifier: Apache-2.0
"""Decisions that a replay assumes people had made, from a named file and from nowhere else.

The machine never plays the commission: whoever asks writes down which cases would have been
decided, how, when, and attributed to whom, and on which reports each rests. What else a ladder
needs is stated with them: facts, whose breaches it is taken to answer, which states stand behind
its bearers. Every fault is told at its line; whatever rests on this bears the mark ASSUMED.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from foedus.base.evidence import Judgement
from foedus.base.moments import Moment
from foedus.base.readings import read_moment
from foedus.cases.kinds import Severity, Verdict
from foedus.cases.record import Decision
from foedus.errors import DrafterError, Fault, OperatorError
from foedus.guarantee.standing import JUDGED, Standing
from foedus.obligations.from_guarantee import Roster
from foedus.terms.faults import Faults, Key, Lines, line_of
from foedus.terms.rules import Entry
from foedus.terms.yaml_files import read_entry

BODY: Final = "ASSUMED"
Said = Literal["yes", "no", "unknown"]


class Step(Entry, frozen=True, kw_only=True):
    """One decision of a case."""

    verdict: Verdict = "breach"
    severity: Severity
    occurred: str
    """A day or a moment."""
    determined: str
    reports: tuple[str, ...]
    """Ids of the reports on which it rests."""
    text: str


class Attributed(Entry, frozen=True, kw_only=True):
    """One way in which a case is assumed to be attributed; each is a case of its own."""

    id: str
    title: str
    party: str | None = None
    """Who answers for it; left out: it cannot be attributed."""


class AssumedCase(Entry, frozen=True, kw_only=True):
    """Facts that are assumed to have been decided upon, once for each way of attributing them."""

    id: str
    title: str
    agreement: str
    term: str
    article: str
    reading: str = "text"
    attributed: tuple[Attributed, ...]
    decisions: tuple[Step, ...]


class Behind(Entry, frozen=True, kw_only=True):
    """Which mission's register says what states have bound themselves to, and on which day."""

    mission: str
    on: str | None = None


class DecisionsFile(Entry, frozen=True, kw_only=True):
    """All of the file."""

    id: str
    text: str
    """What is assumed, in plain sentences."""
    assumed_by: str
    ladders: tuple[str, ...]
    """Ids of shipped agreements that have ladders."""
    facts: dict[str, Said] = msgspec.field(default_factory=dict)
    """Predicate that a ladder needs -> whether it is assumed to hold."""
    answers_to: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Party of a ladder -> parties of the record whose breaches are taken for its own."""
    register: Behind
    members: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Bearer of a rung -> states."""
    components: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Word of a menu -> components of the register."""
    owed_to: tuple[str, ...]
    at: str
    """The moment at which the replay ends."""
    cases: tuple[AssumedCase, ...]


class Assumed(NamedTuple):
    """A file of assumed decisions, read."""

    file: str
    sha256: str
    stated: DecisionsFile
    decisions: tuple[Decision, ...]
    reports: dict[str, tuple[str, ...]]
    """Decision -> the reports on which it rests."""
    at: Moment

    @property
    def titles(self) -> dict[str, str]:
        """Case -> its title, with how it is attributed."""
        return {
            f"{case.id}-{one.id}": f"{case.title}, {one.title}"
            for case in self.stated.cases
            for one in case.attributed
        }

    @property
    def standing(self) -> Standing:
        """The facts that are assumed, for every ladder of the file."""
        facts: dict[tuple[str, str], Judgement] = {
            (ladder, name): JUDGED[said]
            for ladder in self.stated.ladders
            for name, said in self.stated.facts.items()
        }
        return Standing(facts=facts)

    @property
    def stands_for(self) -> dict[str, tuple[str, ...]]:
        """Party of the record -> party of the ladder for which it is taken."""
        return {
            own: (named,) for named, parties in self.stated.answers_to.items() for own in parties
        }

    @property
    def roster(self) -> Roster:
        """Which states and components the ladders mean."""
        return Roster(
            members=self.stated.members,
            components=self.stated.components,
            owed_to=self.stated.owed_to,
        )


def read_decisions(path: Path, zone: str) -> Assumed:
    """Read a file; times without a zone are in `zone`.

    Raises `OperatorError` if it is not there, `DrafterError` with all of its faults.
    """
    if not path.is_file():
        fault = Fault(column="--assume", expected="a file of decisions", got=repr(str(path)))
        raise OperatorError(fault)
    stated, lines, faults = read_entry(path, DecisionsFile)
    if stated is None:
        raise DrafterError(*faults.in_order)
    read = _Read(stated, lines, faults, zone)
    at = read.moment(("at",), stated.at)
    told = list(read.decisions())
    if faults.found or at is None:
        raise DrafterError(*faults.in_order)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    decisions = tuple(decision for decision, _ in told)
    reports = {decision.decision: step.reports for decision, step in told}
    return Assumed(str(path), digest, stated, decisions, reports, at)


class _Read:
    """The decisions of a file, with every fault at its line."""

    def __init__(self, stated: DecisionsFile, lines: Lines, faults: Faults, zone: str) -> None:
        self.stated, self.lines, self.faults, self.zone = stated, lines, faults, zone

    def moment(self, key: Key, written: str) -> Moment | None:
        """Return a time as a moment; None after adding a fault."""
        found = read_moment(written, self.zone)
        if isinstance(found, Moment):
            return found
        line = line_of(self.lines, key)
        self.faults.add(line, key, "a day or a moment", repr(written), "such as 2015-02-15")
        return None

    def decisions(self) -> Iterator[tuple[Decision, Step]]:
        """Yield the decisions that can be read, with what is stated of each."""
        seen: set[str] = set()
        for number, case in enumerate(self.stated.cases):
            key: Key = ("cases", str(number))
            if case.id in seen:
                line = line_of(self.lines, (*key, "id"))
                self.faults.add(line, (*key, "id"), "an id of its own", repr(case.id))
            seen.add(case.id)
            for place, step in enumerate(case.decisions):
                times = self._times(step, (*key, "decisions", str(place)))
                if times is not None:
                    for one in case.attributed:
                        yield _made(case, one, step, times, place), step

    def _times(self, step: Step, key: Key) -> tuple[Moment, Moment] | None:
        occurred = self.moment((*key, "occurred"), step.occurred)
        determined = self.moment((*key, "determined"), step.determined)
        if not step.reports:
            line = line_of(self.lines, (*key, "reports"))
            self.faults.add(line, (*key, "reports"), "a report or more", "none")
        if occurred is None or determined is None:
            return None
        if determined.to_us <= occurred.from_us:
            line = line_of(self.lines, (*key, "determined"))
            expected = "a decision after what it is about"
            self.faults.add(line, (*key, "determined"), expected, repr(step.determined))
        return occurred, determined


def _made(
    case: AssumedCase, one: Attributed, step: Step, times: tuple[Moment, Moment], place: int
) -> Decision:
    occurred, determined = times
    return Decision(
        decision=f"{case.id}-{one.id}#{place + 1}",
        case=f"{case.id}-{one.id}",
        agreement=case.agreement,
        term=case.term,
        article=case.article,
        reading=case.reading,
        verdict=step.verdict,
        party=one.party,
        severity=step.severity,
        occurred=occurred,
        detected=None,
        verified=None,
        determined=determined,
        body=BODY,
        standard=BODY,
        votes=(),
        incidents=(),
        findings=(),
        grounds=(),
        text=step.text,
        known_us=determined.to_us - 1,
        assumed=True,
    )


def resting_on(
    decision: Decision, incidents: tuple[str, ...], findings: tuple[str, ...]
) -> Decision:
    """Return a decision with the incidents and findings that its reports have led to."""
    return msgspec.structs.replace(decision, incidents=incidents, findings=findings)
