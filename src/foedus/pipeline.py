# SPDX-License-Identifier: Apache-2.0
"""The whole path, from a mission's files to a folder that a person can read.

(1) read the mission and the profile of each source; (2) read the reports, in batches; (3) choose
what was known; (4) fuse the reports into incidents, and tell how these stood before; (5) set them
against the mission's agreements; (6) write the record; (7) publish; (8) put the new folder in the
place of the old one, whole or not at all. This is the only place that runs an engine. What is
published is decided by whoever calls: `publish` is handed in, since publication and pipeline stand
on one row. Seconds are measured here and nowhere else; no stage sees a clock.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foedus.base.encoding import canonical, digest, schema
from foedus.base.folders import replaced
from foedus.engines.engine import Engine
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import Findings
from foedus.findings.from_incidents import found as findings_found
from foedus.findings.from_terms import rulebook_of
from foedus.findings.record import VERDICTS
from foedus.findings.rulebook import Rulebook
from foedus.findings.states import deadline_findings, incident_findings
from foedus.findings.wording import unborne
from foedus.incidents import learning
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse
from foedus.incidents.history import stood_before, turning
from foedus.incidents.parameters import Parameters, read_parameters, written
from foedus.incidents.states import NO_HISTORY, History
from foedus.mission import MACHINE, Mission, default_out, last_us, read_mission
from foedus.reports.known import News, standing_at
from foedus.reports.observation_form import happenings
from foedus.reports.profile import Profile, read_profile
from foedus.reports.readers import reader_for
from foedus.reports.record import Article, Refusal, Report
from foedus.reports.taxonomy import load_kinds, load_targets, load_weapons
from foedus.terms.governing import Governing

Progress = Callable[[str, int], None]
"""Told the name of the step, and how many rows of it are done."""

Indicate = Callable[[pa.Table], Findings]
"""Sets a table of incidents against the agreements of a mission."""

SIGN: Final = "record/run.json"
FUSED: Final = ("incidents", "members", "disagreements")
INDICATED: Final = ("findings", "counts", "partings")
STATES: Final = ("incident_states", "member_states", "finding_states")
"""How incidents, their members and findings stood before."""
RECORD: Final = ("reports", "articles", "refusals", *FUSED, *INDICATED, *STATES)
FEW: Final = 1_000
"""Reports that may change how another stood: up to so many their history is told unasked."""
SMALL: Final = 20_000
"""Reports of a record in which it is looked unasked how many may join another."""
MOMENTS: Final = 500
"""Moments at which a record learned something: beyond so many, they are told day by day."""
AGREEMENTS: Final = "agreements.json"
"""In the record: the agreements as they were read, so that a finding can be told from it alone."""
TYPES: Final[dict[str, type[msgspec.Struct]]] = {
    "reports": Report,
    "articles": Article,
    "refusals": Refusal,
}
ORDER: Final = {
    "reports": ("report_id",),
    "articles": ("report_id", "position"),
    "refusals": ("batch_id", "row", "column", "reason"),
}


@dataclass(frozen=True)
class Input:
    """One file that was read: its digest, and what became of its rows."""

    source_id: str
    file: str
    """Path as the mission has it, below its folder."""
    sha256: str
    read: int
    accepted: int
    quarantined: int


@dataclass(frozen=True)
class Run:
    """What one run gave: the record's tables, what went in, and what it cost."""

    mission: Mission
    profiles: dict[str, Profile]
    parameters: Parameters
    on: str | None
    known: str | None
    known_us: int | None
    out: Path
    tables: dict[str, pa.Table]
    inputs: tuple[Input, ...]
    past: Past
    """How far it is told how incidents stood before."""
    indicate: Indicate
    """What other incidents, such as those that the public sees, indicate under the agreements."""
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0

    @property
    def read(self) -> int:
        """Rows read; always accepted + quarantined."""
        return sum(item.read for item in self.inputs)

    @property
    def accepted(self) -> int:
        """Rows that became reports, whether or not they were known by `known`."""
        return sum(item.accepted for item in self.inputs)

    @property
    def quarantined(self) -> int:
        """Rows that could not be read, kept in the table `refusals`."""
        return sum(item.quarantined for item in self.inputs)

    @property
    def incidents(self) -> int:
        """Incidents in the record."""
        return int(self.tables["incidents"].num_rows)

    @property
    def findings(self) -> dict[str, int]:
        """Verdict -> how often it was given; in the order of `VERDICTS`, each of them."""
        rows = self.tables["counts"].to_pylist()
        return {
            verdict: sum(row["findings"] for row in rows if row["verdict"] == verdict)
            for verdict in VERDICTS
        }

    @property
    def partings(self) -> int:
        """How often the readings of a term part over an incident."""
        return int(self.tables["partings"].num_rows)


