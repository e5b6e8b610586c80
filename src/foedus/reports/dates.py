# SPDX-License-Identifier: Apache-2.0
"""Written dates and times read in bulk: bytes to microseconds on the local clock, by a format.

A format is compiled once to codes, which one kernel follows over a whole column. What cannot be
(30 February, 25 o'clock, the year 215) is told apart from what is not in the format. 24:00 is the
end of its day (ISO 8601-1:2019, 4.3.8). Zones are left to `times`; the calendar is the proleptic
Gregorian.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.base.kernels import kernel, part
from foedus.reports.cells import Spans

DAY_US: Final = 86_400_000_000
DIRECTIVES: Final = "YmdHMSfIpz"
FORMAT_HELP: Final = "a format of " + " ".join(f"%{letter}" for letter in DIRECTIVES)
OK, UNREAD, IMPOSSIBLE = 0, 1, 2
NO_OFFSET: Final = -(1 << 30)
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
"""Years that are believed; zones are known for these."""
_FIELDS: Final = {letter: at for at, letter in enumerate(b"YmdHMSfpz")} | {ord("I"): 3}
"""Directive -> its place among the fields; hours of twelve and of 24 have the same one."""
_HALF, _ZONE, _CODES = 7, 8, 256
_UNSAID: Final = (1970, 1, 1, 0, 0, 0, 0, 0, NO_OFFSET)
"""What the fields hold where a format does not tell."""

Ints = npt.NDArray[np.int64]


class Dates(NamedTuple):
    """What a column of dates says, row by row."""

    local_us: Ints
    """Microseconds since 1970 on the clock of the row; 0 where there is none."""
    status: npt.NDArray[np.int8]
    """OK, UNREAD (in none of the formats; also where nothing stands) or IMPOSSIBLE."""
    offset_min: npt.NDArray[np.int32]
    """Minutes east of UTC, where the row says so; else NO_OFFSET."""
    day_only: npt.NDArray[np.bool_]
    """True where the format that fitted holds no time of day."""


def format_fault(written: str) -> str | None:
    """Return what is wrong with a format, or None."""
    pieces = written.split("%")
    for piece in pieces[1:]:
        if not piece or piece[0] not in DIRECTIVES:
            return repr("%" + piece[:1])
    letters = {piece[0] for piece in pieces[1:]}
    if letters & {"Y", "m", "d"} and not {"Y", "m", "d"} <= letters:
        return f"{written!r}, which lacks the year, month or day"
    return None if letters else f"{written!r}, which holds nothing"


def read_dates(spans: Spans, formats: tuple[str, ...]) -> Dates:
    """Read a column by the first of `formats` that fits a row; a clock alone is on 1 Jan 1970."""
    rows = spans.rows
    found = np.zeros((2, rows), np.int64)
    found[1] = NO_OFFSET
    status = np.full(rows, UNREAD, np.int8)
    field = np.zeros(len(_UNSAID), np.int64)
    day_only = np.zeros(rows, np.bool_)
    for written in formats:
        codes = _codes(written)
        open_rows = (status == UNREAD) & spans.valid
        if not open_rows.any():
            break
        _read(spans.offsets, spans.data, open_rows, codes, field, found, status)
        if not any(letter in written for letter in ("%H", "%I")):
            day_only |= open_rows & (status == OK)
    return Dates(found[0], status, found[1].astype(np.int32), day_only)


def _codes(written: str) -> npt.NDArray[np.int32]:
    """Directives as 256 + their field, other characters as they are; a last Z is a %z."""
    data = iter(written.encode())
    codes = [_CODES + _FIELDS[next(data)] if byte == ord("%") else byte for byte in data]
    if codes and codes[-1] == ord("Z"):
        codes[-1] = _CODES + _ZONE
    return np.array(codes, np.int32)


@part
def _digits(data, at, stop, most):  # type: ignore[no-untyped-def]
    value = 0
    start = at
    while at < stop and at - start < most and 48 <= data[at] <= 57:
        value = value * 10 + (data[at] - 48)
        at += 1
    return value, at


@part
def _zone(data, at, stop):  # type: ignore[no-untyped-def]
    """Read Z, +HH, +HHMM or +HH:MM; the place is -1 where none of these stands."""
    if at >= stop:
        return 0, -1
    sign = data[at]
    if sign in (90, 122):
        return 0, at + 1
    if sign not in (43, 45):
        return 0, -1
    hours, here = _digits(data, at + 1, stop, np.int64(2))
    if here != at + 3:
        return 0, -1
    minutes = 0
    if here < stop:
        if data[here] == 58:
            here += 1
        minutes, end = _digits(data, here, stop, np.int64(2))
        if end != here + 2:
            return 0, -1
        here = end
    total = hours * 60 + minutes
    return (total if sign == 43 else -total), here


@part
def _days(year, month, day):  # type: ignore[no-untyped-def]
    """Days since 1970-01-01, counting the year from March."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (9 if month <= 2 else -3)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@part
