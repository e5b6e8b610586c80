# SPDX-License-Identifier: Apache-2.0
"""The docket of a mission: its cases in their order, from a log of acts or from a replay.

(1) The clocks as `replay.clocks` tells them, which names the acts and decisions too; (2) every case
folded from its acts; (3) its own clocks and those of ladders, told once where readings agree;
(4) the order (`cases.docket`). Decisions that a file assumes make cases of their own, so that a
replay can be looked at in the same way; they have no acts, and bear the marking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from foedus.cases.clocks import RUNG, Clock
from foedus.cases.docket import Docketed
from foedus.cases.docket import docket as in_order
from foedus.cases.kinds import Opening
from foedus.cases.procedure import COMMISSION, PROCEDURE, case_fold, commission_of
from foedus.cases.record import Case, Commission, Decision
from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.guarantee.record import Run, Rung
from foedus.mission import Mission
from foedus.replay.clock_lines import rungs_told
from foedus.replay.clocks import Due, due
from foedus.terms.record import Agreement
from foedus.terms.rules import NOT_STATED, RungRule
from foedus.trust.folding import Entry, known_by, states
from foedus.trust.kinds import WITHDRAWAL

WAITING: Final = ("pending", "due", "eligible", "missed", "deemed")
"""States of a rung that was reached and that nobody has answered."""
FEW: Final = 3
"""Letters of a case's id with which it may be asked for."""


class Docket(NamedTuple):
    """The cases of a mission at an instant, in their order."""

    due: Due
    commission: Commission | None
    cases: tuple[Docketed, ...]
    acts: Mapping[str, Entry]
    """Id of an act -> what the log holds of it."""

    @property
    def marking(self) -> str:
        """REPLAY, ASSUMED, or EXERCISE; empty where it is in earnest."""
        return self.due.marking

    def titled(self, case: Case) -> str:
        """Return what a case is called: its title, or what it is about."""
        if case.id in self.due.titles:
            return self.due.titles[case.id]
        if case.opening is None:
            return case.id
        return f"{case.opening.agreement}, {case.opening.article}"


def case(
    mission: str | Path | Mission,
    asked: str | None = None,
    *,
    at: str | None = None,
    log: Path | None = None,
    assume: Path | None = None,
    now_us: int | None = None,
) -> Docket:
    """Return the docket of a mission at `at`, or with `asked`, the id of a case, that case alone.

    Arguments and errors as of `replay.clocks.due`; raises `OperatorError` where no case or more
    than one fits.
    """
    found = docket_of(due(mission, at=at, log=log, assume=assume, now_us=now_us))
    return found if asked is None else found._replace(cases=(sought(found, asked),))


def docket_of(found: Due) -> Docket:
    """Return the docket of an answer about clocks."""
    if found.assumed:
        made = tuple(_assumed(found))
        return Docket(found, None, in_order(made, None, found.at_us, ladder_clocks(found)), {})
    entries = tuple(known_by(found.register.entries, found.at_us))
    commission = commission_of(entry for entry in entries if entry.subject == COMMISSION)
    cases = cases_of(entries, commission, found.at_us)
    placed = in_order(cases, commission, found.at_us, ladder_clocks(found), found.mission.zone)
    return Docket(found, commission, placed, {entry.act: entry for entry in entries})


def cases_of(
    entries: tuple[Entry, ...], commission: Commission | None, at_us: int
) -> tuple[Case, ...]:
    """Return every case that acts have opened by an instant, by id."""
    kinds = {move.act for move in PROCEDURE.moves}
    subjects = {entry.subject for entry in entries if entry.kind in kinds}
    ours = [
        entry
        for entry in entries
        if entry.subject in subjects and entry.kind in (*kinds, WITHDRAWAL.name)
    ]
    folded = states(case_fold(commission), ours, on_us=at_us)
    return tuple(folded[name] for name in sorted(folded) if folded[name].acts)


