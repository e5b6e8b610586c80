# SPDX-License-Identifier: Apache-2.0
"""What a condition may not say, each with its place, its reason and a way to mend it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.errors import DrafterError
from foedus.terms.conditions.checking import Known, check_condition, check_text, load_condition
from foedus.terms.conditions.syntax import Place
from terms.conditions.made import Maker

KNOWN = Known(party=("ua", "ru"), zone=("buffer", "bridge"), term=("1", "2", "ban"))

GOOD = [
    "for each zone z, party p: at least 3 breaches of 1 by p in z within 72 h",
    "breach of 2 by p in z and no notice by p for z within 24 h before",
    "breach by p in z and n = count of breaches by p in z within 72 h and n >= 3",
    "for each party p: no report by p within 24 h",
    "breach of ban by ua in bridge and breach by p and p is not ua",
    "some zone w with breach in w and at least 2 parties q with notice by q before",
]

BAD = [
    ("brech by p", 1, "a kind of fact", "did you mean 'breach'?"),
    ("breach by uaa", 11, "the id of a party", "did you mean 'ua'?"),
    ("breach in bufer", 11, "the id of a zone", "did you mean 'buffer'?"),
    ("breach of 7", 11, "the id of a term", "known: 1, 2, ban"),
    ("notice in buffer", 8, "a role of notice", "it takes: of term, by party, for zone"),
    ("breach by p by ua", 13, "each preposition once", ""),
    ("breach by p and breach in p", 27, "'p' as a party", ""),
    ("breach within 3 wek", 15, "a unit of time", "did you mean 'week'?"),
    ("breach within 2 months", 15, "a unit of fixed length", "no fixed length"),
    ("breach within 10 working", 15, "a unit of fixed length", "use a deadline"),
    ("breach within 9999999 weeks", 15, "at most a thousand years", ""),
    ("breach after", 8, "a future with an end", "nothing on record could ever say no"),
    ("breach at least 3 h after", 8, "a future with an end", "within 14 days after"),
    ("breach by p until breach by p", 1, "a future with an end", "within"),
    ("breach between 3 h and 1 h before", 8, "a window that begins", "the nearer end"),
    ("at least 3 breaches by p", 12, "a window in which to count", "within 72 h"),
    ("at least 3 breaches k within 1 h", 21, "no name for one fact", "leave the variable out"),
    ("no report by p within 24 h", 14, "some fact must name", "for each party p"),
    ("breach by p or notice by q", 11, "some fact must name", "for each party p"),
    ("breach and no breach k", 22, "some fact must name", "name the fact where it must be"),
    ("breach and n >= 3", 12, "some fact must name", "no fact says what it is"),
    ("breach and not n = count of breaches before", 16, "some fact must name", "the count"),
    ("for each zone z: breach", 15, "a variable that is used", "leave it out"),
    ("for each zone z, zone z: breach in z", 23, "each variable declared once", "column 15"),
    ("breach in w and some zone w with breach in w", 11, "known here", "another part"),
    ("breach by p and p >= 3", 17, "a count", "'p' is a party"),
    ("breach by p in z and p is z", 27, "a party", ""),
    ("breach by p and p is not rus", 26, "the id of a party", "did you mean 'ru'?"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_in_order_has_no_fault(text: str) -> None:
    """A good condition passes, and is loaded."""
    assert check_text(text, KNOWN).faults == ()
    assert load_condition(text, KNOWN)


@pytest.mark.parametrize(("text", "column", "expected", "hint"), BAD)
def test_what_is_wrong_is_told(text: str, column: int, expected: str, hint: str) -> None:
    """A faulty condition is refused, with the place of the fault, its reason and a hint."""
    found = check_text(text, KNOWN, "a.md", Place(7, 1))
    assert found.condition is None
    told = [f for f in found.faults if f.column == str(column) and expected in f.expected]
    assert told, [str(fault) for fault in found.faults]
    assert hint in told[0].hint
    assert (told[0].file, told[0].line) == ("a.md", 7)


def test_all_faults_are_told_at_once() -> None:
    """One reading tells all of what is wrong, in the order of the text."""
    with pytest.raises(DrafterError) as caught:
        load_condition("brech by p and notice in bufer within 2 months", KNOWN)
    columns = [int(fault.column or 0) for fault in caught.value.faults]
    assert len(columns) >= 3
    assert columns == sorted(columns)


@given(st.integers(0, 1_000_000).map(Random))
def test_a_check_ends_on_anything(chance: Random) -> None:
    """Made conditions are checked without an error; declared ones fail only for reasons told."""
    for fault in check_condition(Maker(chance).condition(4)):
        assert fault.expected
        assert fault.column
