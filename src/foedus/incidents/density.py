# SPDX-License-Identifier: Apache-2.0
"""How dense happenings are, there and then: the prior of every pair, from the reports themselves.

Reports are counted in cells of space and time; each report takes the mean of its own cell and the
26 around it. A report can therefore move no prior farther off than two cells, which bounds what a
correction can touch.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from foedus.base.kernels import kernel
from foedus.incidents.likelihood import LATITUDE, LONGITUDE, METRES_PER_E7, MICRONAT, Ints
from foedus.incidents.parameters import Parameters

ROW: Final = 1 << 20
SLAB: Final = 1 << 40
STEP: Final = 125_000
"""Densities are told in steps of an eighth of a nat, so that one report more moves few priors."""


class Cells(NamedTuple):
    """Occupied cells in ascending order, how many reports each holds, and each report's cell."""

    key: Ints
    held: Ints
    of_report: Ints


def cells(features: Ints, hour: Ints, parameters: Parameters) -> Cells:
    """Count reports by cell; columns of cells keep their width in metres at every latitude."""
    cell_e7 = int(parameters.density_cell_m / METRES_PER_E7)
    row = (features[:, LATITUDE] + 900_000_000) // cell_e7
    middle = ((row + 0.5) * cell_e7 - 900_000_000) * 1e-7
    width_e7 = np.rint(cell_e7 / np.maximum(np.cos(np.radians(middle)), 0.01)).astype(np.int64)
    column = (features[:, LONGITUDE] + 1_800_000_000) // width_e7
    slab = hour // parameters.density_cell_h + (1 << 21)
    key = slab * SLAB + (row + 1) * ROW + column + 1
    unique, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
    return Cells(unique, count, inverse)


@kernel
def held_around(key: Ints, held: Ints, shifts: Ints) -> Ints:
    """How many reports lie in three columns around each cell, moved by each of the shifts.

    Keys ascend, so that a window over them is moved along for each shift.
    """
    total = np.zeros(key.size, np.int64)
    for shift in shifts:
        low = high = inside = 0
        for at in range(key.size):
            first = key[at] + shift - 1
            while high < key.size and key[high] <= first + 2:
                inside += held[high]
                high += 1
            while low < high and key[low] < first:
                inside -= held[low]
                low += 1
            total[at] += inside
    return total


def log_density(
    features: Ints, hour: Ints, reports_per_incident: float, parameters: Parameters
) -> Ints:
    """Return the log of incidents per square metre and hour around each report, in micronats.

    `hour` is the middle of the stated time, in hours since 1970; rows as in `features`.
    """
    if not hour.size:
        return np.zeros(0, np.int64)
    found = cells(features, hour, parameters)
    steps = np.arange(-1, 2)
    total = held_around(found.key, found.held, (steps[:, None] * SLAB + steps * ROW).ravel())
    incidents = total / reports_per_incident + 27 * parameters.background_per_cell
    volume = 27.0 * parameters.density_cell_m**2 * parameters.density_cell_h
    told = np.rint(np.log(incidents / volume) * (MICRONAT / STEP)).astype(np.int64)
    log_per_cell = told * STEP
    return np.asarray(log_per_cell[found.of_report], np.int64)


def thinnest(reports_per_incident: float, parameters: Parameters) -> int:
    """Return the least that `log_density` tells of any report: that of one with none around it."""
    incidents = 1 / reports_per_incident + 27 * parameters.background_per_cell
    volume = 27.0 * parameters.density_cell_m**2 * parameters.density_cell_h
    return int(np.rint(np.log(incidents / volume) * (MICRONAT / STEP))) * STEP
