# SPDX-License-Identifier: Apache-2.0
"""Two sides that contradict each other: both are heard, in every output, and nobody is obeyed."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from page import Page
from two_sides import BAD_PLACE, two_sides

import foedus
from foedus.pipeline import Run
from foedus.publication import console
from foedus.publication.answers import read_summary
from foedus.publication.escapes import is_address, visible

NOW = datetime(2015, 2, 27, 9, 30, 5, 678, tzinfo=UTC)
STAMP = "2015-02-27T09:30:05+00:00"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The mission of two sides, run and published in full."""
    folder = tmp_path_factory.mktemp("sides")
    done: Run = foedus.run(two_sides(folder / "m"), out=folder / "out", now=NOW)
    return done


@pytest.fixture(scope="module")
def page(run: Run) -> Page:
    """Its bulletin."""
    return Page((run.out / "bulletin.html").read_text("utf-8"))


def test_disputed_is_not_nobody(page: Page) -> None:
    """An event of which each side accuses the other is disputed, beside those that are not."""
    told = page.text.partition("Claimed to have acted")[2].partition("Year by year")[0]
    rows = ["Northland 1", "Southland 1", "disputed: reports name different parties 1"]
    found = [told.index(row) for row in [*rows, "nobody named 1"]]
    assert found == sorted(found)
    assert "25% name nobody as having acted" in page.text
    assert "Of 25% the reports name different parties as having acted" in page.text
    assert "Sides named" not in page.text


def test_contradictions_are_told(page: Page) -> None:
    """The page says on how many events accounts differ, and in what."""
    assert "On 1 of 4 incidents the reports say different things" in page.text
    assert "who acted (1); how many died (1)." in page.text


@pytest.mark.parametrize(("party", "places"), [("north", {"n1", "n3"}), ("south", {"n1", "n2"})])
def test_party_finds_claims(run: Run, party: str, places: set[str]) -> None:
    """`incidents --party` finds what a party is claimed to have done, disputed claims included."""
    found = foedus.incidents(run, party=party)
    members = {m["item_id"] for row in found for m in foedus.why(row["lineage_id"], run)["members"]}
    assert places <= members
    assert len(found) == 2


def test_list_shows_claims(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The list of incidents says who is claimed to have acted, and where accounts differ."""
    console.show_incidents(foedus.incidents(run), read_summary(run.out))
    told = capsys.readouterr().out
    first = next(line for line in told.splitlines() if "Crossing" in line)
    assert "disputed" in first
    assert "actor, deaths_best" in first
    assert "none named" in next(line for line in told.splitlines() if "Ford" in line)


def test_why_shows_what_each_report_says(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """`why` gives each report's kind and claim with the source's own words, and a day as a day."""
    console.show_why(foedus.why("north:n1", run))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "claimed to have acted disputed: north:n1 says south; south:s1 says north" in lines
    assert lines.count("kind artillery-shelling (written: shelling)") == 2
    assert "acted south (written: the south)" in lines
    assert lines.count("published 2015-02-16") == 2


def test_no_control_character_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """What a source wrote must not move the cursor, in a list or in `why`."""
    console.show_incidents(foedus.incidents(run), read_summary(run.out))
    console.show_why(foedus.why("north:n3", run))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert r"=cmd|x \x1b[2JVillage" in told


def test_visible_escapes_nothing_else() -> None:
    """Letters of any script stay; controls, turns of direction and line ends become escapes."""
    assert visible("Авдіївка, Żółć") == "Авдіївка, Żółć"
    assert visible("a\u202eb\r\n\u2028") == r"a\u202eb\r\n\u2028"


def test_only_web_addresses_become_links(page: Page) -> None:
    """An address of a source is a link only if it is one of the web; else it is plain words."""
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert links == {"https://example.org/south", "https://example.org/truce"}
    assert "javascript:alert(1)" in page.text
    assert [is_address(text) for text in ("HTTPS://a.b", "javascript:x", "//a.b", "")] == [
        True, False, False, False
    ]  # fmt: skip


def test_no_cell_is_a_formula(run: Run) -> None:
    """A text that begins like a formula has an apostrophe before it in CSV, and only there."""
    with (run.out / "tables" / "incidents.csv").open(newline="", encoding="utf-8") as stream:
        names = [row["place_name"] for row in csv.DictReader(stream)]
    assert names == ["Crossing", "Mill", f"'{BAD_PLACE}", "Ford"]
    whole = pq.read_table(run.out / "tables" / "incidents.parquet")["place_name"].to_pylist()
    assert whole[2] == BAD_PLACE


def test_unknown_ends_are_not_zero(run: Run, page: Page) -> None:
    """Where a record has best estimates alone, no lowest or highest one may stand there as zero."""
    first = pq.read_table(run.out / "tables" / "months.parquet").to_pylist()[0]
    assert [first[f"deaths_{name}"] for name in ("low", "best", "high")] == [None, 6, None]
    assert (first["incidents_untold"], first["incidents_untold_low"]) == (1, 4)
    assert "2015 4 not told 6 not told" in page.text
    ranges = [a for tag, a in page.elements if tag == "line" and a.get("class") == "range"]
    assert ranges == []


def published_at(folder: Path, now: datetime, **asked: Any) -> tuple[Run, dict[str, bytes]]:
    """Run under the default policy; return the run, and every published file's bytes."""
    done: Run = foedus.run(two_sides(folder / "m", ""), out=folder / "out", now=now, **asked)
    files = [done.out / "bulletin.html", *(done.out / "tables").iterdir()]
    return done, {path.name: path.read_bytes() for path in files}


@pytest.mark.parametrize("known", [None, "2099-01-01"])
def test_delay_counts_from_now(known: str | None, tmp_path: Path) -> None:
    """Without `known`, or with one yet to come, the present is taken, and stands on the page."""
    done, files = published_at(tmp_path, NOW, known=known)
    assert done.known == STAMP
    assert files["incidents.geojson"].count(b'"Feature"') == 3
    assert STAMP in files["bulletin.html"].decode()


def test_page_can_be_made_again(tmp_path: Path) -> None:
    """The command that a delayed page shows gives the same bytes, however much later it is run."""
    _, first = published_at(tmp_path / "a", NOW)
    page = Page(first["bulletin.html"].decode())
    assert f"foedus run two-sides --known {STAMP} makes this page again, byte for byte" in page.text
    _, again = published_at(tmp_path / "b", NOW.replace(year=2026), known=STAMP)
    assert again == first


def test_one_week_is_a_week(page: Page) -> None:
    """A single week is not told as weeks."""
    assert "1 week before" in page.text
    assert "1 weeks" not in page.text


def test_exact_records_are_not_called_imprecise(page: Page) -> None:
    """Where every event has an exact day and place, nothing is said of most that lack one."""
    assert "0% lack an exact day or place" not in page.text
    assert "Exactly when and where" not in page.text
