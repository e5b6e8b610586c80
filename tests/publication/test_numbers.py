# SPDX-License-Identifier: Apache-2.0
"""Numbers and dates as people read them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.publication import numbers


@given(st.integers(0, 10**12))
def test_a_number_can_be_read_back(number: int) -> None:
    """Taking the separators away must give the number again."""
    assert int(numbers.whole(number).replace(numbers.THIN, "")) == number


def test_unknown_is_said() -> None:
    """What is not known must be said, and never be zero."""
    assert numbers.whole(None) == "not told"
    assert numbers.rate(None, 7) == "not told"


@pytest.mark.parametrize(
    ("part", "total", "said"),
    [
        (0, 0, "–"),
        (0, 10, "0 %"),
        (1, 3000, "under 1 %"),
        (2999, 3000, "over 99 %"),
        (3, 4, "75 %"),
    ],
)
def test_shares(part: int, total: int, said: str) -> None:
    """A share must not be rounded to nothing or to all unless it is that."""
    assert numbers.share(part, total).replace(numbers.THIN, " ") == said


def test_dates() -> None:
    """Dates must be written out."""
    day = date(2015, 2, 15)
    assert numbers.long_day(day) == "15 February 2015"
    assert numbers.short_day(day) == "15 Feb 2015"
    assert numbers.long_month(day) == "February 2015"
