# SPDX-License-Identifier: Apache-2.0
"""Faulty rows of the observation form, named by their fault: all are told, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.observed import HEARD, NOTHING_SEEN, NOWHERE, PROFILE, csv_of, json_of, read

from foedus.errors import DrafterError, SourceError
from foedus.reports.faults import REASONS, WARNINGS
from foedus.reports.profile import read_profile
from foedus.reports.readers import read_source

FAULTS: dict[str, tuple[dict[str, Any], str | None, str]] = {
    "no record": ({"record": None}, "record", "label-missing"),
    "other record": ({"record": "rumour"}, "record", "label-unlisted"),
    "no means": ({"means": None}, "means", "label-missing"),
    "other means": ({"means": "heard|smelt"}, "means", "label-unlisted"),
    "no observation": (
        {"observation": None, "effect": None},
        "observation",
        "label-missing",
    ),
    "misspelt observation": (
        {"observation": "explosions", "effect": None},
        "observation",
        "label-unlisted",
    ),
    "effect of a burst": ({"observation": "burst"}, "effect", "not-for-record"),
    "other effect": ({"effect": "loud"}, "effect", "label-unlisted"),
    "no zone": ({"zone": None}, "zone", "zone-unknown"),
    "other zone": ({"zone": "Donetsk time"}, "zone", "zone-unknown"),
    "no start": ({"from": None}, "from", "time-missing"),
    "30 February": ({"from": "2017-02-30T10:00", "to": None}, "from", "time-impossible"),
    "day first": ({"from": "29.01.2017 18:05"}, "from", "time-format"),
    "end before start": ({"to": "2017-01-29T18:04"}, "to", "end-before-start"),
    "end the day before": ({"to": "2017-01-28T18:20"}, "to", "end-before-start"),
    "bearing in words": ({"bearing": "towards the mine"}, "bearing", "bearing-format"),
    "bearing of 361": ({"bearing": "361"}, "bearing", "bearing-format"),
    "error of no bearing": (
        {"bearing": None, "bearing_error_deg": "5"},
        "bearing",
        "bearing-format",
    ),
    "error of 200": ({"bearing_error_deg": "200"}, "bearing_error_deg", "number-format"),
    "range turned round": ({"range_to_km": "6"}, "range_to_km", "range-order"),
    "range in words": ({"range_to_km": "far"}, "range_to_km", "number-format"),
    "range below zero": ({"range_from_km": "-1"}, "range_from_km", "number-format"),
    "range in metres": ({"range_to_km": "10000"}, "range_to_km", "number-format"),
    "no place at all": (NOWHERE, "place_latitude", "place-missing"),
    "bearing from nowhere": (
        NOWHERE | {"bearing": "N", "place_name": "Avdiivka"},
        "observer_latitude",
        "place-incomplete",
    ),
    "half a place": ({"observer_longitude": None}, "observer_longitude", "place-incomplete"),
    "no radius": ({"observer_radius_m": None}, "observer_radius_m", "place-incomplete"),
    "radius of no place": ({"place_radius_m": "5"}, "place_latitude", "place-incomplete"),
    "latitude 91": ({"observer_latitude": "91"}, "observer_latitude", "latitude-range"),
    "place in words": (
        {"place_latitude": "north", "place_longitude": "37", "place_radius_m": "5"},
        "place_latitude",
        "place-format",
    ),
    "count of none": ({"count": "0"}, "count", "number-format"),
    "count in words": ({"count": "some"}, "count", "number-format"),
    "negative count": ({"count": "-3"}, "count", "negative"),
    "count of unknown kind": ({"count_is": None}, "count_is", "count-incomplete"),
    "kind of no count": ({"count": None}, "count", "count-incomplete"),
    "about so many": ({"count_is": "about"}, "count_is", "label-unlisted"),
    "perhaps an exercise": ({"exercise": "perhaps"}, "exercise", "label-unlisted"),
    "grade 7": ({"grade": "7"}, "grade", "number-format"),
    "no id": ({"id": None}, "id", "id-missing"),
    "weapon where nobody looked": (
        NOTHING_SEEN | {"record": "not-looked", "weapon": "tank"},
        "weapon",
        "not-for-record",
    ),
    "nobody was denied access": (
        NOTHING_SEEN | {"record": "access-denied", "observer": None},
        "observer",
        "label-missing",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_row(fault: str) -> None:
    """A faulty row is told at its row and column; the good row before it is accepted."""
    changes, column, reason = FAULTS[fault]
    found = read(csv_of(HEARD, HEARD | {"id": "2"} | changes))
    assert found.reasons == [(3, column, reason)]
    assert (found.read, found.accepted, found.quarantined) == (2, 1, 1)


def test_all_faults_of_a_row() -> None:
    """A row with five faults is one row in quarantine and tells all five, each once."""
    wrong = {"zone": "X", "reported": "2017-01-30", "bearing": "up", "count": "0", "grade": "9"}
    found = read(csv_of(HEARD | wrong | {"range_to_km": "1"}))
    assert sorted(found.reasons) == [
        (2, "bearing", "bearing-format"),
        (2, "count", "number-format"),
        (2, "grade", "number-format"),
        (2, "range_to_km", "range-order"),
        (2, "zone", "zone-unknown"),
    ]


def test_key_that_the_form_has_not() -> None:
    """A misspelt key is told with the nearest column, beside the row's other faults."""
    found = read(json_of(HEARD | {"wepon": "tank", "count": 0}, HEARD), "form.jsonl")
    assert found.reasons == [(1, None, "key-unknown"), (1, "count", "number-format")]
    assert "did you mean 'weapon'?" in found.refusals["expected"][0].as_py()
    assert found.accepted == 1


