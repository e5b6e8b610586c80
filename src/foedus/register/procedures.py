# SPDX-License-Identifier: Apache-2.0
"""What one state's law asks before it can be bound, or send its forces: a procedure as data.

A procedure has routes, any one of which is enough; a route has steps, all of which must be taken,
by the body that each names; some come before, some after the start. Each step and each end of a
consent may have a clock, which is counted by the one deadline calculus. Rules that no clock counts
are kept in words. Every rule cites a source and bears a level of evidence. Reading the files is
left to `procedure_files`, and what follows from what has happened to `consent`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from foedus.base.periods import CountingRule, Roll
from foedus.terms.record import SourceEntry
from foedus.terms.rules import Entry, Evidence

ActKind = Literal["deploy", "treaty", "host", "sanctions", "assets", "snap-back", "report"]
ACTS: Final[dict[ActKind, str]] = {
    "deploy": "to send its forces abroad",
    "treaty": "to be bound by a treaty",
    "host": "to let foreign forces in",
    "sanctions": "to keep sanctions in force",
    "assets": "to keep assets immobilised",
    "snap-back": "to bring measures back",
    "report": "to tell its parliament of an agreement",
}
Does = Literal["votes", "decides", "keeps-silent", "is-informed", "is-heard", "consents"]
DOES: Final[dict[Does, str]] = {
    "votes": "must vote for it",
    "decides": "must decide it",
    "keeps-silent": "consents by silence until the time is up",
    "is-informed": "must be informed",
    "is-heard": "must be heard",
    "consents": "must consent or ask for it",
}
Majority = Literal[
    "simple",
    "absolute",
    "two-thirds-of-votes",
    "two-thirds-of-present",
    "three-quarters-of-votes-and-half-of-members",
    "qualified",
    "unanimity",
    "majority-of-present",
]
Missed = Literal["overdue", "deemed", "lapse", "must-end", "nothing"]
MISSED: Final[dict[Missed, str]] = {
    "overdue": "it is overdue, and the consent stands",
    "deemed": "consent is taken to be given",
    "lapse": "the consent lapses",
    "must-end": "what was begun must end",
    "nothing": "nothing follows by law",
}
FACTS: Final = {
    "armed": "soldiers are, or may be expected to be, involved in armed undertakings",
    "low-intensity": "the deployment is of low intensity and importance",
    "imminent-danger": "there is imminent danger, or people must be rescued",
    "same-content": "a mandate is prolonged without change of content",
    "urgent": "the case is urgent",
    "most-urgent": "the case is of the utmost urgency",
    "common-defence": "a treaty of common defence obliges the state to it",
    "organisation-decision": "an international organisation of which it is a member decided it",
    "host-consent": "the host state has asked for it or consents",
    "un-mandate": "the United Nations have mandated it",
    "disaster-relief": "it is relief after a disaster",
    "transit-or-exercise": "it is transit, overflight or an exercise",
    "mere-stay": "it is a stay for training, exercises or rescue, not a use of forces",
    "against-terrorism": "it is directed against acts of terrorism",
    "national-defence": "it is directly linked to national defence or the national interest",
    "attack-on-realm": "it is defence against an armed attack on the state or its forces",
    "approved-agreement": "an international agreement that parliament approved obliges to it",
    "under-treaty": "it is done under a treaty",
    "military-force": "military force may be used",
    "defence-bill-2025": "Ireland's Defence (Amendment) Bill 2025 is law",
    "subject-needs-law": "its subject is one for which the constitution demands a law",
    "departs-from-constitution": "it departs from the constitution",
    "short-and-cheap": "it is of a year at most, and without important financial obligations",
    "commons-objected": "the House of Commons resolved that it should not be ratified",
    "lords-objected": "the House of Lords alone resolved that it should not be ratified",
    "exceptional": "the minister holds that it must, exceptionally, do without the procedure",
    "withdrawal-certified": "the President certified that withdrawal needs thirty days more",
    "executive-agreement": "it is concluded as an executive agreement",
    "congressional-executive": "it is concluded as a congressional-executive agreement",
    "mixed-treaty": "it touches matters of communities and regions",
    "economic-short": "it is economic or technical, and of a year at most",
    "security-period": "the nature of the mission demands a period of secrecy",
    "two-step": "consent to be bound follows signature in a second step",
}
"""What a route may hang on, and what it means; in a situation each is true, false or not known."""


class Clock(Entry, frozen=True, kw_only=True):
    """A time limit of a procedure; durations in words, as `base.durations` reads them."""

    after: str
    """A word of `time_limits.ANCHORS`; consent; or the id of a step or end of the same route."""
    of: str = ""
    """Of what, in words."""
    or_due: str = ""
    """Id of a step: it runs from when that was due, if that is earlier."""
    lasts: str
    counted: CountingRule = "from-the-hour"
    calendar: str = ""
    """Id of the calendar of sitting days, working days or sessions; one may not be known."""
    carried_to: Roll = "none"
    soft: bool = False
    evidence: Evidence | None = None


class StepRule(Entry, frozen=True, kw_only=True):
    """One key to the consent: who must do what, before or after the start, and in which time."""

    id: str
    body: str
    does: Does
    majority: Majority | None = None
    majority_evidence: Evidence | None = None
    needed: Literal["before", "after"] = "before"
    """Whether the state can be bound without it; `after` is a duty that follows the start."""
    clock: Clock | None = None
    missed: Missed = "overdue"
    """What follows once the clock has run out."""
    refused: Literal["refused", "must-end", "nothing"] = "refused"
    """What follows if the body says no."""
    says: str
    """The rule in our own words."""
    source: str
    evidence: Evidence | None = None


class EndRule(Entry, frozen=True, kw_only=True):
    """When a consent ends by itself."""

    id: str
    clock: Clock
    effect: Literal["lapse", "must-end"]
    when: dict[str, bool] = msgspec.field(default_factory=dict)
    """Facts under which it is this end that counts; the last that fits does."""
    says: str
    source: str
    evidence: Evidence | None = None


class Route(Entry, frozen=True, kw_only=True):
    """One way to consent: where it is open, the steps it takes, and when what it gives ends."""

    id: str
    title: str
    when: dict[str, bool] = msgspec.field(default_factory=dict)
    """Facts that must be so, and facts that must not."""
    personnel_from: int | None = None
    personnel_to: int | None = None
    steps: tuple[StepRule, ...] = ()
    """None: no consent is required."""
    ends: tuple[EndRule, ...] = ()
    source: str
    evidence: Evidence | None = None


class Said(Entry, frozen=True, kw_only=True):
    """A rule that no clock counts, in our own words."""

    says: str
    source: str = ""
    evidence: Evidence | None = None


class Procedure(Entry, frozen=True, kw_only=True):
    """What one state's law asks for one kind of act."""

    act: ActKind
    instrument: str
    """The law, with its articles."""
    control: str
    """In a few words: who controls whom."""
    mandate_states: tuple[str, ...] = ()
    """What a mandate must tell, as far as the law says so."""
    recall: str = ""
    """The body that may take its consent back."""
    routes: tuple[Route, ...] = ()
    rules: tuple[Said, ...] = ()
    source: str
    evidence: Evidence | None = None


