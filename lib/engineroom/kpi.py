"""What is: every KPI that a log, a table or a ledger supports, as measures with n, interval, definition and source.

The expressions on the case table use the subset of Ibis that means the same on every engine (docs/method/engines.md):
counts and sums with conditions, exact quantiles, `row_number`. Roll-ups pool numerators and denominators; no rate is
ever averaged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import ibis
import pandas as pd
from ibis import _

from engineroom import columns, results, stated, statistics
from engineroom.columns import DataFrame
from engineroom.eventlog import EventLog
from engineroom.tables import Tables

NOT_STATED = "(not stated)"
EXACT, EXACT_SQUARE = "decimal(18, 4)", "decimal(38, 6)"  # exact sums: threads may finish in any order
QUANTILES = {"cycle_time_p50/elapsed": 0.5, "cycle_time_p90/elapsed": 0.9}
COUNTS = {"volume/completed": "done", "open_cases/at_period_end": "open"}
SHARES = (
    "stp_rate/zero_touch",
    "first_pass_yield/items",
    "rework_rate/items",
    "error_rate/items",
    "sla_compliance/due_in_period",
)
RECORDED_COST = "cost_per_transaction/recorded"


def measure(tables: Tables, log: EventLog | None) -> DataFrame[results.Measures]:
    """Return every KPI the engagement supports, per workflow and pooled, in the order of the sector pack.

    Where the log and a table both give the same KPI by the same definition, the log speaks: it can be counted again.
    """
    found = [
        *(_from_log(tables, log) if log else ()),
        *stated.measures(tables),
    ]
    if not found:
        return columns.empty(results.Measures)
    frame = pd.DataFrame(found).drop_duplicates(["definition", "workflow"], keep="first")
    known = tables.definitions.set_index("definition")
    frame["kpi"] = frame["definition"].map(known["kpi"])
    frame["unit"], frame["direction"] = (
        frame["definition"].map(known["unit"]),
        frame["definition"].map(known["direction"]),
    )
    frame["process"] = frame["workflow"].map(_process_of(tables)).astype("str")
    wanted = [one.kpi for one in tables.pack.kpis]
    order = frame["kpi"].map({kpi: place for place, kpi in enumerate(wanted)}).fillna(len(wanted))
    frame = frame.assign(order=order).sort_values(["order", "kpi", "definition", "workflow"], kind="stable")
    return results.Measures.validate(frame[list(results.Measures.to_schema().columns)].reset_index(drop=True))


def missing(tables: Tables, log: EventLog | None, measures: DataFrame[results.Measures]) -> pd.DataFrame:
    """Return the KPIs of the sector pack that nothing supports, with what would: columns name, why, needs."""
    names = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["name"]
    absent = log.absent if log else {}
    rows = [
        {
            "name": names[one.kpi],
            "why": one.why,
            "needs": absent.get(one.kpi, "would need rows in tables/kpis.csv with numerator and denominator, or n"),
        }
        for one in tables.pack.kpis
        if one.kpi not in set(measures["kpi"])
    ]
    return pd.DataFrame(rows, columns=["name", "why", "needs"])


def superseded(tables: Tables, log: EventLog | None, measures: DataFrame[results.Measures]) -> pd.DataFrame:
    """Return the KPIs that a table states and the log contradicts or confirms: name, workflow, stated, measured."""
    if log is None:
        return pd.DataFrame(columns=["name", "workflow", "stated", "measured", "unit"])
    said = pd.DataFrame(stated.measures(tables), columns=["definition", "workflow", "value", "source"])
    both = said.merge(measures, on=["definition", "workflow"], suffixes=("_stated", ""))
    both = both[both["source"] != both["source_stated"]]
    names = tables.definitions.set_index("definition")["name"]
    return pd.DataFrame(
        {
            "name": both["definition"].map(names),
            "workflow": both["workflow"],
            "stated": both["value_stated"],
            "measured": both["value"],
            "unit": both["unit"],
        }
    ).reset_index(drop=True)


def _process_of(tables: Tables) -> dict[str, Any]:
    named = tables.workflows.dropna(subset=["process"])
    return dict(zip(named["workflow"], named["process"], strict=True))


# --------------------------------------------------------------------------------------------------- from the event log


def _from_log(tables: Tables, log: EventLog) -> Iterator[dict[str, Any]]:
    cases = _cases_of_sector(tables, log).mutate(
        done=((_.completed >= log.start) & (_.completed < log.end)).fill_null(False),
        is_open=(_.completed.isnull() | (_.completed >= log.end)),
        hours=_.completed.delta(_.received, unit="microsecond").cast("float64") / 3.6e9,
        workflow=_.workflow.fill_null(NOT_STATED),
    )
    by_workflow = _pooled(cases, log, "workflow").execute()
    overall = _pooled(cases, log).execute().assign(workflow="")
    if overall.empty or not overall["all"].iloc[0]:
        return
    several = len(by_workflow) > 1 or by_workflow["workflow"].tolist() != [NOT_STATED]
    for frame, table in (
        (overall, cases.mutate(workflow=ibis.literal(""))),
        *([(by_workflow, cases)] if several else []),
    ):
        bounds = _quantile_bounds(table, frame)
        for row in frame.to_dict("records"):
            yield from _measures_of(row, bounds, log, stated.period(tables))


def _cases_of_sector(tables: Tables, log: EventLog) -> ibis.Table:
    """Keep the cases whose workflow belongs to this sector, where the engagement has several."""
    sectors = tables.engagement.header.sectors
    if len(sectors) == 1 or tables.workflows["sector"].isna().all():
        return log.cases
    mine = tables.workflows.loc[tables.workflows["sector"] == tables.engagement.sector, "workflow"]
    return log.cases.filter(_.workflow.isin(mine.tolist()))


def _pooled(cases: ibis.Table, log: EventLog, *by: str) -> ibis.Table:
    """One pass over the case table: counts and sums, from which every rate is made."""
    due = (_.due >= log.start) & (_.due < log.end)
    answered = _.is_met.notnull()
    in_time = ibis.ifelse(answered, _.is_met, _.completed <= _.due)
    priced = _.done & _.cost.notnull()
    return cases.agg(
        by=list(by),
        all=_.count(where=_.done | _.is_open),
        done=_.count(where=_.done),
        open=_.count(where=_.is_open),
        p50=_.hours.quantile(0.5, where=_.done),
        p90=_.hours.quantile(0.9, where=_.done),
        straight=_.count(where=_.done & (_.touches == 0)),
        touched=_.count(where=_.done & _.touches.notnull()),
        first_pass=_.count(where=_.done & ~_.is_reworked),
        reworked=_.count(where=_.done & _.is_reworked),
        defective=_.count(where=_.done & _.is_defective),
        inspected=_.count(where=_.done & _.is_defective.notnull()),
        met=_.count(where=(due | answered) & in_time),
        due=_.count(where=due | answered),
        cost=_.cost.cast(EXACT).sum(where=priced).cast("float64"),
        cost_squares=(_.cost * _.cost).cast(EXACT_SQUARE).sum(where=priced).cast("float64"),
        priced=_.count(where=priced),
    )


def _quantile_bounds(cases: ibis.Table, frame: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """Return the observations at the order-statistic ranks, keyed by workflow, definition and end."""
    wanted = [
        {"workflow": workflow, "definition": definition, "end": end, "rank": int(rank)}
        for definition, p in QUANTILES.items()
        for end, ranks in zip(("low", "high"), statistics.quantile_ranks(frame["done"], p), strict=True)
        for workflow, rank, n in zip(frame["workflow"], ranks, frame["done"], strict=True)
        if 1 <= rank <= n
    ]
    if not wanted:
        return {}
    turn = ibis.window(group_by="workflow", order_by="hours")
    ranked = cases.filter(_.done).select("workflow", "hours", rank=ibis.row_number().over(turn) + 1)
    at = ranked.join(ibis.memtable(pd.DataFrame(wanted)), ["workflow", "rank"]).execute()
    return {(row.workflow, row.definition, row.end): float(row.hours) for row in at.itertuples()}


def _measures_of(
    row: dict[str, Any], bounds: dict[tuple[str, str, str], float], log: EventLog, period: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    base = {"workflow": row["workflow"], "source": log.source} | period
    for definition, column in COUNTS.items():
        if column == "open" and "open_cases" in log.absent:
            continue
        yield base | stated.complete(definition, float(row[column]), row["all"])
    for definition, column in zip(QUANTILES, ("p50", "p90"), strict=True):
        if row["done"]:
            low, high = (bounds.get((row["workflow"], definition, end), math.nan) for end in ("low", "high"))
            yield base | {
                "definition": definition,
                "value": float(row[column]),
                "numerator": math.nan,
                "denominator": math.nan,
                "n": row["done"],
                "low": low,
                "high": high,
                "method": statistics.ORDER_STATISTICS,
            }
    parts = (("straight", "touched"), ("first_pass", ""), ("reworked", ""), ("defective", "inspected"), ("met", "due"))
    for definition, (top, bottom) in zip(SHARES, parts, strict=True):
        of = row[bottom] if bottom else row["first_pass"] + row["reworked"]
        if of:
            yield base | stated.share(definition, float(row[top]), float(of))
    if row["priced"]:
        mean = row["cost"] / row["priced"]
        spread = math.sqrt(max(row["cost_squares"] - row["priced"] * mean**2, 0) / max(row["priced"] - 1, 1))
        lows, highs = statistics.student(mean, spread, row["priced"])
        interval = {"low": lows[0], "high": highs[0], "method": statistics.STUDENT}
        yield base | stated.complete(RECORDED_COST, mean, row["priced"], row["cost"], float(row["priced"])) | interval
