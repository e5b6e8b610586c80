# SPDX-License-Identifier: Apache-2.0
"""Questions to a run's record, asked by the command line and by Python alike.

`incidents` lists, `sources` says who spoke; what incidents indicate is asked of `indications`, what
each rests on of `reasons`. DuckDB reads the Parquet files of `record/`; what a user wrote is bound
as a parameter and never becomes a part of a query. All answers are plain dicts, with the columns'
names of the records. What is answered here is internal: the published tables are `tables`, and pass
through `policy`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Protocol, TypedDict, Unpack

import duckdb
import msgspec

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.mission import RUNS, asked_moment, default_out, find_mission, read_mission
from foedus.publication.counts import EXACT_PLACE_M, EXACT_TIMES
from foedus.reports.taxonomy import load_kinds

Row = dict[str, Any]

SIGN: Final = Path("record/run.json")


class Finished(Protocol):
    """Whatever knows the folder that a run wrote."""

    @property
    def out(self) -> Path:
        """The folder of the run."""


TABLES: Final = (
    "incidents", "members", "disagreements", "reports", "articles", "findings", "counts",
)  # fmt: skip
SUMS: Final = ("read", "accepted", "quarantined")
NOTHING: Final[Row] = {"reports": 0, "articles": 0, "first_us": None, "last_us": None}

INCIDENTS: Final = """
select *,
    case when occurred_from_us >= coalesce($from_us, occurred_from_us)
          and occurred_to_us <= coalesce($to_us, occurred_to_us)
         then 'sure' else 'possible' end as fits
from read_parquet($incidents)
where ($from_us is null or occurred_to_us > $from_us)
  and ($to_us is null or occurred_from_us < $to_us)
  and ($kinds is null or list_contains($kinds, kind))
  and ($region is null
       or contains(lower(concat_ws(' ', region, place_name)), lower($region)))
  and ($party is null or list_contains(parties, $party)
       or incident_id in (
            select incident_id from read_parquet($members)
            join read_parquet($reports) using (report_id) where actor = $party))
  and (not $precise
       or (list_contains($exact_times, occurred_precision) and radius_m <= $exact_m))
order by occurred_from_us, lineage_id
limit $limit
"""
SOURCES: Final = """
select source_id, count(*) as reports, sum(article_count)::bigint as articles,
    min(occurred_from_us) as first_us, max(occurred_to_us) as last_us
