# SPDX-License-Identifier: Apache-2.0
"""Laws that every deadline obeys, whatever its rule, its zone and what is known of its anchor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from foedus.base.calendars import Calendar, DayKind, House, Run
from foedus.base.deadlines import Deadline, NotComputable, due, faults_of
from foedus.base.dues import Due, effect_of_silence, in_time, reached
from foedus.base.moments import HOUR_US, Moment
from foedus.base.periods import Duration, plus_months
from foedus.base.zones import Zone, local_time, reading, utc_us

ZONES: Final = (
    "UTC",
    "Europe/Kyiv",
    "Europe/Paris",
    "Europe/London",
    "Asia/Beirut",
    "America/Havana",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
FIRST: Final = date(2009, 1, 1)
DAYS: Final = 2_000
WEEK: Final = Calendar(
    id="week",
    title="Weekdays, one holiday a month, some sitting days, sessions",
    source="made",
    evidence="made",
    valid_from=FIRST,
    valid_to=FIRST + timedelta(days=DAYS),
    weekend=(6, 7),
    holidays=tuple(
        Run(date(year, m, 9), date(year, m, 10)) for year in (2010, 2011) for m in (3, 8)
    ),
    houses=(
        House(
            "one", tuple(Run(date(y, m, 1), date(y, m, 12)) for y in (2010, 2011) for m in (2, 5))
        ),
        House(
            "two", tuple(Run(date(y, m, 5), date(y, m, 20)) for y in (2010, 2011) for m in (2, 5))
        ),
    ),
    sessions=tuple(Run(date(y, m, 3), date(y, m, 28)) for y in (2010, 2011, 2012) for m in (1, 9)),
)
CALENDARS: Final = {"week": WEEK}
instants = st.datetimes(datetime(2010, 1, 1), datetime(2011, 12, 20)).map(
    lambda face: utc_us(face.replace(tzinfo=UTC))
)
CHANGES: Final = (
    datetime(2010, 3, 28, 1),
    datetime(2010, 10, 31, 1),
    datetime(2010, 11, 7, 2, 31),
    datetime(2010, 10, 30, 21),
    datetime(2011, 12, 30, 10),
)
near_changes = st.builds(
    lambda at, minutes: utc_us(at.replace(tzinfo=UTC)) + minutes * 60_000_000,
    st.sampled_from(CHANGES),
    st.integers(-90, 90) | st.integers(-2_000, 2_000),
)
durations = st.builds(
    lambda unit, amount: Duration(unit=unit, amount=amount, date="12-31"),
    st.sampled_from(
        ["hours", "days", "weeks", "months", "years", "working-days", "sitting-days",
         "fixed-date", "next-session"]
    ),
    st.integers(0, 9),
)  # fmt: skip
deadlines = st.builds(
    Deadline,
    anchor=st.just("signing"),
    duration=durations,
    runs=st.sampled_from(["after", "before"]),
    rule=st.sampled_from(["from-the-hour", "from-next-day", "from-that-day", "ec-1182-71"]),
    roll=st.sampled_from(["none", "none", "working-day", "sitting-day", "session"]),
    closes=st.sampled_from(["24:00", "24:00", "17:30", "02:30"]),
    zone=st.sampled_from(ZONES),
    calendar=st.just("week"),
).filter(lambda found: not faults_of(found))


def moment(from_us: int, length_us: int = 1) -> Moment:
    """Return a moment that is known to a span, or exactly."""
    return Moment(
        written="", zone="UTC", from_us=from_us, to_us=from_us + length_us, precision="span"
    )


def limits(deadline: Deadline, anchor: Moment) -> tuple[int, int]:
    """Return the earliest and the latest instant; draws where they are not known are left out."""
    found = due(deadline, anchor, CALENDARS)
    assume(not isinstance(found, NotComputable))
    assert isinstance(found, Due)
    assume(found.latest_us is not None)
    assert found.latest_us is not None
    assert found.earliest_us <= found.latest_us
    return found.earliest_us, found.latest_us


def face(at_us: int, zone: str) -> datetime:
    """Return what the clock of a zone showed."""
    return local_time(at_us, Zone(zone, zone)).replace(tzinfo=None)


@given(deadlines, instants | near_changes, instants | near_changes)
def test_who_starts_later_is_not_due_sooner(deadline: Deadline, one: int, other: int) -> None:
    """Of two anchors, the one that is later on the clock too has no earlier limit."""
    one, other = sorted((one, other))
    assume(face(one, deadline.zone) <= face(other, deadline.zone))
    first, second = limits(deadline, moment(one)), limits(deadline, moment(other))
    assert first[0] <= second[0]
    assert first[1] <= second[1]


@given(deadlines, instants | near_changes)
def test_more_is_not_due_sooner(deadline: Deadline, at: int) -> None:
    """One unit more never ends sooner, nor, counted back, begins later."""
    longer = replace(
        deadline, duration=replace(deadline.duration, amount=deadline.duration.amount + 1)
    )
    less, more = limits(deadline, moment(at)), limits(longer, moment(at))
    if deadline.runs == "before":
        less, more = more, less
    assert less[0] <= more[0]
    assert less[1] <= more[1]


@given(
    deadlines,
    instants | near_changes,
    st.integers(1, 50 * HOUR_US),
    st.floats(0, 1) | st.sampled_from([0.0, 1.0]),
)
def test_limit_holds_those_of_all_instants(
    deadline: Deadline, from_us: int, length_us: int, share: float
) -> None:
    """An anchor known to an interval gives a limit in which each instant's limit lies."""
    inside = from_us + int(share * (length_us - 1))
    outer = limits(deadline, moment(from_us, length_us))
    inner = limits(deadline, moment(inside))
    assert outer[0] <= inner[0]
    assert inner[1] <= outer[1]


