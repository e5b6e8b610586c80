# SPDX-License-Identifier: Apache-2.0
"""Every ban and presence of every agreement under each of its readings, ready to be asked.

What hangs on the agreement alone is worked out here once: when the term is in force, whom it binds,
what is exempt, which exceptions stand open. Asking it of incidents is left to `answering`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from foedus.base.deadlines import Limit
from foedus.base.encoding import digest
from foedus.base.moments import Moment
from foedus.findings.bearers import bound
from foedus.findings.in_time import ALWAYS, UNKNOWN_TIMES, Times, between, once_over, times_of
from foedus.findings.places import hangs_on_line
from foedus.findings.record import TEXT
from foedus.findings.rulebook import Rulebook
from foedus.terms.in_force import Binding
from foedus.terms.limits import limit_at
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import (
    ALL,
    OPEN,
    Area,
    BanRule,
    During,
    Everywhere,
    ExceptionRule,
    ExemptionRule,
    PresenceRule,
    ReleaseRule,
    Time,
    ZoneRule,
)
from foedus.terms.times import read_time

_KEY_DIGITS: Final = 16
TO_RULE_OUT: Final = ("finder", "not-stated")
"""Burdens under which no party need invoke an exception: what no report tells stays unknown."""


class Exempt(NamedTuple):
    """A place, a time, or both, in which a term does not hold."""

    id: str
    area: Area | None
    """None: wherever it is."""
    times: Times
    bearers: frozenset[str] | None
    """None: whoever it is."""
    acts: tuple[str, ...]


class Excuse(NamedTuple):
    """An exception or a release that may hold, of which no report tells."""

    id: str
    bearers: frozenset[str] | None
    """Who may rely on it; None: whoever it is."""
    must_be_ruled_out: bool
    """Whether a finder must rule it out first; else a party must invoke it."""


@dataclass(frozen=True)
class Question:
    """One term under one reading, with all that does not hang on an incident."""

    agreement: Agreement
    term: Term
    reading: str
    key: str
    """Digest of agreement, term and reading."""
    rule: BanRule | PresenceRule
    holds: bool
    """Whether the term holds under the reading at all."""
    times: Times
    dated_by: tuple[str, ...]
    """Ids of the in-force terms that date it."""
    bearers: frozenset[str]
    area: Area
    place: str
    """What the step of place says."""
    exempt: tuple[Exempt, ...]
    excuses: tuple[Excuse, ...]
    """Exceptions that stand open, then releases."""

    @property
    def is_presence(self) -> bool:
        """Whether it is asked of observed states rather than of incidents."""
        return isinstance(self.rule, PresenceRule)

    @property
    def on_line(self) -> bool:
        """Whether its place hangs on a line of contact."""
        by_distance = isinstance(self.rule, PresenceRule) and self.rule.distance_m is not None
        return by_distance or hangs_on_line(self.area)


def readings_of(agreement: Agreement) -> tuple[str, ...]:
    """Return the ids of the readings; an agreement without any is read as its text stands."""
    return tuple(reading.id for reading in agreement.head.readings) or (TEXT,)


def key_of(agreement_id: str, term_id: str, reading: str) -> str:
    """Return the digest by which agreement, term and reading are told apart in a finding's id."""
    return digest([agreement_id, term_id, reading])[:_KEY_DIGITS]


def signed_us(agreement: Agreement) -> int | None:
    """Return the first instant at which anybody can have signed, or None if none is told.

    A term whose start no clock can tell does not bind before.
    """
    found = [read_time(signing.on, agreement.head.zone) for signing in agreement.head.signed]
    told = [moment.from_us for moment in found if isinstance(moment, Moment)]
    return min(told) if told and len(told) == len(found) else None


def binding_of(agreement: Agreement, reading: str, rulebook: Rulebook) -> Binding:
    """Return an agreement under one reading, with what is known of its anchors."""
    return Binding(
        agreement=agreement,
        reading=reading,
        known=rulebook.moments.get(agreement.id, {}),
        calendars=rulebook.calendars,
    )


def questions_of(rulebook: Rulebook) -> tuple[Question, ...]:
    """Return all questions: by agreement and term in their order, then by reading."""
    return tuple(
        _question(agreement, term, term.rule, reading, rulebook)
        for agreement in rulebook.agreements
        for term in agreement.terms
        if isinstance(term.rule, (BanRule, PresenceRule))
        for reading in readings_of(agreement)
    )


