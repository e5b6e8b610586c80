# SPDX-License-Identifier: Apache-2.0
"""What people may state and decide about a guarantee, as kinds of acts with their payloads.

Facts that a ladder needs, conduct that would forfeit it, the decision to respond or not, its
suspension and its end. Acts about one case have that case as their subject, acts about a ladder the
agreement that lays it down.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from foedus.trust.kinds import Kind, Text

Said = Literal["yes", "no", "unknown"]


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the payloads of this stage."""


class Fact(Payload, frozen=True, kw_only=True):
    """Somebody states whether what a ladder needs holds, such as that a ceasefire is in force."""

    predicate: Text
    holds: Said
    source: Text


class Forfeit(Payload, frozen=True, kw_only=True):
    """Somebody states whether conduct took place that forfeits the guarantee, and what saves it."""

    forfeiture: Text
    happened: Said
    saved: dict[str, Said] = {}
    """Predicate of `unless` -> whether it holds; one that is left out is unknown."""
    source: Text


class Response(Payload, frozen=True, kw_only=True):
    """A decider decides on a rung: to respond, or not to."""

    rung: Text
    decider: Text
    decides: Literal["respond", "decline"]
    text: Text


class StandDown(Payload, frozen=True, kw_only=True):
    """The run of a ladder is ended."""

    ladder: Text
    text: Text


class Suspension(Payload, frozen=True, kw_only=True):
    """A ladder is suspended, or taken up again."""

    ladder: Text
    suspended: bool
    text: Text


GUARANTOR: Final = ("guarantor",)
FACT: Final = Kind("guarantee.fact", ("case-officer", "commission-member", "guarantor"), Fact)
FORFEIT: Final = Kind("guarantee.forfeit", ("case-officer", "commission-member"), Forfeit)
RESPOND: Final = Kind("guarantee.respond", GUARANTOR, Response, scope="decider")
STAND_DOWN: Final = Kind("guarantee.stand-down", ("commission-member", "guarantor"), StandDown)
SUSPEND: Final = Kind("guarantee.suspend", GUARANTOR, Suspension)
KINDS: Final = (FACT, FORFEIT, RESPOND, STAND_DOWN, SUSPEND)
