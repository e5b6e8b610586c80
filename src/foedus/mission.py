# SPDX-License-Identifier: Apache-2.0
"""A mission: one folder that says which record is read, whose war it is, and what may be shown.

`mission.toml` names the sources and their files, the parties in a declared order, the agreements
that incidents are set against, the dates that the bulletin marks, towns and the box of the map,
and the policy of publication. Reading it ends with every fault told at its line, those of the
agreements included. Reading the sources' own files is left to `reports`, and
`docs/reference/missions.md` describes each key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

from foedus.base.moments import Moment
from foedus.base.parties import Parties, Party, party_faults
from foedus.base.readings import Uncomputable, read_moment
from foedus.base.zones import is_zone, zone_names
from foedus.errors import DrafterError, Fault, OperatorError, did_you_mean
from foedus.reports.document import Document, read_document
from foedus.terms.governing import Governing, MissionTerms, Named, governing

LIBRARY: Final = Path(__file__).parent / "library"
FILE: Final = "mission.toml"
HOME: Final = Path("missions")
RUNS: Final = Path("out")
MACHINE: Final = "machine"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table of `mission.toml`."""


class Head(Entry, frozen=True, kw_only=True):
    """Table [mission]: what it is."""

    id: str
    title: str
    zone: str
    """IANA zone in which its dates are written and its days are counted."""
    summary: str
    period_from: str
    """First day of the record."""
    period_to: str
    """Last day of the record."""
    past: bool | None = None


class SourceEntry(Entry, frozen=True, kw_only=True):
    """Table [[source]]: a profile and the files that it reads."""

    profile: str
    """Id of a profile in the library, or the path of one below the mission's folder."""
    files: tuple[str, ...]
    """Paths below the mission's folder."""
    coded_by: Literal["people", "machine"] = "people"
    """Who found places and doers in its texts."""


class MarkEntry(Entry, frozen=True, kw_only=True):
    """Table [[mark]]: a date that the charts show, such as that of an agreement."""

    on: str
    title: str
    source_url: str
    evidence: Literal["S", "P"]
    """S: the source named was read and says so; P: it reports what another says."""
    short: str = ""
    """Label on the chart; the title where it is empty."""
    compare: bool = False
    """True if the bulletin compares the time before with the time after."""


class Town(Entry, frozen=True, kw_only=True):
    """Table [[town]]: a town that the map names."""

    name: str
    latitude: float
    longitude: float


class Box(Entry, frozen=True, kw_only=True):
    """Table [map]: the edges of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float


class Policy(Entry, frozen=True, kw_only=True):
    """Table [policy]: how coarse and how late the public sees; the default does least harm."""

    place_cell_m: int = 10_000
    """Side of the cell to which public places are coarsened, in metres; 0 leaves them."""
    delay_h: int = 72
    """Hours for which an incident is held back from the public; 0 holds none back."""
    reason: str = ""
    """Why the mission departs from the default; a mission that does must say so."""


class ParametersEntry(Entry, frozen=True, kw_only=True):
    """Table [parameters]: which frozen parameters fusion takes."""

    file: str
    """Path below the mission's folder."""


class Guarantee(Entry, frozen=True, kw_only=True):
    """Table [guarantee]: which ladders answer a determined breach, and who stands behind them."""

    ladders: tuple[str, ...] = ()
    """Ids of shipped agreements that have ladders."""
    register: str = ""
    """Name of the mission whose register says who is bound; empty: this one."""
    members: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Bearer of a rung -> states."""
    components: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Word of a rung's menu -> components of the register."""
    owed_to: tuple[str, ...] = ()
    answers_to: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Party of a ladder -> parties of this mission whose breaches are taken for its own."""
    replay: str = ""
    """Path below the folder of decisions that are assumed; a run ends with their replay."""


class MissionFile(MissionTerms, frozen=True, kw_only=True):
    """All of `mission.toml`; the tables that name agreements and lines are those of its base."""

    mission: Head
    source: tuple[SourceEntry, ...] = ()
    """None: the mission reads no reports, such as one of acts alone."""
    party: tuple[Party, ...] = ()
    mark: tuple[MarkEntry, ...] = ()
    town: tuple[Town, ...] = ()
    map: Box | None = None
    policy: Policy = Policy()
    parameters: ParametersEntry | None = None
    guarantee: Guarantee = Guarantee()


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A date that the charts show, with where it comes from."""

    on: str
    """As written."""
    on_us: int
    """Start of it, UTC microseconds since 1970."""
    title: str
    short: str
    source_url: str
    evidence: str
    compare: bool


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A profile's file and the deliveries that it reads, in declared order."""

    profile: Path
    files: tuple[Path, ...]
    coded_by: str = "people"


