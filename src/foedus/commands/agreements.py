# SPDX-License-Identifier: Apache-2.0
"""Commands about agreements and the procedures of states: check the documents."""

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
    epilog=examples("check may-2025.md", "check may-2025.md --fix", "check minsk-2 --lint")
)
@told
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|ID…",
            help="Agreements in Markdown, procedures in YAML, ids of shipped agreements; a folder "
            "means all agreements below.",
        ),
    ],
    *,
    fix: Fix = False,
    lint: Lint = False,
    as_json: Json = False,
) -> None:
    """Tell every fault of agreements and of national procedures, with its line and how to mend it.

    A remark is no fault of the file, and a weakness one of the text. Ends with exit code 3 if
    there is a fault.
    """
    from foedus.register import procedure_check
    from foedus.terms.check import lines_of, told_of

    procedures = [path for path in paths if path.suffix == procedure_check.SUFFIX]
    documents = [path for path in paths if path not in procedures]
    found = foedus.check(documents, fix=fix, examine=lint) if documents else []
    checked = procedure_check.check_procedures(procedures)
    if as_json:
        told = [told_of(item) for item in found]
        emit({"documents": told + [procedure_check.told_of(item) for item in checked]})
    else:
        lines = [line for item in found for line in lines_of(item)]
        lines += [line for item in checked for line in procedure_check.lines_of(item)]
        typer.echo("\n".join(lines))
    if not all(item.is_clean for item in (*found, *checked)):
        raise typer.Exit(CODES[DrafterError])
