# SPDX-License-Identifier: Apache-2.0
"""How every command is called: options that many share, errors told with their exit code, progress.

Answers go to standard output, as tables for people or, with --json, as one JSON object; progress
and errors go to standard error. Exit codes say who must mend what went wrong (`errors`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Final, ParamSpec, TypeVar

import typer

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


def examples(*calls: str) -> str:
    """Return the text under a command's help that shows calls which run."""
    return "**Examples**\n\n" + "\n\n".join(f"`foedus {call}`" for call in calls)


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Where = Annotated[
    str, typer.Argument(metavar="MISSION|DIR", help="A mission that was run, or a run's folder.")
]
Known = Annotated[str | None, typer.Option(metavar="T", help="Only what the record knew by then.")]
Beside = Annotated[
    str | None,
    typer.Option(
        "--log", metavar="LOG", help="A log whose signed acts are read beside the public record."
    ),
]
Decided = Annotated[
    str | None,
    typer.Option("--log", metavar="LOG", help="The log with the acts of the commission."),
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
