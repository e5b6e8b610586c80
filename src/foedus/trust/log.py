# SPDX-License-Identifier: Apache-2.0
"""The append-only log of one mission: what enters, in which order, and what it amounts to.

1. Acts are validated against what the log has come to (`validation`); one that may not enter keeps
   its whole batch out, and every reason is told.
2. Each is given the next index and the time at which the record knows it, which never goes back.
3. Its salted commitment becomes a leaf of the tree (`merkle`); act and payload are kept beside it.
4. The batch is on disk when `append` returns: what is acknowledged is not lost.
5. A checkpoint is signed only if it is consistent with the last one that was signed.

Where it is kept is left to a `Store`; times are arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Final, NamedTuple

import msgspec

from foedus.errors import Fault, OperatorError, PartyError
from foedus.trust.acts import (
    Act,
    Envelope,
    Signature,
    act_id,
    commitment,
    to_be_checked,
    written,
)
from foedus.trust.folding import Entry
from foedus.trust.keyring import KINDS as KEY_KINDS
from foedus.trust.keyring import REGISTRAR, Keyring
from foedus.trust.kinds import WITHDRAWAL, Kind
from foedus.trust.merkle import (
    Frontier,
    consistency,
    inclusion,
    is_consistent,
    leaf_hash,
    perfect_root,
    root_at,
)
from foedus.trust.notes import Checkpoint, is_signed_by, log_key, read_checkpoint, signed_checkpoint
from foedus.trust.signatures import Signer, are_signed
from foedus.trust.stores import Row, Store, TileHash
from foedus.trust.validation import Standing, entry_of, faults_of

TILE: Final = 8
"""Levels of the tree that one tile spans: 256 hashes."""
EXERCISE: Final = "/exercise"
"""How the origin of an exercise's log ends, so that every checkpoint and proof says so."""
_ABOUT_KEYS: Final = frozenset(kind.name for kind in KEY_KINDS)
_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_SIGNATURES: Final = msgspec.json.Decoder(tuple[Signature, ...])
_PAYLOAD: Final = msgspec.json.Decoder(dict[str, Any])


class Receipt(NamedTuple):
    """What was acknowledged: the acts stand from `start` on, in a tree of this size and root."""

    start: int
    size: int
    root: bytes


class Checking(NamedTuple):
    """Acts whose signatures are being checked, and the answers in their order as they come."""

    acts: Sequence[Act]
    answers: Iterable[bool]


