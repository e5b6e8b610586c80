# SPDX-License-Identifier: Apache-2.0
"""Counts of breaches: what a term of kind trigger means, and where the border to a condition runs.

A trigger counts the breaches of each party by itself, in one zone or anywhere, in one window of
whole hours or however long it takes. `condition_of` writes it in the language of conditions, which
is its meaning; `breach_count` reads such a count out of a condition. What a trigger can say, a
condition may not (`trigger_for`), so that one rule has one form: numbers that can be swept,
compared and examined. Whether a trigger can be evaded is left to `failings.triggers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from foedus.base.durations import read_duration
from foedus.base.moments import HOUR_US
from foedus.base.periods import Duration
from foedus.errors import DrafterError, Fault
from foedus.terms.conditions.syntax import Argument, Condition, Constant, Facts, Tally, Variable
from foedus.terms.rules import OPEN, TriggerRule

HOURS: Final = {"hours": 1, "days": 24, "weeks": 168}
"""Units of a length that is fixed; a day is 24 hours."""
_AT_LEAST: Final = {">=": 0, ">": 1}


class BreachCount(NamedTuple):
    """A condition that is the bare count of breaches; None: any, or not said."""

    of: Argument | None
    by: Argument | None
    zone: Argument | None
    least: int
    within_us: int | None
    """None: however long it takes."""


def length_us(written: str) -> int | None:
    """Return a duration of hours, days or weeks in microseconds; None for any other."""
    found = read_duration(written)
    if not isinstance(found, Duration) or found.unit not in HOURS or found.amount is None:
        return None
    return found.amount * HOURS[found.unit] * HOUR_US


def condition_of(trigger: TriggerRule) -> str:
    """Return a trigger as a condition; raises `DrafterError` for a window of no fixed length.

    The breaches that it counts, of the terms in `of` and by the parties in `by`, are called by the
    trigger's own id.
    """
    where = "" if trigger.zone is None else f' in "{trigger.zone}"'
    breaches = f'breaches of "{trigger.id}" by p{where}'
    counted = f"for each party p: at least {trigger.count} {breaches}"
    if trigger.within == OPEN:
        return f"{counted} before"
    length = length_us(trigger.within)
    if length is None:
        raise DrafterError(
            Fault(
                column=trigger.id,
                expected="a window of hours, days or weeks",
                got=repr(trigger.within),
                hint="months and working days are of no fixed length",
            )
        )
    return f"{counted} within {length // HOUR_US} h"


def breach_count(condition: Condition) -> BreachCount | None:
    """Return a condition that counts breaches in one window and does nothing else; None: others."""
    body = condition.body
    if not isinstance(body, Tally) or body.comparison not in _AT_LEAST:
        return None
    if not isinstance(body.counted, Facts) or body.counted.pattern.kind != "breach":
        return None
    pattern, window = body.counted.pattern, body.counted.window
    if pattern.fact is not None or window is None:
        return None
    if window.direction != "before" or window.least is not None:
        return None
    said = {role.preposition: role.argument for role in pattern.roles}
    least = body.number + _AT_LEAST[body.comparison]
    within_us = None if window.most is None else window.most_us
    return BreachCount(said.get("of"), said.get("by"), said.get("in"), least, within_us)


def trigger_for(condition: Condition, terms: Mapping[str, Sequence[str]]) -> str | None:
    """Return the keys of the trigger that says the same as a condition; None: no trigger can.

    `terms` are the ids of the terms that a name stands for.
    """
    found = breach_count(condition)
    if found is None or found.by is None or found.least < 1:
        return None
    if any(isinstance(argument, Variable) for argument in (found.of, found.zone)):
        return None
    if found.within_us is not None and (found.within_us == 0 or found.within_us % HOUR_US):
        return None
    said = []
    if isinstance(found.of, Constant):
        said.append(f"of: [{', '.join(terms.get(found.of.value, (found.of.value,)))}]")
    if isinstance(found.by, Constant):
        said.append(f"by: [{found.by.value}]")
    if isinstance(found.zone, Constant):
        said.append(f"zone: {found.zone.value}")
    said.append(f"count: {found.least}")
    if found.within_us is not None:
        said.append(f"within: {found.within_us // HOUR_US} hours")
    return ", ".join(said)
