# SPDX-License-Identifier: Apache-2.0
"""When terms bind and duties fall due, under each reading: sure, possible or no."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from foedus.base.deadlines import Due, NotComputable
from foedus.base.evidence import Answer
from foedus.base.readings import moment
from foedus.terms.document import load_text, read_agreement
from foedus.terms.in_force import Binding
from foedus.terms.record import Agreement

GOOD: Final = Path(__file__).parent / "good"
HARBOUR: Final = read_agreement(GOOD / "harbour-truce.md")
WINTER: Final = read_agreement(GOOD / "winter-pause.md")
ZONE: Final = "Europe/Kyiv"
CASES: Final = (
    (HARBOUR, "northern", "no-fire", "2031-03-01 05:59", Answer.NO),
    (HARBOUR, "northern", "no-fire", "2031-03-01 06:00", Answer.SURE),
    (HARBOUR, "southern", "no-fire", "2031-03-01 06:00", Answer.NO),
    (HARBOUR, "southern", "no-fire", "2031-03-02 06:00", Answer.POSSIBLE),
    (HARBOUR, "southern", "no-fire", "2031-03-03 00:00", Answer.SURE),
    # Thirty days of the clock, which is put forward on 30 March: the hour stays 06:00.
    (HARBOUR, "northern", "no-fire", "2031-03-31 05:59", Answer.SURE),
    # From then on it may have been renewed.
    (HARBOUR, "northern", "no-fire", "2031-03-31 06:00", Answer.POSSIBLE),
    (HARBOUR, "southern", "no-fire", "2031-04-02 00:00", Answer.NO),
    (HARBOUR, "", "no-fire", "2031-03-05", Answer.POSSIBLE),
    (WINTER, "of-north", "spare-capital", "2031-01-05", Answer.POSSIBLE),
    (WINTER, "of-north", "spare-capital", "2031-02-01 12:00", Answer.POSSIBLE),
    (WINTER, "of-north", "spare-capital", "2031-02-02", Answer.NO),
    (WINTER, "of-south", "spare-plants", "2031-02-02", Answer.SURE),
    # Only unverified pages say that two days were added.
    (WINTER, "of-south", "spare-plants", "2031-02-06 07:00", Answer.POSSIBLE),
    (WINTER, "of-south", "spare-plants", "2031-02-07 07:00", Answer.NO),
)


@pytest.mark.parametrize(("agreement", "reading", "term", "at", "answer"), CASES)
def test_in_force(agreement: Agreement, reading: str, term: str, at: str, answer: Answer) -> None:
    """Each reading gives its own answer, and what nobody said stays possible."""
    binding = Binding(agreement=agreement, reading=reading)
    assert binding.in_force(term, moment(at, ZONE)) is answer


def test_an_interval_is_sure_only_as_a_whole() -> None:
    """A day on which a term begins to bind at some hour holds it possibly."""
    binding = Binding(agreement=HARBOUR, reading="northern")
    assert binding.in_force("no-fire", moment("2031-03-01", ZONE)) is Answer.POSSIBLE
    assert binding.in_force("no-fire", moment("2031-03-02", ZONE)) is Answer.SURE


def test_deadline_of_a_duty_runs_from_its_anchor() -> None:
    """Fourteen days of a signing without an hour end somewhere on the fourteenth day."""
    due = Binding(agreement=HARBOUR).due("withdraw-guns")
    assert isinstance(due, Due)
    assert due.earliest_us == moment("2031-03-15", ZONE).from_us
    assert due.latest_us == moment("2031-03-15", ZONE).to_us - 1


def test_deadline_by_a_moment() -> None:
    """A duty that names its moment is due then."""
    due = Binding(agreement=WINTER).due("list")
    assert isinstance(due, Due)
    assert due.latest_us == moment("end of 1 February 2031", ZONE).from_us


def test_what_hangs_on_judgement_is_not_computable() -> None:
    """As soon as possible is never a day, and neither is an anchor that nobody told us."""
    binding = Binding(agreement=WINTER, reading="of-south")
    assert isinstance(binding.due("pull-back-too"), NotComputable)
    assert isinstance(binding.due("talk"), NotComputable)
    assert binding.due("pull-back") is None
    assert binding.due("spare-plants") is None


def test_a_known_anchor_starts_the_clock() -> None:
    """Once it is known when an anchor was, what hangs on it can be computed."""
    text = (GOOD / "winter-pause.md").read_text("utf-8")
    text = text.replace("  counted: from-next-day\n  calendar: monday-to-friday\n", "")
    text = text.replace("within: 2 working days", "within: 48 hours")
    agreement = load_text(text, Path("winter-pause.md")).agreement
    assert agreement is not None
    binding = Binding(agreement=agreement, known={"event": moment("2031-02-10 12:00", ZONE)})
    due = binding.due("talk")
    assert isinstance(due, Due)
    assert due.earliest_us == moment("2031-02-12 12:00", ZONE).from_us


def test_sunset_ends_what_goes_on() -> None:
    """The sooner of an end and a sunset counts."""
    text = (GOOD / "harbour-truce.md").read_text("utf-8")
    text = text.replace("at: end of 31 December 2031", "at: 2031-03-10 00:00")
    agreement = load_text(text, Path("harbour-truce.md")).agreement
    assert agreement is not None
    (held,) = Binding(agreement=agreement, reading="northern").held("no-fire")
    assert not isinstance(held.ends, NotComputable)
    assert held.ends is not None
    assert held.ends.latest_us == moment("2031-03-10 00:00", ZONE).from_us


def test_an_in_force_that_names_terms_dates_only_these() -> None:
    """A term has the dates of the in-force that names it, not those of the whole."""
    text = (GOOD / "harbour-truce.md").read_text("utf-8")
    own = (
        "rule: in-force\nid: later\ntext: The guns come later.\nsource: text\n"
        "from: 2031-03-20 00:00\nto: open\nof: [guns-back]\n"
    )
    text = text.replace("```term\nrule: zone", f"```term\n{own}```\n\n```term\nrule: zone")
    agreement = load_text(text, Path("harbour-truce.md")).agreement
    assert agreement is not None
    binding = Binding(agreement=agreement, reading="northern")
    assert binding.in_force("guns-back", moment("2031-03-10", ZONE)) is Answer.NO
    assert binding.in_force("no-fire", moment("2031-03-10", ZONE)) is Answer.SURE


def test_extension_runs_from_the_end_that_it_moves() -> None:
    """An extension by days after the first end counts from that end, and not from its own."""
    text = (GOOD / "winter-pause.md").read_text("utf-8")
    text = text.replace("to: 2031-02-07 07:00", "to: {within: 2 days, after: south-in-force}")
    text = text.replace("source: rumour\nof:", "source: south-said\nof:")
    agreement = load_text(text, Path("winter-pause.md")).agreement
    assert agreement is not None
    (held,) = Binding(agreement=agreement, reading="of-south").held("spare-plants")
    assert held.ends is not None
    assert not isinstance(held.ends, NotComputable)
    assert held.ends.earliest_us == moment("2031-02-07 07:00", ZONE).from_us


def with_duties(*duties: str) -> Agreement:
    """Return the winter pause with more duties: each its id, a colon and its deadline."""
    text = (GOOD / "winter-pause.md").read_text("utf-8")
    blocks = "".join(
        f"\n```term\nrule: duty\nid: {name}\ntext: It is done.\nsource: north-said\nbearer: [all]\n"
        f"what: withdraw\ndeadline: {deadline}\n```\n"
        for name, _, deadline in (duty.partition(": ") for duty in duties)
    )
    text += f"\n## Account 99: More\n\nMore is done. [@north-said]\n{blocks}"
    loaded = load_text(text, Path("winter-pause.md"))
    assert loaded.agreement is not None, [str(fault) for fault in loaded.faults]
    return loaded.agreement


CHAIN: Final = (
    "begin: {by: end of 1 February 2031}",
    "complete: {within: 14 days, after: begin}",
    "hand-over: {within: 1 day, after: complete}",
)


def closing(binding: Binding, duty: str) -> int:
    """Return the latest instant at which a duty is due."""
    due = binding.due(duty)
    assert isinstance(due, Due)
    assert due.latest_us is not None
    return due.latest_us


def test_a_duty_as_anchor_counts_from_its_own_deadline() -> None:
    """Where nobody says when a duty was done, the next runs from the limit by which it was due."""
    binding = Binding(agreement=with_duties(*CHAIN))
    assert closing(binding, "complete") == moment("end of 15 February 2031", ZONE).from_us
    assert closing(binding, "hand-over") == moment("end of 16 February 2031", ZONE).from_us


def test_a_duty_as_anchor_counts_from_its_doing_if_that_is_known() -> None:
    """What somebody has stated goes before the deadline, at any place in the chain."""
    done = moment("2031-01-20 12:00", ZONE)
    binding = Binding(agreement=with_duties(*CHAIN), known={"begin": done})
    assert closing(binding, "complete") == moment("2031-02-03 12:00", ZONE).to_us - 1
    binding = Binding(agreement=with_duties(*CHAIN), known={"complete": done})
    assert closing(binding, "hand-over") == moment("2031-01-21 12:00", ZONE).to_us - 1


@pytest.mark.parametrize(
    "duties",
    [
        ("one: {within: 1 day, after: other}", "other: {within: 1 day, after: one}"),
        ("one: {within: 1 day, after: one}",),
        ("one: {within: 1 day, after: a}", "a: {within: not-stated, after: event, event: a talk}"),
        ("one: {within: 1 day, after: from}", "from: {kind: earliest-from, by: 2031-02-01 00:00}"),
    ],
    ids=["a circle", "itself", "no deadline", "no end"],
)
def test_a_duty_that_is_due_at_no_time_dates_nothing(duties: tuple[str, ...]) -> None:
    """A circle, or a duty that no clock can date, leaves what hangs on it without a time."""
    assert isinstance(Binding(agreement=with_duties(*duties)).due("one"), NotComputable)
