"""Count time by a stated working calendar: its days, its hours, its holidays, on its own clock.

`until` says how much working time lies between a fixed Monday and an instant; what lies between two instants is the
difference. That is arithmetic on whole microseconds in the portable subset, so every engine counts the same, and
nothing is joined or written. Days on which the clocks change during working hours are as long as they really were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from engineroom import engines
from engineroom.contract import WEEKDAYS, Calendar, Source
from engineroom.engines import NAIVE

ORIGIN = datetime(1900, 1, 1)
"""A Monday on the clock of any calendar, before any event of a log."""

OLDEST = 30
"""Years before the period beyond which a time cannot be true."""

DAY = 86_400_000_000
WEEK = 7 * DAY


@dataclass(frozen=True)
class Window:
    """The period as naive UTC (`end` excluded), and between which instants a time can be true at all."""

    start: datetime
    end: datetime
    earliest: datetime
    latest: datetime


def spent(start: Any, end: Any, spec: Source, window: Window, engine: str) -> Any:
    """Return the microseconds from one naive UTC time to another: by the stated calendar, else around the clock.

    `window` says between which instants times can be true: only there do changes of the clocks matter.
    """
    if spec.calendar is None:
        return end.delta(start, unit="microsecond")
    years = range(window.earliest.year - 1, window.latest.year + 2)
    about = (spec.calendar, _zone(spec, spec.calendar), years, engine)
    return _until(end, *about) - _until(start, *about)


def described(spec: Source) -> str:
    """Return the calendar as a reader would say it; a blank text where there is none."""
    if spec.calendar is None:
        return ""
    own = spec.calendar
    days = ", ".join(day.title() for day in WEEKDAYS if day in own.days)
    holidays = f", {len(own.holidays)} holiday{'s' if len(own.holidays) > 1 else ''} left out" if own.holidays else ""
    end = "24:00" if own.end == time.min else f"{own.end:%H:%M}"
    return f"{days}, {own.start:%H:%M} to {end} on the clocks of {_zone(spec, own)}{holidays}"


def _until(instant: Any, own: Calendar, zone: str, years: range, engine: str) -> Any:
    """Return the working microseconds from the origin to an instant; it never falls, and stands still off duty."""
    opens, length = _since_midnight(own.start), _length(own)
    clock = engines.clock_of_utc(instant, zone, engine)
    since = clock.delta(ibis.literal(ORIGIN, NAIVE), unit="microsecond").cast("int64")
    at = since % DAY
    midnight = since - at
    weekday = midnight % WEEK
    weeks = ((midnight - weekday).cast("float64") / ibis.literal(float(WEEK), "float64")).cast("int64")
    working = [WEEKDAYS.index(day) * DAY for day in own.days]
    before = weeks * _whole(len(working) * length)
    for start in working:
        before += ibis.ifelse(weekday > start, _whole(length), _whole(0))
    holidays = [_place(day) for day in own.holidays if day.weekday() * DAY in working]
    for place in holidays:
        before -= ibis.ifelse(midnight > place, _whole(length), _whole(0))
    today = _within(at - opens, length)
    odd = _odd_days(own, zone, years)
    for day, _first, real in odd:
        before += ibis.ifelse(midnight > _place(day), _whole(real - length), _whole(0))
    if odd:
        told = [
            (midnight == _place(day), _within(instant.delta(ibis.literal(first, NAIVE), unit="microsecond"), real))
            for day, first, real in odd
        ]
        today = ibis.cases(*told, else_=today)
    on_duty = weekday.isin(working) & ~midnight.isin(holidays) if holidays else weekday.isin(working)
    return before + ibis.ifelse(on_duty, today, _whole(0))


@cache
def _odd_days(own: Calendar, name: str, years: range) -> tuple[tuple[date, datetime, int], ...]:
    """Return the working days on which the clocks change during working hours: when they begin in UTC, how long."""
    zone, length, found = ZoneInfo(name), _length(own), []
    day = date(years.start, 1, 1)
    while day.year < years.stop:
        following = day + timedelta(days=1)
        offsets = {datetime.combine(one, time.min, zone).utcoffset() for one in (day, following)}
        if len(offsets) > 1 and WEEKDAYS[day.weekday()] in own.days and day not in own.holidays:
            first = _utc(day, own.start, zone)
            last = _utc(following if own.end == time.min else day, own.end, zone)
            if (real := (last - first) // timedelta(microseconds=1)) != length:
                found.append((day, first, real))
        day = following
    return tuple(found)


def _utc(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC).replace(tzinfo=None)


def _zone(spec: Source, own: Calendar) -> str:
    return own.timezone or spec.timezone or "UTC"


def _place(day: date) -> int:
    return (day - ORIGIN.date()).days * DAY


def _since_midnight(clock: time) -> int:
    return (datetime.combine(date.min, clock) - datetime.min) // timedelta(microseconds=1)


def _length(own: Calendar) -> int:
    return (_since_midnight(own.end) or DAY) - _since_midnight(own.start)


def _within(microseconds: Any, most: int) -> Any:
    return ibis.least(ibis.greatest(microseconds.cast("int64"), _whole(0)), _whole(most))


def _whole(number: int) -> Any:
    return ibis.literal(number, "int64")
