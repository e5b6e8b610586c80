# SPDX-License-Identifier: Apache-2.0
"""The command line: one command per question. Each parses, calls a verb of `foedus`, and prints.

The commands stand in `commands`, a module for each group of questions; this file gathers them. What
is loaded beyond `typer` is loaded inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

from typing import Annotated, Final

import typer

import foedus
from foedus.commands import (
    acts,
    agreements,
    asking,
    cases,
    clocks,
    corrections,
    counts,
    indications,
    learning,
    log,
    record,
    register,
    replays,
    serve,
)

EPILOG: Final = """
**Exit codes**: 0 all is well, rows in quarantine included; 1 a source delivered what cannot be
used; 2 the call or the machine is at fault; 3 a mission, a profile or another drafted document is
faulty; 4 a party handed in what it may not; 130 interrupted: the last run stands as it was.
"""


app = typer.Typer(
    help="From what sources report to what happened: who says so, and how sure it is.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (
    record,
    indications,
    agreements,
    counts,
    register,
    acts,
    log,
    replays,
    asking,
    clocks,
    cases,
    learning,
    corrections,
    serve,
):
    app.add_typer(group.app)


@app.callback(invoke_without_command=True)
def entry(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Hold the options that stand before a command."""
    if version:
        typer.echo(f"foedus {foedus.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; the entry point of the script `foedus`."""
    app(prog_name="foedus")


if __name__ == "__main__":
    main()
