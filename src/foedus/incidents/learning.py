# SPDX-License-Identifier: Apache-2.0
"""What is not declared of a record's noise, worked out from the record itself, without labels.

Reports of one happening are near each other in space and time; so are reports of different ones,
but these are as near a week apart. `pair_counts` counts pairs of two sources by distance and by
hours apart; what two and a half days have more than as long a time a week off are pairs that tell
of one happening (the excess). Radii are those whose discs spread the excess as it is spread, by
code of precision; lateness is the one whose differences are those of the excess. Moments do not
drift as expectation maximisation over groupings does: nothing is grouped here. `is_drifted` holds
a fusion against the same count. What is learned is offered as a set of parameters, which a person
adopts. Nothing here runs while fusing.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs
from numba import njit

from foedus.incidents.beliefs import Setting, unit_disc
from foedus.incidents.features import HOUR_US, column, hours_spanned, sources
from foedus.incidents.likelihood import METRES_PER_E7, Floats, Ints
from foedus.incidents.parameters import Parameters
from foedus.reports.profile import Lateness

MOST_REPORTS: Final = 100_000
BIN_M: Final = 500
BINS: Final = 60
NEAR_H: Final = 60
FAR_H: Final = (144, 204)
"""Two and a half days each, so that days and hours have the same share of either; ends half."""
CLOSE_M: Final = 6_000
RADII_M: Final = tuple(int(round(r, -1)) for r in np.geomspace(300, 25_000, 60))
KNOTS_H: Final = (6.0, 24.0, 48.0)
STEPS: Final = 10
LEAST_SIGMA: Final = 6.0
DRIFT: Final = 1.3
"""Found pairs over expected ones, above which groups are taken to be over-merged."""


class Counts(NamedTuple):
    """Pairs of reports by two sources."""

    by_distance: Ints
    """code x code x near or far in time x bins of `BIN_M`, in halves of a pair."""
    by_hours: Ints
    """Hour-precise or not x hours apart, of pairs within `CLOSE_M`."""
    anywhere: Ints
    """Hours apart, of pairs at any distance: a short record has fewer that are far apart."""


class Learned(NamedTuple):
    """What was learned, as parameters, and what is expected of a fusion that uses them."""

    parameters: Parameters
    pairs_per_report: float
    """Pairs of one happening that the record has more than chance, over its reports."""
    reports: int
    """How many reports it rests on."""


@njit(cache=True, nogil=True)
def pair_counts(rows: Ints, codes: int) -> Counts:
    """Count pairs; `rows` are hour, latitude, longitude, source, code, span, ascending by hour."""
    by_distance = np.zeros((codes, codes, 2, BINS), np.int64)
    by_hours = np.zeros((2, FAR_H[1] + 1), np.int64)
    anywhere = np.zeros(FAR_H[1] + 1, np.int64)
    for i in range(rows.shape[0]):
        scale = METRES_PER_E7 * np.cos(np.radians(rows[i, 1] * 1e-7))
        for j in range(i + 1, rows.shape[0]):
            apart = rows[j, 0] - rows[i, 0]
            if apart > FAR_H[1]:
                break
            if rows[i, 3] == rows[j, 3]:
                continue
            anywhere[apart] += 1
            north = abs(rows[j, 1] - rows[i, 1]) * METRES_PER_E7
            east = abs(rows[j, 2] - rows[i, 2]) * scale
            if north >= BIN_M * BINS or east >= BIN_M * BINS:
                continue
            distance = np.sqrt(north * north + east * east)
            at = int(distance // BIN_M)
            if at < BINS and (apart <= NEAR_H or apart >= FAR_H[0]):
                which = 0 if apart <= NEAR_H else 1
                low, high = min(rows[i, 4], rows[j, 4]), max(rows[i, 4], rows[j, 4])
                at_edge = apart in (NEAR_H, FAR_H[0], FAR_H[1])
                by_distance[low, high, which, at] += 1 if at_edge else 2
            if distance <= CLOSE_M and rows[i, 5] == rows[j, 5]:
                by_hours[rows[i, 5], apart] += 1
    return Counts(by_distance, by_hours, anywhere)


def spread(one_m: float, other_m: float) -> Floats:
    """Return the share of pairs by bins of distance, of two points even in discs of these radii."""
    disc = unit_disc(0.0)[:2, :32]
    east = one_m * disc[0][:, None] - other_m * disc[0]
    north = one_m * disc[1][:, None] - other_m * disc[1]
    smooth = 0.15 * max(one_m, other_m)
    found = np.zeros(BINS)
    for shift in (-1.0, -0.5, 0.0, 0.5, 1.0):
        at = np.abs(np.hypot(east, north) + shift * smooth) // BIN_M
        found += np.bincount(at.astype(np.int64).ravel(), minlength=BINS)[:BINS]
    return np.asarray(found / found.sum(), np.float64)


def pairs_in(near: Floats, far: Floats, shape: Floats) -> float:
    """Return how many pairs of this shape explain the excess best (weighted least squares)."""
    weight = 1.0 / (near + far + 1.0)
    fitted = (weight * (near - far) * shape).sum() / (weight * shape * shape).sum()
    return max(float(fitted), 0.0)


def misfit(near: Floats, far: Floats, shape: Floats) -> float:
    """Return how badly an excess of this shape explains the near counts (weighted squares)."""
    left = near - far - pairs_in(near, far, shape) * shape
    return float((left**2 / (near + far + 1.0)).sum())


def is_told(near: Floats, far: Floats) -> bool:
    """Return whether the excess stands well above what chance would give in any run of bins."""
    excess, noise = np.cumsum(near - far), np.sqrt(np.cumsum(near + far) + 1.0)
    return bool((excess / noise).max() >= LEAST_SIGMA)


def learned_radii(counts: Floats, codes: list[str]) -> dict[str, int]:
    """Return the radius of each code whose excess is told.

    First those that pairs of reports with one code tell; then all others and these again, with
    the pairs that they have with the most precise of the first.
    """
    alone = {code: _radius(counts, at, None) for at, code in enumerate(codes)}
    found = {code: radius for code, radius in alone.items() if radius is not None}
    if not found:
        return found
    precise = min(found, key=lambda code: (found[code], code))
    anchor = (codes.index(precise), found[precise])
    for at, code in enumerate(codes):
        radius = _radius(counts, at, anchor) if code != precise else None
        if radius is not None:
            found[code] = radius
    return found


def _radius(counts: Floats, at: int, anchor: tuple[int, int] | None) -> int | None:
    """The radius that fits a code best, by its own pairs and those with a code that is known."""
    seen: list[tuple[Floats, int | None]] = [(counts[at, at], None)]
    if anchor is not None:
        seen.append((counts[min(at, anchor[0]), max(at, anchor[0])], anchor[1]))
    told = [(pair, other) for pair, other in seen if is_told(pair[0], pair[1])]
    if not told:
        return None
    fits = [
        sum(misfit(pair[0], pair[1], spread(other or radius, radius)) for pair, other in told)
        for radius in RADII_M
    ]
    return RADII_M[int(np.argmin(fits))]


def expected_pairs(counts: Floats, codes: list[str], radius_m: dict[str, int], held: Ints) -> float:
    """Return how many pairs of one happening there are; `held` is how many reports a code has.

    Those of codes without a learned radius are taken to be as many, for their number.
    """
    at = [place for place, code in enumerate(codes) if code in radius_m]
    total = 0.0
    for low in at:
        for high in at:
            if low <= high:
                shape = spread(radius_m[codes[low]], radius_m[codes[high]])
                total += pairs_in(counts[low, high, 0], counts[low, high, 1], shape)
    share = float(held[at].sum()) / max(float(held.sum()), 1.0)
    return float(total / share**2) if at else 0.0


def differences(shares: tuple[float, ...], day: int) -> Floats:
    """Return the share of pairs by hours apart, up to `NEAR_H`, for a lateness of these shares."""
    density = np.zeros(int(KNOTS_H[-1]))
    begin = 0
    for knot, share in zip(KNOTS_H, shares[1:], strict=True):
        density[begin : int(knot)] += share / (knot - begin)
        begin = int(knot)
    density[0] += shares[0]
    both = np.convolve(density, density[::-1])
    if day:
        both = _by_day(both)
    middle = both.size // 2
    folded = both[middle:].copy()
    folded[1:] += both[:middle][::-1]
    found = np.zeros(NEAR_H + 1)
    size = min(folded.size, found.size)
    found[:size] = folded[:size]
    return found


def _by_day(both: Floats) -> Floats:
    """Differences between the days in which two moments lie, that far apart at any hour."""
    middle = both.size // 2
    found = np.zeros(2 * NEAR_H + 1)
    for at, share in enumerate(both):
        whole, part = divmod(at - middle, 24)
        for day, weight in ((whole, 1.0 - part / 24.0), (whole + 1, part / 24.0)):
            if abs(24 * day) <= NEAR_H:
                found[NEAR_H + 24 * day] += share * weight
    return found


def rarity(anywhere: Ints) -> float:
    """Return by how much the record has fewer pairs that are far apart in time than near."""
    ends = np.array([anywhere[NEAR_H], anywhere[FAR_H[0]] + anywhere[FAR_H[1]]]) / 2.0
    near = float(anywhere[: NEAR_H + 1].sum() - ends[0])
    far = float(anywhere[FAR_H[0] :].sum() - ends[1])
    return near / far if far > 0.0 else 1.0


def learned_lateness(by_hours: Ints, rare: float) -> tuple[Lateness, ...]:
    """Return the lateness whose differences are those of the excess; none if chance explains it."""
    far = _rate(by_hours) * rare
    best = np.inf
    shares: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0)
    chance = np.repeat(far[:, None], NEAR_H + 1, axis=1)
    chance[:, 0] /= 2.0
    chance[1] = np.where(np.arange(NEAR_H + 1) % 24 == 0, 24.0 * chance[1], 0.0)
    near = by_hours[:, : NEAR_H + 1]
    told = [kind for kind in (0, 1) if is_told(near[kind], chance[kind])]
    for steps in _shares():
        tried = tuple(step / STEPS for step in steps)
        total = sum(misfit(near[kind], chance[kind], differences(tried, kind)) for kind in told)
        if told and total < best:
            best, shares = total, tried
    pieces = zip(KNOTS_H, shares[1:], strict=True)
    return tuple(Lateness(upto_h=knot, share=share) for knot, share in pieces if share > 0.0)


def _rate(by_hours: Ints) -> Floats:
    """Pairs an hour that are far apart in time, the ends counted half."""
    far = by_hours[:, FAR_H[0] :].astype(np.float64)
    far[:, [0, -1]] /= 2.0
    return np.asarray(far.sum(axis=1) / (FAR_H[1] - FAR_H[0]), np.float64)


def _shares() -> list[tuple[int, ...]]:
    """All ways to give `STEPS` parts to being prompt and to each knot."""
    cuts = combinations_with_replacement(range(STEPS + 1), len(KNOTS_H))
    return [(a, b - a, c - b, STEPS - c) for a, b, c in cuts]


def learn(reports: pa.Table, setting: Setting) -> Learned:
    """Return parameters with what the record tells of radii and lateness that are not declared.

    Reports without a point, or wider than a week, tell nothing. Of a long record the middle
    `MOST_REPORTS` reports are looked at.
    """
    placed = pc.is_valid(reports.column("latitude_e7")).to_numpy()
    rows = np.flatnonzero(placed & (hours_spanned(reports) <= 24))
    hour = column(reports, "occurred_from_us")[rows] // HOUR_US
    rows = rows[np.argsort(hour, kind="stable")]
    skipped = max(0, rows.size - MOST_REPORTS) // 2
    chosen = reports.take(pa.array(rows[skipped : skipped + MOST_REPORTS]))
    stated = pc.fill_null(chosen.column("place_precision"), "").combine_chunks()
    encoded = stated.dictionary_encode()
    codes = encoded.dictionary.to_pylist()
    features = [
        column(chosen, "occurred_from_us") // HOUR_US,
        column(chosen, "latitude_e7"),
        column(chosen, "longitude_e7"),
        sources(chosen, setting),
        encoded.indices.to_numpy().astype(np.int64),
        (hours_spanned(chosen) > 6).astype(np.int64),
    ]
    counts = pair_counts(np.stack(features, axis=1), len(codes))
    rare = rarity(counts.anywhere)
    by_distance = counts.by_distance * np.array([0.5, 0.5 * rare])[:, None]
    radius_m = learned_radii(by_distance, codes)
    held = np.bincount(features[4], minlength=len(codes))
    pairs = expected_pairs(by_distance, codes, radius_m, held)
    parameters = structs.replace(
        setting.parameters,
        radius_m=dict(sorted(radius_m.items())),
        lateness=learned_lateness(counts.by_hours, rare),
    )
    return Learned(parameters, pairs / max(chosen.num_rows, 1), chosen.num_rows)


def pairs_per_report(members: pa.Table) -> float:
    """Return how many pairs of members incidents hold, over all reports."""
    size = members.group_by("lineage_id").aggregate([([], "count_all")])["count_all"].to_numpy()
    return float(float((size * (size - 1) // 2).sum()) / max(members.num_rows, 1))


def is_drifted(learned: Learned, members: pa.Table) -> bool:
    """Return whether a fusion has joined more than the record can tell of one happening."""
    return pairs_per_report(members) > DRIFT * learned.pairs_per_report
