# SPDX-License-Identifier: Apache-2.0
"""What the stage of incidents holds: what several reports together say happened, and who said it.

`Incident` is one happening as the record has it; `Member` ties a report to it with a probability;
`Disagreement` keeps the accounts that differ. The content id is the digest of the members and
changes with them; the lineage id is that of the report known first, and later reports do
not change it. Reasons stand as `Member.score_micronat`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

US: Final = {"unit": "us"}
E7: Final = {"unit": "1e-7 degree"}
METRE: Final = {"unit": "m"}
DEATHS: Final = {"unit": "deaths"}
PPM: Final = {"unit": "parts per million"}


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """What one or several reports together say happened."""

    incident_id: Annotated[str, Meta(description="content id: digest of the members' digests")]
    lineage_id: Annotated[str, Meta(description="id that later reports do not change")]
    occurred_from_us: Annotated[
        int, Meta(description="start that all share, or the first", extra=US)
    ]
    occurred_to_us: Annotated[int, Meta(description="end that all share, or the last", extra=US)]
    occurred_precision: Annotated[
        str, Meta(description="precision of a member who states just that, else span")
    ]
    latitude_e7: Annotated[int | None, Meta(description="latitude, WGS 84", extra=E7)]
    longitude_e7: Annotated[int | None, Meta(description="longitude, WGS 84", extra=E7)]
    radius_m: Annotated[int | None, Meta(description="error radius of the place", extra=METRE)]
    place_name: Annotated[str | None, Meta(description="place as the most precise member names it")]
    region: Annotated[str | None, Meta(description="region as the most precise member names it")]
    country: Annotated[str | None, Meta(description="country as that member names it")]
    kind: Annotated[str, Meta(description="kind on which the members agree best, or unknown")]
    target: Annotated[str, Meta(description="target on which they agree, or unknown")]
    weapon: Annotated[str, Meta(description="class of weapon on which they agree, or unknown")]
    actor: Annotated[str | None, Meta(description="party claimed to have acted, if undisputed")]
    parties: Annotated[list[str], Meta(description="parties named as involved, as first named")]
    party_deaths: Annotated[list[int], Meta(description="best estimate by party, or empty")]
    civilian_deaths: Annotated[int | None, Meta(description="best estimate", extra=DEATHS)]
    unattributed_deaths: Annotated[int | None, Meta(description="best estimate", extra=DEATHS)]
    deaths_low: Annotated[int | None, Meta(description="lowest estimate", extra=DEATHS)]
    deaths_best: Annotated[
        int | None, Meta(description="median of the members' best", extra=DEATHS)
    ]
    deaths_high: Annotated[int | None, Meta(description="highest estimate", extra=DEATHS)]
    report_count: Annotated[int, Meta(description="reports that tell of it")]
    source_count: Annotated[int, Meta(description="sources that tell of it")]
    independent_count: Annotated[
        int, Meta(description="sources that are independent: copies of one text count once")
    ]
    article_count: Annotated[int, Meta(description="articles beneath its reports")]
    sides: Annotated[list[str], Meta(description="sides of its sources; none = on no side")]
    disagreements: Annotated[list[str], Meta(description="fields in which the members differ")]
    set_apart: Annotated[str | None, Meta(description="group that the mission shows apart")]
    warnings: Annotated[list[str], Meta(description="codes of what is odd in its reports")]
    known_from_us: Annotated[int, Meta(description="since when the record knew it", extra=US)]
    known_to_us: Annotated[int | None, Meta(description="until when it stood so", extra=US)]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One report in one incident."""

    incident_id: Annotated[str, Meta(description="content id of the incident")]
    lineage_id: Annotated[str, Meta(description="lineage id of the incident")]
    report_id: Annotated[str, Meta(description="the report")]
    probability_ppm: Annotated[
        int,
        Meta(
            description="probability that it belongs there, not alone or elsewhere",
            extra=PPM,
        ),
    ]
    score_micronat: Annotated[
        int, Meta(description="log-likelihood ratio of belonging to standing alone, in 1e-6 nat")
    ]


class MemberState(Member, frozen=True, kw_only=True):
    """One report in one incident, as it was for a while."""

    known_from_us: Annotated[int, Meta(description="since when it stood so", extra=US)]
    known_to_us: Annotated[
        int | None, Meta(description="until when it stood so; none: it still does", extra=US)
    ]


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """One field in which the members of an incident say different things; both accounts stay."""

    incident_id: Annotated[str, Meta(description="content id of the incident")]
    lineage_id: Annotated[str, Meta(description="lineage id of the incident")]
    field: Annotated[str, Meta(description="column of the report")]
    report_id: Annotated[str, Meta(description="the report that says so")]
    says: Annotated[str, Meta(description="what it says")]
