# SPDX-License-Identifier: Apache-2.0
"""The docket: cases in the order in which they ask for attention, and who must do what next.

1. Cases that wait for somebody stand before those that wait for nobody.
2. The graver stands first. A severity that nobody has stated is not taken for slight: it stands
   before a single breach.
3. Then the clock that closes first, over or not; a case without a clock stands behind those.
4. Then the one that was opened first: the newest never stands first for being new.

Clocks of ladders may be handed in beside the cases' own. Pure: the instant is an argument.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from foedus.base.dues import Status, status
from foedus.cases.clocks import Clock, clocks_of
from foedus.cases.record import Case, Commission, Record

GRAVITY: Final = ("extended", "persistent", "not-stated", "single")
"""Severities, the one that stands first first."""
END_US: Final = 2**63 - 1


class Docketed(Record, frozen=True, kw_only=True):
    """A case in its place."""

    case: Case
    severity: str
    """Of the gravest decision in effect, or as the opening states it."""
    waits_for: tuple[str, ...]
    """Who must do what next, sentence by sentence; none: it waits for nobody."""
    clocks: tuple[Clock, ...]
    """Those that are open, the one that closes first first."""
    is_over: bool
    """Whether the time of one of them is surely over."""

    @property
    def next(self) -> Clock | None:
        """The clock that closes first."""
        return self.clocks[0] if self.clocks else None


def docket(
    cases: Iterable[Case],
    commission: Commission | None,
    at_us: int,
    beside: Iterable[Clock] = (),
    zone: str = "UTC",
) -> tuple[Docketed, ...]:
    """Return the cases in their order at an instant; `beside` are clocks of ladders.

    `zone` is that on whose clock days are counted.
    """
    ladders: defaultdict[str, list[Clock]] = defaultdict(list)
    for clock in beside:
        ladders[clock.case].append(clock)
    found = [
        _docketed(case, commission, at_us, [*clocks_of(case, commission, zone), *ladders[case.id]])
        for case in cases
    ]
    return tuple(sorted(found, key=_place))


def _place(one: Docketed) -> tuple[bool, int, int, int, str]:
    opened_us = one.case.opened.from_us if one.case.opened else END_US
    first = one.next
    closes_us = END_US if first is None or first.limit_us is None else first.limit_us
    return (not one.waits_for, GRAVITY.index(one.severity), closes_us, opened_us, one.case.id)


def severity_of(case: Case) -> str:
    """Return how grave a case is, by its decisions in effect, or by its opening."""
    decided = {one.severity for one in case.decisions if one.verdict == "breach"}
    stated = decided or ({case.opening.severity} if case.opening else set())
    return min(stated or {"not-stated"}, key=GRAVITY.index)


def _docketed(
    case: Case, commission: Commission | None, at_us: int, open_: Iterable[Clock]
) -> Docketed:
    clocks = sorted(open_, key=_closing)
    return Docketed(
        case=case,
        severity=severity_of(case),
        waits_for=waits_for(case, commission, at_us, clocks),
        clocks=tuple(clocks),
        is_over=any(is_over(clock, at_us) for clock in clocks),
    )


def _closing(clock: Clock) -> tuple[int, str]:
    return (END_US if clock.limit_us is None else clock.limit_us, clock.clock)


def is_over(clock: Clock, at_us: int) -> bool:
    """Return whether the time of a clock is surely over."""
    return clock.due is not None and status(clock.due, at_us) is Status.OVER


def waits_for(
    case: Case, commission: Commission | None, at_us: int, clocks: Iterable[Clock]
) -> tuple[str, ...]:
    """Return who must do what next in a case, with what its clocks say of it."""
    said = [f"{clock.who}: {_verb(clock, at_us)}" for clock in clocks]
    if case.state == "open":
        accused = set(case.opening.accused) if case.opening else set()
        unheard = sorted(accused - {notice.party for notice in case.notices})
        said.append(f"case officer: notify {', '.join(unheard) or 'nobody, and call the vote'}")
    elif case.state == "notified" and all(is_over(clock, at_us) for clock in clocks):
        said.append("case officer: call the vote")
    elif case.state == "voting" and (not clocks or all(is_over(one, at_us) for one in clocks)):
        body = commission.body if commission else "commission: nobody constituted one; it"
        said.append(f"{body}: determine, or call the vote anew")
    return tuple(said)


def _verb(clock: Clock, at_us: int) -> str:
    late = ", its time is over" if is_over(clock, at_us) else ""
    return f"{clock.text}{late}"


def conflicts(case: Case, commission: Commission | None) -> tuple[str, ...]:
    """Return every conflict of role in a case, in a sentence: those stated and those evident.

    Evident is one that the composition shows: a member that is accused, or that complains.
    """
    told = [f"{one.who} ({one.role}): {one.text}" for one in case.conflicts]
    aside = {one.member for one in case.aside}
    told += [f"{one.member} has stepped aside: {one.text}" for one in case.aside]
    if case.opening is None or commission is None:
        return tuple(told)
    for member in commission.members:
        stands = "; it has stepped aside" if member in aside else "; it has not stepped aside"
        if member in case.opening.accused:
            told.append(f"{member} is a member, and its own side is accused{stands}")
        if member == case.opening.complainant:
            told.append(f"{member} is a member, and complains{stands}")
    return tuple(told)
