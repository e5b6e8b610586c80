# SPDX-License-Identifier: Apache-2.0
"""Findings as they are asked for and published: cited, recomputed, and no finer than the policy."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import made
import pyarrow.parquet as pq
import pytest
from msgspec import structs

import foedus
from foedus.errors import OperatorError
from foedus.findings.checker import recomputed
from foedus.mission import Mission, Policy, read_mission
from foedus.pipeline import Run, run
from foedus.publication.from_run import publish_run
from small_mission import all_rows, cut, make_mission


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Mission:
    """A cut of the shipped mission, under the agreements of the whole."""
    folder = tmp_path_factory.mktemp("small")
    return read_mission(make_mission(folder / "mission", cut(all_rows())))


def ran(mission: Mission, folder: Path, **policy: int) -> Run:
    """Run a mission under a policy of its own, and publish it."""
    strict = Policy(**policy, reason="made for a test")
    changed = structs.replace(mission, policy=strict)
    return run(changed, out=folder, publish=partial(publish_run, now_us=made.NOW_US))


@pytest.fixture(scope="module")
def done(small: Mission, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The cut mission run with nothing coarse and nothing held back."""
    return ran(small, tmp_path_factory.mktemp("runs") / "exact", place_cell_m=0, delay_h=0)


def test_every_finding_cites_its_article(done: Run) -> None:
    """Each finding names an article of its agreement, a term under it, and a source's address."""
    by_id = {agreement.id: agreement for agreement in done.mission.governing.agreements}
    for row in foedus.findings(done):
        agreement = by_id[row["agreement_id"]]
        assert agreement.term(row["term_id"]).article == row["article"]
        assert row["article"] in [article.label for article in agreement.articles]
    for row in foedus.findings(done, limit=5):
        (told,) = foedus.why(row["finding_id"], done)["findings"]
        assert told["article"] in told["reasons"][0]
        assert told["source_url"] in told["reasons"][-1]
        assert told["source_url"].startswith("http")


def test_reasons_are_enough(done: Run) -> None:
    """From the steps alone the checker comes to the verdict and the probability of each finding."""
    for row in foedus.findings(done):
        again = recomputed(row["steps"])
        assert (again.verdict, again.probability_ppm) == (row["verdict"], row["probability_ppm"])


def test_nobody_is_named_whom_no_source_names(done: Run) -> None:
    """A finding names a party only if a report, or a statement of a duty, names it."""
    reports = {row["report_id"]: row for row in done.tables["reports"].to_pylist()}
    claimed: dict[str, set[str | None]] = {}
    for member in done.tables["members"].to_pylist():
        actor = reports[member["report_id"]]["actor"]
        claimed.setdefault(member["incident_id"], set()).add(actor)
    stated = {
        (agreement, one.duty): set(one.by)
        for agreement, said in done.mission.governing.performed.items()
        for one in said
        if one.by
    }
    for row in foedus.findings(done):
        named = claimed.get(row["incident_id"], set())
        if row["incident_id"] is None:
            named = stated.get((row["agreement_id"], row["term_id"]), set())
        assert set(row["attributed"]) <= named
        assert sum(row["attributed_ppm"]) + row["unattributed_ppm"] == 1_000_000


def test_counts_are_those_of_all_that_was_asked(done: Run) -> None:
    """Of each term and reading, the verdicts of all incidents are counted, none left out."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in done.tables["counts"].to_pylist():
        sums[row["agreement_id"], row["term_id"], row["reading"]] += row["findings"]
    bans = {key: number for key, number in sums.items() if number > 1}
    assert set(bans.values()) == {done.incidents}
    assert sum(done.findings.values()) == sum(sums.values())


def test_findings_can_be_narrowed(done: Run) -> None:
    """Each option narrows to what it names, and all of them together as well."""
    every = foedus.findings(done)
    for wanted in ({"article": "point 1"}, {"agreement": "tcg-2020"}, {"verdict": "undetermined"}):
        found = foedus.findings(done, **wanted)
        assert 0 < len(found) < len(every)
        assert all(row in every for row in found)
    both = foedus.findings(done, agreement="minsk-2", verdict="undetermined", party="lpr")
    assert all("lpr" in row["parties"] for row in both)
    with pytest.raises(OperatorError, match=r"--agreement.*did you mean 'minsk-2'"):
        foedus.findings(done, agreement="minsk-22")


def test_why_goes_both_ways(done: Run) -> None:
    """An incident leads to all of its findings, and a finding to its incident and reports."""
    row = next(row for row in foedus.findings(done) if row["incident_id"])
    down = foedus.why(row["lineage_id"], done)
    assert row["finding_id"] in [finding["finding_id"] for finding in down["findings"]]
    up = foedus.why(row["finding_id"][:24], done)
    assert up["incident"]["incident_id"] == row["incident_id"]
    assert [finding["finding_id"] for finding in up["findings"]] == [row["finding_id"]]
    assert up["members"]


def test_a_deadline_has_no_incident(done: Run) -> None:
    """The finding of a deadline is told with its article, though nothing happened."""
    row = next(row for row in foedus.findings(done) if row["subject_kind"] == "deadline")
    answer = foedus.why(row["finding_id"], done)
    assert answer["incident"] is None
    assert answer["members"] == []
    assert answer["findings"][0]["because"]


@pytest.mark.parametrize("policy", [(10_000, 0), (0, 2_000_000), (10_000, 72)])
def test_published_findings_say_no_more_than_published_incidents(
    policy: tuple[int, int], small: Mission, tmp_path: Path
) -> None:
    """Wherever the public sees less, its findings are those of the incidents that it sees."""
    found = ran(small, tmp_path / "out", place_cell_m=policy[0], delay_h=policy[1])
    tables = {
        name: pq.read_table(found.out / "tables" / f"{name}.parquet")
        for name in ("incidents", "findings", "counts", "partings")
    }
    again = found.indicate(tables["incidents"])
    for name in ("findings", "counts", "partings"):
        table = getattr(again, name)
        assert tables[name].to_pylist() == table.to_pylist()
    assert tables["findings"].to_pylist() != found.tables["findings"].to_pylist()
    shown = set(tables["incidents"]["incident_id"].to_pylist())
    assert set(tables["findings"]["incident_id"].drop_null().to_pylist()) <= shown
