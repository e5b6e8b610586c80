# SPDX-License-Identifier: Apache-2.0
"""What the stage of cases holds: a case as its acts have made it, and a decision.

`Decision` is the only thing of this stage that the next one takes: it is what people determined,
with who voted how and on which ground, and nothing that the machine merely indicates. A case keeps
every act that was refused, with the reason.
"""

from __future__ import annotations

import msgspec

from foedus.base.moments import Moment
from foedus.cases.kinds import (
    Approval,
    Conflict,
    Hypothesis,
    Notice,
    Opening,
    Recusal,
    Remedy,
    Reply,
    Severity,
    Verdict,
)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the records of this stage."""


class Commission(Record, frozen=True, kw_only=True):
    """Who decides, and with which majority."""

    body: str
    members: tuple[str, ...]
    quorum: int
    majority: str
    standard: str
    source: str


class Cast(Record, frozen=True, kw_only=True):
    """A vote that counts."""

    member: str
    verdict: str
    party: str | None
    dissent: str
    act: str


class Refusal(Record, frozen=True, kw_only=True):
    """An act that had no effect, and the sentence that says why."""

    act: str
    kind: str
    reason: str


class Ordered(Record, frozen=True, kw_only=True):
    """A remedy with the act that ordered it, and the one that carried it out."""

    remedy: Remedy
    act: str
    decision: str = ""
    """The decision that it follows, from which its time counts."""
    fulfilled_by: str = ""
    fulfilled: Moment | None = None


class Decision(Record, frozen=True, kw_only=True):
    """What a commission determined about one case: the one input of the guarantee."""

    decision: str
    """Id of the act."""
    case: str
    agreement: str
    term: str
    article: str
    reading: str
    verdict: Verdict
    party: str | None
    """Who answers for it; None: it cannot be attributed."""
    severity: Severity
    occurred: Moment
    detected: Moment | None
    verified: Moment | None
    determined: Moment
    body: str
    standard: str
    votes: tuple[Cast, ...]
    incidents: tuple[str, ...]
    findings: tuple[str, ...]
    grounds: tuple[str, ...]
    text: str
    known_us: int
    """When the record knew it, UTC microseconds."""
    assumed: bool = False
    """True where a replay was told to assume it; then everything that follows is assumed."""


class Case(Record, frozen=True, kw_only=True):
    """One case: what it is about, what was said, what was decided."""

    id: str
    state: str
    opening: Opening | None = None
    opened: Moment | None = None
    incidents: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    replies: tuple[Reply, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    """Conflicts of role that somebody has put on record."""
    aside: tuple[Recusal, ...] = ()
    """Members that have stepped aside."""
    approvals: tuple[Approval, ...] = ()
    """Who has signed the file off."""
    vote_until: Moment | None = None
    votes: tuple[Cast, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """The decisions in effect, in their order: that there was a breach, that it went on, that it
    widened."""
    overruled: tuple[Decision, ...] = ()
    """Decisions that a correction has taken the effect of."""
    remedies: tuple[Ordered, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    acts: tuple[str, ...] = ()
    """Ids of all acts, those that were refused too."""

    @property
    def decision(self) -> Decision | None:
        """The last decision in effect; None while there is none."""
        return self.decisions[-1] if self.decisions else None
