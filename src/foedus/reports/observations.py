# SPDX-License-Identifier: Apache-2.0
"""Reads files of monitors' own observations: rows are cut, and columns and times are the form's.

Delimited text or JSON Lines, by the ending of the file's name. Of the mission's profile, who the
source is, how its file is written and its `noise` are used; what the columns hold is fixed by
`observation_form`, and what a row says is left to `observed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from foedus.errors import DrafterError, Fault, SourceError
from foedus.reports import observation_form as form
from foedus.reports.accounts import settle
from foedus.reports.cells import Rows
from foedus.reports.delimited import cut_rows, opened
from foedus.reports.observed import FORMATS, STRANGE_KEYS, read_form
from foedus.reports.profile import Columns, Labels, Place, Profile, Time
from foedus.reports.readers import Delivery
from foedus.reports.repeats import SeenIds
from foedus.reports.tabular import json_lines, json_object, json_part

DEMANDED: Final = dict.fromkeys(form.COLUMNS, "form of observations")


class ObservationReader:
    """Reads files of the form; remembers ids by source over all files that it reads."""

    def __init__(self) -> None:
        self._seen: dict[str, SeenIds] = {}

    def read(self, profile: Profile, path: Path, batch_rows: int = 65536) -> Iterator[Delivery]:
        """Yield the file as one delivery or more; see `foedus.reports.readers.Reader.read`.

        Raises `DrafterError` for a profile whose columns are not those of the form, and
        `SourceError` for a file that is neither `.csv` nor `.jsonl`, or lacks a column.
        """
        fixed = as_form(profile)
        seen = self._seen.setdefault(profile.source.id, SeenIds())
        batch_id = f"{profile.source.id}/{path.name}"
        delivered = False
        for rows in _cut(profile, path, batch_rows):
            yield settle(read_form(rows, fixed, batch_id), fixed, batch_id, seen)
            delivered = True
        if not delivered:
            nothing = {name: pa.array([], pa.binary()) for name in form.COLUMNS}
            account = read_form(Rows(nothing, np.zeros(0, np.int64), []), fixed, batch_id)
            yield settle(account, fixed, batch_id, seen)


def as_form(profile: Profile) -> Profile:
    """Return a profile with the columns of the form in place of its own.

    Raises `DrafterError` where it says that the id or the start stands elsewhere.
    """
    wanted = {"columns.item_id": "id", "time.start": "from"}
    got = {"columns.item_id": profile.columns.item_id, "time.start": profile.time.start}
    faults = [
        Fault(column=key, expected=f"{name!r}, as the form has it", got=repr(got[key]))
        for key, name in wanted.items()
        if got[key] != name
    ]
    if faults:
        raise DrafterError(*faults)
    return msgspec.structs.replace(
        profile,
        columns=Columns(
            item_id="id",
            text="description",
            place_name="place_name",
            region="region",
            country="country",
            item_grade="grade",
        ),
        time=Time(
            start="from",
            end="to",
            format=FORMATS,
            zone="column:zone",
            precision="minute",
            published="reported",
            published_format=FORMATS,
        ),
        place=Place(latitude="place_latitude", longitude="place_longitude", may_be_missing=True),
        kind=Labels(unlisted="unknown"),
        target=Labels(unlisted="unknown"),
        weapon=Labels(unlisted="unknown"),
        actor=Labels(unlisted="unknown"),
        party=Labels(),
        articles=None,
        set_apart={},
    )


def _cut(profile: Profile, path: Path, batch_rows: int) -> Iterator[Rows]:
    ending = path.suffix.lower()
    if ending == ".csv":
        yield from cut_rows(profile.format, DEMANDED, path, batch_rows)
    elif ending == ".jsonl":
        yield from _json_rows(path, batch_rows)
    else:
        fault = Fault(file=str(path), expected="a file .csv or .jsonl", got=repr(path.name))
        raise SourceError(fault)


def _json_rows(path: Path, batch_rows: int) -> Iterator[Rows]:
    """Yield the lines of a JSON Lines file; keys may be left out, but none may be unknown."""
    with opened(path) as raw:
        lines, number = json_lines(raw), 1
        while part := [line for _, line in zip(range(batch_rows), lines, strict=False)]:
            rows = json_part(part, list(form.COLUMNS), number)
            strange = [_strange_keys(part[at - number]) for at in rows.numbers.tolist()]
            yield rows._replace(cells=rows.cells | {STRANGE_KEYS: pa.array(strange, pa.binary())})
            number += len(part)


def _strange_keys(line: bytes) -> bytes | None:
    keys = (json_object(line) or {}).keys() - form.COLUMNS.keys()
    return ", ".join(sorted(keys)).encode() or None
