# SPDX-License-Identifier: Apache-2.0
"""Foedus: from what sources report to what happened, and whose promise falls due.

The verbs of the command line are here for Python, under the same names (`__all__`), and `Run`, what
a run gives. They load what they need when they are first asked for (PEP 562), so that importing
`foedus` costs nothing. Where a stage's folder bears a verb's name, as `incidents` does, the
attribute is the verb, and
`from foedus.incidents import …` the stage.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"
__all__ = [
    "Run",
    "ask",
    "bound",
    "case",
    "check",
    "correct",
    "count",
    "due",
    "episodes",
    "exposure",
    "feed",
    "findings",
    "history",
    "incidents",
    "learn",
    "paper",
    "propose",
    "prove",
    "replay",
    "run",
    "sources",
    "verify",
    "watch",
    "why",
]

_HOMES = {
    "Run": "foedus.pipeline",
    "ask": "foedus.replay.asked",
    "bound": "foedus.publication.binding",
    "check": "foedus.terms.check",
    "count": "foedus.publication.counted",
    "episodes": "foedus.publication.episodic",
    "findings": "foedus.publication.indications",
    "history": "foedus.publication.binding",
    "incidents": "foedus.publication.answers",
    "learn": "foedus.pipeline",
    "prove": "foedus.trust.proving",
    "replay": "foedus.replay.played",
    "sources": "foedus.publication.answers",
    "verify": "foedus.trust.proof",
}


class _Package(ModuleType):
    """This package: a stage that is imported does not take the place of the verb of its name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    """Load a verb when it is first asked for; raises `AttributeError` for any other name."""
    if name in _CLOCKED:
        found = _CLOCKED[name]
    elif name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def _run(
    mission: Any,
    *,
    known: str | None = None,
    past: bool | None = None,
    now: datetime | None = None,
    **asked: Any,
) -> Any:
    """Take the whole path and publish; arguments and errors as of `foedus.pipeline.run`.

    `past` asks how incidents stood before, at about a millisecond for each report that may join
    another; None: as the mission has it.

    `now` is the moment of publication, by default the present one: the one clock of the package.
    Where the mission's policy holds incidents back, the record is that which was known by then, so
    that the page can be made again with the `known` that it shows; a later `known` is taken as now.
    """
    pipeline, missions = import_module("foedus.pipeline"), import_module("foedus.mission")
    moment = now or datetime.now(UTC)
    now_us = _us(moment)
    found = mission if isinstance(mission, missions.Mission) else missions.read_mission(mission)
    if past is not None:
        found = import_module("msgspec.structs").replace(found, past=past)
    if found.policy.delay_h > 0:
        until_us = missions.last_us(known, found.zone, "--known")
        if until_us is None or until_us > now_us:
            known = moment.astimezone(UTC).isoformat(timespec="seconds")
    publish = partial(
        import_module("foedus.publication.from_run").publish_run,
        now_us=now_us,
        replaying=import_module("foedus.replay.page").replaying,
    )
    return pipeline.run(found, known=known, publish=publish, **asked)


def _exposure(
    run: Any, rule: str = "foedus", *, public: bool = False, now: datetime | None = None
) -> Any:
    """Say how far a record was watched; with `public`, only what may be published at `now`.

    Arguments and errors as of `foedus.publication.exposed.exposed` and `exposed_in_public`.
    """
    exposed = import_module("foedus.publication.exposed")
    return exposed.exposed_in_public(run, _us(now)) if public else exposed.exposed(run, rule)


def _due(mission: Any, *, now: datetime | None = None, **asked: Any) -> Any:
    """Say which clocks run at `at`, or now; arguments and errors as of `replay.clocks.due`."""
    return import_module("foedus.replay.clocks").due(mission, now_us=_us(now), **asked)


def _case(mission: Any, asked: str | None = None, *, now: datetime | None = None, **by: Any) -> Any:
    """Tell the docket of a mission, or one case of it; arguments as of `desk.docket.case`."""
    return import_module("foedus.desk.docket").case(mission, asked, now_us=_us(now), **by)


def _feed(mission: Any, *, now: datetime | None = None, **by: Any) -> Any:
    """Return the clocks of a mission as a calendar; as `desk.feed.feed`."""
    return import_module("foedus.desk.feed").feed(mission, now_us=_us(now), **by)


def _paper(mission: Any, asked: str, kind: str, *, now: datetime | None = None, **by: Any) -> Any:
    """Make formal documents of a case; arguments and errors as of `desk.papers.papers`."""
    papers = import_module("foedus.desk.papers").papers
    return papers(mission, asked, kind, now_us=_us(now), **by)


def _propose(mission: Any, *, now: datetime | None = None, **by: Any) -> Any:
    """Make drafts of opening acts from what a run indicates; as `desk.proposals.propose`."""
    return import_module("foedus.desk.proposals").propose(mission, now_us=_us(now), **by)


def _correct(mission: Any, file: Any, *, now: datetime | None = None, **asked: Any) -> Any:
    """Say what a file of corrections would change; as `replay.corrected.correct`."""
    return import_module("foedus.replay.corrected").correct(mission, file, now_us=_us(now), **asked)


def _watch(mission: Any, *, now: datetime | None = None, progress: Any = None, **by: Any) -> Any:
    """Tell what has changed since the last look; arguments and errors as of `desk.watched.look`."""
    told = {} if progress is None else {"progress": progress}
    look = import_module("foedus.desk.watched").look
    return look(mission, partial(_run, now=now, **told), now_us=_us(now), **by)


def _why(asked: str, run: Any = None, *, now: datetime | None = None, **by: Any) -> Any:
    """Say what something rests on; arguments and errors as of `desk.whys.why`."""
    return import_module("foedus.desk.whys").why(asked, run, now_us=_us(now), **by)


def _us(now: datetime | None) -> int:
    """Return a moment, by default the present one, in UTC microseconds."""
    return ((now or datetime.now(UTC)) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )


_CLOCKED = {
    "case": _case,
    "correct": _correct,
    "due": _due,
    "exposure": _exposure,
    "feed": _feed,
    "paper": _paper,
    "propose": _propose,
    "run": _run,
    "watch": _watch,
    "why": _why,
}
"""The verbs that ask for the present moment."""


def __dir__() -> list[str]:
    """Return all names, the verbs included that are not loaded yet."""
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Package
