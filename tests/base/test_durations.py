# SPDX-License-Identifier: Apache-2.0
"""Durations are read as people write them; what has no unit, or needs judgement, is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.durations import read_duration
from foedus.base.periods import Duration
from foedus.errors import Fault


@pytest.mark.parametrize(
    ("written", "unit", "amount", "date"),
    [
        ("24 h", "hours", 24, ""),
        ("24h", "hours", 24, ""),
        ("1 hour", "hours", 1, ""),
        ("14 days", "days", 14, ""),
        ("7 Calendar Days", "days", 7, ""),
        ("2 weeks", "weeks", 2, ""),
        ("6 months", "months", 6, ""),
        ("5 years", "years", 5, ""),
        ("21 sitting days", "sitting-days", 21, ""),
        ("2 sitting-days", "sitting-days", 2, ""),
        ("3 working days", "working-days", 3, ""),
        ("18 October 2025", "fixed-date", 0, "2025-10-18"),
        ("2025-10-18", "fixed-date", 0, "2025-10-18"),
        ("31 December each year", "fixed-date", 0, "12-31"),
        ("29 February every year", "fixed-date", 0, "02-29"),
        ("next session", "next-session", 1, ""),
        ("the opening of the next session", "next-session", 1, ""),
        ("as soon as possible", "not-computable", 0, ""),
        ("immediately", "not-computable", 0, ""),
        ("not-stated", "not-computable", 0, ""),
    ],
)
def test_duration(written: str, unit: str, amount: int, date: str) -> None:
    """A duration has its unit, its number or date, and keeps its words."""
    found = read_duration(written)
    assert isinstance(found, Duration)
    assert (found.unit, found.amount, found.date, found.text) == (unit, amount, date, written)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("30", "24 h"),
        ("14 dayz", "did you mean 'day"),
        ("15 February", "each year"),
        ("30 February 2025", "24 h"),
        ("October 2025", "24 h"),
        ("a fortnight", "24 h"),
        ("-3 days", "24 h"),
        ("1.5 days", "24 h"),
        ("", "24 h"),
    ],
)
def test_faulty_duration(written: str, hint: str) -> None:
    """What is no duration is a fault with a hint, never a guess."""
    found = read_duration(written)
    assert isinstance(found, Fault)
    assert hint in found.hint


@given(st.text())
def test_any_text_is_a_duration_or_a_fault(written: str) -> None:
    """No text makes reading fail otherwise."""
    assert isinstance(read_duration(written), (Duration, Fault))
