# SPDX-License-Identifier: Apache-2.0
"""The replay of a ladder on a page: what is told of it, and its clocks drawn against days.

A replay arises above this row and is handed in as plain words and instants; everything bears its
marking. An open bar is a door that opens and stays open, a closed one the time in which a response
was due; a mark is a decision that was assumed. Limits known to a day only end in a hatched part.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from markupsafe import Markup

from foedus.base.zones import Zone, local_time, start_us
from foedus.publication import svg

ROW: Final = 22.0
HEAD: Final = 20.0
MARKS: Final = 10.0
"""Height of the marks of decisions, below the name of their case."""
SIZE: Final = 12.0
DAY_US: Final = 86_400_000_000
LEFT: Final = {"wide": 220.0, "narrow": 128.0}
DOUBTFUL: Final = ("unknown", "contested")
"""States of a rung whose clock only may have run."""


class Clock(NamedTuple):
    """One rung under one reading, or under all."""

    case: str
    article: str
    text: str
    reading: str
    """Title of the reading; empty: all readings."""
    letter: str
    """By which the drawing names the reading; empty: all readings."""
    state: str
    meaning: str
    limit: str
    """When its response was due or could begin, in words; empty where no clock ran."""
    undecided: str
    reasons: tuple[str, ...]
    opens_us: tuple[int, int] | None
    closes_us: tuple[int, int] | None
    """First and last instant that each limit can be."""


class Decided(NamedTuple):
    """One assumed decision."""

    case: str
    at_us: int
    words: str


class Owed(NamedTuple):
    """What one guarantor owed in law, and had promised."""

    guarantor: str
    components: str
    stands: str
    lacks: tuple[str, ...]


class Replayed(NamedTuple):
    """All that a page tells of a replay."""

    marking: str
    assumed: str
    at: str
    decided: tuple[Decided, ...]
    clocks: tuple[Clock, ...]
    owed: tuple[Owed, ...]
    nobody_bound: bool
    register: str
    register_on: str
    provided: tuple[tuple[str, str, str], ...]
    """Agreement whose breach is assumed, who watches, what follows, by their own text."""
    from_us: int
    to_us: int

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases, in their order."""
        return tuple(dict.fromkeys(clock.case for clock in self.clocks))


def running(found: Replayed) -> list[Clock]:
    """Return the clocks that ran at all."""
    return [one for one in found.clocks if one.opens_us or one.closes_us]


def drawn(found: Replayed, width: float, zone: str, shape: str) -> Markup:
    """Return the clocks of a replay against the days from its first breach to its end."""
    left = LEFT[shape]
    scale = _Scale(found.from_us, found.to_us, left, width - 8)
    parts: list[Markup] = []
    y = HEAD
    for case in found.cases:
        clocks = [one for one in running(found) if one.case == case]
        parts.append(svg.text(0, y + 14, case, "peak"))
        y += ROW + MARKS
        parts += [_mark(one, scale, y) for one in found.decided if one.case == case]
        if not clocks:
            parts.append(svg.text(left, y + 14, "no clock runs", "tick"))
            y += ROW
        for clock in clocks:
            parts += _bar(clock, scale, y, shape)
            y += ROW
        y += 6
    days = _days(scale, zone, y)
    title = f"{found.marking}: clocks of the ladder"
    return svg.drawing(width, y + 4, title, *days, *parts, class_="clocks")


class _Scale(NamedTuple):
    from_us: int
    to_us: int
    left: float
    right: float

    def x(self, at_us: int) -> float:
        share = (at_us - self.from_us) / (self.to_us - self.from_us)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)


def _days(scale: _Scale, zone: str, bottom: float) -> list[Markup]:
    clock = Zone(zone, zone)
    day = local_time(scale.from_us, clock).replace(hour=0, minute=0, second=0, microsecond=0)
    parts = []
    at_us = start_us(day.replace(tzinfo=None), clock)
    room = (scale.right - scale.left) * DAY_US / (scale.to_us - scale.from_us)
    while at_us < scale.to_us:
        if at_us >= scale.from_us:
            x = scale.x(at_us)
            face = local_time(at_us, clock)
            words = face.strftime("%-d %b") if room >= 48 else face.strftime("%-d")
            parts.append(svg.line(x, HEAD - 6, x, bottom, "grid"))
            if x + 40 < scale.right or room < 48:
                parts.append(svg.text(x + 2, HEAD - 8, words, "tick"))
        at_us += DAY_US
    return parts


def _mark(one: Decided, scale: _Scale, y: float) -> Markup:
    x = scale.x(one.at_us)
    return svg.line(x, y - MARKS, x, y, "mark strong")


def _bar(clock: Clock, scale: _Scale, y: float, shape: str) -> list[Markup]:
    reading = f", reading {clock.letter}" if shape == "wide" else f" {clock.letter}"
    name = f"{clock.article}{reading if clock.letter else ''}: {clock.state}"
    parts = [svg.text(8, y + 14, name, "tick")]
    top, height = y + 4, ROW - 9
    opens, closes = clock.opens_us, clock.closes_us
    first = scale.x(opens[0]) if opens else scale.left
    last = scale.x(closes[0]) if closes else scale.right
    style = "open" if clock.state in DOUBTFUL else "due" if closes else "door"
    parts.append(svg.rect(first, top, max(last - first, 1.0), height, f"clock {style}"))
    doubtful = closes or opens
    if doubtful and doubtful[1] - doubtful[0] > 1:
        x0, x1 = scale.x(doubtful[0]), scale.x(doubtful[1])
        parts.append(svg.rect(x0, top, max(x1 - x0, 1.0), height, "clock unsure"))
    return parts
