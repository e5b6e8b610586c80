# SPDX-License-Identifier: Apache-2.0
"""A witness's rounds over a log in files: read the tiles, judge them, remember what was seen.

What a witness has seen of a log is one small JSON file, replaced whole; it is all that the witness
must not lose. Judging is left to `witness`.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from foedus.errors import Fault, OperatorError, PartyError
from foedus.trust.merkle import Nodes, consistency, leaf_hash, perfect_root
from foedus.trust.notes import Checkpoint, NoteKey, read_checkpoint, read_key
from foedus.trust.signatures import Signer
from foedus.trust.tiles import CHECKPOINT, tile_faults
from foedus.trust.witness import ForkError, Request, Seen, witnessed


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a witness remembers of one log."""

    log_key: str
    size: int = 0
    root: str = ""
    """64 hexadecimal digits; empty where nothing was seen yet."""
    checkpoint: str = ""
    """The last one that was cosigned."""


def watch(
    folder: Path, state: Path, name: str, signer: Signer, time_s: int, log_key: str | None = None
) -> Checkpoint:
    """Return the checkpoint of the log in `folder`, cosigned, and remember what it says.

    Raises `OperatorError` where the tiles are damaged or the state is of another log, and
    `ForkError` where the log shows two histories: then both checkpoints are written beside the
    state, under a name that ends in `.fork` and the newer size.
    """
    before = _state(state, log_key)
    key, seen = read_key(before.log_key), _seen(before)
    path = folder / CHECKPOINT
    fresh = read_checkpoint(path.read_text("utf-8"), str(path))
    faults, held = tile_faults(folder, fresh.size)
    if faults:
        raise OperatorError(*faults)
    nodes = _nodes([leaf_hash(item) for item in held])
    steps = consistency(nodes, seen.size, fresh.size) if 0 < seen.size < fresh.size else []
    request = Request(seen.size, steps, fresh)
    try:
        cosigned, now = witnessed(request, seen, key, name, signer, time_s)
    except ForkError:
        evidence = state.with_name(f"{state.name}.fork-{fresh.size}")
        evidence.write_text(f"{before.checkpoint}\n{fresh}", "utf-8")
        raise
    _keep(state, key, now, cosigned)
    return cosigned


def _nodes(leaves: list[bytes]) -> Nodes:
    return lambda level, index: perfect_root(leaves[index << level : (index + 1) << level])


def _seen(state: State) -> Seen:
    return Seen(state.size, bytes.fromhex(state.root)) if state.size else Seen()


def _state(path: Path, log_key: str | None) -> State:
    if not path.exists():
        if log_key is None:
            hint = "give --log-key, from a source that you trust"
            raise OperatorError(
                Fault(file=str(path), expected="a log's key", got="none", hint=hint)
            )
        return State(log_key=str(read_key(log_key)))
    try:
        found = msgspec.json.decode(path.read_bytes(), type=State)
    except msgspec.DecodeError as error:
        expected = "what a witness has seen"
        raise OperatorError(Fault(file=str(path), expected=expected, got=str(error))) from error
    if log_key not in (None, found.log_key):
        raise PartyError(Fault(file=str(path), expected=found.log_key, got=str(log_key)))
    return found


def _keep(path: Path, key: NoteKey, seen: Seen, note: Checkpoint) -> None:
    """Replace the file whole, so that a crash leaves the one or the other."""
    fresh = State(log_key=str(key), size=seen.size, root=seen.root.hex(), checkpoint=str(note))
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(fresh)) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
