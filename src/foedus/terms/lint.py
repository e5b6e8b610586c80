# SPDX-License-Identifier: Apache-2.0
"""An agreement examined for the ways in which agreements are known to have failed.

Each check has an entry in `library/lint/checks.yaml`: why it matters, the precedent with its
source, and what would mend it. A weakness is a failing of the text and no fault of the file. What a
check looks for stands in `failings`; `docs/reference/lint.md` lists them all. That nothing is found
says only that none of these is there.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

import msgspec

from foedus.errors import DrafterError
from foedus.terms.failings import answers, bodies, clocks, duties, places, triggers
from foedus.terms.failings.found import Search
from foedus.terms.record import Agreement
from foedus.terms.rules import Entry
from foedus.terms.vocabulary import LIBRARY
from foedus.terms.yaml_files import read_entry

FILE: Final = LIBRARY / "lint" / "checks.yaml"
SEARCHES: Final[dict[str, Search]] = {
    "no-finder": bodies.no_finder,
    "finder-needs-consent": bodies.finder_needs_consent,
    "parity-without-tie-break": bodies.parity_without_tie_break,
    "no-monitor": bodies.no_monitor,
    "no-access": bodies.no_access,
    "no-consequence": answers.no_consequence,
    "consult-only": answers.consult_only,
    "no-decider": answers.no_decider,
    "no-minimum": answers.no_minimum,
    "no-deadline": clocks.no_deadline,
    "deadline-not-computable": clocks.deadline_not_computable,
    "clock-without-anchor": clocks.clock_without_anchor,
    "hour-missing": clocks.hour_missing,
    "start-not-stated": clocks.start_not_stated,
    "start-contested": clocks.start_contested,
    "buffer-ambiguous": places.buffer_ambiguous,
    "baselines-differ": places.baselines_differ,
    "zone-without-map": places.zone_without_map,
    "circular-duties": duties.circular_duties,
    "waits-for-undated": duties.waits_for_undated,
    "cannot-both-be-met": duties.cannot_both_be_met,
    "exception-swallows": bodies.exception_swallows,
    "forfeiture-without-judge": bodies.forfeiture_without_judge,
    "party-not-bound": bodies.party_not_bound,
    "capacity-doubtful": bodies.capacity_doubtful,
    "trigger-evadable": triggers.trigger_evadable,
}
"""Id of a check -> what looks for it."""


class Check(Entry, frozen=True, kw_only=True):
    """One known way to fail."""

    id: str
    title: str
    why: str
    precedent: str
    url: str = ""
    """Address of the page that bears the precedent out."""
    evidence: Literal["S", "P", "none"]
    suggestion: str


class ChecksFile(Entry, frozen=True, kw_only=True):
    """All of the file."""

    checks: tuple[Check, ...]


class Weakness(msgspec.Struct, frozen=True, kw_only=True):
    """One place at which an agreement fails in a known way."""

    check: Check
    line: int
    article: str
    """Label of the article at fault; empty where it is what the whole text lacks."""
    term: str
    """Id of the term at fault, or empty."""
    told: str


@cache
def load_checks() -> tuple[Check, ...]:
    """Return the checks that ship; raises `DrafterError` with all faults of their file."""
    found, _, faults = read_entry(FILE, ChecksFile)
    if found is None or faults.found:
        raise DrafterError(*faults.in_order)
    checks: tuple[Check, ...] = found.checks
    return checks


def lint(agreement: Agreement) -> tuple[Weakness, ...]:
    """Return the weaknesses of an agreement, by line; those of one line in the order of checks."""
    found = [
        Weakness(
            check=check,
            line=one.term.line if one.term else 1,
            article=one.term.article if one.term else "",
            term=one.term.id if one.term else "",
            told=one.told,
        )
        for check in load_checks()
        for one in SEARCHES[check.id](agreement)
    ]
    return tuple(sorted(found, key=lambda weakness: weakness.line))
