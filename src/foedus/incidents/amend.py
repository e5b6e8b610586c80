# SPDX-License-Identifier: Apache-2.0
"""Corrections: reports added, withdrawn, corrected or regraded, and nothing worked out but that.

`stand` fuses a record and keeps what corrections need. `amend` then takes one batch of corrections:
(1) give reports their slots and take them away; (2) tell the densities around them anew; (3) score
the pairs that this can touch; (4) search the groups of all reports that were touched again, and
with them each group that might now join one of these (`settling`), and weigh the memberships of
these and of the groups beside them anew; (5) say what the groups that changed say; (6) tell by
lineage what was born, is gone, changed or only looked at. The record is then, byte for byte, that
of fusing the corrected reports from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Meta

from foedus.base.encoding import schema
from foedus.engines.engine import Engine
from foedus.errors import Fault, OperatorError
from foedus.incidents import consensus
from foedus.incidents.beliefs import Setting, Ways, beliefs
from foedus.incidents.density import SLAB
from foedus.incidents.features import Prepared, prepare
from foedus.incidents.from_reports import Fused, in_order, least_gain, named, ranks, spread, tell
from foedus.incidents.groups import Grouped, found_pairs, joined
from foedus.incidents.likelihood import ACTOR, CONTENT, KIND, TARGET, TIME_ROW, Beliefs, Ints
from foedus.incidents.memberships import weighed
from foedus.incidents.reach import Index, moved, rescored
from foedus.incidents.settling import lost, rows_of, searched
from foedus.incidents.standing import Lists, Members, Rows, Ties

FEW: Final = 8
"""Cells of a batch that are looked at one by one."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a correction did to one incident."""

    lineage_id: Annotated[str, Meta(description="lineage id of the incident")]
    change: Annotated[str, Meta(description="born, gone, changed or unchanged")]
    before: Annotated[str | None, Meta(description="content id before, if it was there")]
    after: Annotated[str | None, Meta(description="content id after, if it is there")]


class Succession(msgspec.Struct, frozen=True, kw_only=True):
    """How many reports of one incident were brought to an incident of another lineage."""

    lineage_id: Annotated[str, Meta(description="lineage id of the incident before")]
    successor_id: Annotated[str, Meta(description="lineage id of the incident after")]
    report_count: Annotated[int, Meta(description="reports that it brought with it")]


class Diff(NamedTuple):
    """What one batch of corrections changed; all tables are sorted by lineage."""

    changes: pa.Table
    """`Change`: each incident that was looked at."""
    succession: pa.Table
    """`Succession`: where the reports of incidents went that gave some to another lineage."""
    told: Fused
    """The rows of all incidents that were born or changed, as they are now."""


class Reports:
    """The reports by slot and by id: the first table, and what corrections brought."""

    def __init__(self, first: pa.Table, row: Ints) -> None:
        self._first, self._row = first, row
        self._ids = first.column("report_id").combine_chunks()
        self._by_id = np.argsort(ranks(first.column("report_id")))
        self._slot_of_row = np.argsort(row)
        self._later: dict[int, tuple[pa.Table, int]] = {}
        self._slots: dict[str, int | None] = {}

    def slot(self, report_id: str) -> int | None:
        """Return the slot of a report, None if the record has none of this id."""
        if report_id in self._slots:
            return self._slots[report_id]
        low, high = 0, self._by_id.size
        while low < high:
            middle = (low + high) // 2
            if self._ids[int(self._by_id[middle])].as_py() < report_id:
                low = middle + 1
            else:
                high = middle
        if low == self._by_id.size or self._ids[int(self._by_id[low])].as_py() != report_id:
            return None
        return int(self._slot_of_row[self._by_id[low]])

    def withdraw(self, report_id: str) -> None:
        """Say that no report has an id any more."""
        self._slots[report_id] = None

    def put(self, slots: Ints, reports: pa.Table) -> None:
        """Say that each of these reports stands in the slot beside it."""
        for row, (slot, one) in enumerate(
            zip(slots.tolist(), reports.column("report_id").to_pylist(), strict=True)
        ):
            self._slots[one] = slot
            self._later[slot] = (reports, row)

    def take(self, slots: Ints) -> pa.Table:
        """Return the reports of these slots, in this order."""
        first = slots < self._row.size
        parts = [self._first.take(pa.array(self._row[slots[first]]))]
        places = [np.flatnonzero(first)]
        batches: dict[int, tuple[pa.Table, list[int], list[int]]] = {}
        for place in np.flatnonzero(~first).tolist():
            batch, row = self._later[int(slots[place])]
            _, rows, at = batches.setdefault(id(batch), (batch, [], []))
            rows.append(row)
            at.append(place)
        for batch, rows, at in batches.values():
            parts.append(batch.take(pa.array(rows)))
            places.append(np.array(at, np.int64))
        order = np.argsort(np.concatenate(places))
        return pa.concat_tables(parts).combine_chunks().take(pa.array(order))


