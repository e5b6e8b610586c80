# SPDX-License-Identifier: Apache-2.0
"""Consents as acts tell them: what happened in a state's procedure, and the limits of a mandate.

A mandate has a ceiling, an area and a last day; a deployment is tested against each, and against
there being a mandate at all. Where the mandate or the deployment does not say, the answer is
possible, never no. How the consent stands is left to `consent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.base.readings import read_moment
from foedus.register.instruments import Refused
from foedus.register.record import MOVING, ConsentStep, DeploymentStep
from foedus.register.situations import Happened, Situation
from foedus.trust.folding import Entry


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """The limits that a consent sets; what it does not say is not limited, as far as is known."""

    ceiling: int | None = None
    area: tuple[str, ...] = ()
    until_us: int | None = None
    """The instant after the last day, UTC microseconds."""


class ConsentState(msgspec.Struct, frozen=True, kw_only=True):
    """What is on record of one matter before one state."""

    facts: dict[str, bool] = {}
    happened: tuple[Happened, ...] = ()
    mandate: Mandate = Mandate()
    said: tuple[ConsentStep, ...] = ()
    refused: tuple[Refused, ...] = ()

    def situation(self, personnel: int | None) -> Situation:
        """Return it as what the interpreter of procedures reads."""
        return Situation(facts=self.facts, personnel=personnel, happened=self.happened)


def after(held: ConsentState, entry: Entry, said: ConsentStep) -> ConsentState:
    """Return what is on record after one act; its limits take the place of earlier ones."""
    if said.evidence not in MOVING:
        reason = f"evidence {said.evidence}: it stays on record and moves nothing"
        refused = (*held.refused, Refused(entry.act, reason))
        return msgspec.structs.replace(held, said=(*held.said, said), refused=refused)
    on = Moment(
        written=said.says,
        zone="UTC",
        from_us=entry.on_from_us,
        to_us=entry.on_to_us,
        precision="span",
    )
    return ConsentState(
        facts={**held.facts, **said.facts},
        happened=(*held.happened, Happened(what=said.what, how=said.how, on=on)),
        mandate=_narrowed(held.mandate, said),
        said=(*held.said, said),
        refused=held.refused,
    )


def _narrowed(held: Mandate, said: ConsentStep) -> Mandate:
    until = read_moment(said.until, "UTC") if said.until else None
    return Mandate(
        ceiling=held.ceiling if said.ceiling is None else said.ceiling,
        area=said.area or held.area,
        until_us=until.to_us if isinstance(until, Moment) else held.until_us,
    )


class Deployed(msgspec.Struct, frozen=True, kw_only=True):
    """Forces that were sent, as far as acts tell."""

    is_there: bool = False
    personnel: int | None = None
    area: str = ""
    from_us: int | None = None


def sent(held: Deployed, entry: Entry, said: DeploymentStep) -> Deployed:
    """Return what is deployed after one act."""
    if said.evidence not in MOVING:
        return held
    if said.does == "end":
        return Deployed()
    return Deployed(
        is_there=True, personnel=said.personnel, area=said.area, from_us=entry.on_from_us
    )


class Tested(msgspec.Struct, frozen=True):
    """One limit of a mandate, and whether a deployment keeps it."""

    limit: str
    keeps: Answer
    says: str


def tested(
    deployed: Deployed, mandate: Mandate, *, consented: bool, at_us: int
) -> tuple[Tested, ...]:
    """Return how a deployment does by each limit of its mandate at an instant."""
    if not deployed.is_there:
        return ()
    return tuple(_tests(deployed, mandate, consented=consented, at_us=at_us))


def _tests(
    deployed: Deployed, mandate: Mandate, *, consented: bool, at_us: int
) -> Iterator[Tested]:
    yield Tested("consent", _told(consented), "consent by its own law stands")
    if mandate.ceiling is not None:
        number = deployed.personnel
        keeps = Answer.POSSIBLE if number is None else _told(number <= mandate.ceiling)
        yield Tested("ceiling", keeps, f"{_number(number)} of at most {mandate.ceiling}")
    if mandate.area:
        keeps = _told(deployed.area in mandate.area) if deployed.area else Answer.POSSIBLE
        where = deployed.area or "place not told"
        yield Tested("area", keeps, f"{where}; the mandate: {', '.join(mandate.area)}")
    if mandate.until_us is not None:
        yield Tested("duration", _told(at_us < mandate.until_us), "within the term of the mandate")


def breaches(tests: Iterable[Tested]) -> tuple[Tested, ...]:
    """Return the limits that are surely not kept."""
    return tuple(item for item in tests if item.keeps is Answer.NO)


def _told(holds: bool) -> Answer:  # noqa: FBT001
    return Answer.SURE if holds else Answer.NO


def _number(number: int | None) -> str:
    return "a number not told" if number is None else str(number)
