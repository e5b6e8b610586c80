# SPDX-License-Identifier: Apache-2.0
"""How publication arises from a run: the run's record, handed on as `Material`.

`publish_run` is what the command line and `foedus.run` hand to the pipeline, which stands on the
same row and does not know what is published. The present moment is handed in by them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from foedus.findings.from_incidents import Findings
from foedus.incidents.parameters import Parameters
from foedus.mission import Mission
from foedus.publication.binding_page import write_bound
from foedus.publication.bulletin import publish
from foedus.publication.material import Delivered, Material
from foedus.publication.replayed import Replayed
from foedus.register.public_record import FOLDER
from foedus.reports.profile import Profile


class Finished(Protocol):
    """What publication reads of a run that is done."""

    @property
    def mission(self) -> Mission:
        """The mission that was run."""

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """Source id -> profile, in the mission's order."""

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """The tables of the record, by name."""

    @property
    def inputs(self) -> Sequence[Delivered]:
        """The files that were read."""

    @property
    def parameters(self) -> Parameters:
        """The frozen parameters that fusion took."""

    @property
    def on(self) -> str | None:
        """Occurrences that began by then, as written."""

    @property
    def known(self) -> str | None:
        """What the record knew by then, as written."""

    @property
    def known_us(self) -> int | None:
        """The same in UTC microseconds."""

    @property
    def indicate(self) -> Callable[[pa.Table], Findings]:
        """What other incidents indicate under the mission's agreements."""


class Replaying(Protocol):
    """What a mission's replay gave, from the tables of its record; None where it names none."""

    def __call__(
        self, mission: Mission, tables: Mapping[str, pa.Table], *, is_whole: bool
    ) -> Replayed | None:
        """Return it; `is_whole` is false for a record cut to what was known by some moment."""


def no_replay(
    mission: Mission,  # noqa: ARG001 - the same question as of any other
    tables: Mapping[str, pa.Table],  # noqa: ARG001
    *,
    is_whole: bool,  # noqa: ARG001
) -> Replayed | None:
    """Replay nothing."""
    return None


def publish_run(
    run: Finished, folder: Path, *, now_us: int, replaying: Replaying = no_replay
) -> tuple[Path, ...]:
    """Write what the public may see of `run` into `folder`; return the files written.

    Where a mission has acts, a page says who is bound to what; where it has nothing else, that is
    the bulletin. `now_us` is the moment of publication, UTC microseconds, from which delays count.
    """
    material = Material(
        mission=run.mission,
        profiles=run.profiles,
        tables=run.tables,
        inputs=run.inputs,
        parameters_digest=run.parameters.digest,
        now_us=now_us,
        on=run.on,
        known=run.known,
        known_us=run.known_us,
        indicate=run.indicate if run.mission.governing.agreements else None,
        replayed=replaying(run.mission, run.tables, is_whole=run.known is None and run.on is None),
    )
    has_acts = (run.mission.folder / FOLDER).is_dir()
    if has_acts and not run.mission.sources:
        return (write_bound(run.mission, folder / "bulletin.html", on=run.on, known=run.known),)
    written = publish(material, folder)
    if not has_acts:
        return written
    page = write_bound(run.mission, folder / "bound.html", on=run.on, known=run.known)
    return (*written, page)
