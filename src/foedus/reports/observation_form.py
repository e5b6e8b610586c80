# SPDX-License-Identifier: Apache-2.0
"""The form on which monitors write their own observations: its columns, its words, what they mean.

The layout follows the annex tables of a monitoring mission: where from, where, by what means, how
many, what, of what kind, which weapon, when. `COLUMNS` and the words are closed: a word that is not
here is a fault. How a row is read is left to `observed`, classes of weapons to the taxonomy.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from foedus.reports.taxonomy import UNKNOWN, Taxonomy

KIND: Final = "observations"
"""The kind of file, as a profile's `format.kind` names it."""

NO_OBSERVATION: Final = "no-observation"
"""The kind of a record that somebody looked, or nobody: no happening, and never published."""

COLUMNS: Final = {
    "id": "Id of the record, new in every file of the source. It names no place and no person.",
    "record": "What the row is: a word of the first table below.",
    "means": "How it was observed; several with `|` between them.",
    "from": "Start, as `2017-01-29T18:05`, or the day alone where no time of day is known.",
    "to": "End, written as `from` is; empty for one moment.",
    "zone": "Zone of the times in the row: EET, EEST, MSK, UTC, an offset or an IANA name.",
    "reported": "When the record was handed in; empty: not told.",
    "observer": "Code of the patrol, camera or sensor. It is not published.",
    "observer_latitude": "Where the observer stood, decimal degrees. It is never published.",
    "observer_longitude": "The same, longitude.",
    "observer_radius_m": "How far from there the observer may have stood, in metres.",
    "bearing": "True bearing from the observer: a point of the compass (`NW`, `north-west`, "
    "`WNW`) or degrees from 0 to 360.",
    "bearing_error_deg": "How far the bearing may be off to either side, in degrees.",
    "range_from_km": "Near end of the range from the observer, in kilometres.",
    "range_to_km": "Far end of the range.",
    "place_name": "Name of the place where it happened, if known.",
    "region": "First-level region where it happened.",
    "country": "Country where it happened.",
    "place_latitude": "Where it happened, if that is known better than by bearing and range.",
    "place_longitude": "The same, longitude.",
    "place_radius_m": "How far from there it may have been, in metres.",
    "observation": "What was observed.",
    "effect": "Of an explosion: where its charge came from or went.",
    "count": "How many: each explosion, projectile, flash, flare and shot is one, a burst is one.",
    "count_is": "Whether the count is `exact` or `at-least` so many.",
    "weapon": "The weapon as assessed or seen, in the observer's words.",
    "exercise": "Whether it was assessed as an exercise: `yes`, `no` or `unknown`.",
    "grade": "Grade of the record, 1 to 6 (STANAG 2511).",
    "description": "What else the observer says. It is not published.",
}
"""Every column of the form -> what it holds."""

RECORDS: Final = {
    "observation": "something was heard, seen or recorded",
    "access-denied": "monitors were not let through or to a place",
    "jammed": "monitors' equipment was interfered with",
    "not-looked": "nobody observed there at that time; no happening, and never published",
    "watched": "somebody was able to observe there from start to end; no happening, and never "
    "published",
}
MEANS: Final = {
    "heard": "by ear",
    "seen": "by eye",
    "camera": "by a fixed camera",
    "uav": "by an unmanned aircraft of the monitors",
    "acoustic": "by an acoustic sensor",
    "radar": "by radar",
    "satellite": "on satellite imagery",
    "recorded": "by another instrument",
}
OBSERVATIONS: Final = {
    "explosion": "an explosion",
    "projectile": "a projectile in flight",
    "muzzle-flash": "a muzzle flash",
    "flare": "an illumination flare",
    "burst": "a burst of fire, however many rounds",
    "shot": "a single shot",
    "weapon-seen": "a weapon or its carrier, not firing",
    "troops-moving": "forces on the move",
    "flight": "an aircraft, manned or not, that attacks nothing",
}
EFFECTS: Final = {
    "impact": "it came in",
    "outgoing": "it was fired from there",
    "airburst": "it burst in the air",
    "undetermined": "not known; the same as an empty cell",
}
COUNTS: Final = {"exact": "so many, no more", "at-least": "so many, and perhaps more"}
EXERCISES: Final = {
    "yes": "assessed as an exercise",
    "no": "assessed as none",
    "unknown": "not assessed; the same as an empty cell",
}
WORDS: Final = {
    "record": RECORDS,
    "means": MEANS,
    "observation": OBSERVATIONS,
    "effect": EFFECTS,
    "count_is": COUNTS,
    "exercise": EXERCISES,
}
"""Column -> its words -> what each means."""

