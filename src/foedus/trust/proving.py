# SPDX-License-Identifier: Apache-2.0
"""Makes the proof file of an act: the act, shown in part or whole, and all that it rests on.

`prove` finds the act and the newest checkpoint in a log; `proof_of` is given both.
With the act stand those that admitted its signers' keys, back to the one that opened the log, each
with its path to the root of one checkpoint. `proof` checks the file; it imports nothing of this.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from foedus.errors import Fault, OperatorError
from foedus.trust.acts import Act, field_commitment, field_salt, written
from foedus.trust.keyring import OPEN, ROTATE
from foedus.trust.log import Log, act_of
from foedus.trust.notes import Checkpoint, NoteKey, cosignatures, log_key, read_key
from foedus.trust.proof import FORMAT
from foedus.trust.sqlite_store import SqliteStore


def prove(
    log: Log | str | Path,
    asked: str,
    *,
    hide: Collection[str] = (),
    witnesses: Collection[str] = (),
) -> bytes:
    """Return the proof file of the act whose id begins with `asked`, under the last checkpoint.

    `log` is an open log or the file of one. `hide` names fields of the payload that are withheld;
    `witnesses` are the keys (name+hash+key) of those whose cosignatures are shown. Raises
    `OperatorError` where there is no such act, field or checkpoint that covers the act.
    """
    if not isinstance(log, Log):
        store = SqliteStore(Path(log), read_only=True)
        try:
            return prove(Log(store, {}), asked, hide=hide, witnesses=witnesses)
        finally:
            store.close()
    checkpoint, index = log.last_checkpoint(), log.index_of(asked)
    if checkpoint is None or checkpoint.size <= index:
        got = "none" if checkpoint is None else f"one of {checkpoint.size} entries"
        fault = Fault(
            file=log.store.name,
            expected=f"a checkpoint that covers entry {index}",
            got=got,
            hint="sign one with: log checkpoint",
        )
        raise OperatorError(fault)
    keys = [read_key(text) for text in witnesses]
    return proof_of(log, index, checkpoint, hide=hide, witnesses=keys)


def proof_of(
    log: Log,
    index: int,
    checkpoint: Checkpoint,
    *,
    hide: Collection[str] = (),
    witnesses: Collection[NoteKey] = (),
) -> bytes:
    """Return the proof file of the act at `index`, under a checkpoint of this log.

    `hide` names fields of the payload that are withheld. Cosignatures by keys other than
    `witnesses` are left out. Raises `OperatorError` where the checkpoint is older than the act, the
    envelope was erased or a field to be hidden is not there.
    """
    if index >= checkpoint.size:
        expected, got = f"a checkpoint of more than {index} acts", str(checkpoint.size)
        raise OperatorError(Fault(file=log.store.name, expected=expected, got=got))
    opening = log.standing.keyring.opening
    assert opening is not None
    own = log_key(opening.origin, opening.checkpoint_key)
    known = [key for key in witnesses if cosignatures(checkpoint, [key])]
    ids = {(key.name, key.id) for key in (own, *known)}
    lines = tuple(line for line in checkpoint.lines if (line.name, line.key_id) in ids)
    shown = [_shown_act(log, index, checkpoint.size, hide)]
    shown += [_shown_act(log, place, checkpoint.size, ()) for place in _grounds(log, index)]
    proof = {
        "acts": shown,
        "checkpoint": str(checkpoint._replace(lines=lines)),
        "format": FORMAT,
        "log_key": str(own),
        "witness_keys": sorted(map(str, known)),
    }
    return written(proof) + b"\n"


def _act_at(log: Log, index: int) -> Act:
    act = act_of(log.row(index))
    if act is None:
        expected, got = "an act with its envelope", f"act {index}, which was erased"
        raise OperatorError(Fault(file=log.store.name, expected=expected, got=got))
    return act


def _shown_act(log: Log, index: int, size: int, hide: Collection[str]) -> dict[str, Any]:
    act = _act_at(log, index)
    return {
        "envelope": act.envelope,
        "index": index,
        "known_us": log.row(index).known_us,
        "path": [item.hex() for item in log.inclusion(index, size)],
        "payload": _payload(act, hide),
        "signatures": act.signatures,
    }


def _payload(act: Act, hide: Collection[str]) -> dict[str, Any] | None:
    if act.payload is None or act.seal is None:
        return None
    odd = sorted(set(hide) - set(act.payload))
    if odd:
        fields = ", ".join(sorted(act.payload))
        raise OperatorError(Fault(expected=f"fields of the payload: {fields}", got=", ".join(odd)))
    seal = bytes.fromhex(act.seal)
    salts = {name: field_salt(seal, name) for name in act.payload}
    shown = {
        name: [salts[name].hex(), value] for name, value in act.payload.items() if name not in hide
    }
    hidden = [field_commitment(salts[name], name, act.payload[name]).hex() for name in hide]
    return {"hidden": sorted(set(hidden)), "shown": shown}


def redacted(proof: Mapping[str, Any], hide: Collection[str]) -> bytes:
    """Return a proof file with more fields of its first act withheld: it needs no log for that.

    Raises `OperatorError` where a field is not shown.
    """
    first = dict(proof["acts"][0])
    payload = first["payload"] or {"hidden": [], "shown": {}}
    odd = sorted(set(hide) - set(payload["shown"]))
    if odd:
        raise OperatorError(Fault(expected="fields that are shown", got=", ".join(odd)))
    fresh = [
        field_commitment(bytes.fromhex(salt), name, value).hex()
        for name, (salt, value) in payload["shown"].items()
        if name in hide
    ]
    first["payload"] = {
        "hidden": sorted([*payload["hidden"], *fresh]),
        "shown": {name: pair for name, pair in payload["shown"].items() if name not in hide},
    }
    return written({**proof, "acts": [first, *proof["acts"][1:]]}) + b"\n"


def _grounds(log: Log, index: int) -> list[int]:
    """The acts that admitted the keys of an act's signers, and those of theirs, and so on."""
    found: set[int] = set()
    ahead = [index]
    while ahead:
        for place in _admitting(log, _act_at(log, ahead.pop())):
            if place not in found:
                found.add(place)
                ahead.append(place)
    return sorted(found - {index})


def _admitting(log: Log, act: Act) -> set[int]:
    keys = log.standing.keyring.keys
    if act.envelope.kind == OPEN.name:
        return {0}
    names = {item.key for item in act.signatures}
    if act.envelope.kind == ROTATE.name and act.payload is not None:
        names -= {act.payload["next_key"]}
    return {keys[name].admitted_at for name in names}
