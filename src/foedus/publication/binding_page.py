# SPDX-License-Identifier: Apache-2.0
"""The bulletin of a mission of acts: one self-contained HTML page that says who is bound to what.

State by state it tells what was said, what its own law still needs and by whom, which conditions do
not hold, and opens each of these to its source. The page needs no script, asks for nothing from
anywhere, and prints to A4. The same acts give the same bytes. What is bound is left to `register`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foedus.base.encoding import bytes_digest
from foedus.mission import Mission
from foedus.publication.binding import Answered, bound, keys_of, notices, unmet, words_of
from foedus.publication.escapes import is_address
from foedus.publication.numbers import long_day
from foedus.register.bound import LEGAL, Cell
from foedus.register.consent import STATES as CONSENTS
from foedus.register.consent import RouteStanding
from foedus.register.instruments import STATES as STEPS
from foedus.register.procedure_files import shipped_procedures
from foedus.register.record import BINDING, FORMS

TEMPLATES: Final = Path(__file__).parent / "templates"
EVIDENCE: Final = {
    "S": "the page named was read and says so",
    "P": "it reports what others say",
    "K": "not checked",
    "?": "contested, or of doubtful quality: it is kept and moves nothing",
}
SHORT: Final = {
    "none": "nothing",
    "excluded": "no",
    "withdrawn": "taken back",
    "possible": "possible",
    "conditional": "if …",
    "offered": "offered",
    "legally-consented": "consented",
    "deployable": "deployable",
    "deployed": "deployed",
}
"""What a cell of the table shows; the legend has the whole words."""
ORGANISATIONS: Final = {"COALITION": "members of the Coalition, not listed"}


def write_bound(mission: Mission, page: Path, *, on: str | None, known: str | None) -> Path:
    """Write the page of a mission to a file, and return its path."""
    page.write_bytes(bound_page(bound(mission, on=on, known=known)).encode())
    return page


def bound_page(answer: Answered) -> str:
    """Return the page's HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words_of=words_of,
        keys_of=keys_of,
        unmet=unmet,
        notices=notices,
        is_address=is_address,
        long_day=long_day,
        after=afterwards,
        is_shared=is_shared,
        name=name_of,
        legal=LEGAL,
        short=SHORT,
        consents=CONSENTS,
        steps=STEPS,
        forms=FORMS,
        evidence=EVIDENCE,
    )
    template = environment.get_template("binding.html.jinja")
    return template.render(
        answer=answer,
        mission=answer.mission,
        bound=answer.bound,
        used=_used(answer),
        states=[
            (state, list(_cells(state, answer)))
            for state in sorted(answer.bound.states, key=name_of)
        ],
        binding=[
            held
            for held in answer.bound.instruments.values()
            if held.made is not None and held.made.form in BINDING
        ],
        found=_facts(answer),
        numbers={source: number for number, source in enumerate(_sources(answer), start=1)},
        edition=bytes_digest("\n".join(entry.act for entry in answer.entries).encode()),
    )


def name_of(state: str) -> str:
    """Return the name of a state or organisation; its code if no procedure of it is on file."""
    file = shipped_procedures().get(state)
    return file.name if file is not None else ORGANISATIONS.get(state, state)


def afterwards(cell: Cell) -> tuple[str, ...]:
    """Return what a state's own law asks for once it has begun, and when consent ends by itself."""
    chosen: RouteStanding | None = cell.consent.chosen if cell.consent else None
    if chosen is None:
        return ()
    later = [item.rule.says for item in chosen.steps if item.rule.needed == "after"]
    return (*later, *(rule.says for rule in chosen.route.ends if not rule.when))


def is_shared(cells: list[Cell]) -> bool:
    """Return whether all cells of a state lack the same, so that it needs to be told only once."""
    lacking = {(cell.legal, cell.missing, *notices(cell)) for cell in cells}
    return len(cells) > 1 and len(lacking) == 1


def _sources(answer: Answered) -> Iterator[str]:
    """Yield every source that the page cites, each once, in the order of the page."""
    cited = [
        source
        for state in sorted(answer.bound.states, key=name_of)
        for cell in _cells(state, answer)
        for source in (
            *(item.said.source for item in cell.pledge.stated),
            *(item.source for item in cell.missing if item.evidence),
        )
    ]
    cited += [item.source for fact in answer.register.facts.values() for item in fact.found]
    for held in answer.bound.instruments.values():
        if held.made is not None:
            cited += [held.made.source, *(claim.source for claim in held.made.claims)]
    yield from dict.fromkeys(cited)


def _used(answer: Answered) -> list[Any]:
    named = {cell.component for cell in answer.bound.cells.values()}
    return [part for part in answer.bound.components if part.id in named]


def _cells(state: str, answer: Answered) -> Iterator[Cell]:
    """Yield the cells of a state in the order of the components."""
    for part in answer.bound.components:
        cell = answer.bound.cells.get(f"{state}/{part.id}")
        if cell is not None:
            yield cell


def _facts(answer: Answered) -> list[tuple[str, str, Any]]:
    """Return each fact with its answer and the findings, those that nobody has made included."""
    told = answer.register.facts
    named = {
        item.fact for part in answer.bound.components for item in part.conditions if item.fact
    } | {
        item.fact
        for cell in answer.bound.cells.values()
        for said in [cell.pledge.current]
        if said is not None
        for item in said.conditions
        if item.fact
    }
    return [
        (name, told[name].holds.value if name in told else "unknown", told.get(name))
        for name in sorted(named | set(told))
    ]
