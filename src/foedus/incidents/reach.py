# SPDX-License-Identifier: Apache-2.0
"""How far a changed report reaches: whose prior it moves, and whose pairs must be scored anew.

A report moves the density of its own cell and of the 26 around it, so priors of reports up to two
cells away. A pair changes if one of its reports does, or its prior. The pairs of a report with
later ones change also where a candidate comes or goes, since only so many are compared. Cells are
those of `density`; they serve as the index by place and time too. Nothing is changed here but
densities and pairs of `standing`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from foedus.base.kernels import kernel
from foedus.incidents.beliefs import Setting, lateness_hours, reports_per_incident
from foedus.incidents.density import ROW, SLAB, cells, log_density
from foedus.incidents.likelihood import (
    EAST,
    FIRST_HOUR,
    LATITUDE,
    LOG_DENSITY,
    LONGITUDE,
    METRES_PER_E7,
    RADIUS,
    TIME_ROW,
    Beliefs,
    Ints,
)
from foedus.incidents.pairs import grid, scored_pairs
from foedus.incidents.settling import Mask
from foedus.incidents.standing import Lists, Rows, Ties

TURN_E7: Final = 3_600_000_000


class Index(NamedTuple):
    """Rows that may be matched, by cell, and what the look-ups need to know."""

    rows: Rows
    by_cell: Lists
    setting: Setting

    def keys(self, slots: Ints) -> Ints:
        """Return the cell of each report."""
        found = cells(self.rows.features[slots], self.rows.hour[slots], self.setting.parameters)
        return np.asarray(found.key[found.of_report], np.int64)

    def add(self, slots: Ints) -> None:
        """Enter reports under their cells."""
        for key, slot in zip(self.keys(slots).tolist(), slots.tolist(), strict=True):
            self.by_cell.add(key, slot)

    def around(self, keys: Ints, cells_away: int) -> Ints:
        """Return the living reports up to so many cells away from any of these cells."""
        steps = np.arange(-cells_away, cells_away + 1)
        shift = (steps[:, None] * SLAB + steps * ROW).ravel()
        middle = (np.unique(keys)[:, None] + shift).ravel()
        found = np.unique(self.by_cell.between(middle - cells_away, middle + cells_away + 1))
        return found[self.rows.alive[found]]

    def inside(self, box: Box) -> Ints:
        """Return the living reports of a box, in no order."""
        parameters = self.setting.parameters
        cell_e7 = int(parameters.density_cell_m / METRES_PER_E7)
        rows = np.arange(
            (box.south_e7 + 900_000_000) // cell_e7, (box.north_e7 + 900_000_000) // cell_e7 + 1
        )
        late = [lateness_hours(self.setting.noise(one)) for one in self.setting.source_ids]
        most = max(late, default=0) + parameters.longest_interval_h + 2
        slabs = np.arange(
            box.first_hour // parameters.density_cell_h,
            (box.last_hour + most) // parameters.density_cell_h + 1,
        )
        low = ((slabs + (1 << 21))[:, None] * SLAB + (rows + 1) * ROW).ravel()
        begin, end = self._columns(box, rows, cell_e7)
        count = slabs.size
        found = np.unique(
            self.by_cell.between(low + np.tile(begin, count), low + np.tile(end, count))
        )
        return found[self.rows.alive[found] & box.holds(self.rows.features[found])]

    @staticmethod
    def _columns(box: Box, rows: Ints, cell_e7: int) -> tuple[Ints, Ints]:
        """The columns of each row of cells that a box may touch; all, if it crosses 180 degrees."""
        middle = ((rows + 0.5) * cell_e7 - 900_000_000) * 1e-7
        width = np.rint(cell_e7 / np.maximum(np.cos(np.radians(middle)), 0.01)).astype(np.int64)
        if box.west_e7 < -TURN_E7 // 2 or box.east_e7 >= TURN_E7 // 2:
            return np.zeros(rows.size, np.int64), np.full(rows.size, ROW)
        west, east = ((edge + TURN_E7 // 2) // width for edge in (box.west_e7, box.east_e7))
        return np.asarray(west + 1, np.int64), np.asarray(east + 2, np.int64)


class Box(NamedTuple):
    """A box of place and first possible hour, ends included."""

    south_e7: int
    north_e7: int
    west_e7: int
    east_e7: int
    first_hour: int
    last_hour: int

    def holds(self, features: Ints) -> Mask:
        """Return which reports lie in it."""
        latitude, hour = features[:, LATITUDE], features[:, FIRST_HOUR]
        turned = (features[:, LONGITUDE] - self.west_e7) % TURN_E7
        inside = (latitude >= self.south_e7) & (latitude <= self.north_e7)
        inside &= turned <= self.east_e7 - self.west_e7
        return np.asarray(inside & (hour >= self.first_hour) & (hour <= self.last_hour), np.bool_)


def box_around(features: Ints, width_m: int, before_h: int, after_h: int) -> Box:
    """Return the box of all that lies so near to one of some reports, on one side of the globe."""
    latitude, longitude = features[:, LATITUDE], features[:, LONGITUDE]
    away = int(width_m * 1.01 / METRES_PER_E7) + 1
    south, north = int(latitude.min()) - away, int(latitude.max()) + away
    farthest = min(max(abs(south), abs(north)) * 1e-7, 89.0)
    side = min(int(away / np.cos(np.radians(farthest))) + 1, TURN_E7 // 2 - 1)
    hour = features[:, FIRST_HOUR]
    first, last = int(hour.min()) - before_h, int(hour.max()) + after_h
    west, east = int(longitude.min()) - side, int(longitude.max()) + side
    return Box(south, north, west, min(east, west + TURN_E7 - 1), first, last)


def moved(index: Index, keys: Ints) -> Ints:
    """Tell densities anew around cells whose count changed; return the slots where one changed."""
    near = index.around(keys, 1)
    if not near.size:
        return near
    wide = index.around(keys, 2)
    rows, setting = index.rows, index.setting
    each = reports_per_incident(setting.profiles)
    told = log_density(rows.features[wide], rows.hour[wide], each, setting.parameters)
    told = told[np.searchsorted(wide, near)]
    changed = near[rows.features[near, LOG_DENSITY] != told]
    rows.features[near, LOG_DENSITY] = told
    return np.asarray(changed, np.int64)


def may_own(features: Ints, others: Ints, beliefs: Beliefs) -> Mask:
    """Return which reports might have a pair with one of `others`, as the earlier of the two."""
    last = features[:, FIRST_HOUR] + beliefs.time_length[features[:, TIME_ROW]]
    found: Mask = in_reach(features, last, others)
    return found


@kernel
def in_reach(features: Ints, last: Ints, others: Ints) -> Mask:
    """Which reports last, until before `last`, while one of `others` begins in their reach."""
    found = np.zeros(features.shape[0], np.bool_)
    for i in range(features.shape[0]):
        begin, end = features[i, FIRST_HOUR], last[i]
        for j in range(others.shape[0]):
            if begin <= others[j, FIRST_HOUR] < end:
                north = (features[i, LATITUDE] - others[j, LATITUDE]) * METRES_PER_E7
                turned = (features[i, LONGITUDE] - others[j, LONGITUDE] + TURN_E7 // 2) % TURN_E7
                mean = 0.5e-9 * (features[i, EAST] + others[j, EAST])
                east = (turned - TURN_E7 // 2) * mean
                reach = 2.0 * (features[i, RADIUS] + others[j, RADIUS]) + 1.0
                if north * north + east * east <= reach * reach:
                    found[i] = True
                    break
    return found


def rescored(index: Index, ties: Ties, beliefs: Beliefs, changed: Ints, least: int) -> set[int]:
    """Score anew the pairs that changed reports may have; return the reports of those that changed.

    `changed` are slots, of living reports and of such as are gone; they lie near each other.
    """
    rows, width = index.rows, beliefs.max_width_m
    longest = int(beliefs.time_length.max(initial=1))
    features = rows.features
    near = index.inside(box_around(features[changed], width, longest, 0))
    owners = near[may_own(features[near], features[changed], beliefs)]
    touched: set[int] = set()
    for slot in changed[~rows.alive[changed]].tolist():
        touched |= ties.replace(slot, np.zeros(0, np.int64), np.zeros(0, np.int64))
    owners = np.union1d(owners, changed[rows.alive[changed]])
    if not owners.size:
        return touched
    seen = index.inside(box_around(features[owners], width, 0, longest))
    block = rows.ordered(np.union1d(owners, seen).tolist())
    at = np.flatnonzero(np.isin(block, owners))
    chosen = features[block]
    found = scored_pairs(chosen, beliefs, grid(chosen, width), at, least)
    begin = np.searchsorted(found.first, at)
    end = np.searchsorted(found.first, at, side="right")
    for slot, low, high in zip(block[at].tolist(), begin.tolist(), end.tolist(), strict=True):
        touched |= ties.replace(slot, block[found.second[low:high]], found.gain[low:high].copy())
    return touched
