# SPDX-License-Identifier: Apache-2.0
"""Damage is found and named, whatever it is; a log that goes through files comes out the same."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_acts import KINDS, NOW, key, note, us
from made_logs import STORES, address, filled, open_store

from foedus.errors import OperatorError, PartyError
from foedus.trust.audit import audited, audited_tiles, since
from foedus.trust.exchange import read_log
from foedus.trust.folding import Fold, states
from foedus.trust.log import Log
from foedus.trust.tiles import tile_path, write_log

Damage = Callable[[sqlite3.Connection], object]
NOTES = 520


def run(statement: str) -> Damage:
    """Return a damage that is one statement."""
    return lambda db: db.execute(statement)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "payload changed": (
        run('UPDATE acts SET payload = CAST(\'{"text":"no"}\' AS BLOB) WHERE idx = 7'),
        "entry 7:payload",
    ),
    "envelope changed": (
        run(
            "UPDATE acts SET envelope ="
            " CAST(replace(CAST(envelope AS TEXT), '2026', '2025') AS BLOB) WHERE idx = 7"
        ),
        "entry 7",
    ),
    "signature changed": (
        run("UPDATE acts SET signatures = CAST('[]' AS BLOB) WHERE idx = 7"),
        "entry 7:commitment",
    ),
    "time changed": (
        run("UPDATE entries SET known_us = known_us + 1 WHERE idx > 6"),
        "entry 7:commitment",
    ),
    "time goes back": (
        run("UPDATE entries SET known_us = known_us - 1 WHERE idx = 7"),
        "entry 7:known_us",
    ),
    "commitment changed": (
        run("UPDATE entries SET commitment = zeroblob(32) WHERE idx = 7"),
        "checkpoint 1",
    ),
    "subject changed": (run("UPDATE acts SET subject = 'x' WHERE idx = 7"), "entry 7:subject"),
    "entry taken out": (
        lambda db: db.executescript(
            "DELETE FROM acts WHERE idx = 7; DELETE FROM entries WHERE idx = 7"
        ),
        "entry 8: expected entry 7",
    ),
    "end cut off": (
        lambda db: db.executescript(
            "DELETE FROM acts WHERE idx > 500; DELETE FROM entries WHERE idx > 500"
        ),
        "entries were cut off at the end",
    ),
    "tile hash changed": (
        run("UPDATE tile_hashes SET hash = zeroblob(32) WHERE idx = 1"),
        "hashes over full tiles of level 1",
    ),
    "tile hash lost": (run("DELETE FROM tile_hashes WHERE idx = 1"), "over full tiles of level 1"),
    "checkpoint changed": (
        run("UPDATE checkpoints SET note = replace(note, 'made', 'mode')"),
        "checkpoint 1: expected a signature",
    ),
    "checkpoint broken": (
        run("UPDATE checkpoints SET note = 'x'"),
        "checkpoint 1: expected a signed checkpoint",
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite log with a checkpoint, closed."""
    path = tmp_path_factory.mktemp("whole") / "log.sqlite"
    log = filled(str(path), NOTES)
    log.checkpoint(key("operator"))
    log.store.close()
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite log of few entries, closed."""
    path = tmp_path_factory.mktemp("small") / "log.sqlite"
    log = filled(str(path), 40)
    log.checkpoint(key("operator"))
    log.store.close()
    return path


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named(name: str, whole: Path, tmp_path: Path) -> None:
    """Each damage to a store is found, and told with the entry or checkpoint in which it is."""
    damage, expected = DAMAGES[name]
    path = shutil.copy(whole, tmp_path / "log.sqlite")
    db = sqlite3.connect(path)
    damage(db)
    db.commit()
    db.close()
    with address("sqlite", tmp_path) as where:
        found = audited(open_store(where), KINDS)
    assert any(expected in str(fault) for fault in found.faults), found.faults[:3]


@pytest.mark.parametrize("at", range(60))
def test_flipped_bits_are_found_or_do_no_harm(at: int, small: Path, tmp_path: Path) -> None:
    """A bit flipped anywhere in the file is named, or what the log says is as it was."""
    data = bytearray(small.read_bytes())
    place = (at * 2_654_435_761) % len(data)
    data[place] ^= 1 << at % 8
    (tmp_path / "log.sqlite").write_bytes(data)
    with address("sqlite", tmp_path) as where:
        try:
            store = open_store(where)
            found = audited(store, KINDS)
        except OperatorError as error:
            told = error.faults[0].file
        else:
            told = found.faults[0].file if found.faults else ""
        if told:
            assert "log.sqlite" in told
        else:
            same = open_store(str(small), read_only=True)
            assert list(store.rows()) == list(same.rows())


@pytest.fixture(params=STORES)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """A log in each store."""
    with address(request.param, tmp_path) as where:
        made = filled(where, 300)
        made.checkpoint(key("operator"))
        yield made


def test_whole_log_has_no_fault(log: Log) -> None:
    """A log as it was made passes, with its numbers; so it does when payloads were erased."""
    log.erase(5)
    log.erase(6, whole=True)
    found = audited(log.store, KINDS)
    assert found.faults == []
    assert (found.entries, found.erased, found.checkpoints) == (302, 2, 1)
    assert found.root == log.root()


def exported(log: Log, folder: Path) -> Path:
    """Return a folder with the files of a log."""
    checkpoint = log.last_checkpoint()
    assert checkpoint is not None
    write_log(log, folder, checkpoint, with_acts=True)
    return folder


def test_log_goes_through_files(log: Log, tmp_path: Path) -> None:
    """What is built from the files of a log has the same rows, root and states."""
    log.erase(5)
    log.erase(6, whole=True)
    folder = exported(log, tmp_path / "files")
    assert audited_tiles(folder).faults == []
    built = open_store(str(tmp_path / "built.sqlite"))
    assert read_log(folder, built, KINDS).faults == []
    again = Log(built, KINDS)
    assert again.root() == log.root()
    count: Fold[int] = Fold(lambda _subject: 0, lambda held, _entry: held + 1)
    assert states(count, again.entries()) == states(count, log.entries())
    with pytest.raises(OperatorError, match="an empty store"):
        read_log(folder, built, KINDS)


TILE_DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "torn last tile": (tile_path("0", 1, 46), lambda data: data[:-7], "a tile of 1472 bytes"),
    "torn last entries": (tile_path("entries", 1, 46), lambda data: data[:-7], "a tile of"),
    "bit in a tile": (tile_path("0", 0), lambda data: b"x" + data[1:], "the hash"),
    "bit in a tile above": (tile_path("1", 0, 1), lambda data: b"x" + data[1:], "the hash"),
    "bit in an entry": (
        tile_path("entries", 0),
        lambda data: data[:9] + b"\0" + data[10:],
        "the hash",
    ),
    "empty tile": (tile_path("0", 0), lambda _data: b"", "got nothing"),
    "other checkpoint": (
        "checkpoint",
        lambda data: data.replace(b"302\n", b"301\n"),
        "expected a tile of",
    ),
}


@pytest.mark.parametrize("name", TILE_DAMAGES)
def test_damaged_tile_is_named(name: str, tmp_path: Path) -> None:
    """A tile that is torn, gone or changed is named by its path, and nothing is built from it."""
    path, damage, expected = TILE_DAMAGES[name]
    with address("sqlite", tmp_path) as where:
        log = filled(where, 300)
        log.checkpoint(key("operator"))
        folder = exported(log, tmp_path / "files")
        target = folder / path
        target.write_bytes(damage(target.read_bytes()))
        found = audited_tiles(folder).faults
        assert found
        assert expected in str(found[0])
        built = open_store(str(tmp_path / "built.sqlite"))
        with pytest.raises(OperatorError):
            read_log(folder, built, KINDS)
        assert built.size() == 0


def test_changed_act_file_is_not_built(tmp_path: Path) -> None:
    """Acts that are not those of the commitments are refused, and nothing is kept."""
    with address("sqlite", tmp_path) as where:
        log = filled(where, 3)
        log.checkpoint(key("operator"))
        folder = exported(log, tmp_path / "files")
        acts = folder / "acts.jsonl"
        acts.write_text(acts.read_text("utf-8").replace("note 2", "note 9"), "utf-8")
        built = open_store(str(tmp_path / "built.sqlite"))
        with pytest.raises(OperatorError, match="entry 4"):
            read_log(folder, built, KINDS)
        assert built.size() == 0


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (1_234_067, 256, "tile/0/x001/x234/067"),
        (1_000, 7, "tile/0/x001/000.p/7"),
    ],
)
def test_paths_are_those_of_the_specification(number: int, width: int, path: str) -> None:
    """Indices are written in groups of three digits, partial tiles with their width."""
    assert tile_path("0", number, width) == path


def test_what_came_since_a_checkpoint(log: Log) -> None:
    """Since a checkpoint stands what was appended after it; another log's checkpoint is refused."""
    first = log.last_checkpoint()
    assert first is not None
    log.append([note("later")], us(NOW))
    assert [(entry.payload or {})["text"] for entry in since(log, first)] == ["later"]
    with pytest.raises(PartyError, match="a checkpoint signed by"):
        since(log, first._replace(root=bytes(32)))
