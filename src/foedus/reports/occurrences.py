# SPDX-License-Identifier: Apache-2.0
"""When each row says it happened and was published: the profile's `time` applied to its columns.

Reading digits is left to `dates`, zones and the algebra of intervals to `times`. A row whose day
stands without a clock keeps the precision of a day: a missing clock is never midnight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.errors import did_you_mean
from foedus.reports.cells import Bools, joined, spans, valid
from foedus.reports.clocks import Clocks, known_zone
from foedus.reports.dates import DAY_US, IMPOSSIBLE, NO_OFFSET, OK, UNREAD, Dates, read_dates
from foedus.reports.faults import Faults
from foedus.reports.profile import Time, column_named
from foedus.reports.times import CLOCK_PRECISIONS, Stated, clock_us, interval

Ints = npt.NDArray[np.int64]
Texts = dict[str, pa.Array]


class Occurrence(NamedTuple):
    """When each row says it happened, in UTC microseconds, half open."""

    from_us: Ints
    to_us: Ints
    precision: pa.Array
    written: pa.Array
    zone: pa.Array


def read_occurrence(texts: Texts, time: Time, faults: Faults) -> Occurrence:
    """Read when each row says that it happened; what cannot be is a fault."""
    start = _dates(texts, time.start, time.format, faults)
    missing = ~valid(texts[time.start])
    faults.add(missing, "time-missing", "a time", column=time.start, got="nothing")
    levels, level = _precisions(texts, time, faults)
    start_us = start.local_us
    if time.clock is not None:
        start_us, no_clock = _with_clock(texts, time.clock, start_us, faults)
        levels, level = _no_finer_than_day(levels, level, no_clock)
    if any(name in CLOCK_PRECISIONS for name in levels) and time.clock is None:
        levels, level = _no_finer_than_day(levels, level, start.day_only)
    clocks = _clocks(texts, time.zone, start, faults)
    by_clock = np.array([name in CLOCK_PRECISIONS for name in levels], np.bool_)[level]
    ends = _ends(texts, time, start_us, by_clock, faults)
    end_clocks = clocks if ends is None else clocks.with_offsets(ends.offset_min)
    stated = Stated(start_us, None if ends is None else ends.local_us, levels, level)
    found = interval(stated, clocks, end_clocks, _day_begins_us(time))
    if ends is not None:
        turned = np.where(by_clock, found.to_us <= found.from_us, ends.day_before)
        early = turned & ends.there & valid(texts[time.start])
        expected = "an end that is not before the start"
        faults.add(early, "end-before-start", expected, column=ends.column, got=texts[ends.column])
    expected = f"a local time that there is in {', '.join(clocks.names[:3])}"
    skipped = found.skipped & ~faults.bad
    faults.add(skipped, "time-nonexistent", expected, column=time.start, got=texts[time.start])
    precision = pa.array(levels, pa.string()).take(pa.array(level))
    return Occurrence(
        found.from_us, found.to_us, precision, _written(texts, time), clocks.written()
    )


def _day_begins_us(time: Time) -> int:
    begins_us = clock_us(time.day_begins) or 0
    return begins_us - DAY_US if begins_us and time.day_named_by == "end" else begins_us


def _dates(texts: Texts, name: str, formats: tuple[str, ...], faults: Faults) -> Dates:
    text = texts[name]
    dates = read_dates(spans(text), formats)
    unread = (dates.status == UNREAD) & valid(text)
    faults.add(unread, "time-format", " or ".join(formats), column=name, got=text)
    impossible = dates.status == IMPOSSIBLE
    faults.add(impossible, "time-impossible", "a time that there is", column=name, got=text)
    return dates


def _with_clock(texts: Texts, name: str, day_us: Ints, faults: Faults) -> tuple[Ints, Bools]:
    dates = _dates(texts, name, ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M %p", "%H.%M"), faults)
    return day_us - day_us % DAY_US + dates.local_us, ~valid(texts[name])


def _no_finer_than_day(
    levels: tuple[str, ...], level: Ints, mask: Bools
) -> tuple[tuple[str, ...], Ints]:
    """Give rows without a time of day the precision of a day, unless theirs is coarser."""
    fine = np.array([name in CLOCK_PRECISIONS for name in levels])[level] & mask
    if not fine.any():
        return levels, level
    levels = levels if "day" in levels else (*levels, "day")
    return levels, np.where(fine, levels.index("day"), level)


class _Ends(NamedTuple):
    column: str
    local_us: Ints
    """Ends on their own clocks; the start where a row has none."""
    offset_min: npt.NDArray[np.int32]
    """Offsets that the ends state; NO_OFFSET where one states none."""
    there: Bools
    day_before: Bools
    """True where the day of the end lies before that of the start."""


def _ends(
    texts: Texts, time: Time, start_us: Ints, by_clock: Bools, faults: Faults
) -> _Ends | None:
    """Read the ends; None where the profile names no column for them.

    A day without a clock is never midnight: where the start has a clock (`by_clock`), it ends with
    its day, or, where that is the day of the start, says nothing more than the start.
    """
    if time.end is None:
        return None
    ends = _dates(texts, time.end, time.format, faults)
    there = valid(texts[time.end]) & (ends.status == OK)
    days = ends.local_us // DAY_US - start_us // DAY_US
    bare = ends.day_only & by_clock
    last_us = np.where(bare, ends.local_us + DAY_US - 1, ends.local_us)
    told = there & ~(bare & (days == 0))
    return _Ends(
        time.end,
        np.where(told, last_us, start_us),
        np.where(told, ends.offset_min, NO_OFFSET).astype(np.int32),
        there,
        days < 0,
    )


def _precisions(texts: Texts, time: Time, faults: Faults) -> tuple[tuple[str, ...], Ints]:
    name = column_named(time.precision)
    rows = len(faults.bad)
    if name is None:
        return (time.precision,), np.zeros(rows, np.int64)
    text = texts[name]
    coded = pc.fill_null(text, "").dictionary_encode()
    codes = coded.dictionary.to_pylist()
    levels = tuple(sorted({*time.precision_codes.values(), "day"}))
    which = [levels.index(time.precision_codes.get(code, "day")) for code in codes]
    listed = np.array([code in time.precision_codes for code in codes], np.bool_)
    index = coded.indices.to_numpy()
    expected = "one of " + ", ".join(time.precision_codes)
    unlisted = ~listed[index] if rows else np.zeros(0, np.bool_)
    faults.add(unlisted, "precision-code", expected, column=name, got=text)
    return levels, np.array(which, np.int64)[index]


def _clocks(texts: Texts, zone: str, dates: Dates, faults: Faults) -> Clocks:
    name = column_named(zone)
    rows = len(dates.local_us)
    if name is None:
        return Clocks((zone,), np.zeros(rows, np.int64), dates.offset_min)
    text = pc.fill_null(texts[name], "")
    coded = text.dictionary_encode()
    words = coded.dictionary.to_pylist()
    stated = dates.offset_min != NO_OFFSET
    for position, word in enumerate(words):
        if not known_zone(word):
            mask = np.asarray(pc.equal(coded.indices, position)) & ~stated
            expected = "EET, EEST, MSK, UTC or an IANA zone; " + did_you_mean(word, _NEAR)
            faults.add(mask, "zone-unknown", expected, column=name, got=text)
    names = tuple(word if known_zone(word) else "UTC" for word in words) or ("UTC",)
    return Clocks(names, coded.indices.to_numpy().astype(np.int64), dates.offset_min)


_NEAR = ("EET", "EEST", "MSK", "UTC", "Europe/Kyiv", "Europe/Moscow", "Europe/Simferopol")


def _written(texts: Texts, time: Time) -> pa.Array:
    """The time as written: day and clock with a space, differing start and end with a slash."""
    written = texts[time.start]
    if time.clock is not None:
        written = joined(written, texts[time.clock], " ")
    if time.end is None:
        return written
    both = joined(written, texts[time.end], "/")
    same = pc.fill_null(pc.equal(texts[time.start], texts[time.end]), False)
    return pc.if_else(same, written, both)


class Published(NamedTuple):
    """When each item was published, and since when it can have been known."""

    at_us: pa.Array
    known_us: Ints
    """The moment itself, or the end of the day where only a day is told."""
    told: Bools


def read_published(texts: Texts, time: Time, faults: Faults) -> Published | None:
    """Read when each item was published, or None where the profile names no column for it."""
    if time.published is None:
        return None
    dates = _dates(texts, time.published, time.published_format, faults)
    clocks = _clocks(texts, time.zone, dates, faults)
    told = (dates.status == 0) & valid(texts[time.published])
    first = clocks.universal(dates.local_us)
    skipped = first.skipped & ~dates.day_only & told
    expected = "a local time that there is"
    text = texts[time.published]
    faults.add(skipped, "time-nonexistent", expected, column=time.published, got=text)
    day_end = clocks.universal(dates.local_us + DAY_US).latest_us
    known_us = np.where(dates.day_only, day_end, first.latest_us)
    return Published(pa.array(first.earliest_us, pa.int64(), mask=~told), known_us, told)
