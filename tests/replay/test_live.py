# SPDX-License-Identifier: Apache-2.0
"""The chain held in memory tells of each correction what two full runs differ in, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st
from test_corrections import corrections_of, full, small

from foedus.base.evidence import Judgement
from foedus.cases.record import Decision
from foedus.engines.local import LocalEngine
from foedus.findings.from_terms import rulebook_of
from foedus.guarantee.from_cases import runs
from foedus.guarantee.standing import Standing as Said
from foedus.incidents.amend import stand
from foedus.obligations.from_guarantee import Roster, obligations
from foedus.replay.consequences import Consequences, State, consequences, groundless, shaken_by
from foedus.replay.corrected import _setting
from foedus.replay.live import Live
from foedus.reports.observation_form import happenings
from guarantee.decided import decision, ladder
from register.acts_of import answered, ceasefire, pledge, record, treaty, vote

DAY_US = 86_400_000_000
ROSTER = Roster(
    members={"coalition": ("EE", "LT")}, components={"forces": ("land",)}, owed_to=("ua",)
)
TABLES = ("incidents", "members", "findings")


@cache
def bound() -> Any:
    """A register in which Estonia is bound by its own law and Lithuania has only promised."""
    acts = ((treaty(), 1), (pledge("EE"), 2), (pledge("LT"), 2), (vote("EE", "riigikogu"), 3),
            (ceasefire(holds=True), 4))  # fmt: skip
    return answered(record(*acts), on=1000)


def follows(decisions: Sequence[Decision]) -> Any:
    """Return what follows from the decisions of one case, long after."""
    at_us = 4_000_000_000_000_000
    said = Said(facts={("ladder-2026", "ceasefire-in-force"): Judgement.YES})
    found = runs(decisions, [ladder("ladder-2026")], said, at_us)
    return found, obligations(found, bound(), ROSTER, (), at_us)


def decided(row: dict[str, Any]) -> list[Decision]:
    """Return three decisions that rest on one finding, each graver."""
    return [
        decision(
            hours,
            severity,
            decision=f"{row['finding_id']}#{severity}",
            case=f"case-{row['finding_id']}",
            incidents=(row["lineage_id"],),
            findings=(row["finding_id"],),
        )
        for hours, severity in ((0, "single"), (26, "persistent"), (30, "extended"))
    ]


def live(rows: list[dict[str, Any]]) -> Live:
    """Return the small record as a chain that stands, with decisions on these findings."""
    mission, done = small()
    engine = LocalEngine(1)
    standing = stand(happenings(done.tables["reports"]), _setting(mission), engine)
    made = Live(standing, rulebook_of(mission.governing, mission.period_to_us), engine, follows)
    made.decide(one for row in rows for one in decided(row))
    return made


def difference(
    before: dict[str, pa.Table], after: dict[str, pa.Table], decisions: tuple[Decision, ...]
) -> Consequences:
    """Return the difference of two full runs, with all that follows from all decisions."""
    cases = {one.case: [item for item in decisions if item.case == one.case] for one in decisions}
    was = [follows(cases[case]) for case in sorted(cases)]
    old = State(before, decisions, _all(was, 0), _all(was, 1))
    fallen = groundless(shaken_by(decisions, old, old._replace(tables=after)))
    now = [
        follows([one for one in cases[case] if one.decision not in fallen])
        for case in sorted(cases)
    ]
    return consequences(old, State(after, decisions, _all(now, 0), _all(now, 1)))


def _all(parts: list[Any], at: int) -> tuple[Any, ...]:
    return tuple(one for part in parts for one in part[at])


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_every_correction_tells_the_difference_of_two_full_runs(data: st.DataObject) -> None:
    """After each of several, from reports to obligations: incremental equals batch."""
    mission, done = small()
    reports = done.tables["reports"]
    breaches = [
        row
        for row in done.tables["findings"].to_pylist()
        if row["verdict"] == "breach" and row["incident_id"]
    ]
    chosen = data.draw(
        st.lists(
            st.sampled_from(breaches), min_size=1, max_size=4, unique_by=lambda r: r["finding_id"]
        )
    )
    chain = live(chosen)
    before = {name: done.tables[name] for name in TABLES}
    for _ in range(data.draw(st.integers(1, 3))):
        ids = reports["report_id"].to_pylist()
        gone = data.draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
        moved = data.draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
        picked = [name for name in moved if name not in gone]
        rows = reports.filter(pc.is_in(reports["report_id"], pa.array(picked, pa.string())))
        days = data.draw(st.sampled_from([0, 1, 400]))
        shifted = [
            row
            | {name: row[name] + days * DAY_US for name in ("occurred_from_us", "occurred_to_us")}
            for row in rows.to_pylist()
        ]
        told = corrections_of(pa.Table.from_pylist(shifted, reports.schema), gone)
        quick = chain.correct(happenings(told.rows), told.withdrawn)
        after = full(mission, reports, told)
        assert quick.found == difference(before, after, chain.decisions)
        ended = pa.array([*told.withdrawn, *told.rows["report_id"].to_pylist()], pa.string())
        kept = reports.filter(pc.invert(pc.is_in(reports["report_id"], ended)))
        reports = pa.concat_tables([kept, told.rows]).sort_by("report_id").combine_chunks()
        before = after


def test_a_report_that_falls_reaches_the_last_obligation() -> None:
    """The one report of a case is withdrawn: its clocks would not have started, nothing is owed."""
    _, done = small()
    row = next(
        row
        for row in done.tables["findings"].to_pylist()
        if row["verdict"] == "breach" and row["incident_id"]
    )
    chain = live([row])
    members = done.tables["members"].to_pylist()
    reports = [one["report_id"] for one in members if one["lineage_id"] == row["lineage_id"]]
    told = chain.correct(done.tables["reports"].slice(0, 0), reports).found
    assert {one.change for one in told.decisions} == {"groundless"}
    assert {one.after for one in told.rungs} == {"none"}
    assert {"due", "overdue", "not-owed"} & {one.before for one in told.obligations}
    assert {one.after for one in told.obligations} == {"none"}
