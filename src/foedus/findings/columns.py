# SPDX-License-Identifier: Apache-2.0
"""Columns of the table of findings, made in bulk from few distinct texts or from ids of one length.

A finding repeats what its incident and its question say, so that nearly every column is a gather.
Arrow takes texts and lists one by one; numpy takes ids of one length as plain blocks of bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.findings.in_time import Ints

Codes = npt.NDArray[np.int32]
Blocks = npt.NDArray[np.bytes_]


def decoded(texts: pa.Array, numbers: pa.Array) -> pa.Array:
    """Return the texts that int32 numbers stand for; far faster than taking them."""
    return pa.DictionaryArray.from_arrays(numbers, texts).dictionary_decode()


def strings(values: Sequence[str], numbers: Codes) -> pa.Array:
    """Return the text that each int32 number stands for."""
    return decoded(pa.array(list(values), pa.string()), pa.array(numbers))


def lists(values: Sequence[Sequence[str]], numbers: Codes) -> pa.ListArray:
    """Return the list of texts that each int32 number stands for."""
    lengths = np.array([len(value) for value in values], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    offsets = np.concatenate([[0], np.cumsum(lengths[numbers])])
    first = np.repeat(starts[numbers] - offsets[:-1], lengths[numbers])
    texts = pa.array([text for value in values for text in value], pa.string())
    flat = decoded(texts, pa.array((first + np.arange(offsets[-1])).astype(np.int32)))
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), flat)


def ids(
    words: pa.Array, row: Ints, endings: Sequence[str] = (), number: Codes | None = None
) -> pa.Array:
    """Return the word of each row; with `endings`, followed by a hyphen and that of its number.

    `words` has no null. Words and endings of one length each are copied in bulk.
    """
    blocks = _blocks(words)
    if number is None:
        return words.take(pa.array(row)) if blocks is None else _from_blocks(blocks[row])
    tails = [f"-{ending}" for ending in endings]
    if blocks is None or len(set(map(len, endings))) != 1:
        taken = words.take(pa.array(row))
        return pc.binary_join_element_wise(taken, strings(tails, number), "")
    tail = np.array([text.encode() for text in tails])
    whole = np.dtype([("head", blocks.dtype), ("tail", tail.dtype)])
    found = np.empty(len(row), whole)
    found["head"], found["tail"] = blocks[row], tail[number]
    return _from_blocks(found)


def _blocks(words: pa.Array) -> Blocks | None:
    """Return words of one length as a numpy array of bytes, or None if their lengths differ."""
    widths = pc.unique(pc.binary_length(words)).to_pylist()
    if len(widths) != 1 or not widths[0]:
        return None
    _, starts, data = words.buffers()
    first = int(np.frombuffer(starts, np.int32)[words.offset])
    letters = np.frombuffer(data, np.uint8)[first : first + len(words) * widths[0]]
    return np.frombuffer(letters, f"S{widths[0]}")


def _from_blocks(blocks: npt.NDArray[np.void] | Blocks) -> pa.StringArray:
    offsets = np.arange(len(blocks) + 1, dtype=np.int32) * np.int32(blocks.dtype.itemsize)
    return pa.StringArray.from_buffers(len(blocks), pa.py_buffer(offsets), pa.py_buffer(blocks))
