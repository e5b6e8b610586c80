# SPDX-License-Identifier: Apache-2.0
"""The reference of conditions shows what is so: every example runs, every kind has its row."""

from __future__ import annotations

import doctest
import re
from typing import Final

import pytest

from foedus.terms.conditions.canonical import written
from foedus.terms.conditions.checking import check_text, load_condition
from foedus.terms.conditions.evaluation import verdicts
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.kinds import KINDS, Kind
from foedus.terms.conditions.parsing import read_condition
from foedus.terms.conditions.record import Asked
from foedus.terms.conditions.syntax import US_OF, Condition
from source_files import ROOT

PAGE: Final = (ROOT / "docs" / "reference" / "conditions.md").read_text("utf-8")
EXAMPLES: Final = re.findall(r"```condition\n(.+?)\n```", PAGE, re.DOTALL)
REFUSED: Final = re.findall(r"```condition refused\n(.+?)\n```", PAGE, re.DOTALL)
HOUR_US: Final = US_OF["h"]


def history() -> list[Fact]:
    """Return a fact of every kind, each an hour after the one before, and three breaches more."""
    kinds = [*KINDS.values(), *[KINDS["breach"]] * 3]
    values = {"term": "1", "party": "p-one", "zone": "z-one", "case": "c-one", "guarantor": "g-one"}
    return [
        Fact(
            fact_id=f"f{number}",
            kind=kind.name,
            occurred_from_us=number * HOUR_US,
            occurred_to_us=number * HOUR_US + 1,
            known_from_us=0,
            **{column: values[column] for column in kind.roles.values()},
        )
        for number, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_runs(text: str) -> None:
    """An example passes every check, is in canonical form, and is evaluated."""
    condition = load_condition(text)
    assert written(condition) == text
    asked = Asked(0, 1_000 * HOUR_US, 1_000 * HOUR_US)
    domains = {"party": ("p-one", "p-two"), "zone": ("z-one", "z-two")}
    for verdict in verdicts(condition, history(), asked, domains):
        assert verdict.sure or verdict.possible or verdict.episodes


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_shown_as_refused_is(text: str) -> None:
    """An example of what is refused parses, and is refused with a reason."""
    assert check_text(text).faults
    assert isinstance(read_condition(text), Condition)


def test_the_code_of_the_page_gives_what_is_shown() -> None:
    """Each line of Python on the page gives the answer beneath it."""
    page = str(ROOT / "docs" / "reference" / "conditions.md")
    done = doctest.testfile(page, module_relative=False, encoding="utf-8")
    assert done.attempted > 20
    assert done.failed == 0


def test_every_column_and_unit_is_documented() -> None:
    """The page names each column of a history, and each unit of a window."""
    for name in Fact.__struct_fields__:
        assert f"`{name}`" in PAGE
    for unit in US_OF:
        assert f"`{unit}`" in PAGE


def test_there_are_examples() -> None:
    """The page shows at least ten conditions, both of the design among them."""
    assert len(EXAMPLES) >= 10
    assert "for each zone z, party p: at least 3 breaches of 1 by p in z within 72 h" in EXAMPLES
    assert "breach of 2 by p in z and no notice by p for z within 24 h before" in EXAMPLES


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_has_its_row(kind: Kind) -> None:
    """The table of kinds says what each kind takes."""
    roles = ", ".join(f"`{word}` {sort}" for word, sort in kind.roles.items())
    assert f"| `{kind.name}` | {roles} |" in PAGE
