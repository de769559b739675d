"""Working time is what a clerk with the calendar on the desk would count, in every engine, clocks changing or not."""

from __future__ import annotations

import calendar as stdlib_calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom.dictionary.codes import code
from engineroom.errors import EngagementError
from engineroom.logs import engines, event_log, hours
from engineroom.logs.hours import Window
from engineroom.measures import gap, kpi
from engineroom.pages import wording
from engineroom.readers import engagement, tables
from engineroom.readers.contract import WEEKDAYS, Calendar, Events

EPOCH = datetime(2025, 1, 1)
WINDOW = Window(EPOCH, datetime(2027, 1, 1), datetime(2024, 12, 1), datetime(2027, 2, 1))
ZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "America/Havana", "Asia/Kathmandu", "Australia/Lord_Howe")
MICROSECOND = timedelta(microseconds=1)
OFFICE = """[events.calendar]
days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
start = 09:00:00
end = 17:00:00
"""
LOG = """case,step,from,at,who
A,work,2026-02-05 16:00,2026-02-06 10:00,ann
A,done,2026-02-09 09:00,2026-02-09 09:30,bob
B,work,2026-02-07 10:00,2026-02-07 12:00,ann
B,done,2026-02-09 08:00,2026-02-09 10:00,ann
"""
TOML = """[events]
source = "log.csv"
case = "case"
activity = "step"
started = "from"
completed = "at"
resource = "who"
timezone = "Europe/Amsterdam"
[events.closed]
activities = ["done"]
"""


PACK = """benchmark,definition,label,sector,process,population,unit,currency,kind,statistic,line,operator,value,low,\
high,low_inclusive,high_inclusive,scale,source,reference,year,n,verification,grade,expires,caveat
ours,cycle_time_p90/elapsed,peers,all,,peers,hours,,target,90th percentile,leading,<=,48,,,false,false,,survey,page 1,,\
,source,C,2027-06-30,A target
"""


def spec_of(own: Calendar) -> Events:
    return Events(source="log.csv", case="case", activity="step", completed="at", calendar=own)


def by_hand(start: datetime, end: datetime, own: Calendar, zone: ZoneInfo) -> int:
    """Return the working microseconds between two naive UTC times by walking through the days: slow and plain."""
    if end < start:
        return -by_hand(end, start, own, zone)
    first, last = (one.replace(tzinfo=UTC).astimezone(zone).date() for one in (start, end))
    total, day = timedelta(), first - timedelta(days=1)
    while day <= last + timedelta(days=1):
        if WEEKDAYS[stdlib_calendar.weekday(day.year, day.month, day.day)] in own.days and day not in own.holidays:
            closing = day + timedelta(days=1) if own.end == time.min else day
            opens = datetime.combine(day, own.start, zone).astimezone(UTC).replace(tzinfo=None)
            closes = datetime.combine(closing, own.end, zone).astimezone(UTC).replace(tzinfo=None)
            total += max(min(end, closes) - max(start, opens), timedelta())
        day += timedelta(days=1)
    return total // MICROSECOND


def by_engine(pairs: list[tuple[datetime, datetime]], own: Calendar, connection, name: str) -> list[int]:
    table = connection.create_table("pairs", pd.DataFrame(pairs, columns=["a", "b"]), temp=True, overwrite=True)
    table = table.mutate(a=table.a.cast(engines.NAIVE), b=table.b.cast(engines.NAIVE), place=table.a)
    told = table.select("a", "b", spent=hours.spent(table.a, table.b, spec_of(own), WINDOW, name)).execute()
    found = {(row.a, row.b): int(row.spent) for row in told.itertuples()}
    return [found[pd.Timestamp(a), pd.Timestamp(b)] for a, b in pairs]


moments = st.integers(0, 2 * 365 * 24 * 3600 * 1000).map(lambda ms: EPOCH + timedelta(milliseconds=ms))
around_changes = st.sampled_from(
    [datetime(2025, 3, 30), datetime(2025, 10, 26), datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2026, 4, 4)]
).flatmap(lambda day: st.integers(-48 * 60, 48 * 60).map(lambda minutes: day + timedelta(minutes=minutes)))
instants = moments | around_changes


@st.composite
def calendars(draw) -> Calendar:
    start = draw(st.integers(0, 23 * 60 + 59))
    end = draw(st.integers(start + 1, 24 * 60))
    clock = [time(minute // 60 % 24, minute % 60) for minute in (start, end)]
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))
    free = draw(st.lists(st.integers(0, 729), max_size=6, unique=True))
    return Calendar(
        days=tuple(days),
        start=clock[0],
        end=clock[1],
        timezone=draw(st.sampled_from(ZONES)),
        holidays=tuple(date(2025, 1, 1) + timedelta(days=one) for one in free),
    )


@pytest.fixture(scope="module")
def duckdb_connection():
    return engines.local()


