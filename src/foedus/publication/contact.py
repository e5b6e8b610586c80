# SPDX-License-Identifier: Apache-2.0
"""The line of contact of one day as a map needs it: the band in which it ran, and its middle.

The band is as wide as what is not known: every piece grown by its own half width, as one shape. It
is drawn from dated public statements (`terms.lines`), shows no border, and stays beneath the names
of places. Drawing is left to `maps`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import shapely

from foedus.base.projections import Frame, unproject
from foedus.errors import DrafterError
from foedus.terms.governing import Drawn
from foedus.terms.lines import Line, line_on
from foedus.terms.settlements import Side

SIMPLER_M: Final = 250.0
"""By how much the band's edge may be off on the map."""
QUARTER: Final = 6
"""Pieces of a quarter circle."""


class Contact(NamedTuple):
    """A line of contact on a day, ready to be drawn and told."""

    on: date
    title: str
    band: Any
    """Polygons in degrees, x east and y north."""
    middle: Any
    """Lines in degrees."""
    sides: tuple[tuple[str, int], ...]
    """Who held how many of the settlements that are used."""
    carried: int
    """Settlements of which no statement brackets the day: one before or after it is carried."""
    median_m: int
    """Half of the band's median width, in metres."""


def contact(drawn: Drawn) -> Contact | None:
    """Return the line on the day that a mission has drawn; None if it names none, or has none."""
    if drawn.on is None:
        return None
    try:
        line = line_on(drawn.ledger, drawn.on, drawn.carrying)
    except DrafterError:
        return None
    edges, halves = line.drawn
    ends = shapely.linestrings(edges.reshape(-1, 2, 2))
    band = shapely.union_all(shapely.buffer(ends, halves, quad_segs=QUARTER))
    middle = shapely.line_merge(shapely.multilinestrings(ends))
    return Contact(
        on=drawn.on,
        title=drawn.ledger.title,
        band=_degrees(shapely.simplify(band, SIMPLER_M), line.frame),
        middle=_degrees(shapely.simplify(middle, SIMPLER_M), line.frame),
        sides=_sides(line),
        carried=sum(hold.carried_days != 0 for _, hold in line.used),
        median_m=int(np.median(halves)) if len(halves) else 0,
    )


def contacts(lines: Iterable[Drawn]) -> tuple[Contact, ...]:
    """Return all lines of a mission that are to be drawn."""
    return tuple(found for line in lines if (found := contact(line)) is not None)


def _sides(line: Line) -> tuple[tuple[str, int], ...]:
    counted = Counter(hold.side for _, hold in line.used)
    return tuple((side.value, counted[side]) for side in Side if counted[side])


def _degrees(shape: Any, frame: Frame) -> Any:
    def turned(points: Any) -> Any:
        latitude, longitude = unproject(frame, points[:, 0], points[:, 1])
        return np.column_stack([longitude, latitude])

    return shapely.transform(shape, turned)
