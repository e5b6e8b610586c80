# SPDX-License-Identifier: Apache-2.0
"""How obligations arise: a reached rung, times each guarantor's own instrument and consent.

For every run, rung with consequences, guarantor and component:
1. what the guarantor has pledged, and which law stands behind it on that day (the register);
2. its force: law, promise, excluded, none or unknown;
3. what it is subject to, and what its own law still asks for;
4. what was done: checked for component, amount, place and time; waivers, disputes, defaults;
5. its state. That nothing was done in time makes it overdue; default is for people to state.

Pure: the instant asked about is an argument. A pledge that is political only owes nothing in law,
and is told so with what was promised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from foedus.base.dues import Due, begun, over
from foedus.base.encoding import digest
from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.guarantee.record import REACHED, Run, Rung
from foedus.obligations import kinds
from foedus.obligations.performance import Owed, checked
from foedus.obligations.record import Ground, Obligation, Performed
from foedus.register.bound import Bound, Cell
from foedus.register.record import CommitmentStep
from foedus.trust.folding import Entry, history
from foedus.trust.kinds import read_payload

PLEDGED: Final = ("possible", "conditional", "offered")
BY_LAW: Final = ("legally-consented", "deployable", "deployed")
_OPEN: Final = ("unknown", "contested")
_BY_NAME: Final = {kind.name: kind for kind in kinds.KINDS}


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Which states a ladder's bearers stand for, and which components its menu means."""

    members: dict[str, tuple[str, ...]]
    """Bearer of a rung -> states; a bearer that is not here stands for itself."""
    components: dict[str, tuple[str, ...]]
    """Word of a menu -> components of the register."""
    owed_to: tuple[str, ...]
    """Whom the guarantee serves."""


class Acted(NamedTuple):
    """One act about an obligation."""

    entry: Entry
    said: object

    @property
    def at(self) -> Moment:
        """When it held."""
        entry = self.entry
        return Moment(
            written="",
            zone="UTC",
            from_us=entry.on_from_us,
            to_us=entry.on_to_us,
            precision="instant" if entry.on_to_us - entry.on_from_us == 1 else "span",
        )


def obligations(
    runs: Iterable[Run], bound: Bound, roster: Roster, entries: Iterable[Entry], at_us: int
) -> tuple[Obligation, ...]:
    """Return what every guarantor owes, or has promised, under every reached rung at an instant.

    By run, step, guarantor and component. `bound` is the register at that instant; `entries` are
    acts about obligations, known by then.
    """
    acts = _by_subject(entries, at_us)
    found = []
    for run in runs:
        for rung in run.rungs:
            if rung.state in (*REACHED, *_OPEN):
                found += [
                    _obligation(run, rung, cell, roster, acts, at_us)
                    for cell in _cells(rung, bound, roster)
                ]
    return tuple(found)


def _by_subject(entries: Iterable[Entry], at_us: int) -> Mapping[str, list[Acted]]:
    acts: defaultdict[str, list[Acted]] = defaultdict(list)
    for entry in history(entries, on_us=at_us):
        if entry.kind in _BY_NAME and entry.payload is not None:
            said = read_payload(entry.payload, _BY_NAME[entry.kind])
            acts[entry.subject].append(Acted(entry, said))
    return acts


def _cells(rung: Rung, bound: Bound, roster: Roster) -> Iterator[Cell]:
    """Yield what the register holds of each guarantor of a rung and each component it means."""
    states = [
        state for bearer in rung.bearer for state in roster.members.get(bearer, (bearer.upper(),))
    ]
    wanted = [part for word in rung.menu for part in roster.components.get(word, (word,))]
    for state in dict.fromkeys(states):
        for part in dict.fromkeys(wanted):
            cell = bound.cells.get(f"{state}/{part}")
            if cell is not None:
                yield cell


