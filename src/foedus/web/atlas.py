# SPDX-License-Identifier: Apache-2.0
"""Answers about the map: what stands on it, and the lines, zones and ground beneath.

Incidents themselves are in the tiles (`tiles`); here they are summed, so that the page tells the
same as a table without a script. A line is never a border: each carries its day and whose
reckoning it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import cos, radians
from typing import Any, Final

import msgspec
import shapely

from foedus.base.moments import Moment, shown
from foedus.base.zones import Zone
from foedus.mission import Box
from foedus.publication.basemap import METRES_PER_DEGREE, read_countries
from foedus.publication.contact import Contact, contacts
from foedus.publication.edition import STANDING, Edition, Row
from foedus.publication.facts import kind_title
from foedus.reports.taxonomy import load_kinds
from foedus.terms.record import Agreement, Term
from foedus.terms.rules import Buffer, Circle, Polygon, ZoneRule
from foedus.web.happenings import WANTED, wanted
from foedus.web.served import Question

ALL: Final = "all"
OWNER: Final = "reckoned by Foedus from dated public statements; no party has stated this line"
MARGIN_DEGREE: Final = 15.0
SIMPLER_DEGREE: Final = 0.015
SHOWN: Final = f"""select count(*) as total, count(*) filter (latitude_e7 is null) as unplaced
    from incidents where {WANTED}"""
EXTENT: Final = f"""select min(occurred_from_us) as first_us, max(occurred_to_us) as last_us,
    min(longitude_e7) / 1e7 as west, max(longitude_e7) / 1e7 as east,
    min(latitude_e7) / 1e7 as south, max(latitude_e7) / 1e7 as north
    from incidents where {STANDING}"""
KINDS: Final = f"""select kind as id, count(*) as incidents from incidents where {STANDING}
    group by kind order by incidents desc, id"""
PARTIES: Final = f"""select id, count(*) as incidents from (
        select unnest(parties) as id from incidents where {STANDING}
    ) group by id order by incidents desc, id"""
SIDES: Final = f"""select side, count(*) as incidents from (
        select unnest(case when len(sides) = 0 then ['none'] else sides end) as side
        from incidents where {STANDING}
    ) group by side order by incidents desc, side"""
VERDICTS: Final = f"""select coalesce(verdict, 'none') as verdict, count(*) as incidents
    from incidents where {STANDING} group by 1 order by incidents desc"""
REGIONS: Final = f"""select coalesce(region, 'not told') as region, count(*) as incidents,
    sum(deaths_low)::bigint as low, sum(deaths_high)::bigint as high
    from incidents where {WANTED} group by 1 order by incidents desc, 1 limit 40"""


def map_answer(question: Question) -> Row:
    """Return what the map shows, in all and by region, and what it can be filtered by.

    Filters are listed with how many incidents each has without the others.
    """
    edition, when, filters = question.edition, question.when, wanted(question)
    (extent,) = edition.ask(EXTENT, when)
    (shown,) = edition.ask(SHOWN, when, **filters)
    zone = edition.mission.zone
    names = {party.id: party.name("en") for party in edition.mission.parties}
    return {
        "box": _box(edition.mission.box, extent),
        "first_day": extent["first_us"] and _day(extent["first_us"], zone),
        "last_day": extent["last_us"] and _day(extent["last_us"] - 1, zone),
        "total": shown["total"],
        "unplaced": shown["unplaced"],
        "cell_m": edition.policy.place_cell_m,
        "delay_h": edition.policy.delay_h,
        "kinds": _kinds({row["id"]: row["incidents"] for row in edition.ask(KINDS, when)}),
        "parties": [
            row | {"name": names.get(row["id"], row["id"])} for row in edition.ask(PARTIES, when)
        ],
        "sides": edition.ask(SIDES, when),
        "verdicts": edition.ask(VERDICTS, when),
        "regions": edition.ask(REGIONS, when, **filters),
        "towns": [
            {"name": town.name, "latitude": town.latitude, "longitude": town.longitude}
            for town in edition.mission.towns
        ],
        "lines": [_line(one) for one in _contacts(question)],
        "zones": [row for row, _ in _zones(question)],
    }


def _kinds(counts: dict[str, int]) -> list[Row]:
    """Return kinds with their sums, each class before what lies beneath it; the largest first."""
    taxonomy = load_kinds()
    classes: dict[str, list[str]] = {}
    for name in counts:
        of = taxonomy.class_of(name) if name in taxonomy else name
        classes.setdefault(of, []).append(name)
    found = []
    for of, names in classes.items():
        beneath = [name for name in names if name != of] if len(names) > 1 else []
        head = of if beneath else names[0]
        rows = [_kind(head, sum(counts[name] for name in names), None)]
        rows += [_kind(name, counts[name], of) for name in beneath]
        found.append(rows)
    found.sort(key=lambda rows: (-rows[0]["incidents"], rows[0]["id"]))
    return [row for rows in found for row in rows]


def _kind(name: str, incidents: int, parent: str | None) -> Row:
    return {"id": name, "title": kind_title(name), "incidents": incidents, "parent": parent}


def _day(at_us: int, zone: str) -> str:
    moment = Moment(written="", zone=zone, from_us=at_us, to_us=at_us + 1, precision="instant")
    return shown(moment, Zone(zone, zone))[:10]


def _box(box: Box | None, extent: Row) -> Row:
    if box is not None:
        return {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    sides = {name: extent[name] for name in ("west", "south", "east", "north")}
    if sides["west"] is None:
        return {"west": 22.0, "south": 44.0, "east": 41.0, "north": 53.0}
    return sides


def _contacts(question: Question) -> tuple[Contact, ...]:
    """Return the lines of the day asked about with `on`; else of the day that the mission has.

    Asked as known earlier than that day, the line is that of the day until which it was known.
    """
    mission = question.edition.mission
    on, known = (
        None if at_us is None else date.fromisoformat(_day(at_us, mission.zone))
        for at_us in (question.when.on_us, question.when.known_us)
    )
    lines = [
        msgspec.structs.replace(line, on=on or (line.on and min(line.on, known or line.on)))
        for line in mission.governing.lines.values()
    ]
    days = tuple(line.on for line in lines)
    return question.served.once(("contacts", days), lambda: contacts(lines))


def _line(one: Contact) -> Row:
    return {
        "title": one.title,
        "on": one.on.isoformat(),
        "sides": [f"{side}: {number}" for side, number in one.sides],
        "carried": one.carried,
        "median_m": one.median_m,
        "owner": OWNER,
    }


def lines(question: Question) -> Row:
    """Return the lines of contact and the zones that can be drawn, each with day and owner."""
    shapes = []
    for one in _contacts(question):
        told = {"title": one.title, "on": one.on.isoformat(), "owner": OWNER}
        shapes.append({"kind": "band", **told, "geometry": one.band})
        shapes.append({"kind": "line", **told, "geometry": one.middle})
    for row, shape in _zones(question):
        if shape is not None:
            told = {"title": row["text"], "on": row["on"], "article": row["article"]}
            told |= {"agreement": row["agreement"], "owner": f"text of {row['agreement']}"}
            shapes.append({"kind": "zone", **told, "geometry": shape})
    return {"shapes": shapes}


def _zones(question: Question) -> Iterator[tuple[Row, Any]]:
    drawn = _contacts(question)
    for agreement in question.edition.agreements.values():
        for term in agreement.terms:
            if isinstance(term.rule, ZoneRule):
                yield _zone(agreement, term, term.rule, drawn)


def _zone(
    agreement: Agreement, term: Term, rule: ZoneRule, drawn: tuple[Contact, ...]
) -> tuple[Row, Any]:
    area, on = rule.area, ""
    shape = None
    if isinstance(area, Circle):
        shape = _around(shapely.Point(area.longitude, area.latitude), area.radius_m)
    elif isinstance(area, Polygon):
        shape = shapely.Polygon([(one.longitude, one.latitude) for one in area.corners])
    elif isinstance(area, Buffer) and drawn:
        metres = area.per_side_m or (area.total_width_m or 0) / 2
        shape, on = _around(drawn[0].middle, metres), drawn[0].on.isoformat()
    row = {
        "id": rule.id,
        "agreement": agreement.id,
        "text": rule.text,
        "article": term.article,
        "on": on,
        "drawn": shape is not None,
    }
    return row, shape


def _around(shape: Any, metres: float) -> Any:
    """Return all within some metres of a shape in degrees, true at the shape's middle latitude."""
    latitude = shape.centroid.y
    wide = cos(radians(latitude))
    flat = shapely.transform(shape, lambda at: at * [wide, 1.0])
    grown = shapely.buffer(flat, metres / METRES_PER_DEGREE, quad_segs=12)
    return shapely.transform(grown, lambda at: at / [wide, 1.0])


def ground(question: Question) -> Row:
    """Return the countries beneath the map, by recognised borders, and the sea between them.

    The sea is a shape of its own, since a map that fills it alone has far less to fill.
    """
    return question.served.once(("ground",), lambda: _ground(question.edition))


def _ground(edition: Edition) -> Row:
    (extent,) = edition.ask(EXTENT)
    sides = _box(edition.mission.box, extent)
    box = Box(
        west=max(sides["west"] - MARGIN_DEGREE, -180.0),
        south=max(sides["south"] - MARGIN_DEGREE, -85.0),
        east=min(sides["east"] + MARGIN_DEGREE, 180.0),
        north=min(sides["north"] + MARGIN_DEGREE, 85.0),
    )
    countries = read_countries(box)
    shapes = [one.shape for one in countries]
    simple = shapely.coverage_simplify(shapes, SIMPLER_DEGREE) if shapes else []
    land = shapely.union_all(shapely.make_valid(simple))
    sea = shapely.box(box.west, box.south, box.east, box.north).difference(land)
    named = zip(countries, simple, strict=True)
    found = [{"kind": "country", "title": one.name, "geometry": shape} for one, shape in named]
    return {"shapes": [*found, {"kind": "sea", "title": "", "geometry": sea}]}
