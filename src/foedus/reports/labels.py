# SPDX-License-Identifier: Apache-2.0
"""The source's own words to the shared ones: kind, target, actor and parties of a row.

A mapping is data. One meaning settles a label, several leave it open (for a taxonomy: to their one
common class, if they have one), an empty list names nothing. Each distinct label is looked up once
and the answer spread over the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.errors import did_you_mean
from foedus.reports.cells import Bools, valid
from foedus.reports.faults import Faults
from foedus.reports.profile import Columns, Labels

Texts = dict[str, pa.Array]
Agree = Callable[[Iterable[str]], str | None]


class Meant(NamedTuple):
    """What a column of labels means, and the labels as they stand."""

    meaning: pa.Array
    label: pa.Array


def one_or_none(meanings: Iterable[str]) -> str | None:
    """Return the one meaning, or None where several leave it open."""
    found = set(meanings)
    return found.pop() if len(found) == 1 else None


def read_labels(
    texts: Texts, labels: Labels, agree: Agree, faults: Faults, none: str | None
) -> Meant:
    """Read one kind of label of every row; `agree` joins meanings, `none` is for no label."""
    rows = len(faults.bad)
    if labels.constant is not None:
        return Meant(_spread(labels.constant, rows), pa.nulls(rows, pa.string()))
    if labels.flags:
        return _by_flags(texts, labels, none, rows)
    if labels.column is None:
        return Meant(_spread(none, rows), pa.nulls(rows, pa.string()))
    text = texts[labels.column]
    _check_listed(text, labels, labels.column, faults)
    return Meant(_looked_up(text, labels, agree, none), text)


def _looked_up(text: pa.Array, labels: Labels, agree: Agree, none: str | None) -> pa.Array:
    coded = text.dictionary_encode()
    answers = [_answer(word, labels, agree, none) for word in coded.dictionary.to_pylist()]
    index = pc.fill_null(coded.indices, len(answers))
    return pa.array([*answers, none], pa.string()).take(index)


def _spread(value: str | None, rows: int) -> pa.Array:
    return pa.array([value], pa.string()).take(pa.array(np.zeros(rows, np.int64)))


def _pieces(word: str, labels: Labels) -> list[str]:
    if labels.separator is None or word in labels.map:
        return [word]
    return [piece.strip() for piece in word.split(labels.separator) if piece.strip()]


def _answer(word: str, labels: Labels, agree: Agree, none: str | None) -> str | None:
    meanings = [node for piece in _pieces(word, labels) for node in labels.map.get(piece, ())]
    return agree(meanings) if meanings else none


def _check_listed(text: pa.Array, labels: Labels, column: str, faults: Faults) -> None:
    """Note the rows whose label is not mapped, unless the profile takes such as unknown."""
    if labels.unlisted == "unknown":
        return
    coded = text.dictionary_encode()
    for position, word in enumerate(coded.dictionary.to_pylist()):
        if not all(piece in labels.map for piece in _pieces(word, labels)):
            mask = np.asarray(pc.fill_null(pc.equal(coded.indices, position), False))
            expected = "a mapped label; " + did_you_mean(word, labels.map)
            faults.add(mask, "label-unlisted", expected, column=column, got=text)


def _by_flags(texts: Texts, labels: Labels, none: str | None, rows: int) -> Meant:
    """The meaning of the one flag that is set; where several are, it is open."""
    which = np.full(rows, len(labels.flags), np.int64)
    set_flags = np.zeros(rows, np.int64)
    names = list(labels.flags)
    for number, name in enumerate(names):
        mask = flagged(texts[name])
        which[mask] = number
        set_flags += mask
    which[set_flags > 1] = len(names)
    index = pa.array(which)
    return Meant(
        pa.array([*labels.flags.values(), none], pa.string()).take(index),
        pa.array([*names, None], pa.string()).take(index),
    )


def flagged(text: pa.Array) -> Bools:
    """Return where a flag is set: 1 or true in any case; anything else, and null, is not."""
    lower = pc.utf8_lower(text)
    mask = pc.is_in(lower, value_set=pa.array(["1", "1.0", "true"]))
    return np.asarray(pc.fill_null(mask, False))


class Involved(NamedTuple):
    """The parties that each row names, and the deaths of each, as Arrow lists side by side."""

    parties: pa.Array
    deaths: pa.Array


def read_parties(
    texts: Texts, columns: Columns, labels: Labels, deaths: list[pa.Array], faults: Faults
) -> Involved:
    """Read the parties involved; their deaths stand only where all of them are known."""
    rows = len(faults.bad)
    if labels.flags:
        masks = [flagged(texts[name]) for name in labels.flags]
        names = [_spread(party, rows) for party in labels.flags.values()]
        named = [
            pc.if_else(pa.array(m), n, pa.scalar(None, pa.string()))
            for m, n in zip(masks, names, strict=True)
        ]
        return Involved(_lists(named, rows, pa.string()), _lists([], rows, pa.int64()))
    for name in columns.parties:
        _check_listed(texts[name], labels, name, faults)
    named = [_looked_up(texts[name], labels, one_or_none, None) for name in columns.parties]
    there = [valid(party) for party in named]
    counted = np.ones(rows, np.bool_) if deaths else np.zeros(rows, np.bool_)
    for party_there, count in zip(there, deaths, strict=False):
        counted &= ~party_there | valid(count)
    kept = [
        pc.if_else(pa.array(party_there & counted), count, pa.scalar(None, pa.int64()))
        for party_there, count in zip(there, deaths, strict=False)
    ]
    return Involved(_lists(named, rows, pa.string()), _lists(kept, rows, pa.int64()))


def _lists(columns: list[pa.Array], rows: int, kind: pa.DataType) -> pa.Array:
    """Put columns side by side into one list per row, leaving out the nulls."""
    if not columns:
        return pa.ListArray.from_arrays(pa.array(np.zeros(rows + 1, np.int32)), pa.array([], kind))
    there = np.stack([valid(column) for column in columns], axis=1)
    offsets = np.zeros(rows + 1, np.int32)
    np.cumsum(there.sum(axis=1), out=offsets[1:])
    flat = pa.concat_arrays([column.cast(kind) for column in columns])
    order = np.arange(rows * len(columns)).reshape(len(columns), rows).T[there]
    return pa.ListArray.from_arrays(pa.array(offsets), flat.take(pa.array(order)))
