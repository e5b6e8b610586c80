# SPDX-License-Identifier: Apache-2.0
"""A condition that stands in a term is checked where it stands, however YAML lets it be written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from foedus.terms.document import load_text
from foedus.terms.rules import ConditionRule

TEXT: Final = (Path(__file__).parent / "good" / "harbour-truce.md").read_text("utf-8")
WHEN: Final = "when: 'for each party p: at least 3 breaches of 1 by p in harbour within 72 h'"
LINE: Final = TEXT[: TEXT.index(WHEN)].count("\n") + 1


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("when: breach by nrth in harbour", 0, 17),
        ("when: 'breach by nrth in harbour'", 0, 18),
        ('when: "breach by nrth in harbour"', 0, 18),
        ("when: |\n  breach by nrth in harbour", 1, 13),
        ("when: >-\n  breach\n    by nrth in harbour", 2, 8),
        ("when: breach in harbour\n  by nrth", 1, 6),
    ],
)
def test_a_fault_is_told_where_it_stands(written: str, line: int, column: int) -> None:
    """Line and column are those of the word in the file."""
    found = load_text(TEXT.replace(WHEN, written), Path("harbour-truce.md"))
    assert [(f.line, f.column, f.got) for f in found.faults] == [
        (LINE + line, str(column), "'nrth'")
    ]


def test_other_words_of_yaml_keep_their_line() -> None:
    """Where YAML writes a text in words of its own, the line of its key is told."""
    found = load_text(TEXT.replace(WHEN, 'when: "br\\u0065ch by north"'), Path("harbour-truce.md"))
    assert [(f.line, f.got) for f in found.faults] == [(LINE, "'brech'")]


@pytest.mark.parametrize("named", ["1", '"Article 1"', "no-fire"])
def test_a_term_is_named_by_id_label_or_number(named: str) -> None:
    """A condition names a term by its id, or an article by its label or number."""
    written = f"when: |\n  breach of {named} by north in harbour"
    found = load_text(TEXT.replace(WHEN, written), Path("harbour-truce.md"))
    assert found.faults == ()
    assert found.agreement is not None
    (rule,) = (t.rule for t in found.agreement.terms if isinstance(t.rule, ConditionRule))
    assert rule.sets_off == ("free",)


def test_a_zone_that_only_a_condition_names_is_used() -> None:
    """A zone is not told as unused where a condition names it."""
    text = TEXT.replace("zone: harbour\nduring", "during").replace("zone: harbour\n", "")
    assert "harbour" not in str(load_text(text, Path("harbour-truce.md")).faults)
