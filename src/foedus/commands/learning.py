# SPDX-License-Identifier: Apache-2.0
"""Questions about the record's noise: what can be learned that no profile declares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

import foedus
from foedus.commands.calling import Json, emit, examples, told

app = typer.Typer()
MOST_FREQUENT: Final = 5


@app.command(epilog=examples("learn energy-2025 --out out", "learn donbas --out out --json"))
@told
def learn(
    mission: Annotated[
        str,
        typer.Argument(
            metavar="MISSION", help="Name below missions/, a folder, or a mission.toml."
        ),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the file; default the present.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn radii, lateness, confusions and shares that no profile declares, and write them down.

    Nothing is adopted: a person reads the file and names it in mission.toml.
    """
    found = foedus.learn(mission, out=out)
    parameters = found.parameters
    if as_json:
        figures = {name: getattr(found, name) for name in found.__dataclass_fields__}
        return emit(
            figures | {"parameters": msgspec.to_builtins(parameters), "out": str(found.out)}
        )
    typer.echo(f"{found.reports} reports with a day and a place")
    if found.drifted:
        typer.echo("What was learned would join too much: the parameters stay as they were.")
    for code, radius in parameters.radius_m.items():
        typer.echo(f"radius of precision {code or 'not told'}: {radius} m")
    for piece in parameters.lateness:
        typer.echo(f"up to {piece.upto_h:g} h late: {100 * piece.share:.0f} %")
    for family in ("kind", "actor"):
        for source, one in getattr(parameters, f"{family}_confusion").items():
            wrong = f"{100 * one.same_class:.0f} % within its class, {100 * one.any:.0f} % any"
            typer.echo(f"{source} confuses the {family}: {wrong}")
        shares = getattr(parameters, f"{family}_share")
        most = sorted(shares, key=lambda value: (-shares[value], value))[:MOST_FREQUENT]
        if most:
            told_of = ", ".join(f"{value} {100 * shares[value]:.0f} %" for value in most)
            typer.echo(f"most frequent {family}: {told_of}")
    if not parameters.radius_m and not parameters.lateness:
        typer.echo("Nothing was learned: no two sources tell of the same often enough.")
    return typer.echo(f"{found.out} (adopt it under [parameters] file in mission.toml)")
