# SPDX-License-Identifier: Apache-2.0
"""The published tables of one run, written as Parquet, CSV and GeoJSON with their licence inside.

`published` gives the tables as the policy lets them out, `write_tables` writes them with a
description in the form of a Frictionless Data Package (version 1) and a README. Descriptions of
columns come from the records; `tables_reference` makes the reference page from the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import Column, columns, schema, to_table
from foedus.mission import asked_moment
from foedus.publication.calendars import Bins, months
from foedus.publication.counts import binned, ints
from foedus.publication.escapes import is_address
from foedus.publication.forms import write_csv, write_geojson, write_parquet
from foedus.publication.indicated import indicated, is_whole
from foedus.publication.material import Material
from foedus.publication.past import dated, past
from foedus.publication.policy import (
    EXACT_ONLY,
    PUBLIC,
    beneath,
    cutoff_us,
    in_force,
    observed,
    public,
    public_columns,
)
from foedus.publication.record import TABLES, MonthRow, SourceRow
from foedus.reports.profile import Identity

FRICTIONLESS: Final = {
    pa.string(): "string",
    pa.int64(): "integer",
    pa.bool_(): "boolean",
}
NONE: Final = {"count_all": 0, "article_count_sum": 0}
CHANGED: Final = "Rows were fused into incidents, coarsened and held back as the policy says."


def published(material: Material) -> dict[str, pa.Table]:
    """Return every published table by name, with its `public_columns` and no others."""
    policy = in_force(material.mission.policy, material.profiles)
    material = dated(material)
    seen = observed(material.tables, material.profiles)
    incidents = public(material.tables["incidents"], policy, material.moment_us, seen)
    members = material.tables["members"]
    shown = pc.is_in(members["lineage_id"], incidents["lineage_id"])
    # The id of an observer's report says more of the observer than of what happened.
    shown = pc.and_not(shown, pc.is_in(members["incident_id"], seen))
    tables = {
        "incidents": incidents,
        "members": members.filter(shown),
        **indicated(material, incidents, policy)._asdict(),
        **past(material, policy, is_whole=is_whole(material.tables["incidents"], incidents)),
        "sources": source_rows(material, incidents),
        "months": month_rows(incidents, calendar(material, incidents)),
        "quarantine": quarantine_rows(material.tables["refusals"]),
    }
    return {
        name: table.select(public_columns(name, policy)).combine_chunks()
        for name, table in tables.items()
    }


def covered(material: Material) -> tuple[int, int]:
    """Return the time that an edition covers, in UTC microseconds: from the mission's first day
    to its last, or to what had begun, what was known or what is public, if that is earlier.
    """
    mission = material.mission
    policy = in_force(mission.policy, material.profiles)
    until = asked_moment(material.on, mission.zone, "on")
    limits = (
        mission.period_to_us,
        None if until is None else until.to_us,
        material.known_us,
        cutoff_us(policy, material.moment_us),
    )
    last = min(limit for limit in limits if limit is not None)
    return mission.period_from_us, max(last, mission.period_from_us + 1)


def calendar(material: Material, incidents: pa.Table) -> Bins:
    """Return the months that an edition covers, widened to all in which an incident begins."""
    first, last = covered(material)
    starts, _ = ints(incidents, "occurred_from_us")
    first, last = min([first, *starts.tolist()]), max([last, *(starts + 1).tolist()])
    return months(first, last, material.mission.zone)


def source_rows(material: Material, incidents: pa.Table) -> pa.Table:
    """Return one row for each source, in the mission's order.

    Reports count as far as they stand beneath the public `incidents`. Where a delay holds, how many
    rows came is not told: the number would tell of what is held back.
    """
    counted = [([], "count_all"), ("article_count", "sum")]
    used = beneath(material.tables["reports"], material.tables["members"], incidents)
    by_source = {
        row["source_id"]: row for row in used.group_by("source_id").aggregate(counted).to_pylist()
    }
    is_delayed = in_force(material.mission.policy, material.profiles).delay_h > 0
    return to_table(
        SourceRow,
        [
            SourceRow(
                source_id=source_id,
                title=profile.source.title,
                side=profile.source.side,
                grade=profile.source.grade,
                already_merged=profile.source.already_merged,
                selection=profile.source.selection,
                citation=profile.source.citation,
                licence=profile.source.licence,
                url=profile.source.url,
                read=None if is_delayed else _delivered(material, source_id, "read"),
                accepted=None if is_delayed else _delivered(material, source_id, "accepted"),
                quarantined=_delivered(material, source_id, "quarantined"),
                reports=by_source.get(source_id, NONE)["count_all"],
                articles=by_source.get(source_id, NONE)["article_count_sum"],
            )
            for source_id, profile in material.profiles.items()
        ],
    )


def _delivered(material: Material, source_id: str, name: str) -> int:
    return sum(getattr(item, name) for item in material.inputs if item.source_id == source_id)


def month_rows(incidents: pa.Table, bins: Bins) -> pa.Table:
    """Return one row for each month of `bins`; a sum is unknown where no incident tells of it."""
    found = binned(incidents, bins)
    rows = {
        "month": pa.array([day.isoformat()[:7] for day in bins.days]),
        "incidents": found.incidents,
        "incidents_whole": found.incidents_whole,
        "deaths_low": pa.array(found.low, mask=found.silent(found.untold_low)),
        "deaths_best": pa.array(found.best, mask=found.silent(found.untold)),
        "deaths_high": pa.array(found.high, mask=found.silent(found.untold_high)),
        "deaths_best_whole": pa.array(found.best_whole, mask=found.silent(found.untold)),
        "incidents_untold": found.untold,
        "incidents_untold_low": found.untold_low,
        "incidents_untold_high": found.untold_high,
    }
    return pa.table(rows, schema=schema(MonthRow))


def quarantine_rows(refusals: pa.Table) -> pa.Table:
    """Return how many rows each fault stopped, by source, reason and column."""
    keys = ["source_id", "reason", "column"]
    # A row's number is its own only within its delivery.
    row = pc.binary_join_element_wise(refusals["batch_id"], refusals["row"].cast(pa.string()), ":")
    counted = (
        refusals.select(keys)
        .append_column("at", row)
        .group_by(keys)
        .aggregate([("at", "count_distinct"), ([], "count_all")])
        .sort_by([(key, "ascending") for key in keys])
    )
    return counted.rename_columns([*keys, "rows", "faults"]).cast(schema(TABLES["quarantine"][0]))


def write_tables(material: Material, tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write the published tables into `folder` in every form, and return the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = attribution(material)
    for name, table in tables.items():
        write_parquet(table, notes | {"title": TABLES[name][1]}, folder / f"{name}.parquet")
        write_csv(table, folder / f"{name}.csv")
    write_geojson(tables["incidents"], notes, folder / "incidents.geojson")
    package = msgspec.json.format(msgspec.json.encode(data_package(material, tables)), indent=2)
    (folder / "datapackage.json").write_bytes(package + b"\n")
    (folder / "README.md").write_text(readme(material, tables), "utf-8")
    return sorted(folder.iterdir())


def attribution(material: Material) -> dict[str, str]:
    """Return what every published table says of itself: mission, sources, licence, changes."""
    sources = [profile.source for profile in material.profiles.values()]
    return {
        "mission": material.mission.title,
        "attribution": " | ".join(dict.fromkeys(source.citation for source in sources)),
        "licence": " | ".join(dict.fromkeys(source.licence for source in sources)),
        "changes": CHANGED,
        "policy": policy_in_words(material),
    }


def policy_in_words(material: Material) -> str:
    """Return how coarse and how late this edition is, and why."""
    policy = in_force(material.mission.policy, material.profiles)
    place, delay = "places as the record has them", "nothing held back"
    if policy.place_cell_m:
        place = f"places coarsened to cells of {policy.place_cell_m} m"
    if policy.delay_h:
        delay = f"held back for {policy.delay_h} hours"
    return f"{place}; {delay}" + (f" ({policy.reason})" if policy.reason else "")


def data_package(material: Material, tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Return the description of the CSV files as a Frictionless Data Package."""
    return {
        "profile": "tabular-data-package",
        "name": material.mission.id,
        "title": material.mission.title,
        "description": material.mission.summary,
        "licenses": [
            {"title": item}
            for item in dict.fromkeys(p.source.licence for p in material.profiles.values())
        ],
        "sources": [_origin(profile.source) for profile in material.profiles.values()],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "title": TABLES[name][1],
                "path": f"{name}.csv",
                "encoding": "utf-8",
                "schema": {"fields": _fields(name, table.column_names)},
            }
            for name, table in tables.items()
        ],
    }