def _question(
    agreement: Agreement,
    term: Term,
    rule: BanRule | PresenceRule,
    reading: str,
    rulebook: Rulebook,
) -> Question:
    binding = binding_of(agreement, reading, rulebook)
    held = binding.held(term.id)
    times = times_of(held, signed_us(agreement))
    if isinstance(rule, PresenceRule) and rule.after:
        times = once_over(times, binding.due(rule.after))
    area, place = _area(agreement, rule.zone)
    if isinstance(rule, PresenceRule) and rule.distance_m is not None:
        lines = dict.fromkeys(f"{base.line} {base.on}" for base in rule.baseline.values())
        place = f"within {rule.distance_m:.0f} m of {', '.join(lines)}"
    return Question(
        agreement=agreement,
        term=term,
        reading=reading,
        key=key_of(agreement.id, term.id, reading),
        rule=rule,
        holds=term.holds_under(reading),
        times=times,
        dated_by=tuple(stretch.in_force for stretch in held),
        bearers=bound(rule.bearer, agreement),
        area=area,
        place=place,
        exempt=tuple(_exempt(agreement, reading, term.id)),
        excuses=(
            *_exceptions(agreement, reading, term.id),
            *_releases(agreement, reading, term.id),
        ),
    )


def _area(agreement: Agreement, zone_id: str | None) -> tuple[Area, str]:
    """Return the area of a zone and what to call it; without a zone, everywhere."""
    if zone_id is None:
        return Everywhere(), "everywhere"
    rule = agreement.term(zone_id).rule
    assert isinstance(rule, ZoneRule)
    return rule.area, zone_id


def _exceptions(
    agreement: Agreement, reading: str, term_id: str, first: ExceptionRule | None = None
) -> Iterator[Excuse]:
    """Yield the exceptions to a term, each followed by those that take it back.

    Whoever may not rely on an exception has no need of what takes it back: the bearers of `first`,
    the exception to the term itself, are those of all that follow it.
    """
    for term in agreement.under(reading):
        rule = term.rule
        if isinstance(rule, ExceptionRule) and term_id in rule.to:
            served = first or rule
            yield Excuse(rule.id, _served(served.bearer, agreement), rule.burden in TO_RULE_OUT)
            yield from _exceptions(agreement, reading, term.id, served)


def _releases(agreement: Agreement, reading: str, term_id: str) -> Iterator[Excuse]:
    for term in agreement.under(reading):
        rule = term.rule
        if isinstance(rule, ReleaseRule) and (not rule.to or term_id in rule.to):
            yield Excuse(term.id, _served(rule.bearer, agreement), must_be_ruled_out=False)


def _served(bearer: tuple[str, ...], agreement: Agreement) -> frozenset[str] | None:
    return None if ALL in bearer else bound(bearer, agreement)


def _exempt(agreement: Agreement, reading: str, term_id: str) -> Iterator[Exempt]:
    for term in agreement.under(reading):
        rule = term.rule
        if isinstance(rule, ExemptionRule) and term_id in rule.to:
            yield Exempt(
                id=rule.id,
                area=None if rule.zone is None else _area(agreement, rule.zone)[0],
                times=_during(rule.during, agreement.head.zone),
                bearers=_served(rule.bearer, agreement),
                acts=rule.acts,
            )


def _during(during: During | None, zone: str) -> Times:
    if during is None:
        return ALWAYS
    begins, ends = (_limit(during.from_, "start", zone), _limit(during.to, "end", zone))
    if begins is _UNTOLD or ends is _UNTOLD:
        return UNKNOWN_TIMES
    return between(begins, ends)


_UNTOLD: Final = Limit(earliest_us=0, latest_us=None, unknown="no clock can tell")


def _limit(time: Time, edge: str, zone: str) -> Limit | None:
    """Return the limit of an end of an exemption; None where it is open."""
    if time == OPEN:
        return None
    found = read_time(time, zone) if isinstance(time, str) else None
    if not isinstance(found, Moment):
        return _UNTOLD
    return limit_at(found, "start" if edge == "start" else "end")
