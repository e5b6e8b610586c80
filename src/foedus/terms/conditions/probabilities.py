# SPDX-License-Identifier: Apache-2.0
"""How probable it is that so many of some uncertain facts are there: exact, and without dependence.

Independent facts give the Poisson-binomial distribution, computed by convolution. Where nothing
is known of how facts depend on each other, the sharp bounds of Rüger (1981) for at least k of n
events hold, of which Fréchet's are the cases k = 1 and k = n. Samples have the exact interval of
Clopper and Pearson (1934) and Hoeffding's bound (1963). Which facts count is left to `likelihood`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

Floats = npt.NDArray[np.float64]


class Bounds(NamedTuple):
    """A probability of which only an interval is known."""

    low: float
    high: float


def counts(probabilities: Sequence[float]) -> Floats:
    """Return the distribution of the number of independent facts that are there, from 0 to all."""
    found = np.ones(1)
    for probability in probabilities:
        found = np.convolve(found, [1 - probability, probability])
    return found


def at_least(probabilities: Sequence[float], number: int) -> float:
    """Return the probability that `number` or more of independent facts are there."""
    if number <= 0:
        return 1.0
    return float(min(counts(probabilities)[number:].sum(), 1.0))


def bounds_at_least(probabilities: Sequence[float], number: int) -> Bounds:
    """Return the sharp bounds of the probability of `number` or more, whatever the dependence."""
    if number <= 0:
        return Bounds(1.0, 1.0)
    if number > len(probabilities):
        return Bounds(0.0, 0.0)
    absent = [1 - probability for probability in probabilities]
    # Fewer than k there: at least n - k + 1 absent.
    return Bounds(1 - _most(absent, len(absent) - number + 1), _most(probabilities, number))


def _most(probabilities: Sequence[float], number: int) -> float:
    """Return the greatest probability that `number` or more events have, for given margins."""
    rising = np.cumsum(np.sort(np.asarray(probabilities, dtype=float)))
    # The greatest `left` facts may always be there; the others must make up for the rest.
    shares = (rising[len(rising) - 1 - left] / (number - left) for left in range(number))
    return float(min(1.0, *shares))


def samples_for(error: float, risk: float) -> int:
    """Return how many samples keep Hoeffding's error with a risk that it is larger."""
    return ceil(log(2 / risk) / (2 * error**2))


def hoeffding(samples: int, risk: float) -> float:
    """Return the error that a share of so many samples exceeds with at most that risk."""
    return sqrt(log(2 / risk) / (2 * samples))


def clopper_pearson(hits: int, samples: int, risk: float) -> Bounds:
    """Return the interval that misses the probability with at most that risk."""
    low = 0.0 if hits == 0 else float(beta.ppf(risk / 2, hits, samples - hits + 1))
    high = 1.0 if hits == samples else float(beta.ppf(1 - risk / 2, hits + 1, samples - hits))
    return Bounds(low, high)
