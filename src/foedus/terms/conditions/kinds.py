# SPDX-License-Identifier: Apache-2.0
"""The kinds of fact that a condition may name, and what their prepositions mean.

Each kind has a signature: preposition -> column of `Fact`. A column's name is the sort of its
values. Which parties, zones and terms exist is left to the agreement.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """One kind of fact: its name, its plural, and its roles."""

    name: str
    plural: str
    roles: dict[str, str]
    """Preposition -> column: term, party, zone, case or guarantor."""


KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("breach", "breaches", {"of": "term", "by": "party", "in": "zone"}),
        Kind("notice", "notices", {"of": "term", "by": "party", "for": "zone"}),
        Kind("report", "reports", {"by": "party", "in": "zone"}),
        Kind("refusal", "refusals", {"by": "party", "in": "zone"}),
        Kind("opening", "openings", {"of": "case", "by": "party"}),
        Kind("decision", "decisions", {"of": "case"}),
        Kind("activation", "activations", {"of": "guarantor", "in": "case"}),
        Kind("withdrawal", "withdrawals", {"by": "guarantor"}),
        Kind("response", "responses", {"by": "guarantor", "in": "case"}),
    )
}
"""Name -> kind. A refusal is one of access, asked for by a monitor; an activation is the moment at
which a guarantor's duty falls due."""

_SINGULAR: Final = {kind.plural: kind.name for kind in KINDS.values()}
SORTS: Final = {
    "zone": "zones",
    "party": "parties",
    "case": "cases",
    "guarantor": "guarantors",
    "term": "terms",
}
"""Sort -> plural."""


def singular(word: str) -> str:
    """Return the name of the kind of which a word is the plural, or the word itself."""
    return _SINGULAR.get(word, word)
