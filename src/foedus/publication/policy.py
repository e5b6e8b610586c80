# SPDX-License-Identifier: Apache-2.0
"""Do no harm, in one place: what of a record the public sees, how coarse and how late.

`PUBLIC` lists every column that is published; a column that is not in it does not leave. `public`
holds incidents back until `delay_h` hours after they ended and coarsens places to the centre of a
cell of `place_cell_m` metres, so that no output about strikes serves as a damage assessment and no
monitor's position can be worked out. The mission declares the two values and must give a reason
where it departs from the default (10 km, 72 h); where observers' own forms are in the record, no
edition is finer or sooner than that, and times and places at which nobody looked are left out. A
report's text, its address and the headlines beneath it are never published; `why` shows them to
whoever holds the record.

Where places are coarse, nothing may be left against which an exact place could be tried: ids are
made from what is published, radii are rounded up to the steps of `LADDER`, the columns of
`EXACT_ONLY` are left out, and findings are those of the coarse incidents (`indicated`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import table_digests
from foedus.mission import Policy
from foedus.publication.material import Delivered
from foedus.reports.observation_form import KIND as OBSERVATIONS
from foedus.reports.observation_form import NO_OBSERVATION
from foedus.reports.profile import Profile

HOUR_US: Final = 3_600_000_000
EARTH_RADIUS_M: Final = 6_371_008.8
E7_PER_RADIAN: Final = 1e7 * 180.0 / np.pi
ELLIPSOID: Final = 1.01
"""Room for the ellipsoid: cells are laid on a sphere."""
STEPS: Final = np.array([1, 2, 5, 10, 20, 50, 100], np.int64)
"""Cells of an observed incident, in cells of the policy."""

_INCIDENT: Final = (
    "incident_id", "lineage_id", "occurred_from_us", "occurred_to_us", "occurred_precision",
    "latitude_e7", "longitude_e7", "radius_m", "place_name", "region", "country", "kind",
    "target", "weapon", "actor", "parties", "party_deaths", "civilian_deaths",
    "unattributed_deaths", "deaths_low", "deaths_best", "deaths_high", "report_count",
    "source_count", "independent_count", "article_count", "sides", "disagreements",
    "set_apart", "warnings", "known_from_us", "known_to_us",
)  # fmt: skip
_MEMBER: Final = (
    "incident_id", "lineage_id", "report_id", "probability_ppm", "score_micronat",
)  # fmt: skip
_FINDING: Final = (
    "finding_id", "subject_kind", "lineage_id", "incident_id", "agreement_id", "term_id",
    "article", "reading", "verdict", "probability_ppm", "causes", "open_exceptions",
    "attributed", "attributed_ppm", "unattributed_ppm", "steps", "evidence",
    "known_from_us", "known_to_us",
)  # fmt: skip
PUBLIC: Final[dict[str, tuple[str, ...]]] = {
    "incidents": _INCIDENT,
    "members": _MEMBER,
    "findings": _FINDING,
    "counts": ("agreement_id", "term_id", "article", "reading", "verdict", "findings"),
    "partings": (
        "lineage_id", "incident_id", "agreement_id", "term_id", "article", "readings", "verdicts",
    ),
    "incident_states": _INCIDENT,
    "member_states": (*_MEMBER, "known_from_us", "known_to_us"),
    "finding_states": _FINDING,
    "sources": (
        "source_id", "title", "side", "grade", "already_merged", "selection", "citation",
        "licence", "url", "read", "accepted", "quarantined", "reports", "articles",
    ),
    "months": (
        "month", "incidents", "incidents_whole", "deaths_low", "deaths_best", "deaths_high",
        "deaths_best_whole", "incidents_untold", "incidents_untold_low", "incidents_untold_high",
    ),
    "quarantine": ("source_id", "reason", "column", "rows", "faults"),
}  # fmt: skip
"""Published table -> its columns. Nothing else of a record leaves."""

EXACT_ONLY: Final[dict[str, tuple[str, ...]]] = {
    "members": ("incident_id", "probability_ppm", "score_micronat"),
    "member_states": ("incident_id", "probability_ppm", "score_micronat"),
}
"""Columns that depend on exact places, and leave only where places are published as they are."""
LADDER: Final = np.array([step * 10**power for power in range(9) for step in (1, 2, 5)], np.int64)
"""Public radii, in cells: an exact sum would give the private radius back."""
HALF_TURN_E7: Final = 1_800_000_000
POLE_E7: Final = 900_000_000

LEAST_OBSERVERS: Final = 5
"""Fewer observers than these could be told apart, so that nothing is published of their watch."""
WATCHED_SHARES: Final = (
    (0.25, "less than a quarter"),
    (0.5, "a quarter to a half"),
    (0.75, "a half to three quarters"),
    (1.01, "three quarters or more"),
)
"""Up to which share of all hours -> what the public is told of how much was watched."""

NAMED: Final = ("place_name",)
"""Columns that name a place more finely than a cell; unknown to the public where cells are used."""


OBSERVERS: Final = "raised to the default, since it rests on observers' own forms"
"""Why an edition is coarser or later than its mission asks for."""
NOBODY: Final = pa.array([], pa.string())


def public_columns(name: str, policy: Policy) -> tuple[str, ...]:
    """Return the columns of a published table that leave under `policy`, in published order."""
    kept_back = EXACT_ONLY.get(name, ()) if policy.place_cell_m else ()
    return tuple(column for column in PUBLIC[name] if column not in kept_back)


def public(
    incidents: pa.Table, policy: Policy, moment_us: int, seen: pa.Array = NOBODY
) -> pa.Table:
    """Return the incidents that the public may see, as coarse as the policy demands.

    `moment_us` is the moment of publication in UTC microseconds (`Material.moment_us`), which is
    never taken from the record: a wrong date there must not let anything out. `seen` are the ids of
    incidents that rest on observers' own forms (`observed`): with one of them the policy is at
    least the default, and those are `veiled`. What nobody looked at is left out. Rows keep their
    order; columns are those of `PUBLIC["incidents"]`.
    """
    policy = at_least_default(policy) if len(seen) else policy
    table = incidents.select(PUBLIC["incidents"])
    table = table.filter(pc.not_equal(table["kind"], NO_OBSERVATION))
    table = ripe(table, cutoff_us(policy, moment_us))
    return veiled(table, policy.place_cell_m, seen)


def in_force(policy: Policy, profiles: Mapping[str, Profile]) -> Policy:
    """Return the policy that an edition follows: a mission's own, unless observers are in it."""
    observers = any(profile.format.kind == OBSERVATIONS for profile in profiles.values())
    return at_least_default(policy) if observers else policy


