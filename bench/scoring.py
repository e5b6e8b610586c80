# SPDX-License-Identifier: Apache-2.0
"""How well a clustering meets the truth: pairwise and B-cubed F1.

B-cubed: Bagga and Baldwin, COLING 1998.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Score(NamedTuple):
    """F1 over pairs of reports, and B-cubed F1 over reports."""

    pair_f1: float
    b3_f1: float


def pairs(sizes: Ints) -> int:
    """How many pairs groups of these sizes hold."""
    return int((sizes * (sizes - 1) // 2).sum())


def f1(precision: float, recall: float) -> float:
    """The harmonic mean, 0 where both are 0."""
    return 2.0 * precision * recall / max(precision + recall, 1e-12)


def score(found: Ints, truth: Ints) -> Score:
    """Compare two groupings of the same reports; each names the group of every report."""
    found_size, true_size = np.bincount(found), np.bincount(truth)
    both = found * (int(truth.max()) + 1) + truth
    key, shared = np.unique(both, return_counts=True)
    in_found = found_size[key // (int(truth.max()) + 1)]
    in_true = true_size[key % (int(truth.max()) + 1)]
    right = pairs(shared)
    pair_f1 = f1(right / max(1, pairs(found_size)), right / max(1, pairs(true_size)))
    precision = float((shared * shared / in_found).sum()) / found.size
    recall = float((shared * shared / in_true).sum()) / found.size
    return Score(pair_f1, f1(precision, recall))