class ProcedureFile(Entry, frozen=True, kw_only=True):
    """All that a file says of one state or organisation."""

    state: str
    """ISO 3166-1 alpha-2, or EU, UN."""
    name: str
    zone: str
    """IANA zone in which its days are counted."""
    note: str = ""
    sources: dict[str, SourceEntry] = msgspec.field(default_factory=dict)
    procedures: tuple[Procedure, ...]

    def procedure(self, act: ActKind) -> Procedure | None:
        """Return what it says of one kind of act; None: nothing."""
        return next((found for found in self.procedures if found.act == act), None)


Rule = Procedure | Route | StepRule | EndRule | Said


def rules_of(found: Procedure) -> Iterator[Rule]:
    """Yield everything in a procedure that cites a source, from the outside inwards."""
    yield found
    for route in found.routes:
        yield route
        yield from route.steps
        yield from route.ends
    yield from found.rules


def evidence_of(rule: Rule, sources: dict[str, SourceEntry]) -> Evidence:
    """Return the evidence of a rule: its own if it states one, else that of its source, else K."""
    if rule.evidence is not None:
        return rule.evidence
    return sources[rule.source].evidence if rule.source in sources else "K"


def is_unverified(rule: Rule, sources: dict[str, SourceEntry]) -> bool:
    """Return whether a rule, or a majority or time in it, was never checked against a source."""
    parts: list[Evidence | None] = [evidence_of(rule, sources)]
    if isinstance(rule, StepRule):
        parts.append(rule.majority_evidence)
    if isinstance(rule, (StepRule, EndRule)) and rule.clock is not None:
        parts.append(rule.clock.evidence)
    return any(part in ("K", "?") for part in parts)
