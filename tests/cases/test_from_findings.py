# SPDX-License-Identifier: Apache-2.0
"""What is indicated becomes drafts by rule, and nothing else; each finding stands in one."""

from __future__ import annotations

from typing import Any

from acted import OPEN, case_of
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.moments import HOUR_US
from foedus.cases.from_findings import MOST, Draft, Indicated, Rule, proposed
from foedus.cases.kinds import KINDS
from foedus.trust.acts import plain
from foedus.trust.kinds import payload_faults, table

T0 = 1_700_000_000_000_000


def indicated(name: str, hour: float = 0.0, **more: Any) -> Indicated:
    """Return an indicated breach at an hour, in one town."""
    fields: dict[str, Any] = {
        "finding_id": f"f-{name}", "lineage_id": f"i-{name}", "incident_id": f"c-{name}",
        "agreement_id": "minsk-2", "term_id": "no-fire", "article": "Point 1", "reading": "text",
        "verdict": "breach", "probability_ppm": 900_000, "attributed": ("ru",),
        "occurred_from_us": T0 + round(hour * HOUR_US), "latitude_e7": 480_000_000,
        "longitude_e7": 378_000_000,
    }  # fmt: skip
    return Indicated(**fields | more)


def findings_of(drafts: tuple[Draft, ...]) -> list[tuple[str, ...]]:
    """Return the findings of each draft."""
    return [draft.payload.findings for draft in drafts]


def test_near_in_time_and_place_is_one_case() -> None:
    """Three shellings of a town within a day of each other are one; a week later is another."""
    found = [indicated(str(hour), hour) for hour in (0, 20, 40, 240)]
    assert findings_of(proposed(found)) == [("f-0", "f-20", "f-40"), ("f-240",)]
    far = indicated("far", 1, latitude_e7=490_000_000)
    assert findings_of(proposed([found[0], far])) == [("f-0",), ("f-far",)]


def test_other_claims_readings_and_terms_are_other_cases() -> None:
    """Who is claimed to have acted, and what the text is read to say, is not mixed."""
    one = indicated("a")
    for more in ({"attributed": ("ua",)}, {"reading": "other"}, {"term_id": "other"}):
        assert len(proposed([one, indicated("b", **more)])) == 2, more


def test_only_what_the_rule_names_is_proposed() -> None:
    """What is undetermined or too doubtful stays out unless asked for."""
    doubtful = indicated("a", verdict="undetermined")
    weak = indicated("b", probability_ppm=200_000)
    assert proposed([doubtful]) == ()
    assert proposed([weak], rule=Rule(least_ppm=500_000)) == ()
    asked = Rule(verdicts=("breach", "undetermined"))
    assert findings_of(proposed([doubtful, weak], rule=asked)) == [("f-a", "f-b")]


def test_what_a_case_cites_is_not_proposed_again() -> None:
    """By its finding or by its incident, under the same term and reading."""
    case = case_of(OPEN)
    assert proposed([indicated("x", finding_id="f1")], [case]) == ()
    assert proposed([indicated("x", lineage_id="i1")], [case]) == ()
    assert len(proposed([indicated("x", lineage_id="i1", term_id="other")], [case])) == 1


def test_a_deadline_stands_alone() -> None:
    """What was not done by a day is a case of its own: it has no place and no hour."""
    none = {"incident_id": None, "occurred_from_us": None, "latitude_e7": None}
    drafts = proposed([indicated("a", **none), indicated("b", **none)])
    assert len(drafts) == 2
    assert all(draft.payload.incidents == () for draft in drafts)


FINDINGS = st.lists(
    st.builds(
        lambda n, hour, who, south: indicated(
            f"{n}", hour, attributed=who, latitude_e7=480_000_000 + south * 100_000
        ),
        st.integers(0, 10_000),
        st.integers(0, 500),
        st.sampled_from([(), ("ru",), ("ua",)]),
        st.integers(0, 40),
    ),
    max_size=20,
    unique_by=lambda one: one.finding_id,
)


@given(FINDINGS, st.randoms())
def test_each_finding_stands_in_one_draft_whatever_the_order(found: list, random: Any) -> None:
    """Nothing is lost or told twice; every draft is a payload that may enter a log."""
    mixed = list(found)
    random.shuffle(mixed)
    drafts = proposed(mixed)
    assert drafts == proposed(found)
    told = [name for draft in drafts for name in draft.payload.findings]
    assert sorted(told) == sorted(one.finding_id for one in found)
    for draft in drafts:
        assert payload_faults(plain(draft.payload), "case.open", table(KINDS)) == []
        assert draft.payload.severity == "not-stated"


@given(FINDINGS)
def test_what_was_opened_from_drafts_is_not_proposed_anew(found: list) -> None:
    """Once all drafts are signed, there is nothing left to propose."""
    opened = [case_of(("case.open", 1.0, plain(one.payload))) for one in proposed(found)]
    assert proposed(found, opened) == ()


def swapped(one: Indicated) -> Indicated:
    """Return a finding with the parties exchanged."""
    other = {"ru": "ua", "ua": "ru"}
    fields = {name: getattr(one, name) for name in Indicated.__struct_fields__}
    return Indicated(**fields | {"attributed": tuple(other[name] for name in one.attributed)})


@given(FINDINGS)
def test_swapped_parties_give_swapped_drafts(found: list) -> None:
    """No side is treated otherwise than the other."""
    straight = {one.payload.findings: one.payload.accused for one in proposed(found)}
    turned = proposed([swapped(one) for one in found])
    other = {"ru": "ua", "ua": "ru"}
    assert {one.payload.findings: one.payload.accused for one in turned} == {
        names: tuple(other[name] for name in accused) for names, accused in straight.items()
    }


def test_an_episode_beyond_what_an_act_can_name_is_parted() -> None:
    """In order of time, each part a case."""
    found = [indicated(f"{n:04}", n / 10) for n in range(MOST + 5)]
    assert [len(names) for names in findings_of(proposed(found))] == [MOST, 5]
