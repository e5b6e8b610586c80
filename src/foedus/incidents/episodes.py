# SPDX-License-Identifier: Apache-2.0
"""Episodes: runs of incidents by a rule that is named, such as one barrage, or days of fighting.

A rule is data (`library/episodes`): the longest pause and the greatest distance from the first
incident of a run. Incidents are taken in the order in which they began; each joins the running
episode whose first incident is nearest, if it is near enough and has not paused too long, or begins
one of its own. The distance is from the first, so that a run does not wander along a dense front.
An incident whose time or place is wider than the rule bears stands alone and is *open*: it may be
part of another. No table of a run holds episodes, since they follow from the rule that is asked
for; how bodies count records of their own is left to `findings.counting`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Meta

from foedus.base.encoding import to_table
from foedus.errors import DrafterError, Fault, OperatorError, did_you_mean
from foedus.incidents.features import HOUR_US, column
from foedus.incidents.likelihood import HALF_TURN_E7, METRES_PER_E7, Ints
from foedus.incidents.pairs import grid_of
from foedus.incidents.record import E7, METRE, US

FOLDER: Final = Path(str(files("foedus") / "library" / "episodes"))
MINUTE_US: Final = 60_000_000
ID_LENGTH: Final = 16


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes several incidents one episode."""

    id: str
    title: dict[str, str]
    text: str
    """The rule in one plain sentence."""
    pause_min: Annotated[int, Meta(ge=0, le=100_000)]
    """The longest pause within an episode, in minutes."""
    distance_m: Annotated[int, Meta(ge=100, le=100_000)]
    """The greatest distance from its first incident; an incident whose radius is wider is open."""
    longest_h: Annotated[int, Meta(ge=1, le=2_000)]
    """An incident whose time is wider than this is open."""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A run of incidents by a rule."""

    episode_id: Annotated[str, Meta(description="follows from the rule and the first incident")]
    rule: Annotated[str, Meta(description="the rule by which it is one")]
    occurred_from_us: Annotated[int, Meta(description="when the first may have begun", extra=US)]
    occurred_to_us: Annotated[int, Meta(description="when the last had ended", extra=US)]
    occurred_precision: Annotated[
        str, Meta(description="that of its only incident, span where there are several")
    ]
    latitude_e7: Annotated[int | None, Meta(description="where the first was, WGS 84", extra=E7)]
    longitude_e7: Annotated[int | None, Meta(description="where the first was, WGS 84", extra=E7)]
    radius_m: Annotated[
        int | None, Meta(description="holds all of its incidents with their errors", extra=METRE)
    ]
    place_name: Annotated[str | None, Meta(description="place of the first, as it is named")]
    region: Annotated[str | None, Meta(description="region of the first, as it is named")]
    is_open: Annotated[
        bool, Meta(description="one incident, too wide in time or place for the rule")
    ]
    incident_count: Annotated[int, Meta(description="incidents in it")]
    report_count: Annotated[int, Meta(description="reports that tell of them")]
    kinds: Annotated[list[str], Meta(description="kinds of its incidents, in alphabetical order")]
    lineage_ids: Annotated[list[str], Meta(description="its incidents, as they began")]


class Placed(NamedTuple):
    """What joining needs of each incident, in the order in which they began."""

    begin: Ints
    end: Ints
    latitude: Ints
    longitude: Ints
    radius: Ints
    """-1 where no place is known."""
    is_open: np.ndarray[Any, np.dtype[np.bool_]]


def rule_ids() -> tuple[str, ...]:
    """Return the ids of the rules that ship, in the order of their names."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def find_rule(name: str) -> Rule:
    """Return a rule by the id of a shipped one, or by the path of a file that ends in `.toml`.

    Raises `OperatorError` where there is none, `DrafterError` where the file is faulty.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        hint = did_you_mean(name, rule_ids())
        raise OperatorError(
            Fault(expected=f"a rule of episodes: {', '.join(rule_ids())}", got=name, hint=hint)
        )
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Rule)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        fault = Fault(file=str(path), expected="a rule of episodes", got=str(error))
        raise DrafterError(fault) from error


def episodes(incidents: pa.Table, rule: Rule) -> pa.Table:
    """Return the episodes of incidents, with `schema(Episode)`, in the order of their starts.

    The order of the rows of `incidents` does not matter.
    """
    incidents = incidents.sort_by([("occurred_from_us", "ascending"), ("lineage_id", "ascending")])
    placed = _placed(incidents, rule)
    head = runs(placed, rule)
    rows: dict[int, list[int]] = {}
    for row, first in enumerate(head.tolist()):
        rows.setdefault(first, []).append(row)
    names = ("lineage_id", "kind", "report_count", "occurred_precision", "place_name", "region")
    said = {name: incidents.column(name).to_pylist() for name in names}
    return to_table(Episode, (_episode(placed, said, of, rule) for of in rows.values()))


def _placed(incidents: pa.Table, rule: Rule) -> Placed:
    begin, end = column(incidents, "occurred_from_us"), column(incidents, "occurred_to_us")
    told = pc.is_valid(incidents.column("latitude_e7")).to_numpy()
    radius = np.where(told, column(incidents, "radius_m", -1), -1)
    wide = (radius < 0) | (radius > rule.distance_m) | (end - begin > rule.longest_h * HOUR_US)
    latitude, longitude = column(incidents, "latitude_e7"), column(incidents, "longitude_e7")
    return Placed(begin, end, latitude, longitude, radius, wide)


def runs(placed: Placed, rule: Rule) -> Ints:
    """Return for each incident the row of the first of its episode."""
    head = np.arange(placed.begin.size)
    if not head.size:
        return head
    grid = grid_of(placed.latitude, placed.longitude, rule.distance_m)
    pause_us = rule.pause_min * MINUTE_US
    ended_us = placed.end.copy()
    running: dict[int, list[int]] = {}
    for row in np.flatnonzero(~placed.is_open).tolist():
        cell, since = int(grid.cell[row]), int(placed.begin[row]) - pause_us
        near = [
            (apart, first)
            for first in _running(running, cell, grid.columns)
            if ended_us[first] >= since
            and (apart := metres_apart(placed, first, row)) <= rule.distance_m
        ]
        first = min(near, default=(0.0, row))[1]
        if first == row:
            alive = [one for one in running.get(cell, ()) if ended_us[one] >= since]
            running[cell] = [*alive, row]
        head[row] = first
        ended_us[first] = max(ended_us[first], placed.end[row])
    return head


def _running(running: dict[int, list[int]], cell: int, columns: int) -> Iterator[int]:
    """The first incidents of the episodes that may run in a cell and those around it."""
    row, at = divmod(cell, columns)
    keys = {(row + north) * columns + (at + east) % columns for north in (-1, 0, 1)
            for east in (-1, 0, 1)}  # fmt: skip
    for key in sorted(keys):
        yield from running.get(key, ())


def metres_apart(placed: Placed, one: int, other: int) -> float:
    """Return the distance of two incidents (equirectangular)."""
    north = float(placed.latitude[other] - placed.latitude[one])
    turn = int(placed.longitude[other] - placed.longitude[one])
    east = (turn + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7
    middle = np.radians((placed.latitude[other] + placed.latitude[one]) * 0.5e-7)
    return float(METRES_PER_E7 * np.hypot(north, east * np.cos(middle)))


def _episode(placed: Placed, said: dict[str, list[Any]], rows: list[int], rule: Rule) -> Episode:
    first = rows[0]
    lineages = [said["lineage_id"][row] for row in rows]
    known = bool(placed.radius[first] >= 0)
    reach = max(metres_apart(placed, first, row) + placed.radius[row] for row in rows)
    name = hashlib.sha256(f"{rule.id}:{lineages[0]}".encode()).hexdigest()
    return Episode(
        episode_id=name[:ID_LENGTH],
        rule=rule.id,
        occurred_from_us=int(placed.begin[first]),
        occurred_to_us=max(int(placed.end[row]) for row in rows),
        occurred_precision=said["occurred_precision"][first] if len(rows) == 1 else "span",
        latitude_e7=int(placed.latitude[first]) if known else None,
        longitude_e7=int(placed.longitude[first]) if known else None,
        radius_m=int(np.ceil(reach)) if known else None,
        place_name=said["place_name"][first],
        region=said["region"][first],
        is_open=bool(placed.is_open[first]),
        incident_count=len(rows),
        report_count=sum(said["report_count"][row] for row in rows),
        kinds=sorted({said["kind"][row] for row in rows}),
        lineage_ids=lineages,
    )
