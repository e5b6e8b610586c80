# SPDX-License-Identifier: Apache-2.0
"""The bulletin: one self-contained HTML file that says what a record says, and how sure it is.

`publish` writes all that the public sees of a run: the tables and the bulletin, both from the same
incidents as the policy lets them out. The page needs no script and asks for nothing from anywhere;
it prints to A4. Figures come from `facts`, drawings from `charts` and `maps`, words from the
template; what is indicated against which clause comes from `clauses` and `timelines`. The same
material gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any, Final

import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foedus.base.encoding import bytes_digest
from foedus.base.evidence import SOURCE_GRADES
from foedus.mission import Box
from foedus.publication import charts, maps, numbers, replayed, tables
from foedus.publication.calendars import day_of
from foedus.publication.clauses import NOBODY, Clauses, clauses
from foedus.publication.contact import Contact, contacts
from foedus.publication.counts import EXACT_PLACE_M, Sum, ints
from foedus.publication.escapes import is_address
from foedus.publication.facts import PLACE_M, WEEKS, Facts, Group, facts, kind_title, target_title
from foedus.publication.maps import Map
from foedus.publication.material import Material
from foedus.publication.places import places
from foedus.publication.policy import in_force, public_inputs
from foedus.publication.timelines import lanes, timeline
from foedus.publication.whereabouts import place, when
from foedus.reports.faults import REASONS, WARNINGS

TEMPLATES: Final = Path(__file__).parent / "templates"
WIDE: Final = 920.0
NARROW: Final = 360.0
PANEL: Final = 440.0
MARGIN_DEGREE: Final = 0.2
SHOWN_CHARACTERS: Final = 12
"""Of a digest, in running text."""


def publish(material: Material, folder: Path) -> tuple[Path, ...]:
    """Write `bulletin.html` and `tables/` into `folder`; return the files written."""
    shown = tables.published(material)
    written = tables.write_tables(material, shown, folder / "tables")
    page = folder / "bulletin.html"
    page.write_bytes(bulletin(material, shown).encode())
    return (page, *written)


def bulletin(material: Material, shown: Mapping[str, pa.Table]) -> str:
    """Return the bulletin's HTML; `shown` are the published tables."""
    found = facts(material, shown)
    said = clauses(material, shown)
    lines = contacts(material.mission.governing.lines.values())
    policy = in_force(material.mission.policy, material.profiles)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_words())
    environment.filters["zip_names"] = _named
    template = environment.get_template("bulletin.html.jinja")
    return template.render(
        material=material,
        mission=material.mission,
        facts=found,
        drawn=_drawn(material, found) | _timelines(said, shown, found) | _replay(material),
        replayed=material.replayed,
        clauses=said,
        contacts=lines,
        map=_map(material, shown["incidents"], found.unit, lines),
        sources=shown["sources"].to_pylist(),
        quarantine=shown["quarantine"].to_pylist(),
        noun=f"reported {'fatal ' * found.fatal}{found.unit}",
        unit=found.unit,
        policy=tables.policy_in_words(material),
        inputs=public_inputs(material.inputs, material.profiles, policy),
        delayed=policy.delay_h > 0,
        edition=_edition(shown),
        covered=tables.covered(material),
        grades=SOURCE_GRADES,
        reasons=REASONS | WARNINGS,
        names={party.id: party.name("en") for party in material.mission.parties},
    )


def _replay(material: Material) -> dict[str, Any]:
    """Return the clocks of the replay, for wide and for narrow pages."""
    found, zone = material.replayed, material.mission.zone
    if found is None:
        return {}
    return {
        "replay_wide": replayed.drawn(found, WIDE, zone, "wide"),
        "replay_narrow": replayed.drawn(found, NARROW, zone, "narrow"),
    }


def _words() -> dict[str, Any]:
    """Return what the template may call, and the constants that it names."""
    return {
        "whole": numbers.whole,
        "span": numbers.span,
        "share": numbers.share,
        "rate": numbers.rate,
        "long_day": numbers.long_day,
        "long_month": numbers.long_month,
        "day_of": day_of,
        "change": change,
        "change_range": change_range,
        "weeks_of": numbers.weeks,
        "is_address": is_address,
        "fields": FIELDS,
        "quoted": quote,
        "weeks": WEEKS,
        "exact_km": EXACT_PLACE_M // 1000,
        "place_names": _place_names(),
        "time_names": TIME_NAMES,
        "local_km": maps.LOCAL_M // 1000,
        "shown": SHOWN_CHARACTERS,
        "nobody": NOBODY,
        "when": when,
        "place": place,
        "kind_title": kind_title,
        "target_title": target_title,
    }


