# SPDX-License-Identifier: Apache-2.0
"""Commands about findings: what is indicated against which article, and what cannot be said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import Json, Where, emit, examples, spread, told

app = typer.Typer()


@dataclass(frozen=True)
class Sought:
    """The options of `findings`: which are asked for."""

    article: Annotated[str | None, typer.Option(help='Label of an article, such as "Point 2".')] = (
        None
    )
    reading: Annotated[
        str | None, typer.Option(help="Id of a reading; text where there is one only.")
    ] = None
    verdict: Annotated[
        str | None,
        typer.Option(help="breach, permitted, not-covered, undetermined or contested."),
    ] = None
    party: Annotated[str | None, typer.Option(help="Id of a party that is named.")] = None
    agreement: Annotated[str | None, typer.Option(help="Id of an agreement.")] = None
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None


@app.command(
    epilog=examples(
        'findings donbas --article "point 1" --verdict undetermined --limit 10',
        "findings energy-2025 --reading from-18-march --json",
    )
)
@spread(Sought)
@told
def findings(where: Where, wanted: Sought, *, as_json: Json = False) -> None:
    """List what is indicated against which article, under which reading, and why it is not more.

    Every verdict is indicated; only people determine a breach. What no term covers is counted, and
    listed only where readings part.
    """
    from foedus.publication.indications import counts

    found = foedus.findings(where, **asdict(wanted))
    counted = counts(where, **asdict(wanted))
    if as_json:
        return emit({"counts": counted, "findings": found})
    from foedus.publication.answers import read_summary, run_folder
    from foedus.publication.console_findings import show_findings

    return show_findings(found, counted, read_summary(run_folder(where)))
