# SPDX-License-Identifier: Apache-2.0
"""Whether every word of a term names something that exists, and whether everything is used.

Checks parties, kinds, acts, targets, weapons, deeds, lines, zones, readings, sources and terms, and
that no fact is stated better than its source. What the times mean is checked by `times`, what terms
do to each other by `conflicts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from foedus.errors import did_you_mean
from foedus.terms.articles import Cited
from foedus.terms.faults import Faults, Key
from foedus.terms.names import Clause, Names
from foedus.terms.rules import (
    ALL,
    ANY,
    BanRule,
    Baseline,
    Buffer,
    ConditionRule,
    DutyRule,
    ExceptionRule,
    ExemptionRule,
    ExtensionRule,
    FinderRule,
    ForfeitureRule,
    Functional,
    InForceRule,
    Polygon,
    PresenceRule,
    ReleaseRule,
    RenewalRule,
    RungRule,
    SunsetRule,
    TriggerRule,
    ZoneRule,
)
from foedus.terms.vocabulary import Vocabulary

STRENGTH: Final = {"K": 0, "?": 1, "P": 2, "S": 3}
"""Evidence -> how far it may be relied upon; nothing is stated better than its source."""
_ZONED: Final = (BanRule, PresenceRule, DutyRule, ExemptionRule, TriggerRule)
_EXCEPTED: Final = ("ban", "presence", "duty")
_ALL_BUT_ZONES: Final = (
    *_EXCEPTED,
    "in-force",
    "exception",
    "exemption",
    "release",
    "extension",
    "sunset",
    "renewal",
    "rung",
    "forfeiture",
    "finder",
    "trigger",
    "condition",
)
_LISTS: Final[dict[type, str]] = {ReleaseRule: "to", ConditionRule: "sets_off"}
"""Rule -> key under which it lists the terms that it touches, where that is not `of`."""


class References:
    """The references of one document, checked term by term."""

    def __init__(self, names: Names, words: Vocabulary, faults: Faults) -> None:
        self.names, self.words, self.faults = names, words, faults
        self.used: dict[str, set[str]] = {"source": set(), "reading": set(), "zone": set()}

    def check(self, clause: Clause) -> None:
        """Add a fault for every word of a term that names nothing."""
        rule = clause.rule
        if rule is None:
            return
        self._source(clause, ("source",), rule.source, rule.evidence)
        if rule.value_source is not None:
            self._source(clause, ("value_source",), rule.value_source)
        self.used["reading"].update(rule.readings)
        self._each(clause, ("readings",), rule.readings, "a reading", self.names.readings)
        if isinstance(rule, ZoneRule):
            self._area(clause, rule)
        else:
            self._bearer(clause, getattr(rule, "bearer", ()), ("bearer",))
        if isinstance(rule, _ZONED) and rule.zone:
            self.used["zone"].add(rule.zone)
            self._one(clause, ("zone",), rule.zone, "the id of a zone", self.names.terms_of("zone"))
        self._rule(clause)

    def _rule(self, clause: Clause) -> None:
        """Check the references that only one kind of rule has."""
        match clause.rule:
            case BanRule() as ban:
                self._each(clause, ("acts",), ban.acts, "a kind or an act", self.words.banned)
                targets = (ANY, *self.words.targets)
                self._each(clause, ("targets",), ban.targets, "a kind of target", targets)
                self._alone(clause, ("targets",), ban.targets, ANY)
            case PresenceRule() as presence:
                self._presence(clause, presence)
            case DutyRule() as duty:
                self._one(clause, ("what",), duty.what, "a deed", self.words.deeds)
                self._weapons(clause, duty.weapons)
                self._each(clause, ("after",), duty.after, "a duty", self.names.terms_of("duty"))
            case ExceptionRule(to=to):
                known = self.names.terms_of(*_EXCEPTED, "exception")
                self._each(clause, ("to",), to, "a ban, presence, duty or exception", known)
            case ExemptionRule() as exemption:
                self._exemption(clause, exemption)
            case ReleaseRule(to=of) | SunsetRule(of=of) | ConditionRule(sets_off=of):
                key = _LISTS.get(type(clause.rule), "of")
                known = self.names.terms_of(*_ALL_BUT_ZONES)
                self._each(clause, (key,), of, "the id of a term", known)
            case _:
                self._rule_of_time(clause)

    def _rule_of_time(self, clause: Clause) -> None:
        """Check the references of rules on how long terms hold, and on what follows a breach."""
        match clause.rule:
            case InForceRule() as in_force:
                self._in_force(clause, in_force)
            case ExtensionRule() as longer:
                known = self.names.terms_of("in-force", "duty", "extension")
                self._one(clause, ("of",), longer.of, "an in-force, duty or extension", known)
                self._each(clause, ("by",), longer.by, "a party's id", self.names.parties)
            case RenewalRule(of=renewed):
                known = self.names.terms_of("in-force")
                self._one(clause, ("of",), renewed, "the id of an in-force", known)
            case RungRule() as rung:
                self._rung(clause, rung)
            case ForfeitureRule(by=by):
                self._bearer(clause, by, ("by",))
            case FinderRule() as finder:
                known = self.names.terms_of(*_EXCEPTED)
                self._each(clause, ("of",), finder.of, "a ban, presence or duty", known)
                self._bearer(clause, finder.consent_of, ("consent_of",))
            case TriggerRule() as trigger:
                self._trigger(clause, trigger)

    def _rung(self, clause: Clause, rule: RungRule) -> None:
        """Check what a rung names: terms, parties, other rungs, what stands against it."""
        self._each(
            clause, ("of",), rule.of, "a ban, presence or duty", self.names.terms_of(*_EXCEPTED)
        )
        self._bearer(clause, rule.by, ("by",))
        for key, rung in (("after_rung", rule.after_rung), ("counted_from", rule.counted_from)):
            if rung is not None:
                self._one(clause, (key,), rung, "the id of a rung", self.names.terms_of("rung"))
        known = self.names.terms_of("forfeiture")
        self._each(clause, ("unless",), rule.unless, "the id of a forfeiture", known)

    def _trigger(self, clause: Clause, rule: TriggerRule) -> None:
        """Check whose breaches a trigger counts, and what it opens; words for that have blanks."""
        known = self.names.terms_of(*_EXCEPTED)
        self._each(clause, ("of",), rule.of, "a ban, presence or duty", known)
        self._bearer(clause, rule.by, ("by",))
        if " " not in rule.opens.strip():
            known = self.names.terms_of(*_ALL_BUT_ZONES)
            self._one(clause, ("opens",), rule.opens, "the id of a term, or words", known)

    def _exemption(self, clause: Clause, rule: ExemptionRule) -> None:
        known = self.names.terms_of(*_EXCEPTED)
        self._each(clause, ("to",), rule.to, "a ban, presence or duty", known)
        self._each(clause, ("acts",), rule.acts, "a kind or an act", (ANY, *self.words.banned))
        is_whole = (rule.bearer, rule.acts) == ((ALL,), (ANY,))
        if is_whole and rule.zone is None and rule.during is None:
            hint, expected = (
                "a condition belongs into an exception",
                "a zone, during, bearer or acts",
            )
            self.faults.add(clause.line(), "", expected, "none of them", hint)

    def _in_force(self, clause: Clause, rule: InForceRule) -> None:
        known = self.names.terms_of(*(name for name in _ALL_BUT_ZONES if name != "in-force"))
        self._each(clause, ("of",), rule.of, "the id of a term", known)
        if rule.released_by is not None:
            known = self.names.terms_of("release")
            self._one(clause, ("released_by",), rule.released_by, "the id of a release", known)

    def _presence(self, clause: Clause, rule: PresenceRule) -> None:
        """Check weapons and baselines; a zone or a distance must be given, and not both."""
        self._weapons(clause, rule.weapons)
        if rule.after is not None:
            self._one(clause, ("after",), rule.after, "a duty", self.names.terms_of("duty"))
        self._baselines(clause, rule.baseline)
        if (rule.zone is None) == (rule.distance_m is None):
            got = "neither" if rule.zone is None else "both"
            self.faults.add(clause.line(), "zone", "a zone or a distance_m", got, "keep one")
        if rule.distance_m is not None:
            self._distance(clause, rule)

    def _distance(self, clause: Clause, rule: PresenceRule) -> None:
        if not rule.baseline:
            hint = "say from which line each party measures"
            self.faults.add(clause.line("distance_m"), "baseline", "a baseline", "none", hint)
        elif ALL not in rule.baseline:
            missing = [party for party in rule.bearer if party not in (*rule.baseline, ALL)]
            for party in missing:
                line = clause.line("baseline")
                self.faults.add(line, "baseline", f"a baseline of {party}", "none")
        if rule.total_width_m is not None and rule.total_width_m != 2 * (rule.distance_m or 0):
            line, got = clause.line("total_width_m"), f"{rule.total_width_m:g}"
            hint = "distance_m is that of one side"
            self.faults.add(line, "total_width_m", "twice the distance_m", got, hint)

    def _baselines(self, clause: Clause, baseline: Mapping[str, Baseline]) -> None:
        for party, base in baseline.items():
            key = ("baseline", party)
            self._one(clause, key, party, "a party's id or all", self.names.bearers)
            self._one(clause, (*key, "line"), base.line, "the id of a line", self.words.lines)

    def _area(self, clause: Clause, rule: ZoneRule) -> None:
        match rule.area:
            case Buffer() as strip:
                key = ("area", "line")
                self._one(clause, key, strip.line, "the id of a line", self.words.lines)
                self._bearer(clause, strip.sides, ("area", "sides"))
                if (strip.per_side_m is None) == (strip.total_width_m is None):
                    got = "neither" if strip.per_side_m is None else "both"
                    expected = "per_side_m or total_width_m"
                    self.faults.add(clause.line("area"), "area", expected, got)
            case Functional(targets=targets):
                key, known = ("area", "targets"), self.words.targets
                self._each(clause, key, targets, "a kind of target", known)
            case Polygon(corners=corners) if len(corners) < 3:
                line, got = clause.line("area", "corners"), str(len(corners))
                self.faults.add(line, "area.corners", "three corners or more", got)

    def _weapons(self, clause: Clause, weapons: tuple[str, ...]) -> None:
        self._each(clause, ("weapons",), weapons, "a class of weapons", self.words.weapons)

    def _bearer(self, clause: Clause, bearer: tuple[str, ...], key: Key) -> None:
        self._each(clause, key, bearer, "a party's id or all", self.names.bearers)
        self._alone(clause, key, bearer, ALL)

    def _alone(self, clause: Clause, key: Key, words: tuple[str, ...], whole: str) -> None:
        if whole in words and len(words) > 1:
            got = ", ".join(words)
            self.faults.add(clause.line(*key), key, f"{whole} alone, or a list without it", got)

    def _each(
        self,
        clause: Clause,
        key: Key,
        words: Iterable[str],
        expected: str,
        known: Iterable[str] | None,
    ) -> None:
        for position, word in enumerate(words):
            self._one(clause, (*key, str(position)), word, expected, known)

    def _one(
        self, clause: Clause, key: Key, word: str, expected: str, known: Iterable[str] | None
    ) -> None:
        """Check one word; a term of another rule is told as what it is."""
        if known is None or word in (names := tuple(known)):
            return
        hint = did_you_mean(word, names) if names else "there is none"
        other = self.names.terms.get(word)
        got = f"{word!r}, which is a term of rule {other}" if other else repr(word)
        self.faults.add(clause.line(*key), key, expected, got, hint)

    def _source(self, clause: Clause, key: Key, source: str, evidence: str | None = None) -> None:
        self.used["source"].add(source)
        self._one(clause, key, source, "the key of a source", self.names.sources)
        borne = (self.names.sources or {}).get(source)
        if evidence and borne and STRENGTH[evidence] > STRENGTH[borne]:
            hint = f"the source {source!r} is of evidence {borne}"
            expected = f"evidence no better than {borne}"
            self.faults.add(clause.line("evidence"), "evidence", expected, evidence, hint)

    def cited(self, citations: Iterable[Cited]) -> None:
        """Check the sources that the prose cites."""
        for key, line in citations:
            self.used["source"].add(key)
            if self.names.sources is not None and key not in self.names.sources:
                hint = did_you_mean(key, self.names.sources) if self.names.sources else ""
                self.faults.add(line, "", "the key of a source", repr(f"@{key}"), hint)

    def unused(self, what: str, declared: Mapping[str, int], hint: str) -> None:
        """Add a fault for each declared id, with its line, that nothing uses."""
        for name, line in declared.items():
            if name not in self.used[what]:
                self.faults.add(line, "", f"a {what} that is used", repr(name), hint)


def zones(clauses: Iterable[Clause]) -> Iterator[tuple[str, int]]:
    """Yield id and line of every zone."""
    for clause in clauses:
        if isinstance(clause.rule, ZoneRule):
            yield clause.rule.id, clause.line()
