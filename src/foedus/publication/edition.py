# SPDX-License-Identifier: Apache-2.0
"""An edition: the published tables of one run, kept so that any past state of them can be asked.

Only what `policy` let out stands in it, since it is read from `tables/` and from nowhere else. A
question has two times: `on` keeps what had begun by then, `known` what the record knew by then and
the policy would have let out then. Both are answered from `known_from_us` and `known_to_us`, and
nothing is run again: the tables of states tell how the record stood before. Where a run was not
asked for them, an incident that later reports joined stands from the last of them on, and is left
out before; `joined_later` counts these.
Questions are SQL over a DuckDB file beside the tables that is made once; values are always bound.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import msgspec
import pyarrow.parquet as pq

from foedus.base.encoding import schema
from foedus.errors import Fault, OperatorError
from foedus.mission import Mission, Policy, last_us
from foedus.publication.answers import SIGN, read_summary
from foedus.publication.policy import HOUR_US, OBSERVERS, in_force
from foedus.publication.record import TABLES
from foedus.reports.profile import read_profile
from foedus.terms.record import Agreement

Row = dict[str, Any]

FOLDER: Final = "web"
FILE: Final = "edition.duckdb"
MEMORY: Final = "256MB"
"""What DuckDB may hold in memory; the rest it reads again."""
BUILDING: Final = "512MB"
"""The same while an edition is made ready."""
BLOCK: Final = 1 << 20
STANDING: Final = """
    (($known_us is null and layer in ('only', 'last'))
        or ($known_us is not null and layer in ('only', 'state') and known_from_us <= $known_us
            and (known_to_us is null or known_to_us > $known_us)
            and ($ripe_us is null or occurred_to_us is null or occurred_to_us <= $ripe_us))
        or ($due_us is null and layer = 'last-due')
        or ($due_us is not null and layer = 'due' and known_from_us <= $due_us
            and (known_to_us is null or known_to_us > $due_us)))
    and ($on_us is null or occurred_from_us is null or occurred_from_us <= $on_us)
"""
"""Condition on rows that stood then; every query about incidents, members or findings has it.

The layer of a row says which questions it answers: `only` all, since what it tells has never stood
otherwise; `last` those that ask of all that is known, and `state` those with `known`; of deadlines,
which go by the earlier of both times, `last-due` and `due` alike.
"""
WHOLE: Final = """
    select max(greatest(known_from_us,
        case when $delay_us > 0 then occurred_to_us + $delay_us end)) as whole_us
    from (select known_from_us, occurred_to_us from incidents
        union all select known_from_us, occurred_to_us from findings)
