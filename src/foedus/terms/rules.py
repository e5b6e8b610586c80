# SPDX-License-Identifier: Apache-2.0
"""The formal rules of an agreement: what a fenced `term` block may say, one struct for each.

Sixteen rules, told apart by their key `rule`; `docs/reference/agreements.md` explains every key. A
rule says what is forbidden, due or excepted, where, and for how long; that its words name things
that exist is checked by `references`, what its times mean is read by `times`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from foedus.base.dues import Silence

Evidence = Literal["S", "P", "K", "?"]
"""S: the source named was read and says so; P: it reports what another says; ?: contested; K: not
checked."""
Metres = Annotated[float, msgspec.Meta(gt=0)]
ALL: Final = "all"
ANY: Final = "any"
DE_FACTO: Final = "de-facto"
"""The line as it runs on the day of which one asks."""
OPEN: Final = "open"
NOT_STATED: Final = "not-stated"
"""The text says nothing."""
UNKNOWN: Final = "unknown"
"""The text, or the party, says something that we do not know."""
EVENT: Final = "event"
"""A deadline's anchor that is told in words only, in its `event`."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that stands in a block: a key that it does not know is a fault."""


class Due(Entry, frozen=True, kw_only=True):
    """A deadline: `by` a moment, or `within` a duration `after` an anchor."""

    kind: Literal["latest-by", "earliest-from"] = "latest-by"
    by: str | None = None
    """A moment, as in in-force."""
    within: str | None = None
    """A duration with its unit, such as 14 days; not-stated; or words that no clock can count."""
    after: str | None = None
    """An anchor such as signing or entry-into-force, the id of a term, or event."""
    event: str = ""
    """What must happen first, where `after` is event."""
    counted: str | None = None
    """Name of the rule by which the days are counted."""
    calendar: str | None = None
    """Id of the calendar of working or sitting days."""


Time = str | Due
"""A moment in words, open, not-stated, unknown; or a deadline."""


class During(Entry, frozen=True, kw_only=True):
    """A stretch of time; open at an end that is left out."""

    from_: Time = msgspec.field(default=OPEN, name="from")
    to: Time = OPEN


class Point(Entry, frozen=True, kw_only=True):
    """A corner of a polygon, WGS 84, in degrees."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Regions(Entry, frozen=True, kw_only=True, tag_field="kind", tag="regions"):
    """First-level regions by name."""

    names: tuple[str, ...]


class Circle(Point, frozen=True, kw_only=True, tag_field="kind", tag="circle"):
    """All places within a distance of a point."""

    radius_m: Metres


class Buffer(Entry, frozen=True, kw_only=True, tag_field="kind", tag="buffer"):
    """A strip along a line: `per_side_m` on each side, or `total_width_m` across both."""

    line: str
    on: str
    """The day whose line is meant, or de-facto."""
    per_side_m: Metres | None = None
    total_width_m: Metres | None = None
    sides: tuple[str, ...] = (ALL,)
    """Parties on whose side of the line it lies; all: both sides."""


class Polygon(Entry, frozen=True, kw_only=True, tag_field="kind", tag="polygon"):
    """A polygon by its corners, in order, the first not repeated."""

    corners: tuple[Point, ...]


class Settlements(Entry, frozen=True, kw_only=True, tag_field="kind", tag="settlements"):
    """Towns and villages by name; with none named, every settlement."""

    names: tuple[str, ...] = ()
    around_m: Metres | None = None
    """How far around them it reaches; None: the text does not say."""


class Functional(Entry, frozen=True, kw_only=True, tag_field="kind", tag="functional"):
    """Wherever targets of these kinds stand: a zone by what is there, not by where it is."""

    targets: tuple[str, ...]


class Everywhere(Entry, frozen=True, kw_only=True, tag_field="kind", tag="everywhere"):
    """No limit of place."""


class Described(Entry, frozen=True, kw_only=True, tag_field="kind", tag="described"):
    """A place that the text only describes, such as the current positions: no map goes with it."""

    text: str


Area = Regions | Circle | Buffer | Polygon | Settlements | Functional | Everywhere | Described


class Baseline(Entry, frozen=True, kw_only=True):
    """From which line a party's distance is measured."""

    line: str
    on: str
    """The day whose line is meant, or de-facto."""


class Predicate(Entry, frozen=True, kw_only=True):
    """One condition of an exception, by name and in a plain sentence."""

    id: str
    text: str


class Rule(Entry, frozen=True, kw_only=True, tag_field="rule"):
    """What every rule says of itself."""

    id: str
    readings: tuple[str, ...] = ()
    """Readings under which alone it holds; none: under all."""
    text: str
    """The rule in one plain sentence."""
    source: str
    """Key of a source of the agreement."""
    evidence: Evidence | None = None
    """How well the source bears it out; that of the source where it is left out."""
    value_source: str | None = None
    """Key of the source of its numbers and dates, where it is another one."""
    note: str = ""


