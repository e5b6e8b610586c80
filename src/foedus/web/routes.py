# SPDX-License-Identifier: Apache-2.0
"""Every address of the web, with the fields that leave there: nothing else does.

A route says which question it answers, in which forms, which parameters it takes and which fields
its answer has. `public` cuts an answer down to them, for pages and data alike, so that a field that
is not listed here cannot leave. The OpenAPI description, the table in `docs/reference/web.md` and
the tests are made from this list. What the fields hold is left to the modules that answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from foedus.publication.policy import PUBLIC

Fields = Mapping[str, "Fields | str"]
"""Name -> what is beneath it: words are columns, an empty text is a value or a list of values."""

HTML: Final = "html"
JSON: Final = "json"
CSV: Final = "csv"
GEOJSON: Final = "geojson"
MVT: Final = "mvt"
MEDIA: Final = {
    HTML: "text/html",
    JSON: "application/json",
    CSV: "text/csv",
    GEOJSON: "application/geo+json",
    MVT: "application/vnd.mapbox-vector-tile",
}
DATA: Final = (HTML, JSON)
ROWS: Final = (HTML, JSON, CSV)
PLACED: Final = (HTML, JSON, CSV, GEOJSON)

INCIDENT: Final = " ".join((*PUBLIC["incidents"], "verdict"))
WHERE: Final = (
    "occurred_from_us occurred_to_us occurred_precision latitude_e7 longitude_e7 radius_m"
    " place_name region kind target actor parties"
)
MEMBER: Final = " ".join(PUBLIC["members"])
FINDING: Final = " ".join((*PUBLIC["findings"], WHERE))
CLOCK: Final = (
    "case case_title agreement ladder article rung step text state meaning reading opens_us"
    " closes_us closes_latest_us counted_from undecided decider silence bearer minimum menu reasons"
    " is_verified"
)
OWED: Final = (
    "obligation guarantor guarantor_name component state force what amount owed_to opens_us"
    " closes_us closes_latest_us open_until subject_to missing waits reasons case case_title"
    " agreement ladder rung article reading decisions incidents assumed"
)
DECISION: Final = (
    "decision case case_title agreement term article reading verdict party severity"
    " occurred_from_us occurred_to_us occurred_precision known_us body standard text incidents"
    " findings grounds votes assumed"
)
CELL: Final = (
    "state name component legal is_bound pledge contested consent owed_by missing says amount"
    " caveats source evidence notices tests"
)
STATE: Final = (
    "at known_from_us known_to_us report_count independent_count kind place_name radius_m"
    " deaths_low deaths_best deaths_high verdict"
)
STEP: Final = "facet from to added low high"
RULE: Final = "rule title text says told low high with_exercises without_exercises doubts"


class Route(NamedTuple):
    """One address."""

    name: str
    path: str
    """With `{id}` where an id stands."""
    title: str
    question: str
    forms: tuple[str, ...]
    fields: Fields
    parameters: tuple[str, ...] = ()
    rows: str = ""
    """The list that is the answer as CSV and GeoJSON."""
    is_timed: bool = True
    """Whether `on` and `known` may be asked."""


PARAMETERS: Final[dict[str, tuple[str, str]]] = {
    "on": ("string", "as it held then: a day or moment, in the mission's zone"),
    "known": ("string", "as the record knew it then"),
    "lang": ("string", "language of the page: en, uk, ru or fr"),
    "edition": ("string", "the edition that is asked: 8 digits or more of its digest"),
    "from": ("string", "may have happened at or after it"),
    "to": ("string", "may have happened before its end"),
    "kind": ("string", "a kind of the taxonomy, with all beneath it"),
    "party": ("string", "id of a party that is named"),
    "side": ("string", "side of a source that tells of it; none for those on no side"),
    "verdict": ("string", "what is indicated"),
    "region": ("string", "part of the name of a region or place"),
    "square": ("string", "z/x/y: what lies in this square of the map's grid"),
    "agreement": ("string", "id of an agreement"),
    "article": ("string", "label of an article"),
    "reading": ("string", "id of a reading"),
    "guarantor": ("string", "code of a guarantor"),
    "case": ("string", "id of a case"),
    "state": ("string", "state in which it stands"),
    "first": ("integer", "acts of the smaller tree; by default 0"),
    "second": ("integer", "acts of the larger tree; by default those of the last checkpoint"),
    "order": ("string", "oldest first, or newest first"),
    "after": ("string", "cursor: the `next` of the page before"),
    "limit": ("integer", "at most so many, 1 to 500"),
}
CARRIED: Final = ("on", "known", "lang", "edition")
"""Parameters that every address takes and every link of a page hands on."""
LIST: Final = ("after", "limit")
FILTERS: Final = ("from", "to", "kind", "party", "side", "verdict", "region")
OF_INCIDENTS: Final = (*FILTERS, "square", "order", *LIST)

ROUTES: Final = (
    Route(
        "today", "/", "Today", "What runs, what changed, who has not decided?", DATA,
        {
            "marking": "", "assumed": "", "at_us": "", "clocks": CLOCK, "undecided": CLOCK,
            "waiting": "state name component component_title by what verb why source evidence",
            "waiting_count": "", "pledges": "", "bound_count": "", "owed_count": "",
            "promised_count": "", "cases": "",
            "changes": {
                "from_us": "", "to_us": "", "incidents": "", "verdicts": "verdict findings",
                "rows": INCIDENT,
                "register": {
                    "to_us": "", "acts": "", "cells": "state name component_title before after",
                },
            },
        },
    ),
    Route(
        "map", "/map", "Map", "Where was it, how sure is the place, and who held the ground?", DATA,
        {
            "box": "west south east north", "first_day": "", "last_day": "", "total": "",
            "unplaced": "", "cell_m": "", "delay_h": "", "kinds": "id title incidents parent",
            "parties": "id name incidents", "sides": "side incidents",
            "verdicts": "verdict incidents", "regions": "region incidents low high",
            "towns": "name latitude longitude",
            "lines": "title on sides carried median_m owner",
            "zones": "id agreement text article on drawn",
        },
        FILTERS,
    ),
    Route(
        "lines", "/map/lines", "Lines and zones", "Which lines and zones does the map draw?",
        (JSON, GEOJSON), {"shapes": "kind title on owner article agreement geometry"},
        rows="shapes",
    ),
    Route(
        "ground", "/map/ground", "Ground", "Which countries lie under the map?",
        (JSON, GEOJSON), {"shapes": "kind title geometry"}, rows="shapes", is_timed=False,
    ),
    Route(
        "incidents", "/incidents", "Incidents", "What happened, and how sure is it?", PLACED,
        {"total": "", "breaches": "", "alone": "", "next": "", "kinds": "", "rows": INCIDENT},
        OF_INCIDENTS, rows="rows",
    ),
    Route(
        "incident", "/incidents/{id}", "Incident", "What happened here, and who says so?", DATA,
        {
            "incident": INCIDENT, "members": f"{MEMBER} source_id source_title",
            "findings": FINDING, "states": STATE, "cases": "case case_title",
        },
    ),
    Route(
        "findings", "/findings", "Findings", "What is indicated, against which article?", ROWS,
        {
            "total": "", "next": "", "rows": FINDING,
            "counts": "agreement_id term_id article reading verdict findings",
        },
        ("agreement", "article", "reading", "verdict", "party", *LIST), rows="rows",
    ),
    Route(
        "finding", "/findings/{id}", "Finding", "Why is this indicated, and under which reading?",
        DATA,
        {
            "finding": FINDING + " agreement term_text source_title source_url because reasons",
            "readings": FINDING + " title because reasons", "cases": "case case_title",
            "members": "report_id source_id source_title",
        },
    ),
    Route(
        "cases", "/cases", "Cases", "What did people decide?", ROWS,
        {"marking": "", "assumed": "", "at_us": "", "rows": DECISION}, rows="rows",
    ),
    Route(
        "case", "/cases/{id}", "Case", "What was decided here, on what, and what follows?", DATA,
        {
            "marking": "", "assumed": "", "at_us": "", "case": "", "case_title": "",
            "decisions": DECISION, "incidents": INCIDENT, "clocks": CLOCK,
            "owed": "state force obligations", "provided": "title monitor consequence",
        },
    ),
    Route(
        "ladder", "/ladder", "Ladder", "Which rung is reached, and when does the next fall due?",
        ROWS,
        {
            "marking": "", "assumed": "", "at_us": "", "rows": CLOCK,
            "texts": "agreement title article rung step text event finder decider deadline silence"
            " bearer minimum menu reading is_verified",
        },
        rows="rows",
    ),
    Route(
        "obligations", "/obligations", "Obligations", "Who owes what, by when?", ROWS,
        {
            "marking": "", "assumed": "", "at_us": "", "total": "", "rows": OWED,
            "sums": "force state obligations", "register": "mission on",
            "guarantors": "id name", "open_cases": "case case_title", "behind": INCIDENT,
        },
        ("guarantor", "case", "state"), rows="rows",
    ),
    Route(
        "bound", "/bound", "Bound", "Who is bound to what today, and what is missing?", ROWS,
        {
            "mission": "", "marking": "", "on": "", "known": "", "acts": "", "bound": "",
            "components": "id title", "rows": CELL, "facts": "fact holds",
            "instruments": "id title form states", "circles": "",
        },
        rows="rows",
    ),
    Route(
        "agreements", "/agreements", "Agreements", "Which texts govern here?", ROWS,
        {"rows": "id title signed written articles terms unverified weaknesses role"}, rows="rows",
        is_timed=False,
    ),
    Route(
        "agreement", "/agreements/{id}", "Agreement",
        "What does the text say, and where might it fail?", DATA,
        {
            "id": "", "title": "", "written": "", "note": "", "signed": "document on",
            "parties": "id name role capacity note", "readings": "id title held_by evidence note",
            "monitor": "", "consequence": "",
            "articles": {
                "label": "", "heading": "", "anchor": "", "level": "", "prose": "",
                "terms": "id rule text readings evidence source url keys",
            },
            "weaknesses": "check title article term told why precedent url suggestion",
            "sources": "key title url evidence date",
        },
        is_timed=False,
    ),
    Route(
        "counts", "/counts", "Counts", "How many, and by whose rule?", ROWS,
        {
            "withheld": "", "rows": RULE,
            "bridges": {
                "from_rule": "", "to_rule": "", "from_low": "", "to_low": "", "steps": STEP,
            },
        },
        ("from", "to"), rows="rows",
    ),
    Route(
        "sources", "/sources", "Sources", "Who spoke, from which side, and how were they chosen?",
        ROWS,
        {
            "rows": " ".join(PUBLIC["sources"]),
            "quarantine": " ".join(PUBLIC["quarantine"]),
        },
        rows="rows",
    ),
    Route(
        "log", "/log", "Log", "Can the record have been changed behind my back?", DATA,
        {
            "is_kept": "", "origin": "", "mission": "", "exercise": "", "size": "", "root": "",
            "log_key": "", "last_known_us": "",
            "witnesses": "name key cosigned_s", "checkpoints": "size root note cosigned_by",
        },
        is_timed=False,
    ),
    Route(
        "consistency", "/log/consistency", "Consistency",
        "Does the log of today begin with what I kept?", (JSON,),
        {
            "is_kept": "", "origin": "", "first": "", "second": "", "first_root": "",
            "second_root": "", "path": "",
        },
        ("first", "second"), is_timed=False,
    ),
    Route(
        "bulletins", "/bulletins", "Bulletins", "What did the bulletins say, edition by edition?",
        ROWS, {"rows": "name on known digest address"}, rows="rows", is_timed=False,
    ),
    Route(
        "method", "/method", "Method", "How is this made, and what does it leave out?", DATA,
        {
            "policy": "place_cell_m delay_h reason", "edition": "", "parameters": "", "zone": "",
            "first_us": "", "last_us": "", "incidents": "", "findings": "", "joined_later": "",
            "routes": "path title question forms",
        },
    ),
)  # fmt: skip
"""In the order of the table in the documentation."""
BY_NAME: Final = {route.name: route for route in ROUTES}

TILE: Final = "/tiles/incidents/{z}/{x}/{y}.mvt"
OTHERS: Final = {
    "/bulletins/{id}": "a bulletin, as it was published",
    "/feed.atom": "what became known last, as an Atom feed: the fields of `/` and `/incidents`",
    "/calendar.ics": "when clocks end, as iCalendar: the fields of `/ladder`",
    "/tiles/incidents.pmtiles": "tiles of the map in one file: sums of incidents by spot and"
    " verdict, with how many places are rough, the first and last month, the kind if it is one, and"
    " of a single incident the lineage id",
    TILE: "one tile of the map, as of `on`, `known` and the filters of `/map`: the same fields;"
    " status 204 where nothing lies in it",
    "/log/checkpoint": "the last checkpoint of the log with its cosignatures, as a signed note:"
    " origin, size, root, signatures",
    "/openapi.json": "this list, as OpenAPI 3.1",
    "/static/{id}": "style, scripts and their licences",
    "/health": "whether the web answers",
}
"""Addresses that are no route, and what leaves there."""


def spread(fields: Fields | str) -> Fields:
    """Return fields with the columns in words as names."""
    return dict.fromkeys(fields.split(), "") if isinstance(fields, str) else fields


def public(answer: Any, fields: Fields | str) -> Any:
    """Return of an answer what its route lists, lists of records record by record.

    A name that is listed and not answered is left out; a value that has no columns listed is
    handed on as it is.
    """
    if not fields:
        return answer
    if isinstance(answer, (list, tuple)):
        return [public(one, fields) for one in answer]
    if answer is None:
        return None
    return {
        name: public(answer[name], beneath)
        for name, beneath in spread(fields).items()
        if name in answer
    }


def flat(fields: Fields | str, before: str = "") -> list[str]:
    """Return every field as a path, such as `rows.lineage_id`."""
    found = []
    for name, beneath in spread(fields).items():
        found += flat(beneath, f"{before}{name}.") if beneath else [before + name]
    return found


def web_reference() -> str:
    """Return the reference page of the web, in Markdown."""
    lines = [
        "# The web",
        "",
        "`foedus serve MISSION` answers at these addresses, for reading alone. A page has no",
        "ending; the same answer as data has `.json`, `.csv` or `.geojson` behind the same",
        "address, and that of the first page is `/today.json`. Where `on` and `known` may be",
        "asked, they are days or moments in the mission's zone. What is asked wrongly is told",
        "with status 400, what is not there with 404, a log that cannot be read with 503. Every",
        "answer has an ETag and names its edition in the header `foedus-edition`.",
        "",
        "Every address takes `on`, `known`, `lang` and `edition`; where it hangs on no time the",
        "first two change nothing. Any other parameter that is not listed is refused with 400,",
        "but for what others hang onto links, such as `utm_source`. Where `edition` names another",
        "one than is served, a page says so, and data are refused with 409 if they may differ.",
        "",
        "Lists come in pages of 50 rows, or of `limit`; `next` is the cursor of the page behind.",
        "",
        "## Parameters",
        "",
        "| name | type | meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {kind} | {told} |" for name, (kind, told) in PARAMETERS.items()),
        "",
        "## Addresses",
        "",
        "Nothing leaves that is not listed here: an answer is cut to these fields before it is",
        "written, and a test asks every address and compares. Columns of incidents, members,",
        "findings, sources and quarantine are those of the [published tables](tables.md).",
    ]
    for route in ROUTES:
        lines += ["", *_section(route)]
    lines += ["", "## Others", "", "| address | what leaves |", "|---|---|"]
    lines += [f"| `{path}` | {told} |" for path, told in OTHERS.items()]
    return "\n".join(lines) + "\n"


def _section(route: Route) -> list[str]:
    names = (*(("on", "known") if route.is_timed else ()), *route.parameters)
    given = ", ".join(f"`{name}`" for name in names) or "none"
    return [
        f"### {route.path}",
        "",
        f"{route.question} Forms: {', '.join(route.forms)}. Parameters: {given}.",
        "",
        ", ".join(f"`{name}`" for name in flat(route.fields)) + ".",
    ]
