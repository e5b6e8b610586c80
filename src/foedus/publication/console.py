# SPDX-License-Identifier: Apache-2.0
"""Answers as tables for a terminal. What is asked and found is left to `answers`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foedus.base.moments import Moment, shown
from foedus.base.zones import Zone, local_time
from foedus.errors import Fault

Row = dict[str, Any]

UNKNOWN: Final = "not known"
NONE_NAMED: Final = "none named"
SHORT: Final = 12
"""Letters of an id that a list shows: enough to ask `why` with."""
WIDE: Final = 200
FEW: Final = 5


def when(row: Row, zone: str) -> str:
    """Return an occurrence's interval in `zone`, no finer than it is known."""
    moment = Moment(
        written=row.get("occurred_written", ""),
        zone=zone,
        from_us=row["occurred_from_us"],
        to_us=row["occurred_to_us"],
        precision=row["occurred_precision"],
    )
    return shown(moment, Zone(zone, zone))


def place(row: Row) -> str:
    """Return a place by name, with how far it may be off."""
    name = row["place_name"] or row["region"] or UNKNOWN
    if row["radius_m"] is None or row["latitude_e7"] is None:
        return f"{name}, no point"
    return f"{name} ± {_distance(row['radius_m'])}"


def deaths(row: Row) -> str:
    """Return the best estimate of deaths with the lowest and highest."""
    best, low, high = (row[f"deaths_{name}"] for name in ("best", "low", "high"))
    if best is None:
        return UNKNOWN
    return str(best) if low == best == high else f"{best} ({_or(low)}–{_or(high)})"


def show_run(done: Any) -> None:
    """Print what a run gave: sums, steps with their seconds, and where to look."""
    console = _console()
    console.print(Text(done.mission.title, style="bold"))
    console.print(
        f"read {done.read:,} = accepted {done.accepted:,} + quarantined {done.quarantined:,}; "
        f"incidents {done.incidents:,}"
    )
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in done.seconds.items())
    console.print(f"seconds: {steps}; peak {done.peak_mb:,.0f} MB")
    for fault in _refused(done.tables["refusals"]):
        console.print(Text(fault), soft_wrap=True)
    console.print(Text(f"bulletin: {done.out / 'bulletin.html'}"))
    console.print(Text(f"next:     foedus incidents {done.out} --limit 10"))


def _refused(refusals: Any) -> Iterator[str]:
    """Yield the first faults of rows in quarantine, and where all of them stand."""
    for row in refusals.slice(0, FEW).to_pylist():
        yield str(
            Fault(
                file=row["batch_id"],
                line=row["row"],
                column=row["column"],
                expected=row["expected"],
                got=row["got"],
            )
        )
    if refusals.num_rows > FEW:
        yield f"… and {refusals.num_rows - FEW:,} more, all of them in record/refusals.parquet"


