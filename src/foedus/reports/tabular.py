# SPDX-License-Identifier: Apache-2.0
"""The built-in readers: delimited text, Parquet, and JSON Lines.

Each cuts a file into batches of cells as text; what they mean is the same for all and stands in
`accounts`. In Parquet and JSON Lines a row's number counts from 1, since there is no header. Files
are streamed: none is held whole.
"""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foedus.errors import Fault, SourceError
from foedus.reports.accounts import Account, read_rows, settle
from foedus.reports.cells import Lost, Rows, shown_bytes
from foedus.reports.delimited import BLOCK_BYTES, check_columns, delimited_rows, opened
from foedus.reports.profile import Profile, declared_columns
from foedus.reports.readers import Delivery
from foedus.reports.repeats import SeenIds
from foedus.reports.splitter import ROW_BYTES

Cutter = Callable[[Profile, Path, int], Iterator[Rows]]
WORKERS: Final = 2
"""Batches that are read at a time."""
PEEK_LINES: Final = 1000
"""Lines of a JSON Lines file among which each declared key must occur."""


class _Reader:
    """Reads files by a way of cutting them; remembers ids by source over all files it reads."""

    def __init__(self, cutter: Cutter) -> None:
        self._cutter = cutter
        self._seen: dict[str, SeenIds] = {}

    def read(
        self, profile: Profile, path: Path, batch_rows: int = 65536, *, name: str | None = None
    ) -> Iterator[Delivery]:
        """Yield the file as one delivery or more; see `foedus.reports.readers.Reader.read`."""
        seen = self._seen.setdefault(profile.source.id, SeenIds())
        batch_id = f"{profile.source.id}/{name or path.name}"
        delivered = False
        for account in _ahead(self._cutter(profile, path, batch_rows), profile, batch_id):
            yield settle(account, profile, batch_id, seen)
            delivered = True
        if not delivered:
            nothing = {name: pa.array([], pa.binary()) for name in declared_columns(profile)}
            rows = Rows(nothing, np.zeros(0, np.int64), [])
            yield settle(read_rows(rows, profile, batch_id), profile, batch_id, seen)


def _ahead(batches: Iterator[Rows], profile: Profile, batch_id: str) -> Iterator[Account]:
    """Read batches beside each other and yield them in their order; few are held at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        running: deque[Future[Account]] = deque()
        for rows in batches:
            running.append(pool.submit(read_rows, rows, profile, batch_id))
            if len(running) > WORKERS:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


class CsvReader(_Reader):
    """Reads delimited text."""

    def __init__(self) -> None:
        super().__init__(delimited_rows)


class ParquetReader(_Reader):
    """Reads Parquet; every column is taken as the text that it would be written as."""

    def __init__(self) -> None:
        super().__init__(parquet_rows)


class JsonLinesReader(_Reader):
    """Reads JSON Lines: one object a line."""

    def __init__(self) -> None:
        super().__init__(json_rows)


def parquet_rows(profile: Profile, path: Path, batch_rows: int) -> Iterator[Rows]:
    """Yield the rows of a Parquet file; raises `SourceError` if it is truncated or damaged."""
    opened(path).close()
    try:
        with pq.ParquetFile(path) as file:
            check_columns(file.schema_arrow.names, declared_columns(profile), path)
            names = [n for n in file.schema_arrow.names if n in declared_columns(profile)]
            number = 1
            for batch in file.iter_batches(batch_rows, columns=names):
                cells = {name: _as_text(batch.column(name), name, path) for name in names}
                yield Rows(cells, np.arange(number, number + batch.num_rows), [])
                number += batch.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        fault = Fault(file=str(path), expected="a whole Parquet file", got=str(error)[:200])
        raise SourceError(fault) from error


def _as_text(column: pa.Array, name: str, path: Path) -> pa.Array:
    """Text as it is; dates and times as ISO 8601 (`%Y-%m-%dT%H:%M:%S`, with Z if in UTC)."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode(), name, path)
    if pa.types.is_binary(kind) or pa.types.is_string(kind):
        return column.cast(pa.binary())
    if pa.types.is_timestamp(kind):
        zoned = kind.tz is not None
        column = column.cast(pa.timestamp("s", "UTC" if zoned else None), safe=False)
        column = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ" if zoned else "%Y-%m-%dT%H:%M:%S")
    if pa.types.is_nested(kind):
        fault = Fault(file=str(path), column=name, expected="a plain column", got=str(kind))
        raise SourceError(fault)
    return column.cast(pa.string()).cast(pa.binary())


def json_rows(profile: Profile, path: Path, batch_rows: int) -> Iterator[Rows]:
    """Yield the lines of a JSON Lines file; a line that is no object is a lost row."""
    names = list(declared_columns(profile))
    with opened(path) as raw:
        lines = json_lines(raw)
        first = [line for _, line in zip(range(PEEK_LINES), lines, strict=False)]
        found = {key for line in first for key in (json_object(line) or {})}
        if found:
            check_columns(sorted(found), declared_columns(profile), path)
        number = 1
        pending = first
        while pending:
            for at in range(0, len(pending), batch_rows):
                part = pending[at : at + batch_rows]
                yield json_part(part, names, number)
                number += len(part)
            pending = [line for _, line in zip(range(batch_rows), lines, strict=False)]


def json_lines(raw: io.RawIOBase) -> Iterator[bytes]:
    """Yield lines without their ends; of one that is too long only what shows that it is.

    A mark of byte order before the first is left out (RFC 8259, 8.1, lets a reader do so).
    """
    with io.BufferedReader(raw, BLOCK_BYTES) as file:
        first = file.readline(ROW_BYTES + 1).removeprefix(codecs.BOM_UTF8)
        for line in chain([first], iter(partial(file.readline, ROW_BYTES + 1), b"")):
            rest = line
            while len(rest) > ROW_BYTES and not rest.endswith(b"\n"):
                rest = file.readline(ROW_BYTES + 1)
            yield line.rstrip(b"\r\n")


def json_object(line: bytes) -> dict[str, Any] | None:
    """Return the object that a line holds, or None if it holds none."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def json_part(lines: list[bytes], names: list[str], first: int) -> Rows:
    """Return lines as rows with the columns `names`; the first of them has the number `first`."""
    numbers, objects = [], []
    lost: list[Lost] = []
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        item = None if len(line) > ROW_BYTES else json_object(line)
        if item is not None:
            numbers.append(number)
            objects.append(item)
        elif len(line) > ROW_BYTES:
            expected = f"at most {ROW_BYTES} bytes"
            lost.append((number, None, "too-long", expected, shown_bytes(line)))
        else:
            lost.append((number, None, "bad-json", "a JSON object", shown_bytes(line)))
    cells = {
        name: pa.array([_json_text(item.get(name)) for item in objects], pa.binary())
        for name in names
    }
    return Rows(cells, np.array(numbers, np.int64), lost)


def _json_text(value: Any) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip(" \t").encode()
    return msgspec.json.encode(value)