class Mission(msgspec.Struct, frozen=True, kw_only=True):
    """A mission, with its paths found and its dates read."""

    id: str
    title: str
    zone: str
    summary: str
    period_from: str
    period_to: str
    period_from_us: int
    period_to_us: int
    """End of the last day: the period is half open."""
    folder: Path
    sources: tuple[Source, ...]
    parties: Parties
    marks: tuple[Mark, ...]
    towns: tuple[Town, ...]
    box: Box | None
    policy: Policy
    parameters: Path | None
    """File of parameters; None for those that are shipped."""
    past: bool | None = None
    """Whether a run tells how its incidents stood before; None: where that is quick."""
    guarantee: Guarantee = Guarantee()
    governing: Governing = Governing()
    """The agreements that its incidents are set against, and what is known beside them."""


def find_mission(name: str | Path) -> Path:
    """Return the `mission.toml` of a mission by its name below `missions/`, folder or file.

    Raises `OperatorError` with a hint if there is none.
    """
    for path in (Path(name), HOME / name):
        if path.is_file():
            return path
        if (path / FILE).is_file():
            return path / FILE
    known = sorted(found.parent.name for found in HOME.glob(f"*/{FILE}"))
    hint = did_you_mean(Path(name).name, known) if known else "no missions/ here: give a folder"
    expected = f"a mission: a name below {HOME}/, a folder, or a {FILE}"
    raise OperatorError(Fault(expected=expected, got=repr(str(name)), hint=hint))


def default_out(mission_id: str) -> Path:
    """Return the folder into which a mission's run is written unless another is given."""
    return RUNS / mission_id


def read_mission(name: str | Path) -> Mission:
    """Read a mission by name, folder or file.

    Raises `OperatorError` if it is not found, `DrafterError` with every fault of its document:
    those of its form first, and once it has its form, those of its meaning.
    """
    path = find_mission(name)
    check = _Check(read_document(path, MissionFile))
    mission = check.mission(path.parent)
    if mission is None or check.faults:
        raise DrafterError(
            *sorted(
                check.faults,
                key=lambda fault: (fault.file != str(path), fault.file, fault.line or 0),
            )
        )
    return mission


