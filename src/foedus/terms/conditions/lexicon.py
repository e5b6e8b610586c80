# SPDX-License-Identifier: Apache-2.0
"""The words of a column that grows, and a code for each.

A table of hashes moves all that it holds when it grows. Many small ones grow at different times, so
that no step waits for all; codes follow the order in which words came, whatever their hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from foedus.terms.conditions.coded import UNKNOWN, codes_of, single
from foedus.terms.conditions.windows import Ints

SHARDS: Final = 256


class Lexicon:
    """Words of a column and their codes, in the order in which they came."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._shards: list[dict[str, int]] = [{} for _ in range(SHARDS)]
        self._words: list[str] = []
        self.learn(list(words))

    def learn(self, words: Sequence[str | None]) -> list[int]:
        """Return the codes of words; one that is new gets a code, none is -1."""
        shards, said, codes = self._shards, self._words, []
        for word in words:
            if word is None:
                codes.append(UNKNOWN)
                continue
            code = shards[hash(word) % SHARDS].setdefault(word, len(said))
            if code == len(said):
                said.append(word)
            codes.append(code)
        return codes

    def coded(self, column: pa.ChunkedArray) -> Ints:
        """Return the codes of a column of words; -1 where there is none."""
        words = single(column)
        used, at = np.unique(codes_of(words.indices), return_inverse=True)
        spoken = words.dictionary.take(pa.array(used, mask=used == UNKNOWN))
        return np.array(self.learn(spoken.to_pylist()), np.int64)[at]

    def __len__(self) -> int:
        return len(self._words)

    def spoken(self, codes: Ints) -> pa.Array:
        """Return the words of some codes."""
        return pa.array([self._words[code] if code >= 0 else None for code in codes], pa.string())

    def code_of(self, word: str) -> int:
        """Return the code of a word; one that no row has, if it is not there."""
        return self._shards[hash(word) % SHARDS].get(word, len(self._words))

    def array(self) -> pa.Array:
        """Return all words; the place of each is its code."""
        return pa.array(self._words, pa.string())
