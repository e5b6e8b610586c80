# SPDX-License-Identifier: Apache-2.0
"""The mission on energy targets: its figures are those of its file, and its limits are told."""

from __future__ import annotations

import csv
import re
import runpy
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from foedus.mission import read_mission
from foedus.pipeline import Run, run
from foedus.publication.from_run import publish_run
from source_files import ROOT

ENERGY: Final = ROOT / "missions" / "energy-2025"
DATA: Final = ENERGY / "data" / "viina_extract_2025.csv"
HEADLINES: Final = ENERGY / "data" / "viina_headlines_2025.csv"
NOW_US: Final = 1_767_225_600_000_000
LONGEST: Final = 200
UNCUT: Final = {"source_urls", "event_ids_matching"}
LIMITS: Final = "geocoded to Ukraine, so that strikes on Russian territory are absent or misplaced"
NOTICE: Final = "Contains information from VIINA, made available under the Open Database License"
ENERGY_CLASSES: Final = {
    "FUEL_STORAGE_TERMINAL",
    "ENERGY_GRID_SUPPORT",
    "REFINING_PETROCHEM_GAS",
    "PIPELINE_PUMPING",
}
TRANSPORT: Final = {"PORT_EXPORT_LOGISTICS", "RAIL_STRATEGIC_LOGISTICS"}
SAID: Final = {
    "FUEL_STORAGE_TERMINAL": "storage of oil, fuel or gas",
    "ENERGY_GRID_SUPPORT": "power generation or grid",
    "REFINING_PETROCHEM_GAS": "refinery or gas processing",
    "PIPELINE_PUMPING": "pipeline or pumping station",
    "STRATEGIC_AIRBASE": "airfield",
    "AMMUNITION_ARSENAL": "ammunition depot",
    "PORT_EXPORT_LOGISTICS": "port",
    "MILITARY_REPAIR_SHIPYARD": "repair yard or shipyard",
    "DEFENSE_INDUSTRY": "defence industry",
    "RAIL_STRATEGIC_LOGISTICS": "railway",
}

READ: Final = {"193406": ("air strike", "Russian Federation")}
"""Rows of which a headline is read besides: what it tells of the means, and of who acted."""

Row = dict[str, str]


@pytest.fixture(scope="module")
def energy(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of the mission, published."""
    out = tmp_path_factory.mktemp("runs") / "energy-2025"
    return run(ENERGY, out=out, publish=partial(publish_run, now_us=NOW_US))


@pytest.fixture(scope="module")
def page(energy: Run) -> str:
    """Return the bulletin's words, a bar's label and its number beside one another."""
    html = (energy.out / "bulletin.html").read_text("utf-8")
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", body.replace("&#39;", "'"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Return the rows of the file, as text."""
    with DATA.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def actor(row: Row) -> str:
    """Return who is claimed to have acted: one side, or nobody."""
    flags = (row["a_ukr_init"], row["a_rus_init"])
    return {("1", "0"): "Ukraine", ("0", "1"): "Russian Federation"}.get(flags, "nobody named")


def kind(row: Row) -> str:
    """Return what the attack's words tell of its means."""
    words = row["attack_terms"].casefold()
    drone = any(word in words for word in ("дрон", "безпілот", "беспилот"))
    found = {(True, True): "air attack", (True, False): "drone strike"}
    found[False, True] = "missile strike"
    return found.get((drone, "ракет" in words), "kind not known")


def target(row: Row) -> str:
    """Return what was hit: one kind of target, else the class that several share."""
    classes = set(row["target_classes"].split("|"))
    if len(classes) == 1:
        return SAID[classes.pop()]
    if classes <= ENERGY_CLASSES:
        return "energy: several, or which is not told"
    if classes & (ENERGY_CLASSES | TRANSPORT):
        return "not told, or of several classes"
    return "military: several, or which is not told"


def region(row: Row) -> str:
    """Return the region, or that there is none."""
    return row["ADM1_NAME"] or "region not told"


def test_every_row_is_accounted_for(energy: Run, rows: list[Row]) -> None:
    """Rows read must be those accepted and those in quarantine, and each row one incident."""
    read, headlines = energy.inputs
    assert (headlines.read, headlines.accepted) == (len(READ), len(READ))
    assert read.read == len(rows) == read.accepted + read.quarantined
    assert read.quarantined == 0
    assert energy.tables["incidents"].num_rows == len(rows)


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("Kind", lambda row: READ.get(row["event_id_1pd"], (kind(row),))[0]),
        ("What was hit, or aimed at", target),
        ("Claimed to have acted", lambda row: READ.get(row["event_id_1pd"], (actor(row),))[-1]),
        ("By region", region),
    ],
)
def test_bars_are_those_of_the_file(
    page: str, rows: list[Row], heading: str, word: Callable[[Row], str]
) -> None:
    """Each bar under a heading must bear the number of rows that a plain count gives."""
    part = page[page.index(f" {heading} ") :]
    for name, number in Counter(map(word, rows)).items():
        assert f" {name} {number} " in part, name