def _number(data, at, stop, place, field):  # type: ignore[no-untyped-def]
    """Read the digits of one directive into its field; return the place after, -1 if none fit."""
    most = 4 if place == 0 else (6 if place == 6 else 2)
    value, end = _digits(data, at, stop, most)
    if end == at or (place == 0 and end != at + 4):
        return -1
    if place == 6:
        for _ in range(6 - (end - at)):
            value *= 10
    field[place] = value
    return end


@part
def _half(data, at, stop):  # type: ignore[no-untyped-def]
    """Read AM or PM: 1 or 2, and the place after, -1 where neither stands."""
    if at + 1 >= stop or (data[at + 1] | 32) != 109:
        return 0, -1
    half = data[at] | 32
    if half not in (97, 112):
        return 0, -1
    return (1 if half == 97 else 2), at + 2


@part
def _fields(data, at, stop, codes, field):  # type: ignore[no-untyped-def]
    """Fill field[year, month, day, hour, minute, second, us, half, zone]; True if all fits."""
    for code in codes:
        if code < _CODES:
            if at >= stop or data[at] != code:
                return False
            at += 1
        elif code == _CODES + _ZONE:
            field[_ZONE], at = _zone(data, at, stop)
        elif code == _CODES + _HALF:
            field[_HALF], at = _half(data, at, stop)
        else:
            at = _number(data, at, stop, np.int64(code - _CODES), field)
        if at < 0:
            return False
    return at == stop


@part
def _moment(field):  # type: ignore[no-untyped-def]
    """Microseconds of the fields on their own clock, and whether there is such a moment."""
    year, month, day = field[0], field[1], field[2]
    if year < FIRST_YEAR or year > LAST_YEAR:
        return 0, False
    days = _days(year, month, day)
    # The first of a thirteenth month is that of the next January.
    if not (1 <= month <= 12 and day >= 1 and days < _days(year, month + 1, np.int64(1))):
        return 0, False
    hour, minute, second = field[3], field[4], field[5]
    if field[_HALF] > 0:
        if hour < 1 or hour > 12:
            return 0, False
        hour = hour % 12 + (12 if field[_HALF] == 2 else 0)
    if minute > 59 or second > 59 or hour > 24:
        return 0, False
    if hour == 24 and (minute > 0 or second > 0 or field[6] > 0):
        return 0, False
    seconds = (hour * 60 + minute) * 60 + second
    return days * DAY_US + seconds * 1_000_000 + field[6], True


@kernel
def _read(offsets, data, rows, codes, field, found, status):  # type: ignore[no-untyped-def]
    for row in range(len(rows)):
        if not rows[row]:
            continue
        for place in range(len(_UNSAID)):
            field[place] = _UNSAID[place]
        at, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        if not _fields(data, at, stop, codes, field):
            continue
        value, there_is = _moment(field)
        status[row] = OK if there_is else IMPOSSIBLE
        found[0, row] = value
        found[1, row] = field[_ZONE]
