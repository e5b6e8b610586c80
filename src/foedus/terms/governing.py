# SPDX-License-Identifier: Apache-2.0
"""Which agreements govern a mission: the documents, who stands for whom, what is known beside them.

`MissionTerms` are the tables of `mission.toml` that say so (`docs/reference/missions.md`), and
`governing` reads the documents, lines and calendars that they name, with every fault told at its
line of `mission.toml`; the faults of a named document are told at the lines of that document. What
incidents indicate under them is left to `findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

import msgspec

from foedus.base.calendar_files import read_calendar, read_calendars
from foedus.base.calendars import Calendar
from foedus.base.moments import Moment
from foedus.base.parties import Parties
from foedus.base.readings import Uncomputable, read_moment
from foedus.base.time_limits import ANCHORS
from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.terms.document import read_agreement
from foedus.terms.faults import Faults, Key
from foedus.terms.performance import DONE, State, Stated
from foedus.terms.record import Agreement
from foedus.terms.rules import ALL, DutyRule, ExtensionRule, InForceRule
from foedus.terms.settlement_files import read_settlements
from foedus.terms.settlements import Carrying, Ledger
from foedus.terms.vocabulary import LIBRARY

T = TypeVar("T")
LineOf = Callable[..., int | None]
"""Path of a key of `mission.toml` -> the line at which it stands."""
DATED: Final = (DutyRule, InForceRule, ExtensionRule)
"""Rules whose ids may be anchors."""
ONE_MEANING: Final = "one meaning in all agreements"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the tables below."""


class MomentEntry(Entry, frozen=True, kw_only=True):
    """Table [[agreement.moment]]: when something was from which a deadline runs."""

    of: str
    """An anchor, or the id of a dated term of the agreement."""
    on: str
    """Day or moment, in the mission's zone where it names none."""
    source_url: str
    evidence: Literal["S", "P"]
    """S: the source named was read and says so; P: it reports what another says."""


class PerformanceEntry(Entry, frozen=True, kw_only=True):
    """Table [[agreement.performance]]: what somebody has said of the doing of a duty."""

    duty: str
    """Id of a duty of the agreement."""
    state: State
    on: str
    """Day or moment at which it was done; of the others, as of when it is said."""
    by: tuple[str, ...] = ()
    """Parties of the agreement of whom it is said; none: all whom the duty binds."""
    source_url: str
    evidence: Literal["S", "P"]


class AgreementEntry(Entry, frozen=True, kw_only=True):
    """Table [[agreement]]: a document that the incidents are set against."""

    file: str
    """Id of an agreement in the library, or the path of one below the mission's folder."""
    parties: dict[str, tuple[str, ...]] = {}
    """Party of the mission -> parties of the agreement of whose side it is a part."""
    moment: tuple[MomentEntry, ...] = ()
    performance: tuple[PerformanceEntry, ...] = ()
    note: str = ""
    """What a reader of its findings must know of this record; it stands beside them."""


class LineEntry(Entry, frozen=True, kw_only=True):
    """Table [[line]]: settlements from which a line of contact is reckoned."""

    file: str
    """Id of a file of settlements in the library, or the path of one below the mission's folder."""
    carry_forward_days: int = 0
    carry_backward_days: int = 0
    """How long a statement is taken to hold beyond the days between two of one side."""
    drawn_on: str = ""
    """Day of which the bulletin's map draws it; none where it is empty."""


class CalendarEntry(Entry, frozen=True, kw_only=True):
    """Table [[calendar]]: a calendar in the place of the shipped one of the same id."""

    file: str
    """Path below the mission's folder."""


