# SPDX-License-Identifier: Apache-2.0
"""Commands about what would have been: an agreement run over a past record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

import foedus
from foedus.commands.calling import Json, Where, emit, examples, spread, told

app = typer.Typer()


@dataclass(frozen=True)
class Wished:
    """The options of `replay`."""

    assume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions that are assumed.")
    ] = None
    reading: Annotated[str | None, typer.Option(help="Id of a reading; default: the first.")] = None
    trigger: Annotated[str | None, typer.Option(help="Id of the trigger to sweep.")] = None
    sweep: Annotated[
        str | None,
        typer.Option(
            metavar="P=V,V…", help="count=2,3,5 or within=1 day,3 days or threshold=0.5,0.9."
        ),
    ] = None
    beside: Annotated[
        str | None, typer.Option(metavar="AGREEMENT", help="A second agreement, side by side.")
    ] = None


@app.command(
    epilog=examples("replay minsk-2 donbas", "replay tcg-2020 donbas --beside minsk-2 --json")
)
@spread(Wished)
@told
def replay(
    agreement: Annotated[
        str, typer.Argument(metavar="AGREEMENT", help="Id of a shipped agreement, or a .md file.")
    ],
    where: Where,
    wanted: Wished,
    *,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the sweep into this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run an agreement over a past record: what it finds, and when its triggers fire. REPLAY.

    Nothing is determined but what a named file assumes; every answer bears its mark.
    """
    from foedus.publication.escapes import visible
    from foedus.replay.played import drawn, lines_of

    answer: dict[str, Any] = foedus.replay(agreement, where, **asdict(wanted))
    if svg is not None:
        svg.write_text(drawn(answer), "utf-8")
    if as_json:
        return emit(answer)
    return typer.echo("\n".join(visible(line) for line in lines_of(answer)))
