# SPDX-License-Identifier: Apache-2.0
"""A small source for the tests: its profile, some good rows, and a way to read them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from foedus.reports.profile import Profile, read_profile
from foedus.reports.readers import Delivery, read_source

PROFILE = """
[source]
id = "patrol"
title = "Patrol reports"
citation = "Made for a test"
licence = "CC0-1.0"

[columns]
item_id = "id"
text = "text"
deaths_low = "low"
deaths_best = "best"
deaths_high = "high"

[time]
start = "date"
format = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]
zone = "Europe/Kyiv"
precision = "column:precision"
precision_codes = { m = "minute", d = "day" }

[place]
latitude = "lat"
longitude = "lon"
precision = "geo"
radius_m = { "1" = 1000, "2" = 5000 }

[kind]
column = "kind"
unlisted = "fault"

[kind.map]
shelling = ["artillery-shelling", "mortar-fire"]
drone = ["drone-strike"]
"""
HEADER = "id,date,precision,lat,lon,geo,kind,low,best,high,text"
GOOD = (
    "a1,2015-02-15,d,48.0159,37.8029,1,shelling,0,1,2,Shells fell on the road",
    "a2,2015-02-15T08:30,m,48.5,37.9,2,drone,,,,",
    "a3,2015-02-16,d,-48.5,-37.9,1,drone,0,0,0,nothing",
)


class Reading(NamedTuple):
    """All deliveries of a source, put together."""

    reports: pa.Table
    articles: pa.Table
    refusals: pa.Table
    read: int
    accepted: int
    quarantined: int

    @property
    def rows(self) -> list[dict[str, object]]:
        """The accepted reports as plain rows."""
        found: list[dict[str, object]] = self.reports.to_pylist()
        return found

    @property
    def reasons(self) -> list[tuple[int, str | None, str]]:
        """Row, column and reason of every fault."""
        table = self.refusals
        return list(
            zip(*(table[name].to_pylist() for name in ("row", "column", "reason")), strict=True)
        )


def profile_of(folder: Path, text: str = PROFILE) -> Profile:
    """Write a profile's text to a file and read it."""
    path = folder / "profile.toml"
    path.write_text(text, "utf-8")
    return read_profile(path)


def joined(deliveries: list[Delivery]) -> Reading:
    """Put deliveries together, having checked of each that nothing was lost."""
    for part in deliveries:
        assert part.read == part.accepted + part.quarantined
        assert part.reports.num_rows == part.accepted
        assert len(part.refusals["row"].unique()) == part.quarantined
    tables = (pa.concat_tables([part[place] for part in deliveries]) for place in range(3))
    sums = (sum(part[place] for part in deliveries) for place in range(3, 6))
    return Reading(*tables, *sums)


def read_bytes(folder: Path, data: bytes, text: str = PROFILE, batch_rows: int = 65536) -> Reading:
    """Read a file with these bytes by the profile with this text."""
    path = folder / "data"
    path.write_bytes(data)
    return joined(list(read_source(profile_of(folder, text), [path], batch_rows)))


def csv_bytes(*rows: str) -> bytes:
    """A whole file: the header and these rows."""
    return "\n".join((HEADER, *rows, "")).encode()
