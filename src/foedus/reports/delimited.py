# SPDX-License-Identifier: Apache-2.0
"""Delimited files streamed as batches of rows: header, blocks, numbers of rows.

A row's number is the number of its record, the header being 1, as a spreadsheet would count: a line
break inside quotes starts no new row, and a blank line counts but is not read. Memory is bounded by
the block and the longest row that is read, whatever the file's size.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from foedus.errors import Fault, SourceError, did_you_mean
from foedus.reports.cells import Lost, Rows, shown_bytes
from foedus.reports.profile import Format, Profile, declared_columns
from foedus.reports.splitter import (
    BLANK,
    COUNT,
    GOOD,
    LONG,
    NO_QUOTE,
    ROW_BYTES,
    STRAY,
    TRUNCATED,
    UNCLOSED,
    Cut,
    Grammar,
    column,
    cut,
)  # fmt: skip

BLOCK_BYTES: Final = 1 << 22
_LOST: Final = {
    TRUNCATED: "truncated",
    UNCLOSED: "unclosed-quote",
    STRAY: "stray-quote",
    LONG: "too-long",
    COUNT: "cell-count",
}


def delimited_rows(profile: Profile, path: Path, batch_rows: int) -> Iterator[Rows]:
    """Yield the rows of a delimited file; raises `SourceError` if it has no usable header."""
    yield from cut_rows(profile.format, declared_columns(profile), path, batch_rows)


def cut_rows(
    form: Format, declared: Mapping[str, str], path: Path, batch_rows: int
) -> Iterator[Rows]:
    """Yield the rows of a delimited file with the `declared` columns: name -> who demands it."""
    with opened(path) as file:
        header = file.readline(ROW_BYTES + 1)
        names = _header(header, form, path)
        check_columns(names, declared, path)
        wanted = [name for name in dict.fromkeys(names) if name in declared]
        grammar = _grammar(names, wanted, form)
        number = 2
        for data, part in _parts(file, grammar, batch_rows):
            yield _rows(data, part, wanted, grammar, number)
            number += len(part.status)


def opened(path: Path):  # type: ignore[no-untyped-def]
    """Open a file for reading bytes; raises `SourceError` if it cannot be read or holds nothing."""
    try:
        file = path.open("rb")
    except OSError as error:
        got = error.strerror or type(error).__name__
        raise SourceError(
            Fault(file=str(path), expected="a file that can be read", got=got)
        ) from error
    if path.stat().st_size == 0:
        file.close()
        raise SourceError(Fault(file=str(path), expected="rows", got="an empty file"))
    return file


def _header(line: bytes, form: Format, path: Path) -> list[str]:
    try:
        text = line.removeprefix(b"\xef\xbb\xbf").decode(form.encoding).strip("\r\n")
    except UnicodeDecodeError as error:
        raise SourceError(
            Fault(
                file=str(path),
                line=1,
                expected=f"a header in {form.encoding}",
                got=shown_bytes(line),
            )
        ) from error
    try:
        if form.quote:
            rows = csv.reader([text], delimiter=form.delimiter, quotechar=form.quote)
        else:
            rows = csv.reader([text], delimiter=form.delimiter, quoting=csv.QUOTE_NONE)
        names = next(rows, [])
    except csv.Error as error:
        fault = Fault(file=str(path), line=1, expected="a header and a line end", got=str(error))
        raise SourceError(fault) from error
    return [name.strip() for name in names]


def check_columns(names: list[str], declared: Mapping[str, str], path: Path) -> None:
    """Raise `SourceError` with every declared column that is missing or stands there twice."""
    faults = []
    for name, key in declared.items():
        if name not in names:
            expected, got = f"the column {name!r} ({key})", "no such column"
            hint = did_you_mean(name, names)
        elif names.count(name) > 1:
            expected, got, hint = f"one column {name!r}", f"{names.count(name)} of them", ""
        else:
            continue
        faults.append(
            Fault(file=str(path), line=1, column=name, expected=expected, got=got, hint=hint)
        )
    if faults:
        raise SourceError(*faults)


def _grammar(names: list[str], wanted: list[str], form: Format) -> Grammar:
    slots = np.array([wanted.index(name) if name in wanted else -1 for name in names], np.int32)
    quote = ord(form.quote) if form.quote else NO_QUOTE
    return Grammar(ord(form.delimiter), quote, len(names), slots, len(wanted))


def _parts(file, grammar: Grammar, batch_rows: int) -> Iterator[tuple[npt.NDArray[np.uint8], Cut]]:  # type: ignore[no-untyped-def]
    """Read block after block, carrying the begun row over to the next."""
    carried = b""
    at_end = False
    skip = False
    while not at_end:
        block = file.read(BLOCK_BYTES)
        at_end = not block
        if skip and block:
            line_end = block.find(b"\n")
            skip = line_end < 0
            block = b"" if skip else block[line_end + 1 :]
        data = np.frombuffer(carried + block, np.uint8)
        at = 0
        while at < len(data):
            part = cut(data[at:], grammar, batch_rows, at_end=at_end)
            if len(part.status):
                yield data[at:], part
            at += part.consumed
            skip = skip or part.skip
            if len(part.status) < batch_rows:
                break
        carried = data[at:].tobytes()


def _rows(
    data: npt.NDArray[np.uint8], part: Cut, wanted: list[str], grammar: Grammar, first: int
) -> Rows:
    kept = np.flatnonzero(part.status == GOOD)
    cells = {
        name: column(data, part, slot, kept, grammar.quote) for slot, name in enumerate(wanted)
    }
    lost: list[Lost] = []
    for row in np.flatnonzero((part.status != GOOD) & (part.status != BLANK)):
        status, (begin, end, count) = int(part.status[row]), part.rows[row]
        expected, got = _expected(status, grammar.width), shown_bytes(data[begin:end].tobytes())
        if status in (COUNT, TRUNCATED):
            got = f"{count} cells"
        lost.append((first + int(row), None, _LOST[status], expected, got))
    return Rows(cells, kept + first, lost)


def _expected(status: int, width: int) -> str:
    if status == LONG:
        return f"at most {ROW_BYTES} bytes"
    if status in (UNCLOSED, STRAY):
        return "a closing quote before a delimiter or the end of the row"
    return f"{width} cells"
