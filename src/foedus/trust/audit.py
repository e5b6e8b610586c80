# SPDX-License-Identifier: Apache-2.0
"""Whether a log is whole: everything is computed anew, and whatever does not fit is named.

1. The database finds no damage of its own.
2. Entries follow each other without a gap, and times never go back.
3. Each act is what its commitment says, and each payload what its envelope says.
4. Each act could enter when it did: signatures, keys and roles are judged again.
5. Stored hashes over full tiles are those of the entries.
6. Every checkpoint is signed by the log's key and fits the tree of its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from foedus.errors import Fault, PartyError
from foedus.trust.acts import Act, commitment, payload_digest
from foedus.trust.folding import Entry
from foedus.trust.keyring import Keyring
from foedus.trust.kinds import Kind
from foedus.trust.log import EXERCISE, Log, act_of, row_of
from foedus.trust.merkle import Frontier, leaf_hash, root
from foedus.trust.notes import Checkpoint, is_signed_by, log_key, read_checkpoint
from foedus.trust.stores import Row, Store
from foedus.trust.tiles import CHECKPOINT, tile_faults
from foedus.trust.validation import Standing, entry_of, faults_of


class Audit(NamedTuple):
    """What was looked at, and every fault that was found."""

    entries: int
    erased: int
    """Entries whose payload or envelope was erased: their commitments stand."""
    checkpoints: int
    root: bytes
    faults: list[Fault]
    exercise: bool = False


def audited(store: Store, kinds: Mapping[str, Kind]) -> Audit:
    """Return the audit of a whole store; nothing that it keeps of hashes is taken for granted."""
    faults = [
        Fault(file=store.name, expected="a database without damage", got=text)
        for text in store.faults()
    ]
    if faults:
        return Audit(0, 0, 0, b"", faults)
    walk = _Walk(store, kinds)
    faults += walk.faults()
    notes = store.checkpoints()
    faults += _checkpoint_faults(store, walk, notes)
    exercise = walk.standing.exercise
    return Audit(walk.size, walk.erased, len(notes), walk.frontier.root(), faults, exercise)


class _Walk:
    """One pass over all entries, which grows keyring and tree anew."""

    def __init__(self, store: Store, kinds: Mapping[str, Kind]) -> None:
        self.store, self.kinds = store, kinds
        self.standing = Standing("", False, Keyring(), 0, 0)
        self.frontier = Frontier()
        self.size, self.erased = 0, 0
        self.roots: dict[int, bytes] = {}
        self._wanted = {read.size for read in map(_read, store.checkpoints()) if read}

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of every entry, and of the hashes that are kept over full tiles."""
        tiles: dict[int, list[bytes]] = {}
        for row in self.store.rows():
            for fault in self._row_faults(row):
                file = f"{self.store.name} entry {row.place}"
                yield msgspec.structs.replace(fault, file=file)
            completed = self.frontier.add(leaf_hash(row.commitment))
            for level in range(1, (len(completed) - 1) // 8 + 1):
                tiles.setdefault(level, []).append(completed[8 * level])
            self.size += 1
            if self.size in self._wanted:
                self.roots[self.size] = self.frontier.root()
        for level, hashes in tiles.items():
            kept = self.store.tile_hashes(level, 0, len(hashes) + 1)
            if kept != hashes:
                got = f"{len(kept)} others"
                expected = f"the {len(hashes)} hashes over full tiles of level {level}"
                yield Fault(file=self.store.name, expected=expected, got=got)

    def _row_faults(self, row: Row) -> Iterator[Fault]:
        if row.place != self.size:
            yield Fault(expected=f"entry {self.size}", got=f"entry {row.place}")
        if row.known_us < self.standing.known_us:
            yield Fault(column="known_us", expected="no earlier time", got=str(row.known_us))
        self.standing = self.standing._replace(known_us=row.known_us)
        try:
            act = act_of(row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Fault(column="act", expected="an act that can be read", got=str(error))
            return
        if act is None or act.payload is None:
            self.erased += 1
        if act is not None:
            yield from _act_faults(act, row)
            yield from self._entered(act, row)

    def _entered(self, act: Act, row: Row) -> Iterator[Fault]:
        """Whether the act could enter when it did; of an erased payload that cannot be told."""
        if self.size == 0:
            mission, exercise = act.envelope.mission, act.envelope.exercise
            self.standing = self.standing._replace(mission=mission, exercise=exercise)
        if act.payload is not None:
            yield from faults_of(act, self.standing, self.kinds, row.known_us)
        ring = self.standing.keyring
        try:
            fresh: Entry | None = entry_of(act, row.place, row.known_us)
        except PartyError:
            fresh = None
        if fresh is not None and row.is_about_keys:
            ring = _after(ring, fresh)
        self.standing = self.standing._replace(keyring=ring, size=row.place + 1)


def _after(ring: Keyring, entry: Entry) -> Keyring:
    """The keyring after an act; a damaged one changes nothing, and is told elsewhere."""
    try:
        return ring.after(entry)
    except (msgspec.ValidationError, KeyError):
        return ring


def _act_faults(act: Act, row: Row) -> Iterator[Fault]:
    """Whatever is kept beside the log must follow from the act, column by column."""
    try:
        committed = commitment(act, row.known_us)
        derived = row_of(act, entry_of(act, row.place, row.known_us), committed)
    except (ValueError, PartyError) as error:
        yield Fault(column="act", expected="an act with times and digests", got=str(error))
        return
    for name, expected, got in zip(Row._fields, derived, row, strict=True):
        if expected != got:
            yield Fault(column=name, expected=_shown(expected), got=_shown(got))
    if act.payload is not None and act.seal is not None:
        digest = payload_digest(act.payload, bytes.fromhex(act.seal))
        if digest != act.envelope.payload:
            yield Fault(column="payload", expected=act.envelope.payload, got=digest)


def _shown(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _read(text: str) -> Checkpoint | None:
    try:
        return read_checkpoint(text)
    except PartyError:
        return None


def _checkpoint_faults(store: Store, walk: _Walk, notes: list[str]) -> Iterator[Fault]:
    opening = walk.standing.keyring.opening
    for number, text in enumerate(notes, 1):
        checkpoint, file = _read(text), f"{store.name} checkpoint {number}"
        if checkpoint is None or opening is None:
            yield Fault(file=file, expected="a signed checkpoint", got=text[:60])
            continue
        if not is_signed_by(checkpoint, log_key(opening.origin, opening.checkpoint_key)):
            yield Fault(file=file, expected=f"a signature by {opening.origin}", got="none")
        if checkpoint.size > walk.size:
            expected = f"at least the {checkpoint.size} entries that were signed"
            hint = "entries were cut off at the end"
            yield Fault(file=file, expected=expected, got=f"{walk.size} entries", hint=hint)
        elif walk.roots.get(checkpoint.size) != checkpoint.root:
            expected = f"the root that was signed at {checkpoint.size} entries"
            yield Fault(file=file, expected=expected, got="another root")


def audited_tiles(folder: Path) -> Audit:
    """Return the audit of a log written as tiles: each file is there, whole, and leads to the root.

    Who signed the checkpoint is not judged: the key is in the log's first act.
    """
    path = folder / CHECKPOINT
    checkpoint = read_checkpoint(path.read_text("utf-8"), str(path))
    faults, held = tile_faults(folder, checkpoint.size)
    found = root(map(leaf_hash, held))
    if not faults and found != checkpoint.root:
        expected, got = f"the root {checkpoint.root.hex()[:16]}…", f"{found.hex()[:16]}…"
        faults.append(Fault(file=str(path), expected=expected, got=got))
    return Audit(len(held), 0, 1, found, faults, checkpoint.origin.endswith(EXERCISE))


def since(log: Log, checkpoint: Checkpoint) -> list[Entry]:
    """Return what has entered since a checkpoint; raises `PartyError` where the log is another.

    The checkpoint must be signed by the log's key, and the log must begin with what it says: if the
    key signed and the beginning differs, two histories were shown, and the checkpoint proves it.
    """
    if not log.is_own(checkpoint):
        expected, got = f"a checkpoint signed by {log.origin}", checkpoint.origin
        raise PartyError(Fault(file=log.store.name, expected=expected, got=got))
    if not log.begins_with(checkpoint):
        expected = f"a log that begins with the {checkpoint.size} entries of the checkpoint"
        got = f"{log.standing.size} entries with another beginning"
        hint = "the log's key signed both: keep the checkpoint and show it to the other witnesses"
        raise PartyError(Fault(file=log.store.name, expected=expected, got=got, hint=hint))
    return list(log.entries(checkpoint.size))