class Past(NamedTuple):
    """How far a run tells how its incidents stood before."""

    told: bool
    reports: int | None
    """Reports that may change how another stood; None: nobody looked."""
    by_day: bool
    """Whether it is told as of the end of each day, not of each moment."""


Publish = Callable[[Run, Path], object]
"""Writes what the public may see of a run into a folder."""


def no_publication(_done: Run, _folder: Path) -> None:
    """Publish nothing: the record alone is written."""


def no_progress(_step: str, _rows: int) -> None:
    """Tell nobody how far the run is."""


def run(
    mission: str | Path | Mission,
    *,
    on: str | None = None,
    known: str | None = None,
    out: Path | None = None,
    engine: Engine | None = None,
    publish: Publish = no_publication,
    progress: Progress = no_progress,
) -> Run:
    """Take the whole path and return what it gave.

    `on` keeps occurrences that began by then, `known` what the record knew by then; both are days
    or moments in the mission's zone. `out` is the folder to write (default `out/<mission id>`):
    it is replaced whole, or on any error left as it was. `engine` runs the bulk stages, by default
    threads of this process. Raises `FoedusError`, or whatever else ended it, such as
    `KeyboardInterrupt`.
    """
    clock = _Clock(progress)
    # (1) the mission, and what is declared of its sources
    with clock.step("mission"):
        found = mission if isinstance(mission, Mission) else read_mission(mission)
        on_us, known_us = last_us(on, found.zone, "--on"), last_us(known, found.zone, "--known")
        profiles, setting = _declared(found)
    target = out or default_out(found.id)
    with replaced(target, SIGN) as folder:
        # (2) the reports, in batches
        with clock.step("reports"):
            tables, inputs = _read(found, profiles, progress)
        # (3) of these, what was known
        with clock.step("known"):
            whole = choose(tables, on_us, None)
            tables = choose(tables, on_us, known_us)
        # (4) the incidents that they tell of, and how these stood before
        with clock.step("incidents"):
            fused = fuse(happenings(tables["reports"]), setting, _or(engine))
            tables |= {name: getattr(fused, name) for name in FUSED}
        with clock.step("past"):
            before, stood = _past(found, whole, fused, known_us, setting, progress)
        # (5) what these indicate under the agreements
        with clock.step("findings"):
            asked = [moment for moment in (on_us, known_us) if moment is not None]
            coded = unborne_in(found, whole["reports"], _memberships(fused, before))
            book = rulebook_of(found.governing, min([found.period_to_us, *asked]))
            indicate = partial(findings_found, rulebook=book, engine=_or(engine), unborne=coded)
            tables |= _indicated(fused, indicate) | _states(before, indicate, book)
        done = Run(
            mission=found,
            profiles=dict(setting.profiles),
            parameters=setting.parameters,
            on=on,
            known=known,
            known_us=known_us,
            out=target,
            tables=tables,
            inputs=inputs,
            past=stood,
            indicate=indicate,
        )
        # (6) the record
        with clock.step("record"):
            _write_record(done, folder / "record")
        # (7) what the public may see
        with clock.step("publish"):
            publish(done, folder)
    # (8) is the end of `replaced`: from here on the new folder stands
    return replace(done, seconds=clock.seconds, peak_mb=peak_mb())


