# SPDX-License-Identifier: Apache-2.0
"""Made records to count, and strategies for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from foedus.findings.counting import Item, Window
from foedus.findings.counting_rules import CountingRule, Day, find_rule, rule_ids

KYIV = ZoneInfo("Europe/Kyiv")
FIRST = date(2021, 3, 27)
"""The day before clocks went forward."""
WORDS = ("explosion", "projectile", "muzzle-flash", "flare", "burst", "shot", "weapon-seen", "")


def at(day: date, clock: str) -> int:
    """Return a time of day in Kyiv in UTC microseconds."""
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=KYIV)
    return round(local.timestamp()) * 1_000_000


def item(number: int = 1, start: str = "12:00", day: date = FIRST, **told: Any) -> Item:
    """Return a record: an exact explosion, ten minutes long, unless told otherwise."""
    from_us = at(day, start)
    plain = {
        "report_id": f"r{number:03}",
        "from_us": from_us,
        "until_us": from_us,
        "ended_us": from_us + 600_000_000,
        "observed": "explosion",
        "kind": "undetermined-explosion",
        "means": ("heard",),
        "low": 1,
        "high": 1,
        "exercise": False,
        "place": "P",
        "region": "R",
        "actor": None,
        "incident": f"i{number:03}",
    }
    return Item(**(plain | told))


def rule(name: str = "osce-smm", **told: Any) -> CountingRule:
    """Return a shipped rule with some keys changed."""
    return msgspec.structs.replace(find_rule(name), **told)


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    """Draw records of a few days, in the order in which they began."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        low = draw(st.integers(1, 9))
        day = FIRST + timedelta(days=draw(st.integers(0, 2)))
        clock = f"{draw(st.integers(0, 23)):02}:{draw(st.sampled_from(['00', '30']))}"
        is_timed = draw(st.booleans())
        start = at(day, clock if is_timed else "00:00")
        until = start if is_timed else start + 86_399_999_999
        observed = draw(st.sampled_from(WORDS))
        found.append(
            item(
                number,
                from_us=start,
                until_us=until,
                ended_us=max(start + draw(st.integers(0, 3)) * 3_600_000_000, until),
                observed=observed,
                kind=draw(st.sampled_from(["mortar-fire", "troop-movement"])),
                means=draw(st.sampled_from([("heard",), ("radar",), ("seen", "radar")])),
                low=low,
                high=draw(st.sampled_from([low, low + 2, None])),
                exercise=draw(st.booleans()),
                place=draw(st.sampled_from(["", "P", "Q"])),
                region=draw(st.sampled_from(["R", "S"])),
                actor=draw(st.sampled_from([None, "ua", "ru"])),
                incident=draw(st.sampled_from(["i1", "i2", f"own-{number}"])),
            )
        )
    return sorted(found, key=lambda one: (one.from_us, one.report_id))


@st.composite
def rules(draw: st.DrawFn) -> CountingRule:
    """Draw a shipped rule with its unit, merging, day and exercises drawn anew."""
    merging = draw(st.sampled_from(["none", "same-incident", "episode"]))
    return rule(
        draw(st.sampled_from(rule_ids())),
        unit=draw(st.sampled_from(["event", "record", "trajectory", "day"])),
        merging=merging,
        gap_min=draw(st.integers(0, 120)) if merging == "episode" else None,
        day=Day(ends=draw(st.sampled_from(["19:30", "24:00", "07:00"])), zone="Europe/Kyiv"),
        exercises=draw(st.sampled_from(["counted", "left-out"])),
    )


def windows() -> st.SearchStrategy[Window]:
    """Draw a window of reporting days, open at either end or not."""
    day = st.one_of(st.none(), st.integers(0, 3).map(lambda n: FIRST + timedelta(days=n)))
    return st.builds(Window, day, day)