class InForceRule(Rule, frozen=True, kw_only=True, tag="in-force"):
    """When the agreement, or the terms named in `of`, bind."""

    from_: Time = msgspec.field(name="from")
    to: Time
    of: tuple[str, ...] = ()
    """Ids of the terms that it dates; none: all of the agreement."""
    released_by: str | None = None
    """Id of the release by which a party may end it for itself."""


class ZoneRule(Rule, frozen=True, kw_only=True, tag="zone"):
    """A place to which other terms refer by its id."""

    area: Area


class BanRule(Rule, frozen=True, kw_only=True, tag="ban"):
    """Acts that must not be done."""

    bearer: tuple[str, ...]
    """Ids of parties, or all."""
    acts: tuple[str, ...]
    """Kinds of happening, or acts and groups of acts of the taxonomy."""
    targets: tuple[str, ...] = (ANY,)
    """Kinds of target: a closed list; any: whatever is hit."""
    zone: str | None = None


class PresenceRule(Rule, frozen=True, kw_only=True, tag="presence"):
    """Weapons that must not be in a zone, or nearer than a distance to each party's line."""

    bearer: tuple[str, ...]
    weapons: tuple[str, ...]
    zone: str | None = None
    distance_m: Metres | None = None
    total_width_m: Metres | None = None
    """What the text says of both sides together; twice the distance."""
    baseline: dict[str, Baseline] = {}
    """Party, or all -> the line from which its distance is measured."""
    basis: Literal["minimum", "max-range"] = "minimum"
    """Whether the distance is a number of the text, or the range of the weapon."""
    after: str | None = None
    """Id of the duty to withdraw whose deadline must have passed."""


class DutyRule(Rule, frozen=True, kw_only=True, tag="duty"):
    """Something that must be done."""

    bearer: tuple[str, ...]
    what: str
    """A deed of the taxonomy, such as withdraw or open-access."""
    deadline: Due | None = None
    weapons: tuple[str, ...] = ()
    zone: str | None = None
    after: tuple[str, ...] = ()
    """Ids of duties that must be done first."""
    condition: str = ""
    """What else must hold before it is due, in words."""


class ExceptionRule(Rule, frozen=True, kw_only=True, tag="exception"):
    """A general rule does not hold where all of these predicates do."""

    to: tuple[str, ...]
    """Ids of bans, presences, duties, or of exceptions which it takes back."""
    all: tuple[Predicate, ...]
    bearer: tuple[str, ...] = (ALL,)
    """Who may rely on it."""
    burden: Literal["who-invokes", "finder", "not-stated"] = "not-stated"
    """Who must show that the predicates hold."""
    order: int | None = None
    """Which of several exceptions to one term is asked first, from 1."""


class ExemptionRule(Rule, frozen=True, kw_only=True, tag="exemption"):
    """A place or time, or both, in which terms do not hold."""

    to: tuple[str, ...]
    zone: str | None = None
    during: During | None = None
    bearer: tuple[str, ...] = (ALL,)
    acts: tuple[str, ...] = (ANY,)


class ReleaseRule(Rule, frozen=True, kw_only=True, tag="release"):
    """A party may hold itself free of terms."""

    to: tuple[str, ...] = ()
    """Ids of the terms; none: all of the agreement."""
    bearer: tuple[str, ...] = (ALL,)
    trigger: str
    """What must have happened, in words."""
    effect: Literal["released-by-party"] = "released-by-party"
    judged_by: Literal["self", "decider", "not-stated"]
    """Who judges that it has."""


class ExtensionRule(Rule, frozen=True, kw_only=True, tag="extension"):
    """A term lasts longer than it said at first: that it did, or that it may."""

    of: str
    """Id of the in-force, duty or extension whose end it moves."""
    made: bool
    """True: it was extended; false: the text only allows it."""
    to: Time = NOT_STATED
    by: tuple[str, ...] = ()
    """Who extends; none: the text does not say."""


class SunsetRule(Rule, frozen=True, kw_only=True, tag="sunset"):
    """Terms end at a time, whatever happens."""

    of: tuple[str, ...] = ()
    """Ids of the terms; none: all of the agreement."""
    at: Time


class RenewalRule(Rule, frozen=True, kw_only=True, tag="renewal"):
    """A term goes on by itself unless notice is given in time."""

    of: str
    """Id of the in-force that is renewed."""
    lasts: str
    """How long it goes on, a duration with its unit."""
    notice: str
    """How long before the end notice must be given, a duration with its unit."""
    bearer: tuple[str, ...] = (ALL,)
    """Who may give notice."""


