# SPDX-License-Identifier: Apache-2.0
"""The worked mission counted on the command line's path: figures, bridges, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from foedus.errors import OperatorError
from foedus.findings.counting_rules import rule_ids
from foedus.pipeline import Run, run
from foedus.publication.counted import count, lines_of, published_counts, published_lines

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "count-by-several-rules.md"
DAY = "2001-03-05"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The worked mission, run without being published."""
    out = tmp_path_factory.mktemp("worked") / "out"
    return run(ROOT / "missions" / "worked-counting", out=out)


def test_the_worked_example(worked: Run) -> None:
    """One made-up day: 89 by the one rule, from 4 to 5 by the other, and the way there."""
    answer = count(worked, ["osce-smm", "jfo"], from_=DAY, to=DAY)
    figures = {one["rule"]: one for one in answer["figures"]}
    assert figures["osce-smm"]["told"] == "at least 89"
    assert figures["osce-smm"]["without_exercises"]["low"] == 65
    assert (figures["jfo"]["low"], figures["jfo"]["high"]) == (4, 5)
    (bridge,) = answer["bridges"]
    added = {step["facet"]: step["added"] for step in bridge["steps"]}
    assert added == {
        "observed": -2, "exercises": -24, "whose": 0, "unit": -55, "merging": -5, "day": 1,
    }  # fmt: skip
    assert bridge["from_low"] + sum(added.values()) == bridge["to_low"]


def test_the_how_to_shows_what_is_told(worked: Run) -> None:
    """What the how-to shows is what the command prints."""
    told = "\n".join(lines_of(count(worked, ["osce-smm", "jfo"], from_=DAY, to=DAY)))
    assert f"```text\n{told}\n```" in HOW_TO.read_text("utf-8")


def test_without_a_rule_all_count(worked: Run) -> None:
    """With no rule named, every shipped rule counts, and sums by day make the figure."""
    answer = count(worked)
    assert [one["rule"] for one in answer["figures"]] == list(rule_ids())
    for one in answer["figures"]:
        for sums in ("by_day", "by_region", "by_party"):
            assert sum(part["low"] for part in one[sums].values()) == one["low"]


def test_a_moment_is_no_reporting_day(worked: Run) -> None:
    """An hour in the window is refused, since each rule ends its days at its own."""
    with pytest.raises(OperatorError, match="the rule's"):
        count(worked, from_="2001-03-05 19:30")
    with pytest.raises(OperatorError, match="a day"):
        count(worked, to="yesterday")


def test_published_counts_are_told() -> None:
    """The page on counting shows every published count as the command tells it."""
    page = (ROOT / "docs" / "reference" / "counting.md").read_text("utf-8")
    rows = published_counts()
    for row in rows:
        assert row["told"] in page
    assert len(list(published_lines(rows))) == 3 * len(rows)
