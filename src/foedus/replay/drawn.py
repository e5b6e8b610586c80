# SPDX-License-Identifier: Apache-2.0
"""A sweep as one drawing that needs nothing else: lead time above, false alarms beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from foedus.publication import svg
from foedus.publication.axes import Panel, grid, ticks
from foedus.replay.sweeps import Point, Sweep

WIDTH: Final = 720.0
HEIGHT: Final = 420.0
LEFT: Final = 60.0
RIGHT: Final = 700.0
UPPER: Final = (70.0, 200.0)
LOWER: Final = (250.0, 370.0)
STYLE: Final = (
    "text{font:13px sans-serif;fill:#222}.title{font-weight:bold}.tick{font-size:11px;fill:#555}"
    ".mark{font-weight:bold;fill:#a00}.grid{stroke:#ddd}.lead{fill:#2b6cb0}.false{fill:#b7791f}"
    ".range{stroke:#2b6cb0;stroke-width:2}"
)


def drawing(sweep: Sweep, points: Sequence[Point], title: str, mark: str) -> str:
    """Return a sweep as SVG; `mark` stands on it in words, so that nobody takes it for a record."""
    parts = [
        svg.element("style", Markup(STYLE)),  # noqa: S704 - our own words
        svg.text(LEFT, 20, title, "title"),
        svg.text(LEFT, 38, mark, "mark"),
        svg.text(LEFT, UPPER[0] - 10, "Lead time before the events, days (dot: median)"),
        *_leads(points),
        svg.text(LEFT, LOWER[0] - 10, "Firings that no event followed within the horizon"),
        *_alarms(points),
        *(
            svg.text(_x(number, points), LOWER[1] + 18, point.value, "tick", "middle")
            for number, point in enumerate(points)
        ),
        svg.text((LEFT + RIGHT) / 2, HEIGHT - 10, sweep.parameter, "tick", "middle"),
    ]
    return f"{svg.drawing(WIDTH, HEIGHT, f'{mark}: {title}', *parts)}\n"


def _x(number: int, points: Sequence[Point]) -> float:
    return LEFT + (number + 0.5) * (RIGHT - LEFT) / max(len(points), 1)


def _panel(ends: tuple[float, float], highest: int) -> Panel:
    return Panel(
        left=LEFT, right=RIGHT, top=ends[0], bottom=ends[1], from_us=0, to_us=1, highest=highest
    )


def _leads(points: Sequence[Point]) -> list[Markup]:
    highest = max((lead for point in points for lead in point.warned.lead_days), default=1)
    marks = ticks(int(highest) + 1)
    panel = _panel(UPPER, marks[-1])
    found = [grid(panel, marks)]
    for number, point in enumerate(points):
        x, leads = _x(number, points), sorted(point.warned.lead_days)
        told = f"warned of {point.warned.warned} of {point.warned.warned + point.warned.missed}"
        found.append(svg.text(x, UPPER[1] + 14, told, "tick", "middle"))
        if leads:
            found.append(svg.line(x, panel.y(leads[0]), x, panel.y(leads[-1]), "range"))
            middle = panel.y(leads[len(leads) // 2])
            found.append(svg.element("circle", cx=x, cy=middle, r=4.0, class_="lead"))
    return found


def _alarms(points: Sequence[Point]) -> list[Markup]:
    marks = ticks(max((point.warned.false_alarms for point in points), default=0))
    panel = _panel(LOWER, marks[-1])
    found = [grid(panel, marks)]
    for number, point in enumerate(points):
        top = panel.y(point.warned.false_alarms)
        x = _x(number, points)
        found.append(svg.rect(x - 10, top, 20.0, LOWER[1] - top, "false"))
        told = str(point.warned.false_alarms)
        found.append(svg.text(x, top - 3, told, "tick", "middle"))
    return found