class Known:
    """The beliefs, and the rows that each way of saying a thing has in them."""

    def __init__(self, setting: Setting, ways: Ways, keys: pa.Array) -> None:
        self.setting, self.ways = setting, ways
        self.beliefs: Beliefs = beliefs(setting, ways)
        self._keys, self._new_keys = keys, dict[str, int]()

    def adopt(self, prepared: Prepared, keys: Sequence[str | None]) -> Ints:
        """Return features with the rows of this record in the place of their own."""
        features = prepared.features.copy()
        grown = []
        for name, at, first in (
            ("time", TIME_ROW, 0), ("kind", KIND, 1), ("actor", ACTOR, 1), ("target", TARGET, 1),
        ):  # fmt: skip
            ways = list(getattr(self.ways, name))
            rows = [0] * first
            for way in getattr(prepared.ways, name):
                if way not in ways:
                    ways.append(way)
                rows.append(ways.index(way) + first)
            if features.shape[0]:
                features[:, at] = np.array(rows, np.int64)[features[:, at]]
            grown.append(ways)
        now = Ways(*grown)
        if [len(ways) for ways in now] != [len(ways) for ways in self.ways]:
            self.ways = now
            self.beliefs = beliefs(self.setting, now)
        features[:, CONTENT] = [self._content(key) for key in keys]
        return features

    def _content(self, key: str | None) -> int:
        if key is None:
            return -1
        if key not in self._new_keys:
            at = self._keys.index(key).as_py()
            self._new_keys[key] = at if at >= 0 else len(self._keys) + len(self._new_keys)
        return self._new_keys[key]