def sought(found: Docket, asked: str) -> Docketed:
    """Return the one case that an id, or a beginning or end of one, names.

    Raises `OperatorError` where none or more than one fits.
    """
    exact = [one for one in found.cases if one.case.id == asked]
    near = [
        one
        for one in found.cases
        if len(asked) >= FEW and (one.case.id.startswith(asked) or one.case.id.endswith(asked))
    ]
    if len(exact or near) == 1:
        return (exact or near)[0]
    known = [one.case.id for one in found.cases]
    hint = did_you_mean(asked, known) if known else "no case is on record; name a log with --log"
    if near:
        hint = f"give more of it; it fits {', '.join(one.case.id for one in near[:5])}"
    raise OperatorError(Fault(expected="the id of a case", got=repr(asked), hint=hint))


def ladder_clocks(found: Due, states: tuple[str, ...] = WAITING) -> tuple[Clock, ...]:
    """Return the clocks of the rungs in these states, once for all readings that say the same."""
    clocks = []
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in found.runs:
        groups.setdefault((run.case, run.agreement, run.ladder), []).append(run)
    for (name, agreement, ladder), group in groups.items():
        first = set[str]()
        for reading, rung in rungs_told(group):
            is_first = rung.rung not in first
            first.add(rung.rung)
            if rung.state in states and (rung.due is not None or rung.not_computable):
                key = f"{name}/{agreement}/{ladder}/{rung.rung}"
                # One reading keeps the id of the rung, so that it stays when another parts from it.
                key += "" if is_first else f"/{reading}"
                clocks.append(_clock(key, name, reading, rung, _rule(found, agreement, rung.rung)))
    return tuple(clocks)


def _clock(key: str, case: str, reading: str, rung: Rung, rule: RungRule) -> Clock:
    under = f", reading {reading}" if reading else ""
    return Clock(
        clock=key,
        case=case,
        what=RUNG,
        who="whoever decides, whom no text names" if rung.decider == NOT_STATED else rung.decider,
        text=f"{rung.article}{under}: {rung.text}",
        anchor=rung.anchor,
        anchored=rung.anchored,
        term=term_of(rule),
        due=rung.due,
        not_computable=rung.not_computable,
    )


def term_of(rule: RungRule) -> str:
    """Return the time that a rung sets, in the words of its term."""
    stated = rule.deadline
    if stated is None:
        return ""
    if stated.by is not None:
        return f"{stated.kind} {stated.by}"
    return f"{stated.kind} {stated.within} after {stated.after}"


def _rule(found: Due, agreement: str, rung: str) -> RungRule:
    return rung_rule(next(one for one in found.ladders if one.id == agreement), rung)


def rung_rule(agreement: Agreement, rung: str) -> RungRule:
    """Return the rule of a rung of an agreement."""
    rule = agreement.term(rung).rule
    assert isinstance(rule, RungRule)
    return rule


def _assumed(found: Due) -> Iterator[Case]:
    """Yield a case for all decisions that a file assumes of it, known by the instant."""
    known = [one for one in found.decisions if one.known_us <= found.at_us]
    for name in dict.fromkeys(one.case for one in known):
        decisions = tuple(one for one in known if one.case == name)
        yield Case(
            id=name,
            state="determined",
            opening=_opening(decisions, found.titles.get(name, name)),
            opened=decisions[0].occurred,
            incidents=_every(decisions, "incidents"),
            findings=_every(decisions, "findings"),
            decisions=decisions,
        )


def _opening(decisions: tuple[Decision, ...], title: str) -> Opening:
    first = decisions[0]
    return Opening(
        by="finding",
        agreement=first.agreement,
        term=first.term,
        article=first.article,
        reading=first.reading,
        incidents=_every(decisions, "incidents"),
        findings=_every(decisions, "findings"),
        accused=tuple(dict.fromkeys(one.party for one in decisions if one.party is not None)),
        severity=first.severity,
        text=f"ASSUMED: {title}",
    )


def _every(decisions: tuple[Decision, ...], field: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in decisions for name in getattr(one, field)))
