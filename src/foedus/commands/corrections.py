# SPDX-License-Identifier: Apache-2.0
"""Commands about corrections: what would follow if reports were withdrawn, moved or regraded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import Decided, Json, emit, examples, told
from foedus.commands.signing import beside

app = typer.Typer()


@app.command(
    epilog=examples(
        "correct donbas corrections.yaml --dry-run",
        "correct donbas corrections.yaml --dry-run --at 2015-02-19 --json",
    )
)
@told
def correct(
    mission: Annotated[str, typer.Argument(metavar="MISSION", help="A mission that was run.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of corrections.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would follow. Nothing is filed.")
    ] = False,
    at: Annotated[str | None, typer.Option(metavar="T", help="Clocks as they stand then.")] = None,
    log: Decided = None,
    assume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions that are assumed. REPLAY.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what would follow if reports were withdrawn, corrected or graded anew.

    From incidents to obligations: what changes, which decisions had rested on it, which clocks
    would not have started, and who had relied on it.
    """
    from foedus.errors import Fault, OperatorError
    from foedus.publication.escapes import visible
    from foedus.replay.correction_lines import as_told, lines_of

    if not dry_run:
        hint = "people file them: a source delivers anew, and a commission takes up its case"
        fault = Fault(expected="--dry-run", got="none: nothing here files corrections", hint=hint)
        raise OperatorError(fault)
    with beside(log) as acts:
        answer = foedus.correct(mission, file, at=at, log=acts, assume=assume)
    if as_json:
        return emit(as_told(answer))
    return typer.echo("\n".join(visible(line) for line in lines_of(answer)))
