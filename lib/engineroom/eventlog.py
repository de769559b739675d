"""Read an event log or a record table, check it, and turn it into one row a case.

The log never passes through Python: Ibis expressions run in DuckDB, out of core where it must be. `[events]` (one row
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

from engineroom import columns, logfile, results
from engineroom.columns import DataFrame
from engineroom.engagement import Cases, Engagement, Events, Source, YesNo
from engineroom.errors import DataProblems, Problem
from engineroom.logfile import ROW

TOLERATED = 0.01
"""Share of rows that may be unusable, left out and told; above it the file is not what the engagement says it is."""

MEMORY = "4GB"
NAIVE = dt.Timestamp(scale=6)
UTC_TIME = dt.Timestamp(timezone="UTC", scale=6)
OFFSET = r"(Z|[+-]\d\d(:?\d\d)?)$"


@ibis.udf.scalar.builtin(signature=((dt.string, dt.string), NAIVE))
def try_strptime(text: str, form: str) -> Any:
    """Return the time a text states in a given form, NULL where it does not (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, NAIVE), UTC_TIME))
def in_zone(zone: str, naive: Any) -> Any:
    """Return the instant at which clocks of `zone` show a naive time (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, UTC_TIME), NAIVE))
def clock_of(zone: str, instant: Any) -> Any:
    """Return what clocks of `zone` show at an instant (DuckDB)."""


@dataclass(frozen=True)
class EventLog:
    """A checked log as a case table.

    Attributes
    ----------
    cases : ibis.Table
        Columns of `results.Cases`, times as naive UTC; only cases that were under way in the period.
    start, end : datetime
        The period as naive UTC, `end` excluded: days begin and end in the log's time zone.
    caveats : DataFrame[Caveats]
        What was found and left out or assumed.
    absent : dict of str to str
        KPI id -> the key of engagement.toml that would give it.
    source : str
        File and SHA-256.
    """

    cases: ibis.Table
    start: datetime
    end: datetime
    caveats: DataFrame[results.Caveats]
    absent: dict[str, str]
    source: str


def open(engagement: Engagement) -> EventLog | None:  # noqa: A001 -- the verb of this module
    """Return the engagement's log, checked; None where it has none; raise `DataProblems` where it cannot be trusted."""
    spec = engagement.events or engagement.cases
    if spec is None:
        return None
    path = engagement.path(spec.source.rstrip("/*"), allow_outside_folder=spec.allow_outside_folder)
    where = f"{engagement.folder.name}/{spec.source}"
    connection = ibis.duckdb.connect(
        memory_limit=MEMORY,
        temp_directory=str(Path(tempfile.gettempdir()) / f"engineroom-spill-{os.getpid()}"),  # made only when needed
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    connection.raw_sql("SET TimeZone = 'UTC'")
    problems: list[Problem] = []
    raw = logfile.rows(connection, path, spec, where, problems)
    if raw is None or problems:
        raise DataProblems(problems, engagement.check_command)
    problems += _missing_columns(raw, spec, where)
    if problems:
        raise DataProblems(problems, engagement.check_command)
    rows = connection.create_table("log", _typed(_filtered(raw, spec), spec), temp=True)
    notes = list(_checked(rows, spec, where, problems))
    if problems:
        raise DataProblems(problems, engagement.check_command)
    usable = rows.filter(_.case_id.notnull() & _.completed_readable & _.received_readable)
    cases = _case_table(usable, spec) if isinstance(spec, Events) else _records(usable, spec)
    start, end = _period(engagement, spec)
    cases = connection.create_table("cases", cases, temp=True)
    notes += _scoped(cases, start, end, spec, where, problems)
    if problems:
        raise DataProblems(problems, engagement.check_command)
    under_way = (_.received < end) & (_.completed.isnull() | (_.completed >= start))
    return EventLog(
        cases=cases.filter(under_way),
        start=start,
        end=end,
        caveats=results.Caveats.validate(pd.DataFrame(notes, columns=list(columns.empty(results.Caveats).columns))),
        absent=_absent(spec),
        source=f"{where} · sha256 {logfile.digest(path)[:12]}",
    )


# ----------------------------------------------------------------------------------------------------- typing the rows


def _columns(spec: Source) -> dict[str, str]:
    """Return the column of the file behind each key of engagement.toml."""
    plain = ("case", "activity", "completed", "started", "received", "workflow", "resource", "due", "cost", "touches")
    named = {key: getattr(spec, key) for key in plain if getattr(spec, key, None)}
    for key in ("human", "met", "reworked", "defective"):
        if getattr(spec, key, None):
            named[f"{key}.column"] = getattr(spec, key).column
    return named | {f"filter.{column}": column for column in spec.filter}


def _missing_columns(raw: ibis.Table, spec: Source, where: str) -> Iterator[Problem]:
    for key, column in _columns(spec).items():
        if column not in raw.columns:
            near = difflib.get_close_matches(column, raw.columns, 1)
            known = f'did you mean "{near[0]}"?' if near else f"it has: {', '.join(raw.columns[:-1][:25])}"
            yield Problem(where, 1, column, f"the file has no such column, but {key} names it", known)


def _filtered(raw: ibis.Table, spec: Source) -> ibis.Table:
    for column, values in spec.filter.items():
        raw = raw.filter(raw[column].cast("string").isin(list(values)))
    return raw


def _text(raw: ibis.Table, column: str, spec: Source) -> Any:
    said = raw[column].cast("string").strip().nullif("")
    return said if not spec.missing else ibis.ifelse(said.isin(list(spec.missing)), None, said)


def _instant(raw: ibis.Table, column: str, spec: Source) -> Any:
    """Return a column of times as naive UTC, NULL where it cannot be read."""
    zone = spec.timezone or "UTC"
    kind = raw[column].type()
    if kind.is_timestamp():
        aware = raw[column].cast(UTC_TIME) if kind.timezone else in_zone(zone, raw[column].cast(NAIVE))
        return clock_of("UTC", aware)
    if kind.is_date():
        return clock_of("UTC", in_zone(zone, raw[column].cast(NAIVE)))
    said = _text(raw, column, spec)
    if spec.format and "%z" not in spec.format:
        return clock_of("UTC", in_zone(zone, try_strptime(said, spec.format)))
    if spec.format:
        return try_strptime(said, spec.format)
    naive = clock_of("UTC", in_zone(zone, said.try_cast(NAIVE)))
    return ibis.ifelse(
        said.length() > 10, ibis.ifelse(said.re_search(OFFSET), clock_of("UTC", said.try_cast(UTC_TIME)), naive), naive
    )


def _amount(raw: ibis.Table, column: str, spec: Source) -> Any:
    if raw[column].type().is_numeric():
        return raw[column].cast("float64")
    said = _text(raw, column, spec)
    return (said.replace(".", "").replace(",", ".") if spec.decimal == "," else said).try_cast("float64")


def _answer(raw: ibis.Table, told: YesNo, spec: Source) -> Any:
    said = _text(raw, told.column, spec)
    return ibis.cases((said.isin(list(told.yes)), True), (said.isin(list(told.no)), False))


def _typed(raw: ibis.Table, spec: Source) -> ibis.Table:
    """Return the rows with their meaning: text, instants, amounts; `*_readable` says which times could be read."""
    text_, instant = (lambda column: _text(raw, column, spec)), (lambda column: _instant(raw, column, spec))
    nothing = ibis.null()
    columns: dict[str, Any] = {
        ROW: raw[ROW],
        "case_id": text_(spec.case) if spec.case else raw[ROW].cast("string"),  # type: ignore[attr-defined]
        "workflow": text_(spec.workflow) if spec.workflow else nothing.cast("string"),
        "completed": instant(spec.completed),  # type: ignore[attr-defined]
        "due": instant(spec.due) if spec.due else nothing.cast(NAIVE),
        "cost": _amount(raw, spec.cost, spec) if spec.cost else nothing.cast("float64"),
    }
    columns["cost_readable"] = (
        columns["cost"].notnull() | text_(spec.cost).isnull() if spec.cost else ibis.literal(True)
    )
    if isinstance(spec, Events):
        columns["activity"] = text_(spec.activity)
        columns["received"] = instant(spec.started) if spec.started else columns["completed"]
        columns["completed_readable"] = columns["completed"].notnull()
        columns["received_readable"] = columns["received"].notnull() | (
            text_(spec.started).isnull() if spec.started else ibis.literal(True)
        )
        said = text_(spec.human.column) if spec.human else nothing.cast("string")
        columns["is_human"] = ~said.isin(list(spec.human.automatic)) if spec.human else nothing.cast("boolean")
    elif isinstance(spec, Cases):
        columns["received"] = instant(spec.received)
        columns["received_readable"] = columns["received"].notnull()
        columns["completed_readable"] = columns["completed"].notnull() | text_(spec.completed).isnull()
        columns["touches"] = _amount(raw, spec.touches, spec) if spec.touches else nothing.cast("float64")
        for key, told in {"is_met": spec.met, "is_reworked": spec.reworked, "is_defective": spec.defective}.items():
            columns[key] = _answer(raw, told, spec) if told else nothing.cast("boolean")
    return raw.select(**columns)


# ------------------------------------------------------------------------------------------------------ checking the rows


def _checked(rows: ibis.Table, spec: Source, where: str, problems: list[Problem]) -> Iterator[tuple[Any, ...]]:
    """Yield a caveat per kind of unusable row; add a problem where they are too many to leave out."""
    form = f' in the format "{spec.format}"' if spec.format else ": write 2026-01-31 14:05, or state format"
    rules: dict[str, tuple[Any, str, str]] = {
        "have no case id": (_.case_id.isnull(), "left out", "case names the wrong column"),
        "have a completion time that cannot be read": (~_.completed_readable, "left out", f"times are read{form}"),
        "have a start time that cannot be read": (~_.received_readable, "left out", f"times are read{form}"),
        "have a cost that cannot be read": (
            ~_.cost_readable,
            "counted without cost",
            'state decimal = "," where it is a comma',
        ),
    }
    if isinstance(spec, Events):
        rules["have no activity"] = (_.activity.isnull(), "kept; they match no rule", "activity names the wrong column")
        rules["start after they end"] = (
            _.received > _.completed,
            "kept; the earlier time counts",
            "started and completed may be swapped",
        )
        if spec.human:
            rules["do not say who did them"] = (
                _.is_human.isnull(),
                "the case counts in no straight-through rate unless a human touched it",
                "",
            )
    else:
        rules["are completed before they are received"] = (
            _.completed < _.received,
            "kept, with a negative cycle time",
            "",
        )
    found = rows.agg(
        total=_.count(),
        **{
            f"rule_{i}": _.count(where=rule[0].fill_null(False) if hasattr(rule[0], "fill_null") else rule[0])
            for i, rule in enumerate(rules.values())
        },
    )
    counts = found.execute().iloc[0]
    total = int(counts["total"])
    if total == 0:
        problems.append(
            Problem(where, rule="no row is left", cure="look at filter, and whether the export is complete")
        )
    for i, (fact, (rule, effect, cure)) in enumerate(rules.items()):
        hits = int(counts[f"rule_{i}"])
        if not hits:
            continue
        at = rows.filter(rule).order_by(ROW).limit(3)[ROW].execute().tolist()
        examples = "row " + ", ".join(f"{row}" for row in at)
        if hits > TOLERATED * total and effect == "left out":
            problems.append(
                Problem(where, int(at[0]), rule=f"{hits:,} of {total:,} rows {fact} ({examples})", cure=cure)
            )
        else:
            yield where, f"{hits:,} of {total:,} rows {fact}", hits, total, effect, examples


def _scoped(
    cases: ibis.Table, start: datetime, end: datetime, spec: Source, where: str, problems: list[Problem]
) -> Iterator[tuple[Any, ...]]:
    """Yield what the period leaves out and what the log leaves unsaid."""
    before, after = _.completed < start, _.received >= end
    counts = (
        cases.agg(
            total=_.count(),
            before=_.count(where=before),
            after=_.count(where=after),
            open=_.count(where=_.completed.isnull() | (_.completed >= end)),
            mixed=_.count(where=_.workflows > 1),
            undue=_.count(where=_.due.isnull() & _.is_met.isnull()),
            first=_.received.min(),
            last=_.received.max(),
        )
        .execute()
        .iloc[0]
    )
    total = int(counts["total"])
    if total and total == int(counts["before"]) + int(counts["after"]):
        span = f"{counts['first']:%Y-%m-%d} to {counts['last']:%Y-%m-%d}"
        problems.append(
            Problem(
                where,
                rule=f"no case was under way in the period; they run from {span}",
                cure="correct period, or format",
            )
        )
    said = {
        "before": ("were completed before the period", "left out"),
        "after": ("were received after the period", "left out"),
        "open": (
            "were not complete when the period ended",
            "counted as open; they have no cycle time yet, so the slow ones are under-represented",
        ),
        "mixed": ("carry more than one workflow", "counted under the last in alphabetical order"),
    }
    if spec.due or (isinstance(spec, Cases) and spec.met):
        said["undue"] = ("have no due date", "in no SLA figure: without a due date nothing is compliant")
    for key, (fact, effect) in said.items():
        if counts[key]:
            yield where, f"{int(counts[key]):,} of {total:,} cases {fact}", int(counts[key]), total, effect, ""
    if isinstance(spec, Events) and spec.error and not spec.error.inspected:
        yield (
            where,
            "the log names no inspection",
            total,
            total,
            "error rates take every item of a workflow as inspected in which an error was ever recorded, and no other",
            "",
        )
    if isinstance(spec, Events) and not spec.closed:
        yield (
            where,
            "no closing activity is stated",
            total,
            total,
            "every case counts as complete at its last event; open cases cannot be told",
            "",
        )
    if not spec.timezone and not spec.format:
        yield where, "no timezone is stated", total, total, "times without an offset are taken as UTC", ""


# --------------------------------------------------------------------------------------------------- one row a case


def _case_table(events: ibis.Table, spec: Events) -> ibis.Table:
    nothing = ibis.null()
    closing = _.activity.isin(list(spec.closed.activities)) if spec.closed else ibis.literal(True)
    reworked: Any = nothing.cast("boolean")
    if spec.rework:
        explicit = _.activity.isin(list(spec.rework.activities)) if spec.rework.activities else ibis.literal(False)
        reworked = _.count(where=explicit) > 0
        if spec.rework.repeats:
            reworked = reworked | (_.activity.count() > _.activity.nunique())
    defective: Any = nothing.cast("boolean")
    if spec.error:
        found = _.count(where=_.activity.isin(list(spec.error.activities))) > 0
        looked = _.count(where=_.activity.isin([*spec.error.inspected, *spec.error.activities])) > 0
        defective = ibis.ifelse(looked, found, None) if spec.error.inspected else found
    touches: Any = nothing.cast("float64")
    if spec.human:
        known = (_.count(where=_.is_human.isnull()) == 0) | (_.count(where=_.is_human) > 0)
        touches = ibis.ifelse(known, _.count(where=_.is_human).cast("float64"), None)
    cases = events.agg(
        by="case_id",
        workflow=_.workflow.max(),
        workflows=_.workflow.nunique(),
        received=ibis.least(_.received.min(), _.completed.min()),
        completed=_.completed.max(where=closing),
        touches=touches,
        is_reworked=reworked,
        is_defective=defective,
        cost=_.cost.sum(),
        due=_.due.max(),
    ).mutate(is_met=nothing.cast("boolean"))
    if spec.error and not spec.error.inspected:
        # a workflow in which no error was ever recorded was not inspected: its 0% would be a fiction
        watched = cases.filter(_.is_defective).select("workflow").distinct()
        judged = cases.workflow.isin(watched.workflow) | cases.workflow.isnull()
        return cases.mutate(is_defective=ibis.ifelse(judged, cases.is_defective, None))
    return cases


def _records(rows: ibis.Table, spec: Cases) -> ibis.Table:
    return rows.select(
        "case_id",
        "workflow",
        "received",
        "completed",
        "touches",
        "is_reworked",
        "is_defective",
        "cost",
        "due",
        "is_met",
    ).mutate(workflows=ibis.literal(1))


def _period(engagement: Engagement, spec: Source) -> tuple[datetime, datetime]:
    zone, period = ZoneInfo(spec.timezone or "UTC"), engagement.header.period
    first = datetime.combine(period.start, time.min, zone)
    after = datetime.combine(period.end + timedelta(days=1), time.min, zone)
    return first.astimezone(UTC).replace(tzinfo=None), after.astimezone(UTC).replace(tzinfo=None)


def _absent(spec: Source) -> dict[str, str]:
    events = isinstance(spec, Events)
    wanted = {
        "stp_rate": ("human", "[events.human]") if events else ("touches", "touches"),
        "first_pass_yield": ("rework", "[events.rework]") if events else ("reworked", "reworked"),
        "rework_rate": ("rework", "[events.rework]") if events else ("reworked", "reworked"),
        "error_rate": ("error", "[events.error]") if events else ("defective", "defective"),
        "sla_compliance": ("due", "due"),
        "cost_per_transaction": ("cost", "cost"),
        "open_cases": ("closed", "[events.closed]") if events else ("completed", "completed"),
    }
    there = {
        key
        for key in (
            "human",
            "rework",
            "error",
            "due",
            "cost",
            "closed",
            "touches",
            "reworked",
            "defective",
            "completed",
        )
        if getattr(spec, key, None)
    }
    if getattr(spec, "met", None):
        there.add("due")
    return {kpi: f"would need {said} in engagement.toml" for kpi, (key, said) in wanted.items() if key not in there}
