"""What a log says about single steps beyond `drilldown`: corrections, durations with open cases, what follows a step.

All of it is counted where the events lie; what travels is one row a step, a duration or a kind of actor.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import ibis
import pandas as pd
from ibis import _

from engineroom.dictionary import logtables
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.logs import drilldown, engines, event_log, hours
from engineroom.logs.drilldown import stated_or_not
from engineroom.logs.event_log import EventLog
from engineroom.readers.tables import Tables

MOST_PATHS = 10_000
"""Moves between two activities that are kept: a log whose activities are free text has millions of them."""

FINE_HOURS = 48
"""Durations are counted to the minute up to here, to the hour beyond: ten million cases become some thousand rows."""


def corrections(log: EventLog | None, tables: Tables) -> DataFrame[logtables.Corrections]:
    """Return, per workflow and stated rework activity, how often completed cases needed it and how long it took."""
    names = rework_steps(tables)
    if log is None or log.timed is None or not names:
        return empty(logtables.Corrections)
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
    return logtables.Corrections.validate(found[logtables.Corrections.names()])


def rework_steps(tables: Tables) -> tuple[str, ...]:
    """Return the activities that engagement.toml names as rework."""
    spec = tables.engagement.events
    return spec.rework.activities if spec and spec.rework else ()


def durations(log: EventLog | None, tables: Tables, changed: str = "") -> DataFrame[logtables.Durations]:
    """Return how many cases left after how long.

    `open` counts cases that were not complete when the period ended, at the age they had. `entered` is the age at which
    a case came under observation: its age when the period began, or -1 for cases received in the period. `is_after`
    tells those completed from the day `changed` on. Exits are rounded up and entries down, to the minute up to 48 hours
    and to the hour beyond, on the calendar of the log.
    """
    spec = tables.engagement.events or tables.engagement.cases
    if log is None or spec is None:
        return empty(logtables.Durations)
    window = event_log.window(tables.engagement, spec)

    cases = log.cases.filter((_.is_done & _.hours.notnull()) | _.is_open)

    def age(at: Any) -> Any:
        return engines.in_hours(hours.spent(cases.received, at, spec, window, "duckdb"))

    end, start = (ibis.literal(at, "timestamp(6)") for at in (log.end, log.start))
    day = ibis.literal(_day(changed, log) if changed else log.end, "timestamp(6)")
    seen = cases.mutate(
        workflow=stated_or_not(_.workflow),
        lasted=ibis.greatest(ibis.ifelse(_.is_done, _.hours, age(end)), 0.0),
        before=ibis.ifelse(_.received < start, ibis.greatest(age(start), 0.0), -1.0),
        is_after=(_.is_done & (_.completed >= day)).fill_null(False),
    )
    fine = _.lasted <= FINE_HOURS
    rounded = ibis.ifelse(fine, (_.lasted * 60 - 1e-6).ceil() / 60, _.lasted.ceil().cast("float64"))
    entered = ibis.ifelse(_.before <= FINE_HOURS, (_.before * 60).floor() / 60, _.before.floor().cast("float64"))
    frame = (
        seen.mutate(hours=ibis.greatest(rounded, 0.0), entered=ibis.ifelse(_.before < 0, -1.0, entered))
        .mutate(entered=ibis.ifelse(_.entered < _.hours, _.entered, -1.0))
        .agg(
            by=["workflow", "entered", "hours", "is_after"],
            completed=_.count(where=_.is_done),
            open=_.count(where=_.is_open),
        )
        .execute()
    )
    ordered = frame[logtables.Durations.names()].sort_values(
        ["workflow", "hours", "entered", "is_after"], kind="stable"
    )
    return logtables.Durations.validate(ordered.reset_index(drop=True))


def following(log: EventLog | None, tables: Tables) -> DataFrame[logtables.Following]:
    """Return what comes after the steps of systems and of people in completed cases, per workflow.

    `corrected` counts the steps whose next event is a stated rework activity, `failed` those that ended in an
    exception themselves. The wait runs from the end of the step to the start of the next event (its end where the log
    has no start), in elapsed hours. Rows whose actor is unknown are left out.
    """
    if log is None or log.events is None or "stp_rate" in log.absent:
        return empty(logtables.Following)
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
    ordered = frame[logtables.Following.names()].sort_values(["workflow", "is_human"])
    return logtables.Following.validate(ordered.reset_index(drop=True))


def paths(log: EventLog | None) -> DataFrame[logtables.Paths]:
    """Return how often completed cases move from one activity to the next, and how long they wait in between.

    The `MOST_PATHS` most frequent moves are kept; the counts of their activity and workflow are of all moves. Waits are
    elapsed hours from the end of a step to the start of the next (its end where the log has no start).
    """
    if log is None or log.events is None:
        return empty(logtables.Paths)
    rows = _of_done(log, log.events).mutate(activity=stated_or_not(_.activity))
    last = engines.in_byte_order(rows.activity, log.events.get_backend().name)
    turn = ibis.window(group_by="case_id", order_by=[_.completed, _.received, last])
    moves = rows.select(
        "workflow",
        step=_.activity,
        next_step=_.activity.lead().over(turn),
        is_first=_.activity.lag().over(turn).isnull(),
        wait=_.received.lead().over(turn).delta(_.completed, unit="microsecond"),
    )
    pairs = moves.mutate(wait=ibis.ifelse(_.wait < 0, 0, _.wait)).agg(
        by=["workflow", "step", "next_step"],
        moves=_.count(),
        starts=_.count(where=_.is_first),
        wait_mean_hours=engines.in_hours(_.wait.sum()) / _.wait.count().nullif(0),  # whole numbers: no order of threads
    )
    of_step, of_workflow = ibis.window(group_by=["workflow", "step"]), ibis.window(group_by="workflow")
    pairs = pairs.mutate(
        visits=_.moves.sum().over(of_step), began=_.starts.sum().over(of_step), of_all=_.moves.sum().over(of_workflow)
    )
    kept = pairs.order_by([_.moves.desc(), _.workflow, _.step, _.next_step]).limit(MOST_PATHS).execute()
    ordered = kept.sort_values(["workflow", "moves", "step", "next_step"], ascending=[True, False, True, True])
    return logtables.Paths.validate(ordered[logtables.Paths.names()].reset_index(drop=True))


def straight_through(log: EventLog | None) -> DataFrame[logtables.StraightThrough]:
    """Return, per workflow, the completed cases that no human touched and those of them that were reworked."""
    if log is None or "stp_rate" in log.absent or "rework_rate" in log.absent:
        return empty(logtables.StraightThrough)
    straight = log.cases.filter(_.is_done & (_.touches == 0) & _.is_reworked.notnull())
    frame = (
        straight.mutate(workflow=stated_or_not(_.workflow))
        .agg(by="workflow", straight=_.count(), reworked=_.count(where=_.is_reworked))
        .execute()
    )
    return logtables.StraightThrough.validate(frame.sort_values("workflow").reset_index(drop=True))


def arrivals(log: EventLog | None) -> DataFrame[logtables.Arrivals]:
    """Return, per workflow and whole week of the period, the cases received and completed, and those open at its end.

    Weeks begin on Monday on the log's own clock; every workflow has
    every week, those as well in which nothing came and nothing was done.
    """
    if log is None or "open_cases" in log.absent:
        return empty(logtables.Arrivals)

    def monday(time: Any) -> Any:
        return engines.clock_of_utc(time, log.timezone, "duckdb").truncate("W").cast("timestamp(6)")

    cases = log.cases.filter(_.is_done | _.is_open).mutate(workflow=stated_or_not(_.workflow))
    came = cases.filter(_.received >= log.start).mutate(week=monday(_.received))
    came = came.agg(by=["workflow", "week"], received=_.count()).execute()
    went = cases.filter(_.is_done).mutate(week=monday(_.completed))
    went = went.agg(by=["workflow", "week"], completed=_.count()).execute()
    began = cases.filter(_.received < log.start).agg(by="workflow", began=_.count()).execute()
    first, last = (pd.Timestamp(at).tz_localize("UTC").tz_convert(log.timezone or "UTC") for at in (log.start, log.end))
    first, last = first.tz_localize(None), last.tz_localize(None)
    seen = [*came["week"], *went["week"]] or [first.to_period("W").start_time, last]
    weeks = pd.date_range(min(seen), max(seen), freq="7D")
    names = sorted({*came["workflow"], *went["workflow"], *began["workflow"]})
    every = pd.MultiIndex.from_product([names, weeks], names=["workflow", "week"])
    counted = {
        name: rows.set_index(["workflow", "week"])[name].reindex(every)
        for name, rows in (("received", came), ("completed", went))
        if len(rows)
    }
    frame = (
        pd.DataFrame(counted, index=every, columns=["received", "completed"]).fillna(0.0).astype(float).reset_index()
    )
    change = (frame["received"] - frame["completed"]).groupby(frame["workflow"]).cumsum()
    frame["open"] = change + frame["workflow"].map(began.set_index("workflow")["began"]).fillna(0.0).astype(float)
    is_whole = (frame["week"] >= first) & (frame["week"] + pd.Timedelta(days=7) <= last)
    return logtables.Arrivals.validate(frame.loc[is_whole, logtables.Arrivals.names()].reset_index(drop=True))


def efforts(log: EventLog | None) -> DataFrame[logtables.Efforts]:
    """Return, per workflow, means of completed cases; blank where the log does not tell."""
    if log is None:
        return empty(logtables.Efforts)
    counted = drilldown.counts(log)
    done = log.cases.filter(_.is_done).mutate(workflow=stated_or_not(_.workflow))
    touched = done.agg(
        by="workflow",
        touches=_.touches.cast("float64").mean(),
        touched_share=(_.touches > 0).cast("float64").mean(),
        touched_hours=drilldown.exact(_.hours, _.touches > 0) / _.hours.count(where=_.touches > 0).nullif(0),
        share=(_.due.notnull() | _.is_met.notnull()).cast("float64").mean(),
    ).execute()
    frame = counted.merge(touched, on="workflow", how="left")
    months = (log.end - log.start).total_seconds() / 86400 / 30.4375

    def mean(total: str, n: str) -> pd.Series:
        return frame[total].astype(float) / frame[n].where(frame[n] > 0).astype(float)

    found = pd.DataFrame(
        {
            "workflow": frame["workflow"],
            "completed": frame["done"].astype(float),
            "touches": frame["touches"].astype(float),
            "handoffs": mean("handoffs", "handoffs_n"),
            "handling_hours": mean("handling", "handling_n"),
            "waiting_hours": mean("waiting", "handling_n"),
            "share": frame["share"].astype(float).fillna(0.0),
            "monthly": frame["done"].astype(float) / months,
            "touched_share": frame["touched_share"].astype(float),
            "touched_hours": frame["touched_hours"].astype(float),
        }
    )
    return logtables.Efforts.validate(found.sort_values("workflow", kind="stable").reset_index(drop=True))


def described(log: EventLog | None) -> DataFrame[logtables.Logs]:
    """Return what the log is, in one row; no row without a log."""
    if log is None:
        return empty(logtables.Logs)
    about = {
        "source": log.source,
        "source_sha256": log.source_sha256,
        "timezone": log.timezone,
        "calendar": log.calendar,
        "rows_used": rows_used(log),
    }
    return logtables.Logs.of([about])


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


class Pair(NamedTuple):
    """Two activities that one person may not do in one case; a blank workflow means all of them."""

    workflow: str
    first: str
    second: str


def together(log: EventLog | None, pairs: list[Pair]) -> DataFrame[logtables.Together]:
    """Return, per pair and workflow, in how many completed cases one person did both activities.

    `both` counts the cases with both activities, `judged` those of them in which a named person did each, `same` those
    in which one person did both. Steps of systems ([events.human]) and steps without a name are nobody's; names that
    differ in capitals only are one. No name travels: `people` did both at least once, `able` did either.
    """
    if log is None or log.events is None or "handoffs" in log.absent:
        return empty(logtables.Together)
    tells = "stp_rate" not in log.absent
    person = ibis.ifelse(_.is_human, _.resource, None) if tells else _.resource
    frames = []
    for place, pair in enumerate(pairs):
        rows = _of_done(log, log.events.filter(_.activity.isin([pair.first, pair.second])))
        if pair.workflow:
            rows = rows.filter(_.workflow == pair.workflow)
        each = rows.mutate(person=person.lower()).agg(
            by=["workflow", "case_id", "person"],
            first=_.count(where=_.activity == pair.first),
            second=_.count(where=_.activity == pair.second),
        )
        each = each.mutate(is_same=(_.person.notnull() & (_["first"] > 0) & (_["second"] > 0)).fill_null(False))
        cases = each.agg(
            by=["workflow", "case_id"],
            has_first=_.count(where=_["first"] > 0),
            has_second=_.count(where=_["second"] > 0),
            by_first=_.count(where=(_["first"] > 0) & _.person.notnull()),
            by_second=_.count(where=(_["second"] > 0) & _.person.notnull()),
            same=_.count(where=_.is_same),
        ).filter((_.has_first > 0) & (_.has_second > 0))
        counted = cases.agg(
            by="workflow",
            both=_.count(),
            judged=_.count(where=(_.by_first > 0) & (_.by_second > 0)),
            same=_.count(where=_.same > 0),
        ).execute()
        own = each.filter(_.person.notnull()).agg(by=["workflow", "person"], cases=_.count(where=_.is_same))
        people = own.agg(by="workflow", able=_.count(), people=_.count(where=_.cases > 0)).execute()
        frames.append(counted.merge(people, on="workflow", how="left").assign(rule=place))
    if not frames:
        return empty(logtables.Together)
    whole = pd.concat(frames, ignore_index=True)[logtables.Together.names()]
    counts = [name for name in whole if name not in ("rule", "workflow")]
    whole[counts] = whole[counts].fillna(0).astype(float)
    return logtables.Together.validate(whole.sort_values(["rule", "workflow"], kind="stable").reset_index(drop=True))
