# SPDX-License-Identifier: Apache-2.0
"""Answers are those of the commands, at both times; addresses keep what they said."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from addresses import addresses, in_form
from icalendar import Calendar
from sites import Site

import foedus
from foedus.replay.clock_lines import as_told
from foedus.replay.clocks import due
from foedus.web.files import STATIC, static_files

KNOWN = "2015-03-05"
JAVASCRIPT_BYTES = 600_000


def every_row(site: Site, path: str) -> list[dict[str, object]]:
    """Return the rows of a list, page by page."""
    rows, after = [], None
    while True:
        behind = f"&after={after}" if after else ""
        answer = site.client.get(f"{path}limit=500{behind}").json()
        rows += answer["rows"]
        after = answer["next"]
        if after is None:
            assert len(rows) == answer["total"]
            return rows


@pytest.mark.parametrize("asked", ["", "verdict=breach&", "known=2015-03-05&"])
def test_the_newest_first_is_the_oldest_first_turned(donbas: Site, asked: str) -> None:
    """Both orders, page by page, give the same incidents, one the other way round."""
    oldest = every_row(donbas, f"/incidents.json?{asked}")
    newest = every_row(donbas, f"/incidents.json?{asked}order=newest&")
    assert [row["lineage_id"] for row in newest] == [row["lineage_id"] for row in oldest][::-1]
    times = [row["occurred_from_us"] for row in oldest]
    assert times == sorted(times)


def test_how_sure_is_counted_over_all_that_fits(donbas: Site, energy: Site) -> None:
    """The sums of a heading are those of the rows, over every page."""
    for site in (donbas, energy):
        rows = every_row(site, "/incidents.json?")
        told = site.client.get("/incidents.json").json()
        assert told["breaches"] == sum(row["verdict"] == "breach" for row in rows)
        assert told["alone"] == sum(row["independent_count"] == 1 for row in rows)


def test_a_past_state_is_what_a_run_of_that_day_gives(donbas: Site, tmp_path: Path) -> None:
    """`on` and `known` in the address give the incidents and findings that a run then would."""
    folder = donbas.served.edition.mission.folder
    foedus.run(folder, known=KNOWN, on="2015-02-20", out=tmp_path / "then")
    ran = foedus.incidents(tmp_path / "then")
    asked = f"known={KNOWN}&on=2015-02-20&"
    rows = every_row(donbas, f"/incidents.json?{asked}")
    assert [row["incident_id"] for row in rows] == [row["incident_id"] for row in ran]
    found = {
        (row["finding_id"], row["verdict"])
        for row in every_row(donbas, f"/findings.json?{asked}")
        if row["incident_id"]
    }
    then = foedus.findings(tmp_path / "then")
    assert found == {(row["finding_id"], row["verdict"]) for row in then if row["incident_id"]}


def test_what_came_later_changes_nothing(donbas: Site) -> None:
    """No row that was known later, or began later, is in an answer about a past day."""
    for row in every_row(donbas, f"/incidents.json?known={KNOWN}&"):
        assert row["known_from_us"] <= 1_425_592_799_999_999  # type: ignore[operator]


def test_lists_are_those_of_the_commands(energy: Site) -> None:
    """Incidents, findings and sources are those that the commands list."""
    run = energy.served.edition.folder
    shown = every_row(energy, "/incidents.json?")
    assert [row["lineage_id"] for row in shown] == [
        row["lineage_id"] for row in foedus.incidents(run)
    ]
    breaches = every_row(energy, "/findings.json?verdict=breach&")
    assert {row["finding_id"] for row in breaches} == {
        row["finding_id"] for row in foedus.findings(run, verdict="breach")
    }
    sources = energy.client.get("/sources.json").json()["rows"]
    assert [row["source_id"] for row in sources] == [row["id"] for row in foedus.sources(run)]


def test_reasons_and_readings_stand_side_by_side(energy: Site) -> None:
    """A finding tells the steps of `why`, and what the other readings of its term say."""
    row = energy.client.get("/findings.json?verdict=breach&limit=1").json()["rows"][0]
    page = energy.client.get(f"/findings/{row['finding_id']}.json").json()
    (told,) = foedus.why(row["finding_id"], energy.served.edition.folder)["findings"]
    assert page["finding"]["reasons"] == told["reasons"]
    assert {one["reading"] for one in page["readings"]} == {"from-18-march", "from-25-march"}
    assert len({one["verdict"] for one in page["readings"]}) == 2


def test_clocks_and_obligations_are_those_of_due(
    donbas: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who owes what, and which rung stands where, is what `due` answers."""
    monkeypatch.chdir(donbas.served.edition.folder.parent.parent)
    found = due(donbas.served.edition.mission)
    answer = donbas.client.get("/obligations.json").json()
    assert answer["marking"] == found.marking
    assert {row["obligation"] for row in answer["rows"]} == {
        one.obligation for one in found.obligations
    }
    told = as_told(found)
    states = {rung["state"] for run in told["runs"] for rung in run["rungs"]}
    assert {row["state"] for row in donbas.client.get("/ladder.json").json()["rows"]} == states
    book = Calendar.from_ical(donbas.client.get("/calendar.ics").text)
    events = book.walk("VEVENT")
    assert events
    assert all(str(event["summary"]).startswith(found.marking) for event in events)


