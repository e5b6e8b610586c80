# SPDX-License-Identifier: Apache-2.0
"""What people have stated about a ladder: facts, forfeitures, responses; a fold over their acts.

Statements about one question add up by `Judgement`: yes and no together are contested, and stay so
until one of them is withdrawn. What nobody has said is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from foedus.base.evidence import Judgement
from foedus.base.moments import Moment
from foedus.guarantee import kinds
from foedus.trust.folding import END_US, Entry, history, known_by
from foedus.trust.kinds import read_payload

JUDGED: Final = {"yes": Judgement.YES, "no": Judgement.NO, "unknown": Judgement.UNKNOWN}


class Conduct(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of conduct that may forfeit a guarantee."""

    happened: Judgement = Judgement.UNKNOWN
    saved: dict[str, Judgement] = {}


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on a rung."""

    case: str
    rung: str
    decider: str
    decides: str
    at: Moment
    act: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """All that people have stated about the ladders of a mission."""

    facts: dict[tuple[str, str], Judgement] = {}
    """Agreement and predicate -> what was said of it."""
    conduct: dict[tuple[str, str], Conduct] = {}
    """Agreement and forfeiture -> what was said of it."""
    answers: tuple[Answered, ...] = ()
    ended: frozenset[tuple[str, str]] = frozenset()
    """Case and ladder of the runs that were ended."""
    suspended: frozenset[tuple[str, str]] = frozenset()
    """Agreement and ladder that are suspended."""

    def fact(self, agreement: str, predicate: str) -> Judgement:
        """Return what was said of a predicate."""
        return self.facts.get((agreement, predicate), Judgement.UNKNOWN)


def standing(entries: Iterable[Entry], *, on_us: int = END_US, known_us: int = END_US) -> Standing:
    """Return what had been stated by `known_us` of what held at `on_us`; entries of one log."""
    found = Standing()
    for entry in history(known_by(entries, known_us), on_us=on_us):
        if entry.kind in _STEPS and entry.payload is not None:
            kind = _STEPS[entry.kind]
            found = _after(found, entry, read_payload(entry.payload, kind))
    return found


_STEPS: Final = {kind.name: kind for kind in kinds.KINDS}


def _after(before: Standing, entry: Entry, said: object) -> Standing:
    match said:
        case kinds.Fact():
            key = (entry.subject, said.predicate)
            judged = before.fact(*key) + JUDGED[said.holds]
            return msgspec.structs.replace(before, facts={**before.facts, key: judged})
        case kinds.Forfeit():
            key = (entry.subject, said.forfeiture)
            conduct = _joined(before.conduct.get(key, Conduct()), said)
            return msgspec.structs.replace(before, conduct={**before.conduct, key: conduct})
        case kinds.Response():
            answer = Answered(
                case=entry.subject,
                rung=said.rung,
                decider=said.decider,
                decides=said.decides,
                at=_moment(entry),
                act=entry.act,
            )
            return msgspec.structs.replace(before, answers=(*before.answers, answer))
        case kinds.StandDown():
            ended = before.ended | {(entry.subject, said.ladder)}
            return msgspec.structs.replace(before, ended=ended)
        case kinds.Suspension():
            one = frozenset({(entry.subject, said.ladder)})
            held = before.suspended | one if said.suspended else before.suspended - one
            return msgspec.structs.replace(before, suspended=held)
    return before


def _joined(before: Conduct, said: kinds.Forfeit) -> Conduct:
    saved: Mapping[str, Judgement] = before.saved
    fresh = {
        name: saved.get(name, Judgement.UNKNOWN) + JUDGED[holds]
        for name, holds in said.saved.items()
    }
    return Conduct(happened=before.happened + JUDGED[said.happened], saved={**saved, **fresh})


def _moment(entry: Entry) -> Moment:
    return Moment(
        written="",
        zone="UTC",
        from_us=entry.on_from_us,
        to_us=entry.on_to_us,
        precision="instant" if entry.on_to_us - entry.on_from_us == 1 else "span",
    )
