# SPDX-License-Identifier: Apache-2.0
"""The charts over time: counts by month against the dates of the agreements, weeks around a date.

Colour says what is counted (deaths or events), hatching says that it is not sure when. A bar stands
at the time at which its incidents begin; the hatched part belongs to incidents that go on beyond
it. The thin line over a bar reaches from the lowest to the highest estimate. What is counted is
left to `counts`, colours to the style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from markupsafe import Markup

from foedus.mission import Mark
from foedus.publication import svg
from foedus.publication.axes import Panel, grid, ticks, year_lines, year_names
from foedus.publication.calendars import Bins, day_of
from foedus.publication.counts import Binned, Comparison, Ints, Mask
from foedus.publication.labels import LINE, Stacked, stacked, text_width
from foedus.publication.numbers import long_month, rate, short_day, whole
from foedus.publication.numbers import weeks as in_weeks

SIZE: Final = 13.0
"""Size of letters, in units of the drawing."""
LEFT: Final = 48.0
RIGHT: Final = 8.0
TITLE: Final = 24.0
ROOMY: Final = 600.0
"""Width from which on marks are labelled with the whole date."""
PAD: Final = 8.0
"""Room around a mark's label, half on either side."""
ZOOM: Final = 8
"""The enlarged panel begins where counts stay below the highest divided by this."""


class Range(NamedTuple):
    """Lowest and highest estimates by bin, and where both are those of the bar's incidents."""

    low: Ints
    high: Ints
    told: Mask


class Row(NamedTuple):
    """One panel of the monthly chart: its title, what its bars count, its height."""

    title: str
    style: str
    total: Ints
    whole: Ints
    range: Range | None
    height: float
    first: int = 0
    """Index of the first bin that its scale serves; bars before it are left out."""


def monthly(found: Binned, marks: Sequence[Mark], width: float, noun: str, zone: str) -> Markup:
    """Return the chart of counts by month, `width` units wide, with the marks across all panels."""
    rows = _rows(found, noun)
    bins = found.bins
    head = _Head(marks, bins, width, zone)
    top, parts = head.height, []
    for row in rows:
        panel = _panel(row, bins, width, top + TITLE)
        parts.append(year_lines(panel, bins.days, bins.edges.tolist()))
        parts.append(_bars(row, panel, bins))
        parts.append(_title(row.title, panel.left, top + TITLE - 8))
        top = panel.bottom + 8
    bottom = top - 8
    years = year_names(panel, bins.days, bins.edges.tolist())
    deaths = " and deaths" if found.best.any() else ""
    title = f"{noun}{deaths} by month, with the dates of the agreements"
    return svg.drawing(width, bottom + 20, title, head.lines(bottom), *parts, years, head.labels())


def _rows(found: Binned, noun: str) -> list[Row]:
    rows, estimates = [], Range(found.low, found.high, found.ranged)
    deaths = (found.best, found.best_whole, estimates)
    if found.best.any():
        rows.append(Row("Deaths by month", "death", *deaths, 170))
        first = _settled(found)
        if 0 < first < len(found.best) - 12 and found.best[first:].any():
            title = f"Deaths by month from {found.bins.days[first].year}, enlarged"
            rows.append(Row(title, "death", *deaths, 110, first))
    events = (found.incidents, found.incidents_whole)
    rows.append(Row(f"{noun} by month".capitalize(), "event", *events, None, 130))
    return rows


def _settled(found: Binned) -> int:
    """Return the first January after the last month with more than 1/ZOOM of the most deaths."""
    high = np.flatnonzero(found.best > found.best.max(initial=0) / ZOOM)
    last = int(high[-1]) if len(high) else 0
    later = [i for i, day in enumerate(found.bins.days) if i > last and day.month == 1]
    return later[0] if later else 0


def _panel(row: Row, bins: Bins, width: float, top: float) -> Panel:
    most = row.total
    if row.range is not None:
        most = np.maximum(np.where(row.range.told, row.range.high, 0), row.total)
    highest = ticks(int(most[row.first :].max(initial=1)))[-1]
    edges = (int(bins.edges[0]), int(bins.edges[-1]))
    return Panel(LEFT, width - RIGHT, top, top + row.height, *edges, highest)


