# SPDX-License-Identifier: Apache-2.0
"""When and where an incident was, in a few words, no finer than either is known."""

from __future__ import annotations

from typing import Any, Final

from foedus.base.moments import Moment, shown
from foedus.base.zones import Zone

Row = dict[str, Any]

UNKNOWN: Final = "not known"


def when(row: Row, zone: str) -> str:
    """Return an occurrence's interval in `zone`, no finer than it is known."""
    moment = Moment(
        written=row.get("occurred_written", ""),
        zone=zone,
        from_us=row["occurred_from_us"],
        to_us=row["occurred_to_us"],
        precision=row["occurred_precision"],
    )
    return shown(moment, Zone(zone, zone))


def place(row: Row) -> str:
    """Return a place by name, with how far it may be off."""
    name = row["place_name"] or row["region"] or UNKNOWN
    if row["radius_m"] is None or row["latitude_e7"] is None:
        return f"{name}, no point"
    return f"{name} ± {_distance(row['radius_m'])}"


def _distance(radius_m: int) -> str:
    return f"{radius_m} m" if radius_m < 1000 else f"{radius_m / 1000:g} km"
