# SPDX-License-Identifier: Apache-2.0
"""Corrections: whatever the history, the record is that of fusing the corrected reports."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from accounts import account, profile, setting, table
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.encoding import schema
from foedus.engines.local import LocalEngine
from foedus.errors import OperatorError
from foedus.incidents.amend import Diff, Standing, amend, stand
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse
from foedus.incidents.parameters import Parameters
from foedus.reports.record import Report

ONE = LocalEngine(1)
MERGED = setting(profile("a", already_merged=True), profile("b"), profile("c"))
FEW = setting(parameters=Parameters(max_candidates=2, density_cell_m=3_000, density_cell_h=6))
WIDE = setting(parameters=Parameters(max_width_m=3_000, max_members=3))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Report], list[tuple[list[Report], list[str]]]]:
    """A first record, then batches of added or corrected and of withdrawn reports."""

    def made(number: int) -> Report:
        return account(
            draw(st.sampled_from("abc")),
            f"{number:03}",
            hour=draw(st.integers(0, 60)),
            latitude_e7=draw(st.sampled_from([None, *range(480_000_000, 480_800_000, 90_000)])),
            longitude_e7=draw(st.sampled_from([380_000_000 + n * 90_000 for n in range(5)])),
            radius_m=draw(st.sampled_from([500, 3_000, 9_000, None])),
            kind=draw(st.sampled_from(["unknown", "mortar-fire", "air-strike"])),
            content_key=draw(st.sampled_from([None, None, "k1", "k2", "k3"])),
            item_grade=draw(st.sampled_from([None, 1, 6])),
        )

    first = [made(number) for number in range(draw(st.integers(0, 25)))]
    standing = {report.report_id for report in first}
    batches = []
    for number in range(draw(st.integers(1, 6))):
        added = [made(100 + number * 5 + at) for at in range(draw(st.integers(0, 3)))]
        choice = st.sampled_from(sorted(standing)) if standing else st.nothing()
        chosen = draw(st.lists(choice, max_size=4, unique=True)) if standing else []
        again, withdrawn = chosen[:2], chosen[2:]
        for report_id in again:
            source_id, item_id = report_id.split(":")
            new = made(int(item_id))
            added.append(renamed(new, report_id, source_id))
        standing |= {report.report_id for report in added}
        standing -= set(withdrawn)
        batches.append((added, withdrawn))
    return first, batches


def renamed(report: Report, report_id: str, source_id: str) -> Report:
    """The same account under another id and source."""
    values = {name: getattr(report, name) for name in Report.__struct_fields__}
    return Report(**{**values, "report_id": report_id, "source_id": source_id})


def corrected(reports: list[Report], added: list[Report], withdrawn: list[str]) -> list[Report]:
    """The reports as they stand after a batch."""
    gone = {*withdrawn, *(report.report_id for report in added)}
    return [report for report in reports if report.report_id not in gone] + added


@pytest.mark.parametrize("declared", [setting(), MERGED, FEW, WIDE], ids=range(4))
@settings(deadline=None, max_examples=12)
@given(history=histories())
def test_amending_is_fusing_the_corrected_reports(
    declared: Setting, history: tuple[list[Report], list[tuple[list[Report], list[str]]]]
) -> None:
    """After every batch, all tables are those of a full run, and the diff tells them apart."""
    reports, batches = history
    standing = stand(table(reports), declared, ONE)
    before = fuse(table(reports), declared, ONE)
    assert standing.fused() == before
    for added, withdrawn in batches:
        diff = amend(standing, table(added), withdrawn)
        reports = corrected(reports, added, withdrawn)
        after = fuse(table(reports), declared, ONE)
        assert standing.fused() == after
        tells_apart(diff, before, after)
        before = after


def tells_apart(diff: Diff, before: Fused, after: Fused) -> None:
    """The diff names each incident whose rows differ, and says rightly how."""
    change = {row["lineage_id"]: row["change"] for row in diff.changes.to_pylist()}
    was, now = by_lineage(before), by_lineage(after)
    for lineage in was.keys() | now.keys():
        if was.get(lineage) == now.get(lineage):
            assert change.get(lineage, "unchanged") in ("unchanged", "changed")
        elif lineage in was and lineage in now:
            assert change[lineage] == "changed"
        else:
            assert change[lineage] == ("born" if lineage in now else "gone")
    told = {name for name, word in change.items() if word in ("born", "changed")}
    assert set(diff.told.incidents["lineage_id"].to_pylist()) == told


def by_lineage(fused: Fused) -> dict[str, list[dict[str, object]]]:
    """All rows of each incident."""
    found: dict[str, list[dict[str, object]]] = {}
    for part in fused:
        for row in part.to_pylist():
            found.setdefault(row["lineage_id"], []).append(row)
    return found


def test_succession_says_where_reports_went() -> None:
    """Withdrawing what was known first hands its incident's other reports to a new lineage."""
    first = account("a", "1", kind="mortar-fire")
    later = account("b", "1", kind="mortar-fire", known_from_us=first.known_from_us + 1)
    standing = stand(table([first, later]), setting(), ONE)
    (old,) = standing.fused().incidents["lineage_id"].to_pylist()
    diff = amend(standing, table([]), ["a:1"])
    (new,) = standing.fused().incidents["lineage_id"].to_pylist()
    assert {row["lineage_id"]: row["change"] for row in diff.changes.to_pylist()} == {
        old: "gone",
        new: "born",
    }
    assert diff.succession.to_pylist() == [
        {"lineage_id": old, "successor_id": new, "report_count": 1}
    ]


def nothing() -> pa.Table:
    """No report."""
    return schema(Report).empty_table()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda standing: amend(standing, nothing(), ["a:9"]), "a report that the record has"),
        (lambda standing: amend(standing, nothing(), ["a:1", "a:1"]), "each report once"),
        (lambda standing: amend(standing, table([account("a", "1")]), ["a:1"]), "each report once"),
    ],
)
def test_faulty_batches_change_nothing(call: Callable[[Standing], Diff], told: str) -> None:
    """A batch that cannot be meant is refused whole."""
    standing = stand(table([account("a", "1")]), setting(), ONE)
    before = standing.fused()
    with pytest.raises(OperatorError, match=told):
        call(standing)
    assert standing.fused() == before
