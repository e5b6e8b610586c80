# SPDX-License-Identifier: Apache-2.0
"""A 64-bit print of a text's words: texts with mostly the same words differ in few bits.

Similarity-preserving hash of Charikar (STOC 2002) over the set of words, each hashed by FNV-1a and
mixed. Works on the UTF-8 bytes, so that it serves every script. What a number of differing bits is
worth is left to `beliefs`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from foedus.incidents.likelihood import Ints

Bytes = npt.NDArray[np.uint8]


@njit(cache=True, nogil=True)
def mixed(value: np.uint64) -> np.uint64:
    """Spread a hash over all 64 bits (finaliser of Steele, Lea and Flood, OOPSLA 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True)
def tally(votes: Ints, word: np.uint64) -> None:
    """Let one word vote on each of the 64 bits."""
    for bit in range(64):
        votes[bit] += 1 if (word >> np.uint64(bit)) & np.uint64(1) else -1


@njit(cache=True, nogil=True)
def prints(data: Bytes, offsets: Ints) -> Ints:
    """Return the print of each text between the offsets; words stand apart by blanks."""
    found = np.zeros(offsets.size - 1, np.int64)
    for text in range(found.size):
        votes = np.zeros(64, np.int64)
        word = np.uint64(0xCBF29CE484222325)
        length = 0
        for at in range(offsets[text], offsets[text + 1] + 1):
            if at < offsets[text + 1] and data[at] != 32:
                word = (word ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
                length += 1
            elif length:
                tally(votes, mixed(word))
                word, length = np.uint64(0xCBF29CE484222325), 0
        for bit in range(64):
            if votes[bit] > 0:
                found[text] |= np.int64(1) << bit
    return found


def word_prints(text: pa.ChunkedArray) -> Ints:
    """Return one print per text, 0 where there is none."""
    if text.null_count == len(text):
        return np.zeros(len(text), np.int64)
    words = pc.replace_substring_regex(pc.utf8_lower(text), r"[^\p{L}\p{N}]+", " ")
    flat = pc.fill_null(words, "").combine_chunks().cast(pa.large_string())
    _, offsets, data = flat.buffers()
    starts = np.frombuffer(offsets, np.int64)[flat.offset : flat.offset + len(flat) + 1]
    return prints(np.frombuffer(data, np.uint8), starts)
