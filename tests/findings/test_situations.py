# SPDX-License-Identifier: Apache-2.0
"""Single events come out as a lawyer wrote them down in `situations.yaml`, and deadlines as due."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from findings.made import Row, disputes_of, run, shipped
from foedus.base.areas import Area, along
from foedus.base.readings import moment
from foedus.findings.duties import lineage_of
from foedus.findings.in_time import POSSIBLE, SURE, time_answers, times_of
from foedus.findings.questions import binding_of, signed_us
from foedus.findings.rulebook import Rulebook
from foedus.terms.record import Agreement

TREE: Any = YAML(typ="base", pure=True).load(
    (Path(__file__).parent / "situations.yaml").read_text("utf-8")
)
DEGREE_M = 111_200.0
"""A degree of latitude near 48 north, in metres, to 0.2 %."""
NAMED = (
    "Cold-spell pause",
    "Minsk II",
    "July 2020, return fire",
    "Easter 2025",
    "May 2025",
    "Nagorno-Karabakh",
    "Energy moratorium",
)


def between_us(agreement: Agreement, written: str | list[str]) -> tuple[int, int]:
    """Return the start and the end of a time or a stretch of time, in the agreement's zone."""
    ends = [written] if isinstance(written, str) else written
    moments = [moment(end, agreement.head.zone) for end in ends]
    return moments[0].from_us, moments[-1].to_us


def row_of(agreement: Agreement, told: dict[str, Any]) -> Row:
    """Return the incident of a situation; a distance from a line puts it at 48 north, 38 east."""
    start, end = between_us(agreement, told["at"])
    plain = {
        key: told[key] for key in ("kind", "target", "weapon", "actor", "region") if key in told
    }
    row = {"occurred_from_us": start, "occurred_to_us": end, "known_from_us": start} | plain
    if "metres" in told:
        row |= {"latitude_e7": 480_000_000, "longitude_e7": 380_000_000, "radius_m": 100}
    return row | {"parties": told.get("parties", [])}


def lines(metres: dict[str, str]) -> Any:
    """Return lines from west to east, each so far north of the point as the situation says."""

    def line(_line: str, day: str) -> Area:
        off_m = float(metres.get(day, metres["de-facto"]))
        latitude = np.full(2, round((48 + off_m / DEGREE_M) * 1e7), np.int64)
        return along(latitude, np.array([370_000_000, 390_000_000], np.int64), 0.0)

    return line


