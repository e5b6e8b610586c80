# SPDX-License-Identifier: Apache-2.0
"""Commands about the register: who is bound to what, and what is missing by whom."""

from __future__ import annotations

from typing import Annotated

import typer

import foedus
from foedus.commands.calling import Beside, Json, Known, emit, examples, told
from foedus.commands.signing import beside

app = typer.Typer()


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
    log: Beside = None,
    as_json: Json = False,
) -> None:
    """Say who is legally bound to what, state by state, and what is missing and by whom.

    Times without an offset are in the mission's zone; without any, the record's own end is asked.
    """
    with beside(log) as acts:
        answer = foedus.bound(mission, on=on, known=known, log=acts)
    if as_json:
        from foedus.publication.binding import told_of

        return emit(told_of(answer))
    from foedus.publication.binding_console import show_bound

    return show_bound(answer)
