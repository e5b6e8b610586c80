# SPDX-License-Identifier: Apache-2.0
"""Deadlines of duties that have passed, though no report says what was done by them.

A duty is broken by nothing happening, and so is seen by no incident. That the record says nothing
of it is not yet a breach: the verdict is undetermined, the cause that there is no observation. A
deadline that no clock can tell is told with the reason, once its agreement may bind; one that has
not passed is not told. Which bearer has done what is left to people: no party is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa

from foedus.base.deadlines import Due as Stretch
from foedus.base.deadlines import NotComputable
from foedus.base.dues import over
from foedus.base.encoding import digest, to_table
from foedus.base.evidence import Answer
from foedus.findings.in_time import times_of
from foedus.findings.questions import binding_of, key_of, readings_of, signed_us
from foedus.findings.record import DEADLINE, UNDETERMINED, Finding
from foedus.findings.rulebook import Rulebook
from foedus.terms.in_force import Binding
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import DutyRule

_LINEAGE_DIGITS = 16


def deadline_findings(rulebook: Rulebook) -> pa.Table:
    """Return the table of `Finding` of all deadlines that have, or may have, passed by `known_us`.

    By agreement and duty in their order, then by reading; empty where `known_us` is None.
    """
    if rulebook.known_us is None:
        return to_table(Finding, [])
    return to_table(Finding, _findings(rulebook, rulebook.known_us))


def lineage_of(agreement: Agreement, term: Term) -> str:
    """Return the lineage of the deadline of a duty: the same under every reading."""
    return digest([DEADLINE, agreement.id, term.id])[:_LINEAGE_DIGITS]


def _findings(rulebook: Rulebook, known_us: int) -> Iterator[Finding]:
    for agreement in rulebook.agreements:
        for term in agreement.terms:
            if not isinstance(term.rule, DutyRule) or term.rule.deadline is None:
                continue
            for reading in readings_of(agreement):
                if term.holds_under(reading):
                    binding = binding_of(agreement, reading, rulebook)
                    yield from _finding(binding, term, reading, known_us)


def _finding(binding: Binding, term: Term, reading: str, known_us: int) -> Iterator[Finding]:
    agreement = binding.agreement
    told = _told(binding, term, known_us)
    if told is None:
        return
    step, causes = told
    lineage = lineage_of(agreement, term)
    yield Finding(
        finding_id=f"{lineage}-{key_of(agreement.id, term.id, reading)}",
        subject_kind=DEADLINE,
        lineage_id=lineage,
        incident_id=None,
        agreement_id=agreement.id,
        term_id=term.id,
        article=term.article,
        reading=reading,
        verdict=UNDETERMINED,
        probability_ppm=None,
        causes=causes,
        open_exceptions=[],
        attributed=[],
        attributed_ppm=[],
        unattributed_ppm=1_000_000,
        steps=[f"reading sure - {reading}", step, "record none - -"],
        evidence=term.evidence,
        known_from_us=known_us,
        known_to_us=None,
    )


def _told(binding: Binding, term: Term, known_us: int) -> tuple[str, list[str]] | None:
    """Return the step and the causes of a deadline, or None where there is nothing to tell."""
    due = binding.due(term.id)
    if isinstance(due, NotComputable):
        if not _may_bind(binding, term, known_us):
            return None
        return f"due possible - {due.reason}: {due.written}", ["not-computable"]
    if due is None or (answer := over(due, known_us)) is Answer.NO:
        return None
    if answer is Answer.SURE:
        return f"due sure - {_instants(due)}", ["no-observation"]
    return f"due possible - {_instants(due)}", ["deadline", "no-observation"]


def _may_bind(binding: Binding, term: Term, known_us: int) -> bool:
    """Whether a term may have come into force by an instant, its agreement being signed."""
    held = binding.held(term.id)
    possible = times_of(held, signed_us(binding.agreement)).possible
    return any(first <= known_us for first, _ in possible)


def _instants(due: Stretch) -> str:
    """Return the limit as UTC, both ends of it where it is not one instant."""
    first = _written(due.limit.earliest_us)
    if due.limit.latest_us is None:
        return f"{first} or later ({due.limit.unknown})"
    last = _written(due.limit.latest_us)
    return first if first == last else f"{first} to {last}"


def _written(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
