# SPDX-License-Identifier: Apache-2.0
"""Cost against size as one drawing: seconds above, peak memory beneath, both axes logarithmic.

Lines of slope one, dashed, show what growth in proportion would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from foedus.publication import svg

WIDTH: Final = 720.0
HEIGHT: Final = 640.0
LEFT: Final = 80.0
RIGHT: Final = 600.0
UPPER: Final = (60.0, 320.0)
LOWER: Final = (380.0, 580.0)
GAP: Final = 14.0
STYLE: Final = (
    "text{font:14px sans-serif;fill:#222}.title{font-weight:bold}.tick{font-size:13px;fill:#444}"
    ".grid{stroke:#ddd}.even{stroke:#999;stroke-dasharray:5 4}.local{stroke:#2b6cb0;fill:#2b6cb0}"
    ".spark{stroke:#b7791f;fill:#b7791f}.line{fill:none;stroke-width:2}"
    "text.local,text.spark{stroke:none}"
)


class Panel(NamedTuple):
    """A plotting area and the powers of ten at its edges."""

    top: float
    bottom: float
    sizes: tuple[float, float]
    costs: tuple[float, float]

    def x(self, size: float) -> float:
        """Return where a size stands."""
        low, high = self.sizes
        return LEFT + (log10(size) - low) / (high - low) * (RIGHT - LEFT)

    def y(self, cost: float) -> float:
        """Return where a cost stands."""
        low, high = self.costs
        return self.bottom - (log10(cost) - low) / (high - low) * (self.bottom - self.top)


def drawing(runs: Sequence[dict[str, Any]], rate: float) -> str:
    """Return the runs as SVG; each is a dictionary with engine, reports, seconds and peak_mb."""
    sizes = (log10(min(r["reports"] for r in runs)) - 0.1, log10(max(r["reports"] for r in runs)))
    sizes = (sizes[0], sizes[1] + 0.1)
    parts = [svg.element("style", Markup(STYLE))]  # noqa: S704 - our own words
    title = f"Fusing reports at {rate:g} happenings a day: cost against size"
    parts.append(svg.text(LEFT, 22, title, "title"))
    for ends, name, words in (
        (UPPER, "seconds", "Seconds, warm (dashed: in proportion to size)"),
        (LOWER, "peak_mb", "Most memory held, MB"),
    ):
        costs = [log10(run[name]) for run in runs]
        panel = Panel(*ends, sizes, (floor(min(costs)), ceil(max(costs) + 1e-9)))
        parts += [svg.text(LEFT, ends[0] - 10, words), _grid(panel), *_lines(panel, runs, name)]
    parts.append(svg.text((LEFT + RIGHT) / 2, HEIGHT - 12, "reports", "tick", "middle"))
    return f"{svg.drawing(WIDTH, HEIGHT, title, *parts)}\n"


def _grid(panel: Panel) -> Markup:
    found = []
    for power in range(ceil(panel.costs[0]), floor(panel.costs[1]) + 1):
        y, words = panel.y(10.0**power), f"{10.0**power:,g}"
        found.append(svg.line(LEFT, y, RIGHT, y, "grid"))
        found.append(svg.text(LEFT - 6, y + 5, words, "tick", "end"))
    for power in range(ceil(panel.sizes[0]), floor(panel.sizes[1]) + 1):
        x = panel.x(10.0**power)
        found.append(svg.line(x, panel.top, x, panel.bottom, "grid"))
        found.append(svg.text(x, panel.bottom + 18, f"{10**power:,}", "tick", "middle"))
    return svg.group(*found)


def _lines(panel: Panel, runs: Sequence[dict[str, Any]], name: str) -> list[Markup]:
    found, labels = [], []
    for engine in dict.fromkeys(run["engine"] for run in runs):
        told = sorted((r["reports"], r[name]) for r in runs if r["engine"] == engine)
        points = [(panel.x(size), panel.y(cost)) for size, cost in told]
        at = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in points)
        found.append(svg.element("polyline", points=at, class_=f"line {engine}"))
        found += [svg.element("circle", cx=x, cy=y, r=4.0, class_=engine) for x, y in points]
        labels.append((points[-1][1], f"{engine}: {float(f'{told[-1][1]:.3g}'):,g}", engine))
        if name == "seconds":
            found.append(_even(panel, told))
    return found + _labels(labels)


def _even(panel: Panel, told: Sequence[tuple[int, float]]) -> Markup:
    """The line through the last point on which cost is in proportion to size."""
    size, cost = told[-1]
    least = max(told[0][0], size * 10.0 ** panel.costs[0] / cost)
    first = (panel.x(least), panel.y(cost * least / size))
    return svg.line(*first, panel.x(size), panel.y(cost), "even")


def _labels(labels: Sequence[tuple[float, str, str]]) -> list[Markup]:
    """Name each line at its end, one beneath the other where they meet."""
    found, last = [], -GAP
    for y, words, engine in sorted(labels):
        last = max(y + 5, last + GAP)
        found.append(svg.text(RIGHT + 8, last, words, engine))
    return found
