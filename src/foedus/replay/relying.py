# SPDX-License-Identifier: Apache-2.0
"""Who had relied on something: the acts that cite it, and those that cite these in turn.

An act relies on what its payload names by id, whichever field it stands in, and on its subject. A
vote relies on all that its case rested on when it was cast. Acts are told, never taken away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import msgspec

from foedus.cases import kinds
from foedus.trust.folding import Entry

VOTES: Final = (kinds.VOTE.name, kinds.DETERMINE.name)
"""Acts that rest on all that was taken into their case before."""


class Relied(msgspec.Struct, frozen=True, kw_only=True):
    """One act that relied on what changed."""

    act: str
    kind: str
    subject: str
    known_us: int
    cites: tuple[str, ...]
    """What it relied on: ids that changed, or acts that relied on these."""


def relied_on(entries: Sequence[Entry], touched: Collection[str]) -> tuple[Relied, ...]:
    """Return the acts that relied on `touched`, in the order of the record.

    One pass is enough: an act can cite only what was on record before it.
    """
    known, found = set(touched), list[Relied]()
    of_case: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        cited = [one for one in dict.fromkeys(_named(entry)) if one in known]
        if entry.kind in VOTES:
            cited += [one for one in of_case[entry.subject] if one not in cited]
        if not cited:
            continue
        known.add(entry.act)
        of_case[entry.subject].append(entry.act)
        found.append(
            Relied(
                act=entry.act,
                kind=entry.kind,
                subject=entry.subject,
                known_us=entry.known_us,
                cites=tuple(cited),
            )
        )
    return tuple(found)


def _named(entry: Entry) -> Iterator[str]:
    """Yield every text of an act's payload, and its subject."""
    yield entry.subject
    yield from _texts(entry.payload)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
