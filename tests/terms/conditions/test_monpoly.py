# SPDX-License-Identifier: Apache-2.0
"""The four policies of the monitors' benchmark give the verdicts that MonPoly gave.

`P1.txt` to `P4.txt` are what MonPoly printed for the log beside them; for P2 and P4 without the
cases that were still pending at its end. The log's order decides ties.
"""

from __future__ import annotations

import csv
import gzip
from functools import cache
from typing import Final

import pyarrow as pa
import pytest

from foedus.base.encoding import to_table
from foedus.terms.conditions.batch import monitored
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import Condition
from source_files import ROOT

FIXTURES: Final = ROOT / "tests" / "fixtures" / "monpoly"
EVENTS: Final = {
    "violation": ("breach", ("fact_id", "zone", "party")),
    "notice": ("notice", ("zone",)),
    "opened": ("opening", ("case",)),
    "decided": ("decision", ("case",)),
    "activated": ("activation", ("guarantor",)),
    "withdrawn": ("withdrawal", ("guarantor",)),
    "responded": ("response", ("guarantor",)),
}
"""Predicate of the log -> kind of fact, and what its arguments are."""
TOLD: Final = {"P1": ("k", "z", "p"), "P2": ("c",), "P3": ("z", "p", "n"), "P4": ("g",)}


@cache
def log() -> pa.Table:
    """Return the log as a history; rows stand at their time points."""
    with gzip.open(FIXTURES / "log_10k.csv.gz", "rt", encoding="utf-8") as file:
        return to_table(Fact, map(fact, csv.DictReader(file)))


def fact(row: dict[str, str]) -> Fact:
    """Return an event of the log as a fact, known from when it occurred."""
    kind, names = EVENTS[row["pred"]]
    us = int(row["ts"]) * 1_000_000
    values = dict(zip(names, row["args"].split(";"), strict=True))
    values.setdefault("fact_id", f"-{row['tp']}")
    return Fact(kind=kind, occurred_from_us=us, occurred_to_us=us + 1, known_from_us=us, **values)


def policy(name: str) -> Condition:
    """Return one of the four policies in our language."""
    return parse((ROOT / "bench" / "monitor_policies" / f"{name}.condition").read_text("utf-8"))


def lines(verdicts: pa.Table, name: str) -> list[str]:
    """Return sure verdicts in MonPoly's form: time stamp, time point, arguments."""
    seconds = [us // 1_000_000 for us in log()["occurred_from_us"].to_pylist()]
    first_point: dict[int, int] = {}
    for point, second in enumerate(seconds):
        first_point.setdefault(second, point)
    found = []
    for row in verdicts.to_pylist():
        if row["verdict"] == "sure":
            second = row["first_us"] // 1_000_000
            arguments = ",".join(str(row[variable]) for variable in TOLD[name])
            for rank in range(row["first_rank"], row["last_rank"] + 1):
                point = first_point[second] + rank
                found.append(f"@{second} (time point {point}): ({arguments})")
    return found


@pytest.mark.parametrize("name", TOLD)
def test_verdicts_are_those_of_monpoly(name: str) -> None:
    """Line for line, in the same order."""
    us = log()["occurred_from_us"].to_pylist()
    found = monitored(policy(name), log(), Asked(us[0], us[-1], us[-1], "ordered"))
    assert lines(found, name) == (FIXTURES / f"{name}.txt").read_text("utf-8").splitlines()
