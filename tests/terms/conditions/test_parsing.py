# SPDX-License-Identifier: Apache-2.0
"""Texts that are conditions, and texts that are not, with the place of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from foedus.errors import Fault
from foedus.terms.conditions.parsing import parse, read_condition
from foedus.terms.conditions.syntax import (
    And,
    Condition,
    Constant,
    Declaration,
    Duration,
    Facts,
    Not,
    Once,
    Pattern,
    Place,
    Role,
    Tally,
    Variable,
    Window,
)
from source_files import ROOT

P, Z = Variable("p"), Variable("z")


def test_a_count_reads_as_written() -> None:
    """The first example of the design is a tally of facts in a window of 72 hours."""
    text = "for each zone z, party p: at least 3 breaches of 1 by p in z within 72 h"
    roles = (Role("of", Constant("1")), Role("by", P), Role("in", Z))
    window = Window("before", None, Duration(72, "h"))
    declared = (Declaration("zone", "z"), Declaration("party", "p"))
    counted = Facts(Pattern("breach", None, roles), window)
    assert parse(text) == Condition(declared, Tally(">=", 3, counted))


def test_free_variables_need_no_declaration() -> None:
    """The second example leaves its variables free, and its window looks back."""
    text = "breach of 2 by p in z and no notice by p for z within 24 h before"
    breach = Pattern("breach", None, (Role("of", Constant("2")), Role("by", P), Role("in", Z)))
    notice = Pattern("notice", None, (Role("by", P), Role("for", Z)))
    window = Window("before", None, Duration(24, "h"))
    assert parse(text) == Condition((), And((breach, Not(Once(notice, window)))))


def test_parts_know_their_place() -> None:
    """A part tells where it stands in the file, whatever line the text begins in."""
    found = read_condition("breach by p\n  and notice by q", "x.md", Place(10, 5))
    assert isinstance(found, Condition)
    assert isinstance(found.body, And)
    assert [part.place for part in found.body.parts] == [Place(10, 5), Place(11, 7)]


@pytest.mark.parametrize(
    ("text", "column", "expected", "hint"),
    [
        ("breach by p witin 72 h", 13, "within", "did you mean 'within'?"),
        ("breach by", 10, "a name", ""),
        ("at least 3.5 breaches before", 10, "a whole number", ""),
        ("breach between 3 h and 5 h", 8, "before or after", "before: it has been"),
        ("breach ( x", 8, "the end", ""),
        ("", 1, "a name", ""),
        ("not " * 60 + "breach", 161, "at most 40", ""),
        ("breach " + "x" * 5000, 1, "at most 4096 characters", ""),
    ],
)
def test_what_does_not_parse_is_told_where(
    text: str, column: int, expected: str, hint: str
) -> None:
    """A text off the grammar has one fault, at the word that does not fit."""
    found = read_condition(text, "x.md")
    assert isinstance(found, Fault)
    assert (found.line, found.column) == (1, str(column))
    assert expected in found.expected
    assert hint in found.hint


@pytest.mark.parametrize(
    "path", sorted((ROOT / "bench/monitor_policies").glob("*")), ids=lambda path: path.stem
)
def test_the_four_policies_parse(path: Path) -> None:
    """The policies of the monitoring bench are conditions of the language."""
    assert isinstance(read_condition(path.read_text("utf-8")), Condition)
