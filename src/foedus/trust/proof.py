# SPDX-License-Identifier: Apache-2.0
"""Checks a proof file, by itself: `python proof.py FILE [--log-key KEY] [--witness KEY]…`.

This file needs Python and the package `cryptography`, and nothing else of the program that it came
with. docs/reference/proofs.md says what a proof file holds. It is checked in these steps, all of
them, whatever an earlier one gave:

1. The file is canonical JSON (RFC 8785) with just the fields that a proof has.
2. The fields that are shown and the commitments of those that are not give the payload's digest.
3. Every signature is by the key that it names, over the envelope.
4. The commitment of each act leads to the root of the checkpoint (RFC 6962).
5. The log's key signed the checkpoint (C2SP signed-note).
6. The witnesses cosigned it (C2SP tlog-cosignature).
7. Each signer's key was admitted by an act in the same log, back to the act that opened it.
8. An exercise says so in its origin and in every envelope.

What no proof can show: that a key was not revoked since, or that what an act says is true. Whether
keys of log and witnesses are the right ones is for you to know: give them, or compare those shown.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "foedus proof 1"
MAX_BYTES = 4_000_000
MAX_WHOLE = 2**53 - 1
ENVELOPE = {
    "author",
    "exercise",
    "kind",
    "known",
    "mission",
    "on",
    "payload",
    "salt",
    "subject",
    "zone",
}
PROOF = {"acts", "checkpoint", "format", "log_key", "witness_keys"}
ACT = {"envelope", "index", "known_us", "path", "payload", "signatures"}


class Failed(Exception):  # noqa: N818
    """A step that the file did not pass."""


class Step(NamedTuple):
    """One thing that was checked: the number of the step, whether it held, and what was found."""

    number: int
    held: bool
    said: str


class Answer(NamedTuple):
    """What a proof file came to."""

    steps: list[Step]
    acts: list[dict[str, Any]]
    exercise: bool

    @property
    def holds(self) -> bool:
        """Whether every step held."""
        return all(step.held for step in self.steps)


def verify(
    file: str | Path, *, log_key: str | None = None, witnesses: Sequence[str] = ()
) -> Answer:
    """Return what the proof in a file comes to: see `check`. Raises `OSError` without the file."""
    return check(Path(file).read_bytes(), log_key, witnesses)


def check(data: bytes, log_key: str | None = None, witnesses: Sequence[str] = ()) -> Answer:
    """Return what a proof file comes to; keys that are given must be the ones that signed."""
    steps: list[Step] = []
    try:
        proof = read(data)
    except Failed as failure:
        return Answer([Step(1, False, str(failure))], [], exercise=False)
    steps.append(Step(1, True, f"{len(data)} bytes of canonical JSON, {FORMAT}"))
    acts, note = proof["acts"], proof["checkpoint"]
    for act in acts:
        steps += _tried(2, _payload, act)
        steps += _tried(3, _signatures, act)
        steps += _tried(4, _inclusion, act, note)
    steps += _tried(5, _checkpoint, note, proof["log_key"], log_key)
    steps += _tried(6, _witnessed, note, proof["witness_keys"], witnesses)
    steps += _tried(7, _admitted, acts)
    steps += _tried(8, _exercise, acts, note)
    return Answer(steps, acts, exercise=acts[0]["envelope"]["exercise"])


def _tried(number: int, step: Any, *given: Any) -> Iterator[Step]:
    try:
        yield Step(number, True, step(*given))
    except Failed as failure:
        yield Step(number, False, str(failure))


def require(held: bool, said: str) -> None:  # noqa: FBT001
    """Raise `Failed` with what was expected and what came, unless it held."""
    if not held:
        raise Failed(said)


# (1) The form of the file.


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a value whose names are ASCII and whose numbers are whole."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def read(data: bytes) -> dict[str, Any]:
    """Return a proof whose form is right; raises `Failed` where it is not."""
    require(len(data) <= MAX_BYTES, f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        proof = json.loads(data, parse_float=_no_fraction, parse_constant=_no_fraction)
        same = canonical(proof) + b"\n" == data
    except (ValueError, RecursionError) as error:
        raise Failed(f"expected JSON, got {error}") from error
    require(same, "expected canonical JSON and one newline, got another form of it")
    _require_fields("proof", proof, PROOF)
    require(proof["format"] == FORMAT, f"expected format {FORMAT!r}, got {proof['format']!r}")
    texts = [proof["checkpoint"], proof["log_key"], *_list("witness_keys", proof["witness_keys"])]
    require(all(isinstance(text, str) for text in texts), "expected text for checkpoint and keys")
    require(bool(_list("acts", proof["acts"])), "expected at least one act, got none")
    for act in proof["acts"]:
        _require_act(act)
    return dict(proof)


def _no_fraction(text: str) -> Any:
    raise ValueError(f"{text}, which is no whole number")


def _require_fields(what: str, value: Any, names: set[str]) -> None:
    found = set(value) if isinstance(value, dict) else set()
    odd = sorted(found ^ names)
    require(not odd, f"expected a {what} with {len(names)} fields, got it with or without {odd}")


def _list(what: str, value: Any) -> list[Any]:
    require(isinstance(value, list), f"expected a list as {what}, got {type(value).__name__}")
    return list(value)


def _require_act(act: Any) -> None:
    _require_fields("act", act, ACT)
    envelope = act["envelope"]
    _require_fields("envelope", envelope, ENVELOPE)
    texts = [value for name, value in envelope.items() if name != "exercise"]
    require(
        all(isinstance(text, str) for text in texts) and isinstance(envelope["exercise"], bool),
        "expected an envelope of texts, with exercise true or false",
    )
    for name in ("index", "known_us"):
        is_whole = type(act[name]) is int and 0 <= act[name] <= MAX_WHOLE
        require(is_whole, f"expected a whole number as {name}, got {act[name]!r}")
    for item in _list("signatures", act["signatures"]):
        _require_fields("signature", item, {"key", "value"})
    if act["payload"] is not None:
        _require_fields("payload", act["payload"], {"hidden", "shown"})
        require(isinstance(act["payload"]["shown"], dict), "expected shown fields by name")


# (2) The payload, shown in part or whole.


def _payload(act: dict[str, Any]) -> str:
    envelope, payload = act["envelope"], act["payload"]
    name = _name(act)
    if payload is None:
        return f"{name}: the payload is withheld; its digest is {envelope['payload'][:16]}…"
    parts = [_unhex(text) for text in _list("hidden", payload["hidden"])]
    for field, pair in payload["shown"].items():
        is_pair = isinstance(pair, list) and len(pair) == 2
        require(is_pair, f"{name}: expected salt and value of {field}")
        line = b"foedus field 1\n" + _unhex(pair[0]) + canonical([field, pair[1]])
        parts.append(hashlib.sha256(line).digest())
    found = hashlib.sha256(b"foedus payload 1\n" + b"".join(sorted(parts))).hexdigest()
    expected = f"{name}: expected a payload with the digest {envelope['payload']}, got {found}"
    require(found == envelope["payload"], expected)
    in_order = payload["hidden"] == sorted(payload["hidden"])
    require(in_order, f"{name}: expected hidden fields in order")
    shown, hidden = len(payload["shown"]), len(payload["hidden"])
    return f"{name}: the payload is as signed; {shown} fields shown, {hidden} withheld"


def _name(act: dict[str, Any]) -> str:
    return f"act {act['index']} ({act['envelope']['kind']})"


def _unhex(text: Any, length: int = 32) -> bytes:
    is_hex = isinstance(text, str) and set(text) <= set("0123456789abcdef")
    require(is_hex and len(text) == 2 * length, f"expected {2 * length} digits, got {text!r}")
    return bytes.fromhex(text)


# (3) The signatures over the envelope.


def _signatures(act: dict[str, Any]) -> str:
    data = b"foedus act 1\n" + canonical(act["envelope"])
    names = [item["key"] for item in act["signatures"]]
    name = _name(act)
    require(act["envelope"]["author"] in names, f"{name}: expected the author's signature")
    for item in act["signatures"]:
        is_good = _is_signed(_key(item["key"]), _unhex(item["value"], 64), data)
        require(is_good, f"{name}: expected a signature by {item['key']}, got another")
    return f"{name}: signed by {', '.join(names)}"


def _key(name: Any) -> bytes:
    is_key = isinstance(name, str) and name.startswith("ed25519:")
    require(is_key, f"expected a key: ed25519: and 64 digits, got {name!r}")
    return _unhex(name.removeprefix("ed25519:"))


def _is_signed(public: bytes, value: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(value, data)
    except (InvalidSignature, ValueError):
        return False
    return True


# (4) The act's place in the tree: RFC 6962, checked as RFC 9162, section 2.1.3.2, says.


def _inclusion(act: dict[str, Any], note: str) -> str:
    leaf = hashlib.sha256(b"foedus leaf 1\n" + _unhex(act["envelope"]["salt"]))
    leaf.update(hashlib.sha256(b"foedus act 1\n" + canonical(act["envelope"])).digest())
    leaf.update(hashlib.sha256(canonical(act["signatures"])).digest())
    leaf.update(act["known_us"].to_bytes(8, "big"))
    _, size, root = _body(note)
    path = [_unhex(text) for text in _list("path", act["path"])]
    found = root_of(hashlib.sha256(b"\0" + leaf.digest()).digest(), act["index"], size, path)
    name = _name(act)
    require(found == root, f"{name}: expected a path to the root {root.hex()}, got another root")
    when = dt.datetime.fromtimestamp(act["known_us"] / 1e6, dt.UTC)
    return f"{name}: in the log of {size} acts, known since {when:%Y-%m-%d %H:%M:%S} UTC"


def root_of(found: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root to which a path leads from the hash of a leaf; None where there is none."""
    if index >= size:
        return None
    last = size - 1
    for item in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = hashlib.sha256(b"\1" + item + found).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + item).digest()
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


