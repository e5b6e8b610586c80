# SPDX-License-Identifier: Apache-2.0
"""Commands about the register: who is bound to what, and the acts from which that follows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import Json, emit, examples, told

app = typer.Typer()

Known = Annotated[str | None, typer.Option(metavar="T", help="Only what the record knew by then.")]

LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log", metavar="FILE", help="A log whose signed acts are read beside the public record."
    ),
]


@app.command(
    epilog=examples(
        "bound ukraine-2026",
        "bound missions/ukraine-2026 --on 2026-02-01 --known 2026-01-31 --json",
    )
)
@told
def bound(
    mission: Annotated[
        str,
        typer.Argument(
            metavar="MISSION", help="Name below missions/, a folder, or a mission.toml."
        ),
    ],
    *,
    on: Annotated[
        str | None, typer.Option(metavar="T", help="How it stood on that day or at that moment.")
    ] = None,
    known: Known = None,
    log: LogFile = None,
    as_json: Json = False,
) -> None:
    """Say who is legally bound to what, state by state, and what is missing and by whom.

    Times without an offset are in the mission's zone; without any, the record's own end is asked.
    """
    answer = foedus.bound(mission, on=on, known=known, log=log)
    if as_json:
        from foedus.publication.binding import told_of

        return emit(told_of(answer))
    from foedus.publication.binding_console import show_bound

    return show_bound(answer)


@app.command(
    epilog=examples("history EE/land --in ukraine-2026", "history paris-declaration --json")
)
@told
def history(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A cell such as EE/land, an instrument, a fact, or the beginning of an act's id.",
        ),
    ],
    *,
    where: Annotated[
        str | None,
        typer.Option(
            "--in", metavar="MISSION", help="The mission; default: the first that has the id."
        ),
    ] = None,
    known: Known = None,
    log: LogFile = None,
    as_json: Json = False,
) -> None:
    """Tell every act about a subject, with its source, and what came of it or why not."""
    found = foedus.history(asked, where, known=known, log=log)
    if as_json:
        return emit(found)
    from foedus.publication.binding_console import show_history

    return show_history(found)
