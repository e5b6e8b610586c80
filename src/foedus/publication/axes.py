# SPDX-License-Identifier: Apache-2.0
"""Scales and grid of a chart over time: where a moment and a count stand on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup

from foedus.publication import svg
from foedus.publication.numbers import whole

STEPS: Final = (1, 2, 5)
LONG_YEAR: Final = 40.0
"""Room that a year with four digits needs."""


class Panel(NamedTuple):
    """A plotting area: its edges, the span of time across it, the highest count up it."""

    left: float
    right: float
    top: float
    bottom: float
    from_us: int
    to_us: int
    highest: int

    def x(self, moment_us: int) -> float:
        """Return where a moment stands."""
        share = (moment_us - self.from_us) / (self.to_us - self.from_us)
        return self.left + share * (self.right - self.left)

    def y(self, count: float) -> float:
        """Return where a count stands; counts above the highest stand at the top."""
        share = min(count / max(self.highest, 1), 1.0)
        return self.bottom - share * (self.bottom - self.top)


def ticks(highest: int, wanted: int = 4) -> list[int]:
    """Return round counts from 0 to at least `highest`, in about `wanted` steps."""
    step, power = 1, 1
    while step * wanted < highest:
        step = next((s * power for s in STEPS if s * power * wanted >= highest), 0)
        power *= 10
        step = step or power
    return list(range(0, -(-highest // step) * step + 1, step)) if highest else [0, 1]


def grid(panel: Panel, counts: Sequence[int]) -> Markup:
    """Return the horizontal lines of a panel, with their counts at its left."""
    return svg.group(
        *(
            svg.line(panel.left, panel.y(count), panel.right, panel.y(count), "grid")
            + svg.text(panel.left - 5, panel.y(count) + 4, whole(count), "tick", "end")
            for count in counts
        )
    )


def year_lines(panel: Panel, days: Sequence[date], edges_us: Sequence[int]) -> Markup:
    """Return upright lines at each 1 January among `days`."""
    at = [panel.x(edge) for _, edge in _years(days, edges_us)]
    return svg.group(*(svg.line(x, panel.top, x, panel.bottom, "grid") for x in at))


def year_names(panel: Panel, days: Sequence[date], edges_us: Sequence[int]) -> Markup:
    """Return the years under a panel, shortened where there is little room for each."""
    starts = _years(days, edges_us)
    short = (panel.right - panel.left) / max(len(starts), 1) < LONG_YEAR
    room = LONG_YEAR / 2 if short else LONG_YEAR
    return svg.group(
        *(
            svg.text(
                panel.x(edge) + 2,
                panel.bottom + 14,
                f"’{day.year % 100:02d}" if short else str(day.year),
                "tick",
            )
            for day, edge in starts
            if panel.right - panel.x(edge) >= room
        )
    )


def _years(days: Sequence[date], edges_us: Sequence[int]) -> list[tuple[date, int]]:
    return [(day, edge) for day, edge in zip(days, edges_us, strict=False) if day.month == 1]
