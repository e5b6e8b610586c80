# SPDX-License-Identifier: Apache-2.0
"""How frequent kinds, targets and actors are, and how often sources confuse them; without labels.

Shares: the words of all sources are taken as draws from one distribution of true values, which is
found by expectation maximisation over the reports one by one (Dempster, Laird and Rubin, JRSS B 39,
1977); nothing is paired or grouped. Confusions: the excess of near pairs (`excess`), cut by what
the two sources say, is what two sources say of one happening; a source's confusion is that which
explains its tables with all others best. A prior holds confusions near the default where the
record tells little: being one standard deviation off costs as much as one of chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from msgspec import structs

from foedus.incidents.beliefs import Said, Words, chances, prior_of
from foedus.incidents.excess import LEAST_SIGMA, misfit
from foedus.incidents.likelihood import Floats, Ints
from foedus.reports.profile import Confusion

ROUNDS: Final = 3
EM_ROUNDS: Final = 200
EM_ENDS: Final = 1e-7
EVEN: Final = 0.02
"""Weight of an even distribution beside the reports, so that no share becomes nothing."""
LEAST_REPORTS: Final = 200
SAME_CLASS: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
ANY: Final = (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.16, 0.2)
OFF_SAME: Final = 0.1
OFF_ANY: Final = 0.05
"""Standard deviations of the prior around the default."""


class Tables(NamedTuple):
    """The ways in which labels of one family are said, and pairs by both ways."""

    words: Words
    said: Sequence[Said]
    near: Floats
    """way x way, without those that say nothing: pairs near in time."""
    far: Floats
    """Pairs a week apart, in proportion."""


def tables(words: Words, said: Sequence[Said], counts: Ints, rare: float) -> Tables:
    """Return pairs by ways of saying, each pair counted on both of its sides."""
    both = counts[:, 1:, 1:] + counts[:, 1:, 1:].transpose(0, 2, 1)
    return Tables(words, said, both[0] * 0.5, both[1] * 0.5 * rare)


def learned_shares(
    words: Words, said: Sequence[Said], held: Ints, confusions: Mapping[str, Confusion]
) -> dict[str, float]:
    """Return the share of each true value; `held` is how many reports say it in each way.

    Nothing is learned from fewer than `LEAST_REPORTS` that say anything.
    """
    told = [
        (count, chance)
        for count, chance in zip(held.tolist(), chances(words, said, confusions), strict=True)
        if chance is not None and count
    ]
    total = sum(count for count, _ in told)
    if total < LEAST_REPORTS:
        return {}
    counts = np.array([count for count, _ in told], np.float64)
    chance = np.array([row for _, row in told])
    share = prior_of(words, {})
    even = np.full(share.size, EVEN * total / share.size)
    for _ in range(EM_ROUNDS):
        part = chance * share
        found = (part * (counts / part.sum(axis=1))[:, None]).sum(axis=0) + even
        found /= found.sum()
        done = float(np.abs(found - share).max()) < EM_ENDS
        share = found
        if done:
            break
    return {value: round(float(one), 6) for value, one in zip(words.values, share, strict=True)}


def learned_confusions(
    of: Tables, shares: Mapping[str, float], known: Mapping[str, Confusion], open_to: Sequence[str]
) -> dict[str, Confusion]:
    """Return the confusions of the sources `open_to` learning whose pairs are told.

    `known` holds those of all sources to begin with; those that are declared stay.
    """
    found = dict(known)
    learnable = [source for source in open_to if _partners(of, source)]
    for _ in range(ROUNDS):
        for source in learnable:
            found[source] = _best(of, shares, found, source)
    return {source: found[source] for source in learnable}


def _partners(of: Tables, source: str) -> list[str]:
    """The sources with which it has pairs that stand well above chance."""
    own = _rows(of, source)
    found = []
    for other in sorted({one.source_id for one in of.said} - {source}):
        cut = np.ix_(own, _rows(of, other))
        near, far = of.near[cut].sum(), of.far[cut].sum()
        if near - far >= LEAST_SIGMA * np.sqrt(near + far + 1.0):
            found.append(other)
    return found


def _rows(of: Tables, source: str) -> Ints:
    return np.flatnonzero([one.source_id == source for one in of.said])


def _best(
    of: Tables, shares: Mapping[str, float], known: Mapping[str, Confusion], source: str
) -> Confusion:
    """The confusion of one source that explains its tables with the others best, with the prior."""
    prior, own = prior_of(of.words, shares), _rows(of, source)
    others = [
        (np.ix_(own, rows), _chance(of, known, rows))
        for rows in (_rows(of, other) for other in _partners(of, source))
    ]
    best, least = known[source], np.inf
    for same, anything in product(SAME_CLASS, ANY):
        tried = Confusion(same_class=same, any=anything)
        mine = _chance(of, {**known, source: tried}, own) * prior
        cost = _off(tried)
        for cut, theirs in others:
            shape = mine @ theirs.T
            cost += misfit(of.near[cut], of.far[cut], shape / shape.sum())
        if cost < least:
            best, least = tried, cost
    return best


def _chance(of: Tables, known: Mapping[str, Confusion], rows: Ints) -> Floats:
    """How likely each true value makes each of these ways of saying; even where it means none."""
    said = [of.said[row] for row in rows]
    count = max(len(of.words.values), 1)
    found = chances(of.words, said, known)
    return np.array([np.ones(count) if one is None else one for one in found])


def _off(tried: Confusion) -> float:
    """The cost of being off the default."""
    default = structs.astuple(Confusion())
    same, anything = tried.same_class - default[0], tried.any - default[1]
    return float((same / OFF_SAME) ** 2 + (anything / OFF_ANY) ** 2)
