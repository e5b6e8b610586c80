# SPDX-License-Identifier: Apache-2.0
"""A made mission of two sources, one on each side, whose accounts of two events differ."""

from __future__ import annotations

from pathlib import Path
from typing import Final

POLICY: Final = """
[policy]
place_cell_m = 0
delay_h = 0
reason = "made for a test"
"""
MISSION: Final = """
[mission]
id = "two-sides"
title = "Two sides"
zone = "Europe/Kyiv"
summary = "Made."
period_from = "2015-02-01"
period_to = "2015-03-31"

[[source]]
profile = "north.toml"
files = ["north.csv"]

[[source]]
profile = "south.toml"
files = ["south.csv"]

[[party]]
id = "north"
names = { en = "Northland" }
side = "northern"

[[party]]
id = "south"
names = { en = "Southland" }
side = "southern"

[[mark]]
on = "2015-02-10"
title = "A truce"
source_url = "https://example.org/truce"
evidence = "S"
compare = true
"""
PROFILE: Final = """
[source]
id = "{0}"
title = "{0} press"
side = "{0}ern"
citation = "{0} (2015)."
licence = "CC0-1.0"
url = "{1}"

[columns]
item_id = "id"
place_name = "place"
deaths_best = "dead"
text = "text"

[time]
start = "when"
format = ["%Y-%m-%d %H:%M"]
zone = "Europe/Kyiv"
precision = "minute"
published = "published"
known = "published"

[place]
latitude = "lat"
longitude = "lon"
default_radius_m = 1000

[kind]
column = "what"
[kind.map]
shelling = ["artillery-shelling"]

[actor]
column = "who"
[actor.map]
"the north" = ["north"]
"the south" = ["south"]
"""
URLS: Final = {"north": "javascript:alert(1)", "south": "https://example.org/south"}
HEAD: Final = "id,when,place,lat,lon,what,who,dead,published,text\n"
BAD_PLACE: Final = "=cmd|x \x1b[2JVillage"
ROWS: Final = {
    "north": (
        "n1,2015-02-16 08:30,Crossing,48.1000,37.7000,shelling,the south,3,2015-02-16,one\n"
        "n2,2015-02-18 10:00,Mill,48.3000,37.9000,shelling,the south,2,2015-02-18,two\n"
        f"n3,2015-02-20 11:00,{BAD_PLACE},48.5000,38.1000,shelling,the north,,2015-02-20,three\n"
    ),
    "south": (
        "s1,2015-02-16 08:30,Crossing,48.1001,37.7001,shelling,the north,4,2015-02-16,four\n"
        "s2,2015-02-18 10:00,Mill,48.3001,37.9001,shelling,the south,2,2015-02-18,five\n"
        "s3,2015-02-25 12:00,Ford,47.9000,37.5000,shelling,,1,2015-02-25,six\n"
    ),
}
"""Of the four events the first is disputed, the second agreed, the third and fourth lone."""


def two_sides(folder: Path, policy: str = POLICY) -> Path:
    """Write the mission into `folder` under a policy; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mission.toml").write_text(MISSION + policy, "utf-8")
    for name, rows in ROWS.items():
        (folder / f"{name}.csv").write_text(HEAD + rows, "utf-8")
        (folder / f"{name}.toml").write_text(PROFILE.format(name, URLS[name]), "utf-8")
    return folder
