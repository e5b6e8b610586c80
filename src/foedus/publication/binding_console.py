# SPDX-License-Identifier: Apache-2.0
"""Who is bound to what, as tables for a terminal. What is asked and found is left to `binding`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foedus.publication.binding import CALENDARS, Answered, keys_of, notices, unmet, words_of
from foedus.publication.escapes import visible
from foedus.register.bound import Cell


def show_bound(answer: Answered) -> None:
    """Print the table of states and components, then what is missing, state by state."""
    console = Console(highlight=False, soft_wrap=True)
    if answer.is_exercise:
        console.print(Text("EXERCISE", style="bold reverse"))
    console.print(Text(answer.mission.title, style="bold"))
    console.print(Text(headline(answer)))
    console.print(_table(answer))
    for line in reasons(answer):
        console.print(Text(visible(line)))
    for line in closing(answer):
        console.print(Text(visible(line)))


def headline(answer: Answered) -> str:
    """Return the answer in a sentence."""
    cells = answer.bound.bound
    when = f"On {answer.on}, as known on {answer.known}"
    if not cells:
        return (
            f"{when}: nobody is legally bound; {len(answer.bound.pledges)} pledges are on record."
        )
    names = ", ".join(f"{cell.key} ({cell.legal})" for cell in cells)
    return f"{when}: law stands behind {names}."


def _table(answer: Answered) -> Table:
    """Return a row for each cell: how it stands, what its own law needs, what conditions lack."""
    table = Table(box=SIMPLE, pad_edge=False)
    for name in ("state", "component", "stands", "its own law", "conditions"):
        table.add_column(name, overflow="fold")
    for cell in answer.bound.cells.values():
        mark = ", contested" if cell.pledge.contested else ""
        table.add_row(
            cell.state,
            cell.component,
            Text(cell.legal + mark, style="bold" if cell.is_bound else ""),
            _law(cell),
            _conditions(cell),
        )
    return table


def _law(cell: Cell) -> str:
    if cell.consent is None:
        return "not on file"
    if cell.consent.is_consented:
        return cell.consent.state
    bodies = [item.by for item in cell.missing if item.by and item.what != "condition"]
    return "needs " + ", ".join(bodies) if bodies else cell.consent.state


def _conditions(cell: Cell) -> str:
    lacking, unknown = (len(unmet(cell, is_known=told)) for told in (True, False))
    parts = [f"{lacking} not so" if lacking else "", f"{unknown} not known" if unknown else ""]
    return ", ".join(part for part in parts if part)


def reasons(answer: Answered) -> Iterator[str]:
    """Yield for every cell what was said, what is missing, and where that stands."""
    for cell in answer.bound.cells.values():
        said = cell.pledge.current
        yield f"{cell.key}: {cell.legal}" + (f". {said.says}" if said else "")
        for item in keys_of(cell):
            level = "; ".join(part for part in (item.evidence, item.note) if part)
            yield f"    {words_of(item)}" + (f" [{level}]" if level else "")
        for words, is_known in (("not so", True), ("not known to be so", False)):
            found = "; ".join(item.why for item in unmet(cell, is_known=is_known))
            if found:
                yield f"    {words}: {found}"
        for notice in notices(cell):
            yield f"    {notice}"
        for test in cell.tests:
            yield f"    mandate, {test.limit}: {test.says}: {test.keeps.value}"
        if said is not None:
            yield f"    {said.source} [{said.evidence}]"


def closing(answer: Answered) -> Iterator[str]:
    """Yield who waits for whom, and how far the record goes."""
    for circle in answer.bound.circles:
        yield "waiting in a circle: " + " for ".join((*circle, circle[0]))
    for item in answer.uncounted:
        yield f"not counted, no calendar: {item.words}"
    if answer.uncounted:
        yield f"a calendar goes into {answer.mission.folder / CALENDARS}/ID.yaml"
    if answer.is_at_end:
        yield f"The record ends on {answer.known}; of later days it says nothing."
    yield f"next: foedus history {answer.mission.id} {next(iter(answer.bound.cells), 'ID')}"


def show_history(found: dict[str, Any]) -> None:
    """Print the acts of a subject, in the order in which they held."""
    console = Console(highlight=False, soft_wrap=True)
    if found["is_exercise"]:
        console.print(Text("EXERCISE", style="bold reverse"))
    for act in found["acts"]:
        console.print(Text(f"{act['on']}  {act['kind']}  {act['act'][:12]}", style="bold"))
        console.print(Text(visible(f"    {act['says']}")))
        console.print(Text(f"    known {act['known'][:10]}; {act['source']} [{act['evidence']}]"))
        outcome = f"moved nothing: {act['refused']}" if act["refused"] else act["effect"]
        console.print(Text(f"    {act['subject']}: {outcome}"))
