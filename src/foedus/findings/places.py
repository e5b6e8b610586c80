# SPDX-License-Identifier: Apache-2.0
"""Whether an incident lies where a term holds, as far as its place and the zone's are known.

A circle, a polygon or a strip along a line is asked of `base.areas`; regions are compared by name,
functional zones by target. A zone that a text only describes leaves every place possible. The
share of the error disc inside is told where the zone's own border is exact; where that border is
itself unsure, as along a line of contact, no share is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

import numpy as np
import numpy.typing as npt

from foedus.base import areas
from foedus.base.moments import DAY, HOUR_US
from foedus.base.places import E7, Floats, Place
from foedus.base.projections import Frame, project
from foedus.base.zones import local_time, start_us, zone_named
from foedus.errors import DrafterError, Fault
from foedus.findings.acts import region_answer, target_answer
from foedus.findings.in_time import ALL_PPM, NO, NO_SHARE, POSSIBLE, SURE, Answered, Answers, Ints
from foedus.findings.rulebook import Lines
from foedus.findings.subjects import Subjects, judged_words
from foedus.terms.lines import line_on, near_line
from foedus.terms.rules import (
    ALL,
    DE_FACTO,
    Area,
    Buffer,
    Circle,
    Everywhere,
    Functional,
    Polygon,
    Regions,
)
from foedus.terms.settlements import UNCARRIED, Carrying, Ledger
from foedus.terms.vocabulary import load_vocabulary

_DAY_US: Final = 24 * HOUR_US


class Ground:
    """The places of a block, on as many planes as its zones lie on; on each they are put once."""

    def __init__(self, subjects: Subjects) -> None:
        self.subjects = subjects
        self._planes: dict[Frame, tuple[Floats, Floats]] = {}

    def on(self, frame: Frame, rows: Ints) -> tuple[Floats, Floats]:
        """Return x and y in metres (float64) of some rows on a plane."""
        if frame not in self._planes:
            axes = (self.subjects.latitude_e7, self.subjects.longitude_e7)
            self._planes[frame] = project(frame, *axes)
        x, y = self._planes[frame]
        return (x, y) if len(rows) == len(x) else (x[rows], y[rows])


@dataclass(frozen=True)
class Drawn:
    """The lines that settlements make, each drawn once for each day that is asked about.

    A day for which no settlement of one side is known has no line: None. It can be sent to another
    process, as a closure could not.
    """

    ledgers: Mapping[str, tuple[Ledger, Carrying]]
    _known: dict[tuple[str, str], areas.Area | None] = field(default_factory=dict, compare=False)

    def __call__(self, line_id: str, day: str) -> areas.Area | None:
        """Return the line of that id on a day (ISO 8601); None for one that is not known."""
        if (line_id, day) not in self._known:
            self._known[line_id, day] = self._drawn(line_id, day)
        return self._known[line_id, day]

    def _drawn(self, line_id: str, day: str) -> areas.Area | None:
        if line_id not in self.ledgers:
            return None
        ledger, carrying = self.ledgers[line_id]
        try:
            return near_line(line_on(ledger, date.fromisoformat(day), carrying), 0.0)
        except DrafterError:
            return None


def lines_of(ledgers: Mapping[str, Ledger], carrying: Carrying = UNCARRIED) -> Lines:
    """Return the lines that settlements make, all carried alike."""
    return Drawn({line_id: (ledger, carrying) for line_id, ledger in ledgers.items()})


def zone_answers(area: Area, ground: Ground, lines: Lines, zone: str) -> Answered:
    """Return for each row whether it lies in an area, and the share of its error disc that does.

    `zone` is the IANA zone by whose clock the day of a line is told.
    """
    subjects = ground.subjects
    match area:
        case Everywhere():
            return Answered(*_all(subjects.rows, SURE))
        case Regions(names=names):
            answers = judged_words(subjects.region, lambda word: region_answer(names, word))
            return Answered(answers, _all(subjects.rows)[1])
        case Functional(targets=targets):
            words = load_vocabulary()
            answers = judged_words(
                subjects.target, lambda word: target_answer(targets, word, words)
            )
            return Answered(answers, _all(subjects.rows)[1])
        case Buffer(sides=sides) if sides == (ALL,):
            return _strip(area, ground, lines, zone)
        case Circle() | Polygon():
            return mapped(_drawn(area), ground, np.arange(subjects.rows))
    return Answered(*_all(subjects.rows))


def near_answers(
    ground: Ground, lines: Lines, line: tuple[str, str], range_m: float, zone: str
) -> Answers:
    """Return for each row whether it lies within a range of a line: its id, and its day.

    De facto is the line of the day on which the incident began.
    """
    answers = _all(ground.subjects.rows)[0]
    for drawn, rows in _drawn_lines(ground.subjects, lines, line, zone):
        answers[rows] = _decided(areas.grown(drawn, range_m), ground, rows)
    return answers


def _strip(area: Buffer, ground: Ground, lines: Lines, zone: str) -> Answered:
    """Return for each row whether it lies in a strip along a line, on both sides of it."""
    answers, shares = _all(ground.subjects.rows)
    range_m = area.per_side_m or (area.total_width_m or 0.0) / 2
    for drawn, rows in _drawn_lines(ground.subjects, lines, (area.line, area.on), zone):
        answers[rows], shares[rows] = mapped(areas.grown(drawn, range_m), ground, rows)
    return Answered(answers, shares)


def mapped(area: areas.Area, ground: Ground, rows: Ints) -> Answered:
    """Return for some rows whether each lies in a zone with a map; one without a point may.

    Shares are told where the zone's border is exact.
    """
    answers, shares = _decided(area, ground, rows), _all(len(rows))[1]
    if not area.halves_m.any():
        known = ground.subjects.is_placed & ~np.isnan(ground.subjects.radius_m)
        torn = np.flatnonzero((answers == POSSIBLE) & known[rows])
        shares[torn] = np.clip(_shares(area, ground, rows[torn]), 1, ALL_PPM - 1)
    return Answered(answers, shares)


def _decided(area: areas.Area, ground: Ground, rows: Ints) -> Answers:
    subjects = ground.subjects
    radius_m = np.where(subjects.is_placed, subjects.radius_m, np.nan)[rows]
    found = areas.membership_at(area, *ground.on(area.frame, rows), radius_m)
    answers: Answers = np.array([NO, SURE, POSSIBLE], np.int8)[found]
    return answers


def hangs_on_line(area: Area | None) -> bool:
    """Whether a zone's border is a line of contact."""
    return isinstance(area, Buffer)


