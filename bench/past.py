# SPDX-License-Identifier: Apache-2.0
"""Times how a record tells its past: `python bench/past.py DIR [--late-days D] [--moments N]`.

DIR is a generated set as for `fusion.py`. Its reports become known at random some days late, so
that later ones join incidents that stood before. The states of all incidents are told as a run
tells them (`--moments`: beyond so many, day by day), and at five moments what stood is compared,
row by row, with fusing the reports of that moment. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.engines.local import LocalEngine
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse
from foedus.incidents.history import stood_before, turning
from foedus.incidents.states import History
from foedus.reports.known import DAY_US, News, standing_at, stood
from foedus.reports.record import Article
from fusion import read, setting

HOUR_US = 3_600_000_000
ORDER = [("occurred_from_us", "ascending"), ("lineage_id", "ascending")]
TIMES = ("known_from_us", "known_to_us")


def late(reports: pa.Table, days: float) -> pa.Table:
    """Return reports that became known some days later than they did, each by a time of its own."""
    draw = np.random.default_rng(3)
    more = (draw.exponential(days, reports.num_rows) * DAY_US).astype(np.int64)
    known = reports["known_from_us"].to_numpy() + more // HOUR_US * HOUR_US
    at = reports.schema.get_field_index("known_from_us")
    return reports.set_column(at, reports.schema.field(at), pa.array(known))


def told(whole: Fused, states: History, known_us: int) -> pa.Table:
    """Return the incidents of a moment, by their states and what has none."""
    moved = pc.unique(states.incidents["lineage_id"])
    plain = whole.incidents.filter(pc.invert(pc.is_in(whole.incidents["lineage_id"], moved)))
    rows = pa.concat_tables([stood(plain, known_us), stood(states.incidents, known_us)])
    return rows.sort_by(ORDER)


def is_equal(reports: pa.Table, declared: Setting, found: pa.Table, known_us: int) -> bool:
    """Return whether incidents are those of a run of that moment."""
    then, _ = standing_at(reports, schema(Article).empty_table(), known_us)
    names = [name for name in found.column_names if name not in TIMES]
    return bool(found.select(names) == fuse(then, declared, LocalEngine()).incidents.select(names))


def measured(folder: Path, late_days: float, moments: int) -> dict[str, object]:
    """Fuse, tell the past, and compare."""
    declared, engine = setting(folder), LocalEngine()
    reports = late(read(folder, declared).combine_chunks(), late_days)
    news = News(reports, schema(Article).empty_table(), most=moments)
    whole = fuse(reports, declared, engine)
    begin = time.perf_counter()
    news, moving = turning(news, declared)
    states = stood_before(news, moving, whole, declared, engine)
    seconds = time.perf_counter() - begin
    chosen = np.random.default_rng(4).choice(news.moments, 5, replace=False).tolist()
    return {
        "reports": reports.num_rows,
        "may_join": len(moving),
        "moments": int(news.moments.size),
        "by_day": news.by_day,
        "incidents": whole.incidents.num_rows,
        "states": states.incidents.num_rows,
        "seconds": round(seconds, 1),
        "ms_per_report": round(seconds * 1e3 / reports.num_rows, 2),
        "equal": all(is_equal(reports, declared, told(whole, states, at), at) for at in chosen),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--late-days", type=float, default=2.0)
    parser.add_argument("--moments", type=int, default=500)
    call = parser.parse_args()
    print(json.dumps(measured(call.folder, call.late_days, call.moments)))


if __name__ == "__main__":
    main()
