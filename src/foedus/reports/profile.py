# SPDX-License-Identifier: Apache-2.0
"""What is declared of a source, as one TOML file: how to read it, and how far it can be off.

`Profile` is the whole file. `format`, `columns`, `time`, `place` say how a row is read; `labels`
maps the source's own words to the shared taxonomy and the mission's parties; `noise` states what
fusion may believe of it (usual lateness, confusions, share of happenings that it reports).
Unknown keys are faults. How rows are cut is left to `tabular`, how they are read to `accounts`; the
noise is used by `incidents`. Zones are those of the IANA time zone database, formats those of POSIX
strptime, the grades those of STANAG 2511.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import msgspec

from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.reports.clocks import known_zone
from foedus.reports.dates import FORMAT_HELP, format_fault
from foedus.reports.document import Document, read_document
from foedus.reports.record import PRECISIONS
from foedus.reports.taxonomy import Taxonomy, load_kinds, load_targets, load_weapons
from foedus.reports.times import clock_us


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who the source is, under which licence it may be shown, and what to know of it."""

    id: str
    title: str
    citation: str
    licence: str
    url: str = ""
    side: str | None = None
    """Party id on whose side the source stands; None where it stands on no party's side."""
    grade: Literal["A", "B", "C", "D", "E", "F"] | None = None
    already_merged: bool = False
    """True if the source has merged articles already: it then never fuses within itself."""
    selection: str = ""
    """How its items were chosen; printed in the bulletin, since it biases every count."""
    copies: tuple[str, ...] = ()
    """Ids of sources that it quotes; an account it shares with one of them is not independent."""


