"""Where it happens: the figures of a log by workflow, step, exception type and week.

Everything by case comes from the case table in one pass; steps and exceptions are counted where the events lie. The
expressions keep to the subset of Ibis that means the same on every engine (docs/method/engines.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import ibis
import numpy as np
import pandas as pd
from ibis import _

from engineroom import statistics
from engineroom.dictionary import columns, logtables
from engineroom.dictionary.columns import DataFrame
from engineroom.logs import caveats, engines, kpis
from engineroom.logs.engines import EXACT
from engineroom.logs.event_log import EventLog

NOT_STATED = "(not stated)"
FINE = "decimal(38, 12)"
"""Exact like `EXACT`, for hours and for squares: a case is counted to the microsecond."""

GRID = [place / 1000 for place in range(1001)]
"""Shares of all items at whose quantiles the limits of a weekly median are looked up."""

SLOW, STRAY = 0.95, 0.002
"""Share of the items that are quicker than a slow one, and share of those received that may lie outside the intake."""

Drill = TypeVar("Drill", bound=Callable[..., pd.DataFrame])


def _once(drill: Drill) -> Drill:
    """Return a drill that a log answers once: measures and exhibits ask for the same tables."""

    @wraps(drill)
    def answer(log: EventLog, *about: Any, **named: Any) -> pd.DataFrame:
        key = (drill.__name__, *map(str, (*about, *named.values())))
        if key not in log.answers:
            log.answers[key] = drill(log, *about, **named)
        return log.answers[key].copy()

    return cast(Drill, answer)


@_once
def counts(log: EventLog) -> pd.DataFrame:
    """Return, per workflow, the counts and sums from which every rate and mean is made, in one pass over the cases."""
    is_due = ((_.due >= log.start) & (_.due < log.end)) | kpis.ANSWERED
    cases = log.cases.mutate(workflow=stated_or_not(_.workflow), is_due=is_due)
    return cases.agg(
        by="workflow",
        all=_.count(where=_.is_done | _.is_open),
        done=_.count(where=_.is_done),
        open=_.count(where=_.is_open),
        p50=_.hours.quantile(0.5, where=_.is_done),
        p90=_.hours.quantile(0.9, where=_.is_done),
        lasted=_.count(where=_.is_done & _.hours.notnull()),
        **_shares(),
        rework_cost=_sum(_.rework_cost, _.is_done),
        waiting=exact(ibis.greatest(_.hours - _.handling_hours, 0.0), _.is_done & (_.handling_hours > 0)),
        **_moments(),
    ).execute()


def quarters(log: EventLog | None) -> DataFrame[logtables.Quarters]:
    """Return, per workflow and quarter of completion on the log's own clock, the counts that its shares are of."""
    if log is None:
        return columns.empty(logtables.Quarters)
    medians = ibis.memtable(counts(log)[["workflow", "p50"]])
    named = {"workflow": stated_or_not(_.workflow), "is_due": _.due.notnull() | kpis.ANSWERED}
    done = log.cases.filter(_.is_done).mutate(**named).join(medians, "workflow")
    clock = engines.clock_of_utc(done.completed, log.timezone, "duckdb")
    frame = (
        done.mutate(quarter=clock.truncate("Q").cast("timestamp(6)"))
        .agg(
            by=["workflow", "quarter"],
            quick=_.count(where=_.hours <= _.p50),
            lasted=_.hours.count(),
            **_shares(),
        )
        .execute()
    )
    ordered = frame.sort_values(["workflow", "quarter"], kind="stable").reset_index(drop=True)
    return logtables.Quarters.validate(ordered[logtables.Quarters.names()])


def _shares() -> dict[str, Any]:
    """Return the counts of cases from which shares are made, by name."""
    return {name: _.count(where=counted) for kpi in kpis.KPIS for name, counted in kpi.shares.items()}


def precision(log: EventLog) -> str:
    """Return the unit that times of the log tell: `whole days` or `whole months` where they have no time of day."""
    dates = log.caveats[log.caveats["caveat"] == "date_without_time"]
    if not len(dates) or float(dates["affected"].iloc[0]) < caveats.NEARLY_ALL * float(dates["total"].iloc[0]):
        return ""
    days = engines.clock_of_utc(log.cases.completed, log.timezone, "duckdb").day()
    told = log.cases.agg(all=days.count(), first=days.count(where=days == 1)).execute().iloc[0]
    return "whole months" if told["all"] and told["first"] >= caveats.NEARLY_ALL * told["all"] else "whole days"


