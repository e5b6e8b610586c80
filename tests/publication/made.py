# SPDX-License-Identifier: Apache-2.0
"""Incidents, reports and missions made for the tests of publication."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from foedus.base.encoding import digest, schema
from foedus.base.parties import Parties, Party
from foedus.incidents.record import Incident, Member
from foedus.mission import Box, Mark, Mission, Policy, Town
from foedus.publication.calendars import start_us
from foedus.publication.material import Material
from foedus.reports.profile import Columns, Identity, Profile, Time
from foedus.reports.record import Article, Refusal, Report

ZONE = "Europe/Kyiv"
DAY_US = 86_400_000_000
NOW_US = 1_767_225_600_000_000
"""The present in the tests: the start of 2026, UTC."""
NOTHING_HELD = Policy(place_cell_m=0, delay_h=0, reason="made for a test")

SHARED: dict[str, Any] = {
    "occurred_precision": "day",
    "latitude_e7": 480_000_000,
    "longitude_e7": 378_000_000,
    "radius_m": 3_000,
    "place_name": "Place",
    "region": "Region",
    "country": "Ukraine",
    "kind": "fatal-event-means-not-stated",
    "target": "unknown",
    "weapon": "unknown",
    "actor": None,
    "parties": ["one", "two"],
    "party_deaths": [1, 0],
    "civilian_deaths": None,
    "unattributed_deaths": None,
    "deaths_low": 1,
    "deaths_best": 1,
    "deaths_high": 2,
    "article_count": 1,
    "set_apart": None,
    "warnings": [],
    "known_to_us": None,
}


class Input(NamedTuple):
    """A file that was read."""

    source_id: str
    file: str
    sha256: str
    read: int
    accepted: int
    quarantined: int


def day_us(day: Any) -> int:
    """Return the start of a local day."""
    return start_us(day, ZONE)


def incident(number: int, start: int, end: int, **changes: Any) -> dict[str, Any]:
    """Return one incident as a row."""
    name = digest({"number": number})
    own = {
        "incident_id": name,
        "lineage_id": name[:16],
        "occurred_from_us": start,
        "occurred_to_us": end,
        "known_from_us": end,
        "report_count": 1,
        "source_count": 1,
        "independent_count": 1,
        "sides": [],
        "disagreements": [],
    }
    return SHARED | own | changes


def report_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the report that an incident rests on."""
    names = {field.name for field in schema(Report)}
    own = {
        "report_id": f"made:{row['lineage_id']}",
        "source_id": "made",
        "item_id": row["lineage_id"],
        "batch_id": "made/file.csv",
        "digest": row["incident_id"],
        "occurred_written": "a day",
        "occurred_zone": ZONE,
        "known_basis": "stand-in",
        "text": "SECRET TEXT",
        "url": "https://example.org/secret",
    }
    return dict.fromkeys(names) | {k: v for k, v in row.items() if k in names} | own


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as a table of incidents."""
    return pa.Table.from_pylist(rows, schema=schema(Incident))


def material(
    rows: list[dict[str, Any]],
    policy: Policy = NOTHING_HELD,
    known_us: int | None = None,
    refusals: list[dict[str, Any]] | None = None,
    now_us: int = NOW_US,
) -> Material:
    """Return what publication is given of a run over one report for each incident."""
    reports = [report_of(row) for row in rows]
    members = [
        {
            "incident_id": row["incident_id"],
            "lineage_id": row["lineage_id"],
            "report_id": report["report_id"],
            "probability_ppm": 1_000_000,
            "score_micronat": 0,
        }
        for row, report in zip(rows, reports, strict=True)
    ]
    articles = [
        {"report_id": report["report_id"], "position": 1, "outlet": "Outlet & Sons"}
        for report in reports
    ]
    bad = refusals or []
    return Material(
        mission=mission(policy),
        profiles={"made": PROFILE},
        tables={
            "incidents": table(rows),
            "reports": pa.Table.from_pylist(reports, schema=schema(Report)),
            "members": pa.Table.from_pylist(members, schema=schema(Member)),
            "articles": pa.Table.from_pylist(articles, schema=schema(Article)),
            "refusals": pa.Table.from_pylist(bad, schema=schema(Refusal)),
        },
        inputs=(Input("made", "file.csv", "0" * 64, len(rows) + len(bad), len(rows), len(bad)),),
        parameters_digest="1" * 64,
        known_us=known_us,
        now_us=now_us,
    )


PROFILE = Profile(
    source=Identity(
        id="made", title="A made source", citation="Made (2020).", licence="CC0-1.0", grade="C"
    ),
    columns=Columns(item_id="id"),
    time=Time(start="day"),
)


def mission(policy: Policy = NOTHING_HELD) -> Mission:
    """Return a mission over 2015 with one mark and two parties."""
    mark = Mark(
        on="2015-06-01",
        on_us=1_433_106_000_000_000,
        title="A truce",
        short="Truce",
        source_url="https://example.org/truce",
        evidence="S",
        compare=True,
    )
    parties = Parties(
        (
            Party(id="one", names={"en": "One <b>"}, side="first"),
            Party(id="two", names={"en": "Two"}, side="second"),
        )
    )
    return Mission(
        id="made",
        title="A made mission",
        zone=ZONE,
        summary="Made.",
        period_from="2015-01-01",
        period_to="2015-12-31",
        period_from_us=1_420_063_200_000_000,
        period_to_us=1_451_599_200_000_000,
        folder=Path(),
        sources=(),
        parties=parties,
        marks=(mark,),
        towns=(Town(name="Donetsk", latitude=48.0, longitude=37.8),),
        box=Box(west=36.4, south=46.8, east=40.3, north=50.1),
        policy=policy,
        parameters=None,
    )
