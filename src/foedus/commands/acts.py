# SPDX-License-Identifier: Apache-2.0
"""Commands about acts: write, sign and enter them; keys; the history of a subject; proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import foedus
from foedus.commands.calling import (
    CODES,
    Beside,
    Json,
    Known,
    emit,
    examples,
    spread,
    told,
)
from foedus.commands.signing import (
    Drafting,
    LogAt,
    Signing,
    beside,
    is_shared,
    marked,
    now_us,
    opened,
    passphrase,
    signer,
    socket_path,
)
from foedus.errors import Fault, OperatorError, PartyError, did_you_mean

app = typer.Typer()
act = typer.Typer(name="act", help="Write, sign and enter an act.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="Make keys, and see whose they are.", no_args_is_help=True)
app.add_typer(act)
app.add_typer(keys)

ActFile = Annotated[Path, typer.Argument(metavar="FILE", help="An act that was written.")]


@act.command(
    epilog=examples(
        "act new acts.sqlite record.note --subject made/1 --on 2026-01-06 --set text=seen"
        " --key clerk.pem --passphrase-file pass",
        "act new acts.sqlite record.note --subject made/2 --set text=seen"
        " --key clerk.pem --passphrase-file pass --show-bytes -o note.json",
    )
)
@spread(Drafting)
@told
def new(
    where: LogAt,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Such as record.note or key.admit.")],
    wanted: Drafting,
) -> None:
    """Write an act, sign it, and let it enter the log; with -o it is only written.

    It is known from now, whatever time it tells of.
    """
    by = signer(wanted)
    said = read_fields(wanted.payload, wanted.fields or [])
    about = {"subject": wanted.subject, "on": wanted.on, "zone": wanted.zone}
    with opened(where) as found:
        standing = found.standing
        about |= {"mission": standing.mission, "exercise": standing.exercise}
        made = new_act(kind, said, about, by)
        if wanted.show_bytes:
            shown(made)
        if wanted.out is None:
            return enter(found, [made])
    write_act(made, wanted.out)
    return typer.echo(marked(standing.exercise, f"{wanted.out}: signed by {by.key}"), err=True)


@act.command(epilog=examples("act sign note.json --key second.pem --passphrase-file pass"))
@spread(Signing)
@told
def sign(
    file: ActFile,
    wanted: Signing,
    *,
    show_bytes: Annotated[
        bool, typer.Option("--show-bytes", help="Print exactly what is signed, and the payload.")
    ] = False,
) -> None:
    """Add a signature to an act that somebody wrote; read it first, with --show-bytes."""
    from foedus.trust.acts import signed

    made = read_act(file)
    if show_bytes:
        shown(made)
    by = signer(wanted)
    write_act(signed(made, by), file)
    typer.echo(marked(made.envelope.exercise, f"{file}: signed by {by.key}"), err=True)


@act.command(epilog=examples("act send acts.sqlite note.json"))
@told
def send(
    where: LogAt,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Acts, fully signed.")],
) -> None:
    """Let acts enter the log, all or none."""
    with opened(where) as found:
        enter(found, [read_act(file) for file in files])


@keys.command("new", epilog=examples("keys new clerk.pem --passphrase-file pass"))
@told
def new_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    *,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the passphrase from here.")
    ] = None,
) -> None:
    """Make a key in an encrypted file, and print its public name."""
    from foedus.trust.key_files import write_key

    typer.echo(write_key(file, passphrase(passphrase_file, "Passphrase", twice=True)))


@keys.command("list", epilog=examples("keys list acts.sqlite", "keys list acts.sqlite --json"))
@told
def list_keys(where: LogAt, *, as_json: Json = False) -> None:
    """Say whose keys a log knows: roles, for whom, from when to when, revoked or not."""
    from foedus.publication.escapes import visible

    with opened(where, read_only=True) as found:
        held, exercise = found.standing.keyring.keys.values(), found.standing.exercise
        note_key = checkpoint_key(found)
    if as_json:
        return emit({"exercise": exercise, "log_key": note_key, "keys": list(held)})
    typer.echo(marked(exercise, f"The log's own key: {note_key}"))
    for key in held:
        typer.echo(visible(marked(exercise, key_line(key))))
    return None


@keys.command(epilog="Needs an OpenSSH agent at SSH_AUTH_SOCK.")
@told
def agent() -> None:
    """List the Ed25519 keys of the OpenSSH agent, as acts name them."""
    from foedus.trust.agent import agent_keys

    for key in agent_keys(socket_path()):
        typer.echo(key.key)


@keys.command("witness", epilog=examples("keys witness witness.example/one KEY"))
@told
def witness_name(
    name: Annotated[str, typer.Argument(help="The witness's name.")],
    key: Annotated[str, typer.Argument(help="Its public key.")],
) -> None:
    """Print a witness's key in the form name+hash+key, as verifiers want it."""
    from foedus.trust.notes import witness_key
    from foedus.trust.signatures import is_key

    if not is_key(key):
        raise OperatorError(Fault(expected="a key: ed25519: and 64 digits", got=key))
    typer.echo(str(witness_key(name, key)))