class Standing:
    """A record that was fused and can be amended; `stand` makes it."""

    def __init__(self, reports: pa.Table, setting: Setting, engine: Engine) -> None:
        reports = reports.combine_chunks()
        prepared = prepare(reports, setting)
        keys = reports.column("content_key").take(pa.array(prepared.row)).combine_chunks()
        self.setting, self.least = setting, least_gain(setting)
        self.known = Known(setting, prepared.ways, keys.dictionary_encode().dictionary)
        pairs = found_pairs(prepared.features, self.known.beliefs, self.least, engine)
        grouped = joined(prepared.features, self.known.beliefs, pairs, self.least, engine)
        count = prepared.row.size
        alone = np.setdiff1d(np.arange(reports.num_rows), prepared.row)
        ids = reports.column("report_id").take(pa.array(prepared.row)).combine_chunks()
        self.reports = Reports(reports, np.concatenate([prepared.row, alone]))
        blank = np.zeros((alone.size, 14), np.int64)
        hour = np.concatenate([prepared.hour, alone * 0])
        self.rows = Rows(np.vstack([prepared.features, blank]), hour, ids)
        self.rows.group[:count] = grouped.group
        self.rows.gain[:count], self.rows.doubt[:count] = grouped.gain, grouped.doubt
        self.members = Members(self.rows.group[: reports.num_rows])
        self.ties = Ties(pairs, count)
        self.index = Index(self.rows, Lists(np.zeros(0, np.int64), alone[:0]), setting)
        matched = np.arange(count)
        self.index = self.index._replace(by_cell=Lists(self.index.keys(matched), matched))
        self._first = tell(reports, spread(reports.num_rows, prepared.row, grouped), setting)
        self._gone: set[str] = set()
        self._told: dict[str, Fused] = {}

    def fused(self) -> Fused:
        """Return the whole record as it stands, as `fuse` would give it."""
        batches: dict[int, tuple[Fused, list[str]]] = {}
        for lineage, told in self._told.items():
            batches.setdefault(id(told), (told, []))[1].append(lineage)
        gone = pa.array(sorted(self._gone | self._told.keys()), pa.string())
        parts = []
        for name in Fused._fields:
            first = getattr(self._first, name)
            found = [first.filter(pc.invert(pc.is_in(first["lineage_id"], gone)))]
            for told, lineages in batches.values():
                part = getattr(told, name)
                found.append(part.filter(pc.is_in(part["lineage_id"], pa.array(lineages))))
            parts.append(pa.concat_tables(found))
        return in_order(dict(zip(Fused._fields, parts, strict=True)))

    def note(self, changes: pa.Table, told: Fused) -> None:
        """Lay what changed over what was told before: each lineage is told by its last batch."""
        for change in changes.to_pylist():
            lineage = change["lineage_id"]
            if change["change"] == "gone":
                self._told.pop(lineage, None)
                self._gone.add(lineage)
            elif change["change"] != "unchanged":
                self._gone.discard(lineage)
                self._told[lineage] = told


def stand(reports: pa.Table, setting: Setting, engine: Engine) -> Standing:
    """Return the fused record of `reports`, kept so that it can be amended."""
    return Standing(reports, setting, engine)


def amend(standing: Standing, added: pa.Table, withdrawn: Iterable[str] = ()) -> Diff:
    """Take a batch of corrections into the record, in place, and return what it changed.

    `added` has `schema(Report)`: a new id is a report added, one that the record has is corrected
    or regraded. Raises `OperatorError` if a withdrawn id is not in the record, or is added too, or
    if an id is added twice.
    """
    old, ids = _checked(standing, added, list(withdrawn))
    rows = standing.rows
    new, matched = _entered(standing, added, old, ids)  # (1)
    placed = np.concatenate([old[np.any(rows.features[old] != 0, axis=1)], new[matched]])
    touched = {int(slot) for group in rows.group[old] for slot in standing.members.of(int(group))}
    keys = standing.index.keys(placed)
    sites = [placed[site] for site in _sites(keys)]
    sites = [np.union1d(moved(standing.index, standing.index.keys(s)), s) for s in sites]  # (2)
    for changed in sites:
        touched |= set(changed.tolist()) | rescored(  # (3)
            standing.index, standing.ties, standing.known.beliefs, changed, standing.least
        )
    touched |= set(new.tolist())
    again = sorted(slot for slot in touched if rows.alive[slot])
    before, after = _searched_again(standing, again, old, new)  # (4)
    return _told(standing, before, after)  # (5), (6)


def _checked(standing: Standing, added: pa.Table, withdrawn: list[str]) -> tuple[Ints, list[str]]:
    """The slots that end, and the ids of the reports that come."""
    ids = added.column("report_id").to_pylist()
    twice = {one for one in [*ids, *withdrawn] if [*ids, *withdrawn].count(one) > 1}
    missing = [one for one in withdrawn if standing.reports.slot(one) is None]
    faults = [Fault(expected="each report once in a batch", got=one) for one in sorted(twice)]
    faults += [Fault(expected="a report that the record has", got=one) for one in missing]
    if faults:
        raise OperatorError(*faults)
    found = [standing.reports.slot(one) for one in [*withdrawn, *ids]]
    for one in withdrawn:
        standing.reports.withdraw(one)
    return np.array([slot for slot in found if slot is not None], np.int64), ids


