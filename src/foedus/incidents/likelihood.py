# SPDX-License-Identifier: Apache-2.0
"""How much more likely a group of accounts is as one happening than as several: the scorer.

The evidence of a group is the likelihood of all its accounts given one latent happening, with the
happening's place, hour, kind, actor and target integrated out, over the product of what each
account would have alone. It is a sum of named features (`FEATURES`), each a small function below.
This is the marginal likelihood of Bayesian record linkage (Steorts, Hall and Fienberg, JASA 111,
2016) for points in space and time. Members are visited in their canonical order and every feature
is rounded to whole micronats, so that no engine and no thread changes a byte. What is believed of
the sources comes from `beliefs`; the search is left to `pairs` and `agglomerate`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from foedus.base.kernels import kernel, part

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Whole = int | np.int64
"""A whole number; a kernel is compiled once only if it is given no literals."""

METRES_PER_E7: Final = 6_371_008.8 * np.pi / 180.0 * 1e-7
"""Metres of one 1e-7 degree of latitude on the mean sphere (IUGG mean radius)."""
HALF_TURN_E7: Final = 1_800_000_000
MICRONAT: Final = 1_000_000.0
IMPOSSIBLE: Final = -(10**15)
"""Evidence of a group that cannot be one happening, in micronats; sums of a few do not overflow."""
FEATURES: Final = ("place", "time", "kind", "actor", "target", "text")

LATITUDE: Final = 0
LONGITUDE: Final = 1
EAST: Final = 2
RADIUS: Final = 3
FIRST_HOUR: Final = 4
TIME_ROW: Final = 5
SOURCE: Final = 6
CONTENT: Final = 7
WORDS: Final = 8
KIND: Final = 9
ACTOR: Final = 10
TARGET: Final = 11
LOG_DENSITY: Final = 12
START_HOUR: Final = 13
COLUMNS: Final = (
    "latitude_e7", "longitude_e7", "east_nm", "radius_m", "first_hour", "time_row", "source",
    "content", "words", "kind", "actor", "target", "log_density", "start_hour",
)  # fmt: skip
"""What scoring needs of each report: one int64 row each, in canonical order.

`east_nm` is the length of 1e-7 degree of longitude there in nanometres; `first_hour` the first hour
since 1970 at which it may have happened, `start_hour` the first that is stated; `content` -1
without text; `words` a 64-bit print of the words, 0 without; `log_density` that of incidents per
square metre and hour, in micronats; `time_row` and the labels are rows of `Beliefs`.
"""


class Labels(NamedTuple):
    """One family of labels: what each way of saying it tells of the true value."""

    likelihood: Floats
    """label row x value: likelihood of the label over its marginal; row 0 says nothing."""
    prior: Floats
    """Prior of each true value; sums to one."""
    pair: Floats
    """label row x label row: likelihood ratio of two labels for one true value."""
    pair_gain: Ints
    """The same in micronats."""


class Beliefs(NamedTuple):
    """What is believed of the sources: one row per distinct way of saying a thing."""

    time: Floats
    """time row x hour from the first: density of the true hour, per hour."""
    time_length: Ints
    kind: Labels
    actor: Labels
    target: Labels
    merged: npt.NDArray[np.bool_]
    """Per source: whether it has merged its accounts already."""
    text_gain: Ints
    """Differing bits of two word prints (0-64) -> micronats; entry 65: same content key."""
    disc: Floats
    """Points of a unit disc as rows x, y, weight: where a happening may lie from its account."""
    most_by_time: float
    """No pair's time multiplies its likelihood ratio by more than this."""
    most_by_text: float
    """Nor do its text and the constants of a join together by more than this."""
    join_gain: int
    """Constant of every join, in micronats: how rarely a happening escapes every source."""
    repeat_gain: int
    """Constant of every further account of one source in a group, in micronats."""
    outside_share: float
    max_width_m: int
    max_span_h: int
    max_members: int
    max_candidates: int


@njit(cache=True, nogil=True, inline="always")
def metres(features: Ints, origin: int, other: int) -> tuple[float, float]:
    """Offset of one report from another in metres east and north (equirectangular)."""
    d_lat = features[other, LATITUDE] - features[origin, LATITUDE]
    d_lon = features[other, LONGITUDE] - features[origin, LONGITUDE]
    if d_lon > HALF_TURN_E7:
        d_lon -= 2 * HALF_TURN_E7
    elif d_lon < -HALF_TURN_E7:
        d_lon += 2 * HALF_TURN_E7
    east = 0.5e-9 * (features[origin, EAST] + features[other, EAST])
    return d_lon * east, d_lat * METRES_PER_E7


@part
def micronats(likelihood_ratio: float) -> int:
    """A likelihood ratio as whole micronats."""
    if likelihood_ratio <= 0.0:
        return IMPOSSIBLE
    return int(np.rint(np.log(likelihood_ratio) * MICRONAT))


