# SPDX-License-Identifier: Apache-2.0
"""What is not declared of a record's noise, worked out from the record itself, without labels.

Radii are those whose discs spread the excess of near pairs (`excess`) as it is spread, by code of
precision; lateness is the one whose differences are those of the excess; how sources confuse kinds
and actors is left to `confusions`. Moments do not drift as expectation maximisation over groupings
does: nothing is grouped here. `is_drifted` holds a fusion against the same count. Of a long record
a sample is looked at, the middle of it by time. What is learned is offered as a set of parameters,
which a person adopts. Nothing here runs while fusing.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from foedus.incidents.beliefs import Setting, unit_disc, words_of_parties, words_of_taxonomy
from foedus.incidents.confusions import learned_confusions, learned_shares, tables
from foedus.incidents.excess import (
    BIN_M,
    BINS,
    FAR_H,
    NEAR_H,
    Counts,
    is_told,
    misfit,
    pair_counts,
    pairs_in,
    rarity,
    told,
)
from foedus.incidents.features import HOUR_US, Coded, coded, column, hours_spanned, sources
from foedus.incidents.likelihood import Floats, Ints
from foedus.incidents.parameters import Parameters
from foedus.reports.profile import Lateness

MOST_REPORTS: Final = 50_000
RADII_M: Final = tuple(int(round(r, -1)) for r in np.geomspace(300, 25_000, 60))
KNOTS_H: Final = (6.0, 24.0, 48.0)
STEPS: Final = 10
DRIFT: Final = 1.3
"""Found pairs over expected ones, above which groups are taken to be over-merged."""


class Learned(NamedTuple):
    """What was learned, as parameters, and what is expected of a fusion that uses them."""

    parameters: Parameters
    pairs_per_report: float
    """Pairs of one happening that the record has more than chance, over its reports."""
    reports: int
    """How many reports it rests on."""


@cache
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

    Those of codes without a learned radius are taken to be as many, for their number. Where errors
    have long tails, discs explain too few: it is no less than the whole excess, less its noise.
    """
    at = [place for place, code in enumerate(codes) if code in radius_m]
    total = 0.0
    for low in at:
        for high in at:
            if low <= high:
                shape = spread(radius_m[codes[low]], radius_m[codes[high]])
                total += pairs_in(counts[low, high, 0], counts[low, high, 1], shape)
    if not at:
        return 0.0
    share = float(held[at].sum()) / max(float(held.sum()), 1.0)
    near, far = counts[:, :, 0].sum(), counts[:, :, 1].sum()
    return float(max(total / share**2, near - far - np.sqrt(near + far)))


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


def sample(reports: pa.Table) -> pa.Table:
    """Return the reports that learning looks at, ascending by hour, then by id.

    Reports without a point, or wider than a day, tell nothing. Of a long record it is the middle
    `MOST_REPORTS`; which these are follows from the reports alone.
    """
    placed = pc.is_valid(reports.column("latitude_e7")).to_numpy()
    rows = np.flatnonzero(placed & (hours_spanned(reports) <= 24))
    hour = column(reports, "occurred_from_us")[rows] // HOUR_US
    keys = pa.table({"hour": hour, "id": reports.column("report_id").take(rows)})
    order = pc.sort_indices(keys, [("hour", "ascending"), ("id", "ascending")]).to_numpy()
    skipped = max(0, rows.size - MOST_REPORTS) // 2
    return reports.take(pa.array(rows[order[skipped : skipped + MOST_REPORTS]]))


def learn(reports: pa.Table, setting: Setting) -> Learned:
    """Return parameters with what the record tells of its noise and no profile declares.

    `reports` is a `sample`.
    """
    kind = coded(reports, "kind", lambda source_id: setting.profiles[source_id].kind)
    actor = coded(reports, "actor", lambda source_id: setting.profiles[source_id].actor)
    looked_at, codes = told(reports, sources(reports, setting), kind.code, actor.code)
    counts = pair_counts(looked_at)
    rare = rarity(counts.anywhere)
    by_distance = counts.by_distance * np.array([0.5, 0.5 * rare])[:, None]
    radius_m = learned_radii(by_distance, codes)
    held = np.bincount(looked_at.code, minlength=len(codes))
    pairs = expected_pairs(by_distance, codes, radius_m, held)
    parameters = structs.replace(
        setting.parameters,
        radius_m=dict(sorted(radius_m.items())),
        lateness=learned_lateness(counts.by_hours, rare),
        **learned_labels(kind, actor, counts, setting),
        target_share=_target_share(reports, setting),
    )
    return Learned(parameters, pairs / max(reports.num_rows, 1), reports.num_rows)


def learned_labels(kind: Coded, actor: Coded, counts: Counts, setting: Setting) -> dict[str, Any]:
    """Return shares and confusions of kinds and actors, by the names of their parameters."""
    families = (
        ("kind", words_of_taxonomy(setting.kinds), kind, counts.by_kind),
        ("actor", words_of_parties(setting.parties), actor, counts.by_actor),
    )
    found: dict[str, Any] = {}
    for name, words, way, pairs in families:
        known, held = setting.confusions(name), np.bincount(way.code, minlength=len(way.said) + 1)
        bare = [s for s in setting.source_ids if getattr(setting.profiles[s].noise, name) is None]
        shares = learned_shares(words, way.said, held[1:], known)
        cut = tables(words, way.said, pairs, rarity(counts.anywhere))
        learned = learned_confusions(cut, shares, known, bare) if shares else {}
        shares = learned_shares(words, way.said, held[1:], {**known, **learned})
        found |= {f"{name}_share": shares, f"{name}_confusion": dict(sorted(learned.items()))}
    return found


def _target_share(reports: pa.Table, setting: Setting) -> dict[str, float]:
    """Shares of targets; sources confuse them as they confuse kinds."""
    target = coded(reports, "target", lambda source_id: setting.profiles[source_id].target)
    held = np.bincount(target.code, minlength=len(target.said) + 1)[1:]
    words = words_of_taxonomy(setting.targets)
    return learned_shares(words, target.said, held, setting.confusions("kind"))


def pairs_per_report(members: pa.Table) -> float:
    """Return how many pairs of members by two sources incidents hold, over all reports."""
    source = pc.list_element(pc.split_pattern(members["report_id"], ":", max_splits=1), 0)
    tied = members.select(["lineage_id"]).append_column("source_id", source)
    whole, own = _pairs(tied, ["lineage_id"]), _pairs(tied, ["lineage_id", "source_id"])
    return float((whole - own) / max(members.num_rows, 1))


def _pairs(tied: pa.Table, names: list[str]) -> float:
    counted = tied.group_by(names).aggregate([([], "count_all")])
    size = column(counted, "count_all")
    return float((size * (size - 1) // 2).sum())


def is_drifted(learned: Learned, members: pa.Table) -> bool:
    """Return whether a fusion of the sample joined more than it can tell of one happening."""
    return pairs_per_report(members) > DRIFT * learned.pairs_per_report
