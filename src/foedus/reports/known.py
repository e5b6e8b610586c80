# SPDX-License-Identifier: Apache-2.0
"""What the record knew, and when: the reports as they stood at a moment, and how they came.

A report stands from `known_from_us` until before `known_to_us`; of the articles beneath it those
count that were published by then. `standing_at` gives the tables of one moment; `News` what
changed from moment to moment, so that laying all arrivals up to a moment over each other gives the
same tables. A row that cannot be read has no times, and is left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]

COUNT: Final = "article_count"
DAY_US: Final = 86_400_000_000
NEVER_US: Final = int(np.iinfo(np.int64).max)


class Arrival(NamedTuple):
    """What became known between one moment and the one before it."""

    at_us: int
    """The moment, UTC microseconds since 1970; all that came later than the one before is in it."""
    added: pa.Table
    """`Report`: those that came, and those that stand otherwise than before."""
    withdrawn: tuple[str, ...]
    """Ids of reports that stood before, and stand no more."""


def stood(table: pa.Table, known_us: int) -> pa.Table:
    """Return the rows of a table of any stage that were known at a moment, and stood then."""
    began = pc.less_equal(table["known_from_us"], known_us)
    lasts = pc.fill_null(pc.greater(table["known_to_us"], known_us), True)
    return table.filter(pc.and_(began, lasts))


def standing_at(reports: pa.Table, articles: pa.Table, known_us: int) -> tuple[pa.Table, pa.Table]:
    """Return the reports that stood at a moment with the articles that were published by then.

    `reports` has `schema(Report)`, `articles` `schema(Article)`; rows keep their order.
    """
    reports = stood(reports, known_us)
    later = pc.fill_null(pc.greater(articles["published_us"], known_us), False)
    rows = _rows(articles.filter(later), reports)
    taken = np.bincount(rows[rows >= 0], minlength=reports.num_rows)
    left = reports[COUNT].to_numpy() - taken
    return _counted(reports, left), articles.filter(pc.invert(later))


@dataclass(frozen=True)
class News:
    """What a record came to know: its reports and the articles beneath, and how finely to tell it.

    Tables as in `standing_at`. `arrivals` of a part of the reports are told at the same moments as
    those of all.
    """

    reports: pa.Table
    articles: pa.Table
    until_us: int | None = None
    """What came later is not told; None: all is."""
    most: int | None = None
    """Beyond so many moments, those of one day (UTC) are told together, at the last of them."""

    @cached_property
    def by_day(self) -> bool:
        """Whether it is told day by day."""
        return self.most is not None and np.unique(self._turns.at_us).size > self.most

    @cached_property
    def moments(self) -> Ints:
        """The moments at which something is told, ascending."""
        moments = np.unique(self._turns.at_us)
        if self.by_day:
            last = np.append(np.flatnonzero(np.diff(moments // DAY_US)), moments.size - 1)
            moments = moments[last]
        return moments

    def arrivals(self, ids: pa.Array) -> Iterator[Arrival]:
        """Yield what became known of some reports, moment by moment."""
        chosen = pc.is_in(self.reports["report_id"], value_set=ids).to_numpy()
        turns, names = self._turns, self.reports["report_id"].combine_chunks()
        mine = np.flatnonzero(chosen[turns.row])
        step = np.searchsorted(self.moments, turns.at_us[mine])
        order = mine[np.argsort(step, kind="stable")]
        edges = np.searchsorted(np.sort(step), np.arange(self.moments.size + 1))
        stands = np.zeros(self.reports.num_rows, np.bool_)
        for number, at_us in enumerate(self.moments.tolist()):
            rows = np.unique(turns.row[order[edges[number] : edges[number + 1]]])
            now = rows[turns.until_us[rows] > at_us]
            gone = np.setdiff1d(rows, now)
            gone = gone[stands[gone]]
            if not (now.size or gone.size):
                continue
            stands[now], stands[gone] = True, False
            added = _counted(self.reports.take(pa.array(now)), turns.counted(now, at_us))
            yield Arrival(at_us, added, tuple(names.take(pa.array(gone)).to_pylist()))

    def late(self) -> pa.Array:
        """Return the ids of the reports beneath which an article was published after they came."""
        known = self.reports["known_from_us"].to_numpy()
        turns = self._turns
        late = np.unique(turns.late_row[turns.late_us > known[turns.late_row]])
        return self.reports["report_id"].take(pa.array(late)).combine_chunks()

    @cached_property
    def _turns(self) -> _Turns:
        return _turns(
            self.reports, self.articles, NEVER_US if self.until_us is None else self.until_us
        )


class _Turns(NamedTuple):
    """Every moment at which a report stands otherwise than before, and which report it is."""

    at_us: Ints
    row: Ints
    until_us: Ints
    """For each report: until when it stands."""
    counts: Ints
    """For each report: how many articles are beneath it in the end."""
    late_row: Ints
    """For each article: its report, ascending."""
    late_us: Ints
    """When it was published."""

    def counted(self, rows: Ints, at_us: int) -> Ints:
        """Return how many articles each of these reports had at a moment."""
        begin = np.searchsorted(self.late_row, rows)
        end = np.searchsorted(self.late_row, rows, side="right")
        spans = zip(begin.tolist(), end.tolist(), strict=True)
        to_come = [int(np.count_nonzero(self.late_us[a:b] > at_us)) for a, b in spans]
        return self.counts[rows] - np.array(to_come, np.int64)


def _turns(reports: pa.Table, articles: pa.Table, until_us: int) -> _Turns:
    start = reports["known_from_us"].to_numpy()
    end = pc.fill_null(reports["known_to_us"], NEVER_US).to_numpy()
    told = articles.filter(pc.is_valid(articles["published_us"]))
    late, late_us = _rows(told, reports), told["published_us"].to_numpy()
    kept = late >= 0
    late, late_us = late[kept], late_us[kept]
    order = np.argsort(late, kind="stable")
    late, late_us = late[order], late_us[order]
    between = (late_us > start[late]) & (late_us < end[late])
    at_us = np.concatenate([start, end, late_us[between]])
    row = np.concatenate([np.tile(np.arange(start.size), 2), late[between]])
    asked = (at_us <= until_us) & (end > start)[row] & (at_us < NEVER_US)
    return _Turns(at_us[asked], row[asked], end, reports[COUNT].to_numpy(), late, late_us)


def _rows(articles: pa.Table, reports: pa.Table) -> Ints:
    """Return the row of each article's report; -1 if it is not among them."""
    found = pc.index_in(articles["report_id"], value_set=reports["report_id"].combine_chunks())
    return np.asarray(pc.fill_null(found, -1).to_numpy(), np.int64)


def _counted(reports: pa.Table, counts: Ints) -> pa.Table:
    at = reports.schema.get_field_index(COUNT)
    return reports.set_column(at, reports.schema.field(COUNT), pa.array(counts, pa.int64()))
