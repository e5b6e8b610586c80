# SPDX-License-Identifier: Apache-2.0
"""The map: incidents whose place is exact as points, all others drawn as large as they are.

Two panels on one base map and one scale. On the first a point's area tells how many incidents
share that place. On the second every place is a disc of its own error radius: up to `LOCAL_M` light
discs, laid over each other so that darkness tells how many incidents may lie at a spot; above that
dashed rings, the heavier the more, the main ones named with their count. Beneath the points lies
the line of contact of one day, where the mission has one drawn, as a band as wide as what is not
known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from math import cos, hypot, radians, sin, sqrt
from typing import Final, NamedTuple

import shapely
from markupsafe import Markup

from foedus.mission import Box as Edges
from foedus.mission import Town
from foedus.publication import svg
from foedus.publication.basemap import Country, Projection, read_countries, rings
from foedus.publication.contact import Contact
from foedus.publication.labels import LINE, Box, Named, beside, text_width
from foedus.publication.numbers import short_day, whole
from foedus.publication.places import Spot, possible

LOCAL_M: Final = 50_000
"""Error radius up to which a disc is filled; wider ones are rings."""
SIZE: Final = 13.0
SMALL: Final = 12.0
LARGEST: Final = 15.0
"""Radius of the largest point, in units of the drawing."""
SMALLEST: Final = 1.8
DARKEST: Final = 0.78
"""Share of the ground that colour covers where most incidents may lie."""
NAMED_RINGS: Final = 4
NAMED_FROM: Final = 10
"""Incidents from which on a ring is named."""
RING: Final = (0.6, 2.0)
"""Width of the line of a ring: the least, and what the largest has more."""
ANGLES: Final = (90, 60, 120, 30, 150, 0, 180, -30, -150, -60, -120, -90)
"""Where a ring may carry its label, in degrees from the east, the top first."""
EDGE: Final = 1.0
BARS_M: Final = tuple(1000 * step * power for power in (1, 10, 100, 1000) for step in (1, 2, 5))
BAR: Final = 92.0
"""Longest scale bar, in units of the drawing."""
BESIDE: Final = 16.0
"""How far beside a line its label stands."""
STEP: Final = 24
"""Distance between the spots that are tried for a country's name."""
LEGEND: Final = 44.0


class Label(NamedTuple):
    """A label that is placed, and the box that it fills."""

    drawn: Markup
    box: Box


