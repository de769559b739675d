"""Count time by a stated working calendar: its days, its hours, its holidays, on its own clock.

`until` says how much working time lies between a fixed Monday and an instant; what lies between two instants is the
difference. That is arithmetic on whole microseconds in the portable subset, so every engine counts the same, and
nothing is joined or written. Days on which the clocks change during working hours are as long as they really were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from engineroom.dictionary import codes
from engineroom.logs import engines
from engineroom.logs.engines import NAIVE
from engineroom.readers.contract import WEEKDAYS, Calendar, Source

ORIGIN = datetime(1900, 1, 1)
"""A Monday on the clock of any calendar, before any event of a log."""

OLDEST = 10
"""Years before the period beyond which no time is believed unless the engagement says so (`oldest`)."""

DAY = 86_400_000_000
WEEK = 7 * DAY


@dataclass(frozen=True)
class Window:
    """The period as naive UTC (`end` excluded), and between which instants a time can be true at all."""

    start: datetime
    end: datetime
    earliest: datetime
    latest: datetime


def timed(events: ibis.Table, spec: Source, window: Window) -> ibis.Table:
    """Return events with `handled`: the microseconds from start to completion, blank where they are not known."""
    engine = events.get_backend().name
    handled = spent(events.received, events.completed, spec, window, engine).cast("int64")
    return events.mutate(handled=ibis.ifelse(events.is_timed, handled, None))


def within(events: ibis.Table, spec: Source, window: Window) -> Window:
    """Return the window no wider than its events: a calendar need not know the holidays of other years."""
    if spec.calendar is None:
        return window
    both = (events.received, events.completed)
    edges = events.agg(
        first=ibis.least(*(time.min() for time in both)), last=ibis.greatest(*(time.max() for time in both))
    )
    told = edges.execute().iloc[0]
    if told.isna().any():
        return window
    return replace(window, earliest=max(told["first"], window.earliest), latest=min(told["last"], window.latest))


def spent(start: Any, end: Any, spec: Source, window: Window, engine: str) -> Any:
    """Return the microseconds from one naive UTC time to another: by the stated calendar, else around the clock.

    `window` says between which instants times can be true: only there do changes of the clocks matter.
    """
    if spec.calendar is None:
        return end.delta(start, unit="microsecond")
    days = (window.earliest.date() - timedelta(days=2), window.latest.date() + timedelta(days=2))
    about = (spec.calendar, _zone(spec, spec.calendar), days, engine)
    return _until(end, *about) - _until(start, *about)


def described(spec: Source) -> str:
    """Return the calendar as a code with its parts; a blank text where there is none."""
    if spec.calendar is None:
        return ""
    own = spec.calendar
    parts: dict[str, Any] = {"days": [day.title() for day in WEEKDAYS if day in own.days], "zone": _zone(spec, own)}
    parts |= {"opens": f"{own.start:%H:%M}", "closes": "24:00" if own.end == time.min else f"{own.end:%H:%M}"}
    if not own.holidays:
        return codes.code("calendar", **parts)
    return codes.code("calendar_with_holidays", n=len(own.holidays), **parts)


def _until(instant: Any, own: Calendar, zone: str, days: tuple[date, date], engine: str) -> Any:
    """Return the working microseconds from the origin to an instant; it never falls, and stands still off duty.

    Whole weeks, what the week has had so far, and what single days took away or added: each written so that an engine
    which repeats a shared expression repeats it seldom.
    """
    opens, length = _since_midnight(own.start), _length(own)
    since = _past(ORIGIN, engines.clock_of_utc(instant, zone, engine))
    of_week = since % WEEK
    working = sorted(WEEKDAYS.index(day) * DAY for day in own.days)
    weeks = ((since - of_week).cast("float64") / ibis.literal(float(WEEK), "float64")).cast("int64")
    this_week = [
        (of_week >= day + opens, _whole(number * length) + _within(of_week - (day + opens), length))
        for number, day in reversed(list(enumerate(working)))
    ]
    total = weeks * _whole(len(working) * length) + ibis.cases(*this_week, else_=_whole(0))
    real = {day: (first, hours) for day, first, hours in _odd_days(own, zone, days)}
    free = {day for day in own.holidays if days[0] <= day <= days[1]}
    apart = real.keys() | {day for day in free if WEEKDAYS[day.weekday()] in own.days}
    changes: list[tuple[Any, Any]] = []
    before = 0
    for day in sorted(apart):
        taken = _within(since - (_place(day) + opens), length)
        first, hours = real.get(day, (ORIGIN, 0))
        given = _within(_past(first, instant), hours) if hours else _whole(0)
        changes.append((since >= _place(day), _whole(before) + given - taken))
        before += hours - length
        changes.append((since >= _place(day) + DAY, _whole(before)))
    return total + ibis.cases(*reversed(changes), else_=_whole(0)) if changes else total


@cache
def _odd_days(own: Calendar, name: str, days: tuple[date, date]) -> tuple[tuple[date, datetime, int], ...]:
    """Return the working days on which the clocks change during working hours: when they begin in UTC, how long."""
    zone, length, found = ZoneInfo(name), _length(own), []
    day, last_day = days
    while day <= last_day:
        following = day + timedelta(days=1)
        offsets = {datetime.combine(one, time.min, zone).utcoffset() for one in (day, following)}
        if len(offsets) > 1 and WEEKDAYS[day.weekday()] in own.days and day not in own.holidays:
            first = _utc(day, own.start, zone)
            last = _utc(following if own.end == time.min else day, own.end, zone)
            real = max(last - first, timedelta()) // timedelta(microseconds=1)  # hours that are skipped are none
            if real != length:
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


def _past(origin: datetime, time: Any) -> Any:
    return time.delta(ibis.literal(origin, NAIVE), unit="microsecond").cast("int64")


def _within(microseconds: Any, most: int) -> Any:
    return ibis.least(ibis.greatest(microseconds.cast("int64"), _whole(0)), _whole(most))


def _whole(number: int) -> Any:
    return ibis.literal(number, "int64")
