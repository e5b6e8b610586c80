# SPDX-License-Identifier: Apache-2.0
"""Delimited text cut into rows and cells, without ever losing count: one kernel over raw bytes.

The grammar is RFC 4180 with any delimiter and LF or CRLF, taken strictly: a quoted cell ends where
its quote is followed by a delimiter or the end of the row. Where a row breaks that, the row is
refused up to its first line break and cutting goes on at the next line, so that one stray quote
costs one line. Bytes are not decoded here: every encoding that extends ASCII is cut the same.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.base.kernels import kernel, part

GOOD, BLANK, COUNT, TRUNCATED, UNCLOSED, STRAY, LONG = range(7)
MORE: Final = -1
ROW_BYTES: Final = 1 << 20
"""The longest row that is read; a longer one is refused."""
NO_QUOTE: Final = 256

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Grammar(NamedTuple):
    """How a file is cut: delimiter and quote as bytes, the header's width, the wanted columns."""

    delimiter: int
    quote: int
    width: int
    slots: npt.NDArray[np.int32]
    """By column of the header: its place among the wanted ones, or -1."""
    wanted: int


class Cut(NamedTuple):
    """Rows cut from a buffer."""

    cells: npt.NDArray[np.int32]
    """Row by wanted column by (first byte, end); ~end where the cell holds doubled quotes."""
    status: npt.NDArray[np.int8]
    rows: Ints
    """Row by (first byte, end, number of cells)."""
    consumed: int
    """Bytes that need not be seen again."""
    skip: bool
    """True where the rest of a row that is too long is still to come and must be dropped."""


def cut(data: Bytes, grammar: Grammar, most: int, *, at_end: bool) -> Cut:
    """Cut at most `most` rows from the start of `data`; `at_end`: the file ends with it."""
    cells = np.zeros((most, grammar.wanted, 2), np.int32)
    status = np.zeros(most, np.int8)
    rows = np.zeros((most, 3), np.int64)
    marks = (grammar.delimiter, grammar.quote)
    count, consumed, skip = _cut(data, at_end, marks, grammar.slots, cells, status, rows)
    return Cut(cells[:count], status[:count], rows[:count], consumed, skip)


@part
def _quoted(data, begin, at_end, marks, limit):  # type: ignore[no-untyped-def]
    """Follow a quoted cell from behind its quote; return end, place behind it, status."""
    at, stop, quote = begin, len(data), marks[1]
    doubled = False
    while True:
        while at < stop and data[at] != quote:
            at += 1
        if at > limit:
            return at, at, LONG
        if at + 1 < stop and data[at + 1] == quote:
            doubled = True
            at += 2
            continue
        break
    if at >= stop:
        return at, at, UNCLOSED if at_end else MORE
    after = at + 1
    if after + 1 < stop and data[after] == 13 and data[after + 1] == 10:
        after += 1
    elif not at_end and (after == stop or (data[after] == 13 and after + 1 == stop)):
        return at, after, MORE
    closed = after >= stop or data[after] == marks[0] or data[after] == 10
    return (~at if doubled else at), after, GOOD if closed else STRAY


@part
def _bare(data, begin, at_end, marks, limit):  # type: ignore[no-untyped-def]
    """Follow a cell without quotes; return end, place behind it, status."""
    at, stop = begin, len(data)
    while at < stop and data[at] != marks[0] and data[at] != 10:
        at += 1
    if at > limit:
        return at, at, LONG
    if at == stop and not at_end:
        return at, at, MORE
    line_ends = at == stop or data[at] == 10
    end = at - 1 if line_ends and at > begin and data[at - 1] == 13 else at
    return end, at, GOOD


@part
def _row(data, first, at_end, marks, slots, cells):  # type: ignore[no-untyped-def]
    """Cut one row into `cells`; return status, place of its line break, number of cells."""
    at, stop, count = first, len(data), 0
    limit = first + ROW_BYTES
    while True:
        if at < stop and data[at] == marks[1]:
            begin = at + 1
            end, at, status = _quoted(data, begin, at_end, marks, limit)
        else:
            begin = at
            end, at, status = _bare(data, begin, at_end, marks, limit)
        if status != GOOD:
            return status, at, count
        if count < len(slots) and slots[count] >= 0:
            cells[slots[count], 0] = begin
            cells[slots[count], 1] = end
        count += 1
        if at >= stop or data[at] == 10:
            break
        at += 1
    if count == 1 and begin == first and end == first:
        return BLANK, at, count
    if count != len(slots):
        return TRUNCATED if at >= stop and count < len(slots) else COUNT, at, count
    return GOOD, at, count


@kernel
def _cut(data, at_end, marks, slots, cells, status, rows):  # type: ignore[no-untyped-def]
    at: Any = np.int64(0)
    count, stop = 0, len(data)
    while count < len(status) and at < stop:
        state, end, found = _row(data, at, at_end, marks, slots, cells[count])
        if state == MORE:
            break
        skip = False
        if state in (UNCLOSED, STRAY, LONG):
            end = at
            while end < stop and data[end] != 10:
                end += 1
            skip = end == stop and not at_end
            if skip and end - at <= ROW_BYTES:
                break
        status[count] = state
        rows[count, 0], rows[count, 1], rows[count, 2] = at, end, found
        count += 1
        at = min(end + 1, stop)
        if skip:
            return count, stop, True
    return count, at, False


def column(data: Bytes, part: Cut, slot: int, kept: Ints, quote: int) -> pa.Array:
    """Return one wanted column of the rows `kept` as a binary array, trimmed of blanks."""
    starts, ends = part.cells[kept, slot, 0], part.cells[kept, slot, 1]
    lengths = np.where(ends < 0, ~ends, ends) - starts
    out = np.empty(int(lengths.sum()), np.uint8)
    offsets = np.empty(len(kept) + 1, np.int32)
    used = _gather(data, starts, ends, quote, out, offsets)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(out[:used])]
    return pa.Array.from_buffers(pa.binary(), len(kept), buffers)


@part
def _trimmed(data, begin, end):  # type: ignore[no-untyped-def]
    while begin < end and (data[begin] == 32 or data[begin] == 9):
        begin += 1
    while begin < end and (data[end - 1] == 32 or data[end - 1] == 9):
        end -= 1
    return begin, end


@kernel
def _gather(data, starts, ends, quote, out, offsets):  # type: ignore[no-untyped-def]
    at = 0
    offsets[0] = 0
    for row in range(len(starts)):
        end = np.int64(ends[row])
        doubled = end < 0
        here, end = _trimmed(data, np.int64(starts[row]), ~end if doubled else end)
        if not doubled:
            for step in range(end - here):
                out[at + step] = data[here + step]
            at += end - here
            here = end
        while here < end:
            out[at] = data[here]
            at += 1
            here += 2 if data[here] == quote else 1
        offsets[row + 1] = at
    return at