def _named(sums: Sequence[Sum], names: Sequence[str]) -> list[Group]:
    pairs = zip(names, sums, strict=True)
    return [Group(name, one) for name, one in pairs if one.incidents]


FIELDS: Final = {
    "actor": "who acted",
    "deaths_best": "how many died",
    "kind": "what it was",
    "occurred": "when it was",
    "place": "where it was",
    "target": "what was hit",
    "weapon": "with what",
}
"""What accounts may differ in, in words."""
TIME_NAMES: Final = (
    "the day is known",
    "within a week",
    "within a month",
    "within a longer time",
)


def _place_names() -> tuple[str, ...]:
    first, *rest = (limit // 1000 for limit in PLACE_M)
    return (
        f"within {first} km: counts as exact",
        *(f"within {limit} km" for limit in rest),
        "region-wide or wider",
        "not known",
    )


def change(before: int | None, after: int | None) -> str:
    """Return the change from one count to another over equal times, in per cent."""
    if before is None or after is None or before == 0:
        return "–"
    percent = round(100 * (after - before) / before)
    sign = "−" if percent < 0 else "+" if percent else "±"
    return f"{sign}{numbers.whole(abs(percent))}{numbers.THIN}%"


def change_range(before: Sum, after: Sum, across: Sum) -> tuple[str, str] | None:
    """Return the least and the greatest change in deaths that the estimates allow.

    The least sets the lowest after against the highest before, and counts what lies on both sides
    before; the greatest does the contrary. None where an estimate is not told, or where some
    incident tells the best estimate without both of the others.
    """
    sums = (before, after, across)
    if any({one.untold_low, one.untold_high} != {one.untold} for one in sums):
        return None
    told = (before.low, before.high, after.low, after.high)
    if None in told or (across.incidents and None in (across.low, across.high)):
        return None
    low_before, high_before, low_after, high_after = (count or 0 for count in told)
    both = across.high or 0
    return change(high_before + both, low_after), change(low_before, high_after + both)


def _drawn(material: Material, found: Facts) -> dict[str, Any]:
    """Return the charts over time: the monthly one at two widths, one for each comparison."""
    mission = material.mission
    noun = f"reported {'fatal ' * found.fatal}{found.unit}"
    wide, narrow = (
        charts.monthly(found.months, mission.marks, width, noun, mission.zone)
        for width in (WIDE, NARROW)
    )
    weekly = [charts.weekly(one.found, PANEL, 210.0) for one in found.compared]
    return {"wide": wide, "narrow": narrow, "weekly": weekly}


def _timelines(said: Clauses, shown: Mapping[str, pa.Table], found: Facts) -> dict[str, Any]:
    """Return the chart of verdicts against each agreement, at two widths."""
    if not said.governed:
        return {}
    bins = found.months.bins
    rows = lanes(said.governed, shown, bins)
    wide, narrow = (timeline(rows, bins, width, found.unit) for width in (WIDE, NARROW))
    return {"clauses_wide": wide, "clauses_narrow": narrow}


def _map(
    material: Material, incidents: pa.Table, unit: str, lines: Sequence[Contact]
) -> dict[str, Any]:
    """Return the two panels of the map, and what they leave out."""
    box = material.mission.box or _box(incidents)
    found = places(incidents, box)
    drawn = Map(box, material.mission.towns, PANEL, unit, lines)
    return {
        "exact": drawn.exact(found.exact) if found.exact else None,
        "rough": drawn.rough(found.rough) if found.rough else None,
        "places": found,
    }


def _box(incidents: pa.Table) -> Box:
    """Return a box around all incidents, where the mission draws none."""
    edges = []
    for name in ("longitude_e7", "latitude_e7"):
        values, known = ints(incidents, name)
        degrees = values[known] / 1e7 if known.any() else values[:0] + 0.0
        edges.append((degrees.min(initial=180.0), degrees.max(initial=-180.0)))
    (west, east), (south, north) = edges
    if west > east:
        west, east, south, north = -10.0, 60.0, 30.0, 70.0
    return Box(
        west=west - MARGIN_DEGREE,
        south=max(south - MARGIN_DEGREE, -90.0),
        east=east + MARGIN_DEGREE,
        north=min(north + MARGIN_DEGREE, 90.0),
    )


def _edition(shown: Mapping[str, pa.Table]) -> str:
    """Return a digest of the public incidents: equal editions show the same."""
    ids = "\n".join(shown["incidents"]["incident_id"].to_pylist())
    return bytes_digest(ids.encode())
