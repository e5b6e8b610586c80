# SPDX-License-Identifier: Apache-2.0
"""A correction's consequences told to people, link by link, and to machines as one object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from foedus.base.moments import MINUTE_US
from foedus.base.zones import Zone, local_time
from foedus.mission import Mission
from foedus.replay.clocks import Due
from foedus.replay.consequences import Changed, Consequences, Moved, groundless
from foedus.replay.corrected import Correction
from foedus.trust.times import utc

NOTHING: Final = "nothing"
SHORT: Final = 16
"""Letters of an id, in running text."""
SHOWN: Final = 40
"""At most so many lines of one kind are told; --json tells all."""
DRY: Final = "DRY RUN: nothing is filed, and nothing is deleted."
STANDS: Final = "A decision stands until people correct it: this is what would be so if they did."
MEANING: Final = {
    "groundless": "nothing of what it cited holds any more",
    "weakened": "a part of what it cited holds no more",
    "touched": "what it cited holds, and was changed",
}


class Told(Protocol):
    """What has consequences that can be told: a correction, or a look at what has changed."""

    @property
    def mission(self) -> Mission:
        """The mission."""

    @property
    def found(self) -> Consequences:
        """What is other than before."""

    @property
    def before(self) -> Due | None:
        """The clocks as they stood; None where no decision can be asked for."""


def lines_of(done: Correction) -> Iterator[str]:
    """Yield what a correction would change as lines for people; the marking stands first."""
    before = done.before
    mark = f"{before.marking}: " if before and before.marking else ""
    stated = done.corrections.stated
    yield f"{mark}{done.mission.title}"
    yield DRY
    yield f"{stated.text} (corrected by {stated.corrected_by})"
    if before and before.assumed:
        yield f"ASSUMED: {before.assumed}"
    yield from consequence_lines(done)


def consequence_lines(done: Told) -> Iterator[str]:
    """Yield what is other than before, link by link, and who had relied on it."""
    before = done.before
    mark = f"{before.marking}: " if before and before.marking else ""
    yield from _record(done)
    yield from _decided(done, mark)
    yield from _clocks(done, mark)
    yield from _relied(done)


def _record(done: Told) -> Iterator[str]:
    found = done.found
    yield from _section("incidents", [_incident(one) for one in found.incidents])
    yield from _section("findings", [_finding(one) for one in found.findings])
    passed = Counter((one.before or "none", one.after or "none") for one in found.findings)
    for (was, now), count in sorted(passed.items()):
        if was != now:
            yield f"  {count} from {was} to {now}"


def _section(title: str, told: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"{title}: {len(told) or NOTHING} changed"
    yield from (f"  {line}" for line in told[:SHOWN])
    if len(told) > SHOWN:
        yield f"  and {len(told) - SHOWN} more"


def _incident(one: Changed) -> str:
    fields = f" ({', '.join(one.fields)})" if one.fields else ""
    heirs = ", ".join(heir[:SHORT] for heir in one.successors)
    went = f"; its reports are in {heirs}" if heirs else ""
    return f"{one.id[:SHORT]} {one.change}{fields}{went}"


def _finding(one: Changed) -> str:
    verdicts = f"{one.before or 'none'} -> {one.after or 'none'}"
    return f"{one.id} {verdicts if one.before != one.after else one.before}"


def _decided(done: Told, mark: str) -> Iterator[str]:
    yield ""
    decisions = done.found.decisions
    yield f"{mark}decisions that cited what changed: {len(decisions) or 'none'}"
    for one in decisions:
        yield f"  {one.decision} ({one.body}): {one.change}, {MEANING[one.change]}"
        yield from (f"    lost: {lost}" for lost in one.lost)
    if groundless(decisions):
        yield f"  {STANDS}"


def _clocks(done: Told, mark: str) -> Iterator[str]:
    yield ""
    rungs = done.found.rungs
    yield f"{mark}rungs: {len(rungs) or NOTHING} changed"
    for one in rungs:
        clock = f"; its clock {one.clock}" if one.clock else ""
        yield f"  {one.id}: {one.before} -> {one.after}{clock}"
        if one.closes_us[0] is not None:
            yield f"    it had been due {_instant(one.closes_us[0], done)}"
        if one.closes_us[1] is not None:
            yield f"    it would be due {_instant(one.closes_us[1], done)}"
    yield ""
    yield f"{mark}obligations: {len(done.found.obligations) or NOTHING} changed"
    counted = Counter((one.before, one.after) for one in done.found.obligations)
    for (was, now), count in sorted(counted.items()):
        yield f"  {count} from {was} to {now}: {_whose(done.found.obligations, was, now)}"


def _whose(moved: Sequence[Moved], was: str, now: str) -> str:
    of_it = (one.what for one in moved if (one.before, one.after) == (was, now))
    return ", ".join(dict.fromkeys(what.partition(":")[0] for what in of_it))


def _relied(done: Told) -> Iterator[str]:
    yield ""
    relied = done.found.relied
    if done.before and done.before.assumed:
        yield f"who had relied on it: nobody; the decisions were assumed by {_assumer(done)}"
        return
    yield f"who had relied on it: {len(relied) or 'no'} acts"
    for one in relied:
        cites = ", ".join(cited[:SHORT] for cited in one.cites)
        yield f"  {one.act[:SHORT]} {one.kind} on {one.subject}, {utc(one.known_us)}: cites {cites}"


def _assumer(done: Told) -> str:
    assumed = done.before.assumed if done.before else ""
    return assumed.rpartition("(assumed by ")[2].rstrip(")")


def _instant(at_us: int, done: Told) -> str:
    zone = Zone(done.mission.zone, done.mission.zone)
    local = local_time(at_us, zone).strftime("%d %b %Y %H:%M")
    return f"{local} {done.mission.zone} ({utc(at_us - at_us % MINUTE_US)[:16]}Z)"


def as_told(done: Correction) -> dict[str, Any]:
    """Return a correction as one object for machines; instants in UTC microseconds."""
    fallen: list[str] = sorted(groundless(done.found.decisions))
    return {
        "marking": done.before.marking if done.before else "",
        "is_dry_run": True,
        "mission": done.mission.id,
        "file": Path(done.corrections.file).name,
        "sha256": done.corrections.sha256,
        "corrections": msgspec.to_builtins(done.corrections.stated),
        "groundless": fallen,
        **msgspec.to_builtins(done.found),
    }
