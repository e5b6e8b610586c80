# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for every act under every shipped agreement, not for chosen situations only."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from agreement_answers import WORDS, readings_of, verdict
from agreement_situations import Fact, Membership, VerdictAsked
from hypothesis import given
from hypothesis import strategies as st

from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.rules import BanRule, ExceptionRule, InForceRule
from foedus.terms.vocabulary import LIBRARY, leaves

AGREEMENTS = [read_agreement(path) for path in sorted((LIBRARY / "agreements").glob("*.md"))]
BANNING = tuple(
    found for found in AGREEMENTS if any(isinstance(term.rule, BanRule) for term in found.terms)
)
"""Those that forbid something; a ladder alone forbids nothing."""
EVEN_HANDED = ("energy-2025", "tcg-2020")
"""Agreements of several parties in which no article treats the sides differently."""
KINDS = [kind for kind in WORDS.kinds if leaves(WORDS.kinds, kind) == (kind,)]
TARGETS = [target for target in WORDS.targets if leaves(WORDS.targets, target) == (target,)]
FACT: st.SearchStrategy[Fact] = st.sampled_from(["yes", "no", "unknown"])
PLACE: st.SearchStrategy[Membership] = st.sampled_from(["inside", "outside", "unknown"])


def predicates(agreement: Agreement) -> list[str]:
    """Return the names of what exceptions of an agreement turn on."""
    rules = [term.rule for term in agreement.terms if isinstance(term.rule, ExceptionRule)]
    return [predicate.id for rule in rules for predicate in rule.all]


def edges(agreement: Agreement) -> list[str]:
    """Return the times at which a text has something begin or end."""
    rules = [term.rule for term in agreement.terms if isinstance(term.rule, InForceRule)]
    times = [time for rule in rules for time in (rule.from_, rule.to) if isinstance(time, str)]
    return [time for time in times if time[:1].isdigit()]


@st.composite
def acts(draw: st.DrawFn, agreement: Agreement) -> VerdictAsked:
    """Draw an act of one of those bound, on any day or at an edge that the text names."""
    zones = sorted({getattr(term.rule, "zone", None) or "" for term in agreement.terms})
    day = st.dates(date(1994, 1, 1), date(2026, 6, 30)).map(date.isoformat)
    return VerdictAsked(
        title="drawn",
        by=draw(st.sampled_from(agreement.bound or ("ru", "gb", "us"))),
        act=draw(st.sampled_from([*KINDS, "unknown"])),
        target=draw(st.sampled_from([*TARGETS, "unknown"])),
        at=draw(day | st.sampled_from(edges(agreement))),
        place={zone: draw(PLACE) for zone in zones},
        facts={name: draw(FACT) for name in predicates(agreement)},
        verdict={},
    )


def without_exceptions(agreement: Agreement) -> Agreement:
    """Return an agreement with its general rules alone."""
    terms = tuple(term for term in agreement.terms if not isinstance(term.rule, ExceptionRule))
    return msgspec.structs.replace(agreement, terms=terms)


@pytest.mark.parametrize("agreement", BANNING, ids=lambda found: found.id)
@given(data=st.data())
def test_an_exception_never_widens_a_ban(agreement: Agreement, data: st.DataObject) -> None:
    """What breaks no general rule breaks none with its exceptions, and stays covered or not."""
    asked = data.draw(acts(agreement))
    for reading in readings_of(agreement):
        bare = verdict(without_exceptions(agreement), reading, asked)
        found = verdict(agreement, reading, asked)
        assert (found == "not covered") == (bare == "not covered")
        assert found != "breach" or bare == "breach"


@pytest.mark.parametrize("agreement", BANNING, ids=lambda found: found.id)
@given(data=st.data())
def test_what_becomes_known_never_turns_a_verdict(
    agreement: Agreement, data: st.DataObject
) -> None:
    """A verdict given while facts were unknown stands once they are known, unless undetermined."""
    asked = data.draw(acts(agreement))
    learnt: dict[str, Fact] = {
        name: data.draw(st.sampled_from(["yes", "no"])) if fact == "unknown" else fact
        for name, fact in asked.facts.items()
    }
    for reading in readings_of(agreement):
        first = verdict(agreement, reading, asked)
        later = verdict(agreement, reading, msgspec.structs.replace(asked, facts=learnt))
        assert first in ("undetermined", later)


@pytest.mark.parametrize("agreement_id", EVEN_HANDED)
@given(data=st.data())
def test_sides_swapped_verdict_unchanged(agreement_id: str, data: st.DataObject) -> None:
    """The same act gets the same verdict whichever side did it."""
    agreement = next(found for found in AGREEMENTS if found.id == agreement_id)
    asked = data.draw(acts(agreement))
    for reading in readings_of(agreement):
        verdicts = {
            verdict(agreement, reading, msgspec.structs.replace(asked, by=party))
            for party in agreement.bound
        }
        assert len(verdicts) == 1
