# SPDX-License-Identifier: Apache-2.0
"""Learning without labels: what is put in comes out; where nothing is told nothing is learned."""

from __future__ import annotations

import numpy as np
import pytest
from accounts import account, profile, setting, table

from foedus.engines.local import LocalEngine
from foedus.incidents.from_reports import fuse
from foedus.incidents.learning import Learned, differences, is_drifted, learn, spread
from foedus.incidents.parameters import Parameters
from foedus.reports.record import Report

SOURCES = setting(*(profile(source, already_merged=True) for source in "abc"))


def made(radius_m: float, late_h: int, seed: int, *, apart: bool = False) -> list[Report]:
    """Two sources tell of 500 happenings on 100 days; `apart`: of different ones each."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(500):
        hour, north, east = random.integers(0, 2_400), *random.uniform(-60_000, 60_000, 2)
        for source in "ab":
            if apart:
                hour, north, east = random.integers(0, 2_400), *random.uniform(-60_000, 60_000, 2)
            away, turn = radius_m * np.sqrt(random.random()), random.uniform(0, 2 * np.pi)
            found.append(
                account(
                    source,
                    f"{number}",
                    hour=int(hour + random.integers(0, late_h + 1)),
                    latitude_e7=480_000_000 + int((north + away * np.sin(turn)) * 90),
                    longitude_e7=380_000_000 + int((east + away * np.cos(turn)) * 134),
                    radius_m=None,
                    place_precision="2",
                )
            )
    return found


@pytest.mark.parametrize("radius_m", [1_000, 4_000, 9_000])
def test_radius_is_found_again(radius_m: int) -> None:
    """The radius by which points were moved is learned to a quarter."""
    learned = learn(table(made(radius_m, 6, 1)), SOURCES)
    assert learned.parameters.radius_m["2"] == pytest.approx(radius_m, rel=0.25)
    assert learned.pairs_per_report == pytest.approx(0.5, rel=0.25)


@pytest.mark.parametrize(("late_h", "knot"), [(6, 6.0), (24, 24.0)])
def test_lateness_is_found_again(late_h: int, knot: float) -> None:
    """Most items are said to be as late as they were made."""
    learned = learn(table(made(1_000, late_h, 2)), SOURCES)
    assert max(learned.parameters.lateness, key=lambda piece: piece.share).upto_h == knot


def test_chance_teaches_nothing() -> None:
    """Two sources that tell of different happenings teach neither radius nor lateness."""
    learned = learn(table(made(2_000, 6, 3, apart=True)), SOURCES)
    assert (learned.parameters.radius_m, learned.parameters.lateness) == ({}, ())


def test_over_merging_is_told() -> None:
    """A fusion that holds more pairs than the record tells of is drifted; a right one is not."""
    reports = table(made(1_000, 6, 1))
    learned = learn(reports, SOURCES)
    fused = fuse(reports, SOURCES._replace(parameters=learned.parameters), LocalEngine(1))
    assert not is_drifted(learned, fused.members)
    assert is_drifted(Learned(Parameters(), 0.3, 1_000), fused.members)


def test_shapes_are_shares() -> None:
    """What is compared with counts sums to one, up to what lies beyond the last bin."""
    assert spread(3_000, 9_000).sum() == pytest.approx(1.0)
    for day in (0, 1):
        assert differences((0.4, 0.3, 0.2, 0.1), day).sum() == pytest.approx(1.0, abs=1e-3)
