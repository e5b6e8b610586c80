# SPDX-License-Identifier: Apache-2.0
"""A tree of reasons as a file, with the proof of every signed act that it names.

`trust.grounds` checks the file, and docs/reference/proofs.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from foedus.desk.docket import Docket
from foedus.desk.enclosures import enclosures
from foedus.desk.nodes import Node
from foedus.trust.acts import written
from foedus.trust.grounds import FORMAT


def acts_of(node: Node) -> Iterator[str]:
    """Yield the ids of all signed acts that a tree names."""
    if node.act:
        yield node.act
    for inner in node.grounds:
        yield from acts_of(inner)


def ground_file(
    found: Docket, asked: str, node: Node, log: Path, witnesses: Sequence[str] = ()
) -> bytes:
    """Return the file of a tree; raises `OperatorError` where an act of it cannot be proven."""
    entries = [found.acts[name] for name in dict.fromkeys(acts_of(node)) if name in found.acts]
    held = enclosures(log, entries, witnesses)
    told: dict[str, Any] = {
        "asked": asked,
        "format": FORMAT,
        "marking": found.marking,
        "proofs": [msgspec.json.decode(one.proof) for one in held.acts],
        "tree": msgspec.to_builtins(node),
    }
    return written(told) + b"\n"