@njit(cache=True, nogil=True, inline="always")
def place_share(distance_squared: float, radius: float, outside: float) -> float:
    """Density of a point this far from its account's point, times the area of the error disc."""
    square = radius * radius
    if distance_squared > 4.0 * square:
        return 0.0
    tail = 0.25 * outside
    return tail if distance_squared > square else tail + 1.0 - outside


@part
def narrowest(features: Ints, members: Ints) -> int:
    """Position of the member with the smallest error radius, the earliest of equals."""
    best = 0
    for k in range(1, members.size):
        if features[members[k], RADIUS] < features[members[best], RADIUS]:
            best = k
    return best


@kernel
def place_gain(features: Ints, disc: Floats, outside: float, members: Ints) -> int:
    """Place: one point within every member's error disc, per square metre and further member."""
    best = narrowest(features, members)
    scale = float(features[members[best], RADIUS])
    others = np.empty((3, members.size))
    areas = 0
    for k in range(members.size):
        others[0, k], others[1, k] = metres(features, members[best], members[k])
        others[2, k] = features[members[k], RADIUS]
        if k != best:
            areas += micronats(np.pi * others[2, k] * others[2, k])
    total = 0.0
    for p in range(disc.shape[1]):
        product = disc[2, p]
        for k in range(members.size):
            if k != best and product > 0.0:
                east = scale * disc[0, p] - others[0, k]
                north = scale * disc[1, p] - others[1, k]
                product *= place_share(east * east + north * north, others[2, k], outside)
        total += product
    return micronats(total) - areas if total > 0.0 else IMPOSSIBLE


@kernel
def time_gain(features: Ints, density: Floats, length: Ints, members: Ints) -> int:
    """Time: one hour that every member's lateness and precision allow, per hour and member."""
    begin, end = -(2**60), 2**60
    for member in members:
        first = features[member, FIRST_HOUR]
        begin = max(begin, first)
        end = min(end, first + length[features[member, TIME_ROW]])
    total = 0.0
    for hour in range(begin, end):
        product = 1.0
        for member in members:
            at = hour - features[member, FIRST_HOUR]
            product *= density[features[member, TIME_ROW], at]
        total += product
    return micronats(total)


@kernel
def label_gain(features: Ints, labels: Labels, name: Whole, members: Ints) -> int:
    """A label: one true value that every member's own words and confusions allow.

    `name` is the column of `features` that holds the label's row.
    """
    likelihood, prior = labels.likelihood, labels.prior
    total = 0.0
    for value in range(prior.size):
        product = prior[value]
        for member in members:
            product *= likelihood[features[member, name], value]
        total += product
    return micronats(total)


@kernel
def table_gain(likelihood_ratio: Floats) -> Ints:
    """A table of likelihood ratios as whole micronats, entry by entry."""
    found = np.empty(likelihood_ratio.shape, np.int64)
    for at in range(likelihood_ratio.shape[0]):
        for other in range(likelihood_ratio.shape[1]):
            found[at, other] = micronats(likelihood_ratio[at, other])
    return found


@kernel
def differing_bits(first: int, second: int) -> int:
    """How many of 64 bits differ."""
    bits = first ^ second
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@part
def text_gain(features: Ints, gain: Ints, members: Ints) -> int:
    """Text: the mean over all pairs, once for each further member; pairs without text add none."""
    total = 0
    for a in range(members.size):
        for b in range(a + 1, members.size):
            first, second = members[a], members[b]
            content = features[first, CONTENT]
            if content >= 0 and content == features[second, CONTENT]:
                total += gain[65]
            elif features[first, WORDS] and features[second, WORDS]:
                total += gain[differing_bits(features[first, WORDS], features[second, WORDS])]
    return 2 * total // members.size


@kernel
def may_join(features: Ints, beliefs: Beliefs, members: Ints) -> bool:
    """Whether a group keeps the hard limits: size, width, span, one account per merged source."""
    merged, width = beliefs.merged, float(beliefs.max_width_m)
    if members.size > beliefs.max_members:
        return False
    for a in range(members.size):
        for b in range(a + 1, members.size):
            first, second = members[a], members[b]
            source = features[first, SOURCE]
            if source == features[second, SOURCE] and merged[source]:
                return False
            east, north = metres(features, first, second)
            if east * east + north * north > width * width:
                return False
            apart = features[first, START_HOUR] - features[second, START_HOUR]
            if abs(apart) > beliefs.max_span_h:
                return False
    return True


@kernel
def prior_gain(features: Ints, beliefs: Beliefs, members: Ints) -> int:
    """Prior: the denser the reporting there and then, the less a coincidence means."""
    density = 0
    repeats = 0
    for k in range(members.size):
        density += features[members[k], LOG_DENSITY]
        for earlier in range(k):
            if features[members[k], SOURCE] == features[members[earlier], SOURCE]:
                repeats += 1
                break
    join = beliefs.join_gain - density // members.size
    return (members.size - 1) * join + repeats * beliefs.repeat_gain


