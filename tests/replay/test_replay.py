# SPDX-License-Identifier: Apache-2.0
"""A replay: nothing fires without assumed decisions, and what fires is what the condition says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import foedus
from foedus.base.moments import HOUR_US
from foedus.base.readings import read_moment
from foedus.errors import DrafterError, OperatorError
from foedus.replay.assumptions import (
    Assumptions,
    AssumptionsFile,
    Dated,
    Decide,
    read_assumptions,
)
from foedus.replay.firings import NOBODY, Firing, facts_of, fired, met, warned
from foedus.replay.played import NOTHING_ASSUMED, drawn, lines_of
from foedus.replay.sweeps import read_sweep, swept
from foedus.terms.breach_counts import condition_of, length_us
from foedus.terms.document import read_agreement
from foedus.terms.rules import ConditionRule, TriggerRule
from small_mission import all_rows, cut, make_mission

ROOT = Path(__file__).parents[2]
ASSUMED = ROOT / "missions" / "donbas" / "assumed" / "every-indicated-breach.yaml"
DAY_US = 24 * HOUR_US
TIME = (0, 1_000 * DAY_US)


def trigger(count: int = 3, within: str = "3 days", **told: Any) -> TriggerRule:
    """Return a trigger."""
    return TriggerRule(id="t", text="t", source="s", count=count, within=within, opens="x", **told)


def row(number: int, hour: int, party: str | None = None, **told: Any) -> dict[str, Any]:
    """Return a finding of a breach at the start of an hour since 1970."""
    at_us = hour * HOUR_US
    return {
        "finding_id": f"f{number}",
        "incident_id": f"i{number}",
        "term_id": "no-fire",
        "verdict": "breach",
        "probability_ppm": None,
        "attributed": [party] if party else [],
        "known_from_us": at_us,
        "occurred_from_us": at_us,
        "occurred_to_us": at_us + 1,
    } | told


def assumed(*decide: Decide, hours: tuple[int, ...] = (), horizon: int = 10) -> Assumptions:
    """Return assumptions with events at some hours, and a horizon in days."""
    path_events = [
        {"on": f"1970-01-{1 + hour // 24:02}T{hour % 24:02}:00Z", "title": "e", "url": "u",
         "evidence": "S"}
        for hour in hours
    ]  # fmt: skip
    stated = msgspec.convert(
        {"id": "a", "text": "a", "assumed_by": "a", "decide": [], "events": path_events,
         "horizon": f"{horizon} days"},
        AssumptionsFile,
    )  # fmt: skip
    stated = msgspec.structs.replace(stated, decide=decide or (Decide(),))
    return _read(stated)


def _read(stated: AssumptionsFile) -> Assumptions:
    events = tuple(Dated(one, read_moment(one.on, "UTC")) for one in stated.events)  # type: ignore[arg-type]
    return Assumptions("a.yaml", "0" * 64, stated, events, length_us(stated.horizon) or 0)


def firings(
    rule: TriggerRule, *rows: dict[str, Any], by: Assumptions | None = None
) -> list[Firing]:
    """Return when a trigger fires on some findings."""
    return fired(rule, facts_of(rows, by or assumed()), *TIME, {})


def test_three_in_three_days() -> None:
    """The third breach of one party within the closed window fires; a minute later it does not."""
    at = [row(1, 0, "n"), row(2, 10, "n")]
    (one,) = firings(trigger(), *at, row(3, 72, "n"))
    assert (one.party, one.sure_us) == ("n", 72 * HOUR_US)
    assert firings(trigger(), *at, row(3, 73, "n")) == []
    assert firings(trigger(), *at, row(3, 20, "s")) == []


def test_without_a_window_all_count() -> None:
    """An open window counts however long it takes."""
    rows = [row(n, n * 1000, "n") for n in range(3)]
    (one,) = firings(trigger(within="open"), *rows)
    assert one.sure_us == 2000 * HOUR_US


def test_nobody_named_is_no_party() -> None:
    """Breaches of which nobody is named never add to those of a party."""
    assert firings(trigger(), row(1, 0, "n"), row(2, 1, "n"), row(3, 2)) == []
    (one,) = firings(trigger(), *(row(n, n) for n in range(3)))
    assert one.party == NOBODY


def test_a_day_may_hold_a_firing_at_an_unknown_hour() -> None:
    """Three breaches on one day of unknown hours surely meet a window of a day, by its end."""
    whole = {"occurred_to_us": DAY_US}
    (one,) = firings(trigger(within="1 day"), *(row(n, 0, "n", **whole) for n in range(3)))
    assert one.from_us >= 0
    assert one.sure_us < DAY_US


def test_only_what_is_assumed_is_determined() -> None:
    """Verdict, term and probability decide what is taken; a decision comes as late as assumed."""
    rows = [
        row(1, 0),
        row(2, 0, verdict="undetermined"),
        row(3, 0, term_id="other"),
        row(4, 0, probability_ppm=400_000),
    ]
    taken = Decide(of=("no-fire",), after="2 days", least_probability=0.5)
    (fact,) = facts_of(rows, assumed(taken))
    assert fact.fact_id == f"f1-{NOBODY}"
    assert fact.known_from_us == 2 * DAY_US
    late = assumed(Decide(after="2 days"))
    (one,) = firings(trigger(), *(row(n, n, "n") for n in range(3)), by=late)
    assert one.decided_us == 2 * HOUR_US + 2 * DAY_US


def test_lead_time_and_false_alarms() -> None:
    """A firing up to the horizon before an event warns of it; one that warns of none is false."""
    alarms = [
        Firing("t", "n", h * HOUR_US, h * HOUR_US, h * HOUR_US, h * HOUR_US) for h in (24, 500)
    ]
    told = warned(alarms, assumed(hours=(72, 480), horizon=5))
    assert told == (2, 1, 1, (2.0,), 1)
    assert warned([], assumed(hours=(72,))) == (0, 0, 1, (), 0)


def test_a_firing_that_goes_on_warns_by_the_horizon_at_most() -> None:
    """What has been met for long still warns, and its lead is the horizon and no more."""
    long = Firing("t", "n", 0, 0, 20 * DAY_US, 0)
    assert warned([long], assumed(hours=(20 * 24,), horizon=5)) == (1, 1, 0, (5.0,), 0)


def condition(when: str) -> list[Firing]:
    """Return when a condition of the clear truce is met by three breaches and one of the south."""
    terms = read_agreement(ROOT / "tests" / "terms" / "good" / "clear-truce.md").terms
    rows = [*(row(n, n, "n") for n in range(3)), row(9, 5, "s")]
    rule = ConditionRule(id="c", text="c", source="s", when=when)
    means = {"n": ("north",), "s": ("south",)}
    return met(rule, facts_of(rows, assumed()), *TIME, means, terms)


CONDITIONS: dict[str, list[tuple[str, int]]] = {
    "for each party p: at least 3 breaches of no-fire by p within 72 h": [("north", 2)],
    "for each party p: at least 3 breaches of 1 by p within 72 h": [("north", 2)],
    'for each party p: at least 3 breaches of "Article 1" by p within 72 h': [("north", 2)],
    "for each party p: at least 2 breaches by p within 30 min": [],
    "breach of no-fire by south": [("", 5)],
    "for each party p: at least 3 breaches of guns-back by p within 72 h": [],
    "for each party p: at least 3 breaches by p in harbour within 72 h": [],
}
"""Condition -> by whom it is surely met, and at which hour first."""


@pytest.mark.parametrize("when", CONDITIONS)
def test_conditions_of_a_text_are_replayed(when: str) -> None:
    """A condition is met as its evaluator says; where a breach was is not known, nor made up."""
    found = [(one.party, one.sure_us // HOUR_US) for one in condition(when)]
    assert found == CONDITIONS[when]


def test_a_trigger_counts_in_its_zone_alone() -> None:
    """What is elsewhere does not count; what may be in the zone counts for nothing that is sure."""
    hours = (1, 2, 3)
    inside = [row(n, hour, "n", zone="bridge") for n, hour in enumerate(hours)]
    zoned = trigger(zone="bridge")
    assert [one.party for one in firings(zoned, *inside)] == ["n"]
    for zone in ("outside", None):
        moved = [*inside[:2], {**inside[2], "zone": zone}]
        assert firings(zoned, *moved) == []
        assert len(firings(trigger(), *moved)) == 1


def test_months_are_of_no_fixed_length() -> None:
    """A window of months is refused, since nobody can say how long it is."""
    with pytest.raises(DrafterError, match="fixed length"):
        condition_of(trigger(within="2 months"))


ROWS = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(["n", "s", None])), min_size=1, max_size=12
).map(lambda told: [row(n, hour, party) for n, (hour, party) in enumerate(told)])


@settings(max_examples=40)
@given(ROWS, st.integers(1, 4), st.integers(1, 5))
def test_a_firing_is_a_full_window(rows: list[dict[str, Any]], count: int, days: int) -> None:
    """A trigger fires for a party if and only if so many of its breaches lie in one window."""
    found = {one.party for one in firings(trigger(count, f"{days} days"), *rows)}
    for party in ("n", "s", NOBODY):
        own = [] if party == NOBODY else [party]
        hours = sorted(r["occurred_from_us"] for r in rows if r["attributed"] == own)
        full = any(
            sum(start <= at <= start + days * DAY_US for at in hours) >= count for start in hours
        )
        assert (party in found) == full


@settings(max_examples=25)
@given(ROWS, st.integers(1, 3))
def test_party_swap(rows: list[dict[str, Any]], count: int) -> None:
    """Swap the parties in the findings, and each firing swaps with them."""
    swap = {"n": "s", "s": "n", NOBODY: NOBODY}
    turned = [r | {"attributed": [swap[p] for p in r["attributed"]]} for r in rows]
    mine = {one._replace(party=swap[one.party]) for one in firings(trigger(count), *rows)}
    assert mine == set(firings(trigger(count), *turned))


@settings(max_examples=20)
@given(ROWS)
def test_a_higher_count_never_warns_more(rows: list[dict[str, Any]]) -> None:
    """The more breaches a trigger asks for, the fewer events it warns of."""
    by = assumed(hours=(200, 310), horizon=20)
    points = swept(read_sweep("count=1,2,3,4"), trigger(), rows, by, (*TIME, {}))
    told = [point.warned.warned for point in points]
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize(
    "written", ["cuont=2", "count=", "count=0", "count=1.5", "within=2 months", "threshold=2", "x"]
)
def test_what_is_no_sweep_is_refused(written: str) -> None:
    """A sweep that cannot be is told as a fault of the call."""
    with pytest.raises(OperatorError):
        read_sweep(written)


FAULTY = {
    "a window": ("within: 3 days", "within: 2 months", "a duration of fixed length"),
    "an event": ("on: 2015-02-18", "on: some day", "a day or a moment"),
    "a verdict": ("verdicts: [breach]", "verdicts: [permitted]", "one of"),
    "a key": ("assumed_by:", "assumed:", "a known key"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_file_is_told(fault: str, tmp_path: Path) -> None:
    """What is wrong with a file of assumptions is told with its line."""
    old, new, expected = FAULTY[fault]
    text = ASSUMED.read_text("utf-8")
    assert old in text
    path = tmp_path / "a.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DrafterError) as raised:
        read_assumptions(path, "Europe/Kyiv")
    assert any(f.expected.startswith(expected) and f.line for f in raised.value.faults)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a cut of the shipped mission; returns the folder of the mission."""
    folder = make_mission(tmp_path_factory.mktemp("place") / "donbas", cut(all_rows()))
    foedus.run(folder, out=folder / "out")
    return folder


