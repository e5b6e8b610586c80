# SPDX-License-Identifier: Apache-2.0
"""What publication is given: one run's record, and what is known of how it came about.

Holds `Material`, handed in by whoever ran the pipeline. It is internal: what of it may leave is
decided by `policy` alone. There is no clock in it: `now_us`, `on` and `known` are the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from foedus.findings.from_incidents import Findings
from foedus.mission import Mission
from foedus.publication.replayed import Replayed
from foedus.reports.profile import Profile


class Delivered(Protocol):
    """One file that was read: whose it is, its digest, and what became of its rows."""

    @property
    def source_id(self) -> str:
        """The source that delivered it."""

    @property
    def file(self) -> str:
        """Its path as the mission has it."""

    @property
    def sha256(self) -> str:
        """Digest of its bytes, 64 hexadecimal digits."""

    @property
    def read(self) -> int:
        """Rows read; always accepted + quarantined."""

    @property
    def accepted(self) -> int:
        """Rows that became reports."""

    @property
    def quarantined(self) -> int:
        """Rows that could not be read."""


@dataclass(frozen=True)
class Material:
    """One run, as publication sees it."""

    mission: Mission
    profiles: Mapping[str, Profile]
    """Source id -> what is declared of it, in the mission's order."""
    tables: Mapping[str, pa.Table]
    """reports, articles, refusals, incidents, members, disagreements, and where the mission names
    agreements findings, counts, partings; schemas from the records."""
    inputs: Sequence[Delivered]
    parameters_digest: str
    """Digest of the frozen parameters that fusion took."""
    now_us: int
    """When it is published, UTC microseconds since 1970."""
    on: str | None = None
    """Occurrences that began by then, as written; None: all."""
    known: str | None = None
    """What the record knew by then, as written; None: all that it holds."""
    known_us: int | None = None
    """The same in UTC microseconds since 1970."""
    replayed: Replayed | None = None
    """What the replay gave that the mission ends with; None where it names none."""
    indicate: Callable[[pa.Table], Findings] | None = None
    """Sets incidents against the mission's agreements; None where it names none."""

    @property
    def moment_us(self) -> int:
        """The moment from which delays count: the present one, or an earlier one if asked for."""
        return self.now_us if self.known_us is None else min(self.known_us, self.now_us)
