# SPDX-License-Identifier: Apache-2.0
"""Which time limits of states cannot be counted, since nobody has given the calendar they need.

Sitting days and sessions are those of each parliament, and none ships. What hangs on them is left
open by the register; this says what is missing, for whom, and where it would have to lie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from foedus.register.bound import Bound
from foedus.register.procedures import Clock, Procedure, ProcedureFile

ACTS = {"deploy": "sending forces", "treaty": "a treaty"}


class Uncounted(NamedTuple):
    """A calendar that is not at hand, and what waits for it."""

    state: str
    act: str
    """Kind of act for which the state's law counts by it."""
    calendar: str
    lasts: tuple[str, ...]
    """The time limits, as the procedures write them."""

    @property
    def words(self) -> str:
        """What cannot be counted, in a sentence."""
        act = ACTS.get(self.act, self.act)
        return f"{self.state}, {act}: {', '.join(self.lasts)} by the calendar {self.calendar}"


def uncounted(
    bound: Bound, files: Mapping[str, ProcedureFile], calendars: Collection[str]
) -> tuple[Uncounted, ...]:
    """Return the calendars that laws of states with pledges name and that are not at hand."""
    states = sorted({cell.state for cell in bound.pledges})
    return tuple(
        found
        for state in states
        if state in files
        for procedure in files[state].procedures
        for found in _of_procedure(state, procedure, calendars)
    )


def _of_procedure(
    state: str, procedure: Procedure, calendars: Collection[str]
) -> Iterator[Uncounted]:
    lasts: dict[str, dict[str, None]] = {}
    for clock in _clocks(procedure):
        if clock.calendar and clock.calendar not in calendars:
            carried = f", carried to the next {clock.carried_to}"
            words = clock.lasts + ("" if clock.carried_to == "none" else carried)
            lasts.setdefault(clock.calendar, {})[words] = None
    for calendar, found in lasts.items():
        yield Uncounted(state, procedure.act, calendar, tuple(found))


def _clocks(procedure: Procedure) -> Iterator[Clock]:
    for route in procedure.routes:
        yield from (step.clock for step in route.steps if step.clock is not None)
        yield from (end.clock for end in route.ends)
