# SPDX-License-Identifier: Apache-2.0
"""A run's record counted by rules, side by side, with the bridge from the first to each other.

Reads `record/` and asks `findings.counting`; what is answered here is internal, as it names the
records of monitors. The lines for people are made from the answer for machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foedus.base.readings import read_moment
from foedus.errors import Fault, OperatorError
from foedus.findings.bridges import Bridge, bridge
from foedus.findings.counting import (
    REASONS,
    Counted,
    Entry,
    Figure,
    Item,
    Window,
    counted,
    items_of,
    total,
)
from foedus.findings.counting_rules import CountingRule, find_rule, rule_ids
from foedus.findings.published_counts import load_published, recomputed, sentence
from foedus.findings.states import STATES, record_at
from foedus.mission import last_us
from foedus.publication.answers import Asked, read_summary, run_folder
from foedus.reports.known import standing_at
from foedus.terms.rules import ALL

Row = dict[str, Any]
NOT_TOLD: Final = "not told"


def count(
    run: Asked,
    rules: Sequence[str] = (),
    *,
    from_: str | None = None,
    to: str | None = None,
    on: str | None = None,
    known: str | None = None,
) -> Row:
    """Return a run's record counted by each rule; without any, by all that ship.

    `rules` are ids of shipped rules or paths of `.yaml` files; `from_` and `to` are reporting days
    (`2015-02-15`), both included, as each rule draws them. `on` leaves out what began later and
    `known` what the record did not know by then; both are days or moments in the mission's zone.
    The answer holds `figures`, one for each rule with its `entries` record by record, and `bridges`
    from the first rule to every other.
    Raises `OperatorError` for what cannot be found or is no day, and for `known` where the run does
    not tell how its incidents stood before; `DrafterError` for a faulty rule.
    """
    folder = run_folder(run)
    chosen = [find_rule(name) for name in rules or rule_ids()]
    window = Window(_day(from_, "--from"), _day(to, "--to"))
    items = items_of(*_record(folder, on, known))
    first, *others = chosen
    return {
        "mission": read_summary(folder)["mission"],
        "title": read_summary(folder)["title"],
        "from": window.first,
        "to": window.last,
        "figures": [_figure(items, rule, window) for rule in chosen],
        "bridges": [_bridge(bridge(items, first, other, window)) for other in others],
    }


def published_counts() -> list[Row]:
    """Return the published counts that ship, each with the sum of its parts and what that makes."""
    return [
        msgspec.to_builtins(one.figure)
        | {
            "parts_sum": one.parts,
            "difference": one.difference,
            "net_of_exercises": one.net,
            "verdict": one.verdict,
            "told": sentence(one),
        }
        for one in map(recomputed, load_published())
    ]


def _record(folder: Path, on: str | None, known: str | None) -> tuple[pa.Table, pa.Table]:
    """The reports and members of a run, as they were known then."""
    summary = read_summary(folder)
    on_us, known_us = (last_us(one, summary["zone"], name) for one, name in _asked(on, known))
    reports, members = read_record(folder, "reports"), read_record(folder, "members")
    if on_us is not None:
        reports = reports.filter(pc.less_equal(reports["occurred_from_us"], on_us))
    if known_us is None:
        return reports, members
    if not summary.get("past", {}).get("told"):
        got, hint = "none", "run the mission again with --past"
        expected = "a run that tells how its incidents stood before"
        raise OperatorError(Fault(column="known", expected=expected, got=got, hint=hint))
    names = (*STATES, *STATES.values())
    tables = {name: read_record(folder, name) for name in names}
    then, _ = standing_at(reports, read_record(folder, "articles"), known_us)
    return then, record_at(tables, tables, known_us)["members"]


def _asked(on: str | None, known: str | None) -> tuple[tuple[str | None, str], ...]:
    return (on, "on"), (known, "known")


def read_record(folder: Path, table: str) -> pa.Table:
    """Return a table of a run's record; raises `OperatorError` if it cannot be read."""
    path = folder / "record" / f"{table}.parquet"
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        got, hint = str(error).partition("\n")[0], "run the mission again"
        fault = Fault(file=str(path), expected="a record that can be read", got=got, hint=hint)
        raise OperatorError(fault) from error


def _day(written: str | None, option: str) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        hint = "a reporting day, such as 2015-02-15"
        if not isinstance(read_moment(written, "UTC"), Fault):
            hint = "the hour at which a reporting day ends is the rule's"
        fault = Fault(column=option, expected="a day", got=repr(written), hint=hint)
        raise OperatorError(fault) from error


