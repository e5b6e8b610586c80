# SPDX-License-Identifier: Apache-2.0
"""What follows from a correction: the difference of two states of the whole chain, link by link.

`consequences` compares what was so with what would be so: incidents by lineage, findings by
subject, term and reading, decisions by the grounds they rest on, rungs with their clocks, and
obligations. Who had relied on what changed is told by the acts that cite it (`relying`). Pure:
neither state is changed, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from foedus.cases.record import Decision
from foedus.findings.record import NOT_COVERED, PERMITTED
from foedus.guarantee.record import REACHED, Run, Rung
from foedus.obligations.record import Obligation
from foedus.replay.relying import Relied, relied_on
from foedus.trust.folding import Entry

Row = Mapping[str, Any]
CLEARED: Final = (PERMITTED, NOT_COVERED)
"""Verdicts on which nobody can rest a breach."""
LINEAGE: Final = 16
"""Letters of a lineage id, with which the id of a finding begins."""


class State(NamedTuple):
    """One state of the chain at an instant."""

    tables: Mapping[str, pa.Table]
    """At least incidents, members and findings."""
    decisions: tuple[Decision, ...]
    runs: tuple[Run, ...]
    obligations: tuple[Obligation, ...]
    entries: tuple[Entry, ...] = ()
    """The acts that were on record."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is told."""


class Changed(Record, frozen=True, kw_only=True):
    """One row of the record that is other than before."""

    id: str
    change: str
    """born, gone or changed."""
    fields: tuple[str, ...] = ()
    """Columns in which it differs."""
    successors: tuple[str, ...] = ()
    """Incidents of another lineage that have its reports now."""
    before: str = ""
    after: str = ""
    """Of a finding: its verdict."""


class Shaken(Record, frozen=True, kw_only=True):
    """A decision that cited what changed; it stands until people correct it."""

    decision: str
    case: str
    body: str
    change: str
    """groundless: nothing of what it cited holds; weakened: a part; touched: all, but changed."""
    lost: tuple[str, ...]
    """What it cited that holds no longer."""
    cited: tuple[str, ...]
    """All that it cited and that changed."""


class Moved(Record, frozen=True, kw_only=True):
    """A rung or an obligation that would stand otherwise."""

    id: str
    what: str
    before: str
    after: str
    """Its state; none where there is no such thing."""
    clock: str = ""
    """would not have started, would have started, would run otherwise; or empty."""
    closes_us: tuple[int | None, int | None] = (None, None)
    """When its time is over at the latest, before and after, UTC microseconds."""


class Consequences(Record, frozen=True, kw_only=True):
    """All that is other than before; each part in the order of its ids."""

    incidents: tuple[Changed, ...]
    findings: tuple[Changed, ...]
    decisions: tuple[Shaken, ...]
    rungs: tuple[Moved, ...]
    obligations: tuple[Moved, ...]
    relied: tuple[Relied, ...]


def consequences(
    before: State, after: State, lineages: Collection[str] | None = None
) -> Consequences:
    """Return what is other in `after` than in `before`.

    `lineages` names the incidents that were looked at, where a correction tells them
    (`incidents.amend.Diff`): only their rows are compared. Without it, all are.
    """
    incidents = tuple(_incidents(before, after, lineages))
    findings = tuple(_rows(before, after, "findings", "finding_id", lineages))
    told = tuple(
        msgspec.structs.replace(
            one,
            before=str(old["verdict"]) if old else "",
            after=str(new["verdict"]) if new else "",
        )
        for one, old, new in findings
    )
    shaken = tuple(_shaken(before.decisions, incidents, told))
    touched = {one.id for one in (*incidents, *told)} | {one.decision for one in shaken}
    return Consequences(
        incidents=incidents,
        findings=told,
        decisions=shaken,
        rungs=tuple(_rungs(before.runs, after.runs)),
        obligations=tuple(_obligations(before.obligations, after.obligations)),
        relied=relied_on(before.entries, touched),
    )


