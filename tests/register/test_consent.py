# SPDX-License-Identifier: Apache-2.0
"""Consents stand as the law of each state says: situations that a lawyer can read, and laws."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from foedus.base.calendar_files import read_calendars
from foedus.base.calendars import Calendar
from foedus.base.dues import Due, Limit
from foedus.base.evidence import Answer
from foedus.base.moments import MINUTE_US, Moment
from foedus.base.readings import moment
from foedus.register.consent import CONSENT, CONSENTED, STATES, Standing, standing
from foedus.register.procedure_files import shipped_procedures
from foedus.register.procedures import ProcedureFile
from foedus.register.situations import HOW, Happened, Situation

HERE: Final = Path(__file__).parent
CALENDARS: Final[dict[str, Calendar]] = read_calendars(HERE / "calendars")
FILES: Final[dict[str, ProcedureFile]] = shipped_procedures()
Case = dict[str, Any]


def cases() -> list[Case]:
    """Return the situations of all files, every scalar as it is written."""
    files = sorted((HERE / "situations").glob("*.yaml"))
    texts = [path.read_text("utf-8") for path in files]
    return [case for text in texts for case in YAML(typ="base", pure=True).load(io.StringIO(text))]


def situation(case: Case, zone: str) -> Situation:
    """Return the situation that a case tells."""
    happened = tuple(
        Happened(what=item["what"], how=item.get("how", "done"), on=moment(item["on"], zone))
        for item in case["happened"]
    )
    return Situation(
        facts={name: word == "true" for name, word in case.get("facts", {}).items()},
        personnel=int(case["personnel"]) if "personnel" in case else None,
        happened=happened,
    )


def found(case: Case, written: str) -> tuple[Standing, str]:
    """Return how the consent of a case stands at a time, and the zone of its state."""
    file = FILES[case["state"]]
    procedure = file.procedure(case["act"])
    assert procedure is not None
    at = moment(written, file.zone)
    told = situation(case, file.zone)
    return standing(procedure, file.zone, told, at.from_us, CALENDARS), file.zone


CASES: Final = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_situation_comes_out_right(case: Case) -> None:
    """At each time of a situation the consent stands as its file says, by the route it says."""
    for written, wanted in case["at"].items():
        result, zone = found(case, written)
        assert result.state == wanted["stands"], (written, result.state)
        if "route" in wanted:
            assert result.chosen is not None
            assert result.chosen.route.id == wanted["route"]
        for name in ("missing", "runs", "overdue"):
            if name in wanted:
                assert result.chosen is not None
                steps = getattr(result.chosen, name)
                sure = [one for one in steps if name != "overdue" or one.is_overdue is Answer.SURE]
                assert [one.rule.id for one in sure] == wanted[name], written
        if "possibly overdue" in wanted:
            assert result.chosen is not None
            doubtful = [
                one.rule.id for one in result.chosen.overdue if one.is_overdue is Answer.POSSIBLE
            ]
            assert doubtful == wanted["possibly overdue"]
        check_times(result, wanted, zone)


def check_times(result: Standing, wanted: dict[str, Any], zone: str) -> None:
    """Compare the dates that a case tells with those that were computed."""
    for name in ("earliest", "ends"):
        if name in wanted:
            assert result.chosen is not None
            check_limit(getattr(result.chosen, name), wanted[name], zone)
    for name, written in wanted.get("due", {}).items():
        assert result.chosen is not None
        (one,) = [item for item in result.chosen.steps if item.rule.id == name]
        assert isinstance(one.due, Due)
        check_limit(one.due.limit, written, zone)


def check_limit(limit: object, written: str, zone: str) -> None:
    """Compare one limit to the minute; `not before` leaves its latest instant open."""
    if written == "not computable":
        assert not isinstance(limit, Limit)
        return
    assert isinstance(limit, Limit), limit
    exact = moment(written.removeprefix("not before "), zone).from_us
    assert limit.earliest_us == exact
    if written.startswith("not before"):
        assert limit.latest_us is None
    else:
        assert limit.latest_us is not None
        assert limit.latest_us - exact < MINUTE_US


def test_every_procedure_has_a_good_and_a_bad_situation() -> None:
    """For each state and act there is a situation in order, and one without consent or in delay."""
    for state, file in FILES.items():
        for procedure in file.procedures:
            if not procedure.routes:
                continue
            stands = {
                "overdue" if wanted.get("overdue") else wanted["stands"]
                for case in CASES
                if (case["state"], case["act"]) == (state, procedure.act)
                for wanted in case["at"].values()
            }
            assert stands & set(CONSENTED), f"{state} {procedure.act}: no situation with consent"
            assert stands - set(CONSENTED), f"{state} {procedure.act}: no situation without it"


INSTANT = st.integers(0, 4_000_000_000).map(lambda second: second * 1_000_000)


def at(instant: int) -> Moment:
    """Return an instant as a moment."""
    return Moment(written="", zone="UTC", from_us=instant, to_us=instant + 1, precision="instant")


@given(st.sampled_from(sorted(FILES)), st.data(), INSTANT)
def test_what_comes_later_changes_nothing(state: str, data: st.DataObject, at_us: int) -> None:
    """A happening after the instant asked about does not change the answer."""
    file = FILES[state]
    procedure = data.draw(st.sampled_from(file.procedures))
    ids = [step.id for route in procedure.routes for step in route.steps]
    words = [*ids, "request", "distribution", "laying", "start-of-intervention", "notification"]
    what, how = st.sampled_from(words), st.sampled_from(sorted(HOW))
    happened = st.builds(Happened, what=what, how=how, on=INSTANT.map(at))
    past = tuple(data.draw(st.lists(happened, max_size=5)))
    later = Happened(what=data.draw(what), how=data.draw(how), on=at(at_us + 1_000_000))
    first = Situation(happened=tuple(one for one in past if one.on.from_us <= at_us))
    second = Situation(happened=(*first.happened, later))
    assert standing(procedure, file.zone, first, at_us, CALENDARS) == standing(
        procedure, file.zone, second, at_us, CALENDARS
    )


@given(st.sampled_from(sorted(FILES)), st.data(), INSTANT)
def test_order_of_happenings_does_not_matter(state: str, data: st.DataObject, at_us: int) -> None:
    """Happenings at different instants give one answer in whatever order they are told."""
    file = FILES[state]
    procedure = data.draw(st.sampled_from(file.procedures))
    words = [step.id for route in procedure.routes for step in route.steps] or ["request"]
    instants = data.draw(st.lists(INSTANT, unique=True, max_size=5))
    happened = [
        Happened(what=data.draw(st.sampled_from(words)), how="done", on=at(instant))
        for instant in instants
    ]
    turned = data.draw(st.permutations(happened))
    results = [
        standing(procedure, file.zone, Situation(happened=tuple(order)), at_us, CALENDARS)
        for order in (happened, turned)
    ]
    assert results[0] == results[1]


def test_states_are_those_of_the_table() -> None:
    """Every state that an interpreter can give is one of the lifecycle, with its meaning."""
    assert tuple(CONSENT.states) == tuple(STATES)
    assert set(CONSENTED) < set(STATES)
