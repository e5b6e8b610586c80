# SPDX-License-Identifier: Apache-2.0
"""A small record for tests: entries in the order in which they became known, a line each."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from foedus.base.calendar_files import read_calendars
from foedus.register.bound import Bound, Law, bound
from foedus.register.holdings import at
from foedus.register.procedure_files import shipped_procedures
from foedus.register.record import (
    AnyPayload,
    CommitmentStep,
    Component,
    Condition,
    ConsentStep,
    DeploymentStep,
    FactFound,
    InstrumentMade,
    InstrumentStep,
    subject_of,
)
from foedus.trust.folding import END_US, Entry

SAID: Final[dict[str, Any]] = {"says": "x", "source": "https://example.org", "evidence": "S"}
DAY_US: Final = 86_400_000_000
CEASEFIRE: Final = Condition(fact="ceasefire-in-force", says="a ceasefire is in force")


def entry(index: int, said: AnyPayload, day: int, known: int | None = None) -> Entry:
    """Return an act that held on a day, counted from 1970, and was known then or on another."""
    payload: dict[str, Any] = msgspec.to_builtins(said)
    kind = payload.pop("kind")
    known_us = (day if known is None else known) * DAY_US
    return Entry(
        index=index,
        known_us=known_us,
        subject=subject_of(said),
        kind=kind,
        on_from_us=day * DAY_US,
        on_to_us=(day + 1) * DAY_US,
        act=f"{index:064x}",
        payload=payload,
    )


def record(*said: tuple[AnyPayload, int]) -> tuple[Entry, ...]:
    """Return entries of acts with their days, known on the day on which they held."""
    return tuple(entry(n, *one) for n, one in enumerate(said))


def treaty(form: str = "treaty") -> InstrumentMade:
    """Return an instrument with one part on land, which waits for a ceasefire."""
    land = Component(
        id="land", title="Land", says="Troops.", needs="deploy", conditions=(CEASEFIRE,)
    )
    return InstrumentMade(
        instrument="pact",
        title="Pact",
        form=form,  # type: ignore[arg-type]
        components=(land,),
        **SAID,
    )


def pledge(state: str, does: str = "offered", **more: Any) -> CommitmentStep:
    """Return a pledge on land."""
    fields = {**SAID, **more}
    return CommitmentStep(state=state, component="land", does=does, **fields)  # type: ignore[arg-type]


def vote(state: str, what: str, how: str = "done", **more: Any) -> ConsentStep:
    """Return what happened in a state's procedure on sending forces on land."""
    fields = {**SAID, **more}
    return ConsentStep(
        state=state,
        act="deploy",
        matter="land",
        what=what,
        how=how,  # type: ignore[arg-type]
        **fields,
    )


def pact(state: str, does: str, **more: Any) -> InstrumentStep:
    """Return a step on the pact."""
    fields = {**SAID, **more}
    return InstrumentStep(instrument="pact", state=state, does=does, **fields)  # type: ignore[arg-type]


def ceasefire(*, holds: bool, **more: Any) -> FactFound:
    """Return a finding about the ceasefire."""
    return FactFound(fact="ceasefire-in-force", holds=holds, **{**SAID, **more})


def sends(state: str, does: str = "start", **more: Any) -> DeploymentStep:
    """Return a deployment on land."""
    fields = {**SAID, **more}
    return DeploymentStep(state=state, component="land", does=does, **fields)  # type: ignore[arg-type]


def answered(entries: tuple[Entry, ...], on: int = 1000, known_us: int = END_US) -> Bound:
    """Return who is bound to what on a day."""
    register = at(entries, on_us=on * DAY_US, known_us=known_us)
    return bound(register, Law(shipped_procedures(), read_calendars(), on * DAY_US))
