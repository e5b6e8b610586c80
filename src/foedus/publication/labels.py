# SPDX-License-Identifier: Apache-2.0
"""Where labels go, so that no two overlap and none is cut.

Widths are estimated from above (the widest of the usual sans-serif faces), since the reader's font
is not known here. `stacked` lays the labels of dated lines in rows; `beside` puts the names of
points around them and leaves out the ones for which there is no room, in order of importance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

NARROW: Final = frozenset("iljtfrI.,:;'|!()[] ’·\u202f")
WIDE: Final = frozenset("mwMW—%@")
EM: Final = {"narrow": 0.40, "wide": 0.95, "capital": 0.70, "other": 0.62}
LINE: Final = 1.25
"""Height of a line of text, in its size."""
GAP: Final = 4.0
AROUND: Final = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
"""Places of a label about its point, as (to the right, downwards), the best first."""


class Box(NamedTuple):
    """A rectangle, edges included."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Return whether two boxes share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Return whether this box lies in the other."""
        return (
            self.left >= other.left
            and self.top >= other.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


class Stacked(NamedTuple):
    """A label of a dated line: the row above the chart (0 is lowest), its left and right edge."""

    row: int
    left: float
    right: float


class Named(NamedTuple):
    """A point with its name, the radius of its dot, and the size of its letters."""

    x: float
    y: float
    name: str
    radius: float
    size: float


class Beside(NamedTuple):
    """A label beside a point: start of its baseline, its anchor, and the box that it fills."""

    x: float
    y: float
    anchor: str
    box: Box


def text_width(words: str, size: float) -> float:
    """Return at least the width of `words` in letters of `size`."""
    return size * sum(_em(letter) for letter in words)


def _em(letter: str) -> float:
    if letter in NARROW:
        return EM["narrow"]
    if letter in WIDE:
        return EM["wide"]
    return EM["capital"] if letter.isupper() else EM["other"]


def stacked(positions: Sequence[float], widths: Sequence[float], room: float) -> list[Stacked]:
    """Return where the labels of upright lines at `positions` go, within 0 … `room`, in that order.

    A label begins at its line, or ends there where the room does not suffice. No two labels
    overlap; a label stands above every line that would cross it, unless two would cross each other.
    """
    spans = [_beside_line(at, width, room) for at, width in zip(positions, widths, strict=True)]
    rows: dict[int, int] = {}
    while len(rows) < len(spans):
        index = _lowest(spans, positions, rows)
        under = [rows[other] for other in _crossing(index, spans, positions) if other in rows]
        row = max(under, default=-1) + 1
        while any(rows[other] == row and _meet(spans[index], spans[other]) for other in rows):
            row += 1
        rows[index] = row
    return [Stacked(rows[index], *span) for index, span in enumerate(spans)]


def _beside_line(at: float, width: float, room: float) -> tuple[float, float]:
    left = at if at + width <= room else max(min(at, room) - width, 0.0)
    return left, left + width


def _lowest(
    spans: Sequence[tuple[float, float]], positions: Sequence[float], rows: Mapping[int, int]
) -> int:
    """Return the rightmost label that is not placed and has every line that crosses it below."""
    left = [index for index in range(len(spans)) if index not in rows]
    free = [index for index in left if _crossing(index, spans, positions) <= rows.keys()]
    return max(free or left, key=lambda index: (positions[index], index))


def _crossing(
    index: int, spans: Sequence[tuple[float, float]], positions: Sequence[float]
) -> set[int]:
    left, right = spans[index]
    return {
        other
        for other, at in enumerate(positions)
        if other != index and left - GAP < at < right + GAP
    }


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] - GAP < other[1] and other[0] < one[1] + GAP


def beside(points: Sequence[Named], frame: Box, taken: Iterable[Box] = ()) -> list[Beside | None]:
    """Return a place for each point's name, or None where it would overlap or leave the frame.

    Earlier points go first. `taken` are boxes that must stay free; every point's dot is one.
    """
    dots = [Box(p.x - p.radius, p.y - p.radius, p.x + p.radius, p.y + p.radius) for p in points]
    full = [*taken, *dots]
    placed: list[Beside | None] = []
    for point in points:
        free = (
            spot
            for spot in _spots(point)
            if spot.box.within(frame) and not any(spot.box.meets(box) for box in full)
        )
        spot = next(free, None)
        placed.append(spot)
        if spot is not None:
            full.append(spot.box)
    return placed


def _spots(point: Named) -> Iterable[Beside]:
    """Yield places around a point in the order of `AROUND`."""
    width, height = text_width(point.name, point.size), point.size * LINE
    gap = point.radius + GAP / 2
    for across, down in AROUND:
        reach = gap if across == 0 or down == 0 else gap * 0.75
        left = point.x + across * reach - (width if across < 0 else width / 2 if not across else 0)
        top = point.y + down * reach - (height if down < 0 else height / 2 if not down else 0)
        box = Box(left, top, left + width, top + height)
        anchor = {1: "start", 0: "middle", -1: "end"}[across]
        x = {1: box.left, 0: point.x, -1: box.right}[across]
        yield Beside(x, top + height * 0.77, anchor, box)
