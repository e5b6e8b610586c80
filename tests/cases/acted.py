# SPDX-License-Identifier: Apache-2.0
"""A made commission and the acts of a made case, as a log gives them."""

from __future__ import annotations

from typing import Any

from foedus.base.moments import HOUR_US
from foedus.base.readings import moment
from foedus.cases.procedure import case_fold, commission_of
from foedus.cases.record import Case, Commission
from foedus.trust.folding import Entry, state

START_US = moment("2026-03-02T00:00:00Z").from_us
MEMBERS = ("fr", "gb", "pl", "tr", "ua")


def entry(number: int, kind: str, hours: float, payload: dict[str, Any], subject: str) -> Entry:
    """Return one act as folds see it."""
    at_us = START_US + round(hours * HOUR_US)
    return Entry(number, at_us, subject, kind, at_us, at_us + 1, f"act-{number}", payload)


def commission(majority: str = "simple", quorum: int = 3) -> Commission:
    """Return a commission of five."""
    payload = {
        "body": "Special Commission",
        "members": list(MEMBERS),
        "quorum": quorum,
        "majority": majority,
        "standard": "clear and convincing",
        "source": "made up",
    }
    found = commission_of([entry(0, "commission.constitute", 0, payload, "commission")])
    assert found is not None
    return found


OPEN = ("case.open", 1.0, {
    "by": "finding", "agreement": "minsk-2", "term": "no-fire", "article": "Point 1",
    "incidents": ["i1"], "findings": ["f1"], "accused": ["ru"], "text": "shells on a town",
})  # fmt: skip
NOTIFY = ("case.notify", 2.0, {"party": "ru", "until": "2026-03-02T12:00:00Z", "text": "please"})
REPLY = ("case.reply", 3.0, {"party": "ru", "text": "it was not us"})
SUPPOSE = ("case.suppose", 4.0, {"id": "h1", "text": "mortar from the east", "actor": "ru",
           "supports": ["i1"]})  # fmt: skip
CALL = ("case.call-vote", 13.0, {"until": "2026-03-03T00:00:00Z"})
DETERMINE = ("case.determine", 20.0, {
    "verdict": "breach", "party": "ru", "severity": "single",
    "occurred": "2026-03-01T22:10:00Z", "grounds": ["f1"], "text": "it was a breach",
})  # fmt: skip


def vote(
    member: str, verdict: str = "breach", party: str | None = "ru", hours: float = 14.0
) -> tuple[str, float, dict[str, Any]]:
    """Return a vote."""
    payload = {"member": member, "verdict": verdict}
    return ("case.vote", hours, payload | ({"party": party} if party else {}))


def case_of(*acts: tuple[str, float, dict[str, Any]], by: Commission | None = None) -> Case:
    """Return the case that these acts make, in their order."""
    entries = [
        entry(number, kind, hours, payload, "case-1")
        for number, (kind, hours, payload) in enumerate(acts, start=1)
    ]
    return state(case_fold(by or commission()), "case-1", entries)


HEARD = (OPEN, NOTIFY, REPLY, SUPPOSE, CALL)
