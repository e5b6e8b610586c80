# SPDX-License-Identifier: Apache-2.0
"""State is a fold: a prefix is the past, snapshots are caches, an act about the past acts there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foedus.trust.folding import Entry, Fold, Snapshot, advanced, states

TRACE: Fold[tuple[int, ...]] = Fold(lambda _subject: (), lambda held, entry: (*held, entry.index))
ITEMS = st.tuples(
    st.sampled_from("abc"), st.integers(0, 9), st.integers(0, 2), st.booleans(), st.integers(0, 30)
)


def entries(items: list[tuple[str, int, int, bool, int]]) -> list[Entry]:
    """Return a log of made acts: subject, when it held, steps of knowing, withdrawals."""
    found: list[Entry] = []
    known = 0
    for index, (subject, on, step, withdraws, target) in enumerate(items):
        known += step
        own = [entry for entry in found if entry.subject == subject]
        withdrawn = own[target % len(own)].act if own and withdraws else None
        kind = "act.withdraw" if withdrawn else "record.note"
        payload = {"act": withdrawn} if withdrawn else {"text": "seen"}
        found.append(Entry(index, known, subject, kind, on, on + 1, f"act{index}", payload))
    return found


@given(st.lists(ITEMS, max_size=20), st.integers(0, 20))
def test_known_is_a_prefix(items: list[tuple[str, int, int, bool, int]], known: int) -> None:
    """What became known later changes nothing of what was known: the state is that of a prefix."""
    log = entries(items)
    prefix = [entry for entry in log if entry.known_us <= known]
    assert states(TRACE, log, known_us=known) == states(TRACE, prefix)


@given(st.lists(ITEMS, max_size=20), st.integers(0, 20))
def test_snapshot_is_a_cache(items: list[tuple[str, int, int, bool, int]], cut: int) -> None:
    """A snapshot of any prefix, brought up to date, equals a fold from the start."""
    log = entries(items)
    snapshot = Snapshot(len(log[:cut]), states(TRACE, log[:cut]))
    of_subject = {name: [entry for entry in log if entry.subject == name] for name in "abc"}
    found = advanced(snapshot, TRACE, log[cut:], of_subject.__getitem__)
    assert found == Snapshot(len(log), states(TRACE, log))


def test_act_about_the_past_takes_effect_there() -> None:
    """What is learnt late of an earlier day comes before what held later, and only once known."""
    log = entries([("a", 5, 1, False, 0), ("a", 3, 1, False, 0)])
    assert states(TRACE, log, known_us=1) == {"a": (0,)}
    assert states(TRACE, log) == {"a": (1, 0)}
    assert states(TRACE, log, on_us=4) == {"a": (1,)}


def test_withdrawn_act_has_no_effect_once_known() -> None:
    """A withdrawal undoes what it names from when it was known; before, the act stands."""
    log = entries([("a", 1, 1, False, 0), ("a", 2, 1, False, 0), ("a", 3, 1, True, 0)])
    assert states(TRACE, log, known_us=2) == {"a": (0, 1)}
    assert states(TRACE, log) == {"a": (1,)}
