# SPDX-License-Identifier: Apache-2.0
"""The calendar of clocks: each open clock once, under an id that stays when its moment moves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from desk.made_desk import (
    CASE,
    MISSION,
    act,
    at,
    decided,
    facts,
    filed,
    mandate,
    notice,
    opened,
    opening,
    reply,
    whole,
)
from foedus.desk.docket import case
from foedus.desk.feed import feed
from foedus.trust.acts import act_id


def made(folder: Path, *said: tuple) -> Path:
    """Return the log of these acts."""
    path = folder / "acts.sqlite"
    held = opened(path)
    filed(held, *said)
    held.store.close()
    return path


def events(log: Path, hours: float) -> dict[str, Event]:
    """Return the events of a calendar by UID."""
    calendar = Calendar.from_ical(feed(MISSION, at=at(hours), log=log))
    found = calendar.walk("VEVENT")
    told = {str(one["uid"]): one for one in found}
    assert len(told) == len(found), "no UID twice"
    return told


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a case that went all the way."""
    return made(tmp_path_factory.mktemp("feed"), *whole())


def test_every_open_clock_is_an_event(log: Path) -> None:
    """Those of the case, those of ladders, and the duty that Estonia owes in law."""
    found = events(log, 40)
    told = [str(one["summary"]) for one in found.values()]
    clocks = [
        clock for clock in case(MISSION, CASE, at=at(40), log=log).cases[0].clocks if clock.due
    ]
    assert len(found) >= len(clocks) >= 4
    assert any("EE owes land" in summary for summary in told)
    assert all(summary.startswith("EXERCISE: ") for summary in told)


def test_anchor_and_term_stand_in_the_description(log: Path) -> None:
    """So that whoever sees the day sees why it is that day."""
    for one in events(log, 40).values():
        description = str(one["description"])
        for words in ("Anchor: ", "Term: ", "Case: ", "Status: "):
            assert words in description
    told = [str(one["description"]) for one in events(log, 40).values()]
    assert any("Anchor: occurrence 2026-04-01 09:00 Europe/Kyiv" in one for one in told)
    assert any("latest-by 72 hours after occurrence" in one for one in told)


def test_an_event_lies_where_its_limit_lies(log: Path) -> None:
    """Seventy-two hours after the first breach, in UTC."""
    (latest,) = (
        one
        for one in events(log, 40).values()
        if "seventy-two-hours-latest" in str(one["summary"]) and "owes" not in str(one["summary"])
    )
    assert latest.start == datetime(2026, 4, 4, 6, tzinfo=UTC)


def test_a_moved_clock_keeps_its_uid(tmp_path: Path, log: Path) -> None:
    """The breach is dated three hours later, and the same events lie three hours later."""
    shifted = [
        (kind, hours, by, subject, payload | {"occurred": at(3)})
        if kind == "case.determine" and payload["severity"] == "single"
        else (kind, hours, by, subject, payload)
        for kind, hours, by, subject, payload in whole()
    ]
    before, after = events(log, 40), events(made(tmp_path, *shifted), 40)
    assert before.keys() == after.keys()
    moved = {uid for uid in before if before[uid].start != after[uid].start}
    assert moved
    assert all((after[uid].start - before[uid].start).seconds == 3 * 3600 for uid in moved)


def test_a_clock_that_would_not_have_started_is_gone(tmp_path: Path) -> None:
    """The one report falls, the case is taken up again, and no event is left of its ladder."""
    first = [*facts(), mandate(), opening(), notice(), reply(), *decided(4)]
    correct = ("case.correct", 10.0, "officer", CASE, {"reason": "the report fell"})
    log = made(tmp_path, *first, correct)
    assert any("Step 1" in str(one["summary"]) for one in events(log, 9).values())
    assert not any("Step" in str(one["summary"]) for one in events(log, 11).values())


def test_a_withdrawn_decision_takes_its_events_with_it(tmp_path: Path) -> None:
    """An act that was taken back has no effect from then on, and had it before."""
    first = [*facts(), mandate(), opening(), notice(), reply(), *decided(4)]
    determined = act(first[-1])
    back = {"act": act_id(determined.envelope), "reason": "a mistake"}
    log = made(tmp_path, *first, ("act.withdraw", 12.0, "officer", CASE, back))
    assert any("Step 1" in str(one["summary"]) for one in events(log, 11).values())
    assert not any("Step 1" in str(one["summary"]) for one in events(log, 13).values())


def test_the_same_answer_gives_the_same_bytes(log: Path) -> None:
    """No clock is read and nothing is drawn by lot."""
    assert feed(MISSION, at=at(40), log=log) == feed(MISSION, at=at(40), log=log)