class Map:
    """One base map at one width, on which panels of incidents are drawn."""

    def __init__(
        self,
        box: Edges,
        towns: Sequence[Town],
        width: float,
        unit: str,
        contacts: Sequence[Contact] = (),
    ) -> None:
        self.projection = Projection(box, width)
        self.unit = unit
        self.frame = Box(EDGE, EDGE, width - EDGE, self.projection.height - EDGE)
        self.countries = read_countries(box)
        self.ground = Markup("").join(
            svg.path(rings(country.shape, self.projection), "land") for country in self.countries
        )
        self.contacts = Markup("").join(self._contact(contact) for contact in contacts)
        self.lines = tuple(contacts)
        self.corner = Box(
            self.frame.right - 130, self.frame.bottom - 36, self.frame.right, self.frame.bottom
        )
        at = [(self.projection.at(town.longitude, town.latitude), town.name) for town in towns]
        self.towns = [
            Named(x, y, name, 2.5, SMALL)
            for (x, y), name in at
            if self.frame.left < x < self.frame.right and self.frame.top < y < self.frame.bottom
        ]

    def exact(self, spots: Sequence[Spot]) -> Markup:
        """Return the panel of exact places: points whose area tells the number of incidents."""
        most = max((spot.incidents for spot in spots), default=1)
        points = self.contacts + Markup("").join(
            self._point(spot, _radius(spot.incidents, most)) for spot in spots
        )
        title = f"Map: {whole(_all(spots))} {self.unit} with an exact place"
        legend = self._keys(
            (_dot(_radius(count, most), "exact"), _radius(count, most), self._said(count))
            for count in round_counts(most)
        )
        labels: list[Label] = []
        for line in self.lines:
            labels += self._line_label(line, [*labels, *self._dots(spots, most)])
        return self._panel(title, points, labels, legend)

    def rough(self, spots: Sequence[Spot]) -> Markup:
        """Return the panel of all other places: discs as large as their error."""
        local = [spot for spot in spots if spot.radius_m <= LOCAL_M]
        wide = [spot for spot in spots if spot.radius_m > LOCAL_M]
        most = possible(local)
        discs = [self._disc(spot, covering(spot.incidents, most)) for spot in local]
        circles = [self._ring(spot, wide[0].incidents) for spot in wide]
        labels: list[Label] = []
        for spot in wide[:NAMED_RINGS]:
            if spot.incidents >= NAMED_FROM:
                labels += self._ring_label(spot, labels)
        title = f"Map: {whole(_all(spots))} {self.unit} drawn as large as the error of their place"
        keys = [
            (_dot(9.0, "haze", covering(count, most)), 9.0, self._said(count))
            for count in (round_counts(most) if local else [])
        ]
        if wide:
            keys.append((_dot(9.0, "ring"), 9.0, "somewhere in the ring"))
        drawn = Markup("").join([*discs, *circles])
        return self._panel(title, drawn, labels, self._keys(keys))

    def _panel(self, title: str, drawn: Markup, labels: list[Label], legend: Markup) -> Markup:
        width, height = self.projection.width, self.projection.height
        towns = self._towns([self.corner, *(label.box for label in labels)])
        names = self._names([*labels, *towns])
        inner = svg.element(
            "svg",
            svg.rect(0, 0, width, height, "sea"),
            self.ground,
            drawn,
            *(label.drawn for label in (*names, *towns, *labels)),
            self._scale(),
            width=width,
            height=height,
        )
        frame = svg.rect(0.5, 0.5, width - 1, height - 1, "frame")
        return svg.drawing(width, height + LEGEND, title, inner, frame, legend)

    def _towns(self, taken: list[Box]) -> list[Label]:
        """Return the towns: a dot for each, a name for each that has room."""
        labels = []
        for town, spot in zip(self.towns, beside(self.towns, self.frame, taken), strict=True):
            dot = svg.element("circle", cx=town.x, cy=town.y, r=2.0, class_="town")
            box = Box(town.x - 2, town.y - 2, town.x + 2, town.y + 2)
            labels.append(Label(dot, box))
            if spot is not None:
                name = svg.text(spot.x, spot.y, town.name, "place", spot.anchor)
                labels.append(Label(name, spot.box))
        return labels

    def _names(self, others: Sequence[Label]) -> list[Label]:
        """Return the countries' names, each where it is farthest from all other labels."""
        placed: list[Label] = []
        for country in self.countries:
            full = [self.corner, *(label.box for label in (*others, *placed))]
            placed += self._name(country, full)
        return placed

    def _name(self, country: Country, full: Sequence[Box]) -> list[Label]:
        words = country.name.upper()
        # Letters of a country's name are spaced by one unit.
        half = (text_width(words, SMALL) + len(words)) / 2
        best: tuple[float, Box] | None = None
        for x, y in self._tried(country):
            box = Box(x - half, y - SMALL, x + half, y + 4)
            free = box.within(self.frame) and not any(box.meets(other) for other in full)
            if free and self._holds(country, box):
                room = min(hypot(x - _middle(o)[0], y - _middle(o)[1]) for o in full)
                best = max(best or (room, box), (room, box))
        if best is None:
            return []
        box = best[1]
        name = svg.text(_middle(box)[0], box.bottom - 4, words, "country", "middle")
        return [Label(name, box)]

    def _tried(self, country: Country) -> Iterator[tuple[float, float]]:
        """Yield spots inside a country, on a grid."""
        for row in range(STEP, int(self.projection.height), STEP):
            for column in range(STEP, int(self.projection.width), STEP):
                if shapely.contains_xy(country.shape, *self.projection.back(column, row)):
                    yield float(column), float(row)

    def _holds(self, country: Country, box: Box) -> bool:
        """Return whether all corners of a box lie in a country."""
        corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        return all(
            shapely.contains_xy(country.shape, *self.projection.back(x, y)) for x, y in corners
        )

    def _contact(self, contact: Contact) -> Markup:
        """Return a line of contact: the band in which it ran, and a thin line in its middle."""
        lines = (
            svg.element(
                "polyline",
                points=" ".join(f"{x:.1f},{y:.1f}" for x, y in starmap(self.projection.at, line)),
                class_="contact",
            )
            for line in (part.coords for part in shapely.get_parts(contact.middle))
        )
        return svg.path(rings(contact.band, self.projection), "band") + Markup("").join(lines)

    def _point(self, spot: Spot, radius: float) -> Markup:
        x, y = self.projection.at(spot.longitude, spot.latitude)
        told = svg.element("title", f"{spot.name}: {whole(spot.incidents)}")
        return svg.element("circle", told, cx=x, cy=y, r=radius, class_="exact")

    def _disc(self, spot: Spot, opacity: float) -> Markup:
        x, y = self.projection.at(spot.longitude, spot.latitude)
        radius = spot.radius_m * self.projection.units_per_metre
        return _circle(x, y, radius, "haze", opacity)

    def _ring(self, spot: Spot, most: int) -> Markup:
        x, y = self.projection.at(spot.longitude, spot.latitude)
        radius = spot.radius_m * self.projection.units_per_metre
        width = RING[0] + RING[1] * sqrt(spot.incidents / most)
        return svg.element("circle", cx=x, cy=y, r=radius, class_="ring", stroke_width=width)

    def _ring_label(self, spot: Spot, done: Sequence[Label]) -> list[Label]:
        """Return a ring's label at the first place along it that is free, if there is one."""
        words = f"{spot.name}: {whole(spot.incidents)}"
        x, y = self.projection.at(spot.longitude, spot.latitude)
        radius = spot.radius_m * self.projection.units_per_metre
        half = text_width(words, SIZE) / 2 + 3
        full = [self.corner, *(label.box for label in done)]
        for angle in map(radians, ANGLES):
            middle, line = x + radius * cos(angle), y - radius * sin(angle) + 4
            box = Box(middle - half, line - SIZE, middle + half, line + SIZE * (LINE - 1) + 1)
            if box.within(self.frame) and not any(box.meets(other) for other in full):
                name = svg.text(middle, line, words, "ringed", "middle")
                return [Label(_plate(box) + name, box)]
        return []

    def _dots(self, spots: Sequence[Spot], most: int) -> Iterator[Label]:
        """Yield the boxes of the points that are large enough to be hidden by a label."""
        for spot in spots:
            radius = _radius(spot.incidents, most)
            x, y = self.projection.at(spot.longitude, spot.latitude)
            if radius >= LARGEST / 3:
                yield Label(Markup(), Box(x - radius, y - radius, x + radius, y + radius))

    def _line_label(self, contact: Contact, done: Sequence[Label]) -> list[Label]:
        """Return the label of a line, beside the first stretch of it with room, if there is one."""
        words = f"line of contact, {short_day(contact.on)}"
        width = text_width(words, SIZE) + 6
        towns = [Box(town.x - 3, town.y - 3, town.x + 3, town.y + 3) for town in self.towns]
        full = [self.corner, *(label.box for label in done), *towns]
        path = [xy for part in shapely.get_parts(contact.middle) for xy in part.coords]
        for x, y in starmap(self.projection.at, path):
            for left in (x + BESIDE, x - BESIDE - width):
                box = Box(left, y - SIZE, left + width, y + SIZE * (LINE - 1) + 1)
                if box.within(self.frame) and not any(box.meets(other) for other in full):
                    name = svg.text(left + 3, y, words, "ringed")
                    return [Label(_plate(box) + name, box)]
        return []

    def _said(self, count: int) -> str:
        """Return a count for the legend, the first with the name of what is counted."""
        return f"1 {self.unit.removesuffix('s')}" if count == 1 else whole(count)

    def _keys(self, keys: Iterable[tuple[Markup, float, str]]) -> Markup:
        """Return a legend: signs drawn around their own origin, each with its words."""
        y, x, parts = self.projection.height + LEGEND / 2 + 2, 4.0, []
        for sign, radius, words in keys:
            parts.append(svg.element("g", sign, transform=f"translate({x + radius:.1f} {y:.1f})"))
            parts.append(svg.text(x + 2 * radius + 5, y + 4, words))
            x += 2 * radius + 19 + text_width(words, SIZE)
        return svg.group(*parts)

    def _scale(self) -> Markup:
        """Return the scale bar and the arrow to the north, in the lower right corner."""
        box, scale = self.corner, self.projection.units_per_metre
        metres = max((one for one in BARS_M if one * scale <= BAR), default=BARS_M[0])
        length, left, y, x = metres * scale, box.left + 10, box.bottom - 10, box.right - 14
        return svg.group(
            _plate(box),
            svg.line(left, y, left + length, y, "bar"),
            svg.line(left, y - 4, left, y, "bar"),
            svg.line(left + length, y - 4, left + length, y, "bar"),
            svg.text(left + length / 2, y - 6, f"{metres // 1000} km", "tick", "middle"),
            svg.path([[(x, y - 22), (x - 4, y - 10), (x + 4, y - 10)]], "north"),
            svg.text(x, y + 2, "N", "tick", "middle"),
        )


