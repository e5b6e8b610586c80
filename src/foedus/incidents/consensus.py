# SPDX-License-Identifier: Apache-2.0
"""What the members of an incident say together, column by column, and where they differ.

An independent source has one voice, however often it is copied or repeats itself. Place is the mean
of the voices' narrowest points, each weighted by the inverse square of its error; time is what all
members share, or, where they share none, all that they state. A label is the one that most voices
state; among equals it is their class, or unknown. Deaths are the median of the voices' best
estimates, the lower of two, between the lowest and the highest that is stated. Nothing is lost:
every account stays in its report, and where accounts differ each is listed (`differences`). Works
on reports that are sorted by group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.incidents.features import column
from foedus.incidents.likelihood import HALF_TURN_E7, METRES_PER_E7, Ints
from foedus.reports.record import PRECISIONS
from foedus.reports.taxonomy import UNKNOWN, Taxonomy

Mask = npt.NDArray[np.bool_]
NONE: Final = np.iinfo(np.int64).min


class Sorted(NamedTuple):
    """Reports sorted by group, and where each group begins."""

    reports: pa.Table
    group: Ints
    """Number of the group of each row, from 0 upwards."""
    start: Ints
    """First row of each group, and the number of rows at the end."""
    voice: Ints
    """Number of the independent voice of each row, from 0 upwards over all groups."""

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return self.start.size - 1


def sorted_by_group(reports: pa.Table, group: Ints, order: Ints) -> Sorted:
    """Sort reports by group; `order` gives the rank of each row within its group."""
    by = np.lexsort((order, group))
    return standing_sorted(reports.take(by), group[by])


def standing_sorted(reports: pa.Table, group: Ints) -> Sorted:
    """Return reports that stand sorted by group; each row is a voice of its own until `heard`."""
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if group.size else group
    number = np.zeros(group.size, np.int64)
    number[begins[1:]] = 1
    start = np.append(begins, group.size)
    return Sorted(reports.combine_chunks(), np.cumsum(number), start, np.arange(group.size))


def heard(members: Sorted, first_of_voice: Ints) -> Sorted:
    """Return the same with its voices; `first_of_voice` gives for each row the first of its own."""
    voice = np.unique(first_of_voice, return_inverse=True)[1]
    return members._replace(voice=np.asarray(voice, np.int64))


def first_by(members: Sorted, *keys: Ints) -> Ints:
    """Return the row of each group that comes first by `keys`, ties by the order of the rows."""
    rows = np.arange(members.group.size)
    order = np.lexsort((rows, *reversed(keys), members.group))
    return np.asarray(order[members.start[:-1]], np.int64)


def extreme(
    members: Sorted, name: str, choose: Callable[[Ints, Ints], Ints], missing: int
) -> pa.Array:
    """Return the least or greatest value of each group, null where no member gives one."""
    values = column(members.reports, name, missing)
    found = choose(values, members.start[:-1]) if values.size else values
    return pa.array(found, mask=found == missing)


def least(members: Sorted, name: str) -> pa.Array:
    """Return the least value of each group, null where no member gives one."""
    return extreme(members, name, np.minimum.reduceat, np.iinfo(np.int64).max)


def greatest(members: Sorted, name: str) -> pa.Array:
    """Return the greatest value of each group, null where no member gives one."""
    return extreme(members, name, np.maximum.reduceat, NONE)


def total(members: Sorted, name: str) -> pa.Array:
    """Return the sum of each group; nulls add nothing."""
    values = column(members.reports, name)
    return pa.array(np.add.reduceat(values, members.start[:-1]) if values.size else values)


def median(members: Sorted, name: str) -> pa.Array:
    """Return the lower median over voices of the lower median of each; null where none speaks."""
    given = pc.is_valid(members.reports.column(name)).to_numpy()
    values = column(members.reports, name)
    group_of_voice = np.zeros(int(members.voice.max(initial=-1)) + 1, np.int64)
    group_of_voice[members.voice] = members.group
    said, speaks = _lower_median(values, given, members.voice, group_of_voice.size)
    found, told = _lower_median(said, speaks, group_of_voice, members.groups)
    return pa.array(found, mask=~told)


def _lower_median(values: Ints, given: Mask, key: Ints, keys: int) -> tuple[Ints, Mask]:
    """The lower median of the given values of each key, and whether there is one."""
    order = np.lexsort((values, ~given, key))
    start = np.cumsum(np.bincount(key, minlength=keys)) - np.bincount(key, minlength=keys)
    held = np.bincount(key[given], minlength=keys)
    return values[order][start + np.maximum(held - 1, 0) // 2], held > 0


class Span(NamedTuple):
    """When it happened, as members together state it: columns of incidents."""

    occurred_from_us: pa.Array
    occurred_to_us: pa.Array
    occurred_precision: pa.Array


def shares_time(members: Sorted) -> Mask:
    """Return for each group whether there is a time that all members' statements allow."""
    begin = column(members.reports, "occurred_from_us")
    end = column(members.reports, "occurred_to_us")
    if not begin.size:
        return np.zeros(0, np.bool_)
    latest = np.maximum.reduceat(begin, members.start[:-1])
    return np.asarray(latest < np.minimum.reduceat(end, members.start[:-1]), np.bool_)


