# SPDX-License-Identifier: Apache-2.0
"""A rulebook from what governs a mission: everything is handed on, and nothing is added."""

from __future__ import annotations

from foedus.findings.from_terms import rulebook_of
from foedus.mission import read_mission
from small_mission import DONBAS


def test_a_rulebook_is_what_governs() -> None:
    """Agreements, who stands for whom and the moment asked about must be those of the mission."""
    governed = read_mission(DONBAS).governing
    rulebook = rulebook_of(governed, 5)
    assert rulebook.agreements == governed.agreements
    assert rulebook.stands_for == {"uafn": ("dpr", "lpr")}
    assert rulebook.known_us == 5
    assert rulebook.moments == {agreement.id: {} for agreement in governed.agreements}
    assert "monday-to-friday" in rulebook.calendars


def test_lines_are_those_that_are_named() -> None:
    """The line that the mission names must be known, on a day on which it is; no other is."""
    lines = rulebook_of(read_mission(DONBAS).governing, None).lines
    assert lines("donbas", "2015-03-01") is not None
    assert lines("elsewhere", "2015-03-01") is None