class RungRule(Rule, frozen=True, kw_only=True, tag="rung"):
    """One step of a ladder of responses: which event makes whom owe what, by when."""

    ladder: str
    """Name that the rungs of one ladder share."""
    step: Annotated[int, msgspec.Meta(ge=1)]
    event: Literal[
        "breach",
        "persistence",
        "extended-attack",
        "armed-attack",
        "non-performance",
        "activation",
    ]
    """What a body must have determined before the rung can be reached; activation: nothing but what
    it needs."""
    of: tuple[str, ...] = ()
    """Ids of bans, presences and duties whose breach counts; none: any of the agreement."""
    by: tuple[str, ...] = (ALL,)
    """Parties whose breach counts."""
    not_before: Due | None = None
    """From when on the event counts for this rung, such as what persists after a day."""
    after_rung: str | None = None
    """Id of the rung that must have been reached first."""
    finder: str = NOT_STATED
    """Who finds the fact: an id of a party, words for a body, or not-stated."""
    attributes: str = NOT_STATED
    """Who says who answers for it."""
    decider: str = NOT_STATED
    """Who decides on the response."""
    standard: str = NOT_STATED
    """Standard of proof."""
    deadline: Due | None = None
    """When the response is due, or from when it may be given."""
    counted_from: str | None = None
    """Id of the rung from whose event the anchor is taken; none: from its own."""
    silence: Silence | Literal["not-stated"] = NOT_STATED
    """What the text says if nobody decides in time."""
    bearer: tuple[str, ...]
    """Who owes or may give the response."""
    minimum: str = NOT_STATED
    """The least that must be done."""
    menu: tuple[str, ...] = ()
    """Components from which the response is taken."""
    needs: tuple[Predicate, ...] = ()
    """What else must hold, each by somebody's act; what nobody has said is unknown."""
    unless: tuple[str, ...] = ()
    """Ids of the forfeitures that stand against it."""


class ForfeitureRule(Rule, frozen=True, kw_only=True, tag="forfeiture"):
    """Conduct by which a party loses a guarantee."""

    by: tuple[str, ...]
    """Parties whose conduct forfeits it."""
    event: str
    """What they must have done, in words."""
    unless: tuple[Predicate, ...] = ()
    """What saves them; while it is unknown the guarantee is contested, not void."""
    judged_by: str = NOT_STATED
    effect: Literal["void", "suspended"] = "void"


class FinderRule(Rule, frozen=True, kw_only=True, tag="finder"):
    """Who says what happened, who answers for it, or what follows."""

    body: str
    """Id of a party, or words for a body."""
    does: tuple[Literal["find-facts", "attribute", "decide"], ...]
    of: tuple[str, ...] = ()
    """Ids of bans, presences and duties of which it does; none: all of the agreement."""
    consent_of: tuple[str, ...] = ()
    """Parties without whose consent it cannot find or decide; all: each of them."""
    votes: Literal["one", "majority", "consensus", "parity", "not-stated"] = NOT_STATED
    """How it comes to a finding; parity: both sides have as many votes."""
    tie_break: str = NOT_STATED
    """What ends a tie."""
    deadline: Due | None = None
    """By when it must have found."""


class TriggerRule(Rule, frozen=True, kw_only=True, tag="trigger"):
    """So many breaches in so long a time open what follows: numbers that can be swept and compared.

    Its meaning is the condition that `breach_counts.condition_of` writes.
    """

    of: tuple[str, ...] = ()
    """Ids of bans, presences and duties whose breaches count; none: any of the agreement."""
    by: tuple[str, ...] = (ALL,)
    """Parties whose breaches count, each for itself."""
    zone: str | None = None
    """Zone in which alone they count."""
    count: Annotated[int, msgspec.Meta(ge=1)]
    within: str = OPEN
    """A duration of hours, days or weeks; open: however long it takes."""
    opens: str
    """Id of a rung or other term, or words for what it opens."""


class ConditionRule(Rule, frozen=True, kw_only=True, tag="condition"):
    """What must have happened, and when, for something to follow: all that is no bare count.

    What a trigger can say is no condition: `check` tells the trigger to write instead.
    """

    when: str
    """A condition in the language of docs/reference/conditions.md."""
    sets_off: tuple[str, ...] = ()
    """Ids of the duties, releases, sunsets or others that follow; none: the text tells in words."""


AnyRule = (
    InForceRule
    | ZoneRule
    | BanRule
    | PresenceRule
    | DutyRule
    | ExceptionRule
    | ExemptionRule
    | ReleaseRule
    | ExtensionRule
    | SunsetRule
    | RenewalRule
    | RungRule
    | ForfeitureRule
    | FinderRule
    | TriggerRule
    | ConditionRule
)
