# SPDX-License-Identifier: Apache-2.0
"""Whether the text of a report names the place that a machine coded for it.

A machine that finds places and doers in texts may take a place that a text names beside the one it
tells of, or one that it does not name. Where the text that is carried does not name the coded
place, then what was coded (where, who) is not borne out: so says this module, and no more. Names
are compared by their consonants, after Ukrainian and Russian letters are written in Latin ones
(resolution 55 of the Cabinet of Ministers of Ukraine, 2010, in its plain form), since endings and
vowels change with the case. A name that is spelt quite otherwise is taken not to be there, which
leaves open more than need be, never less.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_LETTERS: Final = {
    **dict(zip("абвгґдезиіїйклмнопрстуфёыэ", "abvhgdezyiiiklmnoprstufeye", strict=True)),
    "є": "ie",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "iu",
    "я": "ia",
    "ь": "",
    "ъ": "",
}
_SAME: Final = {"g": "h", "w": "v", "j": "i", "x": "ks", "q": "k"}
"""Letters that spellings of one name exchange."""
_VOWELS: Final = "aeiouy"
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'ʼ`][^\W\d_]+)*")
_LEAST: Final = 4
"""Shorter words of a name, such as a preposition, need not be named."""


def names_place(text: str, place: str) -> bool:
    """Return whether a text names a place: each longer word of its name, in any case or number."""
    wanted = [_consonants(word) for word in _WORD.findall(place) if len(word) >= _LEAST]
    said = {_consonants(word) for word in _WORD.findall(text)}
    return all(any(_is_same(word, other) for other in said) for word in wanted)


def unborne(reports: pa.Table, members: pa.Table, machine_coded: Collection[str]) -> frozenset[str]:
    """Return the content ids of incidents of which no report bears out the place.

    `machine_coded` are ids of sources whose places were found by machine; an incident with a report
    of any other source, without a text or without a place, is not among them.
    """
    if not machine_coded:
        return frozenset()
    columns = ["report_id", "source_id", "text", "place_name"]
    coded = reports.select(columns).filter(
        pc.is_in(reports["source_id"], value_set=pa.array(sorted(machine_coded), pa.string()))
    )
    doubtful = {
        row["report_id"]
        for row in coded.to_pylist()
        if row["text"] and row["place_name"] and not names_place(row["text"], row["place_name"])
    }
    borne: set[str] = set()
    found: set[str] = set()
    for row in members.select(["incident_id", "report_id"]).to_pylist():
        (found if row["report_id"] in doubtful else borne).add(row["incident_id"])
    return frozenset(found - borne)


@lru_cache(maxsize=65_536)
def _consonants(word: str) -> str:
    """Return the first letter of a word and its consonants after it, in Latin letters."""
    plain = "".join(_LETTERS.get(letter, letter) for letter in word.lower())
    plain = "".join(_SAME.get(letter, letter) for letter in plain if letter.isalpha())
    return plain[:1] + "".join(letter for letter in plain[1:] if letter not in _VOWELS)


def _is_same(name: str, word: str) -> bool:
    """Whether a word is a name but for its ending, of which a consonant or two may change."""
    kept = name[: max(2, len(name) - 2)] if len(name) > 3 else name
    return word.startswith(kept)
