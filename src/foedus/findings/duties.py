# SPDX-License-Identifier: Apache-2.0
"""Deadlines of duties that have passed, and what is stated of their doing.

A duty is broken by nothing happening, and so is seen by no incident. What a mission states of it
decides, the first that holds: (1) disputed: contested; (2) done in time: permitted; (3) not done or
late, the deadline surely passed and nothing to come first: a breach; (4) else undetermined, with
the cause; where nothing is stated, that there is no observation. A deadline that no clock can tell
is told with the reason, once its agreement may bind; one that has not passed is not told. A party
is named only where a statement names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

import pyarrow as pa

from foedus.base.deadlines import Due as Stretch
from foedus.base.deadlines import NotComputable
from foedus.base.dues import over
from foedus.base.encoding import digest, to_table
from foedus.base.evidence import Answer
from foedus.findings.in_time import ALL_PPM, times_of
from foedus.findings.performance import DISPUTED, LATE, UNSETTLED, Performed, performed
from foedus.findings.questions import binding_of, key_of, readings_of, signed_us
from foedus.findings.record import (
    BREACH,
    CONTESTED,
    DEADLINE,
    PERMITTED,
    UNDETERMINED,
    Finding,
)
from foedus.findings.rulebook import Rulebook
from foedus.terms.governing import bound_by
from foedus.terms.in_force import Binding
from foedus.terms.performance import DONE, NOT_DONE, UNKNOWN, Stated
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import DutyRule

_LINEAGE_DIGITS: Final = 16
NOT_COMPUTABLE: Final = "not-computable"


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


def duties_of(rulebook: Rulebook) -> Iterator[tuple[Agreement, Term, str]]:
    """Yield every duty that has a deadline, with each reading under which it holds."""
    for agreement in rulebook.agreements:
        for term in agreement.terms:
            if not isinstance(term.rule, DutyRule) or term.rule.deadline is None:
                continue
            for reading in readings_of(agreement):
                if term.holds_under(reading):
                    yield agreement, term, reading


def _findings(rulebook: Rulebook, known_us: int) -> Iterator[Finding]:
    for agreement, term, reading in duties_of(rulebook):
        binding = binding_of(agreement, reading, rulebook)
        yield from dated_findings(binding, term, reading, rulebook, known_us)


def dated_findings(
    binding: Binding, term: Term, reading: str, rulebook: Rulebook, known_us: int
) -> Iterator[Finding]:
    """Yield the finding of one deadline at `known_us`; none where nothing is to be told yet."""
    agreement, told = binding.agreement, _told(binding, term, known_us)
    if told is None:
        return
    found = _performed(binding, term, rulebook, known_us)
    first = _first(term, rulebook, agreement, known_us)
    verdict, causes = judged(found.answer, told.causes, first)
    named = list(found.by) if verdict == BREACH else []
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
        verdict=verdict,
        probability_ppm={BREACH: ALL_PPM, PERMITTED: 0}.get(verdict),
        causes=causes,
        open_exceptions=[],
        attributed=named,
        attributed_ppm=_shares(len(named)),
        unattributed_ppm=0 if named else ALL_PPM,
        steps=[
            f"reading sure - {reading}",
            told.step,
            f"first {'open' if first else 'none'} - {first or '-'}",
            f"record {found.answer} - {_statements(found) or '-'}",
        ],
        evidence=term.evidence,
        known_from_us=known_us,
        known_to_us=None,
    )


def judged(answer: str, open_due: list[str], first: str) -> tuple[str, list[str]]:
    """Return verdict and causes of a duty that stands so; numbered as in the module's docstring.

    `open_due` says why its deadline may not have passed, `first` what is not known to have come
    first; both may be empty.
    """
    if answer == DISPUTED:  # (1)
        return CONTESTED, ["performance-disputed"]
    if answer == DONE:  # (2)
        return PERMITTED, []
    if answer in (NOT_DONE, LATE):
        causes = [*open_due, *(["precondition"] if first else [])]
        return (UNDETERMINED, causes) if causes else (BREACH, [])  # (3)
    if answer == UNKNOWN:
        return UNDETERMINED, [*open_due, "performance-unknown"]
    if answer == UNSETTLED:
        return UNDETERMINED, open_due if NOT_COMPUTABLE in open_due else ["deadline"]
    is_untold = NOT_COMPUTABLE in open_due
    return UNDETERMINED, open_due if is_untold else [*open_due, "no-observation"]  # (4)


def _performed(binding: Binding, term: Term, rulebook: Rulebook, known_us: int) -> Performed:
    due, rule = binding.due(term.id), term.rule
    assert due is not None
    assert isinstance(rule, DutyRule)
    return performed(
        _stated(rulebook, binding.agreement, term.id),
        bound_by(rule, binding.agreement),
        due,
        known_us,
    )


def _stated(rulebook: Rulebook, agreement: Agreement, duty: str) -> list[Stated]:
    return [one for one in rulebook.performed.get(agreement.id, ()) if one.duty == duty]


def _first(term: Term, rulebook: Rulebook, agreement: Agreement, known_us: int) -> str:
    """Return what must come first and is not known to have come; nothing where nothing must."""
    rule = term.rule
    assert isinstance(rule, DutyRule)
    waiting = [
        duty
        for duty in rule.after
        if not any(
            one.state == DONE and not one.by and one.on.to_us - 1 <= known_us
            for one in _stated(rulebook, agreement, duty)
        )
    ]
    return "; ".join([*waiting, *([rule.condition] if rule.condition else [])])


def _statements(found: Performed) -> str:
    """Return the statements as a step tells them: what, when, of whom, and where it stands."""
    return "; ".join(
        f"{one.state} {one.on.written}{' by ' + ', '.join(one.by) if one.by else ''},"
        f" {one.source_url} ({one.evidence})"
        for one in found.resting_on
    )


def _shares(count: int) -> list[int]:
    """Return the shares of some parties of which each did not do it, as equal as they can be."""
    return [ALL_PPM // count + (number < ALL_PPM % count) for number in range(count)]


class _Told(NamedTuple):
    """A deadline that is told of."""

    step: str
    causes: list[str]
    """Why it may not have passed; empty where it surely has."""


def _told(binding: Binding, term: Term, known_us: int) -> _Told | None:
    """Return the step of a deadline and what is open of it, or None if there is nothing to tell."""
    due = binding.due(term.id)
    if isinstance(due, NotComputable):
        if not _may_bind(binding, term, known_us):
            return None
        return _Told(f"due possible - {due.reason}: {due.written}", [NOT_COMPUTABLE])
    if due is None or (answer := over(due, known_us)) is Answer.NO:
        return None
    if answer is Answer.SURE:
        return _Told(f"due sure - {_instants(due)}", [])
    return _Told(f"due possible - {_instants(due)}", ["deadline"])


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
