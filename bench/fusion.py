# SPDX-License-Identifier: Apache-2.0
"""Times and scores fusion on a generated set of reports: `python bench/fusion.py DIR`.

DIR holds `all.csv` and `truth.csv` (rec_id, incident_id) as the generator of report sets writes
them. The noise of its four sources is declared in `fusion_profiles/`. The clock runs from the raw
file to the tables of incidents; compiling is done before on a small part and told apart. The last
line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from foedus.base.parties import Parties, Party
from foedus.engines.local import LocalEngine
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse
from foedus.incidents.parameters import read_parameters
from foedus.reports.profile import read_profile
from foedus.reports.readers import read_source
from foedus.reports.taxonomy import load_kinds, load_targets, load_weapons
from scoring import score

PROFILES = Path(__file__).parent / "fusion_profiles"
SOURCES = ("A", "B", "C", "D")
COMPILE_ROWS = 400


def setting() -> Setting:
    """The four sources as they are declared beside this file, and the shipped parameters."""
    entries = tomllib.loads((PROFILES / "parties.toml").read_text("utf-8"))["party"]
    return Setting(
        profiles={source: read_profile(PROFILES / f"{source}.toml") for source in SOURCES},
        kinds=load_kinds(),
        targets=load_targets(),
        weapons=load_weapons(),
        parties=Parties(tuple(msgspec.convert(entries, list[Party]))),
        parameters=read_parameters(),
    )


def read(path: Path, declared: Setting) -> pa.Table:
    """Read all sources through their mappings; the one file is cut by source first."""
    as_text = pv.ConvertOptions(column_types=dict.fromkeys(_header(path), pa.string()))
    whole = pv.read_csv(path, convert_options=as_text)
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES:
            part = Path(folder) / f"{source}.csv"
            pv.write_csv(whole.filter(pc.equal(whole["source"], source)), part)
            deliveries = read_source(declared.profiles[source], [part])
            tables += [delivery.reports for delivery in deliveries]
    return pa.concat_tables(tables)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return lines.readline().strip().split(",")


def scored(fused: Fused, truth: Path) -> dict[str, float]:
    """Score the members against the truth."""
    true = pv.read_csv(truth)
    item = pc.utf8_slice_codeunits(fused.members["report_id"], 2)
    at = pc.index_in(item, true["rec_id"].combine_chunks()).to_numpy()
    group = fused.members["lineage_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    if len(at) != true.num_rows:
        raise SystemExit(f"expected {true.num_rows} reports, got {len(at)}")
    result = score(group.astype(np.int64), true["incident_id"].to_numpy()[at].astype(np.int64))
    return {"pair_f1": round(result.pair_f1, 4), "b3_f1": round(result.b3_f1, 4)}


def measured(folder: Path, threads: int | None) -> dict[str, float]:
    """Read, fuse and score one set."""
    declared = setting()
    engine = LocalEngine(threads)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as part:
        sample = Path(part) / "all.csv"
        lines = (folder / "all.csv").read_text("utf-8").splitlines()
        step = max(1, len(lines) // COMPILE_ROWS)
        sample.write_text("\n".join([lines[0], *lines[1::step]]) + "\n", "utf-8")
        fuse(read(sample, declared), declared, engine)
    compiled = time.perf_counter()
    reports = read(folder / "all.csv", declared)
    done = time.perf_counter()
    fused = fuse(reports, declared, engine)
    end = time.perf_counter()
    return {
        "reports": reports.num_rows,
        "incidents": fused.incidents.num_rows,
        "seconds": round(end - compiled, 3),
        "read_seconds": round(done - compiled, 3),
        "fuse_seconds": round(end - done, 3),
        "compile_seconds": round(compiled - start, 3),
        "reports_per_s": round(reports.num_rows / (end - compiled)),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **scored(fused, folder / "truth.csv"),
    }


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int)
    call = parser.parse_args()
    print(json.dumps(measured(call.folder, call.threads)))


if __name__ == "__main__":
    main()
