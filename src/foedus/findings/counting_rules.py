# SPDX-License-Identifier: Apache-2.0
"""Rules by which happenings are counted, as data: one YAML file for each under `library/counting`.

A rule says what is counted, by which unit, what is merged, when a reporting day ends, whether
exercises count, and whether its figures are exact or a floor; and for each of these, from where we
know it. `docs/reference/counting.md` explains the keys. Counting by a rule is left to `counting`.
"""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Final, Literal

import msgspec

from foedus.base.zones import is_zone, zone_names
from foedus.errors import DrafterError, Fault, OperatorError, did_you_mean
from foedus.reports.observation_form import MEANS, OBSERVATIONS
from foedus.terms.faults import line_of
from foedus.terms.record import SourceEntry
from foedus.terms.rules import Entry
from foedus.terms.vocabulary import LIBRARY, load_vocabulary
from foedus.terms.yaml_files import read_entry

FOLDER: Final = LIBRARY / "counting"
FACETS: Final = ("observed", "exercises", "whose", "unit", "merging", "day", "says")
"""What two rules can differ in, in the order in which a bridge takes them."""
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_TEXTS: Final = ("en", "uk", "ru", "fr")


class Basis(Entry, frozen=True, kw_only=True):
    """From where one facet of a rule is known."""

    evidence: Literal["S", "P", "ours", "not-stated"]
    """S: the source was read and says so; P: it reports it; ours: our choice; not-stated."""
    source: str | None = None
    """Key of a source, where the evidence is S or P."""
    note: str = ""


class Day(Entry, frozen=True, kw_only=True):
    """When a reporting day ends: a time of day by the clock of a zone."""

    ends: str
    """HH:MM; a day bears the date on which it ends, and 24:00 is its own midnight."""
    zone: str

    @property
    def at(self) -> time | None:
        """The time at which it ends; None at midnight."""
        return None if self.ends == "24:00" else time.fromisoformat(self.ends)


class CountingRule(Entry, frozen=True, kw_only=True):
    """How one body counts."""

    id: str
    title: dict[str, str]
    text: str
    """The rule in one plain sentence."""
    observed: tuple[str, ...] = ()
    """Words of the observation form that count."""
    kinds: tuple[str, ...] = ()
    """Acts or kinds that count in records that are not on the form; none: no such record does."""
    means: tuple[str, ...] = ()
    """Means of observation that count; none: all."""
    unit: Literal["event", "record", "trajectory", "day"]
    """event: each explosion, shot, …; record: a row is one; trajectory: from one to as many as
    there are projectiles; day: a reporting day of a region is one."""
    merging: Literal["none", "same-incident", "episode"]
    gap_min: int | None = None
    """The longest pause within an episode, in minutes."""
    whose: Literal["all", "other-side"] = "all"
    counted_by: str | None = None
    """Id of the party that counts, where it counts the other side alone."""
    day: Day
    exercises: Literal["counted", "left-out"]
    says: Literal["exact", "floor"]
    """Whether its figures are given as exact, or as at least so many."""
    sources: dict[str, SourceEntry] = msgspec.field(default_factory=dict)
    basis: dict[str, Basis]

    def doubts(self) -> dict[str, str]:
        """Return the facets that no source bears out -> why they are as they are."""
        doubtful = {name: one for name, one in self.basis.items() if one.evidence not in ("S", "P")}
        return {name: one.note or "our choice" for name, one in doubtful.items()}


def rule_ids() -> tuple[str, ...]:
    """Return the ids of the rules that ship, in the order of their names."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def find_rule(name: str) -> CountingRule:
    """Return a rule by the id of a shipped one, or by the path of a file that ends in `.yaml`.

    Raises `OperatorError` where there is none, `DrafterError` with all faults of its file.
    """
    path = Path(name) if name.endswith(".yaml") else FOLDER / f"{name}.yaml"
    if not path.is_file():
        expected, hint = (
            "the id of a counting rule, or a .yaml file",
            did_you_mean(name, rule_ids()),
        )
        raise OperatorError(Fault(column="--rule", expected=expected, got=repr(name), hint=hint))
    return read_rule(path)


def read_rule(path: Path) -> CountingRule:
    """Read a rule; raises `DrafterError` with all of its faults, in the order of lines."""
    rule, lines, faults = read_entry(path, CountingRule)
    if rule is not None:
        for key, expected, got, hint in _misfits(rule, path.stem):
            faults.add(line_of(lines, key), key, expected, got, hint)
    if rule is None or faults.found:
        raise DrafterError(*faults.in_order)
    found: CountingRule = rule
    return found


Misfit = tuple[tuple[str, ...], str, str, str]


def _misfits(rule: CountingRule, stem: str) -> list[Misfit]:
    found: list[Misfit] = []
    if rule.id != stem:
        found.append((("id",), f"the name of the file, {stem!r}", repr(rule.id), ""))
    if not rule.observed and not rule.kinds:
        found.append(((), "observed or kinds: something to count", "neither", ""))
    if (rule.merging == "episode") != (rule.gap_min is not None):
        found.append((("merging",), "gap_min with episodes, and only with them", rule.merging, ""))
    if (rule.whose == "other-side") != (rule.counted_by is not None):
        found.append((("whose",), "counted_by where the other side alone counts", rule.whose, ""))
    if not _CLOCK.fullmatch(rule.day.ends):
        hint = "24:00 is midnight at the end of the day"
        found.append((("day", "ends"), "a time of day, HH:MM", repr(rule.day.ends), hint))
    if not is_zone(rule.day.zone):
        hint = did_you_mean(rule.day.zone, zone_names())
        found.append((("day", "zone"), "an IANA zone", repr(rule.day.zone), hint))
    missing = [language for language in _TEXTS if language not in rule.title]
    if missing:
        found.append((("title",), "a title in en, uk, ru and fr", "none in " + missing[0], ""))
    return found + _unknown(rule) + _unfounded(rule)


def _unknown(rule: CountingRule) -> list[Misfit]:
    """Return the words that neither the form nor the taxonomy has."""
    known = {"observed": OBSERVATIONS, "kinds": load_vocabulary().banned, "means": MEANS}
    return [
        ((name,), "a known word", repr(word), did_you_mean(word, words))
        for name, words in known.items()
        for word in getattr(rule, name)
        if word not in words
    ]


def _unfounded(rule: CountingRule) -> list[Misfit]:
    """Return what is wrong with where the facets are known from."""
    found: list[Misfit] = [
        (("basis",), f"where {name!r} is known from", "nothing", "")
        for name in FACETS
        if name not in rule.basis and (name != "whose" or rule.whose != "all")
    ]
    for name, basis in rule.basis.items():
        if name not in FACETS:
            hint = did_you_mean(name, FACETS)
            found.append((("basis", name), "a facet of the rule", repr(name), hint))
        if (basis.evidence in ("S", "P")) != (basis.source in rule.sources):
            expected = "a source of the file where the evidence is S or P, and only there"
            found.append((("basis", name), expected, repr(basis.source), ""))
    return found
