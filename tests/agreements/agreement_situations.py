# SPDX-License-Identifier: Apache-2.0
"""Situations as the YAML files of this folder state them: what is given, asked and expected.

One struct for each kind of question, told apart by the key `ask`. Answering is left to
`agreement_answers`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
Fact = Literal["yes", "no", "unknown"]
Membership = Literal["inside", "outside", "unknown"]
Verdict = Literal["breach", "permitted", "not covered", "undetermined"]


class Situation(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", forbid_unknown_fields=True
):
    """What every situation says."""

    title: str


class VerdictAsked(Situation, frozen=True, kw_only=True, tag="verdict"):
    """Is this act a breach of a ban, under each reading?"""

    by: str
    act: str
    target: str
    at: str
    place: dict[str, Membership] = {}
    facts: dict[str, Fact] = {}
    verdict: dict[str, Verdict]


class DistanceAsked(Situation, frozen=True, kw_only=True, tag="distance"):
    """Does this weapon stand too near to its side's line, once withdrawal is due?"""

    by: str
    weapon: str
    metres: dict[str, float | tuple[float, float]]
    """Line's day, or de-facto -> distance, or the band in which it lies."""
    facts: dict[str, Fact] = {}
    verdict: Verdict
    terms: tuple[str, ...] = ()


class ExemptAsked(Situation, frozen=True, kw_only=True, tag="exempt"):
    """Does the exception hold?"""

    by: str
    facts: dict[str, Fact]
    exempt: Literal["sure", "possible", "no"]


class LengthAsked(Situation, frozen=True, kw_only=True, tag="length"):
    """How many hours does it last?"""

    of: str
    hours: float


class BeginAsked(Situation, frozen=True, kw_only=True, tag="begin"):
    """At which instant does it begin?"""

    of: str
    instant: str


class BeginDayAsked(Situation, frozen=True, kw_only=True, tag="begin-day"):
    """On which day does it begin?"""

    of: str
    day: str


class EndAsked(Situation, frozen=True, kw_only=True, tag="end"):
    """On which day does it end?"""

    of: str
    day: str


class DueAsked(Situation, frozen=True, kw_only=True, tag="due"):
    """When is a duty due, given when its anchor was?"""

    of: str
    anchor: str | None = None
    """When that was from which it runs, where the text does not say it."""
    before_extension: bool = False
    day: str | None = None
    instant: str | None = None


class NoticeAsked(Situation, frozen=True, kw_only=True, tag="notice"):
    """By when must notice be given?"""

    of: str
    day: str


class RenewalAsked(Situation, frozen=True, kw_only=True, tag="renewal"):
    """Does it go on, given when notice was received?"""

    of: str
    notice: str | None = None
    renewed: Literal["sure", "possible", "no"]
    then_until: str | None = None


class ReleaseAsked(Situation, frozen=True, kw_only=True, tag="release"):
    """What is on record when a side holds itself free?"""

    by: str
    claimed_by: str
    status: str
    others_still_bound: tuple[str, ...]


class JudgeAsked(Situation, frozen=True, kw_only=True, tag="judge"):
    """Who judges?"""

    of: str
    judge: str


class DeadlockAsked(Situation, frozen=True, kw_only=True, tag="deadlock"):
    """Which duties wait for each other?"""

    under: str
    duties: tuple[str, ...]


class DutiesAsked(Situation, frozen=True, kw_only=True, tag="duties"):
    """Which duties to do this are there, under each reading?"""

    what: str
    under: dict[str, tuple[str, ...]]


class WrittenAsked(Situation, frozen=True, kw_only=True, tag="written"):
    """Is there a text?"""

    is_: bool = msgspec.field(name="is")


class SilenceAsked(Situation, frozen=True, kw_only=True, tag="silence"):
    """Who watches, and what follows a breach?"""

    monitor: str
    consequence: str


class RoleAsked(Situation, frozen=True, kw_only=True, tag="role"):
    """Which part does somebody take?"""

    of: str
    role: str


class WidthsAsked(Situation, frozen=True, kw_only=True, tag="widths"):
    """How wide is it on both sides together?"""

    total_width_m: dict[str, float]


class UnverifiedAsked(Situation, frozen=True, kw_only=True, tag="unverified"):
    """Which terms are marked as not verified?"""

    terms: tuple[str, ...]


AnySituation = (
    VerdictAsked
    | DistanceAsked
    | ExemptAsked
    | LengthAsked
    | BeginAsked
    | BeginDayAsked
    | EndAsked
    | DueAsked
    | NoticeAsked
    | RenewalAsked
    | ReleaseAsked
    | JudgeAsked
    | DeadlockAsked
    | DutiesAsked
    | WrittenAsked
    | SilenceAsked
    | RoleAsked
    | WidthsAsked
    | UnverifiedAsked
)


class Situations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: an agreement and what is asked of it."""

    agreement: str
    situations: tuple[AnySituation, ...]


def read_situations(path: Path) -> Situations:
    """Return a file's situations; every word is read as text first, so that `no` stays a word."""
    tree: Any = YAML(typ="base", pure=True).load(path.read_text("utf-8"))
    return msgspec.convert(tree, Situations, strict=False)


def all_situations() -> list[tuple[str, AnySituation]]:
    """Return every situation of this folder with the id of its agreement."""
    files = [read_situations(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return [(file.agreement, situation) for file in files for situation in file.situations]
