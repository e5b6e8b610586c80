# SPDX-License-Identifier: Apache-2.0
"""How findings arise: every incident set against every ban and presence, under every reading.

The steps, which the code repeats: (1) the questions that the rulebook asks; (2) blocks of
incidents, in their order, on an engine; in each, (3) the answers of every row to every question,
(4) the verdicts, (5) the rows that are kept; (6) what deadlines have passed; (7) the counts, and
the incidents on which readings part. A row hangs on its own incident alone, so that findings of
changed incidents may replace the old ones. Same input, same bytes, on any engine.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.engines.engine import Engine
from foedus.findings.answering import Asked, Asking
from foedus.findings.columns import ids, lists, strings
from foedus.findings.duties import deadline_findings
from foedus.findings.in_time import NO_SHARE, Ints
from foedus.findings.questions import Question, questions_of
from foedus.findings.record import INCIDENT, NOT_COVERED, STATE, UNDETERMINED, VERDICTS, Finding
from foedus.findings.rulebook import Rulebook
from foedus.findings.steps import NAMES, Texts, steps_of
from foedus.findings.subjects import Subjects, coded, states_in, subjects_of
from foedus.findings.verdict_counts import counts_of, partings_of
from foedus.findings.verdicts import Judged, judge, probabilities

BLOCK_ANSWERS: Final = 1_500_000
"""Answers of a block at most: so a column of its texts stays within the 2 GiB of an Arrow array.
Blocks do not hang on the engine, so that tables are cut alike on all."""
_UNCOVERED: Final = VERDICTS.index(NOT_COVERED)
_UNDETERMINED: Final = VERDICTS.index(UNDETERMINED)
Flags = npt.NDArray[np.bool_]


class Findings(NamedTuple):
    """The tables of this stage."""

    findings: pa.Table
    """`Finding`: all that is covered, and what is not where readings part; incidents in their
    order, then deadlines."""
    counts: pa.Table
    """`Count`: how often each verdict was given, not-covered included."""
    partings: pa.Table
    """`Parting`: the incidents on which two readings part."""


class _Put(NamedTuple):
    """One question, those of whom it is asked, and their answers."""

    question: Question
    subjects: Subjects
    asked: Asked
    row: Ints
    """Row in the block of each of them."""


class _Kept(NamedTuple):
    """What is left of a block: for each question which of its subjects, and where each goes."""

    chosen: list[Ints]
    order: Ints
    """Position of each kept answer, question by question, in the order of the table."""
    question: Ints
    """Number of the question of each row, in the order of the table."""
    row: Ints
    """Row of the block, in the order of the table."""


def found(
    incidents: pa.Table,
    rulebook: Rulebook,
    engine: Engine,
    disagreements: pa.Table | None = None,
    unborne: Collection[str] = (),
) -> Findings:
    """Return what incidents indicate under the agreements of a rulebook.

    `incidents` has `schema(Incident)`, and may have a column `weapon`; `disagreements` is the table
    beside it, by which accounts that differ are judged one by one; `unborne` are content ids of
    incidents of which a machine coded who and where, and no text bears it out (`wording`).
    """
    incidents = in_order(incidents)
    told = covered(incidents, rulebook, engine, disagreements, unborne)
    return gathered(told, incidents, rulebook)


def covered(
    incidents: pa.Table,
    rulebook: Rulebook,
    engine: Engine,
    disagreements: pa.Table | None = None,
    unborne: Collection[str] = (),
) -> pa.Table:
    """Return the findings of incidents that are in order, without those of deadlines."""
    questions = questions_of(rulebook)  # (1)
    kernel = partial(
        evaluated,
        questions=questions,
        rulebook=rulebook,
        disagreements=disagreements,
        unborne=unborne,
    )
    size = BLOCK_ANSWERS // max(len(questions), 1) + 1
    blocks = [incidents.slice(first, size) for first in range(0, incidents.num_rows, size)]
    parts = engine.map(kernel, blocks) if questions else []  # (2)
    return pa.concat_tables([schema(Finding).empty_table(), *parts])


def gathered(findings: pa.Table, incidents: pa.Table, rulebook: Rulebook) -> Findings:
    """Return findings of incidents with those of deadlines, the counts and the partings."""
    table = pa.concat_tables([findings, deadline_findings(rulebook)])  # (6)
    questions = questions_of(rulebook)
    asked = {STATE: int(states_in(incidents).sum()), INCIDENT: incidents.num_rows}
    return Findings(table, counts_of(table, questions, asked), partings_of(table, questions))  # (7)


def evaluated(
    block: pa.Table,
    *,
    questions: Sequence[Question],
    rulebook: Rulebook,
    disagreements: pa.Table | None = None,
    unborne: Collection[str] = (),
) -> pa.Table:
    """Return the findings of a block of incidents, in their order and that of the questions."""
    subjects = subjects_of(block, unborne)
    put = _asked(subjects, questions, rulebook, disagreements)  # (3)
    judged = judge(np.concatenate([one.asked.code for one in put]))  # (4)
    kept = _kept(put, judged, subjects.rows)  # (5)
    return _table(subjects, put, judged, kept)


def _asked(
    subjects: Subjects,
    questions: Sequence[Question],
    rulebook: Rulebook,
    disagreements: pa.Table | None,
) -> list[_Put]:
    """Ask bans of all incidents, and presences of the observed states among them alone."""
    everything = np.arange(subjects.rows)
    standing = np.flatnonzero(states_in(subjects.table))
    states = subjects_of(subjects.table.take(pa.array(standing)))
    states = states._replace(unborne=subjects.unborne[standing])
    groups = {
        False: (Asking(subjects, rulebook, disagreements), everything),
        True: (Asking(states, rulebook, disagreements), standing),
    }
    found = []
    for question in questions:
        asking, row = groups[question.is_presence]
        found.append(_Put(question, asking.subjects, asking.ask(question), row))
    return found


def in_order(incidents: pa.Table) -> pa.Table:
    """Return incidents by start, then lineage; the table of the stage before is so already."""
    start = incidents.column("occurred_from_us").to_numpy()
    lineage = incidents.column("lineage_id").combine_chunks()
    after = pc.greater_equal(lineage.slice(1), lineage.slice(0, max(len(lineage) - 1, 0)))
    rising = np.diff(start)
    if np.all((rising > 0) | ((rising == 0) & after.to_numpy(zero_copy_only=False))):
        return incidents
    keys = [("occurred_from_us", "ascending"), ("lineage_id", "ascending")]
    return incidents.sort_by(keys)


def _kept(put: Sequence[_Put], judged: Judged, rows: int) -> _Kept:
    verdict = np.full((rows, len(put)), _UNCOVERED, np.int8)
    for number, one in enumerate(put):
        verdict[one.row, number] = judged.verdict[one.asked.code]
    keep = (verdict != _UNCOVERED) | _parted(verdict, [one.question for one in put])
    row, question = np.nonzero(keep)
    position = (np.cumsum(keep.ravel()) - 1).reshape(keep.shape)
    chosen = [np.flatnonzero(keep[one.row, number]) for number, one in enumerate(put)]
    order = [position[one.row[chosen[number]], number] for number, one in enumerate(put)]
    return _Kept(chosen, np.concatenate(order), question.astype(np.int64), row.astype(np.int64))


def _parted(verdict: npt.NDArray[np.int8], questions: Sequence[Question]) -> Flags:
    """Return which answers belong to a term whose readings do not all give one verdict."""
    found = np.zeros(verdict.shape, bool)
    terms: dict[tuple[str, str], list[int]] = {}
    for number, question in enumerate(questions):
        terms.setdefault((question.agreement.id, question.term.id), []).append(number)
    for numbers in terms.values():
        if len(numbers) > 1:
            part = verdict[:, numbers]
            found[:, numbers] = (part != part[:, :1]).any(axis=1, keepdims=True)
    return found


def _table(subjects: Subjects, put: Sequence[_Put], judged: Judged, kept: _Kept) -> pa.Table:
    texts = Texts()
    steps = np.empty((len(kept.row), len(NAMES)), np.int32)
    outcome = np.empty(len(kept.row), np.int32)
    probability = np.empty(len(kept.row), np.int64)
    excuses: list[tuple[str, ...]] = []
    excused = np.empty(len(kept.row), np.int32)
    first = 0
    for one, chosen in zip(put, kept.chosen, strict=True):
        at = kept.order[first : first + len(chosen)]
        first += len(chosen)
        steps[at] = steps_of(one.question, one.asked, one.subjects, chosen, texts)
        outcome[at] = judged.outcome[one.asked.code[chosen]]
        excused[at] = one.asked.excused.codes[chosen] + len(excuses)
        excuses += [tuple(each.id for each in value) for value in one.asked.excused.values]
        probability[at] = _probability(one.asked, chosen, judged)
    questions = [one.question for one in put]
    number, row, block = kept.question.astype(np.int32), kept.row, subjects.table
    lineage = block.column("lineage_id").combine_chunks()
    kinds = [STATE if question.is_presence else INCIDENT for question in questions]
    columns = {
        "finding_id": ids(lineage, row, [question.key for question in questions], number),
        "subject_kind": strings(kinds, number),
        "lineage_id": ids(lineage, row),
        "incident_id": ids(block.column("incident_id").combine_chunks(), row),
        "agreement_id": strings([one.agreement.id for one in questions], number),
        "term_id": strings([one.term.id for one in questions], number),
        "article": strings([one.term.article for one in questions], number),
        "reading": strings([one.reading for one in questions], number),
        "verdict": strings([one.verdict for one in judged.outcomes], outcome),
        "probability_ppm": pa.array(probability, mask=probability == NO_SHARE),
        "causes": lists([one.causes for one in judged.outcomes], outcome),
        "open_exceptions": lists(excuses, excused),
        **_attribution(subjects, row),
        "steps": texts.lists(steps),
        "evidence": strings([one.term.evidence for one in questions], number),
        "known_from_us": block.column("known_from_us").combine_chunks().take(pa.array(row)),
        "known_to_us": block.column("known_to_us").combine_chunks().take(pa.array(row)),
    }
    return pa.table(columns, schema=schema(Finding))


def _probability(asked: Asked, rows: Ints, judged: Judged) -> Ints:
    verdict = judged.verdict[asked.code[rows]]
    steps = [
        *((answers[rows], None) for answers in (asked.act, asked.target, asked.bearer)),
        *((one.answers[rows], one.shares[rows]) for one in (asked.time, asked.place)),
    ]
    found = probabilities(verdict, steps, asked.exempt.shares[rows])
    unsettled = (verdict == _UNDETERMINED) & asked.excused.unsettled[rows]
    return np.where(unsettled, NO_SHARE, found)


def _attribution(subjects: Subjects, row: Ints) -> dict[str, pa.Array]:
    """Return who is claimed to have acted; where nobody is, it cannot be attributed."""
    actors = coded(subjects.table.column("actor"))
    named = [[] if actor is None else [actor] for actor in actors.values]
    actor = actors.codes[row].astype(np.int32)
    claimed = np.array([bool(name) for name in named], bool)[actor]
    offsets = pa.array(np.concatenate([[0], np.cumsum(claimed)]).astype(np.int32))
    whole = pa.array(np.full(int(claimed.sum()), 1_000_000, np.int64))
    return {
        "attributed": lists(named, actor),
        "attributed_ppm": pa.ListArray.from_arrays(offsets, whole),
        "unattributed_ppm": pa.array(np.where(claimed, 0, 1_000_000).astype(np.int64)),
    }
