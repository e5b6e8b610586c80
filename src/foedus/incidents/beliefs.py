# SPDX-License-Identifier: Apache-2.0
"""What is believed of the sources, as the tables that scoring looks up: `Beliefs` from profiles.

For each way of stating a time: where the true hour may lie, given the source's usual lateness. For
each label: how likely each true kind, actor or target makes it, given the source's confusions. For
the place: the points of a disc. All of it is worked out from the profiles and the parameters before
a single report is scored; nothing is fitted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log
from typing import Final, NamedTuple

import numpy as np
from msgspec import structs

from foedus.base.parties import Parties
from foedus.incidents.likelihood import MICRONAT, Beliefs, Floats, Ints, Labels, table_gain
from foedus.incidents.parameters import Parameters
from foedus.reports.profile import Confusion, Noise, Profile
from foedus.reports.taxonomy import Taxonomy

STEPS_PER_HOUR: Final = 12
GOLDEN_ANGLE: Final = float(np.pi * (3.0 - np.sqrt(5.0)))
INNER_POINTS: Final = 32
OUTER_POINTS: Final = 12
LEAST_ESCAPE: Final = 0.001


class Setting(NamedTuple):
    """All that fusion takes as given: the sources' profiles, the shared words, the parameters."""

    profiles: Mapping[str, Profile]
    kinds: Taxonomy
    targets: Taxonomy
    weapons: Taxonomy
    parties: Parties
    parameters: Parameters

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources in the order of their ids."""
        return tuple(sorted(self.profiles))

    def noise(self, source_id: str) -> Noise:
        """The noise of a source; lateness that it does not declare is that of the parameters."""
        noise = self.profiles[source_id].noise
        if noise.lateness or not self.parameters.lateness:
            return noise
        return structs.replace(noise, lateness=self.parameters.lateness)

    def confusions(self, family: str) -> dict[str, Confusion]:
        """How often each source confuses labels of a family, `kind` or `actor`.

        What a profile declares comes before what the parameters hold, and this before the default.
        """
        learned: Mapping[str, Confusion] = getattr(self.parameters, f"{family}_confusion")
        found = {}
        for source_id, profile in self.profiles.items():
            declared: Confusion | None = getattr(profile.noise, family)
            found[source_id] = declared or learned.get(source_id, Confusion())
        return found


class Words(NamedTuple):
    """The true values that labels of one family can mean, and each word's values."""

    values: tuple[str, ...]
    classes: tuple[str, ...]
    """Class of each value: confusions within a class are more likely."""
    meanings: Mapping[str, tuple[str, ...]]
    """Word -> the values that it can mean."""


class Said(NamedTuple):
    """One distinct way of saying a label: who says it, and the words it may mean."""

    source_id: str
    words: tuple[str, ...]


class Stated(NamedTuple):
    """One distinct way of stating a time: who states it, and how many hours it spans."""

    source_id: str
    hours: int


def words_of_taxonomy(taxonomy: Taxonomy) -> Words:
    """Return the leaves of a taxonomy as values; a class means any of its leaves."""
    values = tuple(key for key in taxonomy.nodes if taxonomy.leaves(key) == (key,))
    classes = tuple(taxonomy.class_of(value) for value in values)
    return Words(values, classes, {key: taxonomy.leaves(key) for key in taxonomy.nodes})


def words_of_parties(parties: Parties) -> Words:
    """Return the parties that have no parts as values; a whole means any of its parts."""
    whole = {party.part_of for party in parties}
    leaves = {party.id: party.side for party in parties if party.id not in whole}
    meanings = {
        party.id: tuple(
            one.id for one in (party, *parties.descendants(party.id)) if one.id in leaves
        )
        for party in parties
    }
    return Words(tuple(leaves), tuple(leaves.values()), meanings)


def confusion_matrix(words: Words, confusion: Confusion) -> Floats:
    """Return the chance that a true value (row) is stated as another (column)."""
    count = len(words.values)
    classes = np.array(words.classes)
    same = (classes[:, None] == classes[None, :]).astype(np.float64)
    same /= same.sum(axis=1, keepdims=True)
    right = 1.0 - confusion.same_class - confusion.any
    stated = np.eye(count) * right + same * confusion.same_class + confusion.any / count
    return np.asarray(stated, np.float64)


