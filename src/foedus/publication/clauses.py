# SPDX-License-Identifier: Apache-2.0
"""What the bulletin says against which clause: every figure of that section, worked out once.

Counted over the public findings, in the order of the mission's agreements and of their terms. What
cannot be said is counted beside what is indicated, on one scale. DuckDB groups the tables; every
query is a constant. Words and layout are left to the template, the chart to `timelines`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from foedus.findings.questions import binding_of, readings_of
from foedus.findings.record import (
    BREACH,
    CAUSES,
    CONTESTED,
    NOT_COVERED,
    PERMITTED,
    TEXT,
    UNDETERMINED,
)
from foedus.findings.rulebook import Rulebook
from foedus.publication.in_force import Stretch, stretches_of
from foedus.publication.material import Material
from foedus.terms.performance import Stated
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import BanRule, DutyRule, PresenceRule

Row = dict[str, Any]

SHOWN_PARTINGS: Final = 12
NOBODY: Final = "nobody, or disputed"
SUMMED: Final = """
select count(*) as subjects, count(*) filter (breach) as breach,
    count(*) filter (open and not breach) as open,
    count(*) filter (breach and attributed) as attributed
from (
    select incident_id, bool_or(verdict = 'breach') as breach,
        bool_or(verdict in ('undetermined', 'contested')) as open,
        bool_or(len(attributed) > 0) as attributed
    from findings where incident_id is not null group by incident_id
)
"""
CAUSED: Final = """
select cause, count(*) as findings
from (select unnest(causes) as cause from findings) group by cause order by findings desc, cause
"""
BY_PARTY: Final = """
select agreement_id, term_id, reading, party, verdict = 'breach' as is_breach, count(*) as findings
from (
    select agreement_id, term_id, reading, verdict,
        unnest(case when $acted then attributed else parties end) as party
    from findings join incidents using (incident_id)
    where verdict in ('breach', 'undetermined', 'contested')
)
group by all
"""
UNNAMED: Final = """
select agreement_id, term_id, reading, verdict = 'breach' as is_breach, count(*) as findings
from findings where incident_id is not null and len(attributed) = 0
    and verdict in ('breach', 'undetermined', 'contested')
group by all
"""
PARTED: Final = """
select partings.*, occurred_from_us, occurred_to_us, occurred_precision, latitude_e7, radius_m,
    place_name, region, kind, target, actor, incidents.lineage_id as lineage
from partings join incidents using (incident_id)
order by occurred_from_us, incidents.lineage_id, agreement_id, term_id limit $limit
"""
OPEN: Final = """
select lineage_id, agreement_id, term_id, reading, causes from findings
where lineage_id in (select lineage_id from partings) and incident_id is not null
"""


class Cell(NamedTuple):
    """How many findings indicate a breach, and of how many that cannot be said."""

    breach: int
    open: int


class Line(NamedTuple):
    """One term under one reading: how often each verdict was given."""

    term: Term
    reading: str
    counts: Mapping[str, int]

    @property
    def cell(self) -> Cell:
        """Indicated breaches, and what cannot be said."""
        return Cell(self.counts.get(BREACH, 0), self.open)

    @property
    def open(self) -> int:
        """Undetermined and contested."""
        return self.counts.get(UNDETERMINED, 0) + self.counts.get(CONTESTED, 0)

    @property
    def permitted(self) -> int:
        """Exempt."""
        return self.counts.get(PERMITTED, 0)

    @property
    def uncovered(self) -> int:
        """Outside of the term."""
        return self.counts.get(NOT_COVERED, 0)


class Due(NamedTuple):
    """A deadline that has passed, or may have."""

    term: Term
    reading: str
    verdict: str
    because: tuple[str, ...]
    stated: tuple[Stated, ...]
    """What is said of its doing, as far as the verdict rests on it."""


class Governed(NamedTuple):
    """One agreement, with what is said against its terms."""

    agreement: Agreement
    note: str
    readings: Mapping[str, str]
    """Reading -> its title; empty where there is one only."""
    stretches: tuple[Stretch, ...]
    lines: tuple[Line, ...]
    """Terms against which something is indicated, or cannot be said."""
    silent: tuple[str, ...]
    """Articles with a ban that covers no incident of this record."""
    unasked: tuple[str, ...]
    """Articles on weapons that stand somewhere, of which no observed weapon is covered."""
    due: tuple[Due, ...]

    @property
    def told(self) -> tuple[Due, ...]:
        """The deadlines of whose doing something is stated."""
        return tuple(one for one in self.due if one.stated)

    @property
    def untold(self) -> tuple[Due, ...]:
        """The others."""
        return tuple(one for one in self.due if not one.stated)


class Parted(NamedTuple):
    """An incident on which readings part."""

    row: Row
    verdicts: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(reading, verdict, causes in words), as the agreement has the readings."""

    @property
    def is_coded(self) -> bool:
        """Whether who acted was coded by machine, and no text bears it out."""
        return any(CAUSES["coding"] in because for _, _, because in self.verdicts)


