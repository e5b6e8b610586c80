# SPDX-License-Identifier: Apache-2.0
"""Sets of instants as spans, and the axis on which windows are measured.

A position is an instant as one whole number: the microsecond, or in a log whose order decides ties
the microsecond times `ties` plus the rank. Spans are sorted, closed at both ends, and neither touch
nor overlap. What holds at which positions is left to `judging`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from foedus.terms.conditions.syntax import Window

NEVER: Final = -(1 << 90)
"""Before all instants."""
FOREVER: Final = 1 << 90
"""After all instants."""
Span = tuple[int, int]
Spans = tuple[Span, ...]
EMPTY: Final[Spans] = ()
ALL: Final[Spans] = ((NEVER, FOREVER),)


def union(spans: Iterable[Span]) -> Spans:
    """Return the positions of any of some spans, which may overlap and stand in any order."""
    found: list[Span] = []
    for first, last in sorted(span for span in spans if span[0] <= span[1]):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def complement(spans: Spans) -> Spans:
    """Return the positions of none of the spans."""
    edges = [(0, NEVER - 1), *spans, (FOREVER + 1, 0)]
    gaps = ((left[1] + 1, right[0] - 1) for left, right in pairwise(edges))
    return tuple((first, last) for first, last in gaps if first <= last)


def intersection(left: Spans, right: Spans) -> Spans:
    """Return the positions of both."""
    found: list[Span] = []
    at = other = 0
    while at < len(left) and other < len(right):
        first = max(left[at][0], right[other][0])
        last = min(left[at][1], right[other][1])
        if first <= last:
            found.append((first, last))
        if left[at][1] < right[other][1]:
            at += 1
        else:
            other += 1
    return tuple(found)


def holds(spans: Spans, position: int) -> bool:
    """Whether a position is one of the spans'."""
    return covers(spans, (position, position))


def covers(spans: Spans, span: Span) -> bool:
    """Whether every position of a span is one of the spans'."""
    return any(first <= span[0] and span[1] <= last for first, last in spans)


def within(spans: Spans, asked: Span) -> Spans:
    """Return what of the spans lies in the time asked about."""
    return intersection(spans, (asked,) if asked[0] <= asked[1] else EMPTY)


def at_least(ranges: Iterable[Span], number: int) -> Spans:
    """Return the positions that lie in `number` or more of the ranges."""
    if number <= 0:
        return ALL
    steps: dict[int, int] = {}
    for first, last in ranges:
        if first <= last:
            steps[first] = steps.get(first, 0) + 1
            steps[last + 1] = steps.get(last + 1, 0) - 1
    found: list[Span] = []
    depth, start = 0, NEVER
    for position in sorted(steps):
        was, depth = depth, depth + steps[position]
        if was < number <= depth:
            start = position
        elif depth < number <= was:
            found.append((start, position - 1))
    return union(found)


def deepest(ranges: Iterable[Span]) -> int:
    """Return the greatest number of ranges that share a position."""
    steps = sorted(
        step for first, last in ranges if first <= last for step in ((first, 1), (last + 1, -1))
    )
    depth = most = 0
    for _, step in steps:
        depth += step
        most = max(most, depth)
    return most


class Axis(NamedTuple):
    """How positions are measured: how many ranks one microsecond has."""

    ties: int = 1

    def us(self, position: int) -> int:
        """Return the microsecond of a position."""
        return position // self.ties

    def rank(self, position: int) -> int:
        """Return the rank of a position in its microsecond."""
        return position % self.ties

    def first(self, us: int) -> int:
        """Return the first position of a microsecond."""
        return us * self.ties

    def last(self, us: int) -> int:
        """Return the last position of a microsecond."""
        return us * self.ties + self.ties - 1

    def seers(self, window: Window | None, position: int) -> Span:
        """Return the positions from whose window `position` is seen; None: from itself alone."""
        if window is None or position in (NEVER, FOREVER):
            return (position, position)
        least, most, us = window.least_us, window.most_us, self.us(position)
        if window.direction == "before":
            first = self.first(us + least) if least else position
            return (first, FOREVER if most is None else self.last(us + most))
        last = self.last(us - least) if least else position
        return (NEVER if most is None else self.first(us - most), last)

    def seen_from(self, window: Window | None, position: int) -> Span:
        """Return the positions in the window of `position`; empty if its first is past its last."""
        if window is None:
            return (position, position)
        least, most, us = window.least_us, window.most_us, self.us(position)
        if window.direction == "before":
            first = NEVER if most is None else self.first(us - most)
            return (first, self.last(us - least) if least else position)
        last = FOREVER if most is None else self.last(us + most)
        return (self.first(us + least) if least else position, last)

    def reached(self, window: Window | None, span: Span) -> Span:
        """Return the positions whose window has a position of the span."""
        ends = self.seers(window, span[0]), self.seers(window, span[1])
        return (ends[0][0], ends[1][1])

    def enclosing(self, window: Window | None, span: Span) -> Span:
        """Return the positions whose window has all of the span; it may be empty."""
        ends = self.seers(window, span[0]), self.seers(window, span[1])
        return (ends[1][0], ends[0][1])
