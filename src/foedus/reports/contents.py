# SPDX-License-Identifier: Apache-2.0
"""The content key: equal for copies of one text, however they are spaced, cased or punctuated.

The text is brought to Unicode form NFKC (UAX 15) and case-folded; every run of characters that are
neither letter, mark nor digit becomes one space (all beyond the basic plane are taken for letters).
At least 40 characters must remain, since short headlines are alike by chance; otherwise the address
serves, if there is one. The key is BLAKE2b (RFC 7693) of the result, cut to 128 bits. Near copies
are left to the fusing of incidents.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.kernels import kernel, part
from foedus.reports.cells import Bools, spans

LEAST_CHARACTERS: Final = 40
TEXT_CHARACTERS: Final = 200


def content_keys(text: pa.Array, url: pa.Array) -> pa.Array:
    """Return the content key of each row, from its full `text`, else from its `url`, else null."""
    normal = normalised(text)
    long = pc.greater_equal(pc.utf8_length(normal), LEAST_CHARACTERS)
    source = pc.if_else(pc.fill_null(long, False), normal, url)
    return pa.array(
        [
            None if item is None else blake2b(item, digest_size=16).hexdigest()
            for item in source.cast(pa.binary()).to_pylist()
        ],
        pa.string(),
    )


def normalised(text: pa.Array) -> pa.Array:
    """Return texts in NFKC, case-folded, with one space for each run of other than letters.

    One kernel does it for texts of simple characters; rows with others go through `unicodedata`.
    """
    if text.null_count == len(text):
        return text
    plain, simple = _collapsed(text, _folding())
    mixed = ~simple
    if not mixed.any():
        return plain
    mask = pa.array(mixed)
    written = text.filter(mask).to_pylist()
    folded = [unicodedata.normalize("NFKC", item or "").casefold() for item in written]
    others, _ = _collapsed(pa.array(folded, pa.string()), _letters())
    return pc.replace_with_mask(plain, mask, others)


def _collapsed(text: pa.Array, folding: npt.NDArray[np.int32]) -> tuple[pa.Array, Bools]:
    seen = spans(text)
    data = np.empty(len(seen.used), np.uint8)
    offsets = np.empty(seen.rows + 1, np.int32)
    simple = np.ones(seen.rows, np.bool_)
    length = _collapse(seen.offsets, seen.data, folding, data, offsets, simple)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data[:length])]
    result = pa.Array.from_buffers(pa.string(), seen.rows, buffers)
    if text.null_count:
        result = pc.if_else(pa.array(seen.valid), result, pa.scalar(None, pa.string()))
    return result, simple


GAP, MIXED = -1, -2
_PLANE: Final = 0x10000
_TOLD: Final = 0x3000


@cache
def _letters() -> npt.NDArray[np.int32]:
    """By character: itself if a letter, mark or digit, else GAP; the last is for all others."""
    kept = np.arange(_PLANE + 1, dtype=np.int32)
    for code in range(_PLANE):
        if unicodedata.category(chr(code))[0] not in "LMN":
            kept[code] = GAP
    return kept


@cache
def _folding() -> npt.NDArray[np.int32]:
    """As `_letters`, but folded; MIXED where neighbours, or more than one character, matter.

    Told for the scripts up to U+2FFF; the others are mixed, which costs time only.
    """
    folding = np.full(_PLANE + 1, MIXED, np.int32)
    for code in range(_TOLD):
        letter = chr(code)
        kind = unicodedata.category(letter)[0]
        folded = unicodedata.normalize("NFKC", letter).casefold()
        single = len(folded) == 1 and len(folded.encode()) == len(letter.encode())
        if single and kind != "M" and not 0x1100 <= code < 0x1200:
            folding[code] = ord(folded) if unicodedata.category(folded)[0] in "LMN" else GAP
    return folding


@part
def _code(data, at):  # type: ignore[no-untyped-def]
    """The character at a place of valid UTF-8, and its size; beyond the basic plane, the plane."""
    first = np.int32(data[at])
    if first < 0x80:
        return first, 1
    if first < 0xE0:
        return ((first & 0x1F) << 6) | (data[at + 1] & 0x3F), 2
    if first < 0xF0:
        return ((first & 0x0F) << 12) | ((data[at + 1] & 0x3F) << 6) | (data[at + 2] & 0x3F), 3
    return np.int32(0x10000), 4


@part
def _put(out, at, code, size):  # type: ignore[no-untyped-def]
    if size == 1:
        out[at] = code
    elif size == 2:
        out[at] = 0xC0 | (code >> 6)
        out[at + 1] = 0x80 | (code & 0x3F)
    else:
        out[at] = 0xE0 | (code >> 12)
        out[at + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[at + 2] = 0x80 | (code & 0x3F)


@kernel
def _collapse(offsets, data, folding, out, ends, simple):  # type: ignore[no-untyped-def]
    at = 0
    ends[0] = 0
    for row in range(len(offsets) - 1):
        start = at
        gap = False
        here, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        while here < stop:
            code, size = _code(data, here)
            folded = folding[code]
            if folded == MIXED:
                simple[row] = False
                break
            if folded == GAP:
                gap = True
            else:
                if gap and at > start:
                    out[at] = 32
                    at += 1
                gap = False
                if size == 4:
                    for step in range(4):
                        out[at + step] = data[here + step]
                else:
                    _put(out, at, folded, size)
                at += size
            here += size
        ends[row + 1] = at
    return at