def groundless(found: Iterable[Shaken]) -> frozenset[str]:
    """Return the decisions of which nothing that they cited holds."""
    return frozenset(one.decision for one in found if one.change == "groundless")


def shaken_by(
    decisions: Iterable[Decision],
    before: State,
    after: State,
    lineages: Collection[str] | None = None,
) -> tuple[Shaken, ...]:
    """Return the decisions that cited what changed between two records."""
    bare = before._replace(decisions=tuple(decisions), runs=(), obligations=(), entries=())
    return consequences(bare, after, lineages).decisions


def _incidents(before: State, after: State, lineages: Collection[str] | None) -> Iterator[Changed]:
    found = list(_happened(before, after, lineages))
    went = _successors(before, after, [one.id for one in found])
    for one in found:
        yield msgspec.structs.replace(one, successors=went.get(one.id, ()))


def _happened(before: State, after: State, lineages: Collection[str] | None) -> Iterator[Changed]:
    """Yield the incidents that differ, in what they say or in how surely reports belong to them."""
    told = {one.id: one for one, _, _ in _rows(before, after, "incidents", "lineage_id", lineages)}
    for one, was, now in _rows(before, after, "members", "report_id", lineages):
        for lineage in {row["lineage_id"] for row in (was, now) if row}:
            same = Changed(id=lineage, change="changed", fields=())
            changed = told.get(lineage, same)
            if changed.change == "changed" and "probability_ppm" in one.fields:
                fields = tuple(dict.fromkeys((*changed.fields, "probability_ppm")))
                told[lineage] = msgspec.structs.replace(changed, fields=fields)
    yield from (told[lineage] for lineage in sorted(told))


def _rows(
    before: State, after: State, table: str, key: str, lineages: Collection[str] | None
) -> Iterator[tuple[Changed, Row | None, Row | None]]:
    """Yield the rows of a table that differ, by their key, with what they were and are."""
    old, new = (_by_key(state.tables[table], key, lineages) for state in (before, after))
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield Changed(id=name, change="gone" if now is None else "born"), was, now
        elif was != now:
            fields = tuple(column for column in was if was[column] != now[column])
            yield Changed(id=name, change="changed", fields=fields), was, now


def _by_key(table: pa.Table, key: str, lineages: Collection[str] | None) -> dict[str, Row]:
    chosen = table if lineages is None else table.filter(_of(table, lineages))
    return {row[key]: row for row in chosen.to_pylist()}


def _of(table: pa.Table, lineages: Collection[str]) -> pa.ChunkedArray:
    """Rows of these incidents; those of a deadline, which no lineage tells of, are kept."""
    chosen = pc.is_in(table["lineage_id"], value_set=pa.array(sorted(lineages), pa.string()))
    if "subject_kind" in table.column_names:
        chosen = pc.or_(chosen, pc.not_equal(table["subject_kind"], "incident"))
    return chosen


def _successors(before: State, after: State, changed: list[str]) -> dict[str, tuple[str, ...]]:
    """Return lineage -> the other lineages to which its reports went."""
    members = before.tables["members"]
    own = members.filter(pc.is_in(members["lineage_id"], pa.array(changed, pa.string())))
    now = after.tables["members"]
    now = now.filter(pc.is_in(now["report_id"], own["report_id"].combine_chunks()))
    lineage = dict(zip(now["report_id"].to_pylist(), now["lineage_id"].to_pylist(), strict=True))
    found: dict[str, set[str]] = {}
    for report, was in zip(
        own["report_id"].to_pylist(), own["lineage_id"].to_pylist(), strict=True
    ):
        if report in lineage and lineage[report] != was:
            found.setdefault(was, set()).add(lineage[report])
    return {was: tuple(sorted(ids)) for was, ids in found.items()}