ONLY_OBSERVED: Final = ("observation", "effect", "count", "count_is", "weapon", "exercise")
"""Columns that only a row with `record` = observation may fill."""

FARTHEST_M: Final = 50_000
"""How far off a thing is taken to be at most where no far end is told; our estimate, and wide."""
MOST_RANGE_KM: Final = 1_000
HALF_POINT_DEG: Final = {"wide": 22.5, "narrow": 11.25}
"""How far off a point of the compass is: eight points are told apart, or sixteen."""

_POINTS: Final = (
    "north", "north-north-east", "north-east", "east-north-east", "east", "east-south-east",
    "south-east", "south-south-east", "south", "south-south-west", "south-west",
    "west-south-west", "west", "west-north-west", "north-west", "north-north-west",
)  # fmt: skip


def compass() -> dict[str, tuple[float, float]]:
    """Return each point of the compass, short and long -> its bearing and error in degrees."""
    found = {}
    for number, name in enumerate(_POINTS):
        error_deg = HALF_POINT_DEG["narrow" if number % 2 else "wide"]
        short = "".join(part[0] for part in name.split("-"))
        for word in (plain(name), short):
            found[word] = (number * 22.5, error_deg)
    return found


def plain(word: str) -> str:
    """Return a word as words of the form are compared: folded, without blanks, dashes, quotes."""
    return "".join(letter for letter in word.lower() if letter not in ' -\u2013«»"\u00a0')


def plain_texts(texts: pa.Array) -> pa.Array:
    """Return a column of words as `plain` would, in bulk."""
    return pc.replace_substring_regex(pc.utf8_lower(texts), '[ \u2013«»"\u00a0-]', "")


def weapon_words(weapons: Taxonomy) -> dict[str, str]:
    """Return each plain word for a weapon -> its class: ids, systems and titles in all languages.

    A word that could mean two classes means neither.
    """
    found: dict[str, set[str]] = {}
    for node in weapons.nodes.values():
        for word in (node.id, *node.systems, *node.title.values()):
            found.setdefault(plain(word), set()).add(node.id)
    return {word: ids.pop() for word, ids in found.items() if len(ids) == 1}


HEAVY: Final = (
    "tank", "artillery-100mm-and-over", "artillery-under-100mm", "mortar", "mlrs",
    "tactical-missile",
)  # fmt: skip
BY_RECORD: Final = {
    "access-denied": "monitor-denied-access",
    "jammed": "monitor-equipment-jammed",
    "not-looked": NO_OBSERVATION,
    "watched": NO_OBSERVATION,
}
BY_WEAPON: Final = {
    "artillery-100mm-and-over": "artillery-shelling",
    "artillery-under-100mm": "artillery-shelling",
    "mortar": "mortar-fire",
    "mlrs": "mlrs-strike",
    "tank": "tank-engagement",
    "tactical-missile": "missile-strike",
    "combat-aircraft": "air-strike",
    "unmanned-aircraft": "drone-strike",
}
"""Class of weapon -> the kind of a happening in which it fires."""
BY_OBSERVATION: Final = {
    "explosion": "undetermined-explosion",
    "projectile": "projectile-in-flight",
    "muzzle-flash": "muzzle-flash",
    "flare": "illumination-flare",
    "burst": "direct-fire",
    "shot": "direct-fire",
    "weapon-seen": "weapons-holding",
    "troops-moving": "troop-movement",
    "flight": "flight-purpose-not-determined",
}
"""Observation -> its kind where no weapon says more."""
FIRED: Final = ("explosion", "projectile", "muzzle-flash", "burst", "shot")


def kind_of(record: str, observation: str, effect: str, weapon: str, weapons: Taxonomy) -> str:
    """Return the kind in the shared taxonomy of what a row says; unknown if it says too little."""
    if record in BY_RECORD:
        return BY_RECORD[record]
    if observation not in BY_OBSERVATION:
        return UNKNOWN
    weapon_class = UNKNOWN if weapon == UNKNOWN else weapons.class_of(weapon)
    if observation in FIRED and weapon_class in BY_WEAPON:
        return BY_WEAPON[weapon_class]
    if observation == "explosion" and effect in ("impact", "outgoing", "airburst"):
        return "weapon-use"
    if observation == "weapon-seen" and weapon_class in HEAVY:
        return "heavy-weapons-seen"
    return BY_OBSERVATION[observation]


def happenings(reports: pa.Table) -> pa.Table:
    """Return the reports that tell of a happening: all but those of who looked and who did not."""
    return reports.filter(pc.not_equal(reports["kind"], NO_OBSERVATION))
