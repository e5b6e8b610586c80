# SPDX-License-Identifier: Apache-2.0
"""Parties are found by any id or name they have, and every fault of a declaration is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.base.parties import Parties, Party, party_faults
from foedus.errors import DrafterError

UA = Party(
    id="ua",
    names={"en": "Government of Ukraine", "uk": "Уряд України", "ru": "Правительство Украины"},
    side="ukraine",
    ids={"ucdp": "61"},
)
ARMY = Party(id="ua-army", names={"en": "Ground Forces"}, side="ukraine", part_of="ua")
CORPS = Party(id="ua-9", names={"en": "9th Corps"}, side="ukraine", part_of="ua-army")
DPR = Party(id="dpr", names={"en": "DPR", "uk": "ДНР"}, side="novorossiya", ids={"ucdp": "5817"})
LPR = Party(id="lpr", names={"en": "LPR"}, side="novorossiya")
ALL = Parties((DPR, UA, ARMY, CORPS, LPR))


@pytest.mark.parametrize(
    "name", ["УРЯД УКРАЇНИ", "government  of ukraine", "Правительство украины"]
)
def test_party_is_found_by_a_name_in_any_script(name: str) -> None:
    """Neither case nor white space matters, nor in which language the name is."""
    assert ALL.named(name) == UA


def test_name_that_two_parties_share_finds_neither() -> None:
    """A name that does not tell one from the other names nobody."""
    twice = Parties((UA, Party(id="x", names={"en": "government of Ukraine"}, side="s")))
    assert twice.named("Government of Ukraine") is None
    assert ALL.named("somebody") is None


def test_party_is_found_by_the_id_of_an_assigner() -> None:
    """An outside id counts only with the assigner who gave it."""
    assert ALL.assigned("ucdp", "61") == UA
    assert ALL.assigned("acled", "61") is None


def test_unknown_id_names_the_nearest() -> None:
    """An id that nobody has is an error with a hint, since the code meant somebody."""
    with pytest.raises(DrafterError, match="did you mean 'dpr'"):
        ALL["drp"]
    assert "drp" not in ALL
    assert ALL["dpr"] is DPR


def test_sides_stand_in_the_order_in_which_they_were_declared() -> None:
    """No side is ranked: the order is the document's."""
    assert ALL.sides == ("novorossiya", "ukraine")
    assert ALL.on_side("novorossiya") == (DPR, LPR)


def test_parts_and_wholes() -> None:
    """Ancestors run from the nearest, descendants stand in declared order at any depth."""
    assert ALL.ancestors("ua-9") == (ARMY, UA)
    assert ALL.descendants("ua") == (ARMY, CORPS)
    assert ALL.descendants("dpr") == ()


def test_name_in_a_language_that_was_not_declared() -> None:
    """What has no name in a language is shown by its first, and by its id if it has none."""
    assert UA.name("uk") == "Уряд України"
    assert LPR.name("uk") == "LPR"
    assert Party(id="x", names={}, side="s").name("en") == "x"


def test_every_fault_is_told_at_once() -> None:
    """A declaration with seven faults tells all seven, each with its place."""
    faulty = Parties(
        (
            UA,
            Party(id="ua", names={"en": "Other"}, side="ukraine"),
            Party(id="a", names={}, side="ukrain", ids={"ucdp": "61"}),
            Party(id="b", names={"en": "UKRAINE", "uk": "уряд україни"}, side=""),
            Party(id="c", names={"en": "C"}, side="ukraine", part_of="au"),
            Party(id="d", names={"en": "D"}, side="ukraine", part_of="e"),
            Party(id="e", names={"en": "E"}, side="ukraine", part_of="d"),
        )
    )
    found = [fault.column for fault in party_faults(faulty, sides=["ukraine"])]
    assert found == [
        "party ua.id",
        "party a.ids.ucdp",
        "party a.side",
        "party a.names",
        "party b.names.uk",
        "party b.side",
        "party c.part_of",
        "party d.part_of",
        "party e.part_of",
    ]


def test_good_declaration_has_no_faults() -> None:
    """Parts may stand before their wholes, and sides need not be listed apart."""
    assert party_faults(Parties((CORPS, ARMY, UA, DPR, LPR))) == ()


wholes = st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=6, max_size=6)


@given(wholes)
def test_a_circle_is_a_fault_and_never_an_endless_walk(whole: list[int | None]) -> None:
    """However parts are declared, ancestors end; whoever is its own ancestor is at fault."""
    parties = Parties(
        tuple(
            Party(
                id=str(number),
                names={"en": f"Party {number}"},
                side="s",
                part_of=None if above is None else str(above),
            )
            for number, above in enumerate(whole)
        )
    )
    circles = {number for number in range(6) if number in _above(number, whole)}
    faulty = {fault.column for fault in party_faults(parties)}
    assert faulty == {f"party {number}.part_of" for number in circles}
    for party in parties:
        assert party not in parties.ancestors(party.id)


def _above(number: int, whole: list[int | None]) -> set[int]:
    """Return all that can be reached upward from a number."""
    found: set[int] = set()
    above = whole[number]
    while above is not None and above not in found:
        found.add(above)
        above = whole[above]
    return found
