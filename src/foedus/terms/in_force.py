# SPDX-License-Identifier: Apache-2.0
"""When a term binds and when a duty falls due, under one reading of the agreement.

1. An in-force that names the term in `of` dates it; else one that names none. More than one: any.
2. An extension that was made moves the end of what it names; the last one counts. Of one that is
   not verified it is not known whether it did: the end lies between both.
3. A sunset that names the term, or none, ends it if that is sooner.
4. After an end that a renewal may have moved, nobody can tell without knowing of notices: possible.
5. A release is a party's claim and ends nothing here; exemptions are left to the findings.

Anchors: signing is the first to the last signature of the agreement, entry-into-force the start
of the in-force that dates the term, the id of an in-force its end before any extension, that of an
extension its own. The id of a duty is its doing, or where nobody says when that was, the limit of
its own deadline: by then it was due, and whoever is late gains no time by it. Any other must be in
`known`; what is not known is not computable, and the answer possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from foedus.base.calendars import Calendar
from foedus.base.deadlines import Due as Stretch
from foedus.base.deadlines import Limit, NotComputable, due
from foedus.base.dues import moment_of, sooner
from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.base.readings import Uncomputable
from foedus.terms.limits import deadline_of, limit_at
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import (
    OPEN,
    Due,
    DutyRule,
    ExtensionRule,
    InForceRule,
    RenewalRule,
    SunsetRule,
    Time,
)
from foedus.terms.times import read_time

Edge = Limit | NotComputable
E = TypeVar("E", bound=Limit | NotComputable | None)
_NOTHING: Final[Mapping[str, Moment]] = MappingProxyType({})
_NO_CALENDARS: Final[Mapping[str, Calendar]] = MappingProxyType({})


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The time through which a term binds."""

    in_force: str
    """Id of the in-force that says so."""
    begins: Edge
    ends: Edge | None
    """None: it has no end."""
    may_renew: bool = False


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement under one reading, with what is known of its anchors."""

    agreement: Agreement
    reading: str = ""
    """Empty: only the terms that hold under every reading."""
    known: Mapping[str, Moment] = _NOTHING
    """Anchor, or id of a duty -> when it was."""
    calendars: Mapping[str, Calendar] = _NO_CALENDARS
    reckoned: frozenset[str] = frozenset()
    """Duties whose deadlines are being worked out, so that a circle of them ends."""

    def held(self, term_id: str) -> tuple[Held, ...]:
        """Return the stretches of time in which a term binds, as the agreement tells them."""
        return tuple(self._held(rule, term_id) for rule in self._dating(term_id))

    def in_force(self, term_id: str, at: Moment) -> Answer:
        """Return whether a term binds at `at`; possible where nobody can tell."""
        answers = [_holds(held, at) for held in self.held(term_id)]
        found = Answer.NO
        for answer in answers:
            found = found | answer
        return found if answers else Answer.POSSIBLE

    def due(self, duty_id: str) -> Stretch | NotComputable | None:
        """Return when a duty falls due, or None if the text gives no deadline."""
        rule = self.agreement.term(duty_id).rule
        if not isinstance(rule, DutyRule) or rule.deadline is None:
            return None
        stretch = self._stretch(rule.deadline, duty_id)
        if isinstance(stretch, NotComputable) or stretch.closes is None:
            return stretch
        closes = self._moved(stretch.closes, duty_id)
        return msgspec.structs.replace(stretch, closes=closes)

    def _terms(self) -> tuple[Term, ...]:
        return self.agreement.under(self.reading)

    def _dating(self, term_id: str) -> tuple[InForceRule, ...]:
        rules = [t.rule for t in self._terms() if isinstance(t.rule, InForceRule)]
        named = [rule for rule in rules if term_id == rule.id or term_id in rule.of]
        return tuple(named or [rule for rule in rules if not rule.of])

    def _held(self, rule: InForceRule, term_id: str) -> Held:
        ends = None if rule.to == OPEN else self._edge(rule.to, rule.id, "end")
        ends = self._moved(ends, rule.id)
        for sunset in self._sunsets(term_id):
            edge = self._edge(sunset.at, rule.id, "end")
            if isinstance(edge, Limit):
                ends = sooner(edge, ends) if isinstance(ends, Limit) else ends or edge
        renewals = [t.rule for t in self._terms() if isinstance(t.rule, RenewalRule)]
        return Held(
            in_force=rule.id,
            begins=self._edge(rule.from_, rule.id, "start"),
            ends=ends,
            may_renew=any(renewal.of == rule.id for renewal in renewals),
        )

    def _moved(self, ends: E, term_id: str) -> E | Limit:
        """Return an end as the extensions that were made moved it."""
        moved: E | Limit = ends
        for term, rule in self._longer(term_id):
            edge = self._edge(rule.to, term_id, "end")
            if isinstance(edge, Limit):
                moved = edge if term.is_verified else _between(moved, edge)
        return moved

    def _longer(self, term_id: str) -> Iterator[tuple[Term, ExtensionRule]]:
        """Yield the extensions that were made of a term, each followed by those of itself."""
        for term in self._terms():
            rule = term.rule
            if isinstance(rule, ExtensionRule) and rule.of == term_id and rule.made:
                yield term, rule
                yield from self._longer(rule.id)

    def _sunsets(self, term_id: str) -> Iterator[SunsetRule]:
        for term in self._terms():
            if isinstance(term.rule, SunsetRule) and (not term.rule.of or term_id in term.rule.of):
                yield term.rule

    def _edge(self, time: Time, term_id: str, edge: str) -> Edge:
        """Return a time of the text as a limit, or why nobody can tell."""
        if isinstance(time, Due):
            stretch = self._stretch(time, term_id)
            return stretch.limit if isinstance(stretch, Stretch) else stretch
        found = read_time(time, self.agreement.head.zone)
        if isinstance(found, Moment):
            return limit_at(found, "start" if edge == "start" else "end")
        reason = found.needs if isinstance(found, Uncomputable) else found.got
        return NotComputable(written=time, reason=reason)

    def _stretch(self, stated: Due, term_id: str) -> Stretch | NotComputable:
        if stated.by is not None:
            limit = self._edge(stated.by, term_id, "end")
            if isinstance(limit, NotComputable):
                return limit
            is_start = stated.kind == "earliest-from"
            opens, closes = (limit, None) if is_start else (None, limit)
            return Stretch(kind=stated.kind, opens=opens, closes=closes)
        deadline = deadline_of(stated, self.agreement.head.zone)
        if deadline is None or stated.after is None:
            return NotComputable(written=stated.within or "", reason="no anchor")
        return due(deadline, self._anchor(stated.after, term_id), self.calendars)

    def _anchor(self, anchor: str, term_id: str) -> Moment | Uncomputable:
        """Return the moment of an anchor, or what it hangs on."""
        if anchor in self.known:
            return self.known[anchor]
        if anchor == "signing":
            return self._signing()
        if anchor == "entry-into-force":
            return self._start(term_id)
        for term in self._terms():
            if term.id == anchor and isinstance(term.rule, InForceRule):
                ends = None if term.rule.to == OPEN else self._edge(term.rule.to, anchor, "end")
                return _moment(ends, anchor)
            if term.id == anchor and isinstance(term.rule, ExtensionRule):
                return _moment(self._edge(term.rule.to, anchor, "end"), anchor)
            if term.id == anchor and isinstance(term.rule, DutyRule):
                return self._doing(anchor)
        return Uncomputable(written=anchor, needs=anchor)

    def _doing(self, duty_id: str) -> Moment | Uncomputable:
        """Return when a duty had to be done, as nobody says when it was."""
        if duty_id in self.reckoned:
            return Uncomputable(written=duty_id, needs="a duty that waits for no other")
        inner = msgspec.structs.replace(self, reckoned=self.reckoned | {duty_id})
        stretch = inner.due(duty_id)
        if isinstance(stretch, NotComputable):
            return _moment(stretch, duty_id)
        if stretch is None or stretch.closes is None:
            return Uncomputable(written=duty_id, needs=duty_id)
        return _moment(stretch.closes, duty_id)

    def _signing(self) -> Moment | Uncomputable:
        zone = self.agreement.head.zone
        found = [read_time(signing.on, zone) for signing in self.agreement.head.signed]
        moments = [moment for moment in found if isinstance(moment, Moment)]
        if not moments or len(moments) < len(found):
            return Uncomputable(written="signing", needs="the day of signing")
        first, last = min(m.from_us for m in moments), max(m.to_us for m in moments)
        if len(moments) == 1:
            return moments[0]
        return Moment(written="signing", zone=zone, from_us=first, to_us=last, precision="span")

    def _start(self, term_id: str) -> Moment | Uncomputable:
        starts = [self._edge(rule.from_, rule.id, "start") for rule in self._dating(term_id)]
        known = [edge for edge in starts if isinstance(edge, Limit)]
        if len(known) != 1 or len(starts) != 1:
            return Uncomputable(written="entry-into-force", needs="one known entry into force")
        return _moment(known[0], "entry into force")


def _between(one: E, other: Limit) -> E | Limit:
    """Return the limit that may be either; what is no limit stays as it is."""
    if not isinstance(one, Limit):
        return one
    known = one.latest_us is not None and other.latest_us is not None
    return Limit(
        earliest_us=min(one.earliest_us, other.earliest_us),
        latest_us=max(one.latest_us or 0, other.latest_us or 0) if known else None,
        unknown=one.unknown or other.unknown,
    )


def _moment(edge: Edge | None, written: str) -> Moment | Uncomputable:
    if isinstance(edge, Limit):
        return moment_of(edge, written)
    return Uncomputable(written=written, needs=edge.reason if edge else "an end")


def _holds(held: Held, at: Moment) -> Answer:
    begun = _past(held.begins, at)
    if held.ends is None:
        return begun
    over = _past(held.ends, at)
    if held.may_renew and over is Answer.SURE:
        over = Answer.POSSIBLE
    return begun & ~over


def _past(edge: Edge, at: Moment) -> Answer:
    """Return whether `at` comes after an edge, or with it."""
    if isinstance(edge, NotComputable):
        return Answer.POSSIBLE
    if at.to_us <= edge.earliest_us:
        return Answer.NO
    is_sure = edge.latest_us is not None and at.from_us >= edge.latest_us
    return Answer.SURE if is_sure else Answer.POSSIBLE
