# SPDX-License-Identifier: Apache-2.0
"""The search for pairs and groups against a search that looks at everything."""

from __future__ import annotations

from itertools import combinations
from math import exp, log

import numpy as np
import pyarrow as pa
import pytest
from accounts import features, profile, setting
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.engines.local import LocalEngine
from foedus.incidents.agglomerate import components
from foedus.incidents.beliefs import Stated, Ways, beliefs
from foedus.incidents.density import log_density
from foedus.incidents.groups import group
from foedus.incidents.likelihood import IMPOSSIBLE, SOURCE, Beliefs, Ints, evidence
from foedus.incidents.memberships import CERTAIN, probability_ppm
from foedus.incidents.parameters import Parameters
from foedus.incidents.words import word_prints

MERGED = setting(*(profile(source, already_merged=True) for source in "abc"))
WAYS = Ways((Stated("a", 1), Stated("b", 1), Stated("c", 24)), (), (), ())


@st.composite
def records(draw: st.DrawFn) -> Ints:
    """Features of some reports in canonical order."""
    rows = [
        {
            "north_m": draw(st.integers(-6, 6)) * 700,
            "east_m": draw(st.integers(-6, 6)) * 700,
            "radius_m": draw(st.sampled_from([500, 1_500, 5_000])),
            "hour": draw(st.integers(0, 30)),
            "source": (source := draw(st.integers(0, 2))),
            "time_row": source,
        }
        for _ in range(draw(st.integers(2, 12)))
    ]
    found = features(*sorted(rows, key=lambda row: row["hour"]))
    found[:, 12] = -23_000_000
    return found


def naive_groups(rows: Ints, believed: Beliefs) -> list[int]:
    """Join the two groups that gain most, first over all pairs, until none gains."""
    count = rows.shape[0]
    pairs = {
        pair
        for pair in combinations(range(count), 2)
        if evidence(rows, believed, np.array(pair)) > 0
    }
    groups = {at: [at] for at in range(count)}
    while True:
        best = (0, 0, 0)
        for a, b in combinations(sorted(groups), 2):
            if not any((min(x, y), max(x, y)) in pairs for x in groups[a] for y in groups[b]):
                continue
            parts = sum(evidence(rows, believed, np.array(groups[x])) for x in (a, b))
            gain = evidence(rows, believed, np.array(sorted(groups[a] + groups[b]))) - parts
            best = max(best, (gain, -a, -b))
        if best[0] <= 0:
            return [next(g for g, m in groups.items() if at in m) for at in range(count)]
        groups[-best[1]] = sorted(groups[-best[1]] + groups.pop(-best[2]))


@settings(deadline=None, max_examples=80)
@given(records())
def test_search_finds_what_looking_at_everything_finds(rows: Ints) -> None:
    """Cells, bounds and the heap give the groups of the plain definition."""
    believed = beliefs(MERGED, WAYS)
    found = group(rows, believed, 0, LocalEngine(2))
    assert found.group.tolist() == naive_groups(rows, believed)


class Cut(LocalEngine):
    """An engine for which the record is cut into so many runs."""

    def __init__(self, slots: int) -> None:
        super().__init__(1)
        self._slots = slots

    @property
    def slots(self) -> int:
        """How many runs there are."""
        return self._slots


@settings(deadline=None, max_examples=80)
@given(records(), st.integers(2, 6))
def test_groups_are_the_same_however_the_record_is_cut(rows: Ints, runs: int) -> None:
    """Runs that are searched apart are settled into what one search over all finds."""
    believed = beliefs(MERGED, WAYS)
    cut, whole = (group(rows, believed, 0, Cut(count)) for count in (runs, 1))
    assert cut.group.tolist() == whole.group.tolist() == naive_groups(rows, believed)
    assert cut.gain.tolist() == whole.gain.tolist()
    assert cut.doubt.tolist() == whole.doubt.tolist()


@settings(deadline=None, max_examples=40)
@given(records())
def test_belonging_is_what_the_group_loses(rows: Ints) -> None:
    """A member's gain is the evidence of its group less that of the group without it."""
    believed = beliefs(MERGED, WAYS)
    found = group(rows, believed, 0, LocalEngine(1))
    for at, name in enumerate(found.group):
        members = np.flatnonzero(found.group == name)
        rest = members[members != at]
        expected = evidence(rows, believed, members) - evidence(rows, believed, rest)
        assert found.gain[at] == (expected if members.size > 1 else 0)


