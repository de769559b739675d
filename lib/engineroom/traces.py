"""What a log says about single steps beyond `drilldown`: corrections, durations with open cases, what follows a step.

All of it is counted where the events lie; what travels is one row a step, a duration or a kind of actor.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd
from ibis import _

from engineroom import engines, eventlog, workingtime
from engineroom.drilldown import stated_or_not
from engineroom.eventlog import EventLog
from engineroom.tables import Tables

FINE_HOURS = 48
"""Durations are counted to the minute up to here, to the hour beyond: ten million cases become some thousand rows."""

CORRECTIONS = ["workflow", "step", "events", "cases", "handling_hours"]
FOLLOWING = ["workflow", "is_human", "steps", "followed", "corrected", "failed", "wait_p50_hours", "wait_p90_hours"]


def corrections(log: EventLog | None, tables: Tables) -> pd.DataFrame:
    """Return, per workflow and stated rework activity, how often completed cases needed it and how long it took."""
    names = rework_steps(tables)
    if log is None or log.timed is None or not names:
        return pd.DataFrame(columns=CORRECTIONS)
    frame = (
        _of_done(log, log.timed.filter(_.activity.isin(list(names))))
        .agg(
            by=["workflow", "activity"],
            events=_.count(),
            cases=_.case_id.nunique(),
            handling_hours=engines.in_hours(_.handled.sum()),
        )
        .execute()
    )
    found = frame.rename(columns={"activity": "step"}).sort_values(["workflow", "step"]).reset_index(drop=True)
    return found[CORRECTIONS].astype({"events": float, "cases": float, "handling_hours": float})


def rework_steps(tables: Tables) -> tuple[str, ...]:
    """Return the activities that engagement.toml names as rework."""
    spec = tables.engagement.events
    return spec.rework.activities if spec and spec.rework else ()


def durations(log: EventLog | None, tables: Tables, changed: str = "") -> pd.DataFrame:
    """Return how many cases left after how long: workflow, entered, hours, completed, open, is_after.

    `open` counts cases that were not complete when the period ended, at the age they had. `entered` is the age at which
    a case came under observation: its age when the period began, or -1 for cases received in the period. `is_after`
    tells those completed from the day `changed` on. Exits are rounded up and entries down, to the minute up to 48 hours
    and to the hour beyond, on the calendar of the log.
    """
    columns = ["workflow", "entered", "hours", "completed", "open", "is_after"]
    spec = tables.engagement.events or tables.engagement.cases
    if log is None or spec is None:
        return pd.DataFrame(columns=columns)
    window = eventlog.window(tables.engagement, spec)

    cases = log.cases.filter(_.is_done | _.is_open)

    def age(at: Any) -> Any:
        return engines.in_hours(workingtime.spent(cases.received, at, spec, window, "duckdb"))

    end, start = (ibis.literal(at, "timestamp(6)") for at in (log.end, log.start))
    day = ibis.literal(_day(changed, log) if changed else log.end, "timestamp(6)")
    seen = cases.mutate(
        workflow=stated_or_not(_.workflow),
        lasted=ibis.greatest(ibis.ifelse(_.is_done, _.hours, age(end)), 0.0),
        before=ibis.ifelse(_.received < start, ibis.greatest(age(start), 0.0), -1.0),
        is_after=(_.is_done & (_.completed >= day)).fill_null(False),
    )
    fine = _.lasted <= FINE_HOURS
    hours = ibis.ifelse(fine, (_.lasted * 60 - 1e-6).ceil() / 60, _.lasted.ceil().cast("float64"))
    entered = ibis.ifelse(_.before <= FINE_HOURS, (_.before * 60).floor() / 60, _.before.floor().cast("float64"))
    frame = (
        seen.mutate(hours=ibis.greatest(hours, 0.0), entered=ibis.ifelse(_.before < 0, -1.0, entered))
        .mutate(entered=ibis.ifelse(_.entered < _.hours, _.entered, -1.0))
        .agg(
            by=["workflow", "entered", "hours", "is_after"],
            completed=_.count(where=_.is_done),
            open=_.count(where=_.is_open),
        )
        .execute()
    )
    return (
        frame[columns].sort_values(["workflow", "hours", "entered", "is_after"], kind="stable").reset_index(drop=True)
    )


def following(log: EventLog | None, tables: Tables) -> pd.DataFrame:
    """Return what comes after the steps of systems and of people in completed cases, per workflow.

    `corrected` counts the steps whose next event is a stated rework activity, `failed` those that ended in an
    exception themselves. The wait runs from the end of the step to the start of the next event (its end where the log
    has no start), in elapsed hours. Rows whose actor is unknown are left out.
    """
    if log is None or log.events is None or "stp_rate" in log.absent:
        return pd.DataFrame(columns=FOLLOWING)
    rows = _of_done(log, log.events)
    last = engines.in_byte_order(rows.activity, log.events.get_backend().name)
    turn = ibis.window(group_by="case_id", order_by=[_.completed, _.received, last])
    pairs = rows.select(
        "workflow",
        "is_human",
        "completed",
        failed=_.exception.notnull(),
        then=_.activity.lead().over(turn),
        begins=_.received.lead().over(turn),
    )
    waited = engines.in_hours(_.begins.delta(_.completed, unit="microsecond"))
    pairs = pairs.filter(_.is_human.notnull()).mutate(wait=ibis.greatest(waited, 0.0))
    frame = pairs.agg(
        by=["workflow", "is_human"],
        steps=_.count(),
        followed=_.count(where=_.begins.notnull()),
        corrected=_.count(where=_.then.isin(list(rework_steps(tables)) or [""])),
        failed=_.count(where=_.failed),
        wait_p50_hours=_.wait.quantile(0.5, where=_.begins.notnull()),
        wait_p90_hours=_.wait.quantile(0.9, where=_.begins.notnull()),
    ).execute()
    return frame[FOLLOWING].sort_values(["workflow", "is_human"]).reset_index(drop=True)


def straight_through(log: EventLog | None) -> pd.DataFrame:
    """Return, per workflow, the completed cases that no human touched and those of them that were reworked."""
    if log is None or "stp_rate" in log.absent or "rework_rate" in log.absent:
        return pd.DataFrame(columns=["workflow", "straight", "reworked"])
    straight = log.cases.filter(_.is_done & (_.touches == 0) & _.is_reworked.notnull())
    frame = (
        straight.mutate(workflow=stated_or_not(_.workflow))
        .agg(by="workflow", straight=_.count(), reworked=_.count(where=_.is_reworked))
        .execute()
    )
    return frame.sort_values("workflow").reset_index(drop=True)


def rows_used(log: EventLog | None) -> float:
    """Return how many rows of the log the figures rest on; 0 without a log."""
    if log is None:
        return 0.0
    return float((log.events if log.events is not None else log.at_source).count().execute())


def _of_done(log: EventLog, events: ibis.Table) -> ibis.Table:
    """Return the events of the cases completed in the period, each under the workflow of its case."""
    done = log.at_source.filter((_.completed >= log.start) & (_.completed < log.end) & (_.received < log.end))
    done = done.select("case_id", workflow=stated_or_not(_.workflow))
    return events.drop(*({"workflow"} & set(events.columns))).inner_join(done, "case_id")


def _day(changed: str, log: EventLog) -> pd.Timestamp:
    """Return the first instant of a day on the log's own clock, as naive UTC."""
    return pd.Timestamp(changed).tz_localize(log.timezone or "UTC").tz_convert("UTC").tz_localize(None)