class Format(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file is written."""

    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    null: tuple[str, ...] = ("",)


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column holds what; names are those in the file's header. None: the file has none."""

    item_id: str
    item_id_with: tuple[str, ...] = ()
    """Further columns that make the id unique, where the source numbers its items anew."""
    text: str | None = None
    url: str | None = None
    place_name: str | None = None
    region: str | None = None
    country: str | None = None
    item_grade: str | None = None
    deaths_low: str | None = None
    deaths_best: str | None = None
    deaths_high: str | None = None
    civilian_deaths: str | None = None
    unattributed_deaths: str | None = None
    parties: tuple[str, ...] = ()
    party_deaths: tuple[str, ...] = ()


class Time(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it happened, when it was published, and where a day begins."""

    start: str
    """Column with the start, or with the day if `clock` is given."""
    clock: str | None = None
    """Column with the time of day, where day and time stand apart."""
    end: str | None = None
    format: tuple[str, ...] = ("%Y-%m-%d",)
    """strptime formats, tried in order; a trailing %z or Z gives the zone of the row."""
    zone: str = "UTC"
    """IANA name, or column:NAME for a column that holds EET, EEST, MSK, UTC or an IANA name."""
    precision: str = "day"
    """One precision for all, or column:NAME."""
    precision_codes: dict[str, str] = {}
    """The source's precision codes -> a precision; a code that is not listed is a fault."""
    day_begins: str = "00:00"
    """Local time at which the source's reporting day begins."""
    day_named_by: Literal["start", "end"] = "start"
    """Whether a reporting day bears the date on which it starts, or on which it ends."""
    published: str | None = None
    published_format: tuple[str, ...] = ("%Y-%m-%d",)
    known: Literal["published", "earliest-article", "end"] = "end"
    """What stands for the moment of knowing, where nothing was published: flagged stand-in."""


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it happened, and how far the point may be off."""

    latitude: str | None = None
    longitude: str | None = None
    wkt: str | None = None
    notation: Literal["decimal", "dms"] = "decimal"
    precision: str | None = None
    """Column with the source's precision code."""
    radius_m: dict[str, int] = {}
    """Precision code -> error radius in metres; the key "" serves rows without a code."""
    default_radius_m: int | None = None
    may_be_missing: bool = False


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of labels and what each label means; several meanings leave it open."""

    column: str | None = None
    constant: str | None = None
    separator: str | None = None
    """What stands between several labels in one cell; what they mean together is what counts."""
    map: dict[str, tuple[str, ...]] = {}
    """Label -> its meanings: one settles it, several leave it open, none at all names nothing."""
    unlisted: Literal["fault", "unknown"] = "fault"
    flags: dict[str, str] = {}
    """Column whose value is 1 or true -> its meaning, where a source marks actors by flags."""


class Articles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The articles beneath a row: one cell holds them all."""

    style: Literal["ucdp", "split"]
    """ucdp: quoted triples of outlet, date, headline; split: lists in columns beside each other."""
    column: str | None = None
    """Column with the triples; where it cannot be read, the columns below serve, with a warning."""
    outlets: str | None = None
    dates: str | None = None
    headlines: str | None = None
    urls: str | None = None
    format: tuple[str, ...] = ("%Y-%m-%d",)
    """strptime formats of the articles' dates, tried in order."""
    separator: str = ";"


class Lateness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share of items states a time that is up to `upto_h` hours after the happening."""

    upto_h: float
    share: float


class Confusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often the stated kind or actor is not the true one."""

    same_class: float = 0.10
    """Share that states another kind of the same class (or another party of the same side)."""
    any: float = 0.05
    """Share that states a kind or party drawn from all."""


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What fusion may believe of the source, until learning or a person says better."""

    lateness: tuple[Lateness, ...] = ()
    kind: Confusion | None = None
    """None: not declared; what was learned serves, or else what `Confusion` gives."""
    actor: Confusion | None = None
    coverage: float = 0.5
    """Share of happenings in its field that it reports."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows a group is made of: those whose column equals a value."""

    column: str
    equals: str


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is declared of one source."""

    source: Identity
    format: Format = Format()
    columns: Columns
    time: Time
    place: Place = Place()
    kind: Labels = Labels(unlisted="unknown")
    target: Labels = Labels(unlisted="unknown")
    weapon: Labels = Labels(unlisted="unknown")
    actor: Labels = Labels(unlisted="unknown")
    party: Labels = Labels()
    """Labels in the columns `columns.parties` -> party ids."""
    articles: Articles | None = None
    noise: Noise = Noise()
    set_apart: dict[str, Rule] = {}
    """Name of a group that is shown apart -> the rule that finds its rows."""


def declared_columns(profile: Profile) -> dict[str, str]:
    """Return each column of the file that the profile names -> the key that names it first."""
    named: dict[str, str] = {}
    for part in _PARTS:
        for key, name in _named(getattr(profile, part)):
            named.setdefault(name, f"{part}.{key}")
    for group, rule in profile.set_apart.items():
        named.setdefault(rule.column, f"set_apart.{group}.column")
    return named


_PARTS: Final = (
    "columns", "time", "place", "kind", "target", "weapon", "actor", "party", "articles",
)  # fmt: skip
_PLAIN: Final = {
    Time: ("start", "clock", "end", "published"),
    Place: ("latitude", "longitude", "wkt", "precision"),
    Labels: ("column",),
    Articles: ("column", "outlets", "dates", "headlines", "urls"),
    Columns: Columns.__struct_fields__,
}


def _named(part: msgspec.Struct | None) -> Iterator[tuple[str, str]]:
    for key in _PLAIN.get(type(part), ()):  # type: ignore[arg-type]
        value = getattr(part, key)
        for name in value if isinstance(value, tuple) else (value,):
            if name is not None:
                yield key, name
    if isinstance(part, Labels):
        yield from (("flags", name) for name in part.flags)
    if isinstance(part, Time):
        for key in ("zone", "precision"):
            if (name := column_named(getattr(part, key))) is not None:
                yield key, name


def column_named(value: str) -> str | None:
    """Return NAME of a value `column:NAME`, or None where the value is meant as it stands."""
    return value.removeprefix("column:") if value.startswith("column:") else None


def read_profile(path: Path) -> Profile:
    """Read one profile; raises `DrafterError` with every fault found, each with its line."""
    document = read_document(path, Profile)
    faults = [
        Fault(
            file=document.file,
            line=document.line(*key),
            column=".".join(key),
            expected=expected,
            got=got,
            hint=hint,
        )
        for key, expected, got, hint in _faults(document)
    ]
    if faults:
        raise DrafterError(*sorted(faults, key=lambda fault: (fault.line or 0, fault.column or "")))
    return document.record


_Found = tuple[tuple[str, ...], str, str, str]


def _faults(document: Document[Profile]) -> Iterator[_Found]:
    profile = document.record
    yield from _format_faults(profile.format)
    yield from _time_faults(profile.time)
    yield from _place_faults(profile.place)
    yield from _label_faults("kind", profile.kind, load_kinds())
    yield from _label_faults("target", profile.target, load_targets())
    yield from _label_faults("weapon", profile.weapon, load_weapons())
    yield from _other_faults(profile)


def _format_faults(form: Format) -> Iterator[_Found]:
    for key in ("delimiter", "decimal"):
        if len(getattr(form, key).encode()) != 1:
            yield ("format", key), "one ASCII character", repr(getattr(form, key)), ""
    if len(form.quote.encode()) > 1:
        yield ("format", "quote"), "one ASCII character or nothing", repr(form.quote), ""
    try:
        ascii_alike = bytes(range(128)).decode(form.encoding) == bytes(range(128)).decode("ascii")
    except (LookupError, UnicodeDecodeError):
        ascii_alike = False
    if not ascii_alike:
        hint = "UTF-16 and its like must be converted to UTF-8 first"
        yield ("format", "encoding"), "an encoding that extends ASCII", repr(form.encoding), hint


def _time_faults(time: Time) -> Iterator[_Found]:
    for key in ("format", "published_format"):
        for item in getattr(time, key):
            if (got := format_fault(item)) is not None:
                yield ("time", key), FORMAT_HELP, got, ""
    if column_named(time.zone) is None and not known_zone(time.zone):
        yield (
            ("time", "zone"),
            "a zone of the IANA database, an abbreviation, or column:NAME",
            repr(time.zone),
            "",
        )
    if column_named(time.precision) is None and time.precision not in PRECISIONS:
        hint = did_you_mean(time.precision, PRECISIONS)
        yield ("time", "precision"), "a precision, or column:NAME", repr(time.precision), hint
    for code, precision in time.precision_codes.items():
        if precision not in PRECISIONS:
            hint = did_you_mean(precision, PRECISIONS)
            yield ("time", "precision_codes", code), "a precision", repr(precision), hint
    if clock_us(time.day_begins) is None:
        yield ("time", "day_begins"), "a time of day as HH:MM", repr(time.day_begins), ""
    if time.known == "published" and time.published is None:
        yield ("time", "known"), "a column in time.published", "none", ""


def _place_faults(place: Place) -> Iterator[_Found]:
    if (place.latitude is None) != (place.longitude is None):
        yield ("place",), "latitude and longitude", "one of them", ""
    if place.wkt is not None and place.latitude is not None:
        yield ("place", "wkt"), "either wkt or latitude and longitude", "both", ""
    for code, radius_m in place.radius_m.items():
        if radius_m < 0:
            yield ("place", "radius_m", code), "metres, not negative", str(radius_m), ""
    if (place.default_radius_m or 0) < 0:
        yield ("place", "default_radius_m"), "metres, not negative", str(place.default_radius_m), ""


def _label_faults(part: str, labels: Labels, taxonomy: Taxonomy) -> Iterator[_Found]:
    named: list[tuple[tuple[str, ...], str]]
    named = [(("map", label), node) for label, nodes in labels.map.items() for node in nodes]
    named += [(("flags", column), node) for column, node in labels.flags.items()]
    if labels.constant is not None:
        named.append((("constant",), labels.constant))
    for key, node in named:
        if node not in taxonomy:
            hint = did_you_mean(node, taxonomy.nodes)
            yield (part, *key), f"a node of the taxonomy of {part}s", repr(node), hint


def _other_faults(profile: Profile) -> Iterator[_Found]:
    columns = profile.columns
    if columns.party_deaths and len(columns.party_deaths) != len(columns.parties):
        got = f"{len(columns.party_deaths)} for {len(columns.parties)} parties"
        yield ("columns", "party_deaths"), "one column for each of columns.parties", got, ""
    if columns.parties and profile.party.flags:
        yield ("party", "flags"), "either flags or columns.parties", "both", ""
    if profile.articles is not None:
        yield from _article_faults(profile.articles)
    yield from _noise_faults(profile.noise)


def _article_faults(articles: Articles) -> Iterator[_Found]:
    key = "column" if articles.style == "ucdp" else "urls"
    if getattr(articles, key) is None and articles.outlets is None:
        yield ("articles", key), f"a column for style {articles.style}", "none", ""
    for item in articles.format:
        if (got := format_fault(item)) is not None:
            yield ("articles", "format"), FORMAT_HELP, got, ""


def _noise_faults(noise: Noise) -> Iterator[_Found]:
    for where, share in _shares(noise):
        if not 0 <= share <= 1:
            yield where, "a share from 0 to 1", str(share), ""
    for name, confusion in _confusions(noise):
        if (total := confusion.same_class + confusion.any) > 1:
            yield ("noise", name), "shares that sum to at most 1", f"{total:g}", ""
    if (total := sum(late.share for late in noise.lateness)) > 1 + 1e-9:
        yield ("noise", "lateness"), "shares that sum to at most 1", f"{total:g}", ""
    hours = [0.0, *(late.upto_h for late in noise.lateness)]
    if any(later <= earlier for earlier, later in pairwise(hours)):
        got = ", ".join(f"{hour:g}" for hour in hours[1:])
        yield ("noise", "lateness"), "hours that rise from above 0", got, ""


def _confusions(noise: Noise) -> list[tuple[str, Confusion]]:
    told = (("kind", noise.kind), ("actor", noise.actor))
    return [(name, confusion) for name, confusion in told if confusion is not None]


def _shares(noise: Noise) -> Iterator[tuple[tuple[str, ...], float]]:
    yield ("noise", "coverage"), noise.coverage
    for name, confusion in _confusions(noise):
        yield ("noise", name, "same_class"), confusion.same_class
        yield ("noise", name, "any"), confusion.any
    for position, late in enumerate(noise.lateness):
        yield ("noise", "lateness", str(position), "share"), late.share
