# SPDX-License-Identifier: Apache-2.0
"""How one state's consent stands at an instant: one interpreter for every state's procedure.

1. Each step of a route goes through one life: not asked, requested, running, given, refused.
2. A route that is taken gives consent once every step that must come before is taken. What must
   come after is a duty: missed, it is overdue, or lets the consent lapse, or ends what was begun.
3. Of several routes the best counts; among equals one that is surely open, of these one that does
   not end by itself, then the one that needs the fewest keys. Where none is sure, the ordinary
   route counts, which stands first in its file.
4. The earliest date on which the state can be bound is computed as if everybody whose turn it is
   acted at the instant asked about, and every silence were kept to its end.

Pure: instant and calendars are arguments. An unknown calendar, fact or beginning stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from foedus.base.calendars import Calendar
from foedus.base.dues import Due, Limit, over
from foedus.base.evidence import Answer
from foedus.base.lifecycle import Guard, Lifecycle, Move, step
from foedus.base.periods import NotComputable
from foedus.register.procedures import MISSED, EndRule, Procedure, Route, StepRule
from foedus.register.running import Clocks
from foedus.register.situations import Situation, agrees, is_open, not_told

STATES: Final = {
    "not-asked": "nobody has asked for it",
    "requested": "it was asked for, and not decided",
    "running": "a time limit runs, at whose end silence is consent",
    "given": "consent is given",
    "given-with-limits": "consent is given, with limits",
    "deemed-given": "silence to the end of the time limit has given it",
    "refused": "it was refused",
    "expired": "it was given, and its time is over",
    "revoked": "it was given, and taken back",
    "must-end": "what was begun must end now",
    "not-required": "this law asks for no consent",
    "not-permitted": "the law opens no way to it",
    "unknown": "it hangs on facts that nobody has told",
}
RECALL: Final = "recall"
"""The happening by which a consent is taken back, where the law knows it."""
CONSENTED: Final = ("given", "given-with-limits", "deemed-given", "not-required")
_RANK: Final = (
    *("given", "given-with-limits", "deemed-given", "not-required", "must-end"),
    *("running", "requested", "revoked", "expired", "refused", "not-asked", "not-permitted"),
)
_BEFORE: Final = ("not-asked", "requested", "running", "refused", "expired", "revoked")


def _time_is_up(taken: Answer) -> Answer:
    return taken


CONSENT: Final[Lifecycle[Answer]] = Lifecycle(
    name="a consent",
    states=STATES,
    moves=(
        Move(states=("not-asked",), act="asked", to="requested"),
        Move(states=("not-asked", "requested"), act="clock-started", to="running"),
        Move(states=_BEFORE, act="done", to="given"),
        Move(states=_BEFORE, act="limited", to="given-with-limits"),
        Move(states=_BEFORE, act="no", to="refused"),
        Move(states=("not-asked", "requested", "running"), act="objected", to="refused"),
        Move(
            states=("running",),
            act="silence-kept",
            to="deemed-given",
            guard=Guard(_time_is_up, "the time limit is over"),
        ),
        Move(states=CONSENTED[:3], act="recalled", to="revoked"),
        Move(
            states=CONSENTED[:3],
            act="time-up",
            to="expired",
            guard=Guard(_time_is_up, "the time of the consent is over"),
        ),
    ),
)


class StepStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How one step stands: its state, its time limit, and whether that is over."""

    rule: StepRule
    state: str
    due: Due | NotComputable | None = None
    is_over: Answer = Answer.NO

    @property
    def is_taken(self) -> bool:
        """Whether the step needs nothing more; whoever need only be heard or told cannot refuse."""
        is_harmless = self.state == "refused" and self.rule.refused == "nothing"
        return self.state in CONSENTED or is_harmless

    @property
    def is_overdue(self) -> Answer:
        """Whether its time is over and it was not taken."""
        soft = isinstance(self.due, Due) and self.due.soft
        return Answer.NO if self.is_taken or soft else self.is_over


class RouteStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How consent by one route stands."""

    route: Route
    state: str
    fits: Answer
    """Whether the route is open."""
    steps: tuple[StepStanding, ...]
    ends: Limit | NotComputable | None = None
    """When the consent ends by itself; None: it does not."""
    end: EndRule | None = None
    earliest: Limit | NotComputable | None = None
    """The first instant at which it could be given; None: it is, or cannot be."""
    not_told: tuple[str, ...] = ()
    why: str = ""

    @property
    def missing(self) -> tuple[StepStanding, ...]:
        """The steps that consent still needs, each with the body whose turn it is."""
        before = [item for item in self.steps if item.rule.needed == "before"]
        return tuple(item for item in before if not item.is_taken)

    @property
    def runs(self) -> tuple[StepStanding, ...]:
        """The steps whose time limit runs."""
        running = [item for item in self.steps if isinstance(item.due, Due) and not item.is_taken]
        return tuple(item for item in running if item.is_over is Answer.NO)

    @property
    def overdue(self) -> tuple[StepStanding, ...]:
        """The duties whose time is over, surely or possibly."""
        return tuple(item for item in self.steps if item.is_overdue is not Answer.NO)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a state's consent stands: the route that counts, and all others."""

    state: str
    chosen: RouteStanding | None
    routes: tuple[RouteStanding, ...]

    @property
    def is_consented(self) -> bool:
        """Whether the state may act, or is bound, by its own law."""
        return self.state in CONSENTED


def standing(
    procedure: Procedure,
    zone: str,
    situation: Situation,
    at_us: int,
    calendars: Mapping[str, Calendar],
) -> Standing:
    """Return how the consent stands at `at_us`; `zone` is that in which the state counts days."""
    found = tuple(
        _route(procedure, route, Clocks(route, zone, situation, at_us, calendars))
        for route in procedure.routes
    )
    if not found:
        return Standing(state="unknown", chosen=None, routes=())
    possible = [item for item in found if item.fits is not Answer.NO]
    if not possible:
        return Standing(state="not-permitted", chosen=None, routes=found)
    chosen = _chosen(possible)
    doubtful = chosen.fits is Answer.POSSIBLE and chosen.state in CONSENTED
    return Standing(state="unknown" if doubtful else chosen.state, chosen=chosen, routes=found)


def _chosen(possible: list[RouteStanding]) -> RouteStanding:
    """Return the route that counts (3): one that is surely open, if it has come to something."""
    ranked = sorted(
        possible,
        key=lambda item: (
            _RANK.index(item.state),
            item.fits is not Answer.SURE,
            item.ends is not None,
            len(item.missing) if item.fits is Answer.SURE else 0,
        ),
    )
    settled = (*CONSENTED, "must-end")
    sure = [item for item in ranked if item.fits is Answer.SURE and item.state in settled]
    return (sure or ranked)[0]


def _route(procedure: Procedure, route: Route, clocks: Clocks) -> RouteStanding:
    """Return how one route stands: its steps, what they come to, and its end."""
    steps = tuple(_step(rule, clocks) for rule in route.steps)
    state, why = _together(route, steps, clocks)
    rule, ends = _end(route, steps, clocks)
    if rule is not None and isinstance(ends, Limit) and state in CONSENTED:
        state, why = _ended(rule, ends, state, clocks)
    if procedure.recall and clocks.last(RECALL) is not None and state in CONSENTED:
        state = "must-end" if clocks.has_started else "revoked"
        why = f"{procedure.recall} has taken its consent back"
    fits = is_open(route, clocks.situation)
    return RouteStanding(
        route=route,
        state=state,
        fits=fits,
        steps=steps,
        ends=ends,
        end=rule,
        earliest=_earliest(steps, clocks) if state not in (*CONSENTED, "must-end") else None,
        not_told=not_told(route, clocks.situation),
        why=why,
    )


def _step(rule: StepRule, clocks: Clocks) -> StepStanding:
    """Return how one step stands after all that happened and what the clock has done."""
    due = clocks.due_of(rule)
    is_over = over(due, clocks.at_us) if isinstance(due, Due) else Answer.NO
    state = CONSENT.first
    if rule.needed == "before" and clocks.last("request") is not None:
        state = step(CONSENT, state, "asked", Answer.SURE).state
    if rule.does == "keeps-silent" and due is not None:
        state = step(CONSENT, state, "clock-started", Answer.SURE).state
    for item in clocks.situation.by(clocks.at_us):
        if item.what == rule.id:
            state = step(CONSENT, state, item.how, Answer.SURE).state
    if rule.missed == "deemed":
        state = step(CONSENT, state, "silence-kept", is_over).state
    return StepStanding(rule=rule, state=state, due=due, is_over=is_over)