def test_a_replay_knows_only_what_was_known(donbas: Site) -> None:
    """Asked as of the first day, the later decisions of the replay are not there."""
    first = donbas.client.get("/cases.json?on=2015-02-16").json()
    whole = donbas.client.get("/cases.json").json()
    assert 0 < len(first["rows"]) < len(whole["rows"])
    # The reports of that day were published later: nobody could have decided upon them then.
    assert donbas.client.get("/cases.json?on=2015-02-16&known=2015-02-16").json()["rows"] == []


def test_from_an_obligation_to_the_report_in_three_clicks(donbas: Site) -> None:
    """First page, obligations, the incident behind one: its reports stand there."""
    first = donbas.client.get("/").text
    assert 'href="/obligations"' in first
    (row, *_) = donbas.client.get("/obligations.json").json()["rows"]
    page = donbas.client.get("/obligations").text
    (incident, *_) = row["incidents"]
    assert f'href="/incidents/{incident}"' in page
    reports = donbas.client.get(f"/incidents/{incident}.json").json()["members"]
    assert reports
    assert reports[0]["report_id"] in donbas.client.get(f"/incidents/{incident}").text


def test_who_is_bound_is_the_register(ukraine: Site) -> None:
    """The matrix has every cell of `bound`, at both times."""
    answer = foedus.bound(ukraine.served.edition.mission)
    rows = ukraine.client.get("/bound.json").json()["rows"]
    assert {f"{row['state']}/{row['component']}" for row in rows} == set(answer.bound.cells)
    early = ukraine.client.get("/bound.json?on=2026-02-01&known=2026-01-31").json()
    assert 0 < early["acts"] < ukraine.client.get("/bound.json").json()["acts"]