@kernel
def gains(features: Ints, beliefs: Beliefs, members: Ints) -> Ints:
    """The gains of `FEATURES` in their order, in micronats; zeros behind an impossible one."""
    found = np.zeros(6, np.int64)
    found[0] = place_gain(features, beliefs.disc, beliefs.outside_share, members)
    if found[0] > IMPOSSIBLE:
        found[1] = time_gain(features, beliefs.time, beliefs.time_length, members)
    if found[0] > IMPOSSIBLE and found[1] > IMPOSSIBLE:
        found[2] = label_gain(features, beliefs.kind, np.int64(KIND), members)
        found[3] = label_gain(features, beliefs.actor, np.int64(ACTOR), members)
        found[4] = label_gain(features, beliefs.target, np.int64(TARGET), members)
        found[5] = text_gain(features, beliefs.text_gain, members)
    return found


@njit(cache=True, nogil=True, inline="always")
def shared_time(features: Ints, density: Floats, length: Ints, i: int, j: int) -> float:
    """The density that time adds to a pair, per hour; i comes before j."""
    row, other = features[i, TIME_ROW], features[j, TIME_ROW]
    shift = features[j, FIRST_HOUR] - features[i, FIRST_HOUR]
    total = 0.0
    for at in range(min(length[row] - shift, length[other])):
        total += density[row, at + shift] * density[other, at]
    return total


@part
def pair_place(features: Ints, disc: Floats, outside: float, i: int, j: int) -> float:
    """The place share of a pair: over the narrower disc, how far the wider one allows its points.

    Where all the narrower disc and its rim lie inside the wider one, nothing need be added up.
    """
    small, large = i, j
    if features[j, RADIUS] < features[i, RADIUS]:
        small, large = j, i
    scale, radius = float(features[small, RADIUS]), float(features[large, RADIUS])
    east, north = metres(features, small, large)
    if radius > 2.0 * scale and east * east + north * north <= (radius - 2.0 * scale) ** 2:
        return place_share(0.0, radius, outside)
    total = 0.0
    for p in range(disc.shape[1]):
        x, y = scale * disc[0, p] - east, scale * disc[1, p] - north
        total += disc[2, p] * place_share(x * x + y * y, radius, outside)
    return total


@part
def may_pair(features: Ints, beliefs: Beliefs, i: int, j: int) -> bool:
    """Whether two accounts keep the hard limits of `may_join`."""
    if features[i, SOURCE] == features[j, SOURCE] and beliefs.merged[features[i, SOURCE]]:
        return False
    if abs(features[i, START_HOUR] - features[j, START_HOUR]) > beliefs.max_span_h:
        return False
    east, north = metres(features, i, j)
    return bool(east * east + north * north <= float(beliefs.max_width_m) ** 2)


@kernel
def pair_evidence(features: Ints, beliefs: Beliefs, i: int, j: int, least: Whole) -> int:
    """The evidence of two accounts, i before j; `IMPOSSIBLE` where it is no more than `least`.

    Features are told from the cheapest to the dearest; place adds no more than the wider disc does.
    Some that are no more than `least` are told all the same.
    """
    if beliefs.max_members < 2 or not may_pair(features, beliefs, i, j):
        return IMPOSSIBLE
    total = beliefs.kind.pair_gain[features[i, KIND], features[j, KIND]]
    total += beliefs.actor.pair_gain[features[i, ACTOR], features[j, ACTOR]]
    total += beliefs.target.pair_gain[features[i, TARGET], features[j, TARGET]]
    total += beliefs.join_gain - (features[i, LOG_DENSITY] + features[j, LOG_DENSITY]) // 2
    if features[i, SOURCE] == features[j, SOURCE]:
        total += beliefs.repeat_gain
    content = features[i, CONTENT]
    if content >= 0 and content == features[j, CONTENT]:
        total += beliefs.text_gain[65]
    elif features[i, WORDS] and features[j, WORDS]:
        total += beliefs.text_gain[differing_bits(features[i, WORDS], features[j, WORDS])]
    total += micronats(shared_time(features, beliefs.time, beliefs.time_length, i, j))
    wider = float(max(features[i, RADIUS], features[j, RADIUS]))
    area = micronats(np.pi * wider * wider)
    if total - area <= least or total <= IMPOSSIBLE // 2:
        return IMPOSSIBLE
    place = micronats(pair_place(features, beliefs.disc, beliefs.outside_share, i, j))
    return total + place - area if place > IMPOSSIBLE else IMPOSSIBLE


@kernel
def evidence(features: Ints, beliefs: Beliefs, members: Ints) -> int:
    """Log-odds that a group is one happening rather than each alone, in micronats; 0 for one.

    `members` are rows of `features` in canonical order.
    """
    if members.size < 2:
        return 0
    if members.size == 2:
        return pair_evidence(features, beliefs, members[0], members[1], np.int64(IMPOSSIBLE))
    if not may_join(features, beliefs, members):
        return IMPOSSIBLE
    total = 0
    for gain in gains(features, beliefs, members):
        total += gain
    if total <= IMPOSSIBLE // 2:
        return IMPOSSIBLE
    return total + prior_gain(features, beliefs, members)