def _bars(row: Row, panel: Panel, bins: Bins) -> Markup:
    parts = [grid(panel, ticks(panel.highest))]
    if row.first:
        note = f"before {bins.days[row.first].year}: off this scale"
        width = panel.x(int(bins.edges[row.first])) - panel.left
        parts.append(svg.rect(panel.left, panel.top, width, panel.bottom - panel.top, "off"))
        if text_width(note, SIZE) < width:
            middle = (panel.left + panel.left + width) / 2
            start = middle - text_width(note, SIZE) / 2
            parts.append(_title(note, start, panel.bottom - 14, "note"))
    for index in range(row.first, len(bins.days)):
        left, right = panel.x(int(bins.edges[index])), panel.x(int(bins.edges[index + 1]))
        parts.append(_bar(row, panel, index, left, max(right - left - 0.8, 1.0)))
    if not row.first and row.total.any():
        parts.append(_peak(row, panel, bins))
    return svg.group(*parts)


def _bar(row: Row, panel: Panel, index: int, left: float, width: float) -> Markup:
    total, whole_ = int(row.total[index]), int(row.whole[index])
    parts = []
    if whole_:
        top = panel.y(whole_)
        parts.append(svg.rect(left, top, width, panel.bottom - top, row.style))
    if total > whole_:
        top = panel.y(total)
        parts.append(svg.rect(left, top, width, panel.y(whole_) - top, f"{row.style} unsure"))
    if row.range is not None and row.range.told[index] and total:
        middle = left + width / 2
        low, high = (panel.y(int(end[index])) for end in (row.range.low, row.range.high))
        parts.append(svg.line(middle, low, middle, high, "range"))
    return Markup("").join(parts)


def _peak(row: Row, panel: Panel, bins: Bins) -> Markup:
    """Name the highest bar, at the side where there is room; else upon it, within the panel."""
    index = int(np.argmax(row.total))
    words = f"{long_month(bins.days[index])}: {whole(int(row.total[index]))}"
    baseline = panel.y(int(row.total[index])) + 11
    right, width = panel.x(int(bins.edges[index + 1])) + 4, text_width(words, SIZE)
    if right + width <= panel.right:
        return _title(words, right, baseline, "peak")
    end = panel.x(int(bins.edges[index])) - 6
    if end - width < panel.left:
        return _title(words, panel.left + 4, baseline, "peak")
    ground = svg.rect(end - width - 2, baseline - SIZE, width + 4, SIZE * LINE + 1, "ground")
    return ground + svg.text(end, baseline, words, "peak", "end")


def _title(words: str, left: float, baseline: float, class_: str = "name") -> Markup:
    """Return words on a ground of their own, so that lines do not run through them."""
    width = text_width(words, SIZE)
    ground = svg.rect(left - 2, baseline - SIZE, width + 4, SIZE * LINE + 1, "ground")
    return ground + svg.text(left, baseline, words, class_)