@app.command(
    epilog=examples(
        "history acts.sqlite made/1",
        "history ukraine-2026 EE/land",
        "history ukraine-2026 paris-declaration --json",
    )
)
@told
def history(
    where: Annotated[
        str, typer.Argument(metavar="LOG|MISSION", help="A log, or a mission with acts.")
    ],
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of a subject or an act; in a mission also a cell such as EE/land.",
        ),
    ],
    *,
    known: Known = None,
    log: Beside = None,
    as_json: Json = False,
) -> None:
    """Tell all acts about one subject; in a mission with their sources, and what came of each."""
    if not is_log(where):
        with beside(log) as acts:
            found = foedus.history(where, subject, known=known, log=acts)
        if as_json:
            return emit(found)
        from foedus.publication.binding_console import show_history

        return show_history(found)
    if known is not None or log is not None:
        got = "--known" if known is not None else "--log"
        raise OperatorError(Fault(column=got, expected="a mission with it", got=repr(where)))
    return show_log(where, subject, as_json=as_json)


def is_log(where: str) -> bool:
    """Return whether that names a log and no mission: an address, or a file that is no TOML."""
    return is_shared(where) or Path(where).suffix not in ("", ".toml")


def show_log(where: str, subject: str, *, as_json: bool) -> None:
    """Print the acts of one subject in a log, in the order in which the record knew them."""
    from foedus.publication.escapes import visible
    from foedus.trust.times import utc

    with opened(where, read_only=True) as found:
        entries = found.entries_of(subject) or _about_act(found, subject)
        exercise = found.standing.exercise
    if as_json:
        return emit({"exercise": exercise, "subject": entries[0].subject, "acts": entries})
    for entry in entries:
        held = f"{utc(entry.on_from_us)[:10]}"
        line = f"known {utc(entry.known_us)[:19]}Z  held {held}  {entry.kind}  {entry.act[:16]}"
        typer.echo(marked(exercise, f"{entry.index}  {line}"))
        for name, value in (entry.payload or {"payload": "erased or withheld"}).items():
            typer.echo(visible(marked(exercise, f"    {name}: {value}")))
    return None


def _about_act(log: Any, asked: str) -> Any:
    """Return the acts about the subject of an act; a fault names the subjects there are."""
    try:
        return log.entries_of(log.row(log.index_of(asked)).subject)
    except OperatorError as error:
        subjects = {entry.subject for entry in log.entries()}
        expected, hint = "a subject, or the id of an act", did_you_mean(asked, subjects)
        fault = Fault(file=log.store.name, expected=expected, got=repr(asked), hint=hint)
        raise OperatorError(fault) from error