@_once
def steps(log: EventLog) -> DataFrame[logtables.Steps]:
    """Return, per workflow and step, the share of completed cases that passed it at the first attempt.

    A case that came back to the step, or in which it ended in an exception, did not; empty where neither can be told.
    """
    if log.timed is None or log.attempts is None:
        return columns.empty(logtables.Steps)
    done = _done(log)
    visits = _of(log.timed.filter(_.activity.notnull()), done).agg(
        by=["workflow", "activity"], events=_.count(), handling_hours=engines.in_hours(_.handled.sum())
    )
    again = _of(log.attempts, done).agg(
        by=["workflow", "activity"],
        extra=_.returns.sum().cast("int64"),
        updates=(_.times - 1 - _.returns).sum().cast("int64"),
        failing=_.count(where=(_.returns > 0) | (_.failed > 0)),
    )
    left, right = visits.execute(), again.execute()
    both = left.merge(right, on=["workflow", "activity"], how="left").fillna({"extra": 0, "updates": 0, "failing": 0})
    both["events"] -= both["updates"]
    cases = both["events"] - both["extra"]
    low, high = statistics.exact_share(cases - both["failing"], cases)
    found = pd.DataFrame(
        {
            "workflow": both["workflow"],
            "step": both["activity"],
            "cases": cases.astype(float),
            "events": both["events"].astype(float),
            "first_pass_yield": (cases - both["failing"]) / cases,
            "low": low,
            "high": high,
            "handling_hours": both["handling_hours"].astype(float),
        }
    )
    return logtables.Steps.validate(found.sort_values(["workflow", "step"]).reset_index(drop=True))


def rolled(steps: pd.DataFrame, done: pd.Series) -> pd.Series:
    """Return the rolled throughput yield of each workflow, from `cases` and `first_pass_yield` of its steps.

    It is the product, over the steps, of the share of all completed cases (`done`, by workflow) that did not fail
    there: a case that never came to an optional step has not failed at it.
    """
    failing = steps["cases"] * (1 - steps["first_pass_yield"]) / steps["workflow"].map(done).astype(float)
    return (1 - failing).groupby(steps["workflow"]).agg(statistics.rolled_throughput_yield)


@_once
def exceptions(log: EventLog) -> DataFrame[logtables.Exceptions]:
    """Return the types of exception in each workflow, by their number, with what their events cost."""
    if log.events is None or "exception_types" in log.absent:
        return columns.empty(logtables.Exceptions)
    failed = _of(log.events.filter(_.exception.notnull()), _done(log))
    frame = failed.agg(
        by=["workflow", "exception"], events=_.count(), cases=_.case_id.nunique(), cost=_sum(_.cost)
    ).execute()
    if frame.empty:
        return columns.empty(logtables.Exceptions)
    frame = frame.sort_values(["workflow", "events", "exception"], ascending=[True, False, True])
    frame["share"] = frame["events"] / frame.groupby("workflow")["events"].transform("sum")
    frame["cumulative_share"] = frame.groupby("workflow")["share"].cumsum()
    return logtables.Exceptions.validate(frame.astype({"events": float, "cases": float}).reset_index(drop=True))


def weeks(log: EventLog | None) -> DataFrame[logtables.Weeks]:
    """Return the weeks of the period, from Monday on the log's own clock; the first and the last may be cut."""
    if log is None:
        return columns.empty(logtables.Weeks)

    def monday(time: Any) -> Any:
        return engines.clock_of_utc(time, log.timezone, "duckdb").truncate("W").cast("timestamp(6)")

    arrived = log.cases.filter(_.received >= log.start)
    arrived = arrived.mutate(week=monday(arrived.received)).agg(by="week", received=_.count())
    done = log.cases.filter(_.is_done)
    finished = done.mutate(week=monday(done.completed)).agg(
        by="week",
        completed=_.count(),
        cycle_time_p50_hours=_.hours.quantile(0.5),
        cycle_time_p90_hours=_.hours.quantile(0.9),
        first_pass=_.count(where=~_.is_reworked),
        judged=_.count(where=_.is_reworked.notnull()),
    )
    before = log.cases.filter((_.received < log.start) & (_.is_done | _.is_open)).count().execute()
    frame = arrived.execute().merge(finished.execute(), on="week", how="outer").sort_values("week")
    counts = frame[["received", "completed"]].fillna(0).astype(float)
    found = pd.DataFrame(
        {
            "week": frame["week"],
            "received": counts["received"],
            "completed": counts["completed"],
            "open_cases": int(before) + (counts["received"] - counts["completed"]).cumsum(),
            "cycle_time_p50_hours": frame["cycle_time_p50_hours"].astype(float),
            "cycle_time_p90_hours": frame["cycle_time_p90_hours"].astype(float),
            "first_pass_yield": _ratio(frame["first_pass"], frame["judged"]),
        }
    )
    return logtables.Weeks.validate(found.reset_index(drop=True))


