# SPDX-License-Identifier: Apache-2.0
"""The scorer against plain written-out definitions of the same quantities."""

from __future__ import annotations

from math import exp, log, pi

import numpy as np
import pytest
from accounts import PARTIES, features, profile, setting
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.incidents.beliefs import (
    Said,
    Stated,
    Ways,
    beliefs,
    confusion_matrix,
    hour_density,
    labels,
    text_gains,
    unit_disc,
    words_of_parties,
    words_of_taxonomy,
)
from foedus.incidents.likelihood import (
    IMPOSSIBLE,
    KIND,
    LOG_DENSITY,
    WORDS,
    Labels,
    differing_bits,
    evidence,
    gains,
    label_gain,
    may_join,
    pair_evidence,
    place_gain,
    prior_gain,
    time_gain,
)
from foedus.incidents.parameters import Parameters
from foedus.reports.profile import Confusion, Lateness, Noise
from foedus.reports.taxonomy import load_kinds

BOTH = np.array([0, 1])
ALONE = Ways((Stated("a", 1),), (), (), ())


def lens(first: float, second: float, apart: float) -> float:
    """Area that two discs share."""
    if apart <= abs(first - second):
        return pi * min(first, second) ** 2
    a = (apart**2 + first**2 - second**2) / (2 * apart)
    b = apart - a
    half = max(first**2 - a**2, 0.0) ** 0.5
    return float(
        first**2 * np.arccos(a / first) - a * half + second**2 * np.arccos(b / second) - b * half
    )


@pytest.mark.parametrize("apart", [0, 300, 900, 1_400])
@pytest.mark.parametrize("second", [1_000, 2_500])
def test_place_is_the_shared_area_of_the_discs(apart: int, second: int) -> None:
    """Two discs: the likelihood ratio is their shared area over the product of their areas."""
    rows = features({"radius_m": 1_000}, {"radius_m": second, "east_m": apart})
    found = exp(place_gain(rows, unit_disc(0.0), 0.0, BOTH) / 1e6)
    expected = lens(1_000, second, apart) / (pi * 1_000**2 * pi * second**2)
    assert found == pytest.approx(expected, rel=0.12)


def test_place_beyond_both_discs_is_impossible() -> None:
    """Two discs of a kilometre ten kilometres apart have no point in common, tails included."""
    rows = features({}, {"north_m": 10_000})
    assert place_gain(rows, unit_disc(0.02), 0.02, BOTH) == IMPOSSIBLE


@given(st.integers(0, 40), st.integers(1, 30), st.integers(1, 30))
def test_time_is_the_overlap_of_the_spans(shift: int, first: int, second: int) -> None:
    """Two prompt spans: the ratio is the shared hours over the product of the spans."""
    noise = Noise()
    table = np.zeros((2, 40))
    table[0, :first] = hour_density(noise, first, 0.0)[1:-1]
    table[1, :second] = hour_density(noise, second, 0.0)[1:-1]
    rows = features({"time_row": 0}, {"time_row": 1, "hour": shift})
    shared = max(0, min(first, shift + second) - shift)
    found = time_gain(rows, table, np.array([first, second]), BOTH)
    if shared == 0:
        assert found == IMPOSSIBLE
    else:
        assert found == pytest.approx(1e6 * log(shared / (first * second)), abs=2)


@given(
    st.integers(1, 200),
    st.lists(st.tuples(st.integers(1, 50), st.floats(0.0, 0.3)), max_size=3),
)
def test_hour_density_is_a_density(hours: int, pieces: list[tuple[int, float]]) -> None:
    """The density of the true hour sums to one and reaches back by the lateness."""
    ends = sorted({upto for upto, _ in pieces})
    shares = [share for _, share in pieces][: len(ends)]
    lateness = tuple(Lateness(upto_h=u, share=s) for u, s in zip(ends, shares, strict=True))
    density = hour_density(Noise(lateness=lateness), hours, 0.05)
    assert density.sum() == pytest.approx(1.0)
    assert (density >= 0.0).all()
    assert density.size == hours + max(ends, default=0) + 2


def test_late_source_points_back() -> None:
    """An instant by a source that is always one to two hours late happened before it."""
    noise = Noise(lateness=(Lateness(upto_h=1, share=0.0), Lateness(upto_h=2, share=1.0)))
    density = hour_density(noise, 1, 0.0)[1:-1]
    assert density.argmax() in (0, 1)
    assert density[2] < 0.2


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.4))
def test_confusions_are_chances(same_class: float, anything: float) -> None:
    """Each row of a confusion matrix sums to one."""
    words = words_of_taxonomy(load_kinds())
    matrix = confusion_matrix(words, Confusion(same_class=same_class, any=anything))
    assert matrix.sum(axis=1) == pytest.approx(np.ones(len(words.values)))


def kind_gain(table: Labels, rows: list[int]) -> int:
    """Return the gain of accounts whose kinds are these rows of the table; pairs agree with it."""
    said = features(*({} for _ in rows))
    said[:, KIND] = rows
    found = label_gain(said, table, KIND, BOTH)
    assert table.pair_gain[rows[0], rows[1]] == pytest.approx(found, abs=1)
    return found


