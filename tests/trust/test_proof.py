# SPDX-License-Identifier: Apache-2.0
"""A proof holds as it was made, redacted or not, and fails with any byte of it changed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_acts import KINDS, NOW, ORIGIN, act, admission, key, note, opening, us

import foedus
from foedus.errors import OperatorError
from foedus.trust import proof
from foedus.trust.log import Log
from foedus.trust.notes import cosigned, log_key, witness_key
from foedus.trust.proving import proof_of, redacted
from foedus.trust.sqlite_store import SqliteStore

WITNESS = witness_key("witness.example/w", key("witness").key)
LOG_KEY = str(log_key(ORIGIN, key("operator").key))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A log with a vote by a key that was rotated, cosigned by a witness."""
    store = SqliteStore(tmp_path_factory.mktemp("log") / "log.sqlite")
    made = Log(store, KINDS)
    rotation = {"key": key("assembly").key, "next_key": key("assembly-2").key}
    vote = {"state": "fr", "passed": True, "votes": 311}
    first = [
        opening("registrar"),
        admission("assembly", "parliament"),
        act("key.rotate", rotation, key("assembly"), key("assembly-2")),
        act("consent.vote", vote, key("assembly-2")),
        admission("clerk", "recorder"),
    ]
    made.append(first + [note(f"note {n}") for n in range(5)], us(NOW))
    made.take_cosigned(cosigned(made.checkpoint(key("operator")), WITNESS.name, key("witness"), 9))
    yield made
    store.close()


def made_proof(log: Log, index: int = 3, **asked: Any) -> bytes:
    """Return the proof of an act under the last checkpoint."""
    checkpoint = log.last_checkpoint()
    assert checkpoint is not None
    return proof_of(log, index, checkpoint, witnesses=[WITNESS], **asked)


def said(answer: proof.Answer) -> str:
    """Return what is printed of an answer."""
    return "\n".join(proof.lines_of(answer))


def test_verbs_prove_and_verify(log: Log, tmp_path: Path) -> None:
    """In Python as on the command line: from a log or its file to a proof, and from it to yes."""
    (row,) = [row for row in log.store.rows() if row.kind == "consent.vote"]
    path, asked = Path(log.store.name), row.act.hex()
    whole = foedus.prove(path, asked[:12], witnesses=[str(WITNESS)])
    assert whole == foedus.prove(log, asked, witnesses=[str(WITNESS)]) == made_proof(log)
    cut = tmp_path / "cut.proof"
    cut.write_bytes(foedus.prove(path, asked, hide=["votes"]))
    answer = foedus.verify(cut, log_key=LOG_KEY)
    assert answer.holds
    assert "311" not in said(answer)
    assert not foedus.verify(cut, log_key=LOG_KEY, witnesses=[str(WITNESS)]).holds
    with pytest.raises(OperatorError, match="the id of an act"):
        foedus.prove(path, "0" * 64)
    with pytest.raises(OperatorError, match="fields of the payload"):
        foedus.prove(path, asked, hide=["vote"])


def test_an_act_after_the_last_checkpoint_is_not_proven(tmp_path: Path) -> None:
    """The fault says how far the checkpoint goes, and that one must be signed."""
    store = SqliteStore(tmp_path / "log.sqlite")
    made = Log(store, KINDS)
    made.append([opening("registrar"), admission("clerk", "recorder")], us(NOW))
    asked = made.row(1).act.hex()
    with pytest.raises(OperatorError, match="got none"):
        foedus.prove(made, asked)
    made.checkpoint(key("operator"))
    made.append([note("late")], us(NOW))
    with pytest.raises(OperatorError, match="one of 2 entries"):
        foedus.prove(made, made.row(2).act.hex())
    store.close()


def test_proof_holds_and_says_what_it_checked(log: Log) -> None:
    """It names who signed, with which role and by which act, and who cosigned when."""
    answer = proof.check(made_proof(log), LOG_KEY, [str(WITNESS)])
    text = said(answer)
    assert answer.holds, text
    assert {step.number for step in answer.steps} == set(range(1, 9))
    assert "assembly (parliament; admitted by act 1)" in text
    assert "cosigned by witness.example/w at 1970-01-01 00:00:09 UTC" in text
    assert "votes: 311" in text


@pytest.mark.parametrize("index", range(10))
def test_every_act_can_be_proven(log: Log, index: int) -> None:
    """Any act of a log has a proof that holds, the one that opened it included."""
    answer = proof.check(made_proof(log, index))
    assert answer.holds, said(answer)


@pytest.mark.parametrize("hide", [["votes"], ["state", "votes"], ["passed", "state", "votes"]])
def test_redacted_proof_holds(log: Log, hide: list[str]) -> None:
    """Withheld fields leave nothing of them in the file, and it holds; a file can be cut later."""
    found = made_proof(log, hide=hide)
    assert proof.check(found).holds
    assert b",311]" not in found or "votes" not in hide
    assert all(f'"{name}":['.encode() not in found for name in hide)
    assert redacted(json.loads(made_proof(log)), hide) == found


