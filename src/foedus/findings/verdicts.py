# SPDX-License-Identifier: Apache-2.0
"""What the answers of all steps together indicate, and why it is not more.

In this order, the first that holds: (1) one step that is no: not covered; (2) surely exempt:
permitted; (3) a step that is not sure because the accounts differ in just what decides it:
contested; (4) any step that is not sure, or an exception that must first be ruled out:
undetermined; (5) else a breach is indicated. Answers are packed into one number, so that each
combination is judged once however many rows have it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from foedus.findings.in_time import ALL_PPM, NO, NO_SHARE, POSSIBLE, SURE, Answers, Ints
from foedus.findings.record import (
    BREACH,
    CONTESTED,
    NOT_COVERED,
    PERMITTED,
    UNDETERMINED,
    VERDICTS,
)

STEPS: Final = ("reading", "act", "target", "bearer", "time", "place")
"""The steps that must all hold, in the order in which they are asked."""
DECIDES: Final = {"kind": "act", "target": "target", "occurred": "time", "place": "place"}
"""Field in which accounts may differ -> the step that it decides."""
EXEMPT_BY: Final = ("occurred", "place")
"""Fields on which an exemption hangs."""
Flags = npt.NDArray[np.bool_]
_FIELDS: Final = tuple(DECIDES)
_EXEMPT_BIT: Final = 2 * len(STEPS)
_UNSETTLED_BIT: Final = _EXEMPT_BIT + 2
_LINE_BIT: Final = _UNSETTLED_BIT + 1
_CODED_BIT: Final = _LINE_BIT + 1
_DIFFERS_BIT: Final = _CODED_BIT + 1
CODES: Final = 1 << (_DIFFERS_BIT + len(_FIELDS))
"""How many combinations of answers there are."""


class Combination(NamedTuple):
    """The answers of one subject under one term by one reading."""

    steps: tuple[int, ...]
    """Answers of `STEPS`: 0 no, 1 possible, 2 sure."""
    exempt: int
    unsettled: bool
    """Whether an exception stands open that must first be ruled out."""
    line: bool
    """Whether the place hangs on a line."""
    coded: bool
    """Whether place and doer were coded by machine, and no text bears the place out."""
    differs: tuple[str, ...]
    """Fields in which the accounts differ."""


class Outcome(NamedTuple):
    """A verdict, and its causes if it leaves something open."""

    verdict: str
    causes: tuple[str, ...]


def judged(found: Combination) -> Outcome:
    """Return what one combination of answers indicates."""
    if NO in found.steps:
        return Outcome(NOT_COVERED, ())
    if found.exempt == SURE:
        return Outcome(PERMITTED, ())
    open_steps = {step for step, answer in zip(STEPS, found.steps, strict=True) if answer < SURE}
    disputed = [field for field in found.differs if _decides(field, open_steps, found.exempt)]
    causes = (*(f"{field}-disputed" for field in disputed), *_doubts(found, open_steps))
    if disputed:
        return Outcome(CONTESTED, causes)
    return Outcome(UNDETERMINED if causes else BREACH, causes)


def _decides(field: str, open_steps: set[str], exempt: int) -> bool:
    is_about_exemption = field in EXEMPT_BY and exempt == POSSIBLE
    return DECIDES[field] in open_steps or is_about_exemption


def _doubts(found: Combination, open_steps: set[str]) -> list[str]:
    steps: list[str] = [step for step in STEPS if step in open_steps]
    if found.line:
        steps = ["line" if step == "place" else step for step in steps]
    if found.coded and (coded := {"place", "line", "bearer"} & set(steps)):
        steps = [*(step for step in steps if step not in coded), "coding"]
    exempt = ["exemption"] if found.exempt == POSSIBLE else []
    return [*steps, *exempt, *(["exception"] if found.unsettled else [])]


def packed(steps: list[Answers], exempt: Answers, differs: Ints) -> Ints:
    """Return one number for each row; `differs` has bit i for the i-th field of `DECIDES`."""
    code = exempt.astype(np.int64) << _EXEMPT_BIT
    for position, answers in enumerate(steps):
        code |= answers.astype(np.int64) << (2 * position)
    return code | (differs << _DIFFERS_BIT)


def flagged(unsettled: Flags, coded: Flags, *, line: bool) -> Ints:
    """Return what else is in the number: two flags of each row, and one that all rows share."""
    code = unsettled.astype(np.int64) << _UNSETTLED_BIT
    code |= coded.astype(np.int64) << _CODED_BIT
    return code | (int(line) << _LINE_BIT)


def unpacked(code: int) -> Combination:
    """Return the answers that a number stands for."""
    return Combination(
        steps=tuple((code >> (2 * position)) & 3 for position in range(len(STEPS))),
        exempt=(code >> _EXEMPT_BIT) & 3,
        unsettled=bool((code >> _UNSETTLED_BIT) & 1),
        line=bool((code >> _LINE_BIT) & 1),
        coded=bool((code >> _CODED_BIT) & 1),
        differs=tuple(
            field for bit, field in enumerate(_FIELDS) if (code >> (_DIFFERS_BIT + bit)) & 1
        ),
    )


class Judged(NamedTuple):
    """The outcomes of the combinations that occur, to be looked up by their numbers."""

    verdict: npt.NDArray[np.int8]
    """Combination -> position in `VERDICTS`."""
    outcome: npt.NDArray[np.int32]
    """Combination -> position in `outcomes`."""
    outcomes: tuple[Outcome, ...]


def judge(codes: Ints) -> Judged:
    """Judge every combination that occurs among the rows."""
    occurring = np.flatnonzero(np.bincount(codes, minlength=CODES))
    outcomes = tuple(judged(unpacked(int(code))) for code in occurring)
    verdict = np.zeros(CODES, np.int8)
    verdict[occurring] = [VERDICTS.index(outcome.verdict) for outcome in outcomes]
    position = np.zeros(CODES, np.int32)
    position[occurring] = np.arange(len(outcomes))
    return Judged(verdict, position, outcomes)


def probabilities(
    verdict: npt.NDArray[np.int8], steps: list[tuple[Answers, Ints | None]], exempt: Ints
) -> Ints:
    """Return for each row the probability of a breach in parts per million, or NO_SHARE.

    `steps` has answers and shares (None: never a share); `exempt` the share of being exempt, 0
    where it is surely not. Shares are multiplied in the order of the steps, each product rounded
    down.
    """
    found = np.full(len(verdict), ALL_PPM, np.int64)
    for answers, shares in steps:
        doubtful = answers == POSSIBLE
        part = NO_SHARE if shares is None else shares
        product = np.where((found < 0) | (np.asarray(part) < 0), NO_SHARE, found * part // ALL_PPM)
        found = np.where(doubtful, product, found)
    rest = np.where((found < 0) | (exempt < 0), NO_SHARE, found * (ALL_PPM - exempt) // ALL_PPM)
    open_verdict = verdict == VERDICTS.index(UNDETERMINED)
    settled = np.where(verdict == VERDICTS.index(BREACH), ALL_PPM, 0)
    settled = np.where(verdict == VERDICTS.index(CONTESTED), NO_SHARE, settled)
    return np.where(open_verdict, rest, settled)
