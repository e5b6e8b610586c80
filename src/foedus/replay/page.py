# SPDX-License-Identifier: Apache-2.0
"""The replay that a mission's run ends with, as its bulletin tells it.

`replaying` is handed to publication, which stands below and knows of no ladder. Where the mission
names no file of assumed decisions there is nothing to tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from string import ascii_uppercase

import pyarrow as pa

from foedus.base.dues import Limit
from foedus.base.moments import HOUR_US, MINUTE_US
from foedus.base.zones import Zone, local_time
from foedus.guarantee.record import STATES, Run, Rung
from foedus.mission import Mission
from foedus.obligations.record import FORCES, Obligation
from foedus.publication.replayed import Clock, Decided, Owed, Replayed
from foedus.replay.clock_lines import rungs_told
from foedus.replay.clocks import Due, assumed_due
from foedus.replay.ladders import play

BEFORE_US = 12 * HOUR_US
"""How long before the first breach the drawing begins."""


def replaying(
    mission: Mission, tables: Mapping[str, pa.Table], *, is_whole: bool
) -> Replayed | None:
    """Return what a bulletin tells of the replay that the mission names, or None.

    None too where the record is cut so early that no assumed decision could have been made. Raises
    `DrafterError` for faults of the file.
    """
    if not mission.guarantee.replay:
        return None
    file = mission.folder / mission.guarantee.replay
    played = play(file, tables, mission.zone, is_whole=is_whole)
    return told(assumed_due(mission, played)) if played.decisions else None


def told(found: Due) -> Replayed:
    """Return an answer about clocks as a page tells it."""
    zone = found.mission.zone
    first_us = min(one.occurred.from_us for one in found.decisions)
    return Replayed(
        marking=found.marking,
        assumed=found.assumed,
        at=_instant(found.at_us, zone),
        decided=tuple(
            Decided(found.titles[one.case], one.known_us, f"{one.severity} {one.verdict}")
            for one in found.decisions
        ),
        clocks=tuple(_clocks(found)),
        owed=tuple(_owed(found)),
        nobody_bound=not any(one.force == "law" for one in found.obligations),
        register=found.register.mission.title,
        register_on=found.register.on,
        provided=found.provided,
        from_us=first_us - BEFORE_US,
        to_us=found.at_us,
    )


def _clocks(found: Due) -> Iterator[Clock]:
    groups: defaultdict[str, list[Run]] = defaultdict(list)
    for run in found.runs:
        groups[run.case].append(run)
    for case in found.titles:
        for reading, rung in rungs_told(groups[case]):
            yield _clock(found, case, reading, rung)


def _clock(found: Due, case: str, reading: str, rung: Rung) -> Clock:
    title, letter = _reading(found, case, reading)
    closes = rung.due.closes if rung.due else None
    opens = rung.due.opens if rung.due else None
    return Clock(
        case=found.titles[case],
        article=rung.article,
        text=rung.text,
        reading=title,
        letter=letter,
        state=rung.state,
        meaning=STATES[rung.state],
        limit=_limit(opens, closes, found.mission.zone),
        undecided=rung.undecided,
        reasons=tuple(_named(reason, found.mission) for reason in rung.reasons),
        opens_us=_ends(opens),
        closes_us=_ends(closes),
    )


def _reading(found: Due, case: str, reading: str) -> tuple[str, str]:
    """Return title and letter of a reading; empty for all of them."""
    if not reading:
        return "", ""
    ids = {run.agreement for run in found.runs if run.case == case}
    readings = [
        one for agreement in found.ladders if agreement.id in ids for one in agreement.head.readings
    ]
    place = next(n for n, one in enumerate(readings) if one.id == reading)
    return readings[place].title, ascii_uppercase[place]


def _named(reason: str, mission: Mission) -> str:
    """Return a reason with the party's name in place of its id."""
    start, _, party = reason.rpartition(" ")
    known = {one.id: one.name("en") for one in mission.parties}
    return (
        f"{start} {known[party]}" if start.endswith("attributed to") and party in known else reason
    )


def _ends(limit: Limit | None) -> tuple[int, int] | None:
    if limit is None:
        return None
    return limit.earliest_us, limit.earliest_us if limit.latest_us is None else limit.latest_us


def _limit(opens: Limit | None, closes: Limit | None, zone: str) -> str:
    if closes is not None:
        return f"due {_span(closes, zone)}"
    return f"from {_span(opens, zone)}" if opens is not None else ""


def _span(limit: Limit, zone: str) -> str:
    first = _instant(limit.earliest_us, zone)
    if limit.latest_us is None:
        return f"{first} or later"
    if limit.latest_us - limit.earliest_us < MINUTE_US:
        return first
    return f"{first} to {_instant(limit.latest_us, zone)}"


def _instant(at_us: int, zone: str) -> str:
    return local_time(at_us, Zone(zone, zone)).strftime("%-d %b %Y %H:%M")


def _owed(found: Due) -> Iterator[Owed]:
    """Yield each guarantor once for each way in which its word stands."""
    groups: defaultdict[tuple[str, str], list[Obligation]] = defaultdict(list)
    for one in found.obligations:
        groups[(one.guarantor, one.force)].append(one)
    for (guarantor, force), group in sorted(groups.items()):
        yield Owed(
            guarantor=guarantor,
            components=", ".join(dict.fromkeys(one.component for one in group)),
            stands=FORCES[force],
            lacks=group[0].missing if force == "promise" else (),
        )
