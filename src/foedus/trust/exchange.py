# SPDX-License-Identifier: Apache-2.0
"""A log is built anew from its files: tiles, and what was released of the acts beside them.

What is built is audited before it is kept; where anything does not fit, nothing is. Acts that were
erased or held back stay what they are: commitments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from foedus.errors import Fault, OperatorError
from foedus.trust.audit import Audit, audited
from foedus.trust.folding import Entry
from foedus.trust.kinds import Kind
from foedus.trust.log import completed_tiles, row_of
from foedus.trust.merkle import Frontier
from foedus.trust.notes import read_checkpoint
from foedus.trust.stores import Row, Store
from foedus.trust.tiles import ACTS, CHECKPOINT, KeptAct, kept_acts, tile_faults
from foedus.trust.validation import entry_of


def require_files(folder: Path) -> None:
    """Raise `OperatorError` where a folder does not hold a log with its acts."""
    for name, hint in (
        (CHECKPOINT, "a folder that log export has written"),
        (ACTS, "commitments alone make no log: it is exported with log export --acts"),
    ):
        if not (folder / name).is_file():
            fault = Fault(
                file=str(folder), expected=f"a log with its {name}", got="no such file", hint=hint
            )
            raise OperatorError(fault)


def read_log(folder: Path, store: Store, kinds: Mapping[str, Kind]) -> Audit:
    """Fill an empty store from the files of a log, and return its audit.

    Raises `OperatorError` where the store is not empty, or with every fault of the files.
    """
    if store.size():
        expected, got = "an empty store", f"{store.size()} entries"
        raise OperatorError(Fault(file=store.name, expected=expected, got=got))
    require_files(folder)
    path = folder / CHECKPOINT
    checkpoint = read_checkpoint(path.read_text("utf-8"), str(path))
    faults, held = tile_faults(folder, checkpoint.size)
    if faults:
        raise OperatorError(*faults)
    rows = list(_rows(folder, held))
    with store.writing():
        store.add(rows, list(completed_tiles(Frontier(), rows)))
        store.add_checkpoint(checkpoint.size, str(checkpoint))
        found = audited(store, kinds)
        if found.faults:
            raise OperatorError(
                *[replace(fault, file=f"{folder}: {fault.file}") for fault in found.faults]
            )
    return found


def _rows(folder: Path, held: list[bytes]) -> Iterator[Row]:
    for number, kept in enumerate(kept_acts(folder)):
        if kept.index != number or number >= len(held):
            expected, got = f"act {number} of {len(held)}", f"act {kept.index}"
            raise OperatorError(Fault(file=str(folder), expected=expected, got=got))
        yield _row(kept, held[number])


def _row(kept: KeptAct, commitment: bytes) -> Row:
    if kept.act is None:
        nothing = Entry(kept.index, kept.known_us, "", "", 0, 0, commitment.hex(), None)
        return row_of(None, nothing, commitment)
    fresh = entry_of(kept.act, kept.index, kept.known_us)
    return row_of(kept.act, fresh, commitment)