def _entered(standing: Standing, added: pa.Table, old: Ints, ids: list[str]) -> tuple[Ints, Ints]:
    """Give reports slots and take away those that end; which of the new may be matched."""
    rows = standing.rows
    prepared = prepare(added, standing.setting)
    keys = added.column("content_key").take(pa.array(prepared.row)).to_pylist()
    features = np.zeros((added.num_rows, 14), np.int64)
    features[prepared.row] = standing.known.adopt(prepared, keys)
    hour = np.zeros(added.num_rows, np.int64)
    hour[prepared.row] = prepared.hour
    rows.alive[old] = False
    new = rows.add(features, hour, ids)
    for slot in new.tolist():
        standing.members.set(slot, np.array([slot]))
    standing.reports.put(new, added)
    standing.index.add(new[prepared.row])
    return new, prepared.row


def _sites(keys: Ints) -> list[Ints]:
    """Cut reports by cell, so that those far apart are not looked at as one wide region.

    Where they lie in many cells, they are cut by time alone: regions would overlap.
    """
    cells = np.unique(keys)
    _, inverse = np.unique(keys if cells.size <= FEW else keys // SLAB, return_inverse=True)
    return [np.flatnonzero(inverse == at) for at in range(int(inverse.max(initial=-1)) + 1)]


class Side(NamedTuple):
    """Some groups at one time: their reports, in canonical order where they may be matched."""

    groups: dict[int, Ints]
    ties: dict[int, tuple[int, int]]
    """Gain and doubt of each report."""


def _searched_again(
    standing: Standing, touched: list[int], old: Ints, new: Ints
) -> tuple[Side, Side]:
    """Search the groups of touched reports again, and all that this draws in."""
    rows, members = standing.rows, standing.members
    drawn = {int(rows.group[slot]) for slot in touched}
    while True:
        search = {int(slot) for group in drawn for slot in members.of(group) if rows.alive[slot]}
        beside = {int(rows.group[slot]) for slot in standing.ties.neighbours(search)} - drawn
        others = {int(slot) for group in beside for slot in members.of(group)}
        block = rows.ordered(search | others)
        pairs = standing.ties.among(block)
        owner = _first_of(rows.group[block])
        again = np.isin(block, np.fromiter(search, np.int64, len(search)))
        features, known, least = rows.features[block], standing.known.beliefs, standing.least
        crossing = searched(features, known, pairs, owner, again, least)
        joining = lost(features, known, pairs, owner, crossing, least)
        more = {int(rows.group[slot]) for slot in block[rows_of(joining, owner)]} - drawn
        if not more:
            break
        drawn |= more
    ended = {int(rows.group[slot]) for slot in old}
    before = _side(standing, (drawn | ended | beside) - set(new.tolist()))
    kept = np.flatnonzero(again)
    names = _regrouped(standing, drawn | ended, block[kept], np.searchsorted(kept, owner[kept]))
    asked = names | beside
    _weighed_again(standing, asked)
    return before, _side(standing, asked)


def _first_of(group: Ints) -> Ints:
    """Name each group by the position of its first report."""
    _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], np.int64)


def _side(standing: Standing, groups: set[int]) -> Side:
    rows = standing.rows
    found = {group: standing.members.of(group) for group in sorted(groups)}
    found = {group: slots for group, slots in found.items() if slots.size}
    slots = np.concatenate([*found.values(), np.zeros(0, np.int64)])
    ties = zip(rows.gain[slots].tolist(), rows.doubt[slots].tolist(), strict=True)
    return Side(found, dict(zip(slots.tolist(), ties, strict=True)))


def _regrouped(standing: Standing, before: set[int], slots: Ints, owner: Ints) -> set[int]:
    """Enter the groups that were found in the place of those before, and return their names."""
    for group in before:
        standing.members.set(group, slots[:0])
    standing.rows.group[slots] = slots[owner]
    names = set(np.unique(slots[owner]).tolist())
    for name in names:
        standing.members.set(name, slots[slots[owner] == name])
    return names


