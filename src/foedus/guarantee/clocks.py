# SPDX-License-Identifier: Apache-2.0
"""The clock of a rung: which moment its deadline counts from, and when it opens or closes.

Anchors of a decision: occurrence, detection and verification are those that it states; report is
its detection; attribution, determination and notification are the moment at which it was
determined, since then who answers for it was said, and told. One that a decision does not state is
not computable: no other moment stands in for it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from foedus.base import dues
from foedus.base.deadlines import NotComputable, due
from foedus.base.dues import Due, Limit
from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.base.readings import Uncomputable
from foedus.cases.record import Decision
from foedus.terms import rules
from foedus.terms.limits import deadline_of, limit_at
from foedus.terms.rules import RungRule
from foedus.terms.times import read_time

DETERMINED: Final = ("attribution", "determination", "notification")
"""Anchors that are the moment of the determination."""


class Clock(NamedTuple):
    """When the response of a rung is due, or why nobody can tell."""

    anchor: str
    anchored: Moment | None
    due: Due | None
    not_computable: str


NO_CLOCK: Final = Clock("", None, None, "the text sets no time")


def clock_of(rule: RungRule, decision: Decision | None, zone: str) -> Clock:
    """Return the clock of a rung whose anchor is taken from `decision`, on the clock of `zone`."""
    if rule.deadline is None:
        return NO_CLOCK
    if decision is None:
        return Clock(rule.deadline.after or "", None, None, "its event has not been determined")
    found = _stretch(rule.deadline, decision, zone)
    anchor = rule.deadline.after or ""
    moment = anchored(anchor, decision)
    stands = moment if isinstance(moment, Moment) else None
    if isinstance(found, NotComputable):
        return Clock(anchor, stands, None, f"{found.written}: {found.reason}".strip(": "))
    return Clock(anchor, stands, found, "")


def begun_at(stated: rules.Due, first: Decision, at: Moment, zone: str) -> Answer:
    """Return whether `at` is not before the limit that `stated` sets, counted from `first`."""
    found = _stretch(stated, first, zone)
    if isinstance(found, NotComputable):
        return Answer.POSSIBLE
    earliest = dues.begun(found, at.from_us)
    return (
        earliest if earliest is Answer.SURE else earliest | _half(dues.begun(found, at.to_us - 1))
    )


def _half(answer: Answer) -> Answer:
    return Answer.NO if answer is Answer.NO else Answer.POSSIBLE


def anchored(anchor: str, decision: Decision) -> Moment | Uncomputable:
    """Return the moment that an anchor is in a decision, or what is not stated."""
    found: Moment | None = None
    if anchor == "occurrence":
        found = decision.occurred
    elif anchor in ("detection", "report"):
        found = decision.detected
    elif anchor == "verification":
        found = decision.verified
    elif anchor in DETERMINED:
        found = decision.determined
    return found or Uncomputable(written=anchor, needs=f"the {anchor}, which nobody has stated")


def _stretch(stated: rules.Due, decision: Decision, zone: str) -> Due | NotComputable:
    if stated.by is not None:
        return _fixed(stated, zone)
    deadline = deadline_of(stated, zone)
    if deadline is None or stated.after is None:
        return NotComputable(written=stated.within or "", reason="no clock can count it")
    return due(deadline, anchored(stated.after, decision))


def _fixed(stated: rules.Due, zone: str) -> Due | NotComputable:
    moment = read_time(stated.by or "", zone)
    if not isinstance(moment, Moment):
        return NotComputable(written=stated.by or "", reason="no day of the calendar")
    is_start = stated.kind == "earliest-from"
    limit: Limit = limit_at(moment, "start" if is_start else "end")
    opens, closes = (limit, None) if is_start else (None, limit)
    return Due(kind=stated.kind, opens=opens, closes=closes)
