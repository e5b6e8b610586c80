# SPDX-License-Identifier: Apache-2.0
"""Written numbers read in bulk: decimal text to fixed-point integers, exactly, in one kernel.

48.0159 with seven places becomes 480159000; further digits are rounded half away from zero. Counts
are numbers with no places whose fraction, if written, is zero. Nothing goes through a float unless
an exponent is written.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.base.kernels import kernel, part
from foedus.reports.cells import Bools, spans, valid
from foedus.reports.faults import Faults

MOST = 2_000_000_000
"""The greatest count that is believed."""


def fixed_point(text: pa.Array, places: int, decimal: str) -> tuple[npt.NDArray[np.int64], Bools]:
    """Read a column of decimal numbers times 10**places; also say where one could be read."""
    seen = spans(text)
    out = np.zeros(seen.rows, np.int64)
    read = np.zeros(seen.rows, np.bool_)
    _fixed_point(seen.offsets, seen.data, seen.valid, ord(decimal), places, out, read)
    for row in np.flatnonzero(seen.valid & ~read):
        value = _with_exponent(text[int(row)].as_py(), decimal)
        if value is not None:
            out[row], read[row] = round(value * 10**places), True
    return out, read


def _with_exponent(written: str, decimal: str) -> float | None:
    """Read 3.7E1; None where no exponent is written or it is not a number."""
    if "e" not in written.lower():
        return None
    try:
        value = float(written.replace(decimal, "."))
    except ValueError:
        return None
    return value if abs(value) < 1e11 else None


@part
def _decimal(data, at, stop, decimal, places):  # type: ignore[no-untyped-def]
    """Read digits, with a fraction or without; return the value times 10**places, and if it was."""
    value, whole, fraction, up = 0, 0, -1, 0
    while at < stop:
        byte = data[at]
        if byte == decimal and fraction < 0:
            fraction = 0
        elif not 48 <= byte <= 57:
            return 0, False
        elif fraction < 0:
            whole += 1
            value = value * 10 + (byte - 48)
            if whole > 11:
                return 0, False
        else:
            if fraction < places:
                value = value * 10 + (byte - 48)
            elif fraction == places:
                up = 1 if byte >= 53 else 0
            fraction += 1
        at += 1
    for _ in range(places - max(fraction, 0)):
        value *= 10
    return value + up, whole > 0 or fraction > 0


@kernel
def _fixed_point(offsets, data, there, decimal, places, out, read):  # type: ignore[no-untyped-def]
    for row in range(len(there)):
        at, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        if not there[row] or at == stop:
            continue
        signed = data[at] in (43, 45)
        value, read[row] = _decimal(data, at + signed, stop, decimal, places)
        out[row] = -value if data[at] == 45 else value


def counts(text: pa.Array, column: str, decimal: str, faults: Faults) -> pa.Array:
    """Read a column of counts as int64; what is no whole number or negative is a fault."""
    tenths, read = fixed_point(text, 1, decimal)
    there = valid(text)
    whole = read & (tenths % 10 == 0) & (np.abs(tenths) <= 10 * MOST)
    faults.add(there & ~whole, "number-format", "a whole number", column=column, got=text)
    faults.add(whole & (tenths < 0), "negative", "0 or more", column=column, got=text)
    good = there & whole & (tenths >= 0)
    return pa.array(tenths // 10, pa.int64(), mask=~good)
