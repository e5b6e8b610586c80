# SPDX-License-Identifier: Apache-2.0
"""Clocks told to people, line by line, and to machines as one object.

Every time is told on the mission's clock with UTC beside it, and how far off it is at the instant
asked about. Rungs that are alike under all readings are told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from foedus.base.dues import Limit
from foedus.base.moments import MINUTE_US
from foedus.base.zones import Zone, local_time, zone_named
from foedus.errors import Fault, OperatorError
from foedus.guarantee.record import REACHED, Run, Rung
from foedus.obligations.record import FORCES, Obligation
from foedus.replay.clocks import Due
from foedus.trust.times import utc

NOTHING: Final = "no decision of a commission is on record, so that no clock runs"


def lines_of(found: Due) -> Iterator[str]:
    """Yield an answer as lines for people; the marking stands before everything."""
    mark = f"{found.marking}: " if found.marking else ""
    yield f"{mark}{found.mission.title}"
    yield f"at {_instant(found.at_us, found)}"
    if found.assumed:
        yield f"ASSUMED: {found.assumed}"
    if not found.decisions:
        yield NOTHING
        yield f"ladders that would answer: {', '.join(found.mission.guarantee.ladders) or 'none'}"
    for case in dict.fromkeys(run.case for run in found.runs):
        yield ""
        yield from _case(case, found, mark)
    for title, monitor, consequence in found.provided:
        yield ""
        yield f"what the text itself provided: {title}"
        yield f"  watched by: {monitor}"
        yield f"  upon a breach: {consequence}"
    yield from _owed(found, mark)


def _case(case: str, found: Due, mark: str) -> Iterator[str]:
    yield f"{mark}{found.titles.get(case, case)}"
    for one in found.decisions:
        if one.case == case:
            party = one.party or "nobody: it cannot be attributed"
            when = _instant(one.known_us, found)
            yield f"  decided {when}: {one.severity} {one.verdict} by {party}"
    own = [run for run in found.runs if run.case == case]
    for ladder in dict.fromkeys((run.agreement, run.ladder) for run in own):
        group = [run for run in own if (run.agreement, run.ladder) == ladder]
        yield f"  ladder {ladder[1]} of {ladder[0]}"
        for told, rung in rungs_told(group):
            yield from _rung(rung, told, found)


def rungs_told(group: Sequence[Run]) -> list[tuple[str, Rung]]:
    """Return the rungs of runs that differ in their reading alone, each with who reads it so."""
    readings: defaultdict[str, list[str]] = defaultdict(list)
    rungs: dict[str, Rung] = {}
    for run in group:
        for rung in run.rungs:
            key = repr(rung)
            readings[key].append(run.reading)
            rungs[key] = rung
    every = len(group)
    told = [
        ("" if len(readings[key]) == every else ", ".join(readings[key]), rung)
        for key, rung in rungs.items()
    ]
    return sorted(told, key=lambda one: one[1].step)


def _rung(rung: Rung, reading: str, found: Due) -> Iterator[str]:
    under = f", reading {reading}" if reading else ""
    doubt = "" if rung.is_verified else ", text not verified"
    yield f"    {rung.article} ({rung.rung}{under}{doubt}): {rung.state}"
    if rung.due is not None:
        if rung.due.opens is not None and rung.due.kind != "latest-by":
            yield f"      may begin {limit_told(rung.due.opens, found)}"
        if rung.due.closes is not None:
            yield f"      due {limit_told(rung.due.closes, found)}"
        yield f"      counted from {rung.anchor}"
    if rung.undecided:
        yield f"      not decided: {rung.undecided}"
    for reason in rung.reasons:
        yield f"      {reason}"


def limit_told(limit: Limit, found: Due) -> str:
    """Return when a limit falls, and how far off it is."""
    first = _instant(limit.earliest_us, found)
    if limit.latest_us is None:
        return f"{first} or later: {limit.unknown}"
    far = _far(limit.latest_us - found.at_us)
    if limit.latest_us - limit.earliest_us < MINUTE_US:
        return f"{first} ({far})"
    return f"between {first} and {_instant(limit.latest_us, found)} ({far})"


def _far(off_us: int) -> str:
    minutes = abs(off_us) // MINUTE_US
    hours, rest = minutes // 60, minutes % 60
    span = f"{hours // 24} d {hours % 24} h" if hours >= 48 else f"{hours} h {rest} min"
    return f"{span} left" if off_us > 0 else f"{span} ago"


def _owed(found: Due, mark: str) -> Iterator[str]:
    """Yield what each guarantor owes or has promised, once for all readings that say the same."""
    told: dict[tuple[str, str, str], dict[str, Obligation]] = defaultdict(dict)
    for one in found.obligations:
        key = (found.titles.get(one.ground.case, one.ground.case), one.state, one.force)
        told[key].setdefault(f"{one.guarantor}/{one.component}", one)
    if not told:
        return
    yield ""
    yield f"{mark}what each guarantor owes, by its own law as on record on {found.register.on}"
    for (title, state, force), cells in told.items():
        yield f"  {title}: {state}, {FORCES[force]}"
        yield f"    {', '.join(cells)}"
    promised = {one.guarantor: one for one in found.obligations if one.force == "promise"}
    for state, one in sorted(promised.items()):
        yield f"  {state} lacks: {'; '.join((*one.missing, *one.subject_to)) or 'nothing told'}"


def _instant(at_us: int, found: Due) -> str:
    zone = Zone(found.mission.zone, found.mission.zone)
    local = local_time(at_us, zone).strftime("%d %b %Y %H:%M")
    return f"{local} {found.mission.zone} ({utc(at_us - at_us % MINUTE_US)[:16]}Z)"


def in_zone(found: Due, written: str) -> Due:
    """Return the same answer, to be told on the clock of another zone; nothing is counted anew.

    Raises `OperatorError` where that is no zone.
    """
    zone = zone_named(written)
    if isinstance(zone, Fault):
        raise OperatorError(msgspec.structs.replace(zone, column="--zone"))
    return found._replace(mission=msgspec.structs.replace(found.mission, zone=zone.name))


def as_told(found: Due) -> dict[str, Any]:
    """Return an answer as one object for machines; instants in UTC microseconds."""
    return {
        "marking": found.marking,
        "mission": found.mission.id,
        "at_us": found.at_us,
        "assumed": found.assumed,
        "provided": found.provided,
        "decisions": msgspec.to_builtins(found.decisions),
        "runs": msgspec.to_builtins(found.runs),
        "obligations": msgspec.to_builtins(found.obligations),
        "register": {"mission": found.register.mission.id, "on": found.register.on},
        "running": sum(
            1 for run in found.runs for rung in run.rungs if rung.state in REACHED and rung.due
        ),
    }
