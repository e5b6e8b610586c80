# SPDX-License-Identifier: Apache-2.0
"""Proofs of the acts that a document states, taken from a log under its last checkpoint.

With each act stand who signed it and when it entered. A log whose last checkpoint does not cover an
act proves nothing of it, and no document is made that says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from foedus.errors import Fault, OperatorError
from foedus.trust.folding import Entry
from foedus.trust.keyring import KINDS as KEY_KINDS
from foedus.trust.kinds import KINDS as TRUST_KINDS
from foedus.trust.kinds import table
from foedus.trust.log import Log, act_of
from foedus.trust.notes import Checkpoint, NoteKey, cosignatures, log_key, read_key
from foedus.trust.proving import proof_of
from foedus.trust.sqlite_store import SqliteStore


class Enclosed(NamedTuple):
    """One act with its proof."""

    act: str
    kind: str
    entry: int
    known_us: int
    signers: tuple[tuple[str, str], ...]
    """Holder and key of each who signed it."""
    proof: bytes

    @property
    def file(self) -> str:
        """Name of the proof file."""
        return f"proof-{self.entry:04}-{self.kind}.json"


class Enclosures(NamedTuple):
    """The proofs of a document, and what they are checked against."""

    origin: str
    log_key: str
    size: int
    root: str
    """Root of the checkpoint's tree, in hexadecimal digits."""
    cosigned: tuple[str, ...]
    acts: tuple[Enclosed, ...]


def enclosures(path: Path, acts: Sequence[Entry], witnesses: Sequence[str] = ()) -> Enclosures:
    """Return the proofs of acts from the log in a file, in the order of the log.

    `witnesses` are keys whose cosignatures are shown. Raises `OperatorError` where the last
    checkpoint does not cover them all.
    """
    store = SqliteStore(path, read_only=True)
    try:
        log = Log(store, table(KEY_KINDS, TRUST_KINDS))
        keys = [read_key(text) for text in witnesses]
        places = sorted(log.index_of(entry.act) for entry in acts)
        note = log.last_checkpoint()
        if note is None or (places and note.size <= places[-1]):
            expected = "a checkpoint that covers every act of the document"
            got = "none" if note is None else f"one of {note.size} acts"
            hint = f"sign one with: foedus log checkpoint {path}"
            raise OperatorError(Fault(file=str(path), expected=expected, got=got, hint=hint))
        return _enclosed(log, note, places, keys)
    finally:
        store.close()


def _enclosed(
    log: Log, note: Checkpoint, places: Sequence[int], keys: Sequence[NoteKey]
) -> Enclosures:
    opening = log.standing.keyring.opening
    assert opening is not None
    return Enclosures(
        origin=opening.origin,
        log_key=str(log_key(opening.origin, opening.checkpoint_key)),
        size=note.size,
        root=note.root.hex(),
        cosigned=tuple(key.name for key in keys if cosignatures(note, [key])),
        acts=tuple(_act(log, place, note, keys) for place in places),
    )


def _act(log: Log, place: int, note: Checkpoint, keys: Sequence[NoteKey]) -> Enclosed:
    proof = proof_of(log, place, note, witnesses=keys)
    row = log.row(place)
    act = act_of(row)
    assert act is not None
    ring = log.standing.keyring.keys
    return Enclosed(
        act=row.act.hex(),
        kind=act.envelope.kind,
        entry=place,
        known_us=row.known_us,
        signers=tuple((ring[item.key].holder, item.key) for item in act.signatures),
        proof=proof,
    )


def mission_of(path: Path) -> str:
    """Return the id of a log's mission; raises `OperatorError` where it was not opened."""
    store = SqliteStore(path, read_only=True)
    try:
        mission = Log(store, table(KEY_KINDS, TRUST_KINDS)).standing.mission
    finally:
        store.close()
    if not mission:
        raise OperatorError(Fault(file=str(path), expected="a log that was opened", got="an empty"))
    return mission
