# SPDX-License-Identifier: Apache-2.0
"""The boundary between two sets of points on a plane, and how far it may lie from where it is put.

It consists of the Voronoi edges that part a point of one set from a point of the other (Voronoi
1908; Aurenhammer, ACM Computing Surveys 23(3), 1991). All that a point of the boundary is sure of
is that the disc to its nearest points is empty: so the true border may run anywhere in that disc.
Which points there are on a day is left to `lines`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from foedus.base.areas import UNDECIDABLE
from foedus.base.places import Floats

FIRST: Final = 1
SECOND: Final = 0
"""What `side_of` answers, besides `UNDECIDABLE`: the first side is the government."""
STEP_M: Final = 1_000.0
"""Length of a piece at most; each has its own width."""
COARSE_STEP_M: Final = 4_000.0
"""The same for pieces that are not to be drawn."""
WIDEST_M: Final = 16_000.0
"""A piece that may lie farther off is not to be drawn: what it makes undecidable remains."""
REACH_M: Final = 50_000.0
"""Farther than this from every settlement whose side is known, no side is told."""
BLOCK_M: Final = 15_000.0
"""Cells by which pieces are ordered."""


def boundary(sites_m: Floats, radii_m: Floats) -> tuple[Floats, Floats]:
    """Return pieces of the boundary, (n, 4) in metres, and how far it may lie from each, (n,).

    `sites_m` is (m, 3): x, y and FIRST, SECOND or UNDECIDABLE, the last of which make no boundary.
    No width is below the error radii (m,) of the two points that a piece lies between.
    """
    is_held = sites_m[:, 2] != UNDECIDABLE
    held, radii = sites_m[is_held], radii_m[is_held]
    coarse = _parting(_web(held[:, :2]), held)
    is_drawn = _halves(coarse, held, radii) <= WIDEST_M
    ends = coarse[is_drawn].reshape(-1, 2, 2)
    fine = _split(shapely.linestrings(ends), STEP_M) if len(ends) else coarse[:0]
    edges = np.concatenate([coarse[~is_drawn], fine])
    # Pieces that lie together stand together, which the kernels that pass over blocks rely on.
    cells = np.floor((edges[:, :2] + edges[:, 2:]) / 2 / BLOCK_M)
    edges = edges[np.lexsort([*np.round(edges, 3).T, cells[:, 0], cells[:, 1]])]
    return edges, _halves(edges, held, radii)


def _web(points: Floats) -> Floats:
    """Return all Voronoi edges of some points, in pieces, well beyond the outermost points."""
    around = shapely.box(*points.min(0), *points.max(0)).buffer(3 * REACH_M)
    web = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=around, only_edges=True)
    return _split(shapely.get_parts(web), COARSE_STEP_M)


def _split(lines: Any, step_m: float) -> Floats:
    """Return the straight pieces of lines, none longer than a step."""
    ends, owner = shapely.get_coordinates(shapely.segmentize(lines, step_m), return_index=True)
    starts = np.flatnonzero(owner[:-1] == owner[1:])
    return np.column_stack([ends[starts], ends[starts + 1]])


def _parting(edges: Floats, held: Floats) -> Floats:
    """Return the pieces that part the sides: both are equally near there."""
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    first_m, second_m = (nearest(middle, held, code)[0] for code in (FIRST, SECOND))
    return edges[np.abs(first_m - second_m) < 1.0]


def _halves(edges: Floats, held: Floats, radii: Floats) -> Floats:
    """Return the greatest width that a piece has anywhere, which is at one of its ends."""
    found = np.zeros(len(edges))
    for code in (FIRST, SECOND):
        for end in (edges[:, :2], edges[:, 2:]):
            apart_m, row = nearest(end, held, code)
            found = np.maximum(found, np.maximum(apart_m, radii[row]))
    return found


def nearest(points: Floats, sites: Floats, code: int) -> tuple[Floats, Any]:
    """Return for each point the distance to the nearest site of a code, and its row in `sites`."""
    rows = np.flatnonzero(sites[:, 2] == code)
    apart = np.hypot(*(points[:, None, axis] - sites[None, rows, axis] for axis in (0, 1)))
    least = apart.argmin(1)
    return apart[np.arange(len(points)), least], rows[least]
