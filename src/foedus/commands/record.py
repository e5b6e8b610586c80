# SPDX-License-Identifier: Apache-2.0
"""Commands about the record: run a mission, list what happened, why, and who said so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import foedus
from foedus.commands.calling import Json, Where, emit, examples, progress, spread, told

app = typer.Typer()


@dataclass(frozen=True)
class Times:
    """The options of `run` about time."""

    on: Annotated[
        str | None, typer.Option(metavar="T", help="Only what had begun by this day or moment.")
    ] = None
    known: Annotated[
        str | None, typer.Option(metavar="T", help="Only what the record knew by then.")
    ] = None
    past: Annotated[
        bool | None,
        typer.Option(
            "--past/--no-past",
            help="Tell how incidents stood before, for pages as known on a day; by itself only"
            " where few reports may join another.",
        ),
    ] = None


@app.command(epilog=examples("run donbas", "run missions/donbas --known 2015-02-15 --out out/2015"))
@spread(Times)
@told
def run(
    mission: Annotated[
        str,
        typer.Argument(
            metavar="MISSION", help="Name below missions/, a folder, or a mission.toml."
        ),
    ],
    wanted: Times,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write; default out/MISSION.")
    ] = None,
    engine: Annotated[
        Literal["local", "spark"], typer.Option(help="Where the bulk work is done.")
    ] = "local",
    master: Annotated[
        str | None, typer.Option(metavar="URL", help="Spark master, such as spark://HOST:7077.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read a mission's reports, find the incidents, and write the bulletin and its tables.

    Times without an offset are in the mission's zone. The folder is replaced whole at the end.
    """
    with progress() as told_of, engine_of(engine, master) as chosen:
        done = foedus.run(mission, out=out, engine=chosen, progress=told_of, **asdict(wanted))
    if as_json:
        return emit(run_figures(done))
    from foedus.publication.console import show_run

    return show_run(done)


@contextmanager
def engine_of(name: str, master: str | None) -> Iterator[Any]:
    """Open the engine of this name, and stop it at the end.

    Raises `OperatorError` if a master is given without Spark, or if PySpark is not installed.
    """
    from foedus.errors import Fault, OperatorError

    if name == "local":
        if master is not None:
            fault = Fault(expected="--engine spark with --master", got="--engine local")
            raise OperatorError(fault)
        yield None
        return
    try:
        from foedus.engines.spark import SparkEngine
    except ModuleNotFoundError as error:
        hint = "pip install 'foedus[spark]', and a Java 17"
        missing = Fault(expected="the extra spark", got=f"no module {error.name}", hint=hint)
        raise OperatorError(missing) from error
    with SparkEngine(master) as engine:
        yield engine


def run_figures(done: Any) -> dict[str, Any]:
    """Return the figures of a run, as --json prints them."""
    names = (
        "read",
        "accepted",
        "quarantined",
        "incidents",
        "findings",
        "partings",
        "seconds",
        "peak_mb",
    )
    figures = {name: getattr(done, name) for name in names}
    return figures | {"past": done.past._asdict(), "out": str(done.out)}


@dataclass(frozen=True)
class Filter:
    """The options of `incidents`: which are asked for."""

    from_: Annotated[
        str | None, typer.Option("--from", metavar="T", help="May have happened at or after it.")
    ] = None
    to: Annotated[
        str | None, typer.Option("--to", metavar="T", help="May have happened before its end.")
    ] = None
    kind: Annotated[
        str | None, typer.Option(help="Recorded as this kind, or as one beneath it.")
    ] = None
    region: Annotated[str | None, typer.Option(help="Part of the name of a region or place.")] = (
        None
    )
    party: Annotated[str | None, typer.Option(help="Id of a party that is named.")] = None
    precise: Annotated[
        bool, typer.Option("--precise", help="Only where day and place are both exact.")
    ] = False
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None


@app.command(
    epilog=examples(
        "incidents donbas --from 2014-05-01 --to 2014-05-31 --precise",
        "incidents out/donbas --party ua --region donetsk --limit 5 --json",
        "incidents donbas --region donetsk --episodes fighting",
    )
)
@spread(Filter)
@told
def incidents(
    where: Where,
    wanted: Filter,
    *,
    episodes: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Show runs of incidents: barrage, fighting, or a file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what happened, in order of time, with how sure it is.

    `fits` is "sure" where the whole of an incident's interval lies in the time that is asked for.
    """
    if episodes is not None:
        return _episodes(where, wanted, episodes, as_json=as_json)
    found = foedus.incidents(where, **asdict(wanted))
    if as_json:
        return emit({"incidents": found})
    from foedus.publication.answers import read_summary, run_folder
    from foedus.publication.console import show_incidents

    return show_incidents(found, read_summary(run_folder(where)))


def _episodes(where: Where, wanted: Filter, rule: str, *, as_json: bool) -> None:
    found = foedus.episodes(where, rule, **asdict(wanted))
    if as_json:
        return emit({"episodes": found})
    from foedus.incidents.episodes import find_rule
    from foedus.publication.answers import read_summary, run_folder
    from foedus.publication.console import show_episodes

    return show_episodes(found, find_rule(rule).text, read_summary(run_folder(where)))


@app.command(
    epilog=examples(
        "why ucdp-ged:147997",
        "why ucdp-ged:147997 --in out/donbas --json",
    )
)
@told
def why(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of an incident, a report, a finding, a decision, a case or an obligation, or"
            " a beginning of one.",
        ),
    ],
    *,
    where: Annotated[
        str | None,
        typer.Option(
            "--in",
            metavar="MISSION|DIR",
            help="The run; default: the newest below out/ that has it.",
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The log with the acts of the commission.")
    ] = None,
    assume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions that are assumed. REPLAY.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="T", help="As it stands then.")] = None,
    as_json: Json = False,
) -> None:
    """Say what something rests on: articles, decisions, reasons, reports, addresses, files.

    Of an obligation, down through its rung and the decisions to the reports and their addresses, as
    a tree; a chain that breaks is told where it does.
    """
    answer = foedus.why(asked, where, at=at, log=log, assume=assume)
    if as_json:
        return emit(answer)
    if "tree" in answer:
        from foedus.desk.nodes import told_lines
        from foedus.publication.escapes import visible

        return typer.echo("\n".join(visible(line) for line in told_lines(answer)))
    from foedus.publication.console import show_why

    return show_why(answer)


@app.command(epilog=examples("sources donbas", "sources out/donbas --json"))
@told
def sources(where: Where, *, as_json: Json = False) -> None:
    """Say who spoke: side, grade, licence, what was delivered, and the most frequent outlets."""
    answer = foedus.sources(where)
    if as_json:
        return emit({"sources": answer})
    from foedus.publication.answers import read_summary, run_folder
    from foedus.publication.console import show_sources

    return show_sources(answer, read_summary(run_folder(where)))
