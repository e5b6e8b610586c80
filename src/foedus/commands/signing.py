# SPDX-License-Identifier: Apache-2.0
"""What the commands about acts and logs share: where a log is, with which key one signs, the clock.

A passphrase is asked for, or read from a file that only its owner can read; it is never an
argument, since others can see those.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

LogAt = Annotated[
    str, typer.Argument(metavar="LOG", help="A SQLite file, or the URL of a PostgreSQL database.")
]


@dataclass(frozen=True, kw_only=True)
class Signing:
    """The options that say with which key one signs."""

    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Sign with the key in this file.")
    ] = None
    agent: Annotated[
        str | None, typer.Option(metavar="KEY", help="Sign with this key of the OpenSSH agent.")
    ] = None
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the passphrase from here.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Drafting(Signing):
    """The options of a new act."""

    subject: Annotated[str, typer.Option(help="Id of what it is about.")]
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A field: JSON, or plain text."),
    ] = None
    payload: Annotated[
        Path | None, typer.Option(metavar="FILE", help="All fields, as a JSON object.")
    ] = None
    on: Annotated[
        str | None, typer.Option(metavar="T", help="When it held: a day or an instant; else now.")
    ] = None
    zone: Annotated[str, typer.Option(help="Whose clock a day is counted by.")] = "UTC"
    show_bytes: Annotated[
        bool, typer.Option("--show-bytes", help="Print exactly what is signed, and the payload.")
    ] = False
    out: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="Write it, for others to sign.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Opening(Signing):
    """The options of a new log."""

    mission: Annotated[str, typer.Option(help="Id of the mission.")]
    origin: Annotated[str, typer.Option(help="Name of the log, such as log.example/mission.")]
    checkpoint_key: Annotated[
        str, typer.Option(metavar="KEY", help="Public key that will sign checkpoints.")
    ]
    registrar: Annotated[
        list[str],
        typer.Option(metavar="HOLDER[=KEY]", help="Who admits keys; without KEY, who signs."),
    ]
    needed: Annotated[int, typer.Option(min=1, help="How many registrars must sign.")] = 1
    exercise: Annotated[bool, typer.Option("--exercise", help="This log is of an exercise.")] = (
        False
    )
    out: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="Write the act, for others to sign.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Watching(Signing):
    """The options of a witness."""

    name: Annotated[str, typer.Option(help="Your name as a witness.")]
    state: Annotated[
        Path, typer.Option(metavar="FILE", help="What you have seen of this log; kept here.")
    ]
    log_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The log's key; needed the first time.")
    ] = None
    out: Annotated[Path, typer.Option("-o", metavar="FILE", help="The cosigned checkpoint.")]


@contextmanager
def opened(where: str, *, read_only: bool = False, fresh: bool = False) -> Iterator[Any]:
    """Open a log for the time of a command; raises `OperatorError` where there is none.

    With `fresh` the file of a new one is made.
    """
    from foedus.commands.kinds import KINDS
    from foedus.trust.log import Log

    if not fresh:
        require_log(where)
    store = store_at(where, read_only=read_only)
    try:
        yield Log(store, KINDS)
    finally:
        store.close()


@contextmanager
def beside(where: str | None) -> Iterator[Any]:
    """Yield what a verb takes as its log: None, a file's path, or an open log of a database."""
    if where is None or not is_shared(where):
        yield None if where is None else Path(where)
        return
    with opened(where, read_only=True) as found:
        yield found


def is_shared(where: str) -> bool:
    """Return whether that is the address of a database rather than the path of a file."""
    return where.startswith(("postgresql:", "postgres:"))


def require_log(where: str) -> None:
    """Raise `OperatorError` where a log's file is not there: `log open` and `import` make one."""
    from foedus.errors import Fault, OperatorError, did_you_mean

    path = Path(where)
    if is_shared(where) or path.is_file():
        return
    beside = [str(near) for near in path.parent.glob(f"*{path.suffix}") if near.is_file()]
    hint = did_you_mean(where, beside) if path.suffix and beside else "log open makes a new one"
    got = "a folder" if path.is_dir() else "no such file"
    raise OperatorError(Fault(file=where, expected="the file of a log", got=got, hint=hint))


def store_at(where: str, *, read_only: bool = False) -> Any:
    """Return the store at an address."""
    if is_shared(where):
        from foedus.trust.postgres_store import PostgresStore

        return PostgresStore(where, read_only=read_only)
    from foedus.trust.sqlite_store import SqliteStore

    return SqliteStore(Path(where), read_only=read_only)


def signer(wanted: Signing) -> Any:
    """Return who signs: a key file or a key of the agent, just one of both."""
    from foedus.errors import Fault, OperatorError

    key, agent = wanted.key, wanted.agent
    if (key is None) == (agent is None):
        got = "neither" if key is None else "both"
        raise OperatorError(Fault(expected="either --key or --agent", got=got))
    if key is not None:
        from foedus.trust.key_files import read_key_file

        return read_key_file(key, passphrase(wanted.passphrase_file, f"Passphrase of {key}"))
    from foedus.trust.agent import agent_key

    return agent_key(socket_path(), agent or "")


def socket_path() -> Path:
    """Return the socket of the OpenSSH agent; raises `OperatorError` where none is told."""
    from foedus.errors import Fault, OperatorError

    found = os.environ.get("SSH_AUTH_SOCK")
    if not found:
        raise OperatorError(Fault(expected="an agent at SSH_AUTH_SOCK", got="no such variable"))
    return Path(found)


def passphrase(file: Path | None, prompt: str, *, twice: bool = False) -> bytes:
    """Return a passphrase from a file's first line, or from whoever sits at the terminal."""
    if file is not None:
        return file.read_bytes().split(b"\n")[0].rstrip(b"\r")
    asked: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True)
    return asked.encode()


def now_us() -> int:
    """Return the present moment, in UTC microseconds since 1970."""
    return time.time_ns() // 1000


def marked(exercise: bool, line: str) -> str:  # noqa: FBT001
    """Return a line of output, marked where it is of an exercise."""
    return f"EXERCISE  {line}" if exercise else line
