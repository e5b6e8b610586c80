# SPDX-License-Identifier: Apache-2.0
"""Times the log of acts: `python bench/log.py N [--store sqlite|postgres] [--fold N] [--dir DIR]`.

N acts are sealed, signed, validated, hashed and put on disk, one by one and in batches, beside what
the same disk can flush in raw appends. In batches, N acts more are written by one author in batches
of `--batch`; while one is written, a pool of processes checks the signatures of the next. Then
proofs: size of a file, time to make and to check one, time to check the path alone. Then folds: of
`--fold` made entries from the store's rows, and of a change since a snapshot. The last line is one
JSON object. PostgreSQL is found by FOEDUS_TEST_POSTGRES.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foedus.trust import keyring, kinds, proof
from foedus.trust.acts import Act, Draft, sealed, signed
from foedus.trust.folding import Entry, Fold, Snapshot, advanced, states
from foedus.trust.log import Log, begun_check, completed_tiles, row_of
from foedus.trust.merkle import Frontier, leaf_hash, root_from_inclusion
from foedus.trust.postgres_store import PostgresStore
from foedus.trust.proving import proof_of
from foedus.trust.signatures import HeldKey
from foedus.trust.sqlite_store import SqliteStore
from foedus.trust.stores import Row, Store
from foedus.trust.times import utc
from foedus.trust.validation import entry_of

KINDS = kinds.table(keyring.KINDS, kinds.KINDS)
KEY = HeldKey(Ed25519PrivateKey.generate())
CLERK = HeldKey(Ed25519PrivateKey.generate())
SUBJECTS = 10_000
CHUNK = 50_000
TRACE: Fold[tuple[int, int]] = Fold(
    lambda _subject: (0, 0), lambda held, entry: (held[0] + 1, max(held[1], entry.on_to_us))
)


def now_us() -> int:
    """The present moment in microseconds since 1970."""
    return time.time_ns() // 1000


def act(kind: str, payload: Mapping[str, object], subject: str, by: HeldKey = KEY) -> Act:
    """Return a signed act of this moment."""
    draft = Draft(
        kind=kind, mission="bench", subject=subject, on="2026-01-06", payload=dict(payload)
    )
    return signed(sealed(draft, by.key, utc(now_us()), secrets.token_bytes(64)), by)


def note(number: int) -> Act:
    """Return a signed note of some 200 characters."""
    text = f"note {number}: what was said at the meeting, in a sentence or two. " * 3
    payload: dict[str, object] = {"text": text, "source": "https://example.org/minutes"}
    return act("record.note", payload, f"bench/{number % SUBJECTS}", CLERK)


def opened(store: Store) -> Log:
    """Return a new log with one registrar and one clerk."""
    log = Log(store, KINDS)
    first: dict[str, object] = {
        "origin": "log.example/bench",
        "checkpoint_key": KEY.key,
        "registrars": [{"key": KEY.key, "holder": "bench"}],
        "registrars_needed": 1,
    }
    clerk: dict[str, object] = {"key": CLERK.key, "holder": "clerk", "roles": ["recorder"]}
    acts = [act("log.open", first, "log"), act("key.admit", clerk, f"key/{CLERK.key}")]
    log.append(acts, now_us())
    return log


@contextmanager
def store_of(kind: str, folder: Path) -> Iterator[Store]:
    """Yield an empty store on the disk of `folder`, or in a schema of the database."""
    if kind == "sqlite":
        store: Store = SqliteStore(folder / f"{uuid.uuid4().hex}.sqlite")
        yield store
        return store.close()
    url, schema = os.environ["FOEDUS_TEST_POSTGRES"], f"bench_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE SCHEMA {schema}")
        store = PostgresStore(f"{url}?options=-csearch_path%3D{schema}")
        yield store
        store.close()
        db.execute(f"DROP SCHEMA {schema} CASCADE")


def raw_flushes(folder: Path, count: int) -> float:
    """Return how many appends of 4 KB the disk flushes in a second, one after the other."""
    file = os.open(folder / "raw", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    start = time.perf_counter()
    for _ in range(count):
        os.write(file, bytes(4096))
        os.fsync(file)
    os.close(file)
    return count / (time.perf_counter() - start)


def one_by_one(log: Log, folder: Path, count: int) -> dict[str, float]:
    """Rates of single durable acts and of raw flushes, taken in turns, since a disk has moods."""
    turns, raw, own, cpu_s = 5, [], [], 0.0
    for turn in range(turns):
        raw.append(raw_flushes(folder, count // turns))
        start, begun_cpu = time.perf_counter(), time.process_time()
        for number in range(count // turns):
            log.append([note(turn * count + number)], now_us())
        own.append(count // turns / (time.perf_counter() - start))
        cpu_s += time.process_time() - begun_cpu
    ratios = sorted(mine / disk for mine, disk in zip(own, raw, strict=True))
    return {
        "single_acts_per_s": round(max(own)),
        "raw_flushes_per_s": round(max(raw)),
        "single_to_raw_median": round(ratios[turns // 2], 3),
        "single_to_raw_best": round(ratios[-1], 3),
        "single_cpu_us_per_act": round(cpu_s / count * 1e6),
    }


def batches(log: Log, count: int, size: int, pool: Executor) -> dict[str, float]:
    """Rates of durable acts in batches: the whole, and its best batch."""
    log.append([note(-number) for number in range(1, 600)], now_us(), pool)
    start, begun_cpu = time.perf_counter(), time.process_time()
    rates, ahead = [], begun_check([], pool)
    for first in range(0, count, size):
        begun = time.perf_counter()
        fresh = begun_check([note(first + number) for number in range(size)], pool)
        log.append_checked(ahead, now_us())
        ahead = fresh
        rates.append(size / (time.perf_counter() - begun))
    log.append_checked(ahead, now_us())
    return {
        "batch_acts_per_s": round(count / (time.perf_counter() - start)),
        "best_batch_acts_per_s": round(max(rates[1:], default=0)),
        "batch_cpu_us_per_act": round((time.process_time() - begun_cpu) / count * 1e6),
    }


def fastest(call: Callable[[], object], times: int = 200) -> float:
    """Return the least milliseconds that a call took."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def proofs(log: Log) -> dict[str, float]:
    """Size of a proof file, and times of making and checking."""
    checkpoint, index = log.checkpoint(KEY), log.standing.size // 3
    data = proof_of(log, index, checkpoint)
    if not proof.check(data).holds:
        raise SystemExit("a proof of the bench does not hold")
    path = log.inclusion(index, checkpoint.size)
    hashed = leaf_hash(log.row(index).commitment)
    if root_from_inclusion(hashed, index, checkpoint.size, path) != checkpoint.root:
        raise SystemExit("a path of the bench does not lead to the root")
    return {
        "tree_size": checkpoint.size,
        "proof_bytes": len(data),
        "path_hashes": len(path),
        "make_proof_ms": round(fastest(lambda: proof_of(log, index, checkpoint), 20), 3),
        "check_file_ms": round(fastest(lambda: proof.check(data), 20), 3),
        "check_inclusion_ms": round(
            fastest(lambda: root_from_inclusion(hashed, index, checkpoint.size, path)), 4
        ),
    }


