# SPDX-License-Identifier: Apache-2.0
"""Times the four policies of the monitors' benchmark: `python bench/monitor.py LOG.csv`.

Each policy is text of our language (`bench/monitor_policies`), parsed, checked, compiled and run
over the columns of the log, which is held in memory, its words as dictionaries unless `--plain` is
given. `batch` asks of the whole log at once, best of some runs after one that compiles; `live`
feeds it in batches of 1,000 facts. With `--late HOURS` each fact is known up to so many hours after
it occurred, and facts come in the order in which they are known; with `--bounded` the live monitor
is told so, and forgets what no fact in time can change. Seconds are those of CPU, user and system.
Verdicts are printed, or written into a folder with `--verdicts DIR`, as `@ts (time point tp):
(arguments)`. The last line is one JSON object.
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
from foedus.terms.conditions.evaluation import legal_truth
from foedus.terms.conditions.live import Monitor
from foedus.terms.conditions.plan import planned
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import Condition
from foedus.terms.conditions.tables import told
from monitor_log import history

POLICIES: Final = {"P1": ("k", "z", "p"), "P2": ("c",), "P3": ("z", "p", "n"), "P4": ("g",)}
"""Policy -> the variables that its verdicts tell."""
FORMS: Final = {
    "since": "for each zone z: no breach in z since within 30 days notice for z",
    "until": "opening of c and (no decision of c until within 14 days decision of c)",
    "join": "breach by p in z and breach by q in z within 1 h before and p is not q",
    "values": "for each party p: at least 20 zones w with breach by p in w within 24 h before",
}
"""Forms that no plan covers: something that lasts, facts joined by a variable, values counted."""
GENERAL: Final = 5_000
"""Events on which they are set against the general evaluator."""
HOUR_US: Final = 3_600_000_000
FOLDER: Final = Path(__file__).with_name("monitor_policies")


class Log(NamedTuple):
    """A log as a history, and the microsecond of each of its time points."""

    table: pa.Table
    us: np.ndarray

    @property
    def asked(self) -> Asked:
        """The whole log, whose order decides ties, open behind its last event."""
        known = pc.max(self.table["known_from_us"]).as_py()
        return Asked(int(self.us.min()), int(self.us.max()), known, "ordered")

    def first(self, number: int | None) -> Log:
        """Return its first events."""
        return Log(self.table.slice(0, number), self.us[:number])

    def late(self, hours: float) -> Log:
        """Return it in the order in which its events are known, each up to so many hours late."""
        wait = np.random.default_rng(1).integers(0, int(hours * HOUR_US) + 1, self.us.size)
        known = self.us + wait
        order = np.argsort(known, kind="stable")
        at = self.table.column_names.index("known_from_us")
        table = self.table.set_column(at, "known_from_us", pa.array(known)).take(order)
        return Log(table.combine_chunks(), self.us[order])


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


def live(
    condition_text: str, log: Log, size: int, lateness_us: int | None = None
) -> tuple[pa.Table, np.ndarray]:
    """Return the verdicts after the last batch and the seconds of each batch."""
    since = log.asked.since_us
    monitor = Monitor(compiled(condition_text), since, ties="ordered", lateness_us=lateness_us)
    seconds, on = [], since
    for begin in range(0, log.us.size, size):
        rows = log.table.slice(begin, size)
        on = max(on, int(log.us[begin : begin + size].max()))
        known = int(rows["known_from_us"][-1].as_py())
        start = time.process_time()
        monitor.step(rows, on, known)
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
    live(text, log.first(20_000), call.batch)
    fed = (log.late(call.late) if call.late else log).first(call.live)
    kept, steps = live(text, fed, call.batch, int(call.late * HOUR_US) if call.bounded else None)
    same = found if fed.us is log.us else batch(text, fed, 0)[0]
    written = lines(found, log, POLICIES[name])
    if call.verdicts is None:
        print(*written, sep="\n")
    else:
        call.verdicts.mkdir(parents=True, exist_ok=True)
        (call.verdicts / f"{name}.txt").write_text(
            "".join(f"{line}\n" for line in written), "utf-8"
        )
    return {
        "verdicts": len(written),
        "batch_events_per_s": round(log.us.size / min(seconds[1:])),
        "live_events_per_s": round(fed.us.size / steps.sum()),
        "live_batch_ms_median": round(float(np.median(steps)) * 1e3, 2),
        "live_batch_ms_p99": round(float(np.quantile(steps, 0.99)) * 1e3, 2),
        "live_batch_ms_most": round(float(steps.max()) * 1e3, 2),
        "live_is_batch": None if call.bounded else kept.to_pylist() == same.to_pylist(),
    }


def form(text: str, log: Log, runs: int) -> dict[str, Any]:
    """Time a condition that no plan covers, and set a part of it against the general evaluator."""
    condition = load_condition(text)
    if planned(condition) is not None:
        raise SystemExit(str(Fault(expected="a condition that no plan covers", got=text)))
    cut = log.first(GENERAL)
    start = time.process_time()
    general = told(condition, legal_truth(condition, cut.table, cut.asked))
    general_s = time.process_time() - start
    same = monitored(condition, cut.table, cut.asked).to_pylist() == general.to_pylist()
    seconds = []
    for _ in range(runs + 1):
        start = time.process_time()
        found = monitored(condition, log.table, log.asked)
        seconds.append(time.process_time() - start)
    return {
        "stretches": found.num_rows,
        "batch_events_per_s": round(log.us.size / min(seconds[1:])),
        "general_events_per_s": round(cut.us.size / general_s),
        "is_general": same,
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
    parser.add_argument("--late", type=float, default=0.0, help="hours")
    parser.add_argument("--bounded", action="store_true")
    call = parser.parse_args()
    table = history(call.log, encoded=not call.plain)
    log = Log(table, table["occurred_from_us"].to_numpy())
    found: dict[str, Any] = {"events": log.us.size, "words": "plain" if call.plain else "encoded"}
    found |= {"late_hours": call.late, "bounded": call.bounded}
    found |= {name: figures(name, log, call) for name in POLICIES}
    found["forms"] = {name: form(text, log, call.runs) for name, text in FORMS.items()}
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
