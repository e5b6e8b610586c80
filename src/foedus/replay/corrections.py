# SPDX-License-Identifier: Apache-2.0
"""A file of corrections: reports that are withdrawn, corrected or graded anew, each with a reason.

`read_corrections` reads the file against the reports of a record and gives what `incidents.amend`
takes: the ids that end, and the rows that come in the place of others. Every fault is told at its
line. A corrected row keeps since when the record knew it: what follows is what would have followed
had it been so from the start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import table_digests
from foedus.base.moments import Moment
from foedus.base.places import E7
from foedus.base.readings import read_moment
from foedus.errors import DrafterError, Fault, OperatorError, did_you_mean
from foedus.mission import Mission
from foedus.reports.record import STATED
from foedus.reports.taxonomy import load_kinds, load_targets
from foedus.terms.faults import Faults, Key, Lines, line_of
from foedus.terms.rules import Entry
from foedus.terms.yaml_files import read_entry

Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Count = Annotated[int, msgspec.Meta(ge=0)]
PLAIN: Final = ("radius_m", "kind", "target", "actor", "deaths_low", "deaths_best", "deaths_high")
"""Fields that go into a row as they are written."""


class Named(Entry, frozen=True, kw_only=True):
    """What every correction says: of which report, and why."""

    report: str
    reason: str


class Withdrawn(Named, frozen=True, kw_only=True):
    """A report that is taken back."""


class Corrected(Named, frozen=True, kw_only=True):
    """A report that says something else now; what is left out stays."""

    occurred: str | None = None
    """A day or a moment, in the mission's zone where it names none."""
    latitude: Latitude | None = None
    longitude: Degrees | None = None
    radius_m: Count | None = None
    kind: str | None = None
    target: str | None = None
    actor: str | None = None
    """A party of the mission."""
    deaths_low: Count | None = None
    deaths_best: Count | None = None
    deaths_high: Count | None = None


class Regraded(Named, frozen=True, kw_only=True):
    """A report that is graded anew."""

    source_grade: Literal["A", "B", "C", "D", "E", "F"] | None = None
    item_grade: Annotated[int, msgspec.Meta(ge=1, le=6)] | None = None


class CorrectionsFile(Entry, frozen=True, kw_only=True):
    """All of the file."""

    id: str
    text: str
    """What happened, in plain sentences."""
    corrected_by: str
    withdraw: tuple[Withdrawn, ...] = ()
    correct: tuple[Corrected, ...] = ()
    regrade: tuple[Regraded, ...] = ()


class Corrections(NamedTuple):
    """A file of corrections, read against a record."""

    file: str
    sha256: str
    stated: CorrectionsFile
    withdrawn: tuple[str, ...]
    rows: pa.Table
    """The reports that take the place of those of the same ids; schema of `Report`."""


