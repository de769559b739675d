"""KPIs the client states in tables: pooled from counts, averaged from samples, or taken from a ledger.

Sums are pooled over sums; where only means are given they are weighted by n. An interval is made from what was given,
and its method says so; where nothing allows one, that is said instead of guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes
from engineroom.readers.tables import Tables

Measure = dict[str, Any]
AMOUNTS = ("money", "hours", "days", "count", "ratio")
"""Units of figures that have no upper end: a few large items decide their mean."""


def measures(tables: Tables) -> Iterator[Measure]:
    """Yield every KPI that the tables kpis, costs and staffing give."""
    yield from _from_kpis(tables)
    yield from _from_costs(tables)
    yield from _from_staffing(tables)


def period(tables: Tables) -> Measure:
    """Return the engagement's period as the two columns of a measure."""
    whole = tables.engagement.header.period
    return {"period_start": pd.Timestamp(whole.start), "period_end": pd.Timestamp(whole.end)}


def months(tables: Tables) -> float:
    """Return the length of the engagement's period in months of 30.44 days."""
    whole = tables.engagement.header.period
    return ((whole.end - whole.start).days + 1) / 30.4375


def share(definition: str, numerator: float, denominator: float) -> Measure:
    """Return a share of independent items with its exact interval."""
    low, high = statistics.exact_share(numerator, denominator)
    return {
        "definition": definition,
        "value": numerator / denominator,
        "numerator": numerator,
        "denominator": denominator,
        "n": denominator,
        "low": low[0],
        "high": high[0],
        "method": statistics.EXACT_SHARE,
    }


def complete(
    definition: str, value: float, n: float, numerator: float = math.nan, denominator: float = math.nan
) -> Measure:
    """Return a figure that is no sample: its interval is the figure itself."""
    return {
        "definition": definition,
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "n": n,
        "low": value,
        "high": value,
        "method": statistics.COMPLETE,
    }


def mean(definition: str, value: float, deviation: float, n: float, *, is_amount: bool) -> Measure:
    """Return a mean of n items with its interval: amounts are skewed, scores are not."""
    interval, method = (statistics.skewed, statistics.SKEWED) if is_amount else (statistics.student, statistics.STUDENT)
    low, high = (float(end[0]) for end in interval(value, deviation, n))
    if math.isnan(low):
        method = statistics.NO_INTERVAL
    return complete(definition, value, n) | {"low": low, "high": high, "method": method}


def _from_kpis(tables: Tables) -> Iterator[Measure]:
    rows = tables.kpis.copy()
    defaults = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["definition"]
    rows["definition"] = rows["definition"].fillna(rows["kpi"].map(defaults))
    units = tables.definitions.set_index("definition")["unit"]
    for definition, group in rows.groupby("definition", sort=True):
        for workflow, one in group.groupby(group["workflow"].fillna(""), sort=True):
            yield _of_rows(str(definition), str(workflow), one, units[definition], tables)
        if group["workflow"].notna().all() and group["denominator"].notna().all():
            yield _of_rows(str(definition), "", group, units[definition], tables)


def _of_rows(definition: str, workflow: str, rows: pd.DataFrame, unit: str, tables: Tables) -> Measure:
    """Pool the rows of one KPI: sums over sums where parts are given, else means weighted by n."""
    counted = rows["denominator"].notna().all()
    if counted:
        pooled = _pooled_parts(definition, rows, unit)
    elif rows["n"].notna().all() and rows["deviation"].notna().all():
        pooled = _pooled_means(definition, rows, unit)
    else:
        pooled = _over_periods(definition, rows)
    return (
        pooled
        | {
            "workflow": workflow,
            "period_start": rows["period_start"].min(),
            "period_end": rows["period_end"].max(),
        }
        | _origin(tables, "kpis", rows)
    )


