# SPDX-License-Identifier: Apache-2.0
"""Learning without labels: what is put in comes out; where nothing is told nothing is learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from accounts import account, profile, setting, table
from msgspec import structs

import fusion
import generate
from foedus.engines.local import LocalEngine
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse
from foedus.incidents.learning import Learned, differences, is_drifted, learn, sample, spread
from foedus.incidents.parameters import Parameters
from foedus.reports.profile import Confusion
from foedus.reports.record import Report
from labels_made import KIND_WEIGHTS, KINDS

Shifted = tuple[Path, pa.Table, Setting]
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
    learned = learn(sample(table(made(radius_m, 6, 1))), SOURCES)
    assert learned.parameters.radius_m["2"] == pytest.approx(radius_m, rel=0.25)
    assert learned.pairs_per_report == pytest.approx(0.5, rel=0.25)


@pytest.mark.parametrize(("late_h", "knot"), [(6, 6.0), (24, 24.0)])
def test_lateness_is_found_again(late_h: int, knot: float) -> None:
    """Most items are said to be as late as they were made."""
    learned = learn(sample(table(made(1_000, late_h, 2))), SOURCES)
    assert max(learned.parameters.lateness, key=lambda piece: piece.share).upto_h == knot


def test_chance_teaches_nothing() -> None:
    """Two sources that tell of different happenings teach neither radius nor lateness."""
    learned = learn(sample(table(made(2_000, 6, 3, apart=True))), SOURCES)
    assert (learned.parameters.radius_m, learned.parameters.lateness) == ({}, ())
    assert (learned.parameters.kind_confusion, learned.parameters.actor_confusion) == ({}, {})


def test_over_merging_is_told() -> None:
    """A fusion that holds more pairs than the record tells of is drifted; a right one is not."""
    reports = table(made(1_000, 6, 1))
    learned = learn(sample(reports), SOURCES)
    fused = fuse(reports, SOURCES._replace(parameters=learned.parameters), LocalEngine(1))
    assert not is_drifted(learned, fused.members)
    assert is_drifted(Learned(Parameters(), 0.3, 1_000), fused.members)


def test_shapes_are_shares() -> None:
    """What is compared with counts sums to one, up to what lies beyond the last bin."""
    assert spread(3_000, 9_000).sum() == pytest.approx(1.0)
    for day in (0, 1):
        assert differences((0.4, 0.3, 0.2, 0.1), day).sum() == pytest.approx(1.0, abs=1e-3)


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Shifted:
    """A made set whose noise is other than the defaults, with nothing declared of it."""
    folder = tmp_path_factory.mktemp("shifted")
    options = generate.Options(reports=4_000, rate=20.0, sources="ABCD", barrages=0.0, shift=True)
    generate.write(options, folder)
    declared = fusion.setting(folder)
    return (folder, *fusion.undeclared(fusion.read(folder, declared), declared))


def b3(folder: Path, fused: Fused) -> float:
    """B-cubed F1 of a fusion against the truth of its folder."""
    return fusion.scored(fused, folder / "truth.csv")["b3_f1"]


def test_learned_beats_the_defaults_on_other_noise(shifted: Shifted) -> None:
    """With radii, lateness and labels learned, B3 is well above that of the defaults."""
    folder, reports, bare = shifted
    engine = LocalEngine(1)
    learned = learn(sample(reports), bare)
    fused = fuse(reports, bare._replace(parameters=learned.parameters), engine)
    assert not is_drifted(learned, fused.members)
    assert b3(folder, fused) > b3(folder, fuse(reports, bare, engine)) + 0.1


def test_confusions_are_nearer_the_truth_than_the_default(shifted: Shifted) -> None:
    """A third of kinds and a tenth of actors are told wrongly; shares are those of the draw."""
    _, reports, bare = shifted
    learned = learn(sample(reports), bare).parameters
    for name, true in (("kind", 0.33), ("actor", 0.10)):
        told = [c.same_class + c.any for c in getattr(learned, f"{name}_confusion").values()]
        default = Confusion()
        assert len(told) >= 3
        assert abs(np.mean(told) - true) < abs(default.same_class + default.any - true)
    drawn = {kind[0]: weight for kind, weight in zip(KINDS, KIND_WEIGHTS, strict=True)}
    off = [abs(learned.kind_share[kind] - share) for kind, share in drawn.items()]
    assert max(off) < 0.06
    assert sum(learned.kind_share.values()) == pytest.approx(1.0, abs=1e-4)


def test_what_is_declared_is_not_learned(shifted: Shifted) -> None:
    """A source that declares its confusion keeps it; a learned one serves the others."""
    _, reports, bare = shifted
    said = Confusion(same_class=0.5, any=0.1)
    profiles = dict(bare.profiles)
    profiles["A"] = structs.replace(
        profiles["A"], noise=structs.replace(profiles["A"].noise, kind=said)
    )
    declared = bare._replace(profiles=profiles)
    learned = learn(sample(reports), declared).parameters
    assert {"B", "C"} <= set(learned.kind_confusion) <= {"B", "C", "D"}
    known = declared._replace(parameters=learned).confusions("kind")
    assert known["A"] == said
    assert known["B"] == learned.kind_confusion["B"]


def test_learning_does_not_depend_on_the_order_of_rows(shifted: Shifted) -> None:
    """The sample and what is learned from it follow from the reports alone."""
    _, reports, bare = shifted
    order = np.random.default_rng(5).permutation(reports.num_rows)
    assert learn(sample(reports.take(order)), bare) == learn(sample(reports), bare)
