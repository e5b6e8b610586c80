# SPDX-License-Identifier: Apache-2.0
"""State is a fold over acts, asked by two times: when it held (`on`), when it was known (`known`).

A log is in the order in which it came to know, so what was known at a moment is a prefix of it.
Within one subject, acts take effect in the order in which they held, and in that of the log where
they held together. An act that is withdrawn has no effect from when the withdrawal was known. What
subject, state and step are is said by the stage. A `Snapshot` is a cache: it may be deleted, and
brought up to date it equals a fold from the start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from foedus.trust.kinds import WITHDRAWAL

S = TypeVar("S")
END_US: Final = 2**63 - 1
"""Later than every moment."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An act as folds see it; the payload is None where it is withheld or erased."""

    index: int
    """Its place in the log."""
    known_us: int
    """When the record knew it, in UTC microseconds; never less than that of the entry before."""
    subject: str
    kind: str
    on_from_us: int
    on_to_us: int
    """When what it tells held, as far as that is known: from <= t < to."""
    act: str
    """Its id."""
    payload: dict[str, Any] | None


class Fold(NamedTuple, Generic[S]):
    """How the state of one subject arises: where it starts, and what each act makes of it."""

    start: Callable[[str], S]
    step: Callable[[S, Entry], S]


class Snapshot(NamedTuple, Generic[S]):
    """The states that the first `size` entries of a log give, by subject."""

    size: int
    states: Mapping[str, S]


def known_by(entries: Iterable[Entry], known_us: int) -> Iterator[Entry]:
    """Yield the entries that the record knew by `known_us`: a prefix of the log."""
    for entry in entries:
        if entry.known_us > known_us:
            return
        yield entry


def history(entries: Iterable[Entry], *, on_us: int = END_US) -> list[Entry]:
    """Return the entries of one subject that have effect, in the order in which they held.

    An entry counts where it may have begun to hold by `on_us`.
    """
    all_of_it = list(entries)
    withdrawn = {
        entry.payload["act"]
        for entry in all_of_it
        if entry.kind == WITHDRAWAL.name and entry.payload is not None
    }
    held = [
        entry
        for entry in all_of_it
        if entry.on_from_us <= on_us
        and entry.act not in withdrawn
        and entry.kind != WITHDRAWAL.name
    ]
    return sorted(held, key=lambda entry: (entry.on_from_us, entry.index))


def state(fold: Fold[S], subject: str, entries: Iterable[Entry], *, on_us: int = END_US) -> S:
    """Return the state of one subject after the acts of its `entries`."""
    reached = fold.start(subject)
    for entry in history(entries, on_us=on_us):
        reached = fold.step(reached, entry)
    return reached


def states(
    fold: Fold[S], entries: Iterable[Entry], *, on_us: int = END_US, known_us: int = END_US
) -> dict[str, S]:
    """Return the state of every subject that held at `on_us`, as the record knew it at `known_us`.

    `entries` are those of a log in its order.
    """
    by_subject: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in known_by(entries, known_us):
        by_subject[entry.subject].append(entry)
    return {subject: state(fold, subject, own, on_us=on_us) for subject, own in by_subject.items()}


def advanced(
    snapshot: Snapshot[S],
    fold: Fold[S],
    tail: Sequence[Entry],
    entries_of: Callable[[str], Iterable[Entry]],
) -> Snapshot[S]:
    """Return the snapshot brought up to date by the entries since it, at the cost of these.

    Only subjects that `tail` touches are folded anew, from all their entries (`entries_of`, up to
    the end of `tail`), since an act about the past takes effect in the past.
    """
    touched = {entry.subject for entry in tail}
    fresh = {subject: state(fold, subject, entries_of(subject)) for subject in sorted(touched)}
    return Snapshot(snapshot.size + len(tail), {**snapshot.states, **fresh})