def _figure(items: Sequence[Item], rule: CountingRule, window: Window) -> Row:
    gross = counted(items, msgspec.structs.replace(rule, exercises="counted"), window)
    net = counted(items, msgspec.structs.replace(rule, exercises="left-out"), window)
    found = gross if rule.exercises == "counted" else net
    return {
        "rule": rule.id,
        "title": rule.title["en"],
        "text": rule.text,
        "says": rule.says,
        **_range(found.figure),
        "told": _told(rule, found.figure),
        "with_exercises": _range(gross.figure),
        "without_exercises": _range(net.figure),
        "by_day": _sums(found.entries, [entry.day.isoformat() for entry in found.entries]),
        "by_region": _sums(found.entries, [item.region or NOT_TOLD for item in items]),
        "by_party": _sums(found.entries, [item.actor or NOT_TOLD for item in items]),
        "doubts": rule.doubts(),
        "entries": [entry._asdict() for entry in found.entries],
    }


def _range(figure: Figure) -> Row:
    return {"low": figure.low, "high": figure.high}


def _told(rule: CountingRule, figure: Figure) -> str:
    """Return a figure as the body would give it: a floor stays one even where all is exact."""
    is_floor = rule.says == "floor" and figure.high is not None and figure.high == figure.low
    return f"at least {figure.low:,}" if is_floor else str(figure)


def _sums(entries: Iterable[Entry], keys: Iterable[str]) -> dict[str, Row]:
    groups: dict[str, list[Entry]] = {}
    for entry, key in zip(entries, keys, strict=True):
        if entry.low or entry.high != 0:
            groups.setdefault(key, []).append(entry)
    return {key: _range(total(groups[key])) for key in sorted(groups)}


def _bridge(found: Bridge) -> Row:
    return {
        "from_rule": found.start.rule.id,
        "to_rule": found.end.rule.id,
        "from_low": found.start.figure.low,
        "to_low": found.end.figure.low,
        "steps": [
            {
                "facet": step.facet,
                "from": _facet(found.start, step.facet),
                "to": _facet(found.end, step.facet),
                "added": step.added,
                **_range(step.figure),
                "changes": [change._asdict() for change in step.changes],
            }
            for step in found.steps
        ],
    }


def _facet(side: Counted, facet: str) -> str:
    """Return in words what a rule says of one facet."""
    rule = side.rule
    if facet == "observed":
        means = f", by {', '.join(rule.means)} alone" if rule.means else ""
        return ", ".join((*rule.observed, *rule.kinds)) + means
    if facet == "day":
        return f"ends {rule.day.ends} {rule.day.zone}"
    if facet == "merging" and rule.gap_min is not None:
        return f"episodes, pauses up to {rule.gap_min} min"
    if facet == "whose" and rule.whose != ALL:
        return f"all but those of {rule.counted_by}"
    return str(getattr(rule, facet))


def lines_of(answer: Row) -> Iterator[str]:
    """Yield an answer of `count` as lines for people: the figures, then each bridge."""
    asked = " to ".join(str(answer[name]) for name in ("from", "to") if answer[name])
    yield f"{answer['title']}{', reporting days ' + asked if asked else ''}"
    for figure in answer["figures"]:
        yield ""
        yield f"{figure['rule']}: {figure['told']}  ({figure['title']})"
        yield f"  {figure['text']}"
        gross, net = (_shown(figure[f"{name}_exercises"]) for name in ("with", "without"))
        yield f"  with assessed exercises {gross}, without {net}"
        days = ", ".join(f"{day} {_shown(one)}" for day, one in figure["by_day"].items())
        yield f"  by reporting day: {days or 'none'}"
        for facet, note in figure["doubts"].items():
            yield f"  not borne out by a source: {facet}. {note}"
    shown = {figure["rule"]: figure["told"] for figure in answer["figures"]}
    for found in answer["bridges"]:
        yield ""
        yield from _bridge_lines(found, shown)


def _shown(one: Row) -> str:
    return str(Figure(one["low"], one["high"]))


def _bridge_lines(found: Row, shown: Mapping[str, str]) -> Iterator[str]:
    ends = [f"{found[end + '_rule']} {found[end + '_low']:,}" for end in ("from", "to")]
    yield f"from {ends[0]} to {ends[1]}"
    figures = [shown[found[f"{end}_rule"]] for end in ("from", "to")]
    if figures != [f"{found[end + '_low']:,}" for end in ("from", "to")]:
        yield f"  the least of each is bridged: {figures[0]}, and {figures[1]}"
    for step in found["steps"]:
        turned = f"{step['facet']}: {step['from']} -> {step['to']}"
        yield f"  {step['added']:+,} = {step['low']:,}  {turned}"
        yield from map(_change_line, step["changes"])
    added = sum(step["added"] for step in found["steps"])
    yield f"  in all {added:+,}"


def _change_line(change: Row) -> str:
    why = REASONS[change["reason"]]
    one_with = f" ({change['one_with']})" if change["one_with"] else ""
    shares = f"{change['before']} -> {change['after']}"
    return f"      {change['report_id']}: {shares}, {why}{one_with}"


def published_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the published counts as lines for people."""
    for row in rows:
        yield f"{row['what']} ({row['rule']}, {row['evidence']})"
        yield f"  {row['told']}"
        yield f"  {row['url']}"
