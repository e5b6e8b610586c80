# SPDX-License-Identifier: Apache-2.0
"""Episodes: what makes incidents one run, what does not, and what stays open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from accounts import account, profile, setting, table
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.base.encoding import schema
from foedus.engines.local import LocalEngine
from foedus.errors import DrafterError, OperatorError
from foedus.incidents.episodes import Episode, episodes, find_rule, rule_ids
from foedus.incidents.from_reports import fuse

BARRAGE = find_rule("barrage")
HOUR_US = 3_600_000_000


def incidents(*said: dict[str, Any]) -> pa.Table:
    """Incidents of one report each; `km` is how far to the north."""
    sources = setting(profile("m", already_merged=True))
    made = []
    for number, one in enumerate(said):
        values = dict(one)
        north = round(values.pop("km", 0.0) * 1_000 / 0.0111195)
        values.setdefault("latitude_e7", 480_000_000 + north)
        made.append(account("m", f"{number:02}", **{"radius_m": 500, **values}))
    return fuse(table(made), sources, LocalEngine(1)).incidents


def sizes(found: pa.Table) -> list[int]:
    """How many incidents each episode has, in their order."""
    return found["incident_count"].to_pylist()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([{"hour": 0}, {"hour": 1}, {"hour": 2}], [3]),
        ([{"hour": 0}, {"hour": 2}, {"hour": 4}], [3]),
        ([{"hour": 0}, {"hour": 3}], [1, 1]),
        ([{"hour": 0}, {"hour": 0, "km": 4.5}, {"hour": 1, "km": 9.0}], [2, 1]),
        ([{"hour": 0}, {"hour": 0, "km": 6.0}, {"hour": 1, "km": 4.5}], [1, 2]),
        ([{"hour": 11}, {"hour": 12}, {"hour": 13}], [3]),
        ([{"hour": 0}, {"hour": 0, "radius_m": 9_000}], [1, 1]),
        ([{"hour": 0}, {"hour": 0, "latitude_e7": None, "longitude_e7": None}], [1, 1]),
        ([], []),
    ],
    ids=(
        "no pause", "pauses of just an hour", "too long a pause", "no wandering", "nearest first",
        "across midnight", "too wide a place", "no place", "nothing",
    ),
)  # fmt: skip
def test_what_is_one_barrage(said: list[dict[str, Any]], expected: list[int]) -> None:
    """Pauses up to an hour and 5 km from the first; the nearest of several running ones."""
    assert sizes(episodes(incidents(*said), BARRAGE)) == expected


def test_what_is_too_wide_is_open() -> None:
    """An incident of a whole day stands alone by the hour, and joins by the day."""
    day = {"occurred_to_us": account("m", "x").occurred_from_us + 24 * HOUR_US}
    made = incidents({"hour": 0} | day, {"hour": 1})
    by_hour, by_day = (episodes(made, find_rule(name)) for name in ("barrage", "fighting"))
    assert by_hour["is_open"].to_pylist() == [True, False]
    assert sizes(by_day) == [2]
    assert by_day.schema == schema(Episode)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 20)), min_size=1, max_size=12))
def test_episodes_part_the_incidents(said: list[tuple[int, int]]) -> None:
    """Each incident is in one episode, none lies beyond the distance, and order does not matter."""
    made = incidents(*({"hour": hour, "km": float(km)} for hour, km in said))
    found = episodes(made, BARRAGE)
    lineages = [one for row in found.to_pylist() for one in row["lineage_ids"]]
    assert sorted(lineages) == sorted(made["lineage_id"].to_pylist())
    assert max(found["radius_m"].to_pylist()) <= BARRAGE.distance_m + 501
    order = np.random.default_rng(1).permutation(made.num_rows)
    assert episodes(made.take(order), BARRAGE) == found


def test_rules() -> None:
    """Every shipped rule bears its file's name and a title in four languages."""
    for name in rule_ids():
        rule = find_rule(name)
        assert rule.id == name
        assert set(rule.title) == {"en", "uk", "ru", "fr"}


def test_faulty_rules_are_told(tmp_path: Path) -> None:
    """An unknown name is the operator's to mend, a faulty file its drafter's."""
    with pytest.raises(OperatorError, match="did you mean 'barrage'"):
        find_rule("barage")
    path = tmp_path / "mine.toml"
    path.write_text("id = 'mine'\npause_min = -1\n", "utf-8")
    with pytest.raises(DrafterError, match=r"mine\.toml"):
        find_rule(str(path))
