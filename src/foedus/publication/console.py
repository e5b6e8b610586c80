# SPDX-License-Identifier: Apache-2.0
"""Answers as tables for a terminal. What is asked and found is left to `answers`.

What a source wrote is printed with its control characters as escapes, so that none is obeyed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foedus.base.moments import Moment, shown
from foedus.base.zones import Zone, local_time
from foedus.errors import Fault
from foedus.publication.escapes import visible
from foedus.publication.whereabouts import UNKNOWN, place, when

Row = dict[str, Any]

NONE_NAMED: Final = "none named"
DISPUTED: Final = "disputed"
LEAST_DAY_US: Final = 23 * 3_600_000_000
"""A day on which clocks go forward."""
SETTLED: Final = {
    "breach": "every step is sure",
    "permitted": "it is exempt",
    "not-covered": "a step that must hold does not",
}
SHORT: Final = 12
"""Letters of an id that a list shows: enough to ask `why` with."""
WIDE: Final = 200
FEW: Final = 5


def deaths(row: Row) -> str:
    """Return the best estimate of deaths with the lowest and highest."""
    best, low, high = (row[f"deaths_{name}"] for name in ("best", "low", "high"))
    if best is None:
        return UNKNOWN
    return str(best) if low == best == high else f"{best} ({_or(low)}–{_or(high)})"


def show_run(done: Any) -> None:
    """Print what a run gave: sums, steps with their seconds, and where to look."""
    console = standard_output()
    console.print(printed(done.mission.title, style="bold"))
    console.print(
        f"read {done.read:,} = accepted {done.accepted:,} + quarantined {done.quarantined:,}; "
        f"incidents {done.incidents:,}"
    )
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in done.seconds.items())
    console.print(f"seconds: {steps}; peak {done.peak_mb:,.0f} MB")
    for fault in _refused(done.tables["refusals"]):
        console.print(printed(fault), soft_wrap=True)
    if done.mission.governing.agreements:
        told = ", ".join(f"{verdict} {number:,}" for verdict, number in done.findings.items())
        console.print(f"findings, each indicated: {told}")
    if told := _past(done.past):
        console.print(Text(f"past:     {told}"), soft_wrap=True)
    console.print(Text(f"bulletin: {done.out / 'bulletin.html'}"))
    asked = (
        f"incidents {done.out} --limit 10" if done.mission.sources else f"bound {done.mission.id}"
    )
    console.print(Text(f"next:     foedus {asked}"))


def _past(past: Any) -> str:
    """Return how far it is told how the record stood before; nothing where it is told whole."""
    if not past.told:
        why = "" if past.reports is None else f", as {past.reports:,} reports may join another"
        return f"it is not told how incidents stood before{why}; --past tells it"
    by_day = "how incidents stood before is told as of the end of each day (UTC)"
    return by_day if past.by_day else ""


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
    # Columns that would be empty throughout are left out: few terminals have room for all.
    told = [name for name, cell in CLAIMS.items() if {cell(row) for row in rows} - NO_CLAIM]
    for name in ("where", "kind", "parties", *told):
        table.add_column(name, overflow="fold")
    for name in ("deaths", "said by", "fits"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(
            row["lineage_id"][:SHORT],
            when(row, zone),
            printed(place(row)),
            printed(row["kind"]),
            printed(", ".join(row["parties"]) or NONE_NAMED),
            *(printed(CLAIMS[name](row)) for name in told),
            deaths(row),
            count(row["independent_count"], "source"),
            row["fits"],
        )
    console = standard_output()
    console.print(table)
    number = count(len(rows), "incident")
    console.print(f"{number}; days and hours of {zone}; foedus why ID tells more of one")


def show_episodes(rows: list[Row], rule: str, summary: Row) -> None:
    """Print one line for each episode, and the rule by which it is one."""
    zone, console = summary["zone"], standard_output()
    table = Table(box=SIMPLE, pad_edge=False)
    for name in ("first incident", "when", "where"):
        table.add_column(name, overflow="fold")
    for name in ("incidents", "reports"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("kinds", overflow="fold")
    for row in rows:
        alone = " (may be part of another)" if row["is_open"] else ""
        table.add_row(
            row["lineage_ids"][0][:SHORT],
            when(row, zone) + alone,
            printed(place(row)),
            str(row["incident_count"]),
            str(row["report_count"]),
            printed(", ".join(row["kinds"])),
        )
    console.print(table)
    console.print(printed(f"{count(len(rows), 'episode')}: {rule}"))
    console.print(f"days and hours of {zone}; foedus why ID tells more of an incident")


def show_why(answer: Row) -> None:
    """Print an incident, what it indicates, its reports with their articles, and disagreements."""
    console, zone = standard_output(), answer["zone"]
    if answer["incident"] is not None:
        _show_incident(console, answer)
    for finding in answer["findings"]:
        _show_finding(console, finding)
    for member in answer["members"]:
        _show_member(console, member, zone)
    for item in answer["disagreements"]:
        text = f"disagreement on {item['field']}: {item['report_id']} says {item['says']}"
        console.print(printed(text))


def _show_incident(console: Console, answer: Row) -> None:
    incident, zone = answer["incident"], answer["zone"]
    _facts(
        console,
        f"Incident {incident['lineage_id']}",
        {
            "content id": incident["incident_id"],
            "when": f"{when(incident, zone)} ({incident['occurred_precision']}, {zone})",
            "where": place(incident),
            "kind": incident["kind"],
            "parties": ", ".join(incident["parties"]) or NONE_NAMED,
            "claimed to have acted": _claims(answer),
            "deaths": deaths(incident),
            "said by": _said_by(incident),
            "warnings": ", ".join(incident["warnings"]) or "none",
            "run": answer["run"],
        },
    )


def show_sources(rows: list[Row], summary: Row) -> None:
    """Print one block for each source."""
    console, zone = standard_output(), summary["zone"]
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


def _show_finding(console: Console, finding: Row) -> None:
    """Print one finding with what it cites and each of its reasons."""
    told = {
        "verdict": f"{finding['verdict']} (indicated)",
        "probability": _probability(finding),
        "because": "; ".join(finding["because"]) or SETTLED[finding["verdict"]],
        "cites": f"{finding['agreement']}, {finding['article']}",
        "term": f"{finding['term_id']}: {finding['term_text']}",
        "reading": finding["reading"],
        "source": f"{finding['source_title']}, {finding['source_url']}",
        "evidence": finding["evidence"],
    }
    _facts(console, f"Finding {finding['finding_id']}", told)
    for number, reason in enumerate(finding["reasons"][1:-1], start=1):
        console.print(printed(f"    {number}. {reason}"), soft_wrap=True)


def _probability(finding: Row) -> str:
    if finding["probability_ppm"] is None:
        return "no share can be told"
    return f"{finding['probability_ppm'] / 1e4:.4g} %, if the record is right"


def _show_member(console: Console, member: Row, zone: str) -> None:
    file = member["input"]
    _facts(
        console,
        f"Report {member['report_id']}",
        {
            "belongs here": f"{member['probability_ppm'] / 1e4:.2f} %",
            "when": f"{member['occurred_written']} ({when(member, zone)})",
            "where": place(member),
            "published": _published(member, zone),
            "known from": f"{_clock(member['known_from_us'], zone)} ({member['known_basis']})",
            "kind": _with_label(member, "kind"),
            "acted": _with_label(member, "actor"),
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
        console.print(printed(text + (article["headline"] or article["url"] or "no headline")))


def _acted(row: Row) -> str:
    return row["actor"] or (DISPUTED if "actor" in row["disagreements"] else NONE_NAMED)


def _differ(row: Row) -> str:
    return ", ".join(row["disagreements"])


CLAIMS: Final[dict[str, Callable[[Row], str]]] = {"acted": _acted, "accounts differ in": _differ}
"""Columns of a list that tell of claims: heading -> cell."""
NO_CLAIM: Final = frozenset(("", NONE_NAMED))


def _claims(answer: Row) -> str:
    """Return who is claimed to have acted, and where that is disputed, who is by whom."""
    incident = answer["incident"]
    if incident["actor"] or "actor" not in incident["disagreements"]:
        return incident["actor"] or UNKNOWN
    said = [item for item in answer["disagreements"] if item["field"] == "actor"]
    claims = "; ".join(f"{item['report_id']} says {item['says']}" for item in said)
    return f"{DISPUTED}: {claims}"


def _with_label(member: Row, name: str) -> str:
    """Return what a report says in the shared words, and how its source put it."""
    label = member[f"{name}_label"]
    return (member[name] or UNKNOWN) + (f" (written: {label})" if label else "")


def _published(member: Row, zone: str) -> str:
    """Return when a report was published: as a day where its source tells no more.

    A report is known from its publication, or from the end of the day of which alone it is known.
    """
    start, known = member["published_us"], member["known_from_us"]
    if start is None or member["known_basis"] != "published" or known - start < LEAST_DAY_US:
        return _clock(start, zone)
    day = Moment(written="", zone=zone, from_us=start, to_us=known, precision="day")
    return shown(day, Zone(zone, zone))


def printed(text: str, style: str = "") -> Text:
    """Return text that does nothing but stand there."""
    return Text(visible(text), style=style)


def standard_output() -> Console:
    """Return standard output; where it is no terminal, lines are as long as tables need."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=WIDE, highlight=False)


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is not one."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _facts(console: Console, title: str, facts: dict[str, str]) -> None:
    console.print(printed(title, style="bold"))
    if not console.is_terminal:
        width = max(map(len, facts))
        for name, value in facts.items():
            console.print(printed(f"{name:<{width}}  {value}"), soft_wrap=True)
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        grid.add_row(Text(name, style="dim"), printed(value))
    console.print(grid)


def _said_by(incident: Row) -> str:
    return (
        f"{count(incident['report_count'], 'report')} by "
        f"{count(incident['source_count'], 'source')}, {incident['independent_count']} of them "
        f"independent; {count(incident['article_count'], 'article')}"
    )


def _merged(row: Row) -> bool:
    return bool(row["already_merged"])


def _span(first_us: int, last_us: int, zone: str) -> str:
    days = (_clock(us, zone, "%Y-%m-%d") for us in (first_us, last_us - 1))
    return " to ".join(days)


def _clock(us: int | None, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    return UNKNOWN if us is None else local_time(us, Zone(zone, zone)).strftime(form)


def _or(value: int | None) -> str:
    return "?" if value is None else str(value)
