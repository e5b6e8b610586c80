# SPDX-License-Identifier: Apache-2.0
"""Commands about agreements: check the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import CODES, Json, emit, examples, told
from foedus.errors import DrafterError

app = typer.Typer()

Lint = Annotated[
    bool, typer.Option("--lint", help="Also tell in which known ways the text may fail.")
]
Fix = Annotated[
    bool, typer.Option("--fix", help="Bring the form into order; what a file says stays.")
]


@app.command(
    epilog=examples("check may-2025.md", "check may-2025.md --fix", "check may-2025.md --lint")
)
@told
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Agreements in Markdown; a folder means all below."),
    ],
    *,
    fix: Fix = False,
    lint: Lint = False,
    as_json: Json = False,
) -> None:
    """Tell every fault of literate agreements, each with its line and how to mend it.

    A remark is no fault of the file, and a weakness one of the text. Ends with exit code 3 if
    there is a fault.
    """
    from foedus.terms.check import lines_of, told_of

    found = foedus.check(paths, fix=fix, examine=lint)
    if as_json:
        emit({"documents": [told_of(item) for item in found]})
    else:
        typer.echo("\n".join(line for item in found for line in lines_of(item)))
    if not all(item.is_clean for item in found):
        raise typer.Exit(CODES[DrafterError])
