# SPDX-License-Identifier: Apache-2.0
"""What several accounts say together: neither names nor copies decide it."""

from __future__ import annotations

import pytest
from accounts import HOUR_US, NOON_US, account, profile, setting, table

from foedus.base.encoding import from_table
from foedus.engines.local import LocalEngine
from foedus.incidents.from_reports import fuse
from foedus.incidents.record import Incident
from foedus.reports.record import Report

ENGINE = LocalEngine(1)
MINUTE_US = 60_000_000
SOURCES = setting(*(profile(source_id) for source_id in "abcdefgz"))
COPY = "a text of one agency about one happening, carried word for word by others"


def minute(source_id: str, minutes: int, **said: object) -> Report:
    """An account of one minute, so many after noon."""
    start = NOON_US + minutes * MINUTE_US
    times = {"occurred_from_us": start, "occurred_to_us": start + MINUTE_US}
    return account(source_id, "1", **{**times, "occurred_precision": "minute", **said})


def only(reports: list[Report]) -> Incident:
    """The one incident that these reports are."""
    (found,) = from_table(Incident, fuse(table(reports), SOURCES, ENGINE).incidents)
    return found


@pytest.mark.parametrize("names", ["az", "za"])
def test_names_of_sources_do_not_decide_the_time(names: str) -> None:
    """Accounts of two minutes an hour apart leave the time open between them, however named."""
    found = only([minute(names[0], 1), minute(names[1], 59)])
    assert found.occurred_from_us == NOON_US + MINUTE_US
    assert found.occurred_to_us == NOON_US + 60 * MINUTE_US
    assert found.occurred_precision == "span"
    assert "occurred" in found.disagreements


def test_time_is_what_all_share() -> None:
    """A day and an hour of it together mean that hour, and do not differ."""
    midnight = NOON_US - 12 * HOUR_US
    day = account("b", "1", occurred_from_us=midnight, occurred_to_us=midnight + 24 * HOUR_US)
    found = only([account("a", "1"), day])
    assert (found.occurred_from_us, found.occurred_to_us) == (NOON_US, NOON_US + HOUR_US)
    assert found.occurred_precision == "hour"
    assert found.disagreements == []


@pytest.mark.parametrize(("one", "other"), [(58, 62), (-2, 3), (717, 725)])
def test_clocks_may_be_off_across_the_hour(one: int, other: int) -> None:
    """Two accounts a few minutes apart are one happening on either side of an hour or midnight."""
    assert only([minute("a", one), minute("b", other)]).report_count == 2


def test_copies_do_not_outvote() -> None:
    """Five copies of one account change neither kind, nor place, nor error, nor deaths."""
    first = {"kind": "mortar-fire", "deaths_best": 9, "radius_m": 2_000}
    other = account("b", "1", kind="mlrs-strike", deaths_best=1, latitude_e7=480_050_000)
    alone = only([account("a", "1", content_key="k", text=COPY, **first), other])
    copies = [account(s, "1", content_key="k", text=COPY, **first) for s in "acdefg"]
    many = only([*copies, other])
    assert many.report_count == 7
    assert many.independent_count == alone.independent_count == 2
    for field in ("kind", "latitude_e7", "longitude_e7", "radius_m", "deaths_best"):
        assert getattr(many, field) == getattr(alone, field)


def test_range_of_deaths_holds_every_best_estimate() -> None:
    """Where several tell, no best estimate lies outside the range; untold stays untold."""
    ranged = account("a", "1", deaths_low=0, deaths_best=2, deaths_high=3)
    found = only([ranged, account("b", "1", deaths_best=9), account("c", "1", deaths_best=9)])
    assert (found.deaths_low, found.deaths_best, found.deaths_high) == (0, 9, 9)
    bare = only([account("a", "1", deaths_best=2), account("b", "1", deaths_best=4)])
    assert (bare.deaths_low, bare.deaths_best, bare.deaths_high) == (None, 2, None)


def test_odd_range_of_one_report_is_kept() -> None:
    """A lone account's range stays as its source states it, odd as it may be."""
    found = only([account("a", "1", deaths_low=7, deaths_best=6, deaths_high=7)])
    assert (found.deaths_low, found.deaths_best, found.deaths_high) == (7, 6, 7)


def test_a_class_agrees_with_its_leaf() -> None:
    """Who says less does not contradict who says more, and the more is kept."""
    found = only([account("a", "1", kind="indirect-fire"), account("b", "1", kind="mortar-fire")])
    assert found.kind == "mortar-fire"
    assert found.disagreements == []


def test_two_leaves_of_a_class_differ() -> None:
    """Two kinds of one class leave the class, and a disagreement."""
    found = only([account("a", "1", kind="mlrs-strike"), account("b", "1", kind="mortar-fire")])
    assert found.kind == "indirect-fire"
    assert found.disagreements == ["kind"]


def test_labels_may_hold_any_character() -> None:
    """A separator of the machine's own in a label breaks nothing."""
    odd = account("a", "1", kind="mortar-fire", kind_label="a\x1fb\x1fc\x1fd")
    assert only([odd, account("b", "1", kind="mortar-fire")]).report_count == 2


def test_a_crowded_spot_is_bounded() -> None:
    """Hundreds of equal accounts make incidents no larger than allowed, each report in one."""
    crowd = [account("a", f"{n:04}") for n in range(400)]
    fused = fuse(table(crowd), SOURCES, ENGINE)
    counts = fused.incidents["report_count"].to_pylist()
    assert sum(counts) == 400
    assert max(counts) <= SOURCES.parameters.max_members