def _declared(mission: Mission) -> tuple[list[Profile], Setting]:
    """What is declared of a mission's sources, in their order, and what fusion goes by."""
    profiles = [read_profile(source.profile) for source in mission.sources]
    by_id = {profile.source.id: profile for profile in profiles}
    words = (load_kinds(), load_targets(), load_weapons())
    return profiles, Setting(by_id, *words, mission.parties, read_parameters(mission.parameters))


def _past(
    mission: Mission,
    tables: dict[str, pa.Table],
    fused: Fused,
    known_us: int | None,
    setting: Setting,
    progress: Progress,
) -> tuple[History, Past]:
    """How incidents stood before, moment by moment; nothing where the mission does not want it."""
    reports = happenings(tables["reports"])
    if mission.past is False or (mission.past is None and reports.num_rows > SMALL):
        return NO_HISTORY, Past(told=False, reports=None, by_day=False)
    whole = News(reports, tables["articles"], until_us=known_us, most=MOMENTS)
    news, moving = turning(whole, setting)
    if mission.past is None and len(moving) > FEW:
        return NO_HISTORY, Past(told=False, reports=len(moving), by_day=False)
    found = stood_before(news, moving, fused, setting, LocalEngine(), partial(progress, "past"))
    return found, Past(told=True, reports=len(moving), by_day=news.by_day)


def _or(engine: Engine | None) -> Engine:
    return engine or LocalEngine()


def _indicated(fused: Fused, indicate: Callable[..., Findings]) -> dict[str, pa.Table]:
    found = indicate(fused.incidents, disagreements=fused.disagreements)
    return {name: getattr(found, name) for name in INDICATED}


def _memberships(fused: Fused, before: History) -> pa.Table:
    """Which report stands, or stood, in which incident."""
    names = ["incident_id", "report_id"]
    return pa.concat_tables([one.members.select(names) for one in (fused, before)])


def _states(
    before: History, indicate: Callable[..., Findings], rulebook: Rulebook
) -> dict[str, pa.Table]:
    """The tables of how the record stood before."""
    told = partial(indicate, disagreements=before.disagreements)
    findings = [incident_findings(before.incidents, told), deadline_findings(rulebook)]
    return {
        "incident_states": before.incidents,
        "member_states": before.members,
        "finding_states": pa.concat_tables(findings),
    }


def unborne_in(mission: Mission, reports: pa.Table, members: pa.Table) -> frozenset[str]:
    """Return the incidents of which a machine coded who and where, and no text bears it out."""
    coded = [source.profile for source in mission.sources if source.coded_by == MACHINE]
    return unborne(reports, members, [read_profile(path).source.id for path in coded])


def indicating(
    governed: Governing,
    known_us: int | None,
    engine: Engine | None = None,
    unborne: Collection[str] = (),
) -> Callable[..., Findings]:
    """Return what finds, for incidents, what they indicate under the agreements that govern."""
    rulebook = rulebook_of(governed, known_us)
    engine = engine or LocalEngine()
    return partial(findings_found, rulebook=rulebook, engine=engine, unborne=unborne)


@dataclass(frozen=True)
class Lesson:
    """What a record tells of its own noise: a set of parameters, for a person to adopt or not."""

    parameters: Parameters
    drifted: bool
    """Whether what was learned joins more than the record can tell of; the set is then the old."""
    reports: int
    expected_pairs_per_report: float
    found_pairs_per_report: float
    out: Path
    """The file that was written, named by the digest of the set."""


def learn(
    mission: str | Path | Mission, *, out: Path | None = None, engine: Engine | None = None
) -> Lesson:
    """Learn what a mission's profiles do not declare, and write it as a file of parameters.

    `out` is the folder for the file (default: the present one). Raises `FoedusError` as `run` does.
    """
    found = mission if isinstance(mission, Mission) else read_mission(mission)
    profiles, setting = _declared(found)
    reports = happenings(_read(found, profiles, no_progress)[0]["reports"])
    looked_at = learning.sample(reports)
    learned = learning.learn(looked_at, setting)
    fused = fuse(
        looked_at, setting._replace(parameters=learned.parameters), engine or LocalEngine()
    )
    drifted = learning.is_drifted(learned, fused.members)
    kept = setting.parameters if drifted else learned.parameters
    path = (out or Path()) / f"parameters-{kept.digest[:16]}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    heading = f"Parameters of fusion, learned from {learned.reports} reports of {found.id}."
    path.write_text(written(kept, heading), "utf-8")
    return Lesson(
        parameters=kept,
        drifted=drifted,
        reports=learned.reports,
        expected_pairs_per_report=round(learned.pairs_per_report, 4),
        found_pairs_per_report=round(learning.pairs_per_report(fused.members), 4),
        out=path,
    )


