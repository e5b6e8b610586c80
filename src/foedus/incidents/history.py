# SPDX-License-Identifier: Apache-2.0
"""How incidents stood before: every state of each, and from when until when it stood.

A later report does more than join an incident: it may bring two together, part one, or change how
likely a report belongs there. `history` therefore lays the arrivals of a record over each other as
corrections (`amend`), and keeps what each of them changed; what stood at a moment is then, row by
row, what fusing the reports of that moment gives. Most reports can never be joined by another
(`changeable` finds those that can) and have one state alone, which the table of incidents tells:
these are left out, and with them all that has always stood as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.engines.engine import Engine
from foedus.incidents.amend import amend, stand
from foedus.incidents.beliefs import Setting, beliefs, reports_per_incident
from foedus.incidents.density import ROW, SLAB, cells, thinnest
from foedus.incidents.features import Prepared, prepare
from foedus.incidents.from_reports import Fused, least_gain, spread, tell
from foedus.incidents.groups import Grouped, may_pair
from foedus.incidents.likelihood import LOG_DENSITY, Ints
from foedus.incidents.pairs import grid, scored_pairs
from foedus.incidents.record import Disagreement, Incident, MemberState
from foedus.incidents.settling import Mask
from foedus.incidents.states import History, apart, in_order, timed, together
from foedus.reports.known import COUNT, Arrival, News
from foedus.reports.record import Report

MANY: Final = 1 << 16
"""Candidates of one report at most, when asked which reports may ever be joined."""
OWNERS_AT_ONCE: Final = 4_096
GONE: Final = "gone"
UNCHANGED: Final = "unchanged"

Told = Callable[[int], object]
"""Told how many reports have been laid over each other so far."""


def changeable(reports: pa.Table, setting: Setting) -> pa.Array:
    """Return the ids of the reports that must be looked at to tell how incidents stood before.

    They are those that might be joined with another if nothing else had been known, and those that
    lie so near to one of these that they move its prior. All others stand alone at any time.
    """
    prepared = prepare(reports, setting)
    if not prepared.row.size:
        return pa.array([], pa.string())
    near = _near(prepared, np.flatnonzero(_joinable(prepared, setting)), setting)
    rows = np.sort(prepared.row[near])
    return reports["report_id"].take(pa.array(rows)).combine_chunks()


def _joinable(prepared: Prepared, setting: Setting) -> Mask:
    """Return which reports would gain by joining another, if nothing else happened around them."""
    features = prepared.features.copy()
    features[:, LOG_DENSITY] = thinnest(reports_per_incident(setting.profiles), setting.parameters)
    known = beliefs(setting, prepared.ways)
    found = np.zeros(features.shape[0], np.bool_)
    if not may_pair(features, known):
        return found
    place = grid(features, known.max_width_m)
    known = known._replace(max_candidates=min(MANY, features.shape[0]))
    for first in range(0, features.shape[0], OWNERS_AT_ONCE):
        owners = np.arange(first, min(first + OWNERS_AT_ONCE, features.shape[0]))
        pairs = scored_pairs(features, known, place, owners, least_gain(setting))
        found[pairs.first] = found[pairs.second] = True
    return found


def _near(prepared: Prepared, chosen: Ints, setting: Setting) -> Ints:
    """Return the reports in the cells of the chosen ones and around them, the chosen among them."""
    held = cells(prepared.features, prepared.hour, setting.parameters)
    keys = np.unique(held.key[held.of_report[chosen]])
    steps = np.arange(-1, 2)
    shift = (steps[:, None, None] * SLAB + steps[:, None] * ROW + steps).ravel()
    around = np.unique((keys[:, None] + shift).ravel())
    return np.flatnonzero(np.isin(held.key, around)[held.of_report])


def turning(news: News, setting: Setting) -> tuple[News, pa.Array]:
    """Return the news of the reports that change how an incident stands, and which may join others.

    They are those that are `changeable` and those beneath which an article was published later.
    """
    moving = changeable(news.reports, setting)
    ids = pa.concat_arrays([moving, news.late()])
    chosen = pc.is_in(news.reports["report_id"], value_set=ids)
    return replace(news, reports=news.reports.filter(chosen)), moving


def stood_before(
    news: News,
    moving: pa.Array,
    whole: Fused,
    setting: Setting,
    engine: Engine,
    progress: Told = lambda _done: None,
) -> History:
    """Return the states of the incidents of a record that did not always stand as in `whole`.

    `news` and `moving` are as of `turning`, `whole` what all reports of the record together tell.
    """
    ids = news.reports["report_id"].combine_chunks()
    others = ids.filter(pc.invert(pc.is_in(ids, value_set=moving)))
    states = together(
        history(news.arrivals(moving), setting, engine, progress),
        alone(news.arrivals(others), setting),
    )
    is_growing = news.reports["known_to_us"].null_count == news.reports.num_rows
    return apart(states, whole, ids, is_growing=is_growing)


def history(
    arrivals: Iterable[Arrival],
    setting: Setting,
    engine: Engine,
    progress: Told = lambda _done: None,
) -> History:
    """Return the states that incidents had, of a record that came to know its reports so.

    `arrivals` are those of the reports that are `changeable` and of all that have several states
    of their own.
    """
    standing = stand(schema(Report).empty_table(), setting, engine)
    states = _States()
    done = 0
    for arrival in arrivals:
        diff = amend(standing, arrival.added, arrival.withdrawn)
        states.take(arrival.at_us, diff.changes, diff.told)
        done += arrival.added.num_rows
        progress(done)
    return states.written()


def alone(arrivals: Iterable[Arrival], setting: Setting) -> History:
    """Return the states of incidents whose one report none can join, but which stood otherwise.

    `arrivals` are those of such reports alone: each state has another number of articles.
    """
    added, came, gone = [schema(Report).empty_table()], list[int](), dict[str, int]()
    for arrival in arrivals:
        added.append(arrival.added)
        came += [arrival.at_us] * arrival.added.num_rows
        gone |= dict.fromkeys(arrival.withdrawn, arrival.at_us)
    reports = pa.concat_tables(added)
    nothing = np.zeros(0, np.int64)
    told = tell(reports, spread(reports.num_rows, nothing, Grouped(*[nothing] * 3)), setting)
    tie = told.members.to_pylist()
    member = {row["report_id"]: at for at, row in enumerate(tie)}
    # A state is known by its number of articles, which grows from each to the next.
    ids = [tie[member[one]]["lineage_id"] for one in reports["report_id"].to_pylist()]
    ends = {tie[member[one]]["lineage_id"]: at_us for one, at_us in gone.items()}
    began = dict(zip(zip(ids, reports[COUNT].to_pylist(), strict=True), came, strict=True))
    ended: dict[tuple[str, int], int | None] = {}
    for state, at_us in reversed(began.items()):
        ended[state], ends[state[0]] = ends.get(state[0]), at_us
    named = (told.incidents[name].to_pylist() for name in ("lineage_id", COUNT))
    states = list(zip(*named, strict=True))
    times = [began[one] for one in states], [ended[one] for one in states]
    at = {row["lineage_id"]: at for at, row in enumerate(tie)}
    members = told.members.take(pa.array([at[lineage] for lineage, _ in states], pa.int64()))
    return in_order(timed(told.incidents, *times), timed(members, *times))


class _States:
    """What each lineage was, batch by batch; a state is known by its batch and lineage."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, Fused]] = []
        self.open: dict[str, int] = {}
        """Lineage -> the batch that told how it stands."""
        self.ended: dict[tuple[str, int], int] = {}
        """State -> when another took its place."""

    def take(self, at_us: int, changes: pa.Table, told: Fused) -> None:
        """Take what a batch changed."""
        for change in changes.to_pylist():
            lineage, word = change["lineage_id"], change["change"]
            if word == UNCHANGED:
                continue
            if lineage in self.open:
                self.ended[lineage, self.open.pop(lineage)] = at_us
            if word != GONE:
                self.open[lineage] = len(self.batches)
        self.batches.append((at_us, told))

    def written(self) -> History:
        """Return all states."""
        parts = list(self._parts())
        tables = []
        for at, record in enumerate((Incident, MemberState, Disagreement)):
            empty = schema(record).empty_table()
            tables.append(pa.concat_tables([empty, *(part[at] for part in parts)]))
        return in_order(*tables)

    def _parts(self) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
        for batch, (at_us, told) in enumerate(self.batches):
            ids = told.incidents["lineage_id"].to_pylist()
            ends = {one: self.ended.get((one, batch)) for one in ids}
            yield (
                _at(told.incidents, at_us, ends),
                _at(told.members, at_us, ends),
                told.disagreements,
            )


def _at(table: pa.Table, at_us: int, ends: Mapping[str, int | None]) -> pa.Table:
    until = [ends[one] for one in table["lineage_id"].to_pylist()]
    return timed(table, [at_us] * table.num_rows, until)