class _Check:
    """Reads what the keys mean, and gathers what is wrong with them."""

    def __init__(self, document: Document[MissionFile]) -> None:
        self.document = document
        self.faults: list[Fault] = []

    def mission(self, folder: Path) -> Mission | None:
        """Return the mission, or None where its zone or period cannot be read."""
        record, head = self.document.record, self.document.record.mission
        sources = tuple(self._source(folder, n, item) for n, item in enumerate(record.source))
        parties = self._parties()
        self._policy(record.policy)
        self._map(record.map)
        for number, town in enumerate(record.town):
            self._point(("town", str(number)), town.latitude, town.longitude)
        parameters = folder / record.parameters.file if record.parameters else None
        if parameters and not parameters.is_file():
            self.fault(("parameters", "file"), "a file", repr(str(parameters)))
        if not is_zone(head.zone):
            hint = did_you_mean(head.zone, zone_names())
            self.fault(("mission", "zone"), "an IANA zone", repr(head.zone), hint)
            return None
        period = self._period(head)
        named = Named(folder, parties, head.zone, self.document.file, self.document.line)
        governed, faults = governing(record, named)
        self.faults += faults
        return Mission(
            id=head.id,
            title=head.title,
            zone=head.zone,
            summary=head.summary.strip(),
            past=head.past,
            period_from=head.period_from,
            period_to=head.period_to,
            period_from_us=period[0],
            period_to_us=period[1],
            folder=folder,
            sources=sources,
            parties=parties,
            marks=tuple(self._mark(n, mark) for n, mark in enumerate(record.mark)),
            towns=record.town,
            box=record.map,
            policy=record.policy,
            parameters=parameters,
            guarantee=self._guarantee(folder, record.guarantee),
            governing=governed,
        )

    def fault(self, key: tuple[str, ...], expected: str, got: str, hint: str = "") -> None:
        """Keep one fault of the value that stands under `key`."""
        self.faults.append(
            Fault(
                file=self.document.file,
                line=self.document.line(*key),
                column=".".join(key),
                expected=expected,
                got=got,
                hint=hint,
            )
        )

    def place(self, fault: Fault) -> tuple[bool, str, int]:
        """Return by what faults are ordered: the mission's own first, each file's by line."""
        return fault.file != self.document.file, fault.file, fault.line or 0

    def _source(self, folder: Path, number: int, entry: SourceEntry) -> Source:
        key = ("source", str(number))
        profile = LIBRARY / "sources" / f"{entry.profile}.toml"
        if entry.profile.endswith(".toml"):
            profile = folder / entry.profile
        if not profile.is_file():
            known = [path.stem for path in profile.parent.glob("*.toml")]
            expected = "a profile: an id of the library or a path below the mission"
            hint = did_you_mean(profile.stem, known) if known else ""
            self.fault((*key, "profile"), expected, repr(entry.profile), hint)
        if entry.profile in [before.profile for before in self.document.record.source[:number]]:
            hint = "name all of its files in one [[source]]"
            self.fault((*key, "profile"), "a profile of its own", repr(entry.profile), hint)
        files = tuple(folder / name for name in entry.files)
        if not files:
            self.fault((*key, "files"), "one file or more", "none")
        for path in files:
            if not path.is_file():
                known = [near.name for near in path.parent.glob("*") if near.is_file()]
                hint = did_you_mean(path.name, known) if known else f"{path.parent} is empty"
                self.fault((*key, "files"), "a file", repr(str(path)), hint)
        return Source(profile=profile, files=files, coded_by=entry.coded_by)

    def _parties(self) -> Parties:
        parties = Parties(self.document.record.party)
        position = {party.id: str(number) for number, party in enumerate(parties)}
        for fault in party_faults(parties):
            party_id, _, field = (fault.column or "").removeprefix("party ").partition(".")
            key = ("party", position[party_id], *field.split("."))
            self.fault(key, fault.expected, fault.got, fault.hint)
        return parties

    def _policy(self, policy: Policy) -> None:
        for name in ("place_cell_m", "delay_h"):
            if (value := getattr(policy, name)) < 0:
                self.fault(("policy", name), "zero or more", str(value))
        if policy != Policy() and not policy.reason:
            self.fault(("policy", "reason"), "a reason to depart from the default", "none")

    def _guarantee(self, folder: Path, stated: Guarantee) -> Guarantee:
        known = [path.stem for path in (LIBRARY / "agreements").glob("*.md")]
        for name in stated.ladders:
            if name not in known:
                hint = did_you_mean(name, known)
                key = ("guarantee", "ladders")
                self.fault(key, "the id of a shipped agreement", repr(name), hint)
        if stated.replay and not (folder / stated.replay).is_file():
            self.fault(("guarantee", "replay"), "a file", repr(str(folder / stated.replay)))
        return stated

    def _map(self, box: Box | None) -> None:
        if box is None:
            return
        self._point(("map",), box.south, box.west)
        self._point(("map",), box.north, box.east)
        if box.west >= box.east or box.south >= box.north:
            got = f"west {box.west}, east {box.east}, south {box.south}, north {box.north}"
            self.fault(("map",), "west < east and south < north", got)

    def _point(self, key: tuple[str, ...], latitude: float, longitude: float) -> None:
        if not -90 <= latitude <= 90:
            self.fault(key, "a latitude from -90 to 90", str(latitude))
        if not -180 <= longitude <= 180:
            self.fault(key, "a longitude from -180 to 180", str(longitude))

    def _period(self, head: Head) -> tuple[int, int]:
        start = self._moment(("mission", "period_from"), head.period_from, head.zone)
        end = self._moment(("mission", "period_to"), head.period_to, head.zone)
        if start is None or end is None:
            return 0, 0
        if start.from_us >= end.to_us:
            got = f"{head.period_from} to {head.period_to}"
            self.fault(("mission", "period_to"), "a last day not before the first", got)
        return start.from_us, end.to_us

    def _mark(self, number: int, entry: MarkEntry) -> Mark:
        key = ("mark", str(number))
        on = self._moment((*key, "on"), entry.on, self.document.record.mission.zone)
        if not entry.source_url.startswith(("http://", "https://")):
            self.fault((*key, "source_url"), "an address, http or https", repr(entry.source_url))
        return Mark(
            on=entry.on,
            on_us=on.from_us if on else 0,
            title=entry.title,
            short=entry.short or entry.title,
            source_url=entry.source_url,
            evidence=entry.evidence,
            compare=entry.compare,
        )

    def _moment(self, key: tuple[str, ...], written: str, zone: str) -> Moment | None:
        found = read_moment(written, zone)
        if isinstance(found, Fault):
            self.fault(key, found.expected, found.got, found.hint)
        elif isinstance(found, Uncomputable):
            self.fault(key, "a time that can be computed", repr(written), f"needs {found.needs}")
        return found if isinstance(found, Moment) else None


def asked_moment(written: str | None, zone: str, option: str) -> Moment | None:
    """Return the day or moment that a caller wrote after `option`; None if nothing was written.

    Without a zone of its own it is taken in `zone`. Raises `OperatorError` if it is no time.
    """
    if written is None:
        return None
    found = read_moment(written, zone)
    if isinstance(found, Moment):
        return found
    expected, hint = "a day or a moment", "such as 2015-02-15 or 2015-02-15T00:00+02:00"
    if isinstance(found, Fault):
        expected, hint = found.expected, found.hint or hint
    raise OperatorError(Fault(column=option, expected=expected, got=repr(written), hint=hint))


def last_us(written: str | None, zone: str, option: str) -> int | None:
    """Return the last microsecond by which something was so; None if nothing is written.

    A time of day is that instant; a day, month or year counts to its end. Raises `OperatorError`,
    which names the `option`, if it is neither.
    """
    moment = asked_moment(written, zone, option)
    if moment is None:
        return None
    is_clock = moment.precision in ("instant", "minute", "hour")
    return moment.from_us if is_clock else moment.to_us - 1
