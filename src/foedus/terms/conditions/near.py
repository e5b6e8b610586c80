# SPDX-License-Identifier: Apache-2.0
"""A plan with a trigger, judged anew only at the anchors that a step can touch.

Touched are: facts that came; anchors from one of whose positions a changed fact is seen; anchors
whose windows the advance of the record closes; and, where a value is unknown, all such anchors once
the domain changes. What one fact triggers does not hang on what another does, so that the verdicts
of each fact stand in a ledger, and those of the condition are their union.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa

from foedus.terms.conditions.answering import Answered, Question, around
from foedus.terms.conditions.coded import UNKNOWN, Bools, Coded, Words, column_of, ranked
from foedus.terms.conditions.keys import keyed
from foedus.terms.conditions.ledger import CHANGES, SETTLED, Ledger, difference
from foedus.terms.conditions.pieces import Anchors, triggered
from foedus.terms.conditions.plan import Plan
from foedus.terms.conditions.reach import reach, touched
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.store import WORDS, Cell, Change, Store
from foedus.terms.conditions.stretches import Stretches, episodes, rest, stretches
from foedus.terms.conditions.syntax import Condition
from foedus.terms.conditions.tables import PLACES, VERDICTS, table
from foedus.terms.conditions.variables import columns, of_pattern, sorts
from foedus.terms.conditions.windows import Ints

SPAN: Final = -len(PLACES) - 1
"""Where the instants of a ledger's row begin, after id, values and verdict; settled is last."""
FAR_US: Final = 1 << 60


