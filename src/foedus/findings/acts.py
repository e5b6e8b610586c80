# SPDX-License-Identifier: Apache-2.0
"""Whether what a report names falls under the words of a term: acts, targets, weapons, regions.

Each is a table from a word to sure, possible or no, so that a million incidents cost as many
look-ups and no more thought. A class of which only a part is named is possible. A fatal event whose
means are not stated is by its source's definition a use of armed force (UCDP codebook, 2.1): it
stands for every kind of it at once, so that a list narrower than that is possible only. So does a
weapon that was used, whichever it was; an explosion of unknown cause may have been a mine as well.
An offensive or a raid is what it is by its purpose, which no kind of report tells: what may have
been part of one is possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from foedus.base.evidence import Answer
from foedus.base.parties import folded
from foedus.reports.taxonomy import UNKNOWN
from foedus.terms.rules import ANY
from foedus.terms.vocabulary import Vocabulary, Words, leaves

FORCE: Final = "use-of-force"
MAY_BE: Final = {
    "fatal-event": (FORCE,),
    "weapon-use": (FORCE,),
    "undetermined-explosion": (FORCE, "mine-or-ied"),
}
"""Kind whose means are not told -> the acts and kinds of which it may be any."""
BY_PURPOSE: Final = {
    "offensive-action": (FORCE, "troop-movement"),
    "sabotage-or-raid": (FORCE, "mine-or-ied"),
}
"""Act that no kind shows by itself -> the acts and kinds that may be part of it."""
HOLDING: Final = "weapons-holding"
SEEN: Final = "heavy-weapons-seen"
_KINDS_OF_REGION: Final = (" oblast", " region", " область")


def act_answer(acts: Iterable[str], kind: str | None, words: Vocabulary) -> Answer:
    """Return whether an incident of a kind is one of the acts of a term."""
    if kind is None or kind == UNKNOWN or kind not in words.kinds:
        return Answer.POSSIBLE
    named = set(acts)
    banned = {leaf for act in named for leaf in words.kinds_of(act)}
    meant = set(leaves(words.kinds, kind))
    if meant <= banned:
        return Answer.SURE
    for untold, wider in MAY_BE.items():
        if meant <= set(leaves(words.kinds, untold)):
            meant = {leaf for act in wider for leaf in words.kinds_of(act)}
    parts = [part for act in named for part in BY_PURPOSE.get(act, ())]
    banned.update(leaf for part in parts for leaf in words.kinds_of(part))
    return Answer.POSSIBLE if meant & banned else Answer.NO


def target_answer(targets: Iterable[str], target: str | None, words: Vocabulary) -> Answer:
    """Return whether a target is on the closed list of a term, or any target will do."""
    listed = tuple(targets)
    return Answer.SURE if ANY in listed else _listed(listed, target, words.targets)


def weapon_answer(weapons: Iterable[str], weapon: str | None, words: Vocabulary) -> Answer:
    """Return whether a weapon is of one of the classes of a term."""
    return _listed(tuple(weapons), weapon, words.weapons)


def is_state(kind: str | None, weapon: str | None, words: Vocabulary) -> bool:
    """Return whether an incident is a weapon that stands somewhere, rather than something done.

    A weapon that was used does not count: where it struck is not where it stands.
    """
    is_known = weapon is not None and weapon != UNKNOWN
    is_held = kind == HOLDING or kind in leaves(words.kinds, HOLDING)
    return kind == SEEN or (is_held and is_known)


def region_answer(names: Iterable[str], region: str | None) -> Answer:
    """Return whether a region that a source names is one of those of a term."""
    if not region:
        return Answer.POSSIBLE
    known = {_plain(name) for name in names}
    return Answer.SURE if _plain(region) in known else Answer.NO


def _listed(named: tuple[str, ...], word: str | None, words: Words) -> Answer:
    if word is None or word == UNKNOWN or word not in words:
        return Answer.POSSIBLE
    listed = {leaf for name in named for leaf in (name, *leaves(words, name))}
    if word in listed or set(leaves(words, word)) <= listed:
        return Answer.SURE
    return Answer.POSSIBLE if set(leaves(words, word)) & listed else Answer.NO


def _plain(region: str) -> str:
    """Return a region's name as names are compared, without the word for what kind it is."""
    name = folded(region)
    for ending in _KINDS_OF_REGION:
        name = name.removesuffix(ending)
    return name