def prior_of(words: Words, shares: Mapping[str, float]) -> Floats:
    """Return how frequent each true value is taken to be; one without a share is as the rarest."""
    if not words.values:
        return np.ones(1)
    rarest = min(shares.values(), default=1.0)
    prior = np.array([shares.get(value, rarest) for value in words.values])
    return np.asarray(prior / prior.sum(), np.float64)


def chances(
    words: Words, said: Sequence[Said], confusions: Mapping[str, Confusion]
) -> list[Floats | None]:
    """Return for each way of saying a label how likely each true value makes it.

    None where it means no value that is known.
    """
    position = {value: at for at, value in enumerate(words.values)}
    matrices = {source: confusion_matrix(words, c) for source, c in confusions.items() if position}
    found: list[Floats | None] = []
    for one in said:
        meant = {value for word in one.words for value in words.meanings.get(word, ())}
        at = sorted(position[value] for value in meant)
        found.append(matrices[one.source_id][:, at].sum(axis=1) if meant else None)
    return found


def labels(
    words: Words,
    said: Sequence[Said],
    confusions: Mapping[str, Confusion],
    shares: Mapping[str, float],
) -> Labels:
    """Return the label tables; row 0 says nothing, row k + 1 is `said[k]`."""
    prior = prior_of(words, shares)
    nothing = np.ones(prior.size)
    told = chances(words, said, confusions)
    rows = [nothing if one is None else one / (prior * one).sum() for one in told]
    likelihood = np.array([nothing, *rows])
    # each sum by itself: a product of matrices may round a pair by what stands beside it
    pair = [(likelihood * (prior * row)).sum(axis=1) for row in likelihood]
    return Labels(likelihood, prior, np.array(pair), table_gain(np.array(pair)))


def lateness_hours(noise: Noise) -> int:
    """Return how many hours an item may lie behind its happening."""
    return max((ceil(piece.upto_h) for piece in noise.lateness), default=0)


def hour_density(noise: Noise, hours: int, clock_error: float) -> Floats:
    """Return the density of the true hour for a stated span of `hours`, per hour.

    The first entry is `lateness_hours` and one hour before the span, the last one hour after it; a
    share `clock_error` of stated times is off by an hour to either side. The integral over an hour
    is taken at `STEPS_PER_HOUR` midpoints, and each piece of the lateness is uniform.
    """
    late = lateness_hours(noise)
    middle = (np.arange((late + hours) * STEPS_PER_HOUR) + 0.5) / STEPS_PER_HOUR - late
    prompt = 1.0 - sum(piece.share for piece in noise.lateness)
    chance = prompt * ((middle >= 0.0) & (middle < hours))
    begin = 0.0
    for piece in sorted(noise.lateness, key=lambda piece: piece.upto_h):
        low = np.maximum(begin, -middle)
        high = np.minimum(piece.upto_h, hours - middle)
        chance = chance + piece.share * np.clip(high - low, 0.0, None) / (piece.upto_h - begin)
        begin = piece.upto_h
    density = chance.reshape(-1, STEPS_PER_HOUR).sum(axis=1)
    off = [clock_error, 1.0 - 2.0 * clock_error, clock_error]
    return np.asarray(np.convolve(density / density.sum(), off), np.float64)


def time_rows(stated: Sequence[Stated], setting: Setting) -> tuple[Floats, Ints]:
    """Return the density of each way of stating a time, padded with zeros, and its length."""
    error = setting.parameters.clock_error_share
    rows = [hour_density(setting.noise(s.source_id), s.hours, error) for s in stated]
    lengths = np.array([row.size for row in rows], np.int64)
    table = np.zeros((len(rows), int(lengths.max(initial=1))))
    for at, row in enumerate(rows):
        table[at, : row.size] = row
    return table, lengths


