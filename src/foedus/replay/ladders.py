# SPDX-License-Identifier: Apache-2.0
"""A ladder run over a past record: which clocks would have run, and who would have owed what.

(1) The decisions that a named file assumes, each tied to the incidents and findings of the record
that its reports led to; (2) the runs of every ladder by every reading; (3) what each contributor
has bound itself to by the register, and what it has only promised; (4) what the agreement itself
provided. Marked REPLAY and ASSUMED throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from foedus.cases.record import Decision
from foedus.errors import DrafterError, Fault
from foedus.guarantee.from_cases import runs
from foedus.guarantee.record import Run
from foedus.mission import FILE
from foedus.obligations.from_guarantee import obligations
from foedus.obligations.record import Obligation
from foedus.publication.binding import Answered, bound
from foedus.replay.decisions import Assumed, read_decisions, resting_on
from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY

MARKING: Final = "REPLAY, ASSUMED"
Tables = Mapping[str, pa.Table]
"""Tables of a run's record: at least members and findings."""


class Played(NamedTuple):
    """What a replay of ladders gave."""

    assumed: Assumed
    decisions: tuple[Decision, ...]
    ladders: tuple[Agreement, ...]
    governing: tuple[Agreement, ...]
    """The agreements of which the decisions found a breach."""
    runs: tuple[Run, ...]
    obligations: tuple[Obligation, ...]
    register: Answered
    at_us: int


def play(
    file: Path,
    tables: Tables,
    zone: str,
    *,
    at_us: int | None = None,
    is_whole: bool = True,
    registered: Callable[..., Answered] = bound,
) -> Played:
    """Return what the ladders of a file make of its decisions, at `at_us` or the file's own end.

    `is_whole` is false for a record that is cut to what was known or had begun by some moment.
    Raises `DrafterError` with every fault of the file, reports that the record has not included.
    """
    assumed = read_decisions(file, zone)
    decisions = _tied(assumed, tables, is_whole=is_whole)
    ladders = tuple(_shipped(name, file) for name in assumed.stated.ladders)
    moment_us = assumed.at.to_us - 1 if at_us is None else at_us
    known = [one for one in decisions if one.known_us <= moment_us]
    found = runs(known, ladders, assumed.standing, moment_us, assumed.stands_for)
    behind = assumed.stated.register
    register = registered(_beside(file, behind.mission), on=behind.on)
    owed = obligations(found, register.bound, assumed.roster, (), moment_us)
    governing = tuple(dict.fromkeys(one.agreement for one in decisions))
    return Played(
        assumed=assumed,
        decisions=decisions,
        ladders=ladders,
        governing=tuple(_shipped(name, file) for name in governing),
        runs=found,
        obligations=owed,
        register=register,
        at_us=moment_us,
    )


def _beside(file: Path, name: str) -> Path | str:
    """Return the mission of that name beside the one of the file, if it is there; else the name."""
    folder = file.resolve().parents[2] / name
    return folder if (folder / FILE).is_file() else name


def played_without(played: Played, without: Collection[str]) -> Played:
    """Return a replay as it would be, had the decisions with these ids not been made."""
    kept = tuple(one for one in played.decisions if one.decision not in without)
    known = [one for one in kept if one.known_us <= played.at_us]
    assumed = played.assumed
    found = runs(known, played.ladders, assumed.standing, played.at_us, assumed.stands_for)
    owed = obligations(found, played.register.bound, assumed.roster, (), played.at_us)
    return played._replace(decisions=kept, runs=found, obligations=owed)


def _shipped(name: str, file: Path) -> Agreement:
    path = LIBRARY / "agreements" / f"{name}.md"
    if not path.is_file():
        expected = "the id of a shipped agreement"
        raise DrafterError(Fault(file=str(file), expected=expected, got=repr(name)))
    return read_agreement(path)


def _tied(assumed: Assumed, tables: Tables, *, is_whole: bool) -> tuple[Decision, ...]:
    """Tie every decision to the incidents and findings of its reports; all that lack are told.

    Of a record that is cut to what was known or had begun, a decision that rests on more is left
    out: nobody could have made it then.
    """
    lineages = _lineages(tables)
    stated = [
        one
        for one in assumed.decisions
        if is_whole or lineages.keys() >= set(assumed.reports[one.decision])
    ]
    missing = [
        Fault(
            file=assumed.file,
            column=decision.decision,
            expected="a report of this record",
            got=repr(report),
            hint="foedus incidents lists them; foedus why ID shows the reports of one",
        )
        for decision in stated
        for report in assumed.reports[decision.decision]
        if report not in lineages
    ]
    if missing:
        raise DrafterError(*missing)
    return tuple(_rested(one, assumed, lineages, tables["findings"]) for one in stated)


def _lineages(tables: Tables) -> dict[str, str]:
    """Return report -> lineage of its incident."""
    members, incidents = tables["members"], tables["incidents"]
    by_id = dict(
        zip(incidents["incident_id"].to_pylist(), incidents["lineage_id"].to_pylist(), strict=True)
    )
    pairs = zip(members["report_id"].to_pylist(), members["incident_id"].to_pylist(), strict=True)
    return {report: by_id[incident] for report, incident in pairs}


def _rested(
    decision: Decision, assumed: Assumed, lineages: Mapping[str, str], findings: pa.Table
) -> Decision:
    reports = assumed.reports[decision.decision]
    incidents = tuple(dict.fromkeys(lineages[report] for report in reports))
    of_it = pc.and_(
        pc.is_in(findings["lineage_id"], value_set=pa.array(incidents)),
        pc.equal(findings["term_id"], decision.term),
    )
    chosen = findings.filter(pc.and_(of_it, pc.equal(findings["agreement_id"], decision.agreement)))
    return resting_on(decision, incidents, tuple(chosen["finding_id"].to_pylist()))


def moments_of(played: Played) -> Sequence[int]:
    """Return every instant at which a rung may change its state, in order, UTC microseconds."""
    found = {one.known_us for one in played.decisions}
    for run in played.runs:
        for rung in run.rungs:
            for limit in (rung.due.opens, rung.due.closes) if rung.due else ():
                if limit is not None:
                    found |= {limit.earliest_us, limit.latest_us or limit.earliest_us}
    return sorted(found)
