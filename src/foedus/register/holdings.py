# SPDX-License-Identifier: Apache-2.0
"""The register as a fold over acts: the state of every subject, at two times.

`at` folds what was known by `known` and held by `on`; nothing is kept but acts. The subjects are
those of `record.subject_of`. What the states together mean for who is bound is left to `bound`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec

from foedus.register import commitments, facts, instruments, mandates
from foedus.register.record import (
    PAYLOADS,
    AnyPayload,
    CommitmentStep,
    ConsentStep,
    DeploymentStep,
    FactFound,
    InstrumentMade,
    InstrumentStep,
)
from foedus.trust.folding import END_US, Entry, Fold, states

Held = (
    instruments.InstrumentState
    | commitments.CommitmentState
    | mandates.ConsentState
    | facts.FactState
    | mandates.Deployed
)
T = TypeVar("T")
_STARTS: Final[dict[str, Held]] = {
    "instrument": instruments.InstrumentState(),
    "commitment": commitments.CommitmentState(),
    "consent": mandates.ConsentState(),
    "fact": facts.FactState(),
    "deployment": mandates.Deployed(),
}


def said_in(entry: Entry) -> AnyPayload | None:
    """Return what an act says; None where it is withheld, or no act of the register."""
    kind = PAYLOADS.get(entry.kind)
    if kind is None or entry.payload is None:
        return None
    return msgspec.convert(entry.payload, kind)


def start(subject: str) -> Held:
    """Return the state in which a subject begins."""
    return _STARTS[subject.partition(":")[0]]


def step(held: Held, entry: Entry) -> Held:
    """Return the state of a subject after one act; an act of another kind changes nothing."""
    match held, said_in(entry):
        case instruments.InstrumentState(), InstrumentMade() | InstrumentStep() as said:
            return instruments.after(held, entry, said)
        case commitments.CommitmentState(), CommitmentStep() as said:
            return commitments.after(held, entry, said)
        case mandates.ConsentState(), ConsentStep() as said:
            return mandates.after(held, entry, said)
        case facts.FactState(), FactFound() as said:
            return facts.after(held, entry, said)
        case mandates.Deployed(), DeploymentStep() as said:
            return mandates.sent(held, entry, said)
    return held


REGISTER: Final[Fold[Held]] = Fold(start, step)


class Register(NamedTuple):
    """The states of all subjects at two times."""

    subjects: Mapping[str, Held]

    @property
    def instruments(self) -> dict[str, instruments.InstrumentState]:
        """Id -> instrument, in the order of ids."""
        return dict(_of(self.subjects, "instrument", instruments.InstrumentState))

    @property
    def commitments(self) -> dict[str, commitments.CommitmentState]:
        """state/component -> pledge."""
        return dict(_of(self.subjects, "commitment", commitments.CommitmentState))

    @property
    def consents(self) -> dict[str, mandates.ConsentState]:
        """state/act/matter -> what is on record of that consent."""
        return dict(_of(self.subjects, "consent", mandates.ConsentState))

    @property
    def facts(self) -> dict[str, facts.FactState]:
        """Id -> fact."""
        return dict(_of(self.subjects, "fact", facts.FactState))

    @property
    def deployments(self) -> dict[str, mandates.Deployed]:
        """state/component -> what is deployed."""
        return dict(_of(self.subjects, "deployment", mandates.Deployed))


def at(entries: Iterable[Entry], *, on_us: int = END_US, known_us: int = END_US) -> Register:
    """Return the register as it stood at `on_us`, by what was known at `known_us`.

    `entries` stand in the order in which the record came to know them.
    """
    ours = (entry for entry in entries if entry.subject.partition(":")[0] in _STARTS)
    return Register(states(REGISTER, ours, on_us=on_us, known_us=known_us))


def _of(subjects: Mapping[str, Held], group: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    for subject in sorted(subjects):
        held = subjects[subject]
        if subject.startswith(f"{group}:") and isinstance(held, kind):
            yield subject.partition(":")[2], held
