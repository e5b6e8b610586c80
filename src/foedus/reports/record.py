# SPDX-License-Identifier: Apache-2.0
"""What the stage of reports holds: one source's account, its articles, and what was refused.

A `Report` is one account by one source. `Article` is the evidence beneath it: a data set that has
already merged articles is one source, and its articles are not accounts. `Refusal` is one fault of
one row that could not be read; the row goes to quarantine with every fault that it has.
Times are UTC microseconds since 1970; intervals are half open, from <= t < to. Places are WGS 84 in
1e-7 degrees with an error radius in metres. None is unknown, never zero and never false.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

US: Final = {"unit": "us"}
E7: Final = {"unit": "1e-7 degree"}
METRE: Final = {"unit": "m"}
DEATHS: Final = {"unit": "deaths"}
EVENTS: Final = {"unit": "events"}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One source's account of one happening."""

    report_id: Annotated[str, Meta(description="source_id:item_id")]
    source_id: Annotated[str, Meta(description="the source, as its profile names it")]
    item_id: Annotated[str, Meta(description="the item's id at the source")]
    batch_id: Annotated[
        str, Meta(description="the delivery it came in: source_id/path below the mission")
    ]
    digest: Annotated[str, Meta(description="SHA-256 of what the source said (STATED columns)")]
    content_key: Annotated[
        str | None, Meta(description="equal for syndicated copies of one text; none if no text")
    ]
    occurred_from_us: Annotated[int, Meta(description="earliest start that is stated", extra=US)]
    occurred_to_us: Annotated[int, Meta(description="latest end that is stated", extra=US)]
    occurred_precision: Annotated[
        str, Meta(description="instant, minute, hour, day, span, week, month or year")
    ]
    occurred_written: Annotated[str, Meta(description="the time as the source wrote it")]
    occurred_zone: Annotated[str, Meta(description="the zone in which it was written or declared")]
    published_us: Annotated[int | None, Meta(description="publication, if told", extra=US)]
    known_from_us: Annotated[int, Meta(description="since when the record knew it", extra=US)]
    known_to_us: Annotated[int | None, Meta(description="until when it stood so", extra=US)]
    known_basis: Annotated[
        str, Meta(description="published, received, or stand-in (a date that only stands in)")
    ]
    latitude_e7: Annotated[int | None, Meta(description="latitude, WGS 84", extra=E7)]
    longitude_e7: Annotated[int | None, Meta(description="longitude, WGS 84", extra=E7)]
    radius_m: Annotated[int | None, Meta(description="error radius of the place", extra=METRE)]
    place_precision: Annotated[str | None, Meta(description="the source's own precision code")]
    place_name: Annotated[str | None, Meta(description="place as the source names it")]
    region: Annotated[str | None, Meta(description="first-level region as the source names it")]
    country: Annotated[str | None, Meta(description="country as the source names it")]
    kind: Annotated[str, Meta(description="kind in the shared taxonomy, or unknown")]
    kind_label: Annotated[str | None, Meta(description="the source's own label of the kind")]
    target: Annotated[str, Meta(description="target in the shared taxonomy, or unknown")]
    target_label: Annotated[str | None, Meta(description="the source's own label of the target")]
    weapon: Annotated[str, Meta(description="class of weapon in the shared taxonomy, or unknown")]
    weapon_label: Annotated[str | None, Meta(description="the source's own label of the weapon")]
    actor: Annotated[str | None, Meta(description="party claimed to have acted, if claimed")]
    actor_label: Annotated[str | None, Meta(description="the source's own label of the actor")]
    parties: Annotated[
        list[str], Meta(description="parties named as involved, in the source's order")
    ]
    party_deaths: Annotated[
        list[int], Meta(description="best estimate by party, beside `parties`; or empty")
    ]
    civilian_deaths: Annotated[int | None, Meta(description="best estimate", extra=DEATHS)]
    unattributed_deaths: Annotated[
        int | None, Meta(description="best estimate, of unknown allegiance", extra=DEATHS)
    ]
    deaths_low: Annotated[int | None, Meta(description="lowest estimate", extra=DEATHS)]
    deaths_best: Annotated[int | None, Meta(description="best estimate", extra=DEATHS)]
    deaths_high: Annotated[int | None, Meta(description="highest estimate", extra=DEATHS)]
    events_low: Annotated[
        int | None, Meta(description="at least so many in it, such as explosions", extra=EVENTS)
    ]
    events_high: Annotated[
        int | None, Meta(description="at most so many; none if only a floor is told", extra=EVENTS)
    ]
    exercise: Annotated[
        str | None, Meta(description="assessed as an exercise: yes or no; none if not assessed")
    ]
    text: Annotated[str | None, Meta(description="at most 200 characters of the text")]
    url: Annotated[str | None, Meta(description="address of the item")]
    article_count: Annotated[int, Meta(description="articles that stand beneath it")]
    source_grade: Annotated[str | None, Meta(description="grade of the source, A-F")]
    item_grade: Annotated[int | None, Meta(description="grade of the item, 1-6")]
    set_apart: Annotated[
        str | None, Meta(description="name of a group that the mission shows apart, if in one")
    ]
    warnings: Annotated[list[str], Meta(description="codes of what is odd but accepted")]


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article beneath a report: evidence, not an account of its own."""

    report_id: Annotated[str, Meta(description="the report that rests on it")]
    position: Annotated[int, Meta(description="its place in the source's list, from 1")]
    outlet: Annotated[str | None, Meta(description="who published it")]
    published_us: Annotated[int | None, Meta(description="start of its day", extra=US)]
    headline: Annotated[str | None, Meta(description="at most 200 characters of its headline")]
    url: Annotated[str | None, Meta(description="its address, if told")]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of one row in quarantine; a row with three faults has three of them."""

    source_id: Annotated[str, Meta(description="the source that delivered the row")]
    batch_id: Annotated[str, Meta(description="the delivery: source_id/path below the mission")]
    row: Annotated[int, Meta(description="number of the row in the file, the header being 1")]
    column: Annotated[str | None, Meta(description="the faulty column, if one is at fault")]
    reason: Annotated[str, Meta(description="code of the fault, such as latitude-range")]
    expected: Annotated[str, Meta(description="what was expected")]
    got: Annotated[str, Meta(description="what came, at most 200 characters")]


PRECISIONS: Final = ("instant", "minute", "hour", "day", "span", "week", "month", "year")

STATED: Final = (
    "source_id", "item_id", "occurred_from_us", "occurred_to_us", "occurred_precision",
    "occurred_written", "occurred_zone", "published_us", "latitude_e7", "longitude_e7", "radius_m",
    "place_precision", "place_name", "region", "country", "kind", "kind_label", "target",
    "target_label", "weapon", "weapon_label", "actor", "actor_label", "parties", "party_deaths",
    "civilian_deaths", "unattributed_deaths", "deaths_low", "deaths_best", "deaths_high",
    "events_low", "events_high", "exercise", "text", "url",
)  # fmt: skip
"""The columns that a report's digest covers: what was said, not when or how it was received."""
