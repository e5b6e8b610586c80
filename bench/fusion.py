# SPDX-License-Identifier: Apache-2.0
"""Times and scores fusion on a generated set of reports: `python bench/fusion.py DIR`.

DIR holds `all.csv` and `truth.csv` (rec_id, incident_id) as `generate.py` writes them, and `H.csv`
if monitors report in it. The noise of the sources is declared in `fusion_profiles/`. One process
reads the raw file; a second, which never held it, fuses the reports from an Arrow file, so that its
peak is that of fusing. Compiling is done before on a small part and told apart. With `--undeclared`
all that is declared of noise is taken away, and what can be learned is learned. The last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.ipc
import pyarrow.parquet as pq
from msgspec import structs

from foedus.base.parties import Parties, Party
from foedus.engines.local import LocalEngine
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import Fused, fuse, fuse_in_runs
from foedus.incidents.learning import is_drifted, learn, sample
from foedus.incidents.parameters import read_parameters
from foedus.reports.profile import Noise, read_profile
from foedus.reports.readers import read_source
from foedus.reports.taxonomy import load_kinds, load_targets, load_weapons
from scoring import score

PROFILES = Path(__file__).parent / "fusion_profiles"
FORM = "H"
"""The source that reports on the observation form, in a file of its own."""
COMPILE_ROWS = 400


def sources(folder: Path) -> tuple[str, ...]:
    """The sources that report in a set."""
    only = pv.ConvertOptions(include_columns=["source"])
    found = pc.unique(pv.read_csv(folder / "all.csv", convert_options=only)["source"])
    form = (FORM,) if (folder / f"{FORM}.csv").exists() else ()
    return (*sorted(found.to_pylist()), *form)


def setting(folder: Path) -> Setting:
    """The sources of a set as they are declared beside this file, and the shipped parameters."""
    entries = tomllib.loads((PROFILES / "parties.toml").read_text("utf-8"))["party"]
    return Setting(
        profiles={source: read_profile(PROFILES / f"{source}.toml") for source in sources(folder)},
        kinds=load_kinds(),
        targets=load_targets(),
        weapons=load_weapons(),
        parties=Parties(tuple(msgspec.convert(entries, list[Party]))),
        parameters=read_parameters(),
    )


def read(folder: Path, declared: Setting) -> pa.Table:
    """Read all sources of a set through their mappings; the one file is cut by source first."""
    path = folder / "all.csv"
    as_text = pv.ConvertOptions(column_types=dict.fromkeys(_header(path), pa.string()))
    whole = pv.read_csv(path, convert_options=as_text)
    tables = []
    with tempfile.TemporaryDirectory() as cut:
        for source, profile in declared.profiles.items():
            part = folder / f"{source}.csv" if source == FORM else Path(cut) / f"{source}.csv"
            if source != FORM:
                pv.write_csv(whole.filter(pc.equal(whole["source"], source)), part)
            deliveries = read_source(profile, [part])
            tables += [delivery.reports for delivery in deliveries]
    return pa.concat_tables(tables)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return next(csv.reader(lines))


def undeclared(reports: pa.Table, declared: Setting) -> tuple[pa.Table, Setting]:
    """Take away all that is declared of noise: radii, lateness, confusions, shares that report."""
    at = reports.schema.get_field_index("radius_m")
    nothing = pa.nulls(reports.num_rows, pa.int64())
    profiles = {
        source: structs.replace(profile, noise=Noise())
        for source, profile in declared.profiles.items()
    }
    bare = reports.set_column(at, reports.schema.field(at), nothing)
    return bare, declared._replace(profiles=profiles)


def adopted(reports: pa.Table, declared: Setting) -> Setting:
    """Return the setting with what is learned from the reports, unless it drifts."""
    looked_at = sample(reports)
    learned = learn(looked_at, declared)
    tried = declared._replace(parameters=learned.parameters)
    drifted = is_drifted(learned, fuse(looked_at, tried, LocalEngine()).members)
    return declared if drifted else tried


def calibration(fused: Fused, truth: Path) -> list[dict[str, float]]:
    """Return a reliability curve: stated against true share of memberships, by tenths.

    A membership is right if another member of its incident tells of the same happening.
    """
    true = pv.read_csv(truth)
    several = fused.members.filter(pc.less(fused.members["probability_ppm"], 1_000_000))
    item = pc.utf8_slice_codeunits(several["report_id"], 2)
    at = pc.index_in(item, true["rec_id"].combine_chunks()).to_numpy()
    group = several["lineage_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    happening = true["incident_id"].to_numpy()[at].astype(np.int64)
    key = group.astype(np.int64) * (int(happening.max(initial=0)) + 1) + happening
    _, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
    right, stated = count[inverse] > 1, several["probability_ppm"].to_numpy() / 1e6
    tenth = np.minimum((stated * 10).astype(np.int64), 9)
    return [
        {
            "stated": round(float(stated[tenth == t].mean()), 3),
            "true": round(float(right[tenth == t].mean()), 3),
            "members": int((tenth == t).sum()),
        }
        for t in range(10)
        if (tenth == t).any()
    ]


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


def peak_mb() -> int:
    """The most memory that this process has held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def compiled(folder: Path, declared: Setting, engine: LocalEngine) -> float:
    """Read and fuse a small part, so that all is compiled; return the seconds that it took."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as part:
        sample = Path(part) / "all.csv"
        if (folder / f"{FORM}.csv").exists():
            form = (folder / f"{FORM}.csv").read_text("utf-8").splitlines()[:COMPILE_ROWS]
            (Path(part) / f"{FORM}.csv").write_text("\n".join(form) + "\n", "utf-8")
        lines = (folder / "all.csv").read_text("utf-8").splitlines()
        step = max(1, len(lines) // COMPILE_ROWS)
        sample.write_text("\n".join([lines[0], *lines[1::step]]) + "\n", "utf-8")
        reports = read(Path(part), declared)
    fuse(reports, declared, engine)
    return round(time.perf_counter() - start, 3)


def fused_from(path: Path, call: argparse.Namespace) -> dict[str, Any]:
    """Fuse the reports of an Arrow file, and score what comes out."""
    declared, engine = setting(call.folder), LocalEngine(call.threads)
    compile_seconds = compiled(call.folder, declared, engine)
    with pa.memory_map(str(path)) as source:
        reports = pa.ipc.open_file(source).read_all()
    start = time.perf_counter()
    if call.undeclared:
        reports, declared = undeclared(reports, declared)
        declared = adopted(reports, declared)
    learned = time.perf_counter()
    fused = fuse(reports, declared, engine)
    end = time.perf_counter()
    peak = peak_mb()
    return {
        "reports": reports.num_rows,
        "incidents": fused.incidents.num_rows,
        "learn_seconds": round(learned - start, 3),
        "fuse_seconds": round(end - learned, 3),
        "compile_seconds": compile_seconds,
        "fuse_reports_per_s": round(reports.num_rows / (end - start)),
        "fuse_peak_mb": peak,
        **scored(fused, call.folder / "truth.csv"),
        "radius_m": declared.parameters.radius_m,
        "lateness": [[p.upto_h, p.share] for p in declared.parameters.lateness],
        "calibration": calibration(fused, call.folder / "truth.csv"),
    }


def fused_in_runs(path: Path, call: argparse.Namespace) -> dict[str, Any]:
    """Fuse the reports of an Arrow file that is mapped, and write each run as it comes."""
    declared, engine = setting(call.folder), LocalEngine(call.threads)
    compile_seconds = compiled(call.folder, declared, engine)
    with pa.memory_map(str(path)) as source:
        reports = pa.ipc.open_file(source).read_all()
    start, held, runs = time.perf_counter(), 0, 0
    writers: dict[str, pq.ParquetWriter] = {}
    for fused in fuse_in_runs(reports, declared, engine):
        held, runs = held + fused.incidents.num_rows, runs + 1
        for name, table in fused._asdict().items():
            if name not in writers:
                writers[name] = pq.ParquetWriter(call.runs / f"{name}.parquet", table.schema)
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()
    return {
        "reports": reports.num_rows,
        "incidents": held,
        "runs": runs,
        "compile_seconds": compile_seconds,
        "fuse_seconds": round(time.perf_counter() - start, 1),
        "fuse_peak_mb": peak_mb(),
    }


def measured(call: argparse.Namespace) -> dict[str, Any]:
    """Read one set here, have it fused in a process of its own, and tell both together."""
    declared = setting(call.folder)
    compiled(call.folder, declared, LocalEngine(call.threads))
    start = time.perf_counter()
    reports = read(call.folder, declared).combine_chunks()
    read_seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as part:
        path = Path(part) / "reports.arrow"
        with pa.ipc.new_file(str(path), reports.schema) as file:
            file.write_table(reports)
        words = [sys.executable, __file__, str(call.folder), "--arrow", str(path)]
        words += ["--undeclared"] if call.undeclared else []
        words += ["--threads", str(call.threads)] if call.threads else []
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
        beside = {"splink": splink(call.folder, path)} if call.splink else {}
    found = json.loads(done.stdout.splitlines()[-1])
    seconds = read_seconds + found["learn_seconds"] + found["fuse_seconds"]
    return {
        **found,
        "seconds": round(seconds, 3),
        "read_seconds": round(read_seconds, 3),
        "reports_per_s": round(reports.num_rows / seconds),
        "peak_mb": max(peak_mb(), found["fuse_peak_mb"]),
        **beside,
    }


def splink(folder: Path, arrow: Path) -> dict[str, Any]:
    """Have Splink link the same reports, in a process of its own, if it is installed."""
    script = Path(__file__).with_name("splink_peer.py")
    words = [sys.executable, str(script), str(folder), "--arrow", str(arrow)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--undeclared", action="store_true", help="learn what is not declared")
    parser.add_argument("--splink", action="store_true", help="Splink on the same set, beside it")
    parser.add_argument("--arrow", type=Path, help="fuse reports that were read before")
    parser.add_argument(
        "--runs", type=Path, help="with --arrow: write what each run says into this folder"
    )
    call = parser.parse_args()
    if call.arrow and call.runs:
        return print(json.dumps(fused_in_runs(call.arrow, call)))
    return print(json.dumps(fused_from(call.arrow, call) if call.arrow else measured(call)))


if __name__ == "__main__":
    main()