@app.command(
    epilog=examples(
        "prove acts.sqlite ACT -o proof.json",
        "prove acts.sqlite ACT --hide source -o cut.json",
        "prove acts.sqlite OBLIGATION --grounds -o grounds.json",
    )
)
@told
def prove(
    where: LogAt,
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of an act; with --grounds of an obligation, a decision, a case or a finding.",
        ),
    ],
    *,
    hide: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Withhold a field; repeat.")
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A witness whose cosignature is shown; repeat."),
    ] = None,
    grounds: Annotated[
        bool, typer.Option("--grounds", help="All that it rests on, with the proof of each act.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="T", help="With --grounds: as it stands then.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", metavar="FILE", help="The proof file.")],
) -> None:
    """Write a proof of an act, which anybody can check without a log, a network or us.

    With --grounds a file of grounds: why something is owed or was decided, down to reports and
    addresses, with the proofs of all acts on the way.
    """
    if grounds:
        if hide:
            raise OperatorError(Fault(expected="--hide or --grounds", got="both"))
        return prove_grounds(Path(where), asked, at, witness or [], out)
    with opened(where, read_only=True) as found:
        proof = foedus.prove(found, asked, hide=hide or [], witnesses=witness or [])
        index, exercise = found.index_of(asked), found.standing.exercise
    out.write_bytes(proof)
    said = f"{out}: {len(proof)} bytes, proof of entry {index}"
    return typer.echo(marked(exercise, said), err=True)


def prove_grounds(log: Path, asked: str, at: str | None, witness: list[str], out: Path) -> None:
    """Write the file of grounds of something that people decided, or that follows from it."""
    from foedus.desk.enclosures import mission_of
    from foedus.desk.ground_file import ground_file
    from foedus.desk.grounds import grounds_of

    found = foedus.case(mission_of(log), at=at, log=log)
    node = grounds_of(found, asked)
    out.write_bytes(ground_file(found, asked, node, log, witness))
    exercise = found.marking == "EXERCISE"
    typer.echo(marked(exercise, f"{out}: {node.kind} {node.id}"), err=True)


@app.command(
    epilog=examples("verify proof.json", "verify proof.json --json", "verify determination.pdf")
)
@told
def verify(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A proof file, or a document with proofs in it.")
    ],
    *,
    log_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The log's key that you trust.")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="A witness that must have cosigned.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a proof file, offline, and say what was checked, who signed and who cosigned.

    Of a document, HTML or PDF, every proof that it encloses is checked; what its pages say is for
    you to compare with what the acts say. Of a file of grounds, the chain is checked as well.
    The file `trust/proof.py` of this program checks a proof
    file by itself, without the rest of it.
    """
    from foedus.trust.enclosed import is_document, proofs_in
    from foedus.trust.grounds import is_grounds
    from foedus.trust.proof import lines_of

    data = file.read_bytes()
    if is_grounds(data):
        return verify_grounds(data, log_key, witness or [], as_json=as_json)
    if is_document(data):
        return verify_document(file, proofs_in(data), log_key, witness or [], as_json=as_json)
    answer = foedus.verify(file, log_key=log_key, witnesses=witness or [])
    if as_json:
        emit(steps_of(answer))
    else:
        typer.echo("\n".join(lines_of(answer)))
    if not answer.holds:
        raise typer.Exit(CODES[PartyError])
    return None


def verify_document(
    file: Path, proofs: list[bytes], log_key: str | None, witness: list[str], *, as_json: bool
) -> None:
    """Check every proof that a document encloses; one without any is told, and does not hold."""
    from foedus.trust.proof import check, lines_of

    answers = [check(data, log_key, witness) for data in proofs]
    holds = bool(answers) and all(answer.holds for answer in answers)
    if as_json:
        told = [steps_of(answer) for answer in answers]
        emit({"holds": holds, "exercise": any(one.exercise for one in answers), "proofs": told})
    else:
        exercise = any(answer.exercise for answer in answers)
        for number, answer in enumerate(answers, start=1):
            typer.echo(marked(exercise, f"--- proof {number} of {len(answers)}"))
            typer.echo("\n".join(lines_of(answer)))
        failed = sum(not answer.holds for answer in answers)
        said = f"{len(answers)} proofs, {failed} of them do not hold" if answers else "no proof"
        typer.echo(marked(exercise, f"{file.name}: {said}"))
    if not holds:
        raise typer.Exit(CODES[PartyError])


def verify_grounds(data: bytes, log_key: str | None, witness: list[str], *, as_json: bool) -> None:
    """Check a file of grounds: each proof, what acts say, ids, and that no chain is broken."""
    from foedus.publication.escapes import visible
    from foedus.trust.grounds import check_grounds

    answer = check_grounds(data, log_key, witness)
    exercise = any(one.exercise for one in answer.proofs)
    if as_json:
        steps = [step._asdict() for step in answer.steps]
        emit({"holds": answer.holds, "exercise": exercise, "steps": steps})
    else:
        for step in answer.steps:
            held = "holds " if step.held else "FAILS "
            typer.echo(visible(marked(exercise, f"{held}  ({step.number}) {step.said}")))
        said = "The grounds hold." if answer.holds else "The grounds do NOT hold."
        typer.echo(marked(exercise, said))
    if not answer.holds:
        raise typer.Exit(CODES[PartyError])


def steps_of(answer: Any) -> dict[str, Any]:
    """Return the answer about a proof for machines."""
    steps = [step._asdict() for step in answer.steps]
    return {"holds": answer.holds, "exercise": answer.exercise, "steps": steps}


def new_act(kind: str, payload: dict[str, Any], about: dict[str, Any], by: Any) -> Any:
    """Return an act, sealed with fresh random bytes and signed now."""
    import secrets

    from foedus.trust.acts import Draft, sealed, signed
    from foedus.trust.times import utc

    known = utc(now_us())
    about = about | {"on": about.get("on") or known}
    draft = Draft(kind=kind, payload=payload, **about)
    return signed(sealed(draft, by.key, known, secrets.token_bytes(64)), by)


def enter(log: Any, acts: list[Any]) -> None:
    """Let acts enter a log, and say under which ids they did."""
    from foedus.trust.acts import act_id

    receipt = log.append(acts, now_us())
    for number, item in enumerate(acts, receipt.start):
        line = f"entry {number}  {item.envelope.kind}  {act_id(item.envelope)}"
        typer.echo(marked(item.envelope.exercise, line))


def shown(made: Any) -> None:
    """Print exactly the bytes that are signed, and the payload of which they hold the digest."""
    import hashlib

    from foedus.publication.escapes import visible
    from foedus.trust.acts import bytes_to_sign, written

    data = bytes_to_sign(made.envelope)
    typer.echo(f"--- {len(data)} bytes to be signed, SHA-256 {hashlib.sha256(data).hexdigest()}")
    typer.echo(data.decode())
    typer.echo("--- payload")
    typer.echo(visible(written(made.payload).decode()))


def read_fields(file: Path | None, fields: list[str]) -> dict[str, Any]:
    """Return a payload from a file and single fields; raises `OperatorError` where one is none."""
    import json

    said = json.loads(file.read_text("utf-8")) if file is not None else {}
    for item in fields:
        name, mark, text = item.partition("=")
        if not (name and mark):
            raise OperatorError(Fault(expected="a field written NAME=VALUE", got=item))
        try:
            said[name] = json.loads(text)
        except ValueError:
            said[name] = text
    return dict(said)


def read_act(file: Path) -> Any:
    """Return an act from its file; raises `PartyError` where it is none."""
    import msgspec

    from foedus.trust.acts import Act

    try:
        return msgspec.json.decode(file.read_bytes(), type=Act)
    except msgspec.DecodeError as error:
        raise PartyError(Fault(file=str(file), expected="an act", got=str(error))) from error


def write_act(made: Any, file: Path) -> None:
    """Write an act with its payload and seal: whoever has the file can read it."""
    import msgspec

    file.write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")


def checkpoint_key(log: Any) -> str:
    """Return the key of a log's checkpoints as verifiers want it; empty where it is not open."""
    from foedus.trust.notes import log_key

    opening = log.standing.keyring.opening
    return "" if opening is None else str(log_key(opening.origin, opening.checkpoint_key))


def key_line(key: Any) -> str:
    """Return one line about a key."""
    from foedus.trust.times import utc

    scope = f" for {', '.join(key.scope)}" if key.scope else ""
    ends = "" if key.to_us is None else f", to {utc(key.to_us)[:19]}Z"
    revoked = ""
    if key.revoked_us is not None and key.doubtful_us is not None:
        when, since = utc(key.revoked_us)[:19], utc(key.doubtful_us)[:19]
        revoked = f", REVOKED {when}Z, doubtful since {since}Z"
    roles = ", ".join(key.roles)
    since = utc(key.from_us)[:19]
    return f"{key.key}  {key.holder}: {roles}{scope}; from {since}Z{ends}{revoked}"
