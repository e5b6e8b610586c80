# SPDX-License-Identifier: Apache-2.0
"""How sure each membership is: what speaks for all else that could be, one change at a time.

A report may belong where it was put; or stand alone, or belong to another group that a candidate
pair ties it to, taking the place there of a report of the same merged source; or another report of
its source may belong where it was put, the two changing places or not. Each of these records is
more or less likely than the one that was found, and the sum of their likelihood ratios is the
*doubt* of the membership. These are the neighbours of a state in Gibbs sampling over partitions
(Neal, Journal of Computational and Graphical Statistics 9, 2000), weighed once and not sampled.
What a report adds to its group is worked out here too; the search itself is left to `agglomerate`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from foedus.base.kernels import kernel, part
from foedus.incidents.agglomerate import adjacency, once
from foedus.incidents.likelihood import (
    IMPOSSIBLE,
    MICRONAT,
    SOURCE,
    Beliefs,
    Ints,
    Whole,
    evidence,
    micronats,
)
from foedus.incidents.pairs import Pairs

CERTAIN: Final = -(10**9)
"""Doubt of a report that stands alone, in micronats: it could be taken from nothing."""
MOST_NATS: Final = 50.0
NOBODY: Final = np.int64(-1)
MILLION: Final = 1_000_000


class Ties(NamedTuple):
    """How sure memberships are: one entry for each report, in micronats."""

    gain: Ints
    """What its group loses without the report; 0 for a report alone."""
    doubt: Ints
    """Log of how much more likely all else is than the membership; `CERTAIN` for one alone."""


class Groups(NamedTuple):
    """Groups by the position of their first report, with all that is asked of them."""

    owner: Ints
    order: Ints
    low: Ints
    high: Ints
    """The members of group g are `order[low[g]:high[g]]`, in canonical order."""
    score: Ints
    """Evidence of each group."""


@part
def groups_of(features: Ints, beliefs: Beliefs, owner: Ints, order: Ints) -> Groups:
    """Gather the members and the evidence of each group; `order` sorts the reports by group."""
    count = owner.size
    low = np.zeros(count, np.int64)
    high, score = low.copy(), low.copy()
    at = 0
    while at < count:
        name, end = owner[order[at]], at
        while end < count and owner[order[end]] == name:
            end += 1
        low[name], high[name] = at, end
        score[name] = evidence(features, beliefs, order[at:end])
        at = end
    return Groups(owner, order, low, high, score)


@part
def changed(
    features: Ints, beliefs: Beliefs, groups: Groups, name: int, gone: Whole, come: Whole
) -> int:
    """What a group gains if one member leaves it and one report joins it; -1 for neither."""
    members = groups.order[groups.low[name] : groups.high[name]]
    now = np.empty(members.size + 1, np.int64)
    size, waits = 0, come >= 0
    for member in members:
        if waits and come < member:
            now[size] = come
            size, waits = size + 1, False
        if member != gone:
            now[size] = member
            size += 1
    if waits:
        now[size] = come
        size += 1
    found = evidence(features, beliefs, now[:size])
    return found - groups.score[name] if found > IMPOSSIBLE else IMPOSSIBLE


@part
def rival_in(features: Ints, beliefs: Beliefs, groups: Groups, name: int, report: int) -> int:
    """The member whose place a report would take in a group, its source having merged; or -1."""
    if beliefs.merged[features[report, SOURCE]]:
        for member in groups.order[groups.low[name] : groups.high[name]]:
            if features[member, SOURCE] == features[report, SOURCE]:
                return int(member)
    return -1


@part
def weight(gain: int) -> float:
    """A gain in micronats as a likelihood ratio, bounded so that sums stay finite."""
    return float(np.exp(min(MOST_NATS, gain / MICRONAT)))


@part
def elsewhere(
    features: Ints, beliefs: Beliefs, groups: Groups, near: Ints, report: int, loss: int
) -> float:
    """How much more likely a report belongs to another group; `near` are the reports tied to it."""
    total = 0.0
    for name in once(groups.owner[near]):
        if name != groups.owner[report]:
            rival = rival_in(features, beliefs, groups, name, report)
            gain = changed(features, beliefs, groups, name, rival, report)
            if gain > IMPOSSIBLE:
                total += weight(gain - loss)
    return total


@part
def exchanged(features: Ints, beliefs: Beliefs, groups: Groups, rivals: Ints, report: int) -> float:
    """How much more likely another report of its source belongs where a report was put."""
    total, own = 0.0, groups.owner[report]
    for rival in rivals:
        gain = changed(features, beliefs, groups, own, report, rival)
        if gain > IMPOSSIBLE:
            name = groups.owner[rival]
            total += weight(gain + changed(features, beliefs, groups, name, rival, NOBODY))
            if groups.high[name] - groups.low[name] > 1:
                back = changed(features, beliefs, groups, name, rival, report)
                if back > IMPOSSIBLE:
                    total += weight(gain + back)
    return total


@part
def rivals_of(features: Ints, groups: Groups, start: Ints, near: Ints, report: int) -> Ints:
    """The reports of the same source, in other groups, that a pair ties to its fellow members."""
    own = groups.owner[report]
    members = groups.order[groups.low[own] : groups.high[own]]
    room = 0
    for member in members:
        room += start[member + 1] - start[member]
    found = np.empty(room, np.int64)
    size = 0
    for member in members:
        if member != report:
            for other in near[start[member] : start[member + 1]]:
                same = features[other, SOURCE] == features[report, SOURCE]
                if same and groups.owner[other] != own:
                    found[size] = other
                    size += 1
    return once(found[:size])


@kernel
def weighed_in_order(
    features: Ints, beliefs: Beliefs, owner: Ints, order: Ints, pairs: Pairs, asked: Ints
) -> Ties:
    """What `weighed` tells; `order` sorts the reports by group."""
    count = owner.size
    groups = groups_of(features, beliefs, owner, order)
    start, near = adjacency(count, pairs.first, pairs.second)
    ties = Ties(np.zeros(count, np.int64), np.full(count, CERTAIN))
    for name in asked:
        if groups.high[name] - groups.low[name] < 2:
            continue
        for report in groups.order[groups.low[name] : groups.high[name]]:
            loss = -changed(features, beliefs, groups, name, report, NOBODY)
            beside = near[start[report] : start[report + 1]]
            total = weight(-loss)
            total += elsewhere(features, beliefs, groups, beside, report, loss)
            if beliefs.merged[features[report, SOURCE]]:
                rivals = rivals_of(features, groups, start, near, report)
                total += exchanged(features, beliefs, groups, rivals, report)
            ties.gain[report] = loss
            ties.doubt[report] = max(micronats(total), CERTAIN)
    return ties


def weighed(features: Ints, beliefs: Beliefs, owner: Ints, pairs: Pairs, asked: Ints) -> Ties:
    """Return the memberships of the groups that `asked` names, by position; others get zeros.

    `owner` holds the position of each group's first report. `pairs` need hold those of the asked
    groups' members alone, with all groups that these tie.
    """
    order = np.argsort(owner, kind="stable")
    found: Ties = weighed_in_order(features, beliefs, owner, order, pairs, asked)
    return found


def probability_ppm(doubt: Ints, doubt_weight: float) -> Ints:
    """Return the probability of memberships, in parts of a million.

    Single changes are weighed as if the rest of the record stood firm and as if features knew
    nothing of each other; `doubt_weight` brings both for and against nearer to even.
    """
    odds = np.exp(np.clip(doubt * (doubt_weight / MICRONAT), -30.0, 30.0))
    chance = np.asarray(np.rint(MILLION / (1.0 + odds)), np.int64)
    return np.where(doubt == CERTAIN, MILLION, chance)
