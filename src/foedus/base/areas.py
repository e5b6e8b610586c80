# SPDX-License-Identifier: Apache-2.0
"""Zones and buffers, and whether a place with an error radius lies in one: yes, no, undecidable.

A zone is a set of edges on a plane, filled or not, grown by a distance; its border may itself be
known only within a width, edge by edge. So a circle, a polygon, and all that is near a line are
one record and one reckoning. Distances come out within 0.1 % of the geodesic up to 280 km of
latitude from the middle of the zone (`projections`); between two corners an edge is straight on
that plane, which for a side of 100 km is some metres off the geodesic. Whose side of a line a
place is on is left to the terms. Deciding is closed: what lies at the border is inside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from foedus.base.kernels import kernel, part
from foedus.base.places import E7, Floats, Place
from foedus.base.projections import Frame, frame_about, project
from foedus.errors import DrafterError, Fault

Flags = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]

YES: Final = 1
NO: Final = 0
UNDECIDABLE: Final = -1
POINTS: Final = 400
"""Fixed points of a disc by which a share of it is counted."""
BLOCK: Final = 16
"""Edges that are passed over together where the box about them is far away."""
SHARE_ERROR: Final = 0.02
"""How far a share may be off where one straight border cuts the disc; most are within half."""


class Area(NamedTuple):
    """A zone: edges on a plane, what they enclose if filled, and all within `grow_m` of it."""

    frame: Frame
    edges_m: Floats
    """(n, 4) float64: x and y of the start, x and y of the end, in metres."""
    halves_m: Floats
    """(n,) float64: how far the true border may lie from each edge, to either side."""
    is_filled: bool
    grow_m: float = 0.0


def circle(centre: Place, range_m: float) -> Area:
    """Return all within `range_m` of a place; the place's own radius makes the border unsure.

    Raises `DrafterError` where the place has no radius, or the range is below zero.
    """
    if centre.radius_m is None:
        raise DrafterError(Fault(column="radius_m", expected="a radius in metres", got="unknown"))
    frame = Frame(centre.latitude_e7 / E7, centre.longitude_e7 / E7)
    x, y = (float(axis) for axis in project(frame, centre.latitude_e7, centre.longitude_e7))
    edges = np.array([[x, y, x, y]])
    return Area(frame, edges, np.full(1, float(centre.radius_m)), False, _range(range_m))


def polygon(rings: Sequence[tuple[Any, Any]], border_m: float = 0.0) -> Area:
    """Return what some rings enclose, a ring within a ring being a hole.

    A ring is a pair of int64 arrays of latitude and longitude in 1e-7 degree; it is closed if it
    is not so written. `border_m` is how far the true border may lie from the drawn one.
    Raises `DrafterError` for a ring of fewer than three corners.
    """
    frame = frame_about(*(np.concatenate(axis) for axis in zip(*rings, strict=True)))
    edges = np.concatenate([_edges(frame, *ring, closes=True) for ring in rings])
    return Area(frame, edges, np.full(len(edges), _range(border_m)), True)


def along(latitude_e7: Any, longitude_e7: Any, range_m: float, border_m: float = 0.0) -> Area:
    """Return all within `range_m` of a line of two points or more, in 1e-7 degree.

    `border_m` is how far the true line may lie from the drawn one.
    """
    frame = frame_about(latitude_e7, longitude_e7)
    edges = _edges(frame, latitude_e7, longitude_e7, closes=False)
    return Area(frame, edges, np.full(len(edges), _range(border_m)), False, _range(range_m))


def grown(area: Area, range_m: float) -> Area:
    """Return an area and all within `range_m` more of it."""
    return area._replace(grow_m=area.grow_m + _range(range_m))


def _range(range_m: float) -> float:
    if not 0 <= range_m < math.inf:
        got = f"{range_m}"
        raise DrafterError(Fault(column="range_m", expected="zero metres or more", got=got))
    return float(range_m)


def _edges(frame: Frame, latitude_e7: Any, longitude_e7: Any, *, closes: bool) -> Floats:
    x, y = (np.atleast_1d(axis) for axis in project(frame, latitude_e7, longitude_e7))
    if closes and len(x) and (x[0] != x[-1] or y[0] != y[-1]):
        x, y = np.append(x, x[0]), np.append(y, y[0])
    least = 4 if closes else 2
    if len(x) < least:
        expected = "three corners or more" if closes else "two points or more"
        raise DrafterError(Fault(expected=expected, got=str(len(x))))
    return np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])


def membership(area: Area, latitude_e7: Any, longitude_e7: Any, radius_m: Any) -> Flags:
    """Return for each point YES, NO or UNDECIDABLE (int8); yes only if its whole disc is inside.

    Points are int64 arrays in 1e-7 degree; `radius_m` is an array of metres, in which NaN or a
    number below zero means that the error is not known, so that nothing is decided.
    """
    return membership_at(area, *project(area.frame, latitude_e7, longitude_e7), radius_m)


def membership_at(area: Area, x_m: Any, y_m: Any, radius_m: Any) -> Flags:
    """Return what `membership` does, of points in metres (float64) on the plane of the area."""
    x, y, radius = _flat(x_m), _flat(y_m), _radii(radius_m, x_m)
    found = np.zeros(len(x), np.int8)
    _decided(found, *_parts(area), x, y, radius)
    return found


def shares(area: Area, latitude_e7: Any, longitude_e7: Any, radius_m: Any) -> Ints:
    """Return the share of each point's disc that lies in the area, in parts per million (int64).

    The drawn border counts, not the width about it. Counted by `POINTS` fixed points, all weighing
    alike: off by at most `SHARE_ERROR` at a straight border. An unknown radius gives -1.
    """
    return shares_at(area, *project(area.frame, latitude_e7, longitude_e7), radius_m)


def shares_at(area: Area, x_m: Any, y_m: Any, radius_m: Any) -> Ints:
    """Return what `shares` does, of points in metres (float64) on the plane of the area."""
    edges, _, blocks, traits = _parts(area)
    points = (_flat(x_m), _flat(y_m), _radii(radius_m, x_m), _disc(POINTS))
    return _counted(edges, _runs(edges), blocks, traits, *points)


def _flat(axis: Floats) -> Floats:
    return np.ascontiguousarray(np.atleast_1d(axis))


def _radii(radius_m: Any, like: Floats) -> Floats:
    radii = np.broadcast_to(np.asarray(radius_m, np.float64), np.atleast_1d(like).shape)
    return np.ascontiguousarray(np.where(radii >= 0, radii, np.nan))


def _disc(points: int) -> Floats:
    """Return points of the unit disc that share it evenly: Vogel's sunflower (1979)."""
    number = np.arange(points) + 0.5
    radius, angle = np.sqrt(number / points), number * math.pi * (3 - math.sqrt(5))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _parts(area: Area) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what the kernels take; the last is 1 if filled, and the distance grown."""
    traits = np.array([float(area.is_filled), area.grow_m])
    return area.edges_m, area.halves_m, blocks_of(area.edges_m, area.halves_m), traits


def blocks_of(edges_m: Floats, halves_m: Floats) -> Floats:
    """Return the boxes about runs of `BLOCK` edges, the last row being the box about them all.

    (k, 5) float64: least x and y, greatest x and y, and the greatest half width, in metres.
    """
    starts = np.arange(0, len(edges_m), BLOCK)
    low = np.minimum.reduceat(np.minimum(edges_m[:, :2], edges_m[:, 2:]), starts)
    high = np.maximum.reduceat(np.maximum(edges_m[:, :2], edges_m[:, 2:]), starts)
    boxes = np.column_stack([low, high, np.maximum.reduceat(halves_m, starts)])
    whole = np.concatenate([low.min(0), high.max(0), [halves_m.max()]])
    return np.vstack([boxes, whole])


@part
def _outside_m(box: Floats, x: float, y: float) -> float:
    """How far at least a point lies from everything in a box."""
    off_x = max(box[0] - x, 0.0, x - box[2])
    off_y = max(box[1] - y, 0.0, y - box[3])
    return math.sqrt(off_x * off_x + off_y * off_y)


@part
def spans(
    edges: Floats, halves: Floats, blocks: Floats, limits: tuple[float, float], *point: float
) -> tuple[float, float, float]:
    """Return least, drawn and greatest distance from uncertain edges; within a border least is < 0.

    `blocks` is what `blocks_of` returns for them. Edges whose least distance is above the first
    limit may be left out, and all further ones once the greatest distance is within the second.
    """
    x, y = point
    near, drawn, far = np.inf, np.inf, np.inf
    for block in range(len(blocks) - 1):
        clear = _outside_m(blocks[block], x, y)
        least = clear - blocks[block, 4]
        if least > limits[0] or (least >= near and clear >= far):
            continue
        for edge in range(block * BLOCK, min(len(edges), (block + 1) * BLOCK)):
            apart = _apart_m(edges[edge], x, y)
            near = min(near, apart - halves[edge])
            drawn = min(drawn, apart)
            far = min(far, apart + halves[edge])
        if far <= limits[1]:
            break
    return near, drawn, far


@part
def _apart_m(edge: Floats, x: float, y: float) -> float:
    """How far a point lies from a straight edge, or from its nearer end."""
    run_x, run_y = edge[2] - edge[0], edge[3] - edge[1]
    length = run_x * run_x + run_y * run_y
    part = 0.0
    if length > 0:
        part = ((x - edge[0]) * run_x + (y - edge[1]) * run_y) / length
        part = min(1.0, max(0.0, part))
    off_x, off_y = x - edge[0] - part * run_x, y - edge[1] - part * run_y
    return math.sqrt(off_x * off_x + off_y * off_y)


def _runs(edges_m: Floats) -> Floats:
    """Return each edge as start, run, one over the run squared, least and greatest y: (n, 7)."""
    run = edges_m[:, 2:] - edges_m[:, :2]
    squared = (run * run).sum(1)
    inverse = np.divide(1.0, squared, out=np.zeros(len(run)), where=squared > 0)
    low, high = (pick(edges_m[:, 1], edges_m[:, 3]) for pick in (np.minimum, np.maximum))
    return np.ascontiguousarray(np.column_stack([edges_m[:, :2], run, inverse, low, high]))


@part
def _close_runs(runs: Floats, blocks: Floats, x: float, y: float, range_m: float) -> Floats:
    """The runs of the edges that come within a range of a point."""
    found = np.empty(runs.shape)
    count = 0
    for block in range(len(blocks) - 1):
        if _outside_m(blocks[block], x, y) <= range_m:
            for edge in range(block * BLOCK, min(len(runs), (block + 1) * BLOCK)):
                if _is_near(runs[edge], x, y, range_m):
                    for cell in range(runs.shape[1]):
                        found[count, cell] = runs[edge, cell]
                    count += 1
    return found[:count]


@njit(cache=True, nogil=True, inline="always")
def _is_near(run: Floats, x: float, y: float, range_m: float) -> bool:
    """Whether a point lies within a range of an edge, of which `_runs` tells."""
    if y < run[5] - range_m or y > run[6] + range_m:
        return False
    off_x, off_y = x - run[0], y - run[1]
    part = min(1.0, max(0.0, (off_x * run[2] + off_y * run[3]) * run[4]))
    off_x, off_y = off_x - part * run[2], off_y - part * run[3]
    is_near: bool = off_x * off_x + off_y * off_y <= range_m * range_m
    return is_near


@part
def _rayed_edges(edges: Floats, x: float, y: float, range_m: float) -> Floats:
    """The edges that a ray to the east can cross from a point within a range of another."""
    found = np.empty(edges.shape)
    count = 0
    for edge in range(len(edges)):
        low, high = min(edges[edge, 1], edges[edge, 3]), max(edges[edge, 1], edges[edge, 3])
        is_level = low <= y + range_m and high >= y - range_m
        if is_level and max(edges[edge, 0], edges[edge, 2]) >= x - range_m:
            for cell in range(edges.shape[1]):
                found[count, cell] = edges[edge, cell]
            count += 1
    return found[:count]


@part
def _touches(close: Floats, x: float, y: float, range_m: float) -> bool:
    """Whether a point lies within a range of any of some edges."""
    edge = 0
    while edge < len(close) and not _is_near(close[edge], x, y, range_m):
        edge += 1
    return edge < len(close)


@part
def _encloses(edges: Floats, x: float, y: float) -> bool:
    """Whether a ray to the east crosses an odd number of edges."""
    inside = False
    for edge in range(len(edges)):
        from_y, to_y = edges[edge, 1], edges[edge, 3]
        if (from_y > y) != (to_y > y):
            part = (y - from_y) / (to_y - from_y)
            if x < edges[edge, 0] + part * (edges[edge, 2] - edges[edge, 0]):
                inside = not inside
    return inside


@kernel
def _decided(
    found: Flags, edges: Floats, halves: Floats, blocks: Floats, traits: Floats, *points: Floats
) -> None:
    x, y, radius = points
    is_filled, grow = traits[0] > 0, traits[1]
    for row in range(len(x)):
        if math.isnan(radius[row]):
            found[row] = -1
        elif _outside_m(blocks[-1], x[row], y[row]) - radius[row] <= grow + blocks[-1, 4]:
            enough = -1.0 if is_filled else grow - radius[row]
            limits = (grow + radius[row], enough)
            near, _, far = spans(edges, halves, blocks, limits, x[row], y[row])
            if is_filled and _encloses(edges, x[row], y[row]):
                near, far = -far, -near
            if far + radius[row] <= grow:
                found[row] = 1
            elif near - radius[row] <= grow:
                found[row] = -1


@kernel
def _counted(edges: Floats, runs: Floats, blocks: Floats, traits: Floats, *points: Floats) -> Ints:
    x, y, radius, disc = points
    is_filled, grow = traits[0] > 0, traits[1]
    found = np.zeros(len(x), np.int64)
    for row in range(len(x)):
        if math.isnan(radius[row]):
            found[row] = -1
        elif _outside_m(blocks[-1], x[row], y[row]) - radius[row] <= grow + blocks[-1, 4]:
            close = _close_runs(runs, blocks, x[row], y[row], grow + radius[row])
            rayed = _rayed_edges(edges, x[row], y[row], radius[row]) if is_filled else edges
            hits = 0
            for spot in range(len(disc)):
                at_x = x[row] + radius[row] * disc[spot, 0]
                at_y = y[row] + radius[row] * disc[spot, 1]
                if _touches(close, at_x, at_y, grow) or (
                    is_filled and _encloses(rayed, at_x, at_y)
                ):
                    hits += 1
            found[row] = hits * 1_000_000 // len(disc)
    return found
