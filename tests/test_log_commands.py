# SPDX-License-Identifier: Apache-2.0
"""The commands about acts, logs and proofs: what a user sees, from a key to a proof that holds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from foedus.cli import app
from foedus.commands.calling import CODES
from foedus.errors import OperatorError, PartyError

Call = Callable[..., Result]
HOLDERS = ("depositary", "operator", "clerk", "second", "witness")


def call_in(folder: Path, *words: str) -> Result:
    """Call the command line in a folder."""
    with chdir(folder):
        return CliRunner().invoke(app, words, env={"COLUMNS": "100", "NO_COLOR": "1"})


def by(holder: str) -> tuple[str, ...]:
    """Return the options with which a holder signs."""
    return ("--key", f"{holder}.pem", "--passphrase-file", "pass")


@pytest.fixture(scope="module", params=[False, True], ids=["earnest", "exercise"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and a log in which a clerk may make notes; once in an exercise."""
    folder = tmp_path_factory.mktemp("log")
    (folder / "pass").write_text("correct horse\n")
    for holder in HOLDERS:
        done = call_in(folder, "keys", "new", f"{holder}.pem", "--passphrase-file", "pass")
        (folder / holder).write_text(done.stdout.strip())
    opening = ["log", "open", "acts.sqlite", "--mission", "made", "--origin", "log.example/made"]
    opening += ["--checkpoint-key", name(folder, "operator"), "--registrar", "Depositary"]
    opening += ["--exercise"] if request.param else []
    assert call_in(folder, *opening, *by("depositary")).exit_code == 0
    clerk = name(folder, "clerk")
    admission = ["act", "new", "acts.sqlite", "key.admit", "--subject", f"key/{clerk}"]
    admission += ["--set", f"key={clerk}", "--set", "holder=Clerk", "--set", 'roles=["recorder"]']
    assert call_in(folder, *admission, *by("depositary")).exit_code == 0
    said = call_in(folder, *note("seen"), "--set", "source=minutes", *by("clerk"))
    (folder / "id").write_text(said.stdout.split()[-1])
    done = call_in(folder, "log", "checkpoint", "acts.sqlite", *by("operator"), "-o", "checkpoint")
    assert done.exit_code == 0, done.output
    return folder


def name(folder: Path, holder: str) -> str:
    """Return the public name of a holder's key."""
    return (folder / holder).read_text()


def note(text: str, subject: str = "made/1") -> list[str]:
    """Return the words that make a note."""
    return [
        "act",
        "new",
        "acts.sqlite",
        "record.note",
        "--subject",
        subject,
        "--set",
        f"text={text}",
    ]


@pytest.fixture
def call(place: Path) -> Call:
    """Call the command line in the folder with the log."""
    return lambda *words: call_in(place, *words)


def test_proof_of_an_act_holds(call: Call, place: Path) -> None:
    """An act is proven with a field withheld; verify says what it checked, also in an exercise."""
    exercise = "/exercise" in (place / "checkpoint").read_text()
    act = (place / "id").read_text()
    assert call("prove", "acts.sqlite", act, "--hide", "source", "-o", "proof.json").exit_code == 0
    done = call("verify", "proof.json")
    assert done.exit_code == 0, done.stdout
    assert 'text: "seen"' in done.stdout
    assert "minutes" not in done.stdout
    assert all(line.startswith("EXERCISE") is exercise for line in done.stdout.splitlines())
    data = (place / "proof.json").read_bytes()
    (place / "bad.json").write_bytes(data.replace(b"seen", b"been"))
    done = call("verify", "bad.json", "--json")
    assert done.exit_code == CODES[PartyError]
    assert not json.loads(done.stdout)["holds"]


def test_every_output_of_an_exercise_says_so(call: Call, place: Path) -> None:
    """What is printed of an exercise's log is marked, line by line; of another's never."""
    exercise = "/exercise" in (place / "checkpoint").read_text()
    outputs = [
        call("keys", "list", "acts.sqlite"),
        call("history", "acts.sqlite", "made/1"),
        call("log", "audit", "acts.sqlite", "--since", "checkpoint"),
        call("log", "verify", "acts.sqlite"),
        call(*note("more", "made/2"), *by("clerk")),
    ]
    for done in outputs:
        assert done.exit_code == 0, done.output
        assert done.stdout
        assert all(line.startswith("EXERCISE") is exercise for line in done.stdout.splitlines())


def test_refusals_say_why(call: Call) -> None:
    """A key not admitted, an unknown field and another's passphrase are told, with exit codes."""
    done = call(*note("x"), *by("second"))
    assert (done.exit_code, "has admitted" in done.stderr) == (CODES[PartyError], True)
    done = call(*note("x"), "--set", "sauce=x", *by("clerk"))
    assert "did you mean 'source'?" in done.stderr
    done = call(*note("x"), "--key", "clerk.pem", "--passphrase-file", "clerk")
    assert (done.exit_code, "passphrase opens" in done.stderr) == (CODES[OperatorError], True)
    assert call(*note("x")).exit_code == CODES[OperatorError]


