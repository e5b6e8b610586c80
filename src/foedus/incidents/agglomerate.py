# SPDX-License-Identifier: Apache-2.0
"""Which groups the reports form: best-first agglomeration on the joint likelihood of a group.

Every report begins alone; the two groups whose joining makes the record most likely are joined, as
long as joining gains more than the threshold. A join is scored on all members of both at once
(`likelihood.evidence`), so no chain of near neighbours can grow into one wide incident. Parts of
the record that no candidate pair ties together are independent of each other. Ties go to the
earlier reports, so that the result depends on nothing but the reports.
"""

from __future__ import annotations

import heapq
from typing import Final, NamedTuple

import numpy as np

from foedus.base.kernels import kernel, part
from foedus.incidents.likelihood import IMPOSSIBLE, SOURCE, Beliefs, Ints, evidence


@kernel
def root(parent: Ints, item: int) -> int:
    """The representative of an item, halving the path on the way."""
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


@kernel
def components(count: int, first: Ints, second: Ints) -> Ints:
    """Number the connected components; each is named by its first report."""
    parent = np.arange(count)
    for k in range(first.size):
        a, b = root(parent, first[k]), root(parent, second[k])
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for item in range(count):
        parent[item] = root(parent, item)
    return parent


@part
def adjacency(count: int, first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Neighbours of each report: `near[start[i]:start[i + 1]]`."""
    start = np.zeros(count + 1, np.int64)
    for k in range(first.size):
        start[first[k] + 1] += 1
        start[second[k] + 1] += 1
    start = np.cumsum(start)
    fill = start[:-1].copy()
    near = np.empty(2 * first.size, np.int64)
    for k in range(first.size):
        near[fill[first[k]]] = second[k]
        fill[first[k]] += 1
        near[fill[second[k]]] = first[k]
        fill[second[k]] += 1
    return start, near


class Groups(NamedTuple):
    """The groups while they grow; a group is named by its first report."""

    following: Ints
    """The next member behind each report, or -1."""
    last: Ints
    size: Ints
    version: Ints
    """Counts the joins of a group, so that older scores of it are known to be stale; -1: gone."""
    score: Ints
    level: Ints
    """The least gain on the way to the group as it is, `ENDLESS` for a report alone."""


class Joins(NamedTuple):
    """How groups grew: one entry for each report, filled where it led a group that was absorbed."""

    into: Ints
    """The group that absorbed it, or -1: then it leads a group still."""
    level: Ints
    """The least gain on the way to the joined group: joins fall due in the order of levels."""
    gain: Ints
    step: Ints
    """Joins are numbered in the order in which they were made."""


ENDLESS: Final = 1 << 60
"""A level above every gain, in micronats."""


@part
def insertion_sort(values: Ints) -> None:
    """Sort a few values in place: to insert them compiles sooner than to sort at large."""
    for at in range(1, values.size):
        value, before = values[at], at
        while before > 0 and values[before - 1] > value:
            values[before] = values[before - 1]
            before -= 1
        values[before] = value


@part
def once(values: Ints) -> Ints:
    """A few values in ascending order, each once; `values` are sorted in place."""
    insertion_sort(values)
    size = 0
    for value in values:
        if size == 0 or values[size - 1] != value:
            values[size] = value
            size += 1
    return values[:size]


@part
def members_of(groups: Groups, names: Ints) -> Ints:
    """The members of the named groups together, in canonical order."""
    total = 0
    for name in names:
        total += groups.size[name]
    members = np.empty(total, np.int64)
    size = 0
    for name in names:
        item = name
        while item >= 0:
            members[size] = item
            size += 1
            item = groups.following[item]
    insertion_sort(members)
    return members


@part
def clash(features: Ints, beliefs: Beliefs, groups: Groups, a: int, b: int) -> bool:
    """Whether two groups are too many together, or one merged source tells of both."""
    if groups.size[a] + groups.size[b] > beliefs.max_members:
        return True
    one = a
    while one >= 0:
        source = features[one, SOURCE]
        if beliefs.merged[source]:
            other = b
            while other >= 0:
                if features[other, SOURCE] == source:
                    return True
                other = groups.following[other]
        one = groups.following[one]
    return False


@part
def join_gain(features: Ints, beliefs: Beliefs, groups: Groups, a: int, b: int) -> int:
    """What joining two groups gains over leaving them apart, in micronats."""
    if clash(features, beliefs, groups, a, b):
        return IMPOSSIBLE
    members = members_of(groups, np.array([a, b]))
    joint = evidence(features, beliefs, members)
    return joint - groups.score[a] - groups.score[b] if joint > IMPOSSIBLE else IMPOSSIBLE


@part
def neighbours_of(groups: Groups, owner: Ints, start: Ints, near: Ints, name: int) -> Ints:
    """The groups that a candidate pair ties to the named one, each once, in canonical order."""
    members = members_of(groups, np.array([name]))
    room = 0
    for member in members:
        room += start[member + 1] - start[member]
    found = np.empty(room, np.int64)
    size = 0
    for member in members:
        for k in range(start[member], start[member + 1]):
            other = owner[near[k]]
            if other != name:
                found[size] = other
                size += 1
    return once(found[:size])


@part
def absorb(groups: Groups, owner: Ints, a: int, b: int, gain: int) -> None:
    """Join group b into group a, the earlier of the two."""
    item = b
    while item >= 0:
        owner[item] = a
        item = groups.following[item]
    groups.following[groups.last[a]] = b
    groups.last[a] = groups.last[b]
    groups.size[a] += groups.size[b]
    groups.score[a] += groups.score[b] + gain
    groups.level[a] = min(gain, groups.level[a], groups.level[b])
    groups.version[a] += 1
    groups.version[b] = -1


@part
def entered(joins: Joins, groups: Groups, a: int, b: int, gain: int, step: int) -> None:
    """Note that group b was absorbed by group a, which stands now."""
    joins.into[b] = a
    joins.level[b] = groups.level[a]
    joins.gain[b] = gain
    joins.step[b] = step


@kernel
def agglomerated(
    features: Ints, beliefs: Beliefs, first: Ints, second: Ints, gain: Ints, least: int
) -> tuple[Ints, Joins]:
    """Return for each report the first report of its group, and how the groups grew.

    Pairs are joined best first, as long as joining gains more than `least` micronats.
    """
    count = features.shape[0]
    owner = np.arange(count)
    alone = np.zeros(count, np.int64)
    never = np.full(count, -1)
    joins = Joins(never, alone.copy(), alone.copy(), never.copy())
    groups = Groups(
        never.copy(), np.arange(count), alone + 1, alone.copy(), alone.copy(), alone + ENDLESS
    )
    start, near = adjacency(count, first, second)
    heap = [(-gain[k], first[k], second[k], 0, 0) for k in range(first.size)]
    heapq.heapify(heap)
    step = 0
    while heap:
        loss, a, b, version_a, version_b = heapq.heappop(heap)
        if groups.version[a] != version_a or groups.version[b] != version_b:
            continue
        absorb(groups, owner, a, b, -loss)
        entered(joins, groups, a, b, -loss, step)
        step += 1
        for other in neighbours_of(groups, owner, start, near, a):
            more = join_gain(features, beliefs, groups, a, other)
            if more > least:
                x, y = min(a, other), max(a, other)
                heapq.heappush(heap, (-more, x, y, groups.version[x], groups.version[y]))
    return owner, joins
