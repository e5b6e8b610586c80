# SPDX-License-Identifier: Apache-2.0
"""The clocks of one route at one instant: from what each runs, and when it is due.

An anchor is something that happened, a step that was taken, the end of another term, or consent
itself: the last of the steps that must come before. Where a clock runs from a report "or when it
was due, if that is earlier", the sooner of both counts. Counting is left to `base.deadlines`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from foedus.base.calendars import Calendar
from foedus.base.deadlines import due
from foedus.base.dues import Due, Limit, limit_of, moment_of, sooner
from foedus.base.moments import Moment
from foedus.base.periods import NotComputable
from foedus.base.readings import Uncomputable
from foedus.register.procedure_files import CONSENT, deadline_of
from foedus.register.procedures import Clock, EndRule, Route, StepRule
from foedus.register.situations import Situation

START = "start-of-intervention"


class Clocks(NamedTuple):
    """What is needed to tell when something of a route is due."""

    route: Route
    zone: str
    situation: Situation
    at_us: int
    calendars: Mapping[str, Calendar]

    @property
    def has_started(self) -> bool:
        """Whether forces were committed, or the act has taken effect."""
        return any(self.last(word) is not None for word in (START, "entry-into-force"))

    def last(self, what: str) -> Moment | None:
        """Return when something was last done; None: it was not."""
        return self.situation.moment_of(what, self.at_us)

    def due_of(self, rule: StepRule) -> Due | NotComputable | None:
        """Return when a step is due; None: it has no time limit, or that has not begun."""
        return self._due(rule.clock, ()) if rule.clock is not None else None

    def due_of_end(self, rule: EndRule, before: Sequence[StepRule]) -> Due | NotComputable | None:
        """Return when a consent ends; `before` are the steps that gave it."""
        return self._due(rule.clock, before)

    def due_if_begun(self, rule: StepRule) -> Due | NotComputable | None:
        """Return when a step would be due, if what it waits for happened at the instant asked."""
        if rule.clock is None:
            return None
        now = Moment(
            written="now", zone="UTC", from_us=self.at_us, to_us=self.at_us + 1, precision="instant"
        )
        return due(deadline_of(rule.clock, self.zone), now, self.calendars)

    def _due(self, clock: Clock, before: Sequence[StepRule]) -> Due | NotComputable | None:
        anchor = self._anchor(clock, before)
        if anchor is None:
            return None
        return due(deadline_of(clock, self.zone), anchor, self.calendars)

    def _anchor(self, clock: Clock, before: Sequence[StepRule]) -> Moment | Uncomputable | None:
        if clock.after == CONSENT:
            done = [self.last(rule.id) for rule in before]
            known = [moment for moment in done if moment is not None]
            return max(known, key=lambda item: item.from_us) if len(known) == len(done) else None
        happened = self.last(clock.after)
        if clock.or_due:
            return self._sooner(happened, clock)
        if happened is not None:
            return happened
        chained = [rule for rule in self.route.ends if rule.id == clock.after]
        if chained:
            limit = self.due_of_end(chained[0], before)
            return _moment(limit, clock.after)
        return None

    def _sooner(self, happened: Moment | None, clock: Clock) -> Moment | Uncomputable | None:
        """Return the earlier of an event and the time at which a step was due."""
        (rule,) = (rule for rule in self.route.steps if rule.id == clock.or_due)
        was_due = self.due_of(rule)
        if not isinstance(was_due, Due):
            return happened
        if happened is None:
            return _moment(was_due, clock.or_due)
        limit: Limit = sooner(limit_of(happened), was_due.limit)
        return moment_of(limit, clock.or_due)


def _moment(found: Due | NotComputable | None, written: str) -> Moment | Uncomputable | None:
    if isinstance(found, NotComputable):
        return Uncomputable(written=written, needs=found.reason)
    return moment_of(found.limit, written) if found is not None else None
