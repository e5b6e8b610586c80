# SPDX-License-Identifier: Apache-2.0
"""Verdicts as a table, a row for each stretch, whichever evaluator they come from.

Columns: one for each variable, by its name (strings, dictionary-encoded; int64 for a count);
`verdict`: sure, possible or episode (surely once, at an instant that is not known); the first and
the last instant, as `first_us`, `first_rank`, `last_us`, `last_rank`, both included. Rows are
sorted by first instant, verdict, last instant and valuation.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from foedus.terms.conditions.answering import Answered, Question
from foedus.terms.conditions.coded import column_of
from foedus.terms.conditions.evaluation import LegalTruth, Stretch
from foedus.terms.conditions.syntax import Condition
from foedus.terms.conditions.variables import sorts
from foedus.terms.conditions.windows import Ints

VERDICTS: Final = ("sure", "possible", "episode")
PLACES: Final = ("first_us", "first_rank", "last_us", "last_rank")


def told(condition: Condition, truth: LegalTruth) -> pa.Table:
    """Return the table of verdicts that the general evaluator gave."""
    rows = [
        (verdicts.valuation, name, stretch)
        for verdicts in truth.verdicts
        for name, found in zip(
            VERDICTS, (verdicts.sure, verdicts.possible, verdicts.episodes), strict=True
        )
        for stretch in found
    ]
    rows.sort(key=lambda row: (row[2].first, VERDICTS.index(row[1]), row[2].last, row[0]))
    sorts_of = sorts(condition)
    values = {
        name: _typed([row[0][at] for row in rows], sorts_of[name])
        for at, name in enumerate(truth.columns)
    }
    return pa.table(
        {
            **values,
            "verdict": _typed([row[1] for row in rows], "verdict"),
            **_places([row[2] for row in rows]),
        }
    )


def _typed(values: list[str | int], sort: str) -> pa.Array:
    if sort == "count":
        return pa.array(values, pa.int64())
    return pa.array(values, pa.dictionary(pa.int32(), pa.string()))


def _places(found: list[Stretch]) -> dict[str, pa.Array]:
    ends = [(*stretch.first, *stretch.last) for stretch in found]
    return {name: pa.array([end[at] for end in ends], pa.int64()) for at, name in enumerate(PLACES)}


def table(found: Answered, question: Question) -> pa.Table:
    """Return the table of verdicts of a plan."""
    parts = (found.sure, found.possible, found.episodes)
    row, _, first, last = (np.concatenate(column) for column in zip(*parts, strict=True))
    verdict = np.repeat(np.arange(3), [part.row.size for part in parts])
    order = _ordered(found, question, row, (first, verdict, last))
    if order is not None:
        row, first, last, verdict = row[order], first[order], last[order], verdict[order]
    ties = question.record.ties
    return pa.table(
        {
            **{name: _values(found, question, name, row) for name in question.names},
            "verdict": pa.DictionaryArray.from_arrays(verdict.astype(np.int32), pa.array(VERDICTS)),
            "first_us": first // ties,
            "first_rank": first % ties,
            "last_us": last // ties,
            "last_rank": last % ties,
        }
    )


def _values(found: Answered, question: Question, name: str, row: Ints) -> pa.Array:
    values, sort = found.columns[name][row], question.sorts[name]
    if sort == "count":
        return pa.array(values)
    word = question.record.words(column_of(sort)).vocabulary.array()
    return pa.DictionaryArray.from_arrays(values.astype(np.int32, copy=False), word)


def _ordered(
    found: Answered, question: Question, row: Ints, ends: tuple[Ints, Ints, Ints]
) -> Ints | None:
    """Return the order of the rows; None: they stand in it. Values decide only between equals."""
    first = ends[0]
    if np.all(first[1:] > first[:-1]):
        return None
    order = np.lexsort(ends[::-1])
    same = np.ones(max(order.size - 1, 0), np.bool_)
    for end in ends:
        same &= end[order[1:]] == end[order[:-1]]
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    if tied.size:
        ranks = [_rank(found, question, name, row[order[tied]]) for name in question.names]
        at = np.lexsort((*ranks[::-1], *(end[order[tied]] for end in ends[::-1])))
        order[tied] = order[tied][at]
    return order


def _rank(found: Answered, question: Question, name: str, row: Ints) -> Ints:
    """Return a number for each row's value of a variable, greater for what sorts later."""
    if question.sorts[name] == "count":
        return found.columns[name][row]
    words = _values(found, question, name, row).cast(pa.string()).to_pylist()
    place = {word: number for number, word in enumerate(sorted(set(words)))}
    return np.array([place[word] for word in words], np.int64)