def time(members: Sorted) -> Span:
    """Return what all members share, or all that they state where they share nothing.

    Its precision is that of a member who states just that interval, the finest; else it is a span.
    """
    begin = column(members.reports, "occurred_from_us")
    end = column(members.reports, "occurred_to_us")
    lone = np.diff(members.start) == 1
    shared = shares_time(members) | lone
    ends = [np.maximum.reduceat(begin, members.start[:-1]) if begin.size else begin]
    ends.append(np.minimum.reduceat(end, members.start[:-1]) if end.size else end)
    ends.append(np.minimum.reduceat(begin, members.start[:-1]) if begin.size else begin)
    ends.append(np.maximum.reduceat(end, members.start[:-1]) if end.size else end)
    first, last = np.where(shared, ends[0], ends[2]), np.where(shared, ends[1], ends[3])
    states = (begin == first[members.group]) & (end == last[members.group])
    fineness = pc.index_in(members.reports.column("occurred_precision"), pa.array(PRECISIONS))
    rank = np.where(states, np.asarray(fineness.to_numpy(), np.int64), PRECISIONS.index("span"))
    stated = np.bincount(members.group[states], minlength=members.groups) > 0
    row = first_by(members, (~states).astype(np.int64), rank)
    words = members.reports.column("occurred_precision").take(pa.array(row)).combine_chunks()
    return Span(
        pa.array(first), pa.array(last), pc.if_else(pa.array(stated), words, pa.scalar("span"))
    )


def lowest(members: Sorted) -> pa.Array:
    """Return the lowest estimate of deaths; a best estimate counts where members differ."""
    return _with_best(
        members, least(members, "deaths_low"), least(members, "deaths_best"), np.minimum
    )


def highest(members: Sorted) -> pa.Array:
    """Return the highest estimate of deaths; a best estimate counts where members differ."""
    best = greatest(members, "deaths_best")
    return _with_best(members, greatest(members, "deaths_high"), best, np.maximum)


def _with_best(
    members: Sorted, stated: pa.Array, best: pa.Array, choose: Callable[[Ints, Ints], Ints]
) -> pa.Array:
    """The bound that is stated, widened to the best estimates of several reports."""
    several = pa.array(np.diff(members.start) > 1)
    filled = pc.fill_null(best, pa.scalar(0)).to_numpy()
    widened = pa.array(choose(pc.fill_null(stated, pa.scalar(0)).to_numpy(), filled))
    both = pc.and_(pc.is_valid(stated), pc.and_(pc.is_valid(best), several))
    return pc.if_else(both, widened, stated)


class Point(NamedTuple):
    """A place for each group: columns of incidents."""

    latitude_e7: pa.Array
    longitude_e7: pa.Array
    radius_m: pa.Array


