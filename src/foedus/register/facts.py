# SPDX-License-Identifier: Apache-2.0
"""Whether a fact on which promises hang holds, such as a ceasefire, by what was found.

A later finding takes the place of an earlier one; two of one day that differ make it contested, and
what nobody has found is unknown. Findings whose evidence is contested stay and move nothing.
"""

from __future__ import annotations

import msgspec

from foedus.base.evidence import Judgement
from foedus.register.instruments import Refused
from foedus.register.record import MOVING, FactFound
from foedus.trust.folding import Entry


class FactState(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it stands, and everything that was found of it."""

    holds: Judgement = Judgement.UNKNOWN
    on_us: int | None = None
    """Since when the finding that counts holds."""
    found: tuple[FactFound, ...] = ()
    refused: tuple[Refused, ...] = ()


def after(held: FactState, entry: Entry, said: FactFound) -> FactState:
    """Return the fact after one finding."""
    if said.evidence not in MOVING:
        reason = f"evidence {said.evidence}: it stays on record and moves nothing"
        refused = (*held.refused, Refused(entry.act, reason))
        return msgspec.structs.replace(held, found=(*held.found, said), refused=refused)
    fresh = Judgement.YES if said.holds else Judgement.NO
    is_same_time = held.on_us == entry.on_from_us
    return FactState(
        holds=held.holds + fresh if is_same_time else fresh,
        on_us=entry.on_from_us,
        found=(*held.found, said),
        refused=held.refused,
    )