def test_missing_column() -> None:
    """A header without a column of the form is told with the name that stands there instead."""
    with pytest.raises(SourceError, match="did you mean 'bearings'") as caught:
        read(csv_of(HEARD).replace(b"bearing,", b"bearings,", 1))
    assert [fault.column for fault in caught.value.faults] == ["bearing"]


def test_other_ending() -> None:
    """A file that is neither delimited text nor JSON Lines is told by its name."""
    with pytest.raises(SourceError, match=r"form\.xlsx"):
        read(b"PK", "form.xlsx")


def test_profile_that_is_not_of_the_form(tmp_path: Path) -> None:
    """A profile that has the id or the start elsewhere is told both."""
    text = PROFILE.read_text("utf-8").replace('"id"', '"no"').replace('"from"', '"start"')
    path = tmp_path / "profile.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DrafterError) as caught:
        list(read_source(read_profile(path), [tmp_path / "form.csv"]))
    assert [f.column for f in caught.value.faults] == ["columns.item_id", "time.start"]


def test_only_a_header() -> None:
    """A form without rows is a delivery of nothing."""
    assert read(csv_of()).read == 0


@given(st.lists(st.sampled_from([HEARD, *(HEARD | item[0] for item in FAULTS.values())])))
def test_nothing_is_lost_and_cuts_do_not_matter(rows: list[dict[str, Any]]) -> None:
    """Whatever the rows, read = accepted + quarantined, and batches of two give the same."""
    numbered = [
        row | {"id": row["id"] and str(number), "description": "so"}
        for number, row in enumerate(rows)
    ]
    whole, cut = (read(csv_of(*numbered), batch_rows=size) for size in (65536, 2))
    assert whole.read == len(rows) == whole.accepted + whole.quarantined
    assert whole.reports == cut.reports
    assert whole.refusals == cut.refusals


def test_reasons_of_the_form_are_among_all() -> None:
    """Every code that the form can give is described with all others."""
    assert {reason for _, _, reason in FAULTS.values()} <= set(REASONS)
    assert {"range-unknown", "weapon-unlisted"} <= set(WARNINGS)
