# SPDX-License-Identifier: Apache-2.0
"""What a page said as known on a day is what a run of that day says, whatever came later."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

import foedus
from foedus.mission import read_mission
from foedus.publication.edition import STANDING, Edition, asked, open_edition
from foedus.web import tallies
from foedus.web.happenings import incident, states
from foedus.web.routes import BY_NAME
from foedus.web.served import Question, Served
from small_mission import all_rows, make_mission

PROFILE = """
[source]
id = "press"
title = "Press"
citation = "Made"
licence = "CC0-1.0"

[columns]
item_id = "id"
place_name = "place"
region = "region"
deaths_best = "deaths"

[time]
start = "day"
format = ["%Y-%m-%d"]
zone = "Europe/Kyiv"
precision = "day"
published = "published"
published_format = ["%Y-%m-%d %H:%M"]
known = "published"

[place]
latitude = "latitude"
longitude = "longitude"
default_radius_m = 5000

[kind]
column = "kind"
unlisted = "fault"
[kind.map]
"shells" = ["mortar-fire"]
"raid" = ["air-strike"]

[noise]
coverage = 0.5
lateness = [{ upto_h = 24.0, share = 1.0 }]
"""
SECOND = """
[[source]]
profile = "press.toml"
files = ["data/press.csv"]

[[source]]
profile = "agency.toml"
files = ["data/agency.csv"]
"""
OPEN = "place_cell_m = 0\ndelay_h = 0\n"
TIMES = {"known_from_us", "known_to_us", "layer"}
KNOWN = (
    "2014-12-31", "2015-01-20", "2015-01-31T15:30:00+02:00", "2015-02-03", "2015-02-16",
    "2015-03-05", "2015-04-01", "2016-06-30",
)  # fmt: skip


def told_again(rows: list[dict[str, str]], source: int) -> Iterator[dict[str, str]]:
    """What a second or third source tells of the same happenings, some days later."""
    for number, row in enumerate(rows):
        if (number + source) % 3 == 0:
            continue
        day, month = row["date_end"][8:10], row["date_end"][:8]
        yield {
            "id": str(number),
            "day": row["date_start"][:10],
            "place": row["where_coordinates"],
            "region": row["adm_1"],
            "deaths": row["best"],
            "latitude": str(float(row["latitude"]) + 0.01 * source),
            "longitude": row["longitude"],
            "kind": "shells" if number % 5 else "raid",
            "published": f"{month}{min(int(day) + (number * source) % 9, 28):02} 1{source}:30",
        }


def made(folder: Path, policy: str) -> Path:
    """A mission of three sources, which tell of the same days around the agreements of 2015."""
    rows = [row for row in all_rows() if "2014-12-20" < row["date_start"] < "2015-03-20"]
    rows = [row for row in rows if row["where_prec"] == "1" and row["date_prec"] == "1"][::4]
    mission = make_mission(folder, rows, lambda text: text.replace(OPEN, policy) + SECOND)
    assert policy in (mission / "mission.toml").read_text("utf-8")
    for source, name in enumerate(("press", "agency"), 1):
        (mission / f"{name}.toml").write_text(PROFILE.replace('"press"', f'"{name}"'), "utf-8")
        told = list(told_again(rows, source))
        with (mission / "data" / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, told[0].keys())
            writer.writeheader()
            writer.writerows(told)
    return mission


@pytest.fixture(scope="module", params=["open", "coarse and late"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An edition of all that is known, and the mission of which it is."""
    home = tmp_path_factory.mktemp("past")
    policy = OPEN if request.param == "open" else "place_cell_m = 10000\ndelay_h = 72\n"
    mission = made(home / "mission", policy)
    done = foedus.run(mission, out=home / "out", past=True)
    assert done.past.told
    assert pq.read_table(home / "out/record/incidents.parquet").num_rows < done.accepted
    edition = open_edition(read_mission(str(mission)), home / "out")
    yield edition, mission
    edition.close()


def rows_of(edition: Edition, table: str, known: str) -> list[dict[str, Any]]:
    """What an edition answers of a table."""
    when = asked(None, known, edition.mission.zone)
    return edition.ask(f"select * from {table} where {STANDING}", when)


def comparable(rows: list[dict[str, Any]], names: set[str]) -> list[bytes]:
    """Rows without the times of a state, and without ids that are made from these, in order."""
    kept = [{name: row[name] for name in sorted(names)} for row in rows]
    return sorted(msgspec.json.encode(row) for row in kept)


