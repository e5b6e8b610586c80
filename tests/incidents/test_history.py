# SPDX-License-Identifier: Apache-2.0
"""How incidents stood before: at any moment, row by row, what a run of that moment gives."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from accounts import HOUR_US, NOON_US, account, profile, setting, table
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.encoding import schema, to_table
from foedus.engines.local import LocalEngine
from foedus.incidents import amend
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse
from foedus.incidents.history import changeable, stood_before, turning
from foedus.incidents.parameters import Parameters
from foedus.incidents.states import History
from foedus.reports.known import News, standing_at
from foedus.reports.record import Article, Report

ONE = LocalEngine(1)
MERGED = setting(profile("a", already_merged=True), profile("b"), profile("c"))
FEW = setting(parameters=Parameters(max_candidates=2, density_cell_m=3_000, density_cell_h=6))
TIMES = ("known_from_us", "known_to_us")
ORDER = {"incidents": ("occurred_from_us", "lineage_id"), "members": ("lineage_id", "report_id")}


@st.composite
def records(draw: st.DrawFn) -> tuple[list[Report], pa.Table]:
    """Reports that became known hours to days late, some withdrawn, with articles beneath."""
    reports, articles = [], []
    for number in range(draw(st.integers(1, 22))):
        hour = draw(st.integers(0, 40))
        known = NOON_US + (hour + draw(st.integers(0, 60))) * HOUR_US
        published = draw(st.lists(st.integers(0, 90), max_size=2))
        ends = draw(st.sampled_from([None, None, None, 5, 30]))
        reports.append(
            account(
                draw(st.sampled_from("abc")),
                f"{number:03}",
                hour=hour,
                latitude_e7=draw(st.sampled_from([None, 480_000_000, 480_090_000, 481_000_000])),
                longitude_e7=draw(st.sampled_from([380_000_000, 380_090_000, 384_000_000])),
                radius_m=draw(st.sampled_from([500, 9_000, None])),
                kind=draw(st.sampled_from(["unknown", "mortar-fire", "air-strike"])),
                content_key=draw(st.sampled_from([None, None, "k1", "k2"])),
                known_from_us=known,
                known_to_us=None if ends is None else known + ends * HOUR_US,
                article_count=len(published),
            )
        )
        articles += [
            Article(
                report_id=reports[-1].report_id, position=at, outlet=None, headline=None, url=None,
                published_us=NOON_US + one * HOUR_US,
            )
            for at, one in enumerate(published)
        ]  # fmt: skip
    return reports, to_table(Article, articles)


def told(reports: pa.Table, articles: pa.Table, declared: Setting) -> History:
    """The states of a record, as a run tells them."""
    news, moving = turning(News(reports, articles), declared)
    return stood_before(news, moving, fuse(reports, declared, ONE), declared, ONE)


def stood(table: pa.Table, known_us: int) -> pa.Table:
    """The rows that stood at a moment."""
    began = pc.less_equal(table["known_from_us"], known_us)
    lasts = pc.fill_null(pc.greater(table["known_to_us"], known_us), True)
    return table.filter(pc.and_(began, lasts))


def at(whole: Fused, states: History, known_us: int) -> dict[str, pa.Table]:
    """The record of a moment: what has states by these, all else as it stands."""
    moved = pc.unique(states.incidents["lineage_id"])
    plain = whole.incidents.filter(pc.invert(pc.is_in(whole.incidents["lineage_id"], moved)))
    plain = stood(plain, known_us)
    members = whole.members.filter(pc.is_in(whole.members["lineage_id"], plain["lineage_id"]))
    parts = {
        "incidents": [plain, stood(states.incidents, known_us)],
        "members": [members, stood(states.members, known_us).select(members.column_names)],
    }
    return {
        name: pa.concat_tables(both).sort_by([(key, "ascending") for key in ORDER[name]])
        for name, both in parts.items()
    }


def without_times(table: pa.Table) -> pa.Table:
    """A table without since when and until when."""
    return table.select([name for name in table.column_names if name not in TIMES])


@pytest.mark.parametrize("few", [0, 8], ids=["by time", "by cell"])
@pytest.mark.parametrize("declared", [setting(), MERGED, FEW], ids=range(3))
@settings(deadline=None, max_examples=12)
@given(record=records(), at_hour=st.integers(0, 130))
def test_what_stood_is_what_a_run_then_gives(
    few: int, declared: Setting, record: tuple[list[Report], pa.Table], at_hour: int
) -> None:
    """Incidents, members and probabilities; whatever came later, went, or was counted later."""
    reports, articles = table(record[0]), record[1]
    known_us = NOON_US + at_hour * HOUR_US
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(amend, "FEW", few)
        states = told(reports, articles, declared)
    found = at(fuse(reports, declared, ONE), states, known_us)
    then = fuse(standing_at(reports, articles, known_us)[0], declared, ONE)
    assert without_times(found["incidents"]) == without_times(then.incidents)
    assert found["members"] == then.members


@settings(deadline=None, max_examples=25)
@given(record=records())
def test_states_follow_each_other(record: tuple[list[Report], pa.Table]) -> None:
    """Of one lineage two states never stand at once."""
    states = told(table(record[0]), record[1], setting()).incidents.to_pylist()
    for one, other in pairwise(states):
        assert one["known_to_us"] is None or one["known_from_us"] <= one["known_to_us"]
        if one["lineage_id"] == other["lineage_id"]:
            assert one["known_to_us"] is not None
            assert one["known_to_us"] <= other["known_from_us"]


def test_what_never_stood_otherwise_has_no_state() -> None:
    """Two happenings far apart, each told once, have no past but since when they are known."""
    reports = table([account("a", "1"), account("b", "2", latitude_e7=500_000_000)])
    articles = schema(Article).empty_table()
    assert changeable(reports, setting()).to_pylist() == []
    assert told(reports, articles, setting()).incidents.num_rows == 0


def test_a_second_report_makes_a_second_state() -> None:
    """An incident that a later report joins stood with the first alone before."""
    first = account("a", "1", kind="mortar-fire")
    later = account("b", "1", kind="mortar-fire", known_from_us=first.known_from_us + HOUR_US)
    reports, articles = table([first, later]), schema(Article).empty_table()
    rows = told(reports, articles, setting()).incidents.to_pylist()
    assert [(row["report_count"], row["known_from_us"], row["known_to_us"]) for row in rows] == [
        (1, first.known_from_us, later.known_from_us),
        (2, later.known_from_us, None),
    ]
