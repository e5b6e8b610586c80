# SPDX-License-Identifier: Apache-2.0
"""The bridge between the figures of two counting rules: what each difference adds, by record.

One rule is turned into the other facet by facet, in the order of `STEPS`, and all records are
counted anew after each; so the steps add up to the whole difference by construction, and each
names the records whose share changed. In another order the same difference would be split
otherwise, which is why the order is fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from foedus.findings.counting import Counted, Figure, Item, Window, counted
from foedus.findings.counting_rules import CountingRule

STEPS: Final = {
    "observed": ("observed", "kinds", "means"),
    "exercises": ("exercises",),
    "whose": ("whose", "counted_by"),
    "unit": ("unit",),
    "merging": ("merging", "gap_min"),
    "day": ("day",),
}
"""Facet -> the keys of a rule that it covers. Whether figures are exact or a floor adds nothing."""


class Change(NamedTuple):
    """One record whose share in the figure a step changed."""

    report_id: str
    before: int
    after: int
    reason: str
    """Key of `REASONS`, after the step."""
    one_with: str | None


class Step(NamedTuple):
    """One facet turned from the first rule's into the second's."""

    facet: str
    figure: Figure
    """After the step."""
    added: int
    """What it added to the least number; below zero if it took away."""
    changes: tuple[Change, ...]


class Bridge(NamedTuple):
    """The way from the figure of one rule to that of another."""

    start: Counted
    end: Counted
    steps: tuple[Step, ...]
    """Only the facets in which the rules differ."""


def bridge(
    items: Sequence[Item],
    one: CountingRule,
    other: CountingRule,
    window: Window = Window(),  # noqa: B008
) -> Bridge:
    """Return the way from `one` to `other` over the same records and the same dates."""
    steps = []
    rule, at = one, counted(items, one, window)
    start = at
    for facet, keys in STEPS.items():
        turned = msgspec.structs.replace(rule, **{key: getattr(other, key) for key in keys})
        if turned == rule:
            continue
        after = counted(items, turned, window)
        added = after.figure.low - at.figure.low
        steps.append(Step(facet, after.figure, added, _changes(at, after)))
        rule, at = turned, after
    return Bridge(start, counted(items, other, window), tuple(steps))


def _changes(before: Counted, after: Counted) -> tuple[Change, ...]:
    pairs = zip(before.entries, after.entries, strict=True)
    return tuple(
        Change(new.report_id, old.low, new.low, new.reason, new.one_with)
        for old, new in pairs
        if old.low != new.low
    )
