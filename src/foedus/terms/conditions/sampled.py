# SPDX-License-Identifier: Apache-2.0
"""How often a condition is met in sampled worlds, for all of its valuations at once.

A world has each indicated fact with its probability, drawn by a seed, and each determined one. A
bare count in a window of the past is swept over the ends of its windows, world by world, in one
kernel; any other condition is asked of each distinct world as `batch` asks it. What the hits are
worth is told by `likelihood`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numba import njit

from foedus.base.encoding import to_table
from foedus.terms.conditions.batch import monitored
from foedus.terms.conditions.coded import Bools
from foedus.terms.conditions.history import DETERMINED, Fact
from foedus.terms.conditions.record import Asked, Domains, Match, Record, Valuation, Value
from foedus.terms.conditions.spans import Span
from foedus.terms.conditions.syntax import Condition, Facts, Pattern, Tally, Window
from foedus.terms.conditions.variables import columns
from foedus.terms.conditions.windows import Ints

CHUNK: Final = 1 << 22
"""Numbers drawn at a time."""


class Hits(NamedTuple):
    """In how many worlds a condition is sure at some instant, and in how many possible."""

    sure: int
    possible: int


class Count(NamedTuple):
    """A condition that is one count of facts in a window of the past, and the number to reach."""

    pattern: Pattern
    window: Window | None
    number: int


def counted(condition: Condition) -> Count | None:
    """Return the count that a condition is; None for any other."""
    tally = condition.body
    if not isinstance(tally, Tally) or not isinstance(tally.counted, Facts):
        return None
    if tally.comparison not in (">=", ">"):
        return None
    number = tally.number + (1 if tally.comparison == ">" else 0)
    window = tally.counted.window
    is_past = window is None or window.direction == "before"
    return Count(tally.counted.pattern, window, number) if is_past and number > 0 else None


def worlds(chances: Sequence[float], samples: int, seed: int) -> Bools:
    """Return a row for each world: which facts are there."""
    chance = np.asarray(chances)
    draw = np.random.default_rng(seed)
    found = np.empty((samples, chance.size), np.bool_)
    size = max(1, CHUNK // max(chance.size, 1))
    for begin in range(0, samples, size):
        end = min(begin + size, samples)
        found[begin:end] = draw.random((end - begin, chance.size)) < chance
    return found


class Held(NamedTuple):
    """The facts of a record, and the worlds drawn of them."""

    record: Record
    place: dict[str, int]
    """Fact -> its column in the worlds."""
    there: Bools


def held(record: Record, chances: Sequence[float], samples: int, seed: int) -> Held:
    """Return a record with sampled worlds; `chances` are of its facts, in order."""
    place = {item.fact.fact_id: at for at, item in enumerate(record.placed)}
    return Held(record, place, worlds(chances, samples, seed))


def count_hits(count: Count, valuation: Valuation, worlds_of: Held) -> Hits:
    """Return the hits of a count under a valuation."""
    record, axis, window = worlds_of.record, worlds_of.record.axis, count.window
    matches = list(record.matches(count.pattern, valuation))
    inside = [(m, axis.enclosing(window, m.placed.span)) for m in matches if m.is_sure]
    reached = [(m, axis.reached(window, m.placed.span)) for m in matches]
    return Hits(
        _reached(inside, worlds_of, count.number), _reached(reached, worlds_of, count.number)
    )


def _reached(spans: Iterable[tuple[Match, Span]], worlds_of: Held, number: int) -> int:
    """Return in how many worlds so many spans share a position that is asked about."""
    since, until = worlds_of.record.asked_span
    edges = []
    for match, span in spans:
        first, last = max(span[0], since), min(span[1], until)
        if first <= last:
            at = worlds_of.place[match.placed.fact.fact_id]
            edges += [(first, 1, at), (last + 1, -1, at)]
    if len(edges) < 2 * number:
        return 0
    # At one position what ends is taken off before what begins: spans are closed.
    edges.sort()
    _, step, fact = np.array(edges, np.int64).T
    return int(_deep(step.copy(), fact.copy(), worlds_of.there, number))


@njit(cache=True, nogil=True)
def _deep(step: Ints, fact: Ints, there: Bools, number: int) -> int:
    hits = 0
    for world in range(there.shape[0]):
        depth = 0
        for at in range(step.size):
            if there[world, fact[at]]:
                depth += step[at]
                if depth >= number:
                    hits += 1
                    break
    return hits


def hits(
    condition: Condition, asked: Asked, domains: Domains, worlds_of: Held
) -> dict[tuple[Value, ...], Hits]:
    """Return the hits of any condition, by valuation; what is never possible is left out."""
    names = columns(condition)
    facts = [_as_determined(item.fact) for item in worlds_of.record.placed]
    table = to_table(Fact, facts)
    found: dict[tuple[Value, ...], list[int]] = {}
    rows, times = np.unique(worlds_of.there, axis=0, return_counts=True)
    for there, number in zip(rows, times.tolist(), strict=True):
        told = monitored(condition, table.take(np.flatnonzero(there)), asked, domains)
        values = zip(*(told[name].to_pylist() for name in names), strict=True) if names else ()
        verdicts = told["verdict"].to_pylist()
        sure: dict[tuple[Value, ...], bool] = {}
        for valuation, verdict in zip(
            values if names else [()] * len(verdicts), verdicts, strict=True
        ):
            sure[valuation] = sure.get(valuation, False) or verdict != "possible"
        for valuation, is_sure in sure.items():
            counts = found.setdefault(valuation, [0, 0])
            counts[0] += number * is_sure
            counts[1] += number
    return {valuation: Hits(*counts) for valuation, counts in found.items()}


def _as_determined(fact: Fact) -> Fact:
    return msgspec.structs.replace(fact, verdict=DETERMINED, probability_ppm=None)
