# SPDX-License-Identifier: Apache-2.0
"""The words of the made sources: kinds and actors, and what each source calls them.

`fusion_profiles/` maps every one of these labels back; a source merges kinds of one class only.
"""

from __future__ import annotations

from typing import Final

import numpy as np

KINDS: Final = (
    ("artillery-shelling", "indirect", 20), ("mortar-fire", "indirect", 12),
    ("mlrs-strike", "indirect", 5), ("air-strike", "air", 4), ("drone-strike", "air", 14),
    ("missile-strike", "air", 3), ("small-arms-exchange", "direct", 15),
    ("tank-engagement", "direct", 5), ("sniper-fire", "direct", 4),
    ("landmine-explosion", "mine", 4), ("ied-explosion", "mine", 2),
    ("heavy-weapons-seen", "weapons", 4), ("troop-movement", "weapons", 3),
    ("reconnaissance-flight", "weapons", 3), ("monitor-denied-access", "denied", 1),
    ("monitor-equipment-jammed", "denied", 1),
)  # fmt: skip
"""Kind, class, weight."""
CLASSES: Final = tuple(kind[1] for kind in KINDS)
_WEIGHTS: Final = np.array([float(kind[2]) for kind in KINDS])
KIND_WEIGHTS: Final = _WEIGHTS / _WEIGHTS.sum()
FIRST_OF_CLASS: Final = np.array([CLASSES.index(one) for one in CLASSES])
SIZE_OF_CLASS: Final = np.array([CLASSES.count(one) for one in CLASSES])
"""Kinds of one class stand beside each other."""
HEARD: Final = np.array([one in ("indirect", "air", "mine") for one in CLASSES])
"""Kinds that monitors can hear as an explosion."""
ACTORS: Final = (
    "army-of-north", "north-national-guard", "north-volunteers", "army-of-south",
    "south-border-force", "south-militia", "unknown-armed-men",
)  # fmt: skip

KIND_LABELS: Final = {
    "A": tuple(f"A-{101 + at}" for at in range(len(KINDS))),
    "B": (
        "Shelling", "Shelling", "Rocket artillery", "Airstrike", "UAV attack", "Missile",
        "Armed clash", "Armour clash", "Armed clash", "Mine", "IED", "Equipment sighting",
        "Movement", "Overflight", "Access denial", "Interference",
    ),
    "C": (
        "expl/remote-art", "expl/remote-art", "expl/remote-art", "expl/air", "expl/air-drone",
        "expl/air", "battle", "battle", "battle-sniper", "expl/mine", "expl/mine", "strategic-dev",
        "strategic-dev", "strategic-dev", "other-obstr", "other-obstr",
    ),
    "D": (
        "IDF", "IDF", "IDF", "AIR", "AIR", "AIR", "DF", "DF", "DF", "MINE", "MINE", "PRES", "PRES",
        "PRES", "OBST", "OBST",
    ),
}  # fmt: skip
KIND_LABELS.update(E=KIND_LABELS["D"], F=KIND_LABELS["B"], G=KIND_LABELS["B"])
ACTOR_LABELS: Final = {
    "A": ("act11", "act12", "act13", "act21", "act22", "act23", "act90"),
    "B": (
        "N. Army", "N. Guard", "N. Volunteers", "S. Army", "S. Border", "S. Militia",
        "Unidentified",
    ),
    "C": (
        "NORTH-MIL", "NORTH-MIL", "NORTH-PMG", "SOUTH-MIL", "SOUTH-MIL", "SOUTH-PMG", "UNK",
    ),
    "D": ("side N", "side N", "side N", "side S", "side S", "side S", "side ?"),
}  # fmt: skip
ACTOR_LABELS.update(E=ACTOR_LABELS["D"], F=ACTOR_LABELS["B"], G=ACTOR_LABELS["B"])
