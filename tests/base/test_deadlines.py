# SPDX-License-Identifier: Apache-2.0
"""Deadlines of truces, procedures and rules, as a lawyer would write them, end when they must.

Each case stands in a YAML file of `deadlines/`, or in a fenced block of the reference page: the
deadline, the moment of its anchor, and what must come out.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import pytest
from ruamel.yaml import YAML

from foedus.base.calendar_files import read_calendar, read_calendars
from foedus.base.deadlines import Deadline, NotComputable, due, faults_of
from foedus.base.dues import (
    EFFECTS,
    Due,
    effect_of_silence,
    in_time,
    last_days,
    limit_of,
    moment_of,
    sooner,
    status,
)
from foedus.base.durations import read_duration
from foedus.base.evidence import Answer
from foedus.base.moments import Moment
from foedus.base.periods import Duration
from foedus.base.readings import Uncomputable, moment, read_moment
from foedus.base.time_limits import ANCHORS
from foedus.base.zones import Zone
from foedus.errors import DrafterError, Fault
from source_files import ROOT

HERE: Final = Path(__file__).parent
PAGE: Final = ROOT / "docs" / "reference" / "deadlines.md"
CALENDARS: Final = {
    **read_calendars(),
    **{path.stem: read_calendar(path) for path in sorted((HERE / "calendars").glob("*.yaml"))},
}
Case = dict[str, Any]


def cases(text: str) -> list[Case]:
    """Return the cases of a YAML text, every scalar as it is written."""
    found: list[Case] = YAML(typ="base", pure=True).load(io.StringIO(text))
    return found


def written() -> list[Case]:
    """Return the cases of all files, then those of the page."""
    files = [path.read_text("utf-8") for path in sorted((HERE / "deadlines").glob("*.yaml"))]
    found = [case for text in files for case in cases(text)]
    return found + examples(PAGE.read_text("utf-8"))


def examples(page: str) -> list[Case]:
    """Return the cases in the fenced blocks of a page."""
    blocks = re.findall(r"(?ms)^```yaml\n(- case:.*?)^```", page)
    return [case for block in blocks for case in cases(block)]


def duration(text: str) -> Duration:
    """Return a duration that must be one."""
    found = read_duration(text)
    assert isinstance(found, Duration), found
    return found


def deadline(given: dict[str, str]) -> Deadline:
    """Return the deadline of a case; `lasts` and `opens` are durations in words."""
    fields: dict[str, Any] = {"soft": False, **given}
    fields["duration"] = duration(fields.pop("lasts"))
    if "opens" in fields:
        fields["opens"] = duration(fields["opens"])
    fields["soft"] = fields["soft"] == "true"
    return Deadline(**fields)


def found_due(case: Case) -> Due | NotComputable:
    """Return what a case comes to."""
    limit = deadline(case["deadline"])
    assert faults_of(limit, CALENDARS) == []
    anchor = read_moment(case["anchored"], limit.zone)
    assert not isinstance(anchor, Fault), anchor
    return due(limit, anchor, CALENDARS)


def zone_of(case: Case) -> str:
    """Return the zone of a case."""
    return str(case["deadline"]["zone"])


@pytest.mark.parametrize("case", written(), ids=lambda case: case["case"])
def test_case(case: Case) -> None:
    """The limit, its last day, how it stands, what silence does: each is what the case says."""
    found = found_due(case)
    if reason := case.get("not computable"):
        assert isinstance(found, NotComputable)
        assert reason in found.reason
        return
    assert isinstance(found, Due)
    check_limit(case, found)
    check_answers(case, found)


def check_limit(case: Case, found: Due) -> None:
    """Compare the limit, where it is known, and the last day with those of a case."""
    zone = zone_of(case)
    if "limit" in case:
        expected = moment(case["limit"], zone)
        assert (found.earliest_us, found.latest_us) == (expected.from_us, expected.to_us - 1)
    else:
        assert found.earliest_us == moment(case["earliest"], zone).from_us
        assert found.latest_us is None
        assert case["unknown"] in found.limit.unknown
    if day := case.get("last days"):
        days = last_days(found, Zone(zone, moment_zone(zone)))
        assert days is not None
        assert [str(item) for item in days] == [day, day]


def moment_zone(words: str) -> str:
    """Return the IANA name of the zones that the cases name in words."""
    return {"Kyiv time": "Europe/Kyiv", "Moscow time": "Europe/Moscow"}.get(words, words)


def check_answers(case: Case, found: Due) -> None:
    """Compare how it stands, whether acts are in time, and what silence has done."""
    zone = zone_of(case)
    for at, expected in case.get("at", {}).items():
        assert status(found, moment(at, zone).from_us).value == expected, at
    for at, expected in case.get("act", {}).items():
        assert in_time(found, moment(at, zone)).value == expected, at
    for at, expected in case.get("silence", {}).items():
        effect = effect_of_silence(found, moment(at, zone).from_us)
        assert effect is not None
        assert effect.taken.value == expected, at
        assert effect.what == case["deadline"]["silence"]
        assert effect.at == found.closes


def test_an_objection_in_time_keeps_silence_from_doing_anything() -> None:
    """Consent is not deemed where somebody spoke in time, and is where he spoke a day late."""
    limit = deadline(
        {
            "anchor": "distribution",
            "lasts": "7 days",
            "rule": "from-next-day",
            "zone": "Europe/Berlin",
            "silence": "deemed-consent",
        }
    )
    found = due(limit, moment("2026-06-01", "Europe/Berlin"))
    assert isinstance(found, Due)
    after = moment("2026-06-20", "Europe/Berlin").from_us
    for day, taken in (("2026-06-08", Answer.NO), ("2026-06-09", Answer.SURE)):
        effect = effect_of_silence(found, after, moment(day, "Europe/Berlin"))
        assert effect is not None
        assert effect.taken is taken


def test_deadlines_run_from_each_other() -> None:
    """The notice of Nagorno-Karabakh runs back from the end of the term, itself a deadline."""
    term = deadline({"anchor": "entry-into-force", "lasts": "5 years", "zone": "Moscow time"})
    ends = due(term, moment("2020-11-10 00:00 Moscow time"))
    assert isinstance(ends, Due)
    expiry = moment_of(ends.limit, "end of the five-year term")
    notice = deadline(
        {"anchor": "expiry", "lasts": "6 months", "runs": "before", "zone": "Moscow time"}
    )
    found = due(notice, expiry)
    assert isinstance(found, Due)
    assert found.earliest_us == moment("2025-05-10 00:00 Moscow time").from_us
    assert in_time(found, moment("2025-06-10 Moscow time")) is Answer.NO


def test_the_sooner_of_two_limits() -> None:
    """Sixty days run from the report or from when it was due, whichever is sooner."""
    start = moment("2026-03-02 12:00 UTC")
    report_due = due(deadline({"anchor": "start-of-intervention", "lasts": "48 h"}), start)
    assert isinstance(report_due, Due)
    reported = limit_of(moment("2026-03-03 09:00 UTC"))
    assert sooner(reported, report_due.limit) == reported
    late = limit_of(moment("2026-03-09 09:00 UTC"))
    assert sooner(late, report_due.limit) == report_due.limit
    first = moment_of(sooner(late, report_due.limit), "report, or when it was due")
    assert isinstance(first, Moment)
    ends = due(deadline({"anchor": "report", "lasts": "60 days"}), first)
    assert isinstance(ends, Due)
    assert ends.earliest_us == moment("2026-05-03 12:00 UTC").from_us


def test_what_hangs_on_an_unknown_limit_is_not_computed() -> None:
    """A limit whose latest instant is unknown is no anchor, and says what it needs."""
    case = next(case for case in written() if "unknown" in case)
    found = found_due(case)
    assert isinstance(found, Due)
    ends = moment_of(found.limit, "authorisation")
    assert isinstance(ends, Uncomputable)
    assert last_days(found, Zone("UTC", "UTC")) is None
    then = due(deadline({"anchor": "completion", "lasts": "3 days", "zone": "UTC"}), ends)
    assert isinstance(then, NotComputable)
    assert "calendar" in then.reason


def test_silence_that_does_nothing_has_no_effect() -> None:
    """Where nothing is laid down for silence, there is no effect to ask about."""
    found = due(deadline({"anchor": "request", "lasts": "24 h"}), moment("2026-03-01 UTC"))
    assert isinstance(found, Due)
    assert effect_of_silence(found, found.earliest_us) is None


FAULTY: Final = {
    "anchor": ({"anchor": "detektion"}, "did you mean 'detection'"),
    "kind": ({"kind": "latest"}, "did you mean 'latest-by'"),
    "rule": ({"rule": "ec-1182"}, "did you mean 'ec-1182-71'"),
    "silence": ({"silence": "consent"}, "did you mean 'deemed-consent'"),
    "zone": ({"zone": "Europe/Kiyv"}, "did you mean 'Europe/Kyiv'"),
    "calendar": ({"calendar": "monday-to-fryday"}, "did you mean 'monday-to-friday'"),
    "closes": ({"closes": "25:00"}, "from 00:00 to 24:00"),
    "opens missing": ({"kind": "window"}, "for a window"),
    "opens too many": ({"opens": "1 day"}, "only for one"),
    "silence without an end": ({"kind": "earliest-from", "silence": "lapse"}, "never closes"),
    "roll from the hour": ({"roll": "working-day"}, "count from-next-day"),
    "counted back, that day": ({"runs": "before", "rule": "from-that-day"}, "counting back"),
    "counted back, carried": (
        {"runs": "before", "rule": "from-next-day", "roll": "session"},
        "not carried",
    ),
    "counted back, session": ({"runs": "before", "lasts": "next session"}, "counted back"),
    "counted back, window": ({"runs": "before", "kind": "window", "opens": "1 day"}, "earliest"),
    "working days by the hour": ({"lasts": "3 working days"}, "counts whole days"),
    "no working day": ({"lasts": "0 working days", "rule": "from-next-day"}, "1 to 5000"),
    "a day that is none": ({"lasts": "0 days", "rule": "from-that-day"}, "1 to 36500"),
    "too long": ({"lasts": "900 years"}, "0 to 100 years"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_deadline_is_told(name: str) -> None:
    """What is unknown, or cannot go together, is a fault that says how to mend it."""
    given, hint = FAULTY[name]
    faults = faults_of(deadline({"anchor": "signing", "lasts": "3 days", **given}), CALENDARS)
    assert len(faults) == 1
    assert hint in str(faults[0])
    assert faults[0].column


def test_all_faults_are_told_at_once() -> None:
    """Computing with a faulty deadline raises, with every fault in it."""
    limit = Deadline(
        anchor="sining",
        duration=Duration(unit="fixed-date", date="31.12."),
        opens=Duration(unit="not-computable"),
        closes="24:30",
    )
    with pytest.raises(DrafterError) as raised:
        due(limit, moment("2026-01-01 UTC"))
    columns = [fault.column for fault in raised.value.faults]
    assert columns == ["anchor", "duration.date", "opens.text", "opens", "closes"]


def test_unit_misspelt() -> None:
    """A unit that a document misspells is answered with the one that is near."""
    limit = Deadline(anchor="signing", duration=Duration(unit="dayz", amount=1))  # type: ignore[arg-type]
    assert "did you mean 'days'?" in str(faults_of(limit)[0])


def test_a_zone_must_be_stated_somewhere() -> None:
    """Local time of nobody knows where is no clock to count by."""
    anchor = moment("2026-03-01 12:00 local time", "Europe/Kyiv")
    with pytest.raises(DrafterError, match="state the zone of the deadline"):
        due(deadline({"anchor": "signing", "lasts": "3 days"}), anchor)


def test_page_explains_every_word() -> None:
    """Every anchor, unit, rule, roll, kind, effect and field stands on the reference page."""
    page = PAGE.read_text("utf-8")
    words = {*ANCHORS, *EFFECTS, *Deadline.__struct_fields__, *vocabulary()}
    assert {word for word in words if f"`{word}`" not in page} == set()


def test_page_shows_every_word_at_work() -> None:
    """Every field, unit, rule, roll, direction, kind and effect is in an example of the page."""
    shown = [deadline(case["deadline"]) for case in examples(PAGE.read_text("utf-8"))]
    plain = deadline({"anchor": "signing", "lasts": "1 day"})
    used = {plain.kind, plain.runs, plain.rule, plain.roll, plain.silence}
    fields: set[str] = {"soft"}
    for item in shown:
        used |= {item.kind, item.runs, item.rule, item.roll, item.silence, item.duration.unit}
        fields |= {name for name in item.__struct_fields__ if getattr(item, name)}
    assert vocabulary() - used == set()
    assert set(Deadline.__struct_fields__) - fields == set()


def vocabulary() -> set[str]:
    """Return every word that a unit, a rule, a roll, a direction, a kind or an effect can be."""
    hints = get_type_hints(Deadline)
    fields = [hints[name] for name in ("rule", "roll", "runs", "kind", "silence")]
    return {
        word for field in (*fields, get_type_hints(Duration)["unit"]) for word in get_args(field)
    }
