# SPDX-License-Identifier: Apache-2.0
"""Commands about counts: by several rules, of published sums, and against who could look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

import foedus
from foedus.commands.calling import Json, Where, emit, examples, told

app = typer.Typer()


@app.command(
    epilog=examples(
        "count donbas --rule osce-smm --rule foedus --from 2015-02-15 --to 2015-02-20",
        "count out/donbas --rule foedus --json",
        "count --published",
    )
)
@told
def count(
    where: Annotated[
        str | None,
        typer.Argument(metavar="MISSION|DIR", help="A mission that was run, or a run's folder."),
    ] = None,
    *,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Id of a counting rule, or a .yaml file; default: all."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First reporting day.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DAY", help="Last reporting day.")] = None,
    known: Annotated[
        str | None, typer.Option(metavar="T", help="Only what the record knew by then.")
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Add published counts up from their parts instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Count a record by several bodies' rules, and show the bridge between the figures.

    The bridge goes from the first rule to each other, difference by difference, record by record.
    """
    from foedus.errors import Fault, OperatorError
    from foedus.publication.counted import lines_of, published_counts, published_lines

    if published:
        rows = published_counts()
        return emit({"published": rows}) if as_json else _print(published_lines(rows))
    if where is None:
        hint = "or ask for --published"
        raise OperatorError(Fault(expected="a mission that was run", got="none", hint=hint))
    answer = foedus.count(where, rule or (), from_=from_, to=to, known=known)
    return emit(answer) if as_json else _print(lines_of(answer))


@app.command(
    epilog=examples(
        "exposure donbas", "exposure donbas --rule osce-smm", "exposure donbas --public"
    )
)
@told
def exposure(
    where: Where,
    *,
    rule: Annotated[
        str, typer.Option(metavar="RULE", help="Id of a counting rule, or a .yaml file.")
    ] = "foedus",
    public: Annotated[
        bool, typer.Option("--public", help="Only what the public may know: one band, or nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say where and when somebody was able to look, and what a silence is worth. INTERNAL.

    Counts come with hours watched, a rate and its exact interval; a fall that may be one in access
    alone is told. With --public nothing is told of a place, a day or an observer.
    """
    from foedus.publication.exposed import lines_of

    if public:
        answer = foedus.exposure(where, public=True)
        return emit(answer) if as_json else _print([f"{answer['title']}: {answer['watched']}"])
    answer = foedus.exposure(where, rule)
    return emit(answer) if as_json else _print(lines_of(answer))


def _print(lines: Iterable[str]) -> None:
    from foedus.publication.escapes import visible

    typer.echo("\n".join(visible(line) for line in lines))
