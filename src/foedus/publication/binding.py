# SPDX-License-Identifier: Apache-2.0
"""Who is bound to what in a mission: the register of its acts, asked at two times.

`bound` is what the command line and Python call; `history` tells every act of one subject and what
came of it. Both read the mission's public record and fold it anew; nothing is stored. Where no time
is given, the record is asked at its own end, since it says nothing of later days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from foedus.base.calendar_files import read_calendars
from foedus.base.calendars import Calendar
from foedus.base.dues import Due, Limit
from foedus.base.evidence import Answer
from foedus.base.moments import Moment, shown
from foedus.base.zones import Zone
from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.mission import Mission, last_us, read_mission
from foedus.publication.uncounted import Uncounted, uncounted
from foedus.register.bound import Bound, Cell, Law, Missing
from foedus.register.bound import bound as bound_by
from foedus.register.consent import CONSENTED
from foedus.register.holdings import Register, at, said_in, start, step
from foedus.register.procedure_files import shipped_procedures
from foedus.register.public_record import FOLDER, read_acts
from foedus.register.record import KINDS
from foedus.trust.folding import END_US, Entry, known_by
from foedus.trust.folding import history as in_effect
from foedus.trust.keyring import KINDS as KEY_KINDS
from foedus.trust.kinds import KINDS as TRUST_KINDS
from foedus.trust.kinds import WITHDRAWAL, table
from foedus.trust.log import Log
from foedus.trust.sqlite_store import SqliteStore
from foedus.trust.times import utc

CALENDARS: Final = "calendars"
"""Folder of a mission with calendars of parliaments, if it has any."""
FEW: Final = 8
"""Digits of an act's id with which it may be asked for."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for a mission, with the times for which it was given."""

    mission: Mission
    bound: Bound
    register: Register
    entries: tuple[Entry, ...]
    """Those that were known, in the order of the record."""
    on_us: int
    known_us: int
    on: str
    """As shown: a day, or an instant."""
    known: str
    is_at_end: bool
    """Whether no time was asked for, so that it is the record's own end."""
    unsigned: frozenset[str] = frozenset()
    """Ids of the acts that come from the public record: cited, and signed by nobody."""
    uncounted: tuple[Uncounted, ...] = ()
    """The calendars that laws of states with pledges need, and that nobody has given."""
    is_exercise: bool = False
    """Whether acts of an exercise are among those that were read."""


def bound(
    mission: str | Path | Mission,
    *,
    on: str | None = None,
    known: str | None = None,
    log: Path | Log | None = None,
) -> Answered:
    """Return who is bound to what; `on` and `known` are days or moments in the mission's zone.

    `log` is a log, or the file of one, whose signed acts are read beside the public record. Raises
    `OperatorError` for a mission, log or time that is none, `DrafterError` for faulty acts.
    """
    found = mission if isinstance(mission, Mission) else read_mission(mission)
    record, unsigned, is_exercise = _record(found, log)
    known_us = last_us(known, found.zone, "--known")
    entries = tuple(known_by(record, END_US if known_us is None else known_us))
    end_us = max((entry.known_us for entry in entries), default=0)
    on_us = last_us(on, found.zone, "--on")
    asked_us = end_us if on_us is None else on_us
    register = at(entries, on_us=asked_us)
    law = Law(shipped_procedures(), _calendars(found), asked_us)
    told = bound_by(register, law)
    return Answered(
        mission=found,
        bound=told,
        uncounted=uncounted(told, law.files, law.calendars),
        register=register,
        entries=entries,
        on_us=asked_us,
        known_us=end_us if known_us is None else known_us,
        on=on or day_of(asked_us, found.zone),
        known=known or day_of(end_us if known_us is None else known_us, found.zone),
        is_at_end=on is None and known is None,
        unsigned=unsigned,
        is_exercise=is_exercise,
    )


def _record(
    mission: Mission, log: Path | Log | None
) -> tuple[tuple[Entry, ...], frozenset[str], bool]:
    """Return the acts of the public record and of a log as one record, in the order of `known`.

    With the ids of those that nobody signed, and whether the log is of an exercise.
    """
    public = read_acts(mission.folder / FOLDER, mission.zone, shipped_procedures())
    unsigned = frozenset(entry.act for entry in public)
    if log is None:
        if not public:
            hint = f"write them into {FOLDER}/, or name a log with --log"
            got = f"none in {mission.folder / FOLDER}"
            raise OperatorError(Fault(expected="a mission with acts", got=got, hint=hint))
        return public, unsigned, False
    held = log if isinstance(log, Log) else _opened(log)
    if held.standing.mission not in ("", mission.id):
        got = held.standing.mission
        raise OperatorError(Fault(file=held.store.name, expected=f"a log of {mission.id}", got=got))
    both = sorted((*public, *held.entries()), key=lambda entry: entry.known_us)
    numbered = (msgspec.structs.replace(entry, index=n) for n, entry in enumerate(both))
    return tuple(numbered), unsigned, held.standing.exercise


