# SPDX-License-Identifier: Apache-2.0
"""Known failings: each is found where it is, told with its article, and nowhere else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from foedus.terms.check import check, lines_of, told_of
from foedus.terms.document import load_text, read_agreement
from foedus.terms.lint import SEARCHES, Weakness, lint, load_checks
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY

ROOT: Final = Path(__file__).parents[2]
CLEAR: Final = ROOT / "tests" / "terms" / "good" / "clear-truce.md"
TEXT: Final = CLEAR.read_text("utf-8")
PAGE: Final = (ROOT / "docs" / "reference" / "lint.md").read_text("utf-8")

BROKEN: Final[dict[str, Any]] = tomllib.loads(
    (ROOT / "tests" / "terms" / "failings.toml").read_text("utf-8")
)


def broken(name: str) -> Agreement:
    """Return the clear truce with one failing put into it."""
    text = TEXT
    for change in BROKEN[name].get("change", []):
        assert change["old"] in text, change["old"]
        text = text.replace(change["old"], change["new"], 1)
    if rule := BROKEN[name].get("without"):
        head, _, rest = text.partition(f"```term\nrule: {rule}\n")
        text = head + rest.partition("```\n\n")[2]
    found = load_text(text, CLEAR)
    assert found.agreement is not None, [str(fault) for fault in found.faults]
    return found.agreement


def names(weaknesses: tuple[Weakness, ...]) -> set[str]:
    """Return the ids of the checks that found something."""
    return {weakness.check.id for weakness in weaknesses}


def test_every_check_is_made_described_and_tested() -> None:
    """Code, file, reference and these tests know the same checks, in one order."""
    ids = [one.id for one in load_checks()]
    assert ids == list(SEARCHES) == list(BROKEN)
    assert [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("### `")] == ids
    for one in load_checks():
        for said in (one.title, one.why, one.precedent, one.suggestion, one.url):
            assert said in PAGE


def test_a_clear_text_has_none() -> None:
    """In the clear truce no failing is found, though every rule that could fail is there."""
    assert lint(read_agreement(CLEAR)) == ()
    assert f"````markdown\n{TEXT}````\n" in PAGE


@pytest.mark.parametrize("name", BROKEN)
def test_each_failing_is_found_and_no_other(name: str) -> None:
    """One failing put into the clear truce is found, and nothing that does not follow from it."""
    assert names(lint(broken(name))) == {name, *BROKEN[name].get("besides", [])}


@pytest.mark.parametrize("name", BROKEN)
def test_each_is_told_where_and_why(name: str) -> None:
    """Each weakness names article and term, or stands for the whole text, and says what."""
    agreement = broken(name)
    for weakness in lint(agreement):
        if weakness.term:
            term = agreement.term(weakness.term)
            assert (weakness.article, weakness.line) == (term.article, term.line)
        else:
            assert (weakness.article, weakness.line) == ("", 1)
        assert weakness.told


MUST: Final = {
    "minsk-2": {
        "no-consequence", "no-finder", "baselines-differ", "waits-for-undated", "no-access",
        "party-not-bound", "capacity-doubtful", "clock-without-anchor", "no-deadline",
    },
    "minsk-1": {"buffer-ambiguous", "no-consequence", "capacity-doubtful"},
    "lebanon-2024": {"circular-duties", "exception-swallows", "capacity-doubtful"},
    "budapest-1994": {"consult-only", "no-finder", "no-consequence"},
    "energy-2025": {"start-contested", "forfeiture-without-judge", "hour-missing", "no-monitor"},
    "cold-spell-2026": {"start-contested", "start-not-stated", "no-monitor"},
    "easter-2025": {"exception-swallows", "no-monitor"},
    "nagorno-karabakh-2020": {"zone-without-map", "no-consequence"},
    "ladder-2026": {"no-finder", "no-decider", "clock-without-anchor", "no-minimum"},
    "plan-20-points-2025": {"forfeiture-without-judge", "no-finder"},
    "tcg-2020": {"no-finder"},
}  # fmt: skip
"""What history says of shipped texts."""


@pytest.mark.parametrize("name", MUST)
def test_what_failed_is_found(name: str) -> None:
    """In each shipped text the failings that history knows of it are found."""
    assert MUST[name] <= names(lint(read_agreement(LIBRARY / "agreements" / f"{name}.md")))


def test_failings_that_are_not_there() -> None:
    """What a text has is not told as missing."""
    found = names(lint(read_agreement(LIBRARY / "agreements" / "tcg-2020.md")))
    assert not found & {"no-consequence", "no-monitor", "circular-duties", "hour-missing"}
    assert "trigger-evadable" not in names(lint(broken("no-minimum")))


def test_the_check_tells_them_only_if_asked() -> None:
    """Weaknesses are searched for if that is asked; then they stand in lines and in JSON."""
    path = LIBRARY / "agreements" / "budapest-1994.md"
    (plain,), (examined,) = check([path]), check([path], examine=True)
    assert plain.weaknesses == ()
    assert examined.is_clean
    told = "\n".join(lines_of(examined))
    assert "consult-only" in told
    assert "precedent:" in told
    assert told_of(examined)["weaknesses"] == examined.weaknesses


def test_what_is_due_before_it_can_begin() -> None:
    """A duty due on the tenth day cannot wait for one that may be done from the fourteenth on."""
    text = TEXT.replace("within: 20 days", "within: 10 days")
    assert names(lint(_read(text))) == set()
    later = text.replace("{within: 14 days,", "{kind: earliest-from, within: 14 days,")
    assert names(lint(_read(later))) == {"cannot-both-be-met"}


def _read(text: str) -> Agreement:
    found = load_text(text, CLEAR).agreement
    assert found is not None
    return found
