# SPDX-License-Identifier: Apache-2.0
"""The line of a day between two sides, drawn from settlements whose side is stated.

The line is where the nearest settlement of one side is as near as the nearest of the other (an edge
of their Voronoi diagram). How far it may lie from there is its distance to them: half the gap
between opposite neighbours, and more between one pair and the next. Nothing is smoothed. A
settlement is stated, carried or unknown (`settlements.side_on`); which are used is part of the
line. Reading the file is left to `settlement_files`, zones at a range to `base.areas`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from foedus.base.areas import UNDECIDABLE, Area, Flags, blocks_of, spans
from foedus.base.kernels import kernel, part
from foedus.base.places import E7, Floats, Place
from foedus.base.projections import Frame, frame_about, project, unproject
from foedus.errors import DrafterError, Fault
from foedus.terms.boundaries import FIRST, REACH_M, SECOND, WIDEST_M, boundary, nearest
from foedus.terms.settlements import UNCARRIED, Carrying, Hold, Ledger, Settlement, Side, side_on

WORST_POINT_M: Final = 5_000
"""A settlement whose place is known no better than this takes no part."""
ROUNDING_M: Final = 2.0
"""Files write a point to 1e-5 degree, so the same point in another source is off by a metre."""
_ELSEWHERE: Final = 9


class Gap(NamedTuple):
    """A stretch where opposite settlements are far apart: its widest point, and how wide."""

    latitude_e7: int
    longitude_e7: int
    width_m: int
    first: str
    second: str


class Line(NamedTuple):
    """The line of a day, piece by piece, and the settlements that make it."""

    on: date
    frame: Frame
    edges_m: Floats
    """(n, 4) float64: start and end of each piece in metres on the plane of `frame`."""
    halves_m: Floats
    """(n,) float64: how far the true line may lie from each piece, to either side."""
    sites_m: Floats
    """(m, 4) float64: x, y, code (1 first, 0 second, -1 contested) and radius of each used."""
    used: tuple[tuple[Settlement, Hold], ...]
    unused: tuple[tuple[Settlement, str], ...]
    """Settlements that take no part, each with the reason."""
    gaps: tuple[Gap, ...]
    """The widest point between each two neighbours, widest first."""

    @property
    def drawn(self) -> tuple[Floats, Floats]:
        """The pieces and half widths that are known well enough to be drawn."""
        keep = self.halves_m <= WIDEST_M
        return self.edges_m[keep], self.halves_m[keep]


def line_on(ledger: Ledger, day: date, carrying: Carrying = UNCARRIED) -> Line:
    """Return the line on a day; by the statements that bracket it, and those that are carried.

    Raises `DrafterError` where no settlement of one side is known on that day.
    """
    used, unused = _sorted_out(ledger, day, carrying)
    codes = np.array([_CODES[hold.side] for _, hold in used], np.float64)
    if not (np.any(codes == FIRST) and np.any(codes == SECOND)):
        expected = f"settlements of both sides whose hold on {day} is known"
        got = f"{len(used)} in all"
        raise DrafterError(
            Fault(file=ledger.file, expected=expected, got=got, hint="carry statements further")
        )
    places = [settlement.place for settlement, _ in used]
    latitude, longitude = _axes(places)
    frame = frame_about(*_axes([item.place for item in ledger.settlements]))
    radii = np.array([float(place.radius_m or 0) for place in places])
    sites = np.column_stack([*project(frame, latitude, longitude), codes, radii])
    edges, halves = boundary(sites, radii)
    gaps = _gaps(frame, edges, halves, sites, [settlement.name for settlement, _ in used])
    return Line(day, frame, edges, halves, sites, tuple(used), tuple(unused), gaps)


_CODES: Final = {
    Side.GOVERNMENT: FIRST,
    Side.FORMATIONS: SECOND,
    Side.CONTESTED: UNDECIDABLE,
}


def _sorted_out(
    ledger: Ledger, day: date, carrying: Carrying
) -> tuple[list[tuple[Settlement, Hold]], list[tuple[Settlement, str]]]:
    used, unused = [], []
    for settlement in ledger.settlements:
        hold = side_on(ledger, settlement, day, carrying)
        if settlement.point_evidence == "K":
            unused.append((settlement, "its place is from general knowledge"))
        elif (settlement.place.radius_m or 0) > WORST_POINT_M:
            unused.append((settlement, f"its place is off by {settlement.place.radius_m} m"))
        elif hold is None:
            unused.append((settlement, "no side is stated for that day"))
        else:
            used.append((settlement, hold))
    return used, unused


def _axes(places: Sequence[Place]) -> tuple[Any, Any]:
    latitude = np.array([place.latitude_e7 for place in places], np.int64)
    return latitude, np.array([place.longitude_e7 for place in places], np.int64)


def _gaps(
    frame: Frame, edges: Floats, halves: Floats, sites: Floats, names: Sequence[str]
) -> tuple[Gap, ...]:
    """Return the widest point between each pair of neighbours, of what is drawn."""
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    (_, first), (_, second) = (nearest(middle, sites, code) for code in (FIRST, SECOND))
    latitude, longitude = unproject(frame, middle[:, 0], middle[:, 1])
    found: dict[tuple[int, int], Gap] = {}
    for row in np.argsort(-halves, kind="stable"):
        if halves[row] > WIDEST_M:
            continue
        pair = (int(first[row]), int(second[row]))
        at = (round(float(latitude[row]) * E7), round(float(longitude[row]) * E7))
        width_m = round(2 * float(halves[row]))
        found.setdefault(pair, Gap(*at, width_m, names[pair[0]], names[pair[1]]))
    return tuple(found.values())


def side_of(line: Line, latitude_e7: Any, longitude_e7: Any, radius_m: Any) -> Flags:
    """Return for each point FIRST, SECOND or UNDECIDABLE (int8), given its error radius.

    Points are int64 arrays in 1e-7 degree, radii metres; NaN or below zero is unknown. What lies
    wholly within the radius of a settlement has its side: that is what was stated. Undecidable is
    what else may be within the width of the line, nearest to a contested settlement, on either
    side by its own error, or farther than `REACH_M` from every settlement that is used.
    """
    x, y = project(line.frame, np.atleast_1d(latitude_e7), np.atleast_1d(longitude_e7))
    radii = np.ascontiguousarray(np.broadcast_to(np.asarray(radius_m, np.float64), x.shape))
    blocks = blocks_of(line.edges_m, line.halves_m)
    return _sides(line.edges_m, line.halves_m, blocks, line.sites_m, x, y, radii)


@part
def _neighbours(sites: Floats, x: float, y: float, radius: float) -> tuple[Floats, int]:
    """Return the distance to the nearest site of each code, and the code of those around a disc."""
    near, home = np.full(3, np.inf), _ELSEWHERE
    for site in range(len(sites)):
        apart = math.hypot(x - sites[site, 0], y - sites[site, 1])
        code = int(sites[site, 2])
        near[code] = min(near[code], apart)
        if apart + radius <= sites[site, 3] + ROUNDING_M:
            home = code if home in (_ELSEWHERE, code) else UNDECIDABLE
    return near, home


@kernel
def _sides(edges: Floats, halves: Floats, blocks: Floats, sites: Floats, *points: Floats) -> Flags:
    x, y, radius = points
    found = np.full(len(x), -1, np.int8)
    for row in range(len(x)):
        if not radius[row] >= 0:
            continue
        near, home = _neighbours(sites, x[row], y[row], radius[row])
        if home < _ELSEWHERE:
            found[row] = home
            continue
        ahead = min(near[SECOND], near[2]) - near[FIRST]
        behind = min(near[FIRST], near[2]) - near[SECOND]
        # A difference of two distances changes by twice the move at most.
        is_torn = max(ahead, behind) < 2 * radius[row]
        if is_torn or min(near[0], near[1]) + radius[row] > REACH_M:
            continue
        limits = (radius[row], -1.0)
        least, _, _ = spans(edges, halves, blocks, limits, x[row], y[row])
        if least - radius[row] >= 0:
            found[row] = FIRST if ahead > 0 else SECOND
    return found


def near_line(line: Line, range_m: float) -> Area:
    """Return all within `range_m` of the line; its width makes the border unsure.

    Two sides each of `range_m` are a zone of twice that; for one side's part ask `side_of` as well.
    """
    return Area(line.frame, line.edges_m, line.halves_m, False, range_m)
