# SPDX-License-Identifier: Apache-2.0
"""Commands of a case officer's desk: the docket, a case whole, drafts, papers and a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

import foedus
from foedus.commands.calling import Json, emit, examples, progress, spread, told

app = typer.Typer()

MissionName = Annotated[
    str, typer.Argument(metavar="MISSION", help="Name below missions/, a folder, or mission.toml.")
]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The options that say as of when, and by whose decisions."""

    at: Annotated[
        str | None,
        typer.Option(metavar="T", help="As it stands then; default: now, or a replay's end."),
    ] = None
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The log with the acts of the commission.")
    ] = None
    assume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions that are assumed. REPLAY.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Desk(Asking):
    """The options of `case`."""

    propose: Annotated[
        bool, typer.Option("--propose", help="Make drafts of opening acts from a run's findings.")
    ] = False
    verdict: Annotated[
        list[str] | None, typer.Option(help="Verdicts to propose; default: breach. Repeat.")
    ] = None
    within_h: Annotated[int, typer.Option(min=0, help="Hours between findings of a case.")] = 24
    within_m: Annotated[int, typer.Option(min=0, help="Metres between them.")] = 20_000
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Tell times on this clock: Europe/Tallinn.")
    ] = None
    least_ppm: Annotated[int, typer.Option(min=0, help="Least probability, in millionths.")] = 0
    out: Annotated[
        Path | None, typer.Option("-o", metavar="DIR", help="Write each draft's payload here.")
    ] = None


@app.command(
    epilog=examples(
        "case donbas --queue",
        "case donbas debaltseve-to-nobody --at 2015-02-17",
        "case donbas --propose --within-h 12 --json",
    )
)
@spread(Desk)
@told
def case(
    mission: MissionName,
    wanted: Desk,
    asked: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a case, or a part of one.")
    ] = None,
    *,
    queue: Annotated[
        bool, typer.Option("--queue", help="All cases, gravest and soonest first; the default.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell the docket of a commission, or one case whole; or propose what to open.

    The machine finds, people decide: what is proposed are drafts that somebody may sign.
    """
    from foedus.desk.docket_lines import as_told, case_lines, queue_lines
    from foedus.errors import Fault, OperatorError
    from foedus.replay.clock_lines import in_zone

    if asked is not None and (queue or wanted.propose):
        got = "--queue" if queue else "--propose"
        raise OperatorError(Fault(expected=f"either a case or {got}", got="both"))
    if wanted.propose:
        return propose(mission, wanted, as_json=as_json)
    found = foedus.case(mission, asked, at=wanted.at, log=wanted.log, assume=wanted.assume)
    if wanted.zone is not None:
        found = found._replace(due=in_zone(found.due, wanted.zone))
    if as_json:
        return emit(as_told(found))
    return tell(queue_lines(found) if asked is None else case_lines(found))


def propose(mission: str, wanted: Desk, *, as_json: bool) -> None:
    """Tell or write the drafts that a run's findings suggest."""
    from foedus.cases.from_findings import Rule
    from foedus.desk.proposals import as_told, draft_lines, write_drafts

    rule = Rule(
        verdicts=tuple(wanted.verdict or Rule().verdicts),
        least_ppm=wanted.least_ppm,
        within_h=wanted.within_h,
        within_m=wanted.within_m,
    )
    found = foedus.propose(mission, rule=rule, log=wanted.log)
    if wanted.out is not None:
        write_drafts(found, wanted.out)
    if as_json:
        return emit(as_told(found))
    return tell(draft_lines(found, wanted.out))


@dataclass(frozen=True, kw_only=True)
class Writing(Asking):
    """The options of `paper`."""

    kind: Annotated[
        Literal["notification", "determination", "file"], typer.Option(help="Which document.")
    ]
    language: Annotated[str, typer.Option(help="Of its fixed words: en, fr, ru or uk.")] = "en"
    witness: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A witness whose cosignature is shown; repeat."),
    ] = None
    out: Annotated[Path, typer.Option("-o", metavar="DIR", help="Folder to write.")] = Path()


@app.command(
    epilog=examples(
        "paper donbas debaltseve-to-nobody --kind determination -o out/papers",
        "paper donbas debaltseve-to-nobody --kind file --language uk -o out/papers",
    )
)
@spread(Writing)
@told
def paper(
    mission: MissionName,
    asked: Annotated[str, typer.Argument(metavar="CASE", help="Id of a case, or a part of one.")],
    wanted: Writing,
    *,
    as_json: Json = False,
) -> None:
    """Write a formal document of a case, as HTML and as PDF, with the proof of every act it states.

    One notification for each party told, one determination for each decision, one file of the whole
    case. What acts say is quoted as it was written; verify takes a document as it takes a proof.
    """
    with documents():
        from foedus.desk.papers import write_papers

    made = foedus.paper(
        mission,
        asked,
        wanted.kind,
        language=wanted.language,
        witnesses=wanted.witness or [],
        at=wanted.at,
        log=wanted.log,
        assume=wanted.assume,
    )
    files = write_papers(made, wanted.out)
    if as_json:
        return emit({"files": [str(path) for path in files], "titles": [one.title for one in made]})
    return tell(str(path) for path in files)


@app.command(epilog=examples("feed donbas", "feed donbas --at 2015-02-17 -o out/donbas.ics"))
@spread(Asking)
@told
def feed(
    mission: MissionName,
    wanted: Asking,
    *,
    out: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="Write it; default: print it.")
    ] = None,
) -> None:
    """Write the clocks of a mission as a calendar (iCalendar) that others can subscribe to.

    What runs, is next, or is over and not answered, with what each counts from. An event keeps its
    UID when a correction moves it.
    """
    with documents():
        calendar = foedus.feed(mission, at=wanted.at, log=wanted.log, assume=wanted.assume)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(calendar)
        return typer.echo(str(out))
    return typer.echo(calendar.decode(), nl=False)


@app.command(
    epilog=examples("watch donbas --once", "watch ukraine-2026 --log acts.sqlite --every 60")
)
@spread(Asking)
@told
def watch(
    mission: MissionName,
    wanted: Asking,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, for scripts; else until interrupted.")
    ] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 30.0,
    as_json: Json = False,
) -> None:
    """Follow a mission's files and its log, and tell what has changed since the last look.

    From new reports and acts down to rungs, clocks and obligations, and who had relied on what
    changed. With --json one object for each look, on one line. Whenever it is interrupted, the last
    run and the last finished look stand as they were.
    """
    import time

    from foedus.desk.watch_lines import lines_of
    from foedus.desk.watched import as_told

    is_first = True
    while is_first or not once:
        if not is_first:
            time.sleep(every)
        with progress() as told_of:
            asked = {"at": wanted.at, "log": wanted.log, "assume": wanted.assume}
            found = foedus.watch(mission, progress=told_of, **asked)
        if as_json:
            emit(as_told(found))
        elif is_first or not found.is_still:
            tell(lines_of(found))
        is_first = False


@contextmanager
def documents() -> Iterator[None]:
    """Turn a missing library of the extra `documents` into an `OperatorError` that says so."""
    from foedus.errors import Fault, OperatorError

    try:
        yield
    except ModuleNotFoundError as error:
        got, hint = f"no module {error.name}", "pip install 'foedus[documents]'"
        raise OperatorError(Fault(expected="the extra documents", got=got, hint=hint)) from error


def tell(lines: Iterable[str]) -> None:
    """Print lines with what could act on a terminal made visible."""
    from foedus.publication.escapes import visible

    typer.echo("\n".join(visible(line) for line in lines))
