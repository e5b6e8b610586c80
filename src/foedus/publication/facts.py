# SPDX-License-Identifier: Apache-2.0
"""What the bulletin says in figures: every number that it prints, worked out once.

`facts` counts over the public incidents, and over reports as late as these. Parties stand in the
mission's declared order, never by name, so that relabelling them changes names alone. Words and
layout are left to the template, drawings to `charts` and `maps`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.mission import Mark
from foedus.publication import counts
from foedus.publication.calendars import day_of, weeks_around, years
from foedus.publication.counts import Binned, Comparison, Ints, Mask, Sum
from foedus.publication.material import Material
from foedus.publication.policy import beneath
from foedus.publication.tables import calendar, covered
from foedus.reports.taxonomy import UNKNOWN, Taxonomy, load_kinds, load_targets

WEEKS: Final = 26
"""Weeks on either side of a mark that are compared, if the record goes as far."""
TOP_PLACES: Final = 8
TOP_OUTLETS: Final = 12
PLACE_M: Final = (counts.EXACT_PLACE_M, 30_000, 60_000)
TIME_DAYS: Final = (1, 7, 31)
HOUR_US: Final = 3_600_000_000
WEEK_US: Final = 7 * counts.DAY_US
UNTOLD_MEANS: Final = ("fatal-event", "fatal-event-means-not-stated", UNKNOWN)
"""Kinds that do not say by what means."""
DISPUTED: Final = "disputed: reports name different parties"
NOBODY: Final = "nobody named"


class Group(NamedTuple):
    """A name with the sums under it."""

    name: str
    sum: Sum


class Year(NamedTuple):
    """A year's sums over incidents, and over the reports that were read."""

    name: str
    incidents: Sum
    file: Sum

    @property
    def equal(self) -> bool:
        """Whether the two agree in all that they tell."""
        return self.incidents == self.file


class Compared(NamedTuple):
    """A mark, what lies on either side of it, and the other marks within these weeks."""

    mark: Mark
    day: date
    found: Comparison
    weeks: int
    """Weeks on either side that the record covers, at most `WEEKS`."""
    others: tuple[Mark, ...]


class Precision(NamedTuple):
    """How exactly day and place are known."""

    places: tuple[Sum, ...]
    """By error radius: up to each of `PLACE_M`, above, unknown."""
    times: tuple[Sum, ...]
    """By length of the interval: up to each of `TIME_DAYS`, above."""
    cross: tuple[tuple[Sum, Sum], tuple[Sum, Sum]]
    """(day exact, not) x (place exact, not)."""


class Untold(NamedTuple):
    """How many incidents do not say a thing, and how many reports only stand in for one."""

    means: int
    actor: int
    """Nobody is named as having acted; where several are, it is disputed and not untold."""
    actor_disputed: int
    target: int
    stand_in: int
    reports: int


class Facts(NamedTuple):
    """All figures of one bulletin."""

    fatal: bool
    """Whether every incident is one with deaths and nothing else is stated of its kind."""
    total: Sum
    file: Sum
    """The same over the reports that were read."""
    months: Binned
    worst: int
    """Index of the month with most deaths, or incidents where no deaths are told."""
    years: tuple[Year, ...]
    compared: tuple[Compared, ...]
    regions: tuple[Group, ...]
    kinds: tuple[Group, ...]
    targets: tuple[Group, ...]
    """By what was hit, most often first; empty where no incident tells of it."""
    parties: tuple[Group, ...]
    actors: tuple[Group, ...]
    """By who is claimed to have acted; then those of which this is disputed, or not said."""
    places: tuple[Group, ...]
    apart: tuple[Group, ...]
    precision: Precision
    untold: Untold
    outlets: tuple[tuple[str, int], ...]
    warnings: tuple[tuple[str, int], ...]
    warned: int
    """Incidents with one warning or more."""
    disputes: tuple[tuple[str, int], ...]
    """Field in which accounts differ -> incidents."""
    disputed: int
    """Incidents on which accounts differ in one field or more."""

    @property
    def unit(self) -> str:
        """What its incidents are called."""
        return "events" if self.fatal else "incidents"

    @property
    def deadly(self) -> bool:
        """Whether anything at all is told of deaths, in the incidents or the reports."""
        ends = (*self.total[1:4], *self.file[1:4])
        return any(end is not None for end in ends)

    @property
    def worst_month(self) -> date:
        """First day of the worst month."""
        return self.months.bins.days[self.worst]


