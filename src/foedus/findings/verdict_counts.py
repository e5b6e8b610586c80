# SPDX-License-Identifier: Apache-2.0
"""How often each verdict was given, and the subjects on which readings of one term part.

What is not covered is no row of the findings, so it is counted as what is left of all subjects
asked. Counts by party, month or place are left to publication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.findings.in_time import Ints
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
from foedus.findings.subjects import coded

_BY: Final = ("agreement_id", "term_id", "article", "reading")
_SUBJECT: Final = ("lineage_id", "incident_id", "agreement_id", "term_id", "article")


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
    """Return the table of `Parting`, in the order of the findings.

    The readings of one term about one subject stand side by side in `findings`; only where their
    verdicts differ is anything copied.
    """
    plural = {one.agreement.id for one in questions if len(one.agreement.head.readings) > 1}
    if not plural:
        return schema(Parting).empty_table()
    several = pc.not_equal(findings["subject_kind"], DEADLINE)
    wanted = pc.is_in(findings["agreement_id"], value_set=pa.array(sorted(plural)))
    columns = [*_SUBJECT, "reading", "verdict"]
    asked = findings.select(columns).filter(pc.and_(several, wanted)).combine_chunks()
    if not asked.num_rows:
        return schema(Parting).empty_table()
    return _parted(asked, _starts(asked))


def _starts(asked: pa.Table) -> Ints:
    """Return the first row of each run of rows about one subject under one term."""
    begins = np.ones(asked.num_rows, bool)
    begins[1:] = False
    for name in _SUBJECT:
        codes = coded(asked.column(name)).codes
        begins[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(begins)


def _parted(asked: pa.Table, starts: Ints) -> pa.Table:
    """Return the runs in which not all verdicts are one."""
    verdict = coded(asked.column("verdict")).codes
    least, most = (pick.reduceat(verdict, starts) for pick in (np.minimum, np.maximum))
    parts = least != most
    first, lengths = starts[parts], np.diff(starts, append=asked.num_rows)[parts]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    row = np.repeat(first - offsets[:-1], lengths) + np.arange(offsets[-1])
    found = {name: asked.column(name).take(pa.array(first)) for name in _SUBJECT}
    for name, column in (("readings", "reading"), ("verdicts", "verdict")):
        told = asked.column(column).take(pa.array(row)).combine_chunks()
        found[name] = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), told)
    return pa.table(found, schema=schema(Parting))


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pylist()
    return found