def workflow_weeks(log: EventLog | None) -> DataFrame[logtables.WorkflowWeeks]:
    """Return the weeks of each workflow by completion."""
    if log is None:
        return columns.empty(logtables.WorkflowWeeks)
    named = log.cases.mutate(workflow=stated_or_not(_.workflow))
    done = named.filter(_.is_done)
    clock = engines.clock_of_utc(done.completed, log.timezone, "duckdb")
    frame = (
        done.mutate(week=clock.truncate("W").cast("timestamp(6)"))
        .agg(
            by=["workflow", "week"],
            completed=_.count(),
            reworked=_.count(where=_.is_reworked),
            judged=_.count(where=_.is_reworked.notnull()),
            lasted=_.hours.count(),
            hours=_.hours.quantile(0.5),
            failures=_.failures.sum(),
            followed=_.count(where=_.failures.notnull()),
        )
        .execute()
    )
    arrived = engines.clock_of_utc(named.received, log.timezone, "duckdb").epoch_seconds()
    about = named.agg(
        by="workflow",
        hours=_.hours.quantile(GRID, where=_.is_done),
        timed=_.count(where=_.is_done & _.hours.notnull()),
        slow=(_.completed.epoch_seconds() - _.received.epoch_seconds()).quantile(SLOW, where=_.is_done),
        first=arrived.quantile(STRAY),
        last=arrived.quantile(1 - STRAY),
    ).execute()
    frame = frame.merge(about.rename(columns={"hours": "all_hours"}), on="workflow")
    found = frame.assign(is_whole=_is_whole(frame), **limits(frame))
    ordered = found.sort_values(["workflow", "week"], kind="stable").reset_index(drop=True)
    return logtables.WorkflowWeeks.validate(ordered[logtables.WorkflowWeeks.names()])


def _is_whole(weeks: pd.DataFrame) -> pd.Series:
    """Return which weeks quick and slow items had the same chance to be completed in.

    A log that was drawn by the day of receipt holds quick items alone in its first weeks, and slow ones alone after
    work stopped coming in. A week counts from when `SLOW` of the items received first had been completed until the
    last one came in.
    """
    begins = (weeks["week"] - pd.Timestamp(0)) // pd.Timedelta(seconds=1)
    return (begins >= weeks["first"] + weeks["slow"]) & (begins <= weeks["last"])


def limits(weeks: pd.DataFrame) -> dict[str, list[float]]:
    """Return the durations that the median of a week's items passes by chance, and the median of all items."""
    low, centre, high = [], [], []
    for row in weeks.to_dict("records"):
        grid = np.asarray(row["all_hours"], float)
        below = statistics.below_median(int(row["lasted"])) if row["lasted"] else 0.0
        place = below * (len(grid) - 1) if below * row["timed"] >= 1 else 0.0
        low.append(grid[math.floor(place)])
        high.append(grid[len(grid) - 1 - math.floor(place)])
        centre.append(grid[len(grid) // 2])
    return {"low_hours": low, "centre_hours": centre, "high_hours": high}


def stated_or_not(column: Any) -> Any:
    """Return a column of names in which a blank has a name as well."""
    return column.fill_null(NOT_STATED)


def _done(log: EventLog) -> ibis.Table:
    """Return the cases completed in the period with their workflow, where the events lie."""
    done = log.at_source.filter((_.completed >= log.start) & (_.completed < log.end) & (_.received < log.end))
    return done.select("case_id", workflow=stated_or_not(_.workflow))


def _of(events: ibis.Table, cases: ibis.Table) -> ibis.Table:
    """Return the events of some cases, each under the workflow of its case."""
    return events.drop(*({"workflow"} & set(events.columns))).inner_join(cases, "case_id")


def _moments() -> dict[str, Any]:
    """Return the sums of amounts and of their squares, and how many there are: means and their spread come of them."""
    found: dict[str, Any] = {}
    for name, (amount, cases) in ((name, two) for kpi in kpis.KPIS for name, two in kpi.amounts.items()):
        counted = cases & amount.notnull()
        found |= {name: exact(amount, counted), f"{name}_squares": exact(amount * amount, counted)}
        found[f"{name}_n"] = amount.count(where=counted)
    return found


def exact(amount: Any, where: Any) -> Any:
    """Return the sum of an amount that is the same in whatever order an engine's threads add it up."""
    return amount.cast(FINE).sum(where=where).cast("float64")


def _sum(amount: Any, where: Any = None) -> Any:
    return amount.cast(EXACT).sum(where=where).cast("float64")


def _ratio(top: Any, bottom: Any) -> pd.Series:
    """Return one count over another; blank where there is nothing to divide by."""
    below = cast(pd.Series, bottom).astype(float)
    return cast(pd.Series, top).astype(float) / below.where(below > 0)
