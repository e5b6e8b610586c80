# SPDX-License-Identifier: Apache-2.0
"""The command line: one command per question. Each parses, calls a verb of `foedus`, and prints.

What is loaded beyond `typer` is loaded inside the commands, so that `--help` answers at once.
Answers go to standard output, as tables for people or, with --json, as one JSON object; progress
and errors go to standard error. Exit codes say who must mend what went wrong (`errors`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Final, ParamSpec, TypeVar

import typer

import foedus
from foedus.errors import DrafterError, Fault, FoedusError, OperatorError, PartyError, SourceError
from foedus.publication.escapes import visible

P = ParamSpec("P")
R = TypeVar("R")

CODES: Final[dict[type[FoedusError], int]] = {
    SourceError: 1,
    OperatorError: 2,
    DrafterError: 3,
    PartyError: 4,
}
INTERRUPTED: Final = 130

EPILOG: Final = """
**Exit codes**: 0 all is well, rows in quarantine included; 1 a source delivered what cannot be
used; 2 the call or the machine is at fault; 3 a mission, a profile or another drafted document is
faulty; 4 a party handed in what it may not; 130 interrupted: the last run stands as it was.
"""


def examples(*calls: str) -> str:
    """Return the text under a command's help that shows calls which run."""
    return "**Examples**\n\n" + "\n\n".join(f"`foedus {call}`" for call in calls)


app = typer.Typer(
    help="From what sources report to what happened: who says so, and how sure it is.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Fix = Annotated[
    bool, typer.Option("--fix", help="Bring the form into order; what a file says stays.")
]
Where = Annotated[
    str, typer.Argument(metavar="MISSION|DIR", help="A mission that was run, or a run's folder.")
]


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that errors are told on standard error, and end with their exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except FoedusError as error:
            for fault in error.faults:
                typer.echo(visible(str(fault)), err=True)
            typer.echo(f"To be mended by {error.mender}.", err=True)
            raise typer.Exit(code_of(error)) from error
        except KeyboardInterrupt as error:
            typer.echo("Interrupted: the last run stands as it was.", err=True)
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            # The reader, such as head, has all it wanted; closing must not complain again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error
        except OSError as error:
            where, got = str(error.filename or ""), error.strerror or str(error)
            fault = Fault(file=where, expected="a file or folder that can be used", got=got)
            typer.echo(visible(str(fault)), err=True)
            raise typer.Exit(CODES[OperatorError]) from error

    return wrapped


def spread(options: type) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make the fields of `options` options of a command, which takes them as one: `wanted`."""

    def spreading(command: Callable[..., R]) -> Callable[..., R]:
        fields = signature(options, eval_str=True).parameters
        own = signature(command, eval_str=True).parameters

        @wraps(command)
        def wrapped(**given: Any) -> R:
            chosen = {name: given.pop(name) for name in fields}
            return command(wanted=options(**chosen), **given)

        parts: list[Parameter] = []
        for name, part in own.items():
            parts += fields.values() if name == "wanted" else [part]
        parts = [part.replace(kind=part.KEYWORD_ONLY) for part in parts]
        vars(wrapped)["__signature__"] = Signature(parts)
        wrapped.__annotations__ = {part.name: part.annotation for part in parts}
        return wrapped

    return spreading


def code_of(error: FoedusError) -> int:
    """Return the exit code of an error, by who must mend it."""
    return next(code for kind, code in CODES.items() if isinstance(error, kind))


@app.callback(invoke_without_command=True)
def entry(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Hold the options that stand before a command."""
    if version:
        typer.echo(f"foedus {foedus.__version__}")
        raise typer.Exit


@app.command(epilog=examples("run donbas", "run missions/donbas --known 2015-02-15 --out out/2015"))
@told
def run(
    mission: Annotated[
        str,
        typer.Argument(
            metavar="MISSION", help="Name below missions/, a folder, or a mission.toml."
        ),
    ],
    *,
    on: Annotated[
        str | None, typer.Option(metavar="T", help="Only what had begun by this day or moment.")
    ] = None,
    known: Annotated[
        str | None, typer.Option(metavar="T", help="Only what the record knew by then.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write; default out/MISSION.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read a mission's reports, find the incidents, and write the bulletin and its tables.

    Times without an offset are in the mission's zone. The folder is replaced whole at the end.
    """
    with progress() as told_of:
        done = foedus.run(mission, on=on, known=known, out=out, progress=told_of)
    if as_json:
        return emit(run_figures(done))
    from foedus.publication.console import show_run

    return show_run(done)


def run_figures(done: Any) -> dict[str, Any]:
    """Return the figures of a run, as --json prints them."""
    names = ("read", "accepted", "quarantined", "incidents", "seconds", "peak_mb")
    return {name: getattr(done, name) for name in names} | {"out": str(done.out)}


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
    )
)
@spread(Filter)
@told
def incidents(where: Where, wanted: Filter, *, as_json: Json = False) -> None:
    """List what happened, in order of time, with how sure it is.

    `fits` is "sure" where the whole of an incident's interval lies in the time that is asked for.
    """
    found = foedus.incidents(where, **asdict(wanted))
    if as_json:
        return emit({"incidents": found})
    from foedus.publication.answers import read_summary, run_folder
    from foedus.publication.console import show_incidents

    return show_incidents(found, read_summary(run_folder(where)))


@app.command(epilog=examples("why ucdp-ged:147997", "why ucdp-ged:147997 --in out/donbas --json"))
@told
def why(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of an incident (content or lineage), a beginning of it, or a report's id.",
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
    as_json: Json = False,
) -> None:
    """Say what an incident rests on: reports, articles, addresses, disagreements and files."""
    answer = foedus.why(asked, where)
    if as_json:
        return emit(answer)
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


@app.command(epilog=examples("check may-2025.md", "check may-2025.md --fix"))
@told
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Agreements in Markdown; a folder means all below."),
    ],
    *,
    fix: Fix = False,
    as_json: Json = False,
) -> None:
    """Tell every fault of literate agreements, each with its line and how to mend it.

    A remark is no fault of the file. Ends with exit code 3 if there is a fault.
    """
    from foedus.terms.check import lines_of, told_of

    found = foedus.check(paths, fix=fix)
    if as_json:
        emit({"documents": [told_of(item) for item in found]})
    else:
        typer.echo("\n".join(line for item in found for line in lines_of(item)))
    if not all(item.is_clean for item in found):
        raise typer.Exit(CODES[DrafterError])


def emit(answer: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """Show the step that is under way on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task("mission")

        def tell(step: str, rows: int) -> None:
            shown.update(task, description=f"{step}, {rows:,} rows" if rows else step)

        yield tell


def main() -> None:
    """Run the command line; the entry point of the script `foedus`."""
    app(prog_name="foedus")


if __name__ == "__main__":
    main()
