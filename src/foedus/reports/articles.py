# SPDX-License-Identifier: Apache-2.0
"""The articles beneath each row: evidence, not accounts.

Two styles: `ucdp`, one cell of quoted triples outlet,date,headline with semicolons between them and
quotes and commas unescaped inside (UCDP GED codebook, source_article); and `split`, lists in
columns beside each other. An outlet is told only where it is sure whose the address is. This is
free-form text and is read cell by cell; sources of millions of rows have no such cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.reports.cells import Bools, spans
from foedus.reports.clocks import universal
from foedus.reports.contents import TEXT_CHARACTERS
from foedus.reports.dates import DAY_US, read_dates
from foedus.reports.profile import Articles

_TRIPLE: Final = re.compile(
    r'"(?P<outlet>[^\n]*?),(?P<date>\d{4}-\d{2}-\d{2}),(?P<headline>.*?)"(?:;(?=")|$)', re.DOTALL
)
Texts = dict[str, pa.Array]
Piece = tuple[str | None, str | None, str | None, str | None]


class Evidence(NamedTuple):
    """The articles of a batch, one beside the other, and what they say of their rows."""

    row: npt.NDArray[np.int64]
    """Row of each article, rising."""
    position: npt.NDArray[np.int64]
    outlet: pa.Array
    published_us: pa.Array
    headline: pa.Array
    url: pa.Array
    unread: Bools
    """By row: the list of triples could not be read, and other columns served."""
    first_known_us: npt.NDArray[np.int64]
    """By row: the end of the day of its earliest article; the least integer where none is dated."""


NEVER: Final = np.iinfo(np.int64).min


def read_articles(texts: Texts, articles: Articles | None, zone: str, rows: int) -> Evidence:
    """Read the articles of every row; their days are days in `zone`."""
    unread = np.zeros(rows, np.bool_)
    found: list[tuple[int, int, Piece]] = []
    if articles is not None:
        for row, cells in enumerate(_cells(texts, articles, rows)):
            pieces, failed = _pieces(cells, articles)
            unread[row] = failed
            found += ((row, position, piece) for position, piece in enumerate(pieces, start=1))
    rows_of = np.array([item[0] for item in found], np.int64)
    outlet, date, headline, url = (
        pa.array([item[2][part] for item in found], pa.string()) for part in range(4)
    )
    dates = read_dates(spans(date), articles.format if articles else ())
    dated = dates.status == 0
    day_us = dates.local_us - dates.local_us % DAY_US
    end_us = universal(day_us + DAY_US, zone).latest_us
    latest = np.iinfo(np.int64).max
    first = np.full(rows, latest, np.int64)
    np.minimum.at(first, rows_of[dated], end_us[dated])
    return Evidence(
        rows_of,
        np.array([item[1] for item in found], np.int64),
        outlet,
        pa.array(universal(day_us, zone).earliest_us, pa.int64(), mask=~dated),
        headline,
        url,
        unread,
        np.where(first == latest, NEVER, first),
    )


class _Cells(NamedTuple):
    column: str | None
    outlets: str | None
    dates: str | None
    headlines: str | None
    urls: str | None


def _cells(texts: Texts, articles: Articles, rows: int) -> Iterator[_Cells]:
    names = [getattr(articles, field) for field in _Cells._fields]
    nothing = [None] * rows
    lists = [nothing if name is None else texts[name].to_pylist() for name in names]
    return (_Cells(*cells) for cells in zip(*lists, strict=True))


def _pieces(cells: _Cells, articles: Articles) -> tuple[list[Piece], bool]:
    """The articles of one row, and whether a list of triples was there but could not be read."""
    if articles.style == "ucdp" and cells.column is not None:
        triples = _triples(cells.column)
        if triples is not None:
            return triples, False
        return _beside(cells, articles.separator), True
    return _beside(cells, articles.separator), False


def _triples(cell: str) -> list[Piece] | None:
    """Read quoted triples; None unless they make up the whole cell."""
    cell = cell.strip().rstrip(";")
    found: list[Piece] = []
    at = 0
    while at < len(cell):
        triple = _TRIPLE.match(cell, at)
        if triple is None:
            return None
        headline = triple["headline"].strip()[:TEXT_CHARACTERS]
        found.append((triple["outlet"].strip() or None, triple["date"], headline or None, None))
        at = triple.end()
    return found


def _beside(cells: _Cells, separator: str) -> list[Piece]:
    """Lists beside each other; headlines do not count the articles: they may hold separators."""
    outlets, dates, headlines, urls = (
        [] if cell is None else [piece.strip() for piece in cell.split(separator)]
        for cell in (cells.outlets, cells.dates, cells.headlines, cells.urls)
    )
    count = len(urls) or max(len(outlets), len(dates))
    if len(outlets) == 1:
        outlets = outlets * count
    parts = [_fitted(part, count) for part in (outlets, dates, headlines, urls)]
    parts[2] = [None if text is None else text[:TEXT_CHARACTERS] for text in parts[2]]
    return list(zip(*parts, strict=True))


def _fitted(pieces: list[str], count: int) -> list[str | None]:
    """A list that has another length than the articles cannot be told apart: nothing is known."""
    if len(pieces) != count:
        return [None] * count
    return [piece or None for piece in pieces]