def _all(rows: int, answer: np.int8 = POSSIBLE) -> tuple[Answers, npt.NDArray[np.int64]]:
    return np.full(rows, answer, np.int8), np.full(rows, NO_SHARE, np.int64)


def _shares(area: areas.Area, ground: Ground, rows: Ints) -> Ints:
    """Return the share of each row's disc inside; records name the same places again and again."""
    subjects = ground.subjects
    latitude, longitude = subjects.latitude_e7[rows], subjects.longitude_e7[rows]
    radius = subjects.radius_m[rows]
    _, point = np.unique((latitude << 32) + longitude, return_inverse=True)
    radii, size = np.unique(radius, return_inverse=True)
    _, first, code = np.unique(point * len(radii) + size, return_index=True, return_inverse=True)
    found = areas.shares_at(area, *ground.on(area.frame, rows[first]), radius[first])
    return found[code]


def _drawn(area: Circle | Polygon) -> areas.Area:
    if isinstance(area, Circle):
        return areas.circle(
            Place(
                latitude_e7=round(area.latitude * E7),
                longitude_e7=round(area.longitude * E7),
                radius_m=0,
            ),
            area.radius_m,
        )
    corners = [
        np.array([round(axis * E7) for axis in axes], np.int64)
        for axes in zip(*((c.latitude, c.longitude) for c in area.corners), strict=True)
    ]
    return areas.polygon([(corners[0], corners[1])])


def _drawn_lines(
    subjects: Subjects, lines: Lines, line: tuple[str, str], zone: str
) -> list[tuple[areas.Area, Ints]]:
    """Return each line that is asked about, with its rows; days with the same line as one."""
    line_id, on = line
    if on != DE_FACTO:
        drawn = lines(line_id, on)
        return [] if drawn is None else [(drawn, np.arange(subjects.rows))]
    days, codes = np.unique(_days(subjects.from_us, zone), return_inverse=True)
    alike: dict[tuple[bytes, bytes], tuple[areas.Area, list[int]]] = {}
    for number, day in enumerate(days.tolist()):
        drawn = lines(line_id, date.fromordinal(day).isoformat())
        if drawn is not None:
            key = (drawn.edges_m.tobytes(), drawn.halves_m.tobytes())
            alike.setdefault(key, (drawn, []))[1].append(number)
    return [(drawn, np.flatnonzero(np.isin(codes, numbers))) for drawn, numbers in alike.values()]


def _days(at_us: Ints, zone: str) -> Ints:
    """Return the day of each instant on the clock of a zone, as its ordinal."""
    clock = zone_named(zone)
    if isinstance(clock, Fault):
        raise DrafterError(clock)
    utc_days, codes = np.unique(at_us // _DAY_US, return_inverse=True)
    first = [local_time(day * _DAY_US, clock).date() for day in utc_days.tolist()]
    # The clock's next day begins within the day of UTC, or with its end.
    turns = [start_us(datetime.combine(day + DAY, time()), clock) for day in first]
    ordinals = np.array([day.toordinal() for day in first], np.int64)[codes]
    found: Ints = ordinals + (at_us >= np.array(turns, np.int64)[codes])
    return found