class Named(NamedTuple):
    """Findings of each term by party: named as involved, or claimed to have acted."""

    parties: tuple[str, ...]
    """Ids of those who are named anywhere, in the mission's order; then `NOBODY` if need be."""
    cells: tuple[tuple[str, str, tuple[Cell, ...]], ...]
    """(agreement and article, reading, one cell for each party)."""


class Clauses(NamedTuple):
    """All figures of the section."""

    governed: tuple[Governed, ...]
    subjects: int
    """Incidents that some term covers, or that readings part over."""
    breach: int
    """Incidents with a breach indicated under one term and reading or more."""
    open: int
    """Incidents of which only this can be said, that it cannot be said."""
    attributed: int
    """Of those with a breach, how many a source says somebody did."""
    causes: tuple[tuple[str, int], ...]
    """Why it cannot be said, in words, most often first."""
    most: int
    """The greatest count among breaches and what cannot be said: one scale for all bars."""
    involved: Named
    acted: Named
    parted: tuple[Parted, ...]
    partings: int


def clauses(material: Material, shown: Mapping[str, pa.Table]) -> Clauses:
    """Return the figures of the section; `shown` are the published tables."""
    ask = _Asking(shown)
    (summed,) = ask(SUMMED)
    governed = tuple(_governed(material, shown))
    lines = [(one, line) for one in governed for line in one.lines]
    numbers = [number for _, line in lines for number in line.cell]
    return Clauses(
        governed=governed,
        subjects=summed["subjects"],
        breach=summed["breach"],
        open=summed["open"],
        attributed=summed["attributed"],
        causes=tuple((CAUSES[row["cause"]], row["findings"]) for row in ask(CAUSED)),
        most=max(numbers, default=0),
        involved=_named(material, lines, ask(BY_PARTY, acted=False), []),
        acted=_named(material, lines, ask(BY_PARTY, acted=True), ask(UNNAMED)),
        parted=tuple(_parted(ask)),
        partings=shown["partings"].num_rows,
    )


class _Asking:
    """Asks queries of the published tables."""

    def __init__(self, shown: Mapping[str, pa.Table]) -> None:
        self.shown = {name: shown[name] for name in ("incidents", "findings", "partings")}

    def __call__(self, query: str, **values: Any) -> list[Row]:
        with duckdb.connect() as connection:
            for name, table in self.shown.items():
                connection.register(name, table)
            answer = connection.execute(query, values)
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _governed(material: Material, shown: Mapping[str, pa.Table]) -> Iterator[Governed]:
    governing = material.mission.governing
    told: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in shown["counts"].to_pylist():
        key = (row["agreement_id"], row["term_id"], row["reading"])
        told.setdefault(key, {})[row["verdict"]] = row["findings"]
    deadlines = _deadlines(shown["findings"])
    rulebook = Rulebook(
        agreements=governing.agreements,
        moments=governing.moments,
        calendars=governing.calendars,
    )
    for agreement in governing.agreements:
        lines = [
            Line(term, reading, told.get((agreement.id, term.id, reading), {}))
            for term in agreement.terms
            if isinstance(term.rule, (BanRule, PresenceRule))
            for reading in readings_of(agreement)
        ]
        titles = {reading.id: reading.title for reading in agreement.head.readings}
        zone = material.mission.zone
        yield Governed(
            agreement=agreement,
            note=governing.notes.get(agreement.id, ""),
            readings=titles,
            stretches=tuple(
                stretch
                for reading in readings_of(agreement)
                for stretch in stretches_of(binding_of(agreement, reading, rulebook), zone)
            ),
            lines=tuple(line for line in lines if any(line.cell) or line.permitted),
            silent=_silent(lines, BanRule),
            unasked=_silent(lines, PresenceRule),
            due=tuple(
                Due(term, reading, *_kept(deadlines[key], governing.performed[agreement.id]))
                for term in agreement.terms
                if isinstance(term.rule, DutyRule)
                for reading in readings_of(agreement)
                if (key := (agreement.id, term.id, reading)) in deadlines
            ),
        )


