# SPDX-License-Identifier: Apache-2.0
"""Whether an incident fell into the time of a term, and with which share of its own interval.

A term is surely in force from the latest that it can have begun to the earliest that it can have
ended, and possibly from the earliest to the latest. Where both stretches cut an interval alike,
the part of it inside is a share; where a limit is itself unsure, no share can be told. When a
term begins and ends is told by `terms.in_force`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.base.deadlines import Due as Stretch
from foedus.base.deadlines import Limit, NotComputable
from foedus.base.evidence import Answer
from foedus.terms.in_force import Held

Ints = npt.NDArray[np.int64]
Answers = npt.NDArray[np.int8]
NO, POSSIBLE, SURE = (np.int8(value) for value in range(3))
"""Answers as numbers, in Kleene's order: `and` is the least, `or` the greatest."""
CODES: Final = {Answer.NO: NO, Answer.POSSIBLE: POSSIBLE, Answer.SURE: SURE}
NO_SHARE: Final = -1
ALL_PPM: Final = 1_000_000
EVER_US: Final = 2**62
"""Farther off than any instant of a record."""

Span = tuple[int, int]


class Answered(NamedTuple):
    """An answer for each row, and the share behind each that is possible."""

    answers: Answers
    shares: Ints
    """Parts per million from 1 to 999,999; NO_SHARE where there is none."""


class Times(NamedTuple):
    """Stretches of time, each list without overlap and in order, half open, UTC microseconds."""

    sure: tuple[Span, ...]
    possible: tuple[Span, ...]


ALWAYS: Final = Times(((-EVER_US, EVER_US),), ((-EVER_US, EVER_US),))
UNKNOWN_TIMES: Final = Times((), ((-EVER_US, EVER_US),))


def times_of(held: Iterable[Held], signed_us: int | None = None) -> Times:
    """Return when a term is in force; of a term that nothing dates, nobody can tell.

    What is not known to begin at all may begin from `signed_us` on; None: at any time.
    """
    stretches = tuple(held)
    first_us = -EVER_US if signed_us is None else signed_us
    if not stretches:
        return Times((), ((first_us, EVER_US),))
    possible = (_possible(stretch, first_us) for stretch in stretches)
    return Times(_joined(map(_sure, stretches)), _joined(possible))


def between(begins: Limit | None, ends: Limit | None) -> Times:
    """Return the stretch between two limits; None is without a limit."""
    sure_from, possible_from = _starts(begins) if begins else (-EVER_US, -EVER_US)
    sure_to, possible_to = _ends(ends) if ends else (EVER_US, EVER_US)
    return Times(_joined([(sure_from, sure_to)]), _joined([(possible_from, possible_to)]))


def once_over(times: Times, due: Stretch | NotComputable | None) -> Times:
    """Return the part of some times after a deadline; one that is not computable leaves doubt."""
    if due is None:
        return times
    if isinstance(due, NotComputable):
        return Times((), times.possible)
    latest_us = due.limit.latest_us
    sure_from = EVER_US if latest_us is None else latest_us
    return Times(_after(times.sure, sure_from), _after(times.possible, due.limit.earliest_us))


def time_answers(times: Times, from_us: Ints, to_us: Ints) -> Answered:
    """Return whether each interval lies in the times, and the share of it that does.

    `from_us` and `to_us` are int64; an interval without length counts as one microsecond.
    """
    to_us = np.maximum(to_us, from_us + 1)
    length = to_us - from_us
    sure, possible = (_overlap(spans, from_us, to_us) for spans in times)
    answers = np.where(sure == length, SURE, np.where(possible == 0, NO, POSSIBLE))
    shares = np.clip(ppm(sure, length), 1, ALL_PPM - 1)
    known = (answers == POSSIBLE) & (sure == possible)
    return Answered(answers.astype(np.int8), np.where(known, shares, NO_SHARE))


def ppm(part: Ints, whole: Ints) -> Ints:
    """Return part / whole in parts per million, rounded down, without leaving 64 bits."""
    thousands, rest = np.divmod(part * 1000, whole)
    found: Ints = thousands * 1000 + rest * 1000 // whole
    return found


def _overlap(spans: tuple[Span, ...], from_us: Ints, to_us: Ints) -> Ints:
    total = np.zeros(len(from_us), np.int64)
    for first, last in spans:
        total += np.maximum(np.minimum(to_us, last) - np.maximum(from_us, first), 0)
    return total


def _sure(held: Held) -> Span:
    if isinstance(held.begins, NotComputable) or isinstance(held.ends, NotComputable):
        return 0, 0
    ends = EVER_US if held.ends is None else held.ends.earliest_us
    return _starts(held.begins)[0], ends


def _possible(held: Held, first_us: int) -> Span:
    begins = first_us if isinstance(held.begins, NotComputable) else held.begins.earliest_us
    if held.may_renew or held.ends is None or isinstance(held.ends, NotComputable):
        return begins, EVER_US
    return begins, _ends(held.ends)[1]


def _starts(limit: Limit) -> Span:
    """Return from when it has surely begun, and from when possibly."""
    latest_us = EVER_US if limit.latest_us is None else limit.latest_us
    return latest_us, limit.earliest_us


def _ends(limit: Limit) -> Span:
    """Return until when it surely goes on, and until when possibly."""
    return limit.earliest_us, EVER_US if limit.latest_us is None else limit.latest_us


def _after(spans: tuple[Span, ...], from_us: int) -> tuple[Span, ...]:
    return tuple((max(first, from_us), last) for first, last in spans if last > from_us)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for first, last in sorted(span for span in spans if span[0] < span[1]):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)
