# SPDX-License-Identifier: Apache-2.0
"""Checks a file of grounds: a tree of reasons with the proofs of all acts that it names.

docs/reference/proofs.md says what the file holds. It is checked in these steps, all of them:

1. The file is canonical JSON with just the fields that it has.
2. Every enclosed proof holds (`proof`), all under one checkpoint of one log.
3. Every act that the tree names is proven, and says what the tree says of it.
4. Every id that is a digest is what its parts give.
5. No chain is broken: each ends at an address, a source, a file, a vote or a statement.

What this cannot show: that the rules of a text were applied rightly. That is worked out anew from
the same record and log; and what the public record is cited for is to be read at its source.

Needs Python and `cryptography`, as `proof` does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from foedus.trust.proof import Answer, Failed, Step, canonical, check, require

FORMAT: Final = "foedus grounds 1"
FIELDS: Final = {"asked", "format", "marking", "proofs", "tree"}
LEAVES: Final = (
    "url",
    "source",
    "input",
    "statement",
    "reason",
    "key",
    "condition",
    "vote",
    "citation",
)
"""Kinds of steps on which a chain may end."""
MAX_BYTES: Final = 64_000_000
MAX_DEPTH: Final = 40


class Grounds(NamedTuple):
    """What a file of grounds came to."""

    steps: list[Step]
    proofs: list[Answer]
    tree: dict[str, Any]
    marking: str

    @property
    def holds(self) -> bool:
        """Whether every step held."""
        return all(step.held for step in self.steps)


def is_grounds(data: bytes) -> bool:
    """Return whether bytes claim to be a file of grounds."""
    return f'"format":"{FORMAT}"'.encode() in data[:4096]


def check_grounds(
    data: bytes, log_key: str | None = None, witnesses: Sequence[str] = ()
) -> Grounds:
    """Return what a file of grounds comes to; keys that are given must be the ones that signed."""
    try:
        held = _read(data)
    except Failed as failure:
        return Grounds([Step(1, False, str(failure))], [], {}, "")
    steps = [Step(1, True, f"{len(data)} bytes of canonical JSON, {FORMAT}")]
    answers = [check(canonical(one) + b"\n", log_key, witnesses) for one in held["proofs"]]
    steps += _proofs(held["proofs"], answers)
    nodes = list(_nodes(held["tree"]))
    steps += _acts(nodes, answers)
    steps += _links(nodes)
    steps += _chain(nodes)
    return Grounds(steps, answers, held["tree"], held["marking"])


def _read(data: bytes) -> dict[str, Any]:
    """Numbered step 1."""
    require(len(data) <= MAX_BYTES, f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        held = json.loads(data)
        same = canonical(held) + b"\n" == data
    except (ValueError, RecursionError) as error:
        raise Failed(f"expected JSON, got {error}") from error
    require(same, "expected canonical JSON and one newline, got another form of it")
    require(isinstance(held, dict) and set(held) == FIELDS, f"expected the fields {sorted(FIELDS)}")
    require(held["format"] == FORMAT, f"expected format {FORMAT!r}, got {held['format']!r}")
    require(isinstance(held["proofs"], list), "expected a list of proofs")
    require(isinstance(held["marking"], str), "expected text for the marking")
    _require_node(held["tree"], 0)
    return dict(held)


def _require_node(node: Any, depth: int) -> None:
    require(depth <= MAX_DEPTH, f"expected at most {MAX_DEPTH} levels")
    require(isinstance(node, dict), "expected an object for each step of the tree")
    for name in ("kind", "id", "text"):
        require(isinstance(node.get(name), str), f"expected text for {name} of each step")
    require(isinstance(node.get("grounds", []), list), "expected a list of grounds")
    for inner in node.get("grounds", []):
        _require_node(inner, depth + 1)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("grounds", []):
        yield from _nodes(inner)


def _proofs(proofs: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Iterator[Step]:
    """Numbered step 2."""
    for answer in answers:
        failed = [step.said for step in answer.steps if not step.held]
        name = _named(answer)
        yield Step(2, not failed, f"{name}: {'; '.join(failed) or 'its proof holds'}")
    notes = {(one.get("checkpoint"), one.get("log_key")) for one in proofs}
    if len(notes) > 1:
        yield Step(2, False, "expected all proofs under one checkpoint of one log, got several")


def _named(answer: Answer) -> str:
    if not answer.acts:
        return "a proof that cannot be read"
    envelope = answer.acts[0]["envelope"]
    return f"{envelope['kind']} about {envelope['subject']}"


def _acts(nodes: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Iterator[Step]:
    """Numbered step 3."""
    proven = {_act_id(answer): answer for answer in answers if answer.acts and answer.holds}
    told: dict[str, dict[str, Any]] = {}
    for node in nodes:
        name = node.get("act", "")
        if name:
            told.setdefault(name, {}).update(node.get("says", {}))
    for name, says in told.items():
        answer = proven.get(name)
        if answer is None:
            yield Step(3, False, f"act {name[:16]} is named, and not proven")
            continue
        shown = _shown(answer)
        odd = [field for field in says if field not in shown or shown[field] != says[field]]
        wrong = f"does not say so: {', '.join(sorted(odd))}" if odd else "says what is told of it"
        yield Step(3, not odd, f"act {name[:16]} ({_named(answer)}) {wrong}")


def _act_id(answer: Answer) -> str:
    envelope = answer.acts[0]["envelope"]
    return hashlib.sha256(b"foedus act 1\n" + canonical(envelope)).hexdigest()


def _shown(answer: Answer) -> dict[str, Any]:
    payload = answer.acts[0]["payload"] or {"shown": {}}
    return {name: pair[1] for name, pair in payload["shown"].items()}


def _links(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    """Numbered step 4."""
    for node in nodes:
        link = node.get("link")
        if link is None:
            continue
        found = _derived(link)
        said = f"{node['kind']} {node['id'][:33]}"
        wrong = "" if found == node["id"] else f", which gives {found[:33]}"
        yield Step(4, not wrong, f"{said} follows from what it names{wrong}")


def _derived(link: Mapping[str, Any]) -> str:
    if not isinstance(link, dict) or not isinstance(link.get("digits"), int):
        return "nothing: the link cannot be read"
    digits = hashlib.sha256(canonical(link.get("of"))).hexdigest()
    return str(link.get("prefix", "")) + digits[: link["digits"]]


def _chain(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    """Numbered step 5."""
    found = [
        node
        for node in nodes
        if node.get("broken") or not (node.get("grounds") or node["kind"] in LEAVES)
    ]
    for node in found:
        why = node.get("broken") or "it ends where it should go on"
        yield Step(5, False, f"{node['kind']} {node['id'][:33]}: {why}")
    if not found:
        yield Step(5, True, f"{len(nodes)} steps, and every chain goes down to its end")