def _silent(lines: Sequence[Line], rule: type[BanRule | PresenceRule]) -> tuple[str, ...]:
    """Return the articles of terms of one kind that cover nothing, each with its readings."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if isinstance(line.term.rule, rule) and not (any(line.cell) or line.permitted):
            readings = found.setdefault(line.term.article, [])
            if line.reading not in (TEXT, *readings):
                readings.append(line.reading)
    return tuple(
        f"{article} (read {' or '.join(readings)})" if readings else article
        for article, readings in found.items()
    )


def _deadlines(findings: pa.Table) -> dict[tuple[str, str, str], Row]:
    """Return the findings of deadlines by agreement, term and reading."""
    found = findings.filter(findings["incident_id"].is_null())
    names = ("agreement_id", "term_id", "reading")
    told = found.select([*names, "verdict", "causes", "steps"]).to_pylist()
    return {(row[names[0]], row[names[1]], row[names[2]]): row for row in told}


def _kept(row: Row, stated: Sequence[Stated]) -> tuple[str, tuple[str, ...], tuple[Stated, ...]]:
    """Return verdict, causes in words, and the statements that the last step rests on."""
    record = row["steps"][-1]
    resting = (one for one in stated if one.duty == row["term_id"])
    causes = tuple(CAUSES[one] for one in row["causes"])
    return row["verdict"], causes, tuple(one for one in resting if one.source_url in record)


def _named(
    material: Material, lines: list[tuple[Governed, Line]], rows: list[Row], unnamed: list[Row]
) -> Named:
    """Return the findings of each line by party, those of nobody last."""
    rows = rows + [row | {"party": NOBODY} for row in unnamed]
    counted = {
        (row["agreement_id"], row["term_id"], row["reading"], row["party"], row["is_breach"]): row[
            "findings"
        ]
        for row in rows
    }
    seen = {row["party"] for row in rows}
    order = [party.id for party in material.mission.parties]
    parties = [*order, *sorted(seen - {*order, NOBODY}), NOBODY]
    kept = tuple(party for party in parties if party in seen)
    found = []
    for one, line in lines:
        key = (one.agreement.id, line.term.id, line.reading)
        cells = tuple(
            Cell(*(counted.get((*key, party, flag), 0) for flag in (True, False))) for party in kept
        )
        reading = line.reading if one.readings else ""
        found.append((f"{one.agreement.id}, {line.term.article}", reading, cells))
    return Named(kept, tuple(found))


def _parted(ask: _Asking) -> Iterator[Parted]:
    causes = {
        (row["lineage_id"], row["agreement_id"], row["term_id"], row["reading"]): row["causes"]
        for row in ask(OPEN)
    }
    for row in ask(PARTED, limit=SHOWN_PARTINGS):
        key = (row["lineage"], row["agreement_id"], row["term_id"])
        yield Parted(
            row,
            tuple(
                (reading, verdict, tuple(CAUSES[one] for one in causes[*key, reading]))
                for reading, verdict in zip(row["readings"], row["verdicts"], strict=True)
            ),
        )
