# SPDX-License-Identifier: Apache-2.0
"""Why something is owed: one unbroken tree down to addresses, and a file that anybody can check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import foedus
from desk.made_chain import MISSION, breaches, make_chain, make_log, steps
from desk.made_desk import CASE, at, key
from foedus.cli import app
from foedus.commands.calling import CODES
from foedus.commands.kinds import KINDS
from foedus.desk.docket import Docket, case
from foedus.desk.ground_file import ground_file
from foedus.desk.grounds import grounds_of
from foedus.desk.nodes import Node, broken, is_linked
from foedus.errors import OperatorError, PartyError
from foedus.trust.acts import written
from foedus.trust.grounds import check_grounds
from foedus.trust.log import Log
from foedus.trust.sqlite_store import SqliteStore


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the mission, its run, and a log with one case on one of its findings."""
    folder = tmp_path_factory.mktemp("chain")
    done = make_chain(folder)
    log = make_log(folder / "acts.sqlite", *steps(breaches(done)[0]))
    store = SqliteStore(log)
    Log(store, KINDS).checkpoint(key("operator"))
    store.close()
    with chdir(folder):
        yield folder


def docket(place: Path, hours: float = 40) -> Docket:
    """Return the docket of the mission."""
    return case(MISSION, at=at(hours), log=place / "acts.sqlite")


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all beneath it."""
    yield node
    for inner in node.grounds:
        yield from nodes(inner)


def test_no_obligation_without_an_unbroken_why(place: Path) -> None:
    """Each goes down to article, decision, finding, incident, report, and an address or a file."""
    found = docket(place)
    assert {one.force for one in found.due.obligations} >= {"law", "promise"}
    for one in found.due.obligations:
        node = grounds_of(found, one.obligation)
        assert list(broken(node)) == []
        told = {inner.kind for inner in nodes(node)}
        assert told >= {"rung", "article", "decision", "case", "finding", "incident", "report"}
        assert told >= {"source", "input"}
        assert all(is_linked(inner) for inner in nodes(node))


def test_what_is_owed_in_law_names_the_law_and_the_pledge(place: Path) -> None:
    """The vote of the parliament and the pledge, each with its source or signature."""
    found = docket(place)
    (one,) = (
        one for one in found.due.obligations
        if one.force == "law" and one.ground.rung == "coordinated-response-latest"
    )  # fmt: skip
    told = list(nodes(grounds_of(found, one.obligation)))
    assert any(node.kind == "own law" and node.act for node in told)
    assert any(node.kind == "pledge" and not node.act and node.grounds[0].url for node in told)


@pytest.mark.usefixtures("place")
def test_a_chain_that_breaks_is_told_where(tmp_path: Path) -> None:
    """A finding that no run has, and a mission that was not run."""
    finding = {"finding_id": "0" * 16 + "-" + "1" * 16, "lineage_id": "0" * 16}
    log = make_log(tmp_path / "acts.sqlite", *steps(finding))
    found = case(MISSION, at=at(40), log=log)
    (one, *_) = found.due.obligations
    breaks = list(broken(grounds_of(found, one.obligation)))
    assert breaks
    assert all("the last run has it no more" in node.broken for node in breaks)


def test_every_thing_that_has_an_id_has_a_why(place: Path) -> None:
    """A decision, a case, and a finding that a case cites; other ids are told."""
    found = docket(place)
    (one,) = found.cases
    for name in (CASE, one.case.decisions[0].decision[:12], one.case.findings[0]):
        assert list(broken(grounds_of(found, name))) == []
    for name in ("", "nothing"):
        with pytest.raises(OperatorError, match="the id of an obligation"):
            grounds_of(found, name)


def proven(place: Path, asked: str) -> bytes:
    """Return the file of grounds of something."""
    found = docket(place)
    return ground_file(found, asked, grounds_of(found, asked), place / "acts.sqlite")


def test_the_file_of_grounds_holds(place: Path) -> None:
    """Of an obligation, a decision, a case and a finding; each step held, each act proven."""
    found = docket(place)
    (one,) = found.cases
    owed = next(one for one in found.due.obligations if one.force == "law")
    for name in (owed.obligation, one.case.decisions[0].decision, CASE, one.case.findings[0]):
        answer = check_grounds(proven(place, name))
        assert answer.holds, [step for step in answer.steps if not step.held]
        assert {step.number for step in answer.steps} == {1, 2, 3, 4, 5}


@pytest.fixture(scope="module")
def told(place: Path) -> dict[str, Any]:
    """The file of grounds of what Estonia owes, read."""
    found = docket(place)
    owed = next(one for one in found.due.obligations if one.force == "law")
    read: dict[str, Any] = json.loads(proven(place, owed.obligation))
    return read


def first(node: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the first node of a kind in a tree."""
    if node["kind"] == kind:
        return node
    for inner in node.get("grounds", []):
        try:
            return first(inner, kind)
        except LookupError:
            continue
    raise LookupError(kind)


