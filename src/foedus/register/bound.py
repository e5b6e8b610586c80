# SPDX-License-Identifier: Apache-2.0
"""Who is bound to what, and what is missing by whom: the register read state by state.

For every state and component: what it has pledged, what its own law has consented to, which
conditions hold, whether forces are there. A pledge is *legally consented* once the bodies that the
state's own law names have consented; it is *deployable* once every condition holds too. Whether an
instrument in force owes it to others too is told beside it: neither clock implies the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from foedus.base.calendars import Calendar
from foedus.base.evidence import Answer, Judgement
from foedus.register.commitments import CommitmentState
from foedus.register.consent import RouteStanding, Standing, StepStanding, standing
from foedus.register.holdings import Register
from foedus.register.instruments import InstrumentState
from foedus.register.mandates import ConsentState, Deployed, Mandate, Tested, tested
from foedus.register.procedures import FACTS, ProcedureFile, evidence_of, is_unverified
from foedus.register.record import BINDING, Component, Condition
from foedus.register.waiting import circles, holds

LEGAL: Final = {
    "none": "nothing is pledged",
    "excluded": "said not to come",
    "withdrawn": "pledged, and taken back",
    "possible": "called possible",
    "conditional": "pledged under conditions of its own",
    "offered": "pledged",
    "legally-consented": "its own law has consented",
    "deployable": "its own law has consented, and every condition holds",
    "deployed": "done or begun",
}
BOUND: Final = ("legally-consented", "deployable", "deployed")
"""The states in which law stands behind a word."""
ALL_MATTERS: Final = "*"
SILENT: Final = ("none", "excluded", "withdrawn")
"""Pledges of which nothing can fall due, so that nothing is missing for them."""


_UNTOLD: Final = {"personnel": "it is not told how many people would be sent"}


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """One thing without which a pledge does not bind, or cannot be carried out."""

    what: str
    by: str
    """Whose turn it is; empty: nobody is named."""
    why: str
    source: str = ""
    evidence: str = ""
    note: str = ""
    """What of it was not verified."""
    is_known: bool = True
    """Whether it is known to be missing; False: it may be there."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One state and one component."""

    state: str
    component: str
    instrument: str
    legal: str
    pledge: CommitmentState
    consent: Standing | None
    """None: no procedure of this state is on file for what the component needs."""
    mandate: Mandate
    missing: tuple[Missing, ...]
    tests: tuple[Tested, ...] = ()
    owed_by: tuple[str, ...] = ()
    """Instruments in force for the state that hold this component."""

    @property
    def key(self) -> str:
        """state/component."""
        return f"{self.state}/{self.component}"

    @property
    def is_bound(self) -> bool:
        """Whether the state's own law stands behind the word."""
        consented = self.consent is not None and self.consent.is_consented
        return consented and self.legal in BOUND


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: every cell, instruments by state, facts, and who waits for whom in a circle."""

    components: tuple[Component, ...]
    states: tuple[str, ...]
    cells: dict[str, Cell]
    instruments: dict[str, InstrumentState]
    facts: dict[str, Judgement]
    circles: tuple[tuple[str, ...], ...]

    @property
    def pledges(self) -> tuple[Cell, ...]:
        """The cells in which something is pledged, if only as possible."""
        return tuple(cell for cell in self.cells.values() if cell.pledge.state not in SILENT)

    @property
    def bound(self) -> tuple[Cell, ...]:
        """The cells in which law stands behind the word."""
        return tuple(cell for cell in self.cells.values() if cell.is_bound)


class Law(NamedTuple):
    """What is needed to say how a consent stands."""

    files: Mapping[str, ProcedureFile]
    calendars: Mapping[str, Calendar]
    at_us: int


def bound(register: Register, law: Law) -> Bound:
    """Return who is bound to what at `law.at_us`, from the register as it stood then."""
    made = [held.made for held in register.instruments.values() if held.made is not None]
    homes = {part.id: item.instrument for item in made for part in item.components}
    components = tuple(part for item in made for part in item.components)
    drafts = {
        key: _draft(key, part, homes[part.id], register, law)
        for part in components
        for key in register.commitments
        if key.partition("/")[2] == part.id
    }
    is_bound = {key: cell.is_bound for key, cell in drafts.items()}
    facts = {name: fact.holds for name, fact in register.facts.items()}
    cells = {
        key: _with_conditions(cell, components, facts, is_bound) for key, cell in drafts.items()
    }
    states = sorted({cell.state for cell in cells.values()})
    return Bound(
        components=components,
        states=tuple(states),
        cells=dict(sorted(cells.items())),
        instruments=register.instruments,
        facts=facts,
        circles=circles(_graph(cells.values())),
    )


def _draft(key: str, part: Component, home: str, register: Register, law: Law) -> Cell:
    """Return a cell as far as it hangs on its own state alone."""
    state = key.partition("/")[0]
    pledge = register.commitments[key]
    held = _consents(register, state, part)
    deployed = register.deployments.get(key, Deployed())
    found = _standing(state, part, held, pledge, law)
    consented = found is not None and found.is_consented
    return Cell(
        state=state,
        component=part.id,
        instrument=home,
        legal=_legal(pledge, deployed, consented=consented),
        pledge=pledge,
        consent=found,
        mandate=held.mandate,
        missing=_keys(pledge, found, law.files.get(state)),
        tests=tested(deployed, held.mandate, consented=consented, at_us=law.at_us),
        owed_by=_owed(state, part, register.instruments),
    )


def _consents(register: Register, state: str, part: Component) -> ConsentState:
    """Return what is on record for one component: acts on it, and acts on all matters."""
    found = ConsentState()
    for matter in (ALL_MATTERS, part.id):
        more = register.consents.get(f"{state}/{part.needs}/{matter}")
        if more is not None:
            found = ConsentState(
                facts={**found.facts, **more.facts},
                happened=(*found.happened, *more.happened),
                mandate=more.mandate,
                said=(*found.said, *more.said),
                refused=(*found.refused, *more.refused),
            )
    return found


def _standing(
    state: str, part: Component, held: ConsentState, pledge: CommitmentState, law: Law
) -> Standing | None:
    file = law.files.get(state)
    procedure = file.procedure(part.needs) if file is not None else None
    if file is None or procedure is None:
        return None
    said = pledge.current
    amount = said.amount if said is not None else None
    personnel = amount.high if amount is not None and amount.unit == "person" else None
    situation = held.situation(personnel)
    return standing(procedure, file.zone, situation, law.at_us, law.calendars)


def _legal(pledge: CommitmentState, deployed: Deployed, *, consented: bool) -> str:
    if deployed.is_there:
        return "deployed"
    if consented and pledge.state not in SILENT:
        return "legally-consented"
    return pledge.state


def _owed(
    state: str, part: Component, instruments: Mapping[str, InstrumentState]
) -> tuple[str, ...]:
    return tuple(
        name
        for name, held in instruments.items()
        if held.of(state) == "in-force"
        and held.made is not None
        and held.made.form in BINDING
        and part in held.made.components
    )


def _keys(
    pledge: CommitmentState, found: Standing | None, file: ProcedureFile | None
) -> tuple[Missing, ...]:
    """Return the keys of a procedure that are not turned, with whose turn it is."""
    if pledge.state in SILENT:
        return ()
    if found is None or file is None:
        why = "no procedure of its own law for this is on file"
        return (Missing(what="consent", by="", why=why, is_known=False),)
    if found.chosen is None:
        why = "its own law opens no way" if found.routes else "which rules apply was not looked up"
        return (Missing(what="consent", by="", why=why, is_known=bool(found.routes)),)
    if found.is_consented:
        return ()
    untold = [
        Missing(what="fact", by="", why=_UNTOLD.get(name) or _whether(name), is_known=False)
        for name in found.chosen.not_told
    ]
    return (*untold, *(_key(item, file) for item in _likely(found, found.chosen).missing))


def _whether(fact: str) -> str:
    return f"it is not told whether {FACTS[fact]}"


def _likely(found: Standing, chosen: RouteStanding) -> RouteStanding:
    """Return the route whose keys are told: the first that asks for one, if facts are not told."""
    if found.state != "unknown":
        return chosen
    asking = [item for item in found.routes if item.fits is not Answer.NO and item.missing]
    return asking[0] if asking else chosen


def _key(item: StepStanding, file: ProcedureFile) -> Missing:
    rule = item.rule
    level = evidence_of(rule, file.sources)
    is_doubtful = level in ("S", "P") and is_unverified(rule, file.sources)
    return Missing(
        what=rule.does,
        by=rule.body,
        why=rule.says,
        source=file.sources[rule.source].url if rule.source in file.sources else "",
        evidence=level,
        note="its majority was not verified" if is_doubtful else "",
    )


def _with_conditions(
    cell: Cell,
    components: Iterable[Component],
    facts: Mapping[str, Judgement],
    is_bound: Mapping[str, bool],
) -> Cell:
    """Return a cell with the conditions that do not surely hold, and what follows from them."""
    unmet = []
    for condition in conditions_of(cell, components):
        answer = holds(condition, facts, is_bound)
        if answer is not Answer.SURE:
            unmet.append(
                Missing(
                    what="condition",
                    by=condition.of.partition("/")[0],
                    why=condition.says,
                    is_known=answer is Answer.NO,
                )
            )
    legal = cell.legal
    if legal == "legally-consented" and not unmet:
        legal = "deployable"
    return msgspec.structs.replace(cell, legal=legal, missing=(*cell.missing, *unmet))


def conditions_of(cell: Cell, components: Iterable[Component]) -> tuple[Condition, ...]:
    """Return the conditions of a cell: those of its component, then those that the state sets."""
    if cell.pledge.state in SILENT:
        return ()
    shared = next(part.conditions for part in components if part.id == cell.component)
    said = cell.pledge.current
    own = said.conditions if said is not None else ()
    facts = {condition.fact for condition in own if condition.fact}
    return (*own, *(item for item in shared if not item.fact or item.fact not in facts))


def _graph(cells: Iterable[Cell]) -> dict[str, list[str]]:
    """Return who waits for whom, by what states themselves have said."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        said = cell.pledge.current
        if said is not None and cell.pledge.state not in SILENT:
            found[cell.key] = [item.of for item in said.conditions if item.of]
    return found
