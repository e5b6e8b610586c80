# SPDX-License-Identifier: Apache-2.0
"""What must hold of fusion as a whole, whatever the reports."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from accounts import account, profile, setting, table
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.encoding import from_table
from foedus.engines.local import LocalEngine
from foedus.incidents.from_reports import ORDER, Fused, fuse, fuse_in_runs
from foedus.incidents.parameters import Parameters
from foedus.incidents.record import Disagreement, Incident, Member
from foedus.reports.record import Report

ONE = LocalEngine(1)


@st.composite
def accounts(draw: st.DrawFn) -> list[Report]:
    """Some accounts by three sources, near each other in space and time."""
    count = draw(st.integers(1, 14))
    return [
        account(
            draw(st.sampled_from("abc")),
            f"{number:02}",
            hour=draw(st.integers(0, 40)),
            latitude_e7=480_000_000 + draw(st.integers(-8, 8)) * 50_000,
            longitude_e7=380_000_000 + draw(st.integers(-8, 8)) * 50_000,
            radius_m=draw(st.sampled_from([None, 500, 2_000, 9_000, 60_000])),
            kind=draw(st.sampled_from(["unknown", "mortar-fire", "air-strike", "air-attack"])),
            content_key=draw(st.sampled_from([None, None, "k1", "k2"])),
            actor=draw(st.sampled_from([None, "east", "west"])),
            deaths_best=draw(st.sampled_from([None, 0, 3])),
        )
        for number in range(count)
    ]


def incidents(fused: Fused) -> list[Incident]:
    """The records of the incidents."""
    return from_table(Incident, fused.incidents)


@settings(deadline=None, max_examples=60)
@given(accounts(), st.randoms(use_true_random=False))
def test_order_of_reports_does_not_matter(made: list[Report], random: object) -> None:
    """The same reports in another order give the same tables."""
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fuse(table(made), setting(), ONE) == fuse(table(shuffled), setting(), ONE)


@settings(deadline=None, max_examples=40)
@given(accounts())
def test_threads_change_nothing(made: list[Report]) -> None:
    """One thread and many give the same tables."""
    assert fuse(table(made), setting(), ONE) == fuse(table(made), setting(), LocalEngine(3))


@settings(deadline=None, max_examples=60)
@given(accounts())
def test_every_report_is_in_one_incident(made: list[Report]) -> None:
    """Members partition the reports, and the counts of incidents sum to them."""
    fused = fuse(table(made), setting(), ONE)
    members = from_table(Member, fused.members)
    assert sorted(m.report_id for m in members) == sorted(r.report_id for r in made)
    assert sum(i.report_count for i in incidents(fused)) == len(made)
    assert {m.lineage_id for m in members} == {i.lineage_id for i in incidents(fused)}


@settings(deadline=None, max_examples=60)
@given(accounts())
def test_no_incident_is_wider_than_stated(made: list[Report]) -> None:
    """No two members lie farther apart, or begin farther apart, than the parameters allow."""
    narrow = Parameters(max_width_m=3_000, max_span_h=5)
    fused = fuse(table(made), setting(parameters=narrow), ONE)
    by_id = {report.report_id: report for report in made}
    groups: dict[str, list[Report]] = {}
    for member in from_table(Member, fused.members):
        groups.setdefault(member.lineage_id, []).append(by_id[member.report_id])
    for group in groups.values():
        for one in group:
            for other in group:
                assert metres(one, other) <= 3_000
                assert abs(one.occurred_from_us - other.occurred_from_us) <= 5 * 3_600_000_000


def metres(one: Report, other: Report) -> float:
    """Distance of two reports near 48 N."""
    north = (one.latitude_e7 - other.latitude_e7) * 0.0111195  # type: ignore[operator]
    east = (one.longitude_e7 - other.longitude_e7) * 0.0111195  # type: ignore[operator]
    return float(np.hypot(north, east * np.cos(np.radians(47.9))))


@pytest.mark.parametrize("step_m", [500, 1_500, 4_000])
def test_chain_stays_narrow(step_m: int) -> None:
    """Forty accounts, each near the last, never become one incident wider than the maximum."""
    step_e7 = round(step_m / 0.0111195)
    chain = [
        account("abc"[n % 3], f"{n:02}", latitude_e7=480_000_000 + n * step_e7, radius_m=3_000)
        for n in range(40)
    ]
    limit = Parameters(max_width_m=6_000)
    fused = fuse(table(chain), setting(parameters=limit), ONE)
    members = fused.members.to_pylist()
    place = {report.report_id: report for report in chain}
    for lineage in {member["lineage_id"] for member in members}:
        group = [place[m["report_id"]] for m in members if m["lineage_id"] == lineage]
        assert max(metres(group[0], other) for other in group) <= 6_000
    assert fused.incidents.num_rows >= 40 * step_m // 6_000 // 2


def test_merged_source_never_fuses_within_itself() -> None:
    """Two identical accounts of a source that has merged already stay two incidents."""
    same = [account("m", "1"), account("m", "2"), account("a", "3")]
    fused = fuse(table(same), setting(profile("m", already_merged=True), profile("a")), ONE)
    assert sorted(i.report_count for i in incidents(fused)) == [1, 2]


def test_unmerged_source_may_repeat_itself() -> None:
    """Two identical accounts of one source that has not merged become one incident, one source."""
    text = "shells fell on the northern outskirts of the town before dawn, residents said"
    same = [account("a", n, content_key="k", text=text, kind="mortar-fire") for n in "12"]
    (incident,) = incidents(fuse(table(same), setting(), ONE))
    assert (incident.report_count, incident.source_count, incident.independent_count) == (2, 1, 1)


def test_copies_count_once_and_places_stay_apart() -> None:
    """One text by two outlets is one independent source; the same text elsewhere is elsewhere."""
    here = [account(s, "1", content_key="k", kind="mortar-fire") for s in "ab"]
    there = account("c", "2", content_key="k", kind="mortar-fire", latitude_e7=490_000_000)
    found = incidents(fuse(table([*here, there]), setting(), ONE))
    counts = sorted((i.report_count, i.source_count, i.independent_count) for i in found)
    assert counts == [(1, 1, 1), (2, 2, 1)]


def test_declared_copying_is_not_independent() -> None:
    """A source that copies another adds no independent source."""
    declared = setting(profile("a"), profile("b", copies=("a",)))
    (incident,) = incidents(fuse(table([account("a", "1"), account("b", "1")]), declared, ONE))
    assert (incident.source_count, incident.independent_count) == (2, 1)


def test_imprecise_reports_stand_alone() -> None:
    """A report without a place, or of a whole region, or of a whole month, is not matched."""
    made = [
        account("a", "1"),
        account("b", "nowhere", latitude_e7=None, longitude_e7=None, radius_m=None),
        account("b", "region", radius_m=150_000),
        account(
            "b", "month", occurred_to_us=account("b", "x").occurred_from_us + 2_600_000_000_000
        ),
    ]
    found = incidents(fuse(table(made), setting(), ONE))
    assert [i.report_count for i in found] == [1, 1, 1, 1]
    assert sum(i.latitude_e7 is None for i in found) == 1


def test_disagreement_is_kept() -> None:
    """Accounts that differ in actor and deaths both stay, and the actor is left open."""
    made = [
        account("a", "1", actor="east", deaths_best=2, deaths_low=1, deaths_high=4),
        account("b", "1", actor="west", deaths_best=3, deaths_low=3, deaths_high=9),
    ]
    fused = fuse(table(made), setting(), ONE)
    (incident,) = incidents(fused)
    assert incident.actor is None
    assert (incident.deaths_low, incident.deaths_best, incident.deaths_high) == (1, 2, 9)
    assert incident.disagreements == ["actor", "deaths_best"]
    said = {(d.field, d.says) for d in from_table(Disagreement, fused.disagreements)}
    assert said == {
        ("actor", "east"),
        ("actor", "west"),
        ("deaths_best", "2"),
        ("deaths_best", "3"),
    }


def test_content_id_changes_and_lineage_stays() -> None:
    """A further account changes the content id of its incident, not the lineage."""
    first = account("a", "1", kind="mortar-fire")
    later = account("b", "1", kind="mortar-fire", known_from_us=first.known_from_us + 1)
    (before,) = incidents(fuse(table([first]), setting(), ONE))
    (after,) = incidents(fuse(table([first, later]), setting(), ONE))
    assert before.lineage_id == after.lineage_id
    assert before.incident_id != after.incident_id


def test_nothing_gives_nothing() -> None:
    """No report, no incident."""
    fused = fuse(table([]), setting(), ONE)
    assert (fused.incidents.num_rows, fused.members.num_rows) == (0, 0)


def test_denser_reporting_joins_less() -> None:
    """The same two accounts join on a quiet day and stay apart amid a hundred others."""
    pair = [account("a", "x", radius_m=4_000), account("b", "y", radius_m=4_000, hour=3)]
    crowd = [
        account("c", f"{n:03}", hour=n % 5, latitude_e7=480_000_000 + n * 3_000, radius_m=4_000)
        for n in range(150)
    ]
    merged = [profile(source_id, already_merged=True) for source_id in "abc"]
    quiet = fuse(table(pair), setting(*merged), ONE)
    busy = fuse(table([*pair, *crowd]), setting(*merged), ONE)
    assert quiet.incidents.num_rows == 1
    lineage = {m["report_id"]: m["lineage_id"] for m in busy.members.to_pylist()}
    assert lineage["a:x"] != lineage["b:y"]


@settings(deadline=None, max_examples=30)
@given(accounts(), st.integers(1, 20))
def test_runs_hold_whole_incidents_and_all_of_them(made: list[Report], at_once: int) -> None:
    """A record that is told run by run is the record, however long a run is."""
    whole = fuse(table(made), setting(), ONE)
    runs = list(fuse_in_runs(table(made), setting(), ONE, at_once))
    for name, order in ORDER.items():
        parts = [getattr(run, name) for run in runs]
        assert pa.concat_tables(parts).sort_by(order) == getattr(whole, name)
    found = [set(run.incidents["lineage_id"].to_pylist()) for run in runs]
    assert sum(map(len, found)) == len(set().union(*found)) == whole.incidents.num_rows
