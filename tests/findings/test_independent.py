# SPDX-License-Identifier: Apache-2.0
"""The counts of the Donbas record equal those of a script that shares no code with the project."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from findings import independent_counts
from findings.made import run, shipped
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import found
from foedus.findings.from_terms import rulebook_of
from foedus.findings.questions import questions_of
from foedus.mission import read_mission
from foedus.terms.vocabulary import LIBRARY
from small_mission import DATA, DONBAS

AGREEMENTS = ("minsk-1", "minsk-2", "tcg-2020")
FILES = [LIBRARY / "agreements" / f"{name}.md" for name in AGREEMENTS]
Counted = dict[tuple[str, ...], int]
COLUMNS = ("agreement_id", "term_id", "article", "reading", "verdict")


def in_its_form(counts: pa.Table) -> Counted:
    """Return the counts of the stage in the script's form."""
    return {tuple(row[name] for name in COLUMNS): row["findings"] for row in counts.to_pylist()}


def counted(incidents: pa.Table, stands_for: Mapping[str, tuple[str, ...]]) -> Counted:
    """Return the counts under the shipped agreements, no line being known."""
    agreements = map(shipped, AGREEMENTS)
    return in_its_form(run(incidents, *agreements, stands_for=stands_for).counts)


@pytest.mark.parametrize(
    "stands_for",
    [{}, {"uafn": ("dpr", "lpr")}, {"uafn": ("dpr",)}, {"uafn": ("dpr", "ru")}, {"uafn": ()}],
    ids=["nobody", "both", "one", "partly", "none"],
)
def test_counts_equal_those_of_the_script(
    donbas: dict[str, pa.Table], stands_for: dict[str, tuple[str, ...]]
) -> None:
    """Each verdict by term and reading is given just as often, whoever stands for whom."""
    again = independent_counts.counts(DONBAS / DATA, FILES, stands_for)
    assert counted(donbas["incidents"], stands_for) == again
    assert {key[4] for key in again} == {"breach", "not-covered", "undetermined"}


def test_counts_of_the_mission_as_it_ships(donbas: dict[str, pa.Table]) -> None:
    """With the mission's agreements and lines the counts are the script's, but along a line.

    The script knows no line. Where the stage knows one, what lay surely off it is not covered.
    """
    rulebook = rulebook_of(read_mission(DONBAS).governing, None)
    assert [agreement.id for agreement in rulebook.agreements] == list(AGREEMENTS)
    again = independent_counts.counts(DONBAS / DATA, FILES, rulebook.stands_for)
    told = in_its_form(found(donbas["incidents"], rulebook, LocalEngine(1)).counts)
    on_line = {(one.agreement.id, one.term.id) for one in questions_of(rulebook) if one.on_line}
    moved = {key for key in told.keys() | again.keys() if told.get(key) != again.get(key)}
    assert {key[:2] for key in moved} == {("minsk-1", "no-flights-over-zone")} <= on_line
    assert {key[4] for key in moved} == {"not-covered", "undetermined"}
    assert all((told[key] > again[key]) == (key[4] == "not-covered") for key in moved)
    assert sum(told[key] - again[key] for key in moved) == 0


def test_the_script_shares_no_code() -> None:
    """It imports the standard library and nothing else."""
    tree = ast.parse(Path(independent_counts.__file__).read_text("utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name for node in named for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
