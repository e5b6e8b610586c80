# SPDX-License-Identifier: Apache-2.0
"""Failings of place: a width in all or for each side, two lines to measure from, no map."""

from __future__ import annotations

from collections.abc import Iterator

from foedus.terms.failings.found import Found, terms_of
from foedus.terms.record import Agreement
from foedus.terms.rules import DE_FACTO, Buffer, Described, PresenceRule, Settlements, ZoneRule


def buffer_ambiguous(agreement: Agreement) -> Iterator[Found]:
    """Yield widths in all of which nobody says what each side owes."""
    for term, rule in terms_of(agreement, ZoneRule):
        if isinstance(rule.area, Buffer) and rule.area.per_side_m is None:
            yield Found(term, "the width is told for both sides together")
    for term, presence in terms_of(agreement, PresenceRule):
        if presence.total_width_m is not None and presence.distance_m is None:
            yield Found(term, "the width is told for both sides together")


def baselines_differ(agreement: Agreement) -> Iterator[Found]:
    """Yield distances that the parties measure from different lines."""
    for term, rule in terms_of(agreement, PresenceRule):
        lines = {(base.line, base.on) for base in rule.baseline.values()}
        if len(lines) > 1:
            days = " and ".join(sorted("as it runs" if on == DE_FACTO else on for _, on in lines))
            yield Found(term, f"it is measured from different lines: {days}")


def zone_without_map(agreement: Agreement) -> Iterator[Found]:
    """Yield zones of which no map, corner or distance tells what is inside."""
    for term, rule in terms_of(agreement, ZoneRule):
        if isinstance(rule.area, Described):
            yield Found(term, f"it is only described: {rule.area.text}")
        elif isinstance(rule.area, Settlements) and rule.area.around_m is None:
            yield Found(term, "how far around the settlements it reaches is not said")
        elif isinstance(rule.area, Buffer) and rule.area.on == DE_FACTO:
            yield Found(term, "it lies along the line as it runs, which no map draws")