def facts(material: Material, tables: Mapping[str, pa.Table]) -> Facts:
    """Return the figures of one edition; `tables` are the published ones."""
    incidents, mission = tables["incidents"], material.mission
    reports, articles = material.tables["reports"], material.tables["articles"]
    reports = beneath(reports, material.tables["members"], incidents)
    articles = articles.filter(pc.is_in(articles["report_id"], reports["report_id"]))
    months = counts.binned(incidents, calendar(material, incidents))
    kinds = load_kinds()
    return Facts(
        fatal=_all_fatal(incidents),
        total=counts.summed(incidents),
        file=counts.summed(reports),
        months=months,
        worst=int(np.argmax(months.best if months.best.any() else months.incidents)),
        years=_years(incidents, reports, months.bins.edges, mission.zone),
        compared=tuple(_compared(material, incidents, covered(material))),
        regions=_groups(incidents, "region"),
        kinds=tuple(Group(_kind(kinds, name), found) for name, found in _groups(incidents, "kind")),
        targets=tuple(_targets(incidents)),
        parties=_parties(material, incidents),
        actors=tuple(_actors(material, incidents)),
        places=_groups(incidents, "place_name")[:TOP_PLACES],
        apart=tuple(group for group in _groups(incidents, "set_apart") if group.name),
        precision=_precision(incidents),
        untold=_untold(incidents, reports),
        outlets=_tally(articles["outlet"])[:TOP_OUTLETS],
        warnings=_tally(pc.list_flatten(incidents["warnings"])),
        warned=_filled(incidents["warnings"]),
        disputes=_tally(pc.list_flatten(incidents["disagreements"])),
        disputed=_filled(incidents["disagreements"]),
    )


def _all_fatal(incidents: pa.Table) -> bool:
    told = pc.is_in(incidents["kind"], pa.array(UNTOLD_MEANS[:2]))
    return bool(incidents.num_rows and pc.all(told).as_py())


def _groups(incidents: pa.Table, name: str) -> tuple[Group, ...]:
    return tuple(Group(value or "", found) for value, found in counts.grouped(incidents, name))


def kind_title(name: str) -> str:
    """Return a kind in words."""
    return _kind(load_kinds(), name)


def target_title(name: str) -> str:
    """Return a target in words; of a class, that it is told no closer."""
    return _target(load_targets(), name)


def _kind(kinds: Taxonomy, name: str) -> str:
    return kinds.title(name) if name in kinds else "kind not known"


def _targets(incidents: pa.Table) -> Iterator[Group]:
    """Yield sums by what was hit, if any incident tells of it."""
    if _true(pc.not_equal(incidents["target"], UNKNOWN)):
        targets = load_targets()
        for name, found in _groups(incidents, "target"):
            yield Group(_target(targets, name), found)


def _target(targets: Taxonomy, name: str) -> str:
    """Return a target in words; of a class, that it is told no closer."""
    if name not in targets:
        return "not told, or of several classes"
    plain = targets.class_of(name) != name
    return targets.title(name) if plain else f"{targets.title(name)}: several, or which is not told"


def _parties(material: Material, incidents: pa.Table) -> tuple[Group, ...]:
    """Return sums by the set of parties named, in the mission's order of parties."""
    names = {party.id: party.name("en") for party in material.mission.parties}
    order = {party_id: number for number, party_id in enumerate(names)}

    def rank(ids: str) -> list[tuple[int, str]]:
        return sorted((order.get(one, len(order)), one) for one in ids.split("|"))

    # The order in which a source names them says nothing: one set is one group.
    said = pc.binary_join(incidents["parties"], "|").combine_chunks().dictionary_encode()
    sets = ["|".join(one for _, one in rank(ids)) for ids in said.dictionary.to_pylist()]
    joined = pa.array(sets, pa.string()).take(said.indices)
    found = counts.grouped(incidents.append_column("named", joined), "named")
    groups = sorted(found, key=lambda item: rank(item[0] or ""))
    return tuple(
        Group(" – ".join(names.get(one, one) for one in (ids or "").split("|") if one), found_sum)
        for ids, found_sum in groups
    )


def _actors(material: Material, incidents: pa.Table) -> Iterator[Group]:
    """Yield sums by who is claimed to have acted, in the mission's order of parties."""
    names = {party.id: party.name("en") for party in material.mission.parties}
    order = {party_id: number for number, party_id in enumerate(names)}
    unnamed = _unnamed(incidents)
    disputed = unnamed & _differs(incidents, "actor")
    claimed = counts.grouped(counts.where(incidents, ~unnamed), "actor")
    for actor, found in sorted(claimed, key=lambda item: order.get(item[0] or "", len(order))):
        yield Group(names.get(actor or "", actor or ""), found)
    for name, mask in ((DISPUTED, disputed), (NOBODY, unnamed & ~disputed)):
        if mask.any():
            yield Group(name, _sum(incidents, mask))


def _unnamed(incidents: pa.Table) -> Mask:
    """Return for each incident whether no one party is claimed to have acted."""
    return np.asarray(pc.is_null(incidents["actor"]))


