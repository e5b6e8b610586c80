# SPDX-License-Identifier: Apache-2.0
"""Times corrections, one by one: `python bench/correct.py DIR [--corrections 1000]`.

DIR is a generated set as for `fusion.py`. The record is fused once; then reports are added,
withdrawn, moved and regraded at random, each in a batch of its own, and each is timed. At the end
the whole is fused again from the corrected reports, and the tables are compared byte for byte. The
last line is one JSON object: milliseconds, and how many corrections a full run is worth.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import table_digests
from foedus.engines.local import LocalEngine
from foedus.incidents.amend import Standing, amend, stand
from foedus.incidents.from_reports import fuse
from foedus.reports.record import STATED
from fusion import read, setting

KINDS: Final = ("add", "withdraw", "move", "regrade")
WARM: Final = 20
HOUR_US: Final = 3_600_000_000


def with_column(report: pa.Table, name: str, value: object) -> pa.Table:
    """Return one report with another value in one column."""
    at = report.schema.get_field_index(name)
    field = report.schema.field(at)
    return report.set_column(at, field, pa.array([value], field.type))


def changed(report: pa.Table, kind: str, number: int, random: np.random.Generator) -> pa.Table:
    """Return the report that a correction of this kind brings."""
    if kind == "regrade":
        return with_column(report, "item_grade", int(random.integers(1, 7)))
    if kind == "add":
        item = f"{report['item_id'][0].as_py()}-{number}"
        report = with_column(report, "item_id", item)
        report = with_column(report, "report_id", f"{report['source_id'][0].as_py()}:{item}")
    moved = report["latitude_e7"][0].as_py() + int(random.integers(-50_000, 50_000))
    report = with_column(report, "latitude_e7", moved)
    shift = int(random.integers(-12, 13)) * HOUR_US
    for name in ("occurred_from_us", "occurred_to_us"):
        report = with_column(report, name, report[name][0].as_py() + shift)
    digest = table_digests(report, STATED)
    return with_column(report, "digest", digest[0].as_py())


def corrected(
    standing: Standing, reports: pa.Table, count: int, seed: int
) -> tuple[pa.Table, list[float]]:
    """Make the corrections; return the reports as they then stand, and the seconds of each."""
    random = np.random.default_rng(seed)
    rows = random.choice(reports.num_rows, count + WARM, replace=False)
    new, seconds = [], []
    for number, row in enumerate(rows.tolist()):
        report, kind = reports.slice(row, 1), KINDS[number % len(KINDS)]
        gone = [report["report_id"][0].as_py()] if kind == "withdraw" else []
        brought = report.slice(0, 0) if gone else changed(report, kind, number, random)
        begin = time.perf_counter()
        amend(standing, brought, gone)
        seconds.append(time.perf_counter() - begin)
        new.append(brought)
    added = np.array([number % len(KINDS) == 0 for number in range(rows.size)])
    kept = np.ones(reports.num_rows, np.bool_)
    kept[rows[~added]] = False
    return pa.concat_tables([reports.filter(pa.array(kept)), *new]), seconds[WARM:]


def measured(folder: Path, count: int, seed: int) -> dict[str, object]:
    """Fuse, correct, and fuse again."""
    declared, engine = setting(folder), LocalEngine()
    reports = read(folder, declared).combine_chunks()
    standing = stand(reports, declared, engine)
    now, seconds = corrected(standing, reports, count, seed)
    begin = time.perf_counter()
    whole = fuse(now, declared, engine)
    full = time.perf_counter() - begin
    equal = standing.fused() == whole
    each = np.array(seconds) * 1e3
    return {
        "reports": reports.num_rows,
        "corrections": count,
        "p50_ms": round(float(np.percentile(each, 50)), 2),
        "p99_ms": round(float(np.percentile(each, 99)), 2),
        "max_ms": round(float(each.max()), 2),
        "full_run_ms": round(full * 1e3),
        "full_run_over_p50": round(full * 1e3 / float(np.percentile(each, 50))),
        "equal": bool(equal),
        "known": int(pc.count_distinct(now["report_id"]).as_py()),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corrections", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    call = parser.parse_args()
    print(json.dumps(measured(call.folder, call.corrections, call.seed)))


if __name__ == "__main__":
    main()