class Log:
    """One log in a store; several may be open on one store at once."""

    def __init__(self, store: Store, kinds: Mapping[str, Kind]) -> None:
        self.store = store
        self.kinds = kinds
        self._standing = Standing("", False, Keyring(), 0, 0)
        self._frontier = Frontier()
        self.refresh()

    @property
    def standing(self) -> Standing:
        """What the log had come to when it was last looked at."""
        return self._standing

    @property
    def origin(self) -> str:
        """The name of the log in its checkpoints; empty where it was not opened yet."""
        opening = self._standing.keyring.opening
        return "" if opening is None else opening.origin

    def refresh(self) -> None:
        """Take in what others have appended since."""
        size, before = self.store.size(), self._standing
        if size == before.size:
            return
        ring, mission, exercise = before.keyring, before.mission, before.exercise
        for row in self.store.key_rows(before.size):
            ring = ring.after(entry(row))
            envelope = _envelope(row)
            mission, exercise = envelope.mission, envelope.exercise
        last = next(self.store.rows(size - 1))
        self._standing = Standing(mission, exercise, ring, size, last.known_us)
        self._frontier = Frontier.at(size, self.node)

    def append(self, acts: Sequence[Act], now_us: int, pool: Executor | None = None) -> Receipt:
        """Let acts enter, all or none; they are on disk when this returns.

        `now_us` is when the record comes to know them. A pool of processes checks signatures of a
        large batch. Raises `PartyError` with every reason why one may not enter, `OperatorError`
        where the store cannot be written.
        """
        return self.append_checked(begun_check(acts, pool), now_us)

    def append_checked(self, checking: Checking, now_us: int) -> Receipt:
        """Let acts enter whose signatures are being checked already: see `append`.

        So that one batch is checked by other processes while another is written.
        """
        acts, checked = checking.acts, _by_act(checking)
        with self.store.writing():
            self.refresh()
            recorded_us = max(now_us, self._standing.known_us)
            rows, standing = self._admitted(acts, checked, recorded_us)
            frontier = Frontier(self._frontier.size, self._frontier.peaks)
            self.store.add(rows, list(completed_tiles(frontier, rows)))
        start = self._standing.size
        self._standing, self._frontier = standing, frontier
        return Receipt(start, frontier.size, frontier.root())

    def _admitted(
        self, acts: Sequence[Act], checked: Sequence[Sequence[bool]], recorded_us: int
    ) -> tuple[list[Row], Standing]:
        standing, rows, faults = self._standing, [], list[Fault]()
        there = self.store.places(bytes.fromhex(act_id(act.envelope)) for act in acts)
        for number, act in enumerate(acts):
            if standing.size == 0:
                envelope = act.envelope
                standing = standing._replace(mission=envelope.mission, exercise=envelope.exercise)
            found = faults_of(act, standing, self.kinds, recorded_us, checked[number])
            if not found:
                fresh = entry_of(act, standing.size, recorded_us)
                found = self._unfit(act, fresh, there)
                there[bytes.fromhex(fresh.act)] = fresh.index
            if found:
                place = act.envelope.subject if len(acts) == 1 else f"act {number + 1}"
                faults += [msgspec.structs.replace(fault, file=place) for fault in found]
                continue
            rows.append(row_of(act, fresh, commitment(act, recorded_us)))
            standing = standing._replace(
                keyring=standing.keyring.after(fresh), size=fresh.index + 1, known_us=recorded_us
            )
        if faults:
            raise PartyError(*faults)
        return rows, standing

    def _unfit(self, act: Act, fresh: Entry, there: Mapping[bytes, int]) -> list[Fault]:
        """What only the log itself can refuse: an act twice, an origin that hides an exercise."""
        index = there.get(bytes.fromhex(fresh.act))
        if index is not None:
            return [Fault(column="act", expected="an act that is new", got=f"number {index}")]
        if fresh.kind == WITHDRAWAL.name:
            return self._withdrawal_faults(act)
        if fresh.kind == "log.open":
            origin = str((act.payload or {})["origin"])
            if origin.endswith(EXERCISE) != act.envelope.exercise:
                expected = f"an origin that ends in {EXERCISE} in an exercise, and only there"
                return [Fault(column="payload.origin", expected=expected, got=origin)]
        return []

    def _withdrawal_faults(self, act: Act) -> list[Fault]:
        """An act is taken back by its holder or by a registrar, under the same subject."""
        name = str((act.payload or {})["act"])
        found = self.store.places([bytes.fromhex(name)]).get(bytes.fromhex(name))
        if found is None:
            return [Fault(column="payload.act", expected="an act of this log", got=name)]
        row = next(self.store.rows(found, found + 1))
        if row.subject != act.envelope.subject or row.is_about_keys:
            hint = "keys are revoked, not withdrawn" if row.is_about_keys else ""
            got = act.envelope.subject
            return [Fault(column="subject", expected=row.subject, got=got, hint=hint)]
        keys = self._standing.keyring.keys
        author = None if row.envelope is None else keys.get(_envelope(row).author)
        signers = [keys[item.key] for item in act.signatures]
        is_own = author is not None and author.holder in {key.holder for key in signers}
        if is_own or any(REGISTRAR in key.roles for key in signers):
            return []
        got = ", ".join(key.holder for key in signers)
        return [Fault(column="signatures", expected="the holder or a registrar", got=got)]

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a perfect subtree, from the tile in which it stands."""
        base, start = level // TILE, index << level % TILE
        end = start + (1 << level % TILE)
        if base == 0:
            return perfect_root([leaf_hash(item) for item in self.store.commitments(start, end)])
        return perfect_root(self.store.tile_hashes(base, start, end))

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the whole tree, or of its first `size` leaves."""
        return self._frontier.root() if size is None else root_at(self.node, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that an entry is in the tree of `size` leaves."""
        return inclusion(self.node, index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of `new` leaves begins with that of `old`."""
        return consistency(self.node, old, new) if old else []

    def checkpoint(self, signer: Signer) -> Checkpoint:
        """Return the checkpoint of the log as it stands, signed now and kept.

        The one that is there is returned where nothing has been added since. Raises `PartyError`
        where the key is not the log's, `OperatorError` where the tree does not begin as the last
        checkpoint says.
        """
        opening = self._standing.keyring.opening
        if opening is None or opening.checkpoint_key != signer.key:
            expected = "the key of the log's checkpoints"
            raise PartyError(Fault(file=self.store.name, expected=expected, got=signer.key))
        with self.store.writing():
            self.refresh()
            last = self.last_checkpoint()
            if last is not None:
                self._require_consistent(last)
                if last.size == self._standing.size:
                    return last
            fresh = signed_checkpoint(opening.origin, self._standing.size, self.root(), signer)
            self.store.add_checkpoint(fresh.size, str(fresh))
        return fresh

    def _require_consistent(self, last: Checkpoint) -> None:
        is_there = last.size <= self._standing.size and self.root(last.size) == last.root
        if not is_there:
            expected = f"a tree that begins with the {last.size} entries of the last checkpoint"
            hint = "do not sign; log verify says what is damaged"
            got = f"{self._standing.size} entries with another beginning"
            raise OperatorError(Fault(file=self.store.name, expected=expected, got=got, hint=hint))

    def last_checkpoint(self) -> Checkpoint | None:
        """Return the checkpoint that was signed last, with the cosignatures that it has."""
        notes = self.store.checkpoints()
        return read_checkpoint(notes[-1], self.store.name) if notes else None

    def take_cosigned(self, checkpoint: Checkpoint) -> Checkpoint:
        """Keep the lines that witnesses have added to one of the log's own checkpoints.

        Raises `PartyError` where it is not a checkpoint of this log.
        """
        with self.store.writing():
            own = {item.size: item for item in map(read_checkpoint, self.store.checkpoints())}
            held = own.get(checkpoint.size)
            if held is None or held.body != checkpoint.body:
                expected, got = "a checkpoint of this log", f"size {checkpoint.size}"
                raise PartyError(Fault(file=self.store.name, expected=expected, got=got))
            lines = tuple(dict.fromkeys((*held.lines, *checkpoint.lines)))
            merged = held._replace(lines=lines)
            self.store.add_checkpoint(merged.size, str(merged))
        return merged

    def is_own(self, checkpoint: Checkpoint) -> bool:
        """Return whether the log's key signed a checkpoint."""
        opening = self._standing.keyring.opening
        return opening is not None and is_signed_by(
            checkpoint, log_key(opening.origin, opening.checkpoint_key)
        )

    def begins_with(self, checkpoint: Checkpoint) -> bool:
        """Return whether the log as it stands begins with what a checkpoint says."""
        old, new = checkpoint.size, self._standing.size
        if old > new:
            return False
        path = self.consistency(old, new) if old < new else []
        return is_consistent(old, checkpoint.root, new, self.root(), path)

    def entries(self, start: int = 0, end: int | None = None) -> Iterator[Entry]:
        """Yield the entries from `start` on, as folds see them; not those erased as a whole."""
        decode = _PAYLOAD.decode
        for place, known_us, subject, kind, begins, ends, act, said in self.store.brief_rows(
            start, end
        ):
            payload = None if said is None else decode(said)
            yield Entry(place, known_us, subject, kind, begins, ends, act.hex(), payload)

    def entries_of(self, subject: str) -> list[Entry]:
        """Return the entries about one subject, in order."""
        return [entry(row) for row in self.store.rows_of(subject)]

    def row(self, index: int) -> Row:
        """Return one entry as it is kept; raises `OperatorError` where there is none."""
        found = next(self.store.rows(index, index + 1), None)
        if found is None:
            expected, got = f"an entry below {self._standing.size}", str(index)
            raise OperatorError(Fault(file=self.store.name, expected=expected, got=got))
        return found

    def index_of(self, asked: str) -> int:
        """Return the index of an act by its id, or by a beginning of it that fits no other."""
        digits = asked.lower()
        is_digits = 4 <= len(digits) <= 64 and set(digits) <= set("0123456789abcdef")
        found = self.store.beginning_with(digits) if is_digits else []
        if len(found) != 1:
            got = f"{asked!r}, which fits {'several' if found else 'none'}"
            expected = "the id of an act, or a beginning of it with at least 4 digits"
            raise OperatorError(Fault(file=self.store.name, expected=expected, got=got))
        return found[0]

    def erase(self, index: int, *, whole: bool = False) -> None:
        """Erase the payload of an entry, with `whole` the envelope too; the commitment stays.

        Raises `PartyError` for an act about keys: without it no later signature can be judged.
        """
        row = self.row(index)
        if row.is_about_keys:
            raise PartyError(Fault(expected="an act that is not about keys", got=row.kind))
        self.store.erase(index, whole=whole)


def completed_tiles(frontier: Frontier, rows: Iterable[Row]) -> Iterator[TileHash]:
    """Add rows to the edge of a tree, and yield the hash over every tile that is full now."""
    for row in rows:
        completed = frontier.add(leaf_hash(row.commitment))
        for level in range(1, (len(completed) - 1) // TILE + 1):
            index = (frontier.size >> TILE * level) - 1
            yield TileHash(level, index, completed[TILE * level])


def begun_check(acts: Sequence[Act], pool: Executor | None = None) -> Checking:
    """Let the signatures of acts be checked, by a pool of processes if one is given."""
    many = [signed for act in acts for signed in to_be_checked(act)]
    return Checking(acts, are_signed(many, pool))


def _by_act(checking: Checking) -> list[list[bool]]:
    """Wait for the answers, and sort them by act."""
    answers = iter(checking.answers)
    return [[next(answers) for _ in act.signatures] for act in checking.acts]


def row_of(act: Act | None, fresh: Entry, committed: bytes) -> Row:
    """Return an entry as it is kept, with its act beside it unless that was erased."""
    payload, seal = (None, None) if act is None else (act.payload, act.seal)
    return Row(
        place=fresh.index,
        commitment=committed,
        known_us=fresh.known_us,
        act=bytes.fromhex(fresh.act),
        subject=fresh.subject,
        kind=fresh.kind,
        on_from_us=fresh.on_from_us,
        on_to_us=fresh.on_to_us,
        is_about_keys=fresh.kind in _ABOUT_KEYS,
        envelope=None if act is None else written(act.envelope),
        signatures=None if act is None else written(act.signatures),
        payload=None if payload is None else written(payload),
        seal=None if seal is None else bytes.fromhex(seal),
    )


def entry(row: Row) -> Entry:
    """Return a kept entry as folds see it."""
    return Entry(
        row.place,
        row.known_us,
        row.subject,
        row.kind,
        row.on_from_us,
        row.on_to_us,
        row.act.hex(),
        None if row.payload is None else _PAYLOAD.decode(row.payload),
    )


def act_of(row: Row) -> Act | None:
    """Return the act of a kept entry; None where its envelope was erased.

    Raises `msgspec.DecodeError` where it is damaged.
    """
    if row.envelope is None or row.signatures is None:
        return None
    return Act(
        envelope=_ENVELOPE.decode(row.envelope),
        signatures=_SIGNATURES.decode(row.signatures),
        payload=None if row.payload is None else _PAYLOAD.decode(row.payload),
        seal=None if row.seal is None else row.seal.hex(),
    )


def _envelope(row: Row) -> Envelope:
    return _ENVELOPE.decode(row.envelope or b"")
