# SPDX-License-Identifier: Apache-2.0
"""Made decisions, and the runs of shipped ladders over them."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from foedus.base.dues import Limit
from foedus.base.evidence import Judgement
from foedus.base.moments import HOUR_US, Moment
from foedus.base.readings import moment
from foedus.cases.record import Decision
from foedus.guarantee.from_cases import runs
from foedus.guarantee.record import Run, Rung
from foedus.guarantee.standing import Standing
from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY

T0: Final = moment("2026-03-02T06:00:00+02:00")
IN_FORCE: Final = Standing(facts={("ladder-2026", "ceasefire-in-force"): Judgement.YES})


def after(hours: float) -> Moment:
    """Return the instant that many hours after the first breach."""
    at_us = T0.from_us + round(hours * HOUR_US)
    return Moment(written="", zone="UTC", from_us=at_us, to_us=at_us + 1, precision="instant")


def decision(hours: float = 0.0, severity: str = "single", **given: Any) -> Decision:
    """Return a determined breach that happened, was seen and decided at that hour."""
    at = given.pop("at", None) or after(hours)
    values: dict[str, Any] = {
        "decision": f"decision-{severity}-{hours:g}",
        "case": "case-1",
        "agreement": "minsk-2",
        "term": "no-fire",
        "article": "Point 1",
        "reading": "text",
        "verdict": "breach",
        "party": "ru",
        "severity": severity,
        "occurred": at,
        "detected": None,
        "verified": None,
        "determined": at,
        "body": "Special Commission",
        "standard": "not-stated",
        "votes": (),
        "incidents": (),
        "findings": (),
        "grounds": (),
        "text": "made up",
        "known_us": at.from_us,
    }
    return Decision(**{**values, **given})


@cache
def ladder(agreement_id: str) -> Agreement:
    """Return a shipped agreement."""
    return read_agreement(LIBRARY / "agreements" / f"{agreement_id}.md")


def run_of(
    decisions: list[Decision],
    hours: float,
    reading: str,
    standing: Standing = IN_FORCE,
    agreement: str = "ladder-2026",
) -> Run:
    """Return the one run of a ladder under a reading, that many hours after the first breach."""
    found = runs(decisions, [ladder(agreement)], standing, after(hours).from_us)
    (run,) = (one for one in found if one.reading == reading)
    return run


def rung(run: Run, step: int) -> Rung:
    """Return one rung of a run."""
    (found,) = (one for one in run.rungs if one.step == step)
    return found


def hours_until(limit: Limit | None) -> float:
    """Return how many hours after the first breach an exact limit falls."""
    assert limit is not None
    assert limit.earliest_us == limit.latest_us
    return (limit.earliest_us - T0.from_us) / HOUR_US
