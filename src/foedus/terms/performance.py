# SPDX-License-Identifier: Apache-2.0
"""What is stated of duties: done, not done, or that nobody can tell; by whom, as of when, who says.

An agreement tells what must be done and by when, never what was. That is stated beside it, each
statement with its source; whether it makes a duty kept or broken is left to `findings`.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from foedus.base.moments import Moment

DONE: Final = "done"
NOT_DONE: Final = "not-done"
UNKNOWN: Final = "unknown"
State = Literal["done", "not-done", "unknown"]


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One statement about one duty."""

    duty: str
    """Id of the duty."""
    state: State
    on: Moment
    """When it was done; of the others, as of when they are said."""
    by: tuple[str, ...] = ()
    """Parties of the agreement of whom it is said; none: all whom the duty binds, none named."""
    source_url: str
    evidence: str
