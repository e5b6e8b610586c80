# SPDX-License-Identifier: Apache-2.0
"""What a reader is, what it delivers, and how one is found by the kind of file.

A reader streams one file of a source as deliveries of bounded size. Other packages add kinds by an
entry point in the group `foedus.readers`, named by the kind, that yields a class with no arguments.
What a row means is the same for all kinds and stands in `accounts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import pyarrow as pa

from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.reports.profile import Profile

GROUP: Final = "foedus.readers"
BUILT_IN: Final = tuple(
    EntryPoint(name=kind, value=f"foedus.reports.{name}", group=GROUP)
    for kind, name in (
        ("csv", "tabular:CsvReader"),
        ("parquet", "tabular:ParquetReader"),
        ("jsonl", "tabular:JsonLinesReader"),
        ("observations", "observations:ObservationReader"),
    )
)


class Delivery(NamedTuple):
    """A part of a file, read: read == accepted + quarantined, always."""

    reports: pa.Table
    """Accepted rows, schema of `Report`, in the file's order."""
    articles: pa.Table
    """The articles of accepted rows, schema of `Article`."""
    refusals: pa.Table
    """Every fault of every row in quarantine, schema of `Refusal`, by row."""
    read: int
    accepted: int
    quarantined: int


class Reader(Protocol):
    """Reads files of one kind; remembers the ids of each source over the files that it reads."""

    def read(
        self, profile: Profile, path: Path, batch_rows: int = 65536, *, name: str | None = None
    ) -> Iterable[Delivery]:
        """Yield the file as deliveries of at most `batch_rows` rows; the sum does not depend on it.

        The reports' `batch_id` is the source's id, a slash and `name`, which tells the file from
        all others of the source; without one, the file's own name.

        Raises `SourceError` where the file as a whole cannot be read: missing, empty, without a
        declared column, or truncated so that no row can be told.
        """
        ...


def reader_for(kind: str) -> Reader:
    """Return a new reader for a kind of file; raises `DrafterError` for a kind without one."""
    found = {entry.name: entry for entry in (*BUILT_IN, *entry_points(group=GROUP))}
    if kind not in found:
        hint = did_you_mean(kind, found)
        raise DrafterError(
            Fault(column="format.kind", expected="a kind of file", got=repr(kind), hint=hint)
        )
    reader: Reader = found[kind].load()()
    return reader


def read_source(
    profile: Profile, paths: Iterable[Path], batch_rows: int = 65536
) -> Iterator[Delivery]:
    """Yield all files of one source, in their order, by one reader: an id counts once over all."""
    reader = reader_for(profile.format.kind)
    for path in paths:
        yield from reader.read(profile, path, batch_rows)
