# SPDX-License-Identifier: Apache-2.0
"""Monitors' own observations: what a row in the manner of an annex table becomes, and what not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.observed import HEARD, NOTHING_SEEN, NOWHERE, csv_of, json_of, one, read

from foedus.base.evidence import Answer
from foedus.base.places import Place, within
from foedus.reports import observation_form as form
from foedus.reports.taxonomy import UNKNOWN, load_kinds, load_weapons

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "observation-form.md"
HOW_TO = ROOT / "docs" / "how-to" / "report-an-observation.md"


def test_an_annex_row() -> None:
    """7-10 km north-west, heard, 3 outgoing explosions assessed as of an 82 mm mortar."""
    row = one()
    assert (row["kind"], row["weapon"], row["weapon_label"]) == (
        "mortar-fire",
        "mortar-82mm",
        "82 mm mortar",
    )
    assert (row["events_low"], row["events_high"], row["exercise"]) == (3, 3, "no")
    assert row["occurred_to_us"] - row["occurred_from_us"] == 16 * 60_000_000
    assert (row["occurred_zone"], row["occurred_precision"]) == ("EET", "minute")
    assert (row["item_grade"], row["text"], row["actor"]) == (2, "three in a row", None)
    assert row["kind_label"] == "explosion, outgoing, mortar-82mm"
    # 8.5 km north-west of the observer; half the depth and the width of 45 degrees around it.
    assert row["latitude_e7"] / 1e7 == pytest.approx(48.0699, abs=0.001)
    assert row["longitude_e7"] / 1e7 == pytest.approx(37.7220, abs=0.001)
    assert 3_900 < row["radius_m"] < 4_100


SAID = {
    "undetermined explosion": (
        {"effect": "undetermined", "weapon": None},
        "undetermined-explosion",
    ),
    "impact of an unknown weapon": ({"effect": "impact", "weapon": None}, "weapon-use"),
    "explosion of Grad": ({"weapon": "BM-21"}, "mlrs-strike"),
    "projectile": (
        {"observation": "projectile", "effect": None, "weapon": None},
        "projectile-in-flight",
    ),
    "projectile of a howitzer": (
        {"observation": "projectile", "effect": None, "weapon": "122mm howitzer"},
        "artillery-shelling",
    ),
    "muzzle flash": (
        {"observation": "muzzle-flash", "effect": None, "weapon": None},
        "muzzle-flash",
    ),
    "flare": ({"observation": "flare", "effect": None, "weapon": None}, "illumination-flare"),
    "burst of small arms": (
        {"observation": "burst", "effect": None, "weapon": "small arms"},
        "direct-fire",
    ),
    "shot of a tank": (
        {"observation": "shot", "effect": None, "weapon": "танк"},
        "tank-engagement",
    ),
    "tanks seen": (
        {"observation": "weapon-seen", "effect": None, "weapon": "tank", "means": "uav"},
        "heavy-weapons-seen",
    ),
    "something seen": (
        {"observation": "weapon-seen", "effect": None, "weapon": None, "means": "seen"},
        "weapons-holding",
    ),
    "drone flying": (
        {"observation": "flight", "effect": None, "weapon": "drone", "means": "seen|heard"},
        "flight-purpose-not-determined",
    ),
    "troops": (
        {"observation": "troops-moving", "effect": None, "weapon": None, "means": "camera"},
        "troop-movement",
    ),
    "access denied": (NOTHING_SEEN | {"record": "access-denied"}, "monitor-denied-access"),
    "jammed": (NOTHING_SEEN | {"record": "jammed", "means": "uav"}, "monitor-equipment-jammed"),
    "not looked": (NOTHING_SEEN | {"record": "not-looked"}, "no-observation"),
}


@pytest.mark.parametrize("said", SAID)
def test_kind(said: str) -> None:
    """What was observed, its effect and its weapon give the kind, and no more than they tell."""
    changes, kind = SAID[said]
    assert one(**changes)["kind"] == kind


def test_an_end_that_is_a_day() -> None:
    """A day without a clock is never midnight: what ends on a day ends by its end."""
    row = one(to="2017-01-30")
    assert row["occurred_to_us"] == 1_485_813_600_000_000
    assert one(**{"from": "2017-01-29", "to": None})["occurred_precision"] == "day"


def test_at_least_has_no_greatest() -> None:
    """At least ten is ten or more; a count that is not told is not zero."""
    row = one(count="10", count_is="at-least")
    assert (row["events_low"], row["events_high"]) == (10, None)
    row = one(count=None, count_is=None)
    assert (row["events_low"], row["events_high"]) == (None, None)


@pytest.mark.parametrize(
    ("word", "kept"), [("yes", "yes"), ("no", "no"), ("unknown", None), (None, None)]
)
def test_exercise(word: str | None, kept: str | None) -> None:
    """Unknown is not no, and what was assessed as an exercise can be shown apart."""
    row = one(exercise=word)
    assert row["exercise"] == kept
    assert row["set_apart"] == ("assessed exercise" if word == "yes" else None)


def test_weapon_without_a_class() -> None:
    """A weapon that the taxonomy does not know is unknown; the observer's words are kept."""
    row = one(weapon="heavy machine-gun")
    assert (row["weapon"], row["weapon_label"]) == (UNKNOWN, "heavy machine-gun")
    assert row["warnings"] == ["weapon-unlisted"]


