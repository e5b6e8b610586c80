# SPDX-License-Identifier: Apache-2.0
"""Recomputes a verdict from the steps of a finding alone, and tells them to people.

Shares no code with the stage that made them, so that it can be read, and trusted, by itself. A step
is `name answer share detail`: share in parts per million or `-`, and detail to the end of the line.
Answers are sure, possible, no; for `accounts` agree or differ, for `exception` none, open (a
party must invoke it) or unsettled (it must first be ruled out); of a deadline, `due`, `first` and
`record`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from foedus.errors import DrafterError, Fault
from foedus.terms.record import Agreement, Term

MUST_HOLD: Final = ("reading", "act", "target", "bearer", "time", "place")
OF_INCIDENT: Final = (*MUST_HOLD, "exempt", "exception", "accounts")
OF_DEADLINE: Final = ("reading", "due", "first", "record")
DECIDED_BY: Final = {
    "kind": ("act",),
    "target": ("target",),
    "occurred": ("time", "exempt"),
    "place": ("place", "exempt"),
}
ANSWERS: Final = {
    "exception": ("none", "open", "unsettled"),
    "accounts": ("agree", "differ"),
    "first": ("none", "open"),
    "record": (
        "none",
        "done",
        "partly",
        "late",
        "not-done",
        "unknown",
        "unsettled",
        "disputed",
    ),
}
WHOLE: Final = 1_000_000


class Step(NamedTuple):
    """One reason."""

    name: str
    answer: str
    share_ppm: int | None
    detail: str


class Recomputed(NamedTuple):
    """What the steps indicate."""

    verdict: str
    probability_ppm: int | None


def read_step(line: str) -> Step:
    """Return a step that was written; raises `DrafterError` if it is none."""
    parts = line.split(" ", 3)
    names = (*OF_INCIDENT, *OF_DEADLINE)
    if len(parts) != 4 or parts[0] not in names:
        raise DrafterError(Fault(expected="name answer share detail", got=repr(line)))
    name, answer, share, detail = parts
    known = ANSWERS.get(name, ("sure", "possible", "no"))
    if answer not in known or not (share == "-" or share.isdecimal()):
        expected = f"{', '.join(known)} and a share or -"
        raise DrafterError(Fault(column=name, expected=expected, got=f"{answer} {share}"))
    return Step(name, answer, None if share == "-" else int(share), detail)


def recomputed(steps: Sequence[str]) -> Recomputed:
    """Return the verdict and the probability that the steps of a finding give.

    Raises `DrafterError` where a step is missing, comes twice or cannot be read.
    """
    read = [read_step(line) for line in steps]
    names = tuple(step.name for step in read)
    if names == OF_DEADLINE:
        return _of_deadline({step.name: step.answer for step in read})
    if names != OF_INCIDENT:
        raise DrafterError(Fault(expected=", ".join(OF_INCIDENT), got=", ".join(names)))
    by_name = {step.name: step for step in read}
    verdict = _verdict(by_name)
    if verdict == "undetermined":
        return Recomputed(verdict, _probability(by_name))
    return Recomputed(verdict, {"breach": WHOLE, "contested": None}.get(verdict, 0))


def _of_deadline(answers: dict[str, str]) -> Recomputed:
    if answers["record"] == "disputed":
        return Recomputed("contested", None)
    if answers["record"] == "done":
        return Recomputed("permitted", 0)
    is_broken = answers["record"] in ("not-done", "late")
    if is_broken and answers["due"] == "sure" and answers["first"] == "none":
        return Recomputed("breach", WHOLE)
    return Recomputed("undetermined", None)


def _verdict(steps: dict[str, Step]) -> str:
    answers = {name: step.answer for name, step in steps.items()}
    if any(answers[name] == "no" for name in MUST_HOLD):
        return "not-covered"
    if answers["exempt"] == "sure":
        return "permitted"
    doubtful = {name for name in (*MUST_HOLD, "exempt") if answers[name] == "possible"}
    differing = steps["accounts"].detail.split(",") if answers["accounts"] == "differ" else []
    if any(doubtful & set(DECIDED_BY[field]) for field in differing):
        return "contested"
    return "undetermined" if doubtful or answers["exception"] == "unsettled" else "breach"


def _probability(steps: dict[str, Step]) -> int | None:
    found = WHOLE
    for name in (*MUST_HOLD, "exempt"):
        step = steps[name]
        if step.answer != "possible":
            continue
        if step.share_ppm is None:
            return None
        share = WHOLE - step.share_ppm if name == "exempt" else step.share_ppm
        found = found * share // WHOLE
    return None if steps["exception"].answer == "unsettled" else found


SENTENCES: Final = {
    "reading sure": "The term holds under this reading.",
    "reading no": "The term does not hold under this reading.",
    "act sure": "What was done ({detail}) is among the acts of the term.",
    "act possible": "What was done ({detail}) may be among the acts of the term.",
    "act no": "What was done ({detail}) is not among the acts of the term.",
    "target sure": "What was hit ({detail}) is covered: any target, or this one.",
    "target possible": "The target ({detail}) may be on the list of the term.",
    "target no": "The target ({detail}) is not on the list of the term.",
    "bearer sure": "Those whom the sources name as involved ({detail}) are bound by the term.",
    "bearer possible": "Whether somebody whom the term binds acted is not known ({detail}).",
    "bearer no": "Nobody whom the sources name ({detail}) is bound by the term.",
    "time sure": "The term was in force through all of its time ({detail}).",
    "time possible": "The term was in force for {share} of its time ({detail}).",
    "time no": "The term was not in force at its time ({detail}).",
    "place sure": "It lies wholly where the term holds ({detail}).",
    "place possible": "Where the term holds ({detail}) lies {share} of where it may have been.",
    "place no": "It lies outside of where the term holds ({detail}).",
    "exempt sure": "It falls under an exemption ({detail}).",
    "exempt possible": "It may fall under an exemption ({detail}); share: {share}.",
    "exempt no": "No exemption covers it.",
    "exception none": "The term has no exception.",
    "exception open": "No report tells whether an exception holds ({detail}).",
    "exception unsettled": "An exception must first be ruled out, and no report tells ({detail}).",
    "accounts agree": "The accounts do not differ in anything that decides.",
    "accounts differ": "The accounts differ in what may decide ({detail}).",
    "due sure": "The deadline has passed: {detail}.",
    "due possible": "Whether the deadline has passed is not known: {detail}.",
    "due no": "The deadline has not passed: {detail}.",
    "first none": "Nothing else had to come first.",
    "first open": "What had to come first is not known to have come: {detail}.",
    "record none": "Nothing that is stated tells whether it was done.",
    "record done": "It is stated to have been done in time: {detail}.",
    "record partly": "It is stated of some only whom it binds: {detail}.",
    "record late": "It is stated to have been done after the deadline: {detail}.",
    "record not-done": "It is stated not to have been done after the deadline: {detail}.",
    "record unknown": "It is stated that nobody can tell whether it was done: {detail}.",
    "record unsettled": "It is stated to have been done, and not clear whether in time: {detail}.",
    "record disputed": "It is stated to have been done in time, and not to have been: {detail}.",
}


def told(steps: Sequence[str], term: Term, agreement: Agreement) -> list[str]:
    """Return the reasons as sentences, the first naming the article, the last the source."""
    source = agreement.head.sources[term.rule.source]
    opening = f"{agreement.head.title.get('en', agreement.id)}, {term.article}: {term.rule.text}"
    sentences = [_sentence(read_step(line)) for line in steps]
    verified = "" if term.is_verified else " This was not verified."
    return [opening, *sentences, f"Source: {source.title}, {source.url}.{verified}"]


def _sentence(step: Step) -> str:
    share = "an unknown share"
    if step.share_ppm is not None:
        share = f"{step.share_ppm / 10_000:.4g} per cent"
    return SENTENCES[f"{step.name} {step.answer}"].format(detail=step.detail, share=share)
