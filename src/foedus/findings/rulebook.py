# SPDX-License-Identifier: Apache-2.0
"""What incidents are set against: agreements, what is known of their times, and whose line is used.

Everything here is given by whoever runs the stage; nothing is read from a file or a clock. Turning
it into questions that can be asked of many incidents at once is left to `questions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from foedus.base.areas import Area
from foedus.base.calendars import Calendar
from foedus.base.moments import Moment
from foedus.terms.performance import Stated
from foedus.terms.record import Agreement

Lines = Callable[[str, str], Area | None]
"""Id of a line and a day (ISO 8601) -> the line that day, not grown, each edge as wide as its
doubt; None if it cannot be told."""


def no_lines(_line: str, _day: str) -> Area | None:
    """Know no line at all, so that whatever hangs on one stays possible."""
    return None


@dataclass(frozen=True)
class Rulebook:
    """The agreements of a mission, with all that is needed to hold an incident against them."""

    agreements: tuple[Agreement, ...]
    stands_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Party of the mission -> parties of the agreements of whose side it is a part; a party that
    is not here stands for the one of the same id."""
    known_us: int | None = None
    """What the record knew by then; None: no deadline is asked about."""
    moments: Mapping[str, Mapping[str, Moment]] = field(default_factory=dict)
    """Agreement -> anchor or duty -> when it was, as far as somebody has said so."""
    performed: Mapping[str, tuple[Stated, ...]] = field(default_factory=dict)
    """Agreement -> what is stated of the doing of its duties."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    lines: Lines = no_lines
