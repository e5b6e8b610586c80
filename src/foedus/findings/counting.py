# SPDX-License-Identifier: Apache-2.0
"""Happenings counted by a rule, record by record, so that two figures can be held side by side.

Steps: (1) what of a record the rule counts at all; (2) records that it takes as one; (3) how many
the record is; (4) the reporting day in which it began. Every record has an entry: how many it adds,
or why it adds none, and the entries add up to the figure. A figure is from `low` to `high`; no
`high` is a floor. What a record began on is where its interval starts if it is known to the hour,
else anywhere in it, and then it may lie in a window of days without being sure to. The rules stand
in `counting_rules`; the way from one figure to another in `bridges`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import pyarrow as pa

from foedus.base.zones import Zone, local_time, start_us
from foedus.findings.counting_rules import CountingRule, Day
from foedus.reports.observation_form import NO_OBSERVATION, OBSERVATIONS
from foedus.terms.vocabulary import load_vocabulary

CLOCKED: Final = ("instant", "minute", "hour")
MINUTE_US: Final = 60_000_000
COLUMNS: Final = (
    "report_id", "occurred_from_us", "occurred_to_us", "occurred_precision", "kind", "kind_label",
    "place_precision", "place_name", "region", "actor", "events_low", "events_high", "exercise",
)  # fmt: skip
REASONS: Final = {
    "counted": "it is counted",
    "observed": "what was observed is not counted by this rule",
    "exercises": "it was assessed as an exercise",
    "whose": "the side that counts is said to have acted",
    "merging": "it is one with another record",
    "untimed": "no time of day is told: it may be one with another record",
    "unit": "its reporting day and region are counted once",
    "day": "it began outside the days asked for",
}
"""Why a record adds what it adds -> in words."""


class Item(NamedTuple):
    """One record, as far as any rule may ask."""

    report_id: str
    from_us: int
    """Earliest it may have begun."""
    until_us: int
    """Latest it may have begun."""
    ended_us: int
    observed: str
    """Word of the observation form; empty for a record that is not on it."""
    kind: str
    means: tuple[str, ...]
    low: int
    high: int | None
    exercise: bool
    place: str
    region: str
    actor: str | None
    incident: str
    """Lineage of the incident of which it tells; its own id where fusion knows of none."""

    @property
    def is_timed(self) -> bool:
        """Whether it is known to the hour when it began."""
        return self.from_us == self.until_us


class Window(NamedTuple):
    """Reporting days, both included; None is open."""

    first: date | None = None
    last: date | None = None


class Entry(NamedTuple):
    """What one record adds to a figure, and why."""

    report_id: str
    low: int
    high: int | None
    reason: str
    """Key of `REASONS`."""
    day: date
    """Reporting day of the earliest it may have begun."""
    one_with: str | None = None
    """The record that stands for it."""


class Figure(NamedTuple):
    """How many, at least and at most; without `high` nobody knows how many at most."""

    low: int
    high: int | None

    def __str__(self) -> str:
        if self.high == self.low:
            return f"{self.low:,}"
        return f"at least {self.low:,}" if self.high is None else f"{self.low:,} to {self.high:,}"


class Counted(NamedTuple):
    """All records counted by one rule."""

    rule: CountingRule
    entries: tuple[Entry, ...]
    """In the order of the items."""

    @property
    def figure(self) -> Figure:
        """The sum of the entries."""
        return total(self.entries)


def total(entries: Iterable[Entry]) -> Figure:
    """Return the sum of entries; one floor makes it a floor."""
    low, high = 0, 0
    is_floor = False
    for entry in entries:
        low += entry.low
        is_floor |= entry.high is None
        high += entry.high or 0
    return Figure(low, None if is_floor else high)


def items_of(reports: pa.Table, members: pa.Table) -> list[Item]:
    """Return the records of happenings in a run's tables, in the order in which they began.

    That nobody looked is no happening. Of a record that tells no number it is known that there was
    one at least.
    """
    rows = members.select(["report_id", "lineage_id"]).to_pylist()
    lineage = {row["report_id"]: row["lineage_id"] for row in rows}
    found = [
        _item(row, lineage)
        for row in reports.select(list(COLUMNS)).to_pylist()
        if row["kind"] != NO_OBSERVATION
    ]
    return sorted(found, key=lambda item: (item.from_us, item.report_id))


def _item(row: Mapping[str, Any], lineage: Mapping[str, str]) -> Item:
    start, end = row["occurred_from_us"], row["occurred_to_us"]
    word = (row["kind_label"] or "").partition(",")[0]
    _, _, means = (row["place_precision"] or "").partition(", ")
    is_told = row["events_low"] is not None
    observed = word if word in OBSERVATIONS else ""
    return Item(
        report_id=row["report_id"],
        from_us=start,
        until_us=start if row["occurred_precision"] in CLOCKED else end - 1,
        ended_us=end,
        observed=observed,
        kind=row["kind"],
        means=tuple(means.split("|")) if observed else (),
        low=row["events_low"] if is_told else 1,
        high=row["events_high"] if is_told else (None if observed else 1),
        exercise=row["exercise"] == "yes",
        place=row["place_name"] or row["region"] or "",
        region=row["region"] or "",
        actor=row["actor"],
        incident=lineage.get(row["report_id"], row["report_id"]),
    )


def counted(items: Sequence[Item], rule: CountingRule, window: Window = Window()) -> Counted:  # noqa: B008
    """Return what each record adds to the figure of a rule, over reporting days of that rule."""
    reasons = {item.report_id: _left_out(item, rule) for item in items}  # (1)
    left = [item for item in items if reasons[item.report_id] == "counted"]
    stands = _stand_ins(left, rule)  # (2)
    first_days = _first_of_days(left, stands, rule)
    amounts = _amounts(left, stands, rule)  # (3)
    entries = []
    for item in items:
        reason, one_with = reasons[item.report_id], stands.get(item.report_id)
        day = reporting_day(item.from_us, rule.day)
        low, high = amounts.get(item.report_id, (0, 0))
        if reason == "counted" and one_with != item.report_id:
            reason, low, high = "merging", 0, 0
        elif reason == "counted" and rule.unit == "day" and item.report_id not in first_days:
            reason, low, high = "unit", 0, 0
        elif reason == "counted":  # (4)
            sure, possible = _within(item, rule.day, window)
            is_open = rule.merging == "episode" and not item.is_timed
            low, high = (low if sure and not is_open else 0), (high if possible else 0)
            reason = ("untimed" if is_open else "counted") if possible else "day"
        other = one_with if reason == "merging" else None
        entries.append(Entry(item.report_id, low, high, reason, day, other))
    return Counted(rule, tuple(entries))


def reporting_day(at_us: int, day: Day) -> date:
    """Return the date that the reporting day of an instant bears."""
    local = local_time(at_us, Zone(day.zone, day.zone))
    ends = day.at
    is_next = ends is not None and local.time().replace(tzinfo=None) >= ends
    return local.date() + timedelta(days=1 if is_next else 0)


def day_bounds(bears: date, day: Day) -> tuple[int, int]:
    """Return start and end of the reporting day that bears a date, in UTC microseconds."""
    ends, zone = day.at, Zone(day.zone, day.zone)
    if ends is None:
        first, last = (datetime.combine(bears + timedelta(days=n), time()) for n in (0, 1))
    else:
        first, last = (datetime.combine(bears + timedelta(days=n), ends) for n in (-1, 0))
    return start_us(first, zone), start_us(last, zone)


def _within(item: Item, day: Day, window: Window) -> tuple[bool, bool]:
    """Return whether a record surely, and whether it possibly, began within the window."""
    first, last = reporting_day(item.from_us, day), reporting_day(item.until_us, day)
    least, most = window.first or date.min, window.last or date.max
    return least <= first and last <= most, last >= least and first <= most


def _left_out(item: Item, rule: CountingRule) -> str:
    if not _is_observed(item, rule):
        return "observed"
    if rule.exercises == "left-out" and item.exercise:
        return "exercises"
    if rule.whose == "other-side" and item.actor == rule.counted_by:
        return "whose"
    return "counted"


def _is_observed(item: Item, rule: CountingRule) -> bool:
    if rule.means and not set(rule.means) & set(item.means):
        return False
    if item.observed:
        return item.observed in rule.observed
    words = load_vocabulary()
    return any(item.kind in words.kinds_of(act) for act in rule.kinds)


def _stand_ins(items: Sequence[Item], rule: CountingRule) -> dict[str, str]:
    """Return for each record the one that stands for it: itself, or an earlier one."""
    if rule.merging == "none":
        return {item.report_id: item.report_id for item in items}
    if rule.merging == "same-incident":
        first: dict[str, str] = {}
        return {i.report_id: first.setdefault(i.incident, i.report_id) for i in items}
    return _episodes(items, (rule.gap_min or 0) * MINUTE_US)


def _episodes(items: Sequence[Item], gap_us: int) -> dict[str, str]:
    """Chain the records of a place whose pauses are not longer than the gap, if they are timed."""
    found: dict[str, str] = {}
    running: dict[str, tuple[str, int]] = {}
    for item in items:
        if not item.is_timed:
            found[item.report_id] = item.report_id
            continue
        head, ended_us = running.get(item.place, (item.report_id, item.from_us))
        if not item.place or item.from_us - ended_us > gap_us:
            head, ended_us = item.report_id, item.from_us
        found[item.report_id] = head
        running[item.place] = (head, max(ended_us, item.ended_us))
    return found


def _amounts(
    items: Sequence[Item], stands: Mapping[str, str], rule: CountingRule
) -> dict[str, tuple[int, int | None]]:
    """Return how many each record that stands for a group is."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(stands[item.report_id], []).append(item)
    return {head: _amount(group, rule) for head, group in groups.items()}


def _amount(group: Sequence[Item], rule: CountingRule) -> tuple[int, int | None]:
    """Count a group: accounts of one happening by the largest, an episode by all of its records."""
    if rule.unit in ("record", "day"):
        return 1, 1
    highs = [item.high for item in group]
    if rule.unit == "trajectory":
        return 1, None if None in highs else sum(high for high in highs if high is not None)
    join = max if rule.merging == "same-incident" else sum
    high = None if None in highs else join(high for high in highs if high is not None)
    return join(item.low for item in group), high


def _first_of_days(
    items: Sequence[Item], stands: Mapping[str, str], rule: CountingRule
) -> frozenset[str]:
    """Return the first record of each reporting day and region."""
    first: dict[tuple[date, str], str] = {}
    for item in items:
        if stands[item.report_id] == item.report_id:
            first.setdefault((reporting_day(item.from_us, rule.day), item.region), item.report_id)
    return frozenset(first.values())
