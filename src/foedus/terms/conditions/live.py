# SPDX-License-Identifier: Apache-2.0
"""A condition watched while its record grows: each step tells what changed in its verdicts.

A step takes facts that came, late or in any order, that were corrected or withdrawn; afterwards the
verdicts are those that `batch` gives on what is then known. Where a plan has a trigger, only the
anchors that a change can touch are judged anew; any other condition is asked of the whole anew.
"""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

from foedus.errors import Fault, OperatorError
from foedus.terms.conditions.arrivals import arrivals
from foedus.terms.conditions.batch import values_named
from foedus.terms.conditions.near import Near
from foedus.terms.conditions.plan import planned
from foedus.terms.conditions.reach import looked_at
from foedus.terms.conditions.record import Asked, Domains
from foedus.terms.conditions.store import NEVER_US, Store
from foedus.terms.conditions.syntax import Condition
from foedus.terms.conditions.whole import Whole


class Monitor:
    """Watches one condition, which has passed `checking`, from an instant on."""

    def __init__(
        self,
        condition: Condition,
        since_us: int,
        *,
        ties: Literal["simultaneous", "ordered"] = "simultaneous",
        domains: Domains | None = None,
        lateness_us: int | None = None,
    ) -> None:
        """Watch from an instant on; `lateness_us` bounds memory where the condition has a trigger.

        Kept are then the facts of that time before `on` and of the reach of the windows and the
        longest fact before it, at most as many again, facts of kinds that a window without an end
        counts, and each value once. Verdicts that no fact in time can change are forgotten with
        their facts; a fact that comes later is refused.
        """
        self._lateness_us = lateness_us
        self._asked = Asked(since_us, since_us, since_us, ties)
        self._was: Asked | None = None
        self._rows = 0
        plan = planned(condition)
        named = values_named(condition, domains or {})
        self._judge: Near | Whole
        if plan is not None and plan.trigger is not None:
            self._store = Store(named, looked_at(plan))
            self._judge = Near(condition, plan, self._store)
        else:
            self._store = Store(named)
            self._judge = Whole(condition, domains or {}, self._store)

    def step(self, rows: pa.Table, on_us: int, known_us: int) -> pa.Table:
        """Take rows of a history, ask of the time up to `on`, and return what changed.

        The table has the columns of `monitored`, `trigger` (id of the fact whose verdict it is;
        null where the whole was asked anew), `settled` (nothing still to occur can change it) and
        `change`: told, taken back or settled. Raises `SourceError` where facts are at odds and
        `OperatorError` where time runs backward, and then nothing has changed.
        """
        asked = self._asked._replace(on_us=on_us, known_us=known_us)
        self._check(asked)
        found = arrivals(self._store, rows, asked, self._rows, self._oldest_us())
        change = self._store.change(found.gone, found.come)
        self._rows += rows.num_rows
        told = self._judge.step(change, self._was, asked)
        self._was = self._asked = asked
        if self._lateness_us is not None and isinstance(self._judge, Near):
            self._judge.forget(self._oldest_us())
        return told

    def _oldest_us(self) -> int:
        """Return the first instant of which facts may still come."""
        is_bounded = self._lateness_us is not None and self._was is not None
        return self._asked.on_us - (self._lateness_us or 0) if is_bounded else -NEVER_US

    def verdicts(self) -> pa.Table:
        """Return how the condition stands, as `monitored` would give it."""
        return self._judge.verdicts(self._asked)

    def _check(self, asked: Asked) -> None:
        if asked.on_us < self._asked.on_us or (self._was and asked.known_us < self._was.known_us):
            got = f"on {asked.on_us}, known {asked.known_us}"
            last = f"on {self._asked.on_us} and known {self._asked.known_us} or later"
            raise OperatorError(Fault(expected=last, got=got))
