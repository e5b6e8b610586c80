# SPDX-License-Identifier: Apache-2.0
"""A witness: it cosigns what grows, and keeps the evidence where a log shows two histories.

It needs no payload, no act and no trust in the operator: a checkpoint signed by the log's key and a
proof that it is consistent with the last one that this witness cosigned. With two such checkpoints
that are not consistent anybody can show that the log was forked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from foedus.errors import Fault, PartyError
from foedus.trust.merkle import EMPTY, is_consistent
from foedus.trust.notes import Checkpoint, NoteKey, cosigned, is_signed_by
from foedus.trust.signatures import Signer


class Seen(NamedTuple):
    """The largest consistent tree of a log that a witness has seen."""

    size: int = 0
    root: bytes = EMPTY


class Request(NamedTuple):
    """What a log shows to a witness: its checkpoint, and what leads there from `old` entries."""

    old: int
    path: Sequence[bytes]
    checkpoint: Checkpoint


class ForkError(PartyError):
    """A log signed a checkpoint that is not consistent with what its witness has seen."""


def witnessed(
    request: Request, seen: Seen, key: NoteKey, name: str, signer: Signer, time_s: int
) -> tuple[Checkpoint, Seen]:
    """Return the cosigned checkpoint, and what has been seen now.

    Raises `PartyError` where the log's key did not sign or the proof is for another size, and
    `ForkError` where the log's own signature stands under a history that is not the one seen.
    """
    fresh = request.checkpoint
    if fresh.origin != key.name or not is_signed_by(fresh, key):
        got = f"one of {fresh.origin} without it"
        raise PartyError(Fault(expected=f"a checkpoint signed by {key.name}", got=got))
    if fresh.size < seen.size:
        got = f"{fresh.size}, an older one"
        raise PartyError(Fault(expected=f"a tree of at least {seen.size} entries", got=got))
    if request.old != seen.size:
        expected, got = f"a proof from {seen.size} entries", f"from {request.old}"
        raise PartyError(Fault(expected=expected, got=got, hint="ask the log for it"))
    if not is_consistent(seen.size, seen.root, fresh.size, fresh.root, request.path):
        expected = f"a tree that begins with the {seen.size} entries that this witness has seen"
        got = f"one of {fresh.size} entries with another beginning"
        hint = "do not cosign; both checkpoints are kept as evidence of two histories"
        raise ForkError(Fault(file=key.name, expected=expected, got=got, hint=hint))
    return cosigned(fresh, name, signer, time_s), Seen(fresh.size, fresh.root)