def _weighed_again(standing: Standing, groups: set[int]) -> None:
    """Weigh the memberships of groups anew, against all groups that pairs tie to them."""
    rows, members = standing.rows, standing.members
    own = {int(slot) for group in groups for slot in members.of(group)}
    beside = {int(rows.group[slot]) for slot in standing.ties.neighbours(own)} - groups
    others = {int(slot) for group in beside for slot in members.of(group)}
    block = rows.ordered(own | others)
    owner = _first_of(rows.group[block])
    asked = np.isin(block, np.fromiter(own, np.int64, len(own)))
    pairs = standing.ties.among(block)
    found = weighed(
        rows.features[block], standing.known.beliefs, owner, pairs, np.unique(owner[asked])
    )
    rows.gain[block[asked]] = found.gain[asked]
    rows.doubt[block[asked]] = found.doubt[asked]


def _told(standing: Standing, before: Side, after: Side) -> Diff:
    """Say what changed, incident by incident."""
    same = {
        group for group, slots in after.groups.items()
        if np.array_equal(np.sort(slots), np.sort(before.groups.get(group, slots[:0])))
        and all(before.ties[int(slot)] == after.ties[int(slot)] for slot in slots)
    }  # fmt: skip
    was, now = _names(standing, before), _names(standing, after)
    ids = dict(now.values())
    had = dict(was.values())
    still = {now[group][0] for group in same}
    changes = [
        Change(
            lineage_id=lineage,
            change=_word(lineage in had, lineage in ids, lineage in still),
            before=had.get(lineage),
            after=ids.get(lineage),
        )
        for lineage in sorted(had.keys() | ids.keys())
    ]
    retold = [slots for group, slots in after.groups.items() if group not in same]
    told = _tell(standing, retold)
    diff = Diff(_table(Change, changes), _succession(before, after, was, now), told)
    standing.note(diff.changes, told)
    return diff


def _word(had: bool, has: bool, same: bool) -> str:  # noqa: FBT001
    if had and has:
        return "unchanged" if same else "changed"
    return "born" if has else "gone"


def _tell(standing: Standing, groups: Sequence[Ints]) -> Fused:
    slots = np.concatenate([*groups, np.zeros(0, np.int64)])
    first = np.cumsum([0, *(group.size for group in groups)])[:-1]
    owner = np.repeat(first, [group.size for group in groups]).astype(np.int64)
    grouped = Grouped(owner, standing.rows.gain[slots], standing.rows.doubt[slots])
    return tell(standing.reports.take(slots), grouped, standing.setting)


def _names(standing: Standing, side: Side) -> dict[int, tuple[str, str]]:
    """The lineage and the content id of each group."""
    if not side.groups:
        return {}
    slots = np.concatenate(list(side.groups.values()))
    group = np.repeat(np.arange(len(side.groups)), [s.size for s in side.groups.values()])
    reports = standing.reports.take(slots).select(["report_id", "digest", "known_from_us"])
    names = named(consensus.sorted_by_group(reports, group, ranks(reports.column("report_id"))))
    pairs = zip(names.lineage_id.to_pylist(), names.incident_id.to_pylist(), strict=True)
    return dict(zip(side.groups, pairs, strict=True))


def _succession(
    before: Side, after: Side, was: dict[int, tuple[str, str]], now: dict[int, tuple[str, str]]
) -> pa.Table:
    """Where reports went whose lineage is another now."""
    came = {int(s): was[group][0] for group, slots in before.groups.items() for s in slots}
    count: dict[tuple[str, str], int] = {}
    for group, slots in after.groups.items():
        for slot in slots.tolist():
            step = (came.get(slot, now[group][0]), now[group][0])
            if step[0] != step[1]:
                count[step] = count.get(step, 0) + 1
    return _table(
        Succession,
        [
            Succession(lineage_id=one, successor_id=other, report_count=held)
            for (one, other), held in sorted(count.items())
        ],
    )


def _table(kind: type[msgspec.Struct], records: Sequence[msgspec.Struct]) -> pa.Table:
    return pa.Table.from_pylist([msgspec.structs.asdict(one) for one in records], schema(kind))
