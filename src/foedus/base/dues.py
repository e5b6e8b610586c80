# SPDX-License-Identifier: Apache-2.0
"""A deadline once it runs: when it opens and closes, whether it is over, what silence has done.

Limits are instants of which an interval may be all that is known; questions about them are
answered sure, possible or no. Stretches are half open as everywhere: what happens at the instant
of the limit is too late for it, so that "within 24 hours" and "not before 24 hours" part the time
between them. No function reads a clock: the instant asked about is an argument. How a limit comes
about is left to `deadlines`.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Final, Literal

import msgspec

from foedus.base.evidence import Answer
from foedus.base.moments import Moment, days_of
from foedus.base.readings import Uncomputable
from foedus.base.zones import Zone

Kind = Literal["latest-by", "earliest-from", "window"]
Silence = Literal["none", "deemed-consent", "deemed-refusal", "lapse", "renewal", "reverse-burden"]
EFFECTS: Final[dict[Silence, str]] = {
    "none": "nothing is laid down for silence",
    "deemed-consent": "who says nothing in time is taken to agree",
    "deemed-refusal": "who says nothing in time is taken to refuse",
    "lapse": "what was in force ends",
    "renewal": "what was in force goes on for another term",
    "reverse-burden": "what was announced takes effect unless a decision keeps it from doing so",
}


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """An instant that lies from `earliest_us` to `latest_us`, both included."""

    earliest_us: int
    latest_us: int | None
    """None: it may be later than any instant that we can name."""
    unknown: str = ""
    """Why the latest is not known."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """The stretch in which something may or must be done."""

    kind: Kind
    opens: Limit | None
    """None: it was always open."""
    closes: Limit | None
    """None: it never closes."""
    silence: Silence = "none"
    soft: bool = False
    """True: the text only aims at it, so that missing it is no default."""

    @property
    def limit(self) -> Limit:
        """The limit that the text names: the closing one, but for earliest-from."""
        found = self.closes or self.opens
        assert found is not None
        return found

    @property
    def earliest_us(self) -> int:
        """The earliest instant that the limit can be, UTC microseconds."""
        return self.limit.earliest_us

    @property
    def latest_us(self) -> int | None:
        """The latest instant that the limit can be; None: not known."""
        return self.limit.latest_us


class Status(Enum):
    """How a deadline stands at an instant."""

    NOT_YET_OPEN = "not yet open"
    POSSIBLY_OPEN = "possibly open"
    OPEN = "open"
    POSSIBLY_OVER = "possibly over"
    OVER = "over"


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What silence does, when, and whether it has."""

    what: Silence
    at: Limit
    taken: Answer


def reached(limit: Limit, at_us: int) -> Answer:
    """Return whether the instant `at_us` is the limit or comes after it."""
    if at_us < limit.earliest_us:
        return Answer.NO
    is_sure = limit.latest_us is not None and at_us >= limit.latest_us
    return Answer.SURE if is_sure else Answer.POSSIBLE


def begun(due: Due, at_us: int) -> Answer:
    """Return whether the stretch has opened."""
    return Answer.SURE if due.opens is None else reached(due.opens, at_us)


def over(due: Due, at_us: int) -> Answer:
    """Return whether the stretch has closed."""
    return Answer.NO if due.closes is None else reached(due.closes, at_us)


def status(due: Due, at_us: int) -> Status:
    """Return how it stands at an instant; a doubt about the end outweighs one about the start."""
    ended, opened = over(due, at_us), begun(due, at_us)
    if ended is not Answer.NO:
        return Status.OVER if ended is Answer.SURE else Status.POSSIBLY_OVER
    if opened is Answer.NO:
        return Status.NOT_YET_OPEN
    return Status.OPEN if opened is Answer.SURE else Status.POSSIBLY_OPEN


def in_time(due: Due, act: Moment) -> Answer:
    """Return whether what was done at `act` was in time; it may be done before a latest-by runs."""
    early = due.kind == "latest-by" or due.opens is None
    after_opening = Answer.SURE if early or due.opens is None else ~_before(act, due.opens)
    before_close = Answer.SURE if due.closes is None else _before(act, due.closes)
    return after_opening & before_close


def _before(act: Moment, limit: Limit) -> Answer:
    if act.to_us <= limit.earliest_us:
        return Answer.SURE
    if limit.latest_us is not None and act.from_us >= limit.latest_us:
        return Answer.NO
    return Answer.POSSIBLE


def effect_of_silence(due: Due, at_us: int, act: Moment | None = None) -> Effect | None:
    """Return what silence does and whether it has by `at_us`; None if nothing is laid down.

    `act` is what would have broken the silence, such as an objection or a notice; None: none came.
    """
    if due.silence == "none" or due.closes is None:
        return None
    broken = Answer.NO if act is None else in_time(due, act)
    return Effect(what=due.silence, at=due.closes, taken=over(due, at_us) & ~broken)


def sooner(one: Limit, other: Limit) -> Limit:
    """Return whichever limit comes first: "from the report, or when it was due, if earlier"."""
    known = [limit.latest_us for limit in (one, other) if limit.latest_us is not None]
    return Limit(
        earliest_us=min(one.earliest_us, other.earliest_us),
        latest_us=min(known) if known else None,
        unknown="" if known else one.unknown,
    )


def limit_of(moment: Moment) -> Limit:
    """Return a moment as a limit."""
    return Limit(earliest_us=moment.from_us, latest_us=moment.to_us - 1)


def moment_of(limit: Limit, written: str) -> Moment | Uncomputable:
    """Return a limit as a moment in UTC, from which the next deadline may run.

    `written` says what it is, such as "end of the five-year term".
    """
    if limit.latest_us is None:
        return Uncomputable(written=written, needs=limit.unknown)
    return Moment(
        written=written,
        zone="UTC",
        from_us=limit.earliest_us,
        to_us=limit.latest_us + 1,
        precision="instant" if limit.earliest_us == limit.latest_us else "span",
    )


def last_days(due: Due, zone: Zone) -> tuple[date, date] | None:
    """Return the first and last day that may be the last on which it is open; None: not known."""
    if due.closes is None or due.closes.latest_us is None:
        return None
    earliest_us, latest_us = due.closes.earliest_us, due.closes.latest_us
    moment = Moment(
        written="", zone="UTC", from_us=earliest_us - 1, to_us=latest_us, precision="span"
    )
    return days_of(moment, zone)
