# SPDX-License-Identifier: Apache-2.0
"""A condition asked of a whole history at once: compiled to a plan, run over columns.

Gives what `evaluation` gives, as a table, and fastest where a plan covers the condition. What no
plan covers is judged over columns, part by part; what tells a count without a plan, or has too many
valuations, goes to `evaluation`. All follow docs/reference/conditions.md.
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from foedus.terms.conditions.answering import Question, answered
from foedus.terms.conditions.coded import coded
from foedus.terms.conditions.columnar import is_columnar, judged
from foedus.terms.conditions.evaluation import legal_truth
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.plan import planned
from foedus.terms.conditions.record import Asked, Domains
from foedus.terms.conditions.syntax import Condition, Constant
from foedus.terms.conditions.tables import table, told
from foedus.terms.conditions.variables import columns, patterns, sorts


def monitored(
    condition: Condition, history: pa.Table, asked: Asked, domains: Domains | None = None
) -> pa.Table:
    """Return the verdicts on the determined facts of a history, a row for each stretch.

    Columns: one for each variable, by its name (strings, dictionary-encoded; int64 for a count);
    `verdict`: sure, possible or episode (surely once, at an instant that is not known); then the
    first and last instant, as `first_us`, `first_rank`, `last_us`, `last_rank`, both included. Rows
    are sorted by first instant, verdict, last instant and valuation. The condition has passed
    `checking`. Raises as `evaluation.legal_truth` does.
    """
    named = values_named(condition, domains or {})
    plan = planned(condition)
    is_fast = plan is not None or is_columnar(condition)
    record = coded(history, asked, named) if is_fast else None
    if record is not None:
        span = (asked.since_us * record.ties, record.open_from - 1)
        if plan is not None:
            question = Question(plan, sorts(condition), columns(condition), record, span)
            if (found := answered(question)) is not None:
                return table(found, question)
        elif (whole := judged(condition, record, span)) is not None:
            return table(*whole)
    return told(condition, legal_truth(condition, history, asked, domains))


def values_named(condition: Condition, domains: Domains) -> dict[str, set[str]]:
    """Return sort -> the values that a condition names or an agreement declares."""
    found = defaultdict(set, {sort: set(values) for sort, values in domains.items()})
    for pattern in patterns(condition.body):
        for role in pattern.roles:
            if isinstance(role.argument, Constant):
                found[KINDS[pattern.kind].roles[role.preposition]].add(role.argument.value)
    return dict(found)
