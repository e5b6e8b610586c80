# SPDX-License-Identifier: Apache-2.0
"""Procedure files are read whole; those that ship are clean, cite sources, and hide no doubt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from foedus.base.calendar_files import read_calendars
from foedus.errors import DrafterError
from foedus.register.procedure_check import SCHEMA, check_procedures, schema, unverified_in
from foedus.register.procedure_files import (
    FOLDER,
    load_procedures,
    read_procedures,
    shipped_procedures,
)
from foedus.register.procedures import FACTS, rules_of

HERE: Final = Path(__file__).parent
FILES: Final = shipped_procedures()
SURVEYED: Final = "DE FR GB IT ES NL SE DK PL CZ BE TR CA EE LV LT FI NO PT AU NZ IE US RO JP UA EU"
"""The states whose own law was looked up, and the Union."""
CLASSED: Final = "AT BG CY HU SI SK"
"""States of which only the class in a survey of 2012 is known."""
TREATIES: Final = "DE FR GB IT ES NL DK PL BE TR CA FI NO US UA LT"
NEVER_CITED: Final = (
    "co2unting.com",
    "eaimenina.com",
    "hotdisk.org",
    "q1mediahydraplatform.com",
    "news-pravda.com",
    "mid-dnr.su",
    "vegasvibe.top",
)


def test_every_state_is_there() -> None:
    """The 27 of the survey, six by class, and the pattern of resolution 2231."""
    assert set(FILES) == {*SURVEYED.split(), *CLASSED.split(), "UN"}
    for state in SURVEYED.split():
        act = {"EU": "sanctions", "UA": "treaty"}.get(state, "deploy")
        assert FILES[state].procedure(act) is not None  # type: ignore[arg-type]
    for state in TREATIES.split():
        assert FILES[state].procedure("treaty") is not None


@pytest.mark.parametrize("state", sorted(FILES))
def test_every_rule_cites_its_source_or_is_unverified(state: str) -> None:
    """A rule without a source is of evidence K, and stands in the list of what is unverified."""
    file = FILES[state]
    doubtful = "\n".join(unverified_in(file))
    for procedure in file.procedures:
        for rule in rules_of(procedure):
            assert rule.source in file.sources or rule.evidence == "K"
            if rule.evidence == "K" and not rule.source:
                assert getattr(rule, "says", "") in doubtful


def test_no_source_is_one_that_may_not_be_cited() -> None:
    """No file cites a page that was generated, or that belongs to a side."""
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert not [host for host in NEVER_CITED if host in text]


def test_every_fact_is_used() -> None:
    """Each fact of the vocabulary is one on which some route or end hangs."""
    used = {
        name
        for file in FILES.values()
        for procedure in file.procedures
        for route in procedure.routes
        for when in (route.when, *(end.when for end in route.ends))
        for name in when
    }
    assert set(FACTS) - used == set()


def test_no_calendar_of_a_parliament_is_pretended() -> None:
    """Procedures name the calendars they need; none ships, so their sitting days stay unknown."""
    named = {
        step.clock.calendar
        for file in FILES.values()
        for procedure in file.procedures
        for route in procedure.routes
        for step in route.steps
        if step.clock is not None and step.clock.calendar
    }
    assert named == {"ca-commons", "fr-parliament", "gb-parliament", "ro-parliament"}
    assert not named & set(read_calendars())


def test_all_faults_are_told_at_their_lines() -> None:
    """A file that has its form is checked to its end: words, ids, sources, anchors, durations."""
    (checked,) = check_procedures([HERE / "bad" / "xx.yaml"])
    told = [(fault.line, fault.expected.split(",")[0]) for fault in checked.faults]
    assert told == [
        (1, "'XX'"),
        (3, "an IANA zone"),
        (6, "an address"),
        (9, "a source that something cites"),
        (17, "the key of a source"),
        (21, "a fact that is known"),
        (24, "a silence with its time limit"),
        (27, "an anchor or a step"),
        (27, "a duration with its unit"),
        (30, "an id of its own"),
    ]
    assert all(fault.hint for fault in checked.faults)
    assert checked.procedures is None


def test_faults_of_form_are_told_first() -> None:
    """Unknown words and keys, wrong types and missing keys are told together, with hints."""
    found = load_procedures(HERE / "bad" / "no.yaml")
    assert found.file is None
    told = {(fault.line, fault.column) for fault in found.faults}
    assert {(5, "procedures.0.act"), (10, "procedures.0.routes.0.tilte")} <= told
    assert (12, "procedures.0.routes.0.personnel_from") in told
    assert any("'deploy'" in fault.hint for fault in found.faults)


def test_a_folder_with_faults_is_not_half_read() -> None:
    """Reading a folder raises all faults of all files."""
    with pytest.raises(DrafterError) as raised:
        read_procedures(HERE / "bad")
    assert {Path(fault.file).name for fault in raised.value.faults} == {"no.yaml", "xx.yaml"}


def test_schema_is_current() -> None:
    """The schema for editors is the one that the records give."""
    assert SCHEMA.read_text("utf-8") == schema()


def test_check_reads_procedures() -> None:
    """`foedus check` takes procedure files beside agreements, and fails on a fault."""
    call = [sys.executable, "-m", "foedus.cli", "check"]
    codes = []
    for path in (FOLDER / "fr.yaml", HERE / "bad" / "xx.yaml"):
        done = subprocess.run([*call, str(path)], check=False, capture_output=True, text=True)
        codes.append(done.returncode)
        assert f"{path.name}:" in done.stdout
    assert codes == [0, 3]
