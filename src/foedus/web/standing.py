# SPDX-License-Identifier: Apache-2.0
"""The answers of today and of who is bound: what runs, what changed, who has not decided.

The register's answer is `publication.binding.bound`, told cell by cell; what changed is asked of
the edition by the times at which the record learned of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foedus.publication.binding import VERBS, Answered, keys_of, told_of, words_of
from foedus.publication.binding_page import name_of
from foedus.publication.edition import STANDING, Row
from foedus.trust.times import utc
from foedus.web.decided import RUNNING, clocks, decisions, heading
from foedus.web.served import Question

DAY_US: Final = 86_400_000_000
SHOWN: Final = 8
"""Changes that are shown on the first page."""
CHANGED: Final = f"""select * from incidents where {STANDING}
    and known_from_us > $since_us and known_from_us <= $until_us
    order by coalesce(deaths_best, 0) desc, occurred_from_us, lineage_id limit $limit"""
HOW_MANY: Final = f"""select count(*) as incidents from incidents where {STANDING}
    and known_from_us > $since_us and known_from_us <= $until_us"""
INDICATED: Final = f"""select verdict, count(*) as findings from findings where {STANDING}
    and known_from_us > $since_us and known_from_us <= $until_us
    and incident_id is not null group by verdict order by verdict"""


def today(question: Question) -> Row:
    """Return what runs and is undecided, what the record's last day brought, who is waited for."""
    found = question.served.due(question.when)
    answer = question.served.bound(question.when)
    rows = clocks(found)
    waiting = list(_waiting(answer))
    owed = found.obligations if found is not None else ()
    return {
        **heading(found),
        "clocks": [row for row in rows if row["state"] in RUNNING] or rows,
        "undecided": [row for row in rows if row["undecided"]],
        "waiting": waiting,
        "waiting_count": len(waiting),
        "pledges": None if answer is None else len(answer.bound.pledges),
        "bound_count": None if answer is None else len(answer.bound.bound),
        "owed_count": sum(one.force == "law" for one in owed),
        "promised_count": sum(one.force == "promise" for one in owed),
        "cases": len({row["case"] for row in decisions(found)}),
        "changes": changes(question) | {"register": moved(question, answer)},
    }


def moved(question: Question, answer: Answered | None) -> Row | None:
    """Return what a register's last day brought: acts, and which states stand otherwise since.

    The day ends at `known`, or with the last act that is known; None where there is no register.
    """
    if answer is None:
        return None
    until_us, since_us = answer.known_us, answer.known_us - DAY_US
    past = question.served.bound(question.when._replace(known=utc(since_us), known_us=since_us))
    was = {} if past is None else past.bound.cells
    titles = {part.id: part.title for part in answer.bound.components}
    cells = answer.bound.cells
    return {
        "to_us": until_us,
        "acts": sum(since_us < entry.known_us <= until_us for entry in answer.entries),
        "cells": [
            {
                "state": cell.state,
                "name": name_of(cell.state),
                "component_title": titles.get(cell.component, cell.component),
                "before": was[key].legal if key in was else None,
                "after": cells[key].legal if key in cells else None,
            }
            for key, cell in (was | cells).items()
            if key not in was or key not in cells or was[key].legal != cells[key].legal
        ],
    }


def changes(question: Question, shown: int = SHOWN) -> Row:
    """Return what became known in the day before `known`, or before the record's own end."""
    until_us = question.edition.end_us(question.when)
    span = {"since_us": until_us - DAY_US, "until_us": until_us}
    return {
        "from_us": until_us - DAY_US,
        "to_us": until_us,
        **question.edition.ask(HOW_MANY, question.when, **span)[0],
        "verdicts": question.edition.ask(INDICATED, question.when, **span),
        "rows": question.edition.ask(CHANGED, question.when, **span, limit=shown),
    }


def _waiting(answer: Answered | None) -> Iterator[Row]:
    """Yield what a state's own law still asks for, each body once for each state and component."""
    if answer is None:
        return
    titles = {part.id: part.title for part in answer.bound.components}
    for cell in answer.bound.cells.values():
        for item in keys_of(cell):
            yield {
                "state": cell.state,
                "name": name_of(cell.state),
                "component": cell.component,
                "component_title": titles.get(cell.component, cell.component),
                "by": item.by,
                "what": words_of(item),
                "verb": VERBS.get(item.what, ""),
                "why": item.why,
                "source": item.source,
                "evidence": item.evidence,
            }


def bound(question: Question) -> Row:
    """Return who is bound to what, cell by cell, and what is missing by whom."""
    answer = question.served.bound(question.when)
    if answer is None:
        return {"mission": question.edition.mission.title, "marking": "", "rows": [], "bound": []}
    told = told_of(answer)
    cells = list(answer.bound.cells.values())
    used = {cell.component for cell in cells}
    return told | {
        "mission": answer.mission.title,
        "marking": "EXERCISE" if answer.is_exercise else "",
        "components": [part for part in told["components"] if part["id"] in used],
        "rows": [
            row | {"name": name_of(row["state"]), "missing": _missing(cell)}
            for row, cell in zip(told["cells"], cells, strict=True)
        ],
        "facts": [{"fact": fact, "holds": holds} for fact, holds in sorted(told["facts"].items())],
        "instruments": [
            one | {"states": [f"{state}: {step}" for state, step in one["states"].items()]}
            for one in told["instruments"]
        ],
    }


def _missing(cell: object) -> list[Row]:
    return [
        {
            "by": item.by,
            "words": words_of(item),
            "why": item.why,
            "what": item.what,
            "source": item.source,
            "evidence": item.evidence,
        }
        for item in cell.missing  # type: ignore[attr-defined]
    ]
