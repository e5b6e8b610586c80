# SPDX-License-Identifier: Apache-2.0
"""The command that serves a mission's record as pages and data, for reading."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import examples, told
from foedus.commands.signing import store_at

app = typer.Typer()


@app.command(
    epilog=examples(
        "serve donbas",
        "serve ukraine-2026 --port 8080 --store postgres://foedus@localhost/acts",
    )
)
@told
def serve(
    mission: Annotated[
        str,
        typer.Argument(
            metavar="MISSION", help="Name below missions/, a folder, or a mission.toml."
        ),
    ],
    *,
    host: Annotated[str, typer.Option(help="Address at which it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    store: Annotated[
        str | None,
        typer.Option(metavar="FILE|URL", help="A log whose acts are read: a file, or a database."),
    ] = None,
    base: Annotated[
        str, typer.Option(metavar="URL", help="Address by which readers know it, for feeds.")
    ] = "",
    run: Annotated[
        Path | None, typer.Option("--in", metavar="DIR", help="The run; default out/MISSION.")
    ] = None,
) -> None:
    """Serve what the public may see of a mission's last run, as pages and as data.

    Everything is read only. Tiles of the map are made first, where the run has none yet.
    """
    from foedus.errors import Fault, OperatorError

    try:
        from foedus.web.serving import Serving, serving
    except ModuleNotFoundError as error:
        hint = "pip install 'foedus[web]'"
        missing = Fault(expected="the extra web", got=f"no module {error.name}", hint=hint)
        raise OperatorError(missing) from error
    open_store = None if store is None else partial(store_at, store, read_only=True)
    wanted = Serving(mission, run, open_store, (host, port), foedus.__version__, base.rstrip("/"))
    serving(wanted, typer.echo)
