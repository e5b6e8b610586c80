# SPDX-License-Identifier: Apache-2.0
"""The sources that ship, on their real data: UCDP's events of the Donbas and a cut of VIINA."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from tests.reports.samples import Reading, joined

import foedus
from foedus.reports.contents import normalised
from foedus.reports.profile import Profile, read_profile
from foedus.reports.readers import read_source
from foedus.reports.taxonomy import load_targets

ROOT = Path(__file__).parents[2]
SOURCES = Path(foedus.__file__).parent / "library" / "sources"
UCDP = ROOT / "missions/donbas/data/ucdp_ged_ukraine_2014_2022.csv"
VIINA = ROOT / "tests/fixtures/viina_extract_2022_cut.csv"
CLUSTERS = ROOT / "tests/fixtures/viina_2022_exact_duplicate_clusters.csv"


def profile(name: str) -> Profile:
    """A profile that ships."""
    return read_profile(SOURCES / f"{name}.toml")


@pytest.fixture(scope="module")
def donbas() -> Reading:
    """All of UCDP's events of the Donbas war."""
    return joined(list(read_source(profile("ucdp-ged"), [UCDP])))


@pytest.fixture(scope="module")
def viina() -> Reading:
    """The cut of VIINA's extract of 2022."""
    return joined(list(read_source(profile("viina"), [VIINA])))


def us(*parts: int) -> int:
    """UTC microseconds of a moment."""
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


def test_donbas_counts(donbas: Reading) -> None:
    """3,077 rows are read and accepted, 13 with a warning, 6 of another conflict stand apart."""
    assert (donbas.read, donbas.accepted, donbas.quarantined) == (3077, 3077, 0)
    warnings = Counter(code for row in donbas.rows for code in row["warnings"])  # type: ignore[attr-defined]
    assert warnings == {"deaths-order": 13}
    assert donbas.reports["set_apart"].to_pylist().count("maidan") == 6


def test_donbas_sums_reconcile(donbas: Reading) -> None:
    """Deaths by year and estimate are those of the file, read by Python's own csv module."""
    with UCDP.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("low", "best", "high")
    said = Counter[tuple[str, str]]()
    for row in rows:
        for name in names:
            said[row["date_start"][:4], name] += int(row[name])
    found = Counter[tuple[str, str]]()
    for report in donbas.rows:
        for name in names:
            found[str(report["occurred_written"])[:4], name] += report[f"deaths_{name}"]  # type: ignore[assignment]
    assert found == said


def test_donbas_articles(donbas: Reading) -> None:
    """Every article that UCDP counts is found, with outlet, day and headline."""
    with UCDP.open(encoding="utf-8", newline="") as file:
        counted = {row["id"]: int(row["number_of_sources"]) for row in csv.DictReader(file)}
    assert {row["item_id"]: row["article_count"] for row in donbas.rows} == counted
    assert donbas.articles.num_rows == sum(counted.values()) == 4313
    for name in ("outlet", "published_us", "headline"):
        assert donbas.articles[name].null_count == 0
    quoted = [text for text in donbas.articles["headline"].to_pylist() if 'in "coup"' in text]
    assert quoted[0] == 'WRAPUP 9-Ukraine parliament removes Yanukovich, who flees Kiev in "coup"'


def test_donbas_first_event(donbas: Reading) -> None:
    """The first row: Kyiv's day, the place, the parties with their deaths, what is not known."""
    row = donbas.rows[0]
    assert (row["occurred_from_us"], row["occurred_to_us"]) == (
        us(2014, 1, 21, 22),
        us(2014, 1, 22, 22),
    )
    assert (row["latitude_e7"], row["longitude_e7"], row["radius_m"]) == (
        504500000,
        305233300,
        3000,
    )
    assert (row["parties"], row["party_deaths"]) == (["ua", "maidan"], [0, 5])
    assert (row["actor"], row["kind"]) == (None, "fatal-event-means-not-stated")
    assert (row["published_us"], row["known_basis"]) == (None, "stand-in")


def test_donbas_known_from(donbas: Reading) -> None:
    """Known since the end of the first article's day or of the event, whichever is later."""
    first: dict[str, int] = {}
    for article in donbas.articles.to_pylist():
        report, day = article["report_id"], article["published_us"]
        first[report] = min(first.get(report, day), day)
    day_us = 86_400_000_000
    for row in donbas.rows:
        article_us, known_us = first[str(row["report_id"])], row["known_from_us"]
        assert known_us >= row["occurred_to_us"]  # type: ignore[operator]
        late = article_us + day_us - row["occurred_to_us"]
        assert abs(known_us - row["occurred_to_us"] - max(late, 0)) <= 3_600_000_000  # type: ignore[operator]


def test_candidate_dates(tmp_path: Path) -> None:
    """Dates in the forms of spreadsheets read as the days that they mean."""
    with UCDP.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:3]
    rows[0] |= {"date_start": "2022-08-31", "date_end": "09/01/2022 00:00", "date_prec": "2"}
    rows[1] |= {"date_start": "2022-09-01", "date_end": "9/1/2022 12:00:00 AM", "date_prec": "1"}
    rows[2] |= {
        "source_article": "no list at all",
        "source_date": "01/09/2022",
        "source_office": "A",
    }
    path = tmp_path / "candidate.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = joined(list(read_source(profile("ucdp-candidate"), [path])))
    spans = [(row["occurred_from_us"], row["occurred_to_us"]) for row in found.rows]
    assert spans[0] == (us(2022, 8, 30, 21), us(2022, 9, 1, 21))
    assert spans[1] == (us(2022, 8, 31, 21), us(2022, 9, 1, 21))
    assert found.rows[2]["warnings"] == ["articles-unread"]
    assert found.articles["published_us"].to_pylist()[-1] == us(2022, 8, 31, 21)


def test_viina_reads(viina: Reading) -> None:
    """Every row of the cut is accepted; times, targets and actors are those that it states."""
    assert viina.quarantined == 0
    row = viina.rows[0]
    assert row["occurred_from_us"] == us(2022, 2, 23, 22)
    assert set(viina.reports["target"].to_pylist()) <= {*load_targets().nodes, "unknown"}
    assert max(map(len, viina.reports["text"].to_pylist())) <= 200


def test_viina_clusters_share_one_key(viina: Reading) -> None:
    """Each of the 91 clusters of exact copies has one content key, and its places stay apart."""
    by_item = {str(row["item_id"]).split("-")[0]: row for row in viina.rows}
    with CLUSTERS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    clusters = [row["MemberEventIDs"].split("|") for row in rows]
    assert len(clusters) == 91
    found = [{by_item[member]["content_key"] for member in members} for members in clusters]
    assert all(len(keys) == 1 and None not in keys for keys in found)
    texts = normalised(pa.array([row["RepresentativeText"] for row in rows]))
    assert len(set.union(*found)) == len(set(texts.to_pylist())) == 87
    places = [
        {(by_item[m]["latitude_e7"], by_item[m]["longitude_e7"]) for m in members}
        for members in clusters
    ]
    assert sum(len(spots) > 1 for spots in places) == 56


def test_viina_articles(viina: Reading) -> None:
    """The report has the first address; the articles have all; 12 rows of the cut have none."""
    for row in viina.rows[:50]:
        assert "|" not in str(row["url"])
    assert viina.articles["url"].null_count == 12
    assert viina.articles.num_rows == sum(row["article_count"] for row in viina.rows)  # type: ignore[misc]