class MissionTerms(Entry, frozen=True, kw_only=True):
    """The tables of `mission.toml` that name agreements, lines and calendars."""

    agreement: tuple[AgreementEntry, ...] = ()
    line: tuple[LineEntry, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A moment that a mission states, and who says so."""

    moment: Moment
    source_url: str
    evidence: str


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A line: its settlements, how far their statements are carried, the day that is drawn."""

    ledger: Ledger
    carrying: Carrying
    on: date | None


class Governing(msgspec.Struct, frozen=True, kw_only=True):
    """All that a mission's incidents are set against."""

    agreements: tuple[Agreement, ...] = ()
    stands_for: dict[str, tuple[str, ...]] = {}
    """Party of the mission -> parties of the agreements; one that is not here stands for itself."""
    known: dict[str, dict[str, Known]] = {}
    """Agreement -> anchor or dated term -> when it was."""
    performed: dict[str, tuple[Stated, ...]] = {}
    """Agreement -> what is stated of its duties, in the order of the mission."""
    notes: dict[str, str] = {}
    """Agreement -> what a reader of its findings must know."""
    lines: dict[str, Drawn] = {}
    calendars: dict[str, Calendar] = {}

    @property
    def moments(self) -> dict[str, dict[str, Moment]]:
        """The known moments alone, as findings take them."""
        return {
            agreement: {anchor: stated.moment for anchor, stated in moments.items()}
            for agreement, moments in self.known.items()
        }


def bound_by(rule: DutyRule, agreement: Agreement) -> tuple[str, ...]:
    """Return the parties whom a duty binds, `all` being those whom the agreement binds."""
    named = tuple(party for party in rule.bearer if party != ALL)
    return (*named, *agreement.bound) if ALL in rule.bearer else named


class Named(NamedTuple):
    """Where a mission's tables stand, and what they may refer to."""

    folder: Path
    parties: Parties
    zone: str
    file: str
    """The `mission.toml`."""
    line_of: LineOf


def governing(record: MissionTerms, named: Named) -> tuple[Governing, tuple[Fault, ...]]:
    """Return what governs a mission, as far as it can be used, and every fault that was found."""
    reading = _Reading(named)
    agreements = [reading.agreement(n, entry) for n, entry in enumerate(record.agreement)]
    lines = [reading.line(n, entry) for n, entry in enumerate(record.line)]
    calendars = read_calendars() if record.agreement else {}
    calendars |= reading.calendars(record.calendar)
    reading.parties_of(record.agreement, agreements)
    known = {
        agreement.id: reading.moments(n, record.agreement[n], agreement)
        for n, agreement in enumerate(agreements)
        if agreement is not None
    }
    performed = {
        agreement.id: reading.performed(n, record.agreement[n], agreement, known[agreement.id])
        for n, agreement in enumerate(agreements)
        if agreement is not None
    }
    notes = {
        agreement.id: " ".join(entry.note.split())
        for entry, agreement in zip(record.agreement, agreements, strict=True)
        if agreement is not None
    }
    found = Governing(
        notes=notes,
        agreements=tuple(one for one in agreements if one is not None),
        stands_for={
            party: meant for entry in record.agreement for party, meant in entry.parties.items()
        },
        known={name: _doings(performed[name]) | stated for name, stated in known.items()},
        performed=performed,
        lines=dict(line for line in lines if line is not None),
        calendars=calendars,
    )
    return found, tuple(reading.faults.found)


def _doings(stated: Iterable[Stated]) -> dict[str, Known]:
    """Return when each duty was done by all, of which nothing else is said."""
    by_duty: dict[str, list[Stated]] = {}
    for one in stated:
        by_duty.setdefault(one.duty, []).append(one)
    return {
        duty: Known(moment=said[0].on, source_url=said[0].source_url, evidence=said[0].evidence)
        for duty, said in by_duty.items()
        if len(said) == 1 and said[0].state == DONE and not said[0].by
    }


class _Reading:
    """Reads what the tables name, and gathers what is wrong with it."""

    def __init__(self, named: Named) -> None:
        self.named = named
        self.faults = Faults(named.file)
        self.seen: set[tuple[str, str]] = set()

    def tell(self, key: Key, expected: str, got: str, hint: str = "") -> None:
        """Keep a fault of the mission."""
        self.faults.add(self.named.line_of(*key), key, expected, got, hint)

    def agreement(self, number: int, entry: AgreementEntry) -> Agreement | None:
        """Return the agreement of an entry, or None after telling why there is none."""
        return self._read(("agreement", str(number)), entry.file, ".md", read_agreement)

    def line(self, number: int, entry: LineEntry) -> tuple[str, Drawn] | None:
        """Return a line's id and its settlements, or None after telling why there are none."""
        key = ("line", str(number))
        ledger = self._read(key, entry.file, ".yaml", read_settlements)
        for name in ("carry_forward_days", "carry_backward_days"):
            if (days := getattr(entry, name)) < 0:
                self.tell((*key, name), "zero or more", str(days))
        on = self._day((*key, "drawn_on"), entry.drawn_on)
        if ledger is None:
            return None
        carrying = Carrying(entry.carry_forward_days, entry.carry_backward_days)
        return Path(entry.file).stem, Drawn(ledger=ledger, carrying=carrying, on=on)

    def calendars(self, entries: Iterable[CalendarEntry]) -> dict[str, Calendar]:
        """Return the calendars of the mission by id."""
        found = [
            self._read(("calendar", str(number)), entry.file, ".yaml", read_calendar)
            for number, entry in enumerate(entries)
        ]
        return {calendar.id: calendar for calendar in found if calendar is not None}

    def parties_of(
        self, entries: Iterable[AgreementEntry], agreements: Iterable[Agreement | None]
    ) -> None:
        """Tell who is unknown, and who would mean different parties in two agreements."""
        meant: dict[str, tuple[str, ...]] = {}
        pairs = list(enumerate(zip(entries, agreements, strict=True)))
        for number, (entry, agreement) in pairs:
            key = ("agreement", str(number), "parties")
            for party, theirs in entry.parties.items():
                self._known((*key, party), party, "a party of the mission", self.named.parties)
                if agreement is not None:
                    for one in theirs:
                        expected = f"a party of {agreement.id}"
                        self._known((*key, party), one, expected, agreement.parties)
                before = meant.setdefault(party, theirs)
                if set(before) != set(theirs):
                    got, hint = ", ".join(theirs), f"elsewhere: {', '.join(before)}"
                    self.tell((*key, party), ONE_MEANING, got, hint)
        for number, (entry, agreement) in pairs:
            for party in sorted(meant.keys() - entry.parties.keys()):
                if agreement is not None and party in agreement.parties:
                    got = f"{party!r}, which {agreement.id} has too"
                    hint = f"say it under parties.{party}"
                    self.tell(("agreement", str(number)), ONE_MEANING, got, hint)

    def moments(self, number: int, entry: AgreementEntry, agreement: Agreement) -> dict[str, Known]:
        """Return the moments that are stated of an agreement, by what they are of."""
        dated = tuple(term.id for term in agreement.terms if isinstance(term.rule, DATED))
        found: dict[str, Known] = {}
        for position, stated in enumerate(entry.moment):
            key = ("agreement", str(number), "moment", str(position))
            self._known((*key, "of"), stated.of, "an anchor or a dated term", (*ANCHORS, *dated))
            if stated.of in found:
                self.tell((*key, "of"), "one moment of each", f"{stated.of!r} again")
            self._address((*key, "source_url"), stated.source_url)
            moment = self._moment((*key, "on"), stated.on)
            if moment is not None:
                found[stated.of] = Known(
                    moment=moment, source_url=stated.source_url, evidence=stated.evidence
                )
        return found

    def performed(
        self,
        number: int,
        entry: AgreementEntry,
        agreement: Agreement,
        known: Mapping[str, Known],
    ) -> tuple[Stated, ...]:
        """Return what is stated of duties; a known moment of one says that all have done it."""
        duties = {t.id: t.rule for t in agreement.terms if isinstance(t.rule, DutyRule)}
        found = [
            Stated(
                duty=duty,
                state=DONE,
                on=said.moment,
                source_url=said.source_url,
                evidence=said.evidence,
            )
            for duty, said in known.items()
            if duty in duties
        ]
        for position, stated in enumerate(entry.performance):
            key = ("agreement", str(number), "performance", str(position))
            self._known((*key, "duty"), stated.duty, f"a duty of {agreement.id}", duties)
            bound = bound_by(duties[stated.duty], agreement) if stated.duty in duties else ()
            for party in stated.by if bound else ():
                self._known((*key, "by"), party, f"a party that {stated.duty} binds", bound)
            self._address((*key, "source_url"), stated.source_url)
            moment = self._moment((*key, "on"), stated.on)
            if moment is not None:
                found.append(
                    Stated(
                        duty=stated.duty,
                        state=stated.state,
                        on=moment,
                        by=stated.by,
                        source_url=stated.source_url,
                        evidence=stated.evidence,
                    )
                )
        return tuple(found)

    def _address(self, key: Key, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            self.tell(key, "an address, http or https", repr(url))

    def _read(self, key: Key, file: str, ending: str, read: Callable[[Path], T]) -> T | None:
        """Return the document that a table names; None if it is not there or has faults."""
        path, home = self.named.folder / file, LIBRARY / f"{key[0]}s"
        if not file.endswith(ending) and key[0] != "calendar":
            path = home / f"{file}{ending}"
        own = (key[0], path.stem)
        if own in self.seen:
            self.tell((*key, "file"), "a document of its own", repr(file), "it is named twice")
            return None
        self.seen.add(own)
        if not path.is_file():
            known = [found.stem for found in path.parent.glob(f"*{ending}")]
            expected = f"a file of the library, or a path below the mission that ends in {ending}"
            hint = did_you_mean(path.stem, known) if known else f"nothing is in {path.parent}"
            self.tell((*key, "file"), expected, repr(file), hint)
            return None
        try:
            return read(path)
        except DrafterError as error:
            self.faults.found += error.faults
            return None

    def _known(self, key: Key, word: str, expected: str, known: Any) -> None:
        ids = [getattr(one, "id", one) for one in known]
        if word not in ids:
            self.tell(key, expected, repr(word), did_you_mean(word, ids))

    def _moment(self, key: Key, written: str) -> Moment | None:
        found = read_moment(written, self.named.zone)
        if isinstance(found, Fault):
            self.tell(key, found.expected, found.got, found.hint)
        elif isinstance(found, Uncomputable):
            needs = f"needs {found.needs}"
            self.tell(key, "a time that can be computed", repr(written), needs)
        return found if isinstance(found, Moment) else None

    def _day(self, key: Key, written: str) -> date | None:
        if not written:
            return None
        try:
            return date.fromisoformat(written)
        except ValueError:
            self.tell(key, "a day such as 2015-02-18", repr(written))
            return None