def _pooled_parts(definition: str, rows: pd.DataFrame, unit: str) -> Measure:
    """Pool sums over sums; the interval follows the spread between segments, or else between periods."""
    top, bottom = float(rows["numerator"].sum()), float(rows["denominator"].sum())
    clusters, by = rows.groupby(rows["segment"].fillna("")), "segments"
    if clusters.ngroups < statistics.FEWEST_CLUSTERS:
        clusters, by = rows.groupby("period_start"), "periods"
    if clusters.ngroups < statistics.FEWEST_CLUSTERS:
        counted = unit == "share" and top.is_integer() and bottom.is_integer()
        return share(definition, top, bottom) if counted else complete(definition, top / bottom, bottom, top, bottom)
    sums = clusters[["numerator", "denominator"]].sum()
    interval = statistics.clustered_share if unit == "share" else statistics.clustered_ratio
    low, high = interval(sums["numerator"], sums["denominator"])
    n = float(rows["n"].sum()) if rows["n"].notna().all() else bottom
    method = codes.code(statistics.CLUSTERED, clusters=clusters.ngroups, by=by)
    return complete(definition, top / bottom, n, top, bottom) | {"low": low, "high": high, "method": method}


def _pooled_means(definition: str, rows: pd.DataFrame, unit: str) -> Measure:
    n = rows["n"].sum()
    pooled = float((rows["value"] * rows["n"]).sum() / n)
    squares = (rows["deviation"] ** 2 * (rows["n"] - 1) + rows["n"] * (rows["value"] - pooled) ** 2).sum()
    return mean(definition, pooled, math.sqrt(squares / max(n - 1, 1)), n, is_amount=unit in AMOUNTS)


def _over_periods(definition: str, rows: pd.DataFrame) -> Measure:
    weights = rows["n"].to_numpy() if rows["n"].notna().all() else np.ones(len(rows))
    value = float(np.average(rows["value"], weights=weights))
    n = float(rows["n"].sum()) if rows["n"].notna().all() else math.nan
    if len(rows) >= 3:
        low, high = statistics.student(value, rows["value"].std(ddof=1), len(rows))
        method = codes.code(statistics.STUDENT_OVER_PERIODS, n=len(rows))
        return complete(definition, value, n) | {"low": low[0], "high": high[0], "method": method}
    return complete(definition, value, n) | {"low": math.nan, "high": math.nan, "method": statistics.NO_INTERVAL}


def _from_costs(tables: Tables) -> Iterator[Measure]:
    groups = [(workflow, rows) for workflow, rows in tables.costs.groupby("workflow", sort=True)]
    if len(tables.costs) > 1:
        groups.append(("", tables.costs))
    for workflow, rows in groups:
        total, transactions = float(rows["total"].sum()), float(rows["transactions"].sum())
        yield (
            complete("cost_per_transaction/loaded", total / transactions, transactions, total, transactions)
            | {
                "workflow": workflow,
                "period_start": rows["period_start"].min(),
                "period_end": rows["period_end"].max(),
            }
            | _origin(tables, "costs", rows)
        )


def _from_staffing(tables: Tables) -> Iterator[Measure]:
    told = tables.staffing.dropna(subset=["paid_hours", "productive_hours"])
    if told.empty:
        return
    available = float((told["paid_hours"] - told["leave_hours"].fillna(0)).sum())
    productive = float(told["productive_hours"].sum())
    if not available > 0:  # everybody was on leave
        return
    yield (
        complete("utilisation/available_hours", productive / available, available, productive, available)
        | {"workflow": ""}
        | _origin(tables, "staffing", told)
        | period(tables)
    )


def _origin(tables: Tables, table: str, rows: pd.DataFrame) -> Measure:
    """Return where rows of a table stand, as three columns of a measure."""
    origin = tables.sources[table]
    return {"source": origin.file, "source_sha256": origin.sha256, "source_rows": _row_numbers(rows.index)}


def _row_numbers(index: pd.Index) -> str:
    """Return spreadsheet rows as a reader would write them: `2-7, 9`."""
    rows = sorted(int(row) for row in index)
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    listed = ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs[:5])
    return f"{listed}{' …' if len(runs) > 5 else ''}"
