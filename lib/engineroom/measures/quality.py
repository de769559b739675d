"""How good a process is: what is right the first time, what the rest costs, how long things take.

Every function takes tables and a log and returns a table; what it cannot know it leaves blank, and the exhibits say
what would give it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import columns, quality_tables, results
from engineroom.dictionary.columns import DataFrame
from engineroom.logs import caveats, drilldown, traces
from engineroom.logs.event_log import EventLog
from engineroom.logs.profile import LogProfile
from engineroom.measures import gap, stated
from engineroom.readers.tables import Tables

TYPICAL_TYPES = (15, 30)
"""Types of exception a workflow typically has (002-08)."""

KPIS = (
    "first_pass_yield",
    "rolled_throughput_yield",
    "exception_rate",
    "exception_types",
    "stp_rate",
    "cycle_time_p50",
    "cycle_time_p90",
)
RECORDED, STATED, BY_RATE = "rework_cost_recorded", "rework_cost_stated", "rework_cost_by_rate"
NOT_TOLD, NO_COST = "rework_not_told", "no_rework_cost"
COST_METHODS = (RECORDED, NO_COST, NOT_TOLD, BY_RATE, STATED)
"""Codes of how the cost of rework was made, or of what would give it, in the order in which they are told."""


def is_saturated(log: LogProfile | None) -> bool:
    """Return whether nearly every case repeats an activity, so that a repeat says nothing about quality."""
    return log is not None and bool((log.caveats["caveat"] == caveats.STATUS_LOG).any())


def measures(found: DataFrame[results.Measures]) -> DataFrame[results.Measures]:
    """Return the measures that this report rests on."""
    return found[found["kpi"].isin(KPIS)].reset_index(drop=True)


def straight_through(found: DataFrame[results.Measures], tables: Tables) -> DataFrame[results.Tiers]:
    """Return the tier of the straight-through rate of each process, and of both ends of its interval."""
    return gap.tiers(found[found["kpi"] == "stp_rate"], tables)


# ------------------------------------------------------------------------------------------- right the first time


def yields(log: EventLog | None, tables: Tables) -> DataFrame[quality_tables.Yields]:
    """Return the first-pass yield of each step, those with the most failures first.

    Where the log tells of repeats or exceptions: of each step, from cases that did it once and without an exception.
    Where it names rework activities instead, each of them is a check: the yield is the share of the workflow's
    completed cases that were never sent back by it. In a log of status changes repeats are not taken.
    """
    if log is None:
        return columns.empty(quality_tables.Yields)
    if log.attempts is not None and "rolled_throughput_yield" not in log.absent:
        found = drilldown.steps(log)
        extra = found["events"] - found["cases"]
        failing = (found["cases"] * (1 - found["first_pass_yield"])).round()
        frame = found[["workflow", "step", "cases"]].assign(kind="step", failing=failing, extra_events=extra)
        hours = found["handling_hours"] / found["events"]
    else:
        found = traces.corrections(log, tables)
        done = drilldown.counts(log).set_index("workflow")["done"].astype(float)
        frame = found[["workflow", "step"]].assign(
            kind="check",
            cases=found["workflow"].map(done).astype(float),
            failing=found["cases"],
            extra_events=found["events"],
        )
        hours = found["handling_hours"] / found["events"]
    passed = frame["cases"] - frame["failing"]
    low, high = statistics.exact_share(passed, frame["cases"])
    frame = frame.assign(
        first_pass_yield=passed / frame["cases"],
        low=low,
        high=high,
        hours_per_event=hours.astype(float),
        rework_hours=(frame["extra_events"] * hours).astype(float),
    )
    ordered = frame.sort_values(["failing", "workflow", "step"], ascending=[False, True, True], kind="stable")
    return quality_tables.Yields.validate(ordered[quality_tables.Yields.names()].reset_index(drop=True))


def factory(
    log: EventLog | None, yields: DataFrame[quality_tables.Yields], tables: Tables
) -> DataFrame[quality_tables.Factory]:
    """Return, per workflow, the way from what entered to what was reworked; each row reconciles.

    entered = still open + not told + right the first time + reworked. Rolled throughput yield is that of
    `drilldown.rolled`; DPMO counts a failed first attempt of a case at a step as one defect, and each case that came
    to a step as one opportunity.
    """
    if log is None or "rework_rate" in log.absent:
        return columns.empty(quality_tables.Factory)
    counted = drilldown.counts(log)
    parts = {name: counted[name].astype(float) for name in ("all", "open", "done", "judged", "first_pass", "reworked")}
    if not parts["judged"].sum():
        return columns.empty(quality_tables.Factory)
    low, high = statistics.exact_share(parts["first_pass"], parts["judged"])
    by = yields.groupby("workflow")
    rolled = drilldown.rolled(yields, counted.set_index("workflow")["done"].astype(float))
    name = counted["workflow"]
    sums = {column: name.map(by[column].sum()) for column in ("cases", "failing", "extra_events")}
    frame = pd.DataFrame(
        {
            "workflow": name,
            "entered": parts["all"],
            "still_open": parts["open"],
            "not_told": parts["done"] - parts["judged"],
            "first_pass": parts["first_pass"],
            "reworked": parts["reworked"],
            "first_pass_yield": parts["first_pass"] / parts["judged"].where(parts["judged"] > 0),
            "low": low,
            "high": high,
            "rolled_throughput_yield": name.map(rolled),
            "opportunities": name.map(by.size()),
            "defects": sums["failing"],
            "dpmo": dpmo(sums["failing"], sums["cases"]),
            "extra_events": sums["extra_events"],
            "rework_hours": name.map(by["rework_hours"].agg(lambda hours: hours.sum(min_count=1))),
        }
    ).astype({"rework_hours": float})
    frame = _costed(frame, counted, tables, is_recorded="cost_per_transaction" not in log.absent)
    frame = frame[frame["entered"] > 0].sort_values(["entered", "workflow"], ascending=[False, True], kind="stable")
    return quality_tables.Factory.validate(frame[quality_tables.Factory.names()].reset_index(drop=True))


def dpmo(defects: pd.Series, opportunities: pd.Series) -> pd.Series:
    """Return defects per million opportunities; no sigma level, which would assume a shift that nobody measured."""
    return defects.astype(float) / opportunities.where(opportunities > 0).astype(float) * 1e6


def _costed(frame: pd.DataFrame, counted: pd.DataFrame, tables: Tables, *, is_recorded: bool) -> pd.DataFrame:
    """Return the rows with the cost of rework by the first method whose parts are known.

    A stated cost goes first: it holds all that an item takes again, where the log sees only steps that say so. Where of
    no completed item it is known whether it was reworked, the cost is not nought but unknown.
    """
    flows = tables.workflows.set_index("workflow")
    staff = tables.staffing.dropna(subset=["loaded_rate", "productive_hours"])
    paid = (staff["loaded_rate"] * staff["productive_hours"]).groupby(staff["workflow"]).sum()
    rate = paid / staff.groupby("workflow")["productive_hours"].sum()
    rows: list[dict[str, Any]] = []
    for row, recorded in zip(frame.to_dict("records"), counted["rework_cost"].astype(float), strict=True):
        workflow, cost, spread, method = row["workflow"], math.nan, 0.0, NO_COST
        price = flows["cost_of_rework"].get(workflow, math.nan)
        by_rate = row["rework_hours"] * rate.get(workflow, math.nan)
        if row["not_told"] and not row["first_pass"] + row["reworked"]:
            method = NOT_TOLD
        elif not math.isnan(price):
            own = flows["cost_spread"].get(workflow, math.nan)
            cost = failure_cost(row["first_pass"] + row["reworked"], 1 - row["first_pass_yield"], price)
            spread, method = gap.COST_SPREAD if math.isnan(own) else own, STATED
        elif is_recorded and not math.isnan(recorded):
            cost, method = recorded, RECORDED
        elif not math.isnan(by_rate):
            cost, method = by_rate, BY_RATE
        ends = {"rework_cost_low": cost * (1 - spread), "rework_cost_high": cost * (1 + spread)}
        known = {"cost_recorded": recorded if is_recorded else math.nan}
        rows.append({"rework_cost": cost, "cost_method": method} | ends | known)
    return pd.concat([frame.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


# ------------------------------------------------------------------------------------------------------ exceptions


def types(log: EventLog | None, tables: Tables) -> DataFrame[quality_tables.Types]:
    """Return the types of exception with their number in the period: from the log, else from the client's table.

    Where the log names none, the monthly counts of the table `exceptions` are taken, times the months of the period.
    The cause of a type is what that table says of it.
    """
    if log is not None and "exception_types" not in log.absent:
        found = drilldown.exceptions(log).rename(columns={"exception": "type"})
    else:
        found = tables.exceptions.rename(columns={"exception": "type"})
        found = found.assign(events=found["monthly_count"] * stated.months(tables))
    coded = tables.exceptions[["workflow", "exception", "cause"]].rename(columns={"exception": "type"})
    found = found[["workflow", "type", "events"]].merge(coded, on=["workflow", "type"], how="left")
    ordered = found.sort_values(["events", "workflow", "type"], ascending=[False, True, True], kind="stable")
    ordered = ordered.astype({"events": float}).reset_index(drop=True)
    ordered["cumulative_share"] = ordered["events"].cumsum() / ordered["events"].sum()
    return quality_tables.Types.validate(ordered[quality_tables.Types.names()])


def kinds(
    found: pd.DataFrame, log: EventLog | None, stability: pd.DataFrame, tables: Tables
) -> DataFrame[quality_tables.Kinds]:
    """Return how many types each workflow has against the typical 15 to 30, and whether to stabilise it first.

    A bot built on a workflow with that many types hard-codes them (002-08), and one on an unstable workflow automates
    chaos (003-11): either is a reason to stabilise first.
    """
    stable = stability.set_index("workflow")["is_stable"] if len(stability) else pd.Series(dtype=object)
    counted = drilldown.counts(log).set_index("workflow") if log is not None else pd.DataFrame()
    rows = []
    for workflow, mine in found.groupby("workflow", sort=True):
        known = counted.loc[workflow] if workflow in counted.index else None
        followed = float(known["followed"]) if known is not None else 0.0
        diverted = float(known["diverted"]) if known is not None else math.nan
        low, high = statistics.exact_share(diverted, followed)
        steady = stable.get(workflow)
        number = len(mine)
        rows.append(
            {
                "workflow": workflow,
                "types": number,
                "events": mine["events"].sum(),
                "items": float(known["done"]) if known is not None else math.nan,
                "rate": diverted / followed if followed else math.nan,
                "low": low[0],
                "high": high[0],
                "band": band(number),
                "largest_fifth": statistics.share_of_largest(mine["events"], statistics.PARETO_PART),
                "is_stable": None if pd.isna(steady) else bool(steady),
                "stabilise_first": number >= TYPICAL_TYPES[0] or (not pd.isna(steady) and not steady),
            }
        )
    frame = quality_tables.Kinds.frame(rows).astype({"is_stable": "boolean"})
    ordered = frame.sort_values(["types", "workflow"], ascending=[False, True], kind="stable")
    return quality_tables.Kinds.validate(ordered.reset_index(drop=True))


def band(number: float) -> str:
    """Return whether a number of types lies below, within or above what is typical, ends included."""
    return "below" if number < TYPICAL_TYPES[0] else "above" if number > TYPICAL_TYPES[1] else "within"


# ------------------------------------------------------------------------------------------------------------ time


def times(log: EventLog | None, durations: pd.DataFrame) -> DataFrame[quality_tables.Times]:
    """Return P50 and P90 of completed cases, the same with open cases by Kaplan-Meier, and touch against wait."""
    if log is None:
        return columns.empty(quality_tables.Times)
    counted, precision = drilldown.counts(log).set_index("workflow"), drilldown.precision(log)
    rows = []
    for workflow, mine in durations.groupby("workflow", sort=True):
        known = counted.loc[workflow]
        handled = float(known["handling_n"])
        row: dict[str, Any] = {
            "workflow": workflow,
            "precision": precision,
            "completed": mine["completed"].sum(),
            "still_open": math.nan if "open_cases" in log.absent else mine["open"].sum(),
            "p50_hours": known["p50"],
            "p90_hours": known["p90"],
            "touch_hours": float(known["handling"]) / handled if handled else math.nan,
            "wait_hours": float(known["waiting"]) / handled if handled else math.nan,
            "handled": handled,
        }
        curve = survival(mine)
        for name, p in (("all_p50", 0.5), ("all_p90", 0.9)):
            value, low, high = statistics.survival_quantile(*curve, p)
            row |= {f"{name}_hours": value, f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    frame = quality_tables.Times.frame(rows).astype({"still_open": float})
    frame["still_open"] = frame["still_open"].fillna(0.0)
    ordered = frame.sort_values(["completed", "workflow"], ascending=[False, True], kind="stable")
    return quality_tables.Times.validate(ordered.reset_index(drop=True))


def survival(mine: pd.DataFrame) -> tuple[statistics.Floats, statistics.Floats, statistics.Floats]:
    """Return the Kaplan-Meier curve of one workflow's durations: age, share still open, standard error."""
    entered = mine["entered"].where(mine["entered"] >= 0, -np.inf)
    return statistics.kaplan_meier(mine["hours"], mine["completed"], mine["open"], entered)


def curves(durations: pd.DataFrame) -> DataFrame[quality_tables.Curves]:
    """Return the share of cases still open by age, at the ages where it falls by half a point or more."""
    found = []
    for workflow, mine in durations.groupby("workflow", sort=True):
        hours, share, _ = survival(mine)
        step = np.floor((1 - share) * 200)
        kept = np.concatenate([[True], step[1:] != step[:-1]]) if len(step) else np.array([], bool)
        found.append(pd.DataFrame({"workflow": workflow, "hours": hours[kept], "share_open": share[kept]}))
    if not found:
        return columns.empty(quality_tables.Curves)
    return quality_tables.Curves.validate(pd.concat(found, ignore_index=True))


def failure_cost(items: float, share: float, unit_cost: float) -> float:
    """Return what failing items cost: items × share that fails × cost of one; 0 where there is none."""
    return items * share * unit_cost if items else 0.0