def test_anchor_over_an_hour_that_came_twice() -> None:
    """The last of all limits is that of the last instant before clocks were put back."""
    first = utc_us(datetime(2025, 10, 26, 0, 10, tzinfo=UTC))
    changed = utc_us(datetime(2025, 10, 26, 1, tzinfo=UTC))
    deadline = Deadline(
        anchor="occurrence", duration=Duration(unit="days", amount=1), zone="Europe/Kyiv"
    )
    found = due(deadline, moment(first, HOUR_US))
    assert isinstance(found, Due)
    # 03:00 to 03:59:59.999999 on the clock of Kyiv, a day on.
    assert found.earliest_us == changed + 24 * HOUR_US
    assert found.latest_us == changed + 25 * HOUR_US - 1


@given(
    near_changes, st.integers(0, 500), st.sampled_from(ZONES), st.sampled_from(["after", "before"])
)
def test_hours_are_time_that_has_passed(at: int, hours: int, zone: str, runs: str) -> None:
    """No change of clocks makes an hour longer or shorter."""
    deadline = Deadline(
        anchor="signing",
        duration=Duration(unit="hours", amount=hours),
        zone=zone,
        runs="after" if runs == "after" else "before",
    )
    expected = at + (hours if runs == "after" else -hours) * HOUR_US
    assert limits(deadline, moment(at)) == (expected, expected)


@given(instants | near_changes, st.integers(0, 400), st.sampled_from(ZONES))
def test_days_keep_the_time_of_day(at: int, days: int, zone: str) -> None:
    """The limit of some days from the hour is at the same time of day, if the clock shows it."""
    deadline = Deadline(anchor="signing", duration=Duration(unit="days", amount=days), zone=zone)
    shown = face(at, zone) + timedelta(days=days)
    meant = reading(shown, Zone(zone, zone)).instants_us
    earliest, latest = limits(deadline, moment(at))
    if meant:
        assert (earliest, latest) == (meant[0], meant[-1])
    else:
        assert earliest == latest
        assert face(earliest - 1, zone) < shown < face(earliest, zone)


@given(deadlines, near_changes, st.sampled_from(ZONES))
def test_zone_in_which_the_anchor_is_written_does_not_matter(
    deadline: Deadline, at: int, zone: str
) -> None:
    """What counts is the instant, and the clock of the deadline."""
    anchor = moment(at)
    written = replace(anchor, zone=zone)
    assert due(deadline, anchor, CALENDARS) == due(deadline, written, CALENDARS)


@given(deadlines, instants, st.integers(0, 3_000), st.integers(0, 3_000))
def test_what_is_done_later_changes_nothing(
    deadline: Deadline, anchor: int, at_hours: int, later_hours: int
) -> None:
    """Whether silence has taken effect at an instant does not hang on an act after it."""
    found = due(replace(deadline, silence="lapse"), moment(anchor), CALENDARS)
    assume(isinstance(found, Due))
    assert isinstance(found, Due)
    at = anchor + at_hours * HOUR_US
    act = moment(at + 1 + later_hours * HOUR_US)
    silent, spoken = effect_of_silence(found, at), effect_of_silence(found, at, act)
    assert silent is not None
    assert spoken is not None
    assert silent == spoken