@pytest.mark.parametrize("known", KNOWN)
def test_a_past_state_is_what_a_run_of_that_day_gives(
    kept: tuple[Edition, Path], tmp_path: Path, known: str
) -> None:
    """Incidents, members, findings, deadlines: row by row, as coarse and late as is asked."""
    edition, mission = kept
    foedus.run(mission, known=known, out=tmp_path / "then")
    made_of_times = {"incident_id"} if edition.policy.place_cell_m else set()
    for table in ("incidents", "members", "findings"):
        then = pq.read_table(tmp_path / "then" / "tables" / f"{table}.parquet")
        names = set(then.column_names) - TIMES - made_of_times
        found = comparable(rows_of(edition, table, known), names)
        assert found == comparable(then.to_pylist(), names), table
    assert edition.joined_later(asked(None, known, edition.mission.zone)) == 0


def test_every_state_differs_from_the_one_before(kept: tuple[Edition, Path]) -> None:
    """The test above would say nothing, had no incident stood otherwise: many have."""
    edition, _ = kept
    (row,) = edition.ask("select count(*) as n from incidents where layer = 'state'")
    assert row["n"] > 40
    query = "select count(*) as n from (select 1 from findings where layer = 'due' limit 1)"
    (row,) = edition.ask(query)
    assert row["n"] == 1


def test_what_is_known_now_is_the_last_run(kept: tuple[Edition, Path]) -> None:
    """Asked without times, no state of before is among the answers."""
    edition, _ = kept
    now = pq.read_table(edition.folder / "tables" / "incidents.parquet")
    rows = edition.ask(f"select * from incidents where {STANDING}")
    assert sorted(row["lineage_id"] for row in rows) == sorted(now["lineage_id"].to_pylist())
    findings = pq.read_table(edition.folder / "tables" / "findings.parquet")
    rows = edition.ask(f"select finding_id from findings where {STANDING}")
    assert sorted(row["finding_id"] for row in rows) == sorted(findings["finding_id"].to_pylist())


def test_deadlines_go_by_the_day_that_is_asked_about(kept: tuple[Edition, Path]) -> None:
    """With `on` alone a deadline is told as it stood that day, as a run with `--on` does."""
    edition, mission = kept
    foedus.run(mission, on="2015-03-10", out=mission.parent / "on")
    then = pq.read_table(mission.parent / "on" / "tables" / "findings.parquet").to_pylist()
    when = asked("2015-03-10", None, edition.mission.zone)
    query = f"select * from findings where {STANDING} and subject_kind = 'deadline'"
    names = {"finding_id", "verdict", "causes", "steps"}
    deadlines = [row for row in then if row["subject_kind"] == "deadline"]
    assert deadlines
    assert comparable(edition.ask(query, when), names) == comparable(deadlines, names)


@pytest.mark.parametrize("known", KNOWN[2:6])
def test_counts_and_sources_are_those_of_that_day(
    kept: tuple[Edition, Path], tmp_path: Path, known: str
) -> None:
    """Every rule counts what was known then, and a source is heard with what it had said."""
    edition, mission = kept
    foedus.run(mission, known=known, out=tmp_path / "then")
    served = Served(edition, None, lambda: 0)
    when = asked(None, known, edition.mission.zone)
    answer = tallies.counts(Question(served, BY_NAME["counts"], when, "", {}))
    if edition.policy.place_cell_m:
        assert answer["withheld"]
    else:
        then = foedus.count(tmp_path / "then")
        told = [row["told"] for row in then["figures"]]
        assert [row["told"] for row in answer["rows"]] == told
        assert answer["bridges"] == then["bridges"]
    sources = tallies.sources(Question(served, BY_NAME["sources"], when, "", {}))["rows"]
    heard = pq.read_table(tmp_path / "then" / "tables" / "sources.parquet").to_pylist()
    assert [(row["source_id"], row["reports"]) for row in sources] == [
        (row["source_id"], row["reports"]) for row in heard
    ]


def test_a_page_opens_what_it_said_before(kept: tuple[Edition, Path]) -> None:
    """Each state of an incident links to its page as it was then, which tells that state."""
    edition, _ = kept
    served = Served(edition, None, lambda: 0)
    query = """select lineage_id from incidents where layer = 'state' group by lineage_id
        having count(*) > 2 order by lineage_id limit 8"""
    seen = 0
    for row in edition.ask(query):
        told = states(asking(served, row["lineage_id"], None), row["lineage_id"])
        for number, state in enumerate(told):
            seen += 1
            then = asking(served, row["lineage_id"], state["at"])
            page = incident(then)
            assert page["incident"]["report_count"] == state["report_count"]
            assert page["incident"]["verdict"] == state["verdict"]
            assert len(page["members"]) == state["report_count"]
            before = [one["at"] for one in states(then, row["lineage_id"])]
            # What has stood in one way alone tells no states.
            assert before == ([one["at"] for one in told[: number + 1]] if number else [])
    assert seen > 8


def asking(served: Served, lineage: str, known: str | None) -> Question:
    """The question of an incident's page, as known then."""
    when = asked(None, known, served.edition.mission.zone)
    return Question(served, BY_NAME["incident"], when, lineage, {})