def _opened(file: Path) -> Log:
    if not file.is_file():
        fault = Fault(file=str(file), expected="the file of a log", got="none")
        raise OperatorError(fault)
    return Log(SqliteStore(file, read_only=True), table(KEY_KINDS, TRUST_KINDS, KINDS))


def _calendars(mission: Mission) -> dict[str, Calendar]:
    folder = mission.folder / CALENDARS
    own = read_calendars(folder) if folder.is_dir() else {}
    return {**read_calendars(), **own}


def day_of(at_us: int, zone: str) -> str:
    """Return the day of an instant on the clock of a zone."""
    moment = Moment(written="", zone=zone, from_us=at_us, to_us=at_us + 1, precision="instant")
    return shown(moment, Zone(zone, zone))[:10]


def told_of(answer: Answered) -> dict[str, Any]:
    """Return the answer for machines: every cell with what is missing and where that stands."""
    found = answer.bound
    return {
        "mission": answer.mission.id,
        "is_exercise": answer.is_exercise,
        "on": answer.on,
        "known": answer.known,
        "acts": len(answer.entries),
        "bound": [cell.key for cell in found.bound],
        "components": [{"id": part.id, "title": part.title} for part in found.components],
        "cells": [_cell(cell) for cell in found.cells.values()],
        "instruments": [
            {
                "id": name,
                "title": held.made.title if held.made else name,
                "form": held.made.form if held.made else None,
                "states": held.by_state,
                "refused": [msgspec.structs.asdict(item) for item in held.refused],
            }
            for name, held in found.instruments.items()
        ],
        "facts": {name: answer_.value for name, answer_ in found.facts.items()},
        "circles": found.circles,
        "uncounted": [item._asdict() for item in answer.uncounted],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    said = cell.pledge.current
    return {
        "state": cell.state,
        "component": cell.component,
        "legal": cell.legal,
        "is_bound": cell.is_bound,
        "pledge": cell.pledge.state,
        "contested": cell.pledge.contested,
        "consent": cell.consent.state if cell.consent else None,
        "owed_by": cell.owed_by,
        "missing": [msgspec.structs.asdict(item) for item in cell.missing],
        "says": said.says if said else None,
        "amount": said.amount if said else None,
        "caveats": said.caveats if said else (),
        "source": said.source if said else None,
        "evidence": said.evidence if said else None,
        "acts": [item.act for item in cell.pledge.stated],
        "mandate": msgspec.structs.asdict(cell.mandate),
        "notices": list(notices(cell)),
        "tests": [
            {"limit": item.limit, "keeps": item.keeps.value, "says": item.says}
            for item in cell.tests
        ],
    }


ENDED: Final = {
    "must-end": "What was begun must end now",
    "expired": "Its time is over",
    "revoked": "Consent was taken back",
    "refused": "It was refused",
}
"""States of a consent in which law no longer stands behind what was pledged, or never came to."""
VERBS: Final = {
    "votes": "must vote for it",
    "decides": "must decide it",
    "keeps-silent": "must let the time limit pass",
    "is-informed": "must be informed",
    "is-heard": "must be heard",
    "consents": "must consent to it or ask for it",
}
"""What a body must still do, in words."""


def words_of(item: Missing) -> str:
    """Return what is missing in a few words, with whose turn it is."""
    return f"{item.by} {VERBS[item.what]}" if item.what in VERBS else item.why


def keys_of(cell: Cell) -> tuple[Missing, ...]:
    """Return what a state's own law still asks for."""
    return tuple(item for item in cell.missing if item.what != "condition")


def unmet(cell: Cell, *, is_known: bool) -> tuple[Missing, ...]:
    """Return the conditions that are known not to hold, or those of which it is not known."""
    return tuple(
        item for item in cell.missing if item.what == "condition" and item.is_known is is_known
    )


def notices(cell: Cell) -> Iterator[str]:
    """Yield what runs, is overdue, has lapsed or must end in a state's own procedure."""
    chosen = cell.consent.chosen if cell.consent is not None else None
    if chosen is None:
        return
    if chosen.state in ENDED:
        yield f"{ENDED[chosen.state]}. {chosen.why}".rstrip(". ") + "."
    for item in chosen.overdue:
        doubt = "" if item.is_overdue is Answer.SURE else "possibly "
        yield f"{item.rule.body}: {doubt}overdue since {_limit(item.due)}. {item.rule.says}"
    for item in chosen.runs:
        yield f"{item.rule.body}: a time limit runs until {_limit(item.due)}. {item.rule.says}"
    if isinstance(chosen.ends, Limit) and chosen.state in CONSENTED:
        yield f"It ends by itself at {_limit_words(chosen.ends)}."


def _limit(due: object) -> str:
    return _limit_words(due.limit) if isinstance(due, Due) else "a time that cannot be computed"


def _limit_words(limit: Limit) -> str:
    """Return when a limit falls, in UTC; where its latest instant is not known, from when on."""
    first = utc(limit.earliest_us)[:16].replace("T", " ")
    if limit.latest_us is None:
        return f"{first} UTC or later ({limit.unknown})"
    return f"{first} UTC"


def history(
    mission: str | Path | Mission,
    asked: str,
    *,
    known: str | None = None,
    log: Path | None = None,
) -> dict[str, Any]:
    """Return every act of a subject with what came of it, in the order in which the acts held.

    `asked` is a cell (EE/land), an instrument, a fact, a subject, or the beginning of an act's id.
    Raises `OperatorError` if there is no such act, and as `bound` does.
    """
    answer = bound(mission, known=known, log=log)
    subjects = _asked(asked, answer.entries)
    if not subjects:
        names = {entry.subject.partition(":")[2] for entry in answer.entries}
        expected = "a cell such as EE/land, an instrument, a fact, or an act's id"
        hint = did_you_mean(asked, names)
        raise OperatorError(Fault(expected=expected, got=repr(asked), hint=hint))
    told = [item for subject in subjects for item in _told(subject, answer)]
    return {
        "mission": answer.mission.id,
        "is_exercise": answer.is_exercise,
        "subjects": subjects,
        "acts": told,
    }


def _asked(asked: str, entries: Sequence[Entry]) -> list[str]:
    state, _, component = asked.partition("/")
    found = {
        entry.subject
        for entry in entries
        if asked in (entry.subject, entry.subject.partition(":")[2])
        or (len(asked) >= FEW and entry.act.startswith(asked))
        or _is_consent_to(entry.subject, state, component)
    }
    return sorted(found)


def _is_consent_to(subject: str, state: str, component: str) -> bool:
    group, _, rest = subject.partition(":")
    parts = rest.split("/")
    return group == "consent" and parts[0] == state and parts[-1] in (component, "*")


def _told(subject: str, answer: Answered) -> Iterator[dict[str, Any]]:
    """Yield the acts of one subject with the state after each."""
    held = start(subject)
    own = [entry for entry in answer.entries if entry.subject == subject]
    effective = {entry.act for entry in in_effect(own)}
    for entry in sorted(own, key=lambda entry: (entry.on_from_us, entry.index)):
        before = held
        held = step(held, entry) if entry.act in effective else held
        refused = getattr(held, "refused", ())[len(getattr(before, "refused", ())) :]
        why = refused[0].reason if refused else None
        if entry.act not in effective and entry.kind != WITHDRAWAL.name:
            why = "it was withdrawn"
        yield _act(entry, answer, _effect(held), why)


def _act(entry: Entry, answer: Answered, effect: str, refused: str | None) -> dict[str, Any]:
    said = said_in(entry)
    payload = entry.payload or {}
    return {
        "act": entry.act,
        "subject": entry.subject,
        "kind": entry.kind,
        "on": _when(entry, answer.mission.zone),
        "known": utc(entry.known_us),
        "says": said.says if said else payload.get("reason"),
        "source": said.source if said else None,
        "evidence": said.evidence if said else None,
        "effect": effect,
        "refused": refused,
    }


def _when(entry: Entry, zone: str) -> str:
    """Return when an act held, no finer than it is known."""
    moment = Moment(
        written="", zone=zone, from_us=entry.on_from_us, to_us=entry.on_to_us, precision="span"
    )
    return shown(moment, Zone(zone, zone))


def _effect(held: Any) -> str:
    """Return in a word or two what a subject has come to."""
    if hasattr(held, "by_state"):
        return (
            ", ".join(f"{state} {stands}" for state, stands in held.by_state.items()) or "on record"
        )
    if hasattr(held, "happened"):
        return ", ".join(f"{item.what} {item.how}" for item in held.happened) or "on record"
    if hasattr(held, "holds"):
        return str(held.holds.value)
    return str(getattr(held, "state", "on record"))