"""
FINEST: Final = 31
"""Zoom of the grid on which an incident's place is kept, so that the map can be asked by square."""
SQUARE: Final = f"""
    least((longitude_e7 + 1800000000) * {1 << FINEST} // 3600000000, {(1 << FINEST) - 1})
        as square_x,
    floor((1 - asinh(tan(radians(greatest(least(latitude_e7 / 1e7, 85), -85)))) / pi()) / 2
        * {1 << FINEST})::bigint as square_y
"""
"""Where a place lies on it, on Web Mercator, from the west and the north."""
BUILD: Final = (
    "create temp table moved as select distinct lineage_id from read_parquet($incident_states)",
    """create temp table told as
        select *, case when lineage_id in (from moved) then 'last' else 'only' end as layer
            from read_parquet($incidents)
        union all by name select *, 'state' as layer from read_parquet($incident_states)""",
    """create temp table dues as select distinct lineage_id from read_parquet($finding_states)
        where subject_kind = 'deadline'""",
    """create temp table judged as
        select *, case when subject_kind = 'deadline' and lineage_id in (from dues) then 'last-due'
                when lineage_id in (from moved) then 'last' else 'only' end as layer
            from read_parquet($findings)
        union all by name
        select *, case when subject_kind = 'deadline' then 'due' else 'state' end as layer
            from read_parquet($finding_states)""",
    """create table findings as
        select f.*, coalesce(i.occurred_from_us, 9000000000000000) as order_us, i.occurred_from_us,
            i.occurred_to_us, i.occurred_precision, i.latitude_e7, i.longitude_e7, i.radius_m,
            i.place_name, i.region, i.kind, i.target, i.actor, i.parties
        from judged f left join told i on f.lineage_id = i.lineage_id and f.layer = i.layer
            and f.known_from_us = i.known_from_us
        order by order_us, finding_id, f.known_from_us""",
    f"""create table incidents as
        select i.*, v.verdict, {SQUARE}
        from told i left join (
            select lineage_id, layer, known_from_us,
                arg_max(verdict, case verdict when 'breach' then 4
                when 'contested' then 3 when 'undetermined' then 2 when 'permitted' then 1
                else 0 end) as verdict
            from judged where incident_id is not null group by all
        ) v using (lineage_id, layer, known_from_us)
        order by occurred_from_us, lineage_id, known_from_us""",
    """create table members as
        select m.*, i.layer, i.known_from_us, i.known_to_us, i.occurred_from_us, i.occurred_to_us
        from read_parquet($members) m join told i using (lineage_id) where i.layer <> 'state'
        union all by name
        select m.*, i.layer, i.occurred_from_us, i.occurred_to_us
        from read_parquet($member_states) m join told i using (lineage_id, known_from_us)
        where i.layer = 'state'
        order by lineage_id, report_id""",
    "create table counts as select * from read_parquet($counts)",
    "create table sources as select * from read_parquet($sources)",
    "create table quarantine as select * from read_parquet($quarantine)",
    "create index incident_by_lineage on incidents (lineage_id)",
    "create index finding_by_id on findings (finding_id)",
    "create index finding_by_lineage on findings (lineage_id)",
)


class When(NamedTuple):
    """The two times of a question; None asks of all that the edition holds."""

    on: str | None = None
    """As written."""
    known: str | None = None
    on_us: int | None = None
    """The last microsecond by which something was so, UTC."""
    known_us: int | None = None


EVER: Final = When()


@dataclass(frozen=True)
class Edition:
    """One run as the public sees it, ready to be asked."""

    mission: Mission
    folder: Path
    """The folder of the run."""
    kept: Path
    """The folder of what was made from it for the web."""
    digest: str
    """Digest of the tables, 64 hexadecimal digits."""
    made_s: int
    """When the run was written, seconds since 1970, UTC."""
    policy: Policy
    agreements: Mapping[str, Agreement]
    summary: Row
    database: duckdb.DuckDBPyConnection

    def ask(self, query: str, when: When = EVER, **values: Any) -> list[Row]:
        """Return the rows of an answer; names of values that the query has are bound to it."""
        delay_us = self.policy.delay_h * HOUR_US
        known_us = when.known_us
        all_values = values | {
            "on_us": when.on_us,
            "known_us": known_us,
            "due_us": min((one for one in (when.on_us, known_us) if one is not None), default=None),
            "ripe_us": known_us - delay_us if known_us is not None and delay_us else None,
        }
        bound = {name: value for name, value in all_values.items() if f"${name}" in query}
        # A cursor is a connection of its own to the same file: threads do not share one.
        with self.database.cursor() as cursor:
            answer = cursor.execute(query, bound)
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def close(self) -> None:
        """Let go of the file; nothing can be asked afterwards."""
        self.database.close()

    def end_us(self, when: When) -> int:
        """Return the last moment at which the record learned of something that stands in it."""
        query = f"select max(known_from_us) as end_us from incidents where {STANDING}"
        (row,) = self.ask(query, when)
        last_us = row["end_us"]
        return last_us or when.known_us or self.mission.period_to_us - 1

    def whole_us(self) -> int:
        """Return the earliest `known` of which all that the edition holds is told.

        That is when it learned of the last thing, and the policy's delay after the last of them.
        """
        (row,) = self.ask(WHOLE, delay_us=self.policy.delay_h * HOUR_US)
        return row["whole_us"] or self.mission.period_to_us - 1

    def joined_later(self, when: When) -> int:
        """Return of how many incidents it is not told how they stood at `known`.

        They are left out then. At most so many: those of several reports, the last of which came
        after `known`. None where the run tells how they stood, and no observer's form is in it.
        """
        if when.known_us is None or (self.tells_past and self.policy.reason != OBSERVERS):
            return 0
        query = """select count(*) as joined from incidents where report_count > 1
            and layer = 'only' and known_from_us > $known_us and occurred_from_us <= $known_us
            and ($on_us is null or occurred_from_us <= $on_us)"""
        return int(self.ask(query, when)[0]["joined"])

    @property
    def tells_past(self) -> bool:
        """Whether the run tells how its incidents stood before."""
        return bool(self.summary.get("past", {}).get("told"))

    @property
    def tells_days(self) -> bool:
        """Whether it tells so of the end of each day (UTC) alone, not of each moment."""
        return bool(self.summary.get("past", {}).get("by_day"))


