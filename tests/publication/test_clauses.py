# SPDX-License-Identifier: Apache-2.0
"""The section on clauses: its figures are those of the tables, and its words decide nothing."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from pathlib import Path

import made
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foedus.findings.record import CAUSES
from foedus.mission import read_mission
from foedus.pipeline import Run, run
from foedus.publication.bulletin import bulletin
from foedus.publication.calendars import months
from foedus.publication.clauses import NOBODY, Clauses, clauses
from foedus.publication.from_run import publish_run
from foedus.publication.tables import published
from foedus.publication.timelines import lanes, timeline
from foedus.terms.rules import BanRule, PresenceRule
from small_mission import ROOT, all_rows, cut, make_mission

OPEN = ("undetermined", "contested")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A cut of the shipped mission, published."""
    folder = tmp_path_factory.mktemp("clauses")
    mission = make_mission(folder / "mission", cut(all_rows()))
    return run(mission, out=folder / "out", publish=partial(publish_run, now_us=made.NOW_US))


@pytest.fixture(scope="module")
def tables(done: Run) -> dict[str, pa.Table]:
    """Its published tables."""
    folder = done.out / "tables"
    return {path.stem: pq.read_table(path) for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def said(done: Run, tables: dict[str, pa.Table]) -> Clauses:
    """The figures of its section."""
    return clauses(done, tables)  # type: ignore[arg-type]


def test_lines_are_those_of_the_counts(said: Clauses, tables: dict[str, pa.Table]) -> None:
    """Each term's bars must be what the table of counts has of it, and no term be left out."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in tables["counts"].to_pylist():
        counted[row["agreement_id"], row["term_id"], row["verdict"]] += row["findings"]
    for one in said.governed:
        for line in one.lines:
            key = (one.agreement.id, line.term.id)
            assert line.cell.breach == counted[*key, "breach"]
            assert line.cell.open == sum(counted[*key, verdict] for verdict in OPEN)
            assert line.uncovered == counted[*key, "not-covered"]
        told = {line.term.article for line in one.lines} | {*one.silent, *one.unasked}
        asked = {
            term.article
            for term in one.agreement.terms
            if isinstance(term.rule, BanRule | PresenceRule)
        }
        assert told == asked


def test_incidents_are_counted_once(said: Clauses, tables: dict[str, pa.Table]) -> None:
    """An incident with a breach under several terms must count once, and never as open as well."""
    verdicts: dict[str, set[str]] = {}
    for row in tables["findings"].to_pylist():
        if row["incident_id"]:
            verdicts.setdefault(row["incident_id"], set()).add(row["verdict"])
    breach = [found for found in verdicts.values() if "breach" in found]
    opened = [found for found in verdicts.values() if found & set(OPEN) and "breach" not in found]
    assert (said.breach, said.open) == (len(breach), len(opened))
    assert said.attributed == 0


def test_causes_are_those_of_the_findings(said: Clauses, tables: dict[str, pa.Table]) -> None:
    """Every cause must be told with the number of findings that have it, most often first."""
    found = Counter(CAUSES[one] for row in tables["findings"]["causes"].to_pylist() for one in row)
    assert dict(said.causes) == dict(found)
    numbers = [number for _, number in said.causes]
    assert numbers == sorted(numbers, reverse=True)


def test_parties_are_those_that_are_named(said: Clauses, tables: dict[str, pa.Table]) -> None:
    """Who is named as involved is counted by party; who acted is claimed of nobody here."""
    parties = {row["incident_id"]: row["parties"] for row in tables["incidents"].to_pylist()}
    found: Counter[tuple[str, str]] = Counter()
    for row in tables["findings"].to_pylist():
        if row["incident_id"] and row["verdict"] == "breach":
            for party in parties[row["incident_id"]]:
                found[f"{row['agreement_id']}, {row['article']}", party] += 1
    for article, _, cells in said.involved.cells:
        for party, cell in zip(said.involved.parties, cells, strict=True):
            assert cell.breach == found[article, party]
    assert said.acted.parties == (NOBODY,)


def test_the_section_is_on_the_page(done: Run, said: Clauses) -> None:
    """Each agreement, each bar and each cause must stand on the page, and who decides."""
    html = (done.out / "bulletin.html").read_text("utf-8")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    part = page[page.index(" Against which clause ") :]
    assert "Only people determine a breach" in part
    for one in said.governed:
        assert f"{one.agreement.id}: " in part
        for line in one.lines:
            assert f"{line.term.article}: {line.term.rule.text}" in part
    for words, number in said.causes:
        assert f" {words} {number} " in part
    for word in ("guilty", "perpetrator", "violator", "culprit"):
        assert word not in part.casefold()


def test_no_agreement_no_section() -> None:
    """A mission that names no agreement must have no section on clauses, and no empty one."""
    material = made.material([made.incident(0, *made_day())])
    page = bulletin(material, published(material))
    assert "Against which clause" not in page
    assert "Against a clause" not in page


def made_day() -> tuple[int, int]:
    """Return a day of the made mission."""
    start = made.mission().period_from_us
    return start, start + made.DAY_US


def test_lanes_hold_every_incident(done: Run, said: Clauses, tables: dict[str, pa.Table]) -> None:
    """Over all months, a lane must hold each incident that its agreement covers, once."""
    bins = months(done.mission.period_from_us, done.mission.period_to_us, done.mission.zone)
    for lane, one in zip(lanes(said.governed, tables, bins), said.governed, strict=True):
        verdicts: dict[str, set[str]] = {}
        for row in tables["findings"].to_pylist():
            if row["incident_id"] and row["agreement_id"] == one.agreement.id:
                verdicts.setdefault(row["incident_id"], set()).add(row["verdict"])
        assert int(lane.breach.sum()) == sum("breach" in found for found in verdicts.values())
        assert int((lane.breach + lane.open).sum()) == sum(
            bool(found & {"breach", *OPEN}) for found in verdicts.values()
        )


@pytest.mark.parametrize("width", [360.0, 920.0])
def test_timeline_shows_when_it_was_in_force(
    width: float, done: Run, said: Clauses, tables: dict[str, pa.Table]
) -> None:
    """Each lane must bear its agreement's name and a band that begins where it came into force."""
    bins = months(done.mission.period_from_us, done.mission.period_to_us, done.mission.zone)
    drawn = str(timeline(lanes(said.governed, tables, bins), bins, width, "events"))
    for one in said.governed:
        assert f">{one.agreement.id}<" in drawn
    starts = [float(x) for x in re.findall(r'<rect x="([\d.]+)"[^>]*class="held"', drawn)]
    assert len(starts) == len(said.governed)
    assert starts == sorted(starts)
    assert all(48 <= x < width for x in starts)


def test_readings_stand_side_by_side() -> None:
    """Under an agreement with two readings, both must be told with when they were in force."""
    governed = read_mission(ROOT / "missions" / "energy-2025").governing
    assert governed.notes["energy-2025"].startswith("Three of its rows")
    assert [reading.id for reading in governed.agreements[0].head.readings] == [
        "from-18-march",
        "from-25-march",
    ]


def test_notes_are_on_the_page(tmp_path: Path) -> None:
    """What a mission says of the findings of an agreement must stand beside them."""
    note = 'file = "minsk-2"\nnote = "Read this <first>."\n'
    mission = make_mission(
        tmp_path / "mission",
        cut(all_rows())[:3],
        lambda text: text.replace('file = "minsk-2"\n', note, 1),
    )
    run(mission, out=tmp_path / "out", publish=partial(publish_run, now_us=made.NOW_US))
    page = (tmp_path / "out" / "bulletin.html").read_text("utf-8")
    assert "Read this &lt;first&gt;." in page
