# SPDX-License-Identifier: Apache-2.0
"""A condition that stands in a term is checked where it stands, however YAML lets it be written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.terms.breach_counts import breach_count, condition_of, length_us, trigger_for
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.syntax import Constant
from foedus.terms.document import load_text
from foedus.terms.rules import ConditionRule, TriggerRule

TEXT: Final = (Path(__file__).parent / "good" / "harbour-truce.md").read_text("utf-8")
HEAD: Final = "when: 'for each party p: "
WHEN: Final = f"{HEAD}breach of 1 by p in harbour and no notice by p within 24 h before'"
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


COUNTS: Final = {
    "at least 3 breaches of 1 by p in harbour within 72 h": (
        "of: [no-fire], zone: harbour, count: 3, within: 72 hours"
    ),
    "for each party p: more than 2 breaches by p before": "count: 3",
    "at least 2 breaches of no-fire by north within 1 week": (
        "of: [no-fire], by: [north], count: 2, within: 168 hours"
    ),
}
"""A condition that is a trigger -> the keys of the trigger to write."""
OTHERS: Final = (
    "for each zone z, party p: at least 3 breaches of 1 by p in z within 72 h",
    "at least 3 breaches of 1 within 72 h",
    "at least 3 breaches of t by p within 72 h",
    "at most 3 breaches by north within 72 h",
    "at least 3 breaches by north within 90 min",
    "at least 3 breaches by north between 1 h and 72 h before",
    "at least 3 reports by north within 72 h",
    "at least 3 breaches by north within 72 h and no report by north within 72 h",
)
"""What no trigger can say."""


def written(when: str) -> str:
    """Return the harbour truce with another condition."""
    return TEXT.replace(WHEN, f"when: |\n  {when}")


@pytest.mark.parametrize("when", COUNTS)
def test_what_a_trigger_can_say_is_no_condition(when: str) -> None:
    """A bare count of one party's breaches is refused, and the trigger is told."""
    (fault,) = load_text(written(when), Path("harbour-truce.md")).faults
    assert (fault.line, fault.column) == (LINE, "when")
    assert fault.hint.startswith(f"rule: trigger, {COUNTS[when]};")


@pytest.mark.parametrize("when", OTHERS)
def test_what_no_trigger_can_say_is_a_condition(when: str) -> None:
    """Counts in each zone, of all parties together, of other facts, or joined with more."""
    assert load_text(written(when), Path("harbour-truce.md")).faults == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("within: 3 days", "within: 2 months", "hours, days or weeks"),
        ("opens: warn", "opens: wran", "the id of a term, or words"),
        (
            "of: [no-fire]\nby: [north, south]\nzone",
            "of: [free]\nby: [north, south]\nzone",
            "a ban",
        ),
    ],
)
def test_a_trigger_is_checked(old: str, new: str, expected: str) -> None:
    """Its window is of fixed length, and what it names is there."""
    head, _, tail = TEXT.partition("rule: trigger")
    assert old in tail
    found = load_text(head + "rule: trigger" + tail.replace(old, new), Path("harbour-truce.md"))
    (fault,) = found.faults
    assert expected in fault.expected


def test_what_a_trigger_opens_may_be_told_in_words() -> None:
    """Words are told from an id by a blank."""
    text = TEXT.replace("opens: warn", "opens: a meeting of both sides")
    assert load_text(text, Path("harbour-truce.md")).faults == ()


@given(
    st.integers(1, 9),
    st.sampled_from(["open", "5 hours", "3 days", "2 weeks"]),
    st.sampled_from([None, "harbour"]),
)
def test_a_trigger_is_the_condition_that_it_means(
    count: int, within: str, zone: str | None
) -> None:
    """The condition that a trigger means is read back as that trigger, and so is refused as one."""
    rule = TriggerRule(
        id="t", text="", source="", count=count, within=within, opens="a meeting",
        zone=zone,
    )  # fmt: skip
    found = breach_count(parse(condition_of(rule)))
    assert found is not None
    length = None if within == "open" else length_us(within)
    assert (found.least, found.within_us) == (count, length)
    assert found.zone == (Constant(zone) if zone else None)
    assert trigger_for(parse(condition_of(rule)), {}) is not None
