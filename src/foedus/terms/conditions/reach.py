# SPDX-License-Identifier: Apache-2.0
"""How far a condition looks: which anchors a changed fact can touch, what an anchor needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from foedus.terms.conditions.coded import Bools, Coded
from foedus.terms.conditions.counts import counter
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.pieces import Anchors
from foedus.terms.conditions.plan import Plan
from foedus.terms.conditions.syntax import (
    Always,
    Body,
    CountIs,
    Facts,
    Once,
    Since,
    Tally,
    Until,
    Window,
)
from foedus.terms.conditions.variables import children
from foedus.terms.conditions.windows import places


class Reach(NamedTuple):
    """How far the counts of a plan look from an anchor, in microseconds."""

    back_us: int
    """The farthest that a window with an end looks back."""
    ahead_us: frozenset[int]
    """The distances at which windows that look ahead end."""
    endless: frozenset[str]
    """Kinds of fact of which a window without an end looks at all."""


def reach(plan: Plan) -> Reach:
    """Return how far the counts of a plan look."""
    windows = [counting.window for counting in plan.countings if counting.window is not None]
    back = [w.most_us or 0 for w in windows if w.direction == "before"]
    ahead = {w.most_us or 0 for w in windows if w.direction == "after"}
    endless = {
        counting.pattern.kind
        for counting in plan.countings
        if counting.window is not None and counting.window.most_us is None
    }
    return Reach(max(back, default=0), frozenset(ahead), frozenset(endless))


def looked_at(plan: Plan) -> set[str]:
    """Return the columns of words that a plan looks at."""
    patterns = [counting.pattern for counting in plan.countings]
    patterns += [plan.trigger] if plan.trigger else []
    roles = {KINDS[p.kind].roles[role.preposition] for p in patterns for role in p.roles}
    return {"kind", *roles}


def horizon_us(body: Body) -> int:
    """Return how far into the future a condition looks: then no fact to come can change it."""
    inner = max(map(horizon_us, children(body)), default=0)
    ahead = [window.most_us or 0 for window in _windows(body) if window.direction == "after"]
    return inner + max(ahead, default=0)


def _windows(body: Body) -> Iterator[Window]:
    match body:
        case Once(window=window) | Always(window=window):
            yield window
        case Since(window=window) | Until(window=window):
            yield window
        case Tally(counted=Facts(window=Window() as window)):
            yield window
        case CountIs(counted=Facts(window=Window() as window)):
            yield window


def touched(plan: Plan, anchors: Anchors, changed: Coded) -> Bools:
    """Return the anchors from one of whose positions a changed fact is seen."""
    found = np.zeros(anchors.first.size, np.bool_)
    for counting in plan.countings:
        has_values = dict.fromkeys(counting.anything, True)
        for layer in counter(counting, changed, has_values).layers:
            key = layer.keys.of(anchors.keys, anchors.first.size)
            begun = places(key, anchors.last + 1, layer.first)
            found |= begun > places(key, anchors.first, layer.last)
    return found
