"""The instruments of each process side by side: seven KPIs of document 001, and the unit economics of document 002.

What the engagement measures is taken as it is. Three figures are made here where nobody states them: productivity and
utilisation from the hours of a workflow's own teams, and the automation rate from the steps whose actor the log knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import quality_tables, results
from engineroom.dictionary.columns import DataFrame
from engineroom.readers.tables import Tables

FIGURES = (
    "cycle_time_p50",
    "cycle_time_p90",
    "error_rate",
    "cost_per_transaction",
    "rework_cost",
    "productivity",
    "first_pass_yield",
    "utilisation",
    "automation_rate",
    "stp_rate",
)
"""The seven KPIs of document 001, turnaround by its median and its slow tenth; rework cost and straight-through."""

PREFERRED = {"cost_per_transaction": ("cost_per_transaction/loaded", "cost_per_transaction/recorded")}
"""Where a KPI is measured by several definitions: which one stands in the panel, the first that is there."""


def read(
    measures: DataFrame[results.Measures],
    factory: DataFrame[quality_tables.Factory],
    following: pd.DataFrame,
    tables: Tables,
) -> DataFrame[quality_tables.Instruments]:
    """Return every instrument of every workflow that shows a figure, the largest workflows first.

    `following` counts steps by actor (`traces.following`). Rework cost is that of the hidden factory per completed
    item; productivity is items completed in the period ÷ productive hours of the teams that work on nothing else.
    """
    named = tables.definitions.set_index("definition")
    volume = measures[measures["kpi"] == "volume"].set_index("workflow")["value"].to_dict()
    flows = [flow for flow in dict.fromkeys([*tables.workflows["workflow"], *measures["workflow"]]) if flow]
    flows.sort(key=lambda flow: -volume.get(flow, 0.0))
    rows: list[dict[str, Any]] = []
    for flow in flows:
        mine = measures[measures["workflow"] == flow]
        found = {row["kpi"]: row for row in _stated(mine)}
        for row in _made(flow, volume.get(flow, math.nan), factory, following, tables):
            found.setdefault(row["kpi"], row)
        rows += [
            {key: row[key] for key in ("value", "low", "high", "n", "definition")}
            | {key: named.loc[row["definition"], key] for key in ("name", "unit")}
            | {"workflow": flow, "kpi": row["kpi"], "is_made_here": row.get("is_made_here", False)}
            for row in (found[kpi] for kpi in FIGURES if kpi in found)
        ]
    return quality_tables.Instruments.of(rows)


def _stated(mine: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield one measure a KPI: the preferred definition where there are several."""
    for kpi, rows in mine[mine["kpi"].isin(FIGURES)].groupby("kpi", sort=False):
        order = PREFERRED.get(str(kpi), ())
        known = [one for one in order if one in set(rows["definition"])]
        yield (rows[rows["definition"] == known[0]] if known else rows).iloc[0].to_dict()


def _made(
    flow: str, done: float, factory: pd.DataFrame, following: pd.DataFrame, tables: Tables
) -> Iterator[dict[str, Any]]:
    mine = factory[factory["workflow"] == flow]
    judged = (mine["first_pass"] + mine["reworked"]).sum()
    if judged > 0 and mine["rework_cost"].notna().any():
        cost = {end: mine[f"rework_cost{end and '_' + end}"].sum() / judged for end in ("", "low", "high")}
        yield _figure("rework_cost/loaded", cost[""], judged) | {"low": cost["low"], "high": cost["high"]}
    teams = tables.staffing[tables.staffing["workflow"] == flow].dropna(subset=["paid_hours", "productive_hours"])
    hours = teams["productive_hours"].sum()
    if hours > 0:
        available = (teams["paid_hours"] - teams["leave_hours"].fillna(0)).sum()
        yield _figure("utilisation/available_hours", hours / available, available)
        if done > 0:
            yield _figure("productivity/items_per_hour", done / hours, done)
    steps = following[following["workflow"] == flow]
    known = float(steps["steps"].sum()) if len(steps) else 0.0
    if known > 0:
        automatic = float(steps.loc[~steps["is_human"].astype(bool), "steps"].sum())
        low, high = statistics.exact_share(automatic, known)
        yield _figure("automation_rate/tasks", automatic / known, known) | {"low": low[0], "high": high[0]}


def _figure(definition: str, value: float, n: float) -> dict[str, Any]:
    blank = {"low": math.nan, "high": math.nan, "is_made_here": True}
    return {"kpi": definition.split("/")[0], "definition": definition, "value": value, "n": n} | blank