def test_nothing_fires_without_assumed_decisions(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file no trigger is evaluated; the machine decides nothing by itself."""
    answer = _replayed(place, monkeypatch, "minsk-2")
    assert answer["marking"] == "REPLAY"
    assert answer["assumed"] is None
    assert all(one["firings"] is None for one in answer["triggers"])
    assert sum(one["findings"] for one in answer["found"]) > 0
    assert NOTHING_ASSUMED in list(lines_of(answer))
    with pytest.raises(OperatorError, match="assumed decisions"):
        _replayed(place, monkeypatch, "minsk-2", sweep="count=1")


def test_everything_assumed_is_marked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a file the answer, its lines and its drawing bear both marks, and name the file."""
    answer = _replayed(
        place, monkeypatch, "minsk-2", assume=ASSUMED, sweep="count=1,2", beside="tcg-2020"
    )
    assert answer["marking"] == "REPLAY, ASSUMED"
    assert answer["assumed"]["file"] == ASSUMED.name
    assert answer["triggers"][0]["is_assumed"]
    assert [point["value"] for point in answer["sweep"]["points"]] == ["1", "2"]
    assert answer["beside"]["agreement"] == "tcg-2020"
    lines = list(lines_of(answer))
    assert lines[0].startswith("REPLAY, ASSUMED")
    assert sum("REPLAY, ASSUMED" in line for line in lines) >= 4
    picture = drawn(answer)
    assert "REPLAY, ASSUMED" in picture
    assert not re.search(r"href|<script|url\(", picture)
    assert json.loads(msgspec.json.encode(answer))


def test_a_zone_of_the_text_is_replayed(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a zone no more fires than anywhere; a zone that the text has not is told."""
    text = ASSUMED.read_text("utf-8").replace("count: 10", "count: 1")
    answers = []
    for zone in ("", ", zone: two-regions", ", zone: two-regoins"):
        file = tmp_path / "assumed.yaml"
        file.write_text(text.replace("within: 3 days", f"within: 3 days{zone}"), "utf-8")
        if "goi" in zone:
            with pytest.raises(OperatorError, match="two-regions"):
                _replayed(place, monkeypatch, "minsk-2", assume=file)
            continue
        answers.append(_replayed(place, monkeypatch, "minsk-2", assume=file)["triggers"][0])
    anywhere, zoned = answers
    assert 0 < len(zoned["firings"]) <= len(anywhere["firings"])
    assert 'in "two-regions"' in zoned["condition"]


def test_names_that_are_not_there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agreement, a reading or a trigger that is not there is answered with the nearest."""
    with pytest.raises(OperatorError, match="minsk-2"):
        _replayed(place, monkeypatch, "minsk-22")
    with pytest.raises(OperatorError, match="a reading of minsk-2"):
        _replayed(place, monkeypatch, "minsk-2", reading="other")
    with pytest.raises(OperatorError, match="one trigger"):
        _replayed(place, monkeypatch, "minsk-2", assume=ASSUMED, sweep="count=1", trigger="tne")


def _replayed(
    place: Path, monkeypatch: pytest.MonkeyPatch, agreement: str, **asked: Any
) -> dict[str, Any]:
    monkeypatch.chdir(place.parent)
    (place.parent / "missions").mkdir(exist_ok=True)
    link = place.parent / "missions" / "donbas"
    if not link.exists():
        link.symlink_to(place)
    answer: dict[str, Any] = foedus.replay(agreement, place / "out", **asked)
    return answer
