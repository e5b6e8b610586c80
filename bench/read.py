# SPDX-License-Identifier: Apache-2.0
"""How fast and in how much memory a large file is read: made, read, written as Parquet, removed.

    python bench/read.py [--gb 5] [--folder DIR]

Makes a CSV of the given size (half of the texts in Cyrillic; one row in 200 is faulty), reads it
with the profile beside this file, digests included, and streams the accepted reports into Parquet.
The last line is one JSON object; gb counts 10**9 bytes, seconds are of reading and writing only.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from foedus.base.encoding import schema
from foedus.reports.profile import read_profile
from foedus.reports.readers import read_source
from foedus.reports.record import Report

HEADER = (
    "id,occurred,time_code,published,latitude,longitude,place_code,place,region,kind,actor,"
    "low,best,high,url,text\n"
)
ID_DIGITS = 12
BLOCK_ROWS = 20_000
FEW = ["source_id", "batch_id", "occurred_precision", "occurred_zone", "known_basis", "place_name"]
FEW += ["region", "kind", "kind_label", "target", "actor", "actor_label", "source_grade"]
WORDS = {
    "en": "shells fell near the road, a house was hit, no one was hurt, monitors heard blasts",
    "uk": "снаряди впали біля дороги, влучили в будинок, ніхто не постраждав, чули вибухи",
}


def main() -> None:
    """Make the file, read it, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=5.0, help="size of the file in 10**9 bytes")
    parser.add_argument("--folder", type=Path, help="where to put it; else a temporary folder")
    call = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=call.folder) as folder:
        path = Path(folder) / "made.csv"
        make(path, int(call.gb * 1e9))
        print(json.dumps(read(path)))


def make(path: Path, size: int) -> None:
    """Write rows until the file has `size` bytes: one block over and over, with new ids."""
    block, places = _block(Random(20150215))
    powers = 10 ** np.arange(ID_DIGITS - 1, -1, -1, dtype=np.int64)
    where = places[:, None] + np.arange(ID_DIGITS)
    with path.open("wb") as file:
        written = file.write(HEADER.encode())
        first = 0
        while written < size:
            ids = np.arange(first, first + BLOCK_ROWS, dtype=np.int64)[:, None]
            block[where] = (ids // powers % 10 + ord("0")).astype(np.uint8)
            written += file.write(block.tobytes())
            first += BLOCK_ROWS


def _block(random: Random) -> tuple[Any, Any]:
    """Rows as bytes, and where in them the digits of the ids stand."""
    rows = [_row(random, number) for number in range(BLOCK_ROWS)]
    lengths = np.array([len(row) for row in rows])
    return np.frombuffer(b"".join(rows), np.uint8).copy(), np.cumsum(lengths) - lengths


def _row(random: Random, number: int) -> bytes:
    day = f"2015-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    hour, minute = random.randint(5, 22), random.randint(0, 59)
    latitude = 91.0 if number % 200 == 0 else random.uniform(46, 50)
    language = random.choice(("en", "uk"))
    text = " ".join(random.choices(WORDS[language].split(), k=random.randint(12, 45)))
    best = random.choice(("", "0", "1", "3"))
    cells = (
        "0" * ID_DIGITS,
        f"{day}T{hour:02}:{minute:02}:00",
        random.choice("ihd"),
        f"{day}T{hour + 1:02}:{minute:02}:30Z",
        f"{latitude:.5f}",
        f"{random.uniform(30, 39):.5f}",
        random.choice(("1", "2", "3", "")),
        f"Settlement {random.randint(1, 4000)}",
        random.choice(("Donetsk", "Luhansk", "Харківська")),
        random.choice(
            ("Shelling", "Rocket artillery", "Drone attack", "Missile", "Armed clash", "Mine")
        ),
        random.choice(("Side N", "Side S", "")),
        best,
        best,
        best,
        f"https://example.org/reports/{day}/{random.getrandbits(40):x}",
        f'"{text}, {number}: ""{language}"""',
    )
    return (",".join(cells) + "\n").encode()


def read(path: Path) -> dict[str, float]:
    """Read the file into Parquet; return rows, sizes, seconds, rate, peak memory and sums."""
    profile = read_profile(Path(__file__).with_name("read_profile.toml"))
    rows = accepted = quarantined = 0
    start = time.perf_counter()
    target = path.with_suffix(".parquet")
    with pq.ParquetWriter(target, schema(Report), compression="zstd", use_dictionary=FEW) as out:
        for part in read_source(profile, [path]):
            out.write_table(part.reports)
            rows += part.read
            accepted += part.accepted
            quarantined += part.quarantined
    seconds = time.perf_counter() - start
    gb = path.stat().st_size / 1e9
    return {
        "rows": rows,
        "gb": round(gb, 3),
        "seconds": round(seconds, 2),
        "rows_per_s": round(rows / seconds),
        "mb_per_s": round(gb * 1000 / seconds, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "accepted": accepted,
        "quarantined": quarantined,
    }


if __name__ == "__main__":
    main()
