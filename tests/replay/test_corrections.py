# SPDX-License-Identifier: Apache-2.0
"""A file of corrections: what it must say, and that what follows is the difference of two runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.encoding import table_digests
from foedus.cases.record import Decision
from foedus.engines.local import LocalEngine
from foedus.errors import DrafterError
from foedus.findings.from_incidents import found
from foedus.findings.from_terms import rulebook_of
from foedus.incidents.from_reports import fuse
from foedus.mission import Mission, read_mission
from foedus.pipeline import Run, run, unborne_in
from foedus.replay.consequences import Consequences, State, consequences, groundless, shaken_by
from foedus.replay.corrected import _setting, amended_tables, correct
from foedus.replay.correction_lines import DRY, as_told, lines_of
from foedus.replay.corrections import Corrections, CorrectionsFile, read_corrections
from foedus.replay.decisions import read_decisions
from foedus.replay.ladders import Played, play, played_without
from foedus.replay.relying import relied_on
from foedus.reports.record import STATED
from foedus.trust.folding import Entry
from small_mission import all_rows, cut, make_mission
from source_files import ROOT

FILE = ROOT / "missions" / "donbas" / "assumed" / "ladder-2026.yaml"
DAY_US = 86_400_000_000
HEAD = "id: made\ntext: made up\ncorrected_by: the source\n"


def unled(text: str) -> str:
    """Return a mission's file without the ladder that its run ends with."""
    return text.replace('[guarantee]\nreplay = "assumed/ladder-2026.yaml"\n', "")


@cache
def small() -> tuple[Mission, Run]:
    """A small mission with rows of one place, run once."""
    rows = all_rows()
    near = [row for row in rows if "Debal" in row["where_coordinates"]][:25]
    folder = Path(mkdtemp())
    kept = {row["id"]: row for row in (*cut(rows)[:12], *near)}
    mission = read_mission(make_mission(folder / "small", list(kept.values()), unled))
    return mission, run(mission, out=folder / "out" / mission.id)


def corrections_of(rows: pa.Table, withdrawn: list[str]) -> Corrections:
    """Return corrections without a file, with the digests of what the rows say now."""
    at = rows.schema.get_field_index("digest")
    digests = table_digests(rows.select(list(STATED)), STATED)
    stated = CorrectionsFile(id="made", text="made", corrected_by="made")
    return Corrections(
        "made", "", stated, tuple(withdrawn), rows.set_column(at, rows.schema.field(at), digests)
    )


def full(mission: Mission, reports: pa.Table, told: Corrections) -> dict[str, pa.Table]:
    """Return the record of a full run over the corrected reports."""
    ended = pa.array([*told.withdrawn, *told.rows["report_id"].to_pylist()], pa.string())
    kept = reports.filter(pc.invert(pc.is_in(reports["report_id"], ended)))
    engine = LocalEngine(1)
    corrected = pa.concat_tables([kept, told.rows]).sort_by("report_id")
    fused = fuse(corrected, _setting(mission), engine)
    rulebook = rulebook_of(mission.governing, mission.period_to_us)
    coded = unborne_in(mission, corrected, fused.members)
    indicated = found(fused.incidents, rulebook, engine, fused.disagreements, coded)
    return {
        "incidents": fused.incidents,
        "members": fused.members,
        "findings": indicated.findings,
    }


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_follows_is_the_difference_of_two_full_runs(data: st.DataObject) -> None:
    """Withdrawn, moved or regraded: what the incremental path tells is what two runs differ in."""
    mission, done = small()
    reports = done.tables["reports"]
    ids = reports["report_id"].to_pylist()
    chosen = data.draw(st.lists(st.sampled_from(ids), max_size=5, unique=True))
    count = data.draw(st.integers(0, len(chosen)))
    rows = reports.filter(pc.is_in(reports["report_id"], pa.array(chosen[count:], pa.string())))
    moved = [
        row | {
            "occurred_from_us": row["occurred_from_us"] + days * DAY_US,
            "occurred_to_us": row["occurred_to_us"] + days * DAY_US,
            "item_grade": data.draw(st.sampled_from([None, 1, 6])),
        }
        for row in rows.to_pylist()
        for days in [data.draw(st.sampled_from([0, 1, 400]))]
    ]  # fmt: skip
    told = corrections_of(pa.Table.from_pylist(moved, reports.schema), chosen[:count])
    after, lineages = amended_tables(mission, done.tables, told, mission.period_to_us)
    whole = full(mission, reports, told)
    decisions = tuple(decided(done, name) for name in chosen)
    before = State(done.tables, decisions, (), ())
    quick = consequences(before, State(after, decisions, (), ()), lineages)
    assert quick == consequences(before, State(whole, decisions, (), ()))
    differ = {
        row["finding_id"]
        for row in whole["findings"].to_pylist()
        if row not in done.tables["findings"].to_pylist()
    }
    assert differ <= {one.id for one in quick.findings}
    if not told.rows.num_rows:
        assert {one.decision for one in quick.decisions} == set(chosen)