def ran(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings of a situation, and its partings."""
    agreement, told = shipped(case["agreement"]), case["given"]
    accounts = case.get("accounts", {})
    row = row_of(agreement, told) | {"disagreements": list(accounts)}
    disputes = [
        ("incident-0000000", field, one) for field, said in accounts.items() for one in said
    ]
    known: dict[str, Any] = {"lines": lines(told["metres"])} if "metres" in told else {}
    done = {duty: moment(when, agreement.head.zone) for duty, when in told.get("done", {}).items()}
    known |= {"moments": {agreement.id: done}}
    result = run([row], agreement, disputes=disputes_of(disputes), **known)
    parted = [one["term_id"] for one in result.partings.to_pylist()]
    assert set(parted) >= set(case.get("parts", ()))
    found: list[dict[str, Any]] = result.findings.to_pylist()
    return found


@pytest.mark.parametrize("case", TREE, ids=[case["case"] for case in TREE])
def test_situation(case: dict[str, Any]) -> None:
    """Each term asked about gives each reading the verdict, and the causes, that are written."""
    found = ran(case)
    for term, expected in case["expect"].items():
        told = {
            one["reading"]: one["verdict"]
            + (f" ({', '.join(one['causes'])})" if one["causes"] else "")
            for one in found
            if one["term_id"] == term
        }
        wanted = {reading: expected.get(reading, "not-covered") for reading in told | expected}
        assert told == wanted, term
    for term, exceptions in case.get("open", {}).items():
        assert all(one["open_exceptions"] == exceptions for one in found if one["term_id"] == term)


@pytest.mark.parametrize("name", NAMED)
def test_every_named_case_is_there(name: str) -> None:
    """The cases that the record is known for are all among the situations."""
    assert any(case["case"].startswith(name) for case in TREE)


def due_by(agreement: Agreement, written: str, **known: Any) -> dict[str, tuple[str, ...]]:
    """Return duty -> reason and causes, of the deadlines that had passed by a time."""
    known_us = moment(written, agreement.head.zone).from_us
    table = run([], agreement, known_us=known_us, **known).findings
    for row in table.to_pylist():
        assert row["lineage_id"] == lineage_of(agreement, agreement.term(row["term_id"]))
        assert (row["verdict"], row["attributed"], row["incident_id"]) == ("undetermined", [], None)
    return {row["term_id"]: (row["steps"][1], *row["causes"]) for row in table.to_pylist()}


def test_a_deadline_passes_at_its_instant_and_not_before() -> None:
    """Withdrawal had to begin by the end of 16 February 2015 on the clock of Kyiv."""
    package = shipped("minsk-2")
    assert "begin-to-withdraw" not in due_by(package, "2015-02-16 23:59")
    told = due_by(package, "2015-02-17 00:00")["begin-to-withdraw"]
    assert told == ("due sure - 2015-02-16T22:00:00Z", "no-observation")


def test_a_deadline_that_no_clock_can_tell_is_told_from_the_signing_on() -> None:
    """Tanks are due after an event that nobody states: no deadline before anything was signed."""
    package = shipped("minsk-2")
    assert due_by(package, "2015-02-11 12:00") == {}
    told = due_by(package, "2016-01-01 12:00")["withdraw-tanks"]
    assert told[0].startswith("due possible - ")
    assert told[1:] == ("not-computable",)


def test_a_known_anchor_makes_a_deadline_computable() -> None:
    """Had withdrawal begun on 16 February 2015, it would be due in the course of 2 March."""
    package = shipped("minsk-2")
    moments = {"minsk-2": {"begin-to-withdraw": moment("2015-02-16", package.head.zone)}}
    assert "withdraw-heavy" not in due_by(package, "2015-03-01 23:59", moments=moments)
    told = due_by(package, "2015-03-02 12:00", moments=moments)["withdraw-heavy"]
    assert told[1:] == ("deadline", "no-observation")
    told = due_by(package, "2015-03-03 00:00", moments=moments)["withdraw-heavy"]
    assert told == (
        "due sure - 2015-03-01T22:00:00Z to 2015-03-02T21:59:59Z",
        "no-observation",
    )


def test_nagorno_karabakh_may_have_been_renewed() -> None:
    """After five years the contingent's term may go on by itself, since notice is not known of."""
    statement = shipped("nagorno-karabakh-2020")
    binding = binding_of(statement, "text", Rulebook(agreements=(statement,)))
    times = times_of(binding.held("deploy-peacekeepers"), signed_us(statement))
    inside, after = (
        time_answers(times, np.array([at.from_us]), np.array([at.to_us])).answers[0]
        for at in (moment(day, statement.head.zone) for day in ("2025-11-09", "2025-11-12"))
    )
    assert (inside, after) == (SURE, POSSIBLE)


def test_an_extension_moves_a_deadline() -> None:
    """Kalbajar was due on 15 November 2020 at first, and with ten days more on the 25th."""
    statement = shipped("nagorno-karabakh-2020")
    assert "hand-over-kalbajar" not in due_by(statement, "2020-11-24 12:00")
    told = due_by(statement, "2020-11-26 00:00")
    day = "due sure - 2020-11-24T21:00:00Z to 2020-11-25T21:00:00Z"
    assert told["hand-over-kalbajar"] == (day, "no-observation")


def test_without_a_time_of_knowing_no_deadline_is_told() -> None:
    """Where nobody says by when something is known, no deadline is asked about."""
    assert run([], shipped("minsk-2")).findings.num_rows == 0
