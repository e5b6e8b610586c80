# SPDX-License-Identifier: Apache-2.0
"""Counts per observed hour with exact intervals, and exact tests of two such rates.

The interval of a count is Garwood's (Biometrika 28, 1936): from chi-squared quantiles, never
narrower than it says. Two rates are compared given their sum, by the binomial law (Przyborowski and
Wilenski, Biometrika 31, 1940). Both take counts for those of independent happenings, so that they
hold for episodes and incidents, and are too narrow for the single shots of one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from scipy.stats import binom, chi2

from foedus.findings.counting import Figure

LEVEL: Final = 0.95


class Rate(NamedTuple):
    """A number per hour, with the ends of its interval; None where there is no such end."""

    per_hour: float
    low: float
    high: float | None


def garwood(count: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact interval of the mean of a Poisson law of which `count` was seen."""
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    return low, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2


def rate(figure: Figure, hours_low: float, hours_high: float, level: float = LEVEL) -> Rate:
    """Return a figure per hour: its least over the greatest hours, its greatest over the least.

    `hours_low` must be above zero. The rate itself is the least number over the least hours.
    """
    least, _ = garwood(figure.low, level)
    most = None if figure.high is None else garwood(figure.high, level)[1] / hours_low
    return Rate(figure.low / hours_low, least / hours_high, most)


def chance_of_so_few(before: int, hours_before: float, after: int, hours_after: float) -> float:
    """Return how likely so few would be after, if the rate had stayed: P(X <= after), exactly."""
    share = hours_after / (hours_before + hours_after)
    return float(binom.cdf(after, before + after, share))
