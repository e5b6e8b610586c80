# SPDX-License-Identifier: Apache-2.0
"""Do no harm, in one place: what of a record the public sees, how coarse and how late.

`PUBLIC` lists every column that is published; a column that is not in it does not leave. `public`
holds incidents back until `delay_h` hours after they ended and coarsens places to the centre of a
cell of `place_cell_m` metres, so that no output about strikes serves as a damage assessment and no
monitor's position can be worked out. The mission declares the two values and must give a reason
where it departs from the default (10 km, 72 h). A report's text, its address and the headlines
beneath it are never published; `why` shows them to whoever holds the record.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.mission import Policy

HOUR_US: Final = 3_600_000_000
EARTH_RADIUS_M: Final = 6_371_008.8
E7_PER_RADIAN: Final = 1e7 * 180.0 / np.pi
ELLIPSOID: Final = 1.01
"""Room for the ellipsoid: cells are laid on a sphere."""

PUBLIC: Final[dict[str, tuple[str, ...]]] = {
    "incidents": (
        "incident_id", "lineage_id", "occurred_from_us", "occurred_to_us", "occurred_precision",
        "latitude_e7", "longitude_e7", "radius_m", "place_name", "region", "country", "kind",
        "target", "actor", "parties", "party_deaths", "civilian_deaths", "unattributed_deaths",
        "deaths_low", "deaths_best", "deaths_high", "report_count", "source_count",
        "independent_count", "article_count", "sides", "disagreements", "set_apart", "warnings",
        "known_from_us", "known_to_us",
    ),
    "members": (
        "incident_id", "lineage_id", "report_id", "probability_ppm", "score_micronat",
    ),
    "sources": (
        "source_id", "title", "side", "grade", "already_merged", "selection", "citation",
        "licence", "url", "read", "accepted", "quarantined", "reports", "articles",
    ),
    "months": (
        "month", "incidents", "incidents_whole", "deaths_low", "deaths_best", "deaths_high",
        "deaths_best_whole", "incidents_untold",
    ),
    "quarantine": ("source_id", "reason", "column", "rows", "faults"),
}  # fmt: skip
"""Published table -> its columns. Nothing else of a record leaves."""

NAMED: Final = ("place_name",)
"""Columns that name a place more finely than a cell; unknown to the public where cells are used."""


def public(incidents: pa.Table, policy: Policy, known_us: int | None) -> pa.Table:
    """Return the incidents that the public may see, as coarse as the policy demands.

    `known_us` is the moment of publication in UTC microseconds; None takes the latest moment at
    which the record itself learnt of something. Rows keep their order; columns are those of
    `PUBLIC["incidents"]`.
    """
    table = incidents.select(PUBLIC["incidents"])
    return coarse(ripe(table, cutoff_us(incidents, policy, known_us)), policy.place_cell_m)


def cutoff_us(incidents: pa.Table, policy: Policy, known_us: int | None) -> int | None:
    """Return the moment by which an occurrence must have ended to be public; None if any is."""
    if policy.delay_h == 0 or incidents.num_rows == 0:
        return None
    moment: int = pc.max(incidents["known_from_us"]).as_py() if known_us is None else known_us
    return moment - policy.delay_h * HOUR_US


def ripe(table: pa.Table, end_us: int | None) -> pa.Table:
    """Return the incidents, or the reports, that ended by `end_us`; None holds nothing back.

    Sums over reports are printed beside those over incidents, and must not tell what is held back.
    """
    if end_us is None:
        return table
    return table.filter(pc.less_equal(table["occurred_to_us"], end_us))


def coarse(incidents: pa.Table, cell_m: int) -> pa.Table:
    """Return the incidents with places at the centres of cells of about `cell_m` metres a side.

    The error radius grows by half the cell's diagonal, so that the disc still holds the place that
    the record has, with its own error. Unknown places and unknown radii stay unknown.
    """
    if cell_m == 0:
        return incidents
    latitude, longitude = _e7(incidents, "latitude_e7"), _e7(incidents, "longitude_e7")
    unknown = np.isnan(latitude) | np.isnan(longitude)
    centre_latitude, height = _centres(latitude, cell_m / EARTH_RADIUS_M * E7_PER_RADIAN)
    # A band's cells are as wide as at its edge nearest the equator, where a degree is longest.
    nearest = np.maximum(np.abs(centre_latitude) - height / 2, 0.0)
    centre_longitude, _ = _centres(longitude, height / np.cos(nearest / E7_PER_RADIAN))
    grown = np.ceil(_e7(incidents, "radius_m") + cell_m * np.sqrt(0.5) * ELLIPSOID)
    columns = {
        "latitude_e7": _whole(centre_latitude, unknown),
        "longitude_e7": _whole(centre_longitude, unknown),
        "radius_m": _whole(grown, np.isnan(grown)),
    }
    columns |= {name: pa.nulls(incidents.num_rows, pa.string()) for name in NAMED}
    for name, column in columns.items():
        index = incidents.schema.get_field_index(name)
        incidents = incidents.set_column(index, incidents.schema.field(name), column)
    return incidents


def _e7(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    """Return an integer column as floats, unknown as NaN."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), np.float64)


def _centres(
    values: npt.NDArray[np.float64], step: float | npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the centre of the cell that holds each value, and the cell's size there."""
    return (np.floor(values / step) + 0.5) * step, np.broadcast_to(step, values.shape)


def _whole(values: npt.NDArray[np.float64], unknown: npt.NDArray[np.bool_]) -> pa.Array:
    rounded = np.rint(np.where(unknown, 0.0, values)).astype(np.int64)
    return pa.array(rounded, pa.int64(), mask=unknown)