@pytest.mark.parametrize("name", ["donbas", "ukraine"])
def test_pages_stand_at_the_addresses_of_their_data(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Every form of every route answers, with its media type, an ETag and no inline script."""
    site: Site = request.getfixturevalue(name)
    for route, path in addresses(site.client):
        for form in route.forms:
            answer = site.client.get(in_form(path, form))
            assert answer.status_code == 200, (path, form)
            assert answer.headers["etag"]
            assert answer.headers["last-modified"]
            if form == "html":
                assert "<script>" not in answer.text
                assert " style=" not in answer.text
                assert "script-src 'self';" in answer.headers["content-security-policy"]


def test_what_the_reader_has_is_not_sent_again(donbas: Site) -> None:
    """A known ETag is answered with 304; another address or time has another one."""
    tags = [
        donbas.client.get(path).headers["etag"]
        for path in ("/incidents", "/incidents.json", f"/incidents?known={KNOWN}", "/findings")
    ]
    assert len(set(tags)) == 4
    again = donbas.client.get("/incidents", headers={"if-none-match": tags[0]})
    assert again.status_code == 304
    assert again.content == b""
    assert donbas.client.get("/findings", headers={"if-none-match": tags[0]}).status_code == 200


def test_the_same_bytes_each_time(donbas: Site, energy: Site) -> None:
    """An address says the same, whether it was asked before or not."""
    for site in (donbas, energy):
        first = site.client.get(f"/findings?known={KNOWN}").content
        assert site.client.get(f"/findings?known={KNOWN}").content == first


def test_csv_has_the_rows_of_json(donbas: Site) -> None:
    """Rows and ids are the same in every form."""
    path = "/incidents.{}?region=debaltseve&limit=100"
    rows = donbas.client.get(path.format("json")).json()["rows"]
    told = list(csv.DictReader(io.StringIO(donbas.client.get(path.format("csv")).text)))
    shapes = donbas.client.get(path.format("geojson")).json()["features"]
    ids = [row["lineage_id"] for row in rows]
    assert [row["lineage_id"] for row in told] == ids == [shape["id"] for shape in shapes]


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/incidents/none-such", 404, "id"),
        ("/incidents?limit=0", 400, "limit"),
        ("/incidents?limit=9999999999", 400, "limit"),
        ("/incidents?after=x", 400, "after"),
        ("/incidents?order=new", 400, "newest"),
        ("/incidents?kind=storm", 400, "kind"),
        ("/incidents?party=mars", 400, "party"),
        ("/findings?verdict=guilty", 400, "verdict"),
        ("/?known=yesterday", 400, "known"),
        ("/findings?on=2015-13-01", 400, "on"),
        ("/counts?from=x", 400, "from"),
        ("/cases/none", 404, "id"),
        ("/bulletins/none", 404, "bulletin"),
        ("/nothing.json", 404, "address"),
        ("/agreements/none.json", 404, "id"),
        ("/incidents?kind=" + "x" * 400, 400, "kind"),
        ("/static/..%2Fapp.py", 404, ""),
    ],
)
def test_what_is_asked_wrongly_is_told(donbas: Site, path: str, status: int, word: str) -> None:
    """A wrong question says what was expected, and is nobody's fault but the reader's."""
    answer = donbas.client.get(path)
    assert answer.status_code == status
    assert word in answer.text


def test_lines_are_those_of_the_day(donbas: Site) -> None:
    """With `on` the line is that of the day, with its day and whose reckoning it is."""
    days = {
        "": "2018-02-01",
        "?on=2015-02-15": "2015-02-15",
        "?known=2015-03-05": "2015-03-05",
        "?known=2020-01-01": "2018-02-01",
    }
    for asked, day in days.items():
        shapes = donbas.client.get(f"/map/lines.json{asked}").json()["shapes"]
        lines = [shape for shape in shapes if shape["kind"] in ("band", "line")]
        assert {shape["on"] for shape in lines} == {day}
        assert all("no party has stated" in shape["owner"] for shape in lines)
    assert donbas.client.get("/map/lines.json?on=1999-01-01").json()["shapes"] == []


def test_tiles_are_sent_in_ranges(donbas: Site) -> None:
    """Any range of the file is the file's own; one beyond its end is refused."""
    path = "/tiles/incidents.pmtiles"
    whole = donbas.client.get(path).content
    assert whole.startswith(b"PMTiles\x03")
    for sent, part in (("0-126", whole[:127]), ("100-", whole[100:]), ("-50", whole[-50:])):
        answer = donbas.client.get(path, headers={"range": f"bytes={sent}"})
        assert answer.status_code == 206
        assert answer.content == part
    over = donbas.client.get(path, headers={"range": f"bytes={len(whole)}-"})
    assert over.status_code == 416


def test_the_feed_is_atom(donbas: Site) -> None:
    """The feed has one entry for each incident of the record's last day."""
    feed = ET.fromstring(donbas.client.get("/feed.atom").content)  # noqa: S314 - our own
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    changed = donbas.client.get("/today.json").json()["changes"]["incidents"]
    assert len(entries) == min(changed, 50)


def test_bulletins_beside_each_other(donbas: Site) -> None:
    """Every run of the mission that lies beside the served one is in the archive."""
    folder = donbas.served.edition.folder
    other = folder.parent / "earlier"
    (other / "record").mkdir(parents=True)
    shutil.copy(folder / "record" / "run.json", other / "record")
    shutil.copy(folder / "bulletin.html", other)
    try:
        names = {row["name"] for row in donbas.client.get("/bulletins.json").json()["rows"]}
        assert folder.name in names
        answer = donbas.client.get(f"/bulletins/{folder.name}")
        assert answer.content == (folder / "bulletin.html").read_bytes()
        assert "script-src" not in answer.headers["content-security-policy"]
    finally:
        shutil.rmtree(other)


def test_scripts_are_small() -> None:
    """All scripts together, compressed, stay below the limit."""
    sizes = [
        len(kept.packed or kept.body)
        for name, (kept, _) in static_files().items()
        if name.endswith(".js")
    ]
    assert sum(sizes) < JAVASCRIPT_BYTES
    assert len(sizes) == len(list(STATIC.glob("*.js")))


def test_the_last_day_of_a_register_is_the_difference_of_two(ukraine: Site) -> None:
    """What the first page says changed is what the two matrices differ in, on days with acts."""

    def cells(known: str) -> dict[tuple[str, str], str]:
        rows = ukraine.client.get(f"/bound.json?known={known}").json()["rows"]
        return {(row["name"], row["component"]): row["legal"] for row in rows}

    titles = {
        part["title"]: part["id"] for part in ukraine.client.get("/bound.json").json()["components"]
    }
    seen = 0
    for day, before in (
        ("2026-01-06", "2026-01-05"),
        ("2026-01-07", "2026-01-06"),
        ("2026-02-20", "2026-02-19"),
        ("2026-05-12", "2026-05-11"),
    ):
        told = ukraine.client.get(f"/today.json?known={day}").json()["changes"]["register"]
        was, now = cells(before), cells(day)
        differ = {key for key in was | now if was.get(key) != now.get(key)}
        found = {(row["name"], titles[row["component_title"]]): row for row in told["cells"]}
        assert set(found) == differ
        for key, row in found.items():
            assert (row["before"], row["after"]) == (was.get(key), now.get(key))
        seen += len(found)
    assert seen > 0
