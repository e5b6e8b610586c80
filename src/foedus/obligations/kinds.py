# SPDX-License-Identifier: Apache-2.0
"""What people may state about an obligation, as kinds of acts; their subject is the obligation."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from foedus.trust.kinds import Kind, Text

Count = Annotated[int, msgspec.Meta(ge=0)]


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the payloads of this stage."""

    state: Text
    """The guarantor."""
    text: Text


class Performance(Payload, frozen=True, kw_only=True):
    """A guarantor, or who received it, states what was done."""

    component: Text
    quantity: Count | None = None
    unit: str = ""
    place: str = ""


class Waiver(Payload, frozen=True, kw_only=True):
    """Whom it is owed to lets it go."""


class Impossibility(Payload, frozen=True, kw_only=True):
    """It cannot be done, by somebody's word, with the reason."""


class Contest(Payload, frozen=True, kw_only=True):
    """Somebody disputes that it is owed, or that it was done."""


class Default(Payload, frozen=True, kw_only=True):
    """It is put on record that it was not done in time: never inferred, always said by somebody."""


ACTORS: Final = ("guarantor", "beneficiary", "case-officer")
PERFORM: Final = Kind("obligation.perform", ACTORS, Performance, scope="state")
WAIVE: Final = Kind("obligation.waive", ("beneficiary",), Waiver)
IMPOSSIBLE: Final = Kind("obligation.impossible", ACTORS, Impossibility, scope="state")
CONTEST: Final = Kind("obligation.contest", ACTORS, Contest, scope="state")
DEFAULT: Final = Kind("obligation.default", ("case-officer", "beneficiary"), Default)
KINDS: Final = (PERFORM, WAIVE, IMPOSSIBLE, CONTEST, DEFAULT)
Done = Literal["perform", "waive", "impossible", "contest", "default"]
"""The verbs of the acts."""
