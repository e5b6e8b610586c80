# SPDX-License-Identifier: Apache-2.0
"""Drafts of opening acts, made by rule from what is indicated: the machine finds, people decide.

1. A finding counts if its verdict is one that the rule names, its probability is high enough where
   one is told, and no case cites it or its incident under that term and reading already.
2. Findings are taken together that are of one term under one reading, claimed of the same parties,
   and near each other in time and place, each to the next (an episode). One without an incident,
   such as a deadline that passed, stands alone.
3. An episode of more than a case can name is parted, in the order of time.
4. Each group becomes a draft. How grave it is, and whether it is a breach at all, it leaves open.

A draft opens nothing: somebody reads it, signs it, and lets it enter a log. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import cos, hypot, radians
from typing import Final

import msgspec

from foedus.base.encoding import digest
from foedus.base.places import E7
from foedus.cases.kinds import Opening
from foedus.cases.record import Case
from foedus.findings.record import BREACH

HOUR_US: Final = 3_600_000_000
METRES_PER_DEGREE: Final = 111_320.0
MOST: Final = 200
"""At most so many incidents or findings in one opening."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """By which findings are proposed, and taken together; the values stand in every draft."""

    verdicts: tuple[str, ...] = (BREACH,)
    least_ppm: int = 0
    """Least probability, in parts per million, of a finding whose probability is told."""
    within_h: int = 24
    """Hours that may lie between one finding of an episode and the next."""
    within_m: int = 20_000
    """Metres that may lie between them."""

    def __str__(self) -> str:
        said = f"{' or '.join(self.verdicts)} indicated; each within {self.within_h} h and"
        return f"{said} {self.within_m // 1000} km of the next"


class Indicated(msgspec.Struct, frozen=True, kw_only=True):
    """What of a finding decides whether and with which others it is proposed."""

    finding_id: str
    lineage_id: str
    incident_id: str | None
    agreement_id: str
    term_id: str
    article: str
    reading: str
    verdict: str
    probability_ppm: int | None
    attributed: tuple[str, ...]
    occurred_from_us: int | None = None
    occurred_to_us: int | None = None
    latitude_e7: int | None = None
    longitude_e7: int | None = None

    @property
    def question(self) -> tuple[str, str, str]:
        """The term by one reading that it was set against."""
        return (self.agreement_id, self.term_id, self.reading)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An opening act that somebody may sign: its subject, and its payload."""

    subject: str
    payload: Opening
    from_us: int | None
    """When its first finding may have happened; None: that of a deadline."""


def proposed(
    found: Iterable[Indicated], cases: Iterable[Case] = (), rule: Rule | None = None
) -> tuple[Draft, ...]:
    """Return drafts for all that is indicated and no case cites, in the order of time."""
    rule = rule or Rule()
    fresh = [one for one in found if _counts(one, rule)]
    known = {(name, case.opening and _asked(case.opening)) for case in cases for name in _of(case)}
    left = [
        one
        for one in fresh
        if not {(one.finding_id, one.question), (one.lineage_id, one.question)} & known
    ]
    drafts = [
        _draft(part, rule)
        for group in _groups(left).values()
        for episode in _episodes(group, rule)
        for part in _parts(episode)
    ]
    return tuple(sorted(drafts, key=lambda one: (one.from_us is None, one.from_us, one.subject)))


def _counts(one: Indicated, rule: Rule) -> bool:
    told = one.probability_ppm
    return one.verdict in rule.verdicts and (told is None or told >= rule.least_ppm)


def _of(case: Case) -> tuple[str, ...]:
    return (*case.findings, *case.incidents)


def _asked(opening: Opening) -> tuple[str, str, str]:
    return (opening.agreement, opening.term, opening.reading)


def _groups(found: Iterable[Indicated]) -> dict[tuple[object, ...], list[Indicated]]:
    groups: defaultdict[tuple[object, ...], list[Indicated]] = defaultdict(list)
    for one in found:
        alone = () if one.incident_id else (one.finding_id,)
        key = (*one.question, tuple(sorted(one.attributed)), *alone)
        groups[key].append(one)
    return groups


def _episodes(group: Sequence[Indicated], rule: Rule) -> Iterator[list[Indicated]]:
    """Yield the findings that are linked, each to the next, in time and place."""
    ordered = sorted(group, key=lambda one: (one.occurred_from_us or 0, one.finding_id))
    links = list(range(len(ordered)))
    for number, one in enumerate(ordered):
        for before in range(number - 1, -1, -1):
            if not _is_soon(ordered[before], one, rule):
                break
            if _is_near(ordered[before], one, rule):
                links[_root(links, number)] = _root(links, before)
    episodes: defaultdict[int, list[Indicated]] = defaultdict(list)
    for number, one in enumerate(ordered):
        episodes[_root(links, number)].append(one)
    yield from episodes.values()


def _root(links: list[int], number: int) -> int:
    while links[number] != number:
        links[number] = links[links[number]]
        number = links[number]
    return number


def _is_soon(before: Indicated, one: Indicated, rule: Rule) -> bool:
    """Between their earliest instants, by which they are in order."""
    gap_us = (one.occurred_from_us or 0) - (before.occurred_from_us or 0)
    return gap_us <= rule.within_h * HOUR_US


def _is_near(before: Indicated, one: Indicated, rule: Rule) -> bool:
    told = (before.latitude_e7, before.longitude_e7, one.latitude_e7, one.longitude_e7)
    if None in told:
        return False
    south, west, north, east = (float(part or 0) / E7 for part in told)
    along = (east - west) * cos(radians((south + north) / 2))
    return hypot(north - south, along) * METRES_PER_DEGREE <= rule.within_m


def _parts(episode: Sequence[Indicated]) -> Iterator[Sequence[Indicated]]:
    for start in range(0, len(episode), MOST):
        yield episode[start : start + MOST]


def _draft(part: Sequence[Indicated], rule: Rule) -> Draft:
    first = part[0]
    findings = tuple(one.finding_id for one in part)
    incidents = tuple(dict.fromkeys(one.lineage_id for one in part if one.incident_id))
    accused = tuple(sorted(first.attributed))
    opening = Opening(
        by="finding",
        agreement=first.agreement_id,
        term=first.term_id,
        article=first.article,
        reading=first.reading,
        incidents=incidents,
        findings=findings,
        accused=accused,
        text=_text(first, len(findings), rule),
    )
    starts = [one.occurred_from_us for one in part if one.occurred_from_us is not None]
    subject = f"case/{digest([*first.question, *findings])[:16]}"
    return Draft(subject=subject, payload=opening, from_us=min(starts, default=None))


def _text(first: Indicated, count: int, rule: Rule) -> str:
    what = f"{count} finding{'s' if count > 1 else ''}"
    return (
        f"Proposed by rule from {what} on {first.article}, reading {first.reading} ({rule}). "
        "What is indicated is no determination."
    )
