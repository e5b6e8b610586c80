# SPDX-License-Identifier: Apache-2.0
"""Commands about conditions: whether what an agreement makes depend on them has come about."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

import foedus
from foedus.commands.calling import Json, Known, Where, emit, examples, spread, told

app = typer.Typer()


@dataclass(frozen=True)
class Wished:
    """The options of `ask`."""

    condition: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A condition of your own to ask.")
    ] = None
    agreement: Annotated[str | None, typer.Option(help="Id of an agreement of the mission.")] = None
    term: Annotated[
        str | None, typer.Option(help="Id of the term, or label of the article, that states it.")
    ] = None
    reading: Annotated[str | None, typer.Option(help="Id of a reading; default: each.")] = None
    on: Annotated[
        str | None, typer.Option(metavar="T", help="Ask up to then; default: the period's end.")
    ] = None
    known: Known = None
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The log with the acts of the commission.")
    ] = None
    assume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions that are assumed. REPLAY.")
    ] = None
    samples: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Records sampled for a probability.")
    ] = 2_000


@app.command(
    epilog=examples(
        "ask donbas",
        'ask donbas --agreement minsk-2 --condition "at least 10 breaches of 1 within 72 h"',
    )
)
@spread(Wished)
@told
def ask(where: Where, wanted: Wished, *, as_json: Json = False) -> None:
    """Ask whether the conditions that agreements state are met: by decisions, and by the record.

    What follows from what people determined comes with its proof. Apart from it stands how
    probable the record makes it; no figure is made of both.
    """
    from foedus.publication.escapes import visible
    from foedus.replay.asked_lines import lines_of

    answer: dict[str, Any] = foedus.ask(where, **asdict(wanted))
    if as_json:
        return emit(answer)
    return typer.echo("\n".join(visible(line) for line in lines_of(answer)))
