# SPDX-License-Identifier: Apache-2.0
"""What the stage of obligations holds: one guarantor, one component, one rung, what it comes to.

Its force says what stands behind it: law (an instrument in force, or the state's own consent),
promise (a pledge alone: nothing is owed in law), or neither. What was promised is told beside what
is owed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from foedus.base.dues import Due

FORCES: Final = {
    "law": "owed in law: its own law has consented, or an instrument in force owes it",
    "promise": "promised, and not owed in law",
    "none": "neither owed nor promised",
    "excluded": "said not to come",
    "unknown": "whether its law stands behind it is not known",
}
"""What stands behind an obligation -> what that means."""
STATES: Final = {
    "not-owed": "nothing is owed in law",
    "waiting": "it is owed once what it is subject to holds, or its time has come",
    "due": "it is owed, and its time runs",
    "met": "it was done in time, as much and where it was owed",
    "late": "it was done after its time",
    "overdue": "its time is over and nothing is on record as done; default is for people to state",
    "defaulted": "somebody has put on record that it was not done",
    "waived": "whom it is owed to has let it go",
    "impossible": "it cannot be done, by somebody's word",
    "contested": "it is disputed, or what was done is not what was owed",
    "unknown": "it hangs on what nobody has determined",
}
"""State of an obligation -> what it means."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the records of this stage."""


class Ground(Record, frozen=True, kw_only=True):
    """Why it is owed, down to the article and the decisions."""

    run: str
    case: str
    agreement: str
    ladder: str
    rung: str
    article: str
    reading: str
    decisions: tuple[str, ...]
    instruments: tuple[str, ...]
    """Instruments in force for the guarantor that owe it."""
    pledge: str
    """Id of the act by which the guarantor pledged it; empty: it did not."""


class Performed(Record, frozen=True, kw_only=True):
    """One act of performance, and whether it is what was owed."""

    act: str
    answer: str
    """sure, possible or no."""
    reasons: tuple[str, ...]


class Obligation(Record, frozen=True, kw_only=True):
    """Who owes what, to whom, from when, until when, on what ground, subject to what."""

    obligation: str
    """Digest of run, rung, guarantor and component."""
    state: str
    """A word of `STATES`."""
    force: str
    """A word of `FORCES`."""
    guarantor: str
    component: str
    owed_to: tuple[str, ...]
    what: str
    amount: str
    """As the guarantor stated it; empty where it stated none."""
    due: Due | None
    subject_to: tuple[str, ...]
    """Conditions that do not surely hold, in words."""
    missing: tuple[str, ...]
    """What its own law still asks for, with whose turn it is."""
    ground: Ground
    performed: tuple[Performed, ...]
    reasons: tuple[str, ...]
    assumed: bool
