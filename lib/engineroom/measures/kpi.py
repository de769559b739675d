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

from engineroom import statistics
from engineroom.dictionary import codes, columns, results
from engineroom.dictionary.columns import DataFrame
from engineroom.logs import drilldown, kpis
from engineroom.logs.event_log import EventLog
from engineroom.logs.profile import LogProfile
from engineroom.measures import stated
from engineroom.readers.tables import Tables

QUANTILES = {"cycle_time_p50": 0.5, "cycle_time_p90": 0.9}
"""KPI -> its quantile; what follows the stroke of its definition says whether time is elapsed or working time."""

ELAPSED, WORKING = "elapsed", "business_hours"
COUNTS = {"volume/completed": "done", "open_cases/at_period_end": "open"}
ROLLED_YIELD, EXCEPTION_TYPES = "rolled_throughput_yield/steps", "exception_types/per_workflow"
NO_STEP_INTERVAL = "no_step_interval"


def measure(tables: Tables, log: EventLog | None) -> DataFrame[results.Measures]:
    """Return every KPI the engagement supports, per workflow and pooled, in the order of the sector pack.

    Where the log and a table both give the same KPI by the same definition, the log speaks: it can be counted again.
    """
    found = [*(_from_log(tables, log) if log else ()), *stated.measures(tables)]
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
    frame["pooled"] = _pooled(frame)
    wanted = [one.kpi for one in tables.pack.kpis]
    order = frame["kpi"].map({kpi: place for place, kpi in enumerate(wanted)}).fillna(len(wanted))
    frame = frame.assign(order=order).sort_values(["order", "kpi", "definition", "workflow"], kind="stable")
    return results.Measures.validate(frame[results.Measures.names()].reset_index(drop=True))


def _pooled(frame: pd.DataFrame) -> list[str]:
    """Return, for each figure of the whole engagement that only some of its workflows have, which they are."""
    each = frame[frame["workflow"] != ""]
    of = each.groupby(["definition", "source"])["workflow"].agg(lambda names: sorted(set(names))).to_dict()
    every = each["workflow"].nunique()
    names = [
        of.get((row["definition"], row["source"]), []) if row["workflow"] == "" else []
        for row in frame.to_dict("records")
    ]
    return [codes.listed(some) if len(some) < every else "" for some in names]


def missing(
    tables: Tables, log: LogProfile | None, measures: DataFrame[results.Measures]
) -> DataFrame[results.MissingKpis]:
    """Return the KPIs of the sector pack that nothing supports, with a code of what would."""
    names = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["name"]
    absent = log.absent if log else {}
    rows = [
        {
            "name": names[one.kpi],
            "why": one.why,
            "needs": absent.get(one.kpi, "needs_rows_in_kpis"),
        }
        for one in tables.pack.kpis
        if one.kpi not in set(measures["kpi"])
    ]
    return results.MissingKpis.of(rows)


def superseded(
    tables: Tables, log: EventLog | None, measures: DataFrame[results.Measures]
) -> DataFrame[results.Superseded]:
    """Return the KPIs that a table states and the log contradicts or confirms.

    Those of the whole engagement are compared only where both are made of the same workflows: an audit of one says
    nothing against the log of another.
    """
    if log is None:
        return columns.empty(results.Superseded)
    said = pd.DataFrame(stated.measures(tables), columns=["definition", "workflow", "value", "source"])
    both = said.merge(measures, on=["definition", "workflow"], suffixes=("_stated", ""))
    both = both[both["source"] != both["source_stated"]]
    logged = measures[~measures["source"].isin(said["source"])]
    own, theirs = (
        one[one["workflow"] != ""].groupby("definition")["workflow"].agg(frozenset).to_dict() for one in (said, logged)
    )
    is_alike = both["definition"].map(lambda name: name not in own or own[name] == theirs.get(name)).astype(bool)
    both = both[(both["workflow"] != "") | is_alike]
    names = tables.definitions.set_index("definition")["name"]
    found = pd.DataFrame(
        {
            "name": both["definition"].map(names),
            "workflow": both["workflow"],
            "stated": both["value_stated"],
            "measured": both["value"],
            "unit": both["unit"],
            "low": both["low"],
            "high": both["high"],
        }
    )
    return results.Superseded.validate(found.reset_index(drop=True))


def _process_of(tables: Tables) -> dict[str, Any]:
    named = tables.workflows.dropna(subset=["process"])
    return dict(zip(named["workflow"], named["process"], strict=True))


# --------------------------------------------------------------------------------------------------- from the event log


def _from_log(tables: Tables, log: EventLog) -> Iterator[dict[str, Any]]:
    by_workflow = drilldown.counts(log)
    by_workflow = _of_sector(tables, by_workflow).sort_values("workflow", kind="stable")
    if not by_workflow["all"].sum():
        return
    named = log.cases.mutate(workflow=drilldown.stated_or_not(_.workflow)).filter(_.is_done)
    named = named.filter(_.workflow.isin(by_workflow["workflow"].tolist()))
    whole = named.mutate(workflow=ibis.literal(""))
    overall = by_workflow.drop(columns=["workflow", "p50", "p90"]).sum().to_frame().T.assign(workflow="")
    middles = whole.agg(p50=_.hours.quantile(0.5), p90=_.hours.quantile(0.9)).execute()
    overall = overall.assign(p50=middles["p50"].iloc[0], p90=middles["p90"].iloc[0])
    several = len(by_workflow) > 1 or by_workflow["workflow"].tolist() != [drilldown.NOT_STATED]
    asked = pd.concat([overall, by_workflow]) if several else overall
    bounds = _quantile_bounds(whole.union(named) if several else whole, asked, _quantiles(log))
    unit = drilldown.precision(log)
    for row in asked.to_dict("records"):
        yield from _measures_of(row, bounds, log, stated.period(tables), unit)
    for measure in _of_steps(log, by_workflow.set_index("workflow")["done"], several=several):
        yield measure | _origin(log) | stated.period(tables)


