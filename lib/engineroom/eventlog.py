"""Read an event log or a record table, check it, and turn it into one row a case.

The log never passes through Python: Ibis expressions run in DuckDB, out of core where they must. `[events]` (one row
an event) and `[cases]` (one row a case) both become the case table of `results.Cases`; from there on `kpi` does not
know which it was.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dt
import pandas as pd
from ibis import _

from engineroom import caveats, columns, logfile, results
from engineroom.columns import DataFrame
from engineroom.engagement import Cases, Engagement, Events, Source, YesNo
from engineroom.errors import DataProblems, Problem
from engineroom.logfile import ROW

MEMORY = "4GB"
NAIVE = dt.Timestamp(scale=6)
AWARE = dt.Timestamp(timezone="UTC", scale=6)
OFFSET = r"(Z|[+-]\d\d(:?\d\d)?)$"
DATE_LENGTH = len("2026-01-31")
NOTHING = ibis.null()
EXACT = dt.Decimal(18, 4)  # sums of decimals do not depend on the order in which threads finish


@ibis.udf.scalar.builtin(signature=((dt.string, dt.string), NAIVE))
def try_strptime(text: str, form: str) -> Any:
    """Return the time a text states in a given form, NULL where it does not (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, NAIVE), AWARE))
def in_zone(zone: str, naive: Any) -> Any:
    """Return the instant at which the clocks of `zone` show a naive time (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, AWARE), NAIVE))
def clock_of(zone: str, instant: Any) -> Any:
    """Return what the clocks of `zone` show at an instant (DuckDB)."""


@dataclass(frozen=True)
class EventLog:
    """A checked log as a case table.

    Attributes
    ----------
    cases : ibis.Table
        Columns of `results.Cases`, times as naive UTC; cases that were under way in the period, or due in it.
    start, end : datetime
        The period as naive UTC, `end` excluded: days begin and end in the log's time zone.
    caveats : DataFrame[Caveats]
        What was found, left out or assumed.
    absent : dict of str to str
        KPI id -> what in engagement.toml would give it.
    source : str
        File and SHA-256.
    """

    cases: ibis.Table
    start: datetime
    end: datetime
    caveats: DataFrame[results.Caveats]
    absent: dict[str, str]
    source: str


def open(engagement: Engagement) -> EventLog | None:
    """Return the engagement's log, checked; None where it has none; raise `DataProblems` where it cannot be trusted."""
    spec = engagement.events or engagement.cases
    if spec is None:
        return None
    path = engagement.path(spec.source.rstrip("/*"), allow_outside_folder=spec.allow_outside_folder)
    where = f"{engagement.folder.name}/{spec.source}"
    connection = _engine()
    raw, problems = logfile.rows(connection, path, spec, where)
    if raw is not None:
        problems += _missing_columns(raw, spec, where)
    if raw is None or problems:
        raise DataProblems(problems, engagement.check_command)
    rows = connection.create_table("log", _typed(_filtered(raw, spec), spec), temp=True)
    notes, problems = caveats.of_rows(rows, spec, where)
    if problems:
        raise DataProblems(problems, engagement.check_command)
    usable = rows.filter(_.case_id.notnull() & _.completed_readable & _.received_readable)
    cases = connection.create_table("cases", _cases(usable, spec), temp=True)
    start, end = _period(engagement, spec)
    more, problems = caveats.of_cases(cases, spec, start, end, where)
    if problems:
        raise DataProblems(problems, engagement.check_command)
    found = pd.DataFrame(notes + more, columns=list(results.Caveats.to_schema().columns))
    return EventLog(
        cases=cases.filter((_.received < end) & (_.completed.isnull() | (_.completed >= start) | _due_in(start, end))),
        start=start,
        end=end,
        caveats=results.Caveats.validate(found) if len(found) else columns.empty(results.Caveats),
        absent=_absent(spec),
        source=f"{where} · sha256 {logfile.digest(path)[:12]}",
    )


