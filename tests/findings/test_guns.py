# SPDX-License-Identifier: Apache-2.0
"""The 122 mm gun of Minsk II, under the shipped mission's rulebook: each side by its own line.

It stands 24 km from the line of contact and 60 km from that of September 2014; both lines are laid
by the test, everything else is the mission's. Nobody has stated when withdrawal began.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.made import Row, table_of
from findings.test_situations import DEGREE_M, lines
from foedus.base.readings import moment
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import found
from foedus.findings.from_terms import rulebook_of
from foedus.findings.rulebook import Rulebook
from foedus.mission import read_mission
from small_mission import DONBAS

FAR_M = {"de-facto": "24000", "2014-09-19": "60000"}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """Return the mission's rulebook, with lines so far north of the gun as the case has it."""
    return replace(rulebook_of(read_mission(DONBAS).governing, None), lines=lines(FAR_M))


def gun(day: str, *parties: str, off_m: float = 0.0) -> Row:
    """Return a 122 mm gun that was seen on a day; `off_m` puts it farther south, off the lines."""
    at = moment(day, "Europe/Kyiv")
    return {
        "occurred_from_us": at.from_us,
        "occurred_to_us": at.to_us,
        "known_from_us": at.from_us,
        "kind": "heavy-weapons-seen",
        "weapon": "howitzer-122mm",
        "parties": list(parties),
        "latitude_e7": round((48 - off_m / DEGREE_M) * 1e7),
        "longitude_e7": 380_000_000,
        "radius_m": 100,
    }


def said(row: Row, rulebook: Rulebook) -> dict[str, Any]:
    """Return what the term on artillery says of it; none: it is not covered."""
    told = found(table_of([row]), rulebook, LocalEngine(1)).findings.to_pylist()
    (one,) = [one for one in told if one["term_id"] == "artillery-back"] or [{}]
    return one


@pytest.mark.parametrize("day", ["2015-03-03", "2015-06-01", "2018-06-01", "2021-12-31"])
def test_gun_of_ukraine_is_an_indicated_breach(rulebook: Rulebook, day: str) -> None:
    """It must stand 25 km from the line of contact, and stands 24 km from it."""
    told = said(gun(day, "ua"), rulebook)
    assert (told["agreement_id"], told["article"]) == ("minsk-2", "Point 2")
    assert (told["verdict"], told["probability_ppm"], told["causes"]) == ("breach", 1_000_000, [])
    assert told["attributed"] == []


@pytest.mark.parametrize("party", ["dpr", "lpr", "uafn"])
def test_gun_of_the_formations_complies_by_its_own_baseline(rulebook: Rulebook, party: str) -> None:
    """The same gun at the same place stands 60 km from the line of 2014, from which it measures."""
    assert said(gun("2015-06-01", party), rulebook) == {}


def test_gun_of_ukraine_two_kilometres_farther_back_complies(rulebook: Rulebook) -> None:
    """At 26 km the distance is kept."""
    assert said(gun("2015-06-01", "ua", off_m=2_000), rulebook) == {}


@pytest.mark.parametrize("day", ["2015-02-20", "2015-03-02"])
def test_gun_of_ukraine_before_the_fourteen_days_are_over_is_none(
    rulebook: Rulebook, day: str
) -> None:
    """Fourteen days from the latest day on which withdrawal had to begin end with 2 March 2015."""
    assert said(gun(day, "ua"), rulebook) == {}
