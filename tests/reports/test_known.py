# SPDX-License-Identifier: Apache-2.0
"""What was known: all arrivals up to a moment, laid over each other, are the reports that stood."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.encoding import schema, to_table
from foedus.reports.known import DAY_US, Arrival, News, standing_at
from foedus.reports.record import Article, Report

MOMENTS = st.integers(0, 12).map(lambda quarter: quarter * DAY_US // 4)
FIELDS = {"source_id": "a", "occurred_precision": "day", "known_basis": "published"}


def report(number: int, known_from_us: int, known_to_us: int | None, articles: int) -> Report:
    """A report of which nothing is told but when it was known."""
    nothing: dict[str, object] = dict.fromkeys(Report.__struct_fields__)
    words = ("item_id", "batch_id", "digest", "occurred_written", "occurred_zone", "kind")
    said = dict.fromkeys((*words, "target", "weapon"), "x") | FIELDS
    said |= {"parties": [], "party_deaths": [], "warnings": []}
    said |= {"occurred_from_us": 0, "occurred_to_us": 1, "article_count": articles}
    said |= {"report_id": f"a:{number}", "known_from_us": known_from_us}
    return Report(**{**nothing, **said, "known_to_us": known_to_us})  # type: ignore[arg-type]


@st.composite
def records(draw: st.DrawFn) -> tuple[pa.Table, pa.Table]:
    """Some reports with the articles beneath them."""
    reports, articles = [], []
    for number in range(draw(st.integers(0, 8))):
        published = draw(st.lists(st.none() | MOMENTS, max_size=4))
        known_to_us = draw(st.none() | MOMENTS)
        reports.append(report(number, draw(MOMENTS), known_to_us, len(published)))
        articles += [
            Article(
                report_id=f"a:{number}", position=at, outlet=None, published_us=one,
                headline=None, url=None,
            )
            for at, one in enumerate(published)
        ]  # fmt: skip
    return to_table(Report, reports), to_table(Article, articles)


def told(
    reports: pa.Table, articles: pa.Table, until_us: int | None = None, most: int | None = None
) -> list[Arrival]:
    """All arrivals of a record."""
    news = News(reports, articles, until_us, most)
    return list(news.arrivals(reports["report_id"].combine_chunks()))


def laid_over(reports: pa.Table, articles: pa.Table, until_us: int, most: int | None) -> pa.Table:
    """The reports that stand once all arrivals up to a moment have come."""
    standing: dict[str, dict[str, object]] = {}
    for arrival in told(reports, articles, most=most):
        if arrival.at_us > until_us:
            break
        assert all(one in standing for one in arrival.withdrawn)
        standing |= {row["report_id"]: row for row in arrival.added.to_pylist()}
        for one in arrival.withdrawn:
            del standing[one]
    rows = [standing[one] for one in sorted(standing)]
    return pa.Table.from_pylist(rows, schema(Report))


@given(records(), MOMENTS, st.sampled_from([-1, 0, 1]))
def test_arrivals_are_what_stands(
    record: tuple[pa.Table, pa.Table], moment: int, beside: int
) -> None:
    """At every moment, to the microsecond."""
    reports, articles = record
    then, _ = standing_at(reports, articles, moment + beside)
    assert laid_over(reports, articles, moment + beside, None) == then


@given(records(), st.integers(1, 4))
def test_days_end_as_moments_do(record: tuple[pa.Table, pa.Table], day: int) -> None:
    """Told day by day, the record is right at the end of each day."""
    reports, articles = record
    end_us = day * DAY_US - 1
    then, _ = standing_at(reports, articles, end_us)
    assert laid_over(reports, articles, end_us, 1) == then


@given(records(), MOMENTS)
def test_arrivals_end_where_they_are_asked_to(
    record: tuple[pa.Table, pa.Table], moment: int
) -> None:
    """What is asked up to a moment is the beginning of the whole, in order of time."""
    reports, articles = record
    whole = told(reports, articles)
    assert all(one.added.num_rows or one.withdrawn for one in whole)
    cut = told(reports, articles, moment)
    assert cut == [one for one in whole if one.at_us <= moment]
    assert all(one.at_us < other.at_us for one, other in pairwise(whole))


@given(records())
def test_late_articles_are_those_after_their_report(record: tuple[pa.Table, pa.Table]) -> None:
    """A report is counted anew where an article came after it did."""
    reports, articles = record
    known = dict(
        zip(*(reports[n].to_pylist() for n in ("report_id", "known_from_us")), strict=True)
    )
    late = {
        row["report_id"]
        for row in articles.to_pylist()
        if row["published_us"] is not None and row["published_us"] > known[row["report_id"]]
    }
    assert set(News(reports, articles).late().to_pylist()) == late


@given(records(), st.sets(st.integers(0, 7)))
def test_a_part_is_told_at_the_moments_of_all(
    record: tuple[pa.Table, pa.Table], chosen: set[int]
) -> None:
    """What came of some reports is what came of all, without the others."""
    reports, articles = record
    ids = {f"a:{number}" for number in chosen}
    news = News(reports, articles, most=2)
    part = {one.at_us: one for one in news.arrivals(pa.array(sorted(ids), pa.string()))}
    for one in told(reports, articles, most=2):
        mine = [row for row in one.added.to_pylist() if row["report_id"] in ids]
        gone = [name for name in one.withdrawn if name in ids]
        if mine or gone:
            assert part[one.at_us].added.to_pylist() == mine
            assert list(part[one.at_us].withdrawn) == gone
        else:
            assert one.at_us not in part
