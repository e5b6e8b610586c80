# SPDX-License-Identifier: Apache-2.0
"""Times the four policies of the monitors' benchmark: `python bench/monitor.py LOG.csv`.

Each policy is text of our language (`bench/monitor_policies`), parsed, checked, compiled and run
over the columns of the log, which is held in memory, its words as dictionaries unless `--plain` is
given. `batch` asks of the whole log at once, best of some runs after one that compiles; `live`
feeds it in batches of 1,000 facts. Seconds are those of CPU, user and system. Verdicts are printed,
or written into a folder with `--verdicts DIR`, as `@ts (time point tp): (arguments)`. The last line
is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.errors import Fault
from foedus.terms.conditions.batch import monitored
from foedus.terms.conditions.checking import load_condition
from foedus.terms.conditions.live import Monitor
from foedus.terms.conditions.plan import planned
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import Condition
from monitor_log import history

POLICIES: Final = {"P1": ("k", "z", "p"), "P2": ("c",), "P3": ("z", "p", "n"), "P4": ("g",)}
"""Policy -> the variables that its verdicts tell."""
FOLDER: Final = Path(__file__).with_name("monitor_policies")


class Log(NamedTuple):
    """A log as a history, and the microsecond of each of its time points."""

    table: pa.Table
    us: np.ndarray

    @property
    def asked(self) -> Asked:
        """The whole log, whose order decides ties, open behind its last event."""
        return Asked(int(self.us[0]), int(self.us[-1]), int(self.us[-1]), "ordered")


def lines(verdicts: pa.Table, log: Log, names: tuple[str, ...]) -> list[str]:
    """Return the sure verdicts, a line for each time point of their stretches, by time point."""
    sure = verdicts.filter(pc.equal(verdicts["verdict"].cast(pa.string()), "sure"))
    ends = [
        np.searchsorted(log.us, sure[f"{end}_us"]) + sure[f"{end}_rank"].to_numpy()
        for end in ("first", "last")
    ]
    columns = [sure[name].to_pylist() for name in names]
    found = []
    for values in zip(*ends, *columns, strict=True):
        arguments = ",".join(map(str, values[2:]))
        found += [(point, arguments) for point in range(values[0], values[1] + 1)]
    return [
        f"@{log.us[point] // 1_000_000} (time point {point}): ({arguments})"
        for point, arguments in sorted(found, key=lambda line: line[0])
    ]


def batch(condition_text: str, log: Log, runs: int) -> tuple[pa.Table, list[float]]:
    """Return the verdicts and the seconds of each run; the first compiles."""
    seconds = []
    for _ in range(runs + 1):
        start = time.process_time()
        found = monitored(compiled(condition_text), log.table, log.asked)
        seconds.append(time.process_time() - start)
    return found, seconds


def live(condition_text: str, log: Log, size: int) -> tuple[pa.Table, np.ndarray]:
    """Return the verdicts after the last batch and the seconds of each batch."""
    monitor = Monitor(compiled(condition_text), log.asked.since_us, ties="ordered")
    seconds = []
    for begin in range(0, log.us.size, size):
        rows = log.table.slice(begin, size)
        on = int(log.us[begin + rows.num_rows - 1])
        start = time.process_time()
        monitor.step(rows, on, on)
        seconds.append(time.process_time() - start)
    return monitor.verdicts(), np.array(seconds)


def compiled(text: str) -> Condition:
    """Return a policy that has passed the checks and has a plan."""
    condition = load_condition(text)
    if planned(condition) is None:
        raise SystemExit(str(Fault(expected="a condition that a plan covers", got=text)))
    return condition


def figures(name: str, log: Log, call: argparse.Namespace) -> dict[str, Any]:
    """Time one policy, tell its verdicts, and return its figures."""
    text = (FOLDER / f"{name}.condition").read_text("utf-8")
    found, seconds = batch(text, log, call.runs)
    live(text, Log(log.table.slice(0, 20_000), log.us[:20_000]), call.batch)
    fed = Log(log.table.slice(0, call.live), log.us[: call.live])
    kept, steps = live(text, fed, call.batch)
    same = found if fed.us.size == log.us.size else batch(text, fed, 0)[0]
    told = lines(found, log, POLICIES[name])
    if call.verdicts is None:
        print(*told, sep="\n")
    else:
        call.verdicts.mkdir(parents=True, exist_ok=True)
        (call.verdicts / f"{name}.txt").write_text("".join(f"{line}\n" for line in told), "utf-8")
    return {
        "verdicts": len(told),
        "batch_events_per_s": round(log.us.size / min(seconds[1:])),
        "live_events_per_s": round(fed.us.size / steps.sum()),
        "live_batch_ms_median": round(float(np.median(steps)) * 1e3, 2),
        "live_batch_ms_most": round(float(steps.max()) * 1e3, 2),
        "live_is_batch": kept.to_pylist() == same.to_pylist(),
    }


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--verdicts", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--live", type=int, help="feed only so many events to the live monitor")
    call = parser.parse_args()
    table = history(call.log, encoded=not call.plain)
    log = Log(table, table["occurred_from_us"].to_numpy())
    found: dict[str, Any] = {"events": log.us.size, "words": "plain" if call.plain else "encoded"}
    found |= {name: figures(name, log, call) for name in POLICIES}
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
