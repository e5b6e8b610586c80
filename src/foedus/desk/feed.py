# SPDX-License-Identifier: Apache-2.0
"""A calendar of clocks (iCalendar, RFC 5545): what runs, is next, or is over and not answered.

One event for each open clock of a case and of a ladder, and for each duty that a guarantor owes in
law. Its UID follows from what the clock is and not from when it falls, so that a correction moves
an event and makes no second one. An event lies where its limit lies, from the earliest to the
latest instant that this can be; what it counts from, and by which words, stands in its description.
The same answer gives the same bytes; nothing here asks what time it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from icalendar import Calendar, Event

from foedus.base.dues import Due, Limit, Status, status
from foedus.base.encoding import digest
from foedus.base.moments import MINUTE_US
from foedus.cases.clocks import Clock
from foedus.desk import words
from foedus.desk.docket import Docket, case
from foedus.mission import Mission
from foedus.obligations.record import FORCES, STATES, Obligation

PRODID: Final = "-//foedus//clocks 1//EN"
OWED: Final = ("due", "waiting", "overdue")
"""States of an obligation whose time runs, or will."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """One event before it is written."""

    key: str
    """What the clock is: its id, or that of an obligation."""
    due: Due
    summary: str
    lines: tuple[str, ...]


def feed(mission: str | Path | Mission, **asked: Any) -> bytes:
    """Return the calendar of a mission's clocks; arguments and errors as of `docket.case`."""
    return calendar_of(case(mission, **asked))


def calendar_of(found: Docket) -> bytes:
    """Return the calendar of a docket."""
    mark = f"{found.marking}: " if found.marking else ""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{mark}{found.due.mission.title}")
    for entry in (*_clocks(found), *_owed(found)):
        calendar.add_component(_event(entry, found, mark))
    written: bytes = calendar.to_ical()
    return written


def uid(mission: str, key: str) -> str:
    """Return the UID of an event: it stays while the clock is the same one."""
    return f"{digest([mission, key])[:32]}@{mission}.foedus"


def _clocks(found: Docket) -> Iterator[Entry]:
    for one in found.cases:
        for clock in one.clocks:
            if clock.due is not None:
                yield Entry(clock.clock, clock.due, _summary(clock), _described(clock, found))


def _summary(clock: Clock) -> str:
    return f"{clock.what}: {clock.text}"


def _described(clock: Clock, found: Docket) -> tuple[str, ...]:
    zone = found.due.mission.zone
    counted = words.moment(clock.anchored, zone) if clock.anchored else ""
    return (
        f"Case: {clock.case}",
        f"Whose turn: {clock.who}",
        f"Anchor: {' '.join(filter(None, (clock.anchor, counted)))}",
        f"Term: {clock.term}",
    )


def _owed(found: Docket) -> Iterator[Entry]:
    rungs = {(run.run, rung.rung): rung for run in found.due.runs for rung in run.rungs}
    for one in found.due.obligations:
        if one.force != "law" or one.state not in OWED or one.due is None:
            continue
        rung = rungs[one.ground.run, one.ground.rung]
        anchored = words.moment(rung.anchored, found.due.mission.zone) if rung.anchored else ""
        yield Entry(one.obligation, one.due, _owed_summary(one), (
            f"Case: {one.ground.case}",
            f"State: {STATES[one.state]}",
            f"Force: {FORCES[one.force]}",
            f"Ground: {one.ground.agreement}, {one.ground.article}, reading {one.ground.reading}",
            f"Amount: {one.amount or 'not stated'}",
            *(f"Subject to: {condition}" for condition in one.subject_to),
            f"Anchor: {' '.join(filter(None, (rung.anchor, anchored)))}",
            f"Term: {one.due.kind}",
            f"Why: foedus why {one.obligation}",
        ))  # fmt: skip


def _owed_summary(one: Obligation) -> str:
    return f"{one.guarantor} owes {one.component} ({one.ground.rung}, {one.ground.reading})"


def _event(entry: Entry, found: Docket, mark: str) -> Event:
    limit, zone = entry.due.limit, found.due.mission.zone
    stands = status(entry.due, found.due.at_us)
    lines = [f"{mark}{words.stretch(entry.due, zone)}", f"Status: {stands.value}", *entry.lines]
    if found.due.assumed:
        lines.append(f"ASSUMED: {found.due.assumed}")
    event = Event()
    event.add("uid", uid(found.due.mission.id, entry.key))
    event.add("dtstamp", _instant(found.due.at_us))
    event.add("dtstart", _instant(limit.earliest_us))
    if limit.latest_us is not None and limit.latest_us > limit.earliest_us:
        event.add("dtend", _instant(limit.latest_us + 1))
    event.add("summary", f"{mark}{'OVER: ' if stands is Status.OVER else ''}{entry.summary}")
    event.add("description", "\n".join(lines))
    event.add("status", "TENTATIVE" if _is_doubtful(limit) else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("categories", [found.marking or "clock"])
    return event


def _is_doubtful(limit: Limit) -> bool:
    return limit.latest_us is None or limit.latest_us - limit.earliest_us >= MINUTE_US


def _instant(at_us: int) -> datetime:
    """RFC 5545 knows no fraction of a second: the second that holds the instant."""
    return _EPOCH + timedelta(seconds=at_us // 1_000_000)
