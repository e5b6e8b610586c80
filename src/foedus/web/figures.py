# SPDX-License-Identifier: Apache-2.0
"""Times, places, shares and names of the taxonomy as pages write them, each in a page's language.

A moment stands on the mission's clock with UTC beside it; a script (`static/clock.js`) puts the
reader's clock in its place. Days stay days of the mission's zone, written as ISO 8601 has them,
which reads alike in every language. What a word is in a language is left to `words`.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from markupsafe import Markup, escape

from foedus.base.moments import Moment, shown
from foedus.base.zones import Zone, local_time
from foedus.publication.edition import Row
from foedus.reports.taxonomy import Taxonomy, load_kinds, load_targets, load_weapons
from foedus.trust.times import utc
from foedus.web.words import Words

MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
KIND_UNKNOWN: Final = "kind not known"
TARGET_UNKNOWN: Final = "not told, or of several classes"
NO_CLOSER: Final = "{target}: several, or which is not told"
NO_POINT: Final = "no point"
NOT_KNOWN: Final = "not known"
UNITS: Final = ("{n} m", "{n} km")
BOUNDS: Final = ("occurred_from_us", "occurred_to_us")
MINUTE_US: Final = 60_000_000
NBSP: Final = "\u202f"


def months(words: Words) -> list[str]:
    """Return the months, abbreviated."""
    return [words.said(month) for month in MONTHS]


def instant(at_us: int | None, zone: str, words: Words) -> Markup:
    """Return a moment on the mission's clock with UTC beside it; a script adds the reader's."""
    if at_us is None:
        return Markup("–")
    local = local_time(at_us, Zone(zone, zone))
    written = utc(at_us - at_us % MINUTE_US)[:16]
    beside = datetime.fromisoformat(written)
    there = f"{_day(local, words)} {local:%Y %H:%M}"
    return Markup(
        '<time class="at" datetime="{}Z" title="{} {}"><span class="there">{}</span>'
        ' <span class="utc">({} UTC)</span></time>'
    ).format(written, there, zone, there, f"{_day(beside, words)} {beside:%H:%M}")


def _day(at: datetime, words: Words) -> str:
    return f"{at:%d} {words.said(MONTHS[at.month - 1])}"


def when(row: Row, zone: str, words: Words) -> str:
    """Return an occurrence's interval no finer than it is known: days, or moments with UTC."""
    start, end = (local_time(row[name], Zone(zone, zone)) for name in BOUNDS)
    if start.time() == end.time() == time():
        moment = Moment(
            written="",
            zone=zone,
            from_us=row["occurred_from_us"],
            to_us=row["occurred_to_us"],
            precision=row["occurred_precision"],
        )
        return shown(moment, Zone(zone, zone))
    first = instant(row["occurred_from_us"], zone, words)
    if row["occurred_to_us"] - row["occurred_from_us"] <= MINUTE_US:
        return first
    return Markup("{} – {}").format(first, instant(row["occurred_to_us"], zone, words))


def place(row: Row, words: Words) -> Markup:
    """Return a place by the name that the record gives it, with how far it may be off."""
    name = row["place_name"] or row["region"]
    told = f'<span lang="en">{escape(name)}</span>' if name else escape(words.said(NOT_KNOWN))
    if row["radius_m"] is None or row["latitude_e7"] is None:
        found = f"{told}, {escape(words.said(NO_POINT))}"
    else:
        found = f"{told} ± {escape(distance(row['radius_m'], words))}"
    return Markup(found)  # noqa: S704 - escaped above, part by part


def distance(metres: float, words: Words) -> str:
    """Return a distance in metres, or in kilometres from 1000 m on."""
    if metres < 1000:
        return words.said(UNITS[0], n=words.decimal(metres, 0))
    return words.said(UNITS[1], n=words.decimal(metres / 1000, 3))


def percent(ppm: int, words: Words) -> str:
    """Return parts per million as per cent."""
    return f"{words.decimal(ppm / 10_000)}{NBSP}%"


def kind_title(name: str, words: Words) -> str:
    """Return a kind of happening in words."""
    kinds = load_kinds()
    return _title(kinds, name, words) if name in kinds else words.said(KIND_UNKNOWN)


def target_title(name: str, words: Words) -> str:
    """Return a target in words; of a class, that it is told no closer."""
    targets = load_targets()
    if name not in targets:
        return words.said(TARGET_UNKNOWN)
    title = _title(targets, name, words)
    is_leaf = targets.class_of(name) != name
    return title if is_leaf else words.said(NO_CLOSER, target=title)


def weapon_title(name: str, words: Words) -> str:
    """Return a class of weapons in words; `unknown` is not told."""
    weapons = load_weapons()
    return _title(weapons, name, words) if name in weapons else words.said("not told")


def _title(names: Taxonomy, name: str, words: Words) -> str:
    return names.title(name, words.language)
