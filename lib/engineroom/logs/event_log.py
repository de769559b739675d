"""Read an event log or a record table, check it, and turn it into one row a case.

The log never passes through Python: Ibis expressions run in DuckDB, out of core where they must, or in the warehouse
that holds it, from which only the case table is fetched. `[events]` (one row an event) and `[cases]` (one row a case)
both become the case table of `results.Cases`; from there on `kpi` does not know which it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pandas as pd

from engineroom import scratch
from engineroom.dictionary import columns, results
from engineroom.errors import DataProblems, EngineroomError, Problem
from engineroom.logs import cases, caveats, engines, files, hours, kpis, lifecycle, rows
from engineroom.logs.hours import OLDEST, Window
from engineroom.logs.profile import LogProfile
from engineroom.readers.engagement import Engagement, Events, Source


@dataclass(frozen=True)
class EventLog(LogProfile):
    """A checked log as a case table, beside its profile.

    Attributes
    ----------
    cases : ibis.Table
        Columns of `results.Cases`, times as naive UTC; the cases of `cases.in_period`. Always in DuckDB.
    start, end : datetime
        The period as naive UTC, `end` excluded: days begin and end in the log's time zone.
    source, source_sha256 : str
        File and its SHA-256, or the table and the variable that names its database, and a blank text.
    timezone : str
        The log's own clock.
    events, timed, at_source, attempts : ibis.Table or None
        The usable rows of an event log, the same with the time each took, the whole case table and its attempts, all
        where the log lies.
    calendar : str
        The working calendar in which durations are counted, as a code; blank where they are elapsed.
    answers : dict
        What `drilldown` has already found: a log does not change, and nothing is counted twice.
    """

    cases: ibis.Table
    start: datetime
    end: datetime
    source: str
    source_sha256: str
    timezone: str
    events: ibis.Table | None
    timed: ibis.Table | None
    at_source: ibis.Table
    attempts: ibis.Table | None
    calendar: str = ""
    answers: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)


def open(engagement: Engagement) -> EventLog | None:
    """Return the engagement's log, checked; None where it has none; raise `DataProblems` where it cannot be trusted."""
    spec = engagement.events or engagement.cases
    if spec is None:
        return None
    where = f"{engagement.folder.name}/{spec.source}" if spec.source else f"{spec.table} ({spec.connection})"
    try:
        return _opened(engagement, spec, where)
    except EngineroomError:
        raise
    except Exception as fault:
        if "Query interrupted" in str(fault):  # DuckDB's word for Ctrl-C
            raise KeyboardInterrupt from None
        if not (spec.connection or engines.is_of_the_data(fault)):
            raise
        told = f" ({type(fault).__name__})" if spec.connection else f": {files.first_line(fault)}"
        cure = "ask who runs the database" if spec.connection else "export it again"
        problem = Problem(where, rule=f"cannot be read to its end{told}", cure=cure)
        raise DataProblems([problem], engagement.check_command) from None


def _opened(engagement: Engagement, spec: Source, where: str) -> EventLog:
    paths = [] if spec.connection else files.parts(engagement, spec)
    connection = engines.local(sum(path.stat().st_size for path in paths if path.exists()))
    with engines.watched(connection, where):
        period = window(engagement, spec)
        readings, raw = _readings(engagement, spec, period, connection, paths, where)
        found, usable = caveats.of_rows(readings, raw, spec, period, where)
        notes = _stop_at(found, engagement)
        if isinstance(spec, Events) and spec.lifecycle:
            usable = _kept(lifecycle.paired(usable), spec, connection)
            notes += caveats.of_pairs(usable, where)
        known = hours.within(usable, spec, period)
        timed = hours.timed(usable, spec, known) if isinstance(spec, Events) else None
        at_source, retried, turns = _tables(usable, timed, spec, connection)
        order = caveats.of_order(usable, retried, turns, spec, where)
        notes += _stop_at((order, caveats.of_keys(order, spec, where)), engagement)
        table = at_source if not spec.connection else _fetched(at_source, connection)
        saturated = caveats.of_repeats(table, spec, where)
        table = cases.inspected(table if saturated else cases.reworked(table, spec), spec)
        notes += saturated + _stop_at(caveats.of_cases(table, spec, known, where), engagement)
        concerned = cases.in_period(table, spec, known)
        if spec.calendar:  # counted by it once, not in every question
            concerned = connection.create_table("cases_by_calendar", concerned, temp=True)
    _dropped(connection)
    told = pd.DataFrame(notes, columns=list(results.Caveats.to_schema().columns))
    return EventLog(
        cases=concerned,
        start=period.start,
        end=period.end,
        caveats=results.Caveats.validate(told) if len(told) else columns.empty(results.Caveats),
        absent=kpis.absent(spec, is_saturated=bool(saturated)),
        source=where,
        source_sha256=files.digest(paths) if paths else "",
        timezone=spec.timezone or "UTC",
        events=usable if isinstance(spec, Events) else None,
        timed=timed,
        at_source=at_source,
        attempts=None if saturated else retried,
        calendar=hours.described(spec),
    )