def fill(log: Log, count: int) -> None:
    """Put many made entries into the store, without signing each: folds do not look at that."""
    model = note(0)
    fresh = entry_of(model, 0, log.standing.known_us)
    for start in range(log.standing.size, log.standing.size + count, CHUNK):
        rows = made_rows(model, fresh, range(start, start + CHUNK))
        with log.store.writing():
            frontier = Frontier.at(start, log.node)
            log.store.add(rows, list(completed_tiles(frontier, rows)))
    log.refresh()


def made_rows(model: Act, fresh: Entry, places: range) -> list[Row]:
    """Return rows that differ from one act in place, id and subject."""
    rows = []
    for number in places:
        own = row_of(model, fresh, number.to_bytes(32, "big"))
        subject = f"bench/{number * 7919 % SUBJECTS}"
        act_id = number.to_bytes(32, "big")
        rows.append(own._replace(place=number, act=act_id, subject=subject))
    return rows


def folds(log: Log) -> dict[str, float]:
    """Seconds of a fold over all rows of the store, and milliseconds of a change since."""
    start, begun_cpu = time.perf_counter(), time.process_time()
    found = states(TRACE, log.entries())
    whole_s, cpu_s = time.perf_counter() - start, time.process_time() - begun_cpu
    snapshot = Snapshot(log.standing.size, found)
    log.append([note(1)], now_us())
    begun = time.perf_counter()
    tail = list(log.entries(snapshot.size))
    fresh = advanced(snapshot, TRACE, tail, log.entries_of)
    change_ms = (time.perf_counter() - begun) * 1000
    if fresh.size != log.standing.size:
        raise SystemExit("the snapshot is not up to date")
    return {
        "fold_entries": snapshot.size,
        "fold_s": round(whole_s, 2),
        "fold_cpu_s": round(cpu_s, 2),
        "change_ms": round(change_ms, 2),
    }


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("acts", type=int, nargs="?", default=20_000)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--fold", type=int, default=1_000_000)
    parser.add_argument("--dir", type=Path, help="A folder on the disk to be measured.")
    call = parser.parse_args()
    figures: dict[str, float | str] = {"store": call.store, "acts": call.acts}
    workers = max(1, (os.cpu_count() or 2) - 1)
    with tempfile.TemporaryDirectory(dir=call.dir) as name:
        with store_of(call.store, Path(name)) as store:
            log = opened(store)
            figures |= one_by_one(log, Path(name), min(call.acts, 2_000))
            with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
                figures |= batches(log, call.acts, call.batch, pool)
            figures |= proofs(log)
        if call.fold:
            with store_of(call.store, Path(name)) as store:
                log = opened(store)
                fill(log, call.fold)
                figures |= folds(log)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
