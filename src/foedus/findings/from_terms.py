# SPDX-License-Identifier: Apache-2.0
"""How a rulebook arises from what governs a mission: nothing is read, only handed on.

Each line is reckoned from its own settlements, carried as the mission declares. What the mission
knew by a moment is asked for by whoever runs the stage.
"""

from __future__ import annotations

from foedus.findings.places import Drawn
from foedus.findings.rulebook import Lines, Rulebook
from foedus.terms.governing import Governing


def rulebook_of(governed: Governing, known_us: int | None) -> Rulebook:
    """Return the rulebook of a mission; `known_us` is when its deadlines are asked about."""
    return Rulebook(
        agreements=governed.agreements,
        stands_for=governed.stands_for,
        known_us=known_us,
        moments=governed.moments,
        performed=governed.performed,
        calendars=governed.calendars,
        lines=_lines(governed),
    )


def _lines(governed: Governing) -> Lines:
    """Return the lines of a mission; one that it does not name is not known."""
    return Drawn({name: (line.ledger, line.carrying) for name, line in governed.lines.items()})
