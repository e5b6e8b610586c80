# SPDX-License-Identifier: Apache-2.0
"""The description of the web for machines, OpenAPI 3.1, made from the list of routes."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from foedus.web.routes import (
    CARRIED,
    FILTERS,
    HTML,
    JSON,
    MEDIA,
    MVT,
    OTHERS,
    PARAMETERS,
    ROUTES,
    TILE,
    Fields,
    Route,
    spread,
)

NOT_HERE: Final = ("/openapi.json", "/static/{id}", "/tiles/incidents.pmtiles")
FAULT: Final = {
    "type": "object",
    "required": ["status", "faults"],
    "properties": {
        "status": {"type": "integer"},
        "faults": {"type": "array", "items": {"type": "object"}},
    },
}
SPECIAL_MEDIA: Final = {
    "/feed.atom": "application/atom+xml",
    "/calendar.ics": "text/calendar",
    "/log/checkpoint": "text/plain",
    "/health": MEDIA[JSON],
    TILE: MEDIA[MVT],
}


def description(title: str, version: str) -> bytes:
    """Return the description as JSON."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        for form in route.forms:
            paths[_path(route, form)] = {"get": _operation(route, form)}
    for path, told in OTHERS.items():
        if path not in NOT_HERE:
            paths[path] = {"get": _special(path, told)}
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": f"Foedus: {title}",
            "version": version or "0",
            "summary": "What a mission's record says, read-only.",
        },
        "paths": paths,
        "components": {"schemas": {"Fault": FAULT}},
    }
    return msgspec.json.encode(found) + b"\n"


def _path(route: Route, form: str) -> str:
    before = "/today" if route.path == "/" and form != HTML else route.path
    return before if form == HTML else f"{before}.{form}"


def _operation(route: Route, form: str) -> dict[str, Any]:
    media = MEDIA[form]
    content: dict[str, Any] = {media: {}}
    if form == JSON:
        content = {media: {"schema": _schema(route.fields)}}
    parameters = [_parameter(name) for name in (*CARRIED, *route.parameters)]
    if "{id}" in route.path:
        schema = {"type": "string", "minLength": 1, "pattern": "^[^/?#]+$"}
        parameters.insert(0, {"name": "id", "in": "path", "required": True, "schema": schema})
    return {
        "operationId": f"{route.name}_{form}",
        "summary": route.question,
        "parameters": parameters,
        "responses": {"200": {"description": route.title, "content": content}, **_faults(form)},
    }


def _parameter(name: str) -> dict[str, Any]:
    kind, told = PARAMETERS[name]
    schema: dict[str, Any] = {"type": kind}
    if name == "limit":
        schema |= {"minimum": 1, "maximum": 500}
    if name == "edition":
        schema |= {"minLength": 8, "maxLength": 64, "pattern": "^[0-9a-fA-F]+$"}
    if name == "lang":
        schema |= {"enum": ["en", "uk", "ru", "fr"]}
    return {"name": name, "in": "query", "description": told, "schema": schema}


def _faults(form: str) -> dict[str, Any]:
    media = MEDIA[HTML] if form == HTML else MEDIA[JSON]
    content: dict[str, Any] = {media: {}}
    if form != HTML:
        content = {media: {"schema": {"$ref": "#/components/schemas/Fault"}}}
    return {
        "400": {"description": "what was asked cannot be read", "content": content},
        "404": {"description": "nothing is there", "content": content},
        "409": {"description": "of another edition, and may differ", "content": content},
        "503": {"description": "the log cannot be read now", "content": content},
    }


def _special(path: str, told: str) -> dict[str, Any]:
    media = SPECIAL_MEDIA.get(path, "text/html")
    found: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", path.strip("/").replace("{id}", "one")).strip("_"),
        "summary": told,
        "responses": {"200": {"description": told, "content": {media: {}}}, **_faults(JSON)},
    }
    if "{id}" in path:
        schema = {"type": "string", "minLength": 1, "pattern": "^[^/?#]+$"}
        found["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": schema}]
        found["responses"] |= _faults(HTML)
    if path == TILE:
        asked = [_parameter(name) for name in ("on", "known", *FILTERS)]
        found["parameters"] = [*(_whole(name) for name in "zxy"), *asked]
        found["responses"]["204"] = {"description": "nothing lies in this tile"}
    return found


def _whole(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _schema(fields: Fields | str) -> dict[str, Any]:
    """Return the schema of an answer: its names; no other may be in it."""
    properties = {
        name: {} if not beneath else {"anyOf": [_beneath(beneath), {"type": "null"}]}
        for name, beneath in spread(fields).items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _beneath(fields: Fields | str) -> dict[str, Any]:
    one = _schema(fields)
    return {"anyOf": [one, {"type": "array", "items": one}]}
