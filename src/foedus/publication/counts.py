# SPDX-License-Identifier: Apache-2.0
"""Sums over incidents: in all, by bin of time, by group, by precision, before and after a date.

Everything that the bulletin counts is counted here, from the public incidents. An incident counts
where it *begins*; whether it surely ends in the same bin is counted beside it. Unknown deaths are
in no sum and are counted as untold: lowest, best and highest estimates each for themselves. Nothing
is spread, estimated or rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.publication.calendars import Bins

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

EXACT_PLACE_M: Final = 5_000
"""An error radius up to which a place counts as exact."""
EXACT_TIMES: Final = ("instant", "minute", "hour", "day")
"""Precisions of time that are exact to the day."""
DAY_US: Final = 86_400_000_000


class Sum(NamedTuple):
    """Incidents and the sums of their deaths; None where not one of them tells a number."""

    incidents: int
    low: int | None
    best: int | None
    high: int | None
    untold: int
    """Incidents without a best estimate; the next two: without a lowest, a highest one."""
    untold_low: int = 0
    untold_high: int = 0


class Binned(NamedTuple):
    """Counts by bin: all, and those that surely lie wholly within one bin."""

    bins: Bins
    incidents: Ints
    incidents_whole: Ints
    low: Ints
    best: Ints
    best_whole: Ints
    high: Ints
    untold: Ints
    """Incidents without a best estimate; the next two: without a lowest, a highest one."""
    untold_low: Ints
    untold_high: Ints

    def silent(self, untold: Ints) -> Mask:
        """Return the bins with incidents of which not one tells a number."""
        silent: Mask = (untold == self.incidents) & (self.incidents > 0)
        return silent

    @property
    def ranged(self) -> Mask:
        """The bins in which the range is that of the best estimates: none of them lacks an end."""
        even: Mask = (self.untold_low == self.untold) & (self.untold_high == self.untold)
        return even & ~self.silent(self.untold)


class Comparison(NamedTuple):
    """Weeks around a mark: what began before or after, and what lies on both sides of it."""

    bins: Bins
    mark: int
    """Index of the first bin after the mark."""
    days: int
    """Days on either side."""
    before: Sum
    after: Sum
    across: Sum
    """Began before and ended after: on neither side."""
    weekly: Binned
    weekly_across: Ints
    """Deaths of `across` by the week in which they begin."""


def ints(table: pa.Table, name: str) -> tuple[Ints, Mask]:
    """Return a column of integers with unknown as 0, and where it is known."""
    column = table[name].combine_chunks()
    known = column.is_valid().to_numpy(zero_copy_only=False)
    return pc.fill_null(column, 0).to_numpy(zero_copy_only=False).astype(np.int64), known


def summed(table: pa.Table) -> Sum:
    """Return the sums over all rows of incidents (or of reports)."""
    columns = [table[name] for name in ("deaths_low", "deaths_best", "deaths_high")]
    untold = [column.null_count for column in columns]
    low, best, high = (pc.sum(column).as_py() for column in columns)
    return Sum(table.num_rows, low, best, high, untold[1], untold[0], untold[2])


def where(table: pa.Table, mask: Mask) -> pa.Table:
    """Return the rows for which `mask` is true."""
    return table.filter(pa.array(mask))


def binned(table: pa.Table, bins: Bins) -> Binned:
    """Return counts by the bin in which an incident begins; those outside all bins are left out."""
    start, _ = ints(table, "occurred_from_us")
    end, _ = ints(table, "occurred_to_us")
    index = np.searchsorted(bins.edges, start, side="right") - 1
    inside = (index >= 0) & (index < len(bins.days))
    whole = inside & (end <= bins.edges[np.clip(index + 1, 0, len(bins.edges) - 1)])
    size = len(bins.days)

    def total(name: str | None, mask: Mask) -> Ints:
        values = np.ones(len(start), np.int64) if name is None else ints(table, name)[0]
        counted = np.zeros(size, np.int64)
        np.add.at(counted, index[mask], values[mask])
        return counted

    return Binned(
        bins=bins,
        incidents=total(None, inside),
        incidents_whole=total(None, whole),
        low=total("deaths_low", inside),
        best=total("deaths_best", inside),
        best_whole=total("deaths_best", whole),
        high=total("deaths_high", inside),
        untold=total(None, inside & ~ints(table, "deaths_best")[1]),
        untold_low=total(None, inside & ~ints(table, "deaths_low")[1]),
        untold_high=total(None, inside & ~ints(table, "deaths_high")[1]),
    )


def grouped(table: pa.Table, name: str) -> list[tuple[str | None, Sum]]:
    """Return the sums by each value of a column, most incidents first; unknown is a value."""
    names = ("deaths_low", "deaths_best", "deaths_high")
    told = [(column, "sum", pc.ScalarAggregateOptions(min_count=1)) for column in names]
    untold = [(column, "count", pc.CountOptions(mode="only_null")) for column in names]
    counted = table.group_by(name).aggregate([([], "count_all"), *told, *untold])
    rows = [
        (
            row[name],
            Sum(
                incidents=row["count_all"],
                low=row["deaths_low_sum"],
                best=row["deaths_best_sum"],
                high=row["deaths_high_sum"],
                untold=row["deaths_best_count"],
                untold_low=row["deaths_low_count"],
                untold_high=row["deaths_high_count"],
            ),
        )
        for row in counted.to_pylist()
    ]
    return sorted(rows, key=lambda item: (-item[1].incidents, item[0] is None, item[0] or ""))


def exact_day(table: pa.Table) -> Mask:
    """Return for each incident whether its day is known."""
    found = pc.is_in(table["occurred_precision"], pa.array(EXACT_TIMES))
    return np.asarray(found.to_numpy())


def exact_place(table: pa.Table) -> Mask:
    """Return for each incident whether its place is known to within `EXACT_PLACE_M`."""
    radius, known = ints(table, "radius_m")
    return known & (radius <= EXACT_PLACE_M)


def classed(values: Ints, known: Mask, limits: Sequence[int]) -> Ints:
    """Return the number of the class of each value: up to each limit, above all, unknown."""
    return np.where(known, np.searchsorted(np.array(limits), values), len(limits) + 1)


def compared(table: pa.Table, bins: Bins) -> Comparison:
    """Compare the first half of `bins` with the second; an incident counts where it begins."""
    start, _ = ints(table, "occurred_from_us")
    end, _ = ints(table, "occurred_to_us")
    half = len(bins.days) // 2
    first, mark, last = (int(bins.edges[number]) for number in (0, half, -1))
    earlier = (start >= first) & (start < mark)
    across = where(table, earlier & (end > mark))
    return Comparison(
        bins=bins,
        mark=half,
        days=(bins.days[half] - bins.days[0]).days,
        before=summed(where(table, earlier & (end <= mark))),
        after=summed(where(table, (start >= mark) & (start < last))),
        across=summed(across),
        weekly=binned(table, bins),
        weekly_across=binned(across, bins).best,
    )