def _of_sector(tables: Tables, by_workflow: pd.DataFrame) -> pd.DataFrame:
    """Keep the workflows that belong to this sector, where the engagement has several."""
    sectors = tables.engagement.header.sectors
    if len(sectors) == 1 or tables.workflows["sector"].isna().all():
        return by_workflow
    mine = tables.workflows.loc[tables.workflows["sector"] == tables.engagement.sector, "workflow"]
    return by_workflow[by_workflow["workflow"].isin(mine)]


def _of_steps(log: EventLog, done: pd.Series, *, several: bool) -> Iterator[dict[str, Any]]:
    """Yield what follows from single events: only by workflow, for steps of different workflows make no chain."""
    yields = drilldown.rolled(drilldown.steps(log), done) if "rolled_throughput_yield" not in log.absent else None
    kinds = drilldown.exceptions(log).groupby("workflow").size() if "exception_types" not in log.absent else None
    for workflow, cases in done.items():
        base = {"workflow": workflow if several else ""}
        if yields is not None and workflow in yields.index:
            rolled = stated.complete(ROLLED_YIELD, float(yields[workflow]), float(cases))
            yield base | rolled | {"low": math.nan, "high": math.nan, "method": NO_STEP_INTERVAL}
        if kinds is not None:
            yield base | stated.complete(EXCEPTION_TYPES, float(kinds.get(workflow, 0)), float(cases))


def _quantiles(log: EventLog) -> dict[str, float]:
    """Return the definitions of the cycle time, which is elapsed unless the log states a calendar."""
    return {f"{kpi}/{WORKING if log.calendar else ELAPSED}": p for kpi, p in QUANTILES.items()}


def _quantile_bounds(
    done: ibis.Table, frame: pd.DataFrame, quantiles: dict[str, float]
) -> dict[tuple[str, str, str], float]:
    """Return the observations at the order-statistic ranks, keyed by workflow, definition and end."""
    wanted = [
        {"workflow": workflow, "definition": definition, "end": end, "rank": int(rank)}
        for definition, p in quantiles.items()
        for end, ranks in zip(("low", "high"), statistics.quantile_ranks(frame["lasted"], p), strict=True)
        for workflow, rank, n in zip(frame["workflow"], ranks, frame["lasted"], strict=True)
        if 1 <= rank <= n
    ]
    if not wanted:
        return {}
    turn = ibis.window(group_by="workflow", order_by="hours")
    ranked = done.filter(_.hours.notnull()).select("workflow", "hours", rank=ibis.row_number().over(turn) + 1)
    at = ranked.join(ibis.memtable(pd.DataFrame(wanted)), ["workflow", "rank"]).execute()
    return {(row.workflow, row.definition, row.end): float(row.hours) for row in at.itertuples()}


def _measures_of(
    row: dict[str, Any], bounds: dict[tuple[str, str, str], float], log: EventLog, period: dict[str, Any], unit: str
) -> Iterator[dict[str, Any]]:
    base = {"workflow": row["workflow"]} | _origin(log) | period
    method = statistics.ORDER_STATISTICS
    method = codes.code("in_whole_units", method=method, unit=unit) if unit else method
    for definition, column in COUNTS.items():
        if column == "open" and "open_cases" in log.absent:
            continue
        yield base | stated.complete(definition, float(row[column]), row["all"])
    for definition, column in zip(_quantiles(log), ("p50", "p90"), strict=True):
        if row["lasted"]:
            low, high = (bounds.get((row["workflow"], definition, end), math.nan) for end in ("low", "high"))
            yield base | {
                "definition": definition,
                "value": float(row[column]),
                "numerator": math.nan,
                "denominator": math.nan,
                "n": row["lasted"],
                "low": low,
                "high": high,
                "method": method,
            }
    for kpi in (kpi for kpi in kpis.KPIS if kpi.shares):
        top, bottom = kpi.shares
        if row[bottom]:
            yield base | stated.share(kpi.definition, float(row[top]), float(row[bottom]))
    for definition, amount in ((kpi.definition, amount) for kpi in kpis.KPIS for amount in kpi.amounts):
        total, squares, n = row[amount], row[f"{amount}_squares"], row[f"{amount}_n"]
        if n:
            found = _mean(definition, float(total), float(squares), int(n))
            if amount == "handling" and log.calendar:
                found["method"] = codes.code("in_business_hours", method=found["method"])
            yield base | found


def _origin(log: EventLog) -> dict[str, str]:
    return {"source": log.source, "source_sha256": log.source_sha256, "source_rows": ""}


def _mean(definition: str, total: float, squares: float, n: int) -> dict[str, Any]:
    """Return a mean amount over cases with its interval, from the sums of the amounts and of their squares."""
    mean = total / n
    spread = math.sqrt(max(squares - n * mean**2, 0) / max(n - 1, 1))
    return stated.mean(definition, mean, spread, n, is_amount=True) | {"numerator": total, "denominator": float(n)}
