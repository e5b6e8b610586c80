# SPDX-License-Identifier: Apache-2.0
"""How sure: three-valued answers, judgements that add up, and the two grades of a report.

`Answer` is Kleene's strong three-valued logic (Introduction to Metamathematics, 1952, section 64):
unknown is never turned into false. `Judgement` adds what several people or rules say of one
question: yes and no together are contested, never an average. Source and item grades follow the
NATO admiralty system (STANAG 2511): A-F for the source, 1-6 for the item, kept apart.
"""

from __future__ import annotations

from enum import Enum
from functools import reduce
from typing import Final


class Answer(Enum):
    """Sure, possible or no: what an imprecise record can answer to a precise question."""

    SURE = "sure"
    POSSIBLE = "possible"
    NO = "no"

    def __and__(self, other: Answer) -> Answer:
        return min(self, other, key=_ORDER.__getitem__)

    def __or__(self, other: Answer) -> Answer:
        return max(self, other, key=_ORDER.__getitem__)

    def __invert__(self) -> Answer:
        return _NEGATION[self]


_ORDER: Final = {Answer.NO: 0, Answer.POSSIBLE: 1, Answer.SURE: 2}
_NEGATION: Final = {
    Answer.NO: Answer.SURE,
    Answer.POSSIBLE: Answer.POSSIBLE,
    Answer.SURE: Answer.NO,
}


class Judgement(Enum):
    """What is said of one question; `+` joins two sayings, and yes + no is contested."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"
    CONTESTED = "contested"

    def __add__(self, other: Judgement) -> Judgement:
        if self is other or other is Judgement.UNKNOWN:
            return self
        if self is Judgement.UNKNOWN:
            return other
        return Judgement.CONTESTED

    @classmethod
    def joined(cls, sayings: list[Judgement]) -> Judgement:
        """Return the sum of `sayings`; of none at all it is unknown."""
        return reduce(Judgement.__add__, sayings, cls.UNKNOWN)


SOURCE_GRADES: Final = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
ITEM_GRADES: Final = {
    1: "confirmed by other sources",
    2: "probably true",
    3: "possibly true",
    4: "doubtful",
    5: "improbable",
    6: "truth cannot be judged",
}
