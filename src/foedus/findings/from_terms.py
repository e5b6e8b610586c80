# SPDX-License-Identifier: Apache-2.0
"""How a rulebook arises from what governs a mission: nothing is read, only handed on.

Each line is reckoned from its own settlements, carried as the mission declares. What the mission
knew by a moment is asked for by whoever runs the stage.
"""

from __future__ import annotations

from foedus.base.areas import Area
from foedus.findings.places import lines_of
from foedus.findings.rulebook import Lines, Rulebook
from foedus.terms.governing import Governing


def rulebook_of(governed: Governing, known_us: int | None) -> Rulebook:
    """Return the rulebook of a mission; `known_us` is when its deadlines are asked about."""
    return Rulebook(
        agreements=governed.agreements,
        stands_for=governed.stands_for,
        known_us=known_us,
        moments=governed.moments,
        calendars=governed.calendars,
        lines=_lines(governed),
    )


def _lines(governed: Governing) -> Lines:
    """Return the lines of a mission; one that it does not name is not known."""
    by_id = {
        line_id: lines_of({line_id: line.ledger}, line.carrying)
        for line_id, line in governed.lines.items()
    }

    def line(line_id: str, day: str) -> Area | None:
        return by_id[line_id](line_id, day) if line_id in by_id else None

    return line
