# SPDX-License-Identifier: Apache-2.0
"""A mission's docket: from a log of signed acts, or from a replay, to people and machines."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from desk.made_desk import CASE, MISSION, at, call, filed, notice, opened, opening, whole
from foedus.desk.docket import Docket, case
from foedus.desk.docket_lines import as_told, case_lines, queue_lines
from foedus.errors import OperatorError


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a case that went all the way, and of one that was only opened."""
    path = tmp_path_factory.mktemp("desk") / "acts.sqlite"
    held = opened(path)
    filed(held, *whole(), opening(31, "case/2", severity="single"))
    held.store.close()
    return path


def asked(log: Path, hours: float, name: str | None = None) -> Docket:
    """Return the docket at an hour, or one case of it."""
    return case(MISSION, name, at=at(hours), log=log)


def test_ladders_clocks_stand_beside_the_cases_own(log: Path) -> None:
    """The warning that nobody gave, the remedy, and both readings of the third step."""
    (one,) = asked(log, 40, CASE).cases
    told = {(clock.what, clock.clock.rpartition("/")[2]) for clock in one.clocks}
    assert told >= {
        ("remedy", "r1"),
        ("response", "warning"),
        ("response", "coordinated-response-earliest"),
        ("response", "coordinated-response-latest"),
    }
    assert one.is_over
    assert all(clock.term and clock.anchor for clock in one.clocks if clock.due)


def test_the_graver_case_stands_first(log: Path) -> None:
    """The one that was opened last is not first."""
    assert [one.case.id for one in asked(log, 40).cases] == [CASE, "case/2"]


def test_a_case_is_told_whole(log: Path) -> None:
    """Everything on record stands in it: what was said, voted, dissented, and by which act."""
    told = "\n".join(case_lines(asked(log, 40, CASE)))
    assert told.startswith("EXERCISE: ")
    for words in (
        "shells on a town",
        "It was not us.",
        "Mortars from the east.",
        "clear and convincing",
        "simple majority, quorum 3",
        "DISSENT: One account is not enough.",
        "its own discipline is asked about",
        "ua has stepped aside",
        "officer: complete",
        "withdraw the guns, within 24 hours",
        "a breach that has become an extended attack",
    ):
        assert words in told, words


def test_an_earlier_instant_is_told_as_it_was(log: Path) -> None:
    """What was not yet done is not there, and what was asked then is asked."""
    (one,) = asked(log, 2.5).cases
    assert (one.case.state, one.waits_for) == ("notified", ("ru: reply of ru",))


def test_machines_get_one_object(log: Path) -> None:
    """With the marking and every part of a case."""
    told = json.loads(msgspec.json.encode(as_told(asked(log, 40, CASE))))
    assert (told["marking"], told["mission"]) == ("EXERCISE", MISSION)
    assert told["cases"][0]["case"]["decisions"][0]["votes"][3]["dissent"]
    assert told["cases"][0]["conflicts"]


def test_a_case_that_is_not_there_is_told(log: Path) -> None:
    """With what it may have been meant to be; and one that fits two with both."""
    with pytest.raises(OperatorError, match="the id of a case"):
        asked(log, 40, "case/9")
    with pytest.raises(OperatorError, match="it fits case/1, case/2"):
        asked(log, 40, "case")


def test_nothing_on_record_is_an_answer(tmp_path: Path) -> None:
    """A commission without a case has an empty docket."""
    held = opened(tmp_path / "acts.sqlite")
    held.store.close()
    found = case(MISSION, at=at(1), log=tmp_path / "acts.sqlite")
    assert found.cases == ()
    assert "no case is on record" in "\n".join(queue_lines(found))


def test_an_act_without_effect_is_told_with_its_reason(tmp_path: Path) -> None:
    """A vote that was called before the accused was heard stands in the file as refused."""
    held = opened(tmp_path / "acts.sqlite")
    filed(held, opening(), notice(), call(3))
    held.store.close()
    told = "\n".join(case_lines(case(MISSION, CASE, at=at(4), log=tmp_path / "acts.sqlite")))
    assert "acts without effect" in told
    assert "every accused party has replied" in told