def test_headline_figures(page: str, rows: list[Row]) -> None:
    """The page must begin with how many, when most, and where, counted from the file."""
    head = page[: page.index("When: by month")]
    months = Counter(row["date"][:6] for row in rows)
    (month, most), *_ = months.most_common(1)
    assert f"How many {len(rows)} reported incidents" in head
    assert month == "202510"
    assert f"When most is reported October 2025 {most} incidents" in head
    assert "worst" not in head
    assert f"Where {Counter(map(region, rows)).most_common(1)[0][0]} " in head


def test_months_are_those_of_the_file(energy: Run, rows: list[Row]) -> None:
    """The published months must hold the rows of each, with no deaths told."""
    with (energy.out / "tables" / "months.csv").open(newline="", encoding="utf-8") as stream:
        months = list(csv.DictReader(stream))
    found = {month["month"]: int(month["incidents"]) for month in months}
    wanted = Counter(f"{row['date'][:4]}-{row['date'][4:6]}" for row in rows)
    assert {month: number for month, number in found.items() if number} == dict(wanted)
    assert {month["deaths_best"] for month in months} == {""}


def test_no_row_lies_outside_the_period(energy: Run, rows: list[Row]) -> None:
    """The period must be that from the file's first day to its last, so that it cuts nothing."""
    days = sorted(f"{row['date'][:4]}-{row['date'][4:6]}-{row['date'][6:]}" for row in rows)
    assert (energy.mission.period_from, energy.mission.period_to) == (days[0], days[-1])


def test_no_text_is_long(energy: Run, rows: list[Row]) -> None:
    """No outlet's text above 200 characters may stand in the file or in what is written of it."""
    written = [cell for row in rows for name, cell in row.items() if name not in UNCUT]
    for table in energy.tables.values():
        for name in table.schema.names:
            if "url" not in name:
                cells = table[name].to_pylist()
                written += [cell for cell in cells if isinstance(cell, str)]
    assert max(map(len, written)) == LONGEST
    texts = [row["representative_text"] for row in rows]
    for path in (*(energy.out / "tables").glob("*.csv"), energy.out / "bulletin.html"):
        said = path.read_text("utf-8")
        assert not [text for text in texts if len(text) > 40 and text in said], path.name


def test_file_is_cut_only_in_its_texts(rows: list[Row]) -> None:
    """Lines must end as they came, and every row keep its id, its day, its place and address."""
    data = DATA.read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == len(rows) + 1
    for row in rows:
        assert row["event_id_1pd"]
        assert re.fullmatch(r"2025\d{4}", row["date"])
        assert row["latitude"]
        assert row["source_urls"].startswith("http")
        assert not any(re.search(r"\s\s|[\n\t]", cell) for cell in row.values())


def test_limits_and_licence_are_told(energy: Run, page: str) -> None:
    """The page must say in its head what the extract lacks, and page and tables the licence."""
    head = page[: page.index("When: by month")]
    assert LIMITS in head
    assert page.count(LIMITS) >= 2
    assert NOTICE in page
    assert "ODbL-1.0" in page
    for name in ("README.md", "datapackage.json", "sources.csv"):
        said = (energy.out / "tables" / name).read_text("utf-8")
        assert "ODbL-1.0" in said, name
        assert NOTICE in said or name == "datapackage.json", name
    assert LIMITS in (energy.out / "tables" / "README.md").read_text("utf-8")


def test_page_names_no_deaths_where_none_are_told(energy: Run) -> None:
    """Neither headings nor columns of deaths may stand on the page of a record without any."""
    html = (energy.out / "bulletin.html").read_text("utf-8")
    assert "deaths, lowest" not in html
    assert "Deaths by month" not in html
    assert "and deaths by month" not in html
    assert "compared below" not in html
    assert "not told</td>" not in html


