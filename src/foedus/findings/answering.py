# SPDX-License-Identifier: Apache-2.0
"""Incidents asked one question after another: an answer of each step for each row, as arrays.

What several questions share (the same acts, zone or times) is answered once. Rows do not touch
each other: the answers of a row hang on that row and on its own accounts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import reduce
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.base.evidence import Answer
from foedus.findings.acts import act_answer, target_answer, weapon_answer
from foedus.findings.bearers import Named, bearer_answer, exempt_bearer
from foedus.findings.in_time import (
    ALL_PPM,
    ALWAYS,
    NO,
    NO_SHARE,
    POSSIBLE,
    SURE,
    Answered,
    Answers,
    Ints,
    time_answers,
)
from foedus.findings.places import Ground, near_answers, zone_answers
from foedus.findings.questions import Excuse, Exempt, Question
from foedus.findings.rulebook import Rulebook
from foedus.findings.subjects import (
    Subjects,
    accounts_of,
    judged_words,
    named_of,
    with_accounts,
    with_places,
)
from foedus.findings.verdicts import flagged, packed
from foedus.terms.rules import ALL, ANY, BanRule, PresenceRule
from foedus.terms.vocabulary import load_vocabulary

T = TypeVar("T")


class Excused(NamedTuple):
    """Which exceptions and releases stand open for the doer of each row."""

    values: tuple[tuple[Excuse, ...], ...]
    """What occurs, each once."""
    codes: Ints

    @property
    def unsettled(self) -> npt.NDArray[np.bool_]:
        """For each row whether one of them must be ruled out before a breach is indicated."""
        table = [any(one.must_be_ruled_out for one in value) for value in self.values]
        found: npt.NDArray[np.bool_] = np.array(table, bool)[self.codes]
        return found


class Asked(NamedTuple):
    """The answers to one question, row by row."""

    reading: Answers
    act: Answers
    target: Answers
    bearer: Answers
    time: Answered
    place: Answered
    exempt: Answered
    excused: Excused
    differs: Ints
    code: Ints
    """All of it in one number (`verdicts.packed`)."""


class Asking:
    """A block of incidents, and what has been answered of it."""

    def __init__(
        self, subjects: Subjects, rulebook: Rulebook, disagreements: pa.Table | None
    ) -> None:
        self.subjects, self.rulebook = subjects, rulebook
        self.ground = Ground(with_places(subjects, disagreements))
        self.accounts = {
            field: accounts_of(subjects, disagreements, field) for field in ("kind", "target")
        }
        self._answered: dict[Hashable, Any] = {}

    def ask(self, question: Question) -> Asked:
        """Return the answers of every row to one question."""
        rows = self.subjects.rows
        reading = np.full(rows, SURE if question.holds else NO, np.int8)
        act, differs = self._act(question, self.subjects.differs)
        target, differs = self._target(question, differs)
        bearer = self._bearer(question)
        time = self._time(question.times)
        place = self._place(question)
        exempt = self._exempt(question)
        excused = self._excused(question.excuses)
        steps = [reading, act, target, bearer, time.answers, place.answers]
        code = packed(steps, exempt.answers, differs)
        code |= flagged(excused.unsettled, self.subjects.unborne, line=question.on_line)
        return Asked(reading, act, target, bearer, time, place, exempt, excused, differs, code)

    def _once(self, key: Hashable, answer: Callable[[], T]) -> T:
        """Return what `answer` gives, asked once for each key."""
        if key not in self._answered:
            self._answered[key] = answer()
        found: T = self._answered[key]
        return found

    def _act(self, question: Question, differs: Ints) -> tuple[Answers, Ints]:
        rule, words = question.rule, load_vocabulary()
        if isinstance(rule, PresenceRule):
            weapons = rule.weapons
            answers = self._once(
                ("weapon", weapons),
                lambda: judged_words(
                    self.subjects.weapon, lambda word: weapon_answer(weapons, word, words)
                ),
            )
            return answers, differs
        return self._told_acts(rule.acts, differs)

    def _told_acts(self, acts: tuple[str, ...], differs: Ints) -> tuple[Answers, Ints]:
        """Return whether what was done is among some acts, and where accounts of it differ."""
        words = load_vocabulary()

        def judge(word: str | None) -> Answer:
            return act_answer(acts, word, words)

        return self._once(
            ("act", acts),
            lambda: with_accounts(
                judged_words(self.subjects.kind, judge),
                differs,
                "kind",
                self.accounts["kind"],
                judge,
            ),
        )

    def _target(self, question: Question, differs: Ints) -> tuple[Answers, Ints]:
        words = load_vocabulary()
        targets = question.rule.targets if isinstance(question.rule, BanRule) else (ANY,)
        answers = self._once(
            ("target", targets),
            lambda: judged_words(
                self.subjects.target, lambda word: target_answer(targets, word, words)
            ),
        )
        return with_accounts(
            answers,
            differs,
            "target",
            self.accounts["target"],
            lambda word: target_answer(targets, word, words),
        )

    def _bearer(self, question: Question) -> Answers:
        return self._once(
            ("bearer", question.bearers, question.is_presence),
            lambda: judged_words(
                self.subjects.named,
                lambda text: bearer_answer(
                    named_of(text),
                    question.bearers,
                    self.rulebook.stands_for,
                    is_state=question.is_presence,
                ),
            ),
        )

    def _time(self, times: Any) -> Answered:
        return self._once(
            ("time", times),
            lambda: time_answers(times, self.subjects.from_us, self.subjects.to_us),
        )

    def _place(self, question: Question) -> Answered:
        rule, zone = question.rule, question.agreement.head.zone
        if not isinstance(rule, PresenceRule) or rule.distance_m is None:
            return self._zone(question.area, zone)
        key = ("distance", rule.id, question.agreement.id)
        return self._once(key, lambda: self._distance(rule, question))

    def _zone(self, area: Any, zone: str) -> Answered:
        return self._once(
            ("zone", area, zone),
            lambda: zone_answers(area, self.ground, self.rulebook.lines, zone),
        )

    def _distance(self, rule: PresenceRule, question: Question) -> Answered:
        """Return whether each weapon stands too near to the line of each who may hold it."""
        holders = [self._holds(party) for party in sorted(question.bearers)]
        nobody = ~reduce(np.logical_or, holders, np.zeros(self.subjects.rows, bool))
        least = np.full(self.subjects.rows, SURE, np.int8)
        most = np.full(self.subjects.rows, NO, np.int8)
        for party, holds in zip(sorted(question.bearers), holders, strict=True):
            base = rule.baseline.get(party) or rule.baseline[ALL]
            near = self._near((base.line, base.on), rule.distance_m or 0.0, question)
            may_hold = holds | nobody
            least = np.where(may_hold, np.minimum(least, near), least)
            most = np.where(may_hold, np.maximum(most, near), most)
        answers = np.where(least == most, least, POSSIBLE).astype(np.int8)
        return Answered(answers, np.full(len(answers), NO_SHARE, np.int64))

    def _near(self, line: tuple[str, str], range_m: float, question: Question) -> Answers:
        zone = question.agreement.head.zone
        return self._once(
            ("near", line, range_m, zone),
            lambda: near_answers(self.ground, self.rulebook.lines, line, range_m, zone),
        )

    def _holds(self, party: str) -> npt.NDArray[np.bool_]:
        """Return which weapons may be those of a party, as far as anybody is named."""
        answers = judged_words(
            self.subjects.named,
            lambda text: exempt_bearer(
                named_of(text), frozenset({party}), self.rulebook.stands_for
            ),
        )
        return answers > NO

    def _excused(self, excuses: tuple[Excuse, ...]) -> Excused:
        """Return which of them the doer may rely on: one who surely may not, has none."""
        named = self.subjects.named
        each = [self._relied_on(excuses, named_of(text)) for text in named.values]
        occurring = tuple(dict.fromkeys(each))
        number = {value: position for position, value in enumerate(occurring)}
        table = np.array([number[value] for value in each], np.int64)
        return Excused(occurring, table[named.codes])

    def _relied_on(self, excuses: tuple[Excuse, ...], named: Named) -> tuple[Excuse, ...]:
        serves = self.rulebook.stands_for
        return tuple(
            one
            for one in excuses
            if one.bearers is None or exempt_bearer(named, one.bearers, serves) is not Answer.NO
        )

    def _exempt(self, question: Question) -> Answered:
        """Return whether any exemption holds; a share only where just one may."""
        answers = np.full(self.subjects.rows, NO, np.int8)
        shares = np.zeros(self.subjects.rows, np.int64)
        for exempt in question.exempt:
            found = self._one_exempt(exempt, question.agreement.head.zone)
            alone = answers == NO
            shares = np.where(found.answers > NO, np.where(alone, found.shares, NO_SHARE), shares)
            answers = np.maximum(answers, found.answers)
        return Answered(answers, np.where(answers == POSSIBLE, shares, 0))

    def _one_exempt(self, exempt: Exempt, zone: str) -> Answered:
        time = self._time(exempt.times) if exempt.times != ALWAYS else None
        place = None if exempt.area is None else self._zone(exempt.area, zone)
        answers = self._exempt_words(exempt)
        shares = np.where(answers == POSSIBLE, NO_SHARE, ALL_PPM)
        for part in (time, place):
            if part is not None:
                answers = np.minimum(answers, part.answers)
                told = np.where(part.answers == SURE, ALL_PPM, part.shares)
                both = (shares >= 0) & (told >= 0)
                shares = np.where(both, shares * told // ALL_PPM, NO_SHARE)
        return Answered(answers, shares)

    def _exempt_words(self, exempt: Exempt) -> Answers:
        """Return whether doer and act are those whom an exemption serves."""
        bearers = exempt.bearers
        answers = np.full(self.subjects.rows, SURE, np.int8)
        if ANY not in exempt.acts:
            answers = np.minimum(answers, self._told_acts(exempt.acts, self.subjects.differs)[0])
        if bearers is None:
            return answers
        served = judged_words(
            self.subjects.named,
            lambda text: exempt_bearer(named_of(text), bearers, self.rulebook.stands_for),
        )
        return np.minimum(answers, served)