def choose(
    tables: dict[str, pa.Table], on_us: int | None, known_us: int | None
) -> dict[str, pa.Table]:
    """Return the tables with only the reports that began by `on_us` and were known at `known_us`.

    Articles go with their reports, and those published after `known_us` are not counted. Refusals
    stay: a row that cannot be read has no times.
    """
    reports, articles = tables["reports"], tables["articles"]
    if on_us is not None:
        reports = reports.filter(pc.less_equal(reports["occurred_from_us"], on_us))
    if known_us is not None:
        reports, articles = standing_at(reports, articles, known_us)
    beneath = pc.is_in(articles["report_id"], value_set=reports["report_id"].combine_chunks())
    return tables | {"reports": reports, "articles": articles.filter(beneath)}


def _read(
    mission: Mission, profiles: Iterable[Profile], progress: Progress
) -> tuple[dict[str, pa.Table], tuple[Input, ...]]:
    """Read every file of every source; the tables are sorted, so that input order is forgotten."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in ORDER}
    inputs = []
    for source, profile in zip(mission.sources, profiles, strict=True):
        reader = reader_for(profile.format.kind)
        for path in source.files:
            counts = [0, 0, 0]
            for delivery in reader.read(profile, path):
                for name, tables in parts.items():
                    tables.append(getattr(delivery, name))
                counts[0] += delivery.read
                counts[1] += delivery.accepted
                counts[2] += delivery.quarantined
                progress("reports", counts[0])
            inputs.append(_input(mission, profile, path, counts))
    return {name: _sorted(name, tables) for name, tables in parts.items()}, tuple(inputs)


def _sorted(name: str, parts: list[pa.Table]) -> pa.Table:
    empty = schema(TYPES[name]).empty_table()
    table = pa.concat_tables([empty, *parts])
    return table.sort_by([(column, "ascending") for column in ORDER[name]]).combine_chunks()


def _input(mission: Mission, profile: Profile, path: Path, counts: list[int]) -> Input:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Input(
        source_id=profile.source.id,
        file=path.relative_to(mission.folder).as_posix(),
        sha256=sha256,
        read=counts[0],
        accepted=counts[1],
        quarantined=counts[2],
    )


def _write_record(done: Run, folder: Path) -> None:
    folder.mkdir()
    for name in RECORD:
        pq.write_table(done.tables[name], folder / f"{name}.parquet", compression="zstd")
    named = f"parameters-{done.parameters.digest[:16]}.json"
    (folder / named).write_bytes(canonical(done.parameters))
    (folder / AGREEMENTS).write_bytes(canonical(done.mission.governing.agreements))
    text = msgspec.json.encode(summary(done), order="sorted")
    (folder / "run.json").write_bytes(msgspec.json.format(text, indent=2) + b"\n")


def summary(done: Run) -> dict[str, Any]:
    """Return what `record/run.json` holds: all that went in, by digest; nothing of the machine."""
    return {
        "mission": done.mission.id,
        "title": done.mission.title,
        "zone": done.mission.zone,
        "on": done.on,
        "known": done.known,
        "parameters": done.parameters.digest,
        "parties": list(done.mission.parties),
        "sources": [profile.source for profile in done.profiles.values()],
        "inputs": [asdict(item) for item in done.inputs],
        "agreements": {one.id: digest(one) for one in done.mission.governing.agreements},
        "past": done.past._asdict(),
        "rows": {name: done.tables[name].num_rows for name in RECORD},
    }


class _Clock:
    """Measures the seconds of each step and tells `progress` that it begins."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.progress(name, 0)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def peak_mb() -> float:
    """Return the most memory that this process has held, in megabytes of 10^6 bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)
