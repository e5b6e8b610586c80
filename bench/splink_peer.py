# SPDX-License-Identifier: Apache-2.0
"""Splink on the same set, beside fusion: `python bench/splink_peer.py DIR [--arrow FILE]`.

Splink (5, with DuckDB held to `MEMORY`) is given what it can use: places, hours, and kinds and
actors as the shared words; pairs of different sources within two days and a cell of a third of a
degree, on two grids. Its u are sampled, its m found by expectation maximisation, without labels;
links are the single best ones, at most one report from each source that does not repeat itself. The
threshold is the one of `WEIGHTS` that the *truth* likes best, which no user could choose. Where
Splink is not installed, that is said, and nothing is measured. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.ipc

import fusion
from foedus.base.parties import Parties
from foedus.incidents.features import HOUR_US, column
from foedus.reports.taxonomy import load_kinds
from scoring import score

WEIGHTS: Final = tuple(range(-6, 16, 2))
MEMORY: Final = "4GB"
CELLS_A_DEGREE: Final = 3
KM: Final = (1, 3, 6, 10, 16, 22)
HOURS: Final = (6, 24, 48)
DAYS: Final = (0, 1, 2)
SEED: Final = 7


def rows(reports: pa.Table, parties: Parties) -> pa.Table:
    """Return what Splink is given: ids, place, hour, and words with their classes."""
    hour = column(reports, "occurred_from_us") // HOUR_US
    place = {name: column(reports, f"{name}_e7") * 1e-7 for name in ("latitude", "longitude")}
    cells = {
        f"cell_{shift:g}".replace(".", "_"): np.floor(place["latitude"] * CELLS_A_DEGREE + shift)
        * 10_000
        + np.floor(place["longitude"] * CELLS_A_DEGREE + shift)
        for shift in (0.0, 0.5)
    }
    kinds = load_kinds()
    kind = reports["kind"].to_pylist()
    side = {party.id: party.side for party in parties}
    actor = reports["actor"].to_pylist()
    return pa.table(
        {
            "unique_id": reports["report_id"],
            "source": reports["source_id"],
            "latitude": place["latitude"],
            "longitude": place["longitude"],
            "hour": hour,
            "day": hour // 24,
            **{name: value.astype(np.int64) for name, value in cells.items()},
            "kind": [None if one == "unknown" else one for one in kind],
            "class": [None if one == "unknown" else kinds.class_of(one) for one in kind],
            "actor": reports["actor"],
            "side": [None if one is None else side[one] for one in actor],
        }
    )


def comparisons() -> list[Any]:
    """Return how Splink compares two reports."""
    import splink.comparison_level_library as levels
    import splink.comparison_library as library

    def apart(hours: int) -> Any:
        return levels.CustomLevel(f"abs(hour_l - hour_r) <= {hours}", f"within {hours} h")

    def words(word: str, whole: str) -> Any:
        null = levels.NullLevel(whole)
        exact, alike = levels.ExactMatchLevel(word), levels.ExactMatchLevel(whole)
        return library.CustomComparison([null, exact, alike, levels.ElseLevel()], word)

    return [
        library.DistanceInKMAtThresholds("latitude", "longitude", list(KM)),
        library.CustomComparison([*map(apart, HOURS), levels.ElseLevel()], "hour"),
        words("kind", "class"),
        words("actor", "side"),
    ]


def blocking() -> list[str]:
    """Return which pairs Splink looks at, as SQL."""
    return [
        f"l.{cell} = r.{cell} and l.day = r.day + {sign * days}"
        for cell in ("cell_0", "cell_0_5")
        for days in DAYS
        for sign in ((1, -1) if days else (1,))
    ]


def linked(table: pa.Table) -> tuple[Any, Any]:
    """Return a trained linker and its scored pairs."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    api = DuckDBAPI(duckdb.connect(config={"memory_limit": MEMORY}))
    names = sorted(set(table["source"].to_pylist()))
    parts = [
        api.register(table.filter(pc.equal(table["source"], name)), dataset_display_name=name)
        for name in names
    ]
    settings = SettingsCreator(
        link_type="link_only" if len(names) > 1 else "dedupe_only",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=blocking(),
        probability_two_random_records_match=1.0 / table.num_rows,
    )
    linker = Linker(parts, settings, log_level="ERROR")
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    for rule in (block_on("day", "kind", "cell_0"), block_on("day", "actor", "cell_0")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker, linker.inference.predict(threshold_match_weight=float(WEIGHTS[0]))


def clustered(linker: Any, pairs: Any, once: list[str], weight: int) -> dict[str, str]:
    """Return the cluster of each report at one threshold."""
    found = linker.clustering.cluster_using_single_best_links(
        pairs, duplicate_free_datasets=once, threshold_match_weight=float(weight)
    )
    told = found.as_pandas_dataframe()
    return dict(zip(told["unique_id"], told["cluster_id"], strict=True))


def scores(clusters: dict[str, str], truth: Path) -> dict[str, float]:
    """Score clusters against the truth; a report without a cluster stands alone."""
    true = pv.read_csv(truth).to_pydict()
    ids = [f"{one[0]}:{one}" for one in true["rec_id"]]
    named = pa.array([clusters.get(one, one) for one in ids]).dictionary_encode().indices
    happening = np.array(true["incident_id"], np.int64)
    result = score(named.to_numpy().astype(np.int64), happening)
    return {"pair_f1": round(result.pair_f1, 4), "b3_f1": round(result.b3_f1, 4)}


def measured(folder: Path, arrow: Path | None) -> dict[str, Any]:
    """Link one set and score it at the threshold that the truth likes best."""
    declared = fusion.setting(folder)
    if arrow is None:
        reports = fusion.read(folder, declared)
    else:
        with pa.memory_map(str(arrow)) as source:
            reports = pa.ipc.open_file(source).read_all()
    profiles = declared.profiles.values()
    once = [one.source.id for one in profiles if one.source.already_merged]
    cpu, wall = time.process_time(), time.perf_counter()
    linker, pairs = linked(rows(reports, declared.parties))
    trained = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    tried = []
    for weight in WEIGHTS:
        begin = time.process_time(), time.perf_counter()
        clusters = clustered(linker, pairs, once, weight)
        taken = time.process_time() - begin[0], time.perf_counter() - begin[1]
        tried.append((scores(clusters, folder / "truth.csv"), weight, *taken))
    best = max(tried, key=lambda one: one[0]["b3_f1"])
    return {
        "peer": "splink",
        "reports": reports.num_rows,
        **best[0],
        "threshold_weight_by_truth": best[1],
        "cpu_seconds": round(trained["cpu"] + best[2], 2),
        "seconds": round(trained["wall"] + best[3], 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Parse the call, link, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arrow", type=Path, help="reports that were read before")
    call = parser.parse_args()
    if find_spec("splink") is None:
        print("splink was not tried: it is not installed", file=sys.stderr)
        return print(json.dumps({"peer": "splink", "not_tried": "it is not installed"}))
    return print(json.dumps(measured(call.folder, call.arrow)))


if __name__ == "__main__":
    main()
