# SPDX-License-Identifier: Apache-2.0
"""Counting by rules: what a body would have counted, and the bridge between two figures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.counted_items import FIRST, item, items, rule, rules, windows
from foedus.errors import DrafterError, OperatorError
from foedus.findings.bridges import STEPS, bridge
from foedus.findings.counting import REASONS, Figure, Item, Window, counted, reporting_day, total
from foedus.findings.counting_rules import (
    FACETS,
    FOLDER,
    CountingRule,
    Day,
    find_rule,
    read_rule,
    rule_ids,
)
from foedus.findings.published_counts import load_published, recomputed, sentence


def figure(of: list[Item], by: CountingRule, window: Window = Window()) -> Figure:  # noqa: B008
    """Return the figure of some records by a rule."""
    return counted(of, by, window).figure


def test_a_salvo_is_as_many_as_its_impacts_and_a_burst_is_one() -> None:
    """Ten impacts are ten by the mission's rule, two bursts two; all of it is one episode."""
    salvo = item(1, low=10, high=10)
    burst = item(2, "12:20", observed="burst", low=2, high=2)
    assert figure([salvo, burst], rule("osce-smm")) == (12, 12)
    assert figure([salvo, burst], rule("jfo")) == (1, 1)


def test_a_pause_longer_than_the_gap_ends_an_episode() -> None:
    """Records of one place are one episode while no pause is longer than an hour."""
    near, far = item(2, "13:10"), item(2, "13:11")
    assert figure([item(1), near], rule("jfo")) == (1, 1)
    assert figure([item(1), far], rule("jfo")) == (2, 2)
    assert figure([item(1), item(2, "12:10", place="Q")], rule("jfo")) == (2, 2)
    assert figure([item(1, place=""), item(2, "12:10", place="")], rule("jfo")) == (2, 2)


def test_a_record_without_an_hour_may_be_part_of_an_episode() -> None:
    """Of what has no time of day nobody can tell to which episode it belongs."""
    untimed = item(2, "00:00", until_us=item(2, "23:59").from_us)
    assert figure([untimed, item(1)], rule("jfo")) == (1, 2)


def test_exercises_are_counted_beside_the_net() -> None:
    """Of 257 events 154 in exercises leave 103."""
    both = [item(1, low=154, high=154, exercise=True), item(2, low=103, high=103)]
    assert figure(both, rule("osce-smm")) == (257, 257)
    assert figure(both, rule("osce-smm", exercises="left-out")) == (103, 103)


def test_the_reporting_day_ends_in_the_evening() -> None:
    """What begins at 19:30 is of the next reporting day; at 19:29 it is still of this one."""
    smm = rule("osce-smm")
    assert reporting_day(item(1, "19:29").from_us, smm.day) == FIRST
    assert reporting_day(item(1, "19:30").from_us, smm.day) == FIRST + timedelta(days=1)
    assert reporting_day(item(1, "23:59").from_us, rule("jfo").day) == FIRST
    only = Window(FIRST, FIRST)
    assert figure([item(1, "19:30")], smm, only) == (0, 0)
    assert figure([item(1, "19:30")], rule("jfo"), only) == (1, 1)


def test_a_day_on_which_clocks_change_is_one_day() -> None:
    """The reporting day of 28 March 2021, an hour short, takes all between two evenings."""
    clock, short = Day(ends="19:30", zone="Europe/Kyiv"), FIRST + timedelta(days=1)
    for start, on in (("19:30", FIRST), ("00:30", short), ("19:29", short)):
        assert reporting_day(item(1, start, on).from_us, clock) == short


def test_a_whole_day_lies_in_two_reporting_days() -> None:
    """A record that tells only the day may lie in either, and surely in none."""
    whole = item(1, "00:00", until_us=item(1, "23:59").from_us, low=3, high=3)
    assert figure([whole], rule("osce-smm"), Window(FIRST, FIRST)) == (0, 3)
    assert figure([whole], rule("osce-smm"), Window(FIRST, FIRST + timedelta(days=1))) == (3, 3)


def test_a_trajectory_may_hold_several_projectiles() -> None:
    """Five projectiles that a radar saw are from one to five trajectories; an ear counts none."""
    seen = item(1, observed="projectile", low=5, high=5, means=("radar",))
    assert figure([seen], rule("unifil-trajectories")) == (1, 5)
    assert figure([seen._replace(means=("heard",))], rule("unifil-trajectories")) == (0, 0)


def test_a_side_that_counts_the_other_leaves_its_own_out() -> None:
    """Fire that is claimed to be its own is not counted by the one, and that of others is."""
    fire = [item(1, actor="ua"), item(2, "15:00", actor="ru"), item(3, "18:00")]
    assert figure(fire, rule("jfo")) == (2, 2)
    assert figure(fire, rule("jfo", counted_by="ru")) == (2, 2)


def test_accounts_of_one_incident_are_one() -> None:
    """Two posts that tell of one incident are two by the mission's rule and one by ours."""
    two = [item(1, incident="same", low=12, high=12), item(2, incident="same", low=10, high=10)]
    assert figure(two, rule("foedus")) == (1, 1)
    assert figure(two, rule("osce-smm")) == (22, 22)
    assert figure(two, rule("osce-smm", merging="same-incident")) == (12, 12)