def _obligation(
    run: Run,
    rung: Rung,
    cell: Cell,
    roster: Roster,
    acts: Mapping[str, list[Acted]],
    at_us: int,
) -> Obligation:
    name = digest([run.run, rung.rung, cell.state, cell.component])[:16]
    said = cell.pledge.current
    force = force_of(cell)
    done = acts.get(name, [])
    performed = tuple(_performed(one, cell, rung.due) for one in done if _is_performance(one))
    subject_to = tuple(one.why for one in cell.missing if one.what == "condition")
    state, reasons = _state(rung, force, subject_to, done, performed, at_us)
    return Obligation(
        obligation=name,
        state=state,
        force=force,
        guarantor=cell.state,
        component=cell.component,
        owed_to=roster.owed_to,
        what=rung.minimum,
        amount=said.amount.stated if said is not None and said.amount is not None else "",
        due=rung.due,
        subject_to=subject_to,
        missing=tuple(
            f"{one.what}: {one.why}" + (f" ({one.by})" if one.by else "")
            for one in cell.missing
            if one.what != "condition"
        ),
        ground=_ground(run, rung, cell, said),
        performed=performed,
        reasons=reasons,
        assumed=run.assumed,
    )


def force_of(cell: Cell) -> str:
    """Return what stands behind a cell of the register."""
    if cell.legal in BY_LAW or cell.owed_by:
        return "law"
    if cell.legal in PLEDGED:
        untold = cell.consent is None or any(
            not one.is_known for one in cell.missing if one.what != "condition"
        )
        return "unknown" if untold and not _turns(cell) else "promise"
    return "excluded" if cell.legal == "excluded" else "none"


def _turns(cell: Cell) -> bool:
    """Whether it is known that some key of its own law has not been turned."""
    return any(one.is_known for one in cell.missing if one.what != "condition")


def _ground(run: Run, rung: Rung, cell: Cell, said: CommitmentStep | None) -> Ground:
    pledged = [one.act for one in cell.pledge.stated if one.said is said]
    return Ground(
        run=run.run,
        case=run.case,
        agreement=run.agreement,
        ladder=run.ladder,
        rung=rung.rung,
        article=rung.article,
        reading=run.reading,
        decisions=rung.decisions,
        instruments=cell.owed_by,
        pledge=pledged[-1] if pledged else "",
    )


def _is_performance(one: Acted) -> bool:
    return isinstance(one.said, kinds.Performance)


def _performed(one: Acted, cell: Cell, due: Due | None) -> Performed:
    assert isinstance(one.said, kinds.Performance)
    said = cell.pledge.current
    owed = Owed(cell.component, said.amount if said else None, cell.mandate.area, due)
    found = checked(one.said, one.at, owed)
    both = found.is_owed & found.in_time
    return Performed(act=one.entry.act, answer=both.value, reasons=found.reasons)


def _state(
    rung: Rung,
    force: str,
    subject_to: Sequence[str],
    done: Sequence[Acted],
    performed: Sequence[Performed],
    at_us: int,
) -> tuple[str, tuple[str, ...]]:
    """Numbered step 5; the first that holds decides."""
    if rung.state in _OPEN:
        return rung.state, rung.reasons
    if force in ("promise", "none", "excluded"):
        return "not-owed", ("no law of the guarantor stands behind it",)
    if force == "unknown":
        return "unknown", ("whether its own law stands behind it was not found",)
    for kind, state in (
        (kinds.Contest, "contested"),
        (kinds.Waiver, "waived"),
        (kinds.Impossibility, "impossible"),
    ):
        said = [one.said for one in done if isinstance(one.said, kind)]
        if said:
            return state, tuple(item.text for item in said)
    if performed:
        return _by_performance(performed)
    if any(isinstance(one.said, kinds.Default) for one in done):
        return "defaulted", ("its default is on record",)
    if subject_to:
        return "waiting", tuple(subject_to)
    return _by_clock(rung.due, at_us)


def _by_performance(performed: Sequence[Performed]) -> tuple[str, tuple[str, ...]]:
    best = [one for one in performed if one.answer == Answer.SURE.value]
    if best:
        return "met", ()
    late = [one for one in performed if one.reasons == ("it was not done in time",)]
    if late:
        return "late", late[-1].reasons
    return "contested", performed[-1].reasons


def _by_clock(due: Due | None, at_us: int) -> tuple[str, tuple[str, ...]]:
    if due is None:
        return "due", ("the text sets no time",)
    if due.kind == "earliest-from" and begun(due, at_us) is not Answer.SURE:
        return "waiting", ("its time has not come",)
    ended = over(due, at_us)
    if ended is Answer.SURE:
        return "overdue", ("its time is over, and nothing is on record as done",)
    doubt = () if ended is Answer.NO else ("whether its time is over is not known",)
    return "due", doubt
