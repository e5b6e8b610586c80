# SPDX-License-Identifier: Apache-2.0
"""What is stated of a duty's doing decides its deadline, and the steps alone give the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.made import run, shipped
from foedus.base.readings import moment
from foedus.findings.checker import recomputed
from foedus.terms.performance import State, Stated

BOUND = ("ua", "dpr", "lpr")
BEFORE, LIMIT, AFTER = "2015-02-20", "2015-03-02", "2015-06-01"
"""Days before, at the end of and after the time in which withdrawal was due."""
KNOWN = "2016-01-01"


def said(
    state: State, on: str, *by: str, duty: str = "withdraw-heavy", url: str = "https://e.org"
) -> Stated:
    """Return a statement."""
    when = moment(on, "Europe/Kyiv")
    return Stated(duty=duty, state=state, on=when, by=by, source_url=url, evidence="S")


def finding(stated: Sequence[Stated], duty: str = "withdraw-heavy", at: str = KNOWN) -> Any:
    """Return the finding of the deadline of a duty of Minsk II."""
    known_us = moment(at, "Europe/Kyiv").from_us
    performed = {"minsk-2": tuple(stated)}
    table = run([], shipped("minsk-2"), known_us=known_us, performed=performed).findings
    (row,) = [row for row in table.to_pylist() if row["term_id"] == duty]
    assert tuple(recomputed(row["steps"])) == (row["verdict"], row["probability_ppm"])
    return row


CASES = {
    "nothing": ([], "undetermined", ["no-observation"], []),
    "done in time": ([said("done", BEFORE)], "permitted", [], []),
    "done in time by name": ([said("done", BEFORE, *BOUND)], "permitted", [], []),
    "done by some": ([said("done", BEFORE, "ua")], "undetermined", ["no-observation"], []),
    "late": ([said("done", AFTER)], "breach", [], []),
    "late by name": ([said("done", AFTER, "dpr")], "breach", [], ["dpr"]),
    "perhaps late": ([said("done", "March 2015")], "undetermined", ["deadline"], []),
    "not done": ([said("not-done", AFTER)], "breach", [], []),
    "not done by two": ([said("not-done", AFTER, "ua", "lpr")], "breach", [], ["ua", "lpr"]),
    "not done before it was due": (
        [said("not-done", BEFORE)],
        "undetermined",
        ["no-observation"],
        [],
    ),
    "not done, and later done": (
        [said("not-done", AFTER), said("done", "2015-09-01")],
        "breach",
        [],
        [],
    ),
    "disputed": (
        [said("done", BEFORE), said("not-done", AFTER)],
        "contested",
        ["performance-disputed"],
        [],
    ),
    "one did, one did not": (
        [said("done", BEFORE, "ua"), said("not-done", AFTER, "dpr")],
        "breach",
        [],
        ["dpr"],
    ),
    "nobody can tell": (
        [said("unknown", AFTER)],
        "undetermined",
        ["performance-unknown"],
        [],
    ),
    "not known yet": ([said("not-done", "2017-01-01")], "undetermined", ["no-observation"], []),
    "another duty": (
        [said("not-done", AFTER, duty="all-for-all")],
        "undetermined",
        ["no-observation"],
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_statements_decide_a_deadline(name: str) -> None:
    """Each case must give its verdict, its causes, and name whom a statement names and no other."""
    stated, verdict, causes, named = CASES[name]
    found = finding(stated)
    assert (found["verdict"], found["causes"], found["attributed"]) == (verdict, causes, named)
    assert sum(found["attributed_ppm"]) + found["unattributed_ppm"] == 1_000_000


def test_what_must_come_first_leaves_it_open() -> None:
    """The border is due after elections and reform: that it is not done breaks nothing so far."""
    missing = said("not-done", "2016-02-01", duty="border-control")
    found = finding([missing], "border-control", "2016-06-01")
    assert (found["verdict"], found["causes"]) == ("undetermined", ["precondition"])
    assert "elections" in found["steps"][2]


def test_what_was_done_is_an_anchor_no_more_than_it_is_said() -> None:
    """Each statement that a verdict rests on stands in its step, with address and level."""
    found = finding([said("not-done", AFTER, url="https://example.org/a")])
    assert found["steps"][-1].endswith(f"not-done {AFTER}, https://example.org/a (S)")


STATEMENTS = st.lists(
    st.builds(
        lambda state, on, by: said(state, on, *by),
        st.sampled_from(["done", "not-done", "unknown"]),
        st.sampled_from([BEFORE, LIMIT, AFTER, "March 2015"]),
        st.lists(st.sampled_from(BOUND), unique=True, max_size=2),
    ),
    max_size=4,
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_statements_does_not_matter(stated: list[Stated], chance: Any) -> None:
    """Shuffled statements give the same verdict, causes and names."""
    mixed = list(stated)
    chance.shuffle(mixed)
    keys = ("verdict", "causes", "attributed", "probability_ppm")
    one, other = finding(stated), finding(mixed)
    assert [one[key] for key in keys] == [other[key] for key in keys]


@given(STATEMENTS)
def test_the_parties_are_treated_alike(stated: list[Stated]) -> None:
    """With two parties swapped in all statements, the verdict stays and the names swap."""
    swap = {"ua": "dpr", "dpr": "ua", "lpr": "lpr"}
    turned = [said(one.state, one.on.written, *(swap[p] for p in one.by)) for one in stated]
    one, other = finding(stated), finding(turned)
    assert one["verdict"] == other["verdict"]
    assert {swap[party] for party in one["attributed"]} == set(other["attributed"])
