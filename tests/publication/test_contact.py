# SPDX-License-Identifier: Apache-2.0
"""The line of contact on a map: a band as wide as what is not known, dated, and no border."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from foedus.mission import Box
from foedus.publication.contact import Contact, contact, contacts
from foedus.publication.maps import Map
from foedus.publication.places import Spot
from foedus.terms.governing import Drawn
from foedus.terms.settlement_files import read_line
from foedus.terms.settlements import WITHOUT_LIMIT

BOX = Box(west=36.4, south=46.8, east=40.3, north=50.1)
DAY = date(2018, 2, 1)


@pytest.fixture(scope="module")
def found() -> Contact:
    """The line of one day."""
    line = contact(Drawn(ledger=read_line("donbas"), carrying=WITHOUT_LIMIT, on=DAY))
    assert line is not None
    return line


def test_the_band_holds_the_line(found: Contact) -> None:
    """The middle of the line must lie inside the band, and the band be wider than nothing."""
    inside = shapely.intersection(found.middle, found.band).length
    assert inside == pytest.approx(found.middle.length, rel=0.02)
    assert found.band.area > 0
    assert 2_000 < found.median_m < 16_000


def test_it_is_told_what_it_rests_on(found: Contact) -> None:
    """The settlements that are used must be told by side, and how many of them are carried."""
    assert found.on == DAY
    assert dict(found.sides) == {"government": 66, "formations": 57, "contested": 3}
    assert found.carried == 62


def test_towns_of_known_side_lie_outside(found: Contact) -> None:
    """Places that are far from the line must lie outside of the band."""
    for latitude, longitude in ((48.85, 37.62), (48.57, 38.7), (47.926, 38.194)):
        assert not shapely.contains_xy(found.band, longitude, latitude)


def test_no_day_no_line() -> None:
    """Where a mission names no day, or none is known on it, nothing must be drawn."""
    ledger = read_line("donbas")
    assert contact(Drawn(ledger=ledger, carrying=WITHOUT_LIMIT, on=None)) is None
    early = Drawn(
        ledger=ledger, carrying=WITHOUT_LIMIT._replace(backward_days=0), on=date(2013, 1, 1)
    )
    assert contacts([early]) == ()


def test_only_the_exact_panel_bears_it(found: Contact) -> None:
    """The band must lie beneath the points of exact places, and nowhere else."""
    drawn = Map(BOX, (), 440.0, "events", (found,))
    spot = Spot(37.8, 48.0, 1_000, 3, "Place")
    exact, rough = str(drawn.exact([spot])), str(drawn.rough([spot._replace(radius_m=20_000)]))
    assert exact.index('class="band"') < exact.index('class="exact"')
    assert 'class="contact"' in exact
    assert 'class="band"' not in rough