def changed(told: dict[str, Any], fault: str) -> bytes:  # noqa: C901 - one case for each fault
    """Return the file with one fault."""
    other = json.loads(json.dumps(told))
    tree = other["tree"]
    if fault == "an act without its proof":
        other["proofs"].pop()
    elif fault == "a decision that says otherwise":
        first(tree, "decision")["says"]["severity"] = "single"
    elif fault == "another obligation's id":
        tree["id"] = "0" * 16
    elif fault == "another report beneath an incident":
        first(tree, "incident")["grounds"][0]["link"]["of"] = ["0" * 64]
    elif fault == "a finding with nothing beneath it":
        first(tree, "finding")["grounds"] = []
    elif fault == "a broken step":
        first(tree, "finding")["broken"] = "gone"
    elif fault == "a vote changed in its proof":
        for proof in other["proofs"]:
            shown = proof["acts"][0]["payload"]["shown"]
            if "verdict" in shown:
                shown["verdict"][1] = "no-breach"
    elif fault == "a field more":
        other["leaves"] = ["decision"]
    return written(other) + b"\n"


FAULTS = {
    "an act without its proof": 3,
    "a decision that says otherwise": 3,
    "another obligation's id": 4,
    "another report beneath an incident": 4,
    "a finding with nothing beneath it": 5,
    "a broken step": 5,
    "a vote changed in its proof": 2,
    "a field more": 1,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_found_by_its_step(told: dict[str, Any], fault: str) -> None:
    """What was left out, forged or cut off does not hold, and the step says so."""
    assert check_grounds(changed(told, "none")).holds
    answer = check_grounds(changed(told, fault))
    assert not answer.holds
    assert FAULTS[fault] in {step.number for step in answer.steps if not step.held}


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_text_changed_in_a_proof_fails_it(told: dict[str, Any], data: st.DataObject) -> None:
    """One character of a shown field, of any act."""
    other = json.loads(json.dumps(told))
    proof = data.draw(st.sampled_from(other["proofs"]))
    shown = proof["acts"][0]["payload"]["shown"]
    name = data.draw(st.sampled_from(sorted(n for n in shown if isinstance(shown[n][1], str))))
    shown[name][1] += "x"
    assert not check_grounds(written(other) + b"\n").holds


def test_it_asks_nothing_of_the_program() -> None:
    """Whoever checks needs the two files of `trust` and `cryptography`."""
    path = Path(foedus.__file__).parent / "trust" / "grounds.py"
    lines = [
        line for line in path.read_text("utf-8").splitlines() if "import" in line.split("#")[0]
    ]
    ours = [line for line in lines if line.startswith("from foedus")]
    assert ours == [
        "from foedus.trust.proof import Answer, Failed, Step, canonical, check, require"
    ]


def test_the_commands_answer(place: Path, tmp_path: Path) -> None:
    """Why as lines and as one object, prove, verify; a fault makes the exit code of a party."""
    found = docket(place)
    owed = next(one for one in found.due.obligations if one.force == "law").obligation
    asked = ["--log", "acts.sqlite", "--at", at(40)]

    def call(*words: str) -> Any:
        return CliRunner().invoke(app, words, env={"COLUMNS": "100", "NO_COLOR": "1"})

    done = call("why", owed, "--in", MISSION, *asked)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("EXERCISE:\nobligation ")
    assert "every chain goes down to its end" in done.stdout
    answer = json.loads(call("why", owed, *asked, "--json").stdout)
    assert (answer["tree"]["kind"], answer["breaks"]) == ("obligation", [])
    path = str(tmp_path / "grounds.json")
    done = call("prove", "acts.sqlite", owed, "--grounds", "--at", at(40), "-o", path)
    assert done.exit_code == 0, done.output
    done = call("verify", path)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "EXERCISE  The grounds hold.")
    data = Path(path).read_bytes().replace(b"extended breach", b"single breach")
    Path(path).write_bytes(data.replace(b'"severity":"extended"', b'"severity":"single"', 1))
    assert call("verify", path, "--json").exit_code == CODES[PartyError]


@pytest.mark.usefixtures("place")
def test_an_id_that_nothing_has_is_told_as_before() -> None:
    """Neither a run nor what a mission assumes knows it."""
    with pytest.raises(OperatorError, match="the id of an incident"):
        foedus.why("debaltseve-to-nobody", MISSION)
