# SPDX-License-Identifier: Apache-2.0
"""Kernels over stretches that stand sorted by valuation and first position.

The unions of `windows.united` are cut here: what is possible without what is sure, and the shortest
episodes without those that hold a sure instant. A valuation is a whole number here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from foedus.terms.conditions.windows import Ints, united


class Stretches(NamedTuple):
    """Stretches of valuations: a row that has the valuation, the first and the last position."""

    row: Ints
    valuation: Ints
    first: Ints
    last: Ints


def stretches(row: Ints, valuation: Ints, first: Ints, last: Ints) -> Stretches:
    """Return the longest stretches of each valuation, sorted, of spans in any order."""
    order = np.lexsort((first, valuation))
    at, begin, end = united(valuation[order], first[order], last[order])
    whole = order[at]
    return Stretches(row[whole], valuation[whole], begin, end)


@njit(cache=True, nogil=True)
def _rest(have: Stretches, away: Stretches) -> tuple[Ints, Ints, Ints]:
    size = have.row.size + away.row.size
    at, begin, end = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    number = other = 0
    for row in range(have.row.size):
        value, first = have.valuation[row], have.first[row]
        while other < away.row.size and (
            away.valuation[other] < value
            or (away.valuation[other] == value and away.last[other] < first)
        ):
            other += 1
        cut = other
        while cut < away.row.size and (
            away.valuation[cut] == value and away.first[cut] <= have.last[row]
        ):
            if away.first[cut] > first:
                at[number], begin[number], end[number] = row, first, away.first[cut] - 1
                number += 1
            first = away.last[cut] + 1
            cut += 1
        if first <= have.last[row]:
            at[number], begin[number], end[number] = row, first, have.last[row]
            number += 1
    return at[:number], begin[:number], end[:number]


def rest(have: Stretches, away: Stretches) -> Stretches:
    """Return what of the stretches is not in those to be taken away."""
    at, begin, end = _rest(have, away)
    return Stretches(have.row[at], have.valuation[at], begin, end)


@njit(cache=True, nogil=True)
def _is_shortest(spans: Stretches) -> Ints:
    """Mark the spans in which no other lies; they come by valuation, first falling, last rising."""
    found = np.ones(spans.row.size, np.int64)
    least = 0
    for row in range(spans.row.size):
        if row == 0 or spans.valuation[row - 1] != spans.valuation[row]:
            least = spans.last[row]
        elif spans.last[row] >= least:
            found[row] = 0
        else:
            least = spans.last[row]
    return found


@njit(cache=True, nogil=True)
def _is_met(spans: Stretches, sure: Stretches) -> Ints:
    """Mark the spans in which a sure position lies; both come by valuation, first rising."""
    found = np.zeros(spans.row.size, np.int64)
    at = 0
    for row in range(spans.row.size):
        value = spans.valuation[row]
        while at < sure.row.size and (
            sure.valuation[at] < value
            or (sure.valuation[at] == value and sure.last[at] < spans.first[row])
        ):
            at += 1
        if at < sure.row.size and sure.valuation[at] == value:
            found[row] = sure.first[at] <= spans.last[row]
    return found


def episodes(spans: Stretches, sure: Stretches) -> Stretches:
    """Return the shortest of some spans that hold no sure position, each once, sorted."""
    order = np.lexsort((spans.last, -spans.first, spans.valuation))
    falling = Stretches(*(column[order] for column in spans))
    short = Stretches(*(column[_is_shortest(falling) == 1] for column in falling))
    order = np.lexsort((short.first, short.valuation))
    rising = Stretches(*(column[order] for column in short))
    return Stretches(*(column[_is_met(rising, sure) == 0] for column in rising))
