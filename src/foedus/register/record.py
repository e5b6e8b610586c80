# SPDX-License-Identifier: Apache-2.0
"""What the register holds: acts about instruments, commitments, consents, facts and deployments.

Each payload says what happened in our own words, cites one public source and bears its level of
evidence. Whether an act was signed is left to `trust`; what state it leads to, to `instruments`,
`commitments` and `mandates`. Numbers are whole; names of states are ISO 3166-1 alpha-2, or EU.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from foedus.register.procedures import ActKind
from foedus.register.situations import How
from foedus.terms.rules import Evidence
from foedus.trust.kinds import Kind, Text

Count = Annotated[int, msgspec.Meta(ge=0)]
MOVING: Final = ("S", "P")
"""Evidence that moves a state; what is contested or not checked stays, and moves nothing."""
Form = Literal["political", "intent", "treaty", "executive", "plan"]
FORMS: Final[dict[Form, str]] = {
    "political": "political declaration, which binds nobody by law",
    "intent": "declaration of intent, which prepares a legal framework",
    "treaty": "treaty, which binds those for whom it is in force",
    "executive": "executive agreement, which binds without a parliament",
    "plan": "plan or draft, which nobody has adopted",
}
BINDING: Final = ("treaty", "executive")


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything on record: what it says, where that is public, how far it was checked."""

    says: Text
    """In our own words."""
    source: Text
    """An address."""
    evidence: Evidence


class Claim(Said, frozen=True, kw_only=True):
    """What somebody says of an instrument; claims that contradict each other stand side by side."""

    by: Text


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be so first: a fact, or that another state is bound to something."""

    fact: str = ""
    """Id of a fact, such as ceasefire-in-force; one is known once an act finds it."""
    of: str = ""
    """state/component that must be bound first, such as US/guarantee."""
    says: Text


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of an instrument to which a state can commit itself."""

    id: str
    title: Text
    says: Text
    needs: ActKind
    """What a state's own law must consent to: deploy for forces, treaty for other promises."""
    conditions: tuple[Condition, ...] = ()
    """Conditions that the instrument sets for everybody."""


class Amount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much: as stated, and where that can be told in a unit, from low to high."""

    stated: Text
    unit: str = ""
    low: Count | None = None
    high: Count | None = None


class InstrumentMade(Said, frozen=True, kw_only=True, tag_field="kind", tag="instrument.make"):
    """An instrument is on record: what it is, and what one can commit oneself to by it."""

    instrument: str
    title: Text
    form: Form
    components: tuple[Component, ...] = ()
    refers_to: tuple[str, ...] = ()
    """Ids of other instruments."""
    claims: tuple[Claim, ...] = ()


InstrumentAct = Literal[
    "attend",
    "adopt",
    "sign",
    "submit",
    "enter-into-force",
    "suspend",
    "resume",
    "denounce",
    "expire",
    "supersede",
]


class InstrumentStep(Said, frozen=True, kw_only=True, tag_field="kind", tag="instrument.step"):
    """A state takes a step on an instrument."""

    instrument: str
    state: str
    does: InstrumentAct
    capacity: str = ""
    """In which capacity, such as head of government."""


CommitmentAct = Literal["possible", "conditional", "offered", "excluded", "withdraw"]


class CommitmentStep(Said, frozen=True, kw_only=True, tag_field="kind", tag="commitment.step"):
    """A state says what it would do, or would not."""

    state: str
    component: str
    does: CommitmentAct
    amount: Amount | None = None
    place: str = ""
    caveats: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    until: str = ""
    """The last day for which it is meant; empty: not said."""


class ConsentStep(Said, frozen=True, kw_only=True, tag_field="kind", tag="consent.step"):
    """Something happened in a state's own procedure: a vote, a decision, a laying, an objection."""

    state: str
    act: ActKind
    matter: str
    """Id of the component or instrument; `*`: all of them."""
    what: str
    """Id of a step of the procedure, or a word of `time_limits.ANCHORS`, or recall."""
    how: How = "done"
    facts: dict[str, bool] = msgspec.field(default_factory=dict)
    """Facts of `procedures.FACTS` that this act establishes."""
    ceiling: Count | None = None
    """The greatest number of people."""
    area: tuple[str, ...] = ()
    until: str = ""
    """The last day of the mandate."""


class FactFound(Said, frozen=True, kw_only=True, tag_field="kind", tag="fact.find"):
    """Somebody finds that a fact holds, or that it does not."""

    fact: str
    holds: bool


class DeploymentStep(Said, frozen=True, kw_only=True, tag_field="kind", tag="deployment.step"):
    """Forces are sent, or come home."""

    state: str
    component: str
    does: Literal["start", "end"]
    personnel: Count | None = None
    area: str = ""


AnyPayload = (
    InstrumentMade | InstrumentStep | CommitmentStep | ConsentStep | FactFound | DeploymentStep
)
RECORDER: Final = "recorder"
STATE: Final = "state"
"""Role of a key that speaks for a state."""
KINDS: Final = (
    Kind("instrument.make", (RECORDER,), InstrumentMade),
    Kind("instrument.step", (RECORDER, STATE), InstrumentStep, scope="state"),
    Kind("commitment.step", (RECORDER, STATE), CommitmentStep, scope="state"),
    Kind("consent.step", (RECORDER, STATE), ConsentStep, scope="state"),
    Kind("fact.find", (RECORDER,), FactFound),
    Kind("deployment.step", (RECORDER, STATE), DeploymentStep, scope="state"),
)
"""The kinds of acts that the register reads, for whoever opens a log."""
PAYLOADS: Final[dict[str, type[AnyPayload]]] = {
    "instrument.make": InstrumentMade,
    "instrument.step": InstrumentStep,
    "commitment.step": CommitmentStep,
    "consent.step": ConsentStep,
    "fact.find": FactFound,
    "deployment.step": DeploymentStep,
}


def subject_of(said: AnyPayload) -> str:
    """Return the subject whose history an act belongs to."""
    if isinstance(said, (InstrumentMade, InstrumentStep)):
        return f"instrument:{said.instrument}"
    if isinstance(said, FactFound):
        return f"fact:{said.fact}"
    if isinstance(said, ConsentStep):
        return f"consent:{said.state}/{said.act}/{said.matter}"
    group = "commitment" if isinstance(said, CommitmentStep) else "deployment"
    return f"{group}:{said.state}/{said.component}"
