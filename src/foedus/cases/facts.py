# SPDX-License-Identifier: Apache-2.0
"""What people did in cases, as facts that conditions are asked of: breaches, decisions, openings.

A decision that there was a breach is a fact from when it was determined, of the time at which the
breach was; what was corrected is known no longer. Nothing that the machine found is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from foedus.base.moments import Moment
from foedus.cases.record import Case, Decision
from foedus.terms.conditions.history import Fact


def decided_facts(
    decisions: Iterable[Decision],
    zone_of: Callable[[Decision], str | None],
    party_of: Callable[[str], str | None],
    term_of: Callable[[str], str],
) -> Iterator[Fact]:
    """Yield for each decision that it was made, and if it says so, the breach.

    The three functions give a decision's zone, the agreement's name of a party, and the name by
    which a condition calls a term.
    """
    for one in decisions:
        made = _fact("decision", f"{one.decision}-made", one.determined, one.known_us)
        yield msgspec.structs.replace(made, case=one.case)
        if one.verdict == "breach":
            yield msgspec.structs.replace(
                _fact("breach", one.decision, one.occurred, one.known_us),
                term=term_of(one.term),
                party=party_of(one.party) if one.party else None,
                zone=zone_of(one),
            )


def opened_facts(cases: Iterable[Case], known_us: int) -> Iterator[Fact]:
    """Yield for each case that it was opened, by the party that complained where one did."""
    for one in cases:
        if one.opened is not None and one.opening is not None:
            opened = _fact("opening", f"{one.id}-opened", one.opened, known_us)
            yield msgspec.structs.replace(opened, case=one.id, party=one.opening.complainant)


def _fact(kind: str, fact_id: str, at: Moment, known_us: int) -> Fact:
    return Fact(
        fact_id=fact_id,
        kind=kind,
        occurred_from_us=at.from_us,
        occurred_to_us=at.to_us,
        known_from_us=known_us,
    )