def covering(count: int, most: int) -> float:
    """Return the opacity of a disc of `count` incidents, if `most` cover `DARKEST` of the ground.

    What shines through multiplies, so that darkness tells the count however the discs are cut.
    """
    return float(1 - (1 - DARKEST) ** (count / max(most, 1)))


def round_counts(most: int) -> list[int]:
    """Return up to three round counts for a legend: one, the highest round one, one between."""
    powers = [10**power for power in range(9) if 10**power <= max(most, 1)]
    top = max(most, 1) // powers[-1] * powers[-1]
    return sorted({1, powers[len(powers) // 2], top})


def _all(spots: Sequence[Spot]) -> int:
    return sum(spot.incidents for spot in spots)


def _radius(count: int, most: int) -> float:
    return max(LARGEST * sqrt(count / most), SMALLEST)


def _dot(radius: float, class_: str, opacity: float | None = None) -> Markup:
    return _circle(0.0, 0.0, radius, class_, opacity)


def _circle(x: float, y: float, radius: float, class_: str, opacity: float | None) -> Markup:
    shown = None if opacity is None else f"{opacity:.4f}"
    return svg.element("circle", cx=x, cy=y, r=radius, class_=class_, fill_opacity=shown)


def _plate(box: Box) -> Markup:
    return svg.rect(box.left, box.top, box.right - box.left, box.bottom - box.top, "plate")


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