@given(items(), rules(), windows())
def test_entries_add_up(of: list[Item], by: CountingRule, window: Window) -> None:
    """Every record has one entry with a known reason; low is never above high."""
    found = counted(of, by, window)
    assert [entry.report_id for entry in found.entries] == [one.report_id for one in of]
    assert total(found.entries) == found.figure
    for entry in found.entries:
        assert entry.reason in REASONS
        assert entry.high is None or 0 <= entry.low <= entry.high
        assert (entry.one_with is not None) == (entry.reason == "merging")


@given(items(), rules(), st.integers(0, 3))
def test_days_add_up(of: list[Item], by: CountingRule, cut: int) -> None:
    """What surely began before a day and what surely began from it are never more than all."""
    day = FIRST + timedelta(days=cut)
    before = figure(of, by, Window(None, day - timedelta(days=1)))
    after = figure(of, by, Window(day, None))
    whole = figure(of, by)
    assert before.low + after.low <= whole.low
    if before.high is not None and after.high is not None and whole.high is not None:
        assert before.high + after.high >= whole.high


@given(items(), rules(), rules(), windows())
def test_a_bridge_carries(
    of: list[Item], one: CountingRule, other: CountingRule, window: Window
) -> None:
    """The steps of a bridge, and the changes of each step, add up to the whole difference."""
    found = bridge(of, one, other, window)
    difference = found.end.figure.low - found.start.figure.low
    assert sum(step.added for step in found.steps) == difference
    assert not found.steps or found.steps[-1].figure == found.end.figure
    for step in found.steps:
        assert sum(change.after - change.before for change in step.changes) == step.added
        assert all(change.after != change.before for change in step.changes)


@given(items(), rules())
def test_party_swap(of: list[Item], by: CountingRule) -> None:
    """Swap the parties in the records and in who counts, and every entry stays as it was."""
    swap = {"ua": "ru", "ru": "ua", None: None}
    turned = [one._replace(actor=swap[one.actor]) for one in of]
    mirrored = msgspec.structs.replace(by, counted_by=swap[by.counted_by])
    assert counted(turned, mirrored).entries == counted(of, by).entries


@pytest.mark.parametrize("name", rule_ids())
def test_shipped_rules_say_where_they_are_from(name: str) -> None:
    """Every facet has its basis; what no source bears out says so."""
    found = find_rule(name)
    assert set(found.basis) >= set(FACETS) - {"whose"}
    assert set(STEPS) <= set(FACETS)
    for key in found.doubts():
        assert found.basis[key].source is None


FAULTY = {
    "unknown word": ("observed: [explosion,", "observed: [explosions,", "a known word"),
    "no gap": ("merging: none", "merging: episode", "gap_min with episodes"),
    "no hour": ('ends: "19:30"', 'ends: "25:30"', "a time of day"),
    "no zone": ("zone: Europe/Kyiv", "zone: Europe/Kiyv", "an IANA zone"),
    "no basis": ("  unit: {source: by-type, evidence: S}\n", "", "where 'unit' is known from"),
    "no source": ("unit: {source: by-type", "unit: {source: nowhere", "a source of the file"),
    "unknown key": ("unit: event", "unit: event\nunits: event", "a known key"),
    "one-sided": ("unit: event", "unit: event\nwhose: other-side", "counted_by"),
    "another name": ("id: osce-smm", "id: smm", "the name of the file"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_rule_is_told(fault: str, tmp_path: Path) -> None:
    """What is wrong with a rule is told with its line."""
    old, new, expected = FAULTY[fault]
    text = (FOLDER / "osce-smm.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "osce-smm.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DrafterError) as raised:
        read_rule(path)
    assert any(f.expected.startswith(expected) and f.line for f in raised.value.faults)


def test_a_rule_that_is_not_there() -> None:
    """A name that is no rule is answered with the nearest that is."""
    with pytest.raises(OperatorError, match="did you mean 'osce-smm'"):
        find_rule("osce-sm")


MADE = {
    "smm-2020-07-27-to-2021-01-17": ("agrees", 0),
    "smm-2020-07-27-to-2021-03-17": ("no-contradiction", 1453),
    "smm-2020-07-27-to-2020-11-30": ("incomplete", -135),
    "smm-2019-07-21": ("agrees", 0),
    "smm-2021-12-16-donetsk": ("no-parts", None),
    "smm-2021-12-16-luhansk": ("no-parts", None),
    "smm-2021-03-26": ("agrees", 0),
    "smm-2021-04-02": ("agrees", 0),
    "unifil-2023-10-21-to-2024-02-20": ("mismatch", 8),
}


def test_published_sums_recompute() -> None:
    """Each published total is what its parts make, or its difference is told."""
    found = {one.figure.id: one for one in map(recomputed, load_published())}
    assert {name: (one.verdict, one.difference) for name, one in found.items()} == MADE
    assert found["smm-2020-07-27-to-2021-01-17"].parts == 2660 + 911 + 90 + 54 + 2579 == 6294
    assert found["smm-2021-12-16-donetsk"].net == 103
    assert "MISMATCH of 8" in sentence(found["unifil-2023-10-21-to-2024-02-20"])
    assert all(one.figure.rule in rule_ids() for one in found.values())
