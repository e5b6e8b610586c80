# SPDX-License-Identifier: Apache-2.0
"""Squares of the map: the world on Web Mercator, halved in both directions at each zoom.

A square is named `z/x/y`, as tiles are, counted from the north-west. The edition keeps where each
incident lies as whole numbers on the finest of these grids (`publication.edition.SQUARE`), so that
a square of any zoom is a range of them, and what lies on an edge lies in one square alone.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from foedus.errors import Fault, OperatorError
from foedus.publication.edition import FINEST

_WRITTEN: Final = re.compile(r"(\d{1,2})/(\d{1,10})/(\d{1,10})", re.ASCII)


class Square(NamedTuple):
    """One square."""

    z: int
    x: int
    y: int

    @property
    def step(self) -> int:
        """How many halvings lie between it and the finest grid."""
        return FINEST - self.z

    def bounds(self) -> dict[str, int]:
        """Return its first and last numbers on the finest grid, by side."""
        return {
            "west": self.x << self.step,
            "east": ((self.x + 1) << self.step) - 1,
            "north": self.y << self.step,
            "south": ((self.y + 1) << self.step) - 1,
        }


NOWHERE: Final = dict.fromkeys(("west", "east", "north", "south"))
"""Bounds of a question about no square."""


def square_named(written: str, deepest: int = FINEST) -> Square:
    """Return the square that is written so; raises `OperatorError` for what is none."""
    found = _WRITTEN.fullmatch(written)
    if found is not None:
        square = Square(*map(int, found.groups()))
        if square.z <= deepest and max(square.x, square.y) < 1 << square.z:
            return square
    expected = f"z/x/y: a zoom from 0 to {deepest}, and column and row on its grid"
    raise OperatorError(Fault(column="square", expected=expected, got=repr(written[:40])))
