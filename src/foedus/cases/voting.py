# SPDX-License-Identifier: Apache-2.0
"""Whether the votes that were cast carry a determination, by the composition that decides.

Abstentions count towards the quorum and towards no majority, but for an absolute one, which is of
all members. A determination must be what the majority voted for: same verdict, same party.
"""

from __future__ import annotations

from collections.abc import Sequence

from foedus.cases.kinds import Determination
from foedus.cases.record import Cast, Commission

ABSTAIN = "abstain"


def objection(said: Determination, votes: Sequence[Cast], commission: Commission | None) -> str:
    """Return why a determination is not carried; empty if it is."""
    if commission is None:
        return "no commission was constituted that could decide"
    if len(votes) < commission.quorum:
        return (
            f"the quorum is {commission.quorum} of {len(commission.members)} members; "
            f"{len(votes)} voted"
        )
    agreed = [vote for vote in votes if (vote.verdict, vote.party) == (said.verdict, said.party)]
    against = [vote for vote in votes if vote not in agreed and vote.verdict != ABSTAIN]
    needed = _needed(commission, len(agreed) + len(against))
    if commission.majority == "consensus" and against:
        return f"consensus is asked for, and {_names(against)} voted otherwise"
    if len(agreed) < needed:
        return f"{commission.majority} majority needs {needed} votes for it; {len(agreed)} were"
    return ""


def _needed(commission: Commission, spoke: int) -> int:
    if commission.majority == "absolute":
        return len(commission.members) // 2 + 1
    if commission.majority == "two-thirds":
        return max(-(-2 * spoke // 3), 1)
    return spoke // 2 + 1 if commission.majority == "simple" else 1


def _names(votes: Sequence[Cast]) -> str:
    return ", ".join(vote.member for vote in votes)
