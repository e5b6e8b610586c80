# SPDX-License-Identifier: Apache-2.0
"""A text bears out a place that a machine coded, or it does not: then who and where is unknown."""

from __future__ import annotations

import pyarrow as pa
import pytest

from findings.made import shipped, table_of
from foedus.base.readings import moment
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import found
from foedus.findings.rulebook import Rulebook
from foedus.findings.wording import names_place, unborne

NAMED = {
    "Kupiansk": "РФ уночі спрямувала на Куп'янськ 31 КАБ: знищено електропідстанцію",
    "Kharkiv": "Вибухи у Харкові: пошкоджено підстанцію",
    "Odessa": "Росія атакувала балістикою Одеський порт",
    "Volnovakha": "Удар по складу у Волновасі",
    "Simferopol": "Взрывы в Симферополе",
    "Khmelnytskyy": "У Хмельницькому затримали агента",
    "Bila Tserkva": "Дрони над Білою Церквою",
}
NOT_NAMED = {
    "Simferopol": "Атака дронів на 6 областей та Крим: вибухи лунали біля НПЗ у Волгограді",
    "Kyiv": "Генеральний штаб: підрозділи завдали удару по складу",
    "Ruttschenkowo": "Сили оборони знищили склад боєприпасів на Донеччині",
    "Bila Tserkva": "Дрони над Білою Криницею",
}


@pytest.mark.parametrize(("place", "text"), NAMED.items())
def test_a_place_is_named_in_any_case(place: str, text: str) -> None:
    """Endings, vowels and letters of another script do not hide a name."""
    assert names_place(text, place)


@pytest.mark.parametrize(("place", "text"), NOT_NAMED.items())
def test_a_place_that_is_not_named(place: str, text: str) -> None:
    """A text on another place, or on none, does not name this one."""
    assert not names_place(text, place)


def test_one_report_that_names_it_is_enough() -> None:
    """An incident is borne out by any of its reports, and by any source that people coded."""
    texts = [*NAMED.items(), *NOT_NAMED.items()]
    reports = pa.table(
        {
            "report_id": [f"r{n}" for n in range(len(texts))],
            "source_id": ["machine"] * (len(texts) - 1) + ["people"],
            "text": [text for _, text in texts],
            "place_name": [place for place, _ in texts],
        }
    )
    alone = pa.table({"incident_id": reports["report_id"], "report_id": reports["report_id"]})
    named, last = len(NAMED), len(texts) - 1
    assert unborne(reports, alone, ["machine"]) == {f"r{n}" for n in range(named, last)}
    assert unborne(reports, alone, []) == frozenset()
    joined = pa.table({"incident_id": ["a", "a"], "report_id": ["r0", f"r{named}"]})
    assert unborne(reports, joined, ["machine"]) == frozenset()


def test_who_and_where_are_then_unknown() -> None:
    """What was a breach by somebody is undetermined by nobody, for that reason and no other."""
    at_us = moment("2025-03-23 12:00", "Europe/Kyiv").from_us
    row = {
        "incident_id": "i",
        "lineage_id": "l",
        "occurred_from_us": at_us,
        "occurred_to_us": at_us + 1,
        "kind": "drone-strike",
        "target": "refinery",
        "actor": "ru",
    }
    rulebook = Rulebook(agreements=(shipped("energy-2025"),))
    borne, coded = (
        found(table_of([row]), rulebook, LocalEngine(1), unborne=ids).findings
        for ids in ((), ("i",))
    )
    told = [
        next((one["verdict"], one["causes"], one["attributed"]) for one in findings.to_pylist())
        for findings in (borne, coded)
    ]
    assert told == [("breach", [], ["ru"]), ("undetermined", ["coding"], [])]
