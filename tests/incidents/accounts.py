# SPDX-License-Identifier: Apache-2.0
"""Made accounts: reports, profiles, settings and features for the tests of fusion."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from foedus.base.encoding import schema, table_digests, to_table
from foedus.base.parties import Parties, Party
from foedus.incidents.beliefs import Setting
from foedus.incidents.likelihood import Ints
from foedus.incidents.parameters import Parameters, read_parameters
from foedus.reports.profile import Columns, Identity, Lateness, Noise, Place, Profile, Time
from foedus.reports.record import STATED, Report
from foedus.reports.taxonomy import load_kinds, load_targets, load_weapons

HOUR_US = 3_600_000_000
E7_PER_M = 1 / 0.011119492664455875
NOON_US = 1_424_001_600_000_000
"""15 February 2015, 12:00 UTC."""

PARTIES = Parties(
    (
        Party(id="east", names={"en": "East"}, side="east"),
        Party(id="west", names={"en": "West"}, side="west"),
    )
)


def profile(source_id: str, *, coverage: float = 0.5, **identity: object) -> Profile:
    """A source with the usual noise: up to six hours late."""
    return Profile(
        source=Identity(
            id=source_id, title=source_id, citation="made", licence="CC0-1.0", **identity
        ),
        columns=Columns(item_id="id"),
        time=Time(start="day"),
        place=Place(),
        noise=Noise(lateness=(Lateness(upto_h=6, share=0.5),), coverage=coverage),
    )


def setting(*profiles: Profile, parameters: Parameters | None = None) -> Setting:
    """A setting of these sources, of sources a, b and c if none is given."""
    declared = profiles or tuple(profile(source_id) for source_id in "abc")
    by_id = {one.source.id: one for one in declared}
    words = (load_kinds(), load_targets(), load_weapons())
    return Setting(by_id, *words, PARTIES, parameters or read_parameters())


def account(source_id: str, item_id: str, **said: object) -> Report:
    """One account: noon of 15 February 2015 at 48 N 38 E, within a kilometre, unless said else."""
    start = int(said.pop("hour", 0)) * HOUR_US + NOON_US  # type: ignore[call-overload]
    values: dict[str, object] = {
        "report_id": f"{source_id}:{item_id}",
        "source_id": source_id,
        "item_id": item_id,
        "batch_id": f"{source_id}/made",
        "digest": "",
        "content_key": None,
        "occurred_from_us": start,
        "occurred_to_us": start + HOUR_US,
        "occurred_precision": "hour",
        "occurred_written": "made",
        "occurred_zone": "UTC",
        "published_us": None,
        "known_from_us": start + 24 * HOUR_US,
        "known_to_us": None,
        "known_basis": "stand-in",
        "latitude_e7": 480_000_000,
        "longitude_e7": 380_000_000,
        "radius_m": 1_000,
        "kind": "unknown",
        "target": "unknown",
        "weapon": "unknown",
        "parties": [],
        "party_deaths": [],
        "article_count": 1,
        "warnings": [],
    }
    nothing = dict.fromkeys(set(Report.__struct_fields__) - values.keys())
    return Report(**{**nothing, **values, **said})  # type: ignore[arg-type]


def table(accounts: Iterable[Report]) -> pa.Table:
    """The table of these accounts, with their digests."""
    made = to_table(Report, accounts)
    layout = schema(Report)
    at = layout.get_field_index("digest")
    return made.set_column(at, layout.field(at), table_digests(made, STATED))


def features(*rows: dict[str, int]) -> Ints:
    """Rows of features at the equator, where a degree is as long both ways."""
    found = np.zeros((len(rows), 14), np.int64)
    for at, row in enumerate(rows):
        found[at, 0] = round(row.get("north_m", 0) * E7_PER_M)
        found[at, 1] = round(row.get("east_m", 0) * E7_PER_M)
        found[at, 2] = 11_119_493
        found[at, 3] = row.get("radius_m", 1_000)
        found[at, 4] = found[at, 13] = row.get("hour", 0)
        found[at, 5] = row.get("time_row", 0)
        found[at, 6] = row.get("source", at)
        found[at, 7] = row.get("content", -1)
    return found
