# SPDX-License-Identifier: Apache-2.0
"""The frozen parameters of fusion: one readable TOML file, named by its digest.

Nothing here is fitted while fusing, so that one corrected report cannot move every other. The
noise of each source stands in its profile; what holds for all of them stands here.
"""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from foedus.base.encoding import digest
from foedus.errors import DrafterError, Fault
from foedus.reports.profile import Confusion, Lateness

Count = Annotated[int, Meta(ge=1, le=10_000_000)]
Members = Annotated[int, Meta(ge=2, le=256)]
Hours = Annotated[int, Meta(ge=1, le=2_000)]
Cell = Annotated[int, Meta(ge=1_000, le=1_000_000)]
Half = Annotated[float, Meta(ge=0.0, lt=0.5)]
Share = Annotated[float, Meta(gt=0.0, lt=1.0)]
Weight = Annotated[float, Meta(gt=0.0, le=1.0)]
Positive = Annotated[float, Meta(gt=0.0, le=1_000.0)]
Nat = Annotated[float, Meta(ge=-100.0, le=100.0)]


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What fusion takes as given, whatever the sources."""

    max_width_m: Count = 40_000
    """No two members of an incident lie farther apart than this."""
    max_span_h: Count = 96
    """No two members of an incident begin farther apart than this."""
    max_members: Members = 64
    """No incident has more members than this; more reports of one spot make several incidents."""
    max_candidates: Count = 256
    """A report is scored with at most so many promising later ones, the nearest in time first."""
    longest_interval_h: Hours = 168
    """A report whose time is wider than this stands alone: its time tells too little."""
    largest_radius_m: Count = 40_000
    """A report whose place is wider than this stands alone: its place tells too little."""
    unknown_radius_m: Count = 10_000
    """Radius of a report that has a point but no error radius."""
    radius_m: dict[str, Count] = {}
    """Radius of a report that has a point and this code of precision, but no error radius."""
    lateness: tuple[Lateness, ...] = ()
    """Lateness of a source that declares none: a list of `upto_h` and `share`, as in a profile."""
    kind_share: dict[str, Share] = {}
    """Share of happenings that are of each kind; none: all kinds are as frequent."""
    target_share: dict[str, Share] = {}
    """Share of happenings that hit each target; none: all are as frequent."""
    actor_share: dict[str, Share] = {}
    """Share of happenings by each party that has no parts; none: all are as frequent."""
    kind_confusion: dict[str, Confusion] = {}
    """Source -> how often it confuses kinds and targets, where its profile does not say."""
    actor_confusion: dict[str, Confusion] = {}
    """Source -> how often it confuses actors, where its profile does not say."""
    clock_error_share: Half = 0.05
    """Share of stated times that are off by up to an hour, to either side."""
    outside_share: Share = 0.02
    """Share of points that lie outside their declared radius (but within twice of it)."""
    density_cell_m: Cell = 8_000
    """Side of the cell in which the local density of incidents is estimated."""
    density_cell_h: Count = 48
    """Length of that cell in time."""
    background_per_cell: Positive = 0.02
    """Incidents that a cell is taken to hold before any report is counted."""
    repeats_share: Share = 0.2
    """Share of happenings that a source which may repeat itself tells of more than once."""
    same_text_nat: Nat = 3.0
    """Log-likelihood ratio of two accounts that carry the same text."""
    like_text_nat: Nat = 1.5
    """Log-likelihood ratio of two accounts whose words nearly all agree."""
    unlike_text_nat: Nat = -0.5
    """Log-likelihood ratio of two accounts whose words do not agree at all."""
    least_gain_nat: Nat = 0.0
    """Two groups join only if joining makes the whole record more likely by more than this."""
    doubt_weight: Weight = 0.6
    """Doubts of a membership are weighed by this: the less, the nearer to a half."""

    @property
    def digest(self) -> str:
        """The digest that names this set of parameters."""
        return digest(self)


def read_parameters(path: Path | None = None) -> Parameters:
    """Read a parameter file, or the one that is shipped; raises `DrafterError` if it is faulty."""
    source = path or Path(str(files("foedus") / "library" / "parameters" / "default.toml"))
    try:
        values = tomllib.loads(source.read_text("utf-8"))
        return msgspec.convert(values, Parameters)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise DrafterError(
            Fault(file=str(source), expected="a parameter file", got=str(error))
        ) from error


def written(parameters: Parameters, heading: str) -> str:
    """Return a set as a parameter file, each key of which a person can read and change."""
    values = msgspec.structs.asdict(parameters)
    lines = [f"# {line}" for line in heading.splitlines()]
    plain = {name: value for name, value in values.items() if not isinstance(value, dict | tuple)}
    lines += [f"{name} = {value}" for name, value in plain.items()]
    pieces = [f"{{ upto_h = {one.upto_h}, share = {one.share} }}" for one in parameters.lateness]
    lines.append(f"lateness = [{', '.join(pieces)}]")
    for name, value in values.items():
        if isinstance(value, dict):
            lines.append(f"\n[{name}]")
            lines += [f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items()]
    return "\n".join(lines) + "\n"


def _inline(value: float | Confusion) -> str:
    if isinstance(value, Confusion):
        return f"{{ same_class = {value.same_class}, any = {value.any} }}"
    return str(value)