def show_incidents(rows: list[Row], summary: Row) -> None:
    """Print one line for each incident."""
    zone = summary["zone"]
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=SHORT)
    table.add_column("when", no_wrap=True, min_width=10, overflow="fold")
    for name in ("where", "kind", "parties"):
        table.add_column(name, overflow="fold")
    for name in ("deaths", "said by", "fits"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(
            row["lineage_id"][:SHORT],
            when(row, zone),
            Text(place(row)),
            row["kind"],
            ", ".join(row["parties"]) or NONE_NAMED,
            deaths(row),
            _count(row["independent_count"], "source"),
            row["fits"],
        )
    console = _console()
    console.print(table)
    told = _count(len(rows), "incident")
    console.print(f"{told}; days and hours of {zone}; foedus why ID tells more of one")


def show_why(answer: Row) -> None:
    """Print an incident, its reports with their articles, and what they disagree on."""
    console, zone, incident = _console(), answer["zone"], answer["incident"]
    _facts(
        console,
        f"Incident {incident['lineage_id']}",
        {
            "content id": incident["incident_id"],
            "when": f"{when(incident, zone)} ({incident['occurred_precision']}, {zone})",
            "where": place(incident),
            "kind": incident["kind"],
            "parties": ", ".join(incident["parties"]) or NONE_NAMED,
            "claimed to have acted": incident["actor"] or UNKNOWN,
            "deaths": deaths(incident),
            "said by": _said_by(incident),
            "warnings": ", ".join(incident["warnings"]) or "none",
            "run": answer["run"],
        },
    )
    for member in answer["members"]:
        _show_member(console, member, zone)
    for item in answer["disagreements"]:
        text = f"disagreement on {item['field']}: {item['report_id']} says {item['says']}"
        console.print(Text(text))


def show_sources(rows: list[Row], summary: Row) -> None:
    """Print one block for each source."""
    console, zone = _console(), summary["zone"]
    for row in rows:
        first, last = (row[name] for name in ("first_us", "last_us"))
        outlets = ", ".join(f"{item['outlet']} ({item['articles']:,})" for item in row["outlets"])
        _facts(
            console,
            row["title"],
            {
                "id": row["id"],
                "side": row["side"] or "on no party's side",
                "grade": row["grade"] or "not graded",
                "merged already": "yes: never merged within itself" if _merged(row) else "no",
                "delivered": f"read {row['read']:,} = accepted {row['accepted']:,} "
                f"+ quarantined {row['quarantined']:,}",
                "in the record": f"{row['reports']:,} reports, {row['articles']:,} articles",
                "from, to": UNKNOWN if first is None else _span(first, last, zone),
                "chosen how": row["selection"] or UNKNOWN,
                "licence": row["licence"],
                "citation": row["citation"],
                "outlets": outlets or UNKNOWN,
                "files": "; ".join(f"{item['file']} {item['sha256']}" for item in row["files"]),
            },
        )


def _show_member(console: Console, member: Row, zone: str) -> None:
    file = member["input"]
    _facts(
        console,
        f"Report {member['report_id']}",
        {
            "belongs here": f"{member['probability_ppm'] / 1e4:.2f} %",
            "when": f"{member['occurred_written']} ({when(member, zone)})",
            "where": place(member),
            "published": _clock(member["published_us"], zone),
            "known from": f"{_clock(member['known_from_us'], zone)} ({member['known_basis']})",
            "deaths": deaths(member),
            "text": member["text"] or "none carried",
            "address": member["url"] or "none given",
            "digest": member["digest"],
            "file": f"{file['file']}, SHA-256 {file['sha256']}" if file else member["batch_id"],
        },
    )
    for article in member["articles"]:
        day = _clock(article["published_us"], zone, "%Y-%m-%d")
        text = f"    {article['position']}. {day} {article['outlet'] or UNKNOWN}: "
        console.print(Text(text + (article["headline"] or article["url"] or "no headline")))


def _console() -> Console:
    """Return standard output; where it is no terminal, lines are as long as tables need."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=WIDE, highlight=False)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _facts(console: Console, title: str, facts: dict[str, str]) -> None:
    console.print(Text(title, style="bold"))
    if not console.is_terminal:
        width = max(map(len, facts))
        for name, value in facts.items():
            console.print(Text(f"{name:<{width}}  {value}"), soft_wrap=True)
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        grid.add_row(Text(name, style="dim"), Text(value))
    console.print(grid)


def _said_by(incident: Row) -> str:
    return (
        f"{_count(incident['report_count'], 'report')} by "
        f"{_count(incident['source_count'], 'source')}, {incident['independent_count']} of them "
        f"independent; {_count(incident['article_count'], 'article')}"
    )


def _merged(row: Row) -> bool:
    return bool(row["already_merged"])


def _span(first_us: int, last_us: int, zone: str) -> str:
    days = (_clock(us, zone, "%Y-%m-%d") for us in (first_us, last_us - 1))
    return " to ".join(days)


def _clock(us: int | None, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    return UNKNOWN if us is None else local_time(us, Zone(zone, zone)).strftime(form)


def _distance(radius_m: int) -> str:
    return f"{radius_m} m" if radius_m < 1000 else f"{radius_m / 1000:g} km"


def _or(value: int | None) -> str:
    return "?" if value is None else str(value)
