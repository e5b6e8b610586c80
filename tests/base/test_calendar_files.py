# SPDX-License-Identifier: Apache-2.0
"""Calendars say what they know and nothing else, and a faulty file is told at its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from foedus.base.calendar_files import KEYS, read_calendar, read_calendars
from foedus.errors import DrafterError
from source_files import ROOT

HERE: Final = Path(__file__).parent / "calendars"
HOUSES: Final = read_calendar(HERE / "made-two-houses.yaml")
SESSIONS: Final = read_calendar(HERE / "made-sessions.yaml")
FAULTS: Final = {
    "day-impossible": (7, "'2026-02-30'"),
    "day-outside-validity": (7, "see valid"),
    "days-out-of-order": (9, "a day after 2026-05-01"),
    "evidence-unknown": (4, "'sure'"),
    "holidays-without-weekend": (6, "weekend: []"),
    "id-not-the-files-name": (1, "'id-not-the-files-name'"),
    "key-twice": (5, "duplicate key"),
    "no-keys": (1, "keys and values"),
    "run-reversed": (6, "2026-05-01 to 2026-04-01"),
    "sitting-without-house": (6, "a list of days for each house"),
    "unknown-key": (7, "did you mean 'holidays'"),
    "validity-missing": (1, "from and to"),
    "validity-reversed": (5, "not after the last"),
    "weekday-misspelt": (6, "did you mean 'sunday'"),
}


@pytest.mark.parametrize(
    ("day", "is_sitting", "is_working"),
    [
        ("2026-05-04", False, True),
        ("2026-05-06", True, True),
        ("2026-05-01", False, False),
        ("2026-05-09", False, False),
        ("2026-03-31", None, None),
        ("2026-07-01", None, None),
    ],
)
def test_day(*, day: str, is_sitting: bool | None, is_working: bool | None) -> None:
    """A sitting day needs both houses; of days outside its validity a calendar says nothing."""
    found = date.fromisoformat(day)
    assert HOUSES.counts(found, "sitting-days") is is_sitting
    assert HOUSES.counts(found, "working-days") is is_working


def test_a_kind_of_day_that_is_not_stated_is_not_known() -> None:
    """A calendar of sessions does not say on which days anybody works, nor the other way round."""
    inside = date(2018, 1, 15)
    assert SESSIONS.counts(inside, "working-days") is None
    assert SESSIONS.counts(inside, "sitting-days") is None
    assert SESSIONS.first_from(inside, "working-days") is None
    assert HOUSES.in_session(date(2026, 5, 6)) is None
    assert HOUSES.opening_after(date(2026, 5, 6)) is None


@pytest.mark.parametrize(
    ("day", "is_open", "opening"),
    [
        ("2018-06-29", True, "2018-10-01"),
        ("2018-08-14", False, "2018-10-01"),
        ("2018-10-01", True, None),
        ("2017-09-30", None, "2017-10-02"),
        ("2017-09-29", None, None),
        ("2019-06-30", False, None),
        ("2019-07-01", None, None),
    ],
)
def test_session(*, day: str, is_open: bool | None, opening: str | None) -> None:
    """Whether a session is open, and when the next opens, as far as the calendar reaches."""
    found = date.fromisoformat(day)
    assert SESSIONS.in_session(found) is is_open
    expected = None if opening is None else date.fromisoformat(opening)
    assert SESSIONS.opening_after(found) == expected


def test_number_between_leaves_out_the_first_day() -> None:
    """Days are counted after the one and up to the other; outside the validity nobody can."""
    monday = date(2026, 6, 1)
    assert HOUSES.number_between(monday, monday + timedelta(days=7), "working-days") == 5
    assert HOUSES.number_between(date(2026, 6, 29), date(2026, 7, 2), "working-days") is None


def test_shipped_calendars_are_in_order() -> None:
    """What ships is read without a fault, and the week alone has no holiday."""
    shipped = read_calendars()
    assert list(shipped) == ["monday-to-friday"]
    week = shipped["monday-to-friday"]
    assert week.counts(date(2026, 12, 25), "working-days") is True
    assert week.counts(date(2026, 12, 26), "working-days") is False


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_file(name: str) -> None:
    """Each faulty file is answered with its one fault, at its line."""
    with pytest.raises(DrafterError) as raised:
        read_calendar(HERE / "bad" / f"{name}.yaml")
    (fault,) = raised.value.faults
    line, words = FAULTS[name]
    assert fault.line == line
    assert words in str(fault)


def test_every_faulty_file_is_tried() -> None:
    """No file in the folder of faults is left out, and reading the folder tells of them all."""
    assert {path.stem for path in (HERE / "bad").glob("*.yaml")} == set(FAULTS)
    with pytest.raises(DrafterError) as raised:
        read_calendars(HERE / "bad")
    assert {Path(fault.file).stem for fault in raised.value.faults} == set(FAULTS)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there, and one that is not UTF-8, are faults with their name."""
    with pytest.raises(DrafterError, match=r"none\.yaml"):
        read_calendar(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"title: caf\xe9\n")
    with pytest.raises(DrafterError, match="UTF-8"):
        read_calendar(tmp_path / "latin.yaml")


def test_page_explains_every_key() -> None:
    """Every key of a calendar file stands on the reference page."""
    page = (ROOT / "docs" / "reference" / "deadlines.md").read_text("utf-8")
    assert {key for key in KEYS if f"`{key}`" not in page} == set()
