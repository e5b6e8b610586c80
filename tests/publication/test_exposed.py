# SPDX-License-Identifier: Apache-2.0
"""Exposure is for those inside; the public is told one band at most, from which nothing follows."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_counted import ROOT

from foedus.findings.access import FALLS
from foedus.findings.counting import counted
from foedus.findings.counting_rules import find_rule
from foedus.findings.exposure import STATES, Watch, days_of, exposure
from foedus.pipeline import Run, run
from foedus.publication.exposed import (
    INTERNAL,
    exposed,
    exposed_in_public,
    lines_of,
    told_in_public,
)
from foedus.publication.from_run import publish_run
from foedus.publication.policy import LEAST_OBSERVERS, PUBLIC, WATCHED_SHARES

HOUR_US = 3_600_000_000
BY = find_rule("foedus")
BANDS = {"withheld", *(words for _, words in WATCHED_SHARES)}
LATER_US = 1_000_000_000_000_000
"""September 2001: the made-up record is over."""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The worked mission, run and published."""
    out = tmp_path_factory.mktemp("worked") / "out"

    def publish(done: Run, folder: object) -> None:
        publish_run(done, folder, now_us=LATER_US)  # type: ignore[arg-type]

    return run(ROOT / "missions" / "worked-counting", out=out, publish=publish)


def test_the_inside_is_told_all_and_warned(worked: Run) -> None:
    """The answer bears its marking, cells for each day and region, and the falls in access."""
    answer = exposed(worked)
    assert answer["marking"] == INTERNAL
    assert {cell["region"] for cell in answer["cells"]} == {"Example East", "Example West"}
    assert {fall["kind"] for fall in answer["falls"]} == {"access"}
    assert next(iter(lines_of(answer))) == INTERNAL


def test_no_edition_tells_who_looked(worked: Run) -> None:
    """No published file has a word of the records that tell of watching, nor a code of a post."""
    words = ("watched", "not-looked", "no-observation", "E1", "W1: ")
    told = {row["kind_label"] for row in worked.tables["reports"].to_pylist()}
    assert "watched" in told
    for path in (worked.out / "tables").glob("*.parquet"):
        for column in pq.read_table(path).columns:
            assert not set(map(str, column.to_pylist())) & set(words), path.name
    page = (worked.out / "bulletin.html").read_text("utf-8")
    assert not any(f">{word}<" in page for word in words)
    assert not any(
        "watch" in name or "hours" in name for columns in PUBLIC.values() for name in columns
    )


def test_few_observers_are_withheld(worked: Run) -> None:
    """The worked mission has four posts; of so few the public is told nothing."""
    answer = exposed_in_public(worked, LATER_US)
    assert set(answer) == {"title", "watched"}
    assert answer["watched"] == "withheld"
    assert json.dumps(answer)


@st.composite
def watched(draw: st.DrawFn) -> list[Watch]:
    """Draw watches of several observers over two days in two regions, day by day."""
    found = []
    for number in range(draw(st.integers(1, 9))):
        start = draw(st.integers(0, 46))
        end = draw(st.integers(start + 1, 48))
        region = draw(st.sampled_from(["R", "S"]))
        found.append(_watch(f"P{number}", region, start, end))
    return found


def _watch(who: str, region: str, start: int, end: int) -> Watch:
    return Watch(who, region, "watched", start * HOUR_US, end * HOUR_US, is_timed=True)


def public(watches: list[Watch], moment_us: int = LATER_US) -> str:
    """Return what the public is told of some watches."""
    cells = exposure(watches, [], counted([], BY), days_of(watches, [], BY.day))
    return told_in_public(cells, watches, moment_us)


@given(watched())
def test_the_public_is_told_one_band(watches: list[Watch]) -> None:
    """All that is told is one of five words; of few observers nothing."""
    told = public(watches)
    assert told in BANDS
    if len({watch.observer for watch in watches}) < LEAST_OBSERVERS:
        assert told == "withheld"


@given(watched(), st.permutations(["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"]))
def test_who_and_where_cannot_be_told_apart(watches: list[Watch], codes: list[str]) -> None:
    """Swap the regions throughout, or the observers: the public is told the same."""
    other = {"R": "S", "S": "R"}
    swapped = [watch._replace(region=other[watch.region]) for watch in watches]
    renamed = [watch._replace(observer=codes[n]) for n, watch in enumerate(watches)]
    assert public(swapped) == public(watches) == public(renamed)


def test_nothing_is_told_before_the_record_is_over() -> None:
    """Until 72 hours after the last watch nothing is told: no two editions differ by a day."""
    watches = [_watch(f"P{n}", "R", 0, 24) for n in range(LEAST_OBSERVERS)]
    ended = timedelta(hours=24 + 72) // timedelta(microseconds=1)
    assert public(watches, ended - 1) == "withheld"
    assert public(watches, ended) != "withheld"


def test_the_pages_show_what_is_told(worked: Run) -> None:
    """The how-to shows the answer itself, and the reference every state and kind of fall."""
    told = "\n".join(lines_of(exposed(worked)))
    assert told in (ROOT / "docs" / "how-to" / "tell-a-quiet-day.md").read_text("utf-8")
    page = (ROOT / "docs" / "reference" / "exposure.md").read_text("utf-8")
    for name, words in (*STATES.items(), *FALLS.items()):
        assert f"| `{name}` | {words} |" in page
