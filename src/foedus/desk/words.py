# SPDX-License-Identifier: Apache-2.0
"""Words that lines, papers and calendars share: instants on two clocks, limits, votes, verdicts."""

from __future__ import annotations

from typing import Final

from foedus.base.dues import Due, Limit
from foedus.base.moments import MINUTE_US, Moment, shown
from foedus.base.zones import Zone, local_time
from foedus.cases.clocks import Clock
from foedus.cases.record import Decision
from foedus.trust.times import held, utc

NOBODY: Final = "nobody: it cannot be attributed"
VERDICTS: Final = {
    "breach": "a breach was determined",
    "no-breach": "it was determined that there was no breach",
    "cannot-be-determined": "whether there was a breach cannot be determined",
}
SEVERITIES: Final = {
    "single": "a single breach",
    "persistent": "a breach that persists",
    "extended": "a breach that has become an extended attack",
    "not-stated": "how grave it is, is not stated",
}


def instant(at_us: int, zone: str) -> str:
    """Return an instant on a mission's clock, with UTC beside it."""
    local = local_time(at_us, Zone(zone, zone)).strftime("%Y-%m-%d %H:%M")
    return f"{local} {zone} ({utc(at_us - at_us % MINUTE_US)[:16]}Z)"


def moment(found: Moment, zone: str) -> str:
    """Return a moment on a mission's clock, no finer than it is known."""
    if found.to_us - found.from_us <= MINUTE_US:
        return instant(found.from_us, zone)
    return shown(found, Zone(zone, zone))


def span(from_us: int, to_us: int, zone: str) -> str:
    """Return a stretch of instants on a mission's clock."""
    stretch_ = Moment(written="", zone=zone, from_us=from_us, to_us=to_us, precision="span")
    return shown(stretch_, Zone(zone, zone))


def written(told: str, zone: str) -> str:
    """Return a moment that a payload states, on a mission's clock."""
    found = held(told, "UTC")
    return moment(found, zone) if isinstance(found, Moment) else told


def limit(found: Limit, zone: str) -> str:
    """Return when a limit falls; both ends where only an interval is known."""
    first = instant(found.earliest_us, zone)
    if found.latest_us is None:
        return f"{first} or later: {found.unknown}"
    if found.latest_us - found.earliest_us < MINUTE_US:
        return first
    return f"{first} – {instant(found.latest_us, zone)}"


def stretch(due: Due, zone: str, not_before: str = "not before", by: str = "due") -> str:
    """Return when something may begin and must be done by; the words are those of a language."""
    parts = []
    if due.opens is not None and due.kind != "latest-by":
        parts.append(f"{not_before} {limit(due.opens, zone)}")
    if due.closes is not None:
        parts.append(f"{by} {limit(due.closes, zone)}".strip())
    return ", ".join(parts) or "no time is set"


def far(off_us: int) -> str:
    """Return how far off an instant is, as hours and minutes left or ago."""
    minutes = abs(off_us) // MINUTE_US
    hours, rest = minutes // 60, minutes % 60
    span = f"{hours // 24} d {hours % 24} h" if hours >= 48 else f"{hours} h {rest} min"
    return f"{span} left" if off_us > 0 else f"{span} ago"


def clock(found: Clock, at_us: int, zone: str) -> str:
    """Return how a clock stands: whose turn, until when, how far off, counted from what."""
    if found.due is None:
        return f"{found.text}: {found.not_computable}"
    off = "" if found.limit_us is None else f" ({far(found.limit_us - at_us)})"
    counted = f"; {found.term}, counted from {found.anchor}" if found.anchor else ""
    return f"{found.text}: {stretch(found.due, zone)}{off}{counted}"


def attributed(decision: Decision) -> str:
    """Return to whom a decision attributes a breach."""
    return decision.party or NOBODY