def read_corrections(path: Path, reports: pa.Table, mission: Mission) -> Corrections:
    """Read a file of corrections of `reports`.

    Raises `OperatorError` if it is not there, `DrafterError` with all of its faults.
    """
    if not path.is_file():
        raise OperatorError(Fault(expected="a file of corrections", got=repr(str(path))))
    stated, lines, faults = read_entry(path, CorrectionsFile)
    if stated is None:
        raise DrafterError(*faults.in_order)
    check = _Check(stated, lines, faults, mission)
    check.reports(reports)
    rows = list(check.rows(reports))
    if faults.found:
        raise DrafterError(*faults.in_order)
    table = pa.Table.from_pylist(rows, reports.schema)
    table = table.set_column(
        table.schema.get_field_index("digest"),
        table.schema.field("digest"),
        table_digests(table.select(list(STATED)), STATED),
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    withdrawn = tuple(one.report for one in stated.withdraw)
    return Corrections(str(path), digest, stated, withdrawn, table)


class _Check:
    """The corrections of a file, with every fault at its line."""

    def __init__(
        self, stated: CorrectionsFile, lines: Lines, faults: Faults, mission: Mission
    ) -> None:
        self.stated, self.lines, self.faults, self.mission = stated, lines, faults, mission

    def fault(self, key: Key, expected: str, got: str, hint: str = "") -> None:
        self.faults.add(max(line_of(self.lines, key), 1), key, expected, got, hint)

    def _all(self) -> Iterator[tuple[Key, Named]]:
        """Every correction with its key, in the order of the file."""
        for name in ("withdraw", "correct", "regrade"):
            listed: tuple[Named, ...] = getattr(self.stated, name)
            for number, one in enumerate(listed):
                yield (name, str(number)), one

    def reports(self, reports: pa.Table) -> None:
        """Every report is one of the record, and is named once."""
        asked = pa.array([one.report for _, one in self._all()], pa.string())
        there = pc.is_in(asked, value_set=reports["report_id"].combine_chunks()).to_pylist()
        seen: set[str] = set()
        for (key, one), is_there in zip(self._all(), there, strict=True):
            if one.report in seen:
                self.fault((*key, "report"), "each report once", repr(one.report))
            if not is_there:
                hint = "foedus incidents lists what the record has; foedus why ID its reports"
                got = repr(one.report)
                self.fault((*key, "report"), "a report of this record", got, hint)
            seen.add(one.report)
        if not seen:
            self.fault((), "a report or more that is withdrawn, corrected or regraded", "none")

    def rows(self, reports: pa.Table) -> Iterator[dict[str, Any]]:
        """Yield the rows of reports that are corrected or regraded, as they are now."""
        asked = [one.report for one in (*self.stated.correct, *self.stated.regrade)]
        chosen = reports.filter(pc.is_in(reports["report_id"], pa.array(asked, pa.string())))
        before = {row["report_id"]: row for row in chosen.to_pylist()}
        for number, corrected in enumerate(self.stated.correct):
            changed = self._corrected(corrected, ("correct", str(number)))
            yield before.get(corrected.report, {}) | changed
        for number, graded in enumerate(self.stated.regrade):
            told = {"source_grade": graded.source_grade, "item_grade": graded.item_grade}
            changed = {name: grade for name, grade in told.items() if grade is not None}
            self._says_something(changed, ("regrade", str(number)))
            yield before.get(graded.report, {}) | changed

    def _says_something(self, changed: dict[str, Any], key: Key) -> None:
        if not changed:
            self.fault(key, "something that is other than before", "nothing")

    def _corrected(self, one: Corrected, key: Key) -> dict[str, Any]:
        self._words(one, key)
        changed = {name: said for name in PLAIN if (said := getattr(one, name)) is not None}
        if (one.latitude is None) != (one.longitude is None):
            self.fault(key, "latitude and longitude together", "one of them")
        elif one.latitude is not None and one.longitude is not None:
            changed["latitude_e7"] = round(one.latitude * E7)
            changed["longitude_e7"] = round(one.longitude * E7)
        if one.occurred is not None:
            changed |= self._occurred(one.occurred, (*key, "occurred"))
        self._says_something(changed, key)
        return changed

    def _words(self, one: Corrected, key: Key) -> None:
        """Kinds and targets are those of the taxonomy, actors those of the mission."""
        known = {
            "kind": load_kinds().nodes,
            "target": load_targets().nodes,
            "actor": [party.id for party in self.mission.parties],
        }
        for name, words in known.items():
            said = getattr(one, name)
            if said is not None and said not in words:
                hint = did_you_mean(said, words)
                self.fault((*key, name), f"a known {name}", repr(said), hint)

    def _occurred(self, written: str, key: Key) -> dict[str, Any]:
        found = read_moment(written, self.mission.zone)
        if not isinstance(found, Moment):
            self.fault(key, "a day or a moment", repr(written), "such as 2015-02-15")
            return {}
        return {
            "occurred_from_us": found.from_us,
            "occurred_to_us": found.to_us,
            "occurred_precision": found.precision,
            "occurred_written": written,
            "occurred_zone": found.zone,
        }