# (5, 6) The checkpoint: who signed, who cosigned.


def _body(note: str) -> tuple[str, int, bytes]:
    lines = note.partition("\n\n")[0].split("\n")
    is_body = len(lines) == 3 and lines[1].isdecimal() and str(int(lines[1])) == lines[1]
    require(is_body, "expected a checkpoint: origin, size, root")
    return lines[0], int(lines[1]), _base64(lines[2])


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Failed(f"expected base64, got {text!r}") from error
    require(base64.b64encode(data).decode() == text, f"expected base64 in its one form: {text!r}")
    return data


def _lines(note: str) -> list[tuple[str, bytes]]:
    tail = note.partition("\n\n")[2]
    require(tail.endswith("\n"), "expected signature lines under the checkpoint")
    found = []
    for line in tail[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, value = rest.partition(" ")
        require(dash == "—" and bool(name), f"expected a signature line, got {line!r}")
        found.append((name, _base64(value)))
    return found


def _note_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """Name, id and public key of a key written as name+hash+key, of a type."""
    name, _, rest = text.partition("+")
    data = _base64(rest.partition("+")[2])
    key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    is_key = len(data) == 33 and data[0] == kind and rest.partition("+")[0] == key_id.hex()
    require(is_key, f"expected a key written as name+hash+key, got {text!r}")
    return name, key_id, data[1:]


def _checkpoint(note: str, said: str, given: str | None) -> str:
    name, key_id, public = _note_key(said, 1)
    origin, size, _ = _body(note)
    require(name == origin, f"expected a key of the log {origin}, got one of {name}")
    require(given in (None, said), f"expected the log's key {given}, got {said}")
    own = [value[4:] for who, value in _lines(note) if (who, value[:4]) == (name, key_id)]
    body = note.partition("\n\n")[0].encode() + b"\n"
    is_signed = bool(own) and all(_is_signed(public, value, body) for value in own)
    require(is_signed, f"expected the signature of {name} under its checkpoint")
    trust = "as you gave it" if given else f"to be compared: {said}"
    return f"the log {origin} signed its checkpoint of {size} acts; its key is {trust}"


def _witnessed(note: str, said: list[str], given: Sequence[str]) -> str:
    body = note.partition("\n\n")[0].encode() + b"\n"
    lines, keys = _lines(note), [_note_key(text, 4) for text in said]
    missing = sorted(set(given) - set(said))
    require(not missing, f"expected a cosignature by {missing}, got none")
    found = []
    for name, key_id, public in keys:
        own = [value for who, value in lines if (who, value[:4]) == (name, key_id)]
        require(bool(own), f"expected a cosignature by {name}, got none")
        for value in own:
            seconds = int.from_bytes(value[4:12], "big")
            data = f"cosignature/v1\ntime {seconds}\n".encode() + body
            require(_is_signed(public, value[12:], data), f"expected a cosignature by {name}")
            found.append(f"{name} at {_utc(seconds)}")
    extra = len(lines) - len(found) - 1
    require(extra == 0, f"expected a key for each signature line, got {extra} lines without")
    return f"cosigned by {', '.join(found)}" if found else "cosigned by nobody"


def _utc(seconds: int) -> str:
    require(seconds < 2**36, f"expected a time in seconds, got {seconds}")
    when = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


# (7) Whose the keys are, by acts of the same log.


def _admitted(acts: list[dict[str, Any]]) -> str:
    said = []
    for act in acts:
        for item in act["signatures"]:
            is_next = item["key"] == _shown(act, "next_key")
            if not is_next:
                holder, roles, index = _admission(item["key"], act["index"], acts[1:] or acts)
                if act is acts[0]:
                    said.append(f"{holder} ({', '.join(roles)}; admitted by act {index})")
    return f"act {acts[0]['index']} is signed by {', '.join(said)}"


def _admission(key: str, before: int, acts: list[dict[str, Any]]) -> tuple[str, list[str], int]:
    """Holder and roles of a key by an act that is not after `before`; raises `Failed`."""
    for act in acts:
        kind, index = act["envelope"]["kind"], act["index"]
        if kind == "log.open" and index == 0:
            for item in _list("registrars", _shown(act, "registrars")):
                if isinstance(item, dict) and item.get("key") == key:
                    return str(item.get("holder")), ["registrar"], 0
        elif index < before and kind == "key.admit" and _shown(act, "key") == key:
            roles = [str(role) for role in _list("roles", _shown(act, "roles"))]
            return str(_shown(act, "holder")), roles, index
        elif index < before and kind == "key.rotate" and _shown(act, "next_key") == key:
            return _admission(str(_shown(act, "key")), index, acts)
    raise Failed(f"expected an act before {before} that admits {key}, got none")


def _shown(act: dict[str, Any], field: str) -> Any:
    pair = (act["payload"] or {"shown": {}})["shown"].get(field)
    return pair[1] if isinstance(pair, list) and len(pair) == 2 else None


# (8) An exercise is told from earnest.


def _exercise(acts: list[dict[str, Any]], note: str) -> str:
    origin, _, _ = _body(note)
    is_exercise = origin.endswith("/exercise")
    alike = all(act["envelope"]["exercise"] is is_exercise for act in acts)
    require(alike, f"expected all acts of {origin} to say whether it is an exercise")
    missions = sorted({act["envelope"]["mission"] for act in acts})
    require(len(missions) == 1, f"expected acts of one mission, got {missions}")
    return f"mission {missions[0]}, {'an EXERCISE' if is_exercise else 'in earnest'}"


def lines_of(answer: Answer) -> list[str]:
    """Return what is to be printed of an answer: each step, what the act says, and the end."""
    mark = "EXERCISE  " if answer.exercise else ""
    lines = [
        f"{mark}{'holds ' if step.held else 'FAILED'}  ({step.number}) {step.said}"
        for step in answer.steps
    ]
    if answer.holds:
        lines += [mark + line for line in _said(answer.acts[0])]
    end = "The proof holds." if answer.holds else "The proof does NOT hold."
    return [_visible(line) for line in (*lines, mark + end)]


def _visible(line: str) -> str:
    """A line in which nothing steers the terminal or turns its text around."""
    return "".join(x if x.isprintable() else f"\\u{ord(x):04x}" for x in line)


def _said(act: dict[str, Any]) -> list[str]:
    envelope = act["envelope"]
    lines = [f"{envelope['kind']} about {envelope['subject']}, held on {envelope['on']}"]
    shown = (act["payload"] or {"shown": {}})["shown"]
    return lines + [f"  {name}: {canonical(shown[name][1]).decode()}" for name in sorted(shown)]


def main() -> int:
    """Check the file that is named on the command line; 0 where the proof holds, else 1."""
    parser = argparse.ArgumentParser(description="Checks a proof file.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--log-key", help="The log's key that you trust, name+hash+key.")
    parser.add_argument("--witness", action="append", default=[], help="A witness's key; repeat.")
    call = parser.parse_args()
    answer = verify(call.file, log_key=call.log_key, witnesses=call.witness)
    sys.stdout.write("\n".join(lines_of(answer)) + "\n")
    return 0 if answer.holds else 1


if __name__ == "__main__":
    sys.exit(main())