def _engine() -> Any:
    """Return DuckDB in memory, told to spill instead of failing and never to download anything."""
    connection = ibis.duckdb.connect(
        memory_limit=MEMORY,
        temp_directory=str(Path(tempfile.gettempdir()) / f"engineroom-spill-{os.getpid()}"),
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    connection.raw_sql("SET TimeZone = 'UTC'")
    return connection


# ----------------------------------------------------------------------------------------------------- typing the rows


def _named(spec: Source) -> Iterator[tuple[str, str]]:
    """Yield each key of engagement.toml that names a column of the file, with the column."""
    for name in (
        "case",
        "activity",
        "completed",
        "started",
        "received",
        "workflow",
        "resource",
        "due",
        "cost",
        "touches",
    ):
        if column := getattr(spec, name, None):
            yield name, column
    for name in ("human", "met", "reworked", "defective"):
        if told := getattr(spec, name, None):
            yield f"{name}.column", told.column
    for column in spec.filter:
        yield f"filter.{column}", column


def _missing_columns(raw: ibis.Table, spec: Source, where: str) -> Iterator[Problem]:
    there = [column for column in raw.columns if column != ROW]
    for name, column in _named(spec):
        if column not in there:
            near = difflib.get_close_matches(column, there, 1)
            known = f'did you mean "{near[0]}"?' if near else f"it has: {', '.join(there[:25])}"
            yield Problem(where, 1, column, f"the file has no such column, but {name} names it", known)


def _filtered(raw: ibis.Table, spec: Source) -> ibis.Table:
    for column, values in spec.filter.items():
        raw = raw.filter(raw[column].cast("string").isin(list(values)))
    return raw


def _typed(raw: ibis.Table, spec: Source) -> ibis.Table:
    """Return the rows with their meaning: text, instants, amounts; `*_readable` says which could be read."""
    shared = {
        ROW: raw[ROW],
        "workflow": _text(raw, spec.workflow, spec),
        "due": _instant(raw, spec.due, spec),
        "cost": _amount(raw, spec.cost, spec),
        "cost_readable": _amount(raw, spec.cost, spec).notnull() | _text(raw, spec.cost, spec).isnull(),
    }
    own = _event_columns(raw, spec) if isinstance(spec, Events) else _case_columns(raw, spec)  # type: ignore[arg-type]
    return raw.select(**shared, **own)


def _event_columns(raw: ibis.Table, spec: Events) -> dict[str, Any]:
    completed = _instant(raw, spec.completed, spec)
    started = _instant(raw, spec.started, spec) if spec.started else completed
    actor = _text(raw, spec.human.column if spec.human else None, spec)
    return {
        "case_id": _text(raw, spec.case, spec),
        "activity": _text(raw, spec.activity, spec),
        "completed": completed,
        "completed_readable": completed.notnull(),
        "received": started,
        "received_readable": started.notnull() | (_text(raw, spec.started, spec).isnull() if spec.started else False),
        "is_human": ~actor.isin(list(spec.human.automatic)) if spec.human else NOTHING.cast("boolean"),
    }


def _case_columns(raw: ibis.Table, spec: Cases) -> dict[str, Any]:
    received, completed = _instant(raw, spec.received, spec), _instant(raw, spec.completed, spec)
    return {
        "case_id": _text(raw, spec.case, spec) if spec.case else raw[ROW].cast("string"),
        "received": received,
        "received_readable": received.notnull(),
        "completed": completed,
        "completed_readable": completed.notnull() | _text(raw, spec.completed, spec).isnull(),
        "touches": _amount(raw, spec.touches, spec),
        "is_met": _answer(raw, spec.met, spec),
        "is_reworked": _answer(raw, spec.reworked, spec),
        "is_defective": _answer(raw, spec.defective, spec),
    }


def _text(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    if column is None:
        return NOTHING.cast("string")
    said = raw[column].cast("string").strip().nullif("")
    return ibis.ifelse(said.isin(list(spec.missing)), None, said) if spec.missing else said


def _instant(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    """Return a column of times as naive UTC, NULL where it cannot be read."""
    if column is None:
        return NOTHING.cast(NAIVE)
    zone, kind = spec.timezone or "UTC", raw[column].type()
    if kind.is_timestamp() and kind.timezone:
        return clock_of("UTC", raw[column].cast(AWARE))
    if kind.is_timestamp() or kind.is_date():
        return clock_of("UTC", in_zone(zone, raw[column].cast(NAIVE)))
    said = _text(raw, column, spec)
    if spec.format:
        read = try_strptime(said, spec.format)  # with %z DuckDB returns UTC
        return read if "%z" in spec.format else clock_of("UTC", in_zone(zone, read))
    naive = clock_of("UTC", in_zone(zone, said.try_cast(NAIVE)))
    has_offset = (said.length() > DATE_LENGTH) & said.re_search(OFFSET)
    return ibis.ifelse(has_offset, clock_of("UTC", said.try_cast(AWARE)), naive)


def _amount(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    if column is None:
        return NOTHING.cast("float64")
    if raw[column].type().is_numeric():
        return raw[column].cast("float64")
    said = _text(raw, column, spec)
    return (said.replace(".", "").replace(",", ".") if spec.decimal == "," else said).try_cast("float64")


def _answer(raw: ibis.Table, told: YesNo | None, spec: Source) -> Any:
    if told is None:
        return NOTHING.cast("boolean")
    said = _text(raw, told.column, spec)
    return ibis.cases((said.isin(list(told.yes)), True), (said.isin(list(told.no)), False))


# ------------------------------------------------------------------------------------------------------ one row a case


def _cases(rows: ibis.Table, spec: Source) -> ibis.Table:
    if isinstance(spec, Events):
        return _inspected(rows.agg(by="case_id", **_case_of_events(spec)).mutate(is_met=NOTHING.cast("boolean")), spec)
    names = [name for name in results.Cases.to_schema().columns if name in rows.columns]
    return rows.select(*names).mutate(workflows=ibis.literal(1))


def _case_of_events(spec: Events) -> dict[str, Any]:
    """Return what the events of one case say about it, each as one aggregate."""
    closing = _.activity.isin(list(spec.closed.activities)) if spec.closed else ibis.literal(True)
    told = {
        "workflow": _.workflow.max(),
        "workflows": _.workflow.nunique(),
        "received": ibis.least(_.received.min(), _.completed.min()),
        "completed": _.completed.max(where=closing),
        "touches": NOTHING.cast("float64"),
        "is_reworked": NOTHING.cast("boolean"),
        "is_defective": NOTHING.cast("boolean"),
        "cost": _.cost.cast(EXACT).sum().cast("float64"),
        "due": _.due.max(),
    }
    if spec.human:
        humans, unknown = _.count(where=_.is_human), _.count(where=_.is_human.isnull())
        told["touches"] = ibis.ifelse((unknown == 0) | (humans > 0), humans.cast("float64"), None)
    if spec.rework:
        told["is_reworked"] = _.count(where=_.activity.isin(list(spec.rework.activities))) > 0
        if spec.rework.repeats:
            told["is_reworked"] = told["is_reworked"] | (_.activity.count() > _.activity.nunique())
    if spec.error:
        told["is_defective"] = _.count(where=_.activity.isin(list(spec.error.activities))) > 0
        if spec.error.inspected:
            looked = _.count(where=_.activity.isin([*spec.error.inspected, *spec.error.activities])) > 0
            told["is_defective"] = ibis.ifelse(looked, told["is_defective"], None)
    return told


def _inspected(cases: ibis.Table, spec: Events) -> ibis.Table:
    """Forget errors of workflows in which none was ever recorded: nobody looked, and 0% would be a fiction."""
    if not spec.error or spec.error.inspected:
        return cases
    watched = cases.filter(_.is_defective).select("workflow").distinct()
    looked = cases.workflow.isin(watched.workflow) | cases.workflow.isnull()
    return cases.mutate(is_defective=ibis.ifelse(looked, cases.is_defective, None))


def _due_in(start: datetime, end: datetime) -> Any:
    """Return whether a case was due in the period: one done early, before it began, still counts for its SLA."""
    return ((_.due >= start) & (_.due < end)).fill_null(False)


def _period(engagement: Engagement, spec: Source) -> tuple[datetime, datetime]:
    zone, period = ZoneInfo(spec.timezone or "UTC"), engagement.header.period
    first = datetime.combine(period.start, time.min, zone)
    after = datetime.combine(period.end + timedelta(days=1), time.min, zone)
    return first.astimezone(UTC).replace(tzinfo=None), after.astimezone(UTC).replace(tzinfo=None)


def _absent(spec: Source) -> dict[str, str]:
    """Return the KPIs this log cannot give, with the key that would give them."""
    if isinstance(spec, Events):
        keys = {"stp_rate": "human", "first_pass_yield": "rework", "rework_rate": "rework", "error_rate": "error"}
        keys |= {"open_cases": "closed", "sla_compliance": "due", "cost_per_transaction": "cost"}
        section = {"human", "rework", "error", "closed"}
        named = {kpi: f"[events.{key}]" if key in section else key for kpi, key in keys.items()}
    else:
        keys = {"stp_rate": "touches", "first_pass_yield": "reworked", "rework_rate": "reworked"}
        keys |= {"error_rate": "defective", "cost_per_transaction": "cost"}
        keys |= {} if getattr(spec, "met", None) else {"sla_compliance": "due"}
        named = dict(keys)
    return {kpi: f"would need {named[kpi]} in engagement.toml" for kpi, key in keys.items() if not getattr(spec, key)}
