# SPDX-License-Identifier: Apache-2.0
"""One parameter of a trigger swept: count, window, or the probability that a finding must have.

Written as `count=2,3,5`, `within=1 day,3 days` or `threshold=0.5,0.9`. What each value would have
given is computed anew from the same findings; nothing is learnt from it and nothing recommended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.replay.assumptions import Assumptions
from foedus.replay.firings import Row, Warned, facts_of, fired, warned
from foedus.terms.breach_counts import length_us
from foedus.terms.rules import TriggerRule

PARAMETERS: Final = ("count", "within", "threshold")
MOST: Final = 40
"""Values of a sweep at most."""


class Sweep(NamedTuple):
    """A parameter and its values, as written."""

    parameter: str
    values: tuple[str, ...]


class Point(NamedTuple):
    """What one value would have given."""

    value: str
    warned: Warned


def read_sweep(written: str) -> Sweep:
    """Read a sweep; raises `OperatorError` for what is none."""
    parameter, _, listed = written.partition("=")
    values = tuple(value.strip() for value in listed.split(",") if value.strip())
    if parameter not in PARAMETERS:
        hint = did_you_mean(parameter, PARAMETERS)
        _refuse("count=…, within=… or threshold=…", written, hint)
    if not 0 < len(values) <= MOST:
        _refuse(f"1 to {MOST} values with commas between them", written, "such as count=2,3,5")
    for value in values:
        if not _fits(parameter, value):
            _refuse(f"a value that {parameter} can have", value, "")
    return Sweep(parameter, values)


def _refuse(expected: str, got: str, hint: str) -> None:
    raise OperatorError(Fault(column="--sweep", expected=expected, got=repr(got), hint=hint))


def _fits(parameter: str, value: str) -> bool:
    if parameter == "count":
        return value.isdecimal() and int(value) > 0
    if parameter == "within":
        return bool(length_us(value))
    return value.replace(".", "", 1).isdecimal() and 0 <= float(value) <= 1


def swept(
    sweep: Sweep,
    trigger: TriggerRule,
    rows: Sequence[Row],
    assumed: Assumptions,
    asked: tuple[int, int, Mapping[str, tuple[str, ...]]],
) -> list[Point]:
    """Return what each value would have given; `asked` is the time, and who stands for whom."""
    points = []
    for value in sweep.values:
        turned, ground = _turned(sweep.parameter, value, trigger, assumed)
        firings = fired(turned, facts_of(rows, ground), *asked)
        points.append(Point(value, warned(firings, ground)))
    return points


def _turned(
    parameter: str, value: str, trigger: TriggerRule, assumed: Assumptions
) -> tuple[TriggerRule, Assumptions]:
    if parameter == "threshold":
        decide = tuple(
            msgspec.structs.replace(one, least_probability=float(value))
            for one in assumed.stated.decide
        )
        stated = msgspec.structs.replace(assumed.stated, decide=decide)
        return trigger, assumed._replace(stated=stated)
    changed: dict[str, Any] = {parameter: int(value) if parameter == "count" else value}
    return msgspec.structs.replace(trigger, **changed), assumed
