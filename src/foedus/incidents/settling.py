# SPDX-License-Identifier: Apache-2.0
"""Groups that were found side by side, settled into those that one search would have found.

Best-first joining is one long sequence for the whole record, and on a dense front nearly all of it
hangs together by some candidate pair. Its order is nevertheless local. Call the least gain on the
way to a join its *level*: joins fall due in descending order of levels, whatever else happens
elsewhere. So two sets of reports may be searched apart, and the two results are those of one search
unless at some level two of their groups, both standing then, would have been joined to each other
first. `contested` looks for such pairs of groups; `settled` searches those again together, until
there is none. Where two levels are equal the pair counts as contested, which costs time and never
exactness. The same holds a search that is cut into blocks together, and a correction to what it
can touch.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.base.kernels import kernel, part
from foedus.incidents.agglomerate import ENDLESS, Joins, agglomerated
from foedus.incidents.likelihood import IMPOSSIBLE, Beliefs, Ints, evidence
from foedus.incidents.pairs import Pairs

Mask = npt.NDArray[np.bool_]
UNSCORED: Final = -(1 << 61)


class States(NamedTuple):
    """All that one group was while it grew: its reports alone, then one state for each join."""

    holds: Mask
    """state x member: whether the state holds it."""
    level: Ints
    """Level at which the state began; `ENDLESS` for a report alone."""
    born: Ints
    """Number of the join that made it; -1 for a report alone."""
    end_level: Ints
    """Level at which it was absorbed; `-ENDLESS` if it stands at the end."""
    end_gain: Ints
    partner_born: Ints
    """`born` of the state with which it was joined."""
    score: Ints
    """Evidence of the state, filled when it is first asked for."""


class Grown(NamedTuple):
    """Groups as they were found, and how each grew by itself."""

    owner: Ints
    """The group of each row."""
    order: Ints
    """The rows, sorted by group."""
    joins: Joins


@part
def states_of(joins: Joins, members: Ints) -> States:
    """The states of one group; `members` in canonical order."""
    count = members.size
    held = 2 * count - 1
    holds = np.zeros((held, count), np.bool_)
    alone = np.zeros(held, np.int64)
    states = States(
        holds, alone + ENDLESS, alone - 1, alone - ENDLESS, alone, alone.copy(), alone + UNSCORED
    )
    current = np.arange(count)
    for at in range(count):
        holds[at, at] = True
    absorbed = np.flatnonzero(joins.into[members] >= 0)
    order = absorbed[np.argsort(joins.step[members[absorbed]])]
    for k in range(order.size):
        lost = members[order[k]]
        keeper = np.searchsorted(members, joins.into[lost])
        one, other, new = current[keeper], current[order[k]], count + k
        holds[new] = holds[one] | holds[other]
        states.level[new] = joins.level[lost]
        states.born[new] = joins.step[lost]
        states.partner_born[one] = states.born[other]
        states.partner_born[other] = states.born[one]
        for ended in (one, other):
            states.end_level[ended] = joins.level[lost]
            states.end_gain[ended] = joins.gain[lost]
        current[keeper] = new
    return states


@part
def is_gone(states: States, at: int, level: int, gain: int) -> bool:
    """Whether a state was surely absorbed before a join of this level and gain fell due."""
    if level != states.end_level[at]:
        return bool(level < states.end_level[at])
    waited = states.level[at] == level and states.partner_born[at] < states.born[at]
    return bool(waited and states.end_gain[at] > gain)


@part
def score_of(features: Ints, beliefs: Beliefs, states: States, at: int, members: Ints) -> int:
    """Evidence of one state."""
    if states.score[at] == UNSCORED:
        states.score[at] = evidence(features, beliefs, members[states.holds[at]])
    return int(states.score[at])


@part
def ties(states: States, others: States, near: Ints, a: int, b: int) -> bool:
    """Whether a candidate pair ties two states; `near` holds positions of members, two by two."""
    for k in range(near.shape[0]):
        if states.holds[a, near[k, 0]] and others.holds[b, near[k, 1]]:
            return True
    return False


@part
def would_join(
    features: Ints, beliefs: Beliefs, joins: Joins, one: Ints, other: Ints, near: Ints, least: int
) -> bool:
    """Whether two groups, searched apart, might have been joined while both grew."""
    states, others = states_of(joins, one), states_of(joins, other)
    for a in range(states.level.size):
        for b in range(others.level.size):
            level = min(states.level[a], others.level[b])
            if level < states.end_level[a] or level < others.end_level[b]:
                continue
            if not ties(states, others, near, a, b):
                continue
            both = np.sort(np.concatenate((one[states.holds[a]], other[others.holds[b]])))
            gain = evidence(features, beliefs, both)
            if gain <= IMPOSSIBLE:
                continue
            gain -= score_of(features, beliefs, states, a, one)
            gain -= score_of(features, beliefs, others, b, other)
            if gain > least:
                level = min(level, gain)
                if not is_gone(states, a, level, gain) and not is_gone(others, b, level, gain):
                    return True
    return False


@kernel
def contested(features: Ints, beliefs: Beliefs, grown: Grown, pairs: Pairs, least: int) -> Ints:
    """The groups that might have been joined to another, some more than once.

    `pairs` tie them, sorted by their groups.
    """
    owner, order, joins = grown
    named = owner[order]
    found = np.empty(2 * pairs.first.size, np.int64)
    size = at = 0
    while at < pairs.first.size:
        a, b = owner[pairs.first[at]], owner[pairs.second[at]]
        end = at
        while end < pairs.first.size and (
            owner[pairs.first[end]] == a and owner[pairs.second[end]] == b
        ):
            end += 1
        one = order[np.searchsorted(named, a) : np.searchsorted(named, a, side="right")]
        other = order[np.searchsorted(named, b) : np.searchsorted(named, b, side="right")]
        near = np.empty((end - at, 2), np.int64)
        for k in range(end - at):
            near[k, 0] = np.searchsorted(one, pairs.first[at + k])
            near[k, 1] = np.searchsorted(other, pairs.second[at + k])
        if would_join(features, beliefs, joins, one, other, near, least):
            found[size] = a
            found[size + 1] = b
            size += 2
        at = end
    return found[:size]


def rows_of(groups: Ints, owner: Ints) -> Ints:
    """Return the rows of the named groups, in canonical order."""
    wanted = np.zeros(owner.size, np.bool_)
    wanted[groups] = True
    return np.flatnonzero(wanted[owner])


def within(pairs: Pairs, chosen: Mask, rows: Ints) -> Pairs:
    """Return the chosen pairs with their rows numbered within `rows`."""
    first, second = pairs.first[chosen], pairs.second[chosen]
    return Pairs(np.searchsorted(rows, first), np.searchsorted(rows, second), pairs.gain[chosen])


def lost(
    features: Ints, beliefs: Beliefs, pairs: Pairs, owner: Ints, crossing: Mask, least: int
) -> Ints:
    """Return the groups that a pair of `crossing` might have joined to another while they grew."""
    if not crossing.any():
        return np.zeros(0, np.int64)
    ends = [owner[pairs.first[crossing]], owner[pairs.second[crossing]]]
    rows = rows_of(np.concatenate(ends), owner)
    inside = np.zeros(owner.size, np.bool_)
    inside[rows] = True
    own = within(pairs, inside[pairs.first] & (owner[pairs.first] == owner[pairs.second]), rows)
    chosen = features[rows]
    named, joins = agglomerated(chosen, beliefs, own.first, own.second, own.gain, least)
    apart = within(pairs, crossing, rows)
    order = np.lexsort((named[apart.second], named[apart.first]))
    tied = Pairs(*(part[order] for part in apart))
    grown = Grown(named, np.argsort(named, kind="stable"), joins)
    return rows[np.unique(contested(chosen, beliefs, grown, tied, least))]


def settled(
    features: Ints, beliefs: Beliefs, pairs: Pairs, owner: Ints, crossing: Mask, least: int
) -> Ints:
    """Return the groups that one search over all rows finds.

    `owner` holds those of searches over sets of rows, each set by itself; `crossing` tells the
    pairs that lead from one set to another, which none of the searches has seen.
    """
    owner, again = owner.copy(), np.zeros(owner.size, np.bool_)
    while True:
        groups = lost(features, beliefs, pairs, owner, crossing, least)
        if not groups.size:
            return owner
        again[rows_of(groups, owner)] = True
        crossing = searched(features, beliefs, pairs, owner, again, least)


def searched(
    features: Ints, beliefs: Beliefs, pairs: Pairs, owner: Ints, again: Mask, least: int
) -> Mask:
    """Search rows anew, in place; return which pairs lead from them to other rows."""
    rows = np.flatnonzero(again)
    inside = within(pairs, again[pairs.first] & again[pairs.second], rows)
    found, _ = agglomerated(
        features[rows], beliefs, inside.first, inside.second, inside.gain, least
    )
    owner[rows] = rows[found]
    return np.asarray(again[pairs.first] != again[pairs.second], np.bool_)