def test_unknown_field_cannot_be_hidden(log: Log) -> None:
    """To hide a field that is not there is a mistake, and told."""
    with pytest.raises(OperatorError, match="fields of the payload"):
        made_proof(log, hide=["vote"])
    with pytest.raises(OperatorError, match="fields that are shown"):
        redacted(json.loads(made_proof(log)), ["vote"])


def test_erased_payload_can_still_be_proven(log: Log) -> None:
    """What was erased is proven by its digest alone, and the proof says so."""
    log.erase(6)
    answer = proof.check(made_proof(log, 6))
    assert answer.holds
    assert "the payload is withheld" in said(answer)


@pytest.mark.slow
def test_any_changed_byte_fails(log: Log) -> None:
    """Each byte of a proof, changed in a bit, taken out or doubled, makes it fail and say why."""
    whole = made_proof(log, 1, hide=["holder"])
    for at in range(len(whole)):
        bit = 1 << at % 8
        changed = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
        answer = proof.check(changed)
        assert not answer.holds, (at, whole[at - 20 : at + 20])
        assert any(not step.held and step.said for step in answer.steps)
    for at in range(0, len(whole), 7):
        assert not proof.check(whole[:at] + whole[at + 1 :]).holds
        assert not proof.check(whole[:at] + whole[at : at + 1] + whole[at:]).holds


@settings(max_examples=60)
@given(st.data())
def test_any_other_bytes_fail(log: Log, draw: st.DataObject) -> None:
    """Whatever is put in the place of some bytes, nothing but the proof itself holds."""
    whole = made_proof(log)
    start = draw.draw(st.integers(0, len(whole) - 1))
    end = draw.draw(st.integers(start, min(start + 40, len(whole))))
    other = draw.draw(st.binary(max_size=40).filter(lambda item: item != whole[start:end]))
    assert not proof.check(whole[:start] + other + whole[end:]).holds


@pytest.mark.parametrize(
    "data", [b"", b"{}\n", b"[]\n", b"1.5\n", b"[" * 100_000, b"\xff", b"null\n"]
)
def test_what_is_no_proof_is_told(data: bytes) -> None:
    """A file that is no proof fails the first step, whatever it is."""
    answer = proof.check(data)
    assert [(step.number, step.held) for step in answer.steps] == [(1, False)]


def test_shapes_are_not_trusted(log: Log) -> None:
    """Any other value in any place fails a step and raises nothing, but to withhold a payload."""
    whole = json.loads(made_proof(log))
    withheld = replaced(whole, "acts", [whole["acts"][0] | {"payload": None}, *whole["acts"][1:]])
    assert proof.check(proof.canonical(withheld) + b"\n").holds
    odd: list[Any] = [None, 1, True, "x", [], {}, [[]], [{}], {"x": 1}]
    for changed in changes(whole, odd):
        answer = proof.check(proof.canonical(changed) + b"\n")
        assert not answer.holds or changed == withheld


def changes(value: Any, odd: list[Any]) -> Any:
    """Yield a value with one part of it replaced by each odd one."""
    for key_, item in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        for other in odd:
            if other != item or type(other) is not type(item):
                yield replaced(value, key_, other)
        if isinstance(item, (dict, list)):
            yield from (replaced(value, key_, inner) for inner in changes(item, odd))


def replaced(value: Any, key_: Any, item: Any) -> Any:
    """Return a dict or a list with one item replaced."""
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[key_] = item
    return copied


def test_other_keys_than_those_given_fail(log: Log) -> None:
    """Who knows the keys of log and witness is told where others signed."""
    other = str(log_key(ORIGIN, key("other").key))
    witness = str(witness_key("witness.example/v", key("other").key))
    assert not proof.check(made_proof(log), other).holds
    assert not proof.check(made_proof(log), LOG_KEY, [witness]).holds


def test_key_admitted_nowhere_fails(log: Log) -> None:
    """Without the act that admitted the signer's key, the proof says which one is missing."""
    whole = json.loads(made_proof(log))
    acts = [item for item in whole["acts"] if item["index"] != 1]
    answer = proof.check(proof.canonical(whole | {"acts": acts}) + b"\n")
    assert "that admits" in said(answer)
    assert not answer.holds


def test_stand_alone_file_needs_nothing_of_ours(log: Log, tmp_path: Path) -> None:
    """A copy of the one file checks a proof where the package cannot be imported."""
    copy, file = tmp_path / "proof.py", tmp_path / "vote.json"
    copy.write_text(Path(proof.__file__).read_text("utf-8"), "utf-8")
    file.write_bytes(made_proof(log))
    words = [sys.executable, "-I", "-X", "importtime", str(copy), str(file), "--log-key", LOG_KEY]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("The proof holds.\n")
    assert "foedus" not in done.stderr
    file.write_bytes(made_proof(log).replace(b"311", b"312"))
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "FAILED  (2) act 3 (consent.vote): expected a payload with the digest" in done.stdout