from read_parquet($reports) group by source_id
"""
OUTLETS: Final = """
select outlet, count(*) as articles
from read_parquet($articles) articles join read_parquet($reports) reports using (report_id)
where source_id = $source_id and outlet is not null
group by outlet order by articles desc, outlet limit 10
"""

Asked = str | Path | Finished
"""A run: the object, its folder, or the name of a mission whose run stands in `out/`."""


class Wanted(TypedDict, total=False):
    """Which incidents are asked for; what is left out does not narrow."""

    from_: str | None
    """Day or moment: those that may have happened at or after it."""
    to: str | None
    """Day or moment: those that may have happened before its end."""
    kind: str | None
    """A kind of the shared taxonomy; a class takes all beneath it."""
    region: str | None
    """Part of a region's or place's name, in any case of letters."""
    party: str | None
    """Id of a party that is named as involved, or claimed to have acted, disputed or not."""
    precise: bool
    """True: only those whose day and place are both exact."""
    limit: int | None
    """At most so many."""


def incidents(run: Asked, **wanted: Unpack[Wanted]) -> list[Row]:
    """Return the incidents that fit, in order of time: the columns of `Incident`, and `fits`.

    `fits` is sure if the whole of the incident's interval lies in the time asked for, else
    possible. Raises `OperatorError` if there is no such run or the question cannot be read.
    """
    folder = run_folder(run)
    return ask(folder, INCIDENTS, _values(wanted, read_summary(folder)))


def sources(run: Asked) -> list[Row]:
    """Return for each source who it is, what it delivered, and its ten most frequent outlets.

    Times are UTC microseconds; counts of reports are of those in the record, `read`, `accepted`
    and `quarantined` of all rows delivered. Raises `OperatorError` if there is no such run.
    """
    folder = run_folder(run)
    summary = read_summary(folder)
    counted = {row["source_id"]: row for row in ask(folder, SOURCES, {})}
    answer = []
    for source in summary["sources"]:
        delivered = [item for item in summary["inputs"] if item["source_id"] == source["id"]]
        sums = {name: sum(item[name] for item in delivered) for name in SUMS}
        counts = counted.get(source["id"], NOTHING)
        outlets = ask(folder, OUTLETS, {"source_id": source["id"]})
        answer.append(source | sums | counts | {"files": delivered, "outlets": outlets})
    return answer


def run_folder(run: Asked) -> Path:
    """Return the folder of a run; raises `OperatorError` with a hint if there is none."""
    if not isinstance(run, (str, Path)):
        return run.out
    for folder in (Path(run), default_out(str(run))):
        if (folder / SIGN).is_file():
            return folder
    mission = read_mission(find_mission(run))
    folder = default_out(mission.id)
    if not (folder / SIGN).is_file():
        raise OperatorError(
            Fault(
                file=str(folder),
                expected=f"a run of {mission.id}",
                got="none yet",
                hint=f"first: foedus run {run}",
            )
        )
    return folder


def runs() -> list[Path]:
    """Return the folders of all runs below `out/`, newest first; `OperatorError` if none is."""
    signs = sorted(RUNS.glob(f"*/{SIGN}"), key=lambda sign: -sign.stat().st_mtime_ns)
    found = [sign.parent.parent for sign in signs]
    if not found:
        hint = "first: foedus run MISSION; or name the folder with --in"
        raise OperatorError(Fault(file=str(RUNS), expected="a run", got="none yet", hint=hint))
    return found


def read_summary(folder: Path) -> Row:
    """Return what `record/run.json` says of the run in `folder`."""
    try:
        summary: Row = msgspec.json.decode((folder / SIGN).read_bytes())
    except msgspec.DecodeError as error:
        raise unreadable(folder / SIGN, error) from error
    return summary


def _values(wanted: Wanted, summary: Row) -> Row:
    start = asked_moment(wanted.get("from_"), summary["zone"], "--from")
    end = asked_moment(wanted.get("to"), summary["zone"], "--to")
    return {
        "from_us": start and start.from_us,
        "to_us": end and end.to_us,
        "kinds": _kinds(wanted.get("kind")),
        "region": wanted.get("region"),
        "party": known_party(wanted.get("party"), summary),
        "precise": wanted.get("precise", False),
        "exact_m": EXACT_PLACE_M,
        "exact_times": list(EXACT_TIMES),
        "limit": wanted.get("limit"),
    }


def _kinds(kind: str | None) -> list[str] | None:
    if kind is None or kind == "unknown":
        return None if kind is None else [kind]
    kinds = load_kinds()
    if kind not in kinds:
        hint = did_you_mean(kind, kinds.nodes)
        raise OperatorError(
            Fault(column="--kind", expected="a kind of the taxonomy", got=repr(kind), hint=hint)
        )
    return sorted({kind, *kinds.leaves(kind)})


def known_party(party: str | None, summary: Row) -> str | None:
    """Return the id of a party of a run, or None; raises `OperatorError` if it has none such."""
    known = [item["id"] for item in summary["parties"]]
    if party is not None and party not in known:
        hint = did_you_mean(party, known)
        raise OperatorError(
            Fault(column="--party", expected="the id of a party", got=repr(party), hint=hint)
        )
    return party


def ask(folder: Path, query: str, values: Row) -> list[Row]:
    """Return all rows of the answer; tables are bound by name, as every other value is."""
    files = {table: str(folder / "record" / f"{table}.parquet") for table in TABLES}
    bound = {name: value for name, value in (files | values).items() if f"${name}" in query}
    try:
        with duckdb.connect() as connection:
            answer = connection.execute(query, bound)
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise unreadable(folder / "record", error) from error


def unreadable(path: Path, error: Exception) -> OperatorError:
    """Return that a record is damaged or half there; only a new run can mend it."""
    got = str(error).partition("\n")[0]
    expected, hint = "a record that can be read", "run the mission again"
    return OperatorError(Fault(file=str(path), expected=expected, got=got, hint=hint))