@pytest.mark.proof
@settings(max_examples=cases(20, 300), deadline=None)
@given(own=calendars(), pairs=st.lists(st.tuples(instants, instants), min_size=1, max_size=30, unique=True))
def test_working_time_is_what_walking_through_the_days_gives(own, pairs, duckdb_connection) -> None:
    zone = ZoneInfo(own.timezone)

    found = by_engine(pairs, own, duckdb_connection, "duckdb")

    assert found == [by_hand(a, b, own, zone) for a, b in pairs]


def test_a_day_whose_working_hours_the_clocks_skip_has_none(duckdb_connection) -> None:
    skipped = Calendar(days=WEEKDAYS, start=time(2, 1), end=time(3), timezone="Europe/Amsterdam")
    spring = (datetime(2025, 3, 28, 23), datetime(2025, 3, 30, 22))

    found = by_engine([spring], skipped, duckdb_connection, "duckdb")

    assert [one / 60e6 for one in found] == [59]  # of the Saturday


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_was(duckdb_connection) -> None:
    whole = Calendar(days=WEEKDAYS, start=time(0), end=time(0), timezone="Europe/Amsterdam")
    spring = (datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22))
    autumn = (datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 23))

    found = by_engine([spring, autumn], whole, duckdb_connection, "duckdb")

    assert [one / 3.6e9 for one in found] == [23, 25]


def opened(make_engagement, more: str) -> event_log.EventLog:
    return event_log.open(engagement.open(make_engagement(TOML + more, {"log.csv": LOG})))


def test_cycle_and_handling_times_count_working_time_where_a_calendar_is_stated(make_engagement) -> None:
    log = opened(make_engagement, OFFICE + "holidays = [2026-02-06]\n")

    cases = log.cases.execute().set_index("case_id").sort_index()

    assert cases["hours"].to_dict() == {"A": 1.5, "B": 1.0}
    assert cases["handling_hours"].to_dict() == {"A": 1.5, "B": 1.0}


def test_a_calendar_is_told_with_its_hours_and_holidays(make_engagement) -> None:
    log = opened(make_engagement, OFFICE + "holidays = [2026-02-06]\n")

    days = "Monday, Tuesday, Wednesday, Thursday, Friday"
    told = f"{days}, 09:00 to 17:00, local time in Europe/Amsterdam, without 1 holiday"
    said = dict(wording.caveat(row) for row in log.caveats.to_dict("records"))
    assert said[f"durations count working hours only: {told}"] == (
        "cycle and handling times are working time, not elapsed time"
    )


def test_business_hours_are_another_definition_that_no_elapsed_benchmark_meets(make_engagement) -> None:
    packs = '[benchmarks]\npacks = ["ours.csv"]\n'
    files = {"log.csv": LOG, "ours.csv": PACK}
    elapsed, working = (engagement.open(make_engagement(TOML + more + packs, files)) for more in ("", OFFICE))

    with_clock, by_calendar = (
        gap.find(kpi.measure(tables.read(case), event_log.open(case)), tables.read(case)).set_index("definition")
        for case in (elapsed, working)
    )

    assert with_clock.loc["cycle_time_p90/elapsed", "benchmark"] == "ours"
    assert "cycle_time_p90/elapsed" not in by_calendar.index
    gaps = by_calendar
    assert gaps.loc["cycle_time_p90/business_hours", "verdict"] == "not compared"
    assert gaps.loc["cycle_time_p90/business_hours", "reason"] == gap.OTHER_DEFINITION


def test_handling_says_that_it_was_counted_in_business_hours(make_engagement) -> None:
    case = engagement.open(make_engagement(TOML + OFFICE, {"log.csv": LOG}))

    found = kpi.measure(tables.read(case), event_log.open(case)).set_index("definition")

    assert found.loc["handling_time/per_item", "method"] == code("in_business_hours", method="no_interval")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"friday"]', '"Friday"]', 'events.calendar.days: "Friday" is unknown; did you mean "friday"?'),
        ("start = 09:00:00", 'start = "09:00"', 'events.calendar.start: "09:00" is not a time of day; write 09:00:00'),
        (
            "end = 17:00:00",
            "end = 08:00:00",
            "events.calendar: ends (08:00:00) before it starts (09:00:00); a day ends at 00:00:00 at the latest",
        ),
        ("start =", "begin =", "events.calendar.begin: unknown key; there are: days, end, holidays, start, timezone"),
        ("end = 17:00:00\n", "", "events.calendar.end: is missing; write 09:00:00, without quotes"),
        ("end = 17:00:00", "end = 17:00:00\nholidays = [2026-02-06, 2026-02-06]", '"2026-02-06" is named twice'),
        ("end = 17:00:00", 'end = 17:00:00\nholidays = ["6 Feb"]', '"6 Feb" is not a date; write a date without'),
        ("end = 17:00:00", 'end = 17:00:00\ntimezone = "Europe/Amsterdm"', 'did you mean "Europe/Amsterdam"?'),
    ],
)
def test_what_a_calendar_states_wrongly_is_named(make_engagement, before, after, said) -> None:
    place = make_engagement(TOML + OFFICE.replace(before, after), {"log.csv": LOG})

    with pytest.raises(EngagementError) as refusal:
        engagement.open(place)

    assert said in str(refusal.value)
