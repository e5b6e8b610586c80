# SPDX-License-Identifier: Apache-2.0
"""The form of a proof: the verdict on a condition at one instant, with a trace of all its parts.

Holds the records alone, and their way to JSON and back, so that who checks a proof need not load
what made it. How proofs arise stands in `proofs`, how they are checked in `proof_checker`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from foedus.terms.conditions.history import Fact

Ends = tuple[int | None, int | None]
"""First and last position; None: without an end on that side."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a condition in the stretch of time that matters for the whole."""

    span: Ends
    sure: tuple[Ends, ...]
    possible: tuple[Ends, ...]
    """All positions that are not no; those of `sure` too."""
    episodes: tuple[Ends, ...]
    facts: tuple[str, ...] = ()
    """Ids of the facts that match it, surely or possibly, and bear on the stretch."""
    values: tuple[str, ...] = ()
    """Values of its variable, one for each of `parts`."""
    parts: tuple[Trace, ...] = ()


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a condition under one valuation at one instant, with its reasons."""

    condition: str
    """Its canonical text."""
    valuation: dict[str, str | int]
    at_us: int
    rank: int
    """Rank in the microsecond, where the order of a log decides; else 0."""
    ties: int
    """Ranks of one microsecond: a position is microsecond times ties plus rank."""
    open_from: int
    """First position at which the record is open."""
    verdict: str
    """sure, possible or no"""
    facts: tuple[Fact, ...]
    """The facts that bear on it, as the record has them."""
    trace: Trace


def proof_json(proof: Proof) -> Any:
    """Return a proof as plain values for JSON."""
    return msgspec.to_builtins(proof)


def read_proof(value: Any) -> Proof:
    """Return the proof that plain values hold; raises `msgspec.ValidationError` on others."""
    return msgspec.convert(value, Proof)


def facts_in(trace: Trace) -> list[str]:
    """Return the ids of the facts that a trace names, those of its parts too."""
    return [*trace.facts, *(name for part in trace.parts for name in facts_in(part))]
