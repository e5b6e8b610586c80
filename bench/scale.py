# SPDX-License-Identifier: Apache-2.0
"""How the cost of fusing grows: `python bench/scale.py --sizes 10000 100000 1000000`.

For each size a set is made and read (one process), fused from an Arrow file that is mapped
(another) and written run by run, warm: the kernels have been compiled on a small set before. Steps
are the functions that fusing calls and the kernels that it gives the engine; each has its seconds
and the most memory that was resident
meanwhile, sampled every 20 ms; memory is that of this process, and on Spark not that of its Java
machine and workers. The exponent is that of size by which seconds grow, fitted by least
squares to the logarithms. With `--engines local spark` both are measured; where PySpark or Java is
absent, that is said. `--sets DIR` keeps the Arrow files for the next call; `--svg FILE` draws cost
against size. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

import fusion
import generate
import scale_plot
from foedus.engines.engine import Engine, Kernel
from foedus.engines.local import LocalEngine
from foedus.incidents import from_reports

SIZES: Final = (10_000, 20_000, 40_000, 100_000, 200_000, 400_000)
STEPS: Final = {"prepare": "prepare", "beliefs": "beliefs", "group": "group", "_told": "tell"}
"""Functions of `from_reports` that fusing calls, and how each is named as a step."""
SAMPLE_S: Final = 0.02
PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 2**20
SPARK_MEMORY: Final = "4g"


def resident_mb() -> float:
    """The memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_MB


class Steps:
    """Seconds and peak memory by step, told of the innermost step that runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak_mb: dict[str, float] = {}
        self._running: list[str] = []
        self._done = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    @contextmanager
    def sampled(self) -> Iterator[None]:
        """Watch the memory while the block runs."""
        self._sampler.start()
        yield
        self._done.set()
        self._sampler.join()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; the time of steps within it is theirs."""
        begin = time.perf_counter()
        self._running.append(name)
        self._note()
        yield
        self._note()
        self._running.pop()
        taken = time.perf_counter() - begin
        self.seconds[name] = self.seconds.get(name, 0.0) + taken
        if self._running:
            outer = self._running[-1]
            self.seconds[outer] = self.seconds.get(outer, 0.0) - taken

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self._note()

    def _note(self) -> None:
        for name in self._running[-1:]:
            self.peak_mb[name] = max(self.peak_mb.get(name, 0.0), resident_mb())

    def table(self) -> dict[str, dict[str, float]]:
        """Seconds and peak memory of each step, in the order in which they ended."""
        return {
            name: {"seconds": round(taken, 3), "peak_mb": round(self.peak_mb.get(name, 0.0))}
            for name, taken in self.seconds.items()
        }


class Watched:
    """An engine whose kernels are steps by their names."""

    def __init__(self, engine: Engine, steps: Steps) -> None:
        self._engine, self._steps = engine, steps

    @property
    def slots(self) -> int:
        """How many blocks it works on at once."""
        return self._engine.slots

    def map(self, kernel: Kernel, blocks: Iterable[pa.Table]) -> list[pa.Table]:
        """Return what the engine gives, and time it."""
        with self._steps.step(getattr(getattr(kernel, "func", kernel), "__name__", "kernel")):
            return self._engine.map(kernel, blocks)


def watch(steps: Steps) -> None:
    """Time the functions that `fuse` calls."""
    for name, step in STEPS.items():
        setattr(from_reports, name, _timed(getattr(from_reports, name), step, steps))


def _timed(plain: Callable[..., Any], name: str, steps: Steps) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        with steps.step(name):
            return plain(*given, **named)

    return timed


def spark_is_absent() -> str | None:
    """Say what is missing for Spark, if anything is."""
    if find_spec("pyspark") is None:
        return "not tried: PySpark 4 is not installed"
    return None if shutil.which("java") else "not tried: there is no Java 17"


@contextmanager
def opened(name: str) -> Iterator[Engine]:
    """Open an engine by name."""
    if name == "local":
        yield LocalEngine()
        return
    from foedus.engines.spark import SparkEngine

    with SparkEngine("local[*]", {"spark.driver.memory": SPARK_MEMORY}) as engine:
        yield engine


def prepared(call: argparse.Namespace, size: int) -> dict[str, float]:
    """Make and read a set of this size into an Arrow file, unless it is there; returns seconds."""
    folder: Path = call.sets / str(size)
    if (folder / "reports.arrow").exists():
        return {}
    begin = time.perf_counter()
    options = generate.Options(
        reports=size, rate=call.rate, sources=call.sources, barrages=0.0, seed=call.seed
    )
    generate.write(options, folder)
    made = time.perf_counter()
    reports = fusion.read(folder, fusion.setting(folder)).combine_chunks()
    read = time.perf_counter()
    with pa.ipc.new_file(str(folder / "writing.arrow"), reports.schema) as file:
        file.write_table(reports)
    (folder / "writing.arrow").rename(folder / "reports.arrow")
    return {"make_seconds": round(made - begin, 3), "read_seconds": round(read - made, 3)}