HEADLINE = "viina-headlines:193406-20250320"
VOLGOGRAD = "viina:67552-20250323"


@pytest.mark.parametrize("withdrawn", [[], [HEADLINE], ["viina:193406-20250320"], [VOLGOGRAD]])
def test_what_a_machine_coded_stays_so_in_corrections(withdrawn: list[str], tmp_path: Path) -> None:
    """Findings of corrected reports are those of a full run, also where coded places count not."""
    mission = read_mission(ROOT / "missions" / "energy-2025")
    done = run(mission, out=tmp_path / "out")
    reports = done.tables["reports"]
    told = corrections_of(reports.slice(5, 3), withdrawn)
    after, _ = amended_tables(mission, done.tables, told, mission.period_to_us)
    whole = full(mission, reports, told)
    assert after["findings"].equals(whole["findings"])
    causes = [row["causes"] for row in whole["findings"].to_pylist()]
    assert (["coding"] in causes) is (VOLGOGRAD not in withdrawn)


def decided(done: Run, report: str) -> Decision:
    """Return a decision that rests on the incident of one report."""
    members = done.tables["members"].to_pylist()
    (lineage,) = {row["lineage_id"] for row in members if row["report_id"] == report}
    base = shipped().decisions[0]
    fields = {name: getattr(base, name) for name in Decision.__struct_fields__}
    return Decision(**fields | {"decision": report, "incidents": (lineage,), "findings": ()})


def read_decisions_of(file: Path) -> set[str]:
    """Return the reports that a file of decisions names."""
    told = read_decisions(file, "Europe/Kyiv").reports.values()
    return {report for reports in told for report in reports}


@cache
def shipped() -> Played:
    """The shipped ladder, with the reports of its decisions tied to a record made for them."""
    rows = all_rows()
    named = {report.partition(":")[2] for report in read_decisions_of(FILE)}
    folder = Path(mkdtemp())
    made = make_mission(folder / "tied", [row for row in rows if row["id"] in named], unled)
    return play(FILE, run(made, out=folder / "out").tables, "Europe/Kyiv")


def test_the_one_report_that_opened_a_rung_is_withdrawn() -> None:
    """The clock that the third decision had set running would not have started; it is told why."""
    played = shipped()
    (lineage,) = {one.incidents[0] for one in played.decisions if one.decision.endswith("#3")}
    empty = {
        "incidents": pa.table({"lineage_id": pa.array([lineage])}),
        "members": pa.table({"lineage_id": pa.array([lineage]), "report_id": ["r"],
                             "probability_ppm": [1]}),
        "findings": pa.table({"lineage_id": pa.array([], pa.string()),
                              "finding_id": pa.array([], pa.string())}),
    }  # fmt: skip
    bare = tuple(_without_findings(one) for one in played.decisions)
    before = State(empty, bare, played.runs, played.obligations)
    gone = {name: table.slice(0, 0) for name, table in empty.items()}
    fallen = groundless(shaken_by(bare, before, before._replace(tables=gone)))
    assert fallen == {one.decision for one in bare if one.incidents == (lineage,)}
    after = played_without(played, fallen)
    told = consequences(before, State(gone, bare, after.runs, after.obligations))
    clocks = [(one.id.rpartition("/")[2], one.clock) for one in told.rungs if one.clock]
    assert ("coordinated-response-earliest", "would not have started") in clocks
    assert ("coordinated-response-latest", "would not have started") in clocks
    assert all("warning" not in rung for rung, _ in clocks), "what came before stands"


