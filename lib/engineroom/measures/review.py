"""The quarterly review of benchmarks: which have expired, and which figures no longer move towards theirs (000-23)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.readers.tables import Tables

FEWEST_MONTHS = 6
MONTH_DAYS = (27, 32)
"""A row of `kpis` that lasts so many days is a month."""

QUARTER, QUARTERS = 3, 4
"""Months of a quarter, and the quarters within which a gap should close at the best pace that the months allow."""


def benchmarks(gaps: DataFrame[results.Gaps], tables: Tables) -> DataFrame[results.Reviews]:
    """Return every comparison with a verdict: has its benchmark expired, and does the figure move towards it.

    The pace is the slope of the monthly rows of the table `kpis` (least squares, t interval), as an improvement in a
    quarter. **closing** or **falling back**: the whole interval is on that side. **plateau**: a missed benchmark that
    even the better end of the interval does not reach within a year. A benchmark counts as stale a quarter early.
    """
    next_review = pd.Timestamp(tables.engagement.header.as_of) + pd.DateOffset(months=QUARTER)
    expires = tables.benchmarks.set_index("benchmark")["expires"]
    months = _months(tables)
    rows = []
    for gap in gaps[gaps["verdict"].isin(results.JUDGED)].to_dict("records"):
        series = months.get((gap["definition"], gap["workflow"]), pd.Series(dtype=float))
        row: dict[str, Any] = {key: gap[key] for key in ("workflow", "kpi", "name", "unit", "value", "gap")}
        row |= {key: gap[key] for key in ("benchmark_value", "benchmark_label")}
        row |= {"expires": expires[gap["benchmark"]], "is_stale": bool(expires[gap["benchmark"]] < next_review)}
        row |= {"months": float(len(series)), "pace": math.nan, "low": math.nan, "high": math.nan}
        if len(series) >= FEWEST_MONTHS:
            better = -QUARTER if gap["operator"] in ("<", "<=") else QUARTER
            pace, *ends = (better * one for one in statistics.slope(series))
            row |= {"pace": pace, "low": min(ends), "high": max(ends)}
        rows.append(row | {"verdict": _verdict(row, str(gap["verdict"]))})
    return results.Reviews.of(rows)


def _verdict(row: dict[str, Any], verdict: str) -> str:
    if not math.isnan(row["pace"]) and row["high"] < 0:
        return "falling back"
    if verdict == "meets":
        return "reached"
    if math.isnan(row["pace"]):
        return "too few months"
    if row["low"] > 0:
        return "closing"
    return "plateau" if verdict == "misses" and row["high"] * QUARTERS < row["gap"] else "not settled"


def _months(tables: Tables) -> dict[tuple[Any, ...], pd.Series]:
    """Return the monthly values of each definition and workflow, oldest first, segments pooled."""
    default = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["definition"]
    rows = tables.kpis.assign(
        definition=tables.kpis["definition"].fillna(tables.kpis["kpi"].map(default)),
        workflow=tables.kpis["workflow"].fillna(""),
    )
    days = (rows["period_end"] - rows["period_start"]).dt.days + 1
    rows = rows[days.between(*MONTH_DAYS) & rows["denominator"].notna()]
    sums = rows.groupby(["definition", "workflow", "period_start"])[["numerator", "denominator"]].sum()
    values = sums["numerator"] / sums["denominator"]
    return {key: series.droplevel([0, 1]) for key, series in values.groupby(level=[0, 1])}
