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
from foedus.findings.rulebook import Lines, no_lines
from foedus.terms.vocabulary import LIBRARY
from small_mission import DATA, DONBAS

AGREEMENTS = ("minsk-1", "minsk-2", "tcg-2020")
FILES = [LIBRARY / "agreements" / f"{name}.md" for name in AGREEMENTS]
COLUMNS = ("agreement_id", "term_id", "article", "reading", "verdict")


def counted(
    incidents: pa.Table, stands_for: Mapping[str, tuple[str, ...]], lines: Lines = no_lines
) -> dict[tuple[str, ...], int]:
    """Return the counts of the stage in the script's form."""
    agreements = map(shipped, AGREEMENTS)
    table = run(incidents, *agreements, stands_for=stands_for, lines=lines).counts
    return {tuple(row[name] for name in COLUMNS): row["findings"] for row in table.to_pylist()}


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


def test_the_script_shares_no_code() -> None:
    """It imports the standard library and nothing else."""
    tree = ast.parse(Path(independent_counts.__file__).read_text("utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name for node in named for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
