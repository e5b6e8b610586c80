# SPDX-License-Identifier: Apache-2.0
"""The countries under a map, cut to its box, and the flat projection on which they are drawn.

The file is made by `tools/make_basemap.py`: Natural Earth 1:10m (public domain) by world-atlas
(ISC), with Crimea mended to the recognised border. Its shapes are read only where their box meets
the map's. The projection is equirectangular, true at the box's middle latitude; over a few hundred
kilometres a circle on the ground stays a circle to about 2 per cent.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, radians
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from foedus.mission import Box

FILE: Final = Path(__file__).parent.parent / "library" / "basemap" / "countries.parquet"
METRES_PER_DEGREE: Final = 111_195.08
"""Length of a degree of a great circle on the mean sphere."""


class Country(NamedTuple):
    """A country's name, and its shape in degrees."""

    name: str
    shape: BaseGeometry


class Projection(NamedTuple):
    """From degrees to units of a drawing, `width` units across the box."""

    box: Box
    width: float

    @property
    def squeeze(self) -> float:
        """How much shorter a degree of longitude is than one of latitude, mid-box."""
        return cos(radians((self.box.south + self.box.north) / 2))

    @property
    def height(self) -> float:
        """Height of the drawing, in its units."""
        box = self.box
        return self.width * (box.north - box.south) / ((box.east - box.west) * self.squeeze)

    @property
    def units_per_metre(self) -> float:
        """Scale of the drawing."""
        across = (self.box.east - self.box.west) * self.squeeze * METRES_PER_DEGREE
        return self.width / across

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a place stands."""
        box = self.box
        x = (longitude - box.west) / (box.east - box.west) * self.width
        return x, (box.north - latitude) / (box.north - box.south) * self.height

    def back(self, x: float, y: float) -> tuple[float, float]:
        """Return the longitude and latitude that stand at a spot of the drawing."""
        box = self.box
        longitude = box.west + x / self.width * (box.east - box.west)
        return longitude, box.north - y / self.height * (box.north - box.south)


def read_countries(box: Box, file: Path = FILE) -> list[Country]:
    """Return the countries that meet `box`, cut to it, by name."""
    table = pq.read_table(file)
    near = (
        (pc.field("west") < box.east)
        & (pc.field("east") > box.west)
        & (pc.field("south") < box.north)
        & (pc.field("north") > box.south)
    )
    found = table.filter(near)
    shapes = shapely.from_wkb(found["wkb"].to_numpy())
    cut = shapely.clip_by_rect(shapes, box.west, box.south, box.east, box.north)
    named = zip(found["name"].to_pylist(), cut, strict=True)
    return [Country(name, shape) for name, shape in named if not shape.is_empty]


def rings(shape: BaseGeometry, projection: Projection) -> Iterator[list[tuple[float, float]]]:
    """Yield every ring of a shape in units of the drawing."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield [projection.at(x, y) for x, y in ring.coords[:-1]]
