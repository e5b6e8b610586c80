# SPDX-License-Identifier: Apache-2.0
"""Makes the test vectors of acts and proofs: `python tests/trust/vectors.py` writes them anew.

Keys follow from their holders' names (SHA-256 of the name is the private key), salts and seals from
what is said, so that every byte is the same each time. Nothing real is signed with such keys.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from made_acts import KINDS, NOW, act, admission, key, note, opening, us

from foedus.trust import acts, proof
from foedus.trust.log import Log
from foedus.trust.merkle import leaf_hash
from foedus.trust.notes import cosigned, witness_key
from foedus.trust.proving import proof_of
from foedus.trust.sqlite_store import SqliteStore

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference" / "vectors"
WITNESS: Final = witness_key("witness.example/w", key("witness").key)
VOTE: Final = {"state": "fr", "passed": True, "votes": 311}
Change = Callable[[dict[str, Any]], object]


def _set(*path: str | int) -> Callable[[Any], Change]:
    """Return what makes a change that sets the value at a path."""

    def with_value(value: Any) -> Change:
        def change(whole: dict[str, Any]) -> None:
            inner: Any = whole
            for part in path[:-1]:
                inner = inner[part]
            inner[path[-1]] = value

        return change

    return with_value


BAD: Final[dict[str, tuple[int, Change]]] = {
    "unknown-field": (1, _set("note")("x")),
    "other-format": (1, _set("format")("foedus proof 2")),
    "value-changed": (2, _set("acts", 0, "payload", "shown", "votes", 1)(312)),
    "salt-changed": (2, _set("acts", 0, "payload", "shown", "votes", 0)("0" * 64)),
    "envelope-changed": (3, _set("acts", 0, "envelope", "on")("2026-01-07")),
    "time-changed": (4, _set("acts", 0, "known_us")(1)),
    "index-changed": (4, _set("acts", 0, "index")(3)),
    "path-cut": (4, lambda whole: whole["acts"][0]["path"].pop()),
    "checkpoint-changed": (
        5,
        lambda whole: whole.update(checkpoint=whole["checkpoint"].replace("\n6\n", "\n7\n")),
    ),
    "witness-missing": (
        6,
        lambda whole: whole.update(
            checkpoint="".join(whole["checkpoint"].splitlines(keepends=True)[:-1])
        ),
    ),
    "admission-missing": (7, lambda whole: whole["acts"].pop(2)),
}
"""Name of a file that must fail -> the step that must say so, and what was changed."""


def vectors() -> dict[str, bytes]:
    """Return the files by their names."""
    with tempfile.TemporaryDirectory() as folder:
        log = Log(SqliteStore(Path(folder) / "log.sqlite"), KINDS)
        vote = act("consent.vote", VOTE, key("assembly"))
        rest = [admission("clerk", "recorder"), note("one"), note("two")]
        log.append(
            [opening("registrar"), admission("assembly", "parliament"), vote, *rest], us(NOW)
        )
        checkpoint = cosigned(log.checkpoint(key("operator")), WITNESS.name, key("witness"), 9)
        whole = proof_of(log, 2, checkpoint, witnesses=[WITNESS])
        cut = proof_of(log, 2, checkpoint, witnesses=[WITNESS], hide=["votes"])
        log.store.close()
    files = {"act.vector": _act_vector(vote), "vote.proof": whole, "vote-redacted.proof": cut}
    for name, (_step, change) in BAD.items():
        changed = json.loads(whole)
        change(changed)
        files[f"bad/{name}.proof"] = proof.canonical(changed) + b"\n"
    return files


def _act_vector(vote: acts.Act) -> bytes:
    seal = bytes.fromhex(vote.seal or "")
    fields = {
        name: {
            "salt": acts.field_salt(seal, name).hex(),
            "commitment": acts.field_commitment(acts.field_salt(seal, name), name, value).hex(),
        }
        for name, value in VOTE.items()
    }
    committed = acts.commitment(vote, us(NOW))
    said = {
        "act": json.loads(acts.written(vote)),
        "fields": fields,
        "bytes_to_sign": acts.bytes_to_sign(vote.envelope).decode(),
        "id": acts.act_id(vote.envelope),
        "known_us": us(NOW),
        "commitment": committed.hex(),
        "leaf_hash": leaf_hash(committed).hex(),
    }
    return json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def main() -> None:
    """Write the files."""
    for name, data in vectors().items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
