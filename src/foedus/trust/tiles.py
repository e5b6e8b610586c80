# SPDX-License-Identifier: Apache-2.0
"""A log as files that anybody can serve or copy: C2SP tlog-tiles, and the acts beside it.

    checkpoint               the last signed checkpoint, with its cosignatures
    tile/<L>/<N>[.p/<W>]     hashes of one level, 256 in a full tile
    tile/entries/<N>[.p/<W>] the commitments, each behind its length in two bytes
    acts.jsonl               what is kept beside the log: acts, as far as they are released

The tiles hold salted commitments only, and may be public; `acts.jsonl` is as public as its payloads
are. A log is written as far as its last checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from foedus.errors import Fault, OperatorError
from foedus.trust.acts import Act
from foedus.trust.log import TILE, Log, act_of
from foedus.trust.merkle import HASH_BYTES, leaf_hash, perfect_root
from foedus.trust.notes import Checkpoint

WIDTH: Final = 1 << TILE
ACTS: Final = "acts.jsonl"
CHECKPOINT: Final = "checkpoint"


class KeptAct(msgspec.Struct, frozen=True):
    """One line of `acts.jsonl`; the act is None where it was erased or is held back."""

    index: int
    known_us: int
    act: Act | None = None


def tile_path(level: str, number: int, width: int = WIDTH) -> str:
    """Return the path of a tile, such as tile/0/x001/234 or tile/0/000.p/17."""
    digits = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03d}/{digits}"
    tail = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{digits}{tail}"


def write_log(log: Log, folder: Path, checkpoint: Checkpoint, *, with_acts: bool) -> list[str]:
    """Write a log as far as a checkpoint goes into an empty folder; return the paths written.

    Raises `OperatorError` where the folder is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise OperatorError(Fault(file=str(folder), expected="an empty folder", got="files in it"))
    files = dict(_entry_tiles(log, checkpoint.size)) | dict(_hash_tiles(log, checkpoint.size))
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if with_acts:
        files[ACTS] = b""
        with (folder / ACTS).open("wb") as out:
            for row in log.store.rows(0, checkpoint.size):
                kept = KeptAct(row.place, row.known_us, act_of(row))
                out.write(msgspec.json.encode(kept) + b"\n")
    (folder / CHECKPOINT).write_text(str(checkpoint), "utf-8")
    return [*sorted(files), CHECKPOINT]


def _numbered(level: str, count: int) -> Iterator[tuple[str, int, int]]:
    """Path, start and end of each tile over `count` hashes of a level."""
    for number, start in enumerate(range(0, count, WIDTH)):
        end = min(start + WIDTH, count)
        yield tile_path(level, number, end - start), start, end


def _entry_tiles(log: Log, size: int) -> Iterator[tuple[str, bytes]]:
    for path, start, end in _numbered("entries", size):
        held = log.store.commitments(start, end)
        yield path, b"".join(len(item).to_bytes(2, "big") + item for item in held)


def _hash_tiles(log: Log, size: int) -> Iterator[tuple[str, bytes]]:
    level, count = 0, size
    while count:
        for path, start, end in _numbered(str(level), count):
            yield path, b"".join(log.node(level * TILE, index) for index in range(start, end))
        level, count = level + 1, count >> TILE


def tile_faults(folder: Path, size: int) -> tuple[list[Fault], list[bytes]]:
    """Return what is wrong with the tiles of a log of `size` entries, and its commitments.

    A tile that is missing, torn or not the hash of those below it is named.
    """
    faults, held = [], list[bytes]()
    for path, start, end in _numbered("entries", size):
        data, expected = _read(folder, path), (end - start) * (2 + HASH_BYTES)
        items = [data[at : at + 34] for at in range(0, len(data), 2 + HASH_BYTES)]
        if len(data) != expected or any(item[:2] != b"\0\x20" for item in items):
            faults.append(_torn(folder, path, expected, len(data)))
        held += [item[2:] for item in items]
    below, level, count = [leaf_hash(item) for item in held], 0, size
    while count and not faults:
        for path, start, end in _numbered(str(level), count):
            faults += _hash_faults(folder, path, below[start:end])
        full = count >> TILE
        below = [perfect_root(below[n * WIDTH : (n + 1) * WIDTH]) for n in range(full)]
        level, count = level + 1, full
    return faults, held


def _read(folder: Path, path: str) -> bytes:
    target = folder / path
    return target.read_bytes() if target.is_file() else b""


def _torn(folder: Path, path: str, expected: int, got: int) -> Fault:
    what = f"{got} bytes" if got else "nothing"
    return Fault(file=str(folder / path), expected=f"a tile of {expected} bytes", got=what)


def _hash_faults(folder: Path, path: str, expected: list[bytes]) -> list[Fault]:
    data = _read(folder, path)
    if len(data) != len(expected) * HASH_BYTES:
        return [_torn(folder, path, len(expected) * HASH_BYTES, len(data))]
    return [
        Fault(
            file=str(folder / path),
            line=number + 1,
            expected=f"the hash {item.hex()[:16]}… of what is below",
            got=f"{data[number * HASH_BYTES : (number + 1) * HASH_BYTES].hex()[:16]}…",
        )
        for number, item in enumerate(expected)
        if data[number * HASH_BYTES : (number + 1) * HASH_BYTES] != item
    ]


def kept_acts(folder: Path) -> Iterator[KeptAct]:
    """Yield the acts beside a log, in its order; raises `OperatorError` at a line that is none."""
    path = folder / ACTS
    decoder = msgspec.json.Decoder(KeptAct)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                expected, got = "an act as the log keeps it", str(error)
                fault = Fault(file=str(path), line=number, expected=expected, got=got)
                raise OperatorError(fault) from error
