# SPDX-License-Identifier: Apache-2.0
"""The faults of a batch of rows, gathered check by check, and the table of refusals they make.

A row may have several faults; all are kept, and the row goes to quarantine once. The checks
themselves stand with what they check.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.base.encoding import schema
from foedus.reports.cells import Bools, Lost, shown
from foedus.reports.record import Refusal

REASONS: Final = {
    "cell-count": "the row has more or fewer cells than the header",
    "truncated": "the file ends in the middle of the row",
    "unclosed-quote": "a quote opens and never closes",
    "stray-quote": "a closing quote is not followed by a delimiter or the end of the row",
    "too-long": "the row is longer than 1 MiB",
    "bad-json": "the line is not a JSON object",
    "encoding": "the bytes are not valid in the declared encoding",
    "nul-byte": "the cell holds a NUL",
    "id-missing": "the item has no id",
    "id-repeated": "the source gave this id before",
    "time-missing": "the row states no time",
    "time-format": "the time is in none of the declared formats",
    "time-impossible": "there is no such date or time of day, or it is not from 1900 to 2100",
    "time-nonexistent": "the clocks were put forward over this local time",
    "zone-unknown": "the zone is not in the time zone database",
    "precision-code": "the precision is not among the declared codes",
    "end-before-start": "the end lies before the start",
    "latitude-range": "the latitude is not from -90 to 90 degrees",
    "longitude-range": "the longitude is not from -180 to 180 degrees",
    "place-format": "the coordinate cannot be read in the declared notation",
    "place-missing": "the row states no place, and the profile does not allow that",
    "place-incomplete": "one coordinate stands without the other",
    "place-precision-code": "the precision of the place is not among the declared codes",
    "number-format": "the cell is not a whole number",
    "negative": "a count cannot be negative",
    "label-missing": "a word that this kind of row needs is not given",
    "not-for-record": "the cell says what this kind of row cannot say",
    "count-incomplete": "a count stands without exact or at-least, or this without a count",
    "bearing-format": "the bearing is no point of the compass, nor degrees from 0 to 360",
    "range-order": "the far end of the range is nearer than the near end",
    "key-unknown": "the object has a key that the form has not",
    "label-unlisted": "the label is not mapped, and the profile takes that as a fault",
}
"""Every reason for which a row can be refused -> what it says."""

WARNINGS: Final = {
    "deaths-order": "low is above best, or best above high",
    "published-before": "published before it is said to have begun",
    "null-island": "the place is exactly 0 N 0 E, which often stands for no place",
    "range-unknown": "no far end of the range is told, so the place is as wide as can be",
    "weapon-unlisted": "the weapon's label names no class of weapons, so the weapon is unknown",
    "articles-unread": "the list of articles could not be read; other columns served",
}
"""Every oddness that is accepted -> what it says."""


class Finding(NamedTuple):
    """One check that failed in some rows of the batch."""

    rows: npt.NDArray[np.int64]
    column: str | None
    reason: str
    expected: str
    got: list[str]


class Faults:
    """What the checks found in one batch of `count` rows; grows check by check."""

    def __init__(self, count: int) -> None:
        self.bad: Bools = np.zeros(count, np.bool_)
        self.found: list[Finding] = []

    def add(
        self, mask: Bools, reason: str, expected: str, *, column: str | None, got: pa.Array | str
    ) -> None:
        """Note that the rows under `mask` fail; `got` is the column as it came, or one text.

        What was noted before of a row, with the same column and reason, is not noted again.
        """
        rows = np.flatnonzero(mask)
        for before in self.found:
            if (before.column, before.reason) == (column, reason):
                rows = np.setdiff1d(rows, before.rows)
        if len(rows) == 0:
            return
        texts = [got] * len(rows) if isinstance(got, str) else shown(got, rows)
        self.found.append(Finding(rows, column, reason, expected, texts))
        self.bad[rows] = True

    def refusals(self, numbers: npt.NDArray[np.int64], source_id: str, batch_id: str) -> pa.Table:
        """Return every fault as a `Refusal`, by row and then in the order of the checks."""
        records = [
            (int(numbers[row]), step, finding, got)
            for step, finding in enumerate(self.found)
            for row, got in zip(finding.rows, finding.got, strict=True)
        ]
        records.sort(key=lambda item: item[:2])
        return refusal_table(
            [(row, f.column, f.reason, f.expected, got) for row, _, f, got in records],
            source_id,
            batch_id,
        )


def refusal_table(rows: list[Lost], source_id: str, batch_id: str) -> pa.Table:
    """Return a table of refusals from tuples of row, column, reason, expected, got."""
    count = len(rows)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    arrays = [[source_id] * count, [batch_id] * count, *map(list, columns)]
    target = schema(Refusal)
    return pa.table([pa.array(a, f.type) for a, f in zip(arrays, target, strict=True)], target)
