# SPDX-License-Identifier: Apache-2.0
"""What may be done in a case, as kinds of acts with their payloads.

A case begins with an indicated finding or with a complaint; parties are heard, explanations stand
side by side, members vote, and the commission determines. What each act does to a case is left to
`procedure`; who may sign it is said by the roles here.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from foedus.errors import DrafterError, Fault
from foedus.trust.kinds import Kind, Text
from foedus.trust.times import held

Verdict = Literal["breach", "no-breach", "cannot-be-determined"]
Severity = Literal["single", "persistent", "extended", "not-stated"]
"""One breach; one that goes on; one that has become an extended attack."""
Instant = Annotated[str, msgspec.Meta(min_length=10, max_length=40)]
"""A day or an instant with its offset, as envelopes write them."""
INSTANTS: Final = ("until", "occurred", "detected", "verified")
"""Fields that hold one."""
Names = Annotated[tuple[Text, ...], msgspec.Meta(max_length=200)]


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the payloads of this stage; refuses instants that cannot be read."""

    def __post_init__(self) -> None:
        told = [getattr(self, name, None) for name in INSTANTS]
        found = [held(written, "UTC") for written in told if written is not None]
        if faults := [fault for fault in found if isinstance(fault, Fault)]:
            raise DrafterError(*faults)


class Constitution(Payload, frozen=True, kw_only=True):
    """A commission is set up: its members, and how many of them decide."""

    body: Text
    members: Names
    quorum: Annotated[int, msgspec.Meta(ge=1)]
    """How many must vote, abstentions included."""
    majority: Literal["simple", "absolute", "two-thirds", "consensus"]
    """Of those who vote for or against; of all members; two thirds of those who vote; nobody
    against."""
    standard: Text
    """Standard of proof that it applies."""
    source: Text


class Opening(Payload, frozen=True, kw_only=True):
    """A case is opened by an indicated finding, or by the complaint of a party."""

    by: Literal["finding", "complaint"]
    complainant: Text | None = None
    agreement: Text
    term: Text
    article: Text
    reading: Text = "text"
    incidents: Names = ()
    """Lineages of the incidents, which survive corrections."""
    findings: Names = ()
    accused: Names = ()
    severity: Severity = "not-stated"
    text: Text


class Joinder(Payload, frozen=True, kw_only=True):
    """Another finding or incident is taken into a case."""

    incidents: Names = ()
    findings: Names = ()
    text: Text


class Notice(Payload, frozen=True, kw_only=True):
    """A party is told of the case, and until when it may reply."""

    party: Text
    until: Instant
    text: Text


class Reply(Payload, frozen=True, kw_only=True):
    """A party answers."""

    party: Text
    text: Text


class Hypothesis(Payload, frozen=True, kw_only=True):
    """One explanation of what happened, with what speaks for it and against it."""

    id: Text
    text: Text
    actor: Text | None = None
    """Who would have acted; left out where it names nobody."""
    supports: Names = ()
    contradicts: Names = ()
    """Reports, incidents or findings that speak for it, and against it."""


class Conflict(Payload, frozen=True, kw_only=True):
    """Somebody says that a member or an officer has another part in what the case is about.

    Such as a member whose own side is accused, or who answers for its discipline.
    """

    who: Text
    role: Literal["member", "case-officer"]
    text: Text


class Recusal(Payload, frozen=True, kw_only=True):
    """A member steps aside in this case: it has no vote in it, and counts towards no quorum."""

    member: Text
    text: Text


class Approval(Payload, frozen=True, kw_only=True):
    """An officer signs the file off as complete, before it is voted upon."""

    officer: Text
    text: Text


class Call(Payload, frozen=True, kw_only=True):
    """A vote is called, with the last instant at which it may be cast."""

    until: Instant


class Vote(Payload, frozen=True, kw_only=True):
    """A member votes; a dissent may be stated with it."""

    member: Text
    verdict: Verdict | Literal["abstain"]
    party: Text | None = None
    dissent: Text | None = None


class Determination(Payload, frozen=True, kw_only=True):
    """The commission decides: whether there was a breach, by whom, how grave."""

    verdict: Verdict
    party: Text | None = None
    """Who answers for it; left out: it cannot be attributed."""
    severity: Severity = "not-stated"
    occurred: Instant
    detected: Instant | None = None
    verified: Instant | None = None
    hypothesis: Text | None = None
    """Id of the explanation that it accepts."""
    grounds: Names = ()
    text: Text


class Remedy(Payload, frozen=True, kw_only=True):
    """What must be done about a breach, by whom, by when."""

    id: Text
    bearer: Text
    what: Text
    within: Text
    """A duration with its unit, counted from the determination."""


class Fulfilment(Payload, frozen=True, kw_only=True):
    """A remedy was carried out, by somebody's word."""

    remedy: Text
    text: Text


class Correction(Payload, frozen=True, kw_only=True):
    """A determined case is taken up again, since what it rests on has changed."""

    reason: Text


class Closing(Payload, frozen=True, kw_only=True):
    """A case is closed."""

    text: Text


REGISTRAR: Final = ("registrar",)
OFFICER: Final = ("case-officer",)
PARTY: Final = ("party",)
MEMBER: Final = ("commission-member",)

CONSTITUTE: Final = Kind("commission.constitute", REGISTRAR, Constitution)
OPEN: Final = Kind("case.open", (*OFFICER, *PARTY), Opening)
JOIN: Final = Kind("case.join", OFFICER, Joinder)
NOTIFY: Final = Kind("case.notify", OFFICER, Notice)
REPLY: Final = Kind("case.reply", PARTY, Reply, scope="party")
SUPPOSE: Final = Kind("case.suppose", OFFICER, Hypothesis)
CONFLICT: Final = Kind("case.conflict", (*OFFICER, *PARTY, *MEMBER), Conflict)
RECUSE: Final = Kind("case.step-aside", MEMBER, Recusal, scope="member")
SIGN_OFF: Final = Kind("case.sign-off", OFFICER, Approval)
CALL: Final = Kind("case.call-vote", OFFICER, Call)
VOTE: Final = Kind("case.vote", MEMBER, Vote, scope="member")
DETERMINE: Final = Kind("case.determine", (*OFFICER, *MEMBER), Determination)
REMEDY: Final = Kind("case.remedy", OFFICER, Remedy)
FULFIL: Final = Kind("case.fulfil", (*OFFICER, *PARTY), Fulfilment)
CORRECT: Final = Kind("case.correct", OFFICER, Correction)
CLOSE: Final = Kind("case.close", OFFICER, Closing)

KINDS: Final = (
    CONSTITUTE,
    OPEN,
    JOIN,
    NOTIFY,
    REPLY,
    SUPPOSE,
    CONFLICT,
    RECUSE,
    SIGN_OFF,
    CALL,
    VOTE,
    DETERMINE,
    REMEDY,
    FULFIL,
    CORRECT,
    CLOSE,
)
