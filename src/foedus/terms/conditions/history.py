# SPDX-License-Identifier: Apache-2.0
"""What conditions are asked of: a history of facts, with when each was and when it was known.

A fact is an instant of which it is known that it lies in occurred_from_us <= t < occurred_to_us, as
a `Moment`; an argument that is null may be any value. `determined` is what people decided, the
legal truth; `indicated` what the machine found, with its probability. Nothing is deleted: a fact
that was withdrawn has the end of its time in `known_to_us`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
import pyarrow as pa
from msgspec import Meta

from foedus.base.encoding import schema

US: Final = {"unit": "us"}
PPM: Final = {"unit": "parts per million"}
DETERMINED: Final = "determined"
INDICATED: Final = "indicated"
COLUMNS: Final = ("term", "party", "zone", "case", "guarantor")
"""Columns that hold arguments; each bears the name of its sort."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of one kind, as the record has it for a time."""

    fact_id: Annotated[str, Meta(description="id that corrections keep")]
    kind: Annotated[str, Meta(description="one of the kinds of conditions, such as breach")]
    term: Annotated[str | None, Meta(description="id or number of the term breached")] = None
    party: Annotated[str | None, Meta(description="id of the party")] = None
    zone: Annotated[str | None, Meta(description="id of the zone")] = None
    case: Annotated[str | None, Meta(description="id of the case")] = None
    guarantor: Annotated[str | None, Meta(description="id of the guarantor")] = None
    occurred_from_us: Annotated[int, Meta(description="first instant at which it may be", extra=US)]
    occurred_to_us: Annotated[int, Meta(description="first instant too late for it", extra=US)]
    known_from_us: Annotated[int, Meta(description="since when the record knows it", extra=US)]
    known_to_us: Annotated[
        int | None, Meta(description="until when it stood so; none: it stands", extra=US)
    ] = None
    verdict: Annotated[str, Meta(description="determined or indicated")] = DETERMINED
    probability_ppm: Annotated[
        int | None, Meta(description="of an indicated fact; none: not known", extra=PPM)
    ] = None


SCHEMA: Final[pa.Schema] = schema(Fact)
"""The Arrow schema of a history; rows in the order of the record, which decides ties in a log."""
