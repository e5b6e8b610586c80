# SPDX-License-Identifier: Apache-2.0
"""Commands about what falls due: the clocks of ladders, and what each guarantor owes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import Decided, Json, emit, examples, told
from foedus.commands.signing import beside

app = typer.Typer()


@app.command(epilog=examples("due donbas", "due donbas --at 2015-02-17 --json", "due ukraine-2026"))
@told
def due(
    mission: Annotated[
        str,
        typer.Argument(
            metavar="MISSION", help="Name below missions/, a folder, or a mission.toml."
        ),
    ],
    *,
    at: Annotated[
        str | None,
        typer.Option(metavar="T", help="As it stands then; default: now, or a replay's end."),
    ] = None,
    log: Decided = None,
    assume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions that are assumed. REPLAY.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Tell times on this clock: Europe/Tallinn.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which clocks run, which are next or over, who has not decided, and who owes what.

    Without a log, a mission that names a file of assumed decisions is replayed, and marked so.
    """
    from foedus.publication.escapes import visible
    from foedus.replay.clock_lines import as_told, in_zone, lines_of

    with beside(log) as acts:
        answer = foedus.due(mission, at=at, log=acts, assume=assume)
    if zone is not None:
        answer = in_zone(answer, zone)
    if as_json:
        return emit(as_told(answer))
    return typer.echo("\n".join(visible(line) for line in lines_of(answer)))
