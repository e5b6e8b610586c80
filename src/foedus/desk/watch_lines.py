# SPDX-License-Identifier: Apache-2.0
"""What a look at a mission has found, told to people line by line; nothing is told twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foedus.desk import words
from foedus.desk.watched import Look
from foedus.replay.correction_lines import consequence_lines
from foedus.trust.folding import Entry

SHORT: Final = 16
SHOWN: Final = 40


def lines_of(found: Look) -> Iterator[str]:
    """Yield what has changed since the last look; the marking stands before everything."""
    zone = found.mission.zone
    mark = f"{found.after.marking}: " if found.after and found.after.marking else ""
    yield f"{mark}{found.mission.title}, {words.instant(found.at_us, zone)}"
    if found.has_run:
        yield "its files had changed: it was run anew"
    if found.since_us is None:
        yield "looked at for the first time; what changes from now on will be told"
        return
    since = words.instant(found.since_us, zone)
    if found.is_still:
        yield f"nothing has changed since {since}"
        return
    yield f"since {since}:"
    yield f"acts that entered: {len(found.acts) or 'none'}"
    yield from (f"  {_act(one, zone)}" for one in found.acts[:SHOWN])
    if len(found.acts) > SHOWN:
        yield f"  and {len(found.acts) - SHOWN} more"
    yield from consequence_lines(found)


def _act(entry: Entry, zone: str) -> str:
    known = words.instant(entry.known_us, zone)
    return f"{entry.kind} on {entry.subject}, {entry.act[:SHORT]}, known {known}"
