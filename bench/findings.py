# SPDX-License-Identifier: Apache-2.0
"""Times findings on generated incidents: `python bench/findings.py [--incidents N] [--threads T]`.

The incidents lie about a made line in 2014-2022, their times and places as precise as those of real
records are: instants, days, weeks, months; points with errors of 0 to 100 km, some with none told.
What is exact to 2 km lies anywhere; what is less exact is told by one of 1,000 named places.
They are held against Minsk II and five more bans, each in a zone that this bench makes: two
circles, two strips along the line, a polygon. The first call compiles (`cold`), of the
others the quickest is `warm`; all end with the finished tables. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.areas import Area, along
from foedus.base.encoding import schema
from foedus.base.moments import HOUR_US
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import found
from foedus.findings.rulebook import Rulebook
from foedus.incidents.record import Incident
from foedus.terms.document import load_text
from foedus.terms.record import Agreement

Floats = npt.NDArray[np.float64]
LIBRARY = Path(__file__).parent.parent / "src" / "foedus" / "library" / "agreements"
ZONES = {
    "town": "{kind: circle, latitude: 48.0, longitude: 37.8, radius_m: 10000}",
    "city": "{kind: circle, latitude: 48.57, longitude: 39.3, radius_m: 25000}",
    "strip": "{kind: buffer, line: donbas, on: 2015-02-15, per_side_m: 2000}",
    "wide-strip": "{kind: buffer, line: donbas, on: 2015-02-15, total_width_m: 30000}",
    "quarter": "{kind: polygon, corners: [{latitude: 47.1, longitude: 37.5}, "
    "{latitude: 47.2, longitude: 38.1}, {latitude: 47.5, longitude: 38.2}, "
    "{latitude: 47.7, longitude: 37.9}, {latitude: 47.5, longitude: 37.4}]}",
}
TERMS = """
```term
rule: zone
id: {id}
text: A zone of the bench.
source: resolution
area: {area}
```