def asked(on: str | None, known: str | None, zone: str) -> When:
    """Return the times of a question; a day, month or year counts to its end.

    Raises `OperatorError` for what is no time.
    """
    on, known = on or None, known or None
    return When(on, known, last_us(on, zone, "on"), last_us(known, zone, "known"))


def open_edition(mission: Mission, folder: Path) -> Edition:
    """Open the run in `folder`; what is asked of it is made ready first, if it is not yet.

    Raises `OperatorError` where there is no run or it cannot be read.
    """
    sign = folder / SIGN
    if not sign.is_file():
        hint = f"first: foedus run {mission.id}"
        raise OperatorError(Fault(file=str(folder), expected="a run", got="none yet", hint=hint))
    profiles = {one.source.id: one for one in (read_profile(s.profile) for s in mission.sources)}
    digest = _digest(folder)
    # What was made by other statements is another file.
    kept = folder / FOLDER / hashlib.sha256("".join((digest, *BUILD)).encode()).hexdigest()[:16]
    return Edition(
        mission=mission,
        folder=folder,
        kept=kept,
        digest=digest,
        made_s=int(sign.stat().st_mtime),
        policy=in_force(mission.policy, profiles),
        agreements=_agreements(mission, folder),
        summary=read_summary(folder),
        database=_database(folder / "tables", kept / FILE),
    )


def _digest(folder: Path) -> str:
    """Return the digest of all that the edition is made from."""
    found = hashlib.sha256()
    for path in (folder / SIGN, *(folder / "tables" / f"{name}.parquet" for name in TABLES)):
        found.update(path.name.encode() + b"\n")
        if path.is_file():
            with path.open("rb") as stream:
                while block := stream.read(BLOCK):
                    found.update(block)
    return found.hexdigest()


def _agreements(mission: Mission, folder: Path) -> dict[str, Agreement]:
    """Return the agreements as the run took them; a mission without reports has its own."""
    path = folder / "record" / "agreements.json"
    if not path.is_file():
        return {one.id: one for one in mission.governing.agreements}
    found = msgspec.json.decode(path.read_bytes(), type=list[Agreement])
    return {one.id: one for one in found}


def _database(tables: Path, file: Path) -> duckdb.DuckDBPyConnection:
    """Return the file of an edition, made whole or not at all."""
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as name:
            partial = Path(name) / file.name
            _build(tables, partial, Path(name))
            partial.replace(file)
    return duckdb.connect(file, read_only=True, config={"memory_limit": MEMORY, "threads": "1"})


def _build(tables: Path, file: Path, scratch: Path) -> None:
    files = {name: tables / f"{name}.parquet" for name in TABLES}
    for name, path in files.items():
        if not path.is_file():
            # A mission of acts alone publishes no tables: its edition has them empty.
            files[name] = scratch / f"{name}.parquet"
            pq.write_table(schema(TABLES[name][0]).empty_table(), files[name])
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": BUILDING,
        "threads": "1",
        "temp_directory": str(scratch),
    }
    with duckdb.connect(file, config=settings) as database:
        for statement in BUILD:
            bound = {name: str(path) for name, path in files.items() if f"${name}" in statement}
            database.execute(statement, bound)