def _stop_at(found: caveats.Found, engagement: Engagement) -> list[caveats.Caveat]:
    notes, problems = found
    if problems:
        raise DataProblems(problems, engagement.check_command)
    return notes


def _readings(
    engagement: Engagement, spec: Source, period: Window, connection: Any, paths: list[Path], where: str
) -> tuple[list[ibis.Table], ibis.Table]:
    """Return the rows with their meaning, and as they were written; what is not Parquet is copied into it once.

    Of several readings the cheapest stands first.
    """
    raw, problems = engines.remote(spec, where) if spec.connection else files.rows(connection, paths, spec, where)
    if raw is not None:
        problems += rows.faults(raw, spec, where)
    if raw is None or problems:
        raise DataProblems(problems, engagement.check_command)
    readable = rows.typed(rows.tidied(raw, spec), spec, period)
    if spec.connection:
        return [readable], raw
    if not rows.is_text(spec):
        return [rows.typed(rows.marked(raw, spec), spec, period), readable], raw
    copy = _kept(readable, spec, connection)
    if problems := list(files.rejected(connection, where)):
        raise DataProblems(problems, engagement.check_command)
    return [copy], raw


def _kept(made: ibis.Table, spec: Source, connection: Any) -> ibis.Table:
    """Return rows that are dear to make from a file of their own; as they are in a warehouse: nothing is written."""
    if spec.connection:
        return made
    copy = scratch.lasting("log") / "log.parquet"
    connection.to_parquet(made, copy)
    return connection.read_parquet(str(copy))


def _tables(
    usable: ibis.Table, timed: ibis.Table | None, spec: Source, connection: Any
) -> tuple[ibis.Table, ibis.Table | None, ibis.Table | None]:
    """Return case table, attempts, hand-offs; saved in DuckDB, mere expressions in a warehouse: nothing is written."""

    def save(name: str, table: ibis.Table) -> ibis.Table:
        return table if spec.connection else connection.create_table(name, table, temp=True)

    if not isinstance(spec, Events) or timed is None:
        return save("cases", cases.of_records(usable, spec)), None, None
    return cases.of_events(usable, timed, save, spec)


def _dropped(connection: Any) -> None:
    """Forget the steps on the way to the case table: they take memory."""
    for (name,) in connection.raw_sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        if name.startswith(cases.STEPS):
            connection.drop_table(name)


def _fetched(table: ibis.Table, connection: Any) -> ibis.Table:
    """Return the case table of a warehouse in DuckDB: some 60 bytes a case, and every figure is made here."""
    frame = table.execute()
    return connection.create_table("cases", frame, schema=table.schema(), temp=True)


def window(engagement: Engagement, spec: Source) -> Window:
    """Return the engagement's period on the clocks of its log."""
    zone, period = ZoneInfo(spec.timezone or "UTC"), engagement.header.period
    days = (period.start, period.end + timedelta(days=1), engagement.header.as_of + timedelta(days=2))
    start, end, latest = (datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None) for day in days)
    oldest = spec.oldest or (pd.Timestamp(period.start) - pd.DateOffset(years=OLDEST)).date()
    earliest = datetime.combine(oldest, time.min, zone).astimezone(UTC).replace(tzinfo=None)
    return Window(start, end, earliest, latest)
