# SPDX-License-Identifier: Apache-2.0
"""What the stage of findings holds: a subject set against a term, and what that indicates.

`Finding` is one subject (an incident, an observed state, or a deadline that passed) under one term
by one reading. It indicates and decides nothing: only people determine a breach. `Count` says how
often each verdict was given, `Parting` where two readings of one term give different ones. The
steps of a finding are what `checker` recomputes its verdict from.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

US: Final = {"unit": "us"}
PPM: Final = {"unit": "parts per million"}

BREACH: Final = "breach"
PERMITTED: Final = "permitted"
NOT_COVERED: Final = "not-covered"
UNDETERMINED: Final = "undetermined"
CONTESTED: Final = "contested"
VERDICTS: Final = (BREACH, PERMITTED, NOT_COVERED, UNDETERMINED, CONTESTED)
"""Each is indicated: a breach is what the record would show if it is right."""

INCIDENT: Final = "incident"
STATE: Final = "state"
DEADLINE: Final = "deadline"
TEXT: Final = "text"
"""The one reading of an agreement that declares none."""

CAUSES: Final = {
    "act": "the record does not tell what was done closely enough",
    "target": "the record does not tell what was hit closely enough",
    "bearer": "it is not known whether those whom the term binds acted",
    "time": "it is not known whether the term was in force then",
    "place": "it is not known whether it was in the place that the term names",
    "coding": "a machine coded who acted and where, and the text does not name that place",
    "line": "the line from which the place is reckoned is not known closely enough",
    "exemption": "it may fall under a place or time that is exempt",
    "exception": "an exception must first be ruled out, of which no report tells",
    "kind-disputed": "the accounts differ on what was done",
    "target-disputed": "the accounts differ on what was hit",
    "occurred-disputed": "the accounts differ on when it was",
    "place-disputed": "the accounts differ on where it was",
    "no-observation": "a deadline has passed, and nothing that is stated says what was done by it",
    "performance-unknown": "somebody has said that nobody can tell whether it was done",
    "performance-disputed": "one says that it was done in time, another that it was not done",
    "precondition": "what must come first is not known to have come",
    "deadline": "it is not known whether the deadline has passed",
    "not-computable": "no clock can tell when the deadline is",
}
"""Cause of an undetermined or contested verdict -> what it says."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One subject under one term by one reading, with the verdict that this indicates."""

    finding_id: Annotated[
        str, Meta(description="the subject's lineage, and a digest of agreement, term and reading")
    ]
    subject_kind: Annotated[str, Meta(description="incident, state or deadline")]
    lineage_id: Annotated[str, Meta(description="lineage of the subject; survives corrections")]
    incident_id: Annotated[
        str | None, Meta(description="content id of the incident; none for a deadline")
    ]
    agreement_id: Annotated[str, Meta(description="the agreement")]
    term_id: Annotated[str, Meta(description="the term of it")]
    article: Annotated[str, Meta(description="label of the article under which the term stands")]
    reading: Annotated[
        str, Meta(description="the reading, or text where the agreement declares none")
    ]
    verdict: Annotated[
        str, Meta(description="breach, permitted, not-covered, undetermined or contested")
    ]
    probability_ppm: Annotated[
        int | None,
        Meta(description="probability of a breach, where every doubt has a share", extra=PPM),
    ]
    causes: Annotated[list[str], Meta(description="why it is undetermined or contested")]
    open_exceptions: Annotated[
        list[str], Meta(description="exceptions and releases that might hold; no report tells")
    ]
    attributed: Annotated[list[str], Meta(description="parties that sources claim to have acted")]
    attributed_ppm: Annotated[
        list[int], Meta(description="share of each, beside `attributed`", extra=PPM)
    ]
    unattributed_ppm: Annotated[int, Meta(description="share that cannot be attributed", extra=PPM)]
    steps: Annotated[list[str], Meta(description="the reasons: name, answer, share, detail")]
    evidence: Annotated[
        str, Meta(description="how well the term is borne out: S, P, ? or K (not verified)")
    ]
    known_from_us: Annotated[int, Meta(description="since when the record knew it", extra=US)]
    known_to_us: Annotated[int | None, Meta(description="until when it stood so", extra=US)]


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How often one verdict was given under one term by one reading."""

    agreement_id: Annotated[str, Meta(description="the agreement")]
    term_id: Annotated[str, Meta(description="the term of it")]
    article: Annotated[str, Meta(description="label of the article")]
    reading: Annotated[str, Meta(description="the reading")]
    verdict: Annotated[str, Meta(description="the verdict, not-covered included")]
    findings: Annotated[int, Meta(description="subjects that were given it")]


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """One subject on which the readings of one term part."""

    lineage_id: Annotated[str, Meta(description="lineage of the subject")]
    incident_id: Annotated[str, Meta(description="content id of the incident")]
    agreement_id: Annotated[str, Meta(description="the agreement")]
    term_id: Annotated[str, Meta(description="the term of it")]
    article: Annotated[str, Meta(description="label of the article")]
    readings: Annotated[list[str], Meta(description="the readings, as the agreement has them")]
    verdicts: Annotated[list[str], Meta(description="verdict under each, beside `readings`")]