def test_every_title_of_a_weapon_is_understood() -> None:
    """Ids, systems and titles in all four languages name the class that they stand beside."""
    words = form.weapon_words(load_weapons())
    for node in load_weapons().nodes.values():
        for word in (node.id, *node.systems, *node.title.values()):
            assert words.get(form.plain(word)) in (node.id, None)
        assert words[form.plain(node.id)] == node.id
    assert words[form.plain("152mm gun or howitzer")] == "howitzer-152mm"


def test_range_that_is_not_told_stays_wide() -> None:
    """Without a far end, the place is as wide as can be; a code says so."""
    row = one(range_from_km=None, range_to_km=None)
    assert row["warnings"] == ["range-unknown"]
    assert row["radius_m"] >= form.FARTHEST_M / 2
    assert one(bearing=None, range_from_km=None, range_to_km=None)["radius_m"] >= form.FARTHEST_M
    assert one(range_from_km="60", range_to_km=None)["radius_m"] > 20_000


def test_bearing_without_an_error_is_wide() -> None:
    """Degrees alone are as rough as one of eight points; a told error is taken as told."""
    assert one(bearing="315")["radius_m"] == one()["radius_m"]
    assert one(bearing="315", bearing_error_deg="2")["radius_m"] < one()["radius_m"]
    assert one(bearing="NNW")["radius_m"] < one()["radius_m"]
    assert one(bearing="NW", bearing_error_deg="2")["radius_m"] == one()["radius_m"]


def test_a_stated_place_goes_before_a_sighting() -> None:
    """Where the place is known better than from afar, it is taken with its own radius."""
    row = one(place_latitude="48.1", place_longitude="37.7", place_radius_m="20")
    place = (row["latitude_e7"], row["longitude_e7"], row["radius_m"])
    assert place == (481_000_000, 377_000_000, 20)
    assert row["place_precision"] == "place, heard"


def test_only_a_name() -> None:
    """A row that only names a place has no coordinates: they are unknown."""
    row = one(**NOWHERE, place_name="Avdiivka")
    assert (row["latitude_e7"], row["radius_m"], row["place_name"]) == (None, None, "Avdiivka")


def test_what_happened_to_the_observer() -> None:
    """Denied access is where the observer stood; who it was is told in the text alone."""
    row = one(**NOTHING_SEEN | {"record": "access-denied", "description": "turned back"})
    assert (row["latitude_e7"], row["radius_m"]) == (480_159_000, 50)
    assert row["text"] == "P1: turned back"
    assert row["kind_label"] == "access-denied"