def _together(route: Route, steps: tuple[StepStanding, ...], clocks: Clocks) -> tuple[str, str]:
    """Return the state that the steps of a route make together, and why."""
    if not route.steps:
        return "not-required", route.title
    before = [item for item in steps if item.rule.needed == "before"]
    after = [item for item in steps if item.rule.needed == "after"]
    refusals = [item for item in before if item.state == "refused" and not item.is_taken]
    if refusals:
        return "refused", f"{refusals[0].rule.body} has refused it"
    if [item for item in before if item.state == "revoked"]:
        return "must-end" if clocks.has_started else "revoked", "consent was taken back"
    if [item for item in before if not item.is_taken]:
        return _under_way(before), ""
    for item in after:
        if item.state == "refused" and item.rule.refused != "nothing":
            state = "must-end" if clocks.has_started else "refused"
            return state, f"{item.rule.body} has refused it afterwards"
        if item.rule.missed in ("lapse", "must-end") and item.is_overdue is Answer.SURE:
            state = "must-end" if item.rule.missed == "must-end" else "expired"
            return state, f"{item.rule.body} did not act in time: {MISSED[item.rule.missed]}"
    return _given(before), ""


def _under_way(before: list[StepStanding]) -> str:
    states = {item.state for item in before}
    if "running" in states:
        return "running"
    return "not-asked" if states == {"not-asked"} else "requested"


def _given(before: list[StepStanding]) -> str:
    states = {item.state for item in before}
    if "given-with-limits" in states:
        return "given-with-limits"
    return "deemed-given" if "deemed-given" in states else "given"


def _end(
    route: Route, steps: tuple[StepStanding, ...], clocks: Clocks
) -> tuple[EndRule | None, Limit | NotComputable | None]:
    """Return the end that counts, and when it falls; the last of those whose facts are so."""
    fitting = [
        rule for rule in route.ends if agrees(rule.when, clocks.situation.facts) is Answer.SURE
    ]
    if not fitting:
        return None, None
    before = [item.rule for item in steps if item.rule.needed == "before"]
    due = clocks.due_of_end(fitting[-1], before)
    return fitting[-1], due.limit if isinstance(due, Due) else due


def _ended(rule: EndRule, ends: Limit, state: str, clocks: Clocks) -> tuple[str, str]:
    """Return the state once the end of a consent is taken into account, and why."""
    due = Due(kind="latest-by", opens=None, closes=ends)
    if step(CONSENT, "given", "time-up", over(due, clocks.at_us)).state != "expired":
        return state, ""
    must_end = rule.effect == "must-end" and clocks.has_started
    return ("must-end" if must_end else "expired"), rule.says


def _earliest(steps: tuple[StepStanding, ...], clocks: Clocks) -> Limit | NotComputable | None:
    """Return the first instant at which all steps before the start could be taken (4)."""
    found = Limit(earliest_us=clocks.at_us, latest_us=clocks.at_us)
    for item in steps:
        if item.rule.needed != "before" or item.is_taken:
            continue
        if item.state == "refused":
            reason = f"{item.rule.body} has refused it: it must be asked again"
            return NotComputable(written=item.rule.id, reason=reason)
        if item.rule.does != "keeps-silent":
            continue
        due = item.due if isinstance(item.due, Due) else clocks.due_if_begun(item.rule)
        if isinstance(due, NotComputable) or due is None:
            return due
        found = later(found, due.limit)
    return found


def later(one: Limit, other: Limit) -> Limit:
    """Return the limit by which both have come."""
    known = one.latest_us is not None and other.latest_us is not None
    return Limit(
        earliest_us=max(one.earliest_us, other.earliest_us),
        latest_us=max(one.latest_us or 0, other.latest_us or 0) if known else None,
        unknown=one.unknown or other.unknown,
    )