def test_same_kind_speaks_for_and_other_kind_against() -> None:
    """Equal labels gain, labels of one class gain less, other labels lose, silence says nothing."""
    words = words_of_taxonomy(load_kinds())
    said = [Said("a", (word,)) for word in ("mortar-fire", "mlrs-strike", "air-strike")]
    table = labels(words, said, {"a": Confusion()}, {})
    same, near, other, silent = (
        kind_gain(table, rows) for rows in ([1, 1], [1, 2], [1, 3], [1, 0])
    )
    assert same > near > other
    assert other < 0 < same
    assert silent == pytest.approx(0, abs=1)


def test_a_class_leaves_its_leaves_open() -> None:
    """A label that names a class agrees with each of its leaves."""
    words = words_of_taxonomy(load_kinds())
    said = [Said("a", ("indirect-fire",)), Said("a", ("mortar-fire",)), Said("a", ("air-strike",))]
    table = labels(words, said, {"a": Confusion()}, {})
    assert kind_gain(table, [1, 2]) > 0 > kind_gain(table, [1, 3])


def test_parts_of_a_party_are_its_values() -> None:
    """Parties without parts are the values that an actor can have."""
    assert words_of_parties(PARTIES).values == ("east", "west")


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_differing_bits(first: int, second: int) -> None:
    """As many bits differ as their exclusive or has ones."""
    assert differing_bits(first, second) == ((first ^ second) & (2**64 - 1)).bit_count()


def test_text_gains_fall_with_difference() -> None:
    """The more bits differ, the less a pair of texts gains; the same key gains most."""
    found = text_gains(Parameters())
    assert (np.diff(found[:65]) <= 0).all()
    assert found[65] > found[0] > 0 > found[64]


def test_evidence_is_the_sum_of_its_features() -> None:
    """The log-odds of a group are its named gains and the prior, and nothing else."""
    believed = beliefs(setting(), ALONE)
    rows = features({}, {"north_m": 200, "hour": 1})
    expected = gains(rows, believed, BOTH).sum() + prior_gain(rows, believed, BOTH)
    assert evidence(rows, believed, BOTH) == expected


@pytest.mark.parametrize("coverage", [0.0, 1.0])
def test_extreme_coverage_stays_finite(coverage: float) -> None:
    """Sources that tell of all there is, or of nothing, leave every score a number."""
    declared = setting(*(profile(source, coverage=coverage) for source in "ab"))
    assert abs(beliefs(declared, ALONE).join_gain) < 10_000_000


def test_one_report_has_no_evidence() -> None:
    """A report alone is neither more nor less likely than itself."""
    assert evidence(features({}), beliefs(setting(), ALONE), np.array([0])) == 0


def test_many_members_do_not_underflow() -> None:
    """Sixty accounts of one spot and hour are one happening, not an impossibility."""
    rows = features(*({"source": n % 3} for n in range(60)))
    rows[:, 12] = -23_000_000
    assert evidence(rows, beliefs(setting(), ALONE), np.arange(60)) > 0


def test_more_members_than_allowed_are_refused() -> None:
    """A group beyond the stated size cannot join."""
    rows = features(*({"source": n % 3} for n in range(65)))
    assert evidence(rows, beliefs(setting(), ALONE), np.arange(65)) == IMPOSSIBLE


def test_date_line_is_no_border() -> None:
    """Two accounts on either side of 180 degrees lie as near as they are."""
    rows = features({}, {})
    rows[0, 1], rows[1, 1] = 1_799_990_000, -1_799_990_000
    near = features({}, {"east_m": 222})
    found = [place_gain(one, unit_disc(0.02), 0.02, BOTH) for one in (rows, near)]
    assert found[0] == pytest.approx(found[1], abs=2_000)


@settings(deadline=None, max_examples=300)
@given(
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.sampled_from([300, 1_000, 5_000]), st.sampled_from([300, 1_000, 5_000])),
    st.tuples(st.integers(0, 30), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    st.integers(-20, 20),
)
def test_two_accounts_are_scored_as_any_group(
    place: tuple[int, int],
    radii: tuple[int, int],
    when: tuple[int, int, int],
    told: tuple[int, int, int, int],
    least: int,
) -> None:
    """The quick way for a pair adds up the same features; what it leaves out gains too little."""
    said = tuple(Said("a", (word,)) for word in ("mortar-fire", "indirect-fire", "air-strike"))
    ways = Ways((Stated("a", 1), Stated("b", 1), Stated("c", 24)), said, (), ())
    believed = beliefs(setting(*(profile(source) for source in "abc")), ways)
    hour, source, other = when
    rows = features(
        {"radius_m": radii[0], "source": source, "time_row": source, "content": told[2]},
        {
            "north_m": place[0] * 700,
            "east_m": place[1] * 700,
            "radius_m": radii[1],
            "hour": hour,
            "source": other,
            "time_row": other,
            "content": told[3],
        },
    )
    rows[:, KIND], rows[:, WORDS], rows[:, LOG_DENSITY] = told[:2], told[2:], -23_000_000
    found = gains(rows, believed, BOTH)
    expected = int(found.sum()) + prior_gain(rows, believed, BOTH)
    possible = may_join(rows, believed, BOTH) and found.min() > IMPOSSIBLE
    assert evidence(rows, believed, BOTH) == pytest.approx(
        expected if possible else IMPOSSIBLE, abs=4
    )
    bounded = pair_evidence(rows, believed, 0, 1, least * 1_000_000)
    assert bounded in (IMPOSSIBLE, evidence(rows, believed, BOTH))
    if bounded == IMPOSSIBLE and possible:
        assert expected <= least * 1_000_000 + 4
