# SPDX-License-Identifier: Apache-2.0
"""Commands about a log: open, verify, audit, sign, witness, export and import it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from foedus.commands.calling import CODES, Json, emit, examples, spread, told
from foedus.commands.signing import (
    LogAt,
    Opening,
    Signing,
    Watching,
    marked,
    now_us,
    opened,
    require_log,
    signer,
    store_at,
)
from foedus.errors import OperatorError

log = typer.Typer(
    name="log", help="Keep, check, witness and carry the log of acts.", no_args_is_help=True
)
app = typer.Typer()
app.add_typer(log)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A log written as tiles.")]


@log.command(
    epilog=examples(
        "log open acts.sqlite --mission made --origin log.example/made --checkpoint-key KEY"
        " --registrar Depositary --key depositary.pem --passphrase-file pass"
    )
)
@spread(Opening)
@told
def open(where: LogAt, wanted: Opening) -> None:  # noqa: A001
    """Open a new log: its first act names it and its registrars.

    Where several registrars must sign, write the act with -o, have each sign it with `act sign`,
    and let it enter with `act send`.
    """
    from foedus.commands.acts import enter, new_act, write_act

    by = signer(wanted)
    pairs = [item.partition("=") for item in wanted.registrar]
    payload = {
        "origin": wanted.origin + ("/exercise" if wanted.exercise else ""),
        "checkpoint_key": wanted.checkpoint_key,
        "registrars": [{"key": name or by.key, "holder": holder} for holder, _, name in pairs],
        "registrars_needed": wanted.needed,
    }
    about = {"mission": wanted.mission, "subject": "log", "exercise": wanted.exercise}
    made = new_act("log.open", payload, about, by)
    if wanted.out is not None:
        return write_act(made, wanted.out)
    with opened(where, fresh=True) as found:
        return enter(found, [made])


@log.command(epilog=examples("log verify acts.sqlite", "log verify tiles --json"))
@told
def verify(
    where: Annotated[str, typer.Argument(metavar="LOG|DIR", help="A log, or its tiles.")],
    *,
    as_json: Json = False,
) -> None:
    """Compute everything anew, and name whatever does not fit."""
    from foedus.commands.kinds import KINDS
    from foedus.publication.escapes import visible
    from foedus.trust.audit import audited, audited_tiles

    if Path(where).is_dir():
        found = audited_tiles(Path(where))
    else:
        require_log(where)
        store = store_at(where, read_only=True)
        found = audited(store, KINDS)
        store.close()
    figures = {"entries": found.entries, "erased": found.erased, "root": found.root.hex()}
    figures |= {"exercise": found.exercise}
    if as_json:
        emit(figures | {"checkpoints": found.checkpoints, "faults": list(map(str, found.faults))})
    else:
        for fault in found.faults:
            typer.echo(marked(found.exercise, visible(str(fault))))
        state = "whole" if not found.faults else f"DAMAGED, {len(found.faults)} faults"
        erased = f", {found.erased} erased or withheld" if found.erased else ""
        said = f"{found.entries} entries{erased}, root {found.root.hex()}: {state}"
        typer.echo(marked(found.exercise, said))
    if found.faults:
        raise typer.Exit(CODES[OperatorError])


@log.command(epilog=examples("log audit acts.sqlite --since checkpoint"))
@told
def audit(
    where: LogAt,
    *,
    since: Annotated[
        Path, typer.Option(metavar="CHECKPOINT", help="A checkpoint that you have kept.")
    ],
    as_json: Json = False,
) -> None:
    """Say whether the log begins with an old checkpoint, and what has come since."""
    from foedus.trust.audit import since as entries_since
    from foedus.trust.notes import read_checkpoint
    from foedus.trust.times import utc

    checkpoint = read_checkpoint(since.read_text("utf-8"), str(since))
    with opened(where, read_only=True) as found:
        fresh = entries_since(found, checkpoint)
        size, exercise = found.standing.size, found.standing.exercise
    lines = [f"{e.index}  {utc(e.known_us)}  {e.kind}  {e.subject}  {e.act[:16]}" for e in fresh]
    if as_json:
        return emit({"exercise": exercise, "size": size, "since": checkpoint.size, "new": lines})
    for line in lines:
        typer.echo(marked(exercise, line))
    said = f"The log of {size} entries begins with the {checkpoint.size} of the checkpoint."
    return typer.echo(marked(exercise, said))


@log.command(
    epilog=examples(
        "log checkpoint acts.sqlite --key operator.pem --passphrase-file pass -o checkpoint"
    )
)
@spread(Signing)
@told
def checkpoint(
    where: LogAt,
    wanted: Signing,
    *,
    take: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take in what a witness has cosigned.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="Write it here; else it is printed.")
    ] = None,
) -> None:
    """Sign the log as it stands, or take in a checkpoint that came back cosigned."""
    from foedus.trust.notes import read_checkpoint

    with opened(where) as found:
        if take is not None:
            text = take.read_text("utf-8")
            note = found.take_cosigned(read_checkpoint(text, str(take)))
        else:
            note = found.checkpoint(signer(wanted))
    written(str(note), out)


@log.command(
    epilog=examples(
        "log witness tiles --log-key LOGKEY --name witness.example/one --state seen.json"
        " --key witness.pem --passphrase-file pass -o cosigned"
    )
)
@spread(Watching)
@told
def witness(folder: Folder, wanted: Watching) -> None:
    """Cosign a log's checkpoint, if it begins with all that you have seen of it.

    All is computed from the tiles. Where the log shows another history than before, nothing is
    cosigned, and both signed checkpoints are kept beside the state, as evidence.
    """
    from foedus.trust.watching import watch

    time_s = now_us() // 1_000_000
    note = watch(folder, wanted.state, wanted.name, signer(wanted), time_s, wanted.log_key)
    written(str(note), wanted.out)
    exercise = note.origin.endswith("/exercise")
    typer.echo(marked(exercise, f"Cosigned {note.origin} at {note.size} entries."), err=True)


@log.command(epilog=examples("log export acts.sqlite tiles"))
@told
def export(
    where: LogAt,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    *,
    acts: Annotated[
        bool, typer.Option("--acts/--no-acts", help="With the acts, or commitments only.")
    ] = False,
) -> None:
    """Write the log as tiles, as far as its last checkpoint; they may be public.

    With --acts also what is kept beside it, which is as public as its payloads are.
    """
    from foedus.errors import Fault
    from foedus.trust.tiles import write_log

    with opened(where, read_only=True) as found:
        note, exercise = found.last_checkpoint(), found.standing.exercise
        if note is None:
            hint = "sign one with: log checkpoint"
            raise OperatorError(Fault(file=where, expected="a checkpoint", got="none", hint=hint))
        paths = write_log(found, folder, note, with_acts=acts)
    typer.echo(marked(exercise, f"{folder}: {note.size} entries in {len(paths)} files."))


@log.command("import", epilog=examples("log import tiles copy.sqlite"))
@told
def import_log(folder: Folder, where: LogAt) -> None:
    """Build a log anew from its files; where anything does not fit, nothing is kept."""
    from foedus.commands.kinds import KINDS
    from foedus.trust.exchange import read_log, require_files

    require_files(folder)
    store = store_at(where)
    found = read_log(folder, store, KINDS)
    store.close()
    said = f"{where}: {found.entries} entries, root {found.root.hex()}."
    typer.echo(marked(found.exercise, said))


@log.command(epilog=examples("log erase acts.sqlite ACT --yes"))
@told
def erase(
    where: LogAt,
    act: Annotated[str, typer.Argument(metavar="ID", help="Id of an act, or its beginning.")],
    *,
    whole: Annotated[bool, typer.Option("--whole", help="Author and subject too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase an act's payload where a person's safety demands it; its commitment stays.

    Copies that others hold are not erased by this.
    """
    with opened(where) as found:
        index = found.index_of(act)
        if not yes:
            typer.confirm(f"Erase entry {index} for good?", abort=True)
        found.erase(index, whole=whole)
        exercise = found.standing.exercise
    typer.echo(marked(exercise, f"Entry {index} is erased; its commitment stays."))


def written(text: str, out: Path | None) -> Any:
    """Write a text to a file, or print it."""
    if out is None:
        return typer.echo(text, nl=False)
    return out.write_text(text, "utf-8")
