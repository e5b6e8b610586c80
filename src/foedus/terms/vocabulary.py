# SPDX-License-Identifier: Apache-2.0
"""The words that a term may use: kinds, acts, targets, weapons and deeds of `library/taxonomy`.

A word that names a class covers the leaves under it; an act covers the kinds that show it. Titles
for readers and the mapping of a source's labels are left to `reports` and `publication`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

LIBRARY: Final = Path(__file__).parent.parent / "library"


class Word(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word: a kind, a target, an act, a deed or a class of weapons."""

    id: str
    title: dict[str, str]
    """Language -> title."""
    parent: str | None = None
    kinds: tuple[str, ...] = ()
    """Of an act: the kinds that show it."""
    calibre_mm: int | None = None
    systems: tuple[str, ...] = ()
    """Of a weapon: names of systems in reports."""


Words = dict[str, Word]


class Vocabulary(msgspec.Struct, frozen=True):
    """All words by id, and the ids of the lines and calendars that ship."""

    kinds: Words
    acts: Words
    deeds: Words
    targets: Words
    weapons: Words
    lines: tuple[str, ...]
    calendars: tuple[str, ...]

    @property
    def banned(self) -> tuple[str, ...]:
        """Ids that a ban may name: acts and kinds."""
        return (*self.acts, *self.kinds)

    def kinds_of(self, act: str) -> tuple[str, ...]:
        """Return the kinds without classes that an act or a kind covers; none if none shows it."""
        named = self.acts[act].kinds if act in self.acts else (act,)
        return tuple(dict.fromkeys(leaf for kind in named for leaf in leaves(self.kinds, kind)))


def leaves(words: Words, word_id: str) -> tuple[str, ...]:
    """Return the words directly under a class, in declared order; of a leaf, itself."""
    under = tuple(key for key, word in words.items() if word.parent == word_id)
    return under or (word_id,)


@cache
def load_vocabulary() -> Vocabulary:
    """Return the words that ship with the package."""
    return Vocabulary(
        kinds=_words("kinds", "node"),
        acts=_words("acts", "act"),
        deeds=_words("acts", "deed"),
        targets=_words("targets", "node"),
        weapons=_words("weapons", "weapon"),
        lines=_files("lines"),
        calendars=_files("calendars"),
    )


def _words(file: str, table: str) -> Words:
    tree = tomllib.loads((LIBRARY / "taxonomy" / f"{file}.toml").read_text("utf-8"))
    return {word.id: word for word in msgspec.convert(tree[table], list[Word])}


def _files(folder: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (LIBRARY / folder).glob("*.yaml")))
