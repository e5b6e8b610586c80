# SPDX-License-Identifier: Apache-2.0
"""Which clocks run, are next or are over, by the decisions of a log or those that a file assumes.

`due` answers for a mission at an instant: (1) the decisions, from the acts of a log or from a named
file of assumed ones; (2) the runs of the mission's ladders; (3) what each guarantor owes in law and
has promised. Without either there is no decision and nothing runs, which is an answer too. The
instant is an argument; where a file is replayed, its own end is taken unless another is given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from foedus.base.evidence import Judgement
from foedus.cases.procedure import COMMISSION, PROCEDURE, case_fold, commission_of
from foedus.cases.record import Case, Decision
from foedus.errors import Fault, OperatorError
from foedus.guarantee.from_cases import runs
from foedus.guarantee.record import Run
from foedus.guarantee.standing import Standing, standing
from foedus.mission import Mission, last_us, read_mission
from foedus.obligations.from_guarantee import Roster, obligations
from foedus.obligations.record import Obligation
from foedus.publication.answers import run_folder
from foedus.publication.binding import Answered, bound, day_of
from foedus.register.bound import Bound
from foedus.replay.ladders import MARKING, Played, play, played_without
from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY
from foedus.trust.folding import Entry, known_by, states
from foedus.trust.log import Log
from foedus.trust.times import utc

RECORD = ("members", "incidents", "findings")


class Due(NamedTuple):
    """The answer for a mission at an instant."""

    marking: str
    """REPLAY, ASSUMED, or EXERCISE; empty where it is in earnest."""
    mission: Mission
    at_us: int
    decisions: tuple[Decision, ...]
    runs: tuple[Run, ...]
    obligations: tuple[Obligation, ...]
    register: Answered
    titles: Mapping[str, str]
    """Case -> title, where one is known."""
    assumed: str
    """What is assumed, and by whom; empty where nothing is."""
    ladders: tuple[Agreement, ...] = ()
    provided: tuple[tuple[str, str, str], ...] = ()
    """The agreements whose breach was decided: title, who watches, what follows, by their text."""

    @property
    def bound(self) -> Bound:
        """The register's answer."""
        return self.register.bound


def due(
    mission: str | Path | Mission,
    *,
    at: str | None = None,
    log: Path | Log | None = None,
    assume: Path | None = None,
    now_us: int | None = None,
    without: Collection[str] = (),
    run: Path | None = None,
) -> Due:
    """Return the clocks of a mission at `at`, a day or moment in its zone.

    `log` is a log of acts or its file, `assume` a file of assumed decisions in place of the
    mission's own; `now_us` is taken where a log is asked and no `at` is given. Decisions whose ids
    stand in `without` are left out, as if they had not been made. `run` is the folder of the run on
    whose record assumed decisions rest, by default the mission's own. Raises `OperatorError` for
    what is not there, `DrafterError` for faulty documents.
    """
    found = mission if isinstance(mission, Mission) else read_mission(mission)
    at_us = last_us(at, found.zone, "--at")
    file = assume or (found.folder / found.guarantee.replay if found.guarantee.replay else None)
    if log is None and file is not None:
        played = play(file, _tables(run or run_folder(found.id)), found.zone, at_us=at_us)
        return assumed_due(found, played_without(played, without) if without else played)
    moment_us = now_us if at_us is None else at_us
    if moment_us is None:
        expected, hint = "a moment that is asked about", "give --at"
        raise OperatorError(Fault(column="--at", expected=expected, got="none", hint=hint))
    return _lived(found, log, moment_us, without)


def assumed_due(mission: Mission, played: Played) -> Due:
    """Return a replay as an answer about clocks."""
    stated = played.assumed.stated
    return Due(
        marking=MARKING,
        mission=mission,
        at_us=played.at_us,
        decisions=played.decisions,
        runs=played.runs,
        obligations=played.obligations,
        register=played.register,
        titles=played.assumed.titles,
        assumed=f"{stated.text} (assumed by {stated.assumed_by})",
        ladders=played.ladders,
        provided=tuple(
            (one.head.title["en"], one.head.monitor.text, one.head.consequence.text)
            for one in played.governing
        ),
    )


def _tables(run: Path) -> dict[str, pa.Table]:
    return {name: pq.read_table(run / "record" / f"{name}.parquet") for name in RECORD}


def _lived(
    mission: Mission, log: Path | Log | None, at_us: int, without: Collection[str] = ()
) -> Due:
    """Return the clocks that the acts of a log have set running."""
    stated = mission.guarantee
    then = utc(at_us)
    asked = bound(stated.register or mission, on=then, known=then, log=log)
    day = day_of(at_us, mission.zone)
    register = msgspec.structs.replace(asked, on=day, known=day)
    entries = tuple(known_by(register.entries, at_us))
    decided = tuple(one for one in decisions_of(entries) if one.decision not in without)
    ladders = tuple(read_agreement(LIBRARY / "agreements" / f"{n}.md") for n in stated.ladders)
    stands_for = {own: (name,) for name, parties in stated.answers_to.items() for own in parties}
    facts = _with_register(standing(entries, on_us=at_us), register.bound, stated.ladders)
    found = runs(decided, ladders, facts, at_us, stands_for)
    roster = Roster(members=stated.members, components=stated.components, owed_to=stated.owed_to)
    return Due(
        marking="EXERCISE" if register.is_exercise else "",
        mission=mission,
        at_us=at_us,
        decisions=decided,
        runs=found,
        obligations=obligations(found, register.bound, roster, entries, at_us),
        register=register,
        titles={},
        assumed="",
        ladders=ladders,
    )


def decisions_of(entries: tuple[Entry, ...]) -> tuple[Decision, ...]:
    """Return the decisions in effect of all cases, from the acts of a log in its order."""
    return tuple(one for case in cases_of(entries) for one in case.decisions)


def cases_of(entries: tuple[Entry, ...]) -> tuple[Case, ...]:
    """Return all cases by name, from the acts of a log in its order."""
    commission = commission_of(entry for entry in entries if entry.subject == COMMISSION)
    acts = {move.act for move in PROCEDURE.moves}
    ours = (entry for entry in entries if entry.kind in acts or entry.kind == "act.withdraw")
    cases = states(case_fold(commission), ours)
    return tuple(cases[name] for name in sorted(cases))


def _with_register(said: Standing, found: Bound, ladders: tuple[str, ...]) -> Standing:
    """Add what the register has found of facts to what was stated about the ladders."""
    facts = dict(said.facts)
    for ladder in ladders:
        for name, judged in found.facts.items():
            key = (ladder, name)
            facts[key] = facts.get(key, Judgement.UNKNOWN) + judged
    return Standing(
        facts=facts,
        conduct=said.conduct,
        answers=said.answers,
        ended=said.ended,
        suspended=said.suspended,
    )