```term
rule: ban
id: no-fire-{id}
text: Nobody uses force in the zone of the bench.
source: resolution
bearer: [ua, dpr, lpr]
acts: [use-of-force]
zone: {id}
```
"""
LATITUDE_E7 = (470_000_000, 488_000_000)
LINE_POINTS = 60
SHARES = {"instant": 0.3, "day": 0.5, "week": 0.1, "month": 0.1}
HOURS = {"instant": 0, "day": 24, "week": 168, "month": 720}
NAMED_PLACES = 1_000
EXACT_M = 2_000
RADII_M = (0, 500, 2_000, 3_000, 25_000, 100_000)
KINDS = {
    "artillery-shelling": 0.2,
    "mortar-fire": 0.15,
    "mlrs-strike": 0.05,
    "small-arms-exchange": 0.2,
    "drone-strike": 0.05,
    "heavy-weapons-seen": 0.05,
    "landmine-explosion": 0.05,
    "fatal-event-means-not-stated": 0.15,
    "unknown": 0.1,
}


def agreement() -> Agreement:
    """Minsk II with a zone and a ban more for each zone of the bench."""
    path = LIBRARY / "minsk-2.md"
    text, marker = path.read_text("utf-8"), "\n## Point 2."
    extra = "".join(TERMS.format(id=name, area=area) for name, area in ZONES.items())
    loaded = load_text(text.replace(marker, extra + marker, 1), path)
    if loaded.agreement is None:
        raise SystemExit("\n".join(str(fault) for fault in loaded.faults))
    return loaded.agreement


def line_longitude(latitude: Floats) -> Floats:
    """The made line: a longitude in degrees for each latitude."""
    wave: Floats = np.sin(12 * latitude)
    return 37.6 + 0.9 * (latitude - 47.0) + 0.15 * wave


@cache
def made_line() -> Area:
    """The made line with an exact border."""
    south, north = (axis / 1e7 for axis in LATITUDE_E7)
    latitude = np.linspace(south, north, LINE_POINTS)
    e7 = [np.round(axis * 1e7).astype(np.int64) for axis in (latitude, line_longitude(latitude))]
    return along(e7[0], e7[1], 0.0)


def incidents(count: int, seed: int) -> pa.Table:
    """Return made incidents in the order in which they began."""
    draw = np.random.default_rng(seed)
    names = list(SHARES)
    precision = draw.choice(len(names), count, p=list(SHARES.values()))
    start = np.sort(draw.integers(1_390_000_000, 1_640_000_000, count)) * 1_000_000
    hours = np.array([HOURS[name] for name in names])[precision]
    radius = np.array(RADII_M)[draw.choice(len(RADII_M), count, p=[0.2, 0.2, 0.2, 0.2, 0.15, 0.05])]
    latitude, longitude = places(radius, draw)
    unknown = draw.random(count) < 0.05
    ids = pc.binary_join_element_wise(
        "b", pc.utf8_lpad(pa.array(np.arange(count)).cast(pa.string()), 15, "0"), ""
    )
    columns = {
        "incident_id": ids,
        "lineage_id": ids,
        "occurred_from_us": pa.array(start),
        "occurred_to_us": pa.array(start + np.maximum(hours * HOUR_US, 1)),
        "occurred_precision": _words(names, precision),
        "latitude_e7": pa.array(np.round(latitude * 1e7).astype(np.int64), mask=unknown),
        "longitude_e7": pa.array(np.round(longitude * 1e7).astype(np.int64), mask=unknown),
        "radius_m": pa.array(radius, mask=unknown | (draw.random(count) < 0.05)),
        "region": _words(["Donetsk oblast", "Luhansk oblast", None], draw.integers(0, 3, count)),
        "kind": _words(list(KINDS), draw.choice(len(KINDS), count, p=list(KINDS.values()))),
        "actor": _words(["ua", "dpr", "lpr", None], draw.integers(0, 4, count)),
        "parties": pa.array([["ua", "dpr"], ["ua", "lpr"], []], pa.list_(pa.string())).take(
            pa.array(draw.integers(0, 3, count))
        ),
        "known_from_us": pa.array(start),
    }
    return _whole(columns, count)


def places(radius: np.ndarray, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a latitude and a longitude in degrees for each error radius."""
    latitude = draw.uniform(46.9, 48.9, len(radius))
    off = draw.normal(0, 0.35, len(radius))
    named = draw.integers(0, NAMED_PLACES, len(radius))
    at = np.where(radius > EXACT_M, named % len(radius), np.arange(len(radius)))
    return latitude[at], (line_longitude(latitude) + off)[at]


def _words(words: Sequence[str | None], codes: np.ndarray) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes))


def _whole(columns: dict[str, pa.Array], count: int) -> pa.Table:
    """Fill the columns that findings do not look at."""
    for field in schema(Incident):
        if field.name in columns:
            continue
        if pa.types.is_list(field.type):
            columns[field.name] = pa.array([[]], field.type).take(pa.array(np.zeros(count, int)))
        elif field.nullable:
            columns[field.name] = pa.nulls(count, field.type)
        else:
            value = "unknown" if pa.types.is_string(field.type) else 0
            columns[field.name] = pa.repeat(pa.scalar(value, field.type), count)
    return pa.table(columns).select(schema(Incident).names).cast(schema(Incident))


class Timed(NamedTuple):
    """One call: seconds on the wall, seconds of all processors together, and how many findings.

    The tables themselves are let go, since their size is what the peak is to show.
    """

    wall: float
    cpu: float
    findings: int


def timed(table: pa.Table, rulebook: Rulebook, threads: int | None) -> Timed:
    """Run the stage once."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = found(table, rulebook, LocalEngine(threads))
    seconds = time.perf_counter() - wall, time.process_time() - cpu
    return Timed(*seconds, result.findings.num_rows)


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    call = parser.parse_args()
    table = incidents(call.incidents, call.seed)
    rulebook = Rulebook(agreements=(agreement(),), lines=lambda _line, _day: made_line())
    cold = timed(table, rulebook, call.threads).wall
    runs = [timed(table, rulebook, call.threads) for _ in range(call.repeats)]
    warm = min(run.wall for run in runs)
    figures = {
        "incidents": table.num_rows,
        "findings": runs[-1].findings,
        "seconds_cold": round(cold, 3),
        "seconds_warm": round(warm, 3),
        "cpu_seconds_warm": round(min(run.cpu for run in runs), 3),
        "incidents_per_s": round(table.num_rows / warm),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