def test_happenings_leave_out_what_nobody_looked_at() -> None:
    """A time at which nobody looked is on record, and is no happening."""
    missed = HEARD | NOTHING_SEEN | {"record": "not-looked", "id": "2"}
    reports = read(csv_of(HEARD, missed)).reports
    assert reports.num_rows == 2
    assert form.happenings(reports)["item_id"].to_pylist() == ["1"]


def test_json_is_read_as_delimited_text_is() -> None:
    """The same rows give the same reports from both, numbers written as numbers or not."""
    rows = [HEARD, HEARD | {"id": "2", "count": 4, "range_to_km": 12.5, "weapon": None}]
    by_csv, by_json = read(csv_of(*rows)), read(json_of(*rows), "form.jsonl")
    assert by_csv.reports.drop_columns("batch_id") == by_json.reports.drop_columns("batch_id")
    sparse = {key: value for key, value in HEARD.items() if value is not None}
    assert read(json_of(sparse), "form.jsonl").accepted == 1


@given(
    st.sampled_from(sorted(form.compass())),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
    st.floats(-1, 1),
    st.floats(0, 1),
)
def test_a_point_that_fits_is_never_outside(
    point: str, near_m: int, deep_m: int, turned: float, out: float
) -> None:
    """A thing that fits the written bearing and range cannot be outside the report's place."""
    row = one(bearing=point, range_from_km=near_m / 1000, range_to_km=(near_m + deep_m) / 1000)
    bearing_deg, error_deg = form.compass()[point]
    north_m, east_m = _offset(bearing_deg + turned * error_deg, near_m + out * deep_m)
    there = Place(
        latitude_e7=480_159_000 + round(north_m / 111_200 * 1e7),
        longitude_e7=378_029_000 + round(east_m / (111_320 * 0.6693) * 1e7),
        radius_m=0,
    )
    place = Place(latitude_e7=row["latitude_e7"], longitude_e7=row["longitude_e7"], radius_m=0)
    slack_m = 0.004 * (near_m + deep_m)  # the test reckons on a plane
    assert within(there, place, row["radius_m"] + slack_m) is Answer.SURE


def _offset(bearing_deg: float, range_m: float) -> tuple[float, float]:
    from_north = complex(0, bearing_deg * 3.141592653589793 / 180)
    turned = range_m * 2.718281828459045**from_north
    return turned.real, turned.imag


def test_no_column_holds_where_the_observer_stood() -> None:
    """What is told of the observer's place can be read in no column of a report from afar."""
    near = one(observer_latitude="48.0159321", observer_longitude="37.8029123")
    for value in near.values():
        assert "480159321" not in str(value)
        assert "378029123" not in str(value)
        assert "48.0159321" not in str(value)
        assert "P1" not in str(value)


def test_every_kind_is_a_word() -> None:
    """Whatever the form can say is a kind of the taxonomy, or unknown."""
    kinds = load_kinds()
    for mapped in (form.BY_RECORD, form.BY_WEAPON, form.BY_OBSERVATION):
        assert set(mapped.values()) <= set(kinds.nodes)
    assert set(form.BY_WEAPON) <= set(load_weapons().nodes)
    assert set(form.HEAVY) <= set(load_weapons().nodes)
    assert set(form.BY_OBSERVATION) == set(form.OBSERVATIONS)


def test_every_column_and_word_is_documented() -> None:
    """The reference has each column and each word of the form, in the form's own words."""
    page = REFERENCE.read_text("utf-8")
    rows = dict(re.findall(r"(?m)^\| `([\w-]+)` \| (.+?) \|$", page))
    expected = dict(form.COLUMNS)
    for words in form.WORDS.values():
        expected |= words
    assert rows == expected


def test_how_to_report_an_observation(tmp_path: Path) -> None:
    """The page's file, profile and program give the output that the page prints."""
    blocks = dict(re.findall(r"```(\w+)\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL))
    (tmp_path / "post-a.csv").write_text(blocks["csv"], "utf-8")
    (tmp_path / "post-a.toml").write_text(blocks["toml"], "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", blocks["python"]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == blocks["text"]
