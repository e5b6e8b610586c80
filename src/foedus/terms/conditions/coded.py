# SPDX-License-Identifier: Apache-2.0
"""The record as arrays: facts that are held, their positions, and their arguments as codes.

The same as `record` holds as facts, for kernels. Words of a column become codes by its dictionary;
-1 stands for an argument that is not known. `None` in place of a record says that it has a fault,
or positions too large for 64 bits, and belongs to the general evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from foedus.terms.conditions.history import DETERMINED
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.windows import Ints

Bools = npt.NDArray[np.bool_]
UNKNOWN: Final = -1
LIMIT: Final = 1 << 59
"""Positions of facts lie between -LIMIT and LIMIT."""


class Vocabulary(Protocol):
    """The words of a column, each with its code."""

    def code_of(self, word: str) -> int:
        """Return the code of a word; one that no row has, if it is not there."""

    def array(self) -> pa.Array:
        """Return all words; the place of each is its code."""


class Dictionary:
    """The words of a column of an Arrow table."""

    def __init__(self, words: pa.Array, named: Iterable[str] = ()) -> None:
        self._words = words
        new = [word for word in sorted(set(named)) if self.code_of(word) == len(words)]
        if new:
            self._words = pa.concat_arrays([words, pa.array(new, pa.string())])

    def code_of(self, word: str) -> int:
        """Return the code of a word; one that no row has, if it is not there."""
        at: int = pc.index(self._words, word).as_py()
        return at if at >= 0 else len(self._words)

    def array(self) -> pa.Array:
        """Return all words; the place of each is its code."""
        return self._words


class Words(NamedTuple):
    """A column of words: the code of each row that is held, and what the codes mean."""

    code: Ints
    vocabulary: Vocabulary


class Coded(NamedTuple):
    """The facts that are held, in the order of the record."""

    first: Ints
    last: Ints
    """The first and the last position at which each may be."""
    ties: int
    """Ranks of one microsecond."""
    open_from: int
    """The first position at which the record is open."""
    words: Callable[[str], Words]
    """A column by its name."""
    domain: Callable[[str], Ints]
    """The codes of all values of a column, on record or named, by its name."""

    def code_of(self, column: str, word: str) -> int:
        """Return the code of a word in a column."""
        return self.words(column).vocabulary.code_of(word)


def column_of(sort: str) -> str:
    """Return the column in which values of a sort stand."""
    return "fact_id" if sort == "fact" else sort


def coded(table: pa.Table, asked: Asked, named: Mapping[str, Iterable[str]]) -> Coded | None:
    """Return the determined facts of a history that the record holds at the time known.

    `named` are values of columns that need not be on record; they have codes too.
    """
    rows = _held(table, asked.known_us)
    cache: dict[str, Words] = {}

    def words(name: str) -> Words:
        if name not in cache:
            cache[name] = _words(table, name, rows, named.get(name, ()))
        return cache[name]

    def domain(name: str) -> Ints:
        found = words(name)
        codes = [found.vocabulary.code_of(word) for word in named.get(name, ())]
        return np.union1d(found.code[found.code != UNKNOWN], np.array(codes, np.int64))

    from_us, to_us = (_taken(_ints(table, f"occurred_{end}_us"), rows) for end in ("from", "to"))
    ids = words("fact_id")
    survey = Survey(*surveyed(ids.code, from_us, to_us, len(ids.vocabulary.array())))
    if _is_faulty(survey, asked):
        return None
    first, ties = (from_us, 1) if asked.ties == "simultaneous" else ranked(from_us)
    last = to_us - 1 if asked.ties == "simultaneous" else first
    if survey.farthest_us * ties >= LIMIT:
        return None
    return Coded(first, last, ties, open_from(first, ties, asked), words, domain)


def open_from(first: Ints, ties: int, asked: Asked) -> int:
    """Return the first open position: `on`, or behind the last rank on record at it."""
    begin = asked.on_us * ties
    if asked.ties == "simultaneous":
        return begin
    return begin + int(np.count_nonzero((first >= begin) & (first < begin + ties)))


def _held(table: pa.Table, known_us: int) -> Ints | None:
    """Return the rows that are held; None: all of them."""
    held = _ints(table, "known_from_us") <= known_us
    if table["known_to_us"].null_count < table.num_rows:
        stands = pc.fill_null(pc.greater(table["known_to_us"], known_us), True)
        held &= stands.to_numpy()
    verdict = _words(table, "verdict", None)
    held &= verdict.code == verdict.vocabulary.code_of(DETERMINED)
    return None if held.all() else np.flatnonzero(held)


class Survey(NamedTuple):
    """What the facts are like together."""

    shortest_us: int
    longest_us: int
    farthest_us: int
    """The greatest distance of any time from 0."""
    is_twice: bool
    """Whether a fact stands twice."""


@njit(cache=True, nogil=True)
def surveyed(ids: Ints, from_us: Ints, to_us: Ints, number: int) -> tuple[int, int, int, bool]:
    """Return the fields of a `Survey`; ids are codes below `number`."""
    shortest, longest, farthest, is_twice = 1, 1, 0, False
    seen = np.zeros(number, np.uint8)
    for row in range(ids.size):
        length = to_us[row] - from_us[row]
        shortest, longest = min(shortest, length), max(longest, length)
        farthest = max(farthest, abs(from_us[row]), abs(to_us[row]))
        is_twice |= seen[ids[row]] == 1
        seen[ids[row]] = 1
    return shortest, longest, farthest, is_twice


def _is_faulty(survey: Survey, asked: Asked) -> bool:
    """Whether a fact stands twice, ends before it begins, or has no place in an ordered log."""
    is_placeless = asked.ties == "ordered" and survey.longest_us > 1
    is_backward = survey.shortest_us < 1 or asked.since_us > asked.on_us
    return survey.is_twice or is_backward or is_placeless


def ranked(us: Ints, least: int = 1) -> tuple[Ints, int]:
    """Return microseconds times ties plus rank, and the ties; ranks follow the order of rows.

    Each microsecond has one rank more than it may need, for what is not on record there, and no
    fewer than `least`.
    """
    if not np.any(us[1:] < us[:-1]):
        return positions(us, least)
    order = np.argsort(us, kind="stable")
    place = np.empty(us.size, np.int64)
    place[order], ties = positions(us[order], least)
    return place, ties


@njit(cache=True, nogil=True)
def positions(us: Ints, least: int) -> tuple[Ints, int]:
    """Return the positions of ascending microseconds, and the ties."""
    rank = np.zeros(us.size, np.int64)
    most = -1 if us.size == 0 else 0
    for row in range(1, us.size):
        if us[row] == us[row - 1]:
            rank[row] = rank[row - 1] + 1
            most = max(most, rank[row])
    ties = max(most + 2, least)
    for row in range(us.size):
        rank[row] += us[row] * ties
    return rank, ties


def _words(table: pa.Table, name: str, rows: Ints | None, named: Iterable[str] = ()) -> Words:
    coded_words = single(table[name])
    words = Dictionary(coded_words.dictionary, named)
    return Words(_taken(codes_of(coded_words.indices), rows), words)


def single(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of words as one array with one dictionary."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if column.num_chunks != 1:
        column = column.unify_dictionaries()
        whole = column.combine_chunks()
        return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    return column.chunk(0)


def codes_of(indices: pa.Array) -> Ints:
    """Return the codes of a dictionary's indices."""
    if not indices.null_count:
        return np.asarray(indices.to_numpy())
    raw = [None, indices.buffers()[1]]
    values = pa.Array.from_buffers(indices.type, len(indices), raw, offset=indices.offset)
    is_known = indices.is_valid().to_numpy(zero_copy_only=False)
    return np.where(is_known, values.to_numpy(), UNKNOWN)


def _ints(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].to_numpy(), np.int64)


def _taken(values: Ints, rows: Ints | None) -> Ints:
    return values if rows is None else values[rows]