def unit_disc(outside: float) -> Floats:
    """Return points that fill a unit disc evenly, and its rim up to twice as far, with weights.

    Sunflower arrangement (Vogel, Mathematical Biosciences 44, 1979); rows x, y, weight.
    """
    inner = _sunflower(INNER_POINTS, 0.0, 1.0)
    outer = _sunflower(OUTER_POINTS, 1.0, 2.0)
    inner_weight = np.full(INNER_POINTS, (1.0 - 0.75 * outside) / INNER_POINTS)
    outer_weight = np.full(OUTER_POINTS, 0.75 * outside / OUTER_POINTS)
    return np.vstack([np.hstack([inner, outer]), np.hstack([inner_weight, outer_weight])])


def _sunflower(count: int, begin: float, end: float) -> Floats:
    step = np.arange(count)
    radius = np.sqrt(begin**2 + (end**2 - begin**2) * (step + 0.5) / count)
    return np.vstack([radius * np.cos(step * GOLDEN_ANGLE), radius * np.sin(step * GOLDEN_ANGLE)])


def text_gains(parameters: Parameters) -> Ints:
    """Return the gain of 0-64 differing bits, falling from like to unlike, then of one key."""
    bits = np.arange(65)
    share = np.clip(1.0 - bits / 32.0, 0.0, 1.0)
    low, high = parameters.unlike_text_nat, parameters.like_text_nat
    gains = np.append(low + (high - low) * share**2, parameters.same_text_nat)
    return np.rint(gains * MICRONAT).astype(np.int64)


def escape_share(profiles: Mapping[str, Profile]) -> float:
    """Return the share of happenings that no source reports, were the sources independent.

    It is kept within `LEAST_ESCAPE` of 0 and 1: no source tells of all there is, or of nothing.
    """
    share = float(np.prod([1.0 - profile.noise.coverage for profile in profiles.values()]))
    return min(max(share, LEAST_ESCAPE), 1.0 - LEAST_ESCAPE)


def reports_per_incident(profiles: Mapping[str, Profile]) -> float:
    """Return how many reports a reported happening has, were the sources independent."""
    total = sum(profile.noise.coverage for profile in profiles.values())
    return max(1.0, total / (1.0 - escape_share(profiles)))


class Ways(NamedTuple):
    """The distinct ways in which times and labels are said, in the order of their rows."""

    time: Sequence[Stated]
    kind: Sequence[Said]
    actor: Sequence[Said]
    target: Sequence[Said]


def beliefs(setting: Setting, ways: Ways) -> Beliefs:
    """Return the tables for all ways of saying things that occur in the reports."""
    profiles, parameters = setting.profiles, setting.parameters
    kind, actor = setting.confusions("kind"), setting.confusions("actor")
    said_of_kind, targets = words_of_taxonomy(setting.kinds), words_of_taxonomy(setting.targets)
    time, length = time_rows(ways.time, setting)
    text = text_gains(parameters)
    escape = escape_share(profiles)
    join = log((1.0 - escape) / escape)
    most_text = float(np.exp(max(int(text.max()), 0) / MICRONAT))
    return Beliefs(
        time=time,
        time_length=length,
        kind=labels(said_of_kind, ways.kind, kind, parameters.kind_share),
        actor=labels(words_of_parties(setting.parties), ways.actor, actor, parameters.actor_share),
        target=labels(targets, ways.target, kind, parameters.target_share),
        merged=np.array([profiles[s].source.already_merged for s in setting.source_ids]),
        text_gain=text,
        disc=unit_disc(parameters.outside_share),
        most_by_time=float(time.max(initial=0.0)) * (1.0 + 1e-9),
        most_by_text=most_text * (1.0 - escape) / escape,
        join_gain=round(join * MICRONAT),
        repeat_gain=round(log(parameters.repeats_share) * MICRONAT),
        outside_share=parameters.outside_share,
        max_width_m=parameters.max_width_m,
        max_span_h=parameters.max_span_h,
        max_members=parameters.max_members,
        max_candidates=parameters.max_candidates,
    )
