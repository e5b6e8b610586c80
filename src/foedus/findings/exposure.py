# SPDX-License-Identifier: Apache-2.0
"""Where and when somebody was able to look: observed hours, and what a silence is worth.

Of each reporting day and region: (1) the watches that monitors noted, less the times at which the
same observer was kept out, jammed or did not look; (2) the hours in which anybody watched, and the
hours of all observers together; from a least to a greatest number, since a watch that is noted by
its day alone may have been a minute or all day; (3) what was counted there, per observed hour, with
an exact interval. Where no watch is noted, exposure is not known, which is not zero. That something
did not happen is never said: only that nobody who watched saw it.

Everything here is internal, for it tells where monitors stood and when; what the public may know is
said by `publication.policy` alone. How two days differ is left to `access`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import pyarrow as pa

from foedus.findings.counting import (
    CLOCKED,
    Counted,
    Figure,
    Item,
    day_bounds,
    reporting_day,
    total,
)
from foedus.findings.counting_rules import Day
from foedus.findings.rates import Rate, rate

HOUR_US: Final = 3_600_000_000
WATCHED: Final = "watched"
HINDERED: Final = ("access-denied", "jammed", "not-looked")
STATES: Final = {
    "seen": "something was recorded",
    "not-seen": "somebody watched, and recorded nothing",
    "hardly-watched": "nothing was recorded; it is not sure that anybody watched",
    "not-watched": "nothing was recorded, and nobody watched: it says nothing",
    "not-known": "nothing was recorded, and no watch is noted: it says nothing",
}
"""What a day of a region is -> in words. Nowhere does it say that nothing happened."""
Span = tuple[int, int]


class Watch(NamedTuple):
    """One note of an observer: that it watched, or what kept it from watching."""

    observer: str
    region: str
    record: str
    """Word of the observation form: watched, access-denied, jammed or not-looked."""
    from_us: int
    to_us: int
    is_timed: bool
    """Whether both ends are known to the hour; else it lies somewhere within."""


class Hours(NamedTuple):
    """A stretch of time from a least to a greatest number of hours."""

    low: float
    high: float


class Cell(NamedTuple):
    """One reporting day of one region."""

    day: date
    region: str
    covered: Hours | None
    """Hours in which anybody watched; None: no watch is noted in this region, ever."""
    observer_hours: Hours | None
    """Hours of all observers together."""
    hindered: tuple[str, ...]
    """What kept observers from watching, as the form has it."""
    figure: Figure
    """What was counted, by the rule asked for."""
    rate: Rate | None
    """Per covered hour; None where nobody surely watched."""
    state: str
    """Key of `STATES`."""


def watches_of(reports: pa.Table) -> list[Watch]:
    """Return the notes on watching in a run's reports; the observer's code stands in their text."""
    names = ["kind_label", "text", "region", "occurred_from_us", "occurred_to_us"]
    rows = reports.select([*names, "occurred_precision"]).to_pylist()
    return [_watch(row) for row in rows if row["kind_label"] in (WATCHED, *HINDERED)]


def _watch(row: Mapping[str, Any]) -> Watch:
    return Watch(
        observer=(row["text"] or "").partition(": ")[0],
        region=row["region"] or "",
        record=row["kind_label"],
        from_us=row["occurred_from_us"],
        to_us=row["occurred_to_us"],
        is_timed=row["occurred_precision"] in CLOCKED,
    )


def exposure(
    watches: Sequence[Watch], items: Sequence[Item], counted: Counted, days: Iterable[date]
) -> list[Cell]:
    """Return a cell for each day and region of which anything is noted, in the order of the days.

    `counted` holds an entry for each of the items, by the rule whose reporting days these are.
    """
    clock = counted.rule.day
    pairs = list(zip(items, counted.entries, strict=True))
    regions = sorted({watch.region for watch in watches} | {item.region for item in items})
    cells = []
    for day in days:
        for region in regions:
            entries = [e for item, e in pairs if item.region == region and e.day == day]
            here = [watch for watch in watches if watch.region == region]
            cells.append(_cell(day, region, here, total(entries), day_bounds(day, clock)))
    return cells


def days_of(watches: Sequence[Watch], items: Sequence[Item], clock: Day) -> list[date]:
    """Return every reporting day from the first on which anything is noted to the last."""
    ends = [(watch.from_us, watch.to_us - 1) for watch in watches]
    ends += [(item.from_us, item.until_us) for item in items]
    if not ends:
        return []
    first = reporting_day(min(start for start, _ in ends), clock)
    last = reporting_day(max(end for _, end in ends), clock)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _cell(day: date, region: str, here: Sequence[Watch], figure: Figure, bounds: Span) -> Cell:
    near = [w for w in here if w.from_us < bounds[1] and w.to_us > bounds[0]]
    hindered = tuple(dict.fromkeys(w.record for w in near if w.record in HINDERED))
    if not any(watch.record == WATCHED for watch in here):
        state = "seen" if figure.low else "not-known"
        return Cell(day, region, None, None, hindered, figure, None, state)
    sure, possible = _spans(near, bounds, is_sure=True), _spans(near, bounds, is_sure=False)  # (1)
    covered = Hours(_hours(_union(_all(sure))), _hours(_union(_all(possible))))  # (2)
    together = Hours(*(sum(map(_hours, spans.values())) for spans in (sure, possible)))
    found = rate(figure, covered.low, covered.high) if covered.low else None  # (3)
    return Cell(day, region, covered, together, hindered, figure, found, _state(figure, covered))


def _state(figure: Figure, covered: Hours) -> str:
    if figure.low:
        return "seen"
    if covered.low:
        return "not-seen"
    return "hardly-watched" if covered.high else "not-watched"


def _spans(near: Sequence[Watch], bounds: Span, *, is_sure: bool) -> dict[str, list[Span]]:
    """Return when each observer watched: surely, or at most.

    Surely: in watches whose ends are known, less all that may have hindered. At most: in all
    watches, less what surely hindered.
    """
    found = {}
    for observer in dict.fromkeys(watch.observer for watch in near):
        own = [watch for watch in near if watch.observer == observer]
        seen = [w for w in own if w.record == WATCHED and (w.is_timed or not is_sure)]
        kept = [w for w in own if w.record in HINDERED and (w.is_timed or is_sure)]
        spans = _union([(max(w.from_us, bounds[0]), min(w.to_us, bounds[1])) for w in seen])
        found[observer] = _less(spans, _union([(w.from_us, w.to_us) for w in kept]))
    return found


def _all(spans: Mapping[str, list[Span]]) -> list[Span]:
    return [span for own in spans.values() for span in own]


def _union(spans: Iterable[Span]) -> list[Span]:
    """Return spans as disjoint ones, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def _less(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return spans without those taken; both are disjoint and in order."""
    found = []
    for first, last in spans:
        at = first
        for start, end in taken:
            if start > at and start < last:
                found.append((at, start))
            at = max(at, end)
        if at < last:
            found.append((at, last))
    return found


def _hours(spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans) / HOUR_US
