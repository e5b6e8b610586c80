# SPDX-License-Identifier: Apache-2.0
"""Findings as tables for a terminal: the sums by article and reading, then one line for each.

What is asked and found is left to `indications`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE
from rich.table import Table

from foedus.findings.record import VERDICTS
from foedus.publication.console import (
    NONE_NAMED,
    Row,
    count,
    printed,
    standard_output,
)
from foedus.publication.whereabouts import place, when

SHORT: Final = 21
"""Letters of a finding's id: its lineage, and enough of the rest to ask `why` with."""


def show_findings(rows: Sequence[Row], counted: Sequence[Row], summary: Row) -> None:
    """Print the sums of what fits, and one line for each finding."""
    console = standard_output()
    console.print(_sums(counted))
    console.print(_lines(rows, summary["zone"]))
    console.print(
        f"{count(len(rows), 'finding')}, each indicated and none determined; "
        f"foedus why ID tells the reasons of one"
    )


def _sums(counted: Sequence[Row]) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    for name in ("agreement", "article", "term", "reading"):
        table.add_column(name, overflow="fold")
    for verdict in VERDICTS:
        table.add_column(verdict, justify="right", no_wrap=True)
    keys = ("agreement_id", "article", "term_id", "reading")
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for row in counted:
        sums.setdefault(tuple(row[key] for key in keys), {})[row["verdict"]] = row["findings"]
    for key, by_verdict in sums.items():
        cells = (f"{by_verdict.get(verdict, 0):,}" for verdict in VERDICTS)
        table.add_row(*(printed(word) for word in key), *cells)
    return table


def _lines(rows: Sequence[Row], zone: str) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=SHORT)
    table.add_column("when", no_wrap=True, min_width=10, overflow="fold")
    for name in ("where", "article", "reading", "verdict", "because", "acted"):
        table.add_column(name, overflow="fold")
    for row in rows:
        is_deadline = row["incident_id"] is None
        table.add_row(
            row["finding_id"][:SHORT],
            "a deadline" if is_deadline else when(row, zone),
            printed("" if is_deadline else place(row)),
            printed(f"{row['agreement_id']}, {row['article']}"),
            printed(row["reading"]),
            row["verdict"],
            ", ".join(row["causes"]),
            printed(", ".join(row["attributed"]) or NONE_NAMED),
        )
    return table
