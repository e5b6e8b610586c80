# SPDX-License-Identifier: Apache-2.0
"""When agreements were in force, in words: no finer than it is stated."""

from __future__ import annotations

import pytest

from foedus.findings.questions import binding_of, readings_of
from foedus.findings.rulebook import Rulebook
from foedus.mission import LIBRARY
from foedus.publication.in_force import stretches_of
from foedus.terms.document import read_agreement

TOLD = {
    "energy-2025": [
        ("18 March 2025, hour not stated", "17 April 2025, hour not stated"),
        ("25 March 2025, hour not stated", "24 April 2025, hour not stated"),
    ],
    "easter-2025": [("19 April 2025, 18:00", "21 April 2025, 00:00")] * 2,
    "may-2025": [("8 May 2025, 00:00", "11 May 2025, 00:00")],
    "minsk-2": [
        ("15 February 2015, 00:00", "no end stated"),
        ("a day that is not known (2 days after complete ceasefire)", "no end stated"),
    ],
    "tcg-2020": [("27 July 2020, 00:01", "no end stated")],
}


@pytest.mark.parametrize("name", TOLD)
def test_both_ends_are_told(name: str) -> None:
    """Each reading's stretches must be told with what the text leaves open."""
    agreement = read_agreement(LIBRARY / "agreements" / f"{name}.md")
    rulebook = Rulebook(agreements=(agreement,))
    found = [
        (stretch.begins, stretch.ends)
        for reading in readings_of(agreement)
        for stretch in stretches_of(binding_of(agreement, reading, rulebook), "Europe/Kyiv")
    ]
    assert found == TOLD[name]


def test_a_reckoned_end_is_told_as_reckoned() -> None:
    """An end that is computed from a length must be told with that length and its anchor."""
    agreement = read_agreement(LIBRARY / "agreements" / "energy-2025.md")
    binding = binding_of(agreement, "from-18-march", Rulebook(agreements=(agreement,)))
    (stretch,) = stretches_of(binding, "Europe/Kyiv")
    assert stretch.reckoned == "30 days after entry into force"