def test_bytes_to_sign_are_shown(call: Call, place: Path) -> None:
    """What is shown is what is signed: its SHA-256 is the id of the act."""
    done = call(*note("shown", "made/3"), *by("clerk"), "--show-bytes", "-o", "note.json")
    digest = done.stdout.split("SHA-256 ")[1][:64]
    assert '{"text":"shown"}' in done.stdout
    assert call("act", "sign", "note.json", *by("second")).exit_code == 0
    done = call("act", "send", "acts.sqlite", "note.json")
    assert "has admitted" in done.stderr
    made = json.loads((place / "note.json").read_text())
    made["signatures"].pop()
    (place / "note.json").write_text(json.dumps(made))
    done = call("act", "send", "acts.sqlite", "note.json")
    assert digest in done.stdout


def test_witness_cosigns_and_is_shown(call: Call, place: Path) -> None:
    """A witness cosigns from the tiles; the operator takes it in; the proof shows it."""
    call("log", "checkpoint", "acts.sqlite", *by("operator"), "-o", "latest")
    assert call("log", "export", "acts.sqlite", "tiles", "--acts").exit_code == 0
    key = json.loads(call("keys", "list", "acts.sqlite", "--json").stdout)["log_key"]
    words = ["log", "witness", "tiles", "--name", "w.example/1", "--state", "seen.json"]
    words += [*by("witness"), "-o", "cosigned"]
    assert call(*words).exit_code == CODES[OperatorError]
    assert call(*words, "--log-key", key).exit_code == 0
    assert call(*words).exit_code == 0
    assert call("log", "checkpoint", "acts.sqlite", "--take", "cosigned").exit_code == 0
    witness = call("keys", "witness", "w.example/1", name(place, "witness")).stdout.strip()
    act = (place / "id").read_text()[:12]
    call("prove", "acts.sqlite", act, "--witness", witness, "-o", "shown.json")
    done = call("verify", "shown.json", "--log-key", key, "--witness", witness)
    assert "cosigned by w.example/1" in done.stdout
    assert done.exit_code == 0
    assert call("log", "import", "tiles", "copy.sqlite").exit_code == 0
    for where in ("acts.sqlite", "copy.sqlite", "tiles"):
        done = call("log", "verify", where)
        assert (done.exit_code, "whole" in done.stdout) == (0, True), done.output


def test_fork_is_kept_as_evidence(call: Call, place: Path) -> None:
    """Where a state remembers another history, nothing is cosigned; both checkpoints are kept."""
    if not (place / "tiles").exists():
        test_witness_cosigns_and_is_shown(call, place)
    state = json.loads((place / "seen.json").read_text())
    (place / "other.json").write_text(json.dumps(state | {"root": "0" * 64}))
    words = ["log", "witness", "tiles", "--name", "w.example/1", "--state", "other.json"]
    done = call(*words, *by("witness"), "-o", "forked")
    assert done.exit_code == CODES[PartyError]
    assert not (place / "forked").exists()
    (evidence,) = place.glob("other.json.fork-*")
    assert evidence.read_text().count("— log.example/made") == 2


@pytest.mark.parametrize("words", [["--help"], ["verify", "--help"], ["verify", "proof"]])
def test_checking_loads_little(words: list[str], tmp_path: Path) -> None:
    """Help and verify load neither numba nor shapely, nor Arrow."""
    (tmp_path / "proof").write_text("{}\n")
    code = "import sys; from foedus.cli import app; app(sys.argv[1:], standalone_mode=False)"
    code = f"try:\n    {code.replace('; ', chr(10) + '    ')}\nexcept SystemExit:\n    pass\n"
    code += "print(sorted({'numba', 'shapely', 'pyarrow', 'numpy'} & set(sys.modules)))"
    run = [sys.executable, "-c", code, *words]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


MISTAKES = {
    "a log that is not there": (
        ("act", "new", "actss.sqlite", "record.note", "--subject", "a", *by("clerk")),
        "did you mean 'acts.sqlite'?",
    ),
    "verify of no log": (("log", "verify", "actss.sqlite"), "the file of a log, got no such file"),
    "another file than a log": (("log", "verify", "checkpoint"), "a log in a SQLite file"),
    "a key written over": (
        ("keys", "new", "clerk.pem", "--passphrase-file", "pass"),
        "no key is ever written over",
    ),
    "a word where a list belongs": (
        (
            *("act", "new", "acts.sqlite", "key.admit", "--subject", "key/a", "--set", "key=a"),
            *("--set", "holder=A", "--set", "roles=recorder", *by("depositary")),
        ),
        "payload.roles: expected array, got 'recorder' (a list is written as JSON",
    ),
    "a subject misspelt": (("history", "acts.sqlite", "made/11"), "did you mean 'made/1'?"),
    "an import of commitments": (("log", "import", "bare", "copy.sqlite"), "log export --acts"),
    "an import of nothing": (("log", "import", "nowhere", "copy.sqlite"), "log export has written"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_and_leave_nothing(mistake: str, call: Call, place: Path) -> None:
    """What a new user gets wrong is told with how to mend it, and makes no file."""
    if not (place / "bare").is_dir():
        assert call("log", "export", "acts.sqlite", "bare").exit_code == 0
    before = {path.name for path in place.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    words, expected = MISTAKES[mistake]
    done = call(*words)
    assert done.exit_code in (CODES[OperatorError], CODES[PartyError]), done.output
    assert expected in done.output
    after = {path.name for path in place.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    assert after == before