def place(members: Sorted, radius_m: Ints) -> Point:
    """Return the mean point of each group and its error, from the narrowest point of each voice.

    A lone member's place is kept as it is.
    """
    placed = pc.is_valid(members.reports.column("latitude_e7")).to_numpy()
    told = pc.is_valid(members.reports.column("radius_m")).to_numpy()
    latitude = column(members.reports, "latitude_e7")
    longitude = column(members.reports, "longitude_e7")
    reference = first_by(members, (~placed).astype(np.int64), radius_m)
    origin = reference[members.group]
    east = longitude - longitude[origin]
    east = (east + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7
    speaks = np.zeros(radius_m.size, np.bool_)
    by_voice = np.lexsort((radius_m, ~placed, members.voice))
    speaks[by_voice[np.unique(members.voice[by_voice], return_index=True)[1]]] = True
    precise = 1.0 / np.maximum(radius_m, 1).astype(np.float64) ** 2
    weight = np.where(placed & speaks, precise, 0.0)
    begin = members.start[:-1]
    mass = np.add.reduceat(weight, begin)
    none = mass == 0.0
    mass[none] = 1.0
    north = np.rint(np.add.reduceat(weight * (latitude - latitude[origin]), begin) / mass)
    side = np.rint(np.add.reduceat(weight * east, begin) / mass).astype(np.int64)
    turned = longitude[reference] + side
    turned = (turned + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7
    radius = np.rint(1.0 / np.sqrt(mass)).astype(np.int64)
    untold = np.bincount(members.group[told & placed], minlength=members.groups) == 0
    lone = np.diff(members.start) == 1
    turned[lone] = longitude[reference[lone]]
    return Point(
        pa.array(latitude[reference] + north.astype(np.int64), mask=none),
        pa.array(turned, mask=none),
        pa.array(radius, mask=none | untold),
    )


def metres_apart(members: Sorted, point: Point) -> Ints:
    """Return how far each member's point lies from its group's point, 0 where unknown."""
    latitude = column(members.reports, "latitude_e7")
    longitude = column(members.reports, "longitude_e7")
    middle = np.asarray(point.latitude_e7.fill_null(0).to_numpy(), np.int64)[members.group]
    side = np.asarray(point.longitude_e7.fill_null(0).to_numpy(), np.int64)[members.group]
    east = (longitude - side + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7
    scale = METRES_PER_E7 * np.cos(np.radians(middle * 1e-7))
    apart = np.hypot(east * scale, (latitude - middle) * METRES_PER_E7)
    return np.asarray(np.rint(apart), np.int64)


class Vote(NamedTuple):
    """The values that voices of a group state, with how many state each; most stated first."""

    group: Ints
    value: pa.Array
    voters: Ints


def votes(members: Sorted, name: str) -> Vote:
    """Count the values of a text column by group; null and unknown do not vote."""
    values = members.reports.column(name).combine_chunks()
    stated = pc.and_kleene(pc.is_valid(values), pc.not_equal(values, UNKNOWN))
    mask = pc.fill_null(stated, False)
    row = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
    encoded = values.take(pa.array(row)).dictionary_encode()
    code = encoded.indices.to_numpy().astype(np.int64)
    width = len(encoded.dictionary) + 1
    once = np.sort(np.unique(members.voice[row] * width + code, return_index=True)[1])
    key = members.group[row[once]] * width + code[once]
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    first = once[first]
    order = np.lexsort((first, -count, members.group[row][first]))
    chosen = first[order]
    return Vote(
        members.group[row][chosen],
        encoded.dictionary.take(encoded.indices.take(pa.array(chosen))),
        count[order],
    )


def most_stated(members: Sorted, vote: Vote, otherwise: Mapping[str, str]) -> pa.Array:
    """Return the value that most members of each group state, null where none states any.

    Among equals it is what `otherwise` gives for all of them alike, else null.
    """
    if not vote.group.size:
        return pa.nulls(members.groups, pa.string())
    leads = np.append(True, vote.group[1:] != vote.group[:-1])
    lead_of = np.flatnonzero(leads)[np.cumsum(leads) - 1]
    tied = vote.voters == vote.voters[lead_of]
    rivals = np.bincount(vote.group[tied], minlength=members.groups)
    said = vote.value.dictionary_encode()
    words = [otherwise.get(word) for word in said.dictionary.to_pylist()]
    classes = pa.array(words, pa.string()).take(said.indices)
    alike = pc.fill_null(pc.equal(classes, classes.take(pa.array(lead_of))), False)
    agreeing = np.bincount(
        vote.group[tied & alike.to_numpy(zero_copy_only=False)], minlength=members.groups
    )
    winner = np.full(members.groups, -1, np.int64)
    winner[vote.group[leads]] = np.flatnonzero(leads)
    at = pa.array(winner, mask=winner < 0)
    single = pa.array(rivals == 1)
    shared = pa.array((rivals > 1) & (agreeing == rivals))
    nothing = pa.nulls(members.groups, pa.string())
    return pc.if_else(single, vote.value.take(at), pc.if_else(shared, classes.take(at), nothing))


def without_classes_of_leaves(vote: Vote, classes: Mapping[str, str]) -> Vote:
    """Drop a class where a leaf of it is stated too: the two agree, and the leaf says more."""
    said = vote.value.dictionary_encode()
    words, at = said.dictionary.to_pylist(), said.indices.to_numpy()
    names = {word: number for number, word in enumerate(dict.fromkeys(classes.values()))}
    is_class = np.array([classes.get(word) == word for word in words], np.bool_)[at]
    code = np.array([names.get(classes.get(word, ""), -1) for word in words], np.int64)[at]
    key = vote.group * (len(names) + 1) + code
    stated = np.isin(key, key[~is_class & (code >= 0)])
    kept = ~(is_class & stated)
    return Vote(vote.group[kept], vote.value.filter(pa.array(kept)), vote.voters[kept])


def classes_of(taxonomy: Taxonomy) -> dict[str, str]:
    """Return the class of each node of a taxonomy."""
    return {node_id: taxonomy.class_of(node_id) for node_id in taxonomy.nodes}


def union(members: Sorted, name: str) -> pa.Array:
    """Return for each group the distinct items of a list column, in the order first named."""
    lists = members.reports.column(name).combine_chunks()
    parent = pc.list_parent_indices(lists).to_numpy()
    return listed(members, members.group[parent], pc.list_flatten(lists))


def listed(members: Sorted, group: Ints, values: pa.Array) -> pa.Array:
    """Return lists by group of distinct values; `group` is ascending."""
    encoded = values.dictionary_encode()
    key = group * (len(encoded.dictionary) + 1) + encoded.indices.to_numpy()
    first = np.sort(np.unique(key, return_index=True)[1])
    offsets = np.searchsorted(group[first], np.arange(members.groups + 1))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.take(pa.array(first)))