def _differs(incidents: pa.Table, field: str) -> Mask:
    """Return for each incident whether its accounts differ in a field."""
    fields = incidents["disagreements"].combine_chunks()
    found = np.zeros(incidents.num_rows, np.bool_)
    at = pc.list_parent_indices(fields).to_numpy()
    found[at[np.asarray(pc.equal(pc.list_flatten(fields), field))]] = True
    return found


def _filled(lists: pa.ChunkedArray) -> int:
    """Return how many lists hold something."""
    return _true(pc.greater(pc.list_value_length(lists), 0))


def _years(incidents: pa.Table, reports: pa.Table, edges: Ints, zone: str) -> tuple[Year, ...]:
    bins = years(int(edges[0]), int(edges[-1]), zone)
    both = (counts.binned(incidents, bins), counts.binned(reports, bins))
    return tuple(
        Year(str(day.year), _at(both[0], index), _at(both[1], index))
        for index, day in enumerate(bins.days)
        if both[0].incidents[index] or both[1].incidents[index]
    )


def _at(found: Binned, index: int) -> Sum:
    """Return the sums of one bin, each unknown where no incident tells of it."""
    number = int(found.incidents[index])
    ends = (
        (found.low, found.untold_low),
        (found.best, found.untold),
        (found.high, found.untold_high),
    )
    low, best, high = (
        None if untold[index] == number else int(total[index]) for total, untold in ends
    )
    untold_low, untold, untold_high = (int(untold[index]) for _, untold in ends)
    return Sum(number, low, best, high, untold, untold_low, untold_high)


def _compared(material: Material, incidents: pa.Table, span: tuple[int, int]) -> Iterator[Compared]:
    """Yield what lies around each mark that is compared, in weeks that are covered as a whole."""
    zone, marks = material.mission.zone, material.mission.marks
    for mark in (mark for mark in marks if mark.compare):
        room = min(mark.on_us - span[0], span[1] - mark.on_us)
        weeks = min(WEEKS, (room + counts.DAY_US) // WEEK_US)
        if weeks < 1:
            continue
        bins = weeks_around(mark.on_us, zone, weeks)
        near = (other for other in marks if bins.edges[0] <= other.on_us < bins.edges[-1])
        others = tuple(other for other in near if other != mark)
        found = counts.compared(incidents, bins)
        yield Compared(mark, day_of(mark.on_us, zone), found, weeks, others)


def _precision(incidents: pa.Table) -> Precision:
    radius, known = counts.ints(incidents, "radius_m")
    start, _ = counts.ints(incidents, "occurred_from_us")
    end, _ = counts.ints(incidents, "occurred_to_us")
    # A day of 25 hours, when clocks go back, is one day.
    limits = [days * counts.DAY_US + HOUR_US for days in TIME_DAYS]
    day, place = counts.exact_day(incidents), counts.exact_place(incidents)
    times = counts.classed(end - start, np.ones(len(start), bool), limits)
    # A source may state one day and call it inexact: then it is not exact.
    times = np.where(day, 0, np.maximum(times, 1))
    return Precision(
        places=_sums(incidents, counts.classed(radius, known, PLACE_M), len(PLACE_M) + 2),
        times=_sums(incidents, times, len(TIME_DAYS) + 1),
        cross=(
            (_sum(incidents, day & place), _sum(incidents, day & ~place)),
            (_sum(incidents, ~day & place), _sum(incidents, ~day & ~place)),
        ),
    )


def _sums(incidents: pa.Table, classes: Ints, number: int) -> tuple[Sum, ...]:
    return tuple(_sum(incidents, classes == one) for one in range(number))


def _sum(incidents: pa.Table, mask: Mask) -> Sum:
    return counts.summed(counts.where(incidents, mask))


def _untold(incidents: pa.Table, reports: pa.Table) -> Untold:
    means = pc.is_in(incidents["kind"], pa.array(UNTOLD_MEANS))
    return Untold(
        means=_true(means),
        actor=int((_unnamed(incidents) & ~_differs(incidents, "actor")).sum()),
        actor_disputed=int((_unnamed(incidents) & _differs(incidents, "actor")).sum()),
        target=_true(pc.equal(incidents["target"], UNKNOWN)),
        stand_in=_true(pc.equal(reports["known_basis"], "stand-in")),
        reports=reports.num_rows,
    )


def _true(answers: pa.ChunkedArray) -> int:
    return int(pc.sum(answers, min_count=0).as_py())


def _tally(column: pa.ChunkedArray) -> tuple[tuple[str, int], ...]:
    """Return the values of a column with their number, most frequent first; unknown left out."""
    found = pc.value_counts(column.drop_null()).to_pylist()
    pairs = [(item["values"], item["counts"]) for item in found]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