def fused(folder: Path, name: str) -> dict[str, Any]:
    """Fuse a set from its Arrow file on an engine, and tell seconds and memory by step."""
    declared, steps = fusion.setting(folder), Steps()
    with pa.memory_map(str(folder / "reports.arrow")) as source:
        reports = pa.ipc.open_file(source).read_all()
    with opened(name) as engine:
        small = reports.take(pa.array(np.linspace(0, reports.num_rows - 1, 400).astype(np.int64)))
        from_reports.fuse(small, declared, engine)
        watch(steps)
        before = time.process_time()
        with steps.sampled(), steps.step("rest"):
            incidents = written(
                from_reports.fuse_in_runs(reports, declared, Watched(engine, steps)), folder
            )
        cpu = time.process_time() - before
    return {
        "engine": name,
        "reports": reports.num_rows,
        "incidents": incidents,
        "seconds": round(sum(steps.seconds.values()), 3),
        "cpu_seconds": round(cpu, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "steps": steps.table(),
    }


def written(runs: Iterable[from_reports.Fused], folder: Path) -> int:
    """Write what each run says, so that one at a time is held; return how many incidents."""
    writers: dict[str, pq.ParquetWriter] = {}
    held = 0
    for fused in runs:
        held += fused.incidents.num_rows
        for name, table in fused._asdict().items():
            if name not in writers:
                writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()
    return held


def exponent(sizes: list[int], seconds: list[float]) -> float | None:
    """Return the power of size by which seconds grow; None of fewer than two sizes."""
    if len(sizes) < 2:
        return None
    return round(float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]), 3)


def fitted(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the exponents of one engine: over all sizes, between neighbours, and of memory."""
    sizes = [run["reports"] for run in runs]
    seconds = [run["seconds"] for run in runs]
    steps = {name for run in runs for name in run["steps"]}
    by_step = {
        name: exponent(sizes, [max(run["steps"][name]["seconds"], 1e-3) for run in runs])
        for name in sorted(steps)
        if all(name in run["steps"] for run in runs)
    }
    near = list(pairwise(zip(sizes, seconds, strict=True)))
    return {
        "seconds": exponent(sizes, seconds),
        "neighbours": [exponent([a[0], b[0]], [a[1], b[1]]) for a, b in near],
        "memory": exponent(sizes, [run["peak_mb"] for run in runs]),
        "steps": by_step,
    }


def again(call: argparse.Namespace, *words: str) -> dict[str, Any]:
    """Run this file with other words in a process of its own; returns what it prints last."""
    common = ["--sets", str(call.sets), "--rate", str(call.rate), "--sources", call.sources]
    command = [sys.executable, __file__, *words, *common, "--seed", str(call.seed)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(call: argparse.Namespace) -> dict[str, Any]:
    """Measure all sizes on all engines, each in a process of its own."""
    absent = spark_is_absent() if "spark" in call.engines else None
    if absent:
        print(f"spark was {absent}", file=sys.stderr)
    engines = [name for name in call.engines if name != "spark" or not absent]
    runs = []
    for size in call.sizes:
        made = again(call, "--prepare", str(size))
        for name in engines:
            run = again(call, "--fuse", str(size), "--engines", name) | made
            print(json.dumps(run), file=sys.stderr)
            runs.append(run)
    of_engine = {name: [run for run in runs if run["engine"] == name] for name in engines}
    result: dict[str, Any] = {
        "rate": call.rate,
        "sources": call.sources,
        "runs": runs,
        "exponents": {name: fitted(found) for name, found in of_engine.items()},
    }
    return result | ({"spark": absent} if absent else {})


def parser() -> argparse.ArgumentParser:
    """The options; --prepare and --fuse are for the processes that this one starts."""
    found = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    found.add_argument("--engines", nargs="+", choices=("local", "spark"), default=["local"])
    found.add_argument("--rate", type=float, default=100.0, help="true happenings a day")
    found.add_argument("--sources", default="ABCD")
    found.add_argument("--seed", type=int, default=7)
    found.add_argument("--sets", type=Path, help="folder in which the sets are kept")
    found.add_argument("--json", type=Path, help="file to write the result to as well")
    found.add_argument("--svg", type=Path, help="file for the drawing")
    found.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    found.add_argument("--fuse", type=int, help=argparse.SUPPRESS)
    return found


def main() -> None:
    """Parse the call, measure, and print the figures."""
    call = parser().parse_args()
    if call.prepare:
        return print(json.dumps(prepared(call, call.prepare)))
    if call.fuse:
        return print(json.dumps(fused(call.sets / str(call.fuse), call.engines[0])))
    with tempfile.TemporaryDirectory() as folder:
        call.sets = call.sets or Path(folder)
        result = measured(call)
    if call.json:
        call.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if call.svg:
        call.svg.write_text(scale_plot.drawing(result["runs"], call.rate), "utf-8")
    return print(json.dumps(result))


if __name__ == "__main__":
    main()
