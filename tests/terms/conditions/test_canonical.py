# SPDX-License-Identifier: Apache-2.0
"""The canonical form: the same condition again, and nothing changed the second time."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.lexer import PatternStr

from foedus.terms.conditions.canonical import KEYWORDS, written
from foedus.terms.conditions.parsing import parse, parser
from foedus.terms.conditions.syntax import Condition, Constant, Pattern, Role
from terms.conditions.made import Maker


@given(st.integers(0, 1_000_000).map(Random))
def test_reading_what_was_written_gives_the_same(chance: Random) -> None:
    """Any condition, written and read, is equal to itself; written again, it is the same text."""
    condition = Maker(chance).condition(4)
    text = written(condition)
    assert parse(text) == condition
    assert written(parse(text)) == text


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cc", "Cs"])))
def test_any_name_can_be_a_constant(name: str) -> None:
    """A constant is read as it was written, even one that looks like a variable or a keyword."""
    condition = Condition((), Pattern("breach", None, (Role("by", Constant(name)),)))
    assert parse(written(condition)) == condition


def test_every_keyword_is_known() -> None:
    """Each word of the grammar is one that a constant bears only in quotes."""
    words = {t.pattern.value for t in parser().terminals if isinstance(t.pattern, PatternStr)}
    assert {word for word in words if word.isalpha()} <= KEYWORDS
    for word in KEYWORDS:
        condition = Condition((), Pattern("breach", None, (Role("by", Constant(word)),)))
        assert f'"{word}"' in written(condition)


@pytest.mark.parametrize(
    ("loose", "canonical"),
    [
        ("at least 3 breach by p within 72 hours before", "at least 3 breaches by p within 72 h"),
        ("not (notices by p) within 1 d", "no notice by p within 1 day before"),
        ("notice by p\n  before", "once notice by p"),
        ("((breach by p)) and (notice by p)", "breach by p and notice by p"),
        ("not some zone w with breach in w", "no zone w with breach in w"),
        ('breach by "ua" of "4.2"', "breach by ua of 4.2"),
        ("always (breach by p) before", "always breach by p"),
        (
            "notice since at least 2 breaches within 1 h",
            "notice since at least 2 breaches within 1 h",
        ),
        ("notice since beyond 2 hours breach", "notice since beyond 2 h breach"),
    ],
)
def test_loose_text_is_put_into_form(loose: str, canonical: str) -> None:
    """What means the same is written the same."""
    assert written(parse(loose)) == canonical
