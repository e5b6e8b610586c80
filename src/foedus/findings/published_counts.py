# SPDX-License-Identifier: Apache-2.0
"""Counts that others published, added up again from the parts that they gave.

A stated total and the sum of its parts may differ: that is shown as a mismatch with its size, and
mended by nobody here. A total that is a floor is contradicted only by parts that make less.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from foedus.errors import DrafterError
from foedus.terms.rules import Entry
from foedus.terms.vocabulary import LIBRARY
from foedus.terms.yaml_files import read_entry

FILE: Final = LIBRARY / "published" / "counts.yaml"
Whole = Annotated[int, Meta(ge=0)]


class Published(Entry, frozen=True, kw_only=True):
    """One published count."""

    id: str
    rule: str
    """Id of the counting rule by which it was made."""
    what: str
    total: Whole
    total_is: Literal["exact", "floor"]
    parts: dict[str, Whole] = msgspec.field(default_factory=dict)
    parts_are: Literal["all", "some"] = "all"
    exercises: Whole | None = None
    """How many of the total were assessed as exercises."""
    url: str
    evidence: Literal["S", "P"]
    note: str = ""


class PublishedFile(Entry, frozen=True, kw_only=True):
    """All of the file."""

    figures: tuple[Published, ...]


class Recomputed(NamedTuple):
    """A published count beside what its parts make."""

    figure: Published
    parts: int | None
    """Their sum; None where no parts were given."""
    difference: int | None
    """The sum of the parts less the total."""
    net: int | None
    """The total without exercises; None where they were not given."""
    verdict: Literal["agrees", "mismatch", "no-contradiction", "incomplete", "no-parts"]


@cache
def load_published() -> tuple[Published, ...]:
    """Return the counts that ship; raises `DrafterError` with all faults of the file."""
    found, _, faults = read_entry(FILE, PublishedFile)
    if found is None or faults.found:
        raise DrafterError(*faults.in_order)
    figures: tuple[Published, ...] = found.figures
    return figures


def recomputed(figure: Published) -> Recomputed:
    """Return a count with the sum of its parts, and whether the two agree."""
    net = None if figure.exercises is None else figure.total - figure.exercises
    if not figure.parts:
        return Recomputed(figure, None, None, net, "no-parts")
    parts = sum(figure.parts.values())
    difference = parts - figure.total
    if difference == 0:
        return Recomputed(figure, parts, difference, net, "agrees")
    if figure.parts_are == "some" and difference < 0:
        return Recomputed(figure, parts, difference, net, "incomplete")
    if figure.total_is == "floor" and difference > 0:
        return Recomputed(figure, parts, difference, net, "no-contradiction")
    return Recomputed(figure, parts, difference, net, "mismatch")


def sentence(one: Recomputed) -> str:
    """Return in one line what the parts make of a total."""
    figure = one.figure
    floor = "at least " if figure.total_is == "floor" else ""
    words = []
    if one.parts is not None:
        added = " + ".join(f"{number:,}" for number in figure.parts.values())
        words.append(f"{floor}{figure.total:,} stated; {added} = {one.parts:,}: {_told(one)}")
    if one.net is not None:
        words.append(f"{figure.total:,} in all, {figure.exercises:,} assessed as exercises, ")
        words[-1] += f"{one.net:,} without them"
    return "; ".join(words)


def _told(one: Recomputed) -> str:
    difference = one.difference or 0
    return {
        "agrees": "agrees",
        "mismatch": f"MISMATCH of {abs(difference):,}, the parts make "
        + ("more" if difference > 0 else "less"),
        "no-contradiction": "more than the floor, no contradiction, but the total is not the sum",
        "incomplete": f"{-difference:,} are of parts that were not given",
        "no-parts": "no parts",
    }[one.verdict]
