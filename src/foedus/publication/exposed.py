# SPDX-License-Identifier: Apache-2.0
"""How far a run's record was watched, day by day and region by region: for those inside alone.

Where monitors stood and when they looked must never be published: this answer is internal, and
says so. What the public may be told of it is one band for the whole record, by `policy`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from foedus.findings.access import FALLS, falls
from foedus.findings.counting import Figure, counted, items_of
from foedus.findings.counting_rules import find_rule
from foedus.findings.exposure import (
    STATES,
    WATCHED,
    Cell,
    Hours,
    Watch,
    days_of,
    exposure,
    watches_of,
)
from foedus.publication.answers import Asked, read_summary, run_folder
from foedus.publication.counted import read_record
from foedus.publication.policy import public_watch

Row = dict[str, Any]
INTERNAL: Final = "INTERNAL: tells where and when monitors looked; not to be published"
DAY_H: Final = 24


def exposed(run: Asked, rule: str = "foedus") -> Row:
    """Return the cells of a run, what was counted in them by a rule, and the falls between days.

    Raises `OperatorError` for a run or rule that is not there.
    """
    folder = run_folder(run)
    cells, _ = _cells(folder, rule)
    return {
        "marking": INTERNAL,
        "title": read_summary(folder)["title"],
        "rule": rule,
        "cells": [_told(cell) for cell in cells],
        "falls": [fall._asdict() for fall in falls(cells)],
    }


def exposed_in_public(run: Asked, moment_us: int) -> Row:
    """Return all that the public may be told at a moment, UTC microseconds: one band."""
    folder = run_folder(run)
    cells, watches = _cells(folder, "foedus")
    return {
        "title": read_summary(folder)["title"],
        "watched": told_in_public(cells, watches, moment_us),
    }


def told_in_public(cells: Sequence[Cell], watches: Sequence[Watch], moment_us: int) -> str:
    """Return the band in which the share of surely watched hours lies, or that it is withheld."""
    kept = [watch for watch in watches if watch.record == WATCHED]
    known = [cell.covered.low for cell in cells if cell.covered is not None]
    share = sum(known) / (DAY_H * len(known)) if known else None
    ended_us = max((watch.to_us for watch in kept), default=0)
    return public_watch(share, len({watch.observer for watch in kept}), ended_us, moment_us)


def _cells(folder: Any, rule: str) -> tuple[list[Cell], list[Watch]]:
    reports = read_record(folder, "reports")
    by, watches = find_rule(rule), watches_of(reports)
    items = items_of(reports, read_record(folder, "members"))
    days = days_of(watches, items, by.day) if watches else []
    return exposure(watches, items, counted(items, by), days), watches


def _told(cell: Cell) -> Row:
    return cell._asdict() | {
        "covered": cell.covered and cell.covered._asdict(),
        "observer_hours": cell.observer_hours and cell.observer_hours._asdict(),
        "figure": cell.figure._asdict(),
        "rate": cell.rate and cell.rate._asdict(),
    }


def lines_of(answer: Row) -> Iterator[str]:
    """Yield an answer of `exposed` as lines for people."""
    yield answer["marking"]
    yield f"{answer['title']}, counted by {answer['rule']}"
    if not answer["cells"]:
        yield "no watch is noted in this record: whether anybody looked is not known"
    for cell in answer["cells"]:
        hindered = f"; {', '.join(cell['hindered'])}" if cell["hindered"] else ""
        figure = Figure(cell["figure"]["low"], cell["figure"]["high"])
        where = cell["region"] or "no region"
        watched = f"watched {_hours(cell['covered'])}{hindered}"
        yield f"{cell['day']} {where}: {watched}; counted {figure}"
        yield f"    {STATES[cell['state']]}{_rate(cell['rate'])}"
    for fall in answer["falls"]:
        counts = f"{fall['count_before']:,} -> {fall['count_after']:,}"
        yield f"FALL {fall['region']} {fall['before']} to {fall['after']}: {counts}"
        yield f"    {FALLS[fall['kind']]}{_chance(fall['chance'])}"


def _hours(hours: Row | None) -> str:
    if hours is None:
        return "for how long is not noted"
    low, high = Hours(hours["low"], hours["high"])
    return f"{low:.1f} h" if low == high else f"{low:.1f} to {high:.1f} h"


def _rate(rate: Row | None) -> str:
    if rate is None:
        return ""
    high = "no upper end" if rate["high"] is None else f"{rate['high']:.3f}"
    return f"; {rate['per_hour']:.3f} an hour (95 %: {rate['low']:.3f} to {high})"


def _chance(chance: float | None) -> str:
    return "" if chance is None else f" (chance of so few: {chance:.3f})"
