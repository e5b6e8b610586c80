# SPDX-License-Identifier: Apache-2.0
"""On which days an office works, a parliament sits, a session is open: what one calendar says.

A `Calendar` speaks of the days from `valid_from` to `valid_to` only: of any other day, and of a
kind of day that it does not state, it says nothing, and the answer is None, never a guess. A
sitting day is one on which every house named sits (Constitutional Reform and Governance Act 2010,
section 20(9)). Reading calendar files is left to `calendar_files`, counting periods to `periods`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

DayKind = Literal["working-days", "sitting-days"]
ONE_DAY: Final = timedelta(days=1)


class Run(msgspec.Struct, frozen=True, order=True):
    """The days from the first to the last, both of them counted."""

    first: date
    last: date


class House(msgspec.Struct, frozen=True):
    """A chamber and the days on which it sits."""

    name: str
    sits: tuple[Run, ...]


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the days of one place or body, and from where."""

    id: str
    title: str
    source: str
    evidence: str
    """S, P, K or ?; made: true by definition, or invented for a test."""
    valid_from: date
    valid_to: date
    """The last day of which it speaks."""
    weekend: tuple[int, ...] | None = None
    """Days of the week that are free, Monday being 1; None: working days are not stated."""
    holidays: tuple[Run, ...] = ()
    houses: tuple[House, ...] = ()
    """None: sitting days are not stated."""
    sessions: tuple[Run, ...] = ()
    """In order; none: sessions are not stated."""
    note: str = ""
    """What whoever counts by it should beware of."""

    def covers(self, day: date) -> bool:
        """Return whether the calendar speaks of `day`."""
        return self.valid_from <= day <= self.valid_to

    def counts(self, day: date, kind: DayKind) -> bool | None:
        """Return whether `day` is of that kind; None where the calendar does not say."""
        if not self.covers(day):
            return None
        if kind == "working-days":
            if self.weekend is None:
                return None
            return day.isoweekday() not in self.weekend and not _holds(self.holidays, day)
        if not self.houses:
            return None
        return all(_holds(house.sits, day) for house in self.houses)

    def counted(self, day: date, kind: DayKind, number: int, step: int = 1) -> date | None:
        """Return the day that is the `number`-th of that kind after `day`, which does not count.

        With `step` -1 before it. None where the calendar ends before; `number` is 1 or more.
        """
        while number:
            day += ONE_DAY * step
            is_one = self.counts(day, kind)
            if is_one is None:
                return None
            number -= is_one
        return day

    def first_from(self, day: date, kind: DayKind) -> date | None:
        """Return `day` if it is of that kind, else the next that is; None: it does not say."""
        return self.counted(day - ONE_DAY, kind, 1)

    def number_between(self, after: date, upto: date, kind: DayKind) -> int | None:
        """Return how many days of that kind lie after `after` and not after `upto`."""
        days = [after + ONE_DAY * ahead for ahead in range(1, (upto - after).days + 1)]
        answers = [self.counts(day, kind) for day in days]
        return None if None in answers else sum(bool(answer) for answer in answers)

    def in_session(self, day: date) -> bool | None:
        """Return whether a session is open on `day`; None where the calendar does not say."""
        return _holds(self.sessions, day) if self.sessions and self.covers(day) else None

    def opening_after(self, day: date) -> date | None:
        """Return the first day of the first session that opens after `day`; None: not stated."""
        openings = [run.first for run in self.sessions if run.first > day]
        return min(openings) if openings and self.covers(day + ONE_DAY) else None


def _holds(runs: Iterable[Run], day: date) -> bool:
    return any(run.first <= day <= run.last for run in runs)
