# SPDX-License-Identifier: Apache-2.0
"""Verdicts by month against each agreement: a row for each reading, above the time it was in force.

A solid bar counts incidents with a breach indicated under a term or more, the hatched part above it
those of which only this can be said, that it cannot be said. The band beneath shows when the
agreement was in force under that reading: solid where that is sure, open where it is possible.
Counting by term is left to `clauses`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from markupsafe import Markup

from foedus.base.deadlines import NotComputable
from foedus.findings.in_time import Span, Times, times_of
from foedus.publication import svg
from foedus.publication.axes import Panel, grid, ticks, year_lines, year_names
from foedus.publication.calendars import Bins
from foedus.publication.clauses import Governed
from foedus.publication.counts import Ints
from foedus.publication.labels import LINE, text_width

SIZE: Final = 13.0
LEFT: Final = 48.0
RIGHT: Final = 8.0
HEIGHT: Final = 64.0
"""Height of the bars of one row."""
BAND: Final = 7.0
"""Height of the band of the time in force."""
TITLE: Final = 22.0
LEAST: Final = 2.0
"""Width at least of a stretch of time, so that a truce of a day is seen."""
JUDGED: Final = """
select agreement_id, reading, occurred_from_us, breach from (
    select incident_id, agreement_id, reading, bool_or(verdict = 'breach') as breach
    from findings
    where incident_id is not null and verdict in ('breach', 'undetermined', 'contested')
    group by all
) join incidents using (incident_id)
"""


class Lane(NamedTuple):
    """One agreement under one reading: what is counted by month, and when it was in force."""

    title: str
    breach: Ints
    open: Ints
    times: Times


def lanes(governed: Iterable[Governed], shown: Mapping[str, pa.Table], bins: Bins) -> list[Lane]:
    """Return a lane for each reading of each agreement, in their order."""
    with duckdb.connect() as connection:
        for name in ("findings", "incidents"):
            connection.register(name, shown[name])
        found: Any = connection.execute(JUDGED).fetchnumpy()
    month = np.searchsorted(bins.edges, found["occurred_from_us"], "right") - 1
    breach = found["breach"].astype(bool)
    made = []
    for one in governed:
        for reading in one.readings or {"text": ""}:
            own = (found["agreement_id"] == one.agreement.id) & (found["reading"] == reading)
            held = [stretch.held for stretch in one.stretches if stretch.reading == reading]
            # What begins on a day that is not known is told in words beside the chart.
            dated = [each for each in held if not isinstance(each.begins, NotComputable)]
            made.append(
                Lane(
                    one.agreement.id + (f", read {reading}" if one.readings else ""),
                    _by_month(month[own & breach], bins),
                    _by_month(month[own & ~breach], bins),
                    times_of(dated or held),
                )
            )
    return made


def _by_month(month: Ints, bins: Bins) -> Ints:
    counted: Ints = np.bincount(month, minlength=len(bins.days)).astype(np.int64)
    return counted


def timeline(found: Sequence[Lane], bins: Bins, width: float, unit: str) -> Markup:
    """Return the chart, `width` units wide, on one scale for all lanes."""
    most = max((int((lane.breach + lane.open).max(initial=0)) for lane in found), default=0)
    highest = ticks(max(most, 1), 2)[-1]
    span = (int(bins.edges[0]), int(bins.edges[-1]))
    parts, top = [], 0.0
    for lane in found:
        is_empty = not (lane.breach.any() or lane.open.any())
        height = 0.0 if is_empty else HEIGHT
        panel = Panel(LEFT, width - RIGHT, top + TITLE, top + TITLE + height, *span, highest)
        parts.append(_lane(lane, panel, bins, unit))
        top = panel.bottom + BAND + 10
    title = f"{unit} by month against each agreement, and when it was in force".capitalize()
    years = year_names(panel._replace(bottom=top - 10), bins.days, bins.edges.tolist())
    return svg.drawing(width, top + 12, title, *parts, years)


def _lane(lane: Lane, panel: Panel, bins: Bins, unit: str) -> Markup:
    words = lane.title
    parts = []
    if panel.top == panel.bottom:
        words += f": no {unit.removesuffix('s')} covered"
    else:
        parts += [
            grid(panel, ticks(panel.highest, 2)),
            year_lines(panel, bins.days, bins.edges.tolist()),
            *_bars(lane, panel, bins),
        ]
    parts.append(_title(words, panel))
    parts += [_stretch(span, panel, "held possible") for span in lane.times.possible]
    parts += [_stretch(span, panel, "held") for span in lane.times.sure]
    return svg.group(*parts)


def _bars(lane: Lane, panel: Panel, bins: Bins) -> list[Markup]:
    parts = []
    for index in range(len(bins.days)):
        left, right = (panel.x(int(edge)) for edge in bins.edges[index : index + 2])
        breach, total = int(lane.breach[index]), int(lane.breach[index] + lane.open[index])
        wide = max(right - left - 0.8, 1.0)
        if breach:
            top = panel.y(breach)
            parts.append(svg.rect(left, top, wide, panel.bottom - top, "event"))
        if total > breach:
            top = panel.y(total)
            parts.append(svg.rect(left, top, wide, panel.y(breach) - top, "event unsure"))
    return parts


def _stretch(span: Span, panel: Panel, style: str) -> Markup:
    """Return a stretch of time as far as the chart shows it; nothing where it does not."""
    first, last = max(span[0], panel.from_us), min(span[1], panel.to_us)
    if first >= last:
        return Markup()
    left = panel.x(first)
    return svg.rect(left, panel.bottom + 3, max(panel.x(last) - left, LEAST), BAND, style)


def _title(words: str, panel: Panel) -> Markup:
    while text_width(words, SIZE) > panel.right - panel.left and " " in words:
        words = words.rpartition(" ")[0] + "…"
    baseline = panel.top - 7
    ground = svg.rect(
        panel.left - 2, baseline - SIZE, text_width(words, SIZE) + 4, SIZE * LINE + 1, "ground"
    )
    return ground + svg.text(panel.left, baseline, words, "name")
