# SPDX-License-Identifier: Apache-2.0
"""Whoever kept a checkpoint sees in the page whether the log still begins with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar.testing import TestClient
from made_log import NOW_US, act, fill, key
from playwright.sync_api import Page, sync_playwright
from sites import Site, listening

from foedus.commands.signing import store_at
from foedus.register.record import KINDS as REGISTER
from foedus.trust import keyring, kinds
from foedus.trust.log import Log
from foedus.trust.merkle import EMPTY, is_consistent
from foedus.trust.notes import Checkpoint, cosigned, read_checkpoint
from foedus.web.app import application
from foedus.web.served import Served

MISSION = "ukraine-2026"
SIGNED = 3, 4, 9, 16
"""Sizes at which the log signed a checkpoint."""
ADMITTED = 5
"""The act that admits the witness's key: before it, the page knows of none."""
WITNESS = "witness.example/w"
WITNESS_KEY = {"key": key("witness").key, "holder": "witness", "roles": ["witness"]}


class Grown(NamedTuple):
    """A log that grew, in a file, and the checkpoints that it signed."""

    path: str
    points: dict[int, Checkpoint]


def grown(path: Path, word: str, sizes: tuple[int, ...] = SIGNED) -> Grown:
    """Fill a log with notes that begin with `word`, and sign it at these sizes."""
    fill(store_at(str(path)), MISSION)
    store = store_at(str(path))
    log = Log(store, kinds.table(keyring.KINDS, kinds.KINDS, REGISTER))
    points = {3: log.last_checkpoint()}
    for size in range(4, sizes[-1] + 1):
        entry = act("record.note", {"text": f"{word} {size}"}, "clerk", MISSION)
        if size == ADMITTED:
            entry = act("key.admit", WITNESS_KEY, "registrar", MISSION)
        log.append([entry], NOW_US + size)
        if size in sizes:
            point = log.checkpoint(key("operator"))
            signed = cosigned(point, WITNESS, key("witness"), NOW_US // 1_000_000 + size)
            points[size] = log.take_cosigned(signed)
    store.close()
    return Grown(str(path), {size: point for size, point in points.items() if point is not None})


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Return the log that is served."""
    return grown(tmp_path_factory.mktemp("held") / "acts.log", "heard")


@pytest.fixture(scope="module")
def served(ukraine: Site, held: Grown) -> Served:
    """Return the mission of acts with that log."""
    opening = partial(store_at, held.path, read_only=True)
    return Served(ukraine.served.edition, opening, lambda: NOW_US + 86_400_000_000)


def test_the_checkpoint_is_a_signed_note(served: Served, held: Grown) -> None:
    """At its own address stands what the log signed last, byte for byte, as plain text."""
    with TestClient(application(served)) as web:
        answer = web.get("/log/checkpoint")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text == str(held.points[SIGNED[-1]])
        assert len(read_checkpoint(answer.text).lines) == 2


def test_every_consistency_proof_holds(served: Served, held: Grown) -> None:
    """Between any two sizes up to the last that was signed; beyond there is none."""
    last = SIGNED[-1]
    with TestClient(application(served)) as web:
        for second in range(1, last + 1):
            for first in range(second + 1):
                told = web.get(f"/log/consistency.json?first={first}&second={second}").json()
                roots = [bytes.fromhex(told[name]) for name in ("first_root", "second_root")]
                path = [bytes.fromhex(one) for one in told["path"]]
                assert is_consistent(first, roots[0], second, roots[1], path), (first, second)
                assert roots[0] == (held.points[first].root if first in held.points else roots[0])
                assert first or roots[0] == EMPTY
        for asked in (f"second={last + 1}", "first=17", "first=5&second=4", "first=-1", "first=٣"):
            assert web.get(f"/log/consistency.json?{asked}").status_code == 400, asked
        assert web.get("/log/consistency.json").json()["second"] == last


def test_without_a_log_there_is_no_checkpoint(ukraine: Site) -> None:
    """Where no log is served nothing pretends to be one."""
    assert ukraine.client.get("/log/checkpoint").status_code == 404
    told = ukraine.client.get("/log/consistency.json").json()
    assert told == {"is_kept": False, "path": []}


@pytest.fixture(scope="module")
def page(chromium: str, served: Served) -> Iterator[tuple[Page, str]]:
    """Open the log's page in a browser; returns it with the address."""
    server, thread, address = listening(served)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--disable-gpu", "--no-sandbox"]
        )
        yield browser.new_page(), address
        browser.close()
    server.should_exit = True
    thread.join(timeout=20)


def compared(page: tuple[Page, str], note: str) -> tuple[str | None, str]:
    """Return what the page makes of a checkpoint: whether it holds, and why."""
    seen, address = page
    seen.goto(f"{address}/log")
    seen.fill("#kept-text", note)
    seen.click("#kept-check")
    seen.wait_for_selector("#kept-answer[data-holds]", timeout=10_000)
    return seen.get_attribute("#kept-answer", "data-holds"), seen.inner_text("#kept-steps")


@pytest.mark.parametrize("size", SIGNED)
def test_a_kept_checkpoint_is_compared_in_the_page(
    page: tuple[Page, str], held: Grown, size: int
) -> None:
    """Every checkpoint that the log ever signed fits today's, with or without cosignatures."""
    kept = held.points[size]
    for note in (str(kept), str(kept._replace(lines=kept.lines[:1]))):
        holds, told = compared(page, note)
        assert holds == "true", told
        assert f"begins with the {size} that you kept" in told
        assert f"cosigned by {WITNESS} 2026-01-10T12:00:16" in told


def _another_root(note: str) -> str:
    """Return a checkpoint that says another root under the same signature."""
    point = read_checkpoint(note)
    return str(point._replace(root=EMPTY))


BAD: dict[str, tuple[Callable[[str], str], str]] = {
    "no-checkpoint": (lambda _: "what I kept", "expected"),
    "cut-short": (lambda note: note[:-30] + "\n", "expected"),
    "another-size": (lambda note: note.replace("\n9\n", "\n8\n"), "expected the signature"),
    "another-log": (lambda note: note.replace("log.example", "log.elsewhere"), "expected a key"),
    "no-signature": (lambda note: note.rpartition("\n\n")[0] + "\n", "expected"),
    "another-root": (_another_root, "expected the signature"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_checkpoint_fails_in_the_page(page: tuple[Page, str], held: Grown, name: str) -> None:
    """What is no checkpoint of this log, or was tampered with, is told as such."""
    spoil, why = BAD[name]
    note = str(held.points[9]._replace(lines=held.points[9].lines[:1]))
    holds, told = compared(page, spoil(note))
    assert holds == "false", told
    assert why in told
    assert "that you kept" not in told


def test_the_page_of_a_log_can_be_read_by_everybody(page: tuple[Page, str], held: Grown) -> None:
    """With an answer on it, axe finds no serious fault."""
    compared(page, str(held.points[9]))
    answer = Axe().run(page[0]).response
    assert len(answer["passes"]) > 10, "axe looked at nothing"
    serious = [
        one["id"] for one in answer["violations"] if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("size", [4, 9, 16, 17])
def test_a_fork_is_seen_in_the_page(page: tuple[Page, str], tmp_path: Path, size: int) -> None:
    """A checkpoint of another history, signed by the same key, gives the fork away."""
    other = grown(tmp_path / "other.log", "never heard", (size,))
    holds, told = compared(page, str(other.points[size]))
    assert holds == "false"
    assert "FORKED" in told
    assert told.count("signed by the log") == 2