def _origin(source: Identity) -> dict[str, str]:
    """Return a source for the package, which takes a path only if it is an address."""
    title = {"title": source.title}
    return title | {"path": source.url} if is_address(source.url) else title


def readme(material: Material, tables: Mapping[str, pa.Table]) -> str:
    """Return the README that lies beside the tables."""
    lines = [f"# {material.mission.title}: tables", "", material.mission.summary, ""]
    for name, table in tables.items():
        lines.append(f"- `{name}`: {TABLES[name][1]} ({table.num_rows} rows)")
    lines += ["", "Each as Parquet and CSV; incidents also as GeoJSON. Unknown is empty or null."]
    lines += ["`datapackage.json` describes every column.", "", "## Sources and licences", ""]
    for profile in material.profiles.values():
        lines.append(f"- {profile.source.citation} Licence: {profile.source.licence}.")
    lines += ["", CHANGED, f"Policy: {policy_in_words(material)}.", ""]
    return "\n".join(lines)


def tables_reference() -> str:
    """Return the reference page of the published tables, in Markdown."""
    withheld = ", ".join(f"`{column}`" for column in EXACT_ONLY["members"])
    lines = [
        "# Published tables",
        "",
        "A run writes these into `tables/`, each as Parquet and CSV; incidents also as GeoJSON.",
        "Times are UTC microseconds since 1970, and intervals half open. CSV and GeoJSON add to",
        "every column `…_us` one in ISO 8601 without the ending; CSV joins lists with `|`.",
        "Unknown is null, or empty in CSV; it is never zero. In CSV, a text that a spreadsheet",
        "would take for a formula has an apostrophe before it.",
        "",
        "Where a mission's policy makes places coarse, `incident_id` is made from what is",
        "published of the incident, not from what its reports say; error radii are rounded up to",
        f"steps of 1, 2 and 5 cells and so on; and `members` has no {withheld}.",
        "Where it holds incidents back, `reports` and `articles` count what stands beneath the",
        "incidents that are public, and `read` and `accepted` are unknown. In both cases findings",
        "are worked out anew from the published incidents, so that they tell no more than these.",
    ]
    for name, (_, title) in TABLES.items():
        lines += ["", f"## {name}", "", f"{title[0].upper()}{title[1:]}.", ""]
        lines += ["| column | type | unknown | unit | meaning |", "|---|---|---|---|---|"]
        lines += [
            f"| `{c.name}` | {c.type} | {'may be' if c.nullable else 'never'} | {c.unit} "
            f"| {c.description} |"
            for c in _public_columns(name)
        ]
    return "\n".join(lines) + "\n"


def _public_columns(name: str) -> list[Column]:
    """Return the record's columns of a published table, in published order."""
    known = {column.name: column for column in columns(TABLES[name][0])}
    return [known[column] for column in PUBLIC[name]]


def _fields(name: str, published_names: Sequence[str]) -> list[dict[str, Any]]:
    fields = []
    for column in _public_columns(name):
        if column.name not in published_names:
            continue
        unit = f", in {column.unit}" if column.unit else ""
        field = {
            "name": column.name,
            "type": FRICTIONLESS.get(column.type, "string"),
            "description": column.description + unit,
        }
        fields.append(field if column.nullable else field | {"constraints": {"required": True}})
        if column.name.endswith("_us"):
            iso = {"name": column.name.removesuffix("_us"), "type": "datetime"}
            fields.append(iso | {"description": f"{column.description}, ISO 8601 UTC"})
    return fields
