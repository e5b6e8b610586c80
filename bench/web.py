# SPDX-License-Identifier: Apache-2.0
"""How fast the web answers: `python bench/web.py DIR [--incidents N] [--rate R] [--seconds S]`.

A run of N incidents is made in DIR (`web_record.py`) unless it is there, and served by the command
in a process of its own. (1) Cold: every address of the mix is asked once of a server that has just
started. (2) Warm: the same mix is asked at R requests a second, each at its own time whether or not
those before have been answered, so that waiting counts (open loop). (3) Full load: as many as `wrk`
gets answered. (4) The server is killed under load and started anew: every answer must be the same
bytes as before. (5) The map in chromium: from the request to the first frame with all tiles drawn,
and how long frames take while the map moves.
Load and server share the machine. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import sync_playwright

from web_record import make_run, mission

PORT: Final = 8765
BASE: Final = f"http://127.0.0.1:{PORT}"
IDS: Final = 150
RANGES: Final = 200
TILE_BYTES: Final = (2_000, 40_000)
CONNECTIONS: Final = 64
FRAMES: Final = """() => new Promise((done) => {
    const times = []; let last = performance.now(); const end = last + 4000;
    foedusMap.easeTo({center: [38.3, 48.3], zoom: foedusMap.getZoom() + 1.5, duration: 4000});
    function tick(now) {
        times.push(now - last); last = now;
        if (now < end) { requestAnimationFrame(tick); } else { done(times); }
    }
    requestAnimationFrame(tick);
})"""
"""Moves and zooms the map for four seconds; gives the milliseconds of each frame."""


class Wanted(NamedTuple):
    """One request of the mix."""

    kind: str
    path: str
    part: str = ""
    """Range of bytes; empty: all."""


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """Serve the run in a process of its own until the block ends."""
    command = [sys.executable, "-m", "foedus.cli", "serve", str(home / "mission")]
    command += ["--port", str(PORT), "--in", str(home / "run")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 1_800
        while not is_up():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("the server did not start")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def is_up() -> bool:
    """Return whether the web answers."""
    try:
        with urllib.request.urlopen(f"{BASE}/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def fetched(path: str, part: str = "") -> bytes:
    """Return the bytes of an address."""
    asked = urllib.request.Request(BASE + path)  # noqa: S310
    if part:
        asked.add_header("Range", part)
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        return bytes(answer.read())


def mix(tiles: Path) -> list[Wanted]:
    """Return the addresses of mixed reading: pages, lists, single incidents, data, tiles."""
    draw = random.Random(11)
    incidents, findings, after = [], [], ""
    for _ in range(3):
        answer = json.loads(fetched(f"/incidents.json?limit={IDS // 3}{after}"))
        incidents += [row["lineage_id"] for row in answer["rows"]]
        after = f"&after={answer['next']}"
    answer = json.loads(fetched(f"/findings.json?limit={IDS}"))
    findings = [row["finding_id"] for row in answer["rows"]]
    pages = ["/", "/map", "/incidents", "/findings", "/bound", "/agreements/minsk-2", "/method"]
    pages += ["/sources", "/counts", "/cases", "/ladder", "/obligations", "/log", "/agreements"]
    days = [f"{2014 + n % 8}-0{1 + n % 9}-15" for n in range(40)]
    pages += [f"/incidents?from={day}&kind=artillery-shelling" for day in days]
    pages += [f"/incidents?known={day}&region=settlement+7" for day in days[:10]]
    pages += [f"/findings?verdict=breach&known={day}" for day in days[:10]]
    found = [Wanted("page", path) for path in pages]
    found += [Wanted("page", f"/incidents/{one}") for one in incidents]
    found += [Wanted("page", f"/findings/{one}") for one in findings]
    found += [Wanted("data", f"/incidents.json?from={day}&limit=100") for day in days]
    found += list(asked_tiles(days))
    size = tiles.stat().st_size
    for _ in range(RANGES):
        first = draw.randrange(0, max(size - TILE_BYTES[1], 1))
        last = first + draw.randrange(*TILE_BYTES)
        found.append(Wanted("tile", "/tiles/incidents.pmtiles", f"bytes={first}-{last}"))
    return found


def asked_tiles(days: list[str]) -> Iterator[Wanted]:
    """Yield tiles of the map at past states and by filters, from the widest to the closest zoom."""
    draw = random.Random(17)
    for zoom in range(3, 13):
        for day in draw.sample(days, 12):
            east, north = draw.uniform(36.3, 39.9), draw.uniform(46.9, 49.9)
            x = int((east + 180) / 360 * 2**zoom)
            y = int((1 - math.asinh(math.tan(math.radians(north))) / math.pi) / 2 * 2**zoom)
            behind = draw.choice((f"known={day}", f"on={day}", "kind=air-attack", "verdict=breach"))
            yield Wanted("asked", f"/tiles/incidents/{zoom}/{x}/{y}.mvt?{behind}")


def cold(wanted: list[Wanted]) -> dict[str, list[float]]:
    """Ask every address once, one after the other; seconds by kind."""
    seconds: dict[str, list[float]] = {}
    for one in wanted:
        start = time.perf_counter()
        fetched(one.path, one.part)
        seconds.setdefault(one.kind, []).append(time.perf_counter() - start)
    return seconds


class Caller:
    """One connection that is kept open."""

    def __init__(self) -> None:
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, one: Wanted) -> int:
        """Ask an address, read the whole answer, and return its status."""
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", PORT)
        part = f"Range: {one.part}\r\n" if one.part else ""
        head = f"GET {one.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{part}\r\n"
        self.writer.write(head.encode())
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", answer)
        await self.reader.readexactly(int(length[1]) if length else 0)
        return int(answer.split(b" ", 2)[1])


async def open_loop(wanted: list[Wanted], rate: float, seconds: float) -> dict[str, Any]:
    """Ask at a rate, each request at its own time; seconds by kind from when it was due."""
    draw = random.Random(5)
    idle: asyncio.Queue[Caller] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(Caller())
    taken: dict[str, list[float]] = {}
    wrong: list[int] = []
    start = asyncio.get_running_loop().time()

    async def one_call(one: Wanted, due: float) -> None:
        caller = await idle.get()
        try:
            status = await caller.ask(one)
        finally:
            idle.put_nowait(caller)
        taken.setdefault(one.kind, []).append(asyncio.get_running_loop().time() - due)
        if status >= 400:
            wrong.append(status)

    names = ("page", "data", "tile", "asked")
    kinds = {kind: [one for one in wanted if one.kind == kind] for kind in names}
    calls = []
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        kind = draw.choices(names, (60, 10, 15, 15))[0]
        calls.append(asyncio.create_task(one_call(draw.choice(kinds[kind]), due)))
    await asyncio.gather(*calls)
    return {"taken": taken, "wrong": wrong}


def told(seconds: dict[str, list[float]]) -> dict[str, Any]:
    """Return the middle, the 95th and 99th of a hundred, and the worst, in milliseconds."""
    found = {}
    for kind, values in sorted(seconds.items()):
        ordered = sorted(values)
        at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "worst": 1.0}
        found[kind] = {"requests": len(ordered)} | {
            name: round(1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)
            for name, share in at.items()
        }
    return found


def full_load(seconds: int) -> float | None:
    """Return how many pages a second `wrk` gets answered; None where there is no wrk."""
    if shutil.which("wrk") is None:
        return None
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", f"{BASE}/incidents"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    return float(found[1]) if found else None


def killed(home: Path, wanted: list[Wanted]) -> int:
    """Kill the server under load, start it anew; return how many answers differ afterwards."""
    some = random.Random(3).sample(wanted, 60)
    with serving(home) as server:
        before = [fetched(one.path, one.part) for one in some]
        load = [sys.executable, "-c", f"import urllib.request as u\nwhile 1: u.urlopen('{BASE}/')"]
        caller = subprocess.Popen(load, stderr=subprocess.DEVNULL)
        time.sleep(1)
        os.kill(server, signal.SIGKILL)
        caller.wait()
    with serving(home):
        return sum(
            fetched(one.path, one.part) != kept for one, kept in zip(some, before, strict=True)
        )


def map_paint() -> list[dict[str, float]]:
    """Return the seconds from asking for the map to its first whole frame, three times afresh."""
    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    found = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--disable-gpu", "--no-sandbox"]
        )
        for _ in range(3):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            page.goto(f"{BASE}/map")
            page.wait_for_selector("#map.ready", timeout=60_000)
            frames = sorted(page.evaluate(FRAMES))
            marks = 'performance.getEntriesByName("{}")[0].startTime'
            found.append(
                {
                    name: round(page.evaluate(marks.format(name)) / 1000, 2)
                    for name in ("map-painted", "map-ready")
                }
                | {
                    "frame_ms_p50": round(frames[len(frames) // 2], 1),
                    "frame_ms_p95": round(frames[int(0.95 * len(frames))], 1),
                }
            )
            context.close()
        browser.close()
    return found


def main() -> None:
    """Make the run, serve it, ask, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--incidents", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    home = asked.folder / str(asked.incidents)
    if not (home / "run").is_dir():
        make_run(mission(home / "mission"), home / "run", asked.incidents)
    start = time.perf_counter()
    with serving(home) as server:
        figures: dict[str, Any] = {"first_start_s": round(time.perf_counter() - start, 1)}
        figures["first_peak_mb"] = held_mb(server, "VmHWM")
        (tiles,) = (home / "run" / "web").glob("*/incidents.pmtiles")
        wanted = mix(tiles)
    start = time.perf_counter()
    with serving(home) as server:
        figures["start_s"] = round(time.perf_counter() - start, 1)
        figures["cold_ms"] = told(cold(wanted))
        answer = asyncio.run(open_loop(wanted, asked.rate, asked.seconds))
        figures["warm_ms"] = told(answer["taken"])
        figures["refused"] = len(answer["wrong"])
        figures["map_s"] = map_paint()
        figures["wrk_pages_per_s"] = full_load(10)
        figures["rss_mb"] = held_mb(server, "VmRSS")
        figures["peak_mb"] = held_mb(server, "VmHWM")
    figures["differ_after_kill"] = killed(home, wanted)
    figures["tiles_mb"] = round(tiles.stat().st_size / 1e6, 1)
    print(json.dumps({"incidents": asked.incidents, "rate": asked.rate, **figures}))


def held_mb(pid: int, name: str) -> float:
    """Return the memory that a process holds (VmRSS) or has held at most (VmHWM), in 10^6 bytes."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    return round(int(found[1]) * 1024 / 1e6, 1) if found else 0.0


if __name__ == "__main__":
    main()