@given(deadlines, instants, st.lists(st.integers(1, 300), max_size=8, unique=True))
def test_a_calendar_that_goes_on_changes_no_answer(
    deadline: Deadline, at: int, more: list[int]
) -> None:
    """What could be computed stays as it is when the calendar speaks of later days too."""
    known = replace(WEEK, valid_to=date(2011, 6, 30), sessions=WEEK.sessions[:3])
    new = tuple(
        Run(day, day) for day in sorted(known.valid_to + timedelta(days=ahead) for ahead in more)
    )
    extended = replace(
        known,
        valid_to=known.valid_to + timedelta(days=300),
        holidays=(*known.holidays, *new),
        houses=tuple(House(house.name, (*house.sits, *new)) for house in known.houses),
        sessions=(*known.sessions, *new),
    )
    before = due(deadline, moment(at), {"week": known})
    assume(isinstance(before, Due))
    assert isinstance(before, Due)
    assume(before.latest_us is not None)
    assume(all(run.last <= known.valid_to for house in known.houses for run in house.sits))
    assert due(deadline, moment(at), {"week": extended}) == before


@given(deadlines, instants, instants)
def test_latest_and_earliest_part_the_time(deadline: Deadline, anchor: int, at: int) -> None:
    """With one duration, what is in time for latest-by is too soon for earliest-from."""
    assume(deadline.runs == "after")
    latest = due(deadline, moment(anchor), CALENDARS)
    earliest = due(replace(deadline, kind="earliest-from"), moment(anchor), CALENDARS)
    assume(isinstance(latest, Due))
    assert isinstance(latest, Due)
    assert isinstance(earliest, Due)
    assert in_time(latest, moment(at)) is ~in_time(earliest, moment(at))
    assert reached(latest.limit, at) is in_time(earliest, moment(at))


def days_counted(kind: DayKind) -> list[date]:
    """Return all days of that kind, found by looking at every day of the calendar."""
    found = []
    for ahead in range(DAYS + 1):
        day = FIRST + timedelta(days=ahead)
        if kind == "working-days":
            is_free = day.weekday() >= 5 or (
                day.year in (2010, 2011) and day.month in (3, 8) and day.day in (9, 10)
            )
            found += [] if is_free else [day]
        elif day.year in (2010, 2011) and day.month in (2, 5) and 5 <= day.day <= 12:
            found.append(day)
    return found


COUNTED: Final[dict[DayKind, list[date]]] = {
    "working-days": days_counted("working-days"),
    "sitting-days": days_counted("sitting-days"),
}


@given(
    st.sampled_from(sorted(COUNTED)),
    st.integers(0, DAYS),
    st.integers(1, 60),
    st.sampled_from(["from-next-day", "from-that-day"]),
)
def test_counted_days_are_those_of_a_list(
    kind: DayKind, ahead: int, number: int, rule: str
) -> None:
    """The n-th working or sitting day is the n-th of a list of all; none is guessed after it."""
    start = FIRST + timedelta(days=ahead)
    deadline = Deadline(
        anchor="laying",
        duration=Duration(unit=kind, amount=number),
        rule="from-next-day" if rule == "from-next-day" else "from-that-day",
        zone="UTC",
        calendar="week",
    )
    noon = utc_us(datetime(start.year, start.month, start.day, 12, tzinfo=UTC))
    after = [
        day for day in COUNTED[kind] if day > start or (rule == "from-that-day" and day == start)
    ]
    found = due(deadline, moment(noon), CALENDARS)
    if len(after) < number:
        assert isinstance(found, NotComputable)
        return
    assert isinstance(found, Due)
    end = after[number - 1] + timedelta(days=1)
    assert found.latest_us == utc_us(datetime(end.year, end.month, end.day, tzinfo=UTC))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-500, 500))
def test_months_end_on_the_same_number_or_the_last_day(day: date, months: int) -> None:
    """The day has the same number, or is the last of its month, which has no such number."""
    found = plus_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    is_last = (found + timedelta(days=1)).month != found.month
    assert found.day == day.day or (is_last and found.day < day.day)
