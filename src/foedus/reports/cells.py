# SPDX-License-Identifier: Apache-2.0
"""Columns of cells as bytes: their spans in one buffer, their decoding, their text for messages.

`Spans` is an Arrow string or binary column as numba kernels want it. `decoded` turns bytes in the
declared encoding into text and says which rows are not valid in it. What a cell means is left to
the modules of numbers, dates, points and labels.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]
GOT_CHARACTERS: Final = 200


class Spans(NamedTuple):
    """A column of byte strings: row i is data[offsets[i]:offsets[i + 1]], if valid[i]."""

    offsets: npt.NDArray[np.int32]
    data: npt.NDArray[np.uint8]
    valid: Bools

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.valid)

    @property
    def used(self) -> npt.NDArray[np.uint8]:
        """The bytes of all rows together."""
        return self.data[self.offsets[0] : self.offsets[-1]]


def spans(array: pa.Array) -> Spans:
    """Return the spans of a binary or string array; no bytes are copied."""
    _, offsets, data = array.buffers()
    rows = len(array)
    if rows == 0:
        return Spans(np.zeros(1, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.bool_))
    starts = np.frombuffer(offsets, np.int32)[array.offset : array.offset + rows + 1]
    held = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return Spans(starts, held, valid(array))


def valid(array: pa.Array) -> Bools:
    """Return where an array is known, as a mask that may not be written to."""
    if array.null_count == 0:
        return np.ones(len(array), np.bool_)
    return np.asarray(pc.is_valid(array), np.bool_)


def of_bytes(array: pa.Array) -> pa.Array:
    """Return a binary array seen as text; whoever calls it has made sure that it is UTF-8."""
    buffers = array.buffers()
    return pa.Array.from_buffers(pa.string(), len(array), buffers, offset=array.offset)


def decoded(array: pa.Array, encoding: str) -> tuple[pa.Array, Bools | None]:
    """Decode a binary array; return the text, null where it is not valid, and where that is."""
    seen = spans(array)
    if not (seen.used > 127).any():
        return of_bytes(array), None
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig"):
        try:
            text = of_bytes(array)
            text.validate(full=True)
        except pa.ArrowInvalid:
            return _decoded_singly(array, "utf-8")
        return text, None
    return _decoded_singly(array, encoding)


def _decoded_singly(array: pa.Array, encoding: str) -> tuple[pa.Array, Bools | None]:
    bad = np.zeros(len(array), np.bool_)
    texts: list[str | None] = []
    for row, cell in enumerate(array.to_pylist()):
        try:
            texts.append(None if cell is None else cell.decode(encoding))
        except UnicodeDecodeError:
            texts.append(None)
            bad[row] = True
    return pa.array(texts, pa.string()), bad if bad.any() else None


def without(array: pa.Array, words: tuple[str, ...]) -> pa.Array:
    """Return a binary array with null wherever a cell is one of `words`."""
    longer = [word.encode() for word in words if word]
    masks = []
    if "" in words:
        masks.append(np.diff(spans(array).offsets) == 0)
    if longer:
        listed = pc.is_in(array, value_set=pa.array(longer, pa.binary()))
        masks.append(np.asarray(listed))
    mask = np.logical_or.reduce(masks) if masks else np.zeros(0, np.bool_)
    if not mask.any():
        return array
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.binary()), array)


def joined(first: pa.Array, second: pa.Array, between: str) -> pa.Array:
    """Return two text columns as one, `between` them; where one is null the other stands alone."""
    # Arrow's own handling of nulls by skipping loses the rows in which both are null.
    both = pc.binary_join_element_wise(first, second, between, null_handling="emit_null")
    return pc.coalesce(both, first, second)


def shown(array: pa.Array, rows: npt.NDArray[np.int64]) -> list[str]:
    """Return the cells of some rows as text for a message, at most 200 characters each."""
    cells = array.take(pa.array(rows)).to_pylist()
    return [
        shown_bytes(cell if isinstance(cell, bytes) else (cell or "").encode()) for cell in cells
    ]


def shown_bytes(cell: bytes) -> str:
    """Return bytes as text for a message; what is not UTF-8 or not printable is escaped."""
    text = cell[: 4 * GOT_CHARACTERS].decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text[:GOT_CHARACTERS]


Lost = tuple[int, str | None, str, str, str]
"""A row that could not be cut: number, column, reason, expected, got."""


class Rows(NamedTuple):
    """A batch of rows as they were cut: columns of bytes side by side, and the rows' numbers."""

    cells: dict[str, pa.Array]
    """Column -> binary array, null where nothing stands."""
    numbers: npt.NDArray[np.int64]
    """Number of each row in its file."""
    lost: list[Lost]