class _Head:
    """The marks: their lines, and their labels in rows above the first panel."""

    def __init__(self, marks: Sequence[Mark], bins: Bins, width: float, zone: str) -> None:
        first, last = int(bins.edges[0]), int(bins.edges[-1])
        self.marks = sorted((m for m in marks if first <= m.on_us < last), key=lambda m: m.on_us)
        panel = Panel(LEFT, width - RIGHT, 0, 1, first, last, 1)
        self.at = [panel.x(mark.on_us) for mark in self.marks]
        days = [day_of(mark.on_us, zone) for mark in self.marks]
        dated = _dated if width >= ROOMY else _yeared
        self.words = [dated(mark.short, day) for mark, day in zip(self.marks, days, strict=True)]
        widths = [text_width(words, SIZE) + PAD for words in self.words]
        self.boxes = stacked(self.at, widths, width)
        rows = max((box.row for box in self.boxes), default=-1) + 1
        self.height = rows * (SIZE * LINE + 2) + 4

    def lines(self, bottom: float) -> Markup:
        """Return the upright lines, from their labels to `bottom`."""
        return svg.group(
            *(
                svg.line(at, self._baseline(box.row) - SIZE, at, bottom, _strong("mark", mark))
                for at, box, mark in zip(self.at, self.boxes, self.marks, strict=True)
            )
        )

    def labels(self) -> Markup:
        """Return the labels."""
        return svg.group(
            *(
                self._label(words, box, at, _strong("marked", mark))
                for words, box, at, mark in zip(
                    self.words, self.boxes, self.at, self.marks, strict=True
                )
            )
        )

    def _label(self, words: str, box: Stacked, at: float, style: str) -> Markup:
        """Return a label that begins, or where it stands to the left ends, beside its line."""
        y = self._baseline(box.row)
        if box.right > at:
            return _title(words, box.left + PAD / 2, y, style)
        ground = svg.rect(box.left, y - SIZE, box.right - box.left - 2, SIZE * LINE + 1, "ground")
        return ground + svg.text(box.right - PAD / 2, y, words, style, "end")

    def _baseline(self, row: int) -> float:
        return self.height - 8 - row * (SIZE * LINE + 2)


def _dated(name: str, day: date) -> str:
    return f"{name}, {short_day(day)}"


def _yeared(name: str, day: date) -> str:
    """Return a name with its year, for narrow charts; some names have it."""
    return name if str(day.year) in name else f"{name} {day.year}"


def _strong(style: str, mark: Mark) -> str:
    return f"{style} strong" if mark.compare else style


def weekly(found: Comparison, width: float, height: float) -> Markup:
    """Return deaths (or incidents, where no deaths are told) by week around a mark, with means."""
    what = "deaths" if found.weekly.best.any() else "incidents"
    total = found.weekly.best if what == "deaths" else found.weekly.incidents
    across = found.weekly_across if what == "deaths" else np.zeros_like(total)
    edges = found.bins.edges
    highest = ticks(int(total.max(initial=1)))[-1]
    span = (int(edges[0]), int(edges[-1]))
    panel = Panel(LEFT, width - RIGHT, 2 * SIZE * LINE + 8, height - 22, *span, highest)
    style = {"deaths": "death", "incidents": "event"}[what]
    row = Row("", style, total, total - across, None, panel.bottom - panel.top)
    at = [panel.x(int(edge)) for edge in edges]
    bars = [_bar(row, panel, i, at[i], at[i + 1] - at[i] - 1) for i in range(len(total))]
    middle = at[found.mark]
    day = short_day(found.bins.days[found.mark])
    return svg.drawing(
        width,
        height,
        f"{what} by week around {day}".capitalize(),
        grid(panel, ticks(panel.highest)),
        *bars,
        svg.line(middle, SIZE + 4, middle, panel.bottom, "mark strong"),
        svg.text(middle, SIZE, day, "marked strong", "middle"),
        *_means(found, panel, middle, what),
    )


def _means(found: Comparison, panel: Panel, middle: float, what: str) -> list[Markup]:
    """Return the means by week of either side: as words above the bars, and as dashed lines."""
    weeks, parts = found.days // 7, []
    edges = (panel.left, middle, panel.right)
    for index, (name, side) in enumerate((("before", found.before), ("after", found.after))):
        left, right = edges[index : index + 2]
        number = side.best if what == "deaths" else side.incidents
        words = f"{rate(number, weeks)} a week {name}"
        y = panel.y((number or 0) / weeks)
        anchor, at = ("start", left) if name == "before" else ("end", right)
        parts.append(svg.line(left, y, right, y, "mean"))
        parts.append(svg.text(at, SIZE * LINE + SIZE + 2, words, "peak", anchor))
        parts.append(svg.text(at, panel.bottom + 16, f"{in_weeks(weeks)} {name}", "tick", anchor))
    return parts