def _shaken(
    decisions: Iterable[Decision], incidents: Iterable[Changed], findings: Iterable[Changed]
) -> Iterator[Shaken]:
    """Judge each decision by its findings, or by its incidents where it cited no finding."""
    happened = {one.id[:LINEAGE]: one for one in incidents}
    indicated = {one.id: one for one in findings}
    for decision in sorted(decisions, key=lambda one: one.decision):
        gone = {one for one in decision.incidents if _is_gone(happened.get(one[:LINEAGE]))}
        cleared = {one for one in decision.findings if _is_cleared(one, indicated, happened)}
        cited = (*decision.incidents, *decision.findings)
        changed = tuple(one for one in cited if one in indicated or one[:LINEAGE] in happened)
        if changed:
            remaining = set(decision.findings or decision.incidents) - gone - cleared
            lost = tuple(one for one in changed if one in gone or one in cleared)
            yield Shaken(
                decision=decision.decision,
                case=decision.case,
                body=decision.body,
                change=_word(is_less=bool(lost), is_grounded=bool(remaining)),
                lost=lost,
                cited=changed,
            )


def _word(*, is_less: bool, is_grounded: bool) -> str:
    if not is_grounded:
        return "groundless"
    return "weakened" if is_less else "touched"


def _is_gone(one: Changed | None) -> bool:
    return one is not None and one.change == "gone" and not one.successors


def _is_cleared(
    finding: str, indicated: Mapping[str, Changed], happened: Mapping[str, Changed]
) -> bool:
    """A finding carries no breach any more, nor does that of an incident that has its reports."""
    one = indicated.get(finding)
    if one is None:
        return False
    if one.after:
        return one.after in CLEARED and one.before not in CLEARED
    incident = happened.get(finding[:LINEAGE])
    question = finding[LINEAGE:]
    heirs = [indicated.get(f"{heir[:LINEAGE]}{question}") for heir in _heirs(incident)]
    return all(heir is None or not heir.after or heir.after in CLEARED for heir in heirs)


def _heirs(one: Changed | None) -> tuple[str, ...]:
    return one.successors if one else ()


def _rungs(before: tuple[Run, ...], after: tuple[Run, ...]) -> Iterator[Moved]:
    old, new = _rungs_by_id(before), _rungs_by_id(after)
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        some = was or now
        assert some is not None
        yield Moved(
            id=name,
            what=some.text,
            before=was.state if was else "none",
            after=now.state if now else "none",
            clock=_clock(was, now),
            closes_us=(_closes(was), _closes(now)),
        )


def _rungs_by_id(runs: tuple[Run, ...]) -> dict[str, Rung]:
    return {
        f"{run.case}/{run.agreement}/{run.ladder}/{run.reading}/{rung.rung}": rung
        for run in runs
        for rung in run.rungs
    }


def _runs_clock(rung: Rung | None) -> bool:
    return rung is not None and rung.due is not None and rung.state in REACHED


def _clock(was: Rung | None, now: Rung | None) -> str:
    if _runs_clock(was) and not _runs_clock(now):
        return "would not have started"
    if _runs_clock(now) and not _runs_clock(was):
        return "would have started"
    if _runs_clock(was) and was and now and was.due != now.due:
        return "would run otherwise"
    return ""


def _closes(rung: Rung | None) -> int | None:
    closes = rung.due.closes if rung and rung.due and _runs_clock(rung) else None
    return closes.latest_us if closes else None


def _obligations(before: tuple[Obligation, ...], after: tuple[Obligation, ...]) -> Iterator[Moved]:
    old = {one.obligation: one for one in before}
    new = {one.obligation: one for one in after}
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        some = was or now
        assert some is not None
        yield Moved(
            id=name,
            what=f"{some.guarantor}: {some.component} ({some.ground.case}, {some.ground.rung},"
            f" reading {some.ground.reading}; {some.force})",
            before=was.state if was else "none",
            after=now.state if now else "none",
        )
