# SPDX-License-Identifier: Apache-2.0
"""What fell due and what was done, as facts that conditions are asked of.

A guarantor's duty is activated when the last decision that it rests on was determined, if it is
owed in law; a response is an act of performance, by whose word it stands. Both bear the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from foedus.cases.record import Decision
from foedus.obligations.kinds import PERFORM
from foedus.obligations.record import Obligation
from foedus.terms.conditions.history import Fact
from foedus.trust.folding import Entry

NOT_YET = ("not-owed", "waiting", "unknown", "contested")
"""States of an obligation in which nothing has surely fallen due."""


def owed_facts(
    obligations: Iterable[Obligation], decisions: Iterable[Decision], entries: Iterable[Entry]
) -> Iterator[Fact]:
    """Yield the activations of obligations in law, and the responses to any of them."""
    found = {one.obligation: one for one in obligations}
    determined = {one.decision: one for one in decisions}
    for one in found.values():
        grounds = [determined[name] for name in one.ground.decisions if name in determined]
        if one.force == "law" and one.state not in NOT_YET and grounds:
            last = max(grounds, key=lambda decision: decision.determined.from_us)
            at, known_us = last.determined, last.known_us
            yield _fact(
                "activation", one, f"{one.obligation}-due", (at.from_us, at.to_us), known_us
            )
    for entry in entries:
        if entry.kind == PERFORM.name and entry.subject in found:
            span = (entry.on_from_us, entry.on_to_us)
            yield _fact("response", found[entry.subject], entry.act, span, entry.known_us)


def _fact(kind: str, one: Obligation, fact_id: str, span: tuple[int, int], known_us: int) -> Fact:
    return Fact(
        fact_id=fact_id,
        kind=kind,
        guarantor=one.guarantor,
        case=one.ground.case,
        occurred_from_us=span[0],
        occurred_to_us=span[1],
        known_from_us=known_us,
    )