def at_least_default(policy: Policy) -> Policy:
    """Return a policy that is nowhere finer or sooner than the default."""
    least = Policy()
    raised = msgspec.structs.replace(
        policy,
        place_cell_m=max(policy.place_cell_m, least.place_cell_m),
        delay_h=max(policy.delay_h, least.delay_h),
    )
    return raised if raised == policy else msgspec.structs.replace(raised, reason=OBSERVERS)


def public_inputs(
    inputs: Sequence[Delivered], profiles: Mapping[str, Profile], policy: Policy
) -> tuple[Delivered, ...]:
    """Return the files of which name and digest may be published: none of observers' own forms.

    A form of few rows could be guessed until its digest fits; and so could the exact places of any
    file where the public sees coarse ones.
    """
    if policy.place_cell_m:
        return ()
    return tuple(item for item in inputs if profiles[item.source_id].format.kind != OBSERVATIONS)


def observed(tables: Mapping[str, pa.Table], profiles: Mapping[str, Profile]) -> pa.Array:
    """Return the ids of the incidents of which a member is an observer's own form."""
    sources = [name for name, one in profiles.items() if one.format.kind == OBSERVATIONS]
    reports, members = tables["reports"], tables["members"]
    theirs = reports.filter(pc.is_in(reports["source_id"], pa.array(sources, pa.string())))
    rests = pc.is_in(members["report_id"], theirs["report_id"].combine_chunks())
    return pc.unique(members.filter(rests)["incident_id"].combine_chunks())


def veiled(incidents: pa.Table, cell_m: int, seen: pa.Array) -> pa.Table:
    """Return the incidents coarse, and those in `seen` so that no observer can be found by them.

    A content id could be tried against guesses of the exact place: where places are coarse, each
    incident has one that is made from what is published of it. A radius tells how far off an
    observer was: those in `seen` have a cell as wide as a step of a ladder that is not below their
    radius, and a radius that follows from that step alone.
    """
    if cell_m == 0:
        return incidents
    hidden = np.asarray(pc.is_in(incidents["incident_id"], seen))
    radius = _e7(incidents, "radius_m")
    at = np.searchsorted(cell_m * STEPS, np.nan_to_num(radius, nan=np.inf))
    step_m = (cell_m * STEPS)[np.minimum(at, len(STEPS) - 1)]
    widened = np.where(hidden, np.maximum(step_m, np.nan_to_num(radius)), radius)
    cells_m = np.where(hidden, step_m, cell_m)
    incidents = _with(incidents, "radius_m", _whole(widened, np.isnan(radius)))
    shown = coarse(incidents, cells_m)
    ids = table_digests(shown, [name for name in shown.column_names if name != "incident_id"])
    return _with(shown, "incident_id", ids)


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    index = table.schema.get_field_index(name)
    return table.set_column(index, table.schema.field(name), column)