def naive_doubt(rows: Ints, believed: Beliefs, named: list[int], at: int) -> int:
    """What speaks for all that one report, or one exchange of two, could be instead."""
    count = rows.shape[0]
    tied = {
        pair
        for pair in combinations(range(count), 2)
        if evidence(rows, believed, np.array(pair)) > 0
    }
    held = {name: {k for k in range(count) if named[k] == name} for name in named}

    def gain(*changes: tuple[set[int], set[int]]) -> float:
        scores = [evidence(rows, believed, np.array(sorted(now), np.int64)) for _, now in changes]
        before = [evidence(rows, believed, np.array(sorted(was), np.int64)) for was, _ in changes]
        return exp((sum(scores) - sum(before)) / 1e6) if min(scores) > IMPOSSIBLE else 0.0

    own = held[named[at]]
    rest = own - {at}
    total = gain((own, rest))
    for name, other in held.items():
        if name != named[at] and any((min(k, at), max(k, at)) in tied for k in other):
            kept = {k for k in other if rows[k, SOURCE] != rows[at, SOURCE]}
            total += gain((own, rest), (other, kept | {at}))
    for rival in range(count):
        near = any((min(k, rival), max(k, rival)) in tied for k in rest)
        if rival not in own and rows[rival, SOURCE] == rows[at, SOURCE] and near:
            other = held[named[rival]]
            total += gain((own, rest | {rival}), (other, other - {rival}))
            if len(other) > 1:
                total += gain((own, rest | {rival}), (other, other - {rival} | {at}))
    return round(log(total) * 1e6)


@settings(deadline=None, max_examples=80)
@given(records())
def test_doubt_weighs_every_single_change(rows: Ints) -> None:
    """A membership is weighed against all that one report or one exchange could be instead."""
    believed = beliefs(MERGED, WAYS)
    found = group(rows, believed, 0, LocalEngine(1))
    named = found.group.tolist()
    for at, name in enumerate(named):
        if named.count(name) == 1:
            assert found.doubt[at] == CERTAIN
        else:
            assert found.doubt[at] == pytest.approx(naive_doubt(rows, believed, named, at), abs=5)


def test_less_is_certain_where_more_could_be() -> None:
    """Probabilities fall with doubt, stay within bounds, and one alone is certain."""
    doubt = np.array([CERTAIN, -40_000_000, -1_000_000, 0, 2_000_000])
    found = probability_ppm(doubt, 0.6)
    assert (np.diff(found) <= 0).all()
    assert found[0] == 1_000_000
    assert found[3] == 500_000
    assert (probability_ppm(doubt[1:3], 1.0) >= found[1:3]).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_components_are_named_by_their_first(edges: list[tuple[int, int]]) -> None:
    """Two items share a name exactly if edges lead from one to the other."""
    first, second = (np.array([e[k] for e in edges], np.int64) for k in (0, 1))
    name = components(10, first, second)
    reach = np.eye(10, dtype=bool)
    for a, b in edges:
        reach[a, b] = reach[b, a] = True
    for _ in range(4):
        reach = reach @ reach
    assert [int(np.flatnonzero(row)[0]) for row in reach] == name.tolist()


def test_density_grows_with_the_reports_around() -> None:
    """A crowded spot is denser than a quiet one, and a far report changes nothing here."""
    crowd = features(*({"north_m": n * 10} for n in range(50)), {"north_m": 3_000_000})
    hour = np.zeros(51, np.int64)
    found = log_density(crowd, hour, 2.0, Parameters())
    assert found[0] > found[50]
    without = log_density(crowd[:50], hour[:50], 2.0, Parameters())
    assert (without == found[:50]).all()


@pytest.mark.parametrize(
    ("one", "other", "most"),
    [
        ("Shells hit the bridge at dawn.", "shells HIT the bridge, at dawn", 0),
        ("Обстріл моста на світанку", "обстріл моста на світанку!", 0),
        ("Shells hit the northern bridge at dawn", "Shells hit the northern bridge at noon", 24),
    ],
)
def test_like_texts_have_like_prints(one: str, other: str, most: int) -> None:
    """Case and punctuation do not count; one word of many changes few bits."""
    prints = word_prints(pa.chunked_array([[one, other]]))
    assert ((int(prints[0]) ^ int(prints[1])) & (2**64 - 1)).bit_count() <= most


def test_unlike_texts_differ_in_about_half_the_bits() -> None:
    """Two texts without a common word are as far apart as chance has it."""
    prints = word_prints(
        pa.chunked_array([["alpha beta gamma delta", "one two three four five", None, ""]])
    )
    assert 18 <= ((int(prints[0]) ^ int(prints[1])) & (2**64 - 1)).bit_count() <= 46
    assert prints[2] == prints[3] == 0
