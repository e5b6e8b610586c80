# SPDX-License-Identifier: Apache-2.0
"""How often each verdict was given, and the subjects on which readings of one term part.

What is not covered is no row of the findings, so it is counted as what is left of all subjects
asked. Counts by party, month or place are left to publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.findings.questions import Question
from foedus.findings.record import (
    DEADLINE,
    INCIDENT,
    NOT_COVERED,
    STATE,
    VERDICTS,
    Count,
    Parting,
)

_BY = ("agreement_id", "term_id", "article", "reading")


def counts_of(
    findings: pa.Table, questions: Sequence[Question], asked: Mapping[str, int]
) -> pa.Table:
    """Return the table of `Count`; `asked` says how many incidents and states there were.

    In the order of the questions, then that of deadlines; within each, of the verdicts.
    """
    grouped = findings.group_by([*_BY, "verdict"], use_threads=False).aggregate([([], "count_all")])
    given = {
        tuple(row[name] for name in (*_BY, "verdict")): row["count_all"] for row in _rows(grouped)
    }
    totals = {
        _key(question): asked[STATE if question.is_presence else INCIDENT] for question in questions
    }
    rows: list[tuple[str | int, ...]] = []
    for key in _keys(findings, questions):
        told = {verdict: given.get((*key, verdict), 0) for verdict in VERDICTS}
        if key in totals:
            covered = sum(number for verdict, number in told.items() if verdict != NOT_COVERED)
            told[NOT_COVERED] = totals[key] - covered
        rows.extend((*key, verdict, number) for verdict, number in told.items() if number)
    names = schema(Count).names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema(Count))


def _keys(findings: pa.Table, questions: Sequence[Question]) -> list[tuple[str, ...]]:
    passed = findings.filter(pc.equal(findings["subject_kind"], DEADLINE)).select(_BY)
    due = [tuple(row[name] for name in _BY) for row in _rows(passed)]
    return list(dict.fromkeys([*map(_key, questions), *due]))


def _key(question: Question) -> tuple[str, ...]:
    return question.agreement.id, question.term.id, question.term.article, question.reading


def partings_of(findings: pa.Table, questions: Sequence[Question]) -> pa.Table:
    """Return the table of `Parting`, in the order of the findings."""
    plural = {one.agreement.id for one in questions if len(one.agreement.head.readings) > 1}
    if not plural:
        return schema(Parting).empty_table()
    several = pc.not_equal(findings["subject_kind"], DEADLINE)
    wanted = pc.is_in(findings["agreement_id"], value_set=pa.array(sorted(plural)))
    columns = ["lineage_id", "incident_id", "agreement_id", "term_id", "article"]
    rows = _rows(findings.filter(pc.and_(several, wanted)).select([*columns, "reading", "verdict"]))
    return pa.Table.from_pylist(list(_parted(rows, columns)), schema(Parting))


def _parted(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for key, group in groupby(rows, key=lambda row: tuple(row[name] for name in columns)):
        told = list(group)
        verdicts = [row["verdict"] for row in told]
        if len(set(verdicts)) > 1:
            readings = [row["reading"] for row in told]
            yield {
                **dict(zip(columns, key, strict=True)),
                "readings": readings,
                "verdicts": verdicts,
            }


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pylist()
    return found
