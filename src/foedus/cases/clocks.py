# SPDX-License-Identifier: Apache-2.0
"""The clocks of a case: replies, votes and remedies that somebody still has time for, or had.

A clock says whose turn it is, from which moment it counts, by which words, and when it closes. It
is open until what it asks for was done; that its time is over changes nothing by itself. The clocks
of ladders are left to `guarantee`; they are told in the same form (`Clock`).

Pure: nothing here asks what time it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foedus.base.deadlines import due
from foedus.base.dues import Due, Limit
from foedus.base.durations import read_duration
from foedus.base.moments import Moment
from foedus.base.periods import Duration, NotComputable
from foedus.base.time_limits import Deadline
from foedus.cases.record import Case, Commission, Decision, Ordered, Record
from foedus.trust.times import held

REPLY: Final = "reply"
VOTE: Final = "vote"
REMEDY: Final = "remedy"
RUNG: Final = "response"
WHATS: Final = {
    REPLY: "a party that was notified may reply",
    VOTE: "members may vote",
    REMEDY: "a remedy is to be carried out",
    RUNG: "a step of a ladder is to be answered, or may be",
}
"""What a clock counts -> what that means."""


class Clock(Record, frozen=True, kw_only=True):
    """One stretch of time in which somebody may or must do something about a case."""

    clock: str
    """Stable id: it stays when the moment is corrected."""
    case: str
    what: str
    """A word of `WHATS`."""
    who: str
    """Whose turn it is, in words."""
    text: str
    anchor: str
    """What it counts from, in words."""
    anchored: Moment | None
    term: str
    """The time that was set, as it was written."""
    due: Due | None
    """None: nobody can tell when; then `not_computable` says why."""
    not_computable: str = ""

    @property
    def limit_us(self) -> int | None:
        """When the limit that its text names is reached at the latest, UTC microseconds."""
        return self.due.latest_us if self.due is not None else None


def clocks_of(
    case: Case, commission: Commission | None = None, zone: str = "UTC"
) -> tuple[Clock, ...]:
    """Return the clocks of a case that are open: what they ask for has not been done.

    `zone` is that on whose clock days are counted.
    """
    if case.state in ("new", "closed"):
        return ()
    return (*_replies(case), *_votes(case, commission), *_remedies(case, zone))


def _replies(case: Case) -> Iterator[Clock]:
    replied = {reply.party for reply in case.replies}
    for number, notice in enumerate(case.notices):
        if notice.party not in replied and case.state in ("notified", "voting"):
            yield Clock(
                clock=f"{case.id}/{REPLY}/{notice.party}/{number + 1}",
                case=case.id,
                what=REPLY,
                who=notice.party,
                text=f"reply of {notice.party}",
                anchor="notification",
                anchored=None,
                term=f"until {notice.until}",
                due=_until(_read(notice.until)),
            )


def _votes(case: Case, commission: Commission | None) -> Iterator[Clock]:
    if case.state != "voting" or case.vote_until is None:
        return
    members = commission.members if commission else ()
    done = {vote.member for vote in case.votes} | {one.member for one in case.aside}
    missing = [member for member in members if member not in done]
    if missing or not members:
        yield Clock(
            clock=f"{case.id}/{VOTE}/{len(case.decisions) + len(case.overruled) + 1}",
            case=case.id,
            what=VOTE,
            who=", ".join(missing) or "members",
            text=f"vote of {', '.join(missing) or 'the members'}",
            anchor="call of the vote",
            anchored=None,
            term=f"until {case.vote_until.written}",
            due=_until(case.vote_until),
        )


def _remedies(case: Case, zone: str) -> Iterator[Clock]:
    decisions = {one.decision: one for one in case.decisions}
    for ordered in case.remedies:
        decision = decisions.get(ordered.decision)
        if decision is not None and not ordered.fulfilled_by:
            yield remedy_clock(case.id, ordered, decision, zone)


def remedy_clock(case: str, ordered: Ordered, decision: Decision, zone: str) -> Clock:
    """Return the clock of a remedy, counted from the determination, on the clock of a zone."""
    remedy = ordered.remedy
    found, why = _counted(remedy.within, decision.determined, zone)
    return Clock(
        clock=f"{case}/{REMEDY}/{remedy.id}",
        case=case,
        what=REMEDY,
        who=remedy.bearer,
        text=remedy.what,
        anchor="determination",
        anchored=decision.determined,
        term=f"within {remedy.within}",
        due=found,
        not_computable=why,
    )


def _counted(within: str, determined: Moment, zone: str) -> tuple[Due | None, str]:
    duration = read_duration(within)
    if not isinstance(duration, Duration):
        return None, f"{within}: {duration.expected} was expected"
    deadline = Deadline(anchor="determination", duration=duration, kind="latest-by", zone=zone)
    found = due(deadline, determined)
    if isinstance(found, NotComputable):
        return None, f"{found.written}: {found.reason}"
    return found, ""


def _until(moment: Moment) -> Due:
    """What an act sets a last instant for ends as that day or instant does."""
    is_instant = moment.precision in ("instant", "minute", "hour")
    end_us = moment.from_us if is_instant else moment.to_us
    return Due(kind="latest-by", opens=None, closes=Limit(earliest_us=end_us, latest_us=end_us))


def _read(written: str) -> Moment:
    """Return a moment that a payload states; whether it can be read was checked with the act."""
    found = held(written, "UTC")
    assert isinstance(found, Moment)
    return found