def _without_findings(one: Decision) -> Decision:
    fields = {name: getattr(one, name) for name in Decision.__struct_fields__}
    return Decision(**fields | {"findings": ()})


def test_nothing_changed_is_nothing_told() -> None:
    """A state against itself has no consequences."""
    played = shipped()
    _, done = small()
    state = State(done.tables, played.decisions, played.runs, played.obligations)
    none = Consequences(incidents=(), findings=(), decisions=(), rungs=(), obligations=(),
                        relied=())  # fmt: skip
    assert consequences(state, state) == none


def act(number: int, kind: str, subject: str, **payload: Any) -> Entry:
    """Return an act as folds see it."""
    return Entry(number, number, subject, kind, number, number + 1, f"act-{number}", payload)


def test_who_relied_is_told_down_the_chain() -> None:
    """The opening cites the incident, the vote rests on the opening, another case on nothing."""
    entries = (
        act(1, "case.open", "case-1", incidents=["i1"]),
        act(2, "case.open", "case-2", incidents=["i2"]),
        act(3, "case.vote", "case-1", member="fr"),
        act(4, "case.determine", "case-1", grounds=[]),
        act(5, "record.note", "note", text="act-4"),
        act(6, "case.vote", "case-2", member="fr"),
    )
    assert [one.act for one in relied_on(entries, {"i1"})] == ["act-1", "act-3", "act-4", "act-5"]
    assert relied_on(entries, {"i3"}) == ()


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("withdraw:\n  - {report: nothing, reason: r}\n", 5, "a report of this record"),
        ("regrade:\n  - {report: R, reason: r, item_grade: 9}\n", 5, "up to 6"),
        ("regrade:\n  - {report: R, reason: r}\n", 5, "something that is other"),
        ("correct:\n  - {report: R, reason: r, occurred: soon}\n", 5, "a day or a moment"),
        ("correct:\n  - {report: R, reason: r, kind: mortars}\n", 5, "a known kind"),
        ("correct:\n  - {report: R, reason: r, latitude: 48.1}\n", 5, "together"),
        ("withdraw:\n  - {report: R, reason: r}\n  - {report: R, reason: r}\n", 6, "once"),
        ("", 1, "a report or more"),
    ],
)
def test_faults_are_told_at_their_lines(
    tmp_path: Path, text: str, line: int, expected: str
) -> None:
    """Every misfit names its line and what was expected there."""
    mission, done = small()
    reports = done.tables["reports"]
    path = tmp_path / "c.yaml"
    path.write_text(HEAD + text.replace("R,", f'"{reports["report_id"][0].as_py()}",'))
    with pytest.raises(DrafterError) as caught:
        read_corrections(path, reports, mission)
    told = [(fault.line, fault.expected) for fault in caught.value.faults]
    assert any(at == line and expected in said for at, said in told), told


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two faults on two lines come together."""
    mission, done = small()
    path = tmp_path / "c.yaml"
    path.write_text(
        HEAD + "withdraw:\n  - {report: a, reason: r}\ncorrect:\n  - {report: b, reason: r}\n"
    )
    with pytest.raises(DrafterError) as caught:
        read_corrections(path, done.tables["reports"], mission)
    assert {fault.line for fault in caught.value.faults} == {5, 7}


def test_a_correction_is_told_to_people_and_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marked, dry, with the incident that is gone; the same in one object. The record stays."""
    mission, done = small()
    monkeypatch.chdir(done.out.parents[1])
    report = done.tables["reports"]["report_id"][0].as_py()
    path = tmp_path / "c.yaml"
    path.write_text(f'{HEAD}withdraw:\n  - {{report: "{report}", reason: r}}\n')
    written = (done.out / "record" / "incidents.parquet").read_bytes()
    found = correct(mission, path)
    lines = list(lines_of(found))
    assert lines[1] == DRY
    assert any(line.endswith(" gone") for line in lines)
    assert as_told(found)["incidents"][0]["change"] == "gone"
    assert (done.out / "record" / "incidents.parquet").read_bytes() == written
