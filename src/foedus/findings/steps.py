# SPDX-License-Identifier: Apache-2.0
"""The reasons of findings in writing: nine steps for each, from the answers of a block.

A step is `name answer share detail`, as `checker` reads it. Each text that occurs is written once;
rows hold its number until the column is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foedus.findings.answering import Asked, Excused
from foedus.findings.columns import decoded
from foedus.findings.in_time import POSSIBLE, Answered, Answers, Ints
from foedus.findings.questions import Excuse, Question
from foedus.findings.subjects import Coded, Subjects, named_of
from foedus.findings.verdicts import DECIDES
from foedus.terms.rules import PresenceRule

WORDS: Final = ("no", "possible", "sure")
NAMES: Final = (
    "reading",
    "act",
    "target",
    "bearer",
    "time",
    "place",
    "exempt",
    "exception",
    "accounts",
)
Numbers = npt.NDArray[np.int32]


class Texts:
    """All texts of a block, each once, by number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        return self.numbers.setdefault(text, len(self.numbers))

    def lists(self, numbers: Numbers) -> pa.ListArray:
        """Return the lists of texts that the rows of a matrix of numbers stand for."""
        texts = pa.array(list(self.numbers), pa.string())
        flat = decoded(texts, pa.array(np.ascontiguousarray(numbers).ravel()))
        offsets = np.arange(len(numbers) + 1, dtype=np.int32) * numbers.shape[1]
        return pa.ListArray.from_arrays(pa.array(offsets), flat)


def steps_of(
    question: Question, asked: Asked, subjects: Subjects, rows: Ints, texts: Texts
) -> Numbers:
    """Return the numbers of the steps of some rows: (rows, 9) int32."""
    is_state = isinstance(question.rule, PresenceRule)
    done = subjects.weapon if is_state else subjects.kind
    in_force = ",".join(question.dated_by) or "-"
    exempt = ",".join(exemption.id for exemption in question.exempt) or "-"
    columns = [
        _plain("reading", asked.reading[rows], question.reading, texts),
        _words("act", asked.act, done, rows, texts),
        _words("target", asked.target, subjects.target, rows, texts),
        _words("bearer", asked.bearer, _named(subjects.named), rows, texts),
        _shared("time", asked.time, rows, in_force, texts),
        _shared("place", asked.place, rows, question.place, texts),
        _shared("exempt", asked.exempt, rows, exempt, texts),
        _excuses(asked.excused, rows, texts),
        _accounts(asked.differs[rows], texts),
    ]
    return np.column_stack(columns)


def _plain(name: str, answers: Answers, detail: str, texts: Texts) -> Numbers:
    table = [texts.number(f"{name} {word} - {detail}") for word in WORDS]
    return np.array(table, np.int32)[answers]


def _words(name: str, answers: Answers, words: Coded, rows: Ints, texts: Texts) -> Numbers:
    """Number the steps that hang on a word, each pair of answer and word that occurs once."""
    code = words.codes[rows] * len(WORDS) + answers[rows]
    table = np.zeros(len(words.values) * len(WORDS), np.int32)
    for pair in np.flatnonzero(np.bincount(code, minlength=len(table))):
        word, answer = divmod(int(pair), len(WORDS))
        detail = words.values[word] or "unknown"
        table[pair] = texts.number(f"{name} {WORDS[answer]} - {detail}")
    found: Numbers = table[code]
    return found


def _shared(name: str, found: Answered, rows: Ints, detail: str, texts: Texts) -> Numbers:
    answers, shares = found.answers[rows], found.shares[rows]
    numbers = _plain(name, answers, detail, texts)
    known = np.flatnonzero((answers == POSSIBLE) & (shares >= 0))
    occurring, codes = np.unique(shares[known], return_inverse=True)
    table = [texts.number(f"{name} possible {share} {detail}") for share in occurring.tolist()]
    numbers[known] = np.array(table, np.int32)[codes]
    return numbers


def _named(named: Coded) -> Coded:
    """Return the parties of each row as a reader sees them, the claimed one alone if there is."""
    return Coded(tuple(_parties(text) for text in named.values), named.codes)


def _parties(text: str | None) -> str:
    found = named_of(text)
    return found.actor or ",".join(found.parties)


def _excuses(excused: Excused, rows: Ints, texts: Texts) -> Numbers:
    table = [texts.number(_exception(value)) for value in excused.values]
    found: Numbers = np.array(table, np.int32)[excused.codes[rows]]
    return found


def _exception(excuses: tuple[Excuse, ...]) -> str:
    unsettled = [one.id for one in excuses if one.must_be_ruled_out]
    if unsettled:
        return f"exception unsettled - {','.join(unsettled)}"
    if excuses:
        return f"exception open - {','.join(one.id for one in excuses)}"
    return "exception none - -"


def _accounts(differs: Ints, texts: Texts) -> Numbers:
    table = [texts.number(_differing(bits)) for bits in range(1 << len(DECIDES))]
    return np.array(table, np.int32)[differs]


def _differing(bits: int) -> str:
    fields: Sequence[str] = [field for bit, field in enumerate(DECIDES) if (bits >> bit) & 1]
    return f"accounts differ - {','.join(fields)}" if fields else "accounts agree - -"