def cutoff_us(policy: Policy, moment_us: int) -> int | None:
    """Return the moment by which an occurrence must have ended to be public; None if any is."""
    return None if policy.delay_h == 0 else moment_us - policy.delay_h * HOUR_US


def ripe(incidents: pa.Table, end_us: int | None) -> pa.Table:
    """Return the incidents that ended by `end_us`; None holds nothing back."""
    if end_us is None:
        return incidents
    return incidents.filter(pc.less_equal(incidents["occurred_to_us"], end_us))


def beneath(reports: pa.Table, members: pa.Table, incidents: pa.Table) -> pa.Table:
    """Return the reports on which the public `incidents` rest.

    Sums over reports are printed beside those over incidents, and must not tell what is held back:
    a report is as public as the incident of which it tells.
    """
    theirs = members.filter(pc.is_in(members["lineage_id"], incidents["lineage_id"]))
    return reports.filter(pc.is_in(reports["report_id"], theirs["report_id"]))


def coarse(incidents: pa.Table, cell_m: int | npt.NDArray[np.int64]) -> pa.Table:
    """Return the incidents with places at the centres of cells of about `cell_m` metres a side.

    One size serves all incidents, or there is one for each; 0 leaves the places as they are.

    The error radius grows by half the cell's diagonal and is rounded up to a step of `LADDER`, so
    that the disc still holds the place that the record has, with its own error. No cell reaches
    over the date line. Unknown places and radii stay unknown.
    """
    if isinstance(cell_m, int) and cell_m == 0:
        return incidents
    latitude, longitude = _e7(incidents, "latitude_e7"), _e7(incidents, "longitude_e7")
    unknown = np.isnan(latitude) | np.isnan(longitude)
    centre_latitude, height = _centres(latitude, cell_m / EARTH_RADIUS_M * E7_PER_RADIAN)
    # A band's cells are as wide as at its edge nearest the equator, where a degree is longest.
    nearest = np.maximum(np.abs(centre_latitude) - height / 2, 0.0)
    centre_longitude = _around(longitude, height / np.cos(nearest / E7_PER_RADIAN))
    columns = {
        "latitude_e7": _whole(np.clip(centre_latitude, -POLE_E7, POLE_E7), unknown),
        "longitude_e7": _whole(centre_longitude, unknown),
        "radius_m": _radius(_e7(incidents, "radius_m"), cell_m),
    }
    columns |= {name: pa.nulls(incidents.num_rows, pa.string()) for name in NAMED}
    for name, column in columns.items():
        incidents = _with(incidents, name, column)
    return incidents


def _e7(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    """Return an integer column as floats, unknown as NaN."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), np.float64)


def _centres(
    values: npt.NDArray[np.float64], step: float | npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the centre of the cell that holds each value, and the cell's size there."""
    return (np.floor(values / step) + 0.5) * step, np.broadcast_to(step, values.shape)


def _around(
    longitude_e7: npt.NDArray[np.float64], widest_e7: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the centres of cells of which a whole number, none above its width, go round."""
    number = np.ceil(2 * HALF_TURN_E7 / widest_e7)
    width = 2 * HALF_TURN_E7 / number
    index = np.floor((longitude_e7 + HALF_TURN_E7) / width) % number
    return (index + 0.5) * width - HALF_TURN_E7


def _radius(radius_m: npt.NDArray[np.float64], cell_m: int | npt.NDArray[np.int64]) -> pa.Array:
    """Return the radius of the public disc: a step of the ladder, in cells."""
    grown = np.ceil(radius_m + cell_m * np.sqrt(0.5) * ELLIPSOID)
    step = np.searchsorted(LADDER, np.nan_to_num(grown) / cell_m)
    return _whole(LADDER[np.minimum(step, len(LADDER) - 1)] * 1.0 * cell_m, np.isnan(grown))


def _whole(values: npt.NDArray[np.float64], unknown: npt.NDArray[np.bool_]) -> pa.Array:
    rounded = np.rint(np.where(unknown, 0.0, values)).astype(np.int64)
    return pa.array(rounded, pa.int64(), mask=unknown)


def public_watch(share: float | None, observers: int, ended_us: int, moment_us: int) -> str:
    """Return what the public is told of how far a mission's record was watched: one band for all.

    `share` is that of the hours of all regions and days in which anybody surely watched. Nothing is
    told of a place, a day or an observer; nothing of fewer than `LEAST_OBSERVERS`, and nothing
    before the whole record ended as long ago as the default delay, so that no two editions differ
    by one day.
    """
    if share is None or observers < LEAST_OBSERVERS:
        return "withheld"
    if ended_us > moment_us - Policy().delay_h * HOUR_US:
        return "withheld"
    return next(words for most, words in WATCHED_SHARES if share < most)
