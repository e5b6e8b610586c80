# SPDX-License-Identifier: Apache-2.0
"""A new run takes the place of the old one while people read, and no request fails meanwhile."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import fetched, started

import foedus
from foedus.errors import OperatorError
from foedus.publication.answers import SIGN
from foedus.web import hold, renewal
from foedus.web.current import Current
from foedus.web.hold import held, holding_place, put_back
from foedus.web.served import Served
from small_mission import all_rows, cut, make_mission, write_rows

DATA = Path("data") / "ucdp_ged_ukraine_2014_2022.csv"
PATHS = ("/method.json", "/incidents?limit=3", "/", "/counts.json", "/bulletins", "/map.json")
TILES = "/tiles/incidents.pmtiles"
WAIT_S = 60


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a small mission that was run, with its run beside it as `run`."""
    mission = make_mission(tmp_path / "mission", cut(all_rows())[:20])
    foedus.run(mission, out=tmp_path / "run")
    return mission


@contextmanager
def serve(mission: Path, said: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve the run beside a mission with what the server says kept in a file."""
    process, address = started(mission, mission.parent / "run", said)
    try:
        yield process, address
    finally:
        process.kill()
        process.wait()


def health(address: str) -> dict[str, Any]:
    """Return what the server says of itself."""
    return cast("dict[str, Any]", json.loads(fetched(f"{address}/health")))


def until(address: str, **wanted: Any) -> dict[str, Any]:
    """Wait until the server says that of itself."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        told = health(address)
        if wanted.items() <= told.items():
            return told
        time.sleep(0.1)
    raise AssertionError(told)


class Readers:
    """Some who read all the time, and keep what they were told."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.failed: list[str] = []
        self.told: Counter[tuple[str, int]] = Counter()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._read, args=(n,)) for n in range(4)]
        for thread in self.threads:
            thread.start()

    def _read(self, number: int) -> None:
        while not self.is_over.is_set():
            for path in PATHS[number % 2 :]:
                try:
                    body = fetched(self.address + path)
                    part = urllib.request.Request(f"{self.address}{TILES}")  # noqa: S310
                    part.add_header("Range", "bytes=0-6")
                    with urllib.request.urlopen(part, timeout=30) as answer:  # noqa: S310
                        assert answer.read() == b"PMTiles"
                except (OSError, AssertionError) as error:
                    self.failed.append(f"{path}: {error!r}")
                    continue
                if path == "/method.json":
                    method = json.loads(body)
                    self.told[method["edition"], method["incidents"]] += 1

    def end(self) -> None:
        """Let them read no more."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.slow
def test_a_new_run_is_served_without_a_restart(small: Path) -> None:
    """With more reports the page says the new thing; whoever read meanwhile had a whole answer."""
    run, said = small.parent / "run", small.parent / "said"
    with serve(small, said) as (process, address):
        before = health(address)["edition"]
        (kept,) = (run / "web").iterdir()
        tag = tag_of(f"{address}/incidents")
        readers = Readers(address)
        write_rows(small / DATA, cut(all_rows()))
        foedus.run(small, out=run)
        while health(address)["edition"] == before:
            time.sleep(0.1)
        time.sleep(1)
        readers.end()
        after = until(address, next="none")["edition"]
        assert readers.failed == []
        assert {edition for edition, _ in readers.told} == {before, after}
        assert len(readers.told) == 2, "an answer was of two editions"
        counts = dict(list(readers.told))
        assert counts[before] < counts[after]
        assert after[:12] in fetched(f"{address}/").decode()
        assert tag_of(f"{address}/incidents") != tag
        told = fetched(f"{address}/incidents?edition={before[:16]}").decode()
        assert "came, went or changed since" in told
        assert len(list((run / "web").iterdir())) == 1
        assert not (run / "web" / kept.name).exists()
        (place,) = small.parent.glob(".run.served-*")
        assert len(list(place.iterdir())) == 1, "the old run is still held"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert not place.exists()
    assert said.read_text().count("edition") == 1


def tag_of(address: str) -> str:
    """Return the ETag of an answer."""
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own
        return str(answer.headers["etag"])


@pytest.mark.slow
def test_a_run_that_cannot_be_made_ready_leaves_the_old_one(small: Path) -> None:
    """A damaged run is told once, on the console and where one asks; the next good one is taken."""
    run, said = small.parent / "run", small.parent / "said"
    with serve(small, said) as (process, address):
        before = health(address)["edition"]
        foedus.run(small, out=run, known="2016-01-01")
        (run / "tables" / "incidents.parquet").write_bytes(b"no table")
        told = until(address, next="failed")
        assert told["edition"] == before
        assert told["faults"] == ["expected a run that can be made ready"]
        time.sleep(5)
        assert said.read_text().count("The new run is not served") == 1
        assert b"Who spoke" in fetched(f"{address}/sources")
        foedus.run(small, out=run, known="2015-06-01")
        assert until(address, next="none", faults=[])["edition"] != before
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in (0, 130)
    assert list(small.parent.glob(".run.*")) == []
    assert (run / SIGN).is_file()


@given(st.lists(st.sampled_from(["begin", "end", "take"]), max_size=40))
def test_an_edition_ends_with_its_last_request(steps: list[str]) -> None:
    """Whatever comes in whatever order, an edition is let go of once: unused and not served."""
    gone: list[Any] = []
    first = cast("Served", object())
    current = Current(first, gone.append)
    kept, open_ = [first], list[tuple[Any, Any]]()
    for step in steps:
        if step == "begin":
            using = current.using()
            open_.append((using, using.__enter__()))
        elif step == "end" and open_:
            using, _ = open_.pop(0)
            using.__exit__(None, None, None)
        elif step == "take":
            kept.append(cast("Served", object()))
            current.take(kept[-1])
        used = {id(one) for _, one in open_}
        left = [one for one in kept[:-1] if id(one) not in used]
        assert {id(one) for one in gone} == {id(one) for one in left}
        assert len(gone) == len(left)
        assert current.served is kept[-1]


def test_a_run_is_held_though_it_is_replaced(small: Path) -> None:
    """What is held stays as it was when another run takes its place, and is not put back there."""
    run = small.parent / "run"
    place = holding_place(run)
    folder = held(run, place, "donbas")
    before = (folder / "tables" / "incidents.parquet").read_bytes()
    foedus.run(small, out=run, known="2016-01-01")
    assert (folder / "tables" / "incidents.parquet").read_bytes() == before
    assert (run / "tables" / "incidents.parquet").read_bytes() != before
    (folder / "web" / "made").mkdir(parents=True)
    put_back(folder, run, "made")
    assert not (run / "web").exists()
    shutil.rmtree(run)
    with pytest.raises(OperatorError, match="foedus run donbas"):
        held(run, place, "donbas")


def test_a_folder_that_cannot_be_written_is_served(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may only read a run can serve it, from copies, and makes it ready at each start."""
    run, told = small.parent / "run", list[str]()

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(hold.os, "link", refused)
    monkeypatch.setattr(hold.Path, "mkdir", refused)
    monkeypatch.setattr(renewal, "put_back", refused)

    def make(folder: Path, home: Path) -> Served:
        return renewal.opened(str(small), folder, None, lambda: 0, home=home)

    made = renewal.Renewal(str(small), run, make, told.append)
    assert made.place.parent == Path(tempfile.gettempdir())
    served = made.first()
    assert served.edition.ask("select count(*) as n from incidents")[0]["n"] > 0
    assert not (run / "web").exists()
    assert told == [
        "What was made ready is not kept for the next start: [Errno 13] Permission denied"
    ]
    served.close()
    made.end()
    assert not made.place.exists()


def test_what_a_killed_server_held_is_cleared(tmp_path: Path) -> None:
    """The next server clears what one left that no longer runs."""
    process = subprocess.Popen(["/bin/true"])
    process.wait()
    left = tmp_path / f".run.served-{process.pid}"
    left.mkdir()
    place = holding_place(tmp_path / "run")
    assert not left.exists()
    assert place.is_dir()
