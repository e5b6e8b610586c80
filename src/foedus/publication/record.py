# SPDX-License-Identifier: Apache-2.0
"""What publication adds to the records before it: the rows of its own tables.

`SourceRow`, `MonthRow` and `QuarantineRow` are tables that exist only when published; incidents,
members and findings are published in their own records' columns. Every column has its description
here or there, and nowhere else: the reference of tables is made from them.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from foedus.findings.record import Count, Finding, Parting
from foedus.incidents.record import DEATHS, Incident, Member, MemberState


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One source of the mission, and what became of the rows that it delivered."""

    source_id: Annotated[str, Meta(description="the source, as its profile names it")]
    title: Annotated[str, Meta(description="its title")]
    side: Annotated[str | None, Meta(description="side on which it stands; none = on no side")]
    grade: Annotated[str | None, Meta(description="reliability A-F; none = not graded")]
    already_merged: Annotated[
        bool, Meta(description="true if it has merged articles already: it never fuses in itself")
    ]
    selection: Annotated[str, Meta(description="how its items were chosen")]
    citation: Annotated[str, Meta(description="how to cite it")]
    licence: Annotated[str, Meta(description="licence of its data")]
    url: Annotated[str, Meta(description="where it is found")]
    read: Annotated[
        int | None, Meta(description="rows read; always accepted + quarantined; none if delayed")
    ]
    accepted: Annotated[int | None, Meta(description="rows that became reports; none if delayed")]
    quarantined: Annotated[int, Meta(description="rows that could not be read")]
    reports: Annotated[int, Meta(description="reports that this edition uses")]
    articles: Annotated[int, Meta(description="articles beneath these reports")]


class MonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """One month of the mission's calendar; an incident counts in the month in which it begins."""

    month: Annotated[str, Meta(description="year and month in the mission's zone, as 2014-08")]
    incidents: Annotated[int, Meta(description="incidents that begin in it")]
    incidents_whole: Annotated[int, Meta(description="of these, those that surely end in it too")]
    deaths_low: Annotated[int | None, Meta(description="sum of lowest estimates", extra=DEATHS)]
    deaths_best: Annotated[int | None, Meta(description="sum of best estimates", extra=DEATHS)]
    deaths_high: Annotated[int | None, Meta(description="sum of highest estimates", extra=DEATHS)]
    deaths_best_whole: Annotated[
        int | None,
        Meta(description="part of deaths_best in incidents that surely end in it", extra=DEATHS),
    ]
    incidents_untold: Annotated[
        int, Meta(description="incidents without a best estimate: not in deaths_best")
    ]
    incidents_untold_low: Annotated[
        int, Meta(description="incidents without a lowest estimate: not in deaths_low")
    ]
    incidents_untold_high: Annotated[
        int, Meta(description="incidents without a highest estimate: not in deaths_high")
    ]


class QuarantineRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often one fault stopped rows of one source; a row may have several faults."""

    source_id: Annotated[str, Meta(description="the source that delivered the rows")]
    reason: Annotated[str, Meta(description="code of the fault")]
    column: Annotated[str | None, Meta(description="the faulty column, if one is at fault")]
    rows: Annotated[int, Meta(description="rows with this fault")]
    faults: Annotated[int, Meta(description="faults of this kind")]


TABLES: Final[dict[str, tuple[type[msgspec.Struct], str]]] = {
    "incidents": (Incident, "what the reports together say happened, one row each"),
    "members": (Member, "which report stands in which incident"),
    "findings": (Finding, "what each incident indicates under each term by each reading"),
    "counts": (Count, "how often each verdict was given, by term and reading"),
    "partings": (Parting, "incidents on which the readings of a term part"),
    "incident_states": (
        Incident,
        "every state of incidents that have stood otherwise, from when until when",
    ),
    "member_states": (MemberState, "which report stood in which incident in each of these states"),
    "finding_states": (Finding, "what these states, and deadlines as time went on, indicated"),
    "sources": (SourceRow, "the sources, and what became of their rows"),
    "months": (MonthRow, "incidents and deaths by month"),
    "quarantine": (QuarantineRow, "rows that could not be read, by source and reason"),
}
"""Published table -> its record and its title."""