def test_both_readings_are_marked() -> None:
    """Both first days, and both thirtieth days after them, must stand among the marks."""
    marks = read_mission(ENERGY).marks
    moratorium = [mark.on for mark in marks if "Energy moratorium" in mark.title]
    assert moratorium == ["2025-03-18", "2025-03-25", "2025-04-17", "2025-04-24"]
    assert not any(mark.compare for mark in marks)


def test_readings_part_over_a_real_strike(energy: Run, page: str) -> None:
    """The strike at Kupiansk is a breach under one reading and outside the term under the other."""
    (found,) = (
        row
        for row in energy.tables["partings"].to_pylist()
        if "breach" in row["verdicts"]
        and row["lineage_id"] in members(energy, "viina:193406-20250320")
    )
    assert found["readings"] == ["from-18-march", "from-25-march"]
    assert found["verdicts"] == ["breach", "not-covered"]
    part = page[page.index(" Where two readings of one text part ") :]
    at = part.index("2025-03-20, Kupiansk")
    assert (
        "read from-18-march breach indicated read from-25-march not covered" in part[at : at + 400]
    )


def members(energy: Run, report_id: str) -> set[str]:
    """Return the lineage of the incidents that rest on a report."""
    rows = energy.tables["members"].to_pylist()
    return {row["lineage_id"] for row in rows if row["report_id"] == report_id}


def test_the_end_is_computed_under_each_reading(page: str) -> None:
    """The page must state when the moratorium ended by each reading, and how that is reckoned."""
    for first, last in (("18 March", "17 April"), ("25 March", "24 April")):
        said = (
            f"from {first} 2025, hour not stated; until {last} 2025, hour not stated "
            "(30 days after entry into force, computed here)"
        )
        assert said in page


def test_a_doubtful_row_is_told_as_doubtful(page: str) -> None:
    """The row that stands at Simferopol and tells of Volgograd must be told as what it is."""
    assert "A row of 23 March tells of drones near a refinery in Volgograd" in page


def test_headlines_are_those_of_the_extract(rows: list[Row]) -> None:
    """What is read besides must be a row of the extract: same id, day, place, address and words."""
    with HEADLINES.open(newline="", encoding="utf-8") as stream:
        read = list(csv.DictReader(stream))
    by_id = {row["event_id_1pd"]: row for row in rows}
    assert {row["event_id_1pd"] for row in read} == set(READ)
    for row in read:
        own = by_id[row["event_id_1pd"]]
        for name in ("date", "asciiname", "ADM1_NAME", "longitude", "latitude"):
            assert row[name] == own[name]
        assert row["headline"] == own["representative_text"]
        assert row["source_url"] == own["source_urls"]


def test_a_strike_between_the_two_starts(rows: list[Row]) -> None:
    """The readme tells of a refinery on the day on which one reading begins and one does not."""
    (found,) = (row for row in rows if row["date"] == "20250318")
    assert found["target_classes"] == "REFINING_PETROCHEM_GAS"
    assert (found["ADM1_NAME"], actor(found)) == ("Kharkiv", "Russian Federation")


def test_readme_counts_as_the_file_does(rows: list[Row]) -> None:
    """The counts in the mission's readme must be those of its file, and name the file."""
    said = re.sub(r"\s+", " ", (ENERGY / "README.md").read_text("utf-8"))
    flags = Counter((row["a_ukr_init"], row["a_rus_init"]) for row in rows)
    druzhba = [row for row in rows if row["asciiname"] == "Druzhba"]
    abroad = [row for row in rows if row["location_method"] == "COORDINATE_RU_STRICT"]
    months = Counter(row["date"][4:6] for row in rows)
    assert all("ружб" in row["representative_text"] for row in druzhba)
    assert f"all {len(druzhba)} rows placed" in said
    assert f"stays unknown: {sum(kind(row) == 'kind not known' for row in rows)} rows" in said
    assert (flags["1", "1"], len(abroad)) == (2, 11)
    assert f"{flags['0', '0']} neither, and in {flags['', '']}" in said
    assert f"{months['03']} rows in March and {months['04']} in April" in said
    for word in (DATA.name, "ODbL 1.0", "Zhukov", LIMITS):
        assert word in said


def test_cutting_again_changes_nothing(tmp_path: Path) -> None:
    """The tool that cut the file must leave a file alone that is cut already."""
    cut = runpy.run_path(str(ROOT / "tools" / "cut_viina.py"))["main"]
    cut(str(DATA), str(tmp_path / "again.csv"))
    assert (tmp_path / "again.csv").read_bytes() == DATA.read_bytes()