class Near:
    """The verdicts of a plan with a trigger, kept up with a store."""

    def __init__(self, condition: Condition, plan: Plan, store: Store) -> None:
        assert plan.trigger is not None
        self._plan, self._trigger, self._store = plan, plan.trigger, store
        self._sorts, self._names = sorts(condition), columns(condition)
        self._reach = reach(plan)
        self._ledger = Ledger(len(self._names) + 7)
        self._floor_us = -FAR_US
        """Facts that ended before it are judged no more."""
        named = [self._sorts[name] for name in of_pattern(plan.trigger)]
        self._unknown = {column_of(sort): 0 for sort in named if sort != "fact"}

    def step(self, change: Change, was: Asked | None, asked: Asked) -> pa.Table:
        """Judge what a step can touch, and return what changed."""
        places = self._touched(change, was, asked)
        rows = self._judged(places, asked)
        facts = np.union1d(change.gone[Cell.ID], self._store.held()[Cell.ID][places])
        changed = difference(self._ledger.of(facts), rows, SPAN)
        self._ledger.replace(facts, rows)
        return self._table(changed[:-1]).append_column(
            "change", CHANGES.take(pa.array(changed[-1]))
        )

    def verdicts(self, asked: Asked) -> pa.Table:
        """Return the verdicts of the condition, as `batch` gives them."""
        rows = self._ledger.all()
        ties = (
            1
            if asked.ties == "simultaneous"
            else int(rows[[SPAN + 1, SPAN + 3]].max(initial=0)) + 2
        )
        first, last = (rows[SPAN + at] * ties + rows[SPAN + at + 1] for at in (0, 2))
        columns = {name: rows[1 + at] for at, name in enumerate(self._names)}
        record = self._coded(slice(0, 0), asked)._replace(ties=ties)
        question = Question(self._plan, self._sorts, self._names, record, (0, 0))
        return table(joined(columns, rows[SPAN - 1], first, last), question)

    def forget(self, oldest_us: int) -> None:
        """Let go of what no change from `oldest_us` on can touch."""
        self._floor_us = oldest_us - max(self._reach.ahead_us, default=0)
        before_us = self._floor_us - self._reach.back_us - self._store.longest_us
        code = self._store.forget(before_us, self._reach.endless)
        if code is not None:
            facts = [1 + at for at, name in enumerate(self._names) if self._sorts[name] == "fact"]
            self._ledger.recode(code, facts)

    def _touched(self, change: Change, was: Asked | None, asked: Asked) -> Ints:
        """Return the places of the facts whose anchors are to be judged."""
        spans = [(asked.since_us, asked.on_us)]
        is_moved = self._is_domain_moved(change)
        if was is not None and not is_moved:
            ahead = {0, *self._reach.ahead_us}
            spans = [(was.on_us - distance, asked.on_us - distance) for distance in ahead]
        changed = change.both()
        ends = np.array(spans, np.int64).T
        ends = np.concatenate([ends, changed[[Cell.FIRST, Cell.LAST]]], axis=1)
        hull = slice(*self._store.between(*self._hull(ends)))
        record = self._coded(hull, asked)
        anchors = self._anchors(record, asked)
        found = touched(self._plan, anchors, self._changed(changed, record))
        found |= overlapping(anchors, ends, record.ties)
        places = hull.start + np.unique(anchors.fact[found])
        is_open = self._store.held()[Cell.LAST][places] >= self._floor_us
        return np.asarray(places[is_open])

    def _hull(self, ends: Ints) -> tuple[int, int]:
        """Return a time in which all anchors lie that look into some spans."""
        first = int(ends[0].min()) - max(self._reach.ahead_us, default=0)
        if self._reach.endless:
            return first, FAR_US
        return first, int(ends[1].max()) + self._reach.back_us

    def _is_domain_moved(self, change: Change) -> bool:
        """Whether values came or went that an unknown argument may have."""
        kind = self._store.lexicons["kind"].code_of(self._trigger.kind)
        for sign, cells in ((-1, change.gone), (1, change.come)):
            for column in self._unknown:
                rows = (cells[Cell.KIND] == kind) & (cells[WORDS[column]] == UNKNOWN)
                self._unknown[column] += sign * int(np.count_nonzero(rows))
        waiting = {column for column, number in self._unknown.items() if number}
        anything = {column for each in self._plan.countings for column in each.anything}
        return bool((waiting | anything) & self._store.moved)

    def _judged(self, places: Ints, asked: Asked) -> Ints:
        """Return the ledger's rows of the facts at some places."""
        if not places.size:
            return self._ledger.none()
        selected = self._needed(places)
        record = self._coded(selected, asked)
        anchors = self._anchors(record, asked)
        is_asked = np.zeros(self._store.size, np.bool_)
        is_asked[places] = True
        anchors = anchors.taken(np.flatnonzero(is_asked[selected][anchors.fact]))
        span = (asked.since_us * record.ties, record.open_from - 1)
        question = Question(self._plan, self._sorts, self._names, record, span)
        return self._rows(around(question, anchors, by_fact=True), selected, record.ties, asked)

    def _needed(self, places: Ints) -> slice | Ints:
        """Return the places of all facts that the windows of some anchors may hold."""
        held = self._store.held()
        first = held[Cell.FIRST][places] - self._reach.back_us - self._store.longest_us
        last = held[Cell.LAST][places] + max(self._reach.ahead_us, default=0)
        begin = np.searchsorted(held[Cell.FIRST], first)
        end = np.searchsorted(held[Cell.FIRST], last, side="right")
        hull = slice(int(begin.min()), int(end.max()))
        depth = np.zeros(hull.stop - hull.start + 1, np.int64)
        np.add.at(depth, begin - hull.start, 1)
        np.add.at(depth, end - hull.start, -1)
        near = np.cumsum(depth[:-1]) > 0
        if not self._reach.endless:
            return hull if near.all() else hull.start + np.flatnonzero(near)
        needed = np.zeros(self._store.size, np.bool_)
        for kind in self._reach.endless:
            needed |= held[Cell.KIND] == self._store.lexicons["kind"].code_of(kind)
        needed[hull] |= near
        return np.flatnonzero(needed)

    def _rows(self, found: Answered, at: slice | Ints, ties: int, asked: Asked) -> Ints:
        """Return what was found as rows of the ledger, by fact."""
        parts = (found.sure, found.possible, found.episodes)
        row, _, first, last = (np.concatenate(column) for column in zip(*parts, strict=True))
        fact = found.columns[""][row]
        held = self._store.held()
        closed = held[Cell.LAST][at][fact] + max(self._reach.ahead_us, default=0)
        rows = np.stack(
            [
                held[Cell.ID][at][fact],
                *(found.columns[name][row] for name in self._names),
                np.repeat(np.arange(3), [part.row.size for part in parts]),
                *(first // ties, first % ties, last // ties, last % ties),
                closed < asked.on_us,
            ]
        )
        return rows[:, np.argsort(rows[0], kind="stable")]

    def _anchors(self, record: Coded, asked: Asked) -> Anchors:
        span = (asked.since_us * record.ties, record.open_from - 1)
        return triggered(self._trigger, record, span)

    def _coded(self, at: slice | Ints, asked: Asked) -> Coded:
        """Return the facts at some places as a record."""
        held = self._store.held()
        first, last, ties, begin = held[Cell.FIRST][at], held[Cell.LAST][at], 1, asked.on_us
        if asked.ties == "ordered":
            ends = np.searchsorted(held[Cell.FIRST], [asked.on_us, asked.on_us + 1])
            there = int(ends[1] - ends[0])
            first, ties = ranked(first, there + 1)
            last, begin = first, asked.on_us * ties + there
        return Coded(first, last, ties, begin, self._words_of(held, at), self._store.domain)

    def _changed(self, cells: Ints, record: Coded) -> Coded:
        """Return changed facts, each at all ranks of its microseconds."""
        first, last = cells[Cell.FIRST] * record.ties, (cells[Cell.LAST] + 1) * record.ties - 1
        return record._replace(first=first, last=last, words=self._words_of(cells, slice(None)))

    def _words_of(self, cells: Ints, at: slice | Ints) -> Callable[[str], Words]:
        return lambda name: Words(cells[WORDS[name]][at], self._store.lexicons[name])

    def _table(self, rows: Ints) -> pa.Table:
        """Return rows of the ledger with the fact that triggers each."""
        places = rows[SPAN:-1]
        return pa.table(
            {
                "trigger": self._store.lexicons["fact_id"].spoken(rows[0]),
                **{name: self._values(name, rows[1 + at]) for at, name in enumerate(self._names)},
                "verdict": pa.array(VERDICTS).take(pa.array(rows[SPAN - 1])),
                **dict(zip(PLACES, map(pa.array, places), strict=True)),
                SETTLED: pa.array(rows[-1] == 1),
            }
        )

    def _values(self, name: str, values: Ints) -> pa.Array:
        if self._sorts[name] == "count":
            return pa.array(values)
        return self._store.lexicons[column_of(self._sorts[name])].spoken(values)


def overlapping(anchors: Anchors, ends: Ints, ties: int) -> Bools:
    """Return the anchors that share a microsecond with one of some spans: firsts and lasts."""
    ends = ends[:, np.argsort(ends[0])]
    reached = np.maximum.accumulate((ends[1] + 1) * ties - 1)
    begun = np.searchsorted(ends[0] * ties, anchors.last, side="right")
    return (begun > 0) & (reached[np.maximum(begun - 1, 0)] >= anchors.first)


def joined(columns: dict[str, Ints], verdict: Ints, first: Ints, last: Ints) -> Answered:
    """Return the union of the verdicts of single facts."""
    _, value = keyed(columns, tuple(columns), verdict.size)
    at = np.arange(verdict.size)
    sure, may, once = (at[verdict == 0], at[verdict != 2], at[verdict == 2])
    certain, whole = (stretches(part, value[part], first[part], last[part]) for part in (sure, may))
    spans = Stretches(once, value[once], first[once], last[once])
    return Answered(columns, certain, rest(whole, certain), episodes(spans, certain))
